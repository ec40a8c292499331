//! Dockerfiles, also those called Containerfile.

use super::{Definition, text};

pub(super) const DEFINITION: Definition = Definition {
    name: "Dockerfile",
    rule_names: &["dockerfile", "docker"],
    extensions: &["dockerfile", "containerfile"],
    file_names: &[
        "dockerfile",
        "dockerfile.*",
        "containerfile",
        "containerfile.*",
    ],
    interpreters: &[],
    line_comments: text::LINE_COMMENTS,
    block_comments: text::BLOCK_COMMENTS,
    grammar: Some(|| tree_sitter_containerfile::LANGUAGE.into()),
    family: None,
};
