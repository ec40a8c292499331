//! Bash, and the scripts of its relatives.

use super::{Definition, text};

pub(super) const DEFINITION: Definition = Definition {
    name: "Bash",
    rule_names: &["bash", "sh"],
    extensions: &["sh", "bash", "ksh"],
    file_names: &[
        ".bashrc",
        ".bash_profile",
        ".bash_login",
        ".bash_logout",
        ".bash_aliases",
        ".profile",
        "pkgbuild",
        "apkbuild",
    ],
    interpreters: &["sh", "bash", "dash", "ash", "ksh"],
    line_comments: text::LINE_COMMENTS,
    block_comments: text::BLOCK_COMMENTS,
    grammar: Some(|| tree_sitter_bash::LANGUAGE.into()),
    family: None,
};
