//! What is looked at in turn: back from the sinks and forth from the sources, and where that found
//! something, which functions of other files its values were given to, what these assure, and what
//! is left of the findings then. And what of it there are steps for.

use std::collections::{BTreeMap, BTreeSet};

use super::link::{Job, Linker};
use crate::taint::FileNumber;

/// Each way, flows are followed through so many files at most, passing on of names included.
const MAX_ROUNDS: u32 = 64;
/// What functions of other files assure is asked in so many rounds at most, and of functions that
/// have a part in the answers of others only in the first ones.
const MAX_ASKING: u32 = 8;
pub(super) const MAX_ASKED_DEEP: u32 = 3;
/// Looking again at files costs no more than a part of what looking at all of them did: so much for
/// so many bytes of code, and so much in any case, in steps.
pub(super) const BYTES_PER_STEP: u64 = 10;
pub(super) const FREE_STEPS: u64 = 24_000_000;
/// Asking may cost so many times as much, where something was found.
const ASKING_TIMES: u64 = 4;
/// What parsing a byte costs.
pub(super) const STEPS_PER_PARSED_BYTE: u64 = 8;

/// What is done in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// From the sinks to the parameters that lead there.
    Back,
    /// From the sources into other files.
    Forth,
    /// Which functions of other files what flows in one file alone is given to.
    Alone,
    /// What functions assure of what they are given.
    Asking,
    /// What flows in one file alone, with what is known now.
    AloneAgain,
    /// From the sources into other files, with what is known now.
    ForthAgain,
}

impl Phase {
    /// What is looked at as a whole or not at all: in all its files what a rule follows from file to
    /// file, and otherwise each file by itself.
    fn unit(self, file: FileNumber, rule: usize) -> usize {
        match self {
            Phase::Back | Phase::Forth | Phase::ForthAgain => rule,
            Phase::Alone | Phase::Asking | Phase::AloneAgain => file as usize,
        }
    }

    pub(super) fn max_rounds(self) -> u32 {
        match self {
            Phase::Back | Phase::Forth | Phase::ForthAgain => MAX_ROUNDS,
            Phase::Asking => MAX_ASKING,
            Phase::Alone | Phase::AloneAgain => 1,
        }
    }

    pub(super) fn is_forth(self) -> bool {
        matches!(self, Phase::Forth | Phase::ForthAgain)
    }
}

/// Files to look at, each with the rules that want it.
pub(super) type Waiting = BTreeMap<FileNumber, BTreeSet<usize>>;

impl Linker<'_> {
    /// Leaves what is waiting. Findings stay where it is not known what would take them away.
    pub(super) fn give_up(&mut self) {
        self.waiting.clear();
        match self.phase {
            Phase::Back | Phase::Forth => self.cut = true,
            Phase::ForthAgain => self.again.clear(),
            Phase::Alone | Phase::Asking | Phase::AloneAgain => {}
        }
    }

    /// Begins the next phase; false where there is none.
    pub(super) fn go_on(&mut self) -> bool {
        let next = match self.phase {
            Phase::Back => Phase::Forth,
            Phase::Forth => Phase::Alone,
            Phase::Alone => Phase::Asking,
            Phase::Asking => Phase::AloneAgain,
            Phase::AloneAgain => Phase::ForthAgain,
            Phase::ForthAgain => return false,
        };
        self.phase = next;
        self.rounds = 0;
        if next == Phase::Alone {
            self.left = self.for_asking();
        }
        self.waiting = match next {
            Phase::Back => BTreeMap::new(),
            Phase::Forth => self.graph.beginnings(),
            Phase::Alone => {
                self.found_alone(|linker, file, _| !linker.graph.imports(file).is_empty())
            }
            Phase::Asking => self.first_asked(),
            Phase::AloneAgain => {
                self.found_alone(|linker, file, rule| linker.inquiry.helps(file, rule))
            }
            Phase::ForthAgain => self.beginnings_again(),
        };
        true
    }

    /// What was found in files alone, as far as it passes.
    fn found_alone(&self, pass: impl Fn(&Linker<'_>, FileNumber, usize) -> bool) -> Waiting {
        let found = self.found.iter().map(|(&file, rules)| {
            let rules = rules.keys().copied();
            (file, rules.filter(|&rule| pass(self, file, rule)).collect())
        });
        found
            .filter(|(_, rules): &(_, BTreeSet<_>)| !rules.is_empty())
            .collect()
    }

    /// The files, each with a rule, that what was found from file to file came through.
    fn came_through(&self) -> BTreeSet<(FileNumber, usize)> {
        let mut through = BTreeSet::new();
        for (&file, linked) in &self.linked {
            for finding in &linked.findings {
                let rule = finding.rule.0 as usize;
                let paths = finding.trace.iter().filter_map(|step| step.path.as_deref());
                let files = paths.filter_map(|path| self.graph.modules.number(path));
                through.extend(files.chain([file]).map(|file| (file, rule)));
            }
        }
        through
    }

    /// The files of the functions that what was found came through.
    fn first_asked(&mut self) -> Waiting {
        let mut through = self.came_through();
        for (&file, rules) in &self.found {
            through.extend(rules.keys().map(|&rule| (file, rule)));
        }
        let mut waiting: Waiting = BTreeMap::new();
        for (from, rule) in through {
            for file in self.inquiry.ask_for(from, rule) {
                waiting.entry(file).or_default().insert(rule);
            }
        }
        waiting
    }

    /// Where the rules begin again whose findings from file to file may be none by now.
    fn beginnings_again(&mut self) -> Waiting {
        let through = self.came_through().into_iter();
        let again = through.filter(|&(file, rule)| self.inquiry.helps(file, rule));
        self.again = again.map(|(_, rule)| rule).collect();
        if self.again.is_empty() {
            return BTreeMap::new();
        }
        for told in self.arrived.values_mut().chain(self.returned.values_mut()) {
            told.retain(|(rule, _), _| !self.again.contains(rule));
        }
        let mut waiting = self.graph.beginnings();
        for rules in waiting.values_mut() {
            rules.retain(|rule| self.again.contains(rule));
        }
        waiting.retain(|_, rules| !rules.is_empty());
        waiting
    }

    /// The next jobs that there are steps for.
    pub(super) fn affordable_jobs(&mut self) -> Vec<Job> {
        let chosen = self.affordable();
        let phase = self.phase;
        let mut jobs = Vec::new();
        for (&file, rules) in &mut self.waiting {
            let (now, later) = rules
                .iter()
                .partition(|&&rule| chosen.contains(&phase.unit(file, rule)));
            *rules = later;
            let rules: BTreeSet<usize> = now;
            if !rules.is_empty() {
                jobs.push(Job { file, rules, phase });
            }
        }
        self.waiting.retain(|_, rules| !rules.is_empty());
        jobs
    }

    /// What there are steps for next, the cheapest first. The others wait: not every file that is
    /// looked at is parsed.
    fn affordable(&self) -> BTreeSet<usize> {
        let left = self.left - self.reserved();
        let mut files: BTreeMap<usize, BTreeSet<FileNumber>> = BTreeMap::new();
        for (&file, rules) in &self.waiting {
            for &rule in rules {
                files
                    .entry(self.phase.unit(file, rule))
                    .or_default()
                    .insert(file);
            }
        }
        let size = |file: &FileNumber| self.graph.size_of(*file);
        let mut order: Vec<(u64, usize)> = files
            .iter()
            .map(|(unit, files)| (files.iter().map(size).sum(), *unit))
            .collect();
        order.sort_unstable();
        let mut seen = BTreeSet::new();
        let mut chosen = BTreeSet::new();
        let mut bytes = 0;
        for (_, unit) in order {
            let new = files[&unit].iter().filter(|file| seen.insert(**file));
            bytes += new.map(size).sum::<u64>();
            if bytes * STEPS_PER_PARSED_BYTE > left {
                break;
            }
            chosen.insert(unit);
        }
        chosen
    }

    /// The steps for asking and for the use of the answers.
    fn for_asking(&self) -> u64 {
        self.budget.saturating_mul(ASKING_TIMES)
    }

    /// The steps that a phase leaves to the next ones.
    pub(super) fn reserved(&self) -> u64 {
        match self.phase {
            // The way back leaves enough for the way forth, and asking for the use of the answers.
            Phase::Back => self.budget / 2,
            Phase::Alone => self.for_asking() / 3 * 2,
            Phase::Asking => self.for_asking() / 3,
            Phase::Forth | Phase::AloneAgain | Phase::ForthAgain => 0,
        }
    }
}
