//! Reads what a taint rule follows, in the older syntax and in the newer one.

use super::super::error::PartError;
use super::super::formula::{self, Formula};
use super::super::models;
use super::super::vocabulary::{self, LISTS, OPERATORS, Words, has, only};
use super::super::yaml::{Node, Yaml};
use super::requires;
use super::{Origin, Propagator, Sanitizer, SideEffect, Sink, Source, TaintOptions, TaintSpec};
use crate::finding::{Confidence, UnknownName};

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
                    let items = models::items(&name, list)
                        .map_err(|message| PartError::new(model.line, "model", message))?;
                    let before = spec.sources.len();
                    for item in items {
                        Reader { newer: false }.add(list, item, &mut spec)?;
                    }
                    // The rule goes before the item, and the item before the model.
                    let (of_rule, of_model) = match models::get(&name) {
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
pub(in super::super) fn read_items(list: &str, items: &[Yaml]) -> Result<(), PartError> {
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
            requires: requires::read(item)?,
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
            requires: requires::read(item)?,
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
            requires: requires::read(item)?,
            label: text(item, "label")?,
            formula,
        })
    }
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
