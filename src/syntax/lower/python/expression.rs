//! Expressions.

use super::literal::integer;
use super::{CstId, Flags, K, Kind, Python, Role, Span, Symbol};
use crate::lang::Language;

impl Python<'_, '_> {
    /// An expression. Chains that nest on the left are followed without recursion.
    pub(super) fn expression(&mut self, c: CstId, role: Role) {
        let f = self.f;
        let (mut c, mut role) = (c, role);
        let mut chain: Vec<CstId> = Vec::new();
        let mut wrapped: Vec<(usize, Span)> = Vec::new();
        loop {
            let kind = self.k(c);
            let left = match kind {
                K::Attribute => self.lower.field(c, f.object),
                K::Call => self.lower.field(c, f.function),
                K::Subscript => self.lower.field(c, f.value),
                K::Binary => self.lower.field(c, f.left),
                K::Parenthesized => {
                    let mut inner = self.lower.named(c);
                    match (inner.next(), inner.next()) {
                        (Some(only), None) => {
                            wrapped.push((self.lower.builder.len(), self.lower.span(c)));
                            c = only;
                            continue;
                        }
                        _ => None,
                    }
                }
                K::Type => {
                    if let Some(inner) = self.lower.named(c).next() {
                        c = inner;
                        continue;
                    }
                    None
                }
                _ => None,
            };
            let Some(left) = left else {
                self.lower.deeper(c, role, |lower| {
                    Python {
                        lower,
                        kinds: self.kinds,
                        f,
                    }
                    .atom(c, role);
                });
                break;
            };
            if self.pattern_call(c, left, role) {
                break;
            }
            let node_role = role;
            let kind = match kind {
                K::Attribute => {
                    role = Role::Object;
                    Kind::Attr
                }
                K::Call => {
                    role = Role::Callee;
                    Kind::Call
                }
                K::Subscript => {
                    role = Role::Object;
                    Kind::Index
                }
                _ => {
                    role = Role::Left;
                    Kind::BinOp
                }
            };
            let id = self.lower.open(kind, node_role, c);
            if kind == Kind::BinOp {
                let operator = self.lower.token(c).to_vec();
                self.lower.builder.node_mut(id).symbol = Symbol::of(&operator);
                // `a and b and c` is one operation of three operands.
                let logical = operator == b"and" || operator == b"or";
                let inner = logical
                    && chain.last().is_some_and(|&outer| {
                        self.k(outer) == K::Binary && self.lower.token(outer) == operator
                    });
                self.lower.flag(id, Flags::IMPLICIT.when(inner));
            }
            chain.push(c);
            c = left;
        }
        while let Some(c) = chain.pop() {
            self.lower.deeper(c, Role::Item, |lower| {
                Python {
                    lower,
                    kinds: self.kinds,
                    f,
                }
                .link(c);
            });
            self.lower.close();
        }
        self.lower.widen(&wrapped);
    }

    /// What stands to the right of the inner expression in a link of a chain.
    fn link(&mut self, c: CstId) {
        let f = self.f;
        match self.k(c) {
            K::Attribute => {
                if let Some(name) = self.lower.field(c, f.attribute) {
                    self.lower.word(Kind::Ident, Role::Field, name);
                }
            }
            K::Call => {
                if let Some(arguments) = self.lower.field(c, f.arguments) {
                    self.arguments(arguments, Role::Arg);
                }
            }
            K::Subscript => self.subscripts(c),
            _ => self.field(c, f.right, Role::Right),
        }
    }

    /// The calls that stand for `<... e ...>` and `($X: T)` in a pattern.
    fn pattern_call(&mut self, c: CstId, function: CstId, role: Role) -> bool {
        let arguments = self.lower.field(c, self.f.arguments);
        let Some(arguments) = arguments.filter(|_| self.k(c) == K::Call) else {
            return false;
        };
        let operand = self.lower.open_operator(c, function, arguments, role);
        let Some((operand, role)) = operand else {
            return false;
        };
        self.expression(operand, role);
        self.lower.close();
        true
    }

    pub(super) fn arguments(&mut self, c: CstId, role: Role) {
        if self.k(c) == K::Comprehension {
            self.expression(c, role);
            return;
        }
        for argument in self.lower.named(c) {
            if self.k(argument) == K::KeywordArgument {
                self.lower.open(Kind::KwArg, role, argument);
                if let Some(name) = self.lower.field(argument, self.f.name) {
                    self.lower.word(Kind::Ident, Role::Name, name);
                }
                self.field(argument, self.f.value, Role::Value);
                self.lower.close();
            } else {
                self.expression(argument, role);
            }
        }
    }

    fn subscripts(&mut self, c: CstId) {
        let of = self.lower.field(c, self.f.value);
        let indices: Vec<CstId> = self.lower.named(c).filter(|&i| Some(i) != of).collect();
        if let [only] = indices[..] {
            self.expression(only, Role::Index);
            return;
        }
        let (Some(&first), Some(&last)) = (indices.first(), indices.last()) else {
            return;
        };
        let span = Span {
            start: self.lower.span(first).start,
            end: self.lower.span(last).end,
        };
        self.lower
            .open_span(Kind::Tuple, Role::Index, Flags::NONE, span);
        for index in indices {
            self.expression(index, Role::Item);
        }
        self.lower.close();
    }

    fn atom(&mut self, c: CstId, role: Role) {
        let f = self.f;
        match self.k(c) {
            K::Identifier | K::DottedName | K::Ellipsis => self.name(c, role),
            K::Assignment => {
                let id = self.lower.open(Kind::Assign, role, c);
                if let Some(operator) = self.lower.field(c, f.operator) {
                    self.lower.builder.node_mut(id).symbol = self.lower.symbol(operator);
                }
                self.field(c, f.left, Role::Target);
                self.field(c, f.r#type, Role::Type);
                self.field(c, f.right, Role::Value);
                self.lower.close();
            }
            K::NamedExpression => {
                self.lower.open(Kind::Assign, role, c);
                self.field(c, f.name, Role::Target);
                self.field(c, f.value, Role::Value);
                self.lower.close();
            }
            K::Comparison => self.comparison(c, role),
            K::Unary => {
                let operator = self.lower.token(c).to_vec();
                self.lower.open_named(Kind::UnOp, role, c, operator);
                self.field(c, f.argument, Role::Item);
                self.lower.close();
            }
            K::String => self.string(c, role, &[c]),
            K::ConcatenatedString => {
                let pieces: Vec<CstId> = self.lower.named(c).collect();
                self.string(c, role, &pieces);
            }
            K::Integer => {
                let value = integer(self.lower.text(c));
                self.lower
                    .leaf_as(Kind::Int, role, self.lower.span(c), Symbol::of(value));
            }
            K::Float => {
                self.lower.leaf(Kind::Float, role, c);
            }
            K::True => {
                self.lower
                    .leaf_as(Kind::Bool, role, self.lower.span(c), Symbol::of("true"));
            }
            K::False => {
                self.lower
                    .leaf_as(Kind::Bool, role, self.lower.span(c), Symbol::of("false"));
            }
            K::None => {
                self.lower
                    .leaf_as(Kind::Null, role, self.lower.span(c), Symbol::NONE);
            }
            K::List => self.collection(Kind::List, c, role),
            K::Tuple | K::Parenthesized => self.collection(Kind::Tuple, c, role),
            K::Set => self.collection(Kind::Set, c, role),
            K::Dictionary => self.collection(Kind::Dict, c, role),
            K::Pair => {
                self.lower.open(Kind::Pair, role, c);
                self.field(c, f.key, Role::Key);
                self.field(c, f.value, Role::Value);
                self.lower.close();
            }
            K::ListSplat | K::DictionarySplat => {
                let inner = self.lower.named(c).next();
                if let Some(inner) = inner.filter(|&inner| self.lower.is_ellipsis(inner)) {
                    self.lower.word(Kind::Ellipsis, role, inner);
                    return;
                }
                let stars = self.lower.token(c).to_vec();
                self.lower.open_named(Kind::Spread, role, c, stars);
                self.items(c, Role::Item);
                self.lower.close();
            }
            K::Comprehension => self.comprehension(c, role),
            K::Lambda => self.lambda(c, role),
            K::Conditional => {
                self.lower.open(Kind::Cond, role, c);
                let parts: Vec<CstId> = self.lower.named(c).collect();
                if let [then, condition, otherwise] = parts[..] {
                    self.expression(condition, Role::Cond);
                    self.expression(then, Role::Body);
                    self.expression(otherwise, Role::Else);
                }
                self.lower.close();
            }
            K::Await => self.collection(Kind::Await, c, role),
            K::Yield => self.collection(Kind::Yield, c, role),
            K::AsPatternTarget => {
                if let Some(inner) = self.lower.named(c).next() {
                    self.expression(inner, role);
                }
            }
            K::ExpressionStatement
            | K::If
            | K::For
            | K::While
            | K::With
            | K::Try
            | K::Function
            | K::Class
            | K::Decorated
            | K::Return
            | K::Raise
            | K::Import
            | K::ImportFrom
            | K::Match
            | K::Print
            | K::Exec
            | K::Block => self.statement(c, role),
            _ => self.raw(c, role),
        }
    }

    fn name(&mut self, c: CstId, role: Role) {
        self.lower.word(Kind::Name, role, c);
    }

    fn collection(&mut self, kind: Kind, c: CstId, role: Role) {
        self.lower.open(kind, role, c);
        self.items(c, Role::Item);
        self.lower.close();
    }

    /// `a < b` is an operation; a chain keeps the grammar's shape.
    fn comparison(&mut self, c: CstId, role: Role) {
        let operands: Vec<CstId> = self.lower.named(c).collect();
        let [left, right] = operands[..] else {
            self.raw(c, role);
            return;
        };
        let operator = self.lower.token(c).to_vec();
        self.lower.open_named(Kind::BinOp, role, c, operator);
        self.expression(left, Role::Left);
        self.expression(right, Role::Right);
        self.lower.close();
    }

    fn comprehension(&mut self, c: CstId, role: Role) {
        let id = self.lower.open(Kind::Comprehension, role, c);
        self.lower.builder.node_mut(id).symbol =
            Symbol::of(self.lower.text(c).get(..1).unwrap_or_default());
        self.field(c, self.f.body, Role::Value);
        for clause in self.lower.named(c) {
            match self.k(clause) {
                K::ForInClause => {
                    self.lower.open(Kind::CompFor, Role::Iter, clause);
                    self.field(clause, self.f.left, Role::Target);
                    // Conditions without parentheses may stand beside the iterated value.
                    for child in self.lower.named(clause) {
                        if self.lower.node(child).field == self.f.right {
                            self.expression(child, Role::Iter);
                        }
                    }
                    self.lower.close();
                }
                K::IfClause => self.items(clause, Role::Iter),
                _ => {}
            }
        }
        self.lower.close();
    }

    /// What has no shape of its own keeps the grammar's.
    fn raw(&mut self, c: CstId, role: Role) {
        let lower = &mut *self.lower;
        let name = lower.grammar_name(Language::Python, c);
        let id = lower.open_named(Kind::Raw, role, c, name);
        for child in lower.children(c) {
            if self.lower.node(child).named {
                self.expression(child, Role::Item);
            } else {
                self.lower.raw_token(child);
            }
        }
        let lower = &mut *self.lower;
        lower.leaf_text(id, c);
        lower.close();
    }
}
