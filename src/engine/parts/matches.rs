//! Where expressions match, looked up late: in what words leave over.

use std::cell::{Cell, RefCell};

use foldhash::HashMap;
use regex::bytes::Regex;

/// Where in a text expressions match.
pub(super) struct Matches {
    /// Their places in sets.
    pub(super) places: Vec<u64>,
    known: RefCell<HashMap<(u32, usize), bool>>,
    /// How many bytes may still be looked at; expressions match where there are none left.
    left: Cell<usize>,
}

/// How often a text may be looked at for expressions, all in all.
pub(super) const LOOKS: usize = 16;

impl Matches {
    pub(super) fn new(text: &[u8], blocks: usize) -> Matches {
        // A broken letter is shown to expressions as another one.
        let is_shown = std::str::from_utf8(text).is_ok();
        Matches {
            places: vec![0; blocks],
            known: RefCell::default(),
            left: Cell::new(if is_shown { text.len() * LOOKS } else { 0 }),
        }
    }

    /// Whether an expression matches within a place, by their numbers.
    pub(super) fn is_in<'r>(
        &self,
        asked: (u32, usize),
        text: &[u8],
        regex: impl FnOnce() -> Option<&'r Regex>,
    ) -> bool {
        let mut known = self.known.borrow_mut();
        *known.entry(asked).or_insert_with(|| {
            let left = self.left.get();
            self.left.set(left.saturating_sub(text.len()));
            let regex = regex().filter(|_| left > 0);
            regex.is_none_or(|regex| regex.is_match(text))
        })
    }
}
