//! Python.

use std::sync::LazyLock;

use super::placeholder::{DEEP, TYPED};
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

    /// A function or class; its range begins at its first decorator.
    fn definition(&mut self, c: CstId, role: Role, decorated: Option<CstId>) {
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

    fn import(&mut self, c: CstId, role: Role) {
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

    fn import_from(&mut self, c: CstId, role: Role) {
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

    /// An expression. Chains that nest on the left are followed without recursion.
    fn expression(&mut self, c: CstId, role: Role) {
        let f = self.f;
        let (mut c, mut role) = (c, role);
        let mut chain: Vec<CstId> = Vec::new();
        loop {
            let kind = self.k(c);
            let left = match kind {
                K::Attribute => self.lower.field(c, f.object),
                K::Call => self.lower.field(c, f.function),
                K::Subscript => self.lower.field(c, f.value),
                K::Binary => self.lower.field(c, f.left),
                K::Parenthesized => {
                    let mut inner = self.lower.named(c);
                    match (inner.next(), inner.next()) {
                        (Some(only), None) => {
                            c = only;
                            continue;
                        }
                        _ => None,
                    }
                }
                K::Type => {
                    if let Some(inner) = self.lower.named(c).next() {
                        c = inner;
                        continue;
                    }
                    None
                }
                _ => None,
            };
            let Some(left) = left else {
                self.lower.deeper(c, role, |lower| {
                    Python {
                        lower,
                        kinds: self.kinds,
                        f,
                    }
                    .atom(c, role);
                });
                break;
            };
            if self.pattern_call(c, left, role) {
                break;
            }
            let node_role = role;
            let kind = match kind {
                K::Attribute => {
                    role = Role::Object;
                    Kind::Attr
                }
                K::Call => {
                    role = Role::Callee;
                    Kind::Call
                }
                K::Subscript => {
                    role = Role::Object;
                    Kind::Index
                }
                _ => {
                    role = Role::Left;
                    Kind::BinOp
                }
            };
            let id = self.lower.open(kind, node_role, c);
            if kind == Kind::BinOp {
                let operator = self.lower.token(c).to_vec();
                self.lower.builder.node_mut(id).symbol = Symbol::of(&operator);
                // `a and b and c` is one operation of three operands.
                let logical = operator == b"and" || operator == b"or";
                let inner = logical
                    && chain.last().is_some_and(|&outer| {
                        self.k(outer) == K::Binary && self.lower.token(outer) == operator
                    });
                self.lower.flag(id, Flags::IMPLICIT.when(inner));
            }
            chain.push(c);
            c = left;
        }
        while let Some(c) = chain.pop() {
            self.lower.deeper(c, Role::Item, |lower| {
                Python {
                    lower,
                    kinds: self.kinds,
                    f,
                }
                .link(c)
            });
            self.lower.close();
        }
    }

    /// What stands to the right of the inner expression in a link of a chain.
    fn link(&mut self, c: CstId) {
        let f = self.f;
        match self.k(c) {
            K::Attribute => {
                if let Some(name) = self.lower.field(c, f.attribute) {
                    self.lower.word(Kind::Ident, Role::Field, name);
                }
            }
            K::Call => {
                if let Some(arguments) = self.lower.field(c, f.arguments) {
                    self.arguments(arguments, Role::Arg);
                }
            }
            K::Subscript => self.subscripts(c),
            _ => self.field(c, f.right, Role::Right),
        }
    }

    /// The calls that stand for `<... e ...>` and `($X: T)` in a pattern.
    fn pattern_call(&mut self, c: CstId, function: CstId, role: Role) -> bool {
        if !self.lower.pattern || self.k(c) != K::Call {
            return false;
        }
        let name = self.lower.text(function);
        let Some(arguments) = self.lower.field(c, self.f.arguments) else {
            return false;
        };
        let mut arguments = self.lower.named(arguments);
        if name == DEEP.as_bytes() {
            self.lower.open(Kind::Deep, role, c);
            if let Some(inner) = arguments.next() {
                self.expression(inner, Role::Item);
            }
        } else if name == TYPED.as_bytes() {
            let Some(variable) = arguments.next() else {
                return false;
            };
            let Some(super::Placeholder::MetaVar(name)) = self.lower.placeholder(variable) else {
                return false;
            };
            self.lower.open_named(Kind::TypedMetaVar, role, c, name);
            if let Some(of) = arguments.next() {
                self.expression(of, Role::Type);
            }
        } else {
            return false;
        }
        self.lower.close();
        true
    }

    fn arguments(&mut self, c: CstId, role: Role) {
        if self.k(c) == K::Comprehension {
            self.expression(c, role);
            return;
        }
        for argument in self.lower.named(c) {
            if self.k(argument) == K::KeywordArgument {
                self.lower.open(Kind::KwArg, role, argument);
                if let Some(name) = self.lower.field(argument, self.f.name) {
                    self.lower.word(Kind::Ident, Role::Name, name);
                }
                self.field(argument, self.f.value, Role::Value);
                self.lower.close();
            } else {
                self.expression(argument, role);
            }
        }
    }

    fn subscripts(&mut self, c: CstId) {
        let of = self.lower.field(c, self.f.value);
        let indices: Vec<CstId> = self.lower.named(c).filter(|&i| Some(i) != of).collect();
        if let [only] = indices[..] {
            self.expression(only, Role::Index);
            return;
        }
        let (Some(&first), Some(&last)) = (indices.first(), indices.last()) else {
            return;
        };
        let span = Span {
            start: self.lower.span(first).start,
            end: self.lower.span(last).end,
        };
        self.lower
            .open_span(Kind::Tuple, Role::Index, Flags::NONE, span);
        for index in indices {
            self.expression(index, Role::Item);
        }
        self.lower.close();
    }

    fn atom(&mut self, c: CstId, role: Role) {
        let f = self.f;
        match self.k(c) {
            K::Identifier | K::DottedName | K::Ellipsis => self.name(c, role),
            K::Assignment => {
                let id = self.lower.open(Kind::Assign, role, c);
                if let Some(operator) = self.lower.field(c, f.operator) {
                    self.lower.builder.node_mut(id).symbol = self.lower.symbol(operator);
                }
                self.field(c, f.left, Role::Target);
                self.field(c, f.r#type, Role::Type);
                self.field(c, f.right, Role::Value);
                self.lower.close();
            }
            K::NamedExpression => {
                self.lower.open(Kind::Assign, role, c);
                self.field(c, f.name, Role::Target);
                self.field(c, f.value, Role::Value);
                self.lower.close();
            }
            K::Comparison => self.comparison(c, role),
            K::Unary => {
                let operator = self.lower.token(c).to_vec();
                self.lower.open_named(Kind::UnOp, role, c, operator);
                self.field(c, f.argument, Role::Item);
                self.lower.close();
            }
            K::String => self.string(c, role, &[c]),
            K::ConcatenatedString => {
                let pieces: Vec<CstId> = self.lower.named(c).collect();
                self.string(c, role, &pieces);
            }
            K::Integer => {
                let value = integer(self.lower.text(c));
                self.lower
                    .leaf_as(Kind::Int, role, self.lower.span(c), Symbol::of(value));
            }
            K::Float => {
                self.lower.leaf(Kind::Float, role, c);
            }
            K::True => {
                self.lower
                    .leaf_as(Kind::Bool, role, self.lower.span(c), Symbol::of("true"));
            }
            K::False => {
                self.lower
                    .leaf_as(Kind::Bool, role, self.lower.span(c), Symbol::of("false"));
            }
            K::None => {
                self.lower
                    .leaf_as(Kind::Null, role, self.lower.span(c), Symbol::NONE);
            }
            K::List => self.collection(Kind::List, c, role),
            K::Tuple | K::Parenthesized => self.collection(Kind::Tuple, c, role),
            K::Set => self.collection(Kind::Set, c, role),
            K::Dictionary => self.collection(Kind::Dict, c, role),
            K::Pair => {
                self.lower.open(Kind::Pair, role, c);
                self.field(c, f.key, Role::Key);
                self.field(c, f.value, Role::Value);
                self.lower.close();
            }
            K::ListSplat | K::DictionarySplat => {
                let inner = self.lower.named(c).next();
                if let Some(inner) = inner.filter(|&inner| self.lower.is_ellipsis(inner)) {
                    self.lower.word(Kind::Ellipsis, role, inner);
                    return;
                }
                let stars = self.lower.token(c).to_vec();
                self.lower.open_named(Kind::Spread, role, c, stars);
                self.items(c, Role::Item);
                self.lower.close();
            }
            K::Comprehension => self.comprehension(c, role),
            K::Lambda => self.lambda(c, role),
            K::Conditional => {
                self.lower.open(Kind::Cond, role, c);
                let parts: Vec<CstId> = self.lower.named(c).collect();
                if let [then, condition, otherwise] = parts[..] {
                    self.expression(condition, Role::Cond);
                    self.expression(then, Role::Body);
                    self.expression(otherwise, Role::Else);
                }
                self.lower.close();
            }
            K::Await => self.collection(Kind::Await, c, role),
            K::Yield => self.collection(Kind::Yield, c, role),
            K::AsPatternTarget => {
                if let Some(inner) = self.lower.named(c).next() {
                    self.expression(inner, role);
                }
            }
            K::ExpressionStatement
            | K::If
            | K::For
            | K::While
            | K::With
            | K::Try
            | K::Function
            | K::Class
            | K::Decorated
            | K::Return
            | K::Raise
            | K::Import
            | K::ImportFrom
            | K::Match
            | K::Print
            | K::Exec
            | K::Block => self.statement(c, role),
            _ => self.raw(c, role),
        }
    }

    fn name(&mut self, c: CstId, role: Role) {
        self.lower.word(Kind::Name, role, c);
    }

    fn collection(&mut self, kind: Kind, c: CstId, role: Role) {
        self.lower.open(kind, role, c);
        self.items(c, Role::Item);
        self.lower.close();
    }

    /// `a < b` is an operation; a chain keeps the grammar's shape.
    fn comparison(&mut self, c: CstId, role: Role) {
        let operands: Vec<CstId> = self.lower.named(c).collect();
        let [left, right] = operands[..] else {
            self.raw(c, role);
            return;
        };
        let operator = self.lower.token(c).to_vec();
        self.lower.open_named(Kind::BinOp, role, c, operator);
        self.expression(left, Role::Left);
        self.expression(right, Role::Right);
        self.lower.close();
    }

    fn comprehension(&mut self, c: CstId, role: Role) {
        let id = self.lower.open(Kind::Comprehension, role, c);
        self.lower.builder.node_mut(id).symbol =
            Symbol::of(self.lower.text(c).get(..1).unwrap_or_default());
        self.field(c, self.f.body, Role::Value);
        for clause in self.lower.named(c) {
            match self.k(clause) {
                K::ForInClause => {
                    self.lower.open(Kind::CompFor, Role::Iter, clause);
                    self.field(clause, self.f.left, Role::Target);
                    // Conditions without parentheses may stand beside the iterated value.
                    for child in self.lower.named(clause) {
                        if self.lower.node(child).field == self.f.right {
                            self.expression(child, Role::Iter);
                        }
                    }
                    self.lower.close();
                }
                K::IfClause => self.items(clause, Role::Iter),
                _ => {}
            }
        }
        self.lower.close();
    }

    fn lambda(&mut self, c: CstId, role: Role) {
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

    /// One string, or several side by side, which are one value.
    fn string(&mut self, c: CstId, role: Role, pieces: &[CstId]) {
        let span = self.lower.span(c);
        let mut flags = Flags::NONE;
        let mut value: Vec<u8> = Vec::new();
        let mut constant = true;
        for &piece in pieces {
            for part in self.lower.named(piece) {
                match self.k(part) {
                    K::StringStart => {
                        let prefix = self.lower.text(part).to_ascii_lowercase();
                        flags = flags.with(Flags::TEMPLATE.when(prefix.contains(&b'f')));
                        flags = flags.with(Flags::BYTES.when(prefix.contains(&b'b')));
                    }
                    K::StringContent => value.extend_from_slice(self.lower.text(part)),
                    K::Interpolation => constant = false,
                    _ => {}
                }
            }
        }
        let id = self.lower.open_span(Kind::Str, role, flags, span);
        if constant {
            self.lower.builder.node_mut(id).symbol = Symbol::of(&value);
        }
        for &piece in pieces {
            for part in self.lower.named(piece) {
                match self.k(part) {
                    K::StringContent => self.lower.string_part(self.lower.span(part), constant),
                    K::Interpolation => {
                        self.lower.open(Kind::Interp, Role::Item, part);
                        self.field(part, self.f.expression, Role::Item);
                        self.lower.close();
                    }
                    _ => {}
                }
            }
        }
        self.lower.close();
    }

    /// What has no shape of its own keeps the grammar's.
    fn raw(&mut self, c: CstId, role: Role) {
        let lower = &mut *self.lower;
        let name = lower.grammar_name(Language::Python, c);
        let id = lower.open_named(Kind::Raw, role, c, name);
        for child in lower.children(c) {
            if self.lower.node(child).named {
                self.expression(child, Role::Item);
            } else {
                self.lower.raw_token(child);
            }
        }
        let lower = &mut *self.lower;
        lower.leaf_text(id, c);
        lower.close();
    }
}

/// The value of an integer literal in decimal, or the literal where it is too long to matter.
fn integer(text: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(text)
        .to_ascii_lowercase()
        .replace('_', "");
    let text = text.trim_end_matches('l');
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        Some("0b") => (&text[2..], 2),
        _ if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        _ => (text, 10),
    };
    u128::from_str_radix(digits, radix).map_or_else(|_| text.to_owned(), |value| value.to_string())
}
