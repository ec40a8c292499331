//! The outcome of a scan: plain data, ordered, with every place resolved and every secret masked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::discover::{ReadError, SkipReason, Skipped};
use crate::engine::Problem;
use crate::finding::{Confidence, RuleIndex, Severity};
use crate::rule::Meta;
use crate::source::Position;
use crate::triage::{Suppression, SuppressionProblem};

/// Everything that a scan has to say.
#[derive(Debug)]
pub struct Report {
    /// The folder that all paths are relative to. Shown to people only: machine formats hold no
    /// absolute path.
    pub root: PathBuf,
    /// The rules that ran, by [`RuleIndex`].
    pub rules: Vec<Arc<Meta>>,
    /// The findings, by path, then place, then rule.
    pub findings: Vec<Reported>,
    /// Suppression comments that silence nothing or are not well formed.
    pub suppression_problems: Vec<SuppressionProblem>,
    /// What was selected and not, or not wholly, examined, by path.
    pub problems: Vec<FileProblem>,
    /// What was not selected, by reason.
    pub skipped: BTreeMap<SkipReason, Skipped>,
    /// Remarks on the scan as a whole, such as rules left out.
    pub notes: Vec<String>,
    /// How much was done.
    pub totals: Totals,
    /// How long it took. Shown to people only.
    pub elapsed: Duration,
}

/// Counts for the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Files examined.
    pub files: usize,
    /// Bytes in them.
    pub bytes: u64,
    /// Files that had to be parsed.
    pub parsed: usize,
}

/// One finding with its place resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The rule.
    pub rule: RuleIndex,
    /// Where.
    pub place: Place,
    /// The rule's message, filled in.
    pub message: String,
    /// How bad it is if it is true.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// A hash of rule, path and the finding's text that survives moves; holds nothing of a secret.
    pub fingerprint: String,
    /// The commit that brought it in, where the history was scanned.
    pub commit: Option<String>,
    /// The hash that GitHub computes over the line and what follows, over masked text.
    pub line_hash: String,
    /// How the value came here, source first.
    pub trace: Vec<Step>,
    /// What repairs it.
    pub fix: Option<Replacement>,
    /// Why it was silenced, where it was.
    pub suppression: Option<Suppression>,
}

/// A place in a file, with the lines that show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The path relative to the root, with `/`.
    pub path: String,
    /// First character.
    pub start: Position,
    /// After the last character.
    pub end: Position,
    /// The lines of the place, masked, at most a few, each at most a few hundred characters.
    pub lines: Vec<ExcerptLine>,
    /// The text of the place alone, masked and cut likewise.
    pub snippet: String,
}

/// One line of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcerptLine {
    /// Its number, from one.
    pub number: u32,
    /// Its text, masked; a long line is cut to a window around the place.
    pub text: String,
    /// The bytes of `text` that belong to the place.
    pub marked: std::ops::Range<usize>,
}

/// One step of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where.
    pub place: Place,
    /// What happens to the value there.
    pub note: String,
}

/// A fix with its place resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// First character replaced.
    pub start: Position,
    /// After the last character replaced.
    pub end: Position,
    /// What stands there afterwards.
    pub text: String,
}

/// A file that was selected and not, or not wholly, examined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileProblem {
    /// The path relative to the root, with `/`.
    pub path: String,
    /// What happened.
    pub problem: ScanProblem,
}

/// What kept a selected file from being examined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum ScanProblem {
    /// It could not be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It is larger than aiscan reads.
    #[error("it has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The most that is read.
        limit: u64,
    },
    /// The rules could not run on all of it.
    #[error(transparent)]
    Engine(#[from] Problem),
}

impl ScanProblem {
    /// Whether the file counts as not examined, which no exit code may hide.
    pub fn is_incomplete(&self) -> bool {
        match self {
            ScanProblem::Unreadable(_) | ScanProblem::TooLarge { .. } => true,
            ScanProblem::Engine(problem) => problem.is_incomplete(),
        }
    }
}

impl From<ReadError> for ScanProblem {
    fn from(error: ReadError) -> ScanProblem {
        match error {
            ReadError::Unreadable(reason) => ScanProblem::Unreadable(reason),
            ReadError::TooLarge { size, limit } => ScanProblem::TooLarge { size, limit },
        }
    }
}
