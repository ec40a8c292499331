//! JavaScript and TypeScript: tables, and statements.

mod definition;
mod expression;
mod jsx;

use std::sync::LazyLock;

use super::{CstId, Flags, Kind, Lower, Role, Span, Symbol, fields, kinds};
use crate::lang::Language;

kinds! {
    ExpressionStatement = "expression_statement",
    VariableDeclaration = "variable_declaration" | "lexical_declaration" | "using_declaration",
    Declarator = "variable_declarator",
    Block = "statement_block" | "class_static_block",
    If = "if_statement",
    Else = "else_clause",
    For = "for_statement",
    ForIn = "for_in_statement",
    While = "while_statement" | "do_statement",
    Try = "try_statement",
    Switch = "switch_statement",
    SwitchDefault = "switch_default",
    SwitchCase = "switch_case",
    Return = "return_statement",
    Throw = "throw_statement",
    Empty = "empty_statement",
    Import = "import_statement",
    ImportClause = "import_clause",
    NamedImports = "named_imports",
    NamespaceImport = "namespace_import",
    ImportSpecifier = "import_specifier",
    ImportRequire = "import_require_clause",
    Export = "export_statement",
    Function = "function_declaration" | "generator_function_declaration" | "function_signature",
    FunctionExpression = "function_expression" | "generator_function",
    Arrow = "arrow_function",
    Method = "method_definition" | "method_signature" | "abstract_method_signature",
    Class = "class_declaration" | "class" | "abstract_class_declaration",
    Interface = "interface_declaration",
    ClassHeritage = "class_heritage",
    HeritageClause = "extends_clause" | "implements_clause" | "extends_type_clause",
    Field = "field_definition" | "public_field_definition" | "property_signature",
    Decorator = "decorator",
    Parameter = "required_parameter" | "optional_parameter",
    AssignmentPattern = "assignment_pattern",
    Identifier = "identifier" | "this" | "super" | "undefined" | "import" | "type_identifier" | "predefined_type",
    Word = "property_identifier" | "private_property_identifier" | "statement_identifier" | "shorthand_property_identifier",
    String = "string",
    Template = "template_string",
    Number = "number",
    True = "true",
    False = "false",
    Null = "null",
    Regex = "regex",
    Parenthesized = "parenthesized_expression",
    Member = "member_expression" | "nested_identifier" | "nested_type_identifier",
    Subscript = "subscript_expression",
    Call = "call_expression",
    New = "new_expression",
    Binary = "binary_expression",
    Unary = "unary_expression" | "update_expression",
    Ternary = "ternary_expression",
    Assignment = "assignment_expression" | "augmented_assignment_expression",
    Await = "await_expression",
    Yield = "yield_expression",
    Array = "array" | "array_pattern",
    Object = "object" | "object_pattern",
    Pair = "pair" | "pair_pattern",
    ShorthandPattern = "shorthand_property_identifier_pattern",
    ObjectAssignment = "object_assignment_pattern",
    Spread = "spread_element" | "rest_pattern",
    Cast = "as_expression" | "satisfies_expression" | "type_assertion",
    NonNull = "non_null_expression",
    TypeAnnotation = "type_annotation",
    TypeArguments = "type_arguments" | "type_parameters",
    Fragment = "string_fragment" | "escape_sequence" | "html_character_reference",
    Substitution = "template_substitution",
    JsxElement = "jsx_element",
    JsxSelfClosing = "jsx_self_closing_element",
    JsxAttribute = "jsx_attribute",
    JsxExpression = "jsx_expression",
    JsxText = "jsx_text",
}

fields! {
    name = "name",
    value = "value",
    flags = "flags",
    optional_chain = "optional_chain",
    condition = "condition",
    consequence = "consequence",
    alternative = "alternative",
    body = "body",
    initializer = "initializer",
    increment = "increment",
    left = "left",
    right = "right",
    operator = "operator",
    handler = "handler",
    finalizer = "finalizer",
    parameter = "parameter",
    parameters = "parameters",
    pattern = "pattern",
    source = "source",
    alias = "alias",
    declaration = "declaration",
    property = "property",
    object = "object",
    index = "index",
    function = "function",
    constructor = "constructor",
    arguments = "arguments",
    argument = "argument",
    key = "key",
    r#type = "type",
    return_type = "return_type",
    type_parameters = "type_parameters",
    type_arguments = "type_arguments",
    open_tag = "open_tag",
}

fn tables(language: Language) -> (Vec<K>, F) {
    let grammar = language
        .definition()
        .grammar
        .expect("the language has a grammar")();
    (K::table(&grammar), F::table(&grammar))
}

static JAVASCRIPT: LazyLock<(Vec<K>, F)> = LazyLock::new(|| tables(Language::JavaScript));
static TYPESCRIPT: LazyLock<(Vec<K>, F)> = LazyLock::new(|| tables(Language::TypeScript));
static TSX: LazyLock<(Vec<K>, F)> = LazyLock::new(|| tables(Language::Tsx));

pub(super) fn lower(lower: &mut Lower<'_>, language: Language) {
    let (kinds, f) = match language {
        Language::TypeScript => &*TYPESCRIPT,
        Language::Tsx => &*TSX,
        _ => &*JAVASCRIPT,
    };
    let mut script = Script {
        lower,
        kinds,
        f,
        language,
    };
    let root = CstId(0);
    script.lower.open(Kind::Module, Role::Item, root);
    script.statements(root);
    script.lower.close();
}

struct Script<'l, 'c> {
    lower: &'l mut Lower<'c>,
    kinds: &'static [K],
    f: &'static F,
    language: Language,
}

impl Script<'_, '_> {
    fn k(&self, c: CstId) -> K {
        K::of(self.kinds, self.lower.node(c).kind)
    }

    /// Runs `inner` one level deeper.
    fn deeper(&mut self, c: CstId, role: Role, inner: impl FnOnce(&mut Script<'_, '_>)) {
        let (kinds, f, language) = (self.kinds, self.f, self.language);
        self.lower.deeper(c, role, |lower| {
            inner(&mut Script {
                lower,
                kinds,
                f,
                language,
            });
        });
    }

    fn statements(&mut self, c: CstId) {
        for child in self.lower.named(c) {
            self.statement(child, Role::Item);
        }
    }

    /// A body: a block as it is, a lone statement in a block of its own.
    fn body(&mut self, c: Option<CstId>, role: Role) {
        let Some(c) = c else { return };
        self.deeper(c, role, |script| {
            if script.k(c) == K::Block {
                script.lower.open(Kind::Block, role, c);
                match script.lower.field(c, script.f.body) {
                    Some(inner) => script.statements(inner),
                    None => script.statements(c),
                }
            } else {
                let span = script.lower.span(c);
                script
                    .lower
                    .open_span(Kind::Block, role, Flags::IMPLICIT, span);
                script.statement(c, Role::Item);
            }
            script.lower.close();
        });
    }

    fn statement(&mut self, c: CstId, role: Role) {
        let f = self.f;
        match self.k(c) {
            K::ExpressionStatement => {
                let Some(inner) = self.lower.named(c).next() else {
                    return;
                };
                if self.lower.is_statement_list(inner) {
                    self.lower.word(Kind::Ellipsis, role, inner);
                    return;
                }
                self.lower.open(Kind::ExprStmt, role, c);
                self.expression(inner, Role::Item);
                self.lower.close();
            }
            K::VariableDeclaration => self.variables(c, role),
            K::Block => self.body(Some(c), role),
            K::If => self.if_statement(c, role),
            K::For => {
                self.lower.open(Kind::For, role, c);
                for (field, role) in [
                    (f.initializer, Role::Init),
                    (f.condition, Role::Cond),
                    (f.increment, Role::Update),
                ] {
                    if let Some(part) = self.lower.field(c, field)
                        && self.k(part) != K::Empty
                    {
                        self.statement(part, role);
                    }
                }
                self.body(self.lower.field(c, f.body), Role::Body);
                self.lower.close();
            }
            K::ForIn => {
                let operator = self.lower.field(c, f.operator);
                let operator = operator.map_or(Symbol::NONE, |o| self.lower.symbol(o));
                let id = self.lower.open(Kind::ForIn, role, c);
                self.lower.builder.node_mut(id).symbol = operator;
                self.field(c, f.left, Role::Target);
                self.field(c, f.right, Role::Iter);
                self.body(self.lower.field(c, f.body), Role::Body);
                self.lower.close();
            }
            K::While => {
                self.lower.open(Kind::While, role, c);
                self.field(c, f.condition, Role::Cond);
                self.body(self.lower.field(c, f.body), Role::Body);
                self.lower.close();
            }
            K::Try => self.try_statement(c, role),
            K::Switch => {
                self.lower.open(Kind::Match, role, c);
                if let Some(value) = self.lower.field(c, f.value) {
                    let inner = self.lower.named(value).next();
                    self.expression(inner.unwrap_or(value), Role::Value);
                }
                if let Some(body) = self.lower.field(c, f.body) {
                    for case in self.lower.named(body) {
                        self.case(case);
                    }
                }
                self.lower.close();
            }
            K::Return => self.simple(Kind::Return, c, role),
            K::Throw => self.simple(Kind::Throw, c, role),
            K::Empty => {
                self.lower.leaf(Kind::Raw, role, c);
            }
            K::Import => self.import(c, role),
            K::Export => self.export(c, role),
            K::Function => self.function(c, role, Flags::NONE),
            K::Class | K::Interface => self.class(c, role, &[]),
            _ => self.expression(c, role),
        }
    }

    fn simple(&mut self, kind: Kind, c: CstId, role: Role) {
        self.lower.open(kind, role, c);
        self.items(c, Role::Item);
        self.lower.close();
    }

    /// `const a = 1, b = 2` is two declarations; the first begins at the keyword.
    fn variables(&mut self, c: CstId, role: Role) {
        let f = self.f;
        let keyword = self
            .lower
            .children(c)
            .next()
            .map_or(Symbol::NONE, |k| self.lower.symbol(k));
        let whole = self.lower.span(c);
        let declarators: Vec<CstId> = self
            .lower
            .named(c)
            .filter(|&d| self.k(d) == K::Declarator)
            .collect();
        for (index, &declarator) in declarators.iter().enumerate() {
            let own = self.lower.span(declarator);
            let span = Span {
                start: if index == 0 { whole.start } else { own.start },
                end: if declarators.len() == 1 {
                    whole.end
                } else {
                    own.end
                },
            };
            let id = self.lower.open_span(Kind::VarDecl, role, Flags::NONE, span);
            self.lower.builder.node_mut(id).symbol = keyword;
            self.lower.open(Kind::Assign, Role::Item, declarator);
            self.field(declarator, f.name, Role::Target);
            self.field(declarator, f.r#type, Role::Type);
            self.field(declarator, f.value, Role::Value);
            self.lower.close();
            self.lower.close();
        }
    }

    /// `else if` is an `if` in the `else` before it; a chain is followed without recursion.
    fn if_statement(&mut self, c: CstId, role: Role) {
        let f = self.f;
        let mut opened = 1;
        let mut current = c;
        self.lower.open(Kind::If, role, c);
        loop {
            self.field(current, f.condition, Role::Cond);
            self.body(self.lower.field(current, f.consequence), Role::Body);
            let otherwise = self.lower.field(current, f.alternative);
            let Some(otherwise) = otherwise.and_then(|e| self.lower.named(e).next()) else {
                break;
            };
            if self.k(otherwise) != K::If {
                self.body(Some(otherwise), Role::Else);
                break;
            }
            let span = self.lower.span(otherwise);
            self.lower
                .open_span(Kind::Block, Role::Else, Flags::IMPLICIT, span);
            self.lower.open(Kind::If, Role::Item, otherwise);
            opened += 2;
            current = otherwise;
        }
        for _ in 0..opened {
            self.lower.close();
        }
    }

    fn try_statement(&mut self, c: CstId, role: Role) {
        let f = self.f;
        self.lower.open(Kind::Try, role, c);
        self.body(self.lower.field(c, f.body), Role::Body);
        if let Some(handler) = self.lower.field(c, f.handler) {
            self.lower.open(Kind::Handler, Role::Handler, handler);
            self.field(handler, f.parameter, Role::Name);
            self.body(self.lower.field(handler, f.body), Role::Body);
            self.lower.close();
        }
        if let Some(finalizer) = self.lower.field(c, f.finalizer) {
            self.body(self.lower.field(finalizer, f.body), Role::Finally);
        }
        self.lower.close();
    }

    fn case(&mut self, c: CstId) {
        let f = self.f;
        if self.lower.is_ellipsis(c) {
            self.lower.word(Kind::Ellipsis, Role::Item, c);
            return;
        }
        if !matches!(self.k(c), K::SwitchCase | K::SwitchDefault) {
            return;
        }
        if let Some(value) = self.lower.field(c, f.value)
            && self.lower.is_ellipsis(value)
        {
            self.lower.word(Kind::Ellipsis, Role::Item, value);
            return;
        }
        let id = self.lower.open(Kind::Arm, Role::Item, c);
        let default = self.k(c) == K::SwitchDefault;
        self.lower.flag(id, Flags::DEFAULT.when(default));
        self.field(c, f.value, Role::Key);
        let span = self.lower.span(c);
        self.lower
            .open_span(Kind::Block, Role::Body, Flags::IMPLICIT, span);
        for child in self.lower.named(c) {
            if self.lower.node(child).field == f.body {
                self.statement(child, Role::Item);
            }
        }
        self.lower.close();
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
