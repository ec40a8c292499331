//! Statements.

use super::{CstId, Flags, K, Kind, Python, Role, Span};

impl Python<'_, '_> {
    pub(super) fn statements(&mut self, c: CstId) {
        for child in self.lower.named(c) {
            self.statement(child, Role::Item);
        }
    }

    pub(super) fn block(&mut self, c: Option<CstId>, role: Role) {
        let Some(c) = c else { return };
        self.lower.deeper(c, role, |lower| {
            lower.open(Kind::Block, role, c);
            Python {
                lower,
                kinds: self.kinds,
                f: self.f,
            }
            .statements(c);
            lower.close();
        });
    }

    pub(super) fn statement(&mut self, c: CstId, role: Role) {
        let f = self.f;
        match self.k(c) {
            K::ExpressionStatement => self.expression_statement(c, role),
            K::If => self.if_statement(c, role),
            K::For => {
                let id = self.lower.open(Kind::ForIn, role, c);
                let is_async = self.lower.has_token(c, b"async");
                self.lower.flag(id, Flags::ASYNC.when(is_async));
                self.field(c, f.left, Role::Target);
                self.field(c, f.right, Role::Iter);
                self.block(self.lower.field(c, f.body), Role::Body);
                self.else_clause(c);
                self.lower.close();
            }
            K::While => {
                self.lower.open(Kind::While, role, c);
                self.field(c, f.condition, Role::Cond);
                self.block(self.lower.field(c, f.body), Role::Body);
                self.else_clause(c);
                self.lower.close();
            }
            K::With => self.with_statement(c, role),
            K::Try => {
                self.lower.open(Kind::Try, role, c);
                self.block(self.lower.field(c, f.body), Role::Body);
                for child in self.lower.named(c) {
                    if self.k(child) == K::Except {
                        self.except(child);
                    }
                }
                self.else_clause(c);
                for child in self.lower.named(c) {
                    if self.k(child) == K::Finally {
                        let body = self.lower.named(child).last();
                        self.block(body, Role::Finally);
                    }
                }
                self.lower.close();
            }
            K::Decorated => {
                if let Some(definition) = self.lower.field(c, f.definition) {
                    self.definition(definition, role, Some(c));
                }
            }
            K::Function | K::Class => self.definition(c, role, None),
            K::Return => {
                self.lower.open(Kind::Return, role, c);
                self.items(c, Role::Item);
                self.lower.close();
            }
            K::Raise => {
                self.lower.open(Kind::Throw, role, c);
                self.items(c, Role::Item);
                self.lower.close();
            }
            K::Import => self.import(c, role),
            K::ImportFrom => self.import_from(c, role),
            K::Match => {
                self.lower.open(Kind::Match, role, c);
                self.field(c, f.subject, Role::Value);
                if let Some(body) = self.lower.field(c, f.body) {
                    for case in self.lower.named(body) {
                        if self.k(case) == K::Case {
                            self.case(case);
                        }
                    }
                }
                self.lower.close();
            }
            K::Print | K::Exec => self.call_statement(c, role),
            K::Block => self.block(Some(c), role),
            _ => self.expression(c, role),
        }
    }

    /// `print x` and `exec x` of Python 2, as the calls that they mean.
    fn call_statement(&mut self, c: CstId, role: Role) {
        self.lower.open(Kind::ExprStmt, role, c);
        self.lower.open(Kind::Call, Role::Item, c);
        let span = self.lower.span(c);
        let word = self
            .lower
            .children(c)
            .next()
            .map_or(span, |word| self.lower.span(word));
        self.lower.word_span(Kind::Name, Role::Callee, word);
        self.items(c, Role::Arg);
        self.lower.close();
        self.lower.close();
    }

    fn expression_statement(&mut self, c: CstId, role: Role) {
        let mut children = self.lower.named(c);
        let (Some(only), second) = (children.next(), children.next()) else {
            return;
        };
        if second.is_none() && self.lower.is_statement_list(only) {
            self.lower.word(Kind::Ellipsis, role, only);
            return;
        }
        self.lower.open(Kind::ExprStmt, role, c);
        if second.is_some() || self.lower.has_token(c, b",") {
            self.lower.open(Kind::Tuple, Role::Item, c);
            self.items(c, Role::Item);
            self.lower.close();
        } else {
            self.expression(only, Role::Item);
        }
        self.lower.close();
    }

    fn if_statement(&mut self, c: CstId, role: Role) {
        let f = self.f;
        self.lower.open(Kind::If, role, c);
        self.field(c, f.condition, Role::Cond);
        self.block(self.lower.field(c, f.consequence), Role::Body);
        // `elif` is an `if` in the `else` before it; a chain of them is opened here without recursion.
        let end = self.lower.span(c).end;
        let mut opened = 0;
        for child in self.lower.named(c) {
            match self.k(child) {
                K::Elif => {
                    let span = Span {
                        end,
                        ..self.lower.span(child)
                    };
                    self.lower
                        .open_span(Kind::Block, Role::Else, Flags::IMPLICIT, span);
                    self.lower
                        .open_span(Kind::If, Role::Item, Flags::IMPLICIT, span);
                    self.field(child, f.condition, Role::Cond);
                    self.block(self.lower.field(child, f.consequence), Role::Body);
                    opened += 2;
                }
                K::Else => self.block(self.lower.field(child, f.body), Role::Else),
                _ => {}
            }
        }
        for _ in 0..opened {
            self.lower.close();
        }
        self.lower.close();
    }

    fn else_clause(&mut self, c: CstId) {
        for child in self.lower.named(c) {
            if self.k(child) == K::Else {
                self.block(self.lower.field(child, self.f.body), Role::Else);
            }
        }
    }

    /// Several items are nested statements, as the language defines them.
    fn with_statement(&mut self, c: CstId, role: Role) {
        let is_async = self.lower.has_token(c, b"async");
        let end = self.lower.span(c).end;
        let clause = self
            .lower
            .named(c)
            .find(|&child| self.k(child) == K::WithClause);
        let items: Vec<CstId> = clause
            .into_iter()
            .flat_map(|clause| self.lower.named(clause))
            .filter(|&item| self.k(item) == K::WithItem)
            .collect();
        let mut opened = 0;
        for (index, &item) in items.iter().enumerate() {
            let span = if index == 0 {
                self.lower.span(c)
            } else {
                Span {
                    end,
                    ..self.lower.span(item)
                }
            };
            if index > 0 {
                self.lower
                    .open_span(Kind::Block, Role::Body, Flags::IMPLICIT, span);
                opened += 1;
            }
            let role = if index == 0 { role } else { Role::Item };
            self.lower
                .open_span(Kind::With, role, Flags::ASYNC.when(is_async), span);
            opened += 1;
            let Some(value) = self.lower.field(item, self.f.value) else {
                continue;
            };
            if self.k(value) == K::AsPattern {
                let mut parts = self.lower.named(value);
                if let Some(value) = parts.next() {
                    self.expression(value, Role::Value);
                }
                if let Some(target) = parts.next() {
                    self.expression(target, Role::Target);
                }
            } else {
                self.expression(value, Role::Value);
            }
        }
        self.block(self.lower.field(c, self.f.body), Role::Body);
        for _ in 0..opened {
            self.lower.close();
        }
    }

    fn except(&mut self, c: CstId) {
        let f = self.f;
        self.lower.open(Kind::Handler, Role::Handler, c);
        let mut alias = self.lower.field(c, f.alias);
        for child in self.lower.named(c) {
            match self.k(child) {
                K::Block => self.block(Some(child), Role::Body),
                K::AsPattern => {
                    let mut parts = self.lower.named(child);
                    if let Some(what) = parts.next() {
                        self.expression(what, Role::Type);
                    }
                    if let Some(name) = parts.next() {
                        self.expression(name, Role::Name);
                    }
                }
                _ if Some(child) == alias => {
                    alias = None;
                    self.expression(child, Role::Name);
                }
                _ => self.expression(child, Role::Type),
            }
        }
        self.lower.close();
    }

    fn case(&mut self, c: CstId) {
        self.lower.open(Kind::Arm, Role::Item, c);
        for child in self.lower.named(c) {
            let field = self.lower.node(child).field;
            if field == self.f.guard {
                self.items(child, Role::Cond);
            } else if field == self.f.consequence {
                self.block(Some(child), Role::Body);
            } else {
                self.expression(child, Role::Key);
            }
        }
        self.lower.close();
    }
}
