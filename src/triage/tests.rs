//! What comments say about findings, on whole files.

use super::*;
use crate::finding::{Confidence, RuleIndex};
use crate::lang::Language;

/// Judges a text in which rule `r` finds every `BAD`, and rule `fatal`, critical, every `FATAL`.
/// Yields the reasons of silenced findings with their lines, then the problems.
fn judge(path: &str, text: &str, parsed: bool, examined: bool) -> (Vec<String>, Vec<String>) {
    let language = Language::of_path(path.as_ref());
    let source = Source::new(path.into(), language, text.into());
    let rule = |id: &str, severity| Meta {
        id: id.into(),
        file: None,
        message: String::new(),
        severity,
        confidence: Confidence::High,
        languages: Vec::new(),
        cwe: Vec::new(),
        why: String::new(),
        repair: String::new(),
        references: Vec::new(),
    };
    let rules = [rule("r", Severity::High), rule("fatal", Severity::Critical)].map(Arc::new);
    let mut findings = Vec::new();
    for (index, word) in ["BAD", "FATAL"].iter().enumerate() {
        findings.extend(text.match_indices(word).map(|(at, _)| Finding {
            rule: RuleIndex(index as u32),
            span: Span::new(at, at + word.len()),
            message: String::new(),
            severity: rules[index].severity,
            confidence: Confidence::High,
            trace: Vec::new(),
            fix: None,
            secret: None,
        }));
    }
    // A stand-in for a tree: what follows `#` up to the line's end, or stands in `/* */`.
    let tree = if parsed { text } else { "" };
    let mut comments = Vec::new();
    for (at, _) in tree.match_indices('#') {
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        comments.push(Span::new(at, end));
    }
    for (at, _) in tree.match_indices("/*") {
        comments.push(Span::new(
            at,
            at + text[at..].find("*/").map_or(text.len() - at, |end| end + 2),
        ));
    }
    let context = Context {
        source: &source,
        comments: parsed.then_some(&comments[..]),
        examined,
        rules: &rules,
        deselected: &BTreeSet::from(["off".to_owned()]),
    };
    let (silenced, problems) = triage(&context, &findings);
    let silenced = silenced.into_iter().flatten();
    (
        silenced
            .map(|s| format!("{}: {}", s.line, s.reason))
            .collect(),
        problems
            .into_iter()
            .map(|p| format!("{}: {}", p.line, p.message))
            .collect(),
    )
}

/// Both ways to read comments agree that these are silenced, without a problem.
fn check(path: &str, text: &str, silenced: &[&str]) {
    for parsed in [true, false] {
        let (reasons, problems) = judge(path, text, parsed, true);
        assert_eq!(reasons, silenced, "{text}");
        assert_eq!(problems, Vec::<String>::new(), "{text}");
    }
}

/// Both ways agree that nothing is silenced and that the problem says this.
fn check_problem(text: &str, expected: &str) {
    for parsed in [true, false] {
        let (reasons, problems) = judge("a.py", text, parsed, true);
        assert_eq!(reasons, Vec::<String>::new(), "{text}");
        assert!(
            problems.len() == 1 && problems[0].contains(expected),
            "{problems:?}"
        );
    }
}

#[test]
fn a_comment_covers_its_line() {
    check("a.py", "BAD # aiscan: ignore[r] why\n", &["1: why"]);
    check("a.py", "BAD  ## aiscan: ignore[r] why\r\n", &["1: why"]);
    check("a.js", "BAD /* aiscan: ignore[r] why */ + 1\n", &["1: why"]);
    check("a.py", "BAD # noqa # aiscan: ignore[r] why\n", &["1: why"]);
}

#[test]
fn a_comment_alone_covers_the_line_below() {
    check("a.py", "# aiscan: ignore[r] why\nBAD\n", &["1: why"]);
    check("a.js", "  /* aiscan: ignore[r] why */\nBAD\n", &["1: why"]);
    check_problem("x # aiscan: ignore[r] why\nBAD\n", "finds nothing");
    check_problem("# aiscan: ignore[r] why\n\nBAD\n", "finds nothing");
}

#[test]
fn comments_above_each_other_cover_the_same_line() {
    let text = "# aiscan: ignore[r] why\n# aiscan: ignore[fatal] no\nBAD FATAL\n";
    let (reasons, problems) = judge("a.py", text, true, true);
    assert_eq!(reasons, ["1: why"]);
    assert!(
        problems.len() == 1 && problems[0].contains("critical"),
        "{problems:?}"
    );
}

#[test]
fn a_block_comment_of_several_lines_covers_the_line_below_it() {
    let text = "/*\n * aiscan: ignore[r] why\n */\nBAD\n";
    assert_eq!(judge("a.js", text, true, true).0, ["2: why"]);
}

#[test]
fn a_finding_in_a_comment_is_covered_by_it() {
    check("a.py", "# BAD # aiscan: ignore[r] why\n", &["1: why"]);
}

#[test]
fn only_the_rule_named_is_silenced() {
    check_problem("BAD # aiscan: ignore[other] why\n", "no rule `other`");
    check_problem("FATAL # aiscan: ignore[fatal] why\n", "critical");
    check_problem("x # aiscan: ignore[r] why\n", "`r` finds nothing");
}

#[test]
fn a_malformed_comment_silences_nothing() {
    check_problem("BAD # aiscan: ignore[r]\n", "no reason");
    check_problem(
        "BAD # aiscan: ignore why\n",
        "aiscan: ignore[rule-id] reason",
    );
    check_problem(
        "BAD # aiscan: disable-file\n",
        "aiscan: ignore[rule-id] reason",
    );
}

#[test]
fn of_several_ids_the_unused_one_is_named() {
    let (reasons, problems) = judge("a.py", "BAD # aiscan: ignore[r, fatal] why\n", true, true);
    assert_eq!(reasons, ["1: why"]);
    assert!(problems.len() == 1 && problems[0].contains("`fatal` finds nothing"));
}

#[test]
fn strings_are_no_comments() {
    let text = "BAD; x = 'aiscan: ignore[r] why'\n";
    for parsed in [true, false] {
        assert_eq!(judge("a.py", text, parsed, true), (Vec::new(), Vec::new()));
    }
}

#[test]
fn a_directive_opens_its_comment() {
    let text = "BAD # write aiscan: ignore[r] why\n";
    for parsed in [true, false] {
        assert_eq!(judge("a.py", text, parsed, true), (Vec::new(), Vec::new()));
    }
}

#[test]
fn text_has_the_usual_marks_and_markup_only_its_own() {
    let reasons = |path, text| judge(path, text, false, true).0;
    assert_eq!(reasons(".env", "BAD # aiscan: ignore[r] why"), ["1: why"]);
    assert_eq!(reasons("a.sql", "BAD -- aiscan: ignore[r] why"), ["1: why"]);
    assert_eq!(
        reasons("a.md", "<!-- aiscan: ignore[r] why -->\nBAD"),
        ["1: why"]
    );
    assert_eq!(
        judge("a.md", "BAD `# aiscan: ignore[r] why`", false, true),
        (Vec::new(), Vec::new())
    );
}

#[test]
fn nothing_is_called_unused_where_rules_did_not_run() {
    let text = "x # aiscan: ignore[r] why\n";
    assert_eq!(judge("a.py", text, true, false).1, Vec::<String>::new());
    let text = "x # aiscan: ignore[off] why\n";
    assert_eq!(judge("a.py", text, true, true).1, Vec::<String>::new());
}

#[test]
fn any_bytes_are_judged_without_a_panic() {
    for text in [
        "aiscan:",
        "#aiscan:",
        "/*aiscan: ignore[",
        "# aiscan: ignore[é]\u{2028}",
        "#\0",
    ] {
        let _ = judge("a.js", text, false, true);
    }
}

#[test]
fn many_comments_take_no_more_than_linear_time() {
    let started = std::time::Instant::now();
    for text in [
        "# aiscan: ignore[r] why\n".repeat(20_000),
        "BAD # aiscan: ignore[r] why\n".repeat(20_000),
        "/* aiscan: ignore[r] why ".repeat(20_000),
        format!(
            "{}{}",
            " ".repeat(1 << 20),
            "# aiscan: ignore[r] why ".repeat(20_000)
        ),
    ] {
        let _ = judge("a.txt", &text, false, true);
    }
    // Quadratic, each of these takes minutes.
    assert!(started.elapsed().as_secs() < 20);
}
