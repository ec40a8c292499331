//! Whole scans with a stand-in for the engine: a rule that finds every `BAD`, and a detector that
//! takes what follows `SECRET=` for a secret.

use std::fmt::Write;
use std::fs;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::engine::{FileReport, Problem};
use crate::finding::{Confidence, Edit, Finding, RuleIndex, Severity, TraceStep};
use crate::source::{Source, Span};

fn rule(id: &str) -> Meta {
    Meta {
        id: id.into(),
        file: None,
        message: String::new(),
        severity: Severity::High,
        confidence: Confidence::High,
        languages: Vec::new(),
        cwe: Vec::new(),
        why: String::new(),
        repair: String::new(),
        references: Vec::new(),
    }
}

fn find(source: &Source) -> FileReport {
    let text = String::from_utf8_lossy(source.text()).into_owned();
    let mut report = FileReport::default();
    let finding = |rule: u32, span: Span, about: &str| Finding {
        rule: RuleIndex(rule),
        span,
        message: format!("found `{about}`"),
        severity: Severity::High,
        confidence: Confidence::High,
        trace: vec![TraceStep {
            path: None,
            span,
            note: format!("{about} comes from here"),
        }],
        fix: Some(Edit {
            span,
            replacement: format!("good({about})"),
        }),
        secret: None,
    };
    for (at, _) in text.match_indices("BAD") {
        let line = source.line_span(source.line_of(at as u32));
        let about = source.show(line);
        report
            .findings
            .push(finding(0, Span::new(at, at + 3), &about));
    }
    for (at, _) in text.match_indices("SECRET=") {
        let start = at + "SECRET=".len();
        let end = text[start..]
            .find(char::is_whitespace)
            .map_or(text.len(), |end| start + end);
        let secret = Span::new(start, end);
        report.findings.push(Finding {
            secret: Some(secret),
            ..finding(1, secret, &text[start..end])
        });
    }
    assert!(!text.contains("PANIC"), "a message that quotes {text}");
    if text.contains("BUDGET") {
        report
            .problems
            .push(Problem::BudgetSpent { rule: "bad".into() });
    }
    report
}

fn scan(options: &Options) -> Result<Report, ScanError> {
    scan_whole(options).map(|scanned| scanned.report)
}

fn scan_whole(options: &Options) -> Result<Scanned, ScanError> {
    run_with(
        &find,
        &[rule("bad").into(), rule("secret").into()],
        None,
        options,
        &Progress::default(),
    )
}

fn tree(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn options(dir: &TempDir) -> Options {
    Options {
        paths: vec![dir.path().to_owned()],
        threads: Some(2),
        ..Options::default()
    }
}

fn scan_text(text: &str) -> Report {
    scan(&options(&tree(&[("a.py", text)]))).unwrap()
}

#[test]
fn findings_come_by_path_then_place_then_rule() {
    let dir = tree(&[("b.py", "BAD"), ("a/c.py", "x\n BAD SECRET=abcdef\nBAD")]);
    let report = scan(&options(&dir)).unwrap();
    let shown: Vec<String> = report
        .findings
        .iter()
        .map(|f| {
            format!(
                "{} {}:{} {}",
                f.place.path, f.place.start.line, f.place.start.column, f.rule.0
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "a/c.py 2:2 0",
            "a/c.py 2:13 1",
            "a/c.py 3:1 0",
            "b.py 1:1 0"
        ]
    );
    assert_eq!(
        report.totals,
        Totals {
            files: 2,
            bytes: 27,
            parsed: 0
        }
    );
}

#[test]
fn a_report_does_not_depend_on_threads_or_the_order_of_paths() {
    let files: Vec<(String, String)> = (0..300)
        .map(|i| {
            let text = "BAD # aiscan: ignore[bad] fine\nBAD\nSECRET=hunter22\n".repeat(i % 7);
            (
                format!("d{}/f{i}.py", i % 13),
                text + if i % 50 == 0 { "PANIC" } else { "" },
            )
        })
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let dir = tree(&files);
    let shown = |threads, reverse: bool| {
        let mut paths: Vec<_> = (0..13).map(|i| dir.path().join(format!("d{i}"))).collect();
        if reverse {
            paths.reverse();
        }
        let options = Options {
            paths,
            threads: Some(threads),
            ..Options::default()
        };
        let report = Report {
            elapsed: Duration::ZERO,
            ..scan(&options).unwrap()
        };
        format!("{report:?}")
    };
    let one = shown(1, false);
    assert_eq!(one, shown(8, true));
    assert!(one.matches("Reported").count() > 500);
}

#[test]
fn a_panic_in_one_file_is_its_problem_alone_and_tells_no_text() {
    let dir = tree(&[("a.py", "PANIC hunter22"), ("b.py", "BAD")]);
    let report = scan(&options(&dir)).unwrap();
    assert_eq!(report.findings.len(), 1);
    let [problem] = &report.problems[..] else {
        panic!("{:?}", report.problems);
    };
    assert_eq!(problem.path, "a.py");
    let text = problem.problem.to_string();
    assert!(
        text.contains("internal error: panicked at src/scan/tests.rs:"),
        "{text}"
    );
    assert!(!format!("{report:?}").contains("hunter22"));
}

#[test]
fn what_cannot_be_examined_is_in_the_report() {
    let dir = tree(&[
        ("big.py", &"x".repeat(6 << 20)),
        ("budget.py", "BUDGET"),
        ("cookie.py", "# coding: utf-7\n"),
        ("image.png", "\0"),
    ]);
    let report = scan(&options(&dir)).unwrap();
    let problems: Vec<&str> = report
        .problems
        .iter()
        .map(|problem| problem.path.as_str())
        .collect();
    assert_eq!(problems, ["big.py", "budget.py", "cookie.py"]);
    assert!(
        report
            .problems
            .iter()
            .all(|problem| problem.problem.is_incomplete())
    );
    assert_eq!(report.skipped[&SkipReason::Binary].examples, ["image.png"]);
    assert_eq!(report.totals.files, 2);
}

#[test]
fn suppressions_reach_findings_and_problems_the_report() {
    let report = scan_text("BAD # aiscan: ignore[bad] fine\nx # aiscan: ignore[bad] old\n");
    let suppression = report.findings[0].suppression.as_ref().unwrap();
    assert_eq!((suppression.line, suppression.reason.as_str()), (1, "fine"));
    let [problem] = &report.suppression_problems[..] else {
        panic!("{:?}", report.suppression_problems);
    };
    assert_eq!((problem.path.as_str(), problem.line), ("a.py", 2));
}

#[test]
fn fingerprints_survive_moved_lines_and_hold_apart_equal_findings() {
    let fingerprints = |text: &str| -> Vec<String> {
        let report = scan_text(text);
        report
            .findings
            .into_iter()
            .map(|finding| finding.fingerprint)
            .collect()
    };
    let before = fingerprints("BAD\nBAD\n");
    assert_eq!(before, fingerprints("\n\nx\r\n  BAD\r\n y BAD\n"));
    assert_ne!(before[0], before[1]);
}

#[test]
fn line_hashes_are_of_the_masked_text() {
    let hash = |text: &str| scan_text(text).findings[0].line_hash.clone();
    assert_eq!(hash("a\nBAD\n"), hash("b\nc\nBAD\n"));
    assert_ne!(hash("a\nBAD\n"), hash("a\nBAD 2\n"));
    assert_eq!(hash("SECRET=hunter22\n"), hash("SECRET=tiger-33\n"));
}

#[test]
fn no_files_is_an_error_unless_excluding_is_forced() {
    let dir = tree(&[("a.bin", "\0"), ("b.py", "x")]);
    let mut options = options(&dir);
    options.exclude = vec!["*.py".into()];
    let error = scan(&options).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "there is no file to scan in `{}`; left out: 1 excluded, 1 binary",
            dir.path().display()
        )
    );
    options.force_exclude = true;
    assert_eq!(scan(&options).unwrap().totals.files, 0);
}

#[test]
fn standard_input_is_scanned_under_its_name() {
    let stdin = |filename: &str, bytes: &[u8]| Options {
        subject: Subject::Stdin(Stdin {
            filename: filename.into(),
            bytes: bytes.into(),
        }),
        exclude: vec!["gen".into()],
        ..Options::default()
    };
    let report = scan(&stdin("a.py", b"BAD")).unwrap();
    assert_eq!(report.findings[0].place.path, "a.py");
    assert_eq!(scan(&stdin("gen/a.py", b"BAD")).unwrap().findings.len(), 1);
    let forced = Options {
        force_exclude: true,
        ..stdin("gen/a.py", b"BAD")
    };
    assert_eq!(scan(&forced).unwrap().findings.len(), 0);
    assert!(scan(&stdin("a.bin", b"\0")).is_err());
}

/// What the fixes of `a.py` make of it, by its bytes and as it is shown.
fn fixed(text: &str) -> (FileFix, Option<Vec<u8>>) {
    let dir = tree(&[("a.py", text)]);
    let options = Options {
        extras: Extras {
            fixes: true,
            timings: false,
        },
        ..options(&dir)
    };
    let mut fix = scan_whole(&options).unwrap().fixes.remove(0);
    let after = fix.bytes.take().map(|(_, after)| after);
    (fix, after)
}

#[test]
fn silenced_findings_are_not_fixed() {
    let (fix, after) = fixed("BAD\nBAD # aiscan: ignore[bad] it is fine\n");
    assert_eq!(fix.made, 1);
    let expected = "good(BAD)\nBAD # aiscan: ignore[bad] it is fine\n";
    assert_eq!(after.unwrap(), expected.as_bytes());
}

#[test]
fn a_preview_of_fixes_shows_no_secret_and_the_file_keeps_it() {
    let (fix, after) = fixed("BAD\nSECRET=abcdefgh\n");
    assert_eq!(fix.after, "good(BAD)\nSECRET=…(8 chars)\n");
    assert_eq!(after.unwrap(), b"good(BAD)\nSECRET=abcdefgh\n");
}

#[test]
fn nothing_is_worked_out_unless_asked_for() {
    let dir = tree(&[("a.py", "BAD")]);
    let scanned = scan_whole(&options(&dir)).unwrap();
    assert!(scanned.fixes.is_empty());
    assert!(scanned.timings.rules.is_empty());
}

#[test]
fn progress_counts_files() {
    let dir = tree(&[("a.py", ""), ("b.py", "PANIC")]);
    let progress = Progress::default();
    run_with(&find, &[], None, &options(&dir), &progress).unwrap();
    assert_eq!((progress.done(), progress.known()), (2, 2));
}

#[test]
fn a_thousand_findings_on_one_line_take_no_more_than_linear_time() {
    let started = Instant::now();
    let text = format!("{}{}", "x".repeat(1 << 20), "BAD;é".repeat(2_000));
    let Scanned { report, .. } = run_with(
        &|source: &Source| FileReport {
            findings: (0..20_000)
                .map(|i| Finding {
                    rule: RuleIndex(0),
                    span: Span::new((1 << 20) + i % 4_000, (1 << 20) + i % 4_000 + 3),
                    message: String::new(),
                    severity: Severity::High,
                    confidence: Confidence::High,
                    trace: Vec::new(),
                    fix: None,
                    secret: (source.text().len() == i).then(Span::default),
                })
                .collect(),
            ..FileReport::default()
        },
        &[rule("bad").into()],
        None,
        &options(&tree(&[("a.js", &text)])),
        &Progress::default(),
    )
    .unwrap();
    assert_eq!(report.findings.len(), 20_000);
    // Counting columns from the start of the line for each takes minutes.
    assert!(started.elapsed().as_secs() < 30);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_secret_is_in_a_report(
        secret in "[A-Z][A-Za-z0-9/+=_.-]{7,40}",
        other in "[A-Z][A-Za-z0-9]{7,9}",
        fill in 0usize..600,
    ) {
        // The path, the rules' words and the numbers of a report are not made from the text.
        let mut text = format!("{}BAD {secret}\n", "é".repeat(fill));
        writeln!(text, "SECRET={secret} # {other} {secret}{other}").unwrap();
        writeln!(text, "BAD {} {secret}{secret}", "z".repeat(fill)).unwrap();
        writeln!(text, "BAD # aiscan: ignore[bad] {secret} is fine").unwrap();
        writeln!(text, "x # aiscan: ignore[{secret}] why").unwrap();
        writeln!(text, "SECRET={other}").unwrap();
        let dir = tree(&[("a.py", &text)]);
        let options = Options {
            extras: Extras {
            fixes: true,
            timings: false,
        },
            ..options(&dir)
        };
        let Scanned { report, fixes, .. } = scan_whole(&options).unwrap();
        prop_assert_eq!(report.findings.len(), 5);
        prop_assert!(report.findings.iter().any(|finding| finding.suppression.is_some()));
        prop_assert_eq!(report.suppression_problems.len(), 1);
        let previews = fixes.iter().map(|fix| (&fix.before, &fix.after));
        let shown = format!("{report:?}{:?}", previews.collect::<Vec<_>>());
        prop_assert!(!shown.contains(&secret), "{}", shown);
        prop_assert!(!shown.contains(&other), "{}", shown);
    }
}
