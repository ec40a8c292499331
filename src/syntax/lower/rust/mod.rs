//! Rust: tables, items and statements.

mod expression;
mod macros;

use std::sync::LazyLock;

use super::{CstId, Flags, Kind, Lower, Role, Span, Symbol, fields, kinds};
use crate::lang::Language;

kinds! {
    ExpressionStatement = "expression_statement",
    Empty = "empty_statement",
    Let = "let_declaration",
    Const = "const_item" | "static_item",
    Function = "function_item" | "function_signature_item",
    Type = "struct_item" | "enum_item" | "union_item" | "trait_item" | "impl_item" | "mod_item",
    Use = "use_declaration",
    ScopedUseList = "scoped_use_list",
    UseList = "use_list",
    UseAs = "use_as_clause",
    UseWildcard = "use_wildcard",
    ExternCrate = "extern_crate_declaration",
    Attribute = "attribute_item" | "inner_attribute_item",
    AttributeBody = "attribute",
    Visibility = "visibility_modifier" | "where_clause" | "lifetime" | "label" | "mutable_specifier" | "extern_modifier" | "function_modifiers" | "for_lifetimes",
    Parameter = "parameter",
    SelfParameter = "self_parameter",
    Block = "block" | "declaration_list",
    FieldList = "field_declaration_list" | "enum_variant_list" | "ordered_field_declaration_list",
    FieldDeclaration = "field_declaration",
    Identifier = "identifier" | "self" | "super" | "crate" | "type_identifier" | "primitive_type" | "metavariable",
    Word = "field_identifier" | "shorthand_field_identifier",
    Scoped = "scoped_identifier" | "scoped_type_identifier",
    Call = "call_expression",
    GenericFunction = "generic_function",
    GenericType = "generic_type" | "generic_type_with_turbofish" | "generic_pattern",
    Field = "field_expression",
    Index = "index_expression",
    Binary = "binary_expression",
    Unary = "unary_expression" | "negative_literal",
    Reference = "reference_expression" | "reference_pattern" | "reference_type",
    MutPattern = "mut_pattern" | "ref_pattern" | "match_pattern" | "bracketed_type",
    Parenthesized = "parenthesized_expression",
    Assignment = "assignment_expression" | "compound_assignment_expr",
    Cast = "type_cast_expression",
    Try = "try_expression",
    Await = "await_expression",
    Return = "return_expression",
    Closure = "closure_expression",
    If = "if_expression",
    Else = "else_clause",
    LetCondition = "let_condition",
    Match = "match_expression",
    Arm = "match_arm",
    While = "while_expression" | "loop_expression",
    For = "for_expression",
    Macro = "macro_invocation",
    MacroDefinition = "macro_definition",
    TokenTree = "token_tree",
    String = "string_literal" | "raw_string_literal",
    StringContent = "string_content" | "escape_sequence",
    Character = "char_literal",
    Integer = "integer_literal",
    Float = "float_literal",
    Boolean = "boolean_literal",
    Tuple = "tuple_expression" | "tuple_pattern" | "unit_expression",
    Array = "array_expression" | "slice_pattern",
    Struct = "struct_expression",
    StructPattern = "struct_pattern",
    TupleStructPattern = "tuple_struct_pattern",
    FieldInitializer = "field_initializer" | "field_pattern",
    ShorthandField = "shorthand_field_initializer",
    BaseField = "base_field_initializer" | "remaining_field_pattern",
}

fields! {
    name = "name",
    value = "value",
    r#type = "type",
    pattern = "pattern",
    body = "body",
    parameters = "parameters",
    return_type = "return_type",
    type_parameters = "type_parameters",
    type_arguments = "type_arguments",
    r#trait = "trait",
    argument = "argument",
    path = "path",
    list = "list",
    alias = "alias",
    function = "function",
    arguments = "arguments",
    field = "field",
    left = "left",
    right = "right",
    operator = "operator",
    condition = "condition",
    consequence = "consequence",
    alternative = "alternative",
    r#macro = "macro",
}

static TABLES: LazyLock<(Vec<K>, F)> = LazyLock::new(|| {
    let grammar = Language::Rust
        .definition()
        .grammar
        .expect("Rust has a grammar")();
    (K::table(&grammar), F::table(&grammar))
});

pub(super) fn lower(lower: &mut Lower<'_>) {
    let (kinds, f) = &*TABLES;
    let mut rust = Rust { lower, kinds, f };
    let root = CstId(0);
    rust.lower.open(Kind::Module, Role::Item, root);
    rust.statements(root, false);
    rust.lower.close();
}

struct Rust<'l, 'c> {
    lower: &'l mut Lower<'c>,
    kinds: &'static [K],
    f: &'static F,
}

impl Rust<'_, '_> {
    fn k(&self, c: CstId) -> K {
        let kind = self.lower.node(c).kind;
        if kind == super::cst::ERROR {
            return K::Error;
        }
        self.kinds.get(kind as usize).copied().unwrap_or(K::Other)
    }

    /// Runs `inner` one level deeper.
    fn deeper(&mut self, c: CstId, role: Role, inner: impl FnOnce(&mut Rust<'_, '_>)) {
        let (kinds, f) = (self.kinds, self.f);
        self.lower
            .deeper(c, role, |lower| inner(&mut Rust { lower, kinds, f }));
    }

    /// The statements of a block; where the block is a function's, a last expression is its value.
    fn statements(&mut self, c: CstId, returns: bool) {
        let mut attributes: Vec<CstId> = Vec::new();
        let mut children = self.lower.named(c).peekable();
        while let Some(child) = children.next() {
            match self.k(child) {
                K::Attribute => {
                    attributes.push(child);
                    continue;
                }
                K::Visibility => continue,
                _ => {}
            }
            // In a pattern a last expression may be any statement.
            let tail = returns && !self.lower.pattern && children.peek().is_none();
            if tail && self.tail(child) {
                attributes.clear();
                continue;
            }
            if tail && !self.is_statement(child) && !self.lower.is_statement_list(child) {
                let span = self.lower.span(child);
                self.lower
                    .open_span(Kind::Return, Role::Item, Flags::IMPLICIT, span);
                self.expression(child, Role::Item);
                self.lower.close();
            } else {
                self.statement(child, Role::Item, &attributes);
            }
            attributes.clear();
        }
    }

    /// A last expression whose branches are the values. Returns whether it is one.
    fn tail(&mut self, c: CstId) -> bool {
        let mut inner = c;
        if self.k(c) == K::ExpressionStatement && !self.lower.has_token(c, b";") {
            inner = self.lower.named(c).next().unwrap_or(c);
        }
        match self.k(inner) {
            K::If => self.if_expression(inner, Role::Item, true),
            K::Match => self.match_expression(inner, Role::Item, true),
            K::Block => self.block(Some(inner), Role::Item, true),
            _ => return false,
        }
        true
    }

    /// Whether a node stands as a statement by itself, so that it is no block's value.
    fn is_statement(&self, c: CstId) -> bool {
        matches!(
            self.k(c),
            K::ExpressionStatement
                | K::Empty
                | K::Let
                | K::Const
                | K::Function
                | K::Type
                | K::Use
                | K::ExternCrate
                | K::MacroDefinition
                | K::If
                | K::Match
                | K::While
                | K::For
                | K::Return
                | K::Block
        )
    }

    fn block(&mut self, c: Option<CstId>, role: Role, returns: bool) {
        let Some(c) = c else { return };
        self.deeper(c, role, |rust| {
            rust.lower.open(Kind::Block, role, c);
            rust.statements(c, returns);
            rust.lower.close();
        });
    }

    fn statement(&mut self, c: CstId, role: Role, attributes: &[CstId]) {
        let f = self.f;
        match self.k(c) {
            K::ExpressionStatement => {
                let Some(inner) = self.lower.named(c).next() else {
                    return;
                };
                if self.lower.is_statement_list(inner) {
                    self.lower.word(Kind::Ellipsis, role, inner);
                } else if self.is_macro_ellipsis(inner) {
                    let span = self.lower.span(inner);
                    self.lower.leaf_as(Kind::Ellipsis, role, span, Symbol::NONE);
                } else if self.is_statement(inner) {
                    self.expression(inner, role);
                } else {
                    self.lower.open(Kind::ExprStmt, role, c);
                    self.expression(inner, Role::Item);
                    self.lower.close();
                }
            }
            K::Let | K::Const => {
                let keyword = self.lower.children(c).find(|&k| !self.lower.node(k).named);
                let mut keyword = keyword.map_or(Symbol::NONE, |k| self.lower.symbol(k));
                // `let mut` is one more kind of `let`; a `static mut` is another thing.
                let mutable = self.lower.named(c).any(|m| self.lower.text(m) == b"mut");
                if mutable && keyword == Symbol::of("static") {
                    keyword = Symbol::of("static mut");
                }
                let id = self.lower.open(Kind::VarDecl, role, c);
                self.lower.builder.node_mut(id).symbol = keyword;
                self.lower.open(Kind::Assign, Role::Item, c);
                self.field(c, f.pattern, Role::Target);
                if let Some(name) = self.lower.field(c, f.name) {
                    self.lower.word(Kind::Name, Role::Target, name);
                }
                self.field(c, f.r#type, Role::Type);
                self.field(c, f.value, Role::Value);
                self.lower.close();
                if let Some(otherwise) = self.lower.field(c, f.alternative) {
                    self.block(Some(otherwise), Role::Else, false);
                }
                self.lower.close();
            }
            K::Function => self.function(c, role, attributes),
            K::Type => self.type_item(c, role, attributes),
            K::Use => {
                if let Some(argument) = self.lower.field(c, f.argument) {
                    let span = self.lower.span(c);
                    self.use_tree(argument, &mut Vec::new(), role, span);
                }
            }
            K::Empty | K::Attribute | K::Visibility => {}
            K::Block => self.block(Some(c), role, false),
            K::MacroDefinition => {
                // Its rules are token trees of code that is not written yet.
                self.lower.leaf_as(
                    Kind::Raw,
                    role,
                    self.lower.span(c),
                    Symbol::of("macro_definition"),
                );
            }
            K::Identifier if self.lower.is_statement_list(c) => {
                self.lower.word(Kind::Ellipsis, role, c);
            }
            K::Macro if self.is_macro_ellipsis(c) => {
                let span = self.lower.span(c);
                self.lower.leaf_as(Kind::Ellipsis, role, span, Symbol::NONE);
            }
            _ if self.is_statement(c) => self.expression(c, role),
            _ => {
                self.lower.open(Kind::ExprStmt, role, c);
                self.expression(c, Role::Item);
                self.lower.close();
            }
        }
    }

    /// Whether a call of a macro stands for `...` among items.
    fn is_macro_ellipsis(&self, c: CstId) -> bool {
        self.k(c) == K::Macro
            && self
                .lower
                .field(c, self.f.r#macro)
                .is_some_and(|name| self.lower.is_ellipsis(name))
    }

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

    fn function(&mut self, c: CstId, role: Role, attributes: &[CstId]) {
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

    fn parameters(&mut self, c: CstId) {
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
                                + super::placeholder::ELLIPSIS.len() as u32,
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
    fn type_item(&mut self, c: CstId, role: Role, attributes: &[CstId]) {
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

    /// `use a::{b, c as d}` as one import a name.
    fn use_tree(&mut self, c: CstId, path: &mut Vec<u8>, role: Role, span: Span) {
        let f = self.f;
        let length = path.len();
        match self.k(c) {
            K::ScopedUseList => {
                if let Some(prefix) = self.lower.field(c, f.path) {
                    self.extend_path(path, prefix);
                }
                if let Some(list) = self.lower.field(c, f.list) {
                    self.use_tree(list, path, role, span);
                }
            }
            K::UseList => {
                for child in self.lower.named(c) {
                    self.deeper(child, role, |rust| rust.use_tree(child, path, role, span));
                }
            }
            K::UseWildcard => {
                if let Some(prefix) = self.lower.named(c).next() {
                    self.extend_path(path, prefix);
                }
                self.use_name(path, c, None, Some("*"), role, span);
            }
            K::UseAs => {
                let alias = self.lower.field(c, f.alias);
                if let Some(name) = self.lower.field(c, f.path) {
                    self.use_leaf(name, path, alias, role, span);
                }
            }
            _ => self.use_leaf(c, path, None, role, span),
        }
        path.truncate(length);
    }

    fn use_leaf(
        &mut self,
        c: CstId,
        path: &mut Vec<u8>,
        alias: Option<CstId>,
        role: Role,
        span: Span,
    ) {
        let f = self.f;
        let mut name = c;
        if self.k(c) == K::Scoped {
            if let Some(prefix) = self.lower.field(c, f.path) {
                self.extend_path(path, prefix);
            }
            name = self.lower.field(c, f.name).unwrap_or(c);
        }
        self.use_name(path, name, alias, None, role, span);
    }

    fn use_name(
        &mut self,
        path: &[u8],
        name: CstId,
        alias: Option<CstId>,
        symbol: Option<&str>,
        role: Role,
        span: Span,
    ) {
        self.lower
            .open_span(Kind::ImportFrom, role, Flags::NONE, span);
        let module = self
            .lower
            .leaf_as(Kind::Ident, Role::Module, span, Symbol::of(path));
        self.lower
            .builder
            .set_text(module, &String::from_utf8_lossy(path));
        let id = self.lower.open(Kind::ImportName, Role::Item, name);
        match symbol {
            Some(symbol) => self.lower.builder.node_mut(id).symbol = Symbol::of(symbol),
            None => {
                self.lower.word(Kind::Ident, Role::Module, name);
            }
        }
        if let Some(alias) = alias {
            self.lower.word(Kind::Ident, Role::Name, alias);
        }
        self.lower.close();
        self.lower.close();
    }

    /// Adds `a::b` to a dotted path as `a.b`.
    fn extend_path(&self, path: &mut Vec<u8>, c: CstId) {
        for part in self
            .lower
            .text(c)
            .split(|&b| b == b':')
            .filter(|part| !part.is_empty())
        {
            if !path.is_empty() {
                path.push(b'.');
            }
            path.extend_from_slice(part.trim_ascii());
        }
    }

    fn field(&mut self, c: CstId, field: u16, role: Role) {
        if let Some(child) = self.lower.field(c, field) {
            self.expression(child, role);
        }
    }

    fn items(&mut self, c: CstId, role: Role) {
        for child in self.lower.named(c) {
            if !matches!(self.k(child), K::Visibility | K::Attribute) {
                self.expression(child, role);
            }
        }
    }
}
