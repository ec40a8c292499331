//! Functions, classes, imports and exports.

use super::{CstId, Flags, K, Kind, Role, Script, Span, Symbol};

impl Script<'_, '_> {
    /// A function in any form.
    pub(super) fn function(&mut self, c: CstId, role: Role, flags: Flags) {
        let f = self.f;
        let id = self.lower.open(Kind::Func, role, c);
        let lambda = self.k(c) == K::Arrow;
        let flags = flags
            .with(Flags::ASYNC.when(self.lower.has_token(c, b"async")))
            .with(Flags::GENERATOR.when(self.lower.has_token(c, b"*")))
            .with(Flags::STATIC.when(self.lower.has_token(c, b"static")))
            .with(Flags::LAMBDA.when(lambda));
        self.lower.flag(id, flags);
        self.decorators(c);
        if let Some(name) = self.lower.field(c, f.name) {
            self.key(name, Role::Name);
        }
        self.type_parameters(c);
        if let Some(parameter) = self.lower.field(c, f.parameter) {
            self.parameter(parameter);
        }
        if let Some(parameters) = self.lower.field(c, f.parameters) {
            for parameter in self.lower.named(parameters) {
                self.parameter(parameter);
            }
        }
        self.field(c, f.return_type, Role::Type);
        if let Some(body) = self.lower.field(c, f.body) {
            if self.k(body) == K::Block {
                self.body(Some(body), Role::Body);
            } else {
                self.arrow_body(body);
            }
        }
        self.lower.close();
    }

    /// `x => value` returns its value.
    fn arrow_body(&mut self, c: CstId) {
        let span = self.lower.span(c);
        self.lower
            .open_span(Kind::Block, Role::Body, Flags::IMPLICIT, span);
        self.lower
            .open_span(Kind::Return, Role::Item, Flags::IMPLICIT, span);
        self.expression(c, Role::Item);
        self.lower.close();
        self.lower.close();
    }

    fn decorators(&mut self, c: CstId) {
        for child in self.lower.named(c) {
            if self.k(child) == K::Decorator {
                self.lower.open(Kind::Decorator, Role::Decorator, child);
                self.items(child, Role::Item);
                self.lower.close();
            }
        }
    }

    fn type_parameters(&mut self, c: CstId) {
        if let Some(parameters) = self.lower.field(c, self.f.type_parameters) {
            self.items(parameters, Role::TypeParam);
        }
    }

    fn parameter(&mut self, c: CstId) {
        let f = self.f;
        if self.lower.is_ellipsis(c) {
            self.lower.word(Kind::Ellipsis, Role::Param, c);
            return;
        }
        let (name, default) = match self.k(c) {
            K::Parameter => (self.lower.field(c, f.pattern), self.lower.field(c, f.value)),
            K::AssignmentPattern => (self.lower.field(c, f.left), self.lower.field(c, f.right)),
            _ => (Some(c), None),
        };
        if let Some(name) = name.filter(|&name| self.lower.is_ellipsis(name)) {
            self.lower.word(Kind::Ellipsis, Role::Param, name);
            return;
        }
        let id = self.lower.open(Kind::Param, Role::Param, c);
        self.decorators(c);
        if let Some(name) = name {
            match self.k(name) {
                K::Identifier => {
                    self.lower.word(Kind::Ident, Role::Name, name);
                }
                K::Spread => {
                    self.lower.builder.node_mut(id).symbol = Symbol::of("...");
                    if let Some(inner) = self.lower.named(name).next() {
                        if self.k(inner) == K::Identifier {
                            self.lower.word(Kind::Ident, Role::Name, inner);
                        } else {
                            self.expression(inner, Role::Name);
                        }
                    }
                }
                _ => self.expression(name, Role::Name),
            }
        }
        self.field(c, f.r#type, Role::Type);
        if let Some(default) = default {
            self.expression(default, Role::Default);
        }
        self.lower.close();
    }

    /// A class. What decorates an exported class may stand before the `export`.
    pub(super) fn class(&mut self, c: CstId, role: Role, outer: &[CstId]) {
        let f = self.f;
        let keyword = if self.k(c) == K::Interface {
            "interface"
        } else {
            "class"
        };
        let span = self.lower.span(c);
        let start = outer
            .first()
            .map_or(span.start, |&first| self.lower.span(first).start);
        let span = Span { start, ..span };
        let id = self.lower.open_span(Kind::Class, role, Flags::NONE, span);
        self.lower.builder.node_mut(id).symbol = Symbol::of(keyword);
        for &decorator in outer {
            self.lower.open(Kind::Decorator, Role::Decorator, decorator);
            self.items(decorator, Role::Item);
            self.lower.close();
        }
        self.decorators(c);
        if let Some(name) = self.lower.field(c, f.name) {
            self.lower.word(Kind::Ident, Role::Name, name);
        }
        self.type_parameters(c);
        for child in self.lower.named(c) {
            match self.k(child) {
                K::ClassHeritage => self.heritage(child),
                K::HeritageClause => self.items(child, Role::Base),
                _ => {}
            }
        }
        if let Some(body) = self.lower.field(c, f.body) {
            self.deeper(body, Role::Body, |script| {
                script.lower.open(Kind::Block, Role::Body, body);
                for member in script.lower.named(body) {
                    script.member(member);
                }
                script.lower.close();
            });
        }
        self.lower.close();
    }

    fn heritage(&mut self, c: CstId) {
        for child in self.lower.named(c) {
            if self.k(child) == K::HeritageClause {
                let arguments = self.f.type_arguments;
                for base in self.lower.named(child) {
                    if self.lower.node(base).field != arguments {
                        self.expression(base, Role::Base);
                    }
                }
            } else {
                self.expression(child, Role::Base);
            }
        }
    }

    fn member(&mut self, c: CstId) {
        let f = self.f;
        match self.k(c) {
            K::Method => self.function(c, Role::Item, Flags::METHOD),
            K::Field => {
                let name = self
                    .lower
                    .field(c, f.property)
                    .or(self.lower.field(c, f.name));
                let value = self.lower.field(c, f.value);
                if value.is_none()
                    && let Some(name) = name.filter(|&name| self.lower.is_ellipsis(name))
                {
                    self.lower.word(Kind::Ellipsis, Role::Item, name);
                    return;
                }
                let id = self.lower.open(Kind::Field, Role::Item, c);
                let is_static = self.lower.has_token(c, b"static");
                self.lower.flag(id, Flags::STATIC.when(is_static));
                self.decorators(c);
                if let Some(name) = name {
                    self.key(name, Role::Name);
                }
                self.field(c, f.r#type, Role::Type);
                if let Some(value) = value {
                    self.expression(value, Role::Value);
                }
                self.lower.close();
            }
            // A decorator of the next member; tree-sitter gives it to the member in most grammars.
            K::Decorator => {
                self.lower.open(Kind::Decorator, Role::Item, c);
                self.items(c, Role::Item);
                self.lower.close();
            }
            _ => self.statement(c, Role::Item),
        }
    }

    pub(super) fn import(&mut self, c: CstId, role: Role) {
        let f = self.f;
        let source = self.lower.field(c, f.source);
        let mut clause = None;
        for child in self.lower.named(c) {
            match self.k(child) {
                K::ImportClause => clause = Some(child),
                // `import x = require("m")`
                K::ImportRequire => {
                    self.lower.open(Kind::Import, role, c);
                    if let Some(source) = self.lower.field(child, f.source) {
                        self.module(source);
                    }
                    if let Some(name) = self.lower.named(child).next() {
                        self.lower.word(Kind::Ident, Role::Name, name);
                    }
                    self.lower.close();
                    return;
                }
                _ => {}
            }
        }
        let Some(clause) = clause else {
            self.lower.open(Kind::Import, role, c);
            if let Some(source) = source {
                self.module(source);
            }
            self.lower.close();
            return;
        };
        let parts: Vec<CstId> = self.lower.named(clause).collect();
        let namespace = parts
            .iter()
            .find(|&&part| self.k(part) == K::NamespaceImport)
            .copied();
        if let Some(namespace) = namespace {
            self.lower.open(Kind::Import, role, c);
            if let Some(source) = source {
                self.module(source);
            }
            if let Some(name) = self.lower.named(namespace).next() {
                self.lower.word(Kind::Ident, Role::Name, name);
            }
            self.lower.close();
        }
        if namespace.is_some() && parts.len() == 1 {
            return;
        }
        self.lower.open(Kind::ImportFrom, role, c);
        if let Some(source) = source {
            self.module(source);
        }
        for part in parts {
            match self.k(part) {
                K::NamedImports => {
                    for specifier in self.lower.named(part) {
                        self.import_specifier(specifier);
                    }
                }
                K::NamespaceImport => {}
                _ => {
                    let span = self.lower.span(part);
                    self.lower
                        .open_span(Kind::ImportName, Role::Item, Flags::DEFAULT, span);
                    self.lower
                        .leaf_as(Kind::Ident, Role::Module, span, Symbol::of("default"));
                    self.lower.word(Kind::Ident, Role::Name, part);
                    self.lower.close();
                }
            }
        }
        self.lower.close();
    }

    fn import_specifier(&mut self, c: CstId) {
        let f = self.f;
        if self.k(c) != K::ImportSpecifier {
            return;
        }
        let Some(name) = self.lower.field(c, f.name) else {
            return;
        };
        let alias = self.lower.field(c, f.alias);
        if alias.is_none() && self.lower.is_ellipsis(name) {
            self.lower.word(Kind::Ellipsis, Role::Item, name);
            return;
        }
        self.lower.open(Kind::ImportName, Role::Item, c);
        self.lower.word(Kind::Ident, Role::Module, name);
        if let Some(alias) = alias {
            self.lower.word(Kind::Ident, Role::Name, alias);
        }
        self.lower.close();
    }

    /// The text of a module's string.
    fn module(&mut self, c: CstId) {
        self.string_as_word(c, Role::Module);
    }

    /// A string's content as a word: a module, or a quoted key.
    pub(super) fn string_as_word(&mut self, c: CstId, role: Role) {
        let span = self.lower.span(c);
        let inner = Span {
            start: span.start + 1,
            end: span.end.saturating_sub(1).max(span.start + 1),
        };
        let text = &self.lower.text[inner.range()];
        if self.lower.pattern {
            if text == b"..." {
                self.lower
                    .leaf_as(Kind::Ellipsis, role, inner, Symbol::NONE);
                return;
            }
            if let Some(name) = super::super::metavariable_name(text) {
                self.lower
                    .leaf_as(Kind::MetaVar, role, inner, Symbol::of(name));
                return;
            }
            if text.starts_with(b"=~/") {
                self.lower
                    .leaf_as(Kind::Regex, role, inner, Symbol::of(text));
                return;
            }
        }
        self.lower
            .leaf_as(Kind::Ident, role, inner, Symbol::of(text));
    }

    pub(super) fn export(&mut self, c: CstId, role: Role) {
        let f = self.f;
        let id = self.lower.open(Kind::Export, role, c);
        let default = self.lower.has_token(c, b"default");
        self.lower.flag(id, Flags::DEFAULT.when(default));
        let decorators: Vec<CstId> = self
            .lower
            .named(c)
            .filter(|&child| self.k(child) == K::Decorator)
            .collect();
        if let Some(declaration) = self.lower.field(c, f.declaration) {
            if self.k(declaration) == K::Class {
                self.class(declaration, Role::Item, &decorators);
            } else {
                self.statement(declaration, Role::Item);
            }
        } else {
            for child in self.lower.named(c) {
                if self.k(child) != K::Decorator {
                    self.expression(child, Role::Item);
                }
            }
        }
        self.lower.close();
    }
}
