//! Findings and what comments say about them.

/// A comment that silenced a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The line that the comment stands on.
    pub line: u32,
    /// The reason given.
    pub reason: String,
}

/// A suppression comment that does nothing, or cannot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SuppressionProblem {
    /// The file.
    pub path: String,
    /// The comment's line.
    pub line: u32,
    /// What is wrong with it, for people.
    pub message: String,
}
