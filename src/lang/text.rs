//! Everything that is text and has no grammar here.

use super::Definition;

pub(super) const DEFINITION: Definition = Definition {
    name: "text",
    rule_names: &[],
    extensions: &[],
    interpreters: &[],
    line_comments: &["#", "//", "--", ";"],
    block_comments: &[("/*", "*/"), ("<!--", "-->")],
    grammar: None,
};
