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
    failure: Failure,
    text: String,
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
                failure,
            }));
    }
    Ok(())
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
    let (title, label) = match failed.failure {
        Failure::Missing(_) => ("does not report", "is annotated and not reported"),
        Failure::Unexpected(_) => ("reports", "is reported and not annotated"),
    };
    let title = format!(
        "`{}` {title} line {}",
        escape(&failed.rule),
        line(failed.failure)
    );
    let text: String = failed.text.chars().take(LINE_SHOWN).collect();
    let start = text.len() - text.trim_start().len();
    let (text, marked) = escape_excerpt(&text, &(start..text.len()));
    let snippet = Snippet::source(text)
        .line_start(line(failed.failure) as usize)
        .path(escape(&failed.path))
        .annotation(AnnotationKind::Primary.span(marked).label(label));
    renderer.render(&[Level::ERROR.primary_title(title).element(snippet)])
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

    fn failed(failure: Failure) -> Tested {
        Tested {
            failures: vec![Failed {
                rule: "a.b".into(),
                path: "fixtures/a.py".into(),
                text: "    os.system(x)".into(),
                failure,
            }],
            ..Tested::default()
        }
    }

    #[test]
    fn a_failing_line_is_shown() {
        let tested = [failed(Failure::Missing(3)), failed(Failure::Unexpected(12))];
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
        assert_eq!(status(&[failed(Failure::Missing(1))]), ExitStatus::Failed);
        assert_eq!(
            status(&[failed(Failure::Missing(1)), broken]),
            ExitStatus::Unknown
        );
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
