//! How bad a finding is, and how sure: two scales that are never traded for one another.
//!
//! The build script compiles this file too; it imports nothing of the crate.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How bad it is if it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// A weakness that needs others to be used.
    Low,
    /// A flaw with limited reach.
    Medium,
    /// A flaw that an attacker can use.
    High,
    /// A flaw that gives an attacker the system or its data at once.
    Critical,
}

/// How sure a rule is that what it reports is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// Often false: for people who look for places to read.
    Low,
    /// More often true than not.
    Medium,
    /// Nearly always true.
    High,
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Severity; 5] = [
        Severity::Info,
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ];

    /// The name in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

impl Confidence {
    /// Every confidence, the least first.
    pub const ALL: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

    /// The name in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no severity or no confidence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of {1}")]
pub struct UnknownName(String, &'static str);

impl FromStr for Severity {
    type Err = UnknownName;

    /// Reads a severity in any case, with Semgrep's older names `ERROR`, `WARNING` and `INFO`.
    fn from_str(name: &str) -> Result<Severity, UnknownName> {
        match name.to_ascii_lowercase().as_str() {
            "critical" => Ok(Severity::Critical),
            "high" | "error" => Ok(Severity::High),
            "medium" | "warning" => Ok(Severity::Medium),
            "low" => Ok(Severity::Low),
            "info" | "inventory" | "experiment" => Ok(Severity::Info),
            _ => Err(UnknownName(
                name.to_owned(),
                "critical, high, medium, low, info",
            )),
        }
    }
}

impl FromStr for Confidence {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Confidence, UnknownName> {
        match name.to_ascii_lowercase().as_str() {
            "high" => Ok(Confidence::High),
            "medium" => Ok(Confidence::Medium),
            "low" => Ok(Confidence::Low),
            _ => Err(UnknownName(name.to_owned(), "high, medium, low")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_and_confidences_are_read_back_from_their_names() {
        for severity in Severity::ALL {
            assert_eq!(severity.name().parse(), Ok(severity));
        }
        for confidence in Confidence::ALL {
            assert_eq!(confidence.name().to_uppercase().parse(), Ok(confidence));
        }
        assert!("urgent".parse::<Severity>().is_err());
    }

    #[test]
    fn older_names_map_so_that_error_gates_and_warning_does_not() {
        assert_eq!("ERROR".parse(), Ok(Severity::High));
        assert_eq!("WARNING".parse(), Ok(Severity::Medium));
    }
}
