//! What functions of other files assure of the values that flows give them: that they do not come
//! out, or are harmless where the function comes back or answers so.
//!
//! It is asked only for rules that found something, and only of functions that what they followed
//! was given to, with those that have a part in their answers. As long as nothing is known of a
//! function, whatever goes in may come out; so each answer only takes findings away, and where the
//! steps end early, findings stay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::look::{Done, Look, Task};
use super::{STEPS, flow_findings};
use crate::finding::RuleIndex;
use crate::syntax::NodeId;
use crate::taint::{Address, Assurance, FileNumber, Meaning};
use crate::timing;

/// What was asked, and what was answered.
#[derive(Debug, Default)]
pub(super) struct Inquiry {
    /// The functions of other files that values of a rule are given to in a file.
    given: BTreeMap<(FileNumber, usize), BTreeSet<Address>>,
    asked: BTreeMap<(usize, Address), Asked>,
}

#[derive(Debug, Default)]
struct Asked {
    assured: Option<Arc<Assurance>>,
    /// The functions whose answers have a part in it.
    parts: Vec<Address>,
}

/// What a function of the file assures as far as is known, and whose answers have a part in it.
#[derive(Debug)]
pub(super) struct Reply {
    of: Address,
    assured: Option<Assurance>,
    parts: Vec<Address>,
}

impl Inquiry {
    /// Notes that values of a rule are given to a function of another file.
    pub(super) fn note(&mut self, from: FileNumber, rule: usize, to: Address) {
        self.given.entry((from, rule)).or_default().insert(to);
    }

    /// Asks about all functions that values of a rule are given to in a file; returns their files.
    pub(super) fn ask_for(&mut self, from: FileNumber, rule: usize) -> Vec<FileNumber> {
        let given = self.given.get(&(from, rule)).into_iter().flatten().cloned();
        let given: Vec<Address> = given.collect();
        let asked = given.into_iter().filter_map(|of| self.ask(rule, of));
        asked.collect()
    }

    fn ask(&mut self, rule: usize, of: Address) -> Option<FileNumber> {
        let file = of.file;
        let new = !self.asked.contains_key(&(rule, of.clone()));
        self.asked.entry((rule, of)).or_default();
        new.then_some(file)
    }

    /// The functions of a file that somebody asked about.
    pub(super) fn questions(&self, file: FileNumber, rule: usize) -> Vec<&Address> {
        let asked = self.asked.keys();
        let asked = asked.filter(|(of, address)| *of == rule && address.file == file);
        asked.map(|(_, address)| address).collect()
    }

    /// Takes in an answer. Returns the files that have to be asked then: those of the functions that
    /// have a part in it, if that is wanted, and those of the functions that it has a part in.
    pub(super) fn absorb(&mut self, rule: usize, reply: Reply, deeper: bool) -> Vec<FileNumber> {
        let mut next = Vec::new();
        if deeper {
            for part in &reply.parts {
                next.extend(self.ask(rule, part.clone()));
            }
        }
        // What is known of a part by now may not have been when the answer was worked out.
        let known = |part: &Address| self.assured(rule, part).is_some();
        let asked = self.asked.get(&(rule, reply.of.clone()));
        let before = asked.map_or(&[][..], |asked| &asked.parts);
        let mut new = reply.parts.iter().filter(|part| !before.contains(part));
        if new.any(known) {
            next.push(reply.of.file);
        }
        let asked = self.asked.entry((rule, reply.of.clone())).or_default();
        asked.parts = reply.parts;
        let assured = reply.assured.filter(Assurance::is_some).map(Arc::new);
        if asked.assured != assured {
            asked.assured = assured;
            let of_rule = self.asked.iter().filter(|((of, _), _)| *of == rule);
            let others = of_rule.filter(|(_, asked)| asked.parts.contains(&reply.of));
            next.extend(others.map(|((_, address), _)| address.file));
        }
        next
    }

    /// What is known of a function.
    pub(super) fn assured(&self, rule: usize, of: &Address) -> Option<Arc<Assurance>> {
        self.asked.get(&(rule, of.clone()))?.assured.clone()
    }

    /// Whether anything is known of the functions that values of a rule are given to in a file.
    pub(super) fn helps(&self, from: FileNumber, rule: usize) -> bool {
        let mut given = self.given.get(&(from, rule)).into_iter().flatten();
        given.any(|of| self.assured(rule, of).is_some())
    }
}

impl Look<'_> {
    /// What is known of other files' functions.
    pub(super) fn assured(&self, rule: usize) -> impl Fn(&Address) -> Option<Arc<Assurance>> {
        move |of| self.linker.inquiry.assured(rule, of)
    }

    /// Notes which functions of other files some calls give values to.
    pub(super) fn note_given(&self, rule: usize, calls: &[NodeId], done: &mut Done) {
        let to = self.border.called(calls).cloned();
        done.given.extend(to.map(|of| (rule, of)));
    }

    /// Follows what flows in the file alone with what is known of other files' functions; the first
    /// time nothing is, and it only turns out which of these are given something.
    pub(super) fn alone(&self, task: &Task<'_>, done: &mut Done) {
        let Some((entry, program)) = self.program(task.rule) else {
            return;
        };
        let crossings = self.border.alone(&self.assured(task.rule));
        let mut steps = STEPS;
        let code = (self.file, self.shared);
        let found = program.flows(&self.subject, code, &crossings, entry.options, &mut steps);
        done.steps += STEPS - steps;
        timing::steps(STEPS - steps);
        self.note_given(task.rule, &found.asked, done);
        if found.complete {
            let rule = RuleIndex(task.rule as u32);
            let findings = flow_findings(&self.subject, rule, entry, found.flows);
            done.linked.instead.push((rule, findings));
        }
    }

    /// Answers what functions of the file assure.
    pub(super) fn answer(&self, task: &Task<'_>, done: &mut Done) {
        let Some((entry, program)) = self.program(task.rule) else {
            return;
        };
        let assured = self.assured(task.rule);
        let mut functions = Vec::new();
        for &of in &task.questions {
            match self.border.means(of) {
                Meaning::Function(id) => functions.push((of, id)),
                Meaning::Elsewhere(parts) => {
                    // Where a name may stand for several things, nothing is assured of it.
                    let [only] = &parts[..] else { continue };
                    let reply = Reply {
                        of: of.clone(),
                        assured: assured(only).map(Arc::unwrap_or_clone),
                        parts,
                    };
                    done.replies.push((task.rule, reply));
                }
                Meaning::Unknown => {}
            }
        }
        if functions.is_empty() {
            return;
        }
        let crossings = self.border.asked(&assured);
        let ids: Vec<_> = functions.iter().map(|(_, id)| *id).collect();
        let mut steps = STEPS;
        let code = (self.file, self.shared);
        let (answers, calls) = program.assurances(
            &self.subject,
            code,
            &crossings,
            &ids,
            entry.options,
            &mut steps,
        );
        done.steps += STEPS - steps;
        timing::steps(STEPS - steps);
        let mut parts: Vec<Address> = self.border.called(&calls).cloned().collect();
        parts.sort_unstable();
        parts.dedup();
        let replies = functions
            .iter()
            .zip(answers)
            .map(|((of, _), assured)| Reply {
                of: (*of).clone(),
                parts: parts.clone(),
                assured: Some(assured),
            });
        let replies = replies.map(|reply| (task.rule, reply));
        done.replies.extend(replies);
    }
}
