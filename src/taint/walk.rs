//! The state of a run over one file, and what happens at sources, sinks and sanitizers.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt as _};

use super::calls::Calls;
use super::functions::{FunctionId, Functions};
use super::handed::{Captures, Handed};
use super::link::Crossings;
use super::marks::Marks;
use super::summary::{SinkUse, Summary};
use super::value::{ANY_LABEL, Note, Origin, Paths, Place, Set, Shape, State, Token, Trace, Var};
use super::{Flow, Flows, Program, Shared};
use crate::finding::Confidence;
use crate::rule::taint::{DEFAULT_LABEL, SideEffect};
use crate::source::Span;
use crate::syntax::{File, Kind, Names, NodeId, Role, Symbol, Tree};

/// Expressions and statements that nest deeper than this are looked at as a whole. A level takes
/// some kilobytes of stack.
pub(super) const MAX_DEPTH: u32 = 150;

/// A file is run no more often than this; before the last time all functions get a summary.
const MAX_RUNS: u32 = 6;

/// Through one function no more sinks than these are followed.
const MAX_SINKS: usize = 128;

/// One run over a file.
pub(super) struct Walk<'w> {
    pub(super) program: &'w Program,
    pub(super) file: &'w File<'w>,
    pub(super) tree: &'w Tree,
    pub(super) names: &'w Names,
    pub(super) marks: &'w Marks,
    pub(super) functions: &'w Functions,
    pub(super) calls: &'w Calls,
    pub(super) summaries: Vec<Option<Rc<Summary>>>,
    /// What methods put into the fields of their class.
    pub(super) class_fields: BTreeMap<NodeId, Vec<(Symbol, Set)>>,
    pub(super) frames: Vec<Frame>,
    pub(super) steps: &'w mut u64,
    pub(super) depth: u32,
    /// Whether flows are reported, and not only summed up.
    pub(super) reports: bool,
    /// Functions that a sink can be reached from.
    pub(super) hot: Vec<bool>,
    /// Functions that a source can be reached from.
    pub(super) fed: Vec<bool>,
    /// Functions without a summary that are called with something.
    pub(super) wanted: Vec<FunctionId>,
    pub(super) paths: Paths,
    /// What the propagators have picked up so far.
    pub(super) carried: HashMap<u32, Set>,
    pub(super) labels: Vec<String>,
    /// The parameters that functions have checked where they come back, or succeed.
    pub(super) checked: HashMap<(FunctionId, bool), Rc<[usize]>>,
    /// The functions that run where they are called, the innermost last.
    pub(super) entered: Vec<FunctionId>,
    /// How many calls of closures were followed into their bodies.
    pub(super) closures: u32,
    /// Whether an expression is worked out only to be looked at.
    pub(super) looking: bool,
    /// What functions read of the variables around them.
    pub(super) captured: HashMap<FunctionId, Rc<Captures>>,
    /// What the functions that resolve a promise were called with.
    pub(super) resolved: Vec<(Var, Shape)>,
    /// Whether something was given up before it was settled.
    pub(super) incomplete: bool,
    pub(super) found: BTreeMap<(Span, usize), (u32, Trace, u32)>,
    /// What leads into other files, by place and exit.
    pub(super) left: BTreeMap<(Span, usize), (u32, Trace, Option<String>)>,
    pub(super) crossings: &'w Crossings,
    /// The calls that lead into other files and are given something.
    pub(super) asked: BTreeSet<NodeId>,
}

/// What is collected while a function runs.
#[derive(Debug)]
pub(super) struct Frame {
    /// Whether sinks that parameters reach are summed up here.
    pub(super) sums: bool,
    pub(super) returned: Shape,
    pub(super) exit: State,
    pub(super) tries: Vec<State>,
    pub(super) loops: Vec<Loop>,
    pub(super) sinks: BTreeMap<u32, SinkUse>,
    /// The calls of parameters.
    pub(super) handed: Vec<Handed>,
}

/// Where the ways out of a loop lead.
#[derive(Debug)]
pub(super) struct Loop {
    pub(super) breaks: State,
    pub(super) continues: State,
    /// What `break` gives in Rust.
    pub(super) value: Shape,
    pub(super) label: Option<Symbol>,
    /// Whether it is a `switch`, which `continue` passes.
    pub(super) switch: bool,
}

impl Frame {
    pub(super) fn new(sums: bool) -> Frame {
        Frame {
            sums,
            returned: Shape::default(),
            exit: State::dead(),
            tries: Vec::new(),
            loops: Vec::new(),
            sinks: BTreeMap::new(),
            handed: Vec::new(),
        }
    }
}

/// Runs a rule over a file.
pub(super) fn run(
    program: &Program,
    marks: &Marks,
    file: &File<'_>,
    shared: &Shared,
    crossings: &Crossings,
    steps: &mut u64,
) -> Flows {
    let mut walk = Walk::new(program, marks, file, shared, crossings, steps);
    walk.settle_all();
    let complete = *walk.steps > 0 && !walk.incomplete;
    let found = std::mem::take(&mut walk.found).into_iter();
    let left = std::mem::take(&mut walk.left).into_iter();
    let asked = std::mem::take(&mut walk.asked).into_iter();
    Flows {
        flows: found
            .map(|((span, _), flow)| walk.flow(span, flow))
            .collect(),
        departures: left.map(|(at, way)| walk.departure(at, way)).collect(),
        asked: asked.collect(),
        complete,
    }
}

impl<'w> Walk<'w> {
    pub(super) fn new(
        program: &'w Program,
        marks: &'w Marks,
        file: &'w File<'w>,
        shared: &'w Shared,
        crossings: &'w Crossings,
        steps: &'w mut u64,
    ) -> Walk<'w> {
        let (functions, calls) = shared.functions(file);
        let count = functions.all.len();
        let mut labels = vec![DEFAULT_LABEL.to_owned()];
        for label in program
            .spec
            .sources
            .iter()
            .filter_map(|source| source.label.as_ref())
            .chain(
                program
                    .spec
                    .propagators
                    .iter()
                    .filter_map(|propagator| propagator.label.as_ref()),
            )
        {
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        Walk {
            program,
            file,
            tree: file.tree(),
            names: file.names(),
            marks,
            functions,
            calls,
            summaries: (0..count).map(|_| None).collect(),
            class_fields: BTreeMap::new(),
            frames: Vec::new(),
            steps,
            depth: 0,
            reports: false,
            hot: Vec::new(),
            fed: Vec::new(),
            wanted: Vec::new(),
            paths: Paths::new(),
            carried: HashMap::new(),
            labels,
            checked: HashMap::new(),
            entered: Vec::new(),
            closures: 0,
            looking: false,
            captured: HashMap::new(),
            resolved: Vec::new(),
            incomplete: false,
            found: BTreeMap::new(),
            left: BTreeMap::new(),
            crossings,
            asked: BTreeSet::new(),
        }
    }
}
impl Walk<'_> {
    /// Runs the file, and again while it turns out that summaries of more functions are wanted.
    fn settle_all(&mut self) {
        let calls = self.calls;
        self.find_reach();
        self.fill_from_bodies();
        let mut needed = self.needed_at_first();
        for round in 0..MAX_RUNS {
            self.summarise(&needed);
            self.wanted.clear();
            self.found.clear();
            self.left.clear();
            self.reports = true;
            self.frames.push(Frame::new(false));
            let mut state = State::new();
            self.eval(NodeId::ROOT, &mut state);
            self.frames.pop();
            self.reports = false;
            if self.wanted.is_empty() || *self.steps == 0 {
                return;
            }
            let mut wanted = std::mem::take(&mut self.wanted);
            if round + 2 >= MAX_RUNS {
                wanted = (0..needed.len()).collect();
            }
            calls.add_called(wanted, &mut needed);
        }
    }

    /// Finds the functions that lead to sinks, and those that sources are reached from.
    pub(super) fn find_reach(&mut self) {
        self.hot = self.calls.reach(self.functions, |id| {
            let node = self.functions.all[id].node;
            self.marks.holds_sink(node, self.tree.node(node).end)
        });
        self.fed = self.fed_functions();
    }

    /// Counts the work of going through many variables, which is light work each.
    pub(super) fn charge(&mut self, variables: usize) {
        *self.steps = self.steps.saturating_sub(variables as u64 / 2);
    }

    /// Counts a step. Returns whether there are none left.
    pub(super) fn spent(&mut self) -> bool {
        *self.steps = self.steps.saturating_sub(1);
        *self.steps == 0
    }

    pub(super) fn frame(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("something runs")
    }

    pub(super) fn label_number(&self, label: Option<&String>) -> u16 {
        let of = label.map_or(DEFAULT_LABEL, String::as_str);
        self.labels
            .iter()
            .position(|known| known == of)
            .unwrap_or(0) as u16
    }

    fn has_labels(&self, set: &Set, requires: &crate::rule::taint::Requires) -> bool {
        requires.holds(&|label| {
            set.iter().any(|(token, _)| match token.label {
                ANY_LABEL => false,
                number => self.labels[number as usize] == label,
            })
        })
    }

    /// Whether any sanitizer covers a node; those that work by side effect take hold.
    fn is_sanitized(&mut self, node: NodeId, state: &mut State) -> bool {
        let marks = self.marks;
        let Some(mark) = marks.of(node) else {
            return false;
        };
        let mut clean = false;
        for &index in &mark.sanitizers {
            let by_side_effect =
                self.program.spec.sanitizers[marks.sanitizers[index as usize].part].by_side_effect;
            clean |= by_side_effect != SideEffect::Only;
            if by_side_effect != SideEffect::No
                && let Some(place) = self.place_of(node)
            {
                self.store(
                    &Place {
                        element: false,
                        ..place
                    },
                    Shape::default(),
                    state,
                );
            }
        }
        clean
    }

    /// The origins that sources add to a node's value.
    pub(super) fn sources_at(
        &mut self,
        node: NodeId,
        value: &Set,
        state: &mut State,
        target: bool,
    ) -> Set {
        let marks = self.marks;
        let mut added = Set::default();
        let Some(mark) = marks.of(node) else {
            return added;
        };
        for &index in &mark.sources {
            let hit = &marks.sources[index as usize];
            if let Some(entry) = hit.crossing() {
                added.add(&self.entering(index, &self.crossings.entries[entry]));
                continue;
            }
            let spec = &self.program.spec.sources[hit.part];
            if spec
                .requires
                .as_ref()
                .is_some_and(|requires| !self.has_labels(value, requires))
            {
                continue;
            }
            let label = self.label_number(spec.label.as_ref());
            let span = marks.sources[index as usize].span;
            let token = Token {
                origin: Origin::Source(index),
                label,
            };
            let one = Set::one(token, Trace::default().then(span, Note::Source));
            if spec.control {
                state.control.add(&one);
                continue;
            }
            if !target
                && spec.by_side_effect != SideEffect::No
                && let Some(place) = self.place_of(node)
            {
                self.add(&place, &one, state);
            }
            if target || spec.by_side_effect != SideEffect::Only {
                added.add(&one);
            }
        }
        added
    }

    /// What the rule says of a node whose value was just worked out. `given` is what a call gets.
    pub(super) fn finish(
        &mut self,
        node: NodeId,
        value: Shape,
        given: Option<&Set>,
        state: &mut State,
    ) -> Shape {
        let marks = self.marks;
        if marks.of(node).is_none() {
            return value;
        }
        if self.is_sanitized(node, state) {
            return Shape::default();
        }
        let mut value = value;
        let added = self.sources_at(node, &value.all(), state, false);
        if !added.is_empty() {
            // What was put into a field, or checked there, is there however often the source is read.
            if matches!(self.tree.kind(node), Kind::Name | Kind::Attr | Kind::Index) {
                value.own.add(&added);
                value.length = None;
            } else {
                value = Shape::of(value.all().union(&added));
            }
        }
        self.propagate(node, &mut value, state);
        let Some(mark) = marks.of(node) else {
            return value;
        };
        for &index in &mark.sinks {
            let hit = &marks.sinks[index as usize];
            let objects_hold = self.program.spec.options.assume_safe_objects;
            let mut arrives = value.arriving(objects_hold);
            if let Some(given) = given
                && !hit.is_focused(self.file)
            {
                arrives = added.union(given);
            }
            arrives.add(&state.control.clone());
            self.arrive(index, node, &arrives);
        }
        value
    }

    fn propagate(&mut self, node: NodeId, value: &mut Shape, state: &mut State) {
        let marks = self.marks;
        let Some(mark) = marks.of(node) else { return };
        for &index in &mark.to {
            if let Some(carried) = self.carried.get(&index) {
                value.own = value.own.union(carried);
            }
        }
        for &index in &mark.from {
            let spec = &self.program.spec.propagators[marks.propagators[index as usize].part];
            let mut set = value.all();
            if spec
                .requires
                .as_ref()
                .is_some_and(|requires| !self.has_labels(&set, requires))
            {
                continue;
            }
            if let Some(label) = &spec.label {
                let label = self.label_number(Some(label));
                let relabelled = set
                    .iter()
                    .map(|(token, trace)| (Token { label, ..*token }, trace.clone()));
                set = Set::of(relabelled.collect());
            }
            if set.is_empty() {
                self.carried.remove(&index);
                continue;
            }
            if spec.by_side_effect
                && let Some(target) = marks.targets[index as usize]
                && let Some(place) = self.place_of(target)
            {
                let stepped = set.step(self.tree.span(target), Note::Into(target));
                self.add(&place, &stepped, state);
            }
            self.carried.insert(index, set);
        }
    }

    /// A value arrives at a sink: a flow, or for a parameter a part of the summary.
    pub(super) fn arrive(&mut self, sink: u32, node: NodeId, set: &Set) {
        if set.is_empty() {
            return;
        }
        let marks = self.marks;
        let hit = &marks.sinks[sink as usize];
        if let Some(exit) = hit.crossing() {
            return self.depart(sink, exit, node, set);
        }
        let spec = &self.program.spec.sinks[hit.part];
        if spec.at_exit && !self.is_at_exit(node) {
            return;
        }
        if !self.sum_up(sink, node, set, MAX_SINKS) {
            self.incomplete = true;
        }
        if !self.reports {
            return;
        }
        let unify = self.program.spec.options.unify_mvars;
        let mut sources = set.filter(|token| match token.origin {
            Origin::Param(..) => false,
            Origin::Source(index) => {
                let source = &marks.sources[index as usize];
                !unify
                    || source.crossing().is_some()
                    || source
                        .bindings
                        .merge(&hit.bindings, Some(self.file), false)
                        .is_some()
            }
        });
        match &spec.requires {
            Some(requires) if !self.has_labels(&sources, requires) => return,
            Some(_) => {}
            None => sources = sources.filter(|token| token.label == 0),
        }
        // Of several sources the one that a flow is surest from.
        let surest = sources
            .iter()
            .filter_map(|(token, trace)| match token.origin {
                Origin::Source(source) => Some((source, trace.clone())),
                Origin::Param(..) => None,
            })
            .min_by_key(|(source, _)| (std::cmp::Reverse(self.surety(*source)), *source));
        let Some((source, trace)) = surest else {
            return;
        };
        let key = (hit.span, hit.part);
        let known = self.found.get(&key).map(|(known, ..)| self.surety(*known));
        if known.is_none_or(|known| known < self.surety(source)) {
            self.found.insert(key, (source, trace, sink));
        }
    }

    /// What a source says of its values, and how sure a flow from there is at most.
    pub(super) fn origin_of(&self, source: u32) -> (Option<String>, Option<Confidence>) {
        let hit = &self.marks.sources[source as usize];
        if let Some(entry) = hit.crossing() {
            return (None, self.crossings.entries[entry].confidence);
        }
        let origin = &self.program.spec.sources[hit.part].origin;
        (origin.called.clone(), origin.confidence)
    }

    /// How sure a flow from a source is, as far as the source says so.
    pub(super) fn surety(&self, source: u32) -> Confidence {
        let hit = &self.marks.sources[source as usize];
        let confidence = match hit.crossing() {
            Some(entry) => self.crossings.entries[entry].confidence,
            None => self.program.spec.sources[hit.part].origin.confidence,
        };
        confidence.unwrap_or(Confidence::High)
    }

    /// Notes that what parameters hold arrives at a sink. Returns whether there was room for it.
    pub(super) fn sum_up(&mut self, sink: u32, node: NodeId, set: &Set, limit: usize) -> bool {
        let params = set
            .iter()
            .any(|(token, _)| matches!(token.origin, Origin::Param(..)));
        if params && let Some(frame) = self.frames.iter_mut().rev().find(|frame| frame.sums) {
            if frame.sinks.len() >= limit && !frame.sinks.contains_key(&sink) {
                return false;
            }
            let known = frame.sinks.entry(sink).or_insert_with(|| SinkUse {
                node,
                set: Set::default(),
            });
            known.set.add(set);
        }
        true
    }

    /// Whether nothing runs in the function after a node.
    fn is_at_exit(&self, node: NodeId) -> bool {
        let mut at = node;
        for above in self.tree.ancestors(node) {
            match self.tree.kind(above) {
                Kind::Return | Kind::Func | Kind::Module => return true,
                Kind::Block if self.tree.node(at).end != self.tree.node(above).end => return false,
                _ => {}
            }
            at = above;
        }
        true
    }

    /// A flow as it is told.
    fn flow(&self, span: Span, (source, trace, sink): (u32, Trace, u32)) -> Flow {
        let marks = self.marks;
        let mut bindings = marks.sinks[sink as usize].bindings.clone();
        bindings.complete(&marks.sources[source as usize].bindings);
        let (called, confidence) = self.origin_of(source);
        let mut steps = self.steps_from(&trace, called.as_deref());
        steps.push((span, "it arrives here".to_owned()));
        Flow {
            span,
            bindings,
            steps,
            called,
            confidence,
            passage: self.passage(source),
        }
    }

    /// The steps of a way, the first of which says what a value is called.
    pub(super) fn steps_from(&self, trace: &Trace, called: Option<&str>) -> Vec<(Span, String)> {
        let steps = trace.steps().into_iter();
        let mut steps: Vec<_> = steps.map(|(span, note)| (span, self.told(note))).collect();
        if let (Some(first), Some(called)) = (steps.first_mut(), called) {
            first.1 = format!("{called} comes from here");
        }
        steps
    }

    fn told(&self, note: Note) -> String {
        let name = |node: NodeId| {
            let text = self.tree.text_of(node, self.file.text());
            let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
            match text.char_indices().nth(40) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            }
        };
        let function = |node: NodeId| match self.tree.child(node, Role::Name) {
            Some(of) => format!("`{}`", name(of)),
            None => "a function".to_owned(),
        };
        match note {
            Note::Source => "the value comes from here".to_owned(),
            Note::Answer => "this call returns it".to_owned(),
            Note::Into(target) => format!("it goes into `{}`", name(target)),
            Note::Argument(of) => format!("it is passed to {}", function(of)),
            Note::Returned(of) => format!("{} returns it", function(of)),
        }
    }
}
