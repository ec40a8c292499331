//! What a pass over a script knows of what stands before a token, and of what is open around it.

use crate::source::Span;

/// What stands before a token, as far as that tells how a slash or a brace is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// An operand is to come.
    Operator,
    /// An operand.
    Operand,
    /// A word that may be an operator as well as an operand.
    Either,
    /// The parentheses of a statement such as `if`.
    Header,
    /// Other parentheses.
    Parentheses {
        /// Whether they belong to the keyword `function`.
        of_function: bool,
        /// Whether `require` ends what stands in them.
        requires: bool,
    },
    /// A brace that closes a block, or a literal.
    Brace,
    /// `=>`
    Arrow,
}

/// What is open.
#[derive(Clone, Copy, Debug)]
pub(super) enum Open {
    Parentheses {
        /// Whether they belong to a statement such as `if`.
        header: bool,
        /// Whether they belong to the keyword `function`.
        of_function: bool,
        /// Whether a string in them may name a module.
        imports: bool,
        /// Where the `for` stands that they belong to.
        repeats: Option<u32>,
        /// Where the `forEach` stands that they belong to.
        each: Option<u32>,
        /// What a function is called that has its parameters in them.
        name: Span,
    },
    Bracket,
    /// A block or a literal, with the `for` that it is the block of.
    Brace {
        repeats: Option<u32>,
    },
    Body {
        index: u32,
        outer: Option<u32>,
    },
    /// `${` within a template.
    Template,
}

/// Words after which an operand comes.
pub(super) const OPERATORS: &[&[u8]] = &[
    b"case",
    b"default",
    b"delete",
    b"do",
    b"else",
    b"extends",
    b"in",
    b"instanceof",
    b"new",
    b"return",
    b"throw",
    b"typeof",
    b"void",
];

/// Words that are names in some places and keywords in others.
pub(super) const EITHER: &[&[u8]] = &[
    b"as",
    b"async",
    b"await",
    b"break",
    b"continue",
    b"debugger",
    b"get",
    b"let",
    b"of",
    b"satisfies",
    b"set",
    b"static",
    b"type",
    b"yield",
];

/// Statements that have parentheses before their block.
pub(super) const HEADERS: &[&[u8]] = &[b"catch", b"for", b"if", b"switch", b"while", b"with"];
