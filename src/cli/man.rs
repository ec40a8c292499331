//! `aiscan man`: the manual page.

use clap::{Args, CommandFactory as _};
use clap_mangen::Man;

use super::{CliError, ExitStatus, Ui};

/// Print the manual page of aiscan, or of one of its subcommands
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The subcommand, such as `scan` or `rules test`
    #[arg(value_name = "COMMAND", num_args = 0..)]
    command: Vec<String>,
}

pub(crate) fn run(args: &ManArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    let mut root = super::Args::command();
    root.build();
    let mut command = &root;
    for name in &args.command {
        command = command.find_subcommand(name).ok_or_else(|| {
            CliError::new(
                format!("there is no subcommand `{}`", args.command.join(" ")),
                "`aiscan help` lists them",
            )
        })?;
    }
    let mut page = Vec::new();
    let rendered = Man::new(command.clone()).render(&mut page);
    rendered.map_err(|error| CliError::new(format!("no manual page: {error}"), "report this"))?;
    ui.stdout(|out| out.write_all(&page))?;
    Ok(ExitStatus::Passed)
}
