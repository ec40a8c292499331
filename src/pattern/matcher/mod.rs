//! The matcher: does a pattern match at a node, and what do its metavariables hold then.
//!
//! Each function takes what is to be done once it has matched (`then`), so that a choice made early
//! is undone when something later does not fit, and the first match ends the search. `then` returns
//! whether the search may stop; so do all functions here.
//!
//! This file holds the dispatch; equivalences have files of their own: [`list`] for arguments and
//! other lists, [`statement`] for sequences, [`literal`] for strings and numbers, [`import`] for
//! imports, [`special`] for the operators of patterns.

mod import;
mod list;
mod literal;
mod special;
mod statement;

use super::Options;
use super::bindings::{Bindings, Bound, equal};
use crate::syntax::{File, Flags, Kind, NodeId, Role, Siblings, Symbol, Tree, Value};

pub(super) use statement::Extent;

/// What is done after a match; returns whether the search may stop.
type Then<'t> = &'t mut dyn FnMut(&mut Matcher<'_>) -> bool;

/// A search in progress.
pub(super) struct Matcher<'m> {
    pattern: &'m Tree,
    /// The pattern's own text, for what its nodes spell.
    pattern_text: &'m [u8],
    file: &'m File<'m>,
    tree: &'m Tree,
    options: Options,
    pub(super) bindings: Bindings,
    /// The steps that are left; at zero everything fails.
    pub(super) steps: u64,
    /// Arguments that a keyword of the pattern has taken out of their list.
    taken: Vec<NodeId>,
    depth: u32,
}

/// Deeper than this no pattern matches; the tree itself is at most
/// [`crate::syntax::MAX_DEPTH`] deep, but for chains that nest on the left.
const MAX_DEPTH: u32 = 400;

impl<'m> Matcher<'m> {
    pub(super) fn new(
        pattern: &'m Tree,
        pattern_text: &'m [u8],
        file: &'m File<'m>,
        options: Options,
        steps: u64,
    ) -> Matcher<'m> {
        Matcher {
            pattern,
            pattern_text,
            file,
            tree: file.tree(),
            options,
            bindings: Bindings::default(),
            steps,
            taken: Vec::new(),
            depth: 0,
        }
    }

    /// Whether pattern node `p` matches node `t`, in any of the ways that they are equal.
    pub(super) fn node(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        if self.steps == 0 || self.depth >= MAX_DEPTH {
            self.steps = 0;
            return false;
        }
        self.steps -= 1;
        self.depth += 1;
        let stop = self.any_form(p, t, then);
        self.depth -= 1;
        stop
    }

    fn any_form(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let kind = self.pattern.kind(p);
        match kind {
            Kind::MetaVar => return self.bind(self.pattern.symbol(p), Bound::Node(t), then),
            Kind::Ellipsis => return then(self),
            Kind::Deep => return self.deep(p, t, then),
            Kind::TypedMetaVar => return self.typed(p, t, then),
            Kind::Str | Kind::Int | Kind::Bool | Kind::Float | Kind::Regex => {
                return self.literal(p, t, then);
            }
            Kind::Attr if self.is_chain_ellipsis(p) => return self.chain(p, t, then),
            Kind::Import | Kind::ImportFrom => return self.import(p, t, then),
            _ => {}
        }
        if self.shape(p, t, then) {
            return true;
        }
        if self.tree.kind(t) == Kind::Name {
            if matches!(kind, Kind::Name | Kind::Attr)
                && let Some(chain) = self.file.names().qualified(t)
                && self.shape(p, chain, then)
            {
                return true;
            }
            if self.options.symbolic_propagation
                && let Some(&Value::Expr(value)) = self.file.constants().get(t)
                && kind != Kind::Name
            {
                return self.node(p, value, then);
            }
        }
        false
    }

    pub(super) fn bind(&mut self, name: Symbol, bound: Bound, then: Then<'_>) -> bool {
        // `$_` holds anything, each time anew.
        if name == self.options.anonymous {
            return then(self);
        }
        if let Some(held) = self.bindings.get(name) {
            return equal(self.file, held, bound) && then(self);
        }
        let mark = self.bindings.len();
        self.bindings.push(name, bound);
        let stop = then(self);
        self.bindings.truncate(mark);
        stop
    }

    /// Whether both have the same kind, the same words, and children that match.
    fn shape(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let (pattern, node) = (*self.pattern.node(p), *self.tree.node(t));
        let words = |kind| matches!(kind, Kind::Name | Kind::Ident);
        if pattern.kind != node.kind {
            if words(pattern.kind) && words(node.kind) {
                return pattern.symbol == node.symbol && then(self);
            }
            return match (pattern.kind, node.kind) {
                // `for (...)` is any loop with a head.
                (Kind::For, Kind::ForIn) if self.is_any_head(p) => self.bodies(p, t, then),
                // A statement around what is exported.
                (_, Kind::Export) if pattern.kind.is_statement() && pattern.kind != Kind::Block => {
                    false
                }
                // A generic type without its parameters.
                (Kind::Name | Kind::Attr, Kind::Type) => match self.tree.child(t, Role::Name) {
                    Some(name) => self.node(p, name, then),
                    None => false,
                },
                _ => false,
            };
        }
        if !self.same_symbol(p, t) || !flags_allow(pattern.kind, pattern.flags, node.flags) {
            return false;
        }
        match pattern.kind {
            Kind::Block => self.block(p, t, then),
            Kind::For if self.is_any_head(p) => self.bodies(p, t, then),
            Kind::BinOp if self.has_operand_ellipsis(p) => self.operands(p, t, then),
            _ => self.groups(p, NodeId(p.0 + 1), t, then),
        }
    }

    fn same_symbol(&self, p: NodeId, t: NodeId) -> bool {
        let (a, b) = (self.pattern.symbol(p), self.tree.symbol(t));
        match self.pattern.kind(p) {
            // `x = y` in a pattern is any assignment; `x += y` only itself.
            Kind::Assign => a.is_none() || a == Symbol::of("=") || a == b,
            // `var` stands for every declaration.
            Kind::VarDecl => a == b || a == Symbol::of("var"),
            Kind::ForIn | Kind::Func => true,
            _ => a == b,
        }
    }

    /// The groups of children from `at` on, each against the children of the same role.
    fn groups(&mut self, p: NodeId, at: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let stop = self.pattern.after(p);
        if at >= stop {
            return self.rest_may_be_left(p, t) && then(self);
        }
        let role = self.pattern.node(at).role;
        let group = self.pattern.role(p, role);
        let next = group.stop;
        let targets = self.tree.role(t, role);
        if targets.is_empty() && self.may_lack(p, t, role) {
            return self.groups(p, next, t, then);
        }
        self.list(p, role, group, targets, &mut |matcher| matcher.groups(p, next, t, then))
    }

    /// Whether the node may have children whose role the pattern does not mention.
    fn rest_may_be_left(&self, p: NodeId, t: NodeId) -> bool {
        let kind = self.pattern.kind(p);
        let flags = self.tree.node(t).flags;
        let mut children = self.tree.children(t);
        children.all(|child| {
            let role = self.tree.node(child).role;
            !self.pattern.role(p, role).is_empty()
                || match role {
                    Role::Decorator | Role::TypeParam | Role::Base | Role::Type => {
                        // The type of a handler is what it handles.
                        kind != Kind::Handler && kind != Kind::Cast
                    }
                    Role::Default => true,
                    Role::Else => matches!(kind, Kind::If | Kind::For | Kind::ForIn | Kind::While | Kind::VarDecl),
                    Role::Name => match kind {
                        Kind::Import | Kind::ImportName => true,
                        Kind::Func => flags.has(Flags::EXPRESSION),
                        Kind::Handler => false,
                        _ => false,
                    },
                    // The attributes of an element.
                    Role::Param => kind == Kind::Element,
                    // `<a />` is any element of that name.
                    Role::Item => kind == Kind::Element,
                    Role::Body => kind == Kind::Func && self.pattern.child(p, Role::Body).is_none(),
                    _ => false,
                }
        })
    }

    /// Whether the pattern may name a part that the node does not have.
    fn may_lack(&self, p: NodeId, _t: NodeId, role: Role) -> bool {
        // `catch ($E)` also means a `catch` that binds nothing, in JavaScript.
        self.pattern.kind(p) == Kind::Handler
            && role == Role::Name
            && self.tree.language != crate::lang::Language::Python
    }

    /// Whether a loop's head is `(...)`.
    fn is_any_head(&self, p: NodeId) -> bool {
        self.pattern.child(p, Role::Init).is_some_and(|init| self.pattern.kind(init) == Kind::Ellipsis)
    }

    fn bodies(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        match (self.pattern.child(p, Role::Body), self.tree.child(t, Role::Body)) {
            (Some(p), Some(t)) => self.node(p, t, then),
            (None, _) => then(self),
            (Some(_), None) => false,
        }
    }

    fn p_children(&self, p: NodeId) -> Siblings<'m> {
        self.pattern.children(p)
    }
}

/// Whether a node's flags have what the pattern's ask for.
fn flags_allow(kind: Kind, pattern: Flags, node: Flags) -> bool {
    let asked = match kind {
        Kind::Func => [Flags::ASYNC, Flags::GENERATOR].as_slice(),
        Kind::With | Kind::ForIn => [Flags::ASYNC].as_slice(),
        Kind::ImportName | Kind::Arm => {
            return pattern.has(Flags::DEFAULT) == node.has(Flags::DEFAULT);
        }
        Kind::Export => {
            return pattern.has(Flags::DEFAULT) == node.has(Flags::DEFAULT);
        }
        _ => return true,
    };
    asked.iter().all(|&flag| !pattern.has(flag) || node.has(flag))
}
