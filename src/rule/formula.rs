//! The formula of a rule: patterns joined by and, or, not and inside.

use serde::{Deserialize, Serialize};

use super::error::PartError;
use super::vocabulary::{
    self, CONDITIONS, NEWER, OPERATORS, has, names as names_of, only, unknown,
};
use super::yaml::{Node, Yaml};

/// What has to hold where a rule reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Formula {
    /// A pattern of code.
    Pattern(Leaf),
    /// A regular expression over the text.
    Regex(Leaf),
    /// One of several.
    Or(Vec<Formula>),
    /// All of several.
    And(Box<Conjunction>),
    /// Around the match.
    Inside(Box<Formula>),
    /// Below the match.
    Anywhere(Box<Formula>),
}

/// The text of a pattern or regular expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Leaf {
    /// As written.
    pub text: String,
    /// The line of the rule file.
    pub line: u32,
}

/// All of several conditions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conjunction {
    /// What has to match.
    pub positives: Vec<Formula>,
    /// What must not.
    pub negatives: Vec<Formula>,
    /// What has to hold of the metavariables.
    pub conditions: Vec<Condition>,
    /// The metavariables that the report points at; each inner list is a choice.
    pub focus: Vec<Vec<String>>,
}

/// What has to hold of a metavariable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Condition {
    /// Its text matches a regular expression from its start.
    Regex {
        /// Its name, without `$`.
        metavariable: String,
        /// The expression.
        regex: Leaf,
        /// Whether what it is known to hold counts, and not its text.
        constant_propagation: bool,
    },
    /// What it holds matches a formula.
    Pattern {
        /// Its name, without `$`.
        metavariable: String,
        /// The language that its text is read in, where that is another one.
        language: Option<String>,
        /// The formula.
        formula: Formula,
        /// The line of the rule file.
        line: u32,
    },
    /// A comparison of values holds.
    Comparison {
        /// Its name, without `$`; the expression may name others.
        metavariable: Option<String>,
        /// The comparison.
        comparison: Leaf,
        /// Whether quotes are left out.
        strip: bool,
        /// The base that whole numbers are read in.
        base: Option<u32>,
    },
    /// A named analyser has something to say of it.
    Analysis {
        /// Its name, without `$`.
        metavariable: String,
        /// The analyser.
        analyzer: Leaf,
    },
    /// Its type is one of these.
    Type {
        /// Its name, without `$`.
        metavariable: String,
        /// The types.
        types: Vec<Leaf>,
    },
}

/// The formula that a map holds under one of the keys of a formula.
pub(crate) fn of_map(map: &Yaml) -> Result<Formula, PartError> {
    let found: Vec<(&str, &Yaml)> = OPERATORS
        .iter()
        .filter_map(|&(key, _)| map.get(key).map(|value| (key, value)))
        .collect();
    match found[..] {
        [("match", value)] => newer(value),
        [(key, value)] => positive(key, value),
        [] => Err(PartError {
            line: map.line,
            key: None,
            message: format!(
                "there is no formula: one of {} is needed",
                names_of(OPERATORS).join(", ")
            ),
        }),
        [_, (second, value), ..] => Err(PartError::new(
            value.line,
            second,
            "a formula has one of these keys, not two",
        )),
    }
}

fn positive(key: &str, value: &Yaml) -> Result<Formula, PartError> {
    match key {
        "pattern" => Ok(Formula::Pattern(leaf(key, value)?)),
        "pattern-regex" => Ok(Formula::Regex(leaf(key, value)?)),
        "pattern-inside" => Ok(Formula::Inside(Box::new(operand(key, value)?))),
        "pattern-either" => Ok(Formula::Or(
            list(key, value)?
                .iter()
                .map(of_map_item)
                .collect::<Result<_, _>>()?,
        )),
        _ => conjunction(list(key, value)?),
    }
}

/// One alternative of an either: a formula, alone.
fn of_map_item(item: &Yaml) -> Result<Formula, PartError> {
    let Node::Map(entries) = &item.node else {
        return Err(PartError::new(
            item.line,
            "pattern-either",
            "each item has to be an operator",
        ));
    };
    for (key, _) in entries {
        if !has(OPERATORS, &key.text) {
            return Err(unknown(key.line, &key.text, &names_of(OPERATORS)));
        }
    }
    of_map(item)
}

/// What an operator like `pattern-not` takes: a pattern, or a formula of its own.
fn operand(key: &str, value: &Yaml) -> Result<Formula, PartError> {
    match &value.node {
        Node::Map(_) => of_map(value),
        _ => Ok(Formula::Pattern(leaf(key, value)?)),
    }
}

fn leaf(key: &str, value: &Yaml) -> Result<Leaf, PartError> {
    match value.text() {
        Some(text) if !text.trim().is_empty() => Ok(Leaf {
            text,
            line: value.line,
        }),
        _ => Err(PartError::new(value.line, key, "text is needed here")),
    }
}

fn list<'y>(key: &str, value: &'y Yaml) -> Result<&'y [Yaml], PartError> {
    match &value.node {
        Node::List(items) if !items.is_empty() => Ok(items),
        _ => Err(PartError::new(
            value.line,
            key,
            "a list is needed here, with one item or more",
        )),
    }
}

fn conjunction(items: &[Yaml]) -> Result<Formula, PartError> {
    let mut all = Conjunction::default();
    for item in items {
        let Node::Map(entries) = &item.node else {
            return Err(PartError::new(
                item.line,
                "patterns",
                "each item has to be an operator",
            ));
        };
        for (key, value) in entries {
            match key.text.as_str() {
                "pattern" | "patterns" | "pattern-either" | "pattern-regex" | "pattern-inside" => {
                    all.positives.push(positive(&key.text, value)?);
                }
                "pattern-not" => all.negatives.push(operand(&key.text, value)?),
                "pattern-not-inside" => {
                    all.negatives
                        .push(Formula::Inside(Box::new(operand(&key.text, value)?)));
                }
                "pattern-not-regex" => all.negatives.push(Formula::Regex(leaf(&key.text, value)?)),
                "focus-metavariable" => all.focus.push(names(&key.text, value)?),
                other if other.starts_with("metavariable-") => {
                    all.conditions.push(condition(other, value, key.line)?);
                }
                other => return Err(unknown(key.line, other, &names_of(CONDITIONS))),
            }
        }
    }
    Ok(Formula::And(Box::new(all)))
}

impl Formula {
    /// Whether the formula says what matches, and not only what does not. A formula about a
    /// metavariable need not: it has the metavariable.
    pub(crate) fn is_grounded(&self) -> bool {
        match self {
            Formula::Pattern(_) | Formula::Regex(_) => true,
            Formula::Or(choices) => choices.iter().all(Formula::is_grounded),
            Formula::And(all) => {
                !all.positives.is_empty() && all.positives.iter().all(Formula::is_grounded)
            }
            Formula::Inside(inner) | Formula::Anywhere(inner) => inner.is_grounded(),
        }
    }
}

fn names(key: &str, value: &Yaml) -> Result<Vec<String>, PartError> {
    match &value.node {
        Node::List(items) => items.iter().map(|item| name(key, item)).collect(),
        _ => Ok(vec![name(key, value)?]),
    }
}

/// A metavariable's name without its `$`; `$...X` keeps its dots.
pub(crate) fn name(key: &str, value: &Yaml) -> Result<String, PartError> {
    let text = value.text().unwrap_or_default();
    match text.strip_prefix('$') {
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        _ => Err(PartError::new(
            value.line,
            key,
            "a metavariable such as `$X` is needed here",
        )),
    }
}

fn condition(key: &str, value: &Yaml, line: u32) -> Result<Condition, PartError> {
    let metavariable = || match value.get("metavariable") {
        Some(of) => name(key, of),
        None => Err(PartError::new(line, key, "`metavariable` is missing")),
    };
    let text_of = |field: &str| match value.get(field) {
        Some(of) => leaf(field, of),
        None => Err(PartError::new(line, key, format!("`{field}` is missing"))),
    };
    let switch = |field: &str| matches!(value.get(field).map(|v| &v.node), Some(Node::Bool(true)));
    match key {
        "metavariable-regex" => {
            only(value, key, &[vocabulary::OF_REGEX])?;
            Ok(Condition::Regex {
                metavariable: metavariable()?,
                regex: text_of("regex")?,
                constant_propagation: switch("constant-propagation"),
            })
        }
        "metavariable-pattern" => {
            only(value, key, &[vocabulary::OF_PATTERN, OPERATORS])?;
            Ok(Condition::Pattern {
                metavariable: metavariable()?,
                language: value.get("language").and_then(Yaml::text),
                formula: of_map(value)?,
                line,
            })
        }
        "metavariable-comparison" => {
            only(value, key, &[vocabulary::OF_COMPARISON])?;
            let base = value
                .get("base")
                .and_then(Yaml::text)
                .and_then(|base| base.parse().ok());
            Ok(Condition::Comparison {
                metavariable: value
                    .get("metavariable")
                    .map(|of| name(key, of))
                    .transpose()?,
                comparison: text_of("comparison")?,
                strip: switch("strip"),
                base,
            })
        }
        "metavariable-analysis" => {
            only(value, key, &[vocabulary::OF_ANALYSIS])?;
            Ok(Condition::Analysis {
                metavariable: metavariable()?,
                analyzer: text_of("analyzer")?,
            })
        }
        "metavariable-type" => {
            only(value, key, &[vocabulary::OF_TYPE])?;
            let types = match (value.get("type"), value.get("types")) {
                (Some(one), None) => vec![leaf("type", one)?],
                (None, Some(many)) => list("types", many)?
                    .iter()
                    .map(|one| leaf("types", one))
                    .collect::<Result<_, _>>()?,
                _ => return Err(PartError::new(line, key, "`type` or `types` is needed")),
            };
            Ok(Condition::Type {
                metavariable: metavariable()?,
                types,
            })
        }
        other => Err(unknown(line, other, &names_of(CONDITIONS))),
    }
}

/// The newer syntax: `match: {all: …, where: …}`.
pub(crate) fn newer(value: &Yaml) -> Result<Formula, PartError> {
    let Node::Map(entries) = &value.node else {
        return Ok(Formula::Pattern(leaf("match", value)?));
    };
    let mut formula = None;
    let mut conditions = Conjunction::default();
    for (key, value) in entries {
        let one = match key.text.as_str() {
            "pattern" => Formula::Pattern(leaf(&key.text, value)?),
            "regex" => Formula::Regex(leaf(&key.text, value)?),
            "any" => Formula::Or(
                list(&key.text, value)?
                    .iter()
                    .map(newer)
                    .collect::<Result<_, _>>()?,
            ),
            "inside" => Formula::Inside(Box::new(newer(value)?)),
            "anywhere" => Formula::Anywhere(Box::new(newer(value)?)),
            "all" => {
                let mut all = Conjunction::default();
                for item in list(&key.text, value)? {
                    match item.get("not") {
                        Some(negative) => all.negatives.push(newer(negative)?),
                        None => all.positives.push(newer(item)?),
                    }
                }
                Formula::And(Box::new(all))
            }
            "where" => {
                for item in list(&key.text, value)? {
                    newer_condition(item, &mut conditions)?;
                }
                continue;
            }
            "not" => {
                return Err(PartError::new(
                    key.line,
                    "not",
                    "a formula cannot be negative only",
                ));
            }
            other => return Err(unknown(key.line, other, &names_of(NEWER))),
        };
        if formula.replace(one).is_some() {
            return Err(PartError::new(
                key.line,
                &key.text,
                "a formula has one of these keys, not two",
            ));
        }
    }
    let Some(formula) = formula else {
        return Err(PartError::new(value.line, "match", "there is no formula"));
    };
    if conditions == Conjunction::default() {
        return Ok(formula);
    }
    conditions.positives.push(formula);
    Ok(Formula::And(Box::new(conditions)))
}

fn newer_condition(item: &Yaml, into: &mut Conjunction) -> Result<(), PartError> {
    only(item, "where", &[vocabulary::WHERE])?;
    if let Some(focus) = item.get("focus") {
        into.focus.push(names("focus", focus)?);
        return Ok(());
    }
    let old = |key: &str| condition(key, item, item.line);
    let has = |key: &str| item.get(key).is_some();
    let metavariable = || match item.get("metavariable") {
        Some(of) => name("metavariable", of),
        None => Err(PartError::new(
            item.line,
            "where",
            "`metavariable` is missing",
        )),
    };
    let condition = if has("comparison") {
        old("metavariable-comparison")?
    } else if has("analyzer") {
        old("metavariable-analysis")?
    } else if has("type") || has("types") {
        old("metavariable-type")?
    } else if has("regex") && !has("pattern") && !has("all") && !has("any") {
        old("metavariable-regex")?
    } else {
        let Node::Map(entries) = &item.node else {
            return Err(PartError::new(item.line, "where", "a map is needed here"));
        };
        let rest = entries
            .iter()
            .filter(|(k, _)| k.text != "metavariable" && k.text != "language");
        let formula = Yaml {
            line: item.line,
            node: Node::Map(rest.cloned().collect()),
        };
        Condition::Pattern {
            metavariable: metavariable()?,
            language: item.get("language").and_then(Yaml::text),
            formula: newer(&formula)?,
            line: item.line,
        }
    };
    into.conditions.push(condition);
    Ok(())
}
