//! HTML, and XML, which the same grammar reads. In both `#` and `//` are headings and addresses, no comments.

use super::{Definition, text};

pub(super) const HTML: Definition = Definition {
    name: "HTML",
    rule_names: &["html"],
    extensions: &["html", "htm", "xhtml"],
    file_names: &[],
    interpreters: &[],
    line_comments: &[],
    block_comments: text::BLOCK_COMMENTS,
    grammar: Some(|| tree_sitter_html::LANGUAGE.into()),
    family: None,
};

pub(super) const XML: Definition = Definition {
    name: "XML",
    rule_names: &["xml"],
    extensions: &["xml", "plist"],
    file_names: &[],
    interpreters: &[],
    line_comments: &[],
    block_comments: text::BLOCK_COMMENTS,
    grammar: Some(|| tree_sitter_html::LANGUAGE.into()),
    family: None,
};
