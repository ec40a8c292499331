//! Statements: branches join, loops run until nothing changes, and what ends a path ends it.

use std::sync::LazyLock;

use super::repeat::Leaves;
use super::value::{Note, Shape, State};
use super::walk::{Loop, Walk};
use crate::lang::Language;
use crate::syntax::{Flags, Kind, NodeId, Role, Symbol, Value};

static DELETE: LazyLock<Symbol> = LazyLock::new(|| Symbol::of("delete_statement"));
static ASSERT: LazyLock<Symbol> = LazyLock::new(|| Symbol::of("assert_statement"));

impl Walk<'_> {
    /// Statements in order. The value is that of the last.
    pub(super) fn block(&mut self, node: NodeId, state: &mut State) -> Shape {
        let mut value = Shape::default();
        for statement in self.tree.children(node) {
            if !state.live {
                // What a later function declaration holds runs all the same.
                if self.tree.kind(statement) != Kind::Func {
                    continue;
                }
                let mut start = State::new();
                self.eval(statement, &mut start);
                continue;
            }
            value = self.eval(statement, state);
        }
        value
    }

    pub(super) fn returns(&mut self, node: NodeId, state: &mut State) -> Shape {
        let mut value = Shape::default();
        for child in self.tree.children(node) {
            let mut one = self.eval(child, state);
            if let Some(closure) = self.returned_function(child, state) {
                one = self.join_shapes(&one, &closure);
            }
            value = self.join_shapes(&value, &one);
        }
        self.leave(&value, state);
        value
    }

    /// The function ends here with a value.
    fn leave(&mut self, value: &Shape, state: &mut State) {
        let returned = std::mem::take(&mut self.frame().returned);
        let returned = if returned.is_trivial() {
            value.clone()
        } else {
            self.join_shapes(&returned, value)
        };
        let mut exit = std::mem::replace(&mut self.frame().exit, State::dead());
        self.join(&mut exit, state);
        let frame = self.frame();
        (frame.returned, frame.exit) = (returned, exit);
        state.live = false;
    }

    /// Nothing runs after this place but the handlers around it.
    pub(super) fn throw(&mut self, state: &mut State) {
        if let Some(mut tried) = self.frame().tries.pop() {
            self.join(&mut tried, state);
            self.frame().tries.push(tried);
        }
        state.live = false;
    }

    /// Nothing runs after a call that does not come back; one that does may prove something.
    pub(super) fn after_call(&mut self, call: NodeId, state: &mut State) {
        if self.never_returns(call) {
            self.throw(state);
        } else {
            self.refine_after(call, state);
        }
    }

    /// A chain of `if` and `else if`, without recursion.
    pub(super) fn branches(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let mut out = State::dead();
        let mut value = Shape::default();
        let mut at = node;
        loop {
            if self.spent() {
                return value;
            }
            let condition = tree.child(at, Role::Cond);
            if let Some(condition) = condition {
                self.eval(condition, state);
            }
            let known = condition.and_then(|condition| self.known_truth(condition));
            let mut taken = state.clone();
            if let Some(condition) = condition {
                self.refine(condition, true, &mut taken);
                self.refine(condition, false, state);
            }
            taken.live &= known != Some(false);
            state.live &= known != Some(true);
            if taken.live
                && let Some(body) = tree.child(at, Role::Body)
            {
                let one = self.eval(body, &mut taken);
                value = self.join_shapes(&value, &one);
            }
            self.join(&mut out, &taken);
            let Some(otherwise) = tree.child(at, Role::Else).filter(|_| state.live) else {
                break;
            };
            let mut inner = tree.children(otherwise);
            let only = inner.next().filter(|_| inner.next().is_none());
            match only {
                Some(next)
                    if tree.kind(next) == Kind::If
                        && tree.node(otherwise).flags.has(Flags::IMPLICIT)
                        && self.marks.of(next).is_none() =>
                {
                    at = next;
                }
                _ => {
                    let one = self.eval(otherwise, state);
                    value = self.join_shapes(&value, &one);
                    break;
                }
            }
        }
        self.join(&mut out, state);
        *state = out;
        value
    }

    /// The truth value that a condition always has.
    pub(super) fn known_truth(&self, condition: NodeId) -> Option<bool> {
        if let Some(value) = super::constant::constant_truth(self.file, condition) {
            return Some(value);
        }
        match self.file.constants().get(condition)? {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(super) fn with(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let mut value = Shape::default();
        if let Some(item) = tree.child(node, Role::Value) {
            value = self.eval(item, state);
        }
        if let Some(target) = tree.child(node, Role::Target) {
            self.bind(target, &value, state);
        }
        for body in tree.role(node, Role::Body) {
            self.eval(body, state);
        }
        value
    }

    pub(super) fn attempt(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        self.frame().tries.push(state.clone());
        for body in tree.role(node, Role::Body) {
            self.eval(body, state);
        }
        let thrown = self.frame().tries.pop().unwrap_or_else(State::dead);
        let mut handled = State::dead();
        for handler in tree.role(node, Role::Handler) {
            let mut inner = thrown.clone();
            self.eval(handler, &mut inner);
            self.join(&mut handled, &inner);
        }
        for otherwise in tree.role(node, Role::Else) {
            if state.live {
                self.eval(otherwise, state);
            }
        }
        self.join(state, &handled);
        let finally: Vec<NodeId> = tree.role(node, Role::Finally).collect();
        if !finally.is_empty() {
            let live = state.live;
            if !live {
                *state = thrown;
            }
            for body in finally {
                self.eval(body, state);
            }
            state.live &= live;
        }
        Shape::default()
    }

    pub(super) fn handler(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        if let Some(name) = tree.child(node, Role::Name) {
            self.bind(name, &Shape::default(), state);
        }
        for body in tree.role(node, Role::Body) {
            self.eval(body, state);
        }
        Shape::default()
    }

    /// `match` and `switch`.
    pub(super) fn arms(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let subject_node = tree.child(node, Role::Value);
        let subject = subject_node
            .map(|subject| self.eval(subject, state))
            .unwrap_or_default();
        let known =
            subject_node.and_then(|subject| super::constant::constant_text(self.file, subject, 0));
        let mut decided = false;
        let falls = tree.language.is_script();
        let mut value = Shape::default();
        let mut out = State::dead();
        let mut previous = State::dead();
        let mut exhaustive = tree.language == Language::Rust;
        if falls {
            self.frame().loops.push(Loop::new(true, None));
        }
        for arm in tree
            .children(node)
            .filter(|&arm| tree.kind(arm) == Kind::Arm)
        {
            let mut inner = state.clone();
            let keys: Vec<NodeId> = tree.role(arm, Role::Key).collect();
            let wild = |key: &NodeId| tree.text_of(*key, self.file.text()) == "_";
            exhaustive |= keys.is_empty() || keys.iter().any(wild);
            // An arm that is known not to be taken, or that comes after the one that is.
            if let Some(text) = known.as_deref().filter(|_| !keys.is_empty() && !falls) {
                let taken = keys
                    .iter()
                    .map(|&key| super::constant::takes(self.file, key, text));
                let taken: Option<Vec<bool>> = taken.collect();
                let sure = tree.child(arm, Role::Cond).is_none();
                match taken {
                    Some(taken) if !taken.contains(&true) => continue,
                    Some(_) if sure && !decided => {
                        decided = true;
                        exhaustive = true;
                    }
                    _ if decided => continue,
                    _ => {}
                }
            }
            let literal = !keys.is_empty()
                && keys
                    .iter()
                    .all(|&key| super::constant::is_literal(self.file, key));
            if literal && let Some(subject) = subject_node {
                for place in self.validated(subject, 0) {
                    self.store(&place, Shape::default(), &mut inner);
                }
            } else if !falls {
                for &key in &keys {
                    self.bind(key, &subject, &mut inner);
                }
            } else {
                for &key in &keys {
                    self.eval(key, &mut inner);
                }
            }
            for condition in tree.role(arm, Role::Cond) {
                self.eval(condition, &mut inner);
                self.refine(condition, true, &mut inner);
            }
            if falls {
                let before = std::mem::replace(&mut previous, State::dead());
                self.join(&mut inner, &before);
            }
            for body in tree.role(arm, Role::Body) {
                let one = self.eval(body, &mut inner);
                value = self.join_shapes(&value, &one);
            }
            if falls {
                previous = inner;
            } else {
                self.join(&mut out, &inner);
            }
        }
        if falls {
            self.join(&mut out, &previous);
            if let Some(ended) = self.frame().loops.pop() {
                self.join(&mut out, &ended.breaks);
            }
        }
        if !exhaustive {
            self.join(&mut out, state);
        }
        *state = out;
        value
    }

    /// What has no shape of its own.
    pub(super) fn raw(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let symbol = tree.symbol(node);
        if let Some(leaves) = Leaves::of(symbol) {
            return self.leave_loop(node, leaves, state);
        }
        if symbol == *DELETE {
            for child in tree.children(node) {
                if let Some(place) = self.place_of(child).filter(|place| !place.element) {
                    self.store(&place, Shape::default(), state);
                }
            }
            return Shape::default();
        }
        let value = self.union_of_children(node, state);
        if let Some(condition) = self.python_assertion(node) {
            self.refine(condition, true, state);
        }
        value
    }

    /// The condition of an `assert` in Python.
    pub(super) fn python_assertion(&self, node: NodeId) -> Option<NodeId> {
        let tree = self.tree;
        if tree.symbol(node) != *ASSERT {
            return None;
        }
        tree.children(node)
            .find(|&child| tree.kind(child) != Kind::Token)
    }

    /// A function where it is defined, with what the variables around it hold there.
    pub(super) fn definition(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        for decorator in tree.role(node, Role::Decorator) {
            self.eval(decorator, state);
        }
        let Some(id) = self.functions.id_of(node) else {
            return Shape::default();
        };
        let params: Vec<NodeId> = self.functions.all[id]
            .params
            .iter()
            .map(|param| param.node)
            .collect();
        for param in params {
            for default in tree.role(param, Role::Default) {
                self.eval(default, state);
            }
        }
        if self.hot[id] {
            self.enter(id, &[], None, state);
        }
        Shape::default()
    }

    /// Runs a function's body with what its parameters hold; what it does to the variables around
    /// it may or may not happen.
    pub(super) fn enter(
        &mut self,
        id: usize,
        given: &[Shape],
        rest: Option<&Shape>,
        state: &mut State,
    ) -> Shape {
        let functions = self.functions;
        let function = &functions.all[id];
        let Some(body) = function.body else {
            return Shape::default();
        };
        if self.depth > super::walk::MAX_DEPTH
            || self.spent()
            || self.is_idle(id, given, rest, state)
        {
            return Shape::default();
        }
        let mut inner = state.clone();
        inner.live = true;
        if function.class.is_some() {
            let receiver = self.receiver_shape(id, None);
            self.bind_receiver(id, receiver, &mut inner);
        }
        for (index, param) in function.params.iter().enumerate() {
            let value = given.get(index).or(rest).cloned().unwrap_or_default();
            self.bind_param(param, value, &mut inner);
        }
        self.frames.push(super::walk::Frame::new(false));
        self.eval(body, &mut inner);
        let frame = self.frames.pop();
        let mut returned = Shape::default();
        if let Some(frame) = frame {
            self.join(&mut inner, &frame.exit);
            returned = frame.returned;
        }
        inner.control = state.control.clone();
        self.join(state, &inner);
        returned
    }

    pub(super) fn bind_param(
        &mut self,
        param: &super::functions::Param,
        value: Shape,
        state: &mut State,
    ) {
        let mut value = value;
        for default in self.tree.role(param.node, Role::Default) {
            let one = self.eval(default, state);
            value = self.join_shapes(&value, &one);
        }
        let span = self.tree.span(param.target);
        // A source that covers the whole parameter covers what it binds.
        let added = self.sources_at(param.node, &value.all(), state, true);
        if !added.is_empty() {
            let added = added.step(span, Note::Into(param.target));
            value = Shape::of(value.all().union(&added));
        }
        if self.is_harmless_type(param.node) {
            value = Shape::default();
        }
        self.bind(param.target, &value, state);
        self.keep_in_field(param.node, &value, state);
    }
}
