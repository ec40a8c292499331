//! From a pattern's text to a tree: the contexts in which a piece of code can be read.

use super::text::{Style, encode};
use crate::lang::Language;
use crate::syntax::{self, Flags, Kind, NodeId, Role, Symbol, Tree};

/// What a pattern is a piece of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// One node, most often an expression.
    Node(NodeId),
    /// A block in the same role, such as `finally {…}`.
    Part(NodeId),
    /// Statements that follow each other, from the first up to `stop`.
    Statements { first: NodeId, stop: NodeId },
}

/// A pattern read in one way.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) tree: Tree,
    pub(super) text: String,
    pub(super) root: Root,
    /// The words that a file has to hold.
    pub(super) words: Vec<Symbol>,
}

impl Reading {
    fn new(tree: Tree, text: String, root: Root) -> Reading {
        let words = words(&tree, root);
        Reading {
            tree,
            text,
            root,
            words,
        }
    }
}

/// The words of a pattern that stand in every file that it matches.
fn words(tree: &Tree, root: Root) -> Vec<Symbol> {
    let (start, end) = match root {
        Root::Node(node) | Root::Part(node) => (node, tree.after(node)),
        Root::Statements { first, stop } => (first, stop),
    };
    let mut words = Vec::new();
    let mut at = start;
    while at < end {
        let node = tree.node(at);
        match node.kind {
            // An import has several spellings, and a type need not be spelt.
            Kind::Import | Kind::ImportFrom | Kind::TypedMetaVar => {
                at = tree.after(at);
                continue;
            }
            Kind::Name | Kind::Ident => {
                let parent = tree.node(node.parent);
                // In an argument the name of a function says nothing.
                let of_argument = node.role == Role::Name
                    && parent.kind == Kind::Func
                    && parent.role == Role::Arg;
                if !of_argument && node.symbol != Symbol::of("require") {
                    words.push(node.symbol);
                }
            }
            _ => {}
        }
        at = NodeId(at.0 + 1);
    }
    words.sort_unstable();
    words.dedup();
    words
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
    /// The block of a role of the first node of a kind.
    Part(Kind, Role),
    /// The members of the first class.
    Member,
    /// The only attribute of the first element.
    Attribute,
    /// The value of the first pair.
    Value,
}

struct Context {
    before: &'static str,
    after: &'static str,
    place: Place,
    style: Style,
}

const fn context(before: &'static str, after: &'static str, place: Place) -> Context {
    Context {
        before,
        after,
        place,
        style: Style::Statement,
    }
}

const PYTHON: &[Context] = &[
    context("", "", Place::File),
    context("", "\ndef __aiscan(): pass", Place::Decorators),
    context("try:\n  pass\n", "", Place::First(Kind::Handler)),
    context("try:\n  pass\n", "", Place::Part(Kind::Try, Role::Finally)),
    context("if True:\n  pass\n", "", Place::Part(Kind::If, Role::Else)),
    context("", " __aiscan_dots", Place::File),
    context("{", "}", Place::Pair),
    context("match __aiscan:\n ", "", Place::First(Kind::Arm)),
];

const SCRIPT: &[Context] = &[
    context("({", "\n})", Place::Pair),
    context("(", "\n)", Place::Expression),
    context("", "", Place::File),
    context("async function* __aiscan() {", "\n}", Place::Body),
    context("try {}\n", "", Place::First(Kind::Handler)),
    context("try {}\n", "", Place::Part(Kind::Try, Role::Finally)),
    context(
        "",
        " catch (__aiscan_dots) {__aiscan_dots}",
        Place::First(Kind::Try),
    ),
    context("if (1) {}\n", "", Place::Part(Kind::If, Role::Else)),
    context("class __aiscan {", "\n}", Place::Member),
    context("class __aiscan {", " {__aiscan_dots}\n}", Place::Member),
    context("", " {__aiscan_dots}", Place::File),
    context("", "\nclass __aiscan {}", Place::Decorators),
    context("switch (1) {", "\n}", Place::First(Kind::Arm)),
    context("(", ") => {__aiscan_dots}", Place::File),
    context("<a ", " />", Place::First(Kind::ElementAttr)),
];

const RUST: &[Context] = &[
    context("fn __aiscan() {", "\n}", Place::Body),
    context("fn __aiscan() {", ";\n}", Place::Body),
    Context {
        before: "",
        after: "",
        place: Place::File,
        style: Style::Item,
    },
    Context {
        before: "",
        after: "",
        place: Place::File,
        style: Style::Field,
    },
    context("", "\nfn __aiscan() {}", Place::Decorators),
    context("", " {__aiscan_dots}", Place::File),
    context(
        "fn __aiscan() { match x {",
        "\n} }",
        Place::First(Kind::Arm),
    ),
    context(
        "fn __aiscan() { if x {} ",
        "\n}",
        Place::Part(Kind::If, Role::Else),
    ),
];

const JSON: &[Context] = &[context("", "", Place::File), context("{", "}", Place::Pair)];

const TOML: &[Context] = &[
    context("", "\n", Place::File),
    context("__aiscan = ", "\n", Place::Value),
];

const MARKUP: &[Context] = &[
    context("<a ", ">", Place::Attribute),
    context("", "", Place::File),
];

/// What is a whole file of its language, however small.
const PLAIN: &[Context] = &[context("", "\n", Place::File)];

/// Reads a pattern in every way that its language leaves open; at least one.
pub(super) fn read(language: Language, pattern: &str) -> Result<Vec<Reading>, PatternError> {
    // What one dialect cannot read another may: types in JavaScript, casts or elements.
    let dialects: &[Language] = match language {
        Language::JavaScript => &[Language::JavaScript, Language::Tsx, Language::TypeScript],
        Language::TypeScript | Language::Tsx => &[Language::TypeScript, Language::Tsx],
        // What is no instruction is a command that some instruction runs.
        Language::Dockerfile => &[Language::Dockerfile, Language::Bash],
        _ => std::slice::from_ref(&language),
    };
    let readings = dialects
        .iter()
        .map(|&dialect| read_dialect(dialect, pattern));
    readings
        .into_iter()
        .find(|readings| !readings.is_empty())
        .ok_or_else(|| PatternError {
            language: language.name(),
            pattern: pattern.trim().to_owned(),
        })
}

fn read_dialect(language: Language, pattern: &str) -> Vec<Reading> {
    let trimmed = if matches!(language, Language::Python | Language::Yaml) {
        dedent(pattern)
    } else {
        pattern.trim().to_owned()
    };
    let contexts = match language {
        Language::Python => PYTHON,
        Language::Rust => RUST,
        Language::Json => JSON,
        Language::Toml => TOML,
        Language::Html | Language::Xml => MARKUP,
        Language::Yaml | Language::Bash | Language::Dockerfile => PLAIN,
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
    readings
}

/// Whether a context is worth trying: most are for patterns that begin with one word.
fn may_fit(context: &Context, language: Language, pattern: &str) -> bool {
    match context.place {
        Place::Attribute => !pattern.starts_with('<'),
        Place::Expression => !pattern.starts_with("import ") && !pattern.starts_with("export "),
        Place::Decorators => pattern.starts_with('@') || pattern.starts_with('#'),
        Place::First(Kind::Handler) => {
            pattern.starts_with("except") || pattern.starts_with("catch")
        }
        Place::First(Kind::Try) => pattern.starts_with("try"),
        Place::Part(Kind::Try, _) => pattern.starts_with("finally"),
        Place::Part(..) => pattern.starts_with("else") || pattern.starts_with("elif"),
        Place::First(Kind::Arm) => {
            language == Language::Rust
                || pattern.starts_with("case")
                || pattern.starts_with("default")
        }
        Place::Pair => !language.is_script() || begins_with_key(pattern),
        _ => true,
    }
}

/// Whether a pattern is `key: …`.
fn begins_with_key(pattern: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '"' | '\'' | '-');
    pattern.split_once(':').is_some_and(|(key, value)| {
        !value.starts_with(':') && !key.trim().is_empty() && key.trim().chars().all(word)
    })
}

/// `{a: $X}` is an object and a block with a label; a function is an expression and a statement.
fn is_ambiguous(language: Language, pattern: &str, context: &Context) -> bool {
    language.is_script()
        && match context.place {
            Place::Expression => pattern.starts_with('{') || pattern.starts_with("function"),
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
        return Some(Reading::new(tree, text, root));
    }
    let mut root = locate(&tree, context.place)?;
    // `foo;` is a command, and no word of any.
    if language == Language::Bash
        && pattern.ends_with(';')
        && let Root::Node(node) = root
        && tree.node(node).role == Role::Arg
    {
        root = Root::Node(tree.node(node).parent);
    }
    Some(Reading::new(tree, text, root))
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
        Place::File => statements(NodeId::ROOT).map(|root| unwrapped(tree, root)),
        Place::Expression => match statements(NodeId::ROOT)? {
            // A function with a name is a declaration.
            Root::Node(node)
                if tree.kind(node) == Kind::Func && tree.child(node, Role::Name).is_some() =>
            {
                None
            }
            Root::Node(node)
                if tree.kind(node).is_expression()
                    || tree.kind(node) == Kind::Func
                    || tree.kind(node) == Kind::Class
                    || tree.kind(node) == Kind::Raw =>
            {
                Some(Root::Node(node))
            }
            _ => None,
        },
        Place::Body => statements(tree.child(first(Kind::Func)?, Role::Body)?),
        Place::Pair => {
            let pairs = tree.children(first(Kind::Dict)?);
            let only = pairs.into_iter().count() == 1;
            (only && matches!(tree.kind(pairs.next), Kind::Pair | Kind::Func))
                .then_some(Root::Node(pairs.next))
        }
        Place::First(kind) => first(kind).map(Root::Node),
        Place::Decorators => {
            let definition = first(Kind::Func).or(first(Kind::Class))?;
            let mut decorators = tree.role(definition, Role::Decorator);
            let decorator = decorators.next()?;
            decorators.is_empty().then_some(Root::Node(decorator))
        }
        Place::Part(kind, role) => tree.child(first(kind)?, role).map(Root::Part),
        Place::Attribute => {
            let attributes = tree.role(first(Kind::Element)?, Role::Param);
            let only = attributes.into_iter().count() == 1;
            only.then_some(Root::Node(attributes.next))
        }
        Place::Value => tree.child(first(Kind::Pair)?, Role::Value).map(Root::Node),
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

/// In data a mapping of one pair means that pair in any mapping, and a list of one item that item;
/// in a shell a word means that word in any command.
fn unwrapped(tree: &Tree, root: Root) -> Root {
    let Root::Node(node) = root else {
        return root;
    };
    let mut children = tree.children(node);
    let only = children.next().filter(|_| children.is_empty());
    let Some(only) = only else { return root };
    let unwraps = match (tree.language, tree.kind(node)) {
        (Language::Yaml | Language::Toml, Kind::Dict) => tree.kind(only) == Kind::Pair,
        (Language::Yaml, Kind::List) => {
            !matches!(tree.kind(only), Kind::Ellipsis | Kind::MetaEllipsis)
        }
        (Language::Bash, Kind::Call) => tree.node(only).role == Role::Arg,
        _ => false,
    };
    if unwraps { Root::Node(only) } else { root }
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
