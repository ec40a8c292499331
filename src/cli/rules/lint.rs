//! `aiscan rules lint`: are the rules well made?
//!
//! A rule that loads may still be of little use: one without a reason teaches nothing, one without
//! a target breaks unseen.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::files::{self, RuleFile};
use super::{CliError, ExitStatus, Ui};
use crate::cli::load;
use crate::report::text::{LineGuard, one_line, web_address};
use crate::rule::Meta;
use crate::rule::fixture::{self, Annotation, Mark};

/// A target has at least this many lines that are reported, and as many near misses.
const MIN_ANNOTATIONS: usize = 2;
/// A message is one sentence.
const MAX_MESSAGE: usize = 300;

/// Check that rules are well made
///
/// They load, say what is wrong, why it matters and what to do, name a weakness and a reference,
/// and have a target with lines that are reported and lines that are not.
#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// A folder with rules, or a rule file
    #[arg(value_name = "DIR", default_value = "rules")]
    dir: PathBuf,
}

pub(crate) fn run(args: &LintArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    let (files, _) = files::find(&args.dir)?;
    if files.is_empty() {
        return Err(CliError::new(
            format!("there are no rule files in `{}`", args.dir.display()),
            "name a folder with rule files",
        ));
    }
    let mut faults = Vec::new();
    for file in &files {
        let path = file.path.display();
        faults.extend(
            faults_of(file)
                .into_iter()
                .map(|fault| format!("{path}: {fault}")),
        );
    }
    ui.stdout(|out| {
        let mut out = LineGuard::new(out);
        for fault in &faults {
            writeln!(out, "{}", one_line(fault))?;
        }
        writeln!(out, "{} rule files, {} faults", files.len(), faults.len())?;
        out.flush()
    })?;
    Ok(if faults.is_empty() {
        ExitStatus::Passed
    } else {
        ExitStatus::Failed
    })
}

fn faults_of(file: &RuleFile) -> Vec<String> {
    let rules = match load::file(&file.path) {
        Ok(rules) => rules,
        Err(error) => return vec![error.message],
    };
    let mut said = Vec::new();
    let mut faults = Vec::new();
    for target in &file.targets {
        match std::fs::read(target) {
            Ok(bytes) => said.extend(fixture::annotations(&bytes)),
            Err(error) => faults.push(format!("`{}`: {error}", target.display())),
        }
    }
    for meta in rules.metas() {
        let of_rule = faults_of_rule(meta, file.built_in.as_deref(), &said);
        faults.extend(
            of_rule
                .into_iter()
                .map(|fault| format!("{}: {fault}", meta.id)),
        );
    }
    faults
}

fn faults_of_rule(rule: &Meta, built_in: Option<&str>, said: &[Annotation]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, fault: &str| {
        if !holds {
            faults.push(fault.to_owned());
        }
    };
    let word = |part: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(plain)
    };
    check(
        built_in.is_none_or(|path| path == rule.id),
        "its id is not its path below `rules/` with dots",
    );
    check(
        rule.id.split('.').all(word),
        "its id is not in kebab-case with dots",
    );
    let message = one_line(&rule.message);
    check(
        message.ends_with('.'),
        "its message is no sentence that ends with a full stop",
    );
    check(
        message.chars().count() <= MAX_MESSAGE,
        "its message is longer than a sentence",
    );
    check(!rule.why.trim().is_empty(), "it has no `why`");
    check(!rule.repair.trim().is_empty(), "it has no `repair`");
    check(
        rule.cwe_numbers().next().is_some(),
        "it names no weakness under `cwe`",
    );
    check(!rule.references.is_empty(), "it has no `references`");
    check(
        rule.references
            .iter()
            .all(|reference| web_address(reference).is_some()),
        "a reference is no web address",
    );
    for (mark, word) in [(Mark::Report, "ruleid"), (Mark::Silence, "ok")] {
        let lines = said
            .iter()
            .filter(|said| said.rule == rule.id && said.mark == mark);
        check(
            lines.count() >= MIN_ANNOTATIONS,
            &format!("its targets have fewer than {MIN_ANNOTATIONS} lines with `{word}`"),
        );
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Severity};

    const TARGET: &str = "# ruleid: a.b\n# ruleid: a.b\n# ok: a.b\n# ok: a.b\n";

    fn good() -> Meta {
        Meta {
            id: "a.b".into(),
            file: None,
            message: "It is wrong.".into(),
            severity: Severity::High,
            confidence: Confidence::High,
            languages: vec!["python".into()],
            cwe: vec!["CWE-89: SQL Injection".into()],
            why: "It hurts.".into(),
            repair: "Do it right.".into(),
            references: vec!["https://example.org/".into()],
        }
    }

    #[track_caller]
    fn check(rule: &Meta, target: &str, expected: &[&str]) {
        let said = fixture::annotations(target.as_bytes());
        assert_eq!(faults_of_rule(rule, Some("a.b"), &said), expected);
    }

    #[test]
    fn a_good_rule_has_no_faults() {
        check(&good(), TARGET, &[]);
    }

    #[test]
    fn each_missing_part_is_a_fault_of_its_own() {
        let rule = Meta {
            message: "it is wrong".into(),
            why: " ".into(),
            repair: String::new(),
            cwe: vec!["injection".into()],
            references: Vec::new(),
            ..good()
        };
        let expected = [
            "its message is no sentence that ends with a full stop",
            "it has no `why`",
            "it has no `repair`",
            "it names no weakness under `cwe`",
            "it has no `references`",
        ];
        check(&rule, TARGET, &expected);
    }

    #[test]
    fn ids_are_paths_in_kebab_case() {
        let rule = Meta {
            id: "A_b".into(),
            ..good()
        };
        let faults = faults_of_rule(&rule, Some("a.b"), &[]);
        assert_eq!(faults[0], "its id is not its path below `rules/` with dots");
        assert_eq!(faults[1], "its id is not in kebab-case with dots");
    }

    #[test]
    fn targets_show_what_is_reported_and_what_is_not() {
        check(
            &good(),
            "# ruleid: a.b\n# ruleid: a.b\n# ok: other\n# ok: other\n",
            &["its targets have fewer than 2 lines with `ok`"],
        );
    }
}
