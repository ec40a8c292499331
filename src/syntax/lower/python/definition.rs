//! Functions, classes, parameters and imports.

use super::{CstId, Flags, K, Kind, Python, Role, Span, Symbol};

impl Python<'_, '_> {
    /// A function or class; its range begins at its first decorator.
    pub(super) fn definition(&mut self, c: CstId, role: Role, decorated: Option<CstId>) {
        let f = self.f;
        let class = self.k(c) == K::Class;
        let whole = decorated.unwrap_or(c);
        let id = if class {
            self.lower.open_named(Kind::Class, role, whole, "class")
        } else {
            self.lower.open(Kind::Func, role, whole)
        };
        let is_async = self.lower.has_token(c, b"async");
        self.lower.flag(id, Flags::ASYNC.when(is_async));
        for decorator in self.lower.named(whole) {
            if decorated.is_some() && self.k(decorator) == K::Decorator {
                self.lower.open(Kind::Decorator, Role::Decorator, decorator);
                self.items(decorator, Role::Item);
                self.lower.close();
            }
        }
        if let Some(name) = self.lower.field(c, f.name) {
            self.lower.word(Kind::Ident, Role::Name, name);
        }
        if let Some(parameters) = self.lower.field(c, f.parameters) {
            self.parameters(parameters);
        }
        if let Some(bases) = self.lower.field(c, f.superclasses) {
            self.arguments(bases, Role::Base);
        }
        self.field(c, f.return_type, Role::Type);
        self.block(self.lower.field(c, f.body), Role::Body);
        self.lower.close();
    }

    fn parameters(&mut self, c: CstId) {
        let f = self.f;
        for parameter in self.lower.named(c) {
            if self.lower.is_ellipsis(parameter) {
                self.lower.word(Kind::Ellipsis, Role::Param, parameter);
                continue;
            }
            let name = match self.k(parameter) {
                K::DefaultParameter => self.lower.field(parameter, f.name),
                K::TypedParameter => self.lower.named(parameter).next(),
                _ => Some(parameter),
            };
            let id = self.lower.open(Kind::Param, Role::Param, parameter);
            if let Some(name) = name {
                match self.k(name) {
                    K::Identifier => {
                        self.lower.word(Kind::Ident, Role::Name, name);
                    }
                    K::ListSplat | K::DictionarySplat => {
                        let stars = self.lower.token(name).to_vec();
                        self.lower.builder.node_mut(id).symbol = Symbol::of(stars);
                        if let Some(name) = self.lower.named(name).next() {
                            self.lower.word(Kind::Ident, Role::Name, name);
                        }
                    }
                    _ => self.expression(name, Role::Name),
                }
            }
            self.field(parameter, f.r#type, Role::Type);
            if self.k(parameter) == K::DefaultParameter {
                self.field(parameter, f.value, Role::Default);
            }
            self.lower.close();
        }
    }

    pub(super) fn lambda(&mut self, c: CstId, role: Role) {
        let id = self.lower.open(Kind::Func, role, c);
        self.lower.flag(id, Flags::LAMBDA.with(Flags::EXPRESSION));
        if let Some(parameters) = self.lower.field(c, self.f.parameters) {
            self.parameters(parameters);
        }
        if let Some(body) = self.lower.field(c, self.f.body) {
            let span = self.lower.span(body);
            self.lower
                .open_span(Kind::Block, Role::Body, Flags::IMPLICIT, span);
            self.lower
                .open_span(Kind::Return, Role::Item, Flags::IMPLICIT, span);
            self.expression(body, Role::Item);
            self.lower.close();
            self.lower.close();
        }
        self.lower.close();
    }

    pub(super) fn import(&mut self, c: CstId, role: Role) {
        let mut span = self.lower.span(c);
        for name in self.lower.named(c) {
            self.lower.open_span(Kind::Import, role, Flags::NONE, span);
            let alias = self.lower.field(name, self.f.alias);
            let module = self.lower.field(name, self.f.name).unwrap_or(name);
            self.lower.word(Kind::Ident, Role::Module, module);
            if let Some(alias) = alias {
                self.lower.word(Kind::Ident, Role::Name, alias);
            }
            self.lower.close();
            span = Span {
                end: span.end,
                start: self.lower.span(name).end,
            };
        }
    }

    pub(super) fn import_from(&mut self, c: CstId, role: Role) {
        let f = self.f;
        self.lower.open(Kind::ImportFrom, role, c);
        match self.lower.field(c, f.module_name) {
            Some(module) => {
                self.lower.word(Kind::Ident, Role::Module, module);
            }
            None => {
                let span = self.lower.span(c);
                self.lower
                    .leaf_as(Kind::Ident, Role::Module, span, Symbol::of("__future__"));
            }
        }
        for child in self.lower.named(c) {
            let field = self.lower.node(child).field;
            if self.k(child) == K::WildcardImport {
                self.lower
                    .open_named(Kind::ImportName, Role::Item, child, "*");
                self.lower.close();
            } else if field == f.name {
                let alias = self.lower.field(child, f.alias);
                let name = self.lower.field(child, f.name).unwrap_or(child);
                if self.lower.is_ellipsis(name) {
                    self.lower.word(Kind::Ellipsis, Role::Item, name);
                    continue;
                }
                self.lower.open(Kind::ImportName, Role::Item, child);
                self.lower.word(Kind::Ident, Role::Module, name);
                if let Some(alias) = alias {
                    self.lower.word(Kind::Ident, Role::Name, alias);
                }
                self.lower.close();
            }
        }
        self.lower.close();
    }
}
