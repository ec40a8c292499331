//! Flows from file to file: which files have to be looked at again, and what comes of it.
//!
//! First back, from the sinks: which parameters of which functions lead to one, and which parameters
//! of the functions that call these. Then forth, from the sources, into such parameters and out of
//! functions that return what they read; so no value is followed that leads nowhere. A file is
//! looked at only if it spells the name of a function that it may import and that matters. All files
//! of a round are looked at side by side, and what they tell is put together in their order, so that
//! threads do not change the result.
//!
//! Where something was found, functions of other files that values went through are asked what they
//! assure of them, and the rules that found it follow their values again with that in mind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::graph::Graph;
use super::inquiry::Inquiry;
use super::kept::Kept;
use super::look::{Done, Look, Tale, Task};
use super::phase::{
    BYTES_PER_STEP, FREE_STEPS, MAX_ASKED_DEEP, Phase, STEPS_PER_PARSED_BYTE, Waiting,
};
use super::spelt::Spelt;
use super::{FileReport, Outline, Problem, RuleSet};
use crate::finding::{Finding, RuleIndex};
use crate::pattern::Subject;
use crate::source::Source;
use crate::syntax::File;
use crate::taint::{self, Border, Demand, FileNumber, Passage, Slot};

/// Into one file no more values than these are followed.
const MAX_PASSAGES: usize = 512;

/// The work of following flows through all files of a scan.
pub struct Linker<'r> {
    pub(super) rules: &'r RuleSet,
    pub(super) graph: Graph,
    /// The files that stay parsed.
    kept: Vec<Mutex<Option<Kept>>>,
    /// What each file is told of the values that its functions get.
    pub(super) arrived: Told,
    /// The parameters of the functions of a file that lead to sinks.
    pub(super) demands: BTreeMap<FileNumber, BTreeSet<(usize, Demand)>>,
    /// What is told of the values that the functions of a file return.
    pub(super) returned: Told,
    pub(super) waiting: Waiting,
    pub(super) linked: BTreeMap<FileNumber, Linked>,
    /// What rules found in files alone, and how much.
    pub(super) found: BTreeMap<FileNumber, BTreeMap<usize, usize>>,
    pub(super) inquiry: Inquiry,
    /// The rules that are followed forth again, and what they find then.
    pub(super) again: BTreeSet<usize>,
    pub(super) anew: BTreeMap<FileNumber, Vec<Finding>>,
    pub(super) phase: Phase,
    pub(super) rounds: u32,
    /// The steps that are left.
    pub(super) left: u64,
    pub(super) budget: u64,
    pub(super) cut: bool,
}

type Told = BTreeMap<FileNumber, BTreeMap<(usize, Passage), Arc<Tale>>>;

/// A file to look at, for some rules.
#[derive(Debug)]
pub struct Job {
    /// Which.
    pub file: FileNumber,
    pub(super) rules: BTreeSet<usize>,
    pub(super) phase: Phase,
}

/// What flows from other files add to the report of one.
#[derive(Debug, Default)]
pub struct Linked {
    /// The findings.
    pub findings: Vec<Finding>,
    /// What rules find that found more without knowing what other files' functions assure.
    pub instead: Vec<(RuleIndex, Vec<Finding>)>,
    /// What was not looked at, or only partly.
    pub problems: Vec<Problem>,
}

impl<'r> Linker<'r> {
    /// A linker over the files of a scan, each with its path and what it says of itself.
    pub fn new(rules: &'r RuleSet, mut files: Vec<(String, Option<Outline>)>) -> Linker<'r> {
        let outlines = files.iter_mut().map(|(_, outline)| outline.as_mut());
        let kept = outlines.map(|outline| outline.and_then(|outline| outline.kept.take()));
        let kept = kept.map(Mutex::new).collect();
        let outlines = (0..).zip(files.iter_mut().map(|(_, outline)| outline.as_mut()));
        let found = outlines.filter_map(|(file, outline)| {
            let found = std::mem::take(&mut outline?.found);
            (!found.is_empty()).then_some((file, found))
        });
        let found = found.collect();
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
            found,
            inquiry: Inquiry::default(),
            again: BTreeSet::new(),
            anew: BTreeMap::new(),
            phase: Phase::Back,
            rounds: 0,
            cut: false,
        }
    }

    /// The files to look at next; none where all is settled.
    pub fn jobs(&mut self) -> Vec<Job> {
        loop {
            let done = self.waiting.is_empty();
            if done || self.rounds == self.phase.max_rounds() {
                if !done {
                    self.give_up();
                }
                if !self.go_on() {
                    return Vec::new();
                }
                continue;
            }
            self.rounds += 1;
            let jobs = self.affordable_jobs();
            if !jobs.is_empty() {
                return jobs;
            }
            self.give_up();
        }
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
        look.run(tasks, job.phase, &mut done);
        *lock(place) = Some(Kept::new(file, shared));
        done
    }

    /// What a rule has to know of other files to look at one.
    fn task(&self, job: &Job, rule: usize, spelt: &Spelt<'_>) -> Task<'_> {
        let mut demands = Vec::new();
        let passes = job.phase == Phase::Back || job.phase.is_forth();
        for imported in self.graph.imports(job.file).iter().filter(|_| passes) {
            // A rule that does not go back has none.
            let all = self.demands.get(imported).into_iter().flatten();
            let all = all.filter(|(of, _)| *of == rule);
            let named = all.filter(|(_, demand)| spelt.names(&demand.of));
            demands.extend(named.map(|(_, demand)| demand));
        }
        Task {
            rule,
            demands,
            told: if job.phase.is_forth() {
                self.told(job.file, rule, spelt)
            } else {
                Vec::new()
            },
            questions: if job.phase == Phase::Asking {
                self.inquiry.questions(job.file, rule)
            } else {
                Vec::new()
            },
        }
    }

    /// Whether a look can tell anything new.
    fn is_due(&self, job: &Job, task: &Task<'_>) -> bool {
        let graph = &self.graph;
        match job.phase {
            Phase::Back => !task.demands.is_empty() || graph.is_end(job.file, task.rule),
            Phase::Forth | Phase::ForthAgain => {
                let leads = || !graph.goes_back(job.file, task.rule) || !task.demands.is_empty();
                let asked = || leads() || graph.is_asked(job.file, task.rule);
                !task.told.is_empty() || graph.begins(job.file, task.rule) && asked()
            }
            Phase::Asking => !task.questions.is_empty(),
            Phase::Alone | Phase::AloneAgain => true,
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
            self.absorb_linked(file, done.linked);
            // What is left to the next phases is never touched.
            let left = self.left.saturating_sub(done.steps);
            self.left = left.max(self.reserved());
            for (rule, to) in done.given {
                self.inquiry.note(file, rule, to);
            }
            let deeper = self.rounds < MAX_ASKED_DEEP;
            for (rule, reply) in done.replies {
                for file in self.inquiry.absorb(rule, reply, deeper) {
                    self.waiting.entry(file).or_default().insert(rule);
                }
            }
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

    fn absorb_linked(&mut self, file: FileNumber, new: Linked) {
        if self.phase == Phase::AloneAgain {
            let before = |rule: RuleIndex| self.found.get(&file)?.get(&(rule.0 as usize));
            let mut instead = new.instead;
            instead.retain(|(rule, findings)| before(*rule) != Some(&findings.len()));
            if !instead.is_empty() {
                self.linked.entry(file).or_default().instead = instead;
            }
            return;
        }
        let again = self.phase == Phase::ForthAgain;
        let findings = if again {
            // What is not known to its end takes nothing away.
            if !new.problems.is_empty() {
                self.give_up();
            }
            self.anew.entry(file).or_default()
        } else {
            let linked = self.linked.entry(file).or_default();
            linked.problems.extend(new.problems);
            &mut linked.findings
        };
        for finding in new.findings {
            add_surest(findings, finding);
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
            match self.phase {
                Phase::ForthAgain => self.again.clear(),
                _ => self.cut = true,
            }
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
        if !self.again.is_empty() {
            let again = |finding: &Finding| self.again.contains(&(finding.rule.0 as usize));
            for linked in linked.values_mut() {
                linked.findings.retain(|finding| !again(finding));
            }
            for (file, findings) in self.anew {
                linked.entry(file).or_default().findings.extend(findings);
            }
        }
        linked.retain(|_, linked| {
            let Linked {
                findings,
                instead,
                problems,
            } = linked;
            !findings.is_empty() || !instead.is_empty() || !problems.is_empty()
        });
        (linked, self.cut)
    }
}

impl Linked {
    /// Adds it to what a file says by itself.
    pub fn add_to(&self, report: &mut FileReport) {
        for (rule, findings) in &self.instead {
            report.findings.retain(|finding| finding.rule != *rule);
            report.findings.extend(findings.iter().cloned());
        }
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
