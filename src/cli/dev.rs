//! `aiscan dev`: looks inside, for people who work on aiscan and its rules.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use rayon::prelude::*;

use super::{CliError, ExitStatus, Ui};
use crate::lang::Language;
use crate::report::text::{LineGuard, escape};
use crate::source::Source;
use crate::syntax;

/// Look inside aiscan
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct DevArgs {
    #[command(subcommand)]
    command: DevCommand,
}

#[derive(Debug, Subcommand)]
enum DevCommand {
    /// Print the normalised tree of a file
    Tree {
        /// The file
        file: PathBuf,
    },
    /// Parse every file below a path and nothing more: the floor for speed
    Parse {
        /// The file or folder
        path: PathBuf,
    },
}

pub(crate) fn run(args: &DevArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    match &args.command {
        DevCommand::Tree { file } => tree(file, ui),
        DevCommand::Parse { path } => parse(path, ui),
    }
}

fn tree(file: &Path, ui: &Ui) -> Result<ExitStatus, CliError> {
    let source = read(file)?;
    let Some(parsed) = syntax::File::parse(&source) else {
        return Err(CliError::new(
            format!("`{}` is in no language that aiscan parses", file.display()),
            "name a file of code or configuration, such as a.py or a.json",
        ));
    };
    let printed = parsed.tree().print(source.text());
    ui.stdout(|out| {
        let mut out = LineGuard::new(out);
        for line in printed.lines() {
            writeln!(out, "{}", escape(line))?;
        }
        out.flush()
    })?;
    Ok(ExitStatus::Passed)
}

fn parse(path: &Path, ui: &Ui) -> Result<ExitStatus, CliError> {
    let walk = ignore::WalkBuilder::new(path)
        .standard_filters(false)
        .build();
    let entries = walk.filter_map(Result::ok).map(ignore::DirEntry::into_path);
    let files: Vec<PathBuf> = entries
        .filter(|path| Language::of_path(path).is_code() && path.is_file())
        .collect();
    let parsed = files
        .par_iter()
        .map(|file| Ok(u64::from(syntax::parse_only(&read(file)?))));
    let parsed = parsed.collect::<Result<Vec<u64>, CliError>>()?;
    let parsed: u64 = parsed.into_iter().sum();
    ui.stdout(|out| writeln!(out, "{parsed} files parsed"))?;
    Ok(ExitStatus::Passed)
}

fn read(file: &Path) -> Result<Source, CliError> {
    let bytes = std::fs::read(file).map_err(|error| {
        CliError::new(
            format!("cannot read `{}`: {error}", file.display()),
            "name a file that is there",
        )
    })?;
    let named = Language::of_path(file);
    let language = match named {
        Language::Text => Language::of_shebang(&bytes).unwrap_or(named),
        _ => named,
    };
    Ok(Source::new(file.display().to_string(), language, bytes))
}
