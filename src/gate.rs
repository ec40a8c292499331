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
