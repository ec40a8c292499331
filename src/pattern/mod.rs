//! Patterns: from text to a tree, and where they match in a file.

mod bindings;
mod candidates;
mod comparison;
mod compile;
mod formula;
mod generic;
mod matcher;
mod regex;
mod text;
mod types;
mod wanted;

pub use self::regex::{Meaning, Regex};
/// Switches of the matcher, as a rule's `options:` set them.
pub use crate::rule::Options;
pub use bindings::{Bindings, Bound};
pub use compile::PatternError;
pub use formula::{Compiler, Extent, Formula, Subject};

use compile::{Reading, Root};
use foldhash::{HashSet, HashSetExt as _};
use matcher::Matcher;
use wanted::Wanted;

use crate::lang::Language;
use crate::source::Span;
use crate::syntax::{File, Kind, NodeId, Role};

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
        Ok(Pattern {
            readings: compile::read(language, text)?,
        })
    }

    /// Everywhere that it matches in a file, in the order of the nodes.
    pub fn search(
        &self,
        file: &File<'_>,
        options: Options,
        steps: &mut u64,
    ) -> Result<Vec<Match>, OutOfSteps> {
        self.search_for(file, options, None, steps)
    }

    /// Everywhere that it matches, where not all matches may be asked for.
    pub(crate) fn search_for(
        &self,
        file: &File<'_>,
        options: Options,
        wanted: Option<&Wanted>,
        steps: &mut u64,
    ) -> Result<Vec<Match>, OutOfSteps> {
        let mut found = Vec::new();
        for reading in &self.readings {
            reading.search(file, options, wanted, steps, &mut found);
            if *steps == 0 {
                return Err(OutOfSteps);
            }
        }
        Ok(distinct(found))
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
            let Root::Node(p) = reading.root else {
                continue;
            };
            let text = reading.text.as_bytes();
            let mut matcher = Matcher::new(&reading.tree, text, file, options, *steps);
            matcher.node(p, node, &mut |matcher| {
                found.push(Match {
                    span,
                    bindings: matcher.bindings.clone(),
                });
                false
            });
            *steps = matcher.steps;
        }
        if *steps == 0 {
            Err(OutOfSteps)
        } else {
            Ok(found)
        }
    }
}

impl Reading {
    fn search(
        &self,
        file: &File<'_>,
        options: Options,
        wanted: Option<&Wanted>,
        steps: &mut u64,
        found: &mut Vec<Match>,
    ) {
        let is_wanted = |span| wanted.is_none_or(|wanted| wanted.takes(span));
        let (tree, index) = (file.tree(), file.index());
        if !self.words.iter().all(|&word| index.has_word(word)) {
            return;
        }
        let text = self.text.as_bytes();
        let mut matcher = Matcher::new(&self.tree, text, file, options, *steps);
        match self.root {
            Root::Node(p) => {
                let around = candidates::Around::new(&self.tree, p, file, options);
                candidates::each(&self.tree, p, file, options, wanted, &mut |t| {
                    if !is_wanted(tree.span(t)) || !around.takes(t) {
                        return true;
                    }
                    matcher.node(p, t, &mut |matcher| {
                        found.push(Match {
                            span: tree.span(t),
                            bindings: matcher.bindings.clone(),
                        });
                        false
                    });
                    matcher.steps > 0
                });
            }
            Root::Part(p) => {
                let role = self.tree.node(p).role;
                for &t in index.of_kind(self.tree.kind(p)) {
                    if tree.node(t).role != role || matcher.steps == 0 {
                        continue;
                    }
                    let span = tree.span(t);
                    if !is_wanted(span) {
                        continue;
                    }
                    matcher.node(p, t, &mut |matcher| {
                        found.push(Match {
                            span,
                            bindings: matcher.bindings.clone(),
                        });
                        false
                    });
                }
            }
            Root::Statements { first, stop } => {
                let around = candidates::Around::new(&self.tree, first, file, options);
                let markup = matches!(tree.language, Language::Html | Language::Xml);
                let elements = index.of_kind(Kind::Element).iter().filter(|_| markup);
                let lists = index
                    .of_kind(Kind::Module)
                    .iter()
                    .chain(index.of_kind(Kind::Block))
                    .chain(elements);
                for &list in lists {
                    let statements = tree.role(list, Role::Item);
                    let end = statements.stop;
                    for statement in statements {
                        let list_end = tree.span(list).end;
                        let reach =
                            |wanted: &Wanted| wanted.takes_from(tree.span(statement), list_end);
                        if !wanted.is_none_or(reach) || !around.takes(statement) {
                            continue;
                        }
                        matcher.statements_at(
                            (first, stop),
                            statement,
                            end,
                            &mut |matcher, extent| {
                                let span = Span {
                                    start: extent.start,
                                    end: extent.end,
                                };
                                found.push(Match {
                                    span,
                                    bindings: matcher.bindings.clone(),
                                });
                                false
                            },
                        );
                        if matcher.steps == 0 {
                            break;
                        }
                    }
                }
            }
        }
        *steps = matcher.steps;
    }
}

/// The matches without those that were there before.
fn distinct(mut matches: Vec<Match>) -> Vec<Match> {
    if matches.len() > 1 {
        let mut seen = HashSet::with_capacity(matches.len());
        let new: Vec<bool> = matches.iter().map(|one| seen.insert(one)).collect();
        let mut new = new.into_iter();
        matches.retain(|_| new.next() == Some(true));
    }
    matches
}
