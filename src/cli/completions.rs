//! `aiscan completions`: what a shell needs to complete arguments.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{CliError, ExitStatus, Ui};

/// Print the completions for a shell
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(
        args.shell,
        &mut super::Args::command(),
        "aiscan",
        &mut script,
    );
    ui.stdout(|out| out.write_all(&script))?;
    Ok(ExitStatus::Passed)
}
