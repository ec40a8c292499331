//! Checks of each part of a value, and of each member of a list: `all(c.isalnum() for c in name)`,
//! `name.chars().all(|c| c.is_ascii_digit())`, `ALLOWED.some((a) => a === name)`.

use super::guard::PREDICATES;
use super::value::{Place, State};
use super::walk::Walk;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// Conditions nest no deeper than this.
const MAX_DEPTH: u32 = 8;

/// A function of one parameter, by what it returns: a closure, or the element of a comprehension.
#[derive(Clone, Copy)]
pub(super) struct Test {
    param: Symbol,
    body: NodeId,
}

impl Walk<'_> {
    /// The test that a closure is.
    pub(super) fn test_of(&self, closure: NodeId) -> Option<Test> {
        let tree = self.tree;
        if tree.kind(closure) != Kind::Func {
            return None;
        }
        let param = tree.child(tree.child(closure, Role::Param)?, Role::Name)?;
        // `|&c|` binds `c`.
        let param = tree
            .subtree(param)
            .find(|&part| matches!(tree.kind(part), Kind::Name | Kind::Ident))?;
        let body = tree.child(closure, Role::Body)?;
        let mut statements = tree.children(body);
        let only = statements.next().filter(|_| statements.next().is_none())?;
        let body = match tree.kind(only) {
            Kind::Return => tree.children(only).next()?,
            _ => return None,
        };
        let param = tree.symbol(param);
        Some(Test { param, body })
    }

    /// The test of a comprehension of one clause, and what it runs over.
    pub(super) fn test_of_comprehension(&self, node: NodeId) -> Option<(Test, NodeId)> {
        let tree = self.tree;
        if tree.kind(node) != Kind::Comprehension {
            return None;
        }
        let mut clauses = tree.role(node, Role::Iter);
        let clause = clauses.next().filter(|_| clauses.next().is_none())?;
        let param = tree.symbol(tree.child(clause, Role::Target)?);
        let body = tree.child(node, Role::Value)?;
        Some((Test { param, body }, tree.child(clause, Role::Iter)?))
    }

    /// Whether only harmless characters pass a test that is given as a function.
    pub(super) fn passes_harmless_only(&self, test: NodeId) -> bool {
        let tree = self.tree;
        match tree.kind(test) {
            Kind::Func => self.test_of(test).is_some_and(|test| self.is_strict(test)),
            // `char::is_alphanumeric`
            Kind::Attr => tree.child(test, Role::Field).is_some_and(|name| {
                let name = tree.symbol(name);
                PREDICATES.iter().any(|of| name == Symbol::of(of))
            }),
            _ => false,
        }
    }

    /// Whether only harmless characters pass.
    pub(super) fn is_strict(&self, test: Test) -> bool {
        self.is_strict_at(test.body, test.param, 0)
    }

    fn is_strict_at(&self, node: NodeId, param: Symbol, depth: u32) -> bool {
        let tree = self.tree;
        if depth > MAX_DEPTH {
            return false;
        }
        let is_param = |node: NodeId| self.stands_for(node, param);
        match tree.kind(node) {
            Kind::BinOp => {
                let operator = tree.symbol(node);
                let is = |names: &[&str]| names.iter().any(|name| operator == Symbol::of(name));
                let mut operands = tree.children(node);
                if is(&["or", "||"]) {
                    return operands.all(|operand| self.is_strict_at(operand, param, depth + 1));
                }
                if is(&["and", "&&"]) {
                    return operands.any(|operand| self.is_strict_at(operand, param, depth + 1));
                }
                let (Some(left), Some(right)) = (operands.next(), operands.next()) else {
                    return false;
                };
                let literal = |node| super::constant::is_literal(self.file, node);
                if is(&["in"]) {
                    return is_param(left) && self.is_written_down(right);
                }
                is(&["==", "==="])
                    && (is_param(left) && literal(right) || is_param(right) && literal(left))
            }
            Kind::Call => {
                let Some((object, name, arguments)) = self.method_call(node) else {
                    return false;
                };
                let is = |names: &[&str]| names.iter().any(|of| name == Symbol::of(of));
                if is_param(object) {
                    return is(PREDICATES);
                }
                is(&["contains", "includes", "has"])
                    && arguments.first().is_some_and(|first| is_param(*first))
                    && self.is_written_down(object)
            }
            // `matches!(c, 'a'..='z' | '_')`
            Kind::Macro => {
                let mut arguments = tree.role(node, Role::Arg);
                let named = tree
                    .child(node, Role::Callee)
                    .is_some_and(|callee| tree.symbol(callee) == Symbol::of("matches"));
                named
                    && arguments.next().is_some_and(is_param)
                    && arguments
                        .next()
                        .is_some_and(|pattern| super::constant::is_literal(self.file, pattern))
            }
            _ => false,
        }
    }

    /// Whether a collection or a text stands in the file as a literal.
    fn is_written_down(&self, node: NodeId) -> bool {
        super::constant::is_literal(self.file, node)
            || super::constant::is_constant_collection(self.file, node)
            || super::constant::constant_text(self.file, node, 0).is_some()
    }

    /// Whether an expression is a parameter: by itself, borrowed, or as the same text.
    fn stands_for(&self, node: NodeId, param: Symbol) -> bool {
        let tree = self.tree;
        let mut at = node;
        for _ in 0..MAX_DEPTH {
            match tree.kind(at) {
                Kind::Name => return tree.symbol(at) == param,
                Kind::Ref | Kind::UnOp | Kind::Cast => {
                    let Some(inner) = tree.children(at).next() else {
                        return false;
                    };
                    at = inner;
                }
                Kind::Call => match self.method_call(at) {
                    Some((object, name, arguments))
                        if arguments.is_empty() && super::checks::keeps(name) =>
                    {
                        at = object;
                    }
                    _ => return false,
                },
                _ => return false,
            }
        }
        false
    }

    /// What a test compares a member of a list with, so that it passes for that member alone.
    pub(super) fn compared_with_member(&self, test: Test) -> Option<NodeId> {
        let tree = self.tree;
        let (left, right) = match tree.kind(test.body) {
            Kind::BinOp => {
                let operator = tree.symbol(test.body);
                let mut operands = tree.children(test.body);
                let both = (operands.next()?, operands.next()?);
                [Symbol::of("=="), Symbol::of("===")]
                    .contains(&operator)
                    .then_some(both)?
            }
            Kind::Call => {
                let (object, name, arguments) = self.method_call(test.body)?;
                [Symbol::of("eq"), Symbol::of("eq_ignore_ascii_case")]
                    .contains(&name)
                    .then_some((object, *arguments.first()?))?
            }
            _ => return None,
        };
        match (
            self.stands_for(left, test.param),
            self.stands_for(right, test.param),
        ) {
            (true, false) => Some(right),
            (false, true) => Some(left),
            _ => None,
        }
    }

    /// `any(x == a for a in ALLOWED)`, `all(c in 'abc' for c in x)`, `ALLOWED.some((a) => a === x)`.
    pub(super) fn guarded_by_members(
        &mut self,
        every: bool,
        list: NodeId,
        test: Test,
        state: &State,
    ) -> Vec<Place> {
        if every {
            return if self.is_strict(test) {
                self.validated(list, 0)
            } else {
                Vec::new()
            };
        }
        match self.compared_with_member(test) {
            Some(value) if self.is_safe_collection(list, state) => self.validated(value, 0),
            _ => Vec::new(),
        }
    }
}
