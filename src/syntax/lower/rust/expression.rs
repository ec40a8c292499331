//! Expressions, patterns and types.

use super::{CstId, Flags, K, Kind, Role, Rust, Span, Symbol};
use crate::lang::Language;

impl Rust<'_, '_> {
    /// An expression. Chains that nest on the left are followed without recursion.
    pub(super) fn expression(&mut self, c: CstId, role: Role) {
        let f = self.f;
        let (mut c, mut role) = (c, role);
        let mut chain: Vec<CstId> = Vec::new();
        loop {
            let left = match self.k(c) {
                K::Scoped => self.lower.field(c, f.path),
                K::Field => self.lower.field(c, f.value),
                K::Call => self.lower.field(c, f.function),
                K::Index => self.lower.named(c).next(),
                K::Binary => self.lower.field(c, f.left),
                K::Try | K::Await => self.lower.named(c).next(),
                K::Parenthesized => {
                    if let Some(only) = self.lower.named(c).next() {
                        c = only;
                        continue;
                    }
                    None
                }
                K::MutPattern => {
                    if let Some(inner) = self.lower.named(c).find(|&i| self.k(i) != K::Visibility) {
                        c = inner;
                        continue;
                    }
                    None
                }
                K::GenericFunction => self.lower.field(c, f.function),
                _ => None,
            };
            let Some(left) = left else {
                self.deeper(c, role, |rust| rust.atom(c, role));
                break;
            };
            if self.pattern_call(c, left, role) {
                break;
            }
            let (kind, left_role) = match self.k(c) {
                K::Scoped | K::Field => (Kind::Attr, Role::Object),
                K::Call => (Kind::Call, Role::Callee),
                // A path with generics, as a generic type is.
                K::GenericFunction => (Kind::Type, Role::Name),
                K::Index => (Kind::Index, Role::Object),
                K::Try => (Kind::Question, Role::Item),
                K::Await => (Kind::Await, Role::Item),
                _ => (Kind::BinOp, Role::Left),
            };
            let id = self.lower.open(kind, role, c);
            let symbol = match self.k(c) {
                K::Scoped => Symbol::of("::"),
                K::Binary => {
                    let operator = self.lower.field(c, f.operator);
                    operator.map_or(Symbol::NONE, |o| self.lower.symbol(o))
                }
                _ => Symbol::NONE,
            };
            self.lower.builder.node_mut(id).symbol = symbol;
            chain.push(c);
            (c, role) = (left, left_role);
        }
        while let Some(c) = chain.pop() {
            self.deeper(c, Role::Item, |rust| rust.link(c));
            self.lower.close();
        }
    }

    /// What stands to the right of the inner expression in a link of a chain.
    fn link(&mut self, c: CstId) {
        let f = self.f;
        match self.k(c) {
            K::Scoped => self.word_field(c, f.name),
            K::Field => self.word_field(c, f.field),
            K::Call => {
                if let Some(arguments) = self.lower.field(c, f.arguments) {
                    self.items(arguments, Role::Arg);
                }
            }
            K::GenericFunction => {
                if let Some(types) = self.lower.field(c, f.type_arguments) {
                    self.items(types, Role::TypeParam);
                }
            }
            K::Index => {
                if let Some(index) = self.lower.named(c).nth(1) {
                    self.expression(index, Role::Index);
                }
            }
            K::Try | K::Await => {}
            _ => self.field(c, f.right, Role::Right),
        }
    }

    fn word_field(&mut self, c: CstId, field: u16) {
        if let Some(name) = self.lower.field(c, field) {
            self.lower.word(Kind::Ident, Role::Field, name);
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

    pub(super) fn atom(&mut self, c: CstId, role: Role) {
        let f = self.f;
        match self.k(c) {
            K::Identifier => {
                self.lower.word(Kind::Name, role, c);
            }
            K::Word => {
                self.lower.word(Kind::Ident, role, c);
            }
            K::String => self.string(c, role),
            K::Character => self.character(c, role),
            K::Integer => {
                let value = integer(self.lower.text(c));
                self.lower
                    .leaf_as(Kind::Int, role, self.lower.span(c), Symbol::of(value));
            }
            K::Float => {
                self.lower.leaf(Kind::Float, role, c);
            }
            K::Boolean => {
                self.lower.leaf(Kind::Bool, role, c);
            }
            K::Unary => {
                let operator = self.lower.token(c).to_vec();
                self.lower.open_named(Kind::UnOp, role, c, operator);
                self.items(c, Role::Item);
                self.lower.close();
            }
            K::Reference => {
                let mutable = self.lower.named(c).any(|m| self.lower.text(m) == b"mut");
                let symbol = if mutable { "&mut" } else { "&" };
                self.lower.open_named(Kind::Ref, role, c, symbol);
                self.items(c, Role::Item);
                self.lower.close();
            }
            K::Assignment => {
                let operator = self
                    .lower
                    .field(c, f.operator)
                    .map(|o| self.lower.symbol(o));
                let id = self.lower.open(Kind::Assign, role, c);
                self.lower.builder.node_mut(id).symbol = operator.unwrap_or_default();
                self.field(c, f.left, Role::Target);
                self.field(c, f.right, Role::Value);
                self.lower.close();
            }
            K::Cast => {
                self.lower.open(Kind::Cast, role, c);
                self.field(c, f.value, Role::Item);
                self.field(c, f.r#type, Role::Type);
                self.lower.close();
            }
            K::GenericType => {
                self.lower.open(Kind::Type, role, c);
                let mut parts = self.lower.named(c);
                if let Some(name) = parts.next() {
                    self.expression(name, Role::Name);
                }
                if let Some(arguments) = self.lower.field(c, f.type_arguments) {
                    self.items(arguments, Role::TypeParam);
                }
                self.lower.close();
            }
            K::Return => {
                self.lower.open(Kind::Return, role, c);
                self.items(c, Role::Item);
                self.lower.close();
            }
            K::Closure => self.closure(c, role),
            K::If => self.if_expression(c, role, false),
            K::LetCondition => {
                self.lower.open(Kind::Assign, role, c);
                self.field(c, f.pattern, Role::Target);
                self.field(c, f.value, Role::Value);
                self.lower.close();
            }
            K::Match => self.match_expression(c, role, false),
            K::While => {
                self.lower.open(Kind::While, role, c);
                self.field(c, f.condition, Role::Cond);
                self.block(self.lower.field(c, f.body), Role::Body, false);
                self.lower.close();
            }
            K::For => {
                self.lower.open(Kind::ForIn, role, c);
                self.field(c, f.pattern, Role::Target);
                self.field(c, f.value, Role::Iter);
                self.block(self.lower.field(c, f.body), Role::Body, false);
                self.lower.close();
            }
            K::Block => self.block(Some(c), role, false),
            K::Macro => self.macro_call(c, role),
            K::TokenTree => self.token_tree(c, role),
            K::Tuple => self.collection(Kind::Tuple, c, role),
            K::Array => self.collection(Kind::List, c, role),
            K::Struct | K::StructPattern => self.struct_expression(c, role),
            K::TupleStructPattern => {
                self.lower.open(Kind::Call, role, c);
                let mut parts = self.lower.named(c);
                if let Some(name) = parts.next() {
                    self.expression(name, Role::Callee);
                }
                for part in parts {
                    self.expression(part, Role::Arg);
                }
                self.lower.close();
            }
            K::ExpressionStatement | K::Let | K::Const | K::Function | K::Type | K::Use => {
                self.statement(c, role, &[]);
            }
            _ => self.raw(c, role),
        }
    }

    fn collection(&mut self, kind: Kind, c: CstId, role: Role) {
        self.lower.open(kind, role, c);
        self.items(c, Role::Item);
        self.lower.close();
    }

    fn closure(&mut self, c: CstId, role: Role) {
        let f = self.f;
        let id = self.lower.open(Kind::Func, role, c);
        let is_async = self.lower.has_token(c, b"async");
        let flags = Flags::LAMBDA
            .with(Flags::EXPRESSION)
            .with(Flags::ASYNC.when(is_async));
        self.lower.flag(id, flags);
        if let Some(parameters) = self.lower.field(c, f.parameters) {
            self.parameters(parameters);
        }
        self.field(c, f.return_type, Role::Type);
        if let Some(body) = self.lower.field(c, f.body) {
            if self.k(body) == K::Block {
                self.block(Some(body), Role::Body, true);
            } else {
                let span = self.lower.span(body);
                self.lower
                    .open_span(Kind::Block, Role::Body, Flags::IMPLICIT, span);
                self.lower
                    .open_span(Kind::Return, Role::Item, Flags::IMPLICIT, span);
                self.expression(body, Role::Item);
                self.lower.close();
                self.lower.close();
            }
        }
        self.lower.close();
    }

    pub(super) fn match_expression(&mut self, c: CstId, role: Role, returns: bool) {
        let f = self.f;
        self.lower.open(Kind::Match, role, c);
        self.field(c, f.value, Role::Value);
        if let Some(body) = self.lower.field(c, f.body) {
            for arm in self.lower.named(body) {
                if self.k(arm) == K::Arm {
                    self.arm(arm, returns);
                }
            }
        }
        self.lower.close();
    }

    pub(super) fn if_expression(&mut self, c: CstId, role: Role, returns: bool) {
        let f = self.f;
        let mut opened = 1;
        let mut current = c;
        self.lower.open(Kind::If, role, c);
        loop {
            self.field(current, f.condition, Role::Cond);
            self.block(
                self.lower.field(current, f.consequence),
                Role::Body,
                returns,
            );
            let otherwise = self.lower.field(current, f.alternative);
            let Some(otherwise) = otherwise.and_then(|e| self.lower.named(e).next()) else {
                break;
            };
            if self.k(otherwise) != K::If {
                self.block(Some(otherwise), Role::Else, returns);
                break;
            }
            let span = self.lower.span(otherwise);
            self.lower
                .open_span(Kind::Block, Role::Else, Flags::IMPLICIT, span);
            self.lower.open(Kind::If, Role::Item, otherwise);
            opened += 2;
            current = otherwise;
        }
        for _ in 0..opened {
            self.lower.close();
        }
    }

    fn arm(&mut self, c: CstId, returns: bool) {
        let f = self.f;
        let pattern = self.lower.field(c, f.pattern);
        if let Some(pattern) = pattern
            && self.lower.is_ellipsis(pattern)
        {
            self.lower.word(Kind::Ellipsis, Role::Item, pattern);
            return;
        }
        self.lower.open(Kind::Arm, Role::Item, c);
        if let Some(pattern) = pattern {
            let condition = self.lower.field(pattern, f.condition);
            for part in self.lower.named(pattern) {
                let role = if Some(part) == condition {
                    Role::Cond
                } else {
                    Role::Key
                };
                self.expression(part, role);
            }
        }
        if let Some(value) = self.lower.field(c, f.value) {
            if self.k(value) == K::Block {
                self.block(Some(value), Role::Body, returns);
            } else {
                let span = self.lower.span(value);
                self.lower
                    .open_span(Kind::Block, Role::Body, Flags::IMPLICIT, span);
                if !returns || !self.tail(value) {
                    let is_value =
                        returns && !self.is_statement(value) && !self.lower.is_ellipsis(value);
                    if is_value {
                        self.lower
                            .open_span(Kind::Return, Role::Item, Flags::IMPLICIT, span);
                        self.expression(value, Role::Item);
                        self.lower.close();
                    } else {
                        self.statement(value, Role::Item, &[]);
                    }
                }
                self.lower.close();
            }
        }
        self.lower.close();
    }

    /// `Name { field: value }`, in expressions and in patterns.
    fn struct_expression(&mut self, c: CstId, role: Role) {
        let f = self.f;
        self.lower.open(Kind::Dict, role, c);
        let name = self
            .lower
            .field(c, f.name)
            .or(self.lower.field(c, f.r#type));
        if let Some(name) = name {
            self.expression(name, Role::Callee);
        }
        let fields: Vec<CstId> = match self.lower.field(c, f.body) {
            Some(body) => self.lower.named(body).collect(),
            None => self
                .lower
                .named(c)
                .filter(|&field| Some(field) != name)
                .collect(),
        };
        for field in fields {
            self.struct_field(field);
        }
        self.lower.close();
    }

    fn struct_field(&mut self, c: CstId) {
        let f = self.f;
        match self.k(c) {
            K::FieldInitializer => {
                let id = self.lower.open(Kind::Pair, Role::Item, c);
                let key = self.lower.field(c, f.field).or(self.lower.field(c, f.name));
                let value = self
                    .lower
                    .field(c, f.value)
                    .or(self.lower.field(c, f.pattern));
                if let Some(key) = key {
                    self.lower.word(Kind::Ident, Role::Key, key);
                    if value.is_none() {
                        self.lower.flag(id, Flags::SHORTHAND);
                        self.lower.word(Kind::Name, Role::Value, key);
                    }
                }
                if let Some(value) = value {
                    self.expression(value, Role::Value);
                }
                self.lower.close();
            }
            K::ShorthandField => {
                if self.lower.is_ellipsis(c) {
                    self.lower.word(Kind::Ellipsis, Role::Item, c);
                    return;
                }
                let id = self.lower.open(Kind::Pair, Role::Item, c);
                self.lower.flag(id, Flags::SHORTHAND);
                self.lower.word(Kind::Ident, Role::Key, c);
                self.lower.word(Kind::Name, Role::Value, c);
                self.lower.close();
            }
            K::BaseField => {
                self.lower.open_named(Kind::Spread, Role::Item, c, "..");
                self.items(c, Role::Item);
                self.lower.close();
            }
            _ => {}
        }
    }

    fn string(&mut self, c: CstId, role: Role) {
        let contents: Vec<Span> = self
            .lower
            .named(c)
            .filter(|&part| self.k(part) == K::StringContent)
            .map(|part| self.lower.span(part))
            .collect();
        let id = self.lower.open(Kind::Str, role, c);
        let inner = match (contents.first(), contents.last()) {
            (Some(first), Some(last)) => Span {
                start: first.start,
                end: last.end,
            },
            _ => Span::default(),
        };
        let text = &self.lower.text[inner.range()];
        let bytes = self.lower.text(c).starts_with(b"b");
        self.lower.builder.node_mut(id).symbol = Symbol::of(text);
        self.lower.flag(id, Flags::BYTES.when(bytes));
        if !text.is_empty() {
            self.lower.string_part(inner, true);
        }
        self.lower.close();
    }

    /// A character is a string of one.
    fn character(&mut self, c: CstId, role: Role) {
        let span = self.lower.span(c);
        let text = self.lower.text(c);
        let quoted = &text[text.iter().position(|&b| b == b'\'').map_or(0, |i| i + 1)..];
        let inner = quoted.strip_suffix(b"'").unwrap_or(quoted);
        let value = match inner {
            [b'\\', quote @ (b'\'' | b'"')] => std::slice::from_ref(quote),
            other => other,
        };
        let id = self.lower.open(Kind::Str, role, c);
        self.lower.builder.node_mut(id).symbol = Symbol::of(value);
        let part = Span {
            start: span.end - 1 - value.len() as u32,
            end: span.end.saturating_sub(1),
        };
        self.lower.string_part(part, true);
        self.lower.close();
    }

    /// What has no shape of its own keeps the grammar's.
    pub(super) fn raw(&mut self, c: CstId, role: Role) {
        let name = self.lower.grammar_name(Language::Rust, c);
        let id = self.lower.open_named(Kind::Raw, role, c, name);
        for child in self.lower.children(c) {
            if !self.lower.node(child).named {
                self.lower.raw_token(child);
            } else if self.k(child) != K::Visibility {
                self.expression(child, Role::Item);
            }
        }
        self.lower.leaf_text(id, c);
        self.lower.close();
    }
}

/// The value of an integer literal in decimal, without its type.
fn integer(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text).replace('_', "");
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        Some("0b") => (&text[2..], 2),
        _ => (&text[..], 10),
    };
    let type_at = if radix == 16 {
        digits.find(['i', 'u'])
    } else {
        digits.find(char::is_alphabetic)
    };
    let digits = &digits[..type_at.unwrap_or(digits.len())];
    u128::from_str_radix(digits, radix).map_or_else(|_| text.clone(), |value| value.to_string())
}
