//! The one automaton over every literal that any secret rule waits for.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::name;
use super::shape::Shape;
use crate::rule::secret::Form;

/// What a needle in a text asks for.
#[derive(Debug)]
pub(super) enum Action {
    /// A credential may begin here; `literal` is the needle in its own case where that counts.
    Prefix {
        /// The place of the rule's shape.
        shape: usize,
        /// The needle as the rule writes it.
        literal: Option<Box<[u8]>>,
    },
    /// A provider is named, and its credential may follow.
    Near {
        /// The place of the rule's shape.
        shape: usize,
    },
    /// A word for a secret, in a name whose value may be one.
    Name,
}

/// The automaton, with the actions of each needle.
#[derive(Debug)]
pub(super) struct Needles {
    automaton: Option<AhoCorasick>,
    actions: Vec<Vec<Action>>,
}

impl Needles {
    pub(super) fn new(shapes: &[Shape]) -> Needles {
        let mut needles: BTreeMap<Vec<u8>, Vec<Action>> = BTreeMap::new();
        let mut names_count = false;
        for (at, shape) in shapes.iter().enumerate() {
            match &shape.rule.form {
                Form::Prefixed {
                    prefixes,
                    ignore_case,
                    ..
                } => {
                    for prefix in prefixes {
                        let literal = (!ignore_case).then(|| prefix.as_bytes().into());
                        needles
                            .entry(prefix.to_ascii_lowercase().into_bytes())
                            .or_default()
                            .push(Action::Prefix { shape: at, literal });
                    }
                }
                Form::Near { names, .. } => {
                    for name in names {
                        needles
                            .entry(name.to_ascii_lowercase().into_bytes())
                            .or_default()
                            .push(Action::Near { shape: at });
                    }
                }
                Form::Assigned(_) => names_count = true,
            }
        }
        if names_count {
            for needle in name::NEEDLES {
                let actions = needles.entry(needle.as_bytes().to_vec()).or_default();
                actions.push(Action::Name);
            }
        }
        let (needles, actions): (Vec<_>, Vec<_>) = needles.into_iter().unzip();
        // The automaton only fails to build when its states outgrow 31 bits.
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&needles)
            .ok();
        Needles { automaton, actions }
    }

    /// Calls `act` for each needle in the text, in the order in which they end.
    pub(super) fn each(&self, text: &[u8], mut act: impl FnMut(Range<usize>, &Action)) {
        let Some(automaton) = &self.automaton else {
            return;
        };
        for hit in automaton.find_overlapping_iter(text) {
            for action in &self.actions[hit.pattern().as_usize()] {
                act(hit.range(), action);
            }
        }
    }
}
