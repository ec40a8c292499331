//! Literals: by value, whatever their spelling, and names that are known to hold them.

use std::borrow::Cow;

use super::super::bindings::Bound;
use super::{Matcher, Then};
use crate::source::Span;
use crate::syntax::{Flags, Kind, NodeId, Symbol, Value};

impl Matcher<'_> {
    pub(super) fn literal(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        match self.pattern.kind(p) {
            Kind::Str => self.string(p, t, then),
            Kind::Regex => self.regex(p, t, then),
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
                (equal || self.may_be_any(t)) && then(self)
            }
        }
    }

    /// A regular expression literal; in the place of a word, a string pattern `=~/re/`.
    fn regex(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let parts = self.p_children(p);
        if parts.is_empty() {
            let spelled = self.pattern.text_of(p, self.pattern_text).into_owned();
            let text = self.tree.text_of(t, self.file.text()).into_owned();
            let regex = super::special::string_regex(&spelled);
            return regex.is_some_and(|regex| regex.is_match(text.as_bytes())) && then(self);
        }
        let literal = match (self.tree.kind(t), self.file.constants().get(t)) {
            (Kind::Regex, _) => t,
            (Kind::Name, Some(&Value::Expr(value))) if self.options.constant_propagation => value,
            _ => return self.may_be_any(t) && then(self),
        };
        self.tree.kind(literal) == Kind::Regex && self.groups(p, NodeId(p.0 + 1), literal, then)
    }

    /// What a node is known to be, where constants are followed.
    fn value(&self, t: NodeId) -> Option<&Value> {
        if !self.options.constant_propagation {
            return None;
        }
        match self.tree.kind(t) {
            Kind::Name
            | Kind::BinOp
            | Kind::UnOp
            | Kind::Str
            | Kind::Cond
            | Kind::Call
            | Kind::Ref
            | Kind::Cast => self.file.constants().get(t),
            _ => None,
        }
    }

    /// Whether the node may have any value, since what gives its names theirs is not to be seen.
    fn may_be_any(&self, t: NodeId) -> bool {
        self.file.lacks_statements()
            && self.options.constant_propagation
            && self.tree.kind(t).is_expression()
            && self
                .tree
                .subtree(t)
                .any(|node| self.tree.kind(node) == Kind::Name)
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
                        None => self.may_be_any(t) && then(self),
                    };
                }
                Kind::Regex => {
                    let spelled = self.pattern.text_of(only, self.pattern_text).into_owned();
                    let text = self.content(t).map(|(_, text)| text).or_else(|| {
                        // What an f-string spells, interpolations as they stand.
                        (self.tree.kind(t) == Kind::Str)
                            .then(|| self.tree.text_of(t, self.file.text()))
                    });
                    let matched = text.is_some_and(|text| {
                        let regex = super::special::string_regex(&spelled);
                        regex.is_some_and(|regex| regex.is_match(text.as_bytes()))
                    });
                    return (matched || self.may_be_any(t)) && then(self);
                }
                _ => {}
            }
        }
        let symbol = self.pattern.symbol(p);
        let interpolated = parts
            .iter()
            .any(|&part| self.pattern.kind(part) != Kind::StrPart);
        if interpolated {
            let flags = self.tree.node(t).flags;
            // `"..." "..."`: strings side by side.
            let joined = self.pattern.node(p).flags.has(Flags::JOINED) && flags.has(Flags::JOINED);
            if self.tree.kind(t) != Kind::Str || !joined && !flags.has(Flags::TEMPLATE) {
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
        (equal || self.may_be_any(t)) && then(self)
    }

    /// Whether `"..."` means the node: some string, known to be constant.
    fn is_any_string(&self, t: NodeId, template: bool) -> bool {
        let node = self.tree.node(t);
        if node.kind == Kind::Str {
            let is_template = node.flags.has(Flags::TEMPLATE);
            let constant = !node.symbol.is_none();
            if template {
                return is_template;
            }
            if constant {
                return true;
            }
        }
        !template && (matches!(self.value(t), Some(Value::Str(_))) || self.may_be_any(t))
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
                (None, _) => Span {
                    start: node.span.end.saturating_sub(1),
                    end: node.span.end.saturating_sub(1),
                },
            };
            // What has escapes reads otherwise than it is spelt.
            let mut parts = self.tree.children(t);
            let text = match (parts.next(), parts.next()) {
                (Some(only), None) => self.tree.text_of(only, self.file.text()),
                _ => self.file.source().show(span),
            };
            return Some((span, text));
        }
        match self.value(t)? {
            // Where the literal stands, if a name led to one.
            Value::Str(Some(text)) => {
                let span = match self.file.constants().literal(t).map(|l| self.content(l)) {
                    Some(Some((span, _))) => span,
                    _ => node.span,
                };
                Some((span, Cow::Borrowed(text)))
            }
            _ => None,
        }
    }
}
