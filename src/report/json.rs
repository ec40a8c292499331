//! JSON: one document, or one object a line. No absolute path, no clock time, no duration.
//!
//! The shape is versioned by `version`; members are added to it, and none changes its meaning
//! without a new number.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::harmless::{write_compact, write_pretty};
use super::{Emitter, Outcome};
use crate::gate::Verdict;
use crate::rule::Meta;
use crate::scan::{Place, Replacement, Reported};
use crate::source::Position;

/// The version of the shape below.
const VERSION: u32 = 1;

/// One document.
pub(super) struct Json;

/// One object a line: findings, problems and remarks in turn, and a summary as the last line.
pub(super) struct JsonLines;

impl Emitter for Json {
    fn emit(&self, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
        write_pretty(&JsonReport::new(outcome), out)
    }
}

impl Emitter for JsonLines {
    fn emit(&self, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
        let report = JsonReport::new(outcome);
        for finding in report.findings {
            write_line("finding", &finding, out)?;
        }
        for problem in report.problems {
            write_line("problem", &problem, out)?;
        }
        for problem in report.suppression_problems {
            write_line("suppression-problem", &problem, out)?;
        }
        for skipped in report.skipped {
            write_line("skipped", &skipped, out)?;
        }
        for note in report.notes {
            write_line("note", &JsonNote { message: note }, out)?;
        }
        write_line("summary", &report.summary, out)
    }
}

fn write_line(kind: &'static str, value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    write_compact(&JsonLine { kind, value }, out)
}

#[derive(Serialize)]
struct JsonLine<'a, T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    value: &'a T,
}

#[derive(Serialize)]
struct JsonReport<'a> {
    #[serde(flatten)]
    summary: JsonSummary,
    findings: Vec<JsonFinding<'a>>,
    problems: Vec<JsonProblem<'a>>,
    suppression_problems: Vec<JsonSuppressionProblem<'a>>,
    skipped: Vec<JsonSkipped<'a>>,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct JsonSummary {
    version: u32,
    tool: JsonTool,
    verdict: &'static str,
    /// Whether everything that was selected was examined.
    complete: bool,
    policy: JsonPolicy,
    rules: usize,
    files: usize,
    bytes: u64,
    parsed: usize,
    counts: JsonCounts,
}

#[derive(Serialize)]
struct JsonTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct JsonPolicy {
    fail_on: &'static str,
    min_confidence: &'static str,
    exit_zero: bool,
}

#[derive(Serialize)]
struct JsonCounts {
    findings: usize,
    gating: usize,
    suppressed: usize,
    problems: usize,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_file: Option<&'a str>,
    severity: &'static str,
    confidence: &'static str,
    /// Whether it reaches the gate.
    gates: bool,
    message: &'a str,
    #[serde(flatten)]
    place: JsonPlace<'a>,
    cwe: Vec<u32>,
    why: &'a str,
    repair: &'a str,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    trace: Vec<JsonStep<'a>>,
    fix: Option<JsonFix<'a>>,
    suppression: Option<JsonSuppression<'a>>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    path: &'a str,
    start: JsonPosition,
    end: JsonPosition,
    snippet: &'a str,
}

/// Counted from one; columns in characters, and in UTF-16 code units for those who need them.
#[derive(Serialize)]
struct JsonPosition {
    line: u32,
    column: u32,
    column_utf16: u32,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    note: &'a str,
    #[serde(flatten)]
    place: JsonPlace<'a>,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    start: JsonPosition,
    end: JsonPosition,
    replacement: &'a str,
}

#[derive(Serialize)]
struct JsonSuppression<'a> {
    line: u32,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsonProblem<'a> {
    path: &'a str,
    message: String,
    /// Whether the file counts as not examined.
    incomplete: bool,
}

#[derive(Serialize)]
struct JsonSuppressionProblem<'a> {
    path: &'a str,
    line: u32,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonSkipped<'a> {
    reason: &'static str,
    count: usize,
    examples: &'a [String],
}

#[derive(Serialize)]
struct JsonNote<'a> {
    message: &'a str,
}

impl<'a> JsonReport<'a> {
    fn new(outcome: &Outcome<'a>) -> JsonReport<'a> {
        let report = outcome.report;
        let problems = report.problems.iter().map(|file| JsonProblem {
            path: &file.path,
            message: file.problem.to_string(),
            incomplete: file.problem.is_incomplete(),
        });
        let suppressions = report.suppression_problems.iter();
        let suppressions = suppressions.map(|problem| JsonSuppressionProblem {
            path: &problem.path,
            line: problem.line,
            message: &problem.message,
        });
        let skipped = report.skipped.iter().map(|(reason, skipped)| JsonSkipped {
            reason: reason.name(),
            count: skipped.count,
            examples: &skipped.examples,
        });
        let findings = report.findings.iter();
        JsonReport {
            summary: JsonSummary::new(outcome),
            findings: findings
                .map(|finding| JsonFinding::new(outcome, finding))
                .collect(),
            problems: problems.collect(),
            suppression_problems: suppressions.collect(),
            skipped: skipped.collect(),
            notes: report.notes.iter().map(String::as_str).collect(),
        }
    }
}

impl JsonSummary {
    fn new(outcome: &Outcome<'_>) -> JsonSummary {
        let (report, policy) = (outcome.report, outcome.policy);
        let findings = &report.findings;
        JsonSummary {
            version: VERSION,
            tool: JsonTool {
                name: "aiscan",
                version: env!("CARGO_PKG_VERSION"),
            },
            verdict: match outcome.verdict {
                Verdict::Passed => "passed",
                Verdict::Failed => "failed",
                Verdict::Incomplete => "incomplete",
            },
            complete: outcome.is_complete(),
            policy: JsonPolicy {
                fail_on: policy.fail_on.map_or("never", |severity| severity.name()),
                min_confidence: policy.min_confidence.name(),
                exit_zero: policy.exit_zero,
            },
            rules: report.rules.len(),
            files: report.totals.files,
            bytes: report.totals.bytes,
            parsed: report.totals.parsed,
            counts: JsonCounts {
                findings: findings.iter().filter(|f| f.suppression.is_none()).count(),
                gating: findings.iter().filter(|f| outcome.gates(f)).count(),
                suppressed: findings.iter().filter(|f| f.suppression.is_some()).count(),
                problems: report.problems.len(),
            },
        }
    }
}

impl<'a> JsonFinding<'a> {
    fn new(outcome: &Outcome<'a>, finding: &'a Reported) -> JsonFinding<'a> {
        let rule = outcome.rule(finding);
        JsonFinding {
            rule: &rule.id,
            rule_file: rule_file(rule),
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            gates: outcome.gates(finding),
            message: &finding.message,
            place: JsonPlace::new(&finding.place),
            cwe: rule.cwe_numbers().collect(),
            why: &rule.why,
            repair: &rule.repair,
            fingerprint: &finding.fingerprint,
            commit: finding.commit.as_deref(),
            trace: finding
                .trace
                .iter()
                .map(|step| JsonStep {
                    note: &step.note,
                    place: JsonPlace::new(&step.place),
                })
                .collect(),
            fix: finding.fix.as_ref().map(JsonFix::new),
            suppression: finding.suppression.as_ref().map(|found| JsonSuppression {
                line: found.line,
                reason: &found.reason,
            }),
        }
    }
}

/// The file of a rule; its name alone where the path is absolute, which no machine format holds.
fn rule_file(rule: &Meta) -> Option<&str> {
    let file = rule.file.as_deref()?;
    if Path::new(file).is_absolute() {
        Path::new(file).file_name()?.to_str()
    } else {
        Some(file)
    }
}

impl<'a> JsonPlace<'a> {
    fn new(place: &'a Place) -> JsonPlace<'a> {
        JsonPlace {
            path: &place.path,
            start: JsonPosition::new(place.start),
            end: JsonPosition::new(place.end),
            snippet: &place.snippet,
        }
    }
}

impl JsonPosition {
    fn new(position: Position) -> JsonPosition {
        JsonPosition {
            line: position.line,
            column: position.column,
            column_utf16: position.column_utf16,
        }
    }
}

impl<'a> JsonFix<'a> {
    fn new(fix: &'a Replacement) -> JsonFix<'a> {
        JsonFix {
            start: JsonPosition::new(fix.start),
            end: JsonPosition::new(fix.end),
            replacement: &fix.text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_document_holds_one_of_everything() {
        insta::assert_snapshot!(sample::emitted(&Json));
    }

    #[test]
    fn lines_hold_one_object_each_and_end_with_the_summary() {
        let text = sample::emitted(&JsonLines);
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let kinds: Vec<&str> = lines
            .iter()
            .map(|line| line["type"].as_str().unwrap())
            .collect();
        let expected = [
            "finding",
            "finding",
            "finding",
            "problem",
            "problem",
            "suppression-problem",
            "skipped",
            "skipped",
            "note",
            "summary",
        ];
        assert_eq!(kinds, expected);
        assert_eq!(lines[9]["complete"], false);
    }

    #[test]
    fn neither_root_nor_duration_nor_absolute_path_is_told() {
        for text in [sample::emitted(&Json), sample::emitted(&JsonLines)] {
            assert!(
                !text.contains("/home/someone") && !text.contains("/etc/rules"),
                "{text}"
            );
            assert!(
                !text.contains("1234") && !text.contains("elapsed"),
                "{text}"
            );
        }
    }
}
