//! Bash: tables, and statements, which the files below lower by what they are.
//!
//! A command is a call whose arguments are all of its words, its name included, since any of them
//! may be left out in a pattern. What is set for one command alone and where its output goes are
//! parts of the call that a pattern need not name.

mod command;
mod control;
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
        K::of(self.kinds, self.lower.node(c).kind)
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
