//! Flows from file to file: which files have to be looked at again, and what comes of it.
//!
//! First back, from the sinks: which parameters of which functions lead to one, and which parameters
//! of the functions that call these. Then forth, from the sources, into such parameters and out of
//! functions that return what they read; so no value is followed that leads nowhere. A file is
//! looked at only if it spells the name of a function that it may import and that matters. All files
//! of a round are looked at side by side, and what they tell is put together in their order, so that
//! threads do not change the result.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::graph::Graph;
use super::kept::Kept;
use super::look::{Done, Look, Tale, Task};
use super::spelt::Spelt;
use super::{FileReport, Outline, Problem, RuleSet};
use crate::finding::Finding;
use crate::pattern::Subject;
use crate::source::Source;
use crate::syntax::File;
use crate::taint::{self, Border, Demand, FileNumber, Passage, Slot};

/// Each way, flows are followed through so many files at most, passing on of names included.
const MAX_ROUNDS: u32 = 64;
/// Looking again at files costs no more than a part of what looking at all of them did: so much for
/// so many bytes of code, and so much in any case, in steps.
const BYTES_PER_STEP: u64 = 10;
const FREE_STEPS: u64 = 12_000_000;
/// What parsing a byte costs.
const STEPS_PER_PARSED_BYTE: u64 = 8;
/// Into one file no more values than these are followed.
const MAX_PASSAGES: usize = 512;

/// The work of following flows through all files of a scan.
pub struct Linker<'r> {
    pub(super) rules: &'r RuleSet,
    pub(super) graph: Graph,
    /// The files that stay parsed.
    kept: Vec<Mutex<Option<Kept>>>,
    /// What each file is told of the values that its functions get.
    arrived: Told,
    /// The parameters of the functions of a file that lead to sinks.
    demands: BTreeMap<FileNumber, BTreeSet<(usize, Demand)>>,
    /// What is told of the values that the functions of a file return.
    returned: Told,
    waiting: BTreeMap<FileNumber, BTreeSet<usize>>,
    linked: BTreeMap<FileNumber, Linked>,
    forth: bool,
    rounds: u32,
    /// The steps that are left.
    left: u64,
    budget: u64,
    cut: bool,
}

type Told = BTreeMap<FileNumber, BTreeMap<(usize, Passage), Arc<Tale>>>;

/// A file to look at, for some rules.
#[derive(Debug)]
pub struct Job {
    /// Which.
    pub file: FileNumber,
    rules: BTreeSet<usize>,
    forth: bool,
}

/// What flows from other files add to the report of one.
#[derive(Debug, Default)]
pub struct Linked {
    /// The findings.
    pub findings: Vec<Finding>,
    /// What was not looked at, or only partly.
    pub problems: Vec<Problem>,
}

impl<'r> Linker<'r> {
    /// A linker over the files of a scan, each with its path and what it says of itself.
    pub fn new(rules: &'r RuleSet, mut files: Vec<(String, Option<Outline>)>) -> Linker<'r> {
        let outlines = files.iter_mut().map(|(_, outline)| outline.as_mut());
        let kept = outlines.map(|outline| outline.and_then(|outline| outline.kept.take()));
        let kept = kept.map(Mutex::new).collect();
        let graph = Graph::new(files);
        let budget = FREE_STEPS + graph.size() / BYTES_PER_STEP;
        Linker {
            waiting: graph.ends(),
            left: budget,
            budget,
            rules,
            graph,
            kept,
            arrived: Told::new(),
            demands: BTreeMap::new(),
            returned: Told::new(),
            linked: BTreeMap::new(),
            forth: false,
            rounds: 0,
            cut: false,
        }
    }

    /// The files to look at next; none where all is settled.
    pub fn jobs(&mut self) -> Vec<Job> {
        if !self.forth && (self.waiting.is_empty() || self.rounds == MAX_ROUNDS) {
            self.cut |= !self.waiting.is_empty();
            self.forth = true;
            self.rounds = 0;
            self.waiting = self.graph.beginnings();
        }
        self.rounds += 1;
        let chosen = self.affordable();
        let forth = self.forth;
        let mut jobs = Vec::new();
        for (&file, rules) in &mut self.waiting {
            let (now, later) = rules.iter().partition(|rule| chosen.contains(rule));
            *rules = later;
            let rules: BTreeSet<usize> = now;
            if !rules.is_empty() {
                jobs.push(Job { file, rules, forth });
            }
        }
        self.waiting.retain(|_, rules| !rules.is_empty());
        if jobs.is_empty() && !self.waiting.is_empty() {
            self.cut = true;
            self.waiting.clear();
        }
        if jobs.is_empty() && !self.forth {
            return self.jobs();
        }
        jobs
    }

    /// The rules whose next files there are steps for, the cheapest first. The others wait: not every
    /// file that is looked at is parsed.
    fn affordable(&self) -> BTreeSet<usize> {
        // The way back leaves enough for the way forth.
        let left = if self.forth {
            self.left
        } else {
            self.left - self.budget / 2
        };
        let mut files: BTreeMap<usize, Vec<FileNumber>> = BTreeMap::new();
        for (file, rules) in &self.waiting {
            for rule in rules {
                files.entry(*rule).or_default().push(*file);
            }
        }
        let size = |file: &FileNumber| self.graph.size_of(*file);
        let mut order: Vec<(u64, usize)> = files
            .iter()
            .map(|(rule, files)| (files.iter().map(size).sum(), *rule))
            .collect();
        order.sort_unstable();
        let mut seen = BTreeSet::new();
        let mut chosen = BTreeSet::new();
        let mut bytes = 0;
        for (_, rule) in order {
            let new = files[&rule].iter().filter(|file| seen.insert(**file));
            bytes += new.map(size).sum::<u64>();
            if bytes * STEPS_PER_PARSED_BYTE > left || self.rounds > MAX_ROUNDS {
                break;
            }
            chosen.insert(rule);
        }
        chosen
    }

    /// Looks at one file.
    pub fn run(&self, job: &Job, source: &Source) -> Done {
        let mut done = Done::default();
        let spelt = Spelt::of(source);
        let tasks: Vec<Task<'_>> = job
            .rules
            .iter()
            .map(|&rule| self.task(job, rule, &spelt))
            .filter(|task| self.is_due(job, task))
            .collect();
        if tasks.is_empty() || source.decoded.is_err() || source.text().len() > super::MAX_PARSED {
            return done;
        }
        let place = &self.kept[job.file as usize];
        let kept = lock(place).take().and_then(|kept| kept.of(source));
        let parsed = kept.or_else(|| Some((File::parse(source)?, taint::Shared::default())));
        let Some((file, shared)) = parsed else {
            return done;
        };
        // As many whether it is parsed now or was before: what is found must not depend on that.
        done.steps += source.text().len() as u64 * STEPS_PER_PARSED_BYTE;
        let border = Border::new(&file, &shared, &self.graph.modules, job.file);
        let look = Look {
            linker: self,
            number: job.file,
            subject: Subject::new(source, Some(&file)),
            file: &file,
            shared: &shared,
            border: &border,
        };
        look.run(tasks, job.forth, &mut done);
        *lock(place) = Some(Kept::new(file, shared));
        done
    }

    /// What a rule has to know of other files to look at one.
    fn task(&self, job: &Job, rule: usize, spelt: &Spelt<'_>) -> Task<'_> {
        let mut demands = Vec::new();
        for imported in self.graph.imports(job.file) {
            // A rule that does not go back has none.
            let all = self.demands.get(imported).into_iter().flatten();
            let all = all.filter(|(of, _)| *of == rule);
            let named = all.filter(|(_, demand)| spelt.names(&demand.of));
            demands.extend(named.map(|(_, demand)| demand));
        }
        Task {
            rule,
            demands,
            told: if job.forth {
                self.told(job.file, rule, spelt)
            } else {
                Vec::new()
            },
        }
    }

    /// Whether a look can tell anything new.
    fn is_due(&self, job: &Job, task: &Task<'_>) -> bool {
        let graph = &self.graph;
        if job.forth {
            let leads = || !graph.goes_back(task.rule) || !task.demands.is_empty();
            let asked = || leads() || graph.is_asked(job.file, task.rule);
            !task.told.is_empty() || graph.begins(job.file, task.rule) && asked()
        } else {
            !task.demands.is_empty() || graph.is_end(job.file, task.rule)
        }
    }

    /// What a rule is told of a file: what its functions get, and what those that it may call return.
    fn told(
        &self,
        file: FileNumber,
        rule: usize,
        spelt: &Spelt<'_>,
    ) -> Vec<(&Passage, &Arc<Tale>)> {
        fn of_rule(
            told: Option<&BTreeMap<(usize, Passage), Arc<Tale>>>,
            rule: usize,
        ) -> impl Iterator<Item = (&Passage, &Arc<Tale>)> {
            let all = told.into_iter().flatten();
            all.filter(move |((of, _), _)| *of == rule)
                .map(|((_, passage), tale)| (passage, tale))
        }
        let mut told: Vec<_> = of_rule(self.arrived.get(&file), rule).collect();
        for imported in self.graph.imports(file) {
            let returned = of_rule(self.returned.get(imported), rule);
            told.extend(returned.filter(|(passage, _)| spelt.names(&passage.of)));
        }
        told
    }

    /// Takes in what the files of a round came to, in their order.
    pub fn absorb(&mut self, done: Vec<(FileNumber, Done)>) {
        for (file, done) in done {
            let linked = self.linked.entry(file).or_default();
            for finding in done.linked.findings {
                add_surest(&mut linked.findings, finding);
            }
            linked.problems.extend(done.linked.problems);
            // The half that the way back leaves is never touched by it.
            let least = if self.forth { 0 } else { self.budget / 2 };
            self.left = self.left.saturating_sub(done.steps).max(least);
            for rule in done.leads {
                self.graph.lead(file, rule);
            }
            for (rule, demand) in done.demands {
                self.demand(rule, demand);
            }
            for (rule, passage, tale) in done.told {
                self.tell(rule, passage, tale);
            }
        }
    }

    fn demand(&mut self, rule: usize, demand: Demand) {
        let file = demand.of.file;
        let all = self.demands.entry(file).or_default();
        if all.len() >= MAX_PASSAGES {
            self.cut = true;
        } else if all.insert((rule, demand)) {
            for importer in self.graph.fed(file, rule) {
                self.waiting.entry(importer).or_default().insert(rule);
            }
        }
    }

    fn tell(&mut self, rule: usize, passage: Passage, tale: Arc<Tale>) {
        let file = passage.of.file;
        let result = passage.slot == Slot::Result;
        let all = if result {
            &mut self.returned
        } else {
            &mut self.arrived
        };
        let told = all.entry(file).or_default();
        if told.contains_key(&(rule, passage.clone())) {
            return;
        }
        if told.len() >= MAX_PASSAGES {
            self.cut = true;
            return;
        }
        told.insert((rule, passage), tale);
        let mut wait = |file| {
            self.waiting.entry(file).or_default().insert(rule);
        };
        if result {
            self.graph.askers(file, rule).for_each(wait);
        } else {
            wait(file);
        }
    }

    /// What all of it comes to, by file, and whether something was given up before it was settled.
    pub fn finish(self) -> (BTreeMap<FileNumber, Linked>, bool) {
        let mut linked = self.linked;
        linked.retain(|_, linked| !linked.findings.is_empty() || !linked.problems.is_empty());
        (linked, self.cut)
    }
}

impl Linked {
    /// Adds it to what a file says by itself.
    pub fn add_to(&self, report: &mut FileReport) {
        for finding in &self.findings {
            add_surest(&mut report.findings, finding.clone());
        }
        for problem in &self.problems {
            if !report.problems.contains(problem) {
                report.problems.push(problem.clone());
            }
        }
    }
}

/// Adds a finding; of two that a rule has in one place the surer one stays.
fn add_surest(findings: &mut Vec<Finding>, finding: Finding) {
    let mut known = findings.iter_mut();
    match known.find(|of| (of.rule, of.span) == (finding.rule, finding.span)) {
        Some(known) if known.confidence < finding.confidence => *known = finding,
        Some(_) => {}
        None => findings.push(finding),
    }
}

fn lock(place: &Mutex<Option<Kept>>) -> MutexGuard<'_, Option<Kept>> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}
