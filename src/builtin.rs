//! What the build script embeds, each as `postcard` of the type named here.
//!
//! A start reads the rules as they are meant: no YAML is parsed, nothing is checked again, and the
//! words that each rule needs are known.

use crate::rule::{Needs, Rule};

/// The built-in rules by id, each with the words that it needs.
pub(crate) fn rules() -> Vec<(Rule, Needs)> {
    let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/rules.postcard"));
    postcard::from_bytes(bytes).expect("the build script writes these types")
}

/// The names and texts of the models that rules share.
pub(crate) fn models() -> Vec<(String, String)> {
    let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/models.postcard"));
    postcard::from_bytes(bytes).expect("the build script writes these types")
}
