//! What decides which commands run: conditions, loops, cases, functions, and the blocks they hold.

use super::{Bash, CstId, Flags, K, Kind, Role, Span, Symbol};

impl Bash<'_, '_> {
    pub(super) fn block(&mut self, c: CstId, role: Role) {
        self.deeper(c, role, |bash| {
            bash.lower.open(Kind::Block, role, c);
            bash.statements(c, true);
            bash.lower.close();
        });
    }

    /// Statements that no node of the grammar holds together.
    pub(super) fn block_of(&mut self, children: &[CstId], role: Role, near: CstId) {
        let named = |&&child: &&CstId| self.lower.node(child).named;
        let first = children.iter().find(named);
        let last = children.iter().rev().find(named);
        let span = match (first, last) {
            (Some(&first), Some(&last)) => Span {
                start: self.lower.node(first).start,
                end: self.lower.node(last).end,
            },
            _ => self.lower.span(near),
        };
        self.lower.open_span(Kind::Block, role, Flags::NONE, span);
        self.statements_of(children, true);
        self.lower.close();
    }

    /// One condition as an expression, several as a block.
    pub(super) fn condition(&mut self, children: &[CstId], near: CstId) {
        let named: Vec<CstId> = children
            .iter()
            .copied()
            .filter(|&child| self.lower.node(child).named)
            .collect();
        match named[..] {
            [only] => self.statement(only, Role::Cond, &[]),
            _ => self.block_of(children, Role::Cond, near),
        }
    }

    pub(super) fn conditional(&mut self, c: CstId, role: Role) {
        let mut opened = 0;
        let mut at = c;
        let mut role = role;
        loop {
            let children: Vec<CstId> = self.lower.children(at).collect();
            let clauses = children
                .iter()
                .position(|&child| matches!(self.k(child), K::Elif | K::Else))
                .unwrap_or(children.len());
            let own = &children[..clauses];
            let then = own
                .iter()
                .position(|&child| self.is_token(child, b"then"))
                .unwrap_or(own.len());
            self.lower.open(Kind::If, role, at);
            opened += 1;
            self.condition(&own[..then], at);
            self.block_of(&own[then..], Role::Body, at);
            // The clauses are neighbours; each stands for what is left of them.
            let rest: Vec<CstId> = if at == c {
                children[clauses..].to_vec()
            } else {
                self.later_clauses(c, at)
            };
            match rest.first().map(|&clause| (clause, self.k(clause))) {
                Some((clause, K::Elif)) => {
                    at = clause;
                    role = Role::Else;
                }
                Some((clause, K::Else)) => {
                    self.block(clause, Role::Else);
                    break;
                }
                _ => break,
            }
        }
        for _ in 0..opened {
            self.lower.close();
        }
    }

    pub(super) fn later_clauses(&self, c: CstId, clause: CstId) -> Vec<CstId> {
        let later = self.lower.children(c).skip_while(|&child| child <= clause);
        later
            .filter(|&child| matches!(self.k(child), K::Elif | K::Else))
            .take(1)
            .collect()
    }

    pub(super) fn is_token(&self, c: CstId, token: &[u8]) -> bool {
        !self.lower.node(c).named && self.lower.text(c) == token
    }

    pub(super) fn repetition(&mut self, c: CstId, role: Role) {
        let id = self.lower.open(Kind::While, role, c);
        if self.lower.token(c) == b"until" {
            self.lower.builder.node_mut(id).symbol = Symbol::of("until");
        }
        let body = self.lower.field(c, self.f.body);
        let conditions: Vec<CstId> = self
            .lower
            .children(c)
            .filter(|&child| Some(child) != body)
            .collect();
        self.condition(&conditions, c);
        if let Some(body) = body {
            self.block(body, Role::Body);
        }
        self.lower.close();
    }

    /// `for x in a b` and `select x in a b`.
    pub(super) fn iteration(&mut self, c: CstId, role: Role) {
        self.lower.open(Kind::ForIn, role, c);
        if let Some(variable) = self.lower.field(c, self.f.variable) {
            self.lower.word(Kind::Name, Role::Target, variable);
        }
        for value in self.lower.named(c) {
            if self.lower.node(value).field == self.f.value {
                self.word(value, Role::Iter);
            }
        }
        if let Some(body) = self.lower.field(c, self.f.body) {
            self.block(body, Role::Body);
        }
        self.lower.close();
    }

    pub(super) fn case(&mut self, c: CstId, role: Role) {
        self.lower.open(Kind::Match, role, c);
        if let Some(value) = self.lower.field(c, self.f.value) {
            self.word(value, Role::Cond);
        }
        for item in self.lower.named(c) {
            if self.k(item) != K::CaseItem {
                continue;
            }
            self.lower.open(Kind::Arm, Role::Item, item);
            let is_value = |&child: &CstId| {
                let node = self.lower.node(child);
                node.named && node.field == self.f.value
            };
            let (values, body): (Vec<CstId>, Vec<CstId>) =
                self.lower.children(item).partition(is_value);
            for value in values {
                self.word(value, Role::Key);
            }
            self.block_of(&body, Role::Body, item);
            self.lower.close();
        }
        self.lower.close();
    }

    pub(super) fn function(&mut self, c: CstId, role: Role) {
        self.lower.open(Kind::Func, role, c);
        if let Some(name) = self.lower.field(c, self.f.name) {
            self.lower.word(Kind::Ident, Role::Name, name);
        }
        if let Some(body) = self.lower.field(c, self.f.body) {
            if self.k(body) == K::Compound {
                self.block(body, Role::Body);
            } else {
                self.block_of(&[body], Role::Body, body);
            }
        }
        let redirects: Vec<CstId> = self
            .lower
            .named(c)
            .filter(|&part| self.is_redirect(part))
            .collect();
        for redirect in redirects {
            self.redirect(redirect);
        }
        self.lower.close();
    }
}
