//! The operators of patterns: `<... e ...>`, `$X. ... .m()`, `1 + ... + 2`, `($X: T)`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::super::bindings::Bound;
use super::super::regex::{Meaning, Regex};
use super::super::types;
use super::{Matcher, Then};
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// How many assignments `<... e ...>` looks through.
const MAX_ASSIGNMENTS: u32 = 4;

thread_local! {
    static STRING_REGEXES: RefCell<HashMap<String, Option<Rc<Regex>>>> = RefCell::new(HashMap::new());
}

/// The regular expression of a string pattern `=~/re/`.
pub(super) fn string_regex(spelled: &str) -> Option<Rc<Regex>> {
    STRING_REGEXES.with_borrow_mut(|cache| {
        cache
            .entry(spelled.to_owned())
            .or_insert_with(|| {
                let body = spelled.strip_prefix("=~/")?;
                let (body, flags) = body.rsplit_once('/')?;
                let flags = if flags.contains('i') { "(?i)" } else { "" };
                Regex::new(&format!("{flags}{body}"), Meaning::Anywhere)
                    .ok()
                    .map(Rc::new)
            })
            .clone()
    })
}

impl Matcher<'_> {
    /// The node itself or anything within it.
    pub(super) fn deep(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        self.deep_through(p, t, MAX_ASSIGNMENTS, then)
    }

    /// `left` is how many names are followed to what was assigned to them, where the rule asks.
    fn deep_through(&mut self, p: NodeId, t: NodeId, left: u32, then: Then<'_>) -> bool {
        let Some(inner) = self.p_children(p).next() else {
            return false;
        };
        if let Some(found) = self.candidates(inner, t..self.tree.after(t)) {
            return found
                .into_iter()
                .any(|id| self.tree.kind(id).is_expression() && self.node(inner, id, then));
        }
        for id in self.tree.subtree(t) {
            if self.steps == 0 {
                return false;
            }
            if self.tree.kind(id).is_expression() && self.node(inner, id, then) {
                return true;
            }
            if left > 0
                && let Some(value) = self.symbolic_value(id)
                && self.deep_through(p, value, left - 1, then)
            {
                return true;
            }
        }
        false
    }

    /// Whether a field of the pattern is `...`: any number of links of a chain.
    pub(super) fn is_chain_ellipsis(&self, p: NodeId) -> bool {
        self.pattern
            .child(p, Role::Field)
            .is_some_and(|field| self.pattern.kind(field) == Kind::Ellipsis)
    }

    /// `$X. ...`: what the chain begins with, any number of fields, calls and indices before its end.
    pub(super) fn chain(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let Some(object) = self.pattern.child(p, Role::Object) else {
            return false;
        };
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

    /// A decorator: its name, then its arguments; none are as good as an empty list.
    pub(super) fn decorator(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let (Some(p_inner), Some(t_inner)) =
            (self.p_children(p).next(), self.tree.children(t).next())
        else {
            return false;
        };
        let p_call = self.pattern.kind(p_inner) == Kind::Call;
        let t_call = self.tree.kind(t_inner) == Kind::Call;
        let p_name = if p_call {
            self.pattern.child(p_inner, Role::Callee)
        } else {
            Some(p_inner)
        };
        let t_name = if t_call {
            self.tree.child(t_inner, Role::Callee)
        } else {
            Some(t_inner)
        };
        let (Some(p_name), Some(t_name)) = (p_name, t_name) else {
            return false;
        };
        let none = (NodeId(0), NodeId(0));
        let p_args = if p_call {
            let args = self.pattern.role(p_inner, Role::Arg);
            (args.next, args.stop)
        } else {
            none
        };
        let t_args = if t_call {
            let args = self.tree.role(t_inner, Role::Arg);
            (args.next, args.stop)
        } else {
            none
        };
        self.node(p_name, t_name, &mut |matcher| {
            matcher.ordered(p_args, t_args, then)
        })
    }

    /// `($X: T)`: an expression whose type the file shows.
    pub(super) fn typed(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let Some(wanted) = self.pattern.child(p, Role::Type) else {
            return false;
        };
        let name = self.pattern.symbol(p);
        if let Some(actual) = types::annotation_of(self.file, t) {
            return self.node(wanted, actual, &mut |matcher| {
                matcher.bind(name, Bound::Node(t), then)
            });
        }
        let wanted = self.pattern.symbol(wanted);
        let literal = types::names_of(self.file, t);
        let matches = literal
            .iter()
            .any(|literal| wanted == Symbol::of(literal.as_bytes()));
        matches && self.bind(name, Bound::Node(t), then)
    }
}
