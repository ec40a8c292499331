//! Python: tables, and what all of its parts share.

mod definition;
mod expression;
mod literal;
mod statement;

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
        K::of(self.kinds, self.lower.node(c).kind)
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
