//! The operators of patterns: `<... e ...>`, `$X. ... .m()`, `1 + ... + 2`, `($X: T)`.

use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;

use super::super::bindings::Bound;
use super::super::types;
use super::{Matcher, Then};
use crate::syntax::{Kind, NodeId, Role, Symbol};

thread_local! {
    static STRING_REGEXES: RefCell<HashMap<String, Option<Regex>>> = RefCell::new(HashMap::new());
}

/// The regular expression of a string pattern `=~/re/`.
pub(super) fn string_regex(spelled: &str) -> Option<Regex> {
    STRING_REGEXES.with_borrow_mut(|cache| {
        cache
            .entry(spelled.to_owned())
            .or_insert_with(|| {
                let body = spelled.strip_prefix("=~/")?;
                let (body, flags) = body.rsplit_once('/')?;
                let flags = if flags.contains('i') { "(?i)" } else { "" };
                Regex::new(&format!("{flags}{body}")).ok()
            })
            .clone()
    })
}

impl Matcher<'_> {
    /// The node itself or anything within it.
    pub(super) fn deep(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let Some(inner) = self.p_children(p).next() else { return false };
        for id in self.tree.subtree(t) {
            if self.steps == 0 {
                return false;
            }
            if self.tree.kind(id).is_expression() && self.node(inner, id, then) {
                return true;
            }
        }
        false
    }

    /// Whether a field of the pattern is `...`: any number of links of a chain.
    pub(super) fn is_chain_ellipsis(&self, p: NodeId) -> bool {
        self.pattern.child(p, Role::Field).is_some_and(|field| self.pattern.kind(field) == Kind::Ellipsis)
    }

    /// `$X. ...`: what the chain begins with, any number of fields, calls and indices before its end.
    pub(super) fn chain(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let Some(object) = self.pattern.child(p, Role::Object) else { return false };
        let mut at = t;
        loop {
            if self.node(object, at, then) {
                return true;
            }
            let inner = match self.tree.kind(at) {
                Kind::Attr | Kind::Index => self.tree.child(at, Role::Object),
                Kind::Call | Kind::New => self.tree.child(at, Role::Callee),
                Kind::Await | Kind::Question | Kind::Cast => self.tree.children(at).next(),
                _ => None,
            };
            match inner {
                Some(inner) if self.steps > 0 => at = inner,
                _ => return false,
            }
        }
    }

    /// Whether an operand of an operation is `...`.
    pub(super) fn has_operand_ellipsis(&self, p: NodeId) -> bool {
        let symbol = self.pattern.symbol(p);
        let mut at = p;
        while self.pattern.kind(at) == Kind::BinOp && self.pattern.symbol(at) == symbol {
            let (Some(left), Some(right)) =
                (self.pattern.child(at, Role::Left), self.pattern.child(at, Role::Right))
            else {
                return false;
            };
            let dots = |id| self.pattern.kind(id) == Kind::Ellipsis;
            if dots(left) || dots(right) {
                return true;
            }
            at = left;
        }
        false
    }

    /// `a + ... + b`: the operands side by side, `...` for one or more of them.
    pub(super) fn operands(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let symbol = self.pattern.symbol(p);
        let flatten = |tree: &crate::syntax::Tree, root: NodeId| {
            let mut operands = Vec::new();
            let mut at = root;
            while tree.kind(at) == Kind::BinOp && tree.symbol(at) == symbol {
                let (Some(left), Some(right)) = (tree.child(at, Role::Left), tree.child(at, Role::Right))
                else {
                    break;
                };
                operands.push(right);
                at = left;
            }
            operands.push(at);
            operands.reverse();
            operands
        };
        let (ps, ts) = (flatten(self.pattern, p), flatten(self.tree, t));
        self.operand_list(&ps, &ts, then)
    }

    fn operand_list(&mut self, ps: &[NodeId], ts: &[NodeId], then: Then<'_>) -> bool {
        let Some((&p, p_rest)) = ps.split_first() else { return ts.is_empty() && then(self) };
        if self.pattern.kind(p) == Kind::Ellipsis {
            return (1..=ts.len()).any(|skip| self.operand_list(p_rest, &ts[skip..], then));
        }
        let Some((&t, t_rest)) = ts.split_first() else { return false };
        self.node(p, t, &mut |matcher| matcher.operand_list(p_rest, t_rest, then))
    }

    /// `($X: T)`: an expression whose type the file shows.
    pub(super) fn typed(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let Some(wanted) = self.pattern.child(p, Role::Type) else { return false };
        let name = self.pattern.symbol(p);
        if let Some(actual) = types::annotation_of(self.file, t) {
            return self.node(wanted, actual, &mut |matcher| {
                matcher.bind(name, Bound::Node(t), then)
            });
        }
        let wanted = self.pattern.symbol(wanted);
        let literal = types::names_of(self.file, t);
        let matches = literal.iter().any(|literal| wanted == Symbol::of(literal.as_bytes()));
        matches && self.bind(name, Bound::Node(t), then)
    }
}
