//! Languages: what belongs to each, one file a language.
//!
//! A [`Language`] is how a file is read (its grammar, its comments); [`Definition`] gathers what the
//! rest of the program asks about it, so that adding a language is one file here and one lowering
//! file in `syntax`.

mod javascript;
mod python;
mod rust;
mod text;
mod typescript;

use std::path::Path;

/// A language that a file is read in. `Text` is every other text: secret and regex rules run on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// Python 3, and stubs.
    Python,
    /// JavaScript with JSX.
    JavaScript,
    /// TypeScript without JSX, where `<T>x` is a cast.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// Rust.
    Rust,
    /// Any other text.
    Text,
}

/// What is known about one language.
#[derive(Debug)]
pub struct Definition {
    /// The name shown to people.
    pub name: &'static str,
    /// The names that rules may call it by.
    pub rule_names: &'static [&'static str],
    /// File name extensions, without the dot, in lower case.
    pub extensions: &'static [&'static str],
    /// Interpreters that a shebang line may name, without a version.
    pub interpreters: &'static [&'static str],
    /// What starts a comment that ends with its line.
    pub line_comments: &'static [&'static str],
    /// What starts and ends a comment that may span lines.
    pub block_comments: &'static [(&'static str, &'static str)],
    /// The tree-sitter grammar; `None` for text.
    pub grammar: Option<fn() -> tree_sitter::Language>,
}

impl Language {
    /// Every language, in the order in which they are listed to people.
    pub const ALL: [Language; 6] = [
        Language::Python,
        Language::JavaScript,
        Language::TypeScript,
        Language::Tsx,
        Language::Rust,
        Language::Text,
    ];

    /// What is known about this language.
    pub fn definition(self) -> &'static Definition {
        match self {
            Language::Python => &python::DEFINITION,
            Language::JavaScript => &javascript::DEFINITION,
            Language::TypeScript => &typescript::TYPESCRIPT,
            Language::Tsx => &typescript::TSX,
            Language::Rust => &rust::DEFINITION,
            Language::Text => &text::DEFINITION,
        }
    }

    /// The name shown to people.
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// The language of a file by the extension of its name; `Text` where none claims it.
    pub fn of_path(path: &Path) -> Language {
        let Some(extension) = path.extension().and_then(|extension| extension.to_str()) else {
            return Language::Text;
        };
        let extension = extension.to_ascii_lowercase();
        Language::ALL
            .into_iter()
            .find(|language| {
                language
                    .definition()
                    .extensions
                    .contains(&extension.as_str())
            })
            .unwrap_or(Language::Text)
    }

    /// The language named by a shebang on the first line of `bytes`, if it names one of ours.
    pub fn of_shebang(bytes: &[u8]) -> Option<Language> {
        let line = bytes.strip_prefix(b"#!")?;
        let line = &line[..line
            .iter()
            .position(|&b| b == b'\n')
            .unwrap_or(line.len())
            .min(256)];
        let line = std::str::from_utf8(line).ok()?;
        line.split_ascii_whitespace().find_map(|word| {
            let program = word.rsplit('/').next().unwrap_or(word);
            let program = program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            Language::ALL
                .into_iter()
                .find(|language| language.definition().interpreters.contains(&program))
        })
    }

    /// The languages that a rule means by one of its `languages:` names; empty for an unknown name.
    pub fn named_by_rule(name: &str) -> Vec<Language> {
        let name = name.to_ascii_lowercase();
        Language::ALL
            .into_iter()
            .filter(|language| language.definition().rule_names.contains(&name.as_str()))
            .collect()
    }

    /// Whether files of this language are parsed.
    pub fn is_code(self) -> bool {
        self.definition().grammar.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_decide_in_any_case() {
        assert_eq!(Language::of_path(Path::new("a/b.PY")), Language::Python);
        assert_eq!(Language::of_path(Path::new("a.mts")), Language::TypeScript);
        assert_eq!(Language::of_path(Path::new("a.tsx")), Language::Tsx);
        assert_eq!(Language::of_path(Path::new("Makefile")), Language::Text);
    }

    #[test]
    fn shebangs_name_interpreters_with_versions_and_env() {
        assert_eq!(
            Language::of_shebang(b"#!/usr/bin/python3.11 -u\n"),
            Some(Language::Python)
        );
        assert_eq!(
            Language::of_shebang(b"#!/usr/bin/env -S node\n"),
            Some(Language::JavaScript)
        );
        assert_eq!(Language::of_shebang(b"#!/bin/sh\n"), None);
        assert_eq!(Language::of_shebang(b"print()"), None);
    }

    #[test]
    fn typescript_rules_mean_both_dialects() {
        assert_eq!(
            Language::named_by_rule("ts"),
            [Language::TypeScript, Language::Tsx]
        );
    }
}
