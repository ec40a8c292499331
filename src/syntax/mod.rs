//! The normalised tree: one shape for all languages, built once a file.

mod bodies;
mod constants;
mod cst;
mod file;
mod index;
mod kind;
mod lower;
mod names;
mod symbol;
mod template;
mod tree;

pub use bodies::{Bodies, Body};
pub use constants::{Constants, Value};
pub use file::{File, Parsed};
pub use index::Index;
pub(crate) use index::last_word;
pub use kind::{Flags, Kind, Role};
pub use names::{DefId, Definition, Names};
pub use symbol::Symbol;
pub use tree::{Health, Node, NodeId, Siblings, Tree};

pub use lower::MAX_DEPTH;
pub(crate) use lower::canonical;
pub(crate) use lower::placeholder;

use crate::lang::Language;
use crate::source::Source;

/// Parses and lowers a pattern whose operators were replaced by [`placeholder`] names.
pub(crate) fn parse_pattern(language: Language, text: &[u8]) -> Option<Tree> {
    lower::lower(language, text, true)
}

/// How well a file parses. `None` where its language has no grammar.
pub fn health(source: &Source) -> Option<Health> {
    File::parse(source).map(|file| file.tree().health)
}

/// Parses and does nothing more: the floor that speed is measured against.
pub fn parse_only(source: &Source) -> bool {
    cst::with_parsed(source.language, &source.parse_text(), |_| ()).is_some()
}
