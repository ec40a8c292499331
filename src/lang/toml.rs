//! TOML.

use super::{Definition, text};

pub(super) const DEFINITION: Definition = Definition {
    name: "TOML",
    rule_names: &["toml"],
    extensions: &["toml"],
    file_names: &[
        "cargo.lock",
        "poetry.lock",
        "uv.lock",
        "pdm.lock",
        "pipfile",
    ],
    interpreters: &[],
    line_comments: text::LINE_COMMENTS,
    block_comments: text::BLOCK_COMMENTS,
    grammar: Some(|| tree_sitter_toml_ng::LANGUAGE.into()),
    family: None,
};
