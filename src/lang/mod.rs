//! Languages: what belongs to each, one file a language.
//!
//! A [`Language`] is how a file is read (its grammar, its comments); [`Definition`] gathers what the
//! rest of the program asks about it, so that adding a language is one file here and one lowering
//! file in `syntax`.

mod bash;
mod dockerfile;
mod html;
mod javascript;
mod json;
mod python;
mod rust;
mod text;
mod toml;
mod typescript;
mod yaml;

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
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
    /// HTML.
    Html,
    /// XML.
    Xml,
    /// Bash and other shells.
    Bash,
    /// Dockerfiles.
    Dockerfile,
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
    /// File names in lower case; one that ends in `*` stands for all that begin so.
    pub file_names: &'static [&'static str],
    /// Interpreters that a shebang line may name, without a version.
    pub interpreters: &'static [&'static str],
    /// What starts a comment that ends with its line.
    pub line_comments: &'static [&'static str],
    /// What starts and ends a comment that may span lines.
    pub block_comments: &'static [(&'static str, &'static str)],
    /// The tree-sitter grammar; `None` for text, and for YAML, which has a parser of its own.
    pub grammar: Option<fn() -> tree_sitter::Language>,
    /// The family that it belongs to; `None` for all but programming languages.
    pub family: Option<Family>,
}

/// Programming languages that have their modules, names and classes in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Python.
    Python,
    /// JavaScript and the dialects of TypeScript.
    Script,
    /// Rust.
    Rust,
}

impl Language {
    /// Every language, in the order in which they are listed to people.
    pub const ALL: [Language; 13] = [
        Language::Python,
        Language::JavaScript,
        Language::TypeScript,
        Language::Tsx,
        Language::Rust,
        Language::Json,
        Language::Yaml,
        Language::Toml,
        Language::Html,
        Language::Xml,
        Language::Bash,
        Language::Dockerfile,
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
            Language::Json => &json::DEFINITION,
            Language::Yaml => &yaml::DEFINITION,
            Language::Toml => &toml::DEFINITION,
            Language::Html => &html::HTML,
            Language::Xml => &html::XML,
            Language::Bash => &bash::DEFINITION,
            Language::Dockerfile => &dockerfile::DEFINITION,
            Language::Text => &text::DEFINITION,
        }
    }

    /// The name shown to people.
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// The language of a file by its name; `Text` where none claims it.
    pub fn of_path(path: &Path) -> Language {
        let lower = |part: Option<&std::ffi::OsStr>| {
            part.and_then(std::ffi::OsStr::to_str)
                .map(str::to_ascii_lowercase)
        };
        let extension = lower(path.extension());
        let by_extension = extension.and_then(|extension| {
            let claims = |language: &Language| {
                let extensions = language.definition().extensions;
                extensions.contains(&extension.as_str())
            };
            Language::ALL.into_iter().find(claims)
        });
        let by_name = || {
            let name = lower(path.file_name())?;
            let claims = |language: &Language| {
                let names = language.definition().file_names.iter();
                names.copied().any(|known| match known.strip_suffix('*') {
                    Some(start) => name.starts_with(start),
                    None => name == known,
                })
            };
            Language::ALL.into_iter().find(claims)
        };
        by_extension.or_else(by_name).unwrap_or(Language::Text)
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

    /// Whether files of this language can be parsed.
    pub fn is_parsed(self) -> bool {
        self != Language::Text
    }

    /// Whether it is a programming language: its values are quoted, its comments are the
    /// grammar's, and a file of it that does not parse was not examined. Configuration, markup and
    /// scripts of a shell are read as text first, and parsed where a rule asks for it.
    pub fn is_code(self) -> bool {
        self.family().is_some()
    }

    /// The family of a programming language.
    pub fn family(self) -> Option<Family> {
        self.definition().family
    }

    /// Whether it is JavaScript or a dialect of TypeScript.
    pub fn is_script(self) -> bool {
        self.family() == Some(Family::Script)
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
    fn names_decide_where_no_extension_does() {
        let of = |name: &str| Language::of_path(Path::new(name));
        assert_eq!(of("a/Dockerfile"), Language::Dockerfile);
        assert_eq!(of("Dockerfile.dev"), Language::Dockerfile);
        assert_eq!(of("web.dockerfile"), Language::Dockerfile);
        assert_eq!(of("Containerfile"), Language::Dockerfile);
        assert_eq!(of("Dockerfile.py"), Language::Python);
        assert_eq!(of("Dockerfiles"), Language::Text);
        assert_eq!(of("Cargo.lock"), Language::Toml);
        assert_eq!(of("yarn.lock"), Language::Text);
        assert_eq!(of(".bashrc"), Language::Bash);
        assert_eq!(of("a.yml"), Language::Yaml);
    }

    #[test]
    fn only_programming_languages_are_code() {
        assert!(Language::Rust.is_code() && Language::Rust.is_parsed());
        assert!(!Language::Yaml.is_code() && Language::Yaml.is_parsed());
        assert!(!Language::Text.is_code() && !Language::Text.is_parsed());
    }

    #[test]
    fn dialects_are_of_one_family() {
        let scripts = Language::ALL.into_iter().filter(|of| of.is_script());
        let names: Vec<&str> = scripts.map(Language::name).collect();
        assert_eq!(names, ["JavaScript", "TypeScript", "TSX"]);
        assert_eq!(Language::Rust.family(), Some(Family::Rust));
        assert_eq!(Language::Bash.family(), None);
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
        assert_eq!(Language::of_shebang(b"#!/bin/sh\n"), Some(Language::Bash));
        assert_eq!(Language::of_shebang(b"#!/usr/bin/env perl\n"), None);
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
