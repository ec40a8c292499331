//! Names and literals as numbers.
//!
//! A symbol is a keyed 64-bit hash of its text, so that trees of different files and patterns
//! compare names without sharing a table, and no table has to be locked. The key is drawn anew in
//! each process: scanned code cannot be written to collide.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::LazyLock;

static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The text of a name, an operator or a literal; [`Symbol::NONE`] where a node has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Symbol(u64);

impl Symbol {
    /// No text.
    pub const NONE: Symbol = Symbol(0);

    /// The symbol of a text.
    pub fn of(text: impl AsRef<[u8]>) -> Symbol {
        Symbol(KEY.hash_one(text.as_ref()).max(1))
    }

    /// Whether there is no text.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// The number, for hashing on.
    pub fn number(self) -> u64 {
        self.0
    }
}
