//! Secret rules: what a credential looks like, as data.
//!
//! A rule file holds `rules:` with one rule of `mode: secret`, in the shape of [`SecretRuleSpec`].
//! The rule as written becomes a [`SecretRule`], which says the same in types. Regexes are compiled
//! only when a file has a reason to need them; [`SecretRule::check`] is for tests and linters.

use serde::{Deserialize, Serialize};

use super::Meta;

/// A file of secret rules as written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretRuleFile {
    /// The rules; built-in files hold one.
    pub rules: Vec<SecretRuleSpec>,
}

/// One secret rule as written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretRuleSpec {
    /// `secrets.<category>.<name>`.
    pub id: String,
    /// Always `secret`: what tells these rules from the others.
    pub mode: Mode,
    /// What was found, in one sentence.
    pub message: String,
    /// What the credential can do, as a severity.
    pub severity: String,
    /// What reports and `explain` show.
    pub metadata: SecretMetadata,
    /// What the credential looks like.
    pub secret: SecretSpec,
}

/// The one mode that this shape stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A secret rule.
    Secret,
}

/// What a secret rule says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretMetadata {
    /// Always `security`.
    pub category: String,
    /// The weaknesses, as `CWE-798: Name`.
    pub cwe: Vec<String>,
    /// How sure the rule is of a value that is random and is no placeholder.
    pub confidence: String,
    /// What somebody can do who has the credential.
    pub why: String,
    /// How to revoke it, and where it belongs instead.
    pub repair: String,
    /// The vendor's page, first.
    pub references: Vec<String>,
}

/// What a credential looks like. Exactly one of `prefix`, `near` and `assigned` is given.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SecretSpec {
    /// Literal texts with which the credential, or the text that announces it, begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix: Vec<String>,
    /// Names of a provider: the credential has no mark of its own and stands after one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<String>,
    /// Which kind of name must have the credential as its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Assigned>,
    /// What follows the prefix, or the whole value beside a name, as a regex of bytes. A group
    /// called `secret` narrows what is reported; without it that is the prefix and what follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What must stand right before the prefix, and belongs to the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Whether prefix and body are meant in any case.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ignore_case: bool,
    /// For `near`: how many bytes may stand between the name and the value; 48 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<usize>,
    /// For `near`: whether a word such as `key` or `token` must stand between name and value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub needs_secret_word: bool,
    /// How random the value must be.
    #[serde(default, skip_serializing_if = "is_default")]
    pub randomness: Randomness,
    /// A checksum that the vendor has published. One that passes makes the finding certain; one
    /// that fails changes nothing, since vendors change their formats without saying so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Checksum>,
    /// Names of files (globs on the last part of the path) that the rule is for; all by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// The kinds of names whose value is taken for a secret whatever its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
#[serde(rename_all = "kebab-case")]
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

/// Published checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checksum {
    /// The last six characters are the CRC-32 of what stands between the prefix and them, in
    /// base 62 with the digits first.
    Crc32Base62,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(value: &bool) -> bool {
    !value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One secret rule as meant.
#[derive(Clone, Debug)]
pub struct SecretRule {
    /// What it says of itself.
    pub meta: Meta,
    /// What announces the credential.
    pub form: Form,
    /// How random the value must be.
    pub randomness: Randomness,
    /// The vendor's checksum.
    pub checksum: Option<Checksum>,
    /// Globs on file names; empty for all files.
    pub files: Vec<String>,
}

/// What announces a credential.
#[derive(Clone, Debug)]
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

/// Why a secret rule as written means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretRuleError {
    /// Not one of the three forms, or more than one.
    #[error("rule {id}: give exactly one of `prefix`, `near` and `assigned`")]
    NoForm {
        /// The rule.
        id: String,
    },
    /// A key that the form has no use for, or lacks.
    #[error("rule {id}: {problem}")]
    Key {
        /// The rule.
        id: String,
        /// What is wrong with which key.
        problem: String,
    },
    /// A regex with an error.
    #[error("rule {id}: `{key}` is no regex: {error}")]
    Regex {
        /// The rule.
        id: String,
        /// The key that holds it.
        key: &'static str,
        /// What the regex parser says.
        error: String,
    },
}

impl SecretRule {
    /// What `spec` means, or why it means nothing.
    pub fn new(spec: SecretRuleSpec, file: Option<String>) -> Result<SecretRule, SecretRuleError> {
        let id = spec.id;
        let key = |problem: &str| SecretRuleError::Key {
            id: id.clone(),
            problem: problem.to_owned(),
        };
        let severity = spec.severity.parse();
        let confidence = spec.metadata.confidence.parse();
        let secret = spec.secret;
        let form = match (
            secret.prefix.is_empty(),
            secret.near.is_empty(),
            secret.assigned,
        ) {
            (false, true, None) => Form::Prefixed {
                prefixes: secret.prefix,
                before: secret.before,
                body: secret.body.ok_or_else(|| key("`prefix` needs a `body`"))?,
                ignore_case: secret.ignore_case,
            },
            (true, false, None) => Form::Near {
                names: secret.near,
                body: secret.body.ok_or_else(|| key("`near` needs a `body`"))?,
                ignore_case: secret.ignore_case,
                within: secret.within.unwrap_or(48),
                needs_secret_word: secret.needs_secret_word,
            },
            (true, true, Some(_)) if secret.body.is_some() => {
                return Err(key("`assigned` takes any value and has no `body`"));
            }
            (true, true, Some(assigned)) => Form::Assigned(assigned),
            _ => return Err(SecretRuleError::NoForm { id }),
        };
        Ok(SecretRule {
            form,
            randomness: secret.randomness,
            checksum: secret.checksum,
            files: secret.files,
            meta: Meta {
                severity: severity.map_err(|error| key(&format!("`severity`: {error}")))?,
                confidence: confidence.map_err(|error| key(&format!("`confidence`: {error}")))?,
                id,
                file,
                message: spec.message,
                languages: Vec::new(),
                cwe: spec.metadata.cwe,
                why: spec.metadata.why,
                repair: spec.metadata.repair,
                references: spec.metadata.references,
            },
        })
    }

    /// Whether the regexes of the rule compile.
    pub fn check(&self) -> Result<(), SecretRuleError> {
        let (before, body) = match &self.form {
            Form::Prefixed { before, body, .. } => (before.as_deref(), Some(body.as_str())),
            Form::Near { body, .. } => (None, Some(body.as_str())),
            Form::Assigned(_) => (None, None),
        };
        for (key, regex) in [("before", before), ("body", body)] {
            let Some(regex) = regex else { continue };
            regex::bytes::Regex::new(regex).map_err(|error| SecretRuleError::Regex {
                id: self.meta.id.clone(),
                key,
                error: error.to_string(),
            })?;
        }
        Ok(())
    }
}
