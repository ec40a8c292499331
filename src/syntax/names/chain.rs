//! Qualified names as trees behind the file's own nodes.

use super::super::kind::{Flags, Kind, Role};
use super::super::symbol::Symbol;
use super::super::tree::{Node, NodeId, Tree};
use crate::lang::Language;
use crate::source::Span;

/// Adds `a.b.c` as nodes behind the file's own.
pub(super) fn add_chain(tree: &mut Tree, path: &[String], span: Span) -> NodeId {
    let root = NodeId(tree.nodes.len() as u32);
    let (separator, symbol) = match tree.language {
        Language::Rust => ("::", Symbol::of("::")),
        _ => (".", Symbol::NONE),
    };
    // Attr Attr Name Ident Ident: the links first, outermost first, then the words.
    let links = path.len() as u32 - 1;
    for link in 0..links {
        let end = root.0 + links + path.len() as u32 - link;
        let id = NodeId(tree.nodes.len() as u32);
        let parent = if link == 0 {
            NodeId::ROOT
        } else {
            NodeId(id.0 - 1)
        };
        let role = if link == 0 { Role::Item } else { Role::Object };
        tree.nodes.push(Node {
            kind: Kind::Attr,
            role,
            flags: Flags::NONE,
            end,
            parent,
            symbol,
            span,
        });
        let shown = path[..path.len() - link as usize].join(separator);
        tree.texts.push((id, shown.into()));
    }
    for (index, word) in path.iter().enumerate() {
        let id = NodeId(tree.nodes.len() as u32);
        let (kind, role) = match (index, links) {
            (0, 0) => (Kind::Name, Role::Item),
            (0, _) => (Kind::Name, Role::Object),
            _ => (Kind::Ident, Role::Field),
        };
        let parent = if index == 0 {
            NodeId((root.0 + links).saturating_sub(1))
        } else {
            NodeId(root.0 + links - index as u32)
        };
        let symbol = Symbol::of(word);
        tree.nodes.push(Node {
            kind,
            role,
            flags: Flags::NONE,
            end: id.0 + 1,
            parent,
            symbol,
            span,
        });
        tree.texts.push((id, word.as_str().into()));
    }
    root
}
