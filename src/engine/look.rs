//! One look at one file for flows from file to file: which parameters lead to sinks, where values from
//! other files go, and what goes into other files.

use std::sync::Arc;

use super::inquiry::Reply;
use super::link::{Linked, Linker};
use super::phase::Phase;
use super::ruleset::{Entry, Program};
use super::{Problem, STEPS, flow_finding};
use crate::finding::{Finding, RuleIndex, TraceStep};
use crate::pattern::{Bindings, Subject};
use crate::source::Span;
use crate::syntax::{File, Symbol};
use crate::taint::{self, Address, Border, Demand, FileNumber, Passage, Worth};
use crate::timing::{self, Stage};

/// A way longer than this is not followed on.
const MAX_STEPS: usize = 96;

/// How a value came as far as it did.
#[derive(Debug)]
pub(super) struct Tale {
    steps: Vec<TraceStep>,
    /// What the value is where it comes from, as far as the source says so.
    called: Option<String>,
    /// What the metavariables of the source hold.
    texts: Vec<(Symbol, String)>,
}

/// What a look at a file comes to.
#[derive(Debug, Default)]
pub struct Done {
    pub(super) linked: Linked,
    pub(super) told: Vec<(usize, Passage, Arc<Tale>)>,
    pub(super) demands: Vec<(usize, Demand)>,
    /// The rules that have calls in the file which lead to sinks.
    pub(super) leads: Vec<usize>,
    /// The functions of other files that values are given to.
    pub(super) given: Vec<(usize, Address)>,
    pub(super) replies: Vec<(usize, Reply)>,
    pub(super) steps: u64,
}

/// What one rule has to know of other files to look at one.
pub(super) struct Task<'a> {
    pub(super) rule: usize,
    /// What is wanted of the calls into other files.
    pub(super) demands: Vec<&'a Demand>,
    /// The values that are there.
    pub(super) told: Vec<(&'a Passage, &'a Arc<Tale>)>,
    /// The functions of the file that others ask about.
    pub(super) questions: Vec<&'a Address>,
}

/// One look at one file.
pub(super) struct Look<'a> {
    pub(super) linker: &'a Linker<'a>,
    pub(super) number: FileNumber,
    pub(super) subject: Subject<'a>,
    pub(super) file: &'a File<'a>,
    pub(super) shared: &'a taint::Shared,
    pub(super) border: &'a Border<'a>,
}

impl Look<'_> {
    /// Runs the rules on the file.
    pub(super) fn run(&self, tasks: Vec<Task<'_>>, phase: Phase, done: &mut Done) {
        for task in tasks {
            let rule = RuleIndex(task.rule as u32);
            timing::rule(Stage::Taint, rule, || match phase {
                Phase::Back => self.back(&task, done),
                Phase::Forth | Phase::ForthAgain => self.forth(&task, done),
                Phase::Alone | Phase::AloneAgain => self.alone(&task, done),
                Phase::Asking => self.answer(&task, done),
            });
        }
    }

    /// Finds the parameters that lead to sinks.
    fn back(&self, task: &Task<'_>, done: &mut Done) {
        let Some((entry, program)) = self.program(task.rule) else {
            return;
        };
        let (crossings, passed_on) = self.border.back(&task.demands);
        if crossings.leaves() {
            done.leads.push(task.rule);
        }
        let mut steps = STEPS;
        let code = (self.file, self.shared);
        let (leading, complete) =
            program.leading(&self.subject, code, &crossings, entry.options, &mut steps);
        done.steps += STEPS - steps;
        timing::steps(STEPS - steps);
        if !complete {
            done.linked.problems.push(Problem::BudgetSpent {
                rule: entry.rule.meta.id.clone(),
            });
        }
        let own = leading.into_iter();
        let own = own.flat_map(|(function, param)| self.border.demands(function, param));
        let all = own.chain(passed_on).map(|demand| (task.rule, demand));
        done.demands.extend(all);
    }

    pub(super) fn program(&self, rule: usize) -> Option<(&Entry, &taint::Program)> {
        let rules = self.linker.rules;
        let entry = &rules.entries[rule];
        match rules.program(entry, self.file.source().language) {
            Ok(Program::Taint(program)) => Some((entry, program)),
            Ok(Program::Search(_)) | Err(_) => None,
        }
    }

    /// Follows values from other files, and into them.
    fn forth(&self, task: &Task<'_>, done: &mut Done) {
        let &Task {
            rule,
            ref demands,
            ref told,
            ..
        } = task;
        let Some((entry, program)) = self.program(rule) else {
            return;
        };
        let passages: Vec<&Passage> = told.iter().map(|(passage, _)| *passage).collect();
        let graph = &self.linker.graph;
        let answers = graph.is_asked(self.number, rule);
        let reaches = |file| graph.reaches(file, rule);
        let worth = if graph.goes_back(self.number, rule) {
            Worth::Demanded(demands)
        } else {
            Worth::Reaching(&reaches)
        };
        let (crossings, forward) =
            self.border
                .forth(&passages, worth, answers, &self.assured(rule));
        for (index, of) in forward {
            let (passage, tale) = told[index];
            let passage = Passage {
                of,
                ..passage.clone()
            };
            done.told.push((rule, passage, Arc::clone(tale)));
        }
        let mut steps = STEPS;
        let code = (self.file, self.shared);
        let found = program.flows(&self.subject, code, &crossings, entry.options, &mut steps);
        done.steps += STEPS - steps;
        timing::steps(STEPS - steps);
        if !found.complete {
            done.linked.problems.push(Problem::BudgetSpent {
                rule: entry.rule.meta.id.clone(),
            });
        }
        self.note_given(rule, &found.asked, done);
        for flow in found.flows {
            if let Some(passage) = flow.passage.filter(|_| entry.sees(self.file.source())) {
                let finding = self.finding(RuleIndex(rule as u32), entry, flow, told[passage].1);
                done.linked.findings.push(finding);
            }
        }
        for departure in found.departures {
            let before = departure.passage.map(|passage| told[passage].1);
            let own = (departure.called, &departure.bindings);
            let tale = self.tale(before, own, departure.steps);
            if tale.steps.len() > MAX_STEPS {
                continue;
            }
            let tale = Arc::new(tale);
            for of in departure.to {
                let passage = Passage {
                    of,
                    slot: departure.slot.clone(),
                    label: departure.label.clone(),
                    confidence: departure.confidence,
                };
                done.told.push((rule, passage, Arc::clone(&tale)));
            }
        }
    }

    fn finding(&self, rule: RuleIndex, entry: &Entry, flow: taint::Flow, tale: &Tale) -> Finding {
        let known = |name: Symbol| {
            let text = tale.texts.iter().find(|(of, _)| *of == name);
            text.map(|(_, text)| text.clone())
        };
        let called = flow.called.or_else(|| tale.called.clone());
        let flow = taint::Flow { called, ..flow };
        let mut finding = flow_finding(&self.subject, rule, entry, flow, &known);
        finding.trace.splice(..0, tale.steps.iter().cloned());
        finding
    }

    /// The way of a value with what this file adds to it.
    fn tale(
        &self,
        before: Option<&Arc<Tale>>,
        (called, bindings): (Option<String>, &Bindings),
        steps: Vec<(Span, String)>,
    ) -> Tale {
        let path = &self.file.source().path;
        let own = steps.into_iter().map(|(span, note)| TraceStep {
            path: Some(path.clone()),
            span,
            note,
        });
        match before {
            Some(before) => Tale {
                steps: before.steps.iter().cloned().chain(own).collect(),
                called: before.called.clone(),
                texts: before.texts.clone(),
            },
            None => Tale {
                steps: own.collect(),
                called,
                texts: bindings
                    .iter()
                    .map(|(name, bound)| (name, self.subject.text_of(bound)))
                    .collect(),
            },
        }
    }
}
