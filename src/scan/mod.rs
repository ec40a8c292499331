//! A scan from targets to one ordered report.

mod report;
mod stub;

pub use report::{
    ExcerptLine, FileProblem, Place, Replacement, Report, Reported, ScanProblem, SkipReason,
    Skipped, Step, Suppression, SuppressionProblem, Totals,
};
pub use stub::{Options, Progress, ScanError, Stdin, run};
