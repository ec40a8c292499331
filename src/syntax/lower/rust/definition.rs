//! Functions, types and what stands above them: attributes.

use super::{CstId, Flags, K, Kind, Role, Rust, Span, Symbol};

impl Rust<'_, '_> {
    /// The range of a definition begins at its first attribute.
    fn span_with(&self, c: CstId, attributes: &[CstId]) -> Span {
        let span = self.lower.span(c);
        let start = attributes
            .first()
            .map_or(span.start, |&first| self.lower.span(first).start);
        Span { start, ..span }
    }

    fn attributes(&mut self, attributes: &[CstId]) {
        for &attribute in attributes {
            self.lower.open(Kind::Decorator, Role::Decorator, attribute);
            for body in self.lower.named(attribute) {
                if self.k(body) == K::AttributeBody {
                    self.attribute(body);
                }
            }
            self.lower.close();
        }
    }

    /// `#[name(…)]` as a call, `#[name]` as a name.
    fn attribute(&mut self, c: CstId) {
        let f = self.f;
        let mut parts = self.lower.named(c);
        let Some(path) = parts.next() else { return };
        if let Some(arguments) = self.lower.field(c, f.arguments) {
            self.lower.open(Kind::Call, Role::Item, c);
            self.expression(path, Role::Callee);
            self.macro_arguments(arguments);
            self.lower.close();
        } else if let Some(value) = self.lower.field(c, f.value) {
            self.lower.open(Kind::Assign, Role::Item, c);
            self.expression(path, Role::Target);
            self.expression(value, Role::Value);
            self.lower.close();
        } else {
            self.expression(path, Role::Item);
        }
    }

    pub(super) fn function(&mut self, c: CstId, role: Role, attributes: &[CstId]) {
        let f = self.f;
        let span = self.span_with(c, attributes);
        let id = self.lower.open_span(Kind::Func, role, Flags::NONE, span);
        let modifiers = self
            .lower
            .named(c)
            .find(|&m| self.lower.text(m).starts_with(b"async"));
        self.lower.flag(id, Flags::ASYNC.when(modifiers.is_some()));
        self.attributes(attributes);
        if let Some(name) = self.lower.field(c, f.name) {
            self.lower.word(Kind::Ident, Role::Name, name);
        }
        if let Some(parameters) = self.lower.field(c, f.type_parameters) {
            self.items(parameters, Role::TypeParam);
        }
        if let Some(parameters) = self.lower.field(c, f.parameters) {
            self.parameters(parameters);
        }
        self.field(c, f.return_type, Role::Type);
        self.block(self.lower.field(c, f.body), Role::Body, true);
        self.lower.close();
    }

    pub(super) fn parameters(&mut self, c: CstId) {
        let f = self.f;
        for parameter in self.lower.children(c) {
            if !self.lower.node(parameter).named {
                if self.lower.text(parameter) == b"_" {
                    self.lower.open(Kind::Param, Role::Param, parameter);
                    self.lower.leaf(Kind::Ident, Role::Name, parameter);
                    self.lower.close();
                }
                continue;
            }
            if self.lower.is_ellipsis(parameter) {
                self.lower.word(Kind::Ellipsis, Role::Param, parameter);
                continue;
            }
            match self.k(parameter) {
                K::Attribute => continue,
                K::Parameter
                    if self
                        .lower
                        .field(parameter, f.pattern)
                        .is_some_and(|p| self.lower.is_ellipsis(p)) =>
                {
                    self.lower.word_span(
                        Kind::Ellipsis,
                        Role::Param,
                        Span {
                            end: self.lower.span(parameter).start
                                + super::super::placeholder::ELLIPSIS.len() as u32,
                            ..self.lower.span(parameter)
                        },
                    );
                    continue;
                }
                _ => {}
            }
            let id = self.lower.open(Kind::Param, Role::Param, parameter);
            let mutable = self
                .lower
                .named(parameter)
                .any(|m| self.lower.text(m) == b"mut");
            if mutable {
                self.lower.builder.node_mut(id).symbol = Symbol::of("mut");
            }
            match self.k(parameter) {
                K::Parameter => {
                    if let Some(pattern) = self.lower.field(parameter, f.pattern) {
                        self.binding(pattern);
                    }
                    self.field(parameter, f.r#type, Role::Type);
                }
                K::SelfParameter => {
                    let span = self.lower.span(parameter);
                    self.lower
                        .leaf_as(Kind::Ident, Role::Name, span, Symbol::of("self"));
                }
                _ => self.binding(parameter),
            }
            self.lower.close();
        }
    }

    /// The name that a parameter binds, or the pattern that takes it apart.
    fn binding(&mut self, c: CstId) {
        match self.k(c) {
            K::Identifier => {
                self.lower.word(Kind::Ident, Role::Name, c);
            }
            K::MutPattern => {
                if let Some(inner) = self.lower.named(c).last() {
                    self.binding(inner);
                }
            }
            _ => self.expression(c, Role::Name),
        }
    }

    /// A struct, enum, trait, implementation or module; the keyword is the symbol.
    pub(super) fn type_item(&mut self, c: CstId, role: Role, attributes: &[CstId]) {
        let f = self.f;
        let keyword = self.lower.children(c).find(|&k| {
            !self.lower.node(k).named
                && matches!(
                    self.lower.text(k),
                    b"struct" | b"enum" | b"union" | b"trait" | b"impl" | b"mod"
                )
        });
        let keyword = keyword.map_or(Symbol::NONE, |k| self.lower.symbol(k));
        let span = self.span_with(c, attributes);
        let id = self.lower.open_span(Kind::Class, role, Flags::NONE, span);
        self.lower.builder.node_mut(id).symbol = keyword;
        self.attributes(attributes);
        if let Some(name) = self.lower.field(c, f.name) {
            self.lower.word(Kind::Ident, Role::Name, name);
        }
        self.field(c, f.r#type, Role::Name);
        if let Some(parameters) = self.lower.field(c, f.type_parameters) {
            self.items(parameters, Role::TypeParam);
        }
        self.field(c, f.r#trait, Role::Base);
        if let Some(body) = self.lower.field(c, f.body) {
            if self.k(body) == K::FieldList {
                self.fields(body);
            } else {
                self.block(Some(body), Role::Body, false);
            }
        }
        self.lower.close();
    }

    fn fields(&mut self, c: CstId) {
        let f = self.f;
        self.lower.open(Kind::Block, Role::Body, c);
        let mut attributes = Vec::new();
        for child in self.lower.named(c) {
            match self.k(child) {
                K::Attribute => attributes.push(child),
                K::Visibility => {}
                K::FieldDeclaration => {
                    self.lower.open(Kind::Field, Role::Item, child);
                    self.attributes(&attributes);
                    if let Some(name) = self.lower.field(child, f.name) {
                        self.lower.word(Kind::Ident, Role::Name, name);
                    }
                    self.field(child, f.r#type, Role::Type);
                    self.lower.close();
                    attributes.clear();
                }
                _ => {
                    self.expression(child, Role::Item);
                    attributes.clear();
                }
            }
        }
        self.lower.close();
    }
}
