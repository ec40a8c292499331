//! Patterns: from text to a tree, and where they match in a file.

mod bindings;
mod comparison;
mod compile;
mod formula;
mod matcher;
mod regex;
mod text;
mod types;

pub use self::regex::Regex;
pub use bindings::{Bindings, Bound};
pub use compile::PatternError;
pub use formula::{Compiler, Formula, Subject};

use compile::{Reading, Root};
use matcher::Matcher;

use crate::lang::Language;
use crate::source::Span;
use crate::syntax::{File, Flags, Kind, NodeId, Role, Symbol};

/// Switches of the matcher, as a rule's `options:` set them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// Literals match what is known to hold them.
    pub constant_propagation: bool,
    /// A name matches as the expression that was assigned to it.
    pub symbolic_propagation: bool,
    /// An expression among statements matches anywhere in a statement.
    pub implicit_deep_exprstmt: bool,
    /// The symbol of `$_`.
    pub(crate) anonymous: Symbol,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            constant_propagation: true,
            symbolic_propagation: false,
            implicit_deep_exprstmt: true,
            anonymous: Symbol::of("_"),
        }
    }
}

/// A pattern of one language.
#[derive(Debug)]
pub struct Pattern {
    readings: Vec<Reading>,
}

/// Where a pattern, or a formula of them, matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Match {
    /// The range that it covers.
    pub span: Span,
    /// What its metavariables hold.
    pub bindings: Bindings,
}

/// A search did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfSteps;

impl Pattern {
    /// Reads a pattern.
    pub fn new(language: Language, text: &str) -> Result<Pattern, PatternError> {
        Ok(Pattern { readings: compile::read(language, text)? })
    }

    /// Everywhere that it matches in a file, in the order of the nodes.
    pub fn search(
        &self,
        file: &File<'_>,
        options: Options,
        steps: &mut u64,
    ) -> Result<Vec<Match>, OutOfSteps> {
        let mut found = Vec::new();
        for reading in &self.readings {
            reading.search(file, options, steps, &mut found);
            if *steps == 0 {
                return Err(OutOfSteps);
            }
        }
        let mut seen = std::collections::HashSet::new();
        found.retain(|one: &Match| seen.insert(one.clone()));
        Ok(found)
    }

    /// Where it matches one node, whatever kind of word that is.
    pub(crate) fn search_at(
        &self,
        file: &File<'_>,
        node: NodeId,
        options: Options,
        steps: &mut u64,
    ) -> Result<Vec<Match>, OutOfSteps> {
        let span = file.tree().span(node);
        let mut found = Vec::new();
        for reading in &self.readings {
            let Root::Node(p) = reading.root else { continue };
            let text = reading.text.as_bytes();
            let mut matcher = Matcher::new(&reading.tree, text, file, options, *steps);
            matcher.node(p, node, &mut |matcher| {
                found.push(Match { span, bindings: matcher.bindings.clone() });
                false
            });
            *steps = matcher.steps;
        }
        if *steps == 0 { Err(OutOfSteps) } else { Ok(found) }
    }

    /// The names that a file has to hold for the pattern to match, of each way to read it.
    pub fn required_words(&self) -> Vec<Vec<String>> {
        self.readings.iter().map(Reading::required_words).collect()
    }
}

impl Reading {
    fn search(&self, file: &File<'_>, options: Options, steps: &mut u64, found: &mut Vec<Match>) {
        let tree = file.tree();
        let text = self.text.as_bytes();
        let mut matcher = Matcher::new(&self.tree, text, file, options, *steps);
        match self.root {
            Root::Node(p) | Root::Part(p) => {
                let part = matches!(self.root, Root::Part(_)).then(|| self.tree.node(p).role);
                let candidates = Candidates::of(&self.tree, p, options);
                for t in tree.subtree(NodeId::ROOT) {
                    let in_role = part.is_none_or(|role| tree.node(t).role == role);
                    if !in_role || !candidates.may_be(file, t) {
                        continue;
                    }
                    let span = tree.span(t);
                    matcher.node(p, t, &mut |matcher| {
                        found.push(Match { span, bindings: matcher.bindings.clone() });
                        false
                    });
                    if matcher.steps == 0 {
                        break;
                    }
                }
            }
            Root::Statements { first, stop } => {
                for list in tree.subtree(NodeId::ROOT) {
                    if !matches!(tree.kind(list), Kind::Block | Kind::Module) {
                        continue;
                    }
                    let statements = tree.children(list);
                    let end = statements.stop;
                    for statement in statements {
                        matcher.statements_at((first, stop), statement, end, &mut |matcher, extent| {
                            let span = Span { start: extent.start, end: extent.end };
                            found.push(Match { span, bindings: matcher.bindings.clone() });
                            false
                        });
                        if matcher.steps == 0 {
                            break;
                        }
                    }
                }
            }
        }
        *steps = matcher.steps;
    }

    fn required_words(&self) -> Vec<String> {
        let nodes: Vec<NodeId> = match self.root {
            Root::Node(node) | Root::Part(node) => self.tree.subtree(node).collect(),
            Root::Statements { first, stop } => (first.0..stop.0).map(NodeId).collect(),
        };
        let mut words = Vec::new();
        for id in nodes {
            let node = self.tree.node(id);
            let names = matches!(node.kind, Kind::Name | Kind::Ident);
            let words_of_text = self.tree.text_of(id, self.text.as_bytes());
            let plain = words_of_text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            // The `default` of an import stands in no text, and an arrow needs no `function`.
            if names && plain && !words_of_text.is_empty() && node.symbol == Symbol::of(words_of_text.as_bytes()) {
                words.push(words_of_text.into_owned());
            }
        }
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// Which nodes a pattern can match at all.
struct Candidates {
    kind: Kind,
    any_expression: bool,
    constants: bool,
    qualified: bool,
}

impl Candidates {
    fn of(pattern: &crate::syntax::Tree, p: NodeId, options: Options) -> Candidates {
        let kind = pattern.kind(p);
        let any_expression =
            matches!(kind, Kind::MetaVar | Kind::Deep | Kind::TypedMetaVar | Kind::Ellipsis)
                || kind == Kind::Attr
                    && pattern.child(p, Role::Field).is_some_and(|f| pattern.kind(f) == Kind::Ellipsis);
        Candidates {
            kind,
            any_expression,
            constants: options.constant_propagation
                && matches!(kind, Kind::Str | Kind::Int | Kind::Bool | Kind::Float),
            qualified: matches!(kind, Kind::Attr | Kind::Name),

        }
    }

    fn may_be(&self, file: &File<'_>, t: NodeId) -> bool {
        let kind = file.tree().kind(t);
        // The first operands of an operation of several.
        if kind == Kind::BinOp && file.tree().node(t).flags.has(Flags::IMPLICIT) {
            return false;
        }
        if self.any_expression {
            return kind.is_expression() || kind == Kind::Func;
        }
        if kind == self.kind {
            return true;
        }
        match kind {
            Kind::Name => {
                self.qualified && file.names().qualified(t).is_some()
                    || self.constants && file.constants().get(t).is_some()
            }
            Kind::BinOp | Kind::UnOp | Kind::Cond => {
                self.constants && file.constants().get(t).is_some()
            }
            Kind::Macro => self.kind == Kind::Call,
            Kind::Field => self.kind == Kind::Assign,
            Kind::ForIn => self.kind == Kind::For,
            Kind::Comprehension => self.kind == Kind::List,
            Kind::Dict => self.kind == Kind::Set,
            Kind::Import | Kind::ImportFrom | Kind::VarDecl => {
                matches!(self.kind, Kind::Import | Kind::ImportFrom)
            }
            _ => false,
        }
    }
}
