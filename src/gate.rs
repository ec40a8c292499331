//! The gate: a policy and a report make a verdict.

use crate::finding::{Confidence, Severity};
use crate::scan::Report;

/// What fails a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The least severity that fails; `None` lets every finding pass.
    pub fail_on: Option<Severity>,
    /// The least confidence that counts.
    pub min_confidence: Confidence,
    /// Findings do not fail; what was not examined still does.
    pub exit_zero: bool,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            fail_on: Some(Severity::High),
            min_confidence: Confidence::Medium,
            exit_zero: false,
        }
    }
}

/// What a scan comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything selected was examined, and nothing reaches the gate.
    Passed,
    /// Everything selected was examined, and something reaches the gate.
    Failed,
    /// Something selected was not examined.
    Incomplete,
}

impl Policy {
    /// Whether a finding of this severity and confidence reaches the gate.
    pub fn reaches(&self, severity: Severity, confidence: Confidence) -> bool {
        self.fail_on.is_some_and(|least| severity >= least) && confidence >= self.min_confidence
    }

    /// Judges a report. What was not examined outweighs everything: silence is never success.
    pub fn judge(&self, report: &Report) -> Verdict {
        if report
            .problems
            .iter()
            .any(|file| file.problem.is_incomplete())
        {
            return Verdict::Incomplete;
        }
        let fails = |finding: &crate::scan::Reported| {
            finding.suppression.is_none() && self.reaches(finding.severity, finding.confidence)
        };
        if !self.exit_zero && report.findings.iter().any(fails) {
            return Verdict::Failed;
        }
        Verdict::Passed
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;
    use crate::engine::Problem;
    use crate::finding::RuleIndex;
    use crate::scan::{FileProblem, Place, Reported, ScanProblem, Suppression, Totals};
    use crate::source::Position;

    fn finding(severity: Severity, confidence: Confidence) -> Reported {
        let position = Position {
            line: 1,
            column: 1,
            column_utf16: 1,
        };
        Reported {
            rule: RuleIndex(0),
            place: Place {
                path: "a.py".into(),
                start: position,
                end: position,
                lines: Vec::new(),
                snippet: String::new(),
            },
            message: String::new(),
            severity,
            confidence,
            fingerprint: String::new(),
            line_hash: String::new(),
            trace: Vec::new(),
            fix: None,
            suppression: None,
            commit: None,
        }
    }

    fn report(findings: Vec<Reported>, problems: Vec<ScanProblem>) -> Report {
        let path = || "a.py".to_owned();
        Report {
            root: PathBuf::new(),
            rules: Vec::new(),
            findings,
            suppression_problems: Vec::new(),
            problems: problems
                .into_iter()
                .map(|problem| FileProblem {
                    path: path(),
                    problem,
                })
                .collect(),
            skipped: BTreeMap::new(),
            notes: Vec::new(),
            totals: Totals::default(),
            elapsed: Duration::ZERO,
        }
    }

    fn judge(policy: Policy, findings: Vec<Reported>) -> Verdict {
        policy.judge(&report(findings, Vec::new()))
    }

    #[test]
    fn by_default_high_severity_with_medium_confidence_fails_and_less_passes() {
        let default = Policy::default();
        let one = |severity, confidence| judge(default, vec![finding(severity, confidence)]);
        assert_eq!(one(Severity::High, Confidence::Medium), Verdict::Failed);
        assert_eq!(one(Severity::Critical, Confidence::High), Verdict::Failed);
        assert_eq!(one(Severity::Medium, Confidence::High), Verdict::Passed);
        assert_eq!(one(Severity::Critical, Confidence::Low), Verdict::Passed);
        assert_eq!(judge(default, Vec::new()), Verdict::Passed);
    }

    #[test]
    fn a_silenced_finding_passes() {
        let mut silenced = finding(Severity::High, Confidence::High);
        silenced.suppression = Some(Suppression {
            line: 1,
            reason: "known".into(),
        });
        assert_eq!(judge(Policy::default(), vec![silenced]), Verdict::Passed);
    }

    #[test]
    fn never_lets_every_finding_pass() {
        let policy = Policy {
            fail_on: None,
            ..Policy::default()
        };
        let worst = finding(Severity::Critical, Confidence::High);
        assert_eq!(judge(policy, vec![worst]), Verdict::Passed);
    }

    #[test]
    fn what_was_not_examined_outweighs_findings_and_exit_zero() {
        let lost = ScanProblem::Unreadable("gone".into());
        let worst = finding(Severity::Critical, Confidence::High);
        let policy = Policy {
            exit_zero: true,
            ..Policy::default()
        };
        let report = report(vec![worst.clone()], vec![lost]);
        assert_eq!(Policy::default().judge(&report), Verdict::Incomplete);
        assert_eq!(policy.judge(&report), Verdict::Incomplete);
        assert_eq!(judge(policy, vec![worst]), Verdict::Passed);
    }

    #[test]
    fn a_degraded_file_is_a_warning() {
        let degraded = ScanProblem::Engine(Problem::Degraded {
            percent: 20,
            language: "Python",
        });
        let report = report(Vec::new(), vec![degraded]);
        assert_eq!(Policy::default().judge(&report), Verdict::Passed);
    }
}
