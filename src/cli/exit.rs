//! What the process says with its exit code.

use std::process::ExitCode;

use crate::gate::Verdict;

/// The exit codes, which scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Everything was examined, and nothing reaches the gate.
    Passed = 0,
    /// Everything was examined, and something reaches the gate.
    Failed = 1,
    /// aiscan cannot say.
    Unknown = 2,
}

impl From<Verdict> for ExitStatus {
    fn from(verdict: Verdict) -> ExitStatus {
        match verdict {
            Verdict::Passed => ExitStatus::Passed,
            Verdict::Failed => ExitStatus::Failed,
            Verdict::Incomplete => ExitStatus::Unknown,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> ExitCode {
        ExitCode::from(status as u8)
    }
}
