//! The one automaton over every literal that any secret rule waits for.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::automaton::{Automaton, OverlappingState};
use aho_corasick::{Anchored, Input, dfa, nfa::noncontiguous};

use super::decode::{self, Encoding};
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
    /// An encoded credential may begin here, its prefix being the first `prefix` decoded bytes.
    Encoded {
        /// The place of the rule's shape.
        shape: usize,
        /// How it is encoded.
        encoding: Encoding,
        /// The needle in its own case.
        literal: Box<[u8]>,
        /// The length of the plain prefix.
        prefix: usize,
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
///
/// A table of all transitions runs 2.5 times as fast as the automaton that it is made from, and
/// takes 15 ms to make: as long as scanning three megabytes without it. It is made once that much
/// text has come by. Both find the same.
#[derive(Debug)]
pub(super) struct Needles {
    automaton: Option<noncontiguous::NFA>,
    table: OnceLock<Option<dfa::DFA>>,
    seen: AtomicUsize,
    actions: Vec<Vec<Action>>,
}

/// Adds the needles for a prefix that is encoded.
fn encoded(shape: usize, prefix: &[u8], needles: &mut BTreeMap<Vec<u8>, Vec<Action>>) {
    for encoding in [Encoding::Base64, Encoding::Hex] {
        let Some(literal) = decode::encoded_prefix(prefix, encoding) else {
            continue;
        };
        let actions = needles.entry(literal.to_ascii_lowercase()).or_default();
        actions.push(Action::Encoded {
            shape,
            encoding,
            literal: literal.into(),
            prefix: prefix.len(),
        });
    }
}

/// The bytes from which on the table pays.
const TABLE_PAYS: usize = 1 << 20;

impl Needles {
    pub(super) fn new(shapes: &[Shape]) -> Needles {
        let mut needles: BTreeMap<Vec<u8>, Vec<Action>> = BTreeMap::new();
        let mut names_count = false;
        for (at, shape) in shapes.iter().enumerate() {
            match &shape.secret.form {
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
                        if !ignore_case && shape.may_be_encoded() {
                            encoded(at, prefix.as_bytes(), &mut needles);
                        }
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
        // Building fails only when the states outgrow 31 bits.
        let automaton = noncontiguous::Builder::new()
            .ascii_case_insensitive(true)
            .build(&needles)
            .ok();
        Needles {
            automaton,
            table: OnceLock::new(),
            seen: AtomicUsize::new(0),
            actions,
        }
    }

    /// Calls `act` for each needle in the text, in the order in which they end.
    pub(super) fn each(&self, text: &[u8], act: impl FnMut(Range<usize>, &Action)) {
        let Some(automaton) = &self.automaton else {
            return;
        };
        let seen = self.seen.fetch_add(text.len(), Ordering::Relaxed);
        if seen.saturating_add(text.len()) < TABLE_PAYS {
            return self.run(automaton, text, act);
        }
        let table = self
            .table
            .get_or_init(|| dfa::Builder::new().build_from_noncontiguous(automaton).ok());
        match table {
            Some(table) => self.run(table, text, act),
            None => self.run(automaton, text, act),
        }
    }

    fn run(
        &self,
        automaton: &impl Automaton,
        text: &[u8],
        mut act: impl FnMut(Range<usize>, &Action),
    ) {
        let input = Input::new(text).anchored(Anchored::No);
        let mut state = OverlappingState::start();
        // Overlapping search fails only for automata of another kind of match.
        while automaton.try_find_overlapping(&input, &mut state).is_ok() {
            let Some(hit) = state.get_match() else {
                return;
            };
            for action in &self.actions[hit.pattern().as_usize()] {
                act(hit.range(), action);
            }
        }
    }
}
