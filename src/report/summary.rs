//! The end of the reports for people: what was scanned, what was not and why, and what it comes to.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::text::{escape, one_line};
use super::{Detail, Outcome};
use crate::finding::Severity;
use crate::gate::Verdict;

/// Lists are cut here unless everything is asked for; counts never are.
const SHOWN: usize = 20;

/// The whole on one line.
pub(super) fn line(outcome: &Outcome<'_>) -> String {
    format!(
        "{}: {}",
        verdict_name(outcome.verdict),
        [scanned(outcome), found(outcome)].join("; ")
    )
}

/// The summary, ending with the verdict.
pub(super) fn write(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let seconds = outcome.report.elapsed.as_secs_f64();
    writeln!(out, "   scanned  {} in {seconds:.2} s", scanned(outcome))?;
    if !outcome.report.skipped.is_empty() {
        writeln!(out, "   skipped  {}", skipped(outcome))?;
    }
    writeln!(out, "     found  {}", found(outcome))?;
    for note in &outcome.report.notes {
        writeln!(out, "      note  {}", one_line(note))?;
    }
    writeln!(out, "   verdict  {}", verdict(outcome))
}

/// What was selected and not, or not wholly, examined: told at any level of detail.
pub(super) fn write_problems(
    outcome: &Outcome<'_>,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let problems = &outcome.report.problems;
    let (lost, degraded): (Vec<_>, Vec<_>) = problems
        .iter()
        .partition(|file| file.problem.is_incomplete());
    for (title, files) in [("not examined", lost), ("examined in part", degraded)] {
        let lines = files.iter().map(|file| {
            let problem = file.problem.to_string();
            let problem = one_line(&problem);
            format!("{}: {problem}", escape(&file.path))
        });
        write_list(title, lines, detail, out)?;
    }
    Ok(())
}

/// Suppression comments that do nothing.
pub(super) fn write_suppression_problems(
    outcome: &Outcome<'_>,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = outcome.report.suppression_problems.iter().map(|problem| {
        let message = one_line(&problem.message);
        format!("{}:{}: {message}", escape(&problem.path), problem.line)
    });
    write_list("suppressions without effect", lines, detail, out)
}

/// What was left out, with examples.
pub(super) fn write_skipped(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (reason, skipped) in &outcome.report.skipped {
        let examples = skipped.examples.iter();
        let mut lines: Vec<String> = examples.map(|path| escape(path).into_owned()).collect();
        if skipped.count > lines.len() {
            lines.push(format!("and {} more", skipped.count - lines.len()));
        }
        let title = format!("skipped: {}", reason.describe());
        write_list(&title, lines.into_iter(), Detail::Verbose, out)?;
    }
    Ok(())
}

fn write_list(
    title: &str,
    lines: impl ExactSizeIterator<Item = String>,
    detail: Detail,
    out: &mut dyn Write,
) -> io::Result<()> {
    let count = lines.len();
    if count == 0 {
        return Ok(());
    }
    let shown = match detail {
        Detail::Verbose => usize::MAX,
        Detail::Quiet | Detail::Normal => SHOWN,
    };
    writeln!(out, "{title}")?;
    for line in lines.take(shown) {
        writeln!(out, "  {line}")?;
    }
    if count > shown {
        writeln!(
            out,
            "  and {} more; --verbose lists them all",
            count - shown
        )?;
    }
    writeln!(out)
}

fn scanned(outcome: &Outcome<'_>) -> String {
    let report = outcome.report;
    format!(
        "{} ({}, {} parsed) with {}",
        count(report.totals.files, "file", "files"),
        size(report.totals.bytes),
        report.totals.parsed,
        count(report.rules.len(), "rule", "rules"),
    )
}

fn skipped(outcome: &Outcome<'_>) -> String {
    let reasons = outcome.report.skipped.iter();
    let parts: Vec<String> = reasons
        .map(|(reason, skipped)| format!("{} {}", skipped.count, reason.describe()))
        .collect();
    parts.join(", ")
}

fn found(outcome: &Outcome<'_>) -> String {
    let (silenced, open): (Vec<_>, Vec<_>) = outcome
        .report
        .findings
        .iter()
        .partition(|finding| finding.suppression.is_some());
    let mut text = match open.len() {
        0 => "nothing".to_owned(),
        n => count(n, "finding", "findings"),
    };
    let by_severity: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| {
            (
                open.iter().filter(|f| f.severity == severity).count(),
                severity,
            )
        })
        .filter(|&(n, _)| n > 0)
        .map(|(n, severity)| format!("{n} {severity}"))
        .collect();
    if !by_severity.is_empty() {
        let _ = write!(text, " ({})", by_severity.join(", "));
    }
    if !silenced.is_empty() {
        let _ = write!(text, "; {} suppressed by comments", silenced.len());
    }
    text
}

fn verdict(outcome: &Outcome<'_>) -> String {
    let policy = outcome.policy;
    let gating = outcome
        .report
        .findings
        .iter()
        .filter(|f| outcome.gates(f))
        .count();
    let reached = match policy.fail_on {
        None => "no finding fails, by --fail-on never".to_owned(),
        Some(least) => format!(
            "{gating} at or above {least} severity and {} confidence",
            policy.min_confidence
        ),
    };
    let name = verdict_name(outcome.verdict);
    match outcome.verdict {
        Verdict::Incomplete => {
            let problems = outcome.report.problems.iter();
            let lost = problems.filter(|file| file.problem.is_incomplete());
            let paths: BTreeSet<&str> = lost.map(|file| file.path.as_str()).collect();
            format!(
                "{name}: {} not examined; {reached}",
                count(paths.len(), "file", "files")
            )
        }
        Verdict::Passed if policy.exit_zero && gating > 0 => {
            format!("{name} by --exit-zero: {reached}")
        }
        Verdict::Passed | Verdict::Failed => format!("{name}: {reached}"),
    }
}

fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Incomplete => "incomplete",
    }
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a size is shown with one decimal"
)]
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_unit_that_fits() {
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_500), "1.5 kB");
        assert_eq!(size(5_000_000_000), "5.0 GB");
    }

    #[test]
    fn long_lists_are_cut_and_counted_unless_all_is_asked_for() {
        let lines = || {
            (0..25)
                .map(|n| n.to_string())
                .collect::<Vec<_>>()
                .into_iter()
        };
        let text = |detail| {
            let mut out = Vec::new();
            write_list("title", lines(), detail, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(text(Detail::Normal).contains("  19\n  and 5 more"));
        assert!(text(Detail::Verbose).contains("  24\n\n"));
    }
}
