//! What defines a name: parameters, functions, assignments and the targets of loops.

use super::super::kind::{Flags, Kind, Role};
use super::super::symbol::Symbol;
use super::super::tree::{NodeId, Tree};
use super::scope::function_scope;
use super::{DefId, Definition, Resolver};
use crate::lang::Language;

impl Resolver<'_> {
    pub(super) fn define(&mut self, tree: &mut Tree) {
        let count = tree.node(NodeId::ROOT).end;
        if tree.language == Language::Python {
            self.outer_names(tree);
        }
        for id in (0..count).map(NodeId) {
            let node = *tree.node(id);
            match node.kind {
                Kind::Param => {
                    if let Some(name) = tree.child(id, Role::Name) {
                        self.bind_target(tree, name, self.scopes[id.index()]);
                    }
                }
                Kind::Func | Kind::Class => {
                    if let Some(name) = tree.child(id, Role::Name) {
                        let scope = self.definition_scope(tree, id);
                        // A method is a member, not a name of the class's scope.
                        if tree.kind(name) == Kind::Ident && !node.flags.has(Flags::METHOD) {
                            self.bind(tree, name, scope);
                        }
                    }
                }
                Kind::Assign => self.assignment(tree, id),
                Kind::ForIn | Kind::CompFor => {
                    if let Some(target) = tree.child(id, Role::Target) {
                        let scope =
                            if tree.language == Language::Python || node.kind == Kind::CompFor {
                                self.scopes[id.index()]
                            } else {
                                id
                            };
                        self.bind_target(tree, target, scope);
                    }
                }
                Kind::With => {
                    if let Some(target) = tree.child(id, Role::Target) {
                        self.bind_target(tree, target, self.scopes[id.index()]);
                    }
                }
                Kind::Handler => {
                    if let Some(name) = tree.child(id, Role::Name) {
                        let python = tree.language == Language::Python;
                        let scope = if python { self.scopes[id.index()] } else { id };
                        self.bind_target(tree, name, scope);
                    }
                }
                Kind::Arm if tree.language == Language::Rust => {
                    if let Some(key) = tree.child(id, Role::Key) {
                        self.bind_target(tree, key, id);
                    }
                }
                Kind::Import | Kind::ImportFrom => self.import(tree, id),
                _ => {}
            }
        }
    }

    fn assignment(&mut self, tree: &mut Tree, id: NodeId) {
        let Some(target) = tree.child(id, Role::Target) else {
            return;
        };
        let scope = match tree.language {
            Language::Python => {
                let scope = self.scopes[id.index()];
                // What a module imports stays that, even where a function assigns to its name.
                if scope != NodeId::ROOT
                    && tree.kind(target) == Kind::Name
                    && let Some(&def) = self.table.get(&(NodeId::ROOT, tree.symbol(target)))
                    && !self.names.definition(def).qualified.is_empty()
                    && !self.table.contains_key(&(scope, tree.symbol(target)))
                {
                    self.names.definitions[def.0 as usize - 1].assignments += 1;
                    self.names.of_node[target.index()] = def;
                    return;
                }
                scope
            }
            _ => {
                let parent = tree.node(id).parent;
                let declaration = tree.node(parent).kind == Kind::VarDecl;
                if !declaration && tree.language != Language::Rust {
                    // A plain assignment defines nothing, but counts as one more of a definition.
                    self.count_assignment(tree, target);
                    return;
                }
                if !declaration
                    && !tree.ancestors(id).take(3).any(|a| {
                        matches!(tree.kind(a), Kind::If | Kind::While)
                            && tree.node(id).role == Role::Cond
                    })
                {
                    self.count_assignment(tree, target);
                    return;
                }
                if tree.symbol(parent) == Symbol::of("var") {
                    function_scope(tree, id)
                } else {
                    self.scopes[id.index()]
                }
            }
        };
        // The name of a constant is in capitals, which a pattern of Rust does not bind.
        if tree.language == Language::Rust && tree.kind(target) == Kind::Name {
            self.bind(tree, target, scope);
        } else {
            self.bind_target(tree, target, scope);
        }
        self.required(tree, id, target, scope);
    }

    /// Counts a later assignment once all definitions are known; see `use_names`.
    fn count_assignment(&mut self, tree: &Tree, target: NodeId) {
        if tree.kind(target) != Kind::Name {
            return;
        }
        if let Some(def) = self.lookup(tree, target) {
            self.names.definitions[def.0 as usize - 1].assignments += 1;
        } else {
            self.bind(tree, target, NodeId::ROOT);
        }
    }

    /// Binds every name in a target: `a, (b, *c) = …`, `{a, b: c}`, `Some(x)`.
    fn bind_target(&mut self, tree: &Tree, target: NodeId, scope: NodeId) {
        let mut at = target.0;
        while at < tree.node(target).end {
            let node = *tree.node(NodeId(at));
            match node.kind {
                Kind::Name | Kind::Ident if node.role != Role::Key && node.role != Role::Callee => {
                    let upper = tree.language == Language::Rust
                        && self
                            .text
                            .get(node.span.start as usize)
                            .is_some_and(u8::is_ascii_uppercase);
                    if !upper {
                        self.bind(tree, NodeId(at), scope);
                    }
                    at += 1;
                }
                // `a.b = …` and `a[i] = …` bind nothing.
                Kind::Attr | Kind::Index => at = node.end,
                Kind::Assign => {
                    // A default within a pattern.
                    at += 1;
                }
                _ if node.role == Role::Value
                    && node.kind != Kind::Dict
                    && node.kind != Kind::List
                    && tree.kind(node.parent) == Kind::Assign =>
                {
                    at = node.end;
                }
                Kind::Func | Kind::Call
                    if node.role != Role::Key && tree.language != Language::Rust =>
                {
                    at = node.end;
                }
                _ => at += 1,
            }
        }
    }

    pub(super) fn bind(&mut self, tree: &Tree, name: NodeId, scope: NodeId) {
        self.bind_symbol(name, tree.symbol(name), scope);
    }

    pub(super) fn bind_symbol(&mut self, name: NodeId, symbol: Symbol, scope: NodeId) {
        let scope = self.outer.get(&(scope, symbol)).copied().unwrap_or(scope);
        let definitions = &mut self.names.definitions;
        let id = *self.table.entry((scope, symbol)).or_insert_with(|| {
            definitions.push(Definition {
                node: name,
                scope,
                assignments: 0,
                qualified: Vec::new(),
                wildcard: false,
            });
            DefId(definitions.len() as u32)
        });
        definitions[id.0 as usize - 1].assignments += 1;
        self.names.of_node[name.index()] = id;
    }
}
