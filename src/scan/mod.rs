//! A scan from targets to one ordered report.

mod report;

pub use report::{
    ExcerptLine, FileProblem, Place, Replacement, Report, Reported, ScanProblem, Step, Totals,
};

pub use crate::discover::{SkipReason, Skipped};
pub use crate::triage::{Suppression, SuppressionProblem};
