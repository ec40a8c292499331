//! Everything that is text and has no grammar here.

use super::Definition;

/// What may start a comment where no language says it: marks of many formats.
pub(super) const LINE_COMMENTS: &[&str] = &["#", "//", "--", ";"];
/// The same for comments that may span lines.
pub(super) const BLOCK_COMMENTS: &[(&str, &str)] = &[("/*", "*/"), ("<!--", "-->")];

pub(super) const DEFINITION: Definition = Definition {
    name: "text",
    rule_names: &[],
    extensions: &[],
    file_names: &[],
    interpreters: &[],
    line_comments: LINE_COMMENTS,
    block_comments: BLOCK_COMMENTS,
    grammar: None,
    family: None,
};
