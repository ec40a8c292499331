//! Where the work of a scan goes, by stage and by rule, for those who ask.
//!
//! Each thread keeps a sheet of its own while a piece of work is measured, and none otherwise: then
//! every call here is one look at a flag. Time is processor time of the thread, so that a busy
//! machine does not change it much; a stage within a stage counts for the inner one alone.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::finding::RuleIndex;

/// A part of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Reading rules.
    Load,
    /// Looking for files.
    Discover,
    /// Reading files.
    Read,
    /// Looking for the words that rules need.
    Prefilter,
    /// Parsing, by the grammars.
    Parse,
    /// Bringing trees into the shape that all languages share, and resolving names.
    Lower,
    /// Compiling rules, each when the first file needs it.
    Compile,
    /// Running rules of `mode: search`.
    Match,
    /// Running rules of `mode: taint`.
    Taint,
    /// Looking for credentials.
    Secrets,
    /// Judging comments, resolving places, masking, fingerprints, fixes.
    Resolve,
    /// Writing reports.
    Report,
}

impl Stage {
    /// Every stage, in the order of a scan.
    pub const ALL: [Stage; 12] = [
        Stage::Load,
        Stage::Discover,
        Stage::Read,
        Stage::Prefilter,
        Stage::Parse,
        Stage::Lower,
        Stage::Compile,
        Stage::Match,
        Stage::Taint,
        Stage::Secrets,
        Stage::Resolve,
        Stage::Report,
    ];

    /// The name shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Load => "load",
            Stage::Discover => "discover",
            Stage::Read => "read",
            Stage::Prefilter => "prefilter",
            Stage::Parse => "parse",
            Stage::Lower => "lower",
            Stage::Compile => "compile",
            Stage::Match => "match",
            Stage::Taint => "taint",
            Stage::Secrets => "secrets",
            Stage::Resolve => "resolve",
            Stage::Report => "report",
        }
    }
}

/// What one rule took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Processor time.
    pub cpu: Duration,
    /// Steps of its budget.
    pub steps: u64,
    /// Files that it was run on.
    pub files: u64,
}

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Processor time by stage.
    pub stages: BTreeMap<Stage, Duration>,
    /// What each rule took.
    pub rules: BTreeMap<RuleIndex, Cost>,
}

impl Sheet {
    /// Adds another sheet.
    pub fn add(&mut self, other: &Sheet) {
        for (&stage, &cpu) in &other.stages {
            *self.stages.entry(stage).or_default() += cpu;
        }
        for (&rule, cost) in &other.rules {
            let sum = self.rules.entry(rule).or_default();
            sum.cpu += cost.cpu;
            sum.steps += cost.steps;
            sum.files += cost.files;
        }
    }

    /// Notes what a stage took.
    pub fn note(&mut self, stage: Stage, cpu: Duration) {
        *self.stages.entry(stage).or_default() += cpu;
    }
}

thread_local! {
    static OPEN: RefCell<Option<Open>> = const { RefCell::new(None) };
}

/// A sheet that is being written.
#[derive(Debug)]
struct Open {
    sheet: Sheet,
    /// What is being done, and for which rule.
    now: (Option<Stage>, Option<RuleIndex>),
    since: Duration,
}

impl Open {
    /// Books the time so far, and goes on with something else.
    fn turn(&mut self, next: (Option<Stage>, Option<RuleIndex>)) {
        let now = thread_cpu();
        let spent = now.saturating_sub(self.since);
        let (stage, rule) = std::mem::replace(&mut self.now, next);
        if let Some(stage) = stage {
            self.sheet.note(stage, spent);
        }
        if let Some(rule) = rule {
            self.sheet.rules.entry(rule).or_default().cpu += spent;
        }
        self.since = now;
    }
}

/// Does `work` and, where that is wanted, measures what it does on this thread.
pub fn measure<T>(wanted: bool, work: impl FnOnce() -> T) -> (T, Sheet) {
    if !wanted {
        return (work(), Sheet::default());
    }
    let open = Open {
        sheet: Sheet::default(),
        now: (None, None),
        since: thread_cpu(),
    };
    OPEN.set(Some(open));
    let done = work();
    let sheet = OPEN.take().map(|open| open.sheet);
    (done, sheet.unwrap_or_default())
}

/// Does `work`, and tells what all threads of the process took meanwhile.
pub fn of_process<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let before = process_cpu();
    let done = work();
    (done, process_cpu().saturating_sub(before))
}

/// Does `work` as part of a stage.
pub fn stage<T>(stage: Stage, work: impl FnOnce() -> T) -> T {
    within(|rule| (Some(stage), rule), work)
}

/// Does `work` as part of a stage, for a rule.
pub fn rule<T>(stage: Stage, rule: RuleIndex, work: impl FnOnce() -> T) -> T {
    OPEN.with_borrow_mut(|open| {
        if let Some(open) = open {
            open.sheet.rules.entry(rule).or_default().files += 1;
        }
    });
    within(|_| (Some(stage), Some(rule)), work)
}

/// Notes steps that the rule at work took.
pub fn steps(count: u64) {
    OPEN.with_borrow_mut(|open| {
        if let Some(open) = open
            && let Some(rule) = open.now.1
        {
            open.sheet.rules.entry(rule).or_default().steps += count;
        }
    });
}

fn within<T>(
    next: impl FnOnce(Option<RuleIndex>) -> (Option<Stage>, Option<RuleIndex>),
    work: impl FnOnce() -> T,
) -> T {
    let outer = OPEN.with_borrow_mut(|open| {
        open.as_mut().map(|open| {
            let outer = open.now;
            open.turn(next(outer.1));
            outer
        })
    });
    let done = work();
    if let Some(outer) = outer {
        OPEN.with_borrow_mut(|open| {
            if let Some(open) = open {
                open.turn(outer);
            }
        });
    }
    done
}

/// The processor time of this thread.
#[cfg(unix)]
fn thread_cpu() -> Duration {
    clock(rustix::time::ClockId::ThreadCPUTime)
}

/// The processor time of all threads of this process.
#[cfg(unix)]
fn process_cpu() -> Duration {
    clock(rustix::time::ClockId::ProcessCPUTime)
}

#[cfg(unix)]
fn clock(clock: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    let (seconds, nanos) = (time.tv_sec.max(0), time.tv_nsec.max(0));
    Duration::from_secs(seconds.unsigned_abs()) + Duration::from_nanos(nanos.unsigned_abs())
}

/// Elsewhere the time that passes.
#[cfg(not(unix))]
fn thread_cpu() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

/// Elsewhere the time that passes.
#[cfg(not(unix))]
fn process_cpu() -> Duration {
    thread_cpu()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_measured_unless_it_is_wanted() {
        let ((), sheet) = measure(false, || stage(Stage::Parse, || ()));
        assert_eq!(sheet, Sheet::default());
    }

    #[test]
    fn stages_and_steps_go_to_the_rule_at_work() {
        let a = RuleIndex(1);
        let ((), sheet) = measure(true, || {
            stage(Stage::Parse, || stage(Stage::Lower, || steps(7)));
            rule(Stage::Match, a, || steps(3));
            rule(Stage::Match, a, || steps(4));
        });
        let stages: Vec<Stage> = sheet.stages.keys().copied().collect();
        assert_eq!(stages, [Stage::Parse, Stage::Lower, Stage::Match]);
        assert_eq!((sheet.rules[&a].steps, sheet.rules[&a].files), (7, 2));
        assert_eq!(sheet.rules[&a].cpu, sheet.stages[&Stage::Match]);
    }

    #[test]
    fn sheets_are_added_up() {
        let mut sum = Sheet::default();
        let ((), sheet) = measure(true, || rule(Stage::Taint, RuleIndex(0), || steps(5)));
        sum.add(&sheet);
        sum.add(&sheet);
        assert_eq!(sum.rules[&RuleIndex(0)].steps, 10);
    }
}
