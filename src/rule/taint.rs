//! A taint rule as meant: where values come from, where they must not arrive, what makes them
//! harmless, and what carries them on.

mod read;
mod requires;

use serde::{Deserialize, Serialize};

use super::formula::Formula;
use crate::finding::Confidence;

#[cfg(test)]
pub(super) use read::read_items;
pub(crate) use read::{is_newer, read};
pub use requires::Requires;

/// What a taint rule follows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TaintSpec {
    /// Where values come from.
    pub sources: Vec<Source>,
    /// Where they must not arrive.
    pub sinks: Vec<Sink>,
    /// What makes them harmless.
    pub sanitizers: Vec<Sanitizer>,
    /// What carries them on, besides what always does.
    pub propagators: Vec<Propagator>,
    /// The `options:` about flows.
    pub options: TaintOptions,
}

/// Where values come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// What matches.
    pub formula: Formula,
    /// What the values are called.
    pub label: Option<String>,
    /// The labels that a value must have already.
    pub requires: Option<Requires>,
    /// Whether only the expression itself counts, and nothing within it.
    pub exact: bool,
    /// Whether the variable that matches holds such a value from then on.
    pub by_side_effect: SideEffect,
    /// Whether everything that runs afterwards counts as such a value.
    pub control: bool,
    /// What the value is and how far it is trusted, where the rule or the model says so.
    pub origin: Origin,
}

/// What is said of where a value comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// What the value is, in the words of a message: "a request parameter".
    pub called: Option<String>,
    /// How sure a flow from here is at most.
    pub confidence: Option<Confidence>,
}

/// Where values must not arrive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sink {
    /// What matches.
    pub formula: Formula,
    /// The labels that a value must have to be reported.
    pub requires: Option<Requires>,
    /// Whether only the expression itself counts, and nothing within it.
    pub exact: bool,
    /// Whether it counts only where the function ends.
    pub at_exit: bool,
}

/// What makes values harmless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sanitizer {
    /// What matches.
    pub formula: Formula,
    /// Whether only the expression itself counts, and nothing within it.
    pub exact: bool,
    /// Whether the variable that matches is harmless from then on.
    pub by_side_effect: SideEffect,
    /// Whether it gives way to a source or sink of the same range.
    pub not_conflicting: bool,
}

/// What carries values from one place to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Propagator {
    /// What matches.
    pub formula: Formula,
    /// The metavariable that they come from, without `$`.
    pub from: String,
    /// The metavariable that they go to, without `$`.
    pub to: String,
    /// Whether the variable that `to` matches holds them from then on.
    pub by_side_effect: bool,
    /// The labels that a value must have.
    pub requires: Option<Requires>,
    /// What the values are called afterwards.
    pub label: Option<String>,
}

/// Whether a match says something of the variable itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SideEffect {
    /// Only of the value there.
    #[default]
    No,
    /// Of the value there, and of the variable from then on.
    Yes,
    /// Of the variable from then on.
    Only,
}

/// The `options:` about flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that a rule may set"
)]
pub struct TaintOptions {
    /// Metavariables of one name hold the same in the source and in the sink.
    pub unify_mvars: bool,
    /// What nothing is known of returns none of what it is given.
    pub assume_safe_functions: bool,
    /// An index says nothing of the element.
    pub assume_safe_indexes: bool,
    /// A comparison says nothing of what is compared.
    pub assume_safe_comparisons: bool,
    /// A value of a boolean type is harmless.
    pub assume_safe_booleans: bool,
    /// A value of a type of numbers is harmless.
    pub assume_safe_numbers: bool,
    /// What stands behind the host of an address is harmless.
    pub assume_safe_behind_host: bool,
    /// What an answer that is waited for brings is not what was asked with.
    pub assume_safe_answers: bool,
    /// An object or a list that is put together is none of the texts that it holds.
    pub assume_safe_objects: bool,
    /// Only assignments carry values on.
    pub only_propagate_through_assignments: bool,
}

/// The label of a source that names none.
pub const DEFAULT_LABEL: &str = "__SOURCE__";
