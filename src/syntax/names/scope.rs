//! Which scope a node lies in, and which definition a name meets from there.

use foldhash::HashSet;

use super::super::kind::{Flags, Kind};
use super::super::symbol::Symbol;
use super::super::tree::{Node, NodeId, Tree};
use super::{DefId, Resolver};
use crate::lang::Language;

/// For each node the innermost scope around it.
pub(super) fn scopes(tree: &Tree) -> Vec<NodeId> {
    let mut scopes = Vec::with_capacity(tree.nodes.len());
    let mut open = vec![NodeId::ROOT];
    for (index, node) in tree.nodes.iter().enumerate() {
        while open.len() > 1
            && open
                .last()
                .is_some_and(|&s| tree.node(s).end as usize <= index)
        {
            open.pop();
        }
        scopes.push(*open.last().expect("the root stays open"));
        if is_scope(tree.language, node) {
            open.push(NodeId(index as u32));
        }
    }
    scopes
}

fn is_scope(language: Language, node: &Node) -> bool {
    match node.kind {
        Kind::Module | Kind::Func | Kind::Class | Kind::Comprehension => true,
        Kind::Block | Kind::For | Kind::ForIn | Kind::Handler | Kind::Arm => {
            language != Language::Python
        }
        Kind::If | Kind::While => language == Language::Rust,
        _ => false,
    }
}

/// The function that a node lies in, or the module.
pub(super) fn function_scope(tree: &Tree, id: NodeId) -> NodeId {
    tree.ancestors(id)
        .find(|&a| matches!(tree.kind(a), Kind::Func | Kind::Module))
        .unwrap_or(NodeId::ROOT)
}

impl Resolver<'_> {
    pub(super) fn outer_names(&mut self, tree: &Tree) {
        let (global, nonlocal) = (
            Symbol::of("global_statement"),
            Symbol::of("nonlocal_statement"),
        );
        for id in tree.subtree(NodeId::ROOT) {
            let node = tree.node(id);
            if node.kind == Kind::Raw && (node.symbol == global || node.symbol == nonlocal) {
                for name in tree
                    .children(id)
                    .filter(|&name| tree.kind(name) == Kind::Name)
                {
                    let scope = self.scopes[id.index()];
                    let of = if node.symbol == nonlocal && scope != NodeId::ROOT {
                        function_scope(tree, scope)
                    } else {
                        NodeId::ROOT
                    };
                    self.outer.insert((scope, tree.symbol(name)), of);
                }
            }
        }
    }

    /// The scope that a function's or class's own name belongs to.
    pub(super) fn definition_scope(&self, tree: &Tree, id: NodeId) -> NodeId {
        if tree.node(id).flags.has(Flags::EXPRESSION) {
            id
        } else {
            self.scopes[id.index()]
        }
    }

    pub(super) fn find_naming_scopes(&mut self) {
        let named: HashSet<NodeId> = self.table.keys().map(|&(scope, _)| scope).collect();
        let mut naming: Vec<NodeId> = Vec::with_capacity(self.scopes.len());
        for &scope in &self.scopes {
            let is_last = scope == NodeId::ROOT || named.contains(&scope);
            naming.push(if is_last {
                scope
            } else {
                naming[scope.index()]
            });
        }
        self.naming = naming;
    }

    pub(super) fn lookup(&self, tree: &Tree, name: NodeId) -> Option<DefId> {
        let symbol = tree.symbol(name);
        let outer = if self.naming.is_empty() {
            &self.scopes
        } else {
            &self.naming
        };
        let mut scope = outer[name.index()];
        let mut first = scope == self.scopes[name.index()];
        loop {
            // A class's names are not seen from its methods.
            let hidden = !first && tree.kind(scope) == Kind::Class;
            if !hidden && let Some(&def) = self.table.get(&(scope, symbol)) {
                return Some(def);
            }
            if scope == NodeId::ROOT {
                return None;
            }
            first = false;
            scope = outer[scope.index()];
        }
    }
}
