//! The matcher: does a pattern match at a node, and what do its metavariables hold then.
//!
//! Each function takes what is to be done once it has matched (`then`), so that a choice made early
//! is undone when something later does not fit, and the first match ends the search. `then` returns
//! whether the search may stop; so do all functions here.
//!
//! This file holds the dispatch; equivalences have files of their own: [`list`] for arguments and
//! other lists, [`statement`] for sequences, [`literal`] for strings and numbers, [`import`] for
//! imports, [`operator`] for operations of several operands, [`special`] for the operators of patterns.

mod import;
mod list;
mod operator;
mod literal;
mod special;
mod statement;

use std::ops::Range;

use super::Options;
use super::bindings::{Bindings, Bound, equal};
use super::candidates;
use crate::lang::Language;
use crate::syntax::{File, Flags, Kind, NodeId, Role, Siblings, Symbol, Tree, Value};

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
    /// The symbol of `$_`.
    anonymous: Symbol,
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
            anonymous: Symbol::of("_"),
            bindings: Bindings::default(),
            steps,
            taken: Vec::new(),
            depth: 0,
        }
    }

    /// The nodes of a range that pattern node `p` may match, where looking them up is less work than
    /// looking at all.
    fn candidates(&self, p: NodeId, range: Range<NodeId>) -> Option<Vec<NodeId>> {
        const FEW: u32 = 32;
        (range.end.0 - range.start.0 > FEW)
            .then(|| candidates::within(self.pattern, p, self.file, self.options, range))
            .flatten()
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
        // A value of YAML may have a tag without the pattern saying so.
        if self.tree.language == Language::Yaml
            && self.tree.kind(t) == Kind::Cast
            && !matches!(
                kind,
                Kind::Cast | Kind::MetaVar | Kind::Ellipsis | Kind::Deep
            )
            && let Some(value) = self.tree.child(t, Role::Value)
        {
            return self.node(p, value, then);
        }
        match kind {
            Kind::MetaVar => {
                let name = self.pattern.symbol(p);
                let text = self.pattern.node(p).flags.has(Flags::TEMPLATE);
                if self.tree.language.is_code() && text != (self.tree.kind(t) == Kind::ElementText)
                {
                    return false;
                }
                if self.bind(name, Bound::Node(t), then) {
                    return true;
                }
                // What was assigned may be what the metavariable holds already.
                return match self.symbolic_value(t) {
                    Some(value) if self.bindings.get(name).is_some() => {
                        self.bind(name, Bound::Node(value), then)
                    }
                    _ => false,
                };
            }
            Kind::Ellipsis => return then(self),
            Kind::Deep => return self.deep(p, t, then),
            Kind::TypedMetaVar => return self.typed(p, t, then),
            Kind::Str | Kind::Int | Kind::Bool | Kind::Float | Kind::Regex => {
                return self.literal(p, t, then);
            }
            Kind::Attr if self.is_chain_ellipsis(p) => return self.chain(p, t, then),
            Kind::Import | Kind::ImportFrom => return self.import(p, t, then),
            Kind::Decorator if self.tree.kind(t) == Kind::Decorator => {
                return self.decorator(p, t, then);
            }
            _ => {}
        }
        if self.shape(p, t, then) {
            return true;
        }
        if self.tree.kind(t) == Kind::Name {
            if matches!(kind, Kind::Name | Kind::Attr)
                && let Some(chain) = self.file.names().qualified(t)
                && !(self.is_wildcard(t) && self.has_metavariable(p))
                && self.shape(p, chain, then)
            {
                return true;
            }
            if let Some(value) = self.symbolic_value(t)
                && kind != Kind::Name
            {
                return self.node(p, value, then);
            }
        }
        false
    }

    /// The expression that a name stands for, where the rule asks for that.
    pub(super) fn symbolic_value(&self, t: NodeId) -> Option<NodeId> {
        if !self.options.symbolic_propagation || self.tree.kind(t) != Kind::Name {
            return None;
        }
        match self.file.constants().get(t) {
            // What one of several branches gives is no single expression.
            Some(&Value::Expr(value))
                if !matches!(self.tree.kind(value), Kind::Match | Kind::If) =>
            {
                Some(value)
            }
            _ => None,
        }
    }

    /// Whether only a wildcard import can have brought a name.
    fn is_wildcard(&self, t: NodeId) -> bool {
        let names = self.file.names();
        names
            .definition_of(t)
            .is_some_and(|id| names.definition(id).wildcard)
    }

    fn has_metavariable(&self, p: NodeId) -> bool {
        self.pattern
            .subtree(p)
            .any(|id| self.pattern.kind(id) == Kind::MetaVar)
    }

    pub(super) fn bind(&mut self, name: Symbol, bound: Bound, then: Then<'_>) -> bool {
        // `$_` holds anything, each time anew.
        if name == self.anonymous {
            return then(self);
        }
        if let Some(held) = self.bindings.get(name) {
            return equal(self.file, held, bound, self.options.symbolic_propagation) && then(self);
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
                // `[...]` is also a list that is built by a comprehension, `{...}` a dictionary.
                (Kind::List, Kind::Comprehension) => {
                    self.only_ellipsis(p) && self.tree.symbol(t) == Symbol::of("[") && then(self)
                }
                (Kind::Set, Kind::Dict) => self.only_ellipsis(p) && then(self),
                // `except (..., A, ...)` means `except A` too.
                (Kind::Tuple, _) if self.pattern.node(p).role == Role::Type => {
                    let items = self.p_children(p);
                    let mut single = (t, NodeId(self.tree.node(t).end));
                    single.1 = self.tree.after(t);
                    self.ordered((items.next, items.stop), single, then)
                }
                (Kind::For, Kind::ForIn) if self.is_any_head(p) => self.bodies(p, t, then),
                // `$X = …` is also a field of a class with its value.
                (Kind::Assign, Kind::Field) if self.options.flddef_assign => {
                    let part = |role| self.pattern.child(p, role);
                    let of = |role| self.tree.child(t, role);
                    match (
                        part(Role::Target),
                        part(Role::Value),
                        of(Role::Name),
                        of(Role::Value),
                    ) {
                        (Some(target), Some(value), Some(name), Some(t_value)) => {
                            self.node(target, name, &mut |matcher| {
                                matcher.node(value, t_value, then)
                            })
                        }
                        _ => false,
                    }
                }
                // `$F(...)` is a call of a macro too.
                (Kind::Call, Kind::Macro) => {
                    let callee = self.pattern.child(p, Role::Callee);
                    callee.is_some_and(|callee| self.pattern.kind(callee) == Kind::MetaVar)
                        && self.groups(p, NodeId(p.0 + 1), t, then)
                }
                // A function in an object or a class that is written as a value.
                (Kind::Func, Kind::Pair | Kind::Field) => self.function_value(p, t, then),
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
        if pattern.kind == Kind::Assign && !self.options.vardef_assign {
            let declares = |tree: &Tree, of: NodeId| tree.kind(of) == Kind::VarDecl;
            if declares(self.tree, node.parent) && !declares(self.pattern, pattern.parent) {
                return false;
            }
        }
        if !self.same_symbol(p, t) || !flags_allow(pattern.kind, pattern.flags, node.flags) {
            return false;
        }
        if pattern.kind == Kind::Func && self.declares(p) && is_function_value(node.flags) {
            return false;
        }
        match pattern.kind {
            Kind::Assign if pattern.symbol.is_none() && !node.symbol.is_none() => {
                self.groups(p, NodeId(p.0 + 1), t, then) || self.updates(p, t, then)
            }
            Kind::Block => self.block(p, t, then),
            Kind::For if self.is_any_head(p) => self.bodies(p, t, then),
            Kind::BinOp if self.has_operand_ellipsis(p) => self.operands(p, t, then),
            Kind::BinOp => {
                self.groups(p, NodeId(p.0 + 1), t, then)
                    || self.associative(p, t, then)
                    || self.turned(p, t, then)
            }
            _ => self.groups(p, NodeId(p.0 + 1), t, then),
        }
    }

    /// Whether a function of the pattern is a declaration, as in `function $F(...) { ... }`.
    fn declares(&self, p: NodeId) -> bool {
        !self.pattern.node(p).flags.has(Flags::EXPRESSION)
            && self
                .pattern
                .child(p, Role::Name)
                .is_some_and(|name| self.pattern.kind(name) != Kind::Ellipsis)
    }

    /// `function $F(...) { ... }` is also `$F: (...) => { ... }`, and a field that holds a function.
    fn function_value(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let key = match self.tree.kind(t) {
            Kind::Pair => self.tree.child(t, Role::Key),
            _ => self.tree.child(t, Role::Name),
        };
        let (Some(key), Some(value), Some(name)) = (
            key,
            self.tree.child(t, Role::Value),
            self.pattern.child(p, Role::Name),
        ) else {
            return false;
        };
        let (pattern, node) = (*self.pattern.node(p), *self.tree.node(value));
        let fits = self.declares(p)
            && node.kind == Kind::Func
            && is_function_value(node.flags)
            && flags_allow(Kind::Func, pattern.flags, node.flags);
        fits && self.node(name, key, &mut |matcher| {
            matcher.groups(p, matcher.pattern.after(name), value, then)
        })
    }

    /// `x += y` is `x = x + y`: the value holds the target too.
    fn updates(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let (Some(target), Some(value), Some(t_target)) = (
            self.pattern.child(p, Role::Target),
            self.pattern.child(p, Role::Value),
            self.tree.child(t, Role::Target),
        ) else {
            return false;
        };
        self.pattern.kind(value) == Kind::Deep
            && self.node(target, t_target, &mut |matcher| {
                matcher.node(value, t_target, then)
            })
    }

    fn only_ellipsis(&self, p: NodeId) -> bool {
        let mut items = self.p_children(p);
        items
            .next()
            .is_some_and(|item| self.pattern.kind(item) == Kind::Ellipsis)
            && items.is_empty()
    }

    fn same_symbol(&self, p: NodeId, t: NodeId) -> bool {
        let (a, b) = (self.pattern.symbol(p), self.tree.symbol(t));
        match self.pattern.kind(p) {
            // In a script `x = y` is any assignment; elsewhere `x += y` is another thing.
            Kind::Assign => a == b || self.tree.language.is_script() && a.is_none(),
            // `var` stands for every declaration.
            Kind::VarDecl => a == b || a == Symbol::of("var"),
            Kind::ForIn | Kind::Func => true,
            // A parameter may be `mut` without the pattern saying so.
            Kind::Param => a == b || a.is_none() && b == Symbol::of("mut"),
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
        if targets.is_empty() {
            if self.may_lack(p, at, role) {
                return self.groups(p, next, t, then);
            }
            if !matches!(
                role,
                Role::Item
                    | Role::Arg
                    | Role::Param
                    | Role::Base
                    | Role::Decorator
                    | Role::TypeParam
            ) {
                return false;
            }
        }
        self.list(p, role, group, targets, &mut |matcher| {
            matcher.groups(p, next, t, then)
        })
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
                    Role::Else => matches!(
                        kind,
                        Kind::If | Kind::For | Kind::ForIn | Kind::While | Kind::VarDecl
                    ),
                    Role::Name => match kind {
                        // The flags of a regular expression.
                        Kind::Import | Kind::ImportName | Kind::Regex => true,
                        Kind::Func => flags.has(Flags::EXPRESSION),
                        // `except ...` is any handler.
                        Kind::Handler => self
                            .pattern
                            .child(p, Role::Type)
                            .is_some_and(|of| self.pattern.kind(of) == Kind::Ellipsis),
                        _ => false,
                    },
                    // The attributes of an element.
                    Role::Param => {
                        kind == Kind::Element && self.options.xml_attrs_implicit_ellipsis
                    }
                    Role::Handler => false,
                    Role::Finally => self
                        .pattern
                        .role(p, Role::Handler)
                        .any(|h| self.is_any_handler(h)),
                    // `<a />` is any element of that name.
                    Role::Item => kind == Kind::Element,
                    Role::Body => kind == Kind::Func && self.pattern.child(p, Role::Body).is_none(),
                    _ => false,
                }
        })
    }

    /// Whether the pattern may name a part, at `at`, that the node does not have.
    fn may_lack(&self, p: NodeId, at: NodeId, role: Role) -> bool {
        match (self.pattern.kind(p), role) {
            // `catch ($E)` also means a `catch` that binds nothing, in JavaScript.
            (Kind::Handler, Role::Name) => self.tree.language != Language::Python,
            (Kind::Try, Role::Handler) => self.is_any_handler(at),
            // `function ...(…)` is a function with or without a name.
            // In an expression the name of a function says nothing.
            (Kind::Func, Role::Name) => {
                self.pattern.kind(at) == Kind::Ellipsis || self.pattern.node(p).role == Role::Arg
            }
            // `except ...` is also a bare `except`.
            (Kind::Handler, Role::Type) => self.pattern.kind(at) == Kind::Ellipsis,
            _ => false,
        }
    }

    /// Whether a handler of the pattern is `catch (...) {...}`: there may be any number, or none.
    fn is_any_handler(&self, p: NodeId) -> bool {
        let dots = |role| {
            self.pattern
                .child(p, role)
                .is_some_and(|part| self.pattern.kind(part) == Kind::Ellipsis)
        };
        dots(Role::Name) && !dots(Role::Type)
    }

    /// Whether a loop's head is `(...)`.
    fn is_any_head(&self, p: NodeId) -> bool {
        self.pattern
            .child(p, Role::Init)
            .is_some_and(|init| self.pattern.kind(init) == Kind::Ellipsis)
    }

    fn bodies(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        match (
            self.pattern.child(p, Role::Body),
            self.tree.child(t, Role::Body),
        ) {
            (Some(p), Some(t)) => self.node(p, t, then),
            (None, _) => then(self),
            (Some(_), None) => false,
        }
    }

    fn p_children(&self, p: NodeId) -> Siblings<'m> {
        self.pattern.children(p)
    }
}

/// Whether a function stands in an expression, its name then being its own affair.
fn is_function_value(flags: Flags) -> bool {
    flags.has(Flags::EXPRESSION) && !flags.has(Flags::METHOD)
}

/// Whether a node's flags have what the pattern's ask for.
fn flags_allow(kind: Kind, pattern: Flags, node: Flags) -> bool {
    let asked = match kind {
        Kind::Func => [Flags::ASYNC, Flags::GENERATOR].as_slice(),
        Kind::With | Kind::ForIn => [Flags::ASYNC].as_slice(),
        // A tagged template is another thing than a call with a template.
        Kind::Call => {
            let tagged = pattern.has(Flags::TEMPLATE) == node.has(Flags::TEMPLATE);
            return tagged && (!pattern.has(Flags::OPTIONAL) || node.has(Flags::OPTIONAL));
        }
        Kind::Attr | Kind::Index => [Flags::OPTIONAL].as_slice(),
        Kind::ImportName | Kind::Arm => {
            return pattern.has(Flags::DEFAULT) == node.has(Flags::DEFAULT);
        }
        Kind::Export => {
            return pattern.has(Flags::DEFAULT) == node.has(Flags::DEFAULT);
        }
        _ => return true,
    };
    asked
        .iter()
        .all(|&flag| !pattern.has(flag) || node.has(flag))
}
