//! From formulas as rules mean them to formulas that are ready to run.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::Pattern;
use super::super::comparison;
use super::super::generic;
use super::super::regex::{Meaning, Regex};
use super::{Analyzer, Condition, Conjunction, Formula};
use crate::lang::Language;
use crate::rule::{self, RuleError, Target, vocabulary};
use crate::syntax::Symbol;

/// Compiles the formulas of rules; equal patterns are compiled once.
#[derive(Debug, Default)]
pub struct Compiler {
    patterns: HashMap<(Language, String), Arc<Pattern>>,
    generic: HashMap<String, Arc<generic::Pattern>>,
    /// By what they are as bytes.
    shared: HashMap<(Language, Vec<u8>), Arc<Formula>>,
    /// Whether regular expressions are compiled where they stand, so that a wrong one is told.
    pub checks: bool,
}

/// How the patterns of a formula are read.
#[derive(Clone, Copy)]
enum Dialect {
    /// As code of a language.
    Code(Language),
    /// As regular expressions.
    Regex,
    /// As tokens, on any text.
    Generic,
}

impl Dialect {
    /// The language that a text is read in for it.
    fn language(self) -> Language {
        match self {
            Dialect::Code(language) => language,
            Dialect::Regex | Dialect::Generic => Language::Text,
        }
    }
}

/// What is wrong with a part of a formula.
struct Wrong {
    line: u32,
    key: &'static str,
    message: String,
}

impl Compiler {
    /// Compiles a rule's formula for one language.
    pub fn compile(
        &mut self,
        language: Language,
        rule: &rule::Rule,
        formula: &rule::Formula,
    ) -> Result<Formula, RuleError> {
        let dialect = match rule.target() {
            Target::Generic => Dialect::Generic,
            _ if language.is_parsed() => Dialect::Code(language),
            _ => Dialect::Regex,
        };
        self.formula(dialect, formula).map_err(|wrong| RuleError {
            file: rule.meta.file.clone().unwrap_or_default(),
            line: wrong.line,
            rule: Some(rule.meta.id.clone()),
            key: Some(wrong.key.to_owned()),
            message: wrong.message,
        })
    }

    /// Compiles a formula that other rules may hold too, as those of models are.
    pub fn compile_shared(
        &mut self,
        language: Language,
        rule: &rule::Rule,
        formula: &rule::Formula,
    ) -> Result<Formula, RuleError> {
        let Ok(bytes) = postcard::to_stdvec(formula) else {
            return self.compile(language, rule, formula);
        };
        let key = (language, bytes);
        if let Some(known) = self.shared.get(&key) {
            return Ok(Formula::Shared(Arc::clone(known)));
        }
        let compiled = Arc::new(self.compile(language, rule, formula)?);
        self.shared.insert(key, Arc::clone(&compiled));
        Ok(Formula::Shared(compiled))
    }

    fn regex(
        &self,
        leaf: &rule::Leaf,
        key: &'static str,
        meaning: Meaning,
    ) -> Result<Regex, Wrong> {
        if !self.checks {
            return Ok(Regex::known(&leaf.text, meaning));
        }
        Regex::new(&leaf.text, meaning).map_err(|message| Wrong {
            line: leaf.line,
            key,
            message: format!("it is no regular expression: {message}"),
        })
    }

    fn formula(&mut self, dialect: Dialect, formula: &rule::Formula) -> Result<Formula, Wrong> {
        Ok(match formula {
            rule::Formula::Pattern(leaf) => match dialect {
                Dialect::Code(language) => Formula::Pattern(self.pattern(language, leaf)?),
                Dialect::Regex => {
                    Formula::Regex(Arc::new(self.regex(leaf, "pattern", Meaning::Lines)?))
                }
                Dialect::Generic => Formula::Generic(self.generic(leaf)?),
            },
            rule::Formula::Regex(leaf) => Formula::Regex(Arc::new(self.regex(
                leaf,
                "pattern-regex",
                Meaning::Lines,
            )?)),
            rule::Formula::Or(choices) => Formula::Or(
                choices
                    .iter()
                    .map(|choice| self.formula(dialect, choice))
                    .collect::<Result<_, _>>()?,
            ),
            rule::Formula::Inside(inner) => {
                Formula::Inside(Box::new(self.formula(dialect, inner)?))
            }
            rule::Formula::Anywhere(inner) => {
                Formula::Anywhere(Box::new(self.formula(dialect, inner)?))
            }
            rule::Formula::And(all) => Formula::And(Box::new(Conjunction {
                positives: self.formulas(dialect, &all.positives)?,
                negatives: self.formulas(dialect, &all.negatives)?,
                conditions: all
                    .conditions
                    .iter()
                    .map(|condition| self.condition(dialect, condition))
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

    fn formulas(&mut self, dialect: Dialect, all: &[rule::Formula]) -> Result<Vec<Formula>, Wrong> {
        all.iter()
            .map(|formula| self.formula(dialect, formula))
            .collect()
    }

    fn generic(&mut self, leaf: &rule::Leaf) -> Result<Arc<generic::Pattern>, Wrong> {
        if let Some(known) = self.generic.get(&leaf.text) {
            return Ok(Arc::clone(known));
        }
        let pattern = generic::Pattern::new(&leaf.text).map_err(|message| Wrong {
            line: leaf.line,
            key: "pattern",
            message: message.to_owned(),
        })?;
        let pattern = Arc::new(pattern);
        self.generic.insert(leaf.text.clone(), Arc::clone(&pattern));
        Ok(pattern)
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
        dialect: Dialect,
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
                regex: self.regex(leaf, "regex", Meaning::Start)?,
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
                    Some("regex" | "none") => Some(Dialect::Regex),
                    Some("generic") => Some(Dialect::Generic),
                    Some(name) => match Language::named_by_rule(name).first() {
                        Some(&language) => Some(Dialect::Code(language)),
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
                let dialect_within = other.unwrap_or(dialect);
                let language = match (other, dialect) {
                    (None, Dialect::Code(_)) => None,
                    _ => Some(dialect_within.language()),
                };
                Condition::Pattern {
                    name: symbol(metavariable),
                    language,
                    formula: self.formula(dialect_within, formula)?,
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
