//! Python.

use super::{Definition, Family};

pub(super) const DEFINITION: Definition = Definition {
    name: "Python",
    rule_names: &["python", "py", "python3", "python2"],
    extensions: &["py", "pyi"],
    file_names: &[],
    interpreters: &["python", "pypy"],
    line_comments: &["#"],
    block_comments: &[],
    grammar: Some(|| tree_sitter_python::LANGUAGE.into()),
    family: Some(Family::Python),
};
