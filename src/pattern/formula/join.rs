//! Matches by what they hold of a metavariable, so that ranges meet only those they can agree with.
//!
//! In a minified file thousands of assignments meet thousands of calls; compared pair by pair they
//! are a square.

use foldhash::{HashMap, HashMapExt as _};

use super::super::Match;
use super::super::bindings::Bound;
use crate::syntax::{File, Kind, Symbol};

/// Fewer pairs than this are compared one by one.
const FEW: usize = 1_000;

/// Matches of one formula, by the name that a metavariable of theirs holds.
pub(super) struct Joined<'m> {
    metavariable: Option<Symbol>,
    all: &'m [Match],
    by_name: HashMap<Symbol, Vec<&'m Match>>,
    /// Those that may agree with any name.
    rest: Vec<&'m Match>,
}

impl<'m> Joined<'m> {
    /// Sorts `others` by a metavariable that they share with `ranges`, where both are many.
    pub(super) fn new(
        ranges: &[Match],
        others: &'m [Match],
        file: Option<&File<'_>>,
        symbolic: bool,
    ) -> Joined<'m> {
        let mut joined = Joined {
            metavariable: None,
            all: others,
            by_name: HashMap::new(),
            rest: Vec::new(),
        };
        let many = ranges.len().saturating_mul(others.len()) > FEW;
        let shared = match (ranges.first(), others.first()) {
            (Some(range), Some(other)) if many && !symbolic => range
                .bindings
                .iter()
                .map(|(name, _)| name)
                .find(|&name| other.bindings.get(name).is_some()),
            _ => None,
        };
        joined.metavariable = shared;
        for other in others {
            match joined.name_of(other, file) {
                Some(name) => joined.by_name.entry(name).or_default().push(other),
                None => joined.rest.push(other),
            }
        }
        joined
    }

    /// The matches that may agree with a range.
    pub(super) fn candidates<'j>(
        &'j self,
        range: &Match,
        file: Option<&File<'_>>,
    ) -> impl Iterator<Item = &'m Match> + use<'j, 'm> {
        let name = self.name_of(range, file);
        let named = name
            .and_then(|name| self.by_name.get(&name))
            .map_or(&[][..], Vec::as_slice);
        // A range without a name may agree with every match.
        let (all, rest) = match name {
            Some(_) => (&[][..], self.rest.as_slice()),
            None => (self.all, &[][..]),
        };
        named.iter().copied().chain(rest.iter().copied()).chain(all)
    }

    /// The name that a match holds, unless it may equal something that is spelt otherwise.
    fn name_of(&self, one: &Match, file: Option<&File<'_>>) -> Option<Symbol> {
        let name = self.metavariable?;
        let (node, file) = match (one.bindings.get(name)?, file) {
            // Where nothing was parsed, texts meet texts alone.
            (Bound::Text(_, text), None) => return Some(text),
            (Bound::Node(node), Some(file)) => (node, file),
            _ => return None,
        };
        let word = matches!(file.tree().kind(node), Kind::Name | Kind::Ident);
        (word
            && file
                .constants()
                .get(node)
                .is_none_or(|value| !value.is_constant()))
        .then(|| file.tree().symbol(node))
    }
}
