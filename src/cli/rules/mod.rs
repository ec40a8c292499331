//! `aiscan rules`: what rules there are, whether they hold, and where new ones begin.

mod files;
mod lint;
mod list;
mod new;
mod schema;
mod test;

use clap::{Args, Subcommand};

use super::{CliError, ExitStatus, Ui};

/// List, test, check and begin rules
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Subcommand)]
enum RulesCommand {
    List(list::ListArgs),
    Test(test::TestArgs),
    Lint(lint::LintArgs),
    New(new::NewArgs),
    Schema(schema::SchemaArgs),
}

pub(crate) fn run(args: &RulesArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    match &args.command {
        RulesCommand::List(args) => list::run(args, ui),
        RulesCommand::Test(args) => test::run(args, ui),
        RulesCommand::Lint(args) => lint::run(args, ui),
        RulesCommand::New(args) => new::run(args, ui),
        RulesCommand::Schema(args) => schema::run(args, ui),
    }
}
