//! The normalised tree: one flat arena in pre-order.
//!
//! A node's descendants are the nodes right after it, up to its `end`; its first child is the next
//! node and a child's next sibling stands at the child's `end`. Walks are loops over indices, and
//! nothing here recurses.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::kind::{Flags, Kind, Role};
use super::symbol::Symbol;
use crate::lang::Language;
use crate::source::Span;

/// The place of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The root of every tree.
    pub const ROOT: NodeId = NodeId(0);

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// One node.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Its part in its parent.
    pub role: Role,
    /// What else is known of it.
    pub flags: Flags,
    /// The index after its last descendant.
    pub end: u32,
    /// Its parent; the root is its own.
    pub parent: NodeId,
    /// Its name, operator or value.
    pub symbol: Symbol,
    /// Where it stands in the text.
    pub span: Span,
}

/// A file, or a pattern, in the shape that all languages share.
#[derive(Debug)]
pub struct Tree {
    /// The language it was written in.
    pub language: Language,
    /// All nodes in pre-order.
    pub nodes: Vec<Node>,
    /// The comments, in order.
    pub comments: Vec<Span>,
    /// How much of the text did not parse.
    pub health: Health,
    /// The texts of nodes whose span holds another text, in the order of the nodes.
    pub(super) texts: Vec<(NodeId, Box<str>)>,
}

/// How well a text parsed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Bytes under an error that no parsed child covers.
    pub lost_bytes: usize,
    /// Errors and missing tokens.
    pub errors: usize,
    /// Whether it is nested deeper than lowering follows.
    pub too_deep: bool,
    /// Whether templates were put out of sight for the rest to parse.
    pub templates: bool,
}

impl Tree {
    /// The node at a place.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// The text of a node: what its span holds, unless lowering made the node up.
    pub fn text_of<'t>(&'t self, id: NodeId, text: &'t [u8]) -> Cow<'t, str> {
        match self.texts.binary_search_by_key(&id, |(of, _)| *of) {
            Ok(index) => Cow::Borrowed(&self.texts[index].1),
            Err(_) => String::from_utf8_lossy(text.get(self.span(id).range()).unwrap_or_default()),
        }
    }

    /// What the node is.
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// Its name, operator or value.
    pub fn symbol(&self, id: NodeId) -> Symbol {
        self.node(id).symbol
    }

    /// Where it stands.
    pub fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    /// The index after the node's last descendant, as a place: its next sibling, if it has one.
    pub fn after(&self, id: NodeId) -> NodeId {
        NodeId(self.node(id).end)
    }

    /// The children in order.
    pub fn children(&self, id: NodeId) -> Siblings<'_> {
        Siblings {
            tree: self,
            next: NodeId(id.0 + 1),
            stop: self.after(id),
        }
    }

    /// The children that play one role.
    pub fn role(&self, id: NodeId, role: Role) -> Siblings<'_> {
        let stop = self.after(id);
        let mut first = NodeId(id.0 + 1);
        while first < stop && self.node(first).role != role {
            first = self.after(first);
        }
        let mut last = first;
        while last < stop && self.node(last).role == role {
            last = self.after(last);
        }
        Siblings {
            tree: self,
            next: first,
            stop: last,
        }
    }

    /// The only child, or the first, that plays a role.
    pub fn child(&self, id: NodeId, role: Role) -> Option<NodeId> {
        self.role(id, role).next()
    }

    /// All nodes of the subtree, itself included, in pre-order.
    pub fn subtree(&self, id: NodeId) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (id.0..self.node(id).end).map(NodeId)
    }

    /// Whether `inner` lies in the subtree of `outer`, itself included.
    pub fn holds(&self, outer: NodeId, inner: NodeId) -> bool {
        outer <= inner && inner.0 < self.node(outer).end
    }

    /// The ancestors, nearest first.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let up = |id: &NodeId| (*id != NodeId::ROOT).then(|| self.node(*id).parent);
        std::iter::successors(up(&id), up)
    }

    /// A line for each node, indented by depth, for people.
    pub fn print(&self, text: &[u8]) -> String {
        let mut out = String::new();
        let mut open: Vec<u32> = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            while open.last().is_some_and(|&end| end as usize <= index) {
                open.pop();
            }
            let _ = write!(
                out,
                "{:indent$}{:?} {:?}",
                "",
                node.role,
                node.kind,
                indent = open.len() * 2
            );
            if node.flags != Flags::NONE {
                let _ = write!(out, " flags={:b}", node.flags.0);
            }
            let _ = write!(out, " {}..{}", node.span.start, node.span.end);
            if !node.symbol.is_none() || node.end as usize == index + 1 {
                let slice = text.get(node.span.range()).unwrap_or_default();
                let shown: String = String::from_utf8_lossy(slice).chars().take(60).collect();
                let _ = write!(out, " {shown:?}");
            }
            out.push('\n');
            open.push(node.end);
        }
        out
    }
}

/// Some children of a node, in order.
#[derive(Clone, Copy, Debug)]
pub struct Siblings<'t> {
    tree: &'t Tree,
    /// The next child.
    pub next: NodeId,
    /// Where the list ends.
    pub stop: NodeId,
}

impl Siblings<'_> {
    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.next >= self.stop
    }
}

#[expect(
    clippy::copy_iterator,
    reason = "the matcher keeps its place in a list, and tries several ways on from there"
)]
impl Iterator for Siblings<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        (self.next < self.stop).then(|| {
            let id = self.next;
            self.next = self.tree.after(id);
            id
        })
    }
}

/// Writes a tree in pre-order.
#[derive(Debug, Default)]
pub(super) struct Builder {
    nodes: Vec<Node>,
    open: Vec<NodeId>,
    texts: Vec<(NodeId, Box<str>)>,
}

/// What a node is before its place is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) kind: Kind,
    pub(super) role: Role,
    pub(super) flags: Flags,
    pub(super) symbol: Symbol,
    pub(super) span: Span,
}

impl Builder {
    pub(super) fn with_capacity(nodes: usize) -> Builder {
        Builder {
            nodes: Vec::with_capacity(nodes),
            open: Vec::with_capacity(64),
            texts: Vec::new(),
        }
    }

    /// Begins a node; what follows, up to [`Builder::close`], are its children.
    pub(super) fn open(&mut self, head: Head) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        let parent = self.open.last().copied().unwrap_or(NodeId::ROOT);
        let Head {
            kind,
            role,
            flags,
            symbol,
            span,
        } = head;
        self.nodes.push(Node {
            kind,
            role,
            flags,
            end: id.0 + 1,
            parent,
            symbol,
            span,
        });
        self.open.push(id);
        id
    }

    /// Ends the node opened last.
    pub(super) fn close(&mut self) {
        let id = self.open.pop().expect("every close has its open");
        self.nodes[id.index()].end = self.nodes.len() as u32;
    }

    pub(super) fn leaf(&mut self, head: Head) -> NodeId {
        let id = self.open(head);
        self.close();
        id
    }

    pub(super) fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.index()]
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Gives the node added last a text that its span does not hold.
    pub(super) fn set_text(&mut self, id: NodeId, text: &str) {
        self.texts.push((id, text.into()));
    }

    pub(super) fn finish(self) -> (Vec<Node>, Vec<(NodeId, Box<str>)>) {
        debug_assert!(self.open.is_empty());
        (self.nodes, self.texts)
    }
}
