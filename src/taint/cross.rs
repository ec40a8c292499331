//! Where values come into a file from others and go into others.

use super::functions::FunctionId;
use super::link::{Crossings, DEFAULT, Entry, Slot};
use super::marks::Marks;
use super::value::{Note, Origin, Set, Token, Trace};
use super::walk::Walk;
use super::{Departure, Program, Shared};
use crate::rule::taint::DEFAULT_LABEL;
use crate::source::Span;
use crate::syntax::{File, NodeId};

/// Through one function no more calls of other files than these are followed.
const MAX_EXITS: usize = 2048;

/// The parameters of functions that arrive at a sink or leave the file, and whether these are all.
pub(super) fn leading(
    program: &Program,
    marks: &Marks,
    file: &File<'_>,
    shared: &Shared,
    crossings: &Crossings,
    steps: &mut u64,
) -> (Vec<(FunctionId, usize)>, bool) {
    let mut walk = Walk::new(program, marks, file, shared, crossings, steps);
    walk.find_reach();
    let hot = 0..walk.hot.len();
    let hot = hot.filter(|&id| walk.hot[id]).collect();
    let mut needed = vec![false; walk.hot.len()];
    walk.calls.add_called(hot, &mut needed);
    walk.summarise(&needed);
    let mut found = Vec::new();
    for (id, summary) in walk.summaries.iter().enumerate() {
        let sinks = summary.iter().flat_map(|summary| summary.sinks.values());
        for (token, _) in sinks.flat_map(|used| used.set.iter()) {
            if let Origin::Param(number @ 1.., _) = token.origin {
                found.push((id, usize::from(number) - 1));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    (found, *walk.steps > 0 && !walk.incomplete)
}

impl Walk<'_> {
    /// The origin of a value that another file gives.
    pub(super) fn entering(&self, index: u32, entry: &Entry) -> Set {
        let token = Token {
            origin: Origin::Source(index),
            label: self.label_number(entry.label.as_ref()),
        };
        let way = Trace::default();
        Set::one(
            token,
            if entry.answer {
                way.then(self.tree.span(entry.node), Note::Answer)
            } else {
                way
            },
        )
    }

    /// A value goes into another file.
    pub(super) fn depart(&mut self, sink: u32, exit: usize, node: NodeId, set: &Set) {
        let marks = self.marks;
        let result = self.crossings.exits[exit].slot == Slot::Result;
        // What a function returns of what it is given, its caller knows.
        if !result && !self.sum_up(sink, node, set, MAX_EXITS) {
            self.incomplete = true;
        }
        if !self.reports {
            return;
        }
        let sources = set.filter(|token| match token.origin {
            Origin::Param(..) => false,
            Origin::Source(index) => match marks.sources[index as usize].crossing() {
                Some(entry) => !result || self.crossings.entries[entry].answer,
                None => true,
            },
        });
        // Of several sources the first of those that a flow is surest from.
        let surest = sources.iter().min_by_key(|(token, _)| match token.origin {
            Origin::Source(source) => Some(std::cmp::Reverse(self.surety(source))),
            Origin::Param(..) => None,
        });
        if let Some((token, trace)) = surest.cloned()
            && let Origin::Source(source) = token.origin
        {
            let key = (marks.sinks[sink as usize].span, exit);
            let known = self.left.get(&key).map(|(known, ..)| self.surety(*known));
            if known.is_none_or(|known| known < self.surety(source)) {
                let label = self.labels.get(token.label as usize).cloned();
                self.left.insert(key, (source, trace, label));
            }
        }
    }

    /// What leads into another file, as it is told.
    pub(super) fn departure(
        &self,
        (span, exit): (Span, usize),
        (source, trace, label): (u32, Trace, Option<String>),
    ) -> Departure {
        let to = &self.crossings.exits[exit];
        let name = to.to.first().and_then(|of| {
            let names = of.names.iter().rev();
            names.into_iter().find(|name| *name != DEFAULT)
        });
        let name = name.map_or_else(|| "another file".to_owned(), |name| format!("`{name}`"));
        let (called, confidence) = self.origin_of(source);
        let mut steps = self.steps_from(&trace, called.as_deref());
        steps.push((
            span,
            match to.slot {
                Slot::Argument { .. } => format!("it is passed to {name}"),
                Slot::Result => format!("{name} returns it"),
            },
        ));
        Departure {
            to: to.to.clone(),
            slot: to.slot.clone(),
            label: label.filter(|label| label != DEFAULT_LABEL),
            called,
            confidence,
            bindings: self.marks.sources[source as usize].bindings.clone(),
            steps,
            passage: self.passage(source),
        }
    }

    /// Which of the passages a source is.
    pub(super) fn passage(&self, source: u32) -> Option<usize> {
        let entry = self.marks.sources[source as usize].crossing()?;
        Some(self.crossings.entries[entry].passage)
    }
}
