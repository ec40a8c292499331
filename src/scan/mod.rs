//! A scan from targets to one ordered report.

mod report;

pub use report::{
    ExcerptLine, FileProblem, Place, Replacement, Report, Reported, ScanProblem, SkipReason,
    Skipped, Step, Suppression, SuppressionProblem, Totals,
};
