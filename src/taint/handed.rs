//! Functions as values: closures that see the variables around them, functions that are handed on
//! to be called elsewhere, and those that are given a part of their arguments early.

use std::rc::Rc;
use std::sync::LazyLock;

use foldhash::HashSet;

use super::call::Argument;
use super::functions::{FunctionId, callee_of};
use super::value::{Origin, PathId, Shape, State, Var};
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{DefId, Kind, NodeId, Role, Symbol};

/// Functions run within each other's calls no deeper than this.
const MAX_ENTERED: usize = 2;
/// So many calls of closures are followed into their bodies, and none into a longer one: a bundle
/// is one closure around thousands.
const MAX_CLOSURES: u32 = 512;
const MAX_CLOSURE_NODES: u32 = 400;
/// Of one function no more calls of its parameters than these are remembered.
const MAX_HANDED: usize = 4;

/// Functions that call the one that they are given with the arguments behind it, and how many other
/// arguments stand before those.
const RUNNERS: &[(&str, usize, usize)] = &[
    ("submit", 0, 0),
    ("to_thread", 0, 0),
    ("call_soon", 0, 0),
    ("call_soon_threadsafe", 0, 0),
    ("call_later", 1, 0),
    ("run_in_executor", 1, 0),
    ("start_new_thread", 0, 0),
    ("setTimeout", 0, 1),
    ("setInterval", 0, 1),
    ("setImmediate", 0, 0),
    ("nextTick", 0, 0),
];

/// All names of calls that run the function among their arguments.
static RUNNING: LazyLock<HashSet<Symbol>> = LazyLock::new(|| {
    let runners = RUNNERS.iter().map(|(name, ..)| *name);
    let others = ["Thread", "Process", "Timer", "call", "apply"];
    runners.chain(others).map(Symbol::of).collect()
});
static PROMISE: LazyLock<Symbol> = LazyLock::new(|| Symbol::of("Promise"));
static PARTIAL: LazyLock<Symbol> = LazyLock::new(|| Symbol::of("partial"));
static BIND: LazyLock<Symbol> = LazyLock::new(|| Symbol::of("bind"));

/// What a function reads of the variables around it.
#[derive(Debug)]
pub(super) struct Captures {
    defs: Vec<DefId>,
    /// Whether it gives one of them a value.
    assigns: bool,
}

/// A call of a parameter: its number, and what it is called with.
pub(super) type Handed = (u16, Vec<Shape>);

impl Walk<'_> {
    /// What the body of a function of the file adds to its summary: a closure reads and changes the
    /// variables around it as they are where it is called.
    pub(super) fn run_closure(
        &mut self,
        id: FunctionId,
        arguments: &[Argument],
        state: &mut State,
    ) -> Option<Shape> {
        if self.entered.len() >= MAX_ENTERED || self.entered.contains(&id) {
            return None;
        }
        let node = self.functions.all[id].node;
        if self.closures >= MAX_CLOSURES || self.tree.node(node).end - node.0 > MAX_CLOSURE_NODES {
            return None;
        }
        let captures = self.captures(id);
        let tainted = |shape: &Shape| !shape.all().is_empty();
        let reads = captures
            .defs
            .iter()
            .any(|def| tainted(&state.get(Var::Def(*def))));
        let changes = captures.assigns && {
            self.marks.holds_source(node, self.tree.node(node).end)
                || arguments.iter().any(|argument| tainted(&argument.shape))
        };
        if !reads && !changes {
            return None;
        }
        let given: Vec<Shape> = arguments
            .iter()
            .filter(|argument| argument.name.is_none() && !argument.spread)
            .map(|argument| argument.shape.clone())
            .collect();
        self.closures += 1;
        self.entered.push(id);
        let value = self.enter(id, &given, None, state);
        self.entered.pop();
        Some(value)
    }

    fn captures(&mut self, id: FunctionId) -> Rc<Captures> {
        if let Some(known) = self.captured.get(&id) {
            return Rc::clone(known);
        }
        let tree = self.tree;
        let node = self.functions.all[id].node;
        let mut captures = Captures {
            defs: Vec::new(),
            assigns: false,
        };
        for name in tree
            .subtree(node)
            .filter(|&part| tree.kind(part) == Kind::Name)
        {
            let Some(def) = self.names.definition_of(name) else {
                continue;
            };
            if tree.holds(node, self.names.definition(def).node) {
                continue;
            }
            let role = tree.node(name).role;
            captures.assigns |= role == Role::Target
                || role == Role::Object && self.changes(tree.node(name).parent);
            captures.defs.push(def);
        }
        captures.defs.sort_unstable();
        captures.defs.dedup();
        let captures = Rc::new(captures);
        self.captured.insert(id, Rc::clone(&captures));
        captures
    }

    /// Whether a field is assigned to, or a method of it called that changes its receiver.
    fn changes(&self, field: NodeId) -> bool {
        let tree = self.tree;
        match tree.node(field).role {
            Role::Target => true,
            Role::Callee => tree.child(field, Role::Field).is_some_and(|name| {
                use super::models::Method::{Adds, Appends, Puts};
                matches!(
                    super::models::method(tree.symbol(name)),
                    Some(Adds | Appends | Puts)
                )
            }),
            _ => false,
        }
    }

    /// The function that an expression stands for.
    fn function_of(&self, node: NodeId) -> Option<FunctionId> {
        match self.tree.kind(node) {
            Kind::Func => self.functions.id_of(node),
            _ => self.functions.handed(self.file, node),
        }
    }

    /// What a closure that is returned gives where it is called: what it returns itself.
    pub(super) fn returned_function(&mut self, node: NodeId, state: &mut State) -> Option<Shape> {
        let id = match self.tree.kind(node) {
            Kind::Func => self.functions.id_of(node),
            Kind::Name => self.functions.named(self.file, node),
            _ => None,
        }?;
        self.run_closure(id, &[], state)
            .map(|shape| Shape::of(shape.all()))
    }

    /// Remembers that a parameter was called, for whoever gives the function.
    pub(super) fn note_call_of_parameter(&mut self, callee: &Shape, arguments: &[Argument]) {
        for (token, _) in callee.own.iter() {
            let Origin::Param(index, PathId::EMPTY) = token.origin else {
                continue;
            };
            let shapes: Vec<Shape> = arguments
                .iter()
                .map(|argument| argument.shape.clone())
                .collect();
            let Some(frame) = self.frames.iter_mut().rev().find(|frame| frame.sums) else {
                return;
            };
            let known = frame.handed.iter().any(|(of, known)| {
                *of == index
                    && known.len() == shapes.len()
                    && known.iter().zip(&shapes).all(|(a, b)| a.same(b))
            });
            if !known && frame.handed.len() < MAX_HANDED {
                frame.handed.push((index, shapes));
            }
        }
    }

    /// Whether an argument is a function of the file, or what a function was itself given.
    pub(super) fn may_be_called(&self, given: NodeId, held: &Shape) -> bool {
        self.function_of(given).is_some()
            || held
                .own
                .iter()
                .any(|(token, _)| matches!(token.origin, Origin::Param(_, PathId::EMPTY)))
    }

    /// Calls the functions that are given for parameters which a function calls. Returns what they
    /// return.
    pub(super) fn call_handed(
        &mut self,
        handed: Vec<(NodeId, Shape, Vec<Shape>)>,
        call: NodeId,
        state: &mut State,
    ) -> Shape {
        let mut value = Shape::default();
        for (given, held, shapes) in handed {
            let one = match self.function_of(given) {
                Some(_) => self.run_function(given, shapes, call, state),
                None => {
                    let arguments: Vec<Argument> = shapes
                        .into_iter()
                        .map(|shape| argument_of(given, shape))
                        .collect();
                    self.note_call_of_parameter(&held, &arguments);
                    None
                }
            };
            if let Some(one) = one {
                value = self.join_shapes(&value, &one);
            }
        }
        value
    }

    /// Calls a function that stands as a value.
    fn run_function(
        &mut self,
        function: NodeId,
        shapes: Vec<Shape>,
        call: NodeId,
        state: &mut State,
    ) -> Option<Shape> {
        let id = self.function_of(function)?;
        if self.entered.len() >= MAX_ENTERED || self.entered.contains(&id) {
            return None;
        }
        self.entered.push(id);
        let value = if self.tree.kind(function) == Kind::Func {
            self.enter(id, &shapes, None, state)
        } else {
            let arguments: Vec<Argument> = shapes
                .into_iter()
                .map(|shape| argument_of(function, shape))
                .collect();
            let object = self.tree.child(function, Role::Object);
            let held = object.map(|object| {
                let shape = self.looked_at(object, state).unwrap_or_default();
                (object, shape)
            });
            let receiver = held.as_ref().map(|(object, shape)| (*object, shape));
            let whole = receiver.map(|(_, shape)| shape.clone()).unwrap_or_default();
            if self.is_summed(id, &whole, &arguments) {
                self.apply(id, call, receiver, &arguments, state)
            } else {
                Shape::default()
            }
        };
        self.entered.pop();
        Some(value)
    }

    /// A call that runs the function among its arguments: `executor.submit(work, value)`,
    /// `Thread(target=work, args=(value,))`, `work.call(null, value)`.
    pub(super) fn run_handed(
        &mut self,
        call: NodeId,
        object: Option<NodeId>,
        name: Symbol,
        arguments: &[Argument],
        state: &mut State,
    ) -> Option<Shape> {
        if !RUNNING.contains(&name) {
            return None;
        }
        let is = |of: &str| name == Symbol::of(of);
        let plain = |from: usize| -> Vec<Shape> {
            let rest = arguments.iter().skip(from);
            rest.map(|argument| argument.shape.clone()).collect()
        };
        if let Some((_, at, between)) = RUNNERS.iter().find(|(of, ..)| is(of)) {
            let function = arguments.get(*at)?.value;
            return self.run_function(function, plain(at + 1 + between), call, state);
        }
        if is("Thread") || is("Process") || is("Timer") {
            let named = |of: &str| {
                let found = arguments
                    .iter()
                    .find(|argument| argument.name == Some(Symbol::of(of)));
                found.map(|argument| (argument.value, argument.shape.clone()))
            };
            let (function, _) = named("target").or_else(|| named("function"))?;
            let list = named("args").map(|(_, shape)| shape).unwrap_or_default();
            let shapes = self.listed(function, &list);
            return self.run_function(function, shapes, call, state);
        }
        let function = object.filter(|_| self.tree.language != Language::Rust)?;
        if is("call") {
            return self.run_function(function, plain(1), call, state);
        }
        if is("apply") {
            let list = arguments.get(1)?.shape.clone();
            let shapes = self.listed(function, &list);
            return self.run_function(function, shapes, call, state);
        }
        None
    }

    /// The elements of a list that a function is called with, by the function's parameters.
    fn listed(&mut self, function: NodeId, list: &Shape) -> Vec<Shape> {
        let count = self
            .function_of(function)
            .map_or(0, |id| self.functions.all[id].params.len());
        (0..count)
            .map(|at| self.read(list, Symbol::of(at.to_string())))
            .collect()
    }

    /// A call of what `partial(work, value)` or `work.bind(null, value)` has made.
    pub(super) fn call_bound(
        &mut self,
        call: NodeId,
        arguments: &[Argument],
        state: &mut State,
    ) -> Option<Shape> {
        let tree = self.tree;
        let callee = callee_of(tree, call)?;
        let made = match tree.kind(callee) {
            Kind::Name => self.only_value(callee)?,
            Kind::Call => callee,
            _ => return None,
        };
        let of = callee_of(tree, made).filter(|_| tree.kind(made) == Kind::Call)?;
        let name = tree.symbol(tree.child(of, Role::Field).unwrap_or(of));
        let mut bound: Vec<NodeId> = tree.role(made, Role::Arg).collect();
        let function = if name == *PARTIAL && !bound.is_empty() {
            bound.remove(0)
        } else if name == *BIND && !bound.is_empty() {
            bound.remove(0);
            tree.child(of, Role::Object)?
        } else {
            return None;
        };
        self.function_of(function)?;
        let mut shapes: Vec<Shape> = Vec::new();
        for node in bound {
            shapes.push(self.looked_at(node, state).unwrap_or_default());
        }
        shapes.extend(arguments.iter().map(|argument| argument.shape.clone()));
        self.run_function(function, shapes, call, state)
    }

    /// The variable that `new Promise((resolve) => …)` hands to its function: what it is called
    /// with is the value of the promise.
    pub(super) fn resolver(&self, name: Symbol, arguments: &[Argument]) -> Option<Var> {
        if name != *PROMISE {
            return None;
        }
        let id = self.function_of(arguments.first()?.value)?;
        let param = self.functions.all[id].params.first()?;
        Some(self.var_of(param.target))
    }

    /// Remembers what a function that resolves a promise is called with.
    pub(super) fn note_resolved(&mut self, callee: NodeId, arguments: &[Argument]) {
        if self.resolved.is_empty() || self.tree.kind(callee) != Kind::Name {
            return;
        }
        let var = self.var_of(callee);
        let Some(at) = self.resolved.iter().position(|(of, _)| *of == var) else {
            return;
        };
        for argument in arguments {
            let before = self.resolved[at].1.clone();
            self.resolved[at].1 = self.join_shapes(&before, &argument.shape);
        }
    }
}

fn argument_of(node: NodeId, shape: Shape) -> Argument {
    Argument {
        node,
        value: node,
        name: None,
        spread: false,
        shape,
    }
}
