//! `aiscan init`.

use clap::Args;

use super::{CliError, ExitStatus};

/// Write the configuration, the pre-commit entry and the workflow (not built yet)
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct InitArgs {}

pub(crate) fn run(_: &InitArgs) -> Result<ExitStatus, CliError> {
    Err(CliError::not_built("`aiscan init`"))
}
