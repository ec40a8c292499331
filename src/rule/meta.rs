//! What a rule says of itself: what reports and `explain` show.

use serde::{Deserialize, Serialize};

use crate::finding::{Confidence, Severity};

/// The description of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The id as written.
    pub id: String,
    /// The rule file as given, for rules that are not built in.
    pub file: Option<String>,
    /// The message as written, its metavariables not filled in.
    pub message: String,
    /// How bad it is if it is true.
    pub severity: Severity,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// The names under `languages:`, as written.
    pub languages: Vec<String>,
    /// The weaknesses it stands for, as `CWE-89: Name` or `CWE-89`.
    pub cwe: Vec<String>,
    /// Why it matters.
    pub why: String,
    /// What to write instead.
    pub repair: String,
    /// Where to read more, most useful first.
    pub references: Vec<String>,
}

impl Meta {
    /// The numbers of the weaknesses.
    pub fn cwe_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.cwe.iter().filter_map(|name| {
            let digits = name
                .trim()
                .strip_prefix("CWE-")
                .or(name.trim().strip_prefix("cwe-"))?;
            let end = digits
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(digits.len());
            digits[..end].parse().ok()
        })
    }
}
