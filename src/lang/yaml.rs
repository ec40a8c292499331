//! YAML.

use super::{Definition, text};

pub(super) const DEFINITION: Definition = Definition {
    name: "YAML",
    rule_names: &["yaml"],
    extensions: &["yaml", "yml"],
    file_names: &[".clang-format", ".clang-tidy"],
    interpreters: &[],
    line_comments: text::LINE_COMMENTS,
    block_comments: text::BLOCK_COMMENTS,
    grammar: None,
    family: None,
};
