//! Formulas: the ranges of patterns joined by and, or, not and inside, as Semgrep joins them.
//!
//! Every leaf gives ranges with bindings. `and` keeps the smaller of two ranges of which one holds
//! the other and whose bindings agree; `inside` only filters; `not` takes away equal ranges, `not
//! inside` ranges that lie within; conditions filter and may bind more; focus moves the range to a
//! metavariable.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::bindings::{Bindings, Bound};
use super::comparison::{self, Expr};
use super::regex::Regex;
use super::{Match, Options, OutOfSteps, Pattern};
use crate::lang::Language;
use crate::rule::{self, RuleError};
use crate::source::{Source, Span};
use crate::syntax::{File, Kind, NodeId, Symbol, Value};

/// A formula, ready to run.
#[derive(Debug)]
pub enum Formula {
    /// A pattern of code.
    Pattern(Arc<Pattern>),
    /// A regular expression over the text.
    Regex(Arc<Regex>),
    /// One of several.
    Or(Vec<Formula>),
    /// All of several.
    And(Box<Conjunction>),
    /// Around the match.
    Inside(Box<Formula>),
    /// Within the match.
    Anywhere(Box<Formula>),
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

/// Compiles the formulas of rules; equal patterns are compiled once.
#[derive(Debug, Default)]
pub struct Compiler {
    patterns: HashMap<(Language, String), Arc<Pattern>>,
}

/// What is wrong with a part of a formula.
struct Wrong {
    line: u32,
    key: &'static str,
    message: String,
}

impl Compiler {
    /// Compiles a rule's formula for one language; `Text` allows regular expressions only.
    pub fn compile(
        &mut self,
        language: Language,
        rule: &rule::Rule,
        formula: &rule::Formula,
    ) -> Result<Formula, RuleError> {
        self.formula(language, formula).map_err(|wrong| RuleError {
            file: rule.meta.file.clone().unwrap_or_default(),
            line: wrong.line,
            rule: Some(rule.meta.id.clone()),
            key: Some(wrong.key.to_owned()),
            message: wrong.message,
        })
    }

    fn formula(&mut self, language: Language, formula: &rule::Formula) -> Result<Formula, Wrong> {
        Ok(match formula {
            // In a rule for plain text every pattern is a regular expression.
            rule::Formula::Pattern(leaf) if !language.is_code() => {
                Formula::Regex(Arc::new(regex(leaf, "pattern", true)?))
            }
            rule::Formula::Pattern(leaf) => Formula::Pattern(self.pattern(language, leaf)?),
            rule::Formula::Regex(leaf) => {
                Formula::Regex(Arc::new(regex(leaf, "pattern-regex", true)?))
            }
            rule::Formula::Or(choices) => Formula::Or(
                choices
                    .iter()
                    .map(|choice| self.formula(language, choice))
                    .collect::<Result<_, _>>()?,
            ),
            rule::Formula::Inside(inner) => {
                Formula::Inside(Box::new(self.formula(language, inner)?))
            }
            rule::Formula::Anywhere(inner) => {
                Formula::Anywhere(Box::new(self.formula(language, inner)?))
            }
            rule::Formula::And(all) => Formula::And(Box::new(Conjunction {
                positives: self.formulas(language, &all.positives)?,
                negatives: self.formulas(language, &all.negatives)?,
                conditions: all
                    .conditions
                    .iter()
                    .map(|condition| self.condition(language, condition))
                    .collect::<Result<_, _>>()?,
                focus: all
                    .focus
                    .iter()
                    .map(|choice| {
                        choice
                            .iter()
                            .map(|name| Symbol::of(name.as_bytes()))
                            .collect()
                    })
                    .collect(),
            })),
        })
    }

    fn formulas(
        &mut self,
        language: Language,
        all: &[rule::Formula],
    ) -> Result<Vec<Formula>, Wrong> {
        all.iter()
            .map(|formula| self.formula(language, formula))
            .collect()
    }

    fn pattern(&mut self, language: Language, leaf: &rule::Leaf) -> Result<Arc<Pattern>, Wrong> {
        let key = (language, leaf.text.clone());
        if let Some(known) = self.patterns.get(&key) {
            return Ok(Arc::clone(known));
        }
        let pattern = Pattern::new(language, &leaf.text).map_err(|error| Wrong {
            line: leaf.line,
            key: "pattern",
            message: error.to_string(),
        })?;
        let pattern = Arc::new(pattern);
        self.patterns.insert(key, Arc::clone(&pattern));
        Ok(pattern)
    }

    fn condition(
        &mut self,
        language: Language,
        condition: &rule::Condition,
    ) -> Result<Condition, Wrong> {
        let symbol = |name: &String| Symbol::of(name.as_bytes());
        Ok(match condition {
            rule::Condition::Regex {
                metavariable,
                regex: leaf,
                constant_propagation,
            } => Condition::Regex {
                name: symbol(metavariable),
                regex: regex(leaf, "regex", false)?,
                constants: *constant_propagation,
            },
            rule::Condition::Pattern {
                metavariable,
                language: other,
                formula,
                line,
            } => {
                let other = match other.as_deref() {
                    None => None,
                    Some("regex" | "generic" | "none") => Some(Language::Text),
                    Some(name) => match Language::named_by_rule(name).first() {
                        Some(&language) => Some(language),
                        None => {
                            let message = format!("aiscan does not read the language `{name}`");
                            return Err(Wrong {
                                line: *line,
                                key: "language",
                                message,
                            });
                        }
                    },
                };
                Condition::Pattern {
                    name: symbol(metavariable),
                    language: other,
                    formula: self.formula(other.unwrap_or(language), formula)?,
                }
            }
            rule::Condition::Comparison {
                metavariable,
                comparison,
                strip,
                base,
            } => Condition::Comparison {
                name: metavariable.as_ref().map(symbol),
                expr: comparison::parse(&comparison.text).map_err(|message| Wrong {
                    line: comparison.line,
                    key: "comparison",
                    message,
                })?,
                strip: *strip,
                base: *base,
            },
            rule::Condition::Analysis {
                metavariable,
                analyzer,
            } => Condition::Analysis {
                name: symbol(metavariable),
                analyzer: match analyzer.text.as_str() {
                    "entropy" => Analyzer::Entropy,
                    "redos" => Analyzer::Redos,
                    other => {
                        let message =
                            format!("there is no analyser `{other}`: entropy and redos are");
                        return Err(Wrong {
                            line: analyzer.line,
                            key: "analyzer",
                            message,
                        });
                    }
                },
            },
            rule::Condition::Type {
                metavariable,
                types,
            } => Condition::Type {
                name: symbol(metavariable),
                types: types.iter().map(|of| of.text.trim().to_owned()).collect(),
            },
        })
    }
}

fn regex(leaf: &rule::Leaf, key: &'static str, multi_line: bool) -> Result<Regex, Wrong> {
    Regex::new(&leaf.text, multi_line).map_err(|message| Wrong {
        line: leaf.line,
        key,
        message: format!("it is no regular expression: {message}"),
    })
}

/// The matches of patterns of one file, found once.
type Memo = RefCell<HashMap<(*const Pattern, Options), Rc<Vec<Match>>>>;

/// One file that formulas are run on.
#[derive(Debug)]
pub struct Subject<'f> {
    source: &'f Source,
    file: Option<&'f File<'f>>,
    memo: Memo,
}

/// Patterns of metavariables in other languages nest no deeper than this.
const MAX_NESTED: u32 = 3;

impl<'f> Subject<'f> {
    /// A text, with its tree where it has one.
    pub fn new(source: &'f Source, file: Option<&'f File<'f>>) -> Subject<'f> {
        Subject {
            source,
            file,
            memo: Memo::default(),
        }
    }

    /// Everywhere that a formula holds, in the order of the places.
    pub fn search(
        &self,
        formula: &Formula,
        options: Options,
        steps: &mut u64,
    ) -> Result<Vec<Match>, OutOfSteps> {
        let mut run = Run {
            subject: self,
            options,
            steps,
            nested: 0,
            word: None,
        };
        let mut found = run.formula(formula, None)?;
        found.sort_by_key(|one| (one.span.start, one.span.end));
        Ok(found)
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
}

impl Run<'_, '_> {
    /// The ranges of a formula; `within` is the range that a nested one is about.
    fn formula(
        &mut self,
        formula: &Formula,
        within: Option<&Match>,
    ) -> Result<Vec<Match>, OutOfSteps> {
        match formula {
            Formula::Pattern(pattern) => Ok(self.pattern(pattern)?.to_vec()),
            Formula::Regex(regex) => Ok(self.regex(regex)),
            Formula::Or(choices) => {
                let mut all = Vec::new();
                for choice in choices {
                    all.extend(self.formula(choice, within)?);
                }
                Ok(distinct(all))
            }
            Formula::And(all) => self.conjunction(all, within),
            Formula::Inside(inner) | Formula::Anywhere(inner) => self.formula(inner, within),
        }
    }

    fn pattern(&mut self, pattern: &Arc<Pattern>) -> Result<Rc<Vec<Match>>, OutOfSteps> {
        let Some(file) = self.subject.file else {
            return Ok(Rc::default());
        };
        // A word that is no expression, such as the name of a method, is found nowhere else.
        if let Some(word) = self.word {
            return Ok(Rc::new(pattern.search_at(
                file,
                word,
                self.options,
                self.steps,
            )?));
        }
        let key = (Arc::as_ptr(pattern), self.options);
        if let Some(known) = self.subject.memo.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let found = Rc::new(pattern.search(file, self.options, self.steps)?);
        self.subject
            .memo
            .borrow_mut()
            .insert(key, Rc::clone(&found));
        Ok(found)
    }

    fn regex(&self, regex: &Regex) -> Vec<Match> {
        let text = self.subject.source.text();
        let found = regex.find_all(text).into_iter();
        found
            .map(|found| Match {
                span: found.span,
                bindings: captured(text, 0, &found.groups),
            })
            .collect()
    }

    fn conjunction(
        &mut self,
        all: &Conjunction,
        within: Option<&Match>,
    ) -> Result<Vec<Match>, OutOfSteps> {
        let mut ranges: Option<Vec<Match>> = within.map(|within| vec![within.clone()]);
        let is_inside = |formula: &Formula| matches!(formula, Formula::Inside(_));
        let plain = all.positives.iter().filter(|positive| !is_inside(positive));
        for positive in plain {
            let found = match positive {
                Formula::Anywhere(inner) => {
                    let found = self.formula(inner, None)?;
                    ranges = Some(
                        self.keep(ranges.unwrap_or_default(), &found, |range, found| {
                            range.contains(found)
                        }),
                    );
                    continue;
                }
                other => self.formula(other, None)?,
            };
            ranges = Some(match ranges {
                None => found,
                Some(ranges) => self.intersect(&ranges, &found),
            });
            if ranges.as_ref().is_some_and(Vec::is_empty) {
                return Ok(Vec::new());
            }
        }
        let only_insides = ranges.is_none();
        for inside in all.positives.iter().filter(|positive| is_inside(positive)) {
            let found = self.formula(inside, None)?;
            ranges = Some(match ranges {
                None => found,
                Some(ranges) if only_insides => self.intersect(&ranges, &found),
                Some(ranges) => self.keep(ranges, &found, |range, found| found.contains(range)),
            });
            if ranges.as_ref().is_some_and(Vec::is_empty) {
                return Ok(Vec::new());
            }
        }
        let mut ranges = distinct(ranges.unwrap_or_default());
        for negative in &all.negatives {
            if ranges.is_empty() {
                return Ok(ranges);
            }
            let found = self.formula(negative, None)?;
            let contradicts: fn(Span, Span) -> bool = match negative {
                Formula::Inside(_) => |range, found| found.contains(range),
                Formula::Regex(_) => |range, found| found.contains(range) || range.contains(found),
                _ => |range, found| range == found,
            };
            let (file, symbolic) = (self.subject.file, self.options.symbolic_propagation);
            ranges.retain(|range| {
                !found.iter().any(|found| {
                    contradicts(range.span, found.span)
                        && range
                            .bindings
                            .merge(&found.bindings, file, symbolic)
                            .is_some()
                })
            });
        }
        for condition in &all.conditions {
            let mut kept = Vec::new();
            for range in ranges {
                if let Some(bindings) = self.condition(condition, &range)? {
                    kept.extend(bindings.into_iter().map(|bindings| Match {
                        span: range.span,
                        bindings,
                    }));
                }
            }
            ranges = distinct(kept);
        }
        Ok(self.focus(&all.focus, ranges))
    }

    fn merge(&self, a: &Bindings, b: &Bindings) -> Option<Bindings> {
        a.merge(b, self.subject.file, self.options.symbolic_propagation)
    }

    /// Pairs of which one holds the other, with the smaller range.
    fn intersect(&mut self, a: &[Match], b: &[Match]) -> Vec<Match> {
        let mut out = Vec::new();
        let mut sorted: Vec<&Match> = b.iter().collect();
        sorted.sort_by_key(|one| one.span.start);
        for x in a {
            for y in &sorted {
                if y.span.start > x.span.end || *self.steps == 0 {
                    break;
                }
                *self.steps = self.steps.saturating_sub(1);
                let span = if y.span.contains(x.span) {
                    x.span
                } else if x.span.contains(y.span) {
                    y.span
                } else {
                    continue;
                };
                if let Some(bindings) = self.merge(&x.bindings, &y.bindings) {
                    out.push(Match { span, bindings });
                }
            }
        }
        distinct(out)
    }

    /// The ranges that some other stands in a relation to, with its bindings.
    fn keep(
        &mut self,
        ranges: Vec<Match>,
        others: &[Match],
        related: fn(Span, Span) -> bool,
    ) -> Vec<Match> {
        let mut out = Vec::new();
        for range in ranges {
            for other in others {
                if *self.steps == 0 {
                    break;
                }
                *self.steps = self.steps.saturating_sub(1);
                if related(range.span, other.span)
                    && let Some(bindings) = self.merge(&range.bindings, &other.bindings)
                {
                    out.push(Match {
                        span: range.span,
                        bindings,
                    });
                }
            }
        }
        distinct(out)
    }

    fn focus(&self, focus: &[Vec<Symbol>], ranges: Vec<Match>) -> Vec<Match> {
        let mut ranges = ranges;
        for choice in focus {
            let mut moved = Vec::new();
            for range in &ranges {
                for name in choice {
                    let bound = range.bindings.get(*name);
                    let Some(span) = bound.and_then(|bound| self.subject.span_of(bound)) else {
                        continue;
                    };
                    // What lies apart from the range is not what was found there.
                    let span = if range.span.contains(span) {
                        span
                    } else if span.contains(range.span) {
                        range.span
                    } else if self.is_elsewhere(range, bound) {
                        span
                    } else {
                        continue;
                    };
                    moved.push(Match {
                        span,
                        bindings: range.bindings.clone(),
                    });
                }
            }
            ranges = distinct(moved);
        }
        ranges
    }

    /// Whether a metavariable holds a literal that a name of the range led to.
    fn is_elsewhere(&self, range: &Match, bound: Option<Bound>) -> bool {
        let (Some(Bound::Text(span, _)), Some(file)) = (bound, self.subject.file) else {
            return false;
        };
        let tree = file.tree();
        file.constants().led_from(range.span, span, tree)
    }

    /// The bindings under which a condition holds of a range; `None` where it does not.
    fn condition(
        &mut self,
        condition: &Condition,
        range: &Match,
    ) -> Result<Option<Vec<Bindings>>, OutOfSteps> {
        let same = |holds: bool| Ok(holds.then(|| vec![range.bindings.clone()]));
        match condition {
            Condition::Regex {
                name,
                regex,
                constants,
            } => {
                let Some(bound) = range.bindings.get(*name) else {
                    return Ok(None);
                };
                let constant = constants.then(|| self.constant_text(bound)).flatten();
                let text = constant.unwrap_or_else(|| self.subject.text_of(bound));
                let Some(found) = regex.match_at_start(text.as_bytes()) else {
                    return Ok(None);
                };
                let start = self.subject.span_of(bound).unwrap_or_default().start;
                let named: Vec<(String, Span)> = found
                    .groups
                    .into_iter()
                    .filter(|(name, _)| !name.starts_with(|c: char| c.is_ascii_digit()))
                    .collect();
                let more = captured(text.as_bytes(), start, &named);
                Ok(self
                    .merge(&range.bindings, &more)
                    .map(|merged| vec![merged]))
            }
            Condition::Pattern {
                name,
                language,
                formula,
            } => {
                let Some(bound) = range.bindings.get(*name) else {
                    return Ok(None);
                };
                match language {
                    None if self.subject.file.is_some() && !matches!(bound, Bound::Text(..)) => {
                        self.nested(formula, bound, range)
                    }
                    None => match self.subject.file {
                        Some(file) => {
                            let language = file.source().language;
                            let text = self.subject.text_of(bound);
                            let holds = self.in_language(formula, language, text)?;
                            same(holds)
                        }
                        None => Ok(None),
                    },
                    Some(language) => {
                        let text = self
                            .constant_text(bound)
                            .unwrap_or_else(|| self.subject.text_of(bound));
                        let holds = self.in_language(formula, *language, text)?;
                        same(holds)
                    }
                }
            }
            Condition::Comparison {
                name,
                expr,
                strip,
                base,
            } => {
                let lookup = |of: &str| {
                    let symbol = Symbol::of(of.as_bytes());
                    let bound = range.bindings.get(symbol)?;
                    let applies = name.is_none() || *name == Some(symbol);
                    self.comparable(bound, *strip && applies, base.filter(|_| applies))
                };
                let value = comparison::evaluate(expr, &lookup);
                same(value.is_some_and(|value| comparison::truth(&value)))
            }
            Condition::Analysis { name, analyzer } => {
                let Some(bound) = range.bindings.get(*name) else {
                    return Ok(None);
                };
                let text = self
                    .constant_text(bound)
                    .unwrap_or_else(|| self.subject.text_of(bound));
                same(match analyzer {
                    Analyzer::Entropy => crate::analyser::is_high_entropy(&text),
                    Analyzer::Redos => crate::analyser::is_redos(&text),
                })
            }
            Condition::Type { name, types } => {
                let (Some(bound), Some(file)) = (range.bindings.get(*name), self.subject.file)
                else {
                    return Ok(None);
                };
                let Bound::Node(node) = bound else {
                    return Ok(None);
                };
                let actual = super::types::names_of(file, node);
                same(
                    types
                        .iter()
                        .any(|wanted| actual.iter().any(|actual| actual == wanted)),
                )
            }
        }
    }

    /// A formula about what a metavariable holds, in the file itself.
    fn nested(
        &mut self,
        formula: &Formula,
        bound: Bound,
        range: &Match,
    ) -> Result<Option<Vec<Bindings>>, OutOfSteps> {
        let Some(span) = self.subject.span_of(bound) else {
            return Ok(None);
        };
        let about = Match {
            span,
            bindings: range.bindings.clone(),
        };
        let outer = self.word;
        self.word = match (bound, self.subject.file) {
            (Bound::Node(node), Some(file)) if file.tree().kind(node) == Kind::Ident => Some(node),
            _ => None,
        };
        let found = match formula {
            Formula::And(_) => self.formula(formula, Some(&about)),
            _ => self
                .formula(formula, None)
                .map(|found| self.intersect(&[about], &found)),
        };
        self.word = outer;
        let found = found?;
        let bindings: Vec<Bindings> = found
            .into_iter()
            .filter(|one| span.contains(one.span))
            .map(|one| one.bindings)
            .collect();
        Ok((!bindings.is_empty()).then_some(bindings))
    }

    /// A formula about a text, read in a language of its own.
    fn in_language(
        &mut self,
        formula: &Formula,
        language: Language,
        text: String,
    ) -> Result<bool, OutOfSteps> {
        if self.nested >= MAX_NESTED {
            return Ok(false);
        }
        let source = Source::new(String::new(), language, text.into_bytes());
        let whole = Match {
            span: Span::new(0, source.text().len()),
            bindings: Bindings::default(),
        };
        let file = File::parse(&source);
        let subject = Subject::new(&source, file.as_ref());
        let mut run = Run {
            subject: &subject,
            options: self.options,
            steps: self.steps,
            nested: self.nested + 1,
            word: None,
        };
        let within = matches!(formula, Formula::And(_)).then_some(&whole);
        Ok(!run.formula(formula, within)?.is_empty())
    }

    /// The string that a metavariable is known to be, without its quotes.
    fn constant_text(&self, bound: Bound) -> Option<String> {
        let Bound::Node(node) = bound else {
            return None;
        };
        let file = self.subject.file?;
        let tree = file.tree();
        if tree.kind(node) == Kind::Str {
            let parts: Vec<_> = tree.children(node).collect();
            if !tree.symbol(node).is_none() {
                return Some(
                    parts
                        .iter()
                        .map(|&part| tree.text_of(part, file.text()))
                        .collect(),
                );
            }
        }
        match file.constants().get(node)? {
            Value::Str(Some(text)) => Some(text.to_string()),
            _ => None,
        }
    }

    fn comparable(
        &self,
        bound: Bound,
        strip: bool,
        base: Option<u32>,
    ) -> Option<comparison::Value> {
        let known = match (bound, self.subject.file) {
            (Bound::Node(node), Some(file)) => file.constants().get(node).cloned(),
            _ => None,
        };
        match known {
            Some(Value::Int(value)) => return Some(comparison::Value::Number(value as f64)),
            Some(Value::Bool(value)) => return Some(comparison::Value::Bool(value)),
            _ => {}
        }
        let constant = self.constant_text(bound);
        let is_string = constant.is_some();
        let text = constant.unwrap_or_else(|| self.subject.text_of(bound));
        let text = if strip {
            text.trim_matches(['"', '\'', '`']).to_owned()
        } else {
            text
        };
        if !is_string || strip || base.is_some() {
            if let Some(number) = comparison::number(&text, base) {
                return Some(comparison::Value::Number(number));
            }
        }
        match text.as_str() {
            "True" | "true" if !is_string => Some(comparison::Value::Bool(true)),
            "False" | "false" if !is_string => Some(comparison::Value::Bool(false)),
            _ => Some(comparison::Value::Text(text)),
        }
    }
}

fn captured(text: &[u8], offset: u32, groups: &[(String, Span)]) -> Bindings {
    let mut bindings = Bindings::default();
    for (name, span) in groups {
        let symbol = Symbol::of(text.get(span.range()).unwrap_or_default());
        let span = Span {
            start: span.start + offset,
            end: span.end + offset,
        };
        bindings.push(Symbol::of(name.as_bytes()), Bound::Text(span, symbol));
    }
    bindings
}

fn distinct(mut matches: Vec<Match>) -> Vec<Match> {
    let mut seen = HashSet::new();
    matches.retain(|one| seen.insert(one.clone()));
    matches
}
