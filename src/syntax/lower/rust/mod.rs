//! Rust: tables, and statements.

mod definition;
mod expression;
mod import;
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
        K::of(self.kinds, self.lower.node(c).kind)
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
        let kind = self.k(inner);
        if !matches!(kind, K::If | K::Match | K::Block) {
            return false;
        }
        self.deeper(inner, Role::Item, |rust| match kind {
            K::If => rust.if_expression(inner, Role::Item, true),
            K::Match => rust.match_expression(inner, Role::Item, true),
            _ => rust.block(Some(inner), Role::Item, true),
        });
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
