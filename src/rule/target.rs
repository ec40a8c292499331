//! What a rule applies to, by the names under its `languages:`.

use super::{Mode, Rule};
use crate::lang::Language;

/// What a rule applies to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Files of these languages.
    Languages(Vec<Language>),
    /// Every text, by regular expressions.
    Text,
    /// Every text, by tokens.
    Generic,
    /// Files that aiscan does not read as code.
    Nothing,
}

impl Rule {
    /// What the rule applies to.
    pub fn target(&self) -> Target {
        let names = &self.meta.languages;
        let is_text = |name: &String| matches!(name.as_str(), "regex" | "none");
        if matches!(self.mode, Mode::Secret(_)) || names.iter().any(is_text) {
            return Target::Text;
        }
        if names.iter().any(|name| name == "generic") {
            return Target::Generic;
        }
        let mut languages: Vec<Language> = names
            .iter()
            .flat_map(|name| Language::named_by_rule(name))
            .collect();
        languages.sort_unstable();
        languages.dedup();
        if languages.is_empty() {
            Target::Nothing
        } else {
            Target::Languages(languages)
        }
    }
}
