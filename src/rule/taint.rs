//! A taint rule as meant: where values come from, where they must not arrive, what makes them
//! harmless, and what carries them on.

use serde::{Deserialize, Serialize};

use super::error::PartError;
use super::formula::{self, Formula};
use super::vocabulary::{self, LISTS, OPERATORS, Words, has, only};
use super::yaml::{Node, Yaml};
use crate::finding::{Confidence, UnknownName};

/// What a taint rule follows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaintSpec {
    /// Where values come from.
    pub sources: Vec<Source>,
    /// Where they must not arrive.
    pub sinks: Vec<Sink>,
    /// What makes them harmless.
    pub sanitizers: Vec<Sanitizer>,
    /// What carries them on, besides what always does.
    pub propagators: Vec<Propagator>,
    /// The `options:` about flows.
    pub options: TaintOptions,
}

/// Where values come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// What matches.
    pub formula: Formula,
    /// What the values are called.
    pub label: Option<String>,
    /// The labels that a value must have already.
    pub requires: Option<Requires>,
    /// Whether only the expression itself counts, and nothing within it.
    pub exact: bool,
    /// Whether the variable that matches holds such a value from then on.
    pub by_side_effect: SideEffect,
    /// Whether everything that runs afterwards counts as such a value.
    pub control: bool,
    /// What the value is and how far it is trusted, where the rule or the model says so.
    pub origin: Origin,
}

/// What is said of where a value comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// What the value is, in the words of a message: "a request parameter".
    pub called: Option<String>,
    /// How sure a flow from here is at most.
    pub confidence: Option<Confidence>,
}

impl Origin {
    /// Reads what an item of a list, or a model as a whole, says.
    fn of(item: &Yaml) -> Result<Origin, PartError> {
        let confidence = match text(item, "confidence")? {
            None => None,
            Some(word) => {
                let parsed: Result<Confidence, _> = word.parse();
                let line = item.get("confidence").map_or(item.line, |of| of.line);
                let told =
                    |error: UnknownName| PartError::new(line, "confidence", error.to_string());
                Some(parsed.map_err(told)?)
            }
        };
        Ok(Origin {
            called: text(item, "called")?,
            confidence,
        })
    }

    /// With what another says where this says nothing.
    fn or(self, other: &Origin) -> Origin {
        Origin {
            called: self.called.or_else(|| other.called.clone()),
            confidence: self.confidence.or(other.confidence),
        }
    }
}

/// Where values must not arrive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sink {
    /// What matches.
    pub formula: Formula,
    /// The labels that a value must have to be reported.
    pub requires: Option<Requires>,
    /// Whether only the expression itself counts, and nothing within it.
    pub exact: bool,
    /// Whether it counts only where the function ends.
    pub at_exit: bool,
}

/// What makes values harmless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sanitizer {
    /// What matches.
    pub formula: Formula,
    /// Whether only the expression itself counts, and nothing within it.
    pub exact: bool,
    /// Whether the variable that matches is harmless from then on.
    pub by_side_effect: SideEffect,
    /// Whether it gives way to a source or sink of the same range.
    pub not_conflicting: bool,
}

/// What carries values from one place to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Propagator {
    /// What matches.
    pub formula: Formula,
    /// The metavariable that they come from, without `$`.
    pub from: String,
    /// The metavariable that they go to, without `$`.
    pub to: String,
    /// Whether the variable that `to` matches holds them from then on.
    pub by_side_effect: bool,
    /// The labels that a value must have.
    pub requires: Option<Requires>,
    /// What the values are called afterwards.
    pub label: Option<String>,
}

/// Whether a match says something of the variable itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SideEffect {
    /// Only of the value there.
    #[default]
    No,
    /// Of the value there, and of the variable from then on.
    Yes,
    /// Of the variable from then on.
    Only,
}

/// The `options:` about flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that a rule may set"
)]
pub struct TaintOptions {
    /// Metavariables of one name hold the same in the source and in the sink.
    pub unify_mvars: bool,
    /// What nothing is known of returns none of what it is given.
    pub assume_safe_functions: bool,
    /// An index says nothing of the element.
    pub assume_safe_indexes: bool,
    /// A comparison says nothing of what is compared.
    pub assume_safe_comparisons: bool,
    /// A value of a boolean type is harmless.
    pub assume_safe_booleans: bool,
    /// A value of a type of numbers is harmless.
    pub assume_safe_numbers: bool,
    /// Only assignments carry values on.
    pub only_propagate_through_assignments: bool,
}

/// A condition on labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Requires {
    /// It has this label.
    Label(String),
    /// It does not hold.
    Not(Box<Requires>),
    /// All hold.
    And(Vec<Requires>),
    /// One holds.
    Or(Vec<Requires>),
}

impl Requires {
    /// Whether the condition holds of a value with these labels.
    pub fn holds(&self, has: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Requires::Label(label) => has(label),
            Requires::Not(inner) => !inner.holds(has),
            Requires::And(all) => all.iter().all(|one| one.holds(has)),
            Requires::Or(any) => any.iter().any(|one| one.holds(has)),
        }
    }
}

/// The label of a source that names none.
pub const DEFAULT_LABEL: &str = "__SOURCE__";

/// Conditions on labels nest no deeper than this.
const MAX_NESTED: u32 = 50;

/// The formula, and what an item says besides it.
type Item<'y> = (Formula, &'y Yaml);

/// Whether a rule is written in the newer syntax.
pub(crate) fn is_newer(yaml: &Yaml) -> bool {
    yaml.get("taint").is_some()
}

/// Reads what a taint rule follows.
pub(crate) fn read(yaml: &Yaml, options: TaintOptions) -> Result<TaintSpec, PartError> {
    let newer = yaml.get("taint");
    let key = |old: &'static str, new: &'static str| if newer.is_some() { new } else { old };
    let at = newer.unwrap_or(yaml);
    if let Some(newer) = newer {
        only(newer, "taint", &[LISTS])?;
    }
    let mut spec = TaintSpec {
        options,
        ..TaintSpec::default()
    };
    let read = Reader {
        newer: newer.is_some(),
    };
    for ((list, _), old) in LISTS.iter().zip(OLD_LISTS) {
        let needed = matches!(*list, "sources" | "sinks");
        for item in Reader::items(at, key(old, list), needed)? {
            match item.get("model") {
                Some(model) => {
                    let sources = *list == "sources";
                    let more: &Words = if sources { vocabulary::ORIGIN } else { &[] };
                    only(item, "model", &[vocabulary::MODEL, more])?;
                    let name = model.text().unwrap_or_default();
                    let items = super::models::items(&name, list)
                        .map_err(|message| PartError::new(model.line, "model", message))?;
                    let before = spec.sources.len();
                    for item in items {
                        Reader { newer: false }.add(list, item, &mut spec)?;
                    }
                    // The rule goes before the item, and the item before the model.
                    let (of_rule, of_model) = match super::models::get(&name) {
                        Some(model) => (Origin::of(item)?, Origin::of(model)?),
                        None => (Origin::default(), Origin::default()),
                    };
                    for source in &mut spec.sources[before..] {
                        let own = std::mem::take(&mut source.origin);
                        source.origin = of_rule.clone().or(&own).or(&of_model);
                    }
                }
                None => read.add(list, item, &mut spec)?,
            }
        }
    }
    Ok(spec)
}

/// The lists, as the older syntax calls them.
const OLD_LISTS: &[&str] = &[
    "pattern-sources",
    "pattern-sinks",
    "pattern-sanitizers",
    "pattern-propagators",
];

/// Reads the items of one list.
#[cfg(test)]
pub(super) fn read_items(list: &str, items: &[Yaml]) -> Result<(), PartError> {
    let mut spec = TaintSpec::default();
    items
        .iter()
        .try_for_each(|item| Reader { newer: false }.add(list, item, &mut spec))
}

struct Reader {
    newer: bool,
}

impl Reader {
    fn add(&self, list: &str, item: &Yaml, spec: &mut TaintSpec) -> Result<(), PartError> {
        match list {
            "sources" => spec.sources.push(self.source(item)?),
            "sinks" => spec.sinks.push(self.sink(item)?),
            "sanitizers" => spec.sanitizers.push(self.sanitizer(item)?),
            _ => spec.propagators.push(self.propagator(item)?),
        }
        Ok(())
    }

    fn items<'y>(yaml: &'y Yaml, key: &str, needed: bool) -> Result<&'y [Yaml], PartError> {
        match yaml.get(key) {
            Some(Yaml {
                node: Node::List(items),
                ..
            }) if !items.is_empty() => Ok(items),
            Some(value) => Err(PartError::new(
                value.line,
                key,
                "a list is needed here, with one item or more",
            )),
            None if needed => Err(PartError::new(yaml.line, key, "it is missing")),
            None => Ok(&[]),
        }
    }

    /// The formula of an item whose other keys are known.
    fn item<'y>(&self, item: &'y Yaml, more: &Words) -> Result<Item<'y>, PartError> {
        let formula = if self.newer {
            match &item.node {
                Node::Map(entries) => {
                    let rest = entries.iter().filter(|(key, _)| !has(more, &key.text));
                    let rest = Yaml {
                        line: item.line,
                        node: Node::Map(rest.cloned().collect()),
                    };
                    formula::newer(&rest)?
                }
                _ => formula::newer(item)?,
            }
        } else {
            only(item, "pattern", &[more, OPERATORS])?;
            formula::of_map(item)?
        };
        if !formula.is_grounded() {
            let message = "something has to match: a list of items is negative only";
            return Err(PartError {
                line: item.line,
                key: None,
                message: message.into(),
            });
        }
        Ok((formula, item))
    }

    fn source(&self, item: &Yaml) -> Result<Source, PartError> {
        let (formula, item) = self.item(item, vocabulary::SOURCE)?;
        Ok(Source {
            formula,
            label: text(item, "label")?,
            requires: requires(item)?,
            exact: switch(item, "exact", false)?,
            by_side_effect: side_effect(item)?,
            control: switch(item, "control", false)?,
            origin: Origin::of(item)?,
        })
    }

    fn sink(&self, item: &Yaml) -> Result<Sink, PartError> {
        let (formula, item) = self.item(item, vocabulary::SINK)?;
        Ok(Sink {
            formula,
            requires: requires(item)?,
            exact: switch(item, "exact", true)?,
            at_exit: switch(item, "at-exit", false)?,
        })
    }

    fn sanitizer(&self, item: &Yaml) -> Result<Sanitizer, PartError> {
        let (formula, item) = self.item(item, vocabulary::SANITIZER)?;
        Ok(Sanitizer {
            formula,
            exact: switch(item, "exact", false)?,
            by_side_effect: side_effect(item)?,
            not_conflicting: switch(item, "not_conflicting", false)?
                || switch(item, "not-conflicting", false)?,
        })
    }

    fn propagator(&self, item: &Yaml) -> Result<Propagator, PartError> {
        let (formula, item) = self.item(item, vocabulary::PROPAGATOR)?;
        let metavariable = |key: &str| match item.get(key) {
            Some(value) => formula::name(key, value),
            None => Err(PartError::new(item.line, key, "it is missing")),
        };
        if let Some(labels) = item.get("replace-labels") {
            let message =
                "labels are not replaced here: write a source that requires one and names another";
            return Err(PartError::new(labels.line, "replace-labels", message));
        }
        Ok(Propagator {
            from: metavariable("from")?,
            to: metavariable("to")?,
            by_side_effect: switch(item, "by-side-effect", true)?,
            requires: requires(item)?,
            label: text(item, "label")?,
            formula,
        })
    }
}

fn text(item: &Yaml, key: &str) -> Result<Option<String>, PartError> {
    item.get(key)
        .map(|value| {
            value
                .text()
                .ok_or_else(|| PartError::new(value.line, key, "text is needed here"))
        })
        .transpose()
}

fn switch(item: &Yaml, key: &str, otherwise: bool) -> Result<bool, PartError> {
    match item.get(key) {
        None => Ok(otherwise),
        Some(Yaml {
            node: Node::Bool(value),
            ..
        }) => Ok(*value),
        Some(value) => Err(PartError::new(
            value.line,
            key,
            "`true` or `false` is needed here",
        )),
    }
}

fn side_effect(item: &Yaml) -> Result<SideEffect, PartError> {
    const KEY: &str = "by-side-effect";
    match item.get(KEY) {
        None => Ok(SideEffect::No),
        Some(Yaml {
            node: Node::Bool(value),
            ..
        }) => Ok(if *value {
            SideEffect::Yes
        } else {
            SideEffect::No
        }),
        Some(value) if value.text().as_deref() == Some("only") => Ok(SideEffect::Only),
        Some(value) => Err(PartError::new(
            value.line,
            KEY,
            "`true`, `false` or `only` is needed here",
        )),
    }
}

fn requires(item: &Yaml) -> Result<Option<Requires>, PartError> {
    const KEY: &str = "requires";
    let Some(value) = item.get(KEY) else {
        return Ok(None);
    };
    let Some(text) = value.text() else {
        return Err(PartError::new(
            value.line,
            KEY,
            "labels joined by `and`, `or` and `not` are needed here",
        ));
    };
    let words = words(&text);
    let mut parser = Parser {
        words: &words,
        at: 0,
    };
    match parser.or(0) {
        Some(parsed) if parser.at == words.len() => Ok(Some(parsed)),
        _ => {
            let message =
                format!("`{text}` is no condition: write labels joined by `and`, `or` and `not`");
            Err(PartError::new(value.line, KEY, message))
        }
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars() {
        match c {
            '(' | ')' => words.extend([c.to_string(), String::new()]),
            c if c.is_whitespace() => words.push(String::new()),
            c => words.last_mut().expect("it begins with one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

struct Parser<'w> {
    words: &'w [String],
    at: usize,
}

impl Parser<'_> {
    fn or(&mut self, depth: u32) -> Option<Requires> {
        let mut any = vec![self.and(depth)?];
        while self.eat("or") {
            any.push(self.and(depth)?);
        }
        Some(if any.len() == 1 {
            any.remove(0)
        } else {
            Requires::Or(any)
        })
    }

    fn and(&mut self, depth: u32) -> Option<Requires> {
        let mut all = vec![self.not(depth)?];
        while self.eat("and") {
            all.push(self.not(depth)?);
        }
        Some(if all.len() == 1 {
            all.remove(0)
        } else {
            Requires::And(all)
        })
    }

    fn not(&mut self, depth: u32) -> Option<Requires> {
        if depth > MAX_NESTED {
            return None;
        }
        if self.eat("not") {
            return Some(Requires::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.eat("(") {
            let inner = self.or(depth + 1)?;
            return self.eat(")").then_some(inner);
        }
        let word = self.words.get(self.at)?;
        let label = word.chars().all(|c| c.is_alphanumeric() || c == '_');
        let taken = ["and", "or", "not"].contains(&word.as_str());
        if !label || taken {
            return None;
        }
        self.at += 1;
        Some(Requires::Label(word.clone()))
    }

    fn eat(&mut self, word: &str) -> bool {
        let next = self.words.get(self.at).is_some_and(|next| next == word);
        self.at += usize::from(next);
        next
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::{Mode, read_file};

    use super::*;

    const HEAD: &str =
        "rules:\n- id: a\n  message: m\n  severity: ERROR\n  languages: [python]\n  mode: taint\n";

    fn error(text: &str) -> String {
        read_file("r.yaml", &format!("{HEAD}{text}")).unwrap_err()[0].to_string()
    }

    fn spec(text: &str) -> TaintSpec {
        let mut file = read_file("r.yaml", &format!("{HEAD}{text}"))
            .unwrap()
            .unwrap();
        let Mode::Taint(spec) = file.rules.remove(0).mode else {
            panic!()
        };
        TaintSpec::clone(&spec)
    }

    #[test]
    fn what_is_not_said_has_the_usual_meaning() {
        let spec =
            spec("  pattern-sources:\n  - pattern: a\n  pattern-sinks:\n  - pattern: b(...)\n");
        assert!(!spec.sources[0].exact && spec.sinks[0].exact);
        assert_eq!(spec.sources[0].by_side_effect, SideEffect::No);
        assert_eq!(spec.options, TaintOptions::default());
    }

    #[test]
    fn conditions_on_labels_are_read() {
        let text = "  pattern-sources:\n  - pattern: a\n    label: A\n    by-side-effect: only\n  pattern-sinks:\n  - pattern: b\n    requires: A and (not B or C)\n";
        let spec = spec(text);
        assert_eq!(spec.sources[0].by_side_effect, SideEffect::Only);
        let requires = spec.sinks[0].requires.as_ref().unwrap();
        assert!(requires.holds(&|label| label == "A"));
        assert!(!requires.holds(&|label| label == "A" || label == "B"));
        assert!(requires.holds(&|_| true));
    }

    #[test]
    fn errors_name_the_key_and_the_line() {
        let sinks = "  pattern-sinks:\n  - pattern: b\n";
        assert!(error(sinks).contains("`pattern-sources`: it is missing"));
        assert_eq!(
            error(&format!(
                "  pattern-sources:\n  - pattern: a\n    by-sideeffect: true\n{sinks}"
            )),
            "r.yaml:9: rule `a`: `by-sideeffect`: there is no such operator or key here; is it `by-side-effect`?"
        );
        assert!(
            error(&format!(
                "  pattern-sources:\n  - pattern: a\n    requires: A and\n{sinks}"
            ))
            .contains("no condition")
        );
        assert!(
            error(&format!(
                "  pattern-sources:\n  - pattern: a\n    exact: 3\n{sinks}"
            ))
            .contains("r.yaml:9")
        );
    }

    #[test]
    fn the_newer_syntax_means_the_same() {
        let old = spec(
            "  pattern-sources:\n  - pattern: a\n    exact: true\n  pattern-sinks:\n  - pattern: b\n",
        );
        let new = spec(
            "  taint:\n    sources:\n    - pattern: a\n      exact: true\n    sinks:\n    - b\n",
        );
        assert_eq!((old.sources[0].exact, new.sources[0].exact), (true, true));
        assert_eq!(new.sinks.len(), 1);
    }
}
