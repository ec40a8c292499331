//! Formulas: the ranges of patterns joined by and, or, not and inside, as Semgrep joins them.
//!
//! Every leaf gives ranges with bindings. `and` keeps the smaller of two ranges of which one holds
//! the other and whose bindings agree; `inside` only filters; `not` takes away equal ranges, `not
//! inside` ranges that lie within; conditions filter and may bind more; focus moves the range to a
//! metavariable.

mod compile;
mod condition;
mod join;
mod run;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::HashMap;

pub use compile::Compiler;

use super::bindings::{Bindings, Bound};
use super::comparison::Expr;
use super::generic;
use super::regex::Regex;
use super::{Match, Options, OutOfSteps, Pattern};
use crate::lang::Language;
use crate::rule::CommentStyle;
use crate::source::{Source, Span};
use crate::syntax::{File, Flags, NodeId, Symbol};

/// A formula, ready to run.
#[derive(Debug)]
pub enum Formula {
    /// A pattern of code.
    Pattern(Arc<Pattern>),
    /// A regular expression over the text.
    Regex(Arc<Regex>),
    /// A generic pattern over the text.
    Generic(Arc<generic::Pattern>),
    /// One of several.
    Or(Vec<Formula>),
    /// All of several.
    And(Box<Conjunction>),
    /// Around the match.
    Inside(Box<Formula>),
    /// Within the match.
    Anywhere(Box<Formula>),
    /// One that several rules hold, which is run once a file.
    Shared(Arc<Formula>),
}

impl Formula {
    /// Whether its ranges only say what the match stands in, and are not to be reported.
    fn only_surrounds(&self) -> bool {
        match self {
            Formula::Inside(_) => true,
            Formula::Shared(inner) => inner.only_surrounds(),
            Formula::Or(choices) => choices.iter().all(Formula::only_surrounds),
            Formula::And(all) => {
                !all.positives.is_empty()
                    && all.focus.is_empty()
                    && all.positives.iter().all(Formula::only_surrounds)
            }
            Formula::Pattern(_)
            | Formula::Regex(_)
            | Formula::Generic(_)
            | Formula::Anywhere(_) => false,
        }
    }
}

/// All of several conditions, ready to run.
#[derive(Debug)]
pub struct Conjunction {
    positives: Vec<Formula>,
    negatives: Vec<Formula>,
    conditions: Vec<Condition>,
    focus: Vec<Vec<Symbol>>,
}

#[derive(Debug)]
enum Condition {
    Regex {
        name: Symbol,
        regex: Regex,
        constants: bool,
    },
    Pattern {
        name: Symbol,
        language: Option<Language>,
        formula: Formula,
    },
    Comparison {
        name: Option<Symbol>,
        expr: Expr,
        strip: bool,
        base: Option<u32>,
    },
    Analysis {
        name: Symbol,
        analyzer: Analyzer,
    },
    Type {
        name: Symbol,
        types: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug)]
enum Analyzer {
    Entropy,
    Redos,
}

/// How much of a file is there to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// All but the bodies of some functions.
    Bodies,
    /// All but some statements, so that names may seem to be others than they are.
    Statements,
}

/// The matches of patterns of one file by their addresses, found once.
type Memo = RefCell<HashMap<(*const (), Options), Rc<Vec<Match>>>>;

/// A text as tokens, cut up once; nothing where it is too long.
type Tokens = RefCell<HashMap<Option<CommentStyle>, Option<Rc<generic::Document>>>>;

/// One file that formulas are run on.
#[derive(Debug)]
pub struct Subject<'f> {
    source: &'f Source,
    file: Option<&'f File<'f>>,
    memo: Memo,
    tokens: Tokens,
}

impl<'f> Subject<'f> {
    /// A text, with its tree where it has one.
    pub fn new(source: &'f Source, file: Option<&'f File<'f>>) -> Subject<'f> {
        Subject {
            source,
            file,
            memo: Memo::default(),
            tokens: Tokens::default(),
        }
    }

    /// Everywhere that a formula holds, in the order of the places.
    pub fn search(
        &self,
        formula: &Formula,
        options: Options,
        steps: &mut u64,
    ) -> Result<Vec<Match>, OutOfSteps> {
        let mut run = self.run(options, steps, Extent::Whole);
        let mut found = run.formula(formula, None, None)?;
        if *run.steps == 0 {
            return Err(OutOfSteps);
        }
        found.sort_by_key(|one| (one.span.start, one.span.end));
        Ok(found)
    }

    /// Whether a formula may hold somewhere in a file of which this is only a part: what must not match
    /// may lie in the rest, and names may be given other values there.
    pub fn may_hold(
        &self,
        formula: &Formula,
        options: Options,
        extent: Extent,
        steps: &mut u64,
    ) -> bool {
        let found = self
            .run(options, steps, extent)
            .formula(formula, None, None);
        found.map_or(true, |found| !found.is_empty()) || *steps == 0
    }

    fn run<'r>(&'r self, options: Options, steps: &'r mut u64, extent: Extent) -> Run<'r, 'f> {
        Run {
            subject: self,
            options,
            steps,
            nested: 0,
            word: None,
            extent,
        }
    }

    /// The text that a metavariable holds.
    pub fn text_of(&self, bound: Bound) -> String {
        match self.file {
            Some(file) => bound.text(file).into_owned(),
            None => match bound {
                Bound::Text(span, _) => self.source.show(span).into_owned(),
                Bound::Node(_) | Bound::Nodes { .. } => String::new(),
            },
        }
    }

    /// The text that it is about.
    pub fn source(&self) -> &'f Source {
        self.source
    }

    /// Where the first part of a metavariable's value stands, and the last; nothing where lowering
    /// made the value up, so that it stands nowhere as it is.
    pub fn ends_of(&self, bound: Bound) -> Option<(Span, Span)> {
        let ends = match (self.file, bound) {
            (Some(file), bound) => bound.ends(file)?,
            (None, Bound::Text(span, _)) => (span, span),
            (None, _) => return None,
        };
        let made_up = matches!(bound, Bound::Node(_))
            && self.text_of(bound).as_bytes() != self.source.slice(ends.0);
        (!made_up).then_some(ends)
    }

    /// Whether a range is an expression with the parentheses around it.
    pub fn is_wrapped(&self, span: Span) -> bool {
        let wrapped = |file: &File<'_>| {
            let nodes = &file.tree().nodes;
            nodes
                .iter()
                .any(|node| node.span == span && node.flags.has(Flags::WRAPPED))
        };
        self.source.slice(span).starts_with(b"(") && self.file.is_some_and(wrapped)
    }

    /// Bindings as pieces of a text that this one is a part of, from an offset on.
    fn as_text(&self, bindings: &Bindings, offset: u32) -> Bindings {
        let mut out = Bindings::default();
        for (name, bound) in bindings.iter() {
            let Some(span) = self.span_of(bound) else {
                continue;
            };
            let symbol = match bound {
                Bound::Text(_, symbol) => symbol,
                Bound::Node(_) | Bound::Nodes { .. } => Symbol::of(self.source.slice(span)),
            };
            let span = Span {
                start: span.start + offset,
                end: span.end + offset,
            };
            out.push(name, Bound::Text(span, symbol));
        }
        out
    }

    /// The tokens of the text; `None` where it is too long.
    fn tokens(&self, comments: Option<CommentStyle>) -> Option<Rc<generic::Document>> {
        let cut = || generic::tokens(self.source.text(), comments).map(Rc::new);
        let mut tokens = self.tokens.borrow_mut();
        tokens.entry(comments).or_insert_with(cut).clone()
    }

    fn span_of(&self, bound: Bound) -> Option<Span> {
        match (self.file, bound) {
            (Some(file), bound) => bound.span(file),
            (None, Bound::Text(span, _)) => Some(span),
            (None, _) => None,
        }
    }
}

struct Run<'r, 'f> {
    subject: &'r Subject<'f>,
    options: Options,
    steps: &'r mut u64,
    nested: u32,
    /// The word that a formula about a metavariable is about.
    word: Option<NodeId>,
    extent: Extent,
}
