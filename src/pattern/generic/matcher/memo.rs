//! What came of ellipses that ended with a certain token, so that no other start tries them again.

use foldhash::HashMap;

use crate::source::Span;
use crate::syntax::Symbol;

/// More outcomes than this are not remembered: they take some 50 bytes each.
const MAX_OUTCOMES: usize = 1 << 20;

/// The outcomes of choices.
#[derive(Default)]
pub(super) struct Memo {
    known: HashMap<Key, Known>,
    successes: Vec<(u32, Vec<Held>)>,
}

/// A slot and what it holds.
type Held = (usize, (Span, Symbol));

/// A choice: the step after an ellipsis, the candidate from which on it is tried, and what it
/// depends on beside them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    step: u32,
    candidate: u32,
    held: u64,
}

/// How far a choice could look: up to a token and a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) limit: u32,
    pub(super) line: u32,
}

/// What came of a choice.
#[derive(Clone, Copy)]
pub(super) enum Known {
    /// No match.
    Failure(Reach),
    /// A match; the index of its end.
    Success(Reach, u32),
}

impl Key {
    pub(super) fn new(step: usize, candidate: usize, held: u64) -> Key {
        Key {
            step: step as u32,
            candidate: candidate as u32,
            held,
        }
    }
}

impl Reach {
    /// Whether it looks as far as another one: what fails for it fails for the other.
    pub(super) fn covers(self, other: Reach) -> bool {
        other.limit <= self.limit && other.line <= self.line
    }
}

impl Memo {
    pub(super) fn get(&self, key: Key) -> Option<Known> {
        self.known.get(&key).copied()
    }

    pub(super) fn fail(&mut self, key: Key, reach: Reach) {
        self.insert(key, Known::Failure(reach));
    }

    pub(super) fn succeed(&mut self, key: Key, reach: Reach, outcome: u32) {
        self.insert(key, Known::Success(reach, outcome));
    }

    /// Keeps how a match ended: its last token, and what its metavariables held.
    pub(super) fn add_success(&mut self, last: u32, bound: Vec<Held>) -> u32 {
        self.successes.push((last, bound));
        self.successes.len() as u32 - 1
    }

    /// The last token of a match, and what it bound after the first `before` metavariables.
    pub(super) fn success(&self, outcome: u32, before: usize) -> (u32, Vec<Held>) {
        let (last, bound) = &self.successes[outcome as usize];
        (*last, bound.get(before..).unwrap_or_default().to_vec())
    }

    fn insert(&mut self, key: Key, known: Known) {
        if self.known.len() < MAX_OUTCOMES || self.known.contains_key(&key) {
            self.known.insert(key, known);
        }
    }
}
