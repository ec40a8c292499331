//! Conditions on metavariables: each holds of a range or not, and may bind more.

use super::super::bindings::{Bindings, Bound};
use super::super::wanted::Wanted;
use super::super::{Match, OutOfSteps, comparison, types};
use super::run::captured;
use super::{Analyzer, Condition, Formula, Run, Subject};
use crate::lang::Language;
use crate::source::{Source, Span};
use crate::syntax::{File, Kind, Symbol, Value};

/// Patterns of metavariables in other languages nest no deeper than this.
const MAX_NESTED: u32 = 3;

impl Condition {
    /// The metavariable that it is about.
    pub(super) fn name(&self) -> Option<Symbol> {
        match self {
            Condition::Comparison { name, .. } => *name,
            Condition::Regex { name, .. }
            | Condition::Pattern { name, .. }
            | Condition::Analysis { name, .. }
            | Condition::Type { name, .. } => Some(*name),
        }
    }

    /// Whether it asks what a name is known to hold.
    pub(super) fn asks_for_values(&self) -> bool {
        match self {
            Condition::Regex { constants, .. } => *constants,
            Condition::Pattern { language, .. } => language.is_some(),
            Condition::Comparison { .. } | Condition::Analysis { .. } | Condition::Type { .. } => {
                true
            }
        }
    }
}

impl Run<'_, '_> {
    /// The bindings under which a condition holds of a range; `None` where it does not.
    pub(super) fn condition(
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
                let Some(found) = regex.find(text.as_bytes()) else {
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
                            self.in_language(formula, language, text, bound, range)
                        }
                        None => Ok(None),
                    },
                    Some(language) => {
                        let text = self
                            .constant_text(bound)
                            .or_else(|| self.content_text(bound))
                            .unwrap_or_else(|| self.subject.text_of(bound));
                        self.in_language(formula, *language, text, bound, range)
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
                    Some(self.comparable(bound, *strip && applies, base.filter(|_| applies)))
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
                let actual = types::names_of(file, node);
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
            Formula::And(_) => self.formula(formula, Some(&about), None),
            _ => self
                .formula(
                    formula,
                    None,
                    Some(&Wanted::meeting(&mut std::iter::once(span))),
                )
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

    /// A formula about the text of a metavariable, read in a language of its own. What it binds is
    /// kept where the text stands in the file as it is.
    fn in_language(
        &mut self,
        formula: &Formula,
        language: Language,
        text: String,
        bound: Bound,
        range: &Match,
    ) -> Result<Option<Vec<Bindings>>, OutOfSteps> {
        if self.nested >= MAX_NESTED {
            return Ok(None);
        }
        *self.steps = self.steps.saturating_sub(text.len() as u64 / 16);
        let around = self.subject.span_of(bound).unwrap_or_default();
        let place = memchr::memmem::find(self.subject.source.slice(around), text.as_bytes());
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
            extent: super::Extent::Whole,
        };
        let within = matches!(formula, Formula::And(_)).then_some(&whole);
        let found = run.formula(formula, within, None)?;
        if found.is_empty() {
            return Ok(None);
        }
        let Some(place) = place else {
            return Ok(Some(vec![range.bindings.clone()]));
        };
        let offset = around.start + place as u32;
        let bindings = found.iter().map(|one| {
            let mut bindings = range.bindings.clone();
            bindings.complete(&subject.as_text(&one.bindings, offset));
            bindings
        });
        Ok(Some(bindings.collect()))
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

    /// What the content of a string reads as, where that is not how it is spelt.
    fn content_text(&self, bound: Bound) -> Option<String> {
        let Bound::Text(span, _) = bound else {
            return None;
        };
        let file = self.subject.file?;
        let tree = file.tree();
        let mut parts = file.index().of_kind(Kind::StrPart).iter();
        let part = parts.find(|&&part| tree.span(part) == span)?;
        Some(tree.text_of(*part, file.text()).into_owned())
    }

    fn comparable(&self, bound: Bound, strip: bool, base: Option<u32>) -> comparison::Value {
        let known = match (bound, self.subject.file) {
            (Bound::Node(node), Some(file)) => file.constants().get(node).cloned(),
            _ => None,
        };
        match known {
            Some(Value::Int(value)) => return comparison::Value::Number(value as f64),
            Some(Value::Bool(value)) => return comparison::Value::Bool(value),
            _ => {}
        }
        let constant = self.constant_text(bound);
        // To a shell every word is a string, numbers too.
        let of_shell = self.subject.file.is_some_and(|file| {
            matches!(
                file.source().language,
                Language::Bash | Language::Dockerfile
            )
        });
        let is_string = constant.is_some() && !of_shell;
        let text = constant.unwrap_or_else(|| self.subject.text_of(bound));
        let text = if strip {
            text.trim_matches(['"', '\'', '`']).to_owned()
        } else {
            text
        };
        if (!is_string || strip || base.is_some())
            && let Some(number) = comparison::number(&text, base)
        {
            return comparison::Value::Number(number);
        }
        match text.as_str() {
            "True" | "true" if !is_string => comparison::Value::Bool(true),
            "False" | "false" if !is_string => comparison::Value::Bool(false),
            _ => comparison::Value::Text(text),
        }
    }
}
