//! GitLab's code quality report: a JSON array with one object a finding.
//!
//! The format knows no incomplete scan, so a file that was not examined becomes an entry of its own.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::harmless::write_pretty;
use super::text::one_line;
use super::{Emitter, Outcome};
use crate::finding::Severity;

/// Writes the findings that nothing silenced.
pub(super) struct Gitlab;

#[derive(Serialize)]
struct GitlabIssue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    /// Members that GitLab does not know and other readers may want.
    confidence: Option<&'static str>,
    location: GitlabLocation<'a>,
}

#[derive(Serialize)]
struct GitlabLocation<'a> {
    path: &'a str,
    lines: GitlabLines,
}

#[derive(Serialize)]
struct GitlabLines {
    begin: u32,
    end: u32,
}

impl Emitter for Gitlab {
    fn emit(&self, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
        // GitLab drops an entry whose fingerprint it has seen, so equal ones are numbered.
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let findings = outcome.report.findings.iter();
        let findings = findings.filter(|finding| finding.suppression.is_none());
        let mut issues: Vec<GitlabIssue<'_>> = findings
            .map(|finding| {
                let count = seen.entry(&finding.fingerprint).or_default();
                *count += 1;
                GitlabIssue {
                    description: one_line(&finding.message).into_owned(),
                    check_name: &outcome.rule(finding).id,
                    fingerprint: format!("{}:{count}", finding.fingerprint),
                    severity: severity(finding.severity),
                    confidence: Some(finding.confidence.name()),
                    location: GitlabLocation {
                        path: &finding.place.path,
                        lines: GitlabLines {
                            begin: finding.place.start.line,
                            end: finding.place.end.line,
                        },
                    },
                }
            })
            .collect();
        let problems = outcome.report.problems.iter();
        issues.extend(
            problems
                .filter(|file| file.problem.is_incomplete())
                .map(|file| GitlabIssue {
                    description: one_line(&format!("not examined: {}", file.problem)).into_owned(),
                    check_name: "aiscan.not-examined",
                    fingerprint: format!("aiscan.not-examined:{}", file.path),
                    severity: "blocker",
                    confidence: None,
                    location: GitlabLocation {
                        path: &file.path,
                        lines: GitlabLines { begin: 1, end: 1 },
                    },
                }),
        );
        write_pretty(&issues, out)
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_report_is_an_array_of_findings_and_of_what_was_not_examined() {
        insta::assert_snapshot!(sample::emitted(&Gitlab));
    }

    #[test]
    fn equal_fingerprints_are_told_apart() {
        let mut report = sample::report();
        report.findings[0].fingerprint = "same".into();
        report.findings[1].fingerprint = "same".into();
        let issues: serde_json::Value =
            serde_json::from_str(&sample::emitted_of(&report, &Gitlab)).unwrap();
        assert_eq!(issues[0]["fingerprint"], "same:1");
        assert_eq!(issues[1]["fingerprint"], "same:2");
    }
}
