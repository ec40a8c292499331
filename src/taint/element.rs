//! What the elements of a collection are: what a loop binds, what a callback is called with.

use std::sync::LazyLock;

use foldhash::HashSet;

use super::functions::callee_of;
use super::value::{Set, Shape, State};
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Symbol};

/// The keys of the elements that are told apart.
static NUMBERS: LazyLock<HashSet<Symbol>> =
    LazyLock::new(|| (0..32).map(|at| Symbol::of(at.to_string())).collect());

/// The two parts of what an iterator gives.
enum Pairs {
    /// A number of its own, and an element.
    Counted(Shape),
    /// A key and a value.
    Keyed(Shape),
    /// An element of each.
    Both(Shape, Shape),
}

impl Walk<'_> {
    /// What an expression gives, element by element.
    pub(super) fn iterated(&mut self, iter: NodeId, state: &mut State) -> Shape {
        let whole = self.eval(iter, state);
        self.elements(iter, &whole, state)
    }

    /// An element of a value that an expression gives.
    pub(super) fn elements(&mut self, iter: NodeId, whole: &Shape, state: &State) -> Shape {
        if whole.is_trivial() {
            return Shape::default();
        }
        let (first, second) = match self.pairs(iter, state) {
            None => return self.element(whole),
            Some(Pairs::Counted(of)) => (Shape::default(), self.element(&of)),
            Some(Pairs::Keyed(of)) => (Shape::of(of.own.clone()), self.any_field(&of)),
            Some(Pairs::Both(a, b)) => (self.element(&a), self.element(&b)),
        };
        let mut pair = Shape::default();
        pair.set_field(Symbol::of("0"), first);
        pair.set_field(Symbol::of("1"), second);
        pair
    }

    /// An element of a list, of which each is listed or not; of anything else all that it holds.
    pub(super) fn element(&mut self, whole: &Shape) -> Shape {
        let listed =
            whole.length.is_some() || whole.fields().iter().all(|(key, _)| NUMBERS.contains(key));
        if !listed {
            return Shape::of(whole.all());
        }
        self.any_field(whole)
    }

    /// Any of the fields of a value.
    fn any_field(&mut self, whole: &Shape) -> Shape {
        let mut element = Shape::of(whole.own.clone());
        for (_, field) in whole.fields() {
            element = if element.is_trivial() {
                field.clone()
            } else {
                self.join_shapes(&element, field)
            };
        }
        element.length = None;
        element
    }

    /// The parts of the pairs that a call is known to give.
    fn pairs(&mut self, iter: NodeId, state: &State) -> Option<Pairs> {
        let tree = self.tree;
        let iter = match tree.kind(iter) {
            Kind::Ref | Kind::Spread => tree.children(iter).next()?,
            _ => iter,
        };
        let callee = callee_of(tree, iter).filter(|_| tree.kind(iter) == Kind::Call)?;
        let python = tree.language == Language::Python;
        let Some((object, name, arguments)) = self.method_call(iter) else {
            let arguments: Vec<NodeId> = tree.role(iter, crate::syntax::Role::Arg).collect();
            let name = tree.symbol(callee);
            return match arguments[..] {
                [of] | [of, _] if python && name == Symbol::of("enumerate") => {
                    Some(Pairs::Counted(self.looked_at(of, state)?))
                }
                [a, b] if python && name == Symbol::of("zip") => Some(Pairs::Both(
                    self.looked_at(a, state)?,
                    self.looked_at(b, state)?,
                )),
                _ => None,
            };
        };
        let is = |of: &str| name == Symbol::of(of);
        let rust = tree.language == Language::Rust;
        match arguments[..] {
            [] if python && (is("items") || is("iteritems")) => {
                Some(Pairs::Keyed(self.looked_at(object, state)?))
            }
            [] if rust && is("enumerate") => Some(Pairs::Counted(self.looked_at(object, state)?)),
            [] if is("entries") && !python && !rust => {
                let of = self.looked_at(object, state)?;
                // A map has keys, a list has numbers.
                Some(if self.makes_map(object) {
                    Pairs::Keyed(of)
                } else {
                    Pairs::Counted(of)
                })
            }
            [other] if rust && is("zip") => Some(Pairs::Both(
                self.looked_at(object, state)?,
                self.looked_at(other, state)?,
            )),
            [of] if is("entries") && tree.symbol(object) == Symbol::of("Object") => {
                Some(Pairs::Keyed(self.looked_at(of, state)?))
            }
            _ => None,
        }
    }

    /// Whether an object may have keys that somebody chose.
    fn makes_map(&self, object: NodeId) -> bool {
        let tree = self.tree;
        match self.only_value(object) {
            Some(value) => tree.kind(value) != Kind::List,
            None => tree.kind(object) != Kind::Call && tree.kind(object) != Kind::List,
        }
    }

    /// What an expression holds, without anything being reported. Within an expression that is only
    /// looked at, no other is: each would be worked out twice as often as the one around it.
    pub(super) fn looked_at(&mut self, node: NodeId, state: &State) -> Option<Shape> {
        let plain = |part| matches!(self.tree.kind(part), Kind::Name | Kind::Attr | Kind::Ident);
        if self.looking && !self.tree.subtree(node).all(plain) {
            return None;
        }
        let before = (self.looking, self.reports);
        (self.looking, self.reports) = (true, false);
        let shape = self.eval(node, &mut state.clone());
        (self.looking, self.reports) = before;
        Some(shape)
    }

    /// The keys of an object: those that are listed were written down.
    pub(super) fn keys_of(whole: &Shape) -> Set {
        whole.own.clone()
    }
}
