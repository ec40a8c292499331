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
    Header {
        /// Whether cases follow, and no statements.
        of_switch: bool,
    },
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

/// A list of statements that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    /// The body, or the run of statements, that it stands in.
    pub(super) parent: Option<u32>,
    /// The run of statements in it that goes on.
    pub(super) run: u32,
    /// What is known of the statement that goes on.
    pub(super) statement: Statement,
}

/// What is known of a statement that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statement {
    /// Nothing, since nothing of it has come.
    Begins,
    /// Nothing, since only words such as `export` have come.
    Modified,
    /// It declares a function, and ends with its body.
    Function,
    /// It declares a class, and ends with its block.
    Class,
    Other,
}

/// What is open.
#[derive(Clone, Copy, Debug)]
pub(super) enum Open {
    Parentheses {
        /// Whether they belong to a statement such as `if`, and if so, whether to a `switch`.
        header: Option<bool>,
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
        /// Whether a statement ends where it closes.
        ends_statement: bool,
        /// What it stands in, where there are statements in it.
        outer: Option<List>,
    },
    Body {
        index: u32,
        /// The body around it.
        body: Option<u32>,
        /// What it stands in.
        outer: List,
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

/// Words before a block.
pub(super) const BLOCKS: &[&[u8]] = &[b"do", b"else", b"finally", b"try"];

/// Words that go on with a statement.
pub(super) const GO_ON: &[&[u8]] = &[b"catch", b"else", b"finally", b"while"];

/// Statements that have parentheses before their block.
pub(super) const HEADERS: &[&[u8]] = &[b"catch", b"for", b"if", b"switch", b"while", b"with"];
