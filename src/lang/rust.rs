//! Rust.

use super::{Definition, Family};

pub(super) const DEFINITION: Definition = Definition {
    name: "Rust",
    rule_names: &["rust", "rs"],
    extensions: &["rs"],
    file_names: &[],
    interpreters: &["rust-script"],
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    grammar: Some(|| tree_sitter_rust::LANGUAGE.into()),
    family: Some(Family::Rust),
};
