//! Assignments: values into names, fields and patterns that take values apart.

use super::value::{Note, Set, Shape, State, Var};
use super::walk::Walk;
use crate::lang::Language;
use crate::rule::taint::SideEffect;
use crate::syntax::{Kind, NodeId, Role, Symbol};

impl Walk<'_> {
    /// Puts a value into whatever a target names.
    pub(super) fn bind(&mut self, target: NodeId, value: &Shape, state: &mut State) {
        if self.depth > super::walk::MAX_DEPTH || self.spent() {
            return;
        }
        self.depth += 1;
        self.bind_at(target, value, state);
        self.depth -= 1;
    }

    fn bind_at(&mut self, target: NodeId, value: &Shape, state: &mut State) {
        let tree = self.tree;
        match tree.kind(target) {
            Kind::Name | Kind::Ident | Kind::Attr | Kind::Index => {
                self.bind_place(target, value, state);
            }
            Kind::UnOp | Kind::Ref | Kind::Cast | Kind::Await | Kind::Question => {
                if let Some(inner) = tree.children(target).next() {
                    // `*shared.lock().unwrap() = value`
                    if tree.kind(target) == Kind::UnOp
                        && tree.kind(inner) == Kind::Call
                        && let Some(place) = self.place_behind(inner)
                    {
                        let span = tree.span(inner);
                        let value = value.map(&mut |own| own.step(span, Note::Into(inner)));
                        return self.store(&place, value, state);
                    }
                    self.bind(inner, value, state);
                }
            }
            Kind::Tuple | Kind::List | Kind::Call => {
                let role = if tree.kind(target) == Kind::Call {
                    Role::Arg
                } else {
                    Role::Item
                };
                let wraps = role == Role::Arg && tree.role(target, role).count() == 1;
                for (index, item) in tree.role(target, role).enumerate() {
                    let part = if wraps {
                        value.clone()
                    } else if self.is_rest(item) {
                        Shape::of(value.all())
                    } else {
                        self.read(value, Symbol::of(index.to_string()))
                    };
                    self.bind(item, &part, state);
                }
            }
            Kind::Dict => {
                let mut rest = value.clone();
                for pair in tree.children(target) {
                    if tree.node(pair).role == Role::Callee {
                        continue;
                    }
                    if tree.kind(pair) != Kind::Pair {
                        match tree.children(pair).next() {
                            // What is left when the others were taken out.
                            Some(inner) if tree.kind(pair) == Kind::Spread => {
                                self.bind(inner, &rest, state);
                            }
                            _ => self.bind(pair, &rest, state),
                        }
                        continue;
                    }
                    let Some(key) = tree.child(pair, Role::Key) else {
                        continue;
                    };
                    let part = match self.constant_key(key) {
                        Some(key) => {
                            let part = self.read(value, key);
                            if !rest.is_trivial() {
                                rest.set_field(key, Shape::default());
                            }
                            part
                        }
                        None => Shape::of(value.all()),
                    };
                    match tree.child(pair, Role::Value) {
                        Some(inner) => {
                            let part = match tree.child(pair, Role::Default) {
                                Some(default) => {
                                    let default = self.eval(default, state);
                                    self.join_shapes(&part, &default)
                                }
                                None => part,
                            };
                            self.bind(inner, &part, state);
                        }
                        None => self.bind(key, &part, state),
                    }
                }
            }
            Kind::Assign => {
                // A default within a pattern, or `name @ pattern`.
                let default = tree
                    .child(target, Role::Value)
                    .map(|default| self.eval(default, state));
                let value = default.map_or_else(
                    || value.clone(),
                    |default| self.join_shapes(value, &default),
                );
                if let Some(inner) = tree.child(target, Role::Target) {
                    self.bind(inner, &value, state);
                }
            }
            Kind::KwArg => {
                if let Some(inner) = tree.child(target, Role::Value) {
                    self.bind(inner, value, state);
                }
            }
            Kind::Raw if tree.language == Language::Python => self.bind_case(target, value, state),
            Kind::Spread | Kind::Raw | Kind::Element | Kind::BinOp => {
                let all = Shape::of(value.all());
                for inner in tree.children(target) {
                    self.bind(inner, &all, state);
                }
            }
            _ => {}
        }
    }

    /// `*rest` in a pattern of several.
    fn is_rest(&self, item: NodeId) -> bool {
        let splat = Symbol::of("splat_pattern");
        self.tree.kind(item) == Kind::Spread
            || self.tree.kind(item) == Kind::Raw
                && (self.tree.symbol(item) == splat
                    || self
                        .tree
                        .children(item)
                        .any(|inner| self.tree.symbol(inner) == splat))
    }

    /// A name or a field: what it held before is gone.
    fn bind_place(&mut self, target: NodeId, value: &Shape, state: &mut State) {
        let tree = self.tree;
        // A constructor or constant in a Rust pattern.
        if tree.language == Language::Rust && tree.kind(target) == Kind::Name {
            let first = tree.text_of(target, self.file.text()).chars().next();
            if first.is_some_and(char::is_uppercase) {
                return;
            }
        }
        let mut value = value.clone();
        let span = tree.span(target);
        value = value.map(&mut |own| own.step(span, Note::Into(target)));
        let is_clean = self.marks.of(target).is_some_and(|mark| {
            mark.sanitizers.iter().any(|&index| {
                let part = self.marks.sanitizers[index as usize].part;
                self.program.spec.sanitizers[part].by_side_effect != SideEffect::No
            })
        });
        if is_clean {
            value = Shape::default();
        }
        let added = self.sources_at(target, &value.all(), state, true);
        if !added.is_empty() {
            value = Shape::of(value.all().union(&added));
        }
        // The object of a field may itself be a source or hold a call.
        if let Some(object) = tree.child(target, Role::Object) {
            self.eval(object, state);
        }
        let mut arrives = value.all();
        if let Some(index) = tree.child(target, Role::Index) {
            let of_index = self.eval(index, state).all();
            if !self.program.spec.options.assume_safe_indexes {
                arrives.add(&of_index);
            }
        }
        if let Some(place) = self.place_of(target) {
            self.store(&place, value, state);
        }
        // A field that is a sink takes what is assigned to it; a name is only read.
        if matches!(tree.kind(target), Kind::Attr | Kind::Index)
            && let Some(mark) = self.marks.of(target)
        {
            arrives.add(&state.control.clone());
            for &sink in &mark.sinks {
                self.arrive(sink, target, &arrives);
            }
        }
    }

    /// `target = value`, or `target += value`. Its value is what is assigned.
    pub(super) fn assign(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let target = tree.child(node, Role::Target);
        let value_node = tree.child(node, Role::Value);
        let mut value = match value_node {
            Some(value) => self.eval(value, state),
            None => return Shape::default(),
        };
        if self.is_harmless_type(node) {
            value = Shape::default();
        }
        let Some(target) = target else { return value };
        let adds = !tree.symbol(node).is_none() && tree.symbol(node) != Symbol::of("=");
        if adds && let Some(place) = self.place_of(target) {
            let before = self.load(&place, state);
            let before = self.finish(target, before, None, state);
            if value_node.is_some_and(|added| self.is_behind_host(added)) {
                value = Shape::default();
            }
            value = Shape::of(value.all().union(&before.all()));
        }
        self.bind(target, &value, state);
        value
    }

    /// What a name holds that stands in a string, as in `format!("{name}")`.
    pub(super) fn captured(&self, string: NodeId, name: &str, state: &State) -> Set {
        let symbol = Symbol::of(name);
        let var = match self.names.seen_from(self.tree, string, symbol) {
            _ if name == "self" => Var::This,
            Some(def) => Var::Def(def),
            None => Var::Name(symbol),
        };
        state.get(var).all()
    }
}
