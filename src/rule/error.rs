//! What is wrong with a rule: where, and what to do about it.

use std::fmt;

/// An error in a rule file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleError {
    /// The file as given; empty for a built-in rule.
    pub file: String,
    /// The line, zero where it is not known.
    pub line: u32,
    /// The id of the rule, where it has one.
    pub rule: Option<String>,
    /// The key that is wrong.
    pub key: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl std::error::Error for RuleError {}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}", self.file)?;
            if self.line > 0 {
                write!(f, ":{}", self.line)?;
            }
            write!(f, ": ")?;
        }
        if let Some(rule) = &self.rule {
            write!(f, "rule `{rule}`: ")?;
        }
        if let Some(key) = &self.key {
            write!(f, "`{key}`: ")?;
        }
        write!(f, "{}", self.message)
    }
}

/// An error in a part of a rule, before the rule and the file are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartError {
    pub(crate) line: u32,
    pub(crate) key: Option<String>,
    pub(crate) message: String,
}

impl PartError {
    pub(crate) fn new(line: u32, key: impl Into<String>, message: impl Into<String>) -> PartError {
        PartError {
            line,
            key: Some(key.into()),
            message: message.into(),
        }
    }
}

/// The known word that an unknown one most resembles.
pub(crate) fn closest<'w>(word: &str, known: &[&'w str]) -> Option<&'w str> {
    let distance = |other: &str| {
        let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), other.chars().collect());
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, y) in b.iter().enumerate() {
                let cost = diagonal + usize::from(x != y);
                diagonal = row[j + 1];
                row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
            }
        }
        row[b.len()]
    };
    known
        .iter()
        .map(|known| (distance(known), *known))
        .filter(|(d, _)| *d <= 3)
        .min()
        .map(|(_, k)| k)
}
