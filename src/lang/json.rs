//! JSON, with comments where a file has some.

use super::{Definition, text};

pub(super) const DEFINITION: Definition = Definition {
    name: "JSON",
    rule_names: &["json"],
    extensions: &["json", "jsonc", "json5", "webmanifest", "geojson", "ipynb"],
    file_names: &[
        ".babelrc",
        ".eslintrc",
        ".jshintrc",
        ".prettierrc",
        "composer.lock",
        "pipfile.lock",
        "flake.lock",
    ],
    interpreters: &[],
    line_comments: text::LINE_COMMENTS,
    block_comments: text::BLOCK_COMMENTS,
    grammar: Some(|| tree_sitter_json::LANGUAGE.into()),
    family: None,
};
