//! One line a finding: `path:line:column: severity[rule] message`.

use std::io::{self, Write};

use super::text::{LineGuard, escape, one_line};
use super::{Detail, Emitter, Outcome, Style, summary};

/// Writes the findings that nothing silenced, a line each, and one line on the whole.
pub(super) struct Concise {
    pub(super) style: Style,
}

impl Emitter for Concise {
    fn emit(&self, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut out = LineGuard::new(out);
        for finding in &outcome.report.findings {
            if finding.suppression.is_some() {
                continue;
            }
            let place = &finding.place;
            writeln!(
                out,
                "{}:{}:{}: {}[{}] {}",
                escape(&place.path),
                place.start.line,
                place.start.column,
                finding.severity,
                escape(&outcome.rule(finding).id),
                one_line(&finding.message),
            )?;
        }
        for file in &outcome.report.problems {
            let kind = if file.problem.is_incomplete() {
                "not examined"
            } else {
                "warning"
            };
            let problem = file.problem.to_string();
            let problem = one_line(&problem);
            writeln!(out, "{}: {kind}: {problem}", escape(&file.path))?;
        }
        if self.style.detail != Detail::Quiet {
            writeln!(out, "{}", summary::line(outcome))?;
        }
        out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn every_finding_has_one_line() {
        let text = sample::emitted(&Concise {
            style: Style::default(),
        });
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_hostile_path_and_message_steer_nothing() {
        let mut report = sample::report();
        report.findings.truncate(1);
        report.findings[0].place.path = "::error::\u{1b}]0;x\n.py".into();
        report.findings[0].message = "a\n::warning::b ##[group]".into();
        let text = sample::emitted_of(
            &report,
            &Concise {
                style: Style::default(),
            },
        );
        let line = text.lines().next().unwrap();
        assert!(
            line.starts_with("\\u{3a}:error::\\u{1b}]0;x\\u{a}.py:"),
            "{line}"
        );
        assert!(line.ends_with("a ::warning::b #\\u{23}[group]"), "{line}");
    }
}
