//! Python: tables and statements.

mod definition;
mod expression;

use std::sync::LazyLock;

use super::{CstId, Flags, Kind, Lower, Role, Span, Symbol, fields, kinds};
use crate::lang::Language;

kinds! {
    Module = "module",
    Block = "block",
    ExpressionStatement = "expression_statement",
    Assignment = "assignment" | "augmented_assignment",
    NamedExpression = "named_expression",
    Attribute = "attribute",
    Call = "call",
    Subscript = "subscript",
    Binary = "binary_operator" | "boolean_operator",
    Comparison = "comparison_operator",
    Unary = "unary_operator" | "not_operator",
    Identifier = "identifier" | "keyword_identifier",
    String = "string",
    ConcatenatedString = "concatenated_string",
    Integer = "integer",
    Float = "float",
    True = "true",
    False = "false",
    None = "none",
    Ellipsis = "ellipsis",
    Parenthesized = "parenthesized_expression" | "parenthesized_list_splat",
    List = "list" | "list_pattern",
    Tuple = "tuple" | "tuple_pattern" | "expression_list" | "pattern_list",
    Set = "set",
    Dictionary = "dictionary",
    Pair = "pair",
    ListSplat = "list_splat" | "list_splat_pattern",
    DictionarySplat = "dictionary_splat" | "dictionary_splat_pattern",
    KeywordArgument = "keyword_argument",
    Comprehension = "list_comprehension" | "set_comprehension" | "dictionary_comprehension" | "generator_expression",
    ForInClause = "for_in_clause",
    IfClause = "if_clause",
    Lambda = "lambda",
    Conditional = "conditional_expression",
    Await = "await",
    Yield = "yield",
    AsPattern = "as_pattern",
    AsPatternTarget = "as_pattern_target",
    Type = "type",
    If = "if_statement",
    Elif = "elif_clause",
    Else = "else_clause",
    For = "for_statement",
    While = "while_statement",
    With = "with_statement",
    WithClause = "with_clause",
    WithItem = "with_item",
    Try = "try_statement",
    Except = "except_clause" | "except_group_clause",
    Finally = "finally_clause",
    Function = "function_definition",
    Class = "class_definition",
    Decorated = "decorated_definition",
    Decorator = "decorator",
    Return = "return_statement",
    Raise = "raise_statement",
    Import = "import_statement",
    ImportFrom = "import_from_statement" | "future_import_statement",
    AliasedImport = "aliased_import",
    DottedName = "dotted_name",
    RelativeImport = "relative_import",
    WildcardImport = "wildcard_import",
    Match = "match_statement",
    Case = "case_clause",
    Print = "print_statement",
    Exec = "exec_statement",
    DefaultParameter = "default_parameter" | "typed_default_parameter",
    TypedParameter = "typed_parameter",
    StringStart = "string_start",
    StringContent = "string_content",
    Interpolation = "interpolation",
}

fields! {
    left = "left",
    right = "right",
    operator = "operator",
    r#type = "type",
    object = "object",
    attribute = "attribute",
    function = "function",
    arguments = "arguments",
    value = "value",
    argument = "argument",
    name = "name",
    key = "key",
    body = "body",
    condition = "condition",
    consequence = "consequence",
    parameters = "parameters",
    return_type = "return_type",
    superclasses = "superclasses",
    definition = "definition",
    module_name = "module_name",
    alias = "alias",
    subject = "subject",
    guard = "guard",
    expression = "expression",
}

static TABLES: LazyLock<(Vec<K>, F)> = LazyLock::new(|| {
    let grammar = Language::Python
        .definition()
        .grammar
        .expect("Python has a grammar")();
    (K::table(&grammar), F::table(&grammar))
});

pub(super) fn lower(lower: &mut Lower<'_>) {
    let (kinds, fields) = &*TABLES;
    let mut python = Python {
        lower,
        kinds,
        f: fields,
    };
    let root = CstId(0);
    python.lower.open(Kind::Module, Role::Item, root);
    python.statements(root);
    python.lower.close();
}

struct Python<'l, 'c> {
    lower: &'l mut Lower<'c>,
    kinds: &'static [K],
    f: &'static F,
}

impl Python<'_, '_> {
    fn k(&self, c: CstId) -> K {
        let kind = self.lower.node(c).kind;
        if kind == super::cst::ERROR {
            return K::Error;
        }
        self.kinds.get(kind as usize).copied().unwrap_or(K::Other)
    }

    fn statements(&mut self, c: CstId) {
        for child in self.lower.named(c) {
            self.statement(child, Role::Item);
        }
    }

    fn block(&mut self, c: Option<CstId>, role: Role) {
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

    fn statement(&mut self, c: CstId, role: Role) {
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

    fn field(&mut self, c: CstId, field: u16, role: Role) {
        if let Some(child) = self.lower.field(c, field) {
            self.expression(child, role);
        }
    }

    fn items(&mut self, c: CstId, role: Role) {
        for child in self.lower.named(c) {
            self.expression(child, role);
        }
    }
}
