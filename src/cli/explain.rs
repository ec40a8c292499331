//! `aiscan explain`: all that a rule says of itself.

use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;

use super::load::{self, RuleArgs};
use super::{CliError, ExitStatus, Ui};
use crate::report::text::{LineGuard, one_line};
use crate::rule::Meta;

/// Explain a rule: what it finds, why it matters, how to repair it
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule's id
    #[arg(value_name = "RULE")]
    id: String,
    #[command(flatten)]
    rules: RuleArgs,
}

pub(crate) fn run(args: &ExplainArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    let rules = load::rules(&args.rules, false)?.set;
    let metas = rules.metas();
    let Some(meta) = metas.iter().find(|meta| meta.id == args.id) else {
        return Err(unknown(&args.id, metas));
    };
    ui.stdout(|out| {
        let mut out = LineGuard::new(out);
        write(meta, ui.style.width, &mut out)?;
        out.flush()
    })?;
    Ok(ExitStatus::Passed)
}

fn unknown(id: &str, metas: &[Arc<Meta>]) -> CliError {
    let alike = metas.iter().map(|meta| meta.id.as_str());
    let alike = alike.filter(|other| other.contains(id) || id.contains(other));
    let alike: Vec<&str> = alike.take(5).collect();
    let help = match alike.as_slice() {
        [] => "`aiscan rules list` lists all rules".to_owned(),
        alike => format!("rules alike: {}", alike.join(", ")),
    };
    CliError::new(format!("there is no rule `{id}`"), help)
}

fn write(rule: &Meta, width: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}\n", one_line(&rule.id))?;
    write_wrapped(&rule.message, width, out)?;
    writeln!(out, "severity    {}", rule.severity)?;
    writeln!(out, "confidence  {}", rule.confidence)?;
    writeln!(out, "languages   {}", one_line(&rule.languages.join(", ")))?;
    for cwe in &rule.cwe {
        writeln!(out, "weakness    {}", one_line(cwe))?;
    }
    if let Some(file) = &rule.file {
        writeln!(out, "from        {}", one_line(file))?;
    }
    writeln!(out)?;
    for (title, text) in [("Why it matters", &rule.why), ("Repair", &rule.repair)] {
        if !text.trim().is_empty() {
            writeln!(out, "{title}")?;
            write_wrapped(text, width, out)?;
        }
    }
    if !rule.references.is_empty() {
        writeln!(out, "References")?;
    }
    for reference in &rule.references {
        writeln!(out, "  {}", one_line(reference))?;
    }
    Ok(())
}

/// A paragraph between two spaces and the width, and an empty line.
fn write_wrapped(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for word in one_line(text).split(' ') {
        if !line.is_empty() && line.chars().count() + word.chars().count() + 3 > width {
            writeln!(out, " {line}")?;
            line.clear();
        }
        line.push(' ');
        line += word;
    }
    writeln!(out, " {line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Severity};

    fn rule() -> Meta {
        Meta {
            id: "python.injection.sql-format-string".into(),
            file: None,
            message: "SQL text is built from `$X`\nby string formatting.".into(),
            severity: Severity::High,
            confidence: Confidence::Medium,
            languages: vec!["python".into()],
            cwe: vec!["CWE-89: SQL Injection".into()],
            why: "Who chooses the value chooses the statement, and with it what the database does."
                .into(),
            repair: "Pass values beside the text.".into(),
            references: vec!["https://peps.python.org/pep-0249/".into()],
        }
    }

    #[test]
    fn a_rule_is_explained_within_the_width() {
        let mut out = Vec::new();
        write(&rule(), 50, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn rules_alike_are_named() {
        let error = unknown("sql-format-string", &[rule().into()]);
        assert_eq!(
            error.help.as_deref(),
            Some("rules alike: python.injection.sql-format-string")
        );
    }
}
