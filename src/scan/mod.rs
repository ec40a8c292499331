//! A scan from targets to one ordered report.
//!
//! Files are read, examined and resolved on all threads, each while its text is in memory; what
//! comes of them is put together in the order of their names, so that a report does not depend on
//! threads, on the order of arguments or on the working directory.

mod examine;
mod fingerprint;
mod fixes;
mod guard;
mod line_hash;
mod link;
mod mask;
mod place;
mod progress;
mod report;
mod stored;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use self::examine::{Examiner, Outcome, ScanFile};
use crate::discover::{self, DiscoverError, Request, Selection, Tally};
use crate::engine::{self, Outline, RuleSet};
use crate::rule::Meta;
use crate::timing::{self, Sheet, Stage};

pub use fixes::FileFix;
pub use progress::Progress;
pub use report::{
    ExcerptLine, FileProblem, Place, Replacement, Report, Reported, ScanProblem, Step, Totals,
};

pub use crate::discover::{SkipReason, Skipped};
pub use crate::triage::{Suppression, SuppressionProblem};

/// The stack of a worker. Rust's two megabytes end at some 10,000 levels of recursion, which 24 kB
/// of brackets reach; the depth that the engine follows must fit with room to spare.
const STACK: usize = 16 * 1024 * 1024;

/// What is scanned, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// What of `paths` is scanned.
    pub subject: Subject,
    /// Whether `.gitignore` is honoured for what git does not track.
    pub gitignore: bool,
    /// Globs of what is left out.
    pub exclude: Vec<String>,
    /// Globs of what is scanned; everything where there are none.
    pub include: Vec<String>,
    /// Whether globs hold for named files, too; then nothing left to scan is no error.
    pub force_exclude: bool,
    /// How many threads; as many as there are processors where it is not said.
    pub threads: Option<usize>,
    /// Files that this run writes.
    pub outputs: Vec<PathBuf>,
    /// What is worked out beside the report.
    pub extras: Extras,
    /// Ids of rules that exist and do not run, so that comments may name them.
    pub deselected: BTreeSet<String>,
}

impl Default for Options {
    /// The current folder, as git sees it.
    fn default() -> Options {
        Options {
            paths: vec![PathBuf::from(".")],
            subject: Subject::Files,
            gitignore: true,
            exclude: Vec::new(),
            include: Vec::new(),
            force_exclude: false,
            threads: None,
            outputs: Vec::new(),
            extras: Extras::default(),
            deselected: BTreeSet::new(),
        }
    }
}

/// What is worked out beside the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// What fixes come to.
    pub fixes: bool,
    /// Where the work goes.
    pub timings: bool,
}

/// What is scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The files that stand there.
    Files,
    /// What the next commit changes, as git's index holds it.
    Staged,
    /// What commits brought in, each content once. A rule set of secret rules alone is meant for
    /// it: what other rules find in an old version is not there any more.
    History {
        /// The commits, as `git rev-list` names them; all where it is not said.
        range: Option<String>,
    },
    /// A file that is passed in memory, in place of the paths.
    Stdin(Stdin),
}

/// A file that is passed in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stdin {
    /// The name that it goes by, which tells its language.
    pub filename: String,
    /// What it holds. Longer than the limits need not be read.
    pub bytes: Vec<u8>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// Nothing can be selected.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// Nothing is left to scan.
    #[error("there is no file to scan in {}{}", places(paths), left_out(skipped))]
    NoFiles {
        /// Where files were looked for.
        paths: Vec<PathBuf>,
        /// What was left out, as `3 excluded`.
        skipped: Vec<String>,
    },
    /// The system gives no threads.
    #[error("cannot start threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

impl ScanError {
    /// The next step.
    pub fn help(&self) -> &'static str {
        match self {
            ScanError::Discover(error) => error.help(),
            ScanError::NoFiles { .. } => {
                "name a file or folder that holds text, or select more with --no-gitignore or \
                 another --exclude"
            }
            ScanError::Threads(_) => "try again with --threads 1",
        }
    }
}

/// Scans what `options` select with the rules.
pub fn run(rules: &RuleSet, options: &Options, progress: &Progress) -> Result<Report, ScanError> {
    run_whole(rules, options, progress).map(|scanned| scanned.report)
}

/// What a scan comes to: the report, and what else was asked for.
#[derive(Debug)]
pub struct Scanned {
    /// What it has to say.
    pub report: Report,
    /// What fixes come to, by path.
    pub fixes: Vec<FileFix>,
    /// Where the work went.
    pub timings: Sheet,
}

/// Scans what `options` select with the rules, with all that they ask for.
pub fn run_whole(
    rules: &RuleSet,
    options: &Options,
    progress: &Progress,
) -> Result<Scanned, ScanError> {
    let many = options.subject == Subject::Files;
    let scan_file = |source: &_| {
        if many {
            engine::scan_file_of_many(rules, source)
        } else {
            engine::scan_file(rules, source)
        }
    };
    run_with(&scan_file, rules.metas(), Some(rules), options, progress)
}

fn run_with(
    scan_file: &ScanFile<'_>,
    rules: &[Arc<Meta>],
    links: Option<&RuleSet>,
    options: &Options,
    progress: &Progress,
) -> Result<Scanned, ScanError> {
    let started = Instant::now();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.unwrap_or(0))
        .stack_size(STACK)
        .build()?;
    let examiner = Examiner {
        scan_file,
        rules,
        deselected: &options.deselected,
        extras: options.extras,
    };
    let mut timings = Sheet::default();
    let (selection, mut outcomes) =
        pool.install(|| scan(&examiner, links, options, progress, &mut timings))?;
    let fixes = outcomes.iter_mut().filter_map(|(_, file)| file.fix.take());
    let fixes = fixes.collect();
    for (_, file) in &outcomes {
        timings.add(&file.timings);
    }
    let mut report = assemble(selection, outcomes);
    report.rules = rules.to_vec();
    report.elapsed = started.elapsed();
    // What could not be read is said in the report, which is then no success either. A commit may
    // well bring in no text.
    let may_be_nothing = options.force_exclude
        || matches!(options.subject, Subject::Staged | Subject::History { .. });
    let nothing = report.totals.files == 0 && report.problems.is_empty();
    if nothing && !may_be_nothing {
        let skipped = report.skipped.iter();
        return Err(ScanError::NoFiles {
            paths: options.paths.clone(),
            skipped: skipped
                .map(|(reason, skipped)| format!("{} {}", skipped.count, reason.describe()))
                .collect(),
        });
    }
    Ok(Scanned {
        report,
        fixes,
        timings,
    })
}

/// Files of so many bytes stay parsed until flows were followed from file to file; which ones they
/// are changes no result.
const MAX_KEPT: usize = 2 << 20;

/// What came of each file, in the order of their names.
type Outcomes = Vec<(String, Outcome)>;

fn scan(
    examiner: &Examiner<'_>,
    links: Option<&RuleSet>,
    options: &Options,
    progress: &Progress,
    timings: &mut Sheet,
) -> Result<(Selection, Outcomes), DiscoverError> {
    let request = Request {
        paths: &options.paths,
        gitignore: options.gitignore,
        exclude: &options.exclude,
        include: &options.include,
        force_exclude: options.force_exclude,
        outputs: &options.outputs,
    };
    match &options.subject {
        Subject::Files => {}
        Subject::Staged => {
            let stored = discover::staged(&request)?;
            return Ok(stored::scan_staged(examiner, stored, progress));
        }
        Subject::History { range } => {
            let stored = discover::history(&request, range.as_deref())?;
            return Ok(stored::scan_history(examiner, stored, progress));
        }
        Subject::Stdin(stdin) => return scan_stdin(examiner, stdin, &request, progress),
    }
    // The walk runs on all threads, and nothing beside it.
    let (selection, spent) = timing::of_process(|| discover::discover(&request));
    timings.note(Stage::Discover, spent);
    let mut selection = selection?;
    let targets = std::mem::take(&mut selection.targets);
    progress.set_known(targets.len());
    let kept = AtomicUsize::new(0);
    let mut outcomes: Vec<Outcome> = targets
        .par_iter()
        .map(|target| {
            let (content, spent) = timing::measure(options.extras.timings, || {
                timing::stage(Stage::Read, || discover::read(&target.path))
            });
            let mut outcome = examiner.examine(&target.name, None, content);
            let outline = outcome.outline.as_mut();
            let outline =
                outline.filter(|of| kept.fetch_add(of.kept(), Ordering::Relaxed) > MAX_KEPT);
            outline.into_iter().for_each(Outline::let_go);
            outcome.timings.add(&spent);
            progress.finish_one();
            outcome
        })
        .collect();
    if let Some(rules) = links.filter(|_| targets.len() > 1) {
        let note = link::link(examiner, rules, &targets, &mut outcomes);
        selection.notes.extend(note);
    }
    let outcomes = targets.into_iter().zip(outcomes);
    let outcomes = outcomes.map(|(target, mut outcome)| {
        if let Some(fix) = &mut outcome.fix {
            fix.place = Some(target.path);
        }
        (target.name, outcome)
    });
    Ok((selection, outcomes.collect()))
}

fn scan_stdin(
    examiner: &Examiner<'_>,
    stdin: &Stdin,
    request: &Request<'_>,
    progress: &Progress,
) -> Result<(Selection, Outcomes), DiscoverError> {
    progress.set_known(1);
    let file = discover::stand_in(&stdin.filename, request)?;
    let mut selection = Selection {
        root: file.root,
        targets: Vec::new(),
        problems: Vec::new(),
        skipped: Tally::default(),
        notes: Vec::new(),
    };
    let mut outcomes = Vec::new();
    if request.force_exclude && file.left_out {
        selection.skipped.add(SkipReason::Excluded, file.name);
    } else {
        let content = discover::classify(Path::new(&file.name), stdin.bytes.clone());
        outcomes.push((
            file.name.clone(),
            examiner.examine(&file.name, None, content),
        ));
    }
    progress.finish_one();
    Ok((selection, outcomes))
}

fn assemble(selection: Selection, outcomes: Outcomes) -> Report {
    let mut skipped: Tally = selection.skipped;
    let mut report = Report {
        root: selection.root,
        rules: Vec::new(),
        findings: Vec::new(),
        suppression_problems: Vec::new(),
        problems: Vec::new(),
        skipped: BTreeMap::new(),
        notes: selection.notes,
        totals: Totals::default(),
        elapsed: Duration::ZERO,
    };
    report.problems.extend(
        selection
            .problems
            .into_iter()
            .map(|(path, error)| FileProblem {
                path,
                problem: error.into(),
            }),
    );
    for (name, file) in outcomes {
        report.findings.extend(file.findings);
        report
            .suppression_problems
            .extend(file.suppression_problems);
        report.problems.extend(file.problems);
        if let Some(reason) = file.skipped {
            skipped.add(reason, name);
        }
        if let Some(bytes) = file.bytes {
            report.totals.files += 1;
            report.totals.bytes += bytes;
        }
        report.totals.parsed += usize::from(file.parsed);
    }
    report.problems.sort();
    report.problems.dedup();
    report.skipped = skipped.summary();
    report
}

/// The first few of the paths: a hook may give hundreds.
fn places(paths: &[PathBuf]) -> String {
    const SHOWN: usize = 3;
    let shown = paths
        .iter()
        .take(SHOWN)
        .map(|path| format!("`{}`", path.display()));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match paths.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn left_out(skipped: &[String]) -> String {
    if skipped.is_empty() {
        return String::new();
    }
    format!("; left out: {}", skipped.join(", "))
}

#[cfg(test)]
mod tests;
