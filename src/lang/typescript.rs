//! TypeScript in its two dialects: `<T>x` is a cast in one and an element in the other.

use super::{Definition, Family};

pub(super) const TYPESCRIPT: Definition = Definition {
    name: "TypeScript",
    rule_names: &["typescript", "ts"],
    extensions: &["ts", "mts", "cts"],
    file_names: &[],
    interpreters: &["ts-node", "tsx"],
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    grammar: Some(|| tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()),
    family: Some(Family::Script),
};

pub(super) const TSX: Definition = Definition {
    name: "TSX",
    rule_names: &["typescript", "ts"],
    extensions: &["tsx"],
    file_names: &[],
    interpreters: &[],
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    grammar: Some(|| tree_sitter_typescript::LANGUAGE_TSX.into()),
    family: Some(Family::Script),
};
