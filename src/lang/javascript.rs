//! JavaScript, JSX included: its grammar reads both.

use super::{Definition, Family};

pub(super) const DEFINITION: Definition = Definition {
    name: "JavaScript",
    rule_names: &["javascript", "js"],
    extensions: &["js", "jsx", "mjs", "cjs"],
    file_names: &[],
    interpreters: &["node", "bun", "deno"],
    line_comments: &["//"],
    block_comments: &[("/*", "*/"), ("<!--", "-->")],
    grammar: Some(|| tree_sitter_javascript::LANGUAGE.into()),
    family: Some(Family::Script),
};
