//! The command line: what was typed, and one file for each subcommand that does it.
//!
//! `aiscan PATH…` is short for `aiscan scan PATH…`. Everything below takes what it needs from the
//! arguments and a [`Ui`], and gives back an [`ExitStatus`] or a [`CliError`]; nothing here exits.

mod completions;
mod dev;
mod error;
mod exit;
mod explain;
mod fix;
mod init;
mod load;
mod man;
mod output;
mod progress;
mod reference;
mod rules;
mod scan;
mod ui;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

pub use exit::ExitStatus;

pub(crate) use error::CliError;
pub(crate) use ui::Ui;

/// A static scanner that gates AI-written code before it is merged.
#[derive(Debug, Parser)]
#[command(
    name = "aiscan",
    version,
    after_help = "`aiscan PATH…` is short for `aiscan scan PATH…`; `aiscan scan --help` tells its \
                  options.\n\nExit codes: 0 everything was examined and nothing reaches the gate, \
                  1 something does, 2 aiscan cannot say."
)]
struct Args {
    #[command(flatten)]
    ui: ui::UiArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Scan(Box<scan::ScanArgs>),
    Rules(rules::RulesArgs),
    Explain(explain::ExplainArgs),
    Init(init::InitArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
    Dev(dev::DevArgs),
}

/// Parses the arguments, the program's name first, does what they say, and tells errors.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let args = match Args::try_parse_from(with_default_command(args)) {
        Ok(args) => args,
        Err(refusal) => return ui::refuse(&refusal),
    };
    let ui = Ui::new(&args.ui);
    match dispatch(args.command, &ui) {
        Ok(status) => status,
        Err(error) => {
            ui.error(&error);
            ExitStatus::Unknown
        }
    }
}

fn dispatch(command: Command, ui: &Ui) -> Result<ExitStatus, CliError> {
    match command {
        Command::Scan(args) => scan::run(&args, ui),
        Command::Rules(args) => rules::run(&args, ui),
        Command::Explain(args) => explain::run(&args, ui),
        Command::Init(args) => init::run(&args),
        Command::Completions(args) => completions::run(&args, ui),
        Command::Man(args) => man::run(&args, ui),
        Command::Dev(args) => dev::run(&args, ui),
    }
}

/// The subcommands, as they are typed; `help` is clap's own.
const COMMANDS: [&str; 8] = [
    "scan",
    "rules",
    "explain",
    "init",
    "completions",
    "man",
    "dev",
    "help",
];

/// Puts `scan` before arguments that name no subcommand. Options of the whole program may stand in
/// front of one.
fn with_default_command(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        match arg.to_str() {
            Some("--color") => at += 2,
            Some("-q" | "--quiet" | "-v" | "--verbose") => at += 1,
            Some(arg) if arg.starts_with("--color=") => at += 1,
            Some("-h" | "--help" | "-V" | "--version") => return args,
            Some(arg) if COMMANDS.contains(&arg) => return args,
            _ => break,
        }
    }
    args.insert(args.len().min(1), "scan".into());
    args
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[track_caller]
    fn check_default(typed: &str, expected: &str) {
        let words = typed.split_whitespace().map(OsString::from);
        let expected: Vec<OsString> = expected.split_whitespace().map(OsString::from).collect();
        assert_eq!(with_default_command(words), expected);
    }

    #[test]
    fn the_definition_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_subcommand_is_known_as_one() {
        for command in Args::command().get_subcommands() {
            assert!(
                COMMANDS.contains(&command.get_name()),
                "{}",
                command.get_name()
            );
        }
    }

    #[test]
    fn scan_is_the_default_command() {
        check_default("aiscan", "aiscan scan");
        check_default("aiscan src", "aiscan scan src");
        check_default("aiscan --format json src", "aiscan scan --format json src");
        check_default("aiscan -q src rules", "aiscan scan -q src rules");
        check_default("aiscan -- rules", "aiscan scan -- rules");
    }

    #[test]
    fn subcommands_stay_behind_options_of_the_whole_program() {
        for typed in [
            "aiscan rules list",
            "aiscan --color never -q rules list",
            "aiscan --help",
        ] {
            check_default(typed, typed);
        }
    }
}
