//! Flows from file to file: what one file is told by others of the values that its functions get and
//! that its calls answer, and what it tells others of those that it passes on.
//!
//! Nothing but marks on the nodes of the tree is needed for it. A parameter that another file gives a
//! tainted value to is one more source, and so is a call of another file's function that returns
//! one. An argument of a call into another file is one more sink, and so is what a function returns.

mod border;
mod exports;
mod imports;
mod modules;
mod paths;

pub use border::{Assured, Border, Meaning, Worth};
pub(super) use imports::{DEFAULT, required_module};
pub use modules::Modules;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Assurance;
use crate::finding::Confidence;
use crate::syntax::NodeId;

/// The place of a file among all.
pub type FileNumber = u32;

/// Something that a file has by name: a function, a class, a method of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The file.
    pub file: FileNumber,
    /// The name, after those of what it belongs to.
    pub names: Vec<String>,
}

/// Where a function has a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// In a parameter.
    Argument {
        /// Which of the arguments without name it is given as.
        at: u16,
        /// The name that it is given by.
        name: Option<String>,
        /// Whether it is a list of arguments.
        spread: bool,
    },
    /// In what it returns.
    Result,
}

/// What one file tells another: a value of a rule is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passage {
    /// Of which function.
    pub of: Address,
    /// Where in it.
    pub slot: Slot,
    /// The label of the value; none where the rule has none.
    pub label: Option<String>,
    /// How sure a flow of it is at most, as far as its source says so.
    pub confidence: Option<Confidence>,
}

/// What a rule is told of a file and tells of it, laid on its nodes.
#[derive(Debug, Default)]
pub struct Crossings {
    pub(super) entries: Vec<Entry>,
    pub(super) exits: Vec<Exit>,
    /// The calls that lead into other files, with what is assured of them.
    pub(super) imported: BTreeMap<NodeId, Option<Arc<Assurance>>>,
    pub(super) way: Way,
}

impl Crossings {
    /// Whether anything goes into other files.
    pub fn leaves(&self) -> bool {
        !self.exits.is_empty()
    }
}

/// A node that holds a value from another file.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) node: NodeId,
    pub(super) label: Option<String>,
    pub(super) confidence: Option<Confidence>,
    /// Whether it is the answer of a call, and not a parameter.
    pub(super) answer: bool,
    /// Which of the passages told of it.
    pub(super) passage: usize,
}

/// A node whose value another file gets.
#[derive(Clone, Debug)]
pub(super) struct Exit {
    pub(super) node: NodeId,
    pub(super) slot: Slot,
    /// By which names others know it.
    pub(super) to: Vec<Address>,
}

/// What is asked of a rule in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Way {
    /// What flows in the file alone.
    #[default]
    Alone,
    /// Which parameters lead to a sink.
    Back,
    /// Where values from other files go, and what goes into other files.
    Forth,
    /// What functions assure of what they are given.
    Asked,
}

/// A parameter of a function that leads to a sink: what is given for it is worth following.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demand {
    /// The function.
    pub of: Address,
    /// The place of the parameter, the receiver not counted.
    pub at: u16,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Whether it takes all that is left.
    pub rest: bool,
}

impl Demand {
    /// Whether an argument may be given for it.
    fn takes(&self, slot: &Slot) -> bool {
        match slot {
            Slot::Argument {
                at, spread: true, ..
            } => self.rest || *at <= self.at,
            Slot::Argument { name: Some(_), .. } if self.rest => true,
            Slot::Argument {
                name: Some(name), ..
            } => self.name.as_ref() == Some(name),
            Slot::Argument { at, .. } => *at == self.at || self.rest && *at >= self.at,
            Slot::Result => false,
        }
    }
}
