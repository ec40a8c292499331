//! A rule as meant: what the keys of a rule file say, checked.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Meta;
use super::error::{PartError, RuleError};
use super::fix::{self, Fix};
use super::formula::{self, Formula};
use super::options::{self, Options};
use super::packed::Packed;
use super::secret::{self, Secret};
use super::taint::{self, TaintSpec};
use super::vocabulary::{self, names, unknown};
use super::yaml::{self, Node, Yaml};
use crate::finding::{Confidence, Severity};

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct Rule {
    /// What it says of itself.
    pub meta: Arc<Meta>,
    /// The line of the rule file that it begins on.
    pub line: u32,
    /// Which paths it applies to.
    pub paths: Paths,
    /// The switches of the matcher.
    pub options: Options,
    /// What it looks for.
    pub mode: Mode,
    /// What repairs what it finds.
    pub fix: Option<Fix>,
}

/// Globs of paths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paths {
    /// Only these, where there are any.
    pub include: Vec<String>,
    /// Not these.
    pub exclude: Vec<String>,
}

/// What a rule looks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub enum Mode {
    /// Code that matches a formula.
    Search(Packed<Formula>),
    /// A credential.
    Secret(Arc<Secret>),
    /// A flow from a source to a sink.
    Taint(Packed<TaintSpec>),
}

/// The version of Semgrep whose behaviour is followed; `min-version` compares with it.
const VERSION: [u32; 3] = [1, 182, 0];

/// The rules of a file, and of what was left out the reasons.
#[derive(Debug, Default)]
pub struct RuleFile {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Rules left out, with the reason.
    pub left_out: Vec<String>,
}

/// Reads the rules of a file. `None` where it holds no `rules:` at all.
pub fn read_file(file: &str, text: &str) -> Result<Option<RuleFile>, Vec<RuleError>> {
    let error = |line, message: String| {
        vec![RuleError {
            file: file.to_owned(),
            line,
            rule: None,
            key: None,
            message,
        }]
    };
    let yaml = yaml::parse(text).map_err(|problem| error(problem.line, problem.message))?;
    let Some(rules) = yaml.get("rules") else {
        return Ok(None);
    };
    let Node::List(rules) = &rules.node else {
        return Err(error(rules.line, "`rules` has to be a list".to_owned()));
    };
    let mut out = RuleFile::default();
    let mut errors = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for yaml in rules {
        let id = yaml.get("id").and_then(Yaml::text);
        let at = |problem: PartError| RuleError {
            file: file.to_owned(),
            line: problem.line,
            rule: id.clone(),
            key: problem.key,
            message: problem.message,
        };
        if let Some(id) = &id {
            if ids.contains(id) {
                errors.push(at(PartError::new(
                    yaml.line,
                    "id",
                    "two rules of this file have this id",
                )));
            }
            ids.push(id.clone());
        }
        match left_out(yaml) {
            Ok(Some(reason)) => {
                out.left_out
                    .push(format!("{}: {reason}", id.as_deref().unwrap_or("?")));
                continue;
            }
            Ok(None) => {}
            Err(problem) => errors.push(at(problem)),
        }
        match read_rule(yaml) {
            Ok(mut rule) => {
                Arc::make_mut(&mut rule.meta).file = (!file.is_empty()).then(|| file.to_owned());
                out.rules.push(rule);
            }
            Err(problem) => errors.push(at(problem)),
        }
    }
    if errors.is_empty() {
        Ok(Some(out))
    } else {
        Err(errors)
    }
}

/// Why a rule does not apply to this version, where it does not.
fn left_out(yaml: &Yaml) -> Result<Option<String>, PartError> {
    for (key, above) in [("min-version", true), ("max-version", false)] {
        let Some(value) = yaml.get(key) else { continue };
        let text = value.text().unwrap_or_default();
        let mut parts = text.split('.').map(str::parse::<u32>);
        let mut version = [0; 3];
        for part in &mut version {
            match parts.next() {
                Some(Ok(number)) => *part = number,
                None => {}
                Some(Err(_)) => {
                    return Err(PartError::new(
                        value.line,
                        key,
                        "a version such as 1.50.0 is needed",
                    ));
                }
            }
        }
        if above && version > VERSION || !above && version < VERSION {
            return Ok(Some(format!("`{key}` is {text}")));
        }
    }
    Ok(None)
}

/// Reads one rule.
fn read_rule(yaml: &Yaml) -> Result<Rule, PartError> {
    let Node::Map(entries) = &yaml.node else {
        return Err(PartError {
            line: yaml.line,
            key: None,
            message: "a rule has to be a map".into(),
        });
    };
    for (key, _) in entries {
        let name = key.text.as_str();
        let known = vocabulary::has(vocabulary::RULE, name)
            || vocabulary::has(vocabulary::PASSED_OVER, name)
            || name.starts_with("r2c-internal-");
        if !known {
            return Err(unknown(key.line, name, &names(vocabulary::RULE)));
        }
    }
    let text = |key: &str| match yaml.get(key) {
        Some(value) => value
            .text()
            .filter(|text| !text.trim().is_empty())
            .ok_or_else(|| PartError::new(value.line, key, "text is needed here")),
        None => Err(PartError::new(yaml.line, key, "it is missing")),
    };
    let id = text("id")?;
    let mode_name = yaml
        .get("mode")
        .and_then(Yaml::text)
        .unwrap_or_else(|| "search".to_owned());
    let mode_line = yaml.get("mode").map_or(yaml.line, |mode| mode.line);
    let (options, flows) = options::read(yaml)?;
    let mode = match mode_name.as_str() {
        "search" if taint::is_newer(yaml) => Mode::Taint(taint::read(yaml, flows)?.into()),
        "search" => {
            let formula = formula::of_map(yaml)?;
            if !formula.is_grounded() {
                let message = "something has to match: a list of items is negative only";
                return Err(PartError {
                    line: yaml.line,
                    key: None,
                    message: message.into(),
                });
            }
            Mode::Search(formula.into())
        }
        "secret" => Mode::Secret(Arc::new(secret::read(yaml)?)),
        "taint" => Mode::Taint(taint::read(yaml, flows)?.into()),
        other => {
            let why = vocabulary::REFUSED_MODES
                .iter()
                .find(|(mode, _)| *mode == other)
                .map_or(String::new(), |(_, why)| format!(" ({why})"));
            let modes = names(vocabulary::MODES).join(", ");
            let message = format!("mode `{other}` is not supported{why}; there are {modes}");
            return Err(PartError::new(mode_line, "mode", message));
        }
    };
    let languages = match (&mode, yaml.get("languages")) {
        (Mode::Secret(_), None) => Vec::new(),
        (_, Some(value)) => texts("languages", value)?,
        (_, None) => return Err(PartError::new(yaml.line, "languages", "it is missing")),
    };
    let severity_text = text("severity")?;
    let severity = severity_text.parse::<Severity>().map_err(|error| {
        PartError::new(
            yaml.get("severity").map_or(yaml.line, |s| s.line),
            "severity",
            error.to_string(),
        )
    })?;
    if matches!(mode, Mode::Taint(_)) && is_of_text(&languages) {
        let message = "flows are followed in code: a language that aiscan parses is needed";
        let line = yaml.get("languages").map_or(yaml.line, |named| named.line);
        return Err(PartError::new(line, "languages", message));
    }
    let metadata = yaml.get("metadata");
    let from_metadata = |key: &str| metadata.and_then(|metadata| metadata.get(key));
    let confidence = match from_metadata("confidence").and_then(Yaml::text) {
        Some(text) => text.parse().map_err(|error: crate::finding::UnknownName| {
            let line = from_metadata("confidence").map_or(yaml.line, |c| c.line);
            PartError::new(line, "confidence", error.to_string())
        })?,
        None => Confidence::Medium,
    };
    let lines = |key: &str| {
        from_metadata(key)
            .and_then(|value| texts(key, value).ok())
            .unwrap_or_default()
    };
    let words = |key: &str| {
        from_metadata(key)
            .and_then(Yaml::text)
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    Ok(Rule {
        meta: Arc::new(Meta {
            id,
            file: None,
            message: text("message")?.trim().to_owned(),
            severity,
            confidence,
            languages,
            cwe: lines("cwe"),
            why: words("why"),
            repair: words("repair"),
            references: lines("references"),
        }),
        line: yaml.line,
        paths: paths(yaml)?,
        options,
        fix: fix::read(yaml)?,
        mode,
    })
}

/// One text, or a list of them.
fn texts(key: &str, value: &Yaml) -> Result<Vec<String>, PartError> {
    let wrong = || PartError::new(value.line, key, "text, or a list of texts, is needed here");
    match &value.node {
        Node::List(items) => items
            .iter()
            .map(|item| item.text().ok_or_else(wrong))
            .collect(),
        _ => Ok(vec![value.text().ok_or_else(wrong)?]),
    }
}

/// Whether a rule is for every text.
fn is_of_text(names: &[String]) -> bool {
    names
        .iter()
        .any(|name| matches!(name.as_str(), "regex" | "none" | "generic"))
}

fn paths(yaml: &Yaml) -> Result<Paths, PartError> {
    let Some(value) = yaml.get("paths") else {
        return Ok(Paths::default());
    };
    let Node::Map(entries) = &value.node else {
        return Err(PartError::new(
            value.line,
            "paths",
            "`include` or `exclude` is needed here",
        ));
    };
    let mut paths = Paths::default();
    for (key, value) in entries {
        let globs = texts(&key.text, value)?;
        if let Some(bad) = globs.iter().find(|glob| globset::Glob::new(glob).is_err()) {
            return Err(PartError::new(
                value.line,
                &key.text,
                format!("`{bad}` is no glob"),
            ));
        }
        match key.text.as_str() {
            "include" => paths.include = globs,
            "exclude" => paths.exclude = globs,
            other => return Err(unknown(key.line, other, &names(vocabulary::PATHS))),
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        read_file("r.yaml", text).unwrap_err()[0].to_string()
    }

    const HEAD: &str = "rules:\n- id: a\n  message: m\n  severity: ERROR\n  languages: [python]\n";

    #[test]
    fn an_unknown_operator_is_named_with_its_line() {
        let text = format!("{HEAD}  patterns:\n  - pattern: f(...)\n  - pattern-nto: g\n");
        assert_eq!(
            error(&text),
            "r.yaml:8: rule `a`: `pattern-nto`: there is no such operator or key here; is it `pattern-not`?"
        );
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        assert!(error(&format!("{HEAD}  pattern: f(...)\n  colour: red\n")).contains("`colour`"));
    }

    #[test]
    fn modes_that_are_not_there_are_refused_by_name_and_line() {
        for mode in ["join", "extract"] {
            let text = format!("{HEAD}  mode: {mode}\n  pattern: f(...)\n");
            let expected = format!("r.yaml:6: rule `a`: `mode`: mode `{mode}` is not supported");
            assert!(error(&text).starts_with(&expected), "{}", error(&text));
        }
    }

    #[test]
    fn two_equal_ids_are_an_error() {
        let text = format!(
            "{HEAD}  pattern: f(...)\n{}  pattern: g(...)\n",
            &HEAD["rules:\n".len()..]
        );
        assert!(error(&text).contains("this id"));
    }

    #[test]
    fn a_file_without_rules_is_no_rule_file() {
        assert!(read_file("x", "on: push\n").unwrap().is_none());
    }

    #[test]
    fn versions_are_compared_with_the_one_that_is_followed() {
        let text = format!("{HEAD}  pattern: f(...)\n  min-version: 1.183.0\n");
        let file = read_file("r.yaml", &text).unwrap().unwrap();
        assert!(file.rules.is_empty());
        assert_eq!(file.left_out, ["a: `min-version` is 1.183.0"]);
    }

    #[test]
    fn the_newer_syntax_means_the_same() {
        let text = format!(
            "{HEAD}  match:\n    all:\n    - f($X)\n    - not: f(1)\n    where:\n    - metavariable: $X\n      regex: a\n"
        );
        let rule = read_file("r.yaml", &text).unwrap().unwrap().rules.remove(0);
        let Mode::Search(formula) = &rule.mode else {
            panic!()
        };
        let Formula::And(outer) = &**formula else {
            panic!()
        };
        assert_eq!(outer.conditions.len(), 1);
        let Formula::And(inner) = &outer.positives[0] else {
            panic!()
        };
        assert_eq!((inner.positives.len(), inner.negatives.len()), (1, 1));
    }
}
