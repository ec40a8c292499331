//! Statements: blocks and sequences.

use super::super::bindings::Bound;
use super::{Matcher, Then};
use crate::syntax::{Flags, Kind, NodeId, Role, Symbol, Tree};

/// How far a sequence of statements reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Extent {
    pub(in super::super) start: u32,
    pub(in super::super) end: u32,
}

/// Where a sequence goes on.
#[derive(Clone, Copy)]
struct At {
    /// The next statement.
    next: NodeId,
    /// Where its own list ends.
    near: NodeId,
    /// Where the list ends that the sequence began in: `...` reaches into nested blocks.
    far: NodeId,
}

impl Matcher<'_> {
    /// A block of the pattern against a block: all of it, but for what `...` skips.
    pub(super) fn block(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let statements = self.p_children(p);
        // `if ($X) $Y`: the whole body, whatever it is.
        if let Some(name) = self.lone_metavariable(statements.next, statements.stop) {
            let only = self.tree.children(t);
            let one = only.next < only.stop && self.tree.after(only.next) == only.stop;
            let explicit = !self.pattern.node(p).flags.has(Flags::IMPLICIT);
            let implicit = self.tree.node(t).flags.has(Flags::IMPLICIT);
            if one && (implicit || explicit) {
                return self.statement(statements.next, only.next, then);
            }
            return self.bind(name, Bound::Node(t), then);
        }
        // A body without braces that is one expression: `x => e` and `(x) => $E`.
        let target = self.tree.children(t);
        if self.in_class(p) {
            let mark = self.taken.len();
            let pattern = (statements.next, statements.stop);
            let open = self.options.implicit_ellipsis
                || statements
                    .into_iter()
                    .any(|s| self.pattern.kind(s) == Kind::Ellipsis);
            let stop = self.unordered(pattern, (target.next, target.stop), open, then);
            self.taken.truncate(mark);
            return stop;
        }
        let at = At {
            next: target.next,
            near: target.stop,
            far: target.stop,
        };
        // With `...` somewhere, what comes after the last statement of the pattern is left open.
        let open = statements
            .into_iter()
            .any(|s| self.pattern.kind(s) == Kind::Ellipsis);
        self.sequence((statements.next, statements.stop), at, open, &mut |m, _| {
            then(m)
        })
    }

    fn in_class(&self, p: NodeId) -> bool {
        let parent = self.pattern.node(p).parent;
        self.pattern.kind(parent) == Kind::Class && self.pattern.node(p).role == Role::Body
    }

    fn lone_metavariable(&self, first: NodeId, stop: NodeId) -> Option<crate::syntax::Symbol> {
        if first >= stop || self.pattern.after(first) < stop {
            return None;
        }
        if self.pattern.kind(first) != Kind::ExprStmt {
            return None;
        }
        let inner = self.p_children(first).next()?;
        (self.pattern.kind(inner) == Kind::MetaVar).then(|| self.pattern.symbol(inner))
    }

    /// Statements of a pattern at one place of a list; what follows there is left alone.
    pub(in super::super) fn statements_at(
        &mut self,
        pattern: (NodeId, NodeId),
        first: NodeId,
        stop: NodeId,
        then: &mut dyn FnMut(&mut Matcher<'_>, Extent) -> bool,
    ) -> bool {
        let at = At {
            next: first,
            near: stop,
            far: stop,
        };
        let start = self.tree.span(first).start;
        self.sequence(pattern, at, true, &mut |matcher, end| {
            then(
                matcher,
                Extent {
                    start,
                    end: end.max(start),
                },
            )
        })
    }

    /// `then` gets where the last statement ends that was matched or skipped.
    fn sequence(
        &mut self,
        pattern: (NodeId, NodeId),
        at: At,
        open: bool,
        then: &mut dyn FnMut(&mut Matcher<'_>, u32) -> bool,
    ) -> bool {
        self.sequence_from(pattern, at, open, 0, then)
    }

    fn sequence_from(
        &mut self,
        pattern: (NodeId, NodeId),
        at: At,
        open: bool,
        end: u32,
        then: &mut dyn FnMut(&mut Matcher<'_>, u32) -> bool,
    ) -> bool {
        if self.steps == 0 {
            return false;
        }
        self.steps -= 1;
        let (p, p_stop) = pattern;
        if p >= p_stop {
            return (open || at.next >= at.far) && then(self, end);
        }
        let p_next = self.pattern.after(p);
        if matches!(self.pattern.kind(p), Kind::Ellipsis | Kind::MetaEllipsis) {
            return self.skip_to(p, (p_next, p_stop), at, open, end, then);
        }
        if at.next >= at.near {
            return false;
        }
        let t = at.next;
        let after = At {
            next: self.tree.after(t),
            ..at
        };
        let end = end.max(self.tree.span(t).end);
        self.statement(p, t, &mut |matcher| {
            matcher.sequence_from((p_next, p_stop), after, open, end, then)
        })
    }

    /// `...` and what follows it: at this statement, or at any later one, nested ones included.
    fn skip_to(
        &mut self,
        p: NodeId,
        rest: (NodeId, NodeId),
        at: At,
        open: bool,
        end: u32,
        then: &mut dyn FnMut(&mut Matcher<'_>, u32) -> bool,
    ) -> bool {
        let named = self.pattern.kind(p) == Kind::MetaEllipsis;
        if rest.0 >= rest.1 {
            // Nothing follows: all that is left in the list is skipped.
            let end = end.max(self.last_end(at));
            if named {
                let bound = Bound::Nodes {
                    first: at.next,
                    stop: at.near,
                };
                return self.bind(self.pattern.symbol(p), bound, &mut |m| then(m, end));
            }
            return then(self, end);
        }
        let mut next = at.next;
        let mut near = at.near;
        let mut end = end;
        let top = at.near;
        // At the end of a nested list the outer one goes on.
        if next >= near && next < at.far {
            let Some(following) = self.following(NodeId(next.0 - 1), at.far) else {
                return false;
            };
            next = following;
            near = self.tree.after(self.tree.node(next).parent).min(at.far);
        }
        loop {
            let here = At {
                next,
                near,
                far: at.far,
            };
            let stop = if named {
                let bound = Bound::Nodes {
                    first: at.next,
                    stop: next,
                };
                self.bind(self.pattern.symbol(p), bound, &mut |matcher| {
                    matcher.sequence_from(rest, here, open, end, then)
                })
            } else {
                self.sequence_from(rest, here, open, end, then)
            };
            if stop || self.steps == 0 {
                return stop;
            }
            let following = if self.options.go_deeper_stmt {
                self.following(next, at.far)
            } else {
                Some(self.tree.after(next)).filter(|&after| after < at.near)
            };
            let Some(following) = following else {
                return false;
            };
            next = following;
            let parent = self.tree.node(next).parent;
            near = self.tree.after(parent).min(at.far);
            if parent_list_is(self.tree, next, top) {
                near = top;
            }
            // What `...` passes belongs to the range, the whole of a block that it enters too.
            let outermost = self.outermost(next, at.next, at.near);
            end = end.max(self.tree.span(outermost).start);
            if outermost != next {
                end = end.max(self.tree.span(outermost).end);
            }
        }
    }

    /// Where the last statement of a list ends, zero where none is left.
    fn last_end(&self, at: At) -> u32 {
        if at.next >= at.near {
            return 0;
        }
        // The node before the list's end is the last descendant of its last statement.
        let last = NodeId(at.near.0 - 1);
        let top = self
            .tree
            .ancestors(last)
            .take_while(|&a| a >= at.next)
            .last();
        self.tree.span(top.unwrap_or(last)).end
    }

    /// The next statement in the order of the text, nested ones included.
    fn following(&self, after: NodeId, far: NodeId) -> Option<NodeId> {
        let mut at = after.0 + 1;
        while at < far.0 {
            let node = self.tree.node(NodeId(at));
            if node.role == Role::Item
                && matches!(
                    self.tree.kind(node.parent),
                    Kind::Block | Kind::Module | Kind::Element
                )
            {
                return Some(NodeId(at));
            }
            at += 1;
        }
        None
    }

    /// The statement of the outer list that a nested statement lies in.
    /// That list begins at or before `first` and ends at `near`.
    fn outermost(&self, inner: NodeId, first: NodeId, near: NodeId) -> NodeId {
        let mut outer = inner;
        for ancestor in self.tree.ancestors(inner) {
            if self.tree.after(ancestor) > near || ancestor < first {
                break;
            }
            let block = self.tree.node(ancestor).role == Role::Item
                && matches!(
                    self.tree.kind(self.tree.node(ancestor).parent),
                    Kind::Block | Kind::Module
                );
            if block {
                outer = ancestor;
            }
        }
        outer
    }

    /// One statement. An expression matches wherever it stands in a statement.
    pub(super) fn statement(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        // What is exported is also a statement of its own.
        if self.tree.kind(t) == Kind::Export && self.pattern.kind(p) != Kind::Export {
            let inner = self.tree.children(t).last();
            return inner.is_some_and(|inner| self.statement(p, inner, then));
        }
        if self.pattern.kind(p) != Kind::ExprStmt {
            return self.node(p, t, then);
        }
        let Some(expression) = self.p_children(p).next() else {
            return false;
        };
        if self.tree.kind(t) == Kind::Block {
            return false;
        }
        let whole = self.tree.kind(t) == Kind::ExprStmt;
        if self.pattern.kind(expression) == Kind::MetaVar {
            let bound = if whole {
                self.tree.children(t).next().unwrap_or(t)
            } else {
                t
            };
            return self.node(expression, bound, then);
        }
        if !self.options.implicit_deep_exprstmt || self.pattern.kind(expression) == Kind::Deep {
            let inner = if whole {
                self.tree.children(t).next()
            } else {
                None
            };
            return self.node(expression, inner.unwrap_or(t), then);
        }
        // The heads of `if`, `for` and the like are no part of a sequence.
        let reached = matches!(
            self.tree.kind(t),
            Kind::ExprStmt | Kind::VarDecl | Kind::Assign | Kind::Return
        );
        if !reached {
            return false;
        }
        let alike = |kind: Kind| kind.is_expression() || kind == self.pattern.kind(expression);
        if let Some(found) = self.candidates(expression, t..self.tree.after(t)) {
            let tree = self.tree;
            let reached = |id: NodeId| {
                let mut between = tree.ancestors(id).take_while(|&above| above > t);
                between.all(|above| !hides(tree, above) && tree.node(above).role != Role::Target)
            };
            return found
                .into_iter()
                .any(|id| alike(tree.kind(id)) && reached(id) && self.node(expression, id, then));
        }
        let mut at = t.0;
        let end = self.tree.node(t).end;
        while at < end {
            let id = NodeId(at);
            let node = self.tree.node(id);
            if alike(node.kind) && self.node(expression, id, then) {
                return true;
            }
            at = if hides(self.tree, id) || node.role == Role::Target {
                node.end
            } else {
                at + 1
            };
        }
        false
    }
}

/// Whether an expression may run its parts never, often or later: a statement of a pattern does
/// not mean what stands in there. A command that a shell substitutes runs at once.
fn hides(tree: &Tree, id: NodeId) -> bool {
    match tree.kind(id) {
        Kind::Func
        | Kind::Class
        | Kind::Block
        | Kind::Cond
        | Kind::Comprehension
        | Kind::Index
        | Kind::New
        | Kind::Element => true,
        Kind::Raw => tree.symbol(id) != Symbol::of("substitution"),
        _ => false,
    }
}

fn parent_list_is(tree: &Tree, statement: NodeId, top: NodeId) -> bool {
    tree.after(tree.node(statement).parent) == top
}
