//! `aiscan rules test`: do the rules report on the lines that their targets say?

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use clap::Args;
use rayon::prelude::*;

use super::files::{self, RuleFile};
use super::{CliError, ExitStatus, Ui};
use crate::cli::load;
use crate::engine::{self, RuleSet};
use crate::fix;
use crate::lang::Language;
use crate::report::text::{LineGuard, escape, escape_excerpt, one_line};
use crate::report::{Detail, Style};
use crate::rule::fixture::{self, Failure};
use crate::source::Source;

/// A line of a target is shown up to here.
const LINE_SHOWN: usize = 200;

/// Run rules on their annotated targets
///
/// A comment `ruleid: ID` says that the rule reports on the next line, `ok: ID` that it does not,
/// `todoruleid: ID` and `todook: ID` that it does not do so yet. Any other line that is reported
/// fails. Targets of `rules/a/b.yaml` lie at `fixtures/rules/a/b.*`; elsewhere, beside the rule.
/// Where there is `b.fixed.py` beside `b.py`, it has to be what the fixes make of that.
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// A folder with rules, or a rule file
    #[arg(value_name = "DIR", default_value = "rules")]
    dir: PathBuf,
}

/// What came of one rule file.
#[derive(Debug, Default)]
struct Tested {
    /// How often a rule met a target and did what it says.
    held: usize,
    failures: Vec<Failed>,
    /// What kept a rule from being tested.
    errors: Vec<String>,
}

/// A rule that did not do what its target says.
#[derive(Debug)]
struct Failed {
    rule: String,
    path: String,
    fault: Fault,
    /// The line that it is about.
    text: String,
}

/// What was not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// A rule reports a line, or does not.
    Report(Failure),
    /// The fixes make something else of the target than its fixed file holds in this line.
    Fixed(u32, Option<String>),
}

pub(crate) fn run(args: &TestArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    let (files, passed_over) = files::find(&args.dir)?;
    if files.is_empty() {
        return Err(CliError::new(
            format!("there are no rule files in `{}`", args.dir.display()),
            "name a folder with rule files",
        ));
    }
    let tested: Vec<Tested> = files.par_iter().map(test_file).collect();
    let without = files.iter().filter(|file| file.targets.is_empty()).count();
    ui.stdout(|out| {
        let mut out = LineGuard::new(out);
        write(&tested, ui.style, &mut out)?;
        writeln!(out, "{}", summary(&tested, without, passed_over))?;
        out.flush()
    })?;
    Ok(status(&tested))
}

/// What could not be tested outweighs what failed: nothing can be said then.
fn status(tested: &[Tested]) -> ExitStatus {
    match tested {
        tested if tested.iter().any(|file| !file.errors.is_empty()) => ExitStatus::Unknown,
        tested if tested.iter().any(|file| !file.failures.is_empty()) => ExitStatus::Failed,
        _ => ExitStatus::Passed,
    }
}

fn test_file(file: &RuleFile) -> Tested {
    let mut tested = Tested::default();
    let rules = match load::file(&file.path) {
        Ok(rules) => rules,
        Err(error) => {
            tested.errors.push(error.message);
            return tested;
        }
    };
    if file.built_in.is_some() && file.targets.is_empty() {
        let path = file.path.display();
        tested
            .errors
            .push(format!("`{path}` has no target below `fixtures/rules`"));
    }
    for target in &file.targets {
        if let Err(error) = test_target(&rules, target, file.built_in.is_some(), &mut tested) {
            tested
                .errors
                .push(format!("`{}`: {error}", target.display()));
        }
    }
    tested
}

/// Runs all rules of a file on one target. With `strict`, a target names no other rules: in this
/// project each rule has a target of its own, and another id is a slip.
fn test_target(
    rules: &RuleSet,
    path: &Path,
    strict: bool,
    tested: &mut Tested,
) -> Result<(), String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let seed = rules.metas().first().map_or("", |meta| &meta.id);
    let bytes = fixture::expand(&bytes, seed)
        .map_err(|error| error.to_string())?
        .into_owned();
    let said = fixture::annotations(&bytes);
    let language = match Language::of_path(path) {
        Language::Text => Language::of_shebang(&bytes).unwrap_or(Language::Text),
        language => language,
    };
    let source = Source::new(path.display().to_string(), language, bytes);
    let report = engine::scan_file(rules, &source);
    if let Some(problem) = report.problems.first() {
        return Err(problem.to_string());
    }
    let known: BTreeSet<&str> = rules.metas().iter().map(|meta| meta.id.as_str()).collect();
    let stray = said.iter().find(|said| !known.contains(said.rule.as_str()));
    if let Some(stray) = stray.filter(|_| strict) {
        let above = stray.line - 1;
        return Err(format!(
            "line {above} names `{}`, which is not in the rule file",
            stray.rule
        ));
    }
    for (index, meta) in (0..).zip(rules.metas()) {
        let of_rule = report
            .findings
            .iter()
            .filter(|finding| finding.rule.0 == index);
        let reported = of_rule
            .map(|finding| source.line_of(finding.span.start))
            .collect();
        let failures = fixture::compare(&meta.id, &said, &reported);
        if failures.is_empty() {
            tested.held += 1;
        }
        tested
            .failures
            .extend(failures.into_iter().map(|failure| Failed {
                rule: meta.id.clone(),
                path: source.path.clone(),
                text: source.show(source.line_span(line(failure))).into_owned(),
                fault: Fault::Report(failure),
            }));
    }
    let Some(fixed) = files::fixed(path).filter(|fixed| fixed.is_file()) else {
        return Ok(());
    };
    let expected = std::fs::read(&fixed).map_err(|error| error.to_string())?;
    let expected = fixture::expand(&expected, seed).map_err(|error| error.to_string())?;
    let edits = report.findings.into_iter().filter_map(|found| found.fix);
    let plan = fix::Plan::new(&source, edits.collect());
    match first_difference(&expected, &plan.text(&source)) {
        None => tested.held += 1,
        Some((line, expected, found)) => tested.failures.push(Failed {
            rule: seed.to_owned(),
            path: fixed.display().to_string(),
            fault: Fault::Fixed(line, found),
            text: expected,
        }),
    }
    Ok(())
}

/// The first line in which two texts differ: its number, how it should be, and how it is, where
/// there is such a line.
fn first_difference(expected: &[u8], found: &[u8]) -> Option<(u32, String, Option<String>)> {
    let mut found = found.split_inclusive(|&b| b == b'\n');
    let show = |line: &[u8]| {
        String::from_utf8_lossy(line)
            .trim_end_matches('\n')
            .to_owned()
    };
    let mut number = 0;
    for line in expected.split_inclusive(|&b| b == b'\n') {
        number += 1;
        let other = found.next();
        if other != Some(line) {
            return Some((number, show(line), other.map(show)));
        }
    }
    let more = found.next()?;
    Some((number + 1, String::new(), Some(show(more))))
}

fn line(failure: Failure) -> u32 {
    match failure {
        Failure::Missing(line) | Failure::Unexpected(line) => line,
    }
}

fn write(tested: &[Tested], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if style.colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.term_width(style.width);
    for file in tested {
        for failed in &file.failures {
            writeln!(out, "{}\n", excerpt(failed, &renderer))?;
        }
        for error in &file.errors {
            writeln!(out, "error: {}\n", one_line(error))?;
        }
        if style.detail == Detail::Verbose && file.failures.is_empty() {
            writeln!(out, "{} held", file.held)?;
        }
    }
    Ok(())
}

fn excerpt(failed: &Failed, renderer: &Renderer) -> String {
    let rule = escape(&failed.rule);
    let (line, title, label) = match &failed.fault {
        Fault::Report(Failure::Missing(line)) => (
            *line,
            format!("`{rule}` does not report line {line}"),
            "is annotated and not reported".to_owned(),
        ),
        Fault::Report(Failure::Unexpected(line)) => (
            *line,
            format!("`{rule}` reports line {line}"),
            "is reported and not annotated".to_owned(),
        ),
        Fault::Fixed(line, found) => (
            *line,
            format!("the fixes of `{rule}` make another line {line}"),
            match found {
                Some(found) => format!("is `{}` after the fixes", one_line(&cut(found))),
                None => "is not there after the fixes".to_owned(),
            },
        ),
    };
    let text = cut(&failed.text);
    let start = text.len() - text.trim_start().len();
    let (text, marked) = escape_excerpt(&text, &(start..text.len()));
    let snippet = Snippet::source(text)
        .line_start(line as usize)
        .path(escape(&failed.path))
        .annotation(AnnotationKind::Primary.span(marked).label(label));
    renderer.render(&[Level::ERROR.primary_title(title).element(snippet)])
}

fn cut(text: &str) -> String {
    text.chars().take(LINE_SHOWN).collect()
}

fn summary(tested: &[Tested], without: usize, passed_over: usize) -> String {
    let sum = |count: fn(&Tested) -> usize| tested.iter().map(count).sum::<usize>();
    let mut text = format!(
        "{} rule files: {} tests hold, {} lines fail, {} could not be tested",
        tested.len(),
        sum(|file| file.held),
        sum(|file| file.failures.len()),
        sum(|file| file.errors.len()),
    );
    if without > 0 {
        let _ = write!(text, "; {without} rule files have no target");
    }
    if passed_over > 0 {
        let _ = write!(
            text,
            "; {passed_over} YAML files without rules were passed over"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(fault: Fault) -> Tested {
        Tested {
            failures: vec![Failed {
                rule: "a.b".into(),
                path: "fixtures/a.py".into(),
                text: "    os.system(x)".into(),
                fault,
            }],
            ..Tested::default()
        }
    }

    #[test]
    fn a_failing_line_is_shown() {
        let tested = [
            failed(Fault::Report(Failure::Missing(3))),
            failed(Fault::Report(Failure::Unexpected(12))),
            failed(Fault::Fixed(7, Some("    os.system(y)".into()))),
        ];
        let mut out = Vec::new();
        write(&tested, Style::default(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn what_could_not_be_tested_outweighs_what_failed() {
        let broken = Tested {
            errors: vec!["broken".into()],
            ..Tested::default()
        };
        assert_eq!(status(&[]), ExitStatus::Passed);
        let missing = || failed(Fault::Report(Failure::Missing(1)));
        assert_eq!(status(&[missing()]), ExitStatus::Failed);
        assert_eq!(status(&[missing(), broken]), ExitStatus::Unknown);
    }

    #[test]
    fn the_first_line_that_differs_is_told() {
        let told = |line, expected: &str, found: Option<&str>| {
            Some((line, expected.to_owned(), found.map(str::to_owned)))
        };
        assert_eq!(first_difference(b"a\nb\n", b"a\nb\n"), None);
        assert_eq!(
            first_difference(b"a\nb\n", b"a\nc\n"),
            told(2, "b", Some("c"))
        );
        assert_eq!(first_difference(b"a\nb\n", b"a\n"), told(2, "b", None));
        assert_eq!(first_difference(b"a\n", b"a\nb"), told(2, "", Some("b")));
    }

    #[test]
    fn a_fixed_target_is_what_the_fixes_make() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let head = "rules:\n- {id: a, message: m, severity: ERROR, languages: [python], ";
        write("a.yaml", &format!("{head}pattern: f($X), fix: g($X)}}\n"));
        write("a.py", "# ruleid: a\nf(1)\n");
        let failures = |fixed: &str| {
            write("a.fixed.py", fixed);
            let (files, _) = files::find(folder.path()).unwrap();
            let tested = test_file(&files[0]);
            (tested.held, tested.failures.len())
        };
        assert_eq!(failures("# ruleid: a\ng(1)\n"), (2, 0));
        assert_eq!(failures("# ruleid: a\nh(1)\n"), (1, 1));
    }

    #[test]
    fn annotations_of_strange_rules_are_slips_in_this_project_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        std::fs::write(&path, "# ruleid: other\nx\n").unwrap();
        let check =
            |strict| test_target(&RuleSet::default(), &path, strict, &mut Tested::default());
        assert_eq!(check(false), Ok(()));
        assert_eq!(
            check(true),
            Err("line 1 names `other`, which is not in the rule file".into())
        );
    }
}
