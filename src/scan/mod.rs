//! A scan from targets to one ordered report.

mod report;
mod stub;

pub use report::{
    ExcerptLine, FileProblem, Place, Replacement, Report, Reported, ScanProblem, Step, Totals,
};

pub use crate::discover::{SkipReason, Skipped};
pub use crate::triage::{Suppression, SuppressionProblem};
pub use stub::{Options, Progress, ScanError, Stdin, run};
