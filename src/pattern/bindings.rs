//! What metavariables hold.

use std::borrow::Cow;

use crate::source::Span;
use crate::syntax::{File, Flags, Kind, NodeId, Symbol, Value};

/// What one metavariable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// A node of the file.
    Node(NodeId),
    /// Neighbours among the children of a node, from the first up to `stop`; maybe none.
    Nodes {
        /// The first.
        first: NodeId,
        /// The index after the last.
        stop: NodeId,
    },
    /// A piece of text: the content of a string, or what a regular expression captured.
    Text(Span, Symbol),
}

/// What the metavariables of a match hold, in the order in which they were bound.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bindings(Vec<(Symbol, Bound)>);

impl Bindings {
    /// What a metavariable holds.
    pub fn get(&self, name: Symbol) -> Option<Bound> {
        self.0
            .iter()
            .find(|(of, _)| *of == name)
            .map(|(_, bound)| *bound)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, Bound)> + '_ {
        self.0.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn push(&mut self, name: Symbol, bound: Bound) {
        self.0.push((name, bound));
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Takes from another set what this one does not hold.
    pub fn complete(&mut self, other: &Bindings) {
        for &(name, bound) in &other.0 {
            if self.get(name).is_none() {
                self.push(name, bound);
            }
        }
    }

    /// Both sets of bindings, where they agree on what they share.
    /// `symbolic` takes a name for what was assigned to it.
    pub(crate) fn merge(
        &self,
        other: &Bindings,
        file: Option<&File<'_>>,
        symbolic: bool,
    ) -> Option<Bindings> {
        let mut merged = self.clone();
        for &(name, bound) in &other.0 {
            match merged.get(name) {
                Some(held) if held == bound => {}
                Some(held) => {
                    let same = match (held, bound, file) {
                        (Bound::Text(_, a), Bound::Text(_, b), _) => a == b,
                        (_, _, Some(file)) => equal(file, held, bound, symbolic),
                        (_, _, None) => false,
                    };
                    if !same {
                        return None;
                    }
                }
                None => merged.push(name, bound),
            }
        }
        Some(merged)
    }
}

impl Bound {
    /// Where it stands; `None` for an empty list.
    pub fn span(self, file: &File<'_>) -> Option<Span> {
        self.ends(file).map(|(first, last)| Span {
            start: first.start,
            end: last.end,
        })
    }

    /// Where its first part stands, and its last; `None` for an empty list.
    pub fn ends(self, file: &File<'_>) -> Option<(Span, Span)> {
        let tree = file.tree();
        match self {
            Bound::Node(node) => Some((tree.span(node), tree.span(node))),
            Bound::Nodes { first, stop } => {
                let mut last = None;
                let mut at = first;
                while at < stop {
                    last = Some(at);
                    at = tree.after(at);
                }
                last.map(|last| (tree.span(first), tree.span(last)))
            }
            Bound::Text(span, _) => Some((span, span)),
        }
    }

    /// Its text, as the source spells it.
    pub fn text<'f>(self, file: &'f File<'_>) -> Cow<'f, str> {
        match self {
            Bound::Node(node) => file.tree().text_of(node, file.text()),
            Bound::Nodes { .. } | Bound::Text(..) => match self.span(file) {
                Some(span) => file.source().show(span),
                None => Cow::Borrowed(""),
            },
        }
    }
}

/// Whether two metavariables hold the same, whatever the layout.
pub(super) fn equal(file: &File<'_>, a: Bound, b: Bound, symbolic: bool) -> bool {
    match (a, b) {
        (Bound::Node(a), Bound::Node(b)) => {
            equal_nodes(file, a, b)
                || symbolic
                    && (assigned(file, a).is_some_and(|value| equal_nodes(file, value, b))
                        || assigned(file, b).is_some_and(|value| equal_nodes(file, a, value)))
        }
        (
            Bound::Nodes {
                first: a,
                stop: a_stop,
            },
            Bound::Nodes {
                first: b,
                stop: b_stop,
            },
        ) => equal_lists(file, (a, a_stop), (b, b_stop)),
        (Bound::Text(_, a), Bound::Text(_, b)) => a == b,
        (Bound::Node(node), Bound::Text(_, text)) | (Bound::Text(_, text), Bound::Node(node)) => {
            let tree = file.tree();
            match tree.kind(node) {
                Kind::Name | Kind::Ident | Kind::Str | Kind::StrPart => tree.symbol(node) == text,
                _ => false,
            }
        }
        (Bound::Nodes { first, stop }, other) | (other, Bound::Nodes { first, stop }) => {
            first < stop
                && file.tree().after(first) == stop
                && equal(file, Bound::Node(first), other, symbolic)
        }
    }
}

fn equal_lists(file: &File<'_>, a: (NodeId, NodeId), b: (NodeId, NodeId)) -> bool {
    let tree = file.tree();
    let ((mut a, a_stop), (mut b, b_stop)) = (a, b);
    while a < a_stop && b < b_stop {
        if !equal_nodes(file, a, b) {
            return false;
        }
        (a, b) = (tree.after(a), tree.after(b));
    }
    a >= a_stop && b >= b_stop
}

/// Two subtrees in pre-order, side by side.
fn equal_nodes(file: &File<'_>, a: NodeId, b: NodeId) -> bool {
    let tree = file.tree();
    // A cast changes the type, not the value.
    let value_of = |id: NodeId| match tree.kind(id) {
        Kind::Cast => tree.children(id).next().unwrap_or(id),
        _ => id,
    };
    let (a, b) = (value_of(a), value_of(b));
    if a == b {
        return true;
    }
    let (size_a, size_b) = (tree.node(a).end - a.0, tree.node(b).end - b.0);
    if size_a != size_b {
        return constant(file, a).is_some_and(|value| constant(file, b) == Some(value));
    }
    let (first_a, first_b) = (a, b);
    let same = (0..size_a).all(|offset| {
        let (a, b) = (NodeId(a.0 + offset), NodeId(b.0 + offset));
        let (x, y) = (tree.node(a), tree.node(b));
        let words = |kind| matches!(kind, Kind::Name | Kind::Ident);
        if words(x.kind) && words(y.kind) {
            return x.symbol == y.symbol && same_definition(file, a, b);
        }
        let bytes = x.flags.has(Flags::BYTES) == y.flags.has(Flags::BYTES);
        x.kind == y.kind
            && x.symbol == y.symbol
            && bytes
            && x.end - (first_a.0) == y.end - first_b.0
    });
    same || constant(file, a).is_some_and(|value| constant(file, b) == Some(value))
}

/// The expression that a name stands for.
fn assigned(file: &File<'_>, name: NodeId) -> Option<NodeId> {
    match file.constants().get(name) {
        Some(&Value::Expr(value)) => Some(value),
        _ => None,
    }
}

/// Names that lead to different definitions are not the same name.
fn same_definition(file: &File<'_>, a: NodeId, b: NodeId) -> bool {
    match (file.names().definition_of(a), file.names().definition_of(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// The constant that an expression is, where its value is known: `"1"` and `1` are two.
fn constant(file: &File<'_>, node: NodeId) -> Option<(Kind, Symbol)> {
    let tree = file.tree();
    let kind = tree.kind(node);
    match kind {
        Kind::Str | Kind::Int | Kind::Bool => {
            Some((kind, tree.symbol(node))).filter(|(_, symbol)| !symbol.is_none())
        }
        Kind::Name => match file.constants().get(node)? {
            Value::Str(Some(text)) => Some((Kind::Str, Symbol::of(text.as_bytes()))),
            Value::Int(value) => Some((Kind::Int, Symbol::of(value.to_string()))),
            Value::Bool(value) => Some((Kind::Bool, Symbol::of(value.to_string()))),
            _ => None,
        },
        _ => None,
    }
}
