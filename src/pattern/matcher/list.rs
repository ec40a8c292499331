//! Lists: arguments, parameters, elements, properties, members.

use super::super::bindings::Bound;
use super::{Matcher, Then};
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Siblings};

/// How the items of a list have to line up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// One by one; `...` skips any number.
    Ordered,
    /// One by one; what comes after the last is left open.
    First,
    /// In any order; what the pattern does not name may be there when `open`.
    Unordered { open: bool },
}

impl Matcher<'_> {
    /// The children of one role of a pattern node against those of a node.
    pub(super) fn list(
        &mut self,
        p: NodeId,
        role: Role,
        pattern: Siblings<'_>,
        target: Siblings<'_>,
        then: Then<'_>,
    ) -> bool {
        match self.order(p, role, pattern) {
            Order::Ordered => self.ordered(
                (pattern.next, pattern.stop),
                (target.next, target.stop),
                then,
            ),
            Order::First => {
                let stop = pattern.zip(target).last();
                let stop = stop.map_or(target.next, |(_, last)| self.tree.after(last));
                self.ordered((pattern.next, pattern.stop), (target.next, stop), then)
            }
            Order::Unordered { open } => {
                let mark = self.taken.len();
                let stop = self.unordered(
                    (pattern.next, pattern.stop),
                    (target.next, target.stop),
                    open,
                    then,
                );
                self.taken.truncate(mark);
                stop
            }
        }
    }

    fn order(&self, p: NodeId, role: Role, pattern: Siblings<'_>) -> Order {
        let kind = self.pattern.kind(p);
        let ellipsis = || {
            pattern
                .into_iter()
                .any(|item| self.pattern.kind(item) == Kind::Ellipsis)
        };
        match (kind, role) {
            (_, Role::Decorator | Role::Base | Role::Handler) => Order::Unordered { open: true },
            // Where the output of a command goes.
            (Kind::Call, Role::Default) => Order::Unordered { open: true },
            (Kind::ImportFrom, Role::Item) => Order::Unordered { open: true },
            (Kind::Element, Role::Param) => Order::Unordered {
                open: self.options.xml_attrs_implicit_ellipsis || ellipsis(),
            },
            (Kind::Element, Role::Item) if !ellipsis() => Order::First,
            (Kind::Dict, Role::Item) => {
                let closed = matches!(
                    self.tree.language,
                    Language::Python | Language::Json | Language::Yaml | Language::Toml
                );
                let open = !closed && self.options.implicit_ellipsis || ellipsis();
                Order::Unordered { open }
            }
            (Kind::Set, Role::Item) => Order::Unordered { open: ellipsis() },
            _ => Order::Ordered,
        }
    }

    /// The first item of `from` that no keyword of the pattern has taken.
    fn untaken(&self, from: NodeId, stop: NodeId) -> NodeId {
        let mut at = from;
        while at < stop && self.taken.contains(&at) {
            at = self.tree.after(at);
        }
        at
    }

    pub(super) fn ordered(
        &mut self,
        pattern: (NodeId, NodeId),
        target: (NodeId, NodeId),
        then: Then<'_>,
    ) -> bool {
        if self.steps == 0 {
            return false;
        }
        self.steps -= 1;
        let (p, p_stop) = pattern;
        let (t, t_stop) = (self.untaken(target.0, target.1), target.1);
        if p >= p_stop {
            return t >= t_stop && then(self);
        }
        let p_next = self.pattern.after(p);
        match self.pattern.kind(p) {
            Kind::Ellipsis => {
                // The last `...` takes all that is left.
                if p_next >= p_stop {
                    return then(self);
                }
                let mut at = t;
                loop {
                    if self.ordered((p_next, p_stop), (at, t_stop), then) {
                        return true;
                    }
                    if at >= t_stop {
                        return false;
                    }
                    at = self.untaken(self.tree.after(at), t_stop);
                }
            }
            Kind::MetaEllipsis => {
                let name = self.pattern.symbol(p);
                let mut at = t;
                loop {
                    let bound = Bound::Nodes { first: t, stop: at };
                    let stop = self.bind(name, bound, &mut |matcher| {
                        matcher.ordered((p_next, p_stop), (at, t_stop), then)
                    });
                    if stop {
                        return true;
                    }
                    if at >= t_stop {
                        return false;
                    }
                    at = self.tree.after(at);
                }
            }
            // A keyword argument stands anywhere among what is left.
            Kind::KwArg => {
                let mut at = t;
                while at < t_stop {
                    if self.tree.kind(at) == Kind::KwArg {
                        let mark = self.taken.len();
                        let stop = self.node(p, at, &mut |matcher| {
                            matcher.taken.push(at);
                            let stop = matcher.ordered((p_next, p_stop), (t, t_stop), then);
                            matcher.taken.pop();
                            stop
                        });
                        debug_assert_eq!(self.taken.len(), mark);
                        if stop {
                            return true;
                        }
                    }
                    at = self.untaken(self.tree.after(at), t_stop);
                }
                false
            }
            kind => {
                if t >= t_stop || self.tree.kind(t) == Kind::KwArg && kind != Kind::KwArg {
                    return false;
                }
                let t_next = self.tree.after(t);
                self.node(p, t, &mut |matcher| {
                    matcher.ordered((p_next, p_stop), (t_next, t_stop), then)
                })
            }
        }
    }

    pub(super) fn unordered(
        &mut self,
        pattern: (NodeId, NodeId),
        target: (NodeId, NodeId),
        open: bool,
        then: Then<'_>,
    ) -> bool {
        if self.steps == 0 {
            return false;
        }
        self.steps -= 1;
        let (p, p_stop) = pattern;
        let (t, t_stop) = target;
        if p >= p_stop {
            return (open || self.untaken(t, t_stop) >= t_stop) && then(self);
        }
        let p_next = self.pattern.after(p);
        match self.pattern.kind(p) {
            Kind::Ellipsis => return self.unordered((p_next, p_stop), target, true, then),
            Kind::MetaEllipsis => {
                let bound = Bound::Nodes {
                    first: t,
                    stop: t_stop,
                };
                let name = self.pattern.symbol(p);
                return self.bind(name, bound, &mut |matcher| {
                    matcher.unordered((p_next, p_stop), target, true, then)
                });
            }
            _ => {}
        }
        let mut at = self.untaken(t, t_stop);
        while at < t_stop {
            let stop = self.item(p, at, &mut |matcher| {
                matcher.taken.push(at);
                let stop = matcher.unordered((p_next, p_stop), target, open, then);
                matcher.taken.pop();
                stop
            });
            if stop {
                return true;
            }
            at = self.untaken(self.tree.after(at), t_stop);
        }
        false
    }

    /// One item of an unordered list; in the body of a class that is a statement.
    fn item(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        if self.pattern.kind(p) == Kind::ExprStmt {
            return self.statement(p, t, then);
        }
        self.node(p, t, then)
    }
}
