//! From formulas as rules mean them to formulas that are ready to run.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::Pattern;
use super::super::comparison;
use super::super::regex::Regex;
use super::{Analyzer, Condition, Conjunction, Formula};
use crate::lang::Language;
use crate::rule::{self, RuleError, vocabulary};
use crate::syntax::Symbol;

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
            rule::Formula::Pattern(leaf) if !language.is_parsed() => {
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
                        let known = vocabulary::names(vocabulary::ANALYZERS).join(", ");
                        let message = format!("there is no analyser `{other}`; there are {known}");
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
