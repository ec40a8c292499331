//! Bash: tables, and statements. Words are in [`word`].
//!
//! A command is a call whose arguments are all of its words, its name included, since any of them
//! may be left out in a pattern. What is set for one command alone and where its output goes are
//! parts of the call that a pattern need not name.

mod word;

use std::sync::LazyLock;

use super::{CstId, Flags, Kind, Lower, NodeId, Role, Span, Symbol, cst, fields, kinds};
use crate::lang::Language;

kinds! {
    Program = "program",
    Command = "command",
    CommandName = "command_name",
    Assignment = "variable_assignment",
    Assignments = "variable_assignments",
    Redirected = "redirected_statement",
    Redirect = "file_redirect" | "herestring_redirect",
    Heredoc = "heredoc_redirect",
    HeredocBody = "heredoc_body",
    HeredocMark = "heredoc_start" | "heredoc_end",
    List = "list",
    Pipeline = "pipeline",
    Negated = "negated_command",
    Subshell = "subshell",
    Compound = "compound_statement" | "do_group",
    If = "if_statement",
    Elif = "elif_clause",
    Else = "else_clause",
    For = "for_statement",
    While = "while_statement",
    Case = "case_statement",
    CaseItem = "case_item",
    Function = "function_definition",
    Declaration = "declaration_command",
    Unset = "unset_command",
    Test = "test_command",
    Word = "word" | "number" | "extglob_pattern" | "test_operator" | "regex",
    String = "string",
    RawString = "raw_string",
    AnsiString = "ansi_c_string",
    TranslatedString = "translated_string",
    Concatenation = "concatenation",
    Simple = "simple_expansion",
    Expansion = "expansion",
    Variable = "variable_name" | "special_variable_name",
    Substitution = "command_substitution",
    Array = "array",
    Subscript = "subscript",
    Content = "string_content" | "heredoc_content",
}

fields! {
    name = "name",
    value = "value",
    body = "body",
    variable = "variable",
    index = "index",
}

static TABLES: LazyLock<(Vec<K>, F)> = LazyLock::new(|| {
    let grammar = Language::Bash
        .definition()
        .grammar
        .expect("Bash has a grammar")();
    (K::table(&grammar), F::table(&grammar))
});

pub(super) fn lower(lower: &mut Lower<'_>) {
    let (kinds, fields) = &*TABLES;
    let mut bash = Bash {
        lower,
        kinds,
        f: fields,
    };
    let root = CstId(0);
    bash.lower.open(Kind::Module, Role::Item, root);
    bash.statements(root, true);
    bash.lower.close();
}

/// The commands of a text within another language, as a block in a role. `ranges` are what of the
/// text they are made of. Returns how many bytes of them did not parse.
pub(super) fn lower_within(
    outer: &mut Lower<'_>,
    ranges: &[Span],
    span: Span,
    role: Role,
) -> usize {
    let Some(cst) = cst::parse_ranges(Language::Bash, outer.text, ranges) else {
        return 0;
    };
    let (kinds, fields) = &*TABLES;
    outer.within(&cst, |lower| {
        let mut bash = Bash {
            lower,
            kinds,
            f: fields,
        };
        bash.lower.open_span(Kind::Block, role, Flags::NONE, span);
        bash.statements(CstId(0), true);
        bash.lower.close();
    });
    cst.health.lost_bytes
}

struct Bash<'l, 'c> {
    lower: &'l mut Lower<'c>,
    kinds: &'static [K],
    f: &'static F,
}

impl Bash<'_, '_> {
    fn k(&self, c: CstId) -> K {
        let kind = self.lower.node(c).kind;
        if kind == cst::ERROR {
            return K::Error;
        }
        self.kinds.get(kind as usize).copied().unwrap_or(K::Other)
    }

    /// Runs `inner` one level deeper, or leaves an opaque node where that is too deep.
    fn deeper(&mut self, c: CstId, role: Role, inner: impl FnOnce(&mut Self)) {
        // A level of the grammar takes several calls here.
        const COST: u32 = 2;
        if self.lower.depth + COST > super::MAX_DEPTH {
            self.lower.too_deep = true;
            let deep = Symbol::of("too deep");
            self.lower
                .leaf_as(Kind::Raw, role, self.lower.span(c), deep);
            return;
        }
        self.lower.depth += COST;
        inner(self);
        self.lower.depth -= COST;
    }

    /// The statements among the children of a node. In a list of them (`listed`) commands are
    /// statements around an expression; where a command stands for its output they are not.
    fn statements(&mut self, c: CstId, listed: bool) {
        let children: Vec<CstId> = self.lower.children(c).collect();
        self.statements_of(&children, listed);
    }

    fn statements_of(&mut self, children: &[CstId], listed: bool) {
        for (at, &child) in children.iter().enumerate() {
            if !self.lower.node(child).named {
                continue;
            }
            let next = children.get(at + 1).copied();
            let background = next
                .is_some_and(|next| !self.lower.node(next).named && self.lower.text(next) == b"&");
            if background {
                let span = Span {
                    start: self.lower.node(child).start,
                    end: next.map_or(0, |next| self.lower.node(next).end),
                };
                if listed {
                    self.lower
                        .open_span(Kind::ExprStmt, Role::Item, Flags::NONE, span);
                }
                let id = self
                    .lower
                    .open_span(Kind::UnOp, Role::Item, Flags::NONE, span);
                self.lower.builder.node_mut(id).symbol = Symbol::of("&");
                self.statement(child, Role::Item, &[]);
                self.lower.close();
                if listed {
                    self.lower.close();
                }
            } else if listed && self.is_expression(child) {
                self.lower.open(Kind::ExprStmt, Role::Item, child);
                self.statement(child, Role::Item, &[]);
                self.lower.close();
            } else {
                self.statement(child, Role::Item, &[]);
            }
        }
    }

    /// Whether a statement stands in a list as an expression does in other languages.
    fn is_expression(&self, c: CstId) -> bool {
        match self.k(c) {
            K::Command => {
                let mut words = self.lower.named(c);
                let only = words.next().filter(|_| words.next().is_none());
                !only.is_some_and(|only| self.lower.is_statement_list(only))
            }
            K::Assignment | K::List | K::Pipeline | K::Negated | K::Test | K::Unset => true,
            K::Redirected => self
                .lower
                .field(c, self.f.body)
                .is_none_or(|body| self.is_expression(body)),
            _ => false,
        }
    }

    /// A statement. `redirects` are those of a statement around it, which its last command has.
    fn statement(&mut self, c: CstId, role: Role, redirects: &[CstId]) {
        match self.k(c) {
            K::Command => self.deeper(c, role, |bash| bash.command(c, role, redirects)),
            K::Redirected => self.deeper(c, role, |bash| bash.redirected(c, role, redirects)),
            K::List => self.deeper(c, role, |bash| bash.list(c, role, redirects)),
            K::Pipeline => self.deeper(c, role, |bash| bash.pipeline(c, role, redirects)),
            K::Assignment => self.assignment(c, role),
            K::Assignments | K::Error => {
                for child in self.lower.named(c) {
                    self.statement(child, role, &[]);
                }
            }
            K::Declaration => self.declaration(c, role),
            K::Unset => {
                self.lower.open(Kind::Call, role, c);
                self.call_words(c);
                self.lower.close();
            }
            K::Negated => {
                self.lower.open_named(Kind::UnOp, role, c, "!");
                for child in self.lower.named(c) {
                    self.statement(child, Role::Item, redirects);
                }
                self.lower.close();
            }
            K::Subshell => self.deeper(c, role, |bash| {
                bash.lower.open_named(Kind::Raw, role, c, "subshell");
                bash.block(c, Role::Body);
                bash.lower.close();
            }),
            K::Compound => self.block(c, role),
            K::If => self.deeper(c, role, |bash| bash.conditional(c, role)),
            K::While => self.deeper(c, role, |bash| bash.repetition(c, role)),
            K::For => self.deeper(c, role, |bash| bash.iteration(c, role)),
            K::Case => self.deeper(c, role, |bash| bash.case(c, role)),
            K::Function => self.deeper(c, role, |bash| bash.function(c, role)),
            K::HeredocMark => {}
            _ => self.word(c, role),
        }
    }

    fn command(&mut self, c: CstId, role: Role, redirects: &[CstId]) {
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
    fn call_words(&mut self, c: CstId) {
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

    fn is_redirect(&self, c: CstId) -> bool {
        matches!(self.k(c), K::Redirect | K::Heredoc)
    }

    fn redirect(&mut self, c: CstId) {
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

    fn redirected(&mut self, c: CstId, role: Role, outer: &[CstId]) {
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
    fn list(&mut self, c: CstId, role: Role, redirects: &[CstId]) {
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
    fn pipeline(&mut self, c: CstId, role: Role, redirects: &[CstId]) {
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

    fn assignment(&mut self, c: CstId, role: Role) {
        let id = self.lower.open(Kind::Assign, role, c);
        if self.lower.token(c) == b"+=" {
            self.lower.builder.node_mut(id).symbol = Symbol::of("+=");
        }
        self.assigned(c, Role::Target);
        self.lower.close();
    }

    /// The name and the value of an assignment.
    fn assigned(&mut self, c: CstId, role: Role) {
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
    fn declaration(&mut self, c: CstId, role: Role) {
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

    fn block(&mut self, c: CstId, role: Role) {
        self.deeper(c, role, |bash| {
            bash.lower.open(Kind::Block, role, c);
            bash.statements(c, true);
            bash.lower.close();
        });
    }

    /// Statements that no node of the grammar holds together.
    fn block_of(&mut self, children: &[CstId], role: Role, near: CstId) {
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
    fn condition(&mut self, children: &[CstId], near: CstId) {
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

    fn conditional(&mut self, c: CstId, role: Role) {
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

    fn later_clauses(&self, c: CstId, clause: CstId) -> Vec<CstId> {
        let later = self.lower.children(c).skip_while(|&child| child <= clause);
        later
            .filter(|&child| matches!(self.k(child), K::Elif | K::Else))
            .take(1)
            .collect()
    }

    fn is_token(&self, c: CstId, token: &[u8]) -> bool {
        !self.lower.node(c).named && self.lower.text(c) == token
    }

    fn repetition(&mut self, c: CstId, role: Role) {
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
    fn iteration(&mut self, c: CstId, role: Role) {
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

    fn case(&mut self, c: CstId, role: Role) {
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

    fn function(&mut self, c: CstId, role: Role) {
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

    /// What has no shape of its own.
    fn raw(&mut self, c: CstId, role: Role) {
        self.deeper(c, role, |bash| {
            let name = bash.lower.grammar_name(Language::Bash, c);
            let id: NodeId = bash.lower.open_named(Kind::Raw, role, c, name);
            for child in bash.lower.children(c) {
                if bash.lower.node(child).named {
                    bash.statement(child, Role::Item, &[]);
                } else {
                    bash.lower.raw_token(child);
                }
            }
            bash.lower.leaf_text(id, c);
            bash.lower.close();
        });
    }
}
