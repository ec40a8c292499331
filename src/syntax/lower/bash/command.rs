//! Commands and what joins them: words, redirections, lists, pipelines, assignments.

use super::{Bash, CstId, Flags, K, Kind, Role, Span, Symbol};
use crate::lang::Language;

impl Bash<'_, '_> {
    pub(super) fn command(&mut self, c: CstId, role: Role, redirects: &[CstId]) {
        let mut words = self.lower.named(c);
        if let (Some(only), None) = (words.next(), words.next())
            && redirects.is_empty()
            && self.is_operator(only)
        {
            // `...` and `$X` alone stand for any statement.
            self.word(only, role);
            return;
        }
        self.lower.open(Kind::Call, role, c);
        for part in self.lower.named(c) {
            if self.k(part) == K::Assignment {
                self.lower.open(Kind::KwArg, Role::Decorator, part);
                self.assigned(part, Role::Name);
                self.lower.close();
            }
        }
        self.call_words(c);
        let own = self.lower.named(c).filter(|&part| self.is_redirect(part));
        let all: Vec<CstId> = own.chain(redirects.iter().copied()).collect();
        for redirect in all {
            self.redirect(redirect);
        }
        self.lower.close();
    }

    /// The words of a command, its name among them.
    pub(super) fn call_words(&mut self, c: CstId) {
        for part in self.lower.children(c) {
            let kind = self.k(part);
            let is_word =
                self.lower.node(part).named && kind != K::Assignment && !self.is_redirect(part);
            // `unset` is a word of its command, and a keyword of the grammar.
            let keyword = !self.lower.node(part).named && kind == K::Other;
            if is_word {
                self.word(part, Role::Arg);
            } else if keyword && self.lower.text(part).len() > 1 {
                let (span, text) = (self.lower.span(part), self.lower.text(part));
                self.lower.string_value(span, Role::Arg, span, text);
            }
        }
    }

    pub(super) fn is_redirect(&self, c: CstId) -> bool {
        matches!(self.k(c), K::Redirect | K::Heredoc)
    }

    pub(super) fn redirect(&mut self, c: CstId) {
        self.deeper(c, Role::Default, |bash| {
            let name = bash.lower.grammar_name(Language::Bash, c);
            bash.lower.open_named(Kind::Raw, Role::Default, c, name);
            for part in bash.lower.children(c) {
                match bash.k(part) {
                    K::HeredocMark => {}
                    K::HeredocBody => bash.heredoc_body(part),
                    // What the output goes to, where the text stands below.
                    K::Pipeline | K::Command => bash.statement(part, Role::Item, &[]),
                    _ if bash.lower.node(part).named => bash.word(part, Role::Item),
                    _ => bash.lower.raw_token(part),
                }
            }
            bash.lower.close();
        });
    }

    pub(super) fn redirected(&mut self, c: CstId, role: Role, outer: &[CstId]) {
        let own = self.lower.named(c).filter(|&part| self.is_redirect(part));
        let redirects: Vec<CstId> = own.chain(outer.iter().copied()).collect();
        let Some(body) = self.lower.field(c, self.f.body) else {
            self.raw(c, role);
            return;
        };
        if matches!(
            self.k(body),
            K::Command | K::List | K::Pipeline | K::Negated | K::Redirected
        ) {
            self.statement(body, role, &redirects);
            return;
        }
        self.lower.open_named(Kind::Raw, role, c, "redirected");
        self.statement(body, Role::Item, &[]);
        for redirect in redirects {
            self.redirect(redirect);
        }
        self.lower.close();
    }

    /// `a && b || c`, which nests on the left.
    pub(super) fn list(&mut self, c: CstId, role: Role, redirects: &[CstId]) {
        let mut open = vec![c];
        while let Some(left) = open
            .last()
            .and_then(|&list| self.lower.named(list).next())
            .filter(|&left| self.k(left) == K::List)
        {
            open.push(left);
        }
        for (at, &list) in open.iter().enumerate() {
            let role = if at == 0 { role } else { Role::Left };
            let operator = self.lower.token(list);
            self.lower.open_named(Kind::BinOp, role, list, operator);
        }
        for (at, &list) in open.iter().enumerate().rev() {
            let mut parts = self.lower.named(list);
            let left = parts.next();
            if let Some(left) = left.filter(|_| at + 1 == open.len()) {
                self.statement(left, Role::Left, &[]);
            }
            let last = if at == 0 { redirects } else { &[] };
            for right in parts {
                self.statement(right, Role::Right, last);
            }
            self.lower.close();
        }
    }

    /// `a | b | c`, nested on the left as lists are.
    pub(super) fn pipeline(&mut self, c: CstId, role: Role, redirects: &[CstId]) {
        let parts: Vec<CstId> = self.lower.named(c).collect();
        let Some((&last, _)) = parts.split_last() else {
            return;
        };
        if parts.len() == 1 {
            self.statement(last, role, redirects);
            return;
        }
        let start = self.lower.node(parts[0]).start;
        for at in (1..parts.len()).rev() {
            let role = if at + 1 == parts.len() {
                role
            } else {
                Role::Left
            };
            let end = self.lower.node(parts[at]).end;
            let id = self
                .lower
                .open_span(Kind::BinOp, role, Flags::NONE, Span { start, end });
            // No arithmetic, whose operands may change places.
            self.lower.builder.node_mut(id).symbol = Symbol::of("pipe");
        }
        self.statement(parts[0], Role::Left, &[]);
        for &part in &parts[1..] {
            let redirects = if part == last { redirects } else { &[] };
            self.statement(part, Role::Right, redirects);
            self.lower.close();
        }
    }

    pub(super) fn assignment(&mut self, c: CstId, role: Role) {
        let id = self.lower.open(Kind::Assign, role, c);
        if self.lower.token(c) == b"+=" {
            self.lower.builder.node_mut(id).symbol = Symbol::of("+=");
        }
        self.assigned(c, Role::Target);
        self.lower.close();
    }

    /// The name and the value of an assignment.
    pub(super) fn assigned(&mut self, c: CstId, role: Role) {
        if let Some(name) = self.lower.field(c, self.f.name) {
            if self.k(name) == K::Variable {
                let kind = if role == Role::Target {
                    Kind::Name
                } else {
                    Kind::Ident
                };
                self.lower.word(kind, role, name);
            } else {
                self.word(name, role);
            }
        }
        match self.lower.field(c, self.f.value) {
            Some(value) => self.word(value, Role::Value),
            None => {
                let end = self.lower.node(c).end;
                let span = Span { start: end, end };
                self.lower.string_value(span, Role::Value, span, b"");
            }
        }
    }

    /// `export A=1`, `local -r b`.
    pub(super) fn declaration(&mut self, c: CstId, role: Role) {
        let keyword = self.lower.token(c);
        self.lower.open_named(Kind::VarDecl, role, c, keyword);
        let is_option = |&part: &CstId| self.lower.text(part).starts_with(b"-");
        let (options, names): (Vec<CstId>, Vec<CstId>) = self.lower.named(c).partition(is_option);
        for part in options {
            self.word(part, Role::Decorator);
        }
        for part in names {
            self.statement(part, Role::Item, &[]);
        }
        self.lower.close();
    }
}
