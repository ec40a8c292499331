//! What ends a command: what failed, on what, and the next step.

use std::fmt;

/// An error as it is told: an `error:` line and a `help:` line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CliError {
    /// What failed, on what; lower case, no full stop. Further lines are told below.
    pub(crate) message: String,
    /// The next step.
    pub(crate) help: Option<String>,
}

impl CliError {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> CliError {
        CliError {
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// For what the contract names and this version does not do.
    pub(crate) fn not_built(what: &str) -> CliError {
        CliError::new(
            format!("{what} is not built yet"),
            "leave it out; nothing was done",
        )
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}
