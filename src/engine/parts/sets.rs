//! Sets of words by the places that words have in them.

/// Sets of words, one a body.
pub(super) struct Sets {
    words: Vec<u64>,
    blocks: usize,
}

impl Sets {
    pub(super) fn new(count: usize, blocks: usize) -> Sets {
        Sets {
            words: vec![0; count * blocks],
            blocks,
        }
    }

    pub(super) fn of(&self, body: usize) -> &[u64] {
        &self.words[body * self.blocks..][..self.blocks]
    }

    pub(super) fn insert(&mut self, body: usize, place: usize) {
        self.words[body * self.blocks + place / 64] |= 1 << (place % 64);
    }

    pub(super) fn add(&mut self, body: usize, set: &[u64]) {
        let words = &mut self.words[body * self.blocks..];
        words
            .iter_mut()
            .zip(set)
            .for_each(|(word, more)| *word |= more);
    }
}

pub(super) fn has(set: &[u64], place: usize) -> bool {
    set[place / 64] >> (place % 64) & 1 == 1
}

/// The words of several sets.
#[derive(Clone, Copy)]
pub(super) struct Union<'s>(pub(super) &'s [&'s [u64]]);

impl Union<'_> {
    pub(super) fn has(self, place: usize) -> bool {
        self.0.iter().any(|set| has(set, place))
    }
}
