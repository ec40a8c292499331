//! Expressions.

use super::super::placeholder::Placeholder;
use super::{CstId, Flags, K, Kind, Role, Script, Span, Symbol};

impl Script<'_, '_> {
    /// An expression. Chains that nest on the left are followed without recursion.
    pub(super) fn expression(&mut self, c: CstId, role: Role) {
        let f = self.f;
        let (mut c, mut role) = (c, role);
        let mut chain: Vec<CstId> = Vec::new();
        let mut wrapped: Vec<(usize, Span)> = Vec::new();
        loop {
            let left = match self.k(c) {
                K::Member => self.lower.field(c, f.object).or(self.lower.named(c).next()),
                K::Call => self.lower.field(c, f.function),
                K::Subscript => self.lower.field(c, f.object),
                K::Binary => self.lower.field(c, f.left),
                kind @ (K::Parenthesized | K::NonNull | K::TypeAnnotation) => {
                    if let Some(only) = self.lower.named(c).next() {
                        // Those of `if (c)` belong to the statement.
                        if kind == K::Parenthesized && role != Role::Cond {
                            wrapped.push((self.lower.builder.len(), self.lower.span(c)));
                        }
                        c = only;
                        continue;
                    }
                    None
                }
                _ => None,
            };
            let Some(left) = left else {
                self.deeper(c, role, |script| script.atom(c, role));
                break;
            };
            if self.pattern_call(c, left, role) {
                break;
            }
            if let Some(callee) = self.awaited_callee(c, left) {
                self.lower.open(Kind::Await, role, c);
                let span = Span {
                    start: self.lower.span(callee).start,
                    ..self.lower.span(c)
                };
                self.lower
                    .open_span(Kind::Call, Role::Item, Flags::NONE, span);
                chain.extend([left, c]);
                (c, role) = (callee, Role::Callee);
                continue;
            }
            let (kind, left_role) = match self.k(c) {
                K::Member => (Kind::Attr, Role::Object),
                K::Call => (Kind::Call, Role::Callee),
                K::Subscript => (Kind::Index, Role::Object),
                _ => (Kind::BinOp, Role::Left),
            };
            let id = self.lower.open(kind, role, c);
            if kind == Kind::Call {
                let arguments = self.lower.field(c, f.arguments);
                let tagged = arguments.is_some_and(|a| self.k(a) == K::Template);
                self.lower.flag(id, Flags::TEMPLATE.when(tagged));
            }
            let optional = kind != Kind::BinOp && self.lower.field(c, f.optional_chain).is_some();
            self.lower.flag(id, Flags::OPTIONAL.when(optional));
            if kind == Kind::BinOp {
                let operator = self
                    .lower
                    .field(c, f.operator)
                    .map(|o| self.lower.symbol(o));
                self.lower.builder.node_mut(id).symbol = operator.unwrap_or_default();
            }
            chain.push(c);
            (c, role) = (left, left_role);
        }
        while let Some(c) = chain.pop() {
            self.deeper(c, Role::Item, |script| script.link(c));
            self.lower.close();
        }
        self.lower.widen(&wrapped);
    }

    /// What stands to the right of the inner expression in a link of a chain.
    fn link(&mut self, c: CstId) {
        let f = self.f;
        match self.k(c) {
            K::Member => {
                let last = self.lower.named(c).last();
                if let Some(name) = self.lower.field(c, f.property).or(last) {
                    self.lower.word(Kind::Ident, Role::Field, name);
                }
            }
            K::Call => self.call_rest(c),
            K::Subscript => self.field(c, f.index, Role::Index),
            K::Await => {}
            _ => self.field(c, f.right, Role::Right),
        }
    }

    /// What `await f<T>(x)` calls: the grammar reads it as `(await f)<T>(x)`.
    fn awaited_callee(&self, c: CstId, function: CstId) -> Option<CstId> {
        let is_generic = self.k(c) == K::Call && self.k(function) == K::Await;
        let types = is_generic
            .then(|| self.lower.field(c, self.f.type_arguments))
            .flatten();
        types.and_then(|_| self.lower.named(function).next())
    }

    fn call_rest(&mut self, c: CstId) {
        let f = self.f;
        if let Some(types) = self.lower.field(c, f.type_arguments) {
            self.items(types, Role::TypeParam);
        }
        let Some(arguments) = self.lower.field(c, f.arguments) else {
            return;
        };
        if self.k(arguments) == K::Template {
            self.expression(arguments, Role::Arg);
        } else {
            self.items(arguments, Role::Arg);
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

    fn atom(&mut self, c: CstId, role: Role) {
        let f = self.f;
        match self.k(c) {
            K::Identifier => {
                self.lower.word(Kind::Name, role, c);
            }
            K::Word => {
                self.lower.word(Kind::Ident, role, c);
            }
            K::String | K::Template => self.string(c, role),
            K::Number => {
                let text = String::from_utf8_lossy(self.lower.text(c)).into_owned();
                let (kind, value) = number(&text);
                self.lower
                    .leaf_as(kind, role, self.lower.span(c), Symbol::of(value));
            }
            K::True => {
                self.lower
                    .leaf_as(Kind::Bool, role, self.lower.span(c), Symbol::of("true"));
            }
            K::False => {
                self.lower
                    .leaf_as(Kind::Bool, role, self.lower.span(c), Symbol::of("false"));
            }
            K::Null => {
                self.lower
                    .leaf_as(Kind::Null, role, self.lower.span(c), Symbol::NONE);
            }
            K::Regex => self.regex(c, role),
            K::New => {
                self.lower.open(Kind::New, role, c);
                self.field(c, f.constructor, Role::Callee);
                self.call_rest(c);
                self.lower.close();
            }
            K::Unary => {
                let operator = self
                    .lower
                    .field(c, f.operator)
                    .map(|o| self.lower.symbol(o));
                let id = self.lower.open(Kind::UnOp, role, c);
                self.lower.builder.node_mut(id).symbol = operator.unwrap_or_default();
                self.field(c, f.argument, Role::Item);
                self.lower.close();
            }
            K::Ternary => {
                self.lower.open(Kind::Cond, role, c);
                self.field(c, f.condition, Role::Cond);
                self.field(c, f.consequence, Role::Body);
                self.field(c, f.alternative, Role::Else);
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
            // A default in a destructuring pattern.
            K::AssignmentPattern => {
                self.lower.open(Kind::Assign, role, c);
                self.field(c, f.left, Role::Target);
                self.field(c, f.right, Role::Value);
                self.lower.close();
            }
            K::Await => self.simple(Kind::Await, c, role),
            K::Yield => self.simple(Kind::Yield, c, role),
            K::Array => self.simple(Kind::List, c, role),
            K::Object => {
                self.lower.open(Kind::Dict, role, c);
                for property in self.lower.named(c) {
                    self.property(property);
                }
                self.lower.close();
            }
            K::Pair | K::ShorthandPattern | K::ObjectAssignment => self.property(c),
            K::Spread => {
                self.lower.open_named(Kind::Spread, role, c, "...");
                self.items(c, Role::Item);
                self.lower.close();
            }
            K::Cast => self.cast(c, role),
            K::FunctionExpression | K::Arrow => self.function(c, role, Flags::EXPRESSION),
            K::Method => self.function(c, role, Flags::METHOD),
            K::Class => self.class(c, role, &[]),
            K::JsxElement | K::JsxSelfClosing => self.element(c, role),
            K::JsxExpression => self.items(c, role),
            K::JsxAttribute => self.element_attribute(c),
            K::ExpressionStatement
            | K::VariableDeclaration
            | K::Block
            | K::If
            | K::For
            | K::ForIn
            | K::While
            | K::Try
            | K::Switch
            | K::Return
            | K::Throw
            | K::Empty
            | K::Import
            | K::Export
            | K::Function
            | K::Interface => self.statement(c, role),
            _ => self.raw(c, role),
        }
    }

    /// A property of an object or of a pattern that takes one apart.
    fn property(&mut self, c: CstId) {
        let f = self.f;
        match self.k(c) {
            K::Pair => {
                self.lower.open(Kind::Pair, Role::Item, c);
                if let Some(key) = self.lower.field(c, f.key) {
                    self.key(key, Role::Key);
                }
                self.field(c, f.value, Role::Value);
                self.lower.close();
            }
            K::Word | K::ShorthandPattern | K::Identifier => {
                if self
                    .lower
                    .placeholder(c)
                    .is_some_and(|p| !matches!(p, Placeholder::MetaVar(_)))
                {
                    self.lower.word(Kind::Ellipsis, Role::Item, c);
                    return;
                }
                let id = self.lower.open(Kind::Pair, Role::Item, c);
                self.lower.flag(id, Flags::SHORTHAND);
                self.lower.word(Kind::Ident, Role::Key, c);
                self.lower.word(Kind::Name, Role::Value, c);
                self.lower.close();
            }
            K::ObjectAssignment => {
                let id = self.lower.open(Kind::Pair, Role::Item, c);
                self.lower.flag(id, Flags::SHORTHAND);
                if let Some(name) = self.lower.field(c, f.left) {
                    self.lower.word(Kind::Ident, Role::Key, name);
                    self.lower.word(Kind::Name, Role::Value, name);
                }
                self.field(c, f.right, Role::Default);
                self.lower.close();
            }
            _ => self.expression(c, Role::Item),
        }
    }

    /// The name of a property or method; quotes make no difference.
    pub(super) fn key(&mut self, c: CstId, role: Role) {
        match self.k(c) {
            K::String => self.string_as_word(c, role),
            K::Identifier | K::Word => {
                self.lower.word(Kind::Ident, role, c);
            }
            _ => self.expression(c, role),
        }
    }

    fn cast(&mut self, c: CstId, role: Role) {
        self.lower.open(Kind::Cast, role, c);
        let mut parts: Vec<CstId> = self.lower.named(c).collect();
        if parts
            .first()
            .is_some_and(|&first| self.k(first) == K::TypeArguments)
        {
            parts.rotate_left(1);
        }
        if let Some(&value) = parts.first() {
            self.expression(value, Role::Item);
        }
        for &part in parts.iter().skip(1) {
            if self.k(part) == K::TypeArguments {
                self.items(part, Role::Type);
            } else {
                self.expression(part, Role::Type);
            }
        }
        self.lower.close();
    }

    fn string(&mut self, c: CstId, role: Role) {
        let template = self.k(c) == K::Template;
        let constant = !self
            .lower
            .named(c)
            .any(|part| self.k(part) == K::Substitution);
        let span = self.lower.span(c);
        let flags = Flags::TEMPLATE.when(template);
        let id = self.lower.open_span(Kind::Str, role, flags, span);
        let inner = Span {
            start: span.start + 1,
            end: span.end.saturating_sub(1).max(span.start + 1),
        };
        if constant {
            let text = &self.lower.text[inner.range()];
            self.lower.builder.node_mut(id).symbol = Symbol::of(text);
            if !inner.range().is_empty() {
                self.lower.string_part(inner, true);
            }
        } else {
            let mut start = inner.start;
            for part in self.lower.named(c) {
                if self.k(part) == K::Substitution {
                    let at = self.lower.span(part);
                    if start < at.start {
                        self.lower.string_part(
                            Span {
                                start,
                                end: at.start,
                            },
                            false,
                        );
                    }
                    start = at.end;
                    self.lower.open(Kind::Interp, Role::Item, part);
                    self.items(part, Role::Item);
                    self.lower.close();
                }
            }
            if start < inner.end {
                self.lower.string_part(
                    Span {
                        start,
                        end: inner.end,
                    },
                    false,
                );
            }
        }
        self.lower.close();
    }

    fn regex(&mut self, c: CstId, role: Role) {
        let pattern = self.lower.field(c, self.f.pattern);
        let span = pattern.map_or(self.lower.span(c), |p| self.lower.span(p));
        let text = &self.lower.text[span.range()];
        let symbol = Symbol::of(text);
        let id = self.lower.open(Kind::Regex, role, c);
        self.lower.builder.node_mut(id).symbol = symbol;
        self.lower.string_part(span, false);
        if let Some(flags) = self.lower.field(c, self.f.flags) {
            self.lower.leaf(Kind::Ident, Role::Name, flags);
        }
        self.lower.close();
    }

    /// What has no shape of its own keeps the grammar's.
    fn raw(&mut self, c: CstId, role: Role) {
        let name = self.lower.grammar_name(self.language, c);
        let id = self.lower.open_named(Kind::Raw, role, c, name);
        for child in self.lower.children(c) {
            if self.lower.node(child).named {
                self.expression(child, Role::Item);
            } else {
                self.lower.raw_token(child);
            }
        }
        self.lower.leaf_text(id, c);
        self.lower.close();
    }
}

/// The kind and value of a number.
fn number(text: &str) -> (Kind, String) {
    let plain = text.to_ascii_lowercase().replace('_', "");
    let digits = plain.trim_end_matches('n');
    let (digits, radix) = match digits.get(..2) {
        Some("0x") => (&digits[2..], 16),
        Some("0o") => (&digits[2..], 8),
        Some("0b") => (&digits[2..], 2),
        _ => (digits, 10),
    };
    match u128::from_str_radix(digits, radix) {
        Ok(value) => (Kind::Int, value.to_string()),
        // `1.0` is the number one.
        Err(_) => match digits.strip_suffix(".0").map(str::parse::<u64>) {
            Some(Ok(value)) => (Kind::Int, value.to_string()),
            _ => (Kind::Float, plain),
        },
    }
}
