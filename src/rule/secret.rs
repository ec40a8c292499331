//! What a credential looks like: the `secret:` of a rule of `mode: secret`.
//!
//! ```yaml
//! secret:
//!   prefix: [gsk_]               # exactly one of `prefix`, `near`, `assigned`
//!   body: '[A-Za-z0-9]{52}'
//! ```
//!
//! [`vocabulary::SECRET`] tells what each key means, [`Randomness`] and [`Checksum`] their values.
//!
//! The message may name the provider as the text does: `$PROVIDER`. Files are chosen by the rule's
//! `paths:`. Regexes are compiled when a file has a reason to need them.

use serde::{Deserialize, Serialize};

use super::error::PartError;
use super::vocabulary::{self, only};
use super::yaml::{Node, Yaml};

/// A credential's looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Secret {
    /// What announces it.
    pub form: Form,
    /// How random its value must be.
    pub randomness: Randomness,
    /// The vendor's checksum.
    pub checksum: Option<Checksum>,
}

/// The kinds of names whose value is taken for a secret whatever its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Assigned {
    /// A name such as `api_key`, with a value that a machine has drawn.
    Token,
    /// A name such as `password`, with a value that a person has made up.
    Password,
    /// A secret name that a build tool puts into the code of a web page.
    ClientSide,
}

/// How random a value must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Randomness {
    /// Random, or else the finding is of low confidence: the shape alone tells a lot.
    #[default]
    Expected,
    /// Random, or else there is no finding.
    Required,
    /// The shape alone decides; only placeholders are let through.
    Ignored,
    /// A person may have made it up: words with digits or marks will do, other words are of low
    /// confidence, and those that documentation uses are let through.
    Password,
}

/// Checksums that vendors have published. One that passes makes the finding certain; one that fails
/// changes nothing, since vendors change their formats without saying so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Checksum {
    /// The last six characters are the CRC-32 of what stands between the prefix and them, in
    /// base 62 with the digits first.
    Crc32Base62,
}

/// What announces a credential.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Form {
    /// Its own beginning, or a text right before it.
    Prefixed {
        /// The literals, one of which stands at the begin.
        prefixes: Vec<String>,
        /// A regex for what stands before the literal.
        before: Option<String>,
        /// A regex for what follows the literal.
        body: String,
        /// Whether letters are meant in both cases.
        ignore_case: bool,
    },
    /// The provider's name nearby.
    Near {
        /// The names, in lower case.
        names: Vec<String>,
        /// A regex for the whole value.
        body: String,
        /// Whether letters of the value are meant in both cases.
        ignore_case: bool,
        /// The bytes that may stand between name and value.
        within: usize,
        /// Whether a word for a secret must stand between.
        needs_secret_word: bool,
    },
    /// The name that it is assigned to.
    Assigned(Assigned),
}

/// Reads the `secret:` of a rule.
pub(super) fn read(rule: &Yaml) -> Result<Secret, PartError> {
    let Some(yaml) = rule.get("secret") else {
        return Err(PartError::new(rule.line, "secret", "it is missing"));
    };
    only(yaml, "secret", &[vocabulary::SECRET])?;
    let randomness = word(
        yaml,
        "randomness",
        &[
            ("expected", Randomness::Expected),
            ("required", Randomness::Required),
            ("ignored", Randomness::Ignored),
            ("password", Randomness::Password),
        ],
    )?;
    Ok(Secret {
        form: form(yaml)?,
        randomness: randomness.unwrap_or_default(),
        checksum: word(yaml, "checksum", &[("crc32-base62", Checksum::Crc32Base62)])?,
    })
}

fn form(yaml: &Yaml) -> Result<Form, PartError> {
    let body = || match yaml.get("body") {
        Some(body) => body
            .text()
            .ok_or_else(|| PartError::new(body.line, "body", "text is needed here")),
        None => Err(PartError::new(yaml.line, "body", "it is missing")),
    };
    let prefixes = texts(yaml, "prefix")?;
    let names = texts(yaml, "near")?;
    let assigned = word(
        yaml,
        "assigned",
        &[
            ("token", Assigned::Token),
            ("password", Assigned::Password),
            ("client-side", Assigned::ClientSide),
        ],
    )?;
    match (prefixes.is_empty(), names.is_empty(), assigned) {
        (false, true, None) => Ok(Form::Prefixed {
            prefixes,
            before: yaml.get("before").and_then(Yaml::text),
            body: body()?,
            ignore_case: flag(yaml, "ignore-case")?,
        }),
        (true, false, None) => Ok(Form::Near {
            names,
            body: body()?,
            ignore_case: flag(yaml, "ignore-case")?,
            within: match yaml.get("within") {
                None => 48,
                Some(within) => within
                    .text()
                    .and_then(|text| text.parse().ok())
                    .filter(|within| *within <= 1024)
                    .ok_or_else(|| {
                        PartError::new(within.line, "within", "a number up to 1024 is needed here")
                    })?,
            },
            needs_secret_word: flag(yaml, "needs-secret-word")?,
        }),
        (true, true, Some(assigned)) => match yaml.get("body") {
            None => Ok(Form::Assigned(assigned)),
            Some(body) => {
                let message = "`assigned` takes any value and has no body";
                Err(PartError::new(body.line, "body", message))
            }
        },
        _ => {
            let message = "exactly one of `prefix`, `near` and `assigned` is needed";
            Err(PartError::new(yaml.line, "secret", message))
        }
    }
}

/// A list of texts of three bytes or more, for which every text is searched; no list is an empty one.
fn texts(yaml: &Yaml, key: &str) -> Result<Vec<String>, PartError> {
    let Some(value) = yaml.get(key) else {
        return Ok(Vec::new());
    };
    let wrong = || {
        PartError::new(
            value.line,
            key,
            "a list of texts of three bytes or more is needed here",
        )
    };
    let Node::List(items) = &value.node else {
        return Err(wrong());
    };
    let text = |item: &Yaml| item.text().filter(|text| text.len() >= 3).ok_or_else(wrong);
    items.iter().map(text).collect()
}

fn flag(yaml: &Yaml, key: &str) -> Result<bool, PartError> {
    match yaml.get(key).map(|value| (value.line, &value.node)) {
        None => Ok(false),
        Some((_, Node::Bool(value))) => Ok(*value),
        Some((line, _)) => Err(PartError::new(line, key, "true or false is needed here")),
    }
}

/// One of some words.
fn word<T: Copy>(yaml: &Yaml, key: &str, words: &[(&str, T)]) -> Result<Option<T>, PartError> {
    let Some(value) = yaml.get(key) else {
        return Ok(None);
    };
    let text = value.text().unwrap_or_default();
    if let Some((_, meant)) = words.iter().find(|(word, _)| *word == text) {
        return Ok(Some(*meant));
    }
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let message = format!("`{text}` is none of {}", known.join(", "));
    Err(PartError::new(value.line, key, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::yaml;

    fn read_text(text: &str) -> Result<Secret, String> {
        read(&yaml::parse(text).unwrap()).map_err(|error| {
            format!(
                "{} {}: {}",
                error.line,
                error.key.unwrap_or_default(),
                error.message
            )
        })
    }

    #[test]
    fn the_three_forms_are_told_by_their_keys() {
        let prefixed =
            read_text("secret: {prefix: [ab_], body: '[a-z]+', randomness: required}").unwrap();
        assert!(matches!(prefixed.form, Form::Prefixed { .. }));
        assert_eq!(prefixed.randomness, Randomness::Required);
        let near = read_text("secret: {near: [acme], body: x, within: 9}").unwrap();
        assert!(matches!(near.form, Form::Near { within: 9, .. }));
        let assigned = read_text("secret: {assigned: password}").unwrap();
        assert!(matches!(assigned.form, Form::Assigned(Assigned::Password)));
    }

    #[test]
    fn what_means_nothing_is_an_error_with_its_line() {
        for (text, expected) in [
            ("id: a", "1 secret: it is missing"),
            ("secret:\n  prefix: [abc]", "2 body: it is missing"),
            (
                "secret:\n  prefix: [abc]\n  near: [bcd]\n  body: c",
                "2 secret: exactly one",
            ),
            (
                "secret:\n  prefix: abc\n  body: c",
                "2 prefix: a list of texts",
            ),
            (
                "secret:\n  prefix: [abc]\n  body: c\n  charset: d",
                "4 charset: there is no such",
            ),
            (
                "secret:\n  assigned: names",
                "2 assigned: `names` is none of token",
            ),
            (
                "secret:\n  near: [abc]\n  body: c\n  within: far",
                "4 within: a number",
            ),
        ] {
            let error = read_text(text).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
