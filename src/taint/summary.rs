//! What a function does with what it is given: which parameters it returns, which arrive at a sink,
//! and what it puts into their fields.
//!
//! Summaries are made from the called to the caller; functions that call each other in a circle are
//! run again until nothing changes.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::call::Argument;
use super::calls::{Calls, circles};
use super::functions::FunctionId;
use super::handed::Handed;
use super::value::{
    ANY_LABEL, MAX_FIELDS_DEEP, Note, Origin, PathId, Place, Set, Shape, State, Token, Trace, Var,
};
use super::walk::{Frame, Walk};
use crate::source::Span;
use crate::syntax::{NodeId, Role};

/// What one function does with what it is given.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub(super) returned: Shape,
    /// What is in the parameters when it ends, by their numbers; zero is the receiver.
    pub(super) outs: Vec<(u16, Shape)>,
    pub(super) sinks: BTreeMap<u32, SinkUse>,
    /// The parameters that it calls, and with what.
    pub(super) handed: Vec<Handed>,
}

/// A sink that parameters arrive at.
#[derive(Clone, Debug)]
pub(super) struct SinkUse {
    pub(super) node: NodeId,
    pub(super) set: Set,
}

/// A circle of functions is run no more often than this.
const MAX_ROUNDS: u32 = 20;
/// Fields of classes are filled no more often than this.
const MAX_CLASS_ROUNDS: u32 = 3;
/// The numbers of parameters begin here: zero is the receiver.
const FIRST: usize = 1;

impl Summary {
    fn same(&self, other: &Summary) -> bool {
        self.returned.same(&other.returned)
            && self.outs.len() == other.outs.len()
            && self
                .outs
                .iter()
                .zip(&other.outs)
                .all(|(a, b)| a.0 == b.0 && a.1.same(&b.1))
            && self.handed.len() == other.handed.len()
            && self.sinks.len() == other.sinks.len()
            && self
                .sinks
                .iter()
                .zip(&other.sinks)
                .all(|(a, b)| a.0 == b.0 && a.1.set.same(&b.1.set))
    }
}

impl Walk<'_> {
    /// Makes the summaries of some functions, which hold all that they call.
    pub(super) fn summarise(&mut self, needed: &[bool]) {
        let calls = self.calls;
        let order = circles(&calls.callees, needed);
        for round in 0..MAX_CLASS_ROUNDS {
            let before = self.field_count();
            for circle in &order {
                if round > 0 || circle.iter().any(|&id| self.summaries[id].is_none()) {
                    self.settle(circle, calls);
                }
            }
            if self.field_count() == before || *self.steps == 0 {
                break;
            }
        }
    }

    fn field_count(&self) -> usize {
        self.class_fields
            .values()
            .flatten()
            .map(|(_, set)| 1 + set.iter().count())
            .sum()
    }

    /// The functions that a source can be reached from; the fields of its class bring a method what
    /// comes to any other.
    pub(super) fn fed_functions(&self) -> Vec<bool> {
        let functions = self.functions;
        let holds = |id: FunctionId| {
            let node = functions.all[id].node;
            self.marks.holds_source(node, self.tree.node(node).end)
        };
        let mut fed = self.calls.reach(functions, holds);
        let class_of = |id: FunctionId| functions.all[id].class;
        let classes: BTreeSet<NodeId> = (0..fed.len())
            .filter(|&id| fed[id])
            .filter_map(class_of)
            .collect();
        if !classes.is_empty() {
            fed = self.calls.reach(functions, |id| {
                fed[id] || class_of(id).is_some_and(|class| classes.contains(&class))
            });
        }
        fed
    }

    /// The functions whose summaries are needed at any rate: the methods of classes that bring
    /// something into their fields and from there to a sink, with what they call.
    pub(super) fn needed_at_first(&self) -> Vec<bool> {
        let all = &self.functions.all;
        let classes = |of: &[bool]| -> BTreeSet<NodeId> {
            let marked = all.iter().zip(of).filter(|(_, marked)| **marked);
            marked.filter_map(|(function, _)| function.class).collect()
        };
        let (hot, fed) = (classes(&self.hot), classes(&self.fed));
        let both: BTreeSet<NodeId> = hot.intersection(&fed).copied().collect();
        let methods = all
            .iter()
            .enumerate()
            .filter(|(_, function)| function.class.is_some_and(|class| both.contains(&class)));
        let methods = methods.map(|(id, _)| id).collect();
        let mut needed = vec![false; all.len()];
        self.calls.add_called(methods, &mut needed);
        needed
    }

    /// Whether a function has a summary. One that is called with something, or that may return
    /// something by itself, gets it before the next run.
    pub(super) fn is_summed(
        &mut self,
        id: FunctionId,
        receiver: &Shape,
        arguments: &[Argument],
    ) -> bool {
        let summed = self.summaries[id].is_some();
        let given = || arguments.iter().any(|argument| !argument.shape.is_clean());
        if !summed && (self.fed[id] || !receiver.is_clean() || given()) {
            self.wanted.push(id);
        }
        summed
    }

    /// Whether nothing can come from a function, since nothing comes to it.
    pub(super) fn is_idle(
        &self,
        id: FunctionId,
        given: &[Shape],
        rest: Option<&Shape>,
        state: &State,
    ) -> bool {
        let filled = |class| self.class_fields.contains_key(&class);
        !self.fed[id]
            && state.control.is_empty()
            && given.iter().chain(rest).all(Shape::is_clean)
            && !self.functions.all[id].class.is_some_and(filled)
            && !state.vars.iter().any(|(var, shape)| {
                !shape.is_clean()
                    && match var {
                        Var::Def(def) => self.calls.captures(self.file, self.functions, id, *def),
                        Var::This | Var::Name(_) => true,
                    }
            })
    }

    /// Runs the functions of a circle until their summaries stay the same.
    fn settle(&mut self, circle: &[FunctionId], calls: &Calls) {
        let alone = circle.len() == 1 && !calls.callees[circle[0]].contains(&circle[0]);
        if !alone {
            for &id in circle {
                self.summaries[id].get_or_insert_with(Rc::default);
            }
        }
        for _ in 0..MAX_ROUNDS {
            let mut changed = false;
            for &id in circle {
                let summary = self.summary(id);
                changed |= !self.summaries[id]
                    .as_ref()
                    .is_some_and(|before| before.same(&summary));
                self.summaries[id] = Some(Rc::new(summary));
            }
            if alone || !changed || *self.steps == 0 {
                return;
            }
        }
        self.incomplete = true;
    }

    /// Runs one function with parameters that stand for whatever they are given.
    fn summary(&mut self, id: FunctionId) -> Summary {
        let functions = self.functions;
        let function = &functions.all[id];
        let Some(body) = function.body else {
            return Summary::default();
        };
        let mut state = State::new();
        let receiver = self.receiver_shape(id, Some(param_set(0)));
        self.bind_receiver(id, receiver, &mut state);
        for (index, param) in function.params.iter().enumerate() {
            let value = Shape::of(param_set((index + FIRST) as u16));
            self.bind_param(param, value, &mut state);
        }
        let begun = state.clone();
        self.frames.push(Frame::new(true));
        self.eval(body, &mut state);
        let Some(frame) = self.frames.pop() else {
            return Summary::default();
        };
        self.join(&mut state, &frame.exit);
        let mut outs = Vec::new();
        let this = function
            .receiver
            .map_or(Var::This, |receiver| self.var_of(receiver));
        let held = state.get(this);
        if !held.fields().is_empty() {
            self.fill_class(id, &held);
            outs.push((0, held));
        }
        for (index, param) in function.params.iter().enumerate() {
            let var = self.var_of(param.target);
            let once = match var {
                Var::Def(def) => self.names.definition(def).assignments <= 1,
                _ => false,
            };
            let number = (index + FIRST) as u16;
            let mut held = state.get(var);
            // What a parameter is by itself, as a source or as what it is given, is nothing that
            // the function has put into it.
            let first = begun.get(var).own;
            held.own = held.own.filter(|token| {
                !matches!(token.origin, Origin::Param(of, _) if of == number)
                    && !first.iter().any(|(known, _)| *known == token)
            });
            if once && (!held.fields().is_empty() || !held.own.is_empty()) {
                outs.push((number, held));
            }
        }
        let returned = if self.is_harmless_type(function.node) {
            Shape::default()
        } else {
            frame.returned
        };
        Summary {
            returned,
            outs,
            sinks: frame.sinks,
            handed: frame.handed,
        }
    }

    /// Remembers what a method puts into the fields of its class.
    fn fill_class(&mut self, id: FunctionId, held: &Shape) {
        let Some(class) = self.functions.all[id].class else {
            return;
        };
        for (key, field) in held.fields() {
            let set = field
                .all()
                .filter(|token| matches!(token.origin, Origin::Source(_)));
            self.fill_field(class, *key, &set);
        }
    }

    /// What the receiver of a method holds: the fields that its class is known to hold.
    pub(super) fn receiver_shape(&mut self, id: FunctionId, own: Option<Set>) -> Shape {
        let mut shape = Shape::of(own.unwrap_or_default());
        if let Some(class) = self.functions.all[id].class
            && let Some(fields) = self.class_fields.get(&class).cloned()
        {
            for (key, set) in fields {
                let mut field = self.read(&shape, key);
                field.own.add(&set);
                shape.set_field(key, field);
            }
        }
        shape
    }

    pub(super) fn bind_receiver(&mut self, id: FunctionId, shape: Shape, state: &mut State) {
        match self.functions.all[id].receiver {
            Some(receiver) => {
                let added = self.sources_at(receiver, &Set::default(), state, true);
                let mut shape = shape;
                shape.own.add(&added);
                let var = self.var_of(receiver);
                let rust = self.tree.language == crate::lang::Language::Rust;
                state.set(if rust { Var::This } else { var }, shape);
            }
            None if self.functions.all[id].class.is_some() => state.set(Var::This, shape),
            None => {}
        }
    }

    /// Calls a function whose summary is known.
    pub(super) fn apply(
        &mut self,
        id: FunctionId,
        node: NodeId,
        receiver: Option<(NodeId, &Shape)>,
        arguments: &[Argument],
        state: &mut State,
    ) -> Shape {
        let Some(summary) = self.summaries[id].clone() else {
            return Shape::default();
        };
        let held = receiver.map(|(_, shape)| shape);
        for (&sink, used) in &summary.sinks {
            if self.spent() {
                break;
            }
            let set = self.substitute(id, node, &Shape::of(used.set.clone()), held, arguments);
            self.arrive(sink, used.node, &set.own);
        }
        for (index, shape) in &summary.outs {
            let target = match index {
                0 => receiver.map(|(object, _)| object),
                _ => self
                    .argument(id, *index, arguments)
                    .map(|argument| argument.value),
            };
            let place = target.and_then(|target| match self.receiver_of_super(target) {
                Some(var) => Some(Place::of(var)),
                None => self.place_of(target),
            });
            let Some(place) = place else {
                continue;
            };
            let own = shape
                .own
                .filter(|token| !matches!(token.origin, Origin::Param(of, _) if of == *index));
            let mut changed = shape.clone();
            changed.own = own;
            let put = self.substitute(id, node, &changed, held, arguments);
            let before = self.load(&place, state);
            let joined = self.join_shapes(&before, &put);
            self.store(&place, joined, state);
        }
        let mut returned = self.substitute(id, node, &summary.returned, held, arguments);
        if !summary.handed.is_empty() {
            let mut handed = Vec::new();
            for (index, shapes) in &summary.handed {
                let Some(given) = self.argument(id, *index, arguments) else {
                    continue;
                };
                let (given, of) = (given.value, given.shape.clone());
                if !self.may_be_called(given, &of) {
                    continue;
                }
                let shapes = shapes
                    .iter()
                    .map(|shape| self.substitute(id, node, shape, held, arguments))
                    .collect();
                handed.push((given, of, shapes));
            }
            let value = self.call_handed(handed, node, state);
            returned = self.join_shapes(&returned, &value);
        }
        let function = self.functions.all[id].node;
        let span = self.tree.span(node);
        returned.map(&mut |own| own.step(span, Note::Returned(function)))
    }

    /// The argument that a parameter is given.
    fn argument<'a>(
        &self,
        id: FunctionId,
        index: u16,
        arguments: &'a [Argument],
    ) -> Option<&'a Argument> {
        let at = (index as usize).checked_sub(FIRST)?;
        let param = self.functions.all[id].params.get(at)?;
        arguments
            .iter()
            .find(|argument| argument.name == Some(param.name))
            .or_else(|| {
                arguments
                    .iter()
                    .filter(|argument| argument.name.is_none())
                    .nth(at)
            })
    }

    /// What a parameter is given, all that is left where it takes that.
    fn given(
        &mut self,
        id: FunctionId,
        index: u16,
        receiver: Option<&Shape>,
        arguments: &[Argument],
    ) -> (Shape, Option<NodeId>) {
        if index == 0 {
            return (receiver.cloned().unwrap_or_default(), None);
        }
        let functions = self.functions;
        let at = index as usize - FIRST;
        let Some(param) = functions.all[id].params.get(at) else {
            return (Shape::default(), None);
        };
        let spread = arguments.iter().position(|argument| argument.spread);
        if param.rest || spread.is_some_and(|spread| spread <= at) {
            let named = functions.all[id].params.iter().map(|param| param.name);
            let named: Vec<_> = named.collect();
            let mut all = Set::default();
            for (position, argument) in arguments.iter().enumerate() {
                let taken = match argument.name {
                    Some(name) => param.by_name && !named.contains(&name),
                    None => position >= at && !param.by_name || argument.spread,
                };
                if taken {
                    all.add(&argument.shape.all());
                }
            }
            return (
                Shape::of(all),
                arguments.get(at).map(|argument| argument.node),
            );
        }
        match self.argument(id, index, arguments) {
            Some(argument) => (argument.shape.clone(), Some(argument.node)),
            None => (Shape::default(), None),
        }
    }

    /// Whether a source stands in the default of a parameter that a call gives something for.
    fn is_given_instead(&self, id: FunctionId, source: u32, arguments: &[Argument]) -> bool {
        let span = self.marks.sources[source as usize].span;
        let function = &self.functions.all[id];
        let holds = |default| {
            let default = self.tree.span(default);
            default.start <= span.start && span.end <= default.end
        };
        let mut params = function.params.iter().zip(FIRST..);
        params.any(|(param, index)| {
            self.tree.role(param.node, Role::Default).any(holds)
                && self.argument(id, index as u16, arguments).is_some()
        })
    }

    /// Puts what a call gives in the place of the parameters.
    pub(super) fn substitute(
        &mut self,
        id: FunctionId,
        node: NodeId,
        shape: &Shape,
        receiver: Option<&Shape>,
        arguments: &[Argument],
    ) -> Shape {
        let function = self.functions.all[id].node;
        let call = self.tree.span(node);
        let mut whole = Shape::default();
        // A parameter that comes back as it is brings its fields along.
        for (token, _) in shape.own.iter() {
            if let Origin::Param(index, PathId::EMPTY) = token.origin {
                let (given, _) = self.given(id, index, receiver, arguments);
                if !given.fields().is_empty() && shape.fields().is_empty() {
                    let mut fields = given;
                    fields.own = Set::default();
                    fields.length = None;
                    whole = self.join_shapes(&whole, &fields);
                }
            }
        }
        // What was given for a field of a parameter, and where.
        let mut givens: Vec<((u16, PathId), (Set, Span))> = Vec::new();
        let mut change = |own: &Set| -> Set {
            for (token, _) in own.iter() {
                let Origin::Param(index, path) = token.origin else {
                    continue;
                };
                if givens.iter().any(|(of, _)| *of == (index, path)) {
                    continue;
                }
                let (mut held, at) = self.given(id, index, receiver, arguments);
                let keys = self.paths.keys(path).to_vec();
                for key in keys {
                    held = self.read(&held, key);
                }
                let span = at.map_or(call, |at| self.tree.span(at));
                givens.push(((index, path), (held.all(), span)));
            }
            let mut changed = Vec::new();
            for (token, trace) in own.iter() {
                let (index, path) = match token.origin {
                    Origin::Param(index, path) => (index, path),
                    Origin::Source(source) => {
                        if !self.is_given_instead(id, source, arguments) {
                            changed.push((*token, (None, trace)));
                        }
                        continue;
                    }
                };
                let given = givens.iter().find(|(of, _)| *of == (index, path));
                if let Some((_, (set, span))) = given {
                    for (origin, before) in set.iter() {
                        let label = if token.label == ANY_LABEL {
                            origin.label
                        } else {
                            token.label
                        };
                        let way = (Some((before, *span)), trace);
                        changed.push((Token { label, ..*origin }, way));
                    }
                }
            }
            Set::of_ways(changed, |(before, trace)| match before {
                None => trace.clone(),
                Some((before, span)) => before.then(span, Note::Argument(function)).join(trace),
            })
        };
        let mapped = shape.map(&mut change);
        if whole.is_trivial() {
            mapped
        } else {
            self.join_shapes(&mapped, &whole).cut(MAX_FIELDS_DEEP)
        }
    }
}

fn param_set(index: u16) -> Set {
    let token = Token {
        origin: Origin::Param(index, PathId::EMPTY),
        label: ANY_LABEL,
    };
    Set::one(token, Trace::default())
}
