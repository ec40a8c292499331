//! What a function does with what it is given: which parameters it returns, which arrive at a sink,
//! and what it puts into their fields.
//!
//! Summaries are made from the called to the caller; functions that call each other in a circle are
//! run again until nothing changes.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::call::Argument;
use super::functions::{Callee, FunctionId, Functions};
use super::value::{
    ANY_LABEL, MAX_FIELDS_DEEP, Note, Origin, PathId, Set, Shape, State, Token, Trace, Var,
};
use super::walk::{Frame, Walk};
use crate::source::Span;
use crate::syntax::{File, Kind, NodeId, Role};

/// What one function does with what it is given.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub(super) returned: Shape,
    /// What is in the parameters when it ends, by their numbers; zero is the receiver.
    pub(super) outs: Vec<(u16, Shape)>,
    pub(super) sinks: BTreeMap<u32, SinkUse>,
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
            && self.sinks.len() == other.sinks.len()
            && self
                .sinks
                .iter()
                .zip(&other.sinks)
                .all(|(a, b)| a.0 == b.0 && a.1.set.same(&b.1.set))
    }
}

/// Who calls whom.
#[derive(Debug)]
pub(super) struct Calls {
    /// For each function the functions that it calls.
    callees: Vec<Vec<FunctionId>>,
    /// The functions that code outside of functions calls.
    roots: Vec<FunctionId>,
}

impl Calls {
    /// Reads the calls of a file.
    pub(super) fn of(file: &File<'_>, functions: &Functions) -> Calls {
        let tree = file.tree();
        let mut callees = vec![Vec::new(); functions.all.len()];
        let mut roots = Vec::new();
        // The functions around the place, the innermost last.
        let mut open: Vec<(FunctionId, u32)> = Vec::new();
        for node in tree.subtree(NodeId::ROOT) {
            while open.last().is_some_and(|(_, end)| *end <= node.0) {
                open.pop();
            }
            let mut called = Vec::new();
            match tree.kind(node) {
                Kind::Func => {
                    if let Some(id) = functions.id_of(node) {
                        open.push((id, tree.node(node).end));
                    }
                }
                Kind::Call | Kind::New => match functions.callee(file, node) {
                    Callee::Function(id) | Callee::Method(id) | Callee::Constructor(Some(id)) => {
                        called.push(id);
                    }
                    Callee::Unknown | Callee::Constructor(None) => {}
                },
                // A function that is handed on.
                Kind::Name if tree.node(node).role == Role::Arg => {
                    called.extend(functions.named(file, node));
                }
                _ => {}
            }
            for id in called {
                if open.is_empty() {
                    roots.push(id);
                }
                for (around, _) in &open {
                    callees[*around].push(id);
                }
            }
        }
        for list in &mut callees {
            list.sort_unstable();
            list.dedup();
        }
        Calls { callees, roots }
    }
}

impl Walk<'_> {
    /// Makes the summaries of all functions that a flow can pass.
    pub(super) fn summarise(&mut self) {
        let calls = self.calls;
        self.hot = self.hot_functions(calls);
        let needed = self.needed(calls);
        let order = circles(&calls.callees, &needed);
        for round in 0..MAX_CLASS_ROUNDS {
            let before = self.field_count();
            for circle in &order {
                self.settle(circle, calls);
            }
            if self.field_count() == before && round > 0
                || self.field_count() == 0
                || *self.steps == 0
            {
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

    /// The functions that hold a sink, or that call one that does.
    fn hot_functions(&self, calls: &Calls) -> Vec<bool> {
        let mut callers: Vec<Vec<FunctionId>> = vec![Vec::new(); calls.callees.len()];
        for (caller, callees) in calls.callees.iter().enumerate() {
            for &callee in callees {
                callers[callee].push(caller);
            }
        }
        let tree = self.tree;
        let holds = |id: FunctionId| {
            let node = self.functions.all[id].node;
            self.marks.holds_sink(node, tree.node(node).end)
        };
        let mut hot: Vec<bool> = (0..calls.callees.len()).map(holds).collect();
        let mut open: Vec<FunctionId> = (0..hot.len()).filter(|&id| hot[id]).collect();
        while let Some(id) = open.pop() {
            for &caller in &callers[id] {
                if !hot[caller] {
                    hot[caller] = true;
                    open.push(caller);
                }
            }
        }
        // A function within which a hot one stands has to be entered to get there.
        for node in tree
            .subtree(NodeId::ROOT)
            .filter(|&node| tree.kind(node) == Kind::Func)
        {
            if self.functions.id_of(node).is_some_and(|id| hot[id]) {
                for above in tree
                    .ancestors(node)
                    .filter(|&above| tree.kind(above) == Kind::Func)
                {
                    if let Some(id) = self.functions.id_of(above) {
                        hot[id] = true;
                    }
                }
            }
        }
        hot
    }

    /// The functions whose summaries are used: what hot functions and the file itself call. A class
    /// of which one method is needed needs its others, which fill its fields.
    fn needed(&self, calls: &Calls) -> Vec<bool> {
        let mut needed = vec![false; self.hot.len()];
        let mut open: Vec<FunctionId> = calls.roots.clone();
        for (id, hot) in self.hot.iter().enumerate() {
            if *hot {
                open.extend(&calls.callees[id]);
                if let Some(class) = self.functions.all[id].class {
                    let methods = self.functions.all.iter().enumerate();
                    open.extend(
                        methods
                            .filter(|(_, other)| other.class == Some(class))
                            .map(|(other, _)| other),
                    );
                }
            }
        }
        while let Some(id) = open.pop() {
            if !needed[id] {
                needed[id] = true;
                open.extend(&calls.callees[id]);
            }
        }
        needed
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
        }
    }

    /// Remembers what a method puts into the fields of its class.
    fn fill_class(&mut self, id: FunctionId, held: &Shape) {
        let Some(class) = self.functions.all[id].class else {
            return;
        };
        let fields = self.class_fields.entry(class).or_default();
        for (key, field) in held.fields() {
            let set = field
                .all()
                .filter(|token| matches!(token.origin, Origin::Source(_)));
            if set.is_empty() {
                continue;
            }
            match fields.iter_mut().find(|(of, _)| of == key) {
                Some((_, known)) => known.add(&set),
                None => fields.push((*key, set)),
            }
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
            let Some(place) = target.and_then(|target| self.place_of(target)) else {
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
        let returned = self.substitute(id, node, &summary.returned, held, arguments);
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
            let mut all = Set::default();
            for (position, argument) in arguments.iter().enumerate() {
                if position >= at || argument.spread || argument.name.is_some() {
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
                let Origin::Param(index, path) = token.origin else {
                    changed.push((*token, (None, trace)));
                    continue;
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

/// The circles of a graph, the called before the callers (Tarjan's algorithm, on a stack of its own).
fn circles(callees: &[Vec<FunctionId>], needed: &[bool]) -> Vec<Vec<FunctionId>> {
    const UNSEEN: usize = usize::MAX;
    let count = callees.len();
    let mut index = vec![UNSEEN; count];
    let mut low = vec![0; count];
    let mut on_stack = vec![false; count];
    let mut stack = Vec::new();
    let mut next = 0;
    let mut out = Vec::new();
    for root in (0..count).filter(|&id| needed[id]) {
        if index[root] != UNSEEN {
            continue;
        }
        let mut open = vec![(root, 0)];
        while let Some((id, edge)) = open.pop() {
            if edge == 0 {
                index[id] = next;
                low[id] = next;
                next += 1;
                stack.push(id);
                on_stack[id] = true;
            }
            let mut descended = false;
            for (at, &callee) in callees[id].iter().enumerate().skip(edge) {
                if index[callee] == UNSEEN {
                    open.push((id, at + 1));
                    open.push((callee, 0));
                    descended = true;
                    break;
                } else if on_stack[callee] {
                    low[id] = low[id].min(index[callee]);
                }
            }
            if descended {
                continue;
            }
            if low[id] == index[id] {
                let mut circle = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    circle.push(member);
                    if member == id {
                        break;
                    }
                }
                out.push(circle);
            }
            if let Some((parent, _)) = open.last() {
                low[*parent] = low[*parent].min(low[id]);
            }
        }
    }
    out
}
