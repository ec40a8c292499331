//! `aiscan scan`: files in, reports and a verdict out.

use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::fix::{self, Count, Fixing};
use super::load::{self, RuleArgs};
use super::output::Plan;
use super::{CliError, ExitStatus, Ui, progress};
use crate::finding::{Confidence, Severity};
use crate::gate::Policy;
use crate::report::{Format, Outcome};
use crate::scan::{self, Extras, Options, Stdin, Subject};
use crate::timing::{self, Stage};

/// Standard input is read up to here; what is larger is told as too large.
const MAX_STDIN: u64 = 50 * 1024 * 1024 + 1;

/// Scan files and folders
///
/// Exit codes: 0 everything selected was examined and nothing reaches the gate, 1 something does,
/// 2 aiscan cannot say.
#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Files and folders to scan; `-` reads one file from standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    rules: RuleArgs,
    #[command(flatten)]
    files: FileArgs,
    #[command(flatten)]
    report: ReportArgs,
    #[command(flatten)]
    gate: GateArgs,
    #[command(flatten)]
    fix: FixArgs,
    /// Tell on standard error where the work went, by stage and by rule
    #[arg(long, help_heading = "Terminal")]
    timings: bool,
    #[command(flatten)]
    later: LaterArgs,
}

#[derive(Debug, Args)]
#[expect(
    clippy::option_option,
    reason = "the arguments as typed: an option may be given with a value or without"
)]
#[command(next_help_heading = "Files")]
struct FileArgs {
    /// Scan what the next commit changes, as git's index holds it
    #[arg(long, conflicts_with_all = ["history", "stdin_filename"])]
    staged: bool,
    /// Look for secrets in what commits brought in: all commits, or those of a range
    ///
    /// A range reads as `git rev-list` takes it, such as `origin/main..HEAD`. Each content is
    /// scanned once, for secrets alone, and a secret is reported by the commit that brought it in.
    #[arg(
        long,
        value_name = "RANGE",
        num_args = 0..=1,
        require_equals = true,
        conflicts_with = "stdin_filename"
    )]
    history: Option<Option<String>>,
    /// Scan also what git ignores
    #[arg(long)]
    no_gitignore: bool,
    /// Leave out paths that match this glob
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Scan only paths that match this glob
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Let --exclude hold for files named as PATH, too; nothing left to scan is a success then
    #[arg(long)]
    force_exclude: bool,
    /// What to call the file that `-` reads
    #[arg(long, value_name = "NAME")]
    stdin_filename: Option<String>,
    /// How many threads to use; as many as there are processors by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Report")]
struct ReportArgs {
    /// The format of the report
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "human",
        value_parser = names(&Format::ALL.map(Format::name)).map(|name| {
            name.parse::<Format>().expect("the parser lets only names of formats through")
        })
    )]
    format: Format,
    /// Write a report to a file, whole or not at all
    ///
    /// FILE alone receives --format, and the report for people goes to standard output. With
    /// FORMAT=FILE, --format stays on standard output. May be given several times.
    #[arg(long, value_name = "[FORMAT=]FILE")]
    output: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Gate")]
struct GateArgs {
    /// The least severity that fails
    #[arg(
        long,
        value_name = "SEVERITY",
        default_value = "high",
        value_parser = names(&["critical", "high", "medium", "low", "info", "never"])
    )]
    fail_on: String,
    /// The least confidence that counts for the gate
    #[arg(
        long,
        value_name = "CONFIDENCE",
        default_value = "medium",
        value_parser = names(&["low", "medium", "high"])
    )]
    min_confidence: String,
    /// Turn exit code 1 into 0; 2 stays
    #[arg(long)]
    exit_zero: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Fixes")]
struct FixArgs {
    /// Make the fixes that rules know; the gate judges what remains
    ///
    /// Fixes are made from the start of a file on; one that overlaps another is left for another
    /// run. None is made that leaves more of the file unparsed than before.
    #[arg(long, conflicts_with_all = ["staged", "history"])]
    fix: bool,
    /// Show as a diff on standard output what --fix would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What the contract names and this version does not do yet.
#[derive(Debug, Args)]
#[command(next_help_heading = "Not built yet")]
struct LaterArgs {
    #[arg(long, hide = true, value_name = "REF")]
    diff: Option<String>,
}

pub(crate) fn run(args: &ScanArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    args.later.refuse()?;
    let plan = Plan::new(args.report.format, &args.report.output)?;
    let fixing = args.fixing(&plan)?;
    let options = args.options(&plan, fixing)?;
    let secrets_only = matches!(options.subject, Subject::History { .. });
    let (rules, loaded) = timing::of_process(|| load::rules(&args.rules, secrets_only));
    let rules = rules?;
    let options = Options {
        deselected: rules.deselected,
        ..options
    };
    let scan = || {
        progress::watch(ui, |progress| {
            scan::run_whole(&rules.set, &options, progress)
        })
        .map_err(|error| CliError::new(error.to_string(), error.help()))
    };
    let mut scanned = scan()?;
    let mut whole = true;
    match fixing {
        Fixing::No => {}
        Fixing::Show => {
            for note in Count::of(&scanned.fixes).notes(fixing) {
                ui.note(&note);
            }
        }
        Fixing::Make => {
            let (count, written) = fix::make(&scanned.report.root, &scanned.fixes, ui);
            if count.changed() {
                scanned = scan()?;
            }
            scanned.report.notes.extend(count.notes(fixing));
            whole = written;
        }
    }
    let mut report = scanned.report;
    report.notes.extend_from_slice(rules.set.notes());
    let policy = args.gate.policy();
    let outcome = Outcome::new(&report, &policy);
    let diff = (fixing == Fixing::Show).then_some(&scanned.fixes[..]);
    let (delivered, written) = timing::of_process(|| plan.deliver(&outcome, diff, ui));
    if args.timings {
        let mut sheet = scanned.timings;
        sheet.note(Stage::Load, loaded);
        sheet.note(Stage::Report, written);
        ui.timings(&sheet, rules.set.metas());
    }
    let status = match delivered {
        Ok(()) if whole => outcome.verdict.into(),
        Ok(()) => ExitStatus::Unknown,
        Err(errors) => {
            for error in &errors {
                ui.error(error);
            }
            ExitStatus::Unknown
        }
    };
    // The program ends: the system takes all memory back at once, and piece by piece costs 1 ms.
    std::mem::forget((rules.set, report));
    Ok(status)
}

impl ScanArgs {
    /// What is done about fixes.
    fn fixing(&self, plan: &Plan) -> Result<Fixing, CliError> {
        if self.fix.dry_run {
            plan.check_diff()?;
            return Ok(Fixing::Show);
        }
        if self.fix.fix && self.paths.iter().any(|path| path == Path::new("-")) {
            return Err(CliError::new(
                "`--fix` cannot write standard input back",
                "show its fixes by --dry-run, or name the file",
            ));
        }
        Ok(if self.fix.fix {
            Fixing::Make
        } else {
            Fixing::No
        })
    }

    /// What to scan; which rules are left out is known later.
    fn options(&self, plan: &Plan, fixing: Fixing) -> Result<Options, CliError> {
        let outputs = plan.files();
        refuse_overwriting(&self.paths, &outputs)?;
        Ok(Options {
            paths: self
                .paths
                .iter()
                .filter(|p| **p != Path::new("-"))
                .cloned()
                .collect(),
            subject: self.subject()?,
            gitignore: !self.files.no_gitignore,
            exclude: self.files.exclude.clone(),
            include: self.files.include.clone(),
            force_exclude: self.files.force_exclude,
            threads: self.files.threads.map(usize::from),
            outputs,
            extras: Extras {
                fixes: fixing != Fixing::No,
                timings: self.timings,
            },
            deselected: BTreeSet::new(),
        })
    }

    /// What is scanned; reads the file that `-` stands for.
    fn subject(&self) -> Result<Subject, CliError> {
        let has_dash = self.paths.contains(&PathBuf::from("-"));
        let FileArgs {
            staged, history, ..
        } = &self.files;
        if has_dash && (*staged || history.is_some()) {
            return Err(CliError::new(
                "`-` reads a file that git does not store",
                "leave out --staged or --history",
            ));
        }
        match (&self.files.stdin_filename, has_dash) {
            (None, false) if *staged => Ok(Subject::Staged),
            (None, false) => Ok(match history {
                Some(range) => Subject::History {
                    range: range.clone(),
                },
                None => Subject::Files,
            }),
            (Some(_), false) => Err(CliError::new(
                "--stdin-filename names a file that is not read",
                "give `-` as the path",
            )),
            (None, true) => Err(CliError::new(
                "`-` reads a file that has no name",
                "say by --stdin-filename what to call it, such as `app.py`",
            )),
            (Some(_), true) if self.paths.len() > 1 => Err(CliError::new(
                "`-` stands beside other paths",
                "scan standard input by itself",
            )),
            (Some(filename), true) => Ok(Subject::Stdin(Stdin {
                filename: filename.clone(),
                bytes: read_stdin()?,
            })),
        }
    }
}

impl GateArgs {
    fn policy(&self) -> Policy {
        let severity = Severity::ALL.into_iter().find(|s| s.name() == self.fail_on);
        let confidence = Confidence::ALL
            .into_iter()
            .find(|c| c.name() == self.min_confidence);
        Policy {
            fail_on: severity,
            min_confidence: confidence.expect("the parser lets only names of confidences through"),
            exit_zero: self.exit_zero,
        }
    }
}

impl LaterArgs {
    fn refuse(&self) -> Result<(), CliError> {
        let given = [(self.diff.is_some(), "--diff")];
        match given.into_iter().find(|&(given, _)| given) {
            Some((_, option)) => Err(CliError::not_built(option)),
            None => Ok(()),
        }
    }
}

/// A report must not take the place of a file that the user wants scanned.
fn refuse_overwriting(paths: &[PathBuf], outputs: &[PathBuf]) -> Result<(), CliError> {
    let named: Vec<PathBuf> = paths
        .iter()
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    for output in outputs {
        if output
            .canonicalize()
            .is_ok_and(|output| named.contains(&output))
        {
            return Err(CliError::new(
                format!(
                    "`{}` is to be scanned and to be overwritten",
                    output.display()
                ),
                "write the report to another file",
            ));
        }
    }
    Ok(())
}

fn read_stdin() -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_STDIN).read_to_end(&mut bytes);
    read.map_err(|error| {
        CliError::new(
            format!("cannot read standard input: {error}"),
            "give the path of a file instead of `-`",
        )
    })?;
    Ok(bytes)
}

fn names(names: &[&'static str]) -> PossibleValuesParser {
    PossibleValuesParser::new(names.iter().copied())
}
