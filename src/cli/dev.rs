//! `aiscan dev`: looks inside, for people who work on aiscan and its rules.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use rayon::prelude::*;

use super::{CliError, ExitStatus, Ui};
use crate::engine::{Choice, RuleSet, live_rules};
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
    /// Print the page that tells what of the rule language is supported
    Language,
    /// Parse every file below a path and nothing more: the floor for speed
    Parse {
        /// The file or folder
        path: PathBuf,
    },
    /// Count, for each built-in rule, the files below a path that are parsed for it
    Live {
        /// The file or folder
        path: PathBuf,
    },
}

pub(crate) fn run(args: &DevArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    match &args.command {
        DevCommand::Tree { file } => tree(file, ui),
        DevCommand::Language => {
            ui.stdout(|out| out.write_all(super::reference::page().as_bytes()))?;
            Ok(ExitStatus::Passed)
        }
        DevCommand::Parse { path } => parse(path, ui),
        DevCommand::Live { path } => live(path, ui),
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
    let files = code_files(path);
    let parsed = files
        .par_iter()
        .map(|file| Ok(u64::from(syntax::parse_only(&read(file)?))));
    let parsed = parsed.collect::<Result<Vec<u64>, CliError>>()?;
    let parsed: u64 = parsed.into_iter().sum();
    ui.stdout(|out| writeln!(out, "{parsed} files parsed"))?;
    Ok(ExitStatus::Passed)
}

/// What the prefilter lets pass, the widest rule first: kilobytes, files, kilobytes of files that no
/// other rule is live in.
fn live(path: &Path, ui: &Ui) -> Result<ExitStatus, CliError> {
    let rules = RuleSet::new(true, &[], &Choice::default()).map_err(|errors| {
        let first = errors.first().map(ToString::to_string);
        CliError::new(first.unwrap_or_default(), "mend the built-in rules")
    })?;
    let files = code_files(path);
    let live = files.par_iter().map(|file| {
        let source = read(file)?;
        Ok((source.text().len(), live_rules(&rules, &source)))
    });
    let live = live.collect::<Result<Vec<_>, CliError>>()?;
    let mut by_rule = vec![(0, 0, 0); rules.metas().len()];
    let (mut bytes, mut parsed_bytes, mut parsed) = (0, 0, 0);
    for (size, rules) in &live {
        bytes += size;
        parsed_bytes += if rules.is_empty() { 0 } else { *size };
        parsed += usize::from(!rules.is_empty());
        for rule in rules {
            let (bytes, files, alone) = &mut by_rule[rule.0 as usize];
            *bytes += size;
            *files += 1;
            *alone += if rules.len() == 1 { *size } else { 0 };
        }
    }
    let mut lines: Vec<_> = by_rule.into_iter().zip(rules.metas()).collect();
    lines.retain(|((_, files, _), _)| *files > 0);
    lines.sort_by_key(|((bytes, ..), meta)| (std::cmp::Reverse(*bytes), &meta.id));
    ui.stdout(|out| {
        let all = files.len();
        let (kilobytes, parsed_kilobytes) = (bytes / 1024, parsed_bytes / 1024);
        writeln!(
            out,
            "{parsed} of {all} files, {parsed_kilobytes} of {kilobytes} kB"
        )?;
        for ((bytes, files, alone), meta) in lines {
            let (bytes, alone) = (bytes / 1024, alone / 1024);
            writeln!(out, "{bytes:8} {files:6} {alone:6}  {}", meta.id)?;
        }
        Ok(())
    })?;
    Ok(ExitStatus::Passed)
}

/// The files below a path that have a grammar.
fn code_files(path: &Path) -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(path)
        .standard_filters(false)
        .build();
    let entries = walk.filter_map(Result::ok).map(ignore::DirEntry::into_path);
    entries
        .filter(|path| Language::of_path(path).is_code() && path.is_file())
        .collect()
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
