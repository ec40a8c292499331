//! Literals: by value, whatever their spelling, and names that are known to hold them.

use std::borrow::Cow;

use super::super::bindings::Bound;
use super::{Matcher, Then};
use crate::lang::Language;
use crate::source::Span;
use crate::syntax::{Flags, Kind, NodeId, Symbol, Value};

impl Matcher<'_> {
    pub(super) fn literal(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        match self.pattern.kind(p) {
            Kind::Str => self.string(p, t, then),
            Kind::Regex => {
                if self.tree.kind(t) != Kind::Regex {
                    return false;
                }
                let (ps, ts) = (self.p_children(p), self.tree.children(t));
                self.ordered((ps.next, ps.stop), (ts.next, ts.stop), then)
            }
            kind => {
                let symbol = self.pattern.symbol(p);
                if self.tree.kind(t) == kind {
                    return self.tree.symbol(t) == symbol && then(self);
                }
                let equal = match self.value(t) {
                    Some(Value::Int(value)) => {
                        kind == Kind::Int && Symbol::of(value.to_string()) == symbol
                    }
                    Some(Value::Bool(value)) => {
                        kind == Kind::Bool && Symbol::of(value.to_string()) == symbol
                    }
                    _ => false,
                };
                equal && then(self)
            }
        }
    }

    /// What a node is known to be, where constants are followed.
    fn value(&self, t: NodeId) -> Option<&Value> {
        if !self.options.constant_propagation {
            return None;
        }
        match self.tree.kind(t) {
            Kind::Name | Kind::BinOp | Kind::UnOp | Kind::Str | Kind::Cond | Kind::Call | Kind::Ref
            | Kind::Cast => self.file.constants().get(t),
            _ => None,
        }
    }

    fn string(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let parts: Vec<NodeId> = self.p_children(p).collect();
        let template = self.pattern.node(p).flags.has(Flags::TEMPLATE);
        if let [only] = parts[..] {
            match self.pattern.kind(only) {
                Kind::Ellipsis => return self.is_any_string(t, template) && then(self),
                Kind::MetaVar if !template => {
                    let name = self.pattern.symbol(only);
                    return match self.content(t) {
                        Some((span, text)) => {
                            let bound = Bound::Text(span, Symbol::of(text.as_bytes()));
                            self.bind(name, bound, then)
                        }
                        None => false,
                    };
                }
                Kind::Regex => {
                    let spelled = self.pattern.text_of(only, self.pattern_text).into_owned();
                    let matched = self.content(t).is_some_and(|(_, text)| {
                        super::special::string_regex(&spelled).is_some_and(|r| r.is_match(&text))
                    });
                    return matched && then(self);
                }
                _ => {}
            }
        }
        let symbol = self.pattern.symbol(p);
        let interpolated = parts.iter().any(|&part| self.pattern.kind(part) != Kind::StrPart);
        if interpolated {
            if self.tree.kind(t) != Kind::Str || !self.tree.node(t).flags.has(Flags::TEMPLATE) {
                return false;
            }
            let (ps, ts) = (self.p_children(p), self.tree.children(t));
            return self.ordered((ps.next, ps.stop), (ts.next, ts.stop), then);
        }
        if self.tree.kind(t) == Kind::Str && !self.tree.symbol(t).is_none() {
            return self.tree.symbol(t) == symbol && then(self);
        }
        let equal = match self.value(t) {
            Some(Value::Str(Some(text))) => Symbol::of(text.as_bytes()) == symbol,
            _ => false,
        };
        equal && then(self)
    }

    /// Whether `"..."` means the node: some string, known to be constant.
    fn is_any_string(&self, t: NodeId, template: bool) -> bool {
        let node = self.tree.node(t);
        if node.kind == Kind::Str {
            let constant = !node.symbol.is_none();
            // An f-string is a string to a Python pattern, whatever it holds.
            let open = node.flags.has(Flags::TEMPLATE)
                && (template || self.tree.language == Language::Python);
            if constant || open {
                return true;
            }
        }
        matches!(self.value(t), Some(Value::Str(_)))
    }

    /// The text of a string, and where it stands.
    fn content(&self, t: NodeId) -> Option<(Span, Cow<'_, str>)> {
        let node = self.tree.node(t);
        if node.kind == Kind::Str && !node.symbol.is_none() {
            let mut parts = self.tree.children(t);
            let span = match (parts.next(), parts.last()) {
                (Some(first), Some(last)) => Span {
                    start: self.tree.span(first).start,
                    end: self.tree.span(last).end,
                },
                (Some(only), None) => self.tree.span(only),
                (None, _) => Span { start: node.span.end.saturating_sub(1), end: node.span.end.saturating_sub(1) },
            };
            return Some((span, self.file.source().show(span)));
        }
        match self.value(t)? {
            Value::Str(Some(text)) => Some((node.span, Cow::Borrowed(text))),
            _ => None,
        }
    }
}
