//! Annotations of GitHub Actions: workflow commands on standard output.
//!
//! GitHub shows ten errors, ten warnings and ten notices a step, so the worst come first. All
//! untrusted text stands in escaped data or properties and can start no command of its own.

use std::io::{self, Write};

use super::text::{escape, one_line};
use super::{Emitter, Outcome, summary};
use crate::finding::Severity;
use crate::scan::Reported;

/// Writes a command for each finding that nothing silenced, the worst first.
pub(super) struct Github;

impl Emitter for Github {
    fn emit(&self, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
        for file in &outcome.report.problems {
            let (command, title) = if file.problem.is_incomplete() {
                ("error", "aiscan: not examined")
            } else {
                ("warning", "aiscan: examined in part")
            };
            let (path, title) = (property(&file.path), property(title));
            let message = data(&file.problem.to_string());
            writeln!(out, "::{command} file={path},title={title}::{message}")?;
        }
        let mut findings: Vec<&Reported> = outcome.report.findings.iter().collect();
        findings.retain(|finding| finding.suppression.is_none());
        findings.sort_by_key(|f| std::cmp::Reverse((outcome.gates(f), f.severity, f.confidence)));
        for finding in findings {
            write_finding(outcome, finding, out)?;
        }
        writeln!(out, "aiscan: {}", summary::line(outcome))
    }
}

fn write_finding(outcome: &Outcome<'_>, finding: &Reported, out: &mut dyn Write) -> io::Result<()> {
    let command = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    };
    let rule = outcome.rule(finding);
    let title = format!(
        "{} ({} severity, {} confidence)",
        rule.id, finding.severity, finding.confidence
    );
    let mut message = one_line(&finding.message).into_owned();
    if !rule.repair.trim().is_empty() {
        message += "\n";
        message += &one_line(&rule.repair);
    }
    let (start, end) = (finding.place.start, finding.place.end);
    write!(out, "::{command} file={},", property(&finding.place.path))?;
    write!(out, "line={},endLine={},", start.line, end.line)?;
    // GitHub refuses columns on annotations that span lines.
    if start.line == end.line {
        write!(out, "col={},endColumn={},", start.column, end.column)?;
    }
    writeln!(out, "title={}::{}", property(&title), data(&message))
}

/// Text after `::`. Unsafe characters are made visible, except line ends, which GitHub shows.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| percent(&escape(line))).collect();
    lines.join("%0A")
}

/// A value before `::`. Line ends are encoded, so that a path stays what it is; what acts on a
/// terminal is made visible.
fn property(text: &str) -> String {
    percent(text).replace(':', "%3A").replace(',', "%2C")
}

fn percent(text: &str) -> String {
    let text = text
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    match escape(&text) {
        std::borrow::Cow::Borrowed(_) => text,
        std::borrow::Cow::Owned(escaped) => escaped,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_worst_comes_first_and_what_was_not_examined_before_it() {
        insta::assert_snapshot!(sample::emitted(&Github));
    }

    #[test]
    fn no_text_starts_a_command_or_ends_a_property() {
        let mut report = sample::report();
        report.problems.clear();
        report.findings.truncate(1);
        report.findings[0].place.path = "a\n::error::b,line=1::%0A.py".into();
        report.findings[0].message = "m\r\n::set-env name=x::y".into();
        let text = sample::emitted_of(&report, &Github);
        assert!(
            text.contains("file=a%0A%3A%3Aerror%3A%3Ab%2Cline=1%3A%3A%250A.py,"),
            "{text}"
        );
        assert_eq!(
            text.lines().filter(|line| line.starts_with("::")).count(),
            1
        );
    }
}
