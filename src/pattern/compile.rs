//! From a pattern's text to a tree: the contexts in which a piece of code can be read.

use super::text::{Style, encode};
use crate::lang::Language;
use crate::syntax::{self, Flags, Kind, NodeId, Role, Tree};

/// What a pattern is a piece of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// One node, most often an expression.
    Node(NodeId),
    /// Statements that follow each other, from the first up to `stop`.
    Statements { first: NodeId, stop: NodeId },
}

/// A pattern read in one way.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) tree: Tree,
    pub(super) text: String,
    pub(super) root: Root,
}

/// A pattern cannot be read in its language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pattern is no {language}: `{pattern}`")]
pub struct PatternError {
    language: &'static str,
    pattern: String,
}

/// Where the pattern stands once its context is parsed around it.
#[derive(Clone, Copy)]
enum Place {
    /// The statements of the file.
    File,
    /// The file's first statement, an expression.
    Expression,
    /// The statements of the body of the first function.
    Body,
    /// The first pair of the first object.
    Pair,
    /// The first node of a kind.
    First(Kind),
    /// The decorators of the first definition.
    Decorators,
    /// The `else` of the first `if`.
    Else,
    /// The `finally` of the first `try`.
    Finally,
    /// The members of the first class.
    Member,
}

struct Context {
    before: &'static str,
    after: &'static str,
    place: Place,
    style: Style,
}

const fn context(before: &'static str, after: &'static str, place: Place) -> Context {
    Context { before, after, place, style: Style::Statement }
}

const PYTHON: &[Context] = &[
    context("", "", Place::File),
    context("", "\ndef __aiscan(): pass", Place::Decorators),
    context("try:\n  pass\n", "", Place::First(Kind::Handler)),
    context("try:\n  pass\n", "", Place::Finally),
    context("if True:\n  pass\n", "", Place::Else),
    context("", " __aiscan_dots", Place::File),
    context("{", "}", Place::Pair),
    context("match __aiscan:\n ", "", Place::First(Kind::Arm)),
];

const SCRIPT: &[Context] = &[
    context("(", "\n)", Place::Expression),
    context("", "", Place::File),
    context("({", "\n})", Place::Pair),
    context("async function* __aiscan() {", "\n}", Place::Body),
    context("class __aiscan {", "\n}", Place::Member),
    context("", " {__aiscan_dots}", Place::File),
    context("", "\nclass __aiscan {}", Place::Decorators),
    context("try {}\n", "", Place::First(Kind::Handler)),
    context("try {}\n", "", Place::Finally),
    context("if (1) {}\n", "", Place::Else),
    context("switch (1) {", "\n}", Place::First(Kind::Arm)),
    context("(", ") => {__aiscan_dots}", Place::File),
    context("<a ", " />", Place::First(Kind::ElementAttr)),
];

const RUST: &[Context] = &[
    context("fn __aiscan() {", "\n}", Place::Body),
    context("fn __aiscan() {", ";\n}", Place::Body),
    Context { before: "", after: "", place: Place::File, style: Style::Item },
    Context { before: "", after: "", place: Place::File, style: Style::Field },
    context("", "\nfn __aiscan() {}", Place::Decorators),
    context("", " {__aiscan_dots}", Place::File),
    context("fn __aiscan() { match x {", "\n} }", Place::First(Kind::Arm)),
    context("fn __aiscan() { if x {} ", "\n}", Place::Else),
];

/// Reads a pattern in every way that its language leaves open; at least one.
pub(super) fn read(language: Language, pattern: &str) -> Result<Vec<Reading>, PatternError> {
    let trimmed = if language == Language::Python { dedent(pattern) } else { pattern.trim().to_owned() };
    let contexts = match language {
        Language::Python => PYTHON,
        Language::Rust => RUST,
        _ => SCRIPT,
    };
    let mut readings: Vec<Reading> = Vec::new();
    for context in contexts {
        if !may_fit(context, language, &trimmed) {
            continue;
        }
        if let Some(reading) = read_in(language, &trimmed, context) {
            let ambiguous = is_ambiguous(language, &trimmed, context);
            readings.push(reading);
            if !ambiguous {
                break;
            }
        }
    }
    if readings.is_empty() {
        let language = language.name();
        return Err(PatternError { language, pattern: pattern.trim().to_owned() });
    }
    Ok(readings)
}

/// Whether a context is worth trying: most are for patterns that begin with one word.
fn may_fit(context: &Context, language: Language, pattern: &str) -> bool {
    match context.place {
        Place::Expression => !pattern.starts_with("import ") && !pattern.starts_with("export "),
        Place::Decorators => pattern.starts_with('@') || pattern.starts_with('#'),
        Place::First(Kind::Handler) => pattern.starts_with("except") || pattern.starts_with("catch"),
        Place::Finally => pattern.starts_with("finally"),
        Place::Else => pattern.starts_with("else") || pattern.starts_with("elif"),
        Place::First(Kind::Arm) => {
            language == Language::Rust || pattern.starts_with("case") || pattern.starts_with("default")
        }
        Place::Pair => pattern.contains(':'),
        _ => true,
    }
}

/// `{a: $X}` is an object and a block with a label; `a: $X` a pair and a statement with a label.
fn is_ambiguous(language: Language, pattern: &str, context: &Context) -> bool {
    let script = matches!(language, Language::JavaScript | Language::TypeScript | Language::Tsx);
    script
        && match context.place {
            Place::Expression => pattern.starts_with('{') || pattern.starts_with("function"),
            Place::File => {
                let colon = pattern.find(':');
                let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '"' | '\'' | '-');
                colon.is_some_and(|at| pattern[..at].trim().chars().all(word))
            }
            _ => false,
        }
}

fn read_in(language: Language, pattern: &str, context: &Context) -> Option<Reading> {
    let encoded = encode(language, pattern, context.style);
    let text = format!("{}{encoded}{}", context.before, context.after);
    let mut tree = syntax::parse_pattern(language, text.as_bytes())?;
    if tree.health.errors > 0 {
        // In JSX an attribute's value stands in braces: `a=$X` is read as `a={$X}`.
        let braced = text.replace(
            &format!("={}", syntax::placeholder::METAVAR),
            &format!("={{{}", syntax::placeholder::METAVAR),
        );
        if braced == text || !text.contains('<') {
            return None;
        }
        let text = close_braces(&braced);
        tree = syntax::parse_pattern(language, text.as_bytes())?;
        if tree.health.errors > 0 {
            return None;
        }
        let root = locate(&tree, context.place)?;
        return Some(Reading { tree, text, root });
    }
    let root = locate(&tree, context.place)?;
    Some(Reading { tree, text, root })
}

/// Closes the braces that were opened before metavariables.
fn close_braces(text: &str) -> String {
    let opening = format!("={{{}", syntax::placeholder::METAVAR);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&opening) {
        let word = at + opening.len();
        let end = rest[word..]
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .map_or(rest.len(), |i| word + i);
        out.push_str(&rest[..end]);
        out.push('}');
        rest = &rest[end..];
    }
    out + rest
}

fn locate(tree: &Tree, place: Place) -> Option<Root> {
    let first = |kind: Kind| tree.subtree(NodeId::ROOT).find(|&id| tree.kind(id) == kind);
    let statements = |parent: NodeId| {
        let children = tree.children(parent);
        simplify(tree, children.next, children.stop)
    };
    match place {
        Place::File => statements(NodeId::ROOT),
        Place::Expression => match statements(NodeId::ROOT)? {
            Root::Node(node) if tree.kind(node).is_expression() || tree.kind(node) == Kind::Func
                || tree.kind(node) == Kind::Class || tree.kind(node) == Kind::Raw => Some(Root::Node(node)),
            _ => None,
        },
        Place::Body => statements(tree.child(first(Kind::Func)?, Role::Body)?),
        Place::Pair => {
            let pairs = tree.children(first(Kind::Dict)?);
            let only = pairs.into_iter().count() == 1;
            (only && matches!(tree.kind(pairs.next), Kind::Pair | Kind::Func)).then_some(Root::Node(pairs.next))
        }
        Place::First(kind) => first(kind).map(Root::Node),
        Place::Decorators => {
            let definition = first(Kind::Func).or(first(Kind::Class))?;
            let mut decorators = tree.role(definition, Role::Decorator);
            let decorator = decorators.next()?;
            decorators.is_empty().then_some(Root::Node(decorator))
        }
        Place::Else => tree.child(first(Kind::If)?, Role::Else).map(Root::Node),
        Place::Finally => tree.child(first(Kind::Try)?, Role::Finally).map(Root::Node),
        Place::Member => statements(tree.child(first(Kind::Class)?, Role::Body)?),
    }
}

/// One expression, one statement, or several.
fn simplify(tree: &Tree, first: NodeId, stop: NodeId) -> Option<Root> {
    if first >= stop {
        return None;
    }
    if tree.after(first) < stop {
        return Some(Root::Statements { first, stop });
    }
    let node = tree.node(first);
    let implicit_return = node.kind == Kind::Return && node.flags.has(Flags::IMPLICIT);
    if node.kind == Kind::ExprStmt || implicit_return {
        return tree.children(first).next().map(Root::Node);
    }
    Some(Root::Node(first))
}

/// Takes the indentation of the first line from every line.
fn dedent(text: &str) -> String {
    let text = text.trim_end().trim_start_matches(['\n', '\r']);
    let margin = text.len() - text.trim_start_matches([' ', '\t']).len();
    let lines = text.lines().map(|line| {
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        &line[margin.min(blank)..]
    });
    lines.collect::<Vec<_>>().join("\n")
}
