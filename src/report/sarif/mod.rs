//! SARIF 2.1.0, as GitHub reads it: one run with its rules, results and notifications.
//!
//! The `serde-sarif` crate stays behind this module. The frame around its types is written here, so
//! that rules and results, which are many, are made and written one by one; rules have own types, too. Text in `message`
//! members is plain text to SARIF, but with links in it; see [`plain`].
//!
//! `automationDetails` is left to whoever uploads: an id given here would override the category
//! that the upload names, and so make two uploads replace each other.

mod notification;
mod result;
mod rule;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, Message, PhysicalLocation, Region,
};

use super::harmless::write_pretty;
use super::text::uri;
use super::{Emitter, Outcome};
use crate::finding::{Confidence, Severity};
use crate::gate::Verdict;
use crate::scan::Reported;
use crate::source::Position;

/// Where the shape of the log is defined.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// GitHub refuses a run with more results.
const MAX_RESULTS: usize = 25_000;
/// All rules that ran are listed, which tells "found nothing" from "did not run"; beyond this many,
/// only those with results are, since GitHub limits the size of an upload and the number of rules.
const MAX_IDLE_RULES: usize = 1_000;
/// The name by which paths say what they are relative to. It is resolved by whoever reads the log:
/// a value would be an absolute path.
const ROOT: &str = "%SRCROOT%";

/// Writes the log.
pub(super) struct Sarif;

impl Emitter for Sarif {
    fn emit(&self, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
        write_pretty(&log(outcome, MAX_RESULTS), out)
    }
}

/// The log, its fields in the order in which the types of the crate are written.
#[derive(Serialize)]
struct Log<'o> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<'o>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'o> {
    column_kind: &'static str,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, ArtifactLocation>,
    results: Results<'o>,
    tool: Tool<'o>,
}

#[derive(Serialize)]
struct Tool<'o> {
    driver: Driver<'o>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'o> {
    #[serde(skip_serializing_if = "str::is_empty")]
    information_uri: &'static str,
    name: &'static str,
    rules: Rules<'o>,
    semantic_version: &'static str,
    version: &'static str,
}

/// The rules that are listed, by their place in the report.
struct Rules<'o> {
    outcome: &'o Outcome<'o>,
    listed: Vec<u32>,
}

impl Serialize for Rules<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rules = self.listed.iter();
        serializer
            .collect_seq(rules.map(|&at| rule::descriptor(&self.outcome.report.rules[at as usize])))
    }
}

/// Findings, and the places of their rules in the list.
struct Results<'o> {
    outcome: &'o Outcome<'o>,
    kept: Vec<&'o Reported>,
    indices: BTreeMap<u32, i64>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.kept.iter().map(|finding| {
            let index = self.indices[&finding.rule.0];
            result::result(finding, self.outcome.rule(finding), index)
        }))
    }
}

fn log<'o>(outcome: &'o Outcome<'o>, max_results: usize) -> Log<'o> {
    let kept = worst(&outcome.report.findings, max_results);
    let listed = listed_rules(outcome, &kept);
    let root = ArtifactLocation::builder()
        .description(message("the folder that all paths are relative to"))
        .build();
    let dropped = outcome.report.findings.len() - kept.len();
    let run = Run {
        column_kind: "utf16CodeUnits",
        invocations: [invocation(outcome, dropped)],
        original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
        results: Results {
            outcome,
            indices: listed.iter().copied().zip(0..).collect(),
            kept,
        },
        tool: Tool {
            driver: Driver {
                information_uri: env!("CARGO_PKG_REPOSITORY"),
                name: "aiscan",
                rules: Rules { outcome, listed },
                semantic_version: env!("CARGO_PKG_VERSION"),
                version: env!("CARGO_PKG_VERSION"),
            },
        },
    };
    Log {
        schema: SCHEMA,
        runs: [run],
        version: "2.1.0",
    }
}

/// At most `limit` findings, in their order; what is left out is silenced or the least severe.
fn worst(findings: &[Reported], limit: usize) -> Vec<&Reported> {
    if findings.len() <= limit {
        return findings.iter().collect();
    }
    let mut order: Vec<(usize, &Reported)> = findings.iter().enumerate().collect();
    order.sort_by_key(|(_, finding)| {
        let rank = (finding.severity, finding.confidence);
        (finding.suppression.is_some(), std::cmp::Reverse(rank))
    });
    order.truncate(limit);
    order.sort_by_key(|&(at, _)| at);
    order.into_iter().map(|(_, finding)| finding).collect()
}

/// The rules to list, by their place in the report.
fn listed_rules(outcome: &Outcome<'_>, kept: &[&Reported]) -> Vec<u32> {
    let all = outcome.report.rules.len();
    if all <= MAX_IDLE_RULES {
        return (0..all as u32).collect();
    }
    let used: BTreeSet<u32> = kept.iter().map(|finding| finding.rule.0).collect();
    used.into_iter().collect()
}

fn invocation(outcome: &Outcome<'_>, dropped: usize) -> Invocation {
    let exit_code: i64 = match outcome.verdict {
        Verdict::Passed => 0,
        Verdict::Failed => 1,
        Verdict::Incomplete => 2,
    };
    Invocation::builder()
        .execution_successful(outcome.is_complete())
        .exit_code(exit_code)
        .tool_execution_notifications(notification::notifications(outcome, dropped))
        .build()
}

/// What the log calls a severity.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// What GitHub sorts by: from 9.0 critical, from 7.0 high, from 4.0 medium, below low.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.1",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// Text that holds no link: SARIF reads `[text](target)` in plain text as one, and a backslash
/// before a bracket as the bracket itself.
fn plain(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains("](") {
        text.replace("](", "\\](").into()
    } else {
        text
    }
}

fn message<'t>(text: impl Into<Cow<'t, str>>) -> Message {
    Message::builder().text(plain(text.into())).build()
}

fn artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation::builder()
        .uri(uri(path))
        .uri_base_id(ROOT)
        .build()
}

fn location(path: &str, region: Option<Region>) -> Location {
    let mut place = PhysicalLocation::builder()
        .artifact_location(artifact(path))
        .build();
    place.region = region;
    Location::builder().physical_location(place).build()
}

fn region(start: Position, end: Position) -> Region {
    Region::builder()
        .start_line(i64::from(start.line))
        .start_column(i64::from(start.column_utf16))
        .end_line(i64::from(end.line))
        .end_column(i64::from(end.column_utf16))
        .build()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::gate::Policy;
    use crate::scan::Report;

    fn value(report: &Report, max_results: usize) -> serde_json::Value {
        let policy = Policy::default();
        let outcome = Outcome::new(report, &policy);
        serde_json::to_value(log(&outcome, max_results)).unwrap()
    }

    #[test]
    fn the_log_holds_one_of_everything() {
        insta::assert_snapshot!(sample::emitted(&Sarif));
    }

    #[test]
    fn no_absolute_path_and_no_time_is_told() {
        let text = sample::emitted(&Sarif);
        assert!(
            !text.contains("/home/") && !text.contains("/etc/"),
            "{text}"
        );
        assert!(!text.contains("TimeUtc"), "{text}");
    }

    #[test]
    fn the_least_severe_results_give_way_and_a_notification_says_so() {
        let report = sample::report();
        let log = value(&report, 1);
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 1);
        assert_eq!(results[0]["ruleId"], "python.injection.sql-format-string");
        assert!(results[0].get("suppressions").is_none());
        let notifications = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
        assert!(
            notifications
                .to_string()
                .contains("2 of 3 findings are left out")
        );
    }

    #[test]
    fn rule_indices_point_at_the_rules_that_are_listed() {
        let mut report = sample::report();
        let idle = report.rules[2].clone();
        report
            .rules
            .splice(0..0, std::iter::repeat_n(idle, MAX_IDLE_RULES));
        for finding in &mut report.findings {
            finding.rule.0 += MAX_IDLE_RULES as u32;
        }
        let log = value(&report, MAX_RESULTS);
        let rules = log["runs"][0]["tool"]["driver"]["rules"]
            .as_array()
            .unwrap();
        assert_eq!(rules.len(), 2);
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }

    #[test]
    fn a_complete_scan_was_successful() {
        let mut report = sample::report();
        report.problems.remove(0);
        let invocation = &value(&report, MAX_RESULTS)["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], true);
        assert_eq!(invocation["exitCode"], 1);
    }
}
