//! What rules need of the words of one file, without what it does not have.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::super::prefilter::{Need, Piece, Prefilter};
use super::sets::Union;
use crate::rule::Use;

/// What a rule needs of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Local {
    Never,
    Always,
    /// A word, by its place in sets.
    Word(usize),
    All(Vec<Local>),
    Each(Vec<Local>),
    Any(Vec<Local>),
    Around(Box<Local>),
    Within(Box<Local>),
    /// A statement beside a match, or beside what is around it, by its place in sets.
    Beside(usize),
    Spread(Box<Local>),
}

/// The words that a file has of what rules need, and the texts that match what they do, by their
/// numbers, each with its place in sets.
#[derive(Default)]
pub(super) struct Pieces {
    pub(super) words: HashMap<u32, usize>,
    pub(super) texts: BTreeMap<u32, usize>,
    /// What is needed of statements beside a match; their places come after all others.
    pub(super) besides: Vec<Local>,
}

/// The places of a word in sets: however it is used, and where it is used so.
pub(super) struct Spelt {
    pub(super) however: Vec<usize>,
    pub(super) as_used: Vec<(Use, usize)>,
}

impl Spelt {
    pub(super) fn is_nothing(&self) -> bool {
        self.however.is_empty() && self.as_used.is_empty()
    }
}

/// The place of calls of a function in itself.
pub(super) const RECURSION: usize = 0;

impl Pieces {
    pub(super) fn note(&mut self, piece: Piece, is_there: bool) {
        let next = self.count();
        match piece {
            _ if !is_there => {}
            Piece::Word(number) => _ = self.words.entry(number).or_insert(next),
            Piece::Text(number) => _ = self.texts.entry(number).or_insert(next),
        }
    }

    /// What a word is to the rules.
    pub(super) fn spelt(&self, word: &[u8], prefilter: &Prefilter) -> Spelt {
        let mut numbers = Vec::new();
        let ways = prefilter.numbers_at(word, &mut numbers);
        let place = |number: &u32| self.words.get(number).copied();
        let as_used = ways
            .iter()
            .map(|(way, number)| Some((*way, place(number)?)));
        Spelt {
            however: numbers.iter().filter_map(place).collect(),
            as_used: as_used.flatten().collect(),
        }
    }

    /// How many places in sets there are.
    pub(super) fn len(&self) -> usize {
        self.count() + self.besides.len()
    }

    /// How many of them are no statements beside a match.
    pub(super) fn count(&self) -> usize {
        RECURSION + 1 + self.words.len() + self.texts.len()
    }

    pub(super) fn note_besides(&mut self, need: &Need) {
        match need {
            Need::All(all) | Need::Each(all) | Need::Any(all) => {
                for one in all {
                    self.note_besides(one);
                }
            }
            Need::Around(one) | Need::Within(one) | Need::Spread(one) => self.note_besides(one),
            Need::Beside(one) => {
                let local = self.local(one);
                if local != Local::Never && !self.besides.contains(&local) {
                    self.besides.push(local);
                }
            }
            Need::Nothing | Need::Word(_) | Need::Text(_) | Need::Recursion => {}
        }
    }

    /// What is left of needs that all have to hold; nothing where one of them cannot.
    pub(super) fn all(&self, needs: &[Need]) -> Option<Vec<Local>> {
        let all: Vec<Local> = needs.iter().map(|need| self.local(need)).collect();
        (!all.contains(&Local::Never)).then_some(all)
    }

    /// What is left of a need.
    pub(super) fn local(&self, need: &Need) -> Local {
        let place = |place: Option<&usize>| place.map_or(Local::Never, |at| Local::Word(*at));
        match need {
            Need::Nothing => Local::Always,
            Need::Recursion => Local::Word(RECURSION),
            Need::Word(number) => place(self.words.get(number)),
            Need::Text(number) => place(self.texts.get(number)),
            Need::All(all) => self.all(all).map_or(Local::Never, Local::All),
            Need::Each(all) => self.all(all).map_or(Local::Never, Local::Each),
            Need::Any(any) => {
                let any = any.iter().map(|need| self.local(need));
                let any = any.flat_map(|local| match local {
                    Local::Never => Vec::new(),
                    Local::Any(choices) => choices,
                    local => vec![local],
                });
                Local::Any(any.collect())
            }
            Need::Around(need) => match self.local(need) {
                Local::Never => Local::Never,
                local => Local::Around(Box::new(local)),
            },
            Need::Within(need) => match self.local(need) {
                Local::Never => Local::Never,
                local => Local::Within(Box::new(local)),
            },
            Need::Beside(need) => {
                let local = self.local(need);
                let place = self.besides.iter().position(|beside| *beside == local);
                place.map_or(Local::Never, |place| Local::Beside(self.count() + place))
            }
            Need::Spread(need) => match self.local(need) {
                Local::Never => Local::Never,
                local => Local::Spread(Box::new(local)),
            },
        }
    }
}

impl Local {
    /// Adds the words that it asks for.
    pub(super) fn gather(&self, words: &mut [u64]) {
        match self {
            Local::Never | Local::Always => {}
            Local::Word(place) | Local::Beside(place) => words[place / 64] |= 1 << (place % 64),
            Local::All(all) | Local::Each(all) | Local::Any(all) => {
                for one in all {
                    one.gather(words);
                }
            }
            Local::Around(one) | Local::Within(one) | Local::Spread(one) => one.gather(words),
        }
    }

    /// Adds the statements that it asks for beside a match.
    pub(super) fn gather_besides(&self, words: &mut [u64]) {
        match self {
            Local::Beside(_) => self.gather(words),
            Local::All(all) | Local::Each(all) | Local::Any(all) => {
                for one in all {
                    one.gather_besides(words);
                }
            }
            Local::Around(one) | Local::Within(one) | Local::Spread(one) => {
                one.gather_besides(words);
            }
            Local::Never | Local::Always | Local::Word(_) => {}
        }
    }

    /// Whether words suffice, wherever they stand.
    pub(super) fn holds(&self, words: Union<'_>) -> bool {
        match self {
            Local::Never => false,
            Local::Always => true,
            Local::Word(place) | Local::Beside(place) => words.has(*place),
            Local::All(all) | Local::Each(all) => all.iter().all(|one| one.holds(words)),
            Local::Any(any) => any.iter().any(|one| one.holds(words)),
            Local::Around(one) | Local::Within(one) | Local::Spread(one) => one.holds(words),
        }
    }

    /// Whether a match may be in a place, or reach into it, where all words around suffice. Those of
    /// imports count as its own.
    pub(super) fn is_in(&self, inner: Union<'_>, around: Union<'_>) -> bool {
        let is_in = |one: &Local| one.is_in(inner, around);
        match self {
            Local::Never => false,
            Local::Always | Local::Around(_) | Local::Beside(_) => true,
            Local::Word(place) => inner.has(*place),
            Local::All(all) => all.iter().all(is_in),
            // The others may be around the one that is in it.
            Local::Each(all) => {
                let own = |one: &&Local| !matches!(one, Local::Around(_) | Local::Beside(_));
                let mut own = all.iter().filter(own).peekable();
                own.peek().is_none() || own.any(is_in)
            }
            Local::Any(any) => any.iter().any(|one| one.holds(around) && is_in(one)),
            Local::Within(one) => one.has_any(inner),
            Local::Spread(one) => is_in(one),
        }
    }

    pub(super) fn has_any(&self, words: Union<'_>) -> bool {
        match self {
            Local::Never => false,
            Local::Always => true,
            Local::Word(place) | Local::Beside(place) => words.has(*place),
            Local::All(all) | Local::Each(all) | Local::Any(all) => {
                all.iter().any(|one| one.has_any(words))
            }
            Local::Around(one) | Local::Within(one) | Local::Spread(one) => one.has_any(words),
        }
    }
}
