//! In which bodies of a script's functions a rule may match, by the words in them and around them.
//!
//! A match within a body spells its words there, but for those of imports, which count everywhere, and
//! for those of what it stands in, which the functions around the body spell.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _};
use regex::bytes::Regex;

use super::prefilter::{Need, Piece, Prefilter, Words};
use super::usage::{self, Usage};
use crate::rule::Use;
use crate::source::{Source, Span};
use crate::syntax::Bodies;

/// A smaller body is not worth leaving out.
const SMALLEST_BODY: u32 = 64;

/// The bodies of a script, with the words of each.
pub(super) struct Parts {
    bodies: Bodies,
    length: usize,
    /// The words in each, those of bodies within it among them.
    inner: Sets,
    /// The words around each, but for those of other bodies.
    outer: Sets,
    /// The words in none, and those of imports.
    top: Vec<u64>,
    /// The words of imports in each.
    imports: Sets,
    /// The words of all imports.
    imported: Vec<u64>,
    pieces: Pieces,
    /// What rules need, each once.
    needs: Vec<Local>,
}

/// What rules need of the words of one file, without what it does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Local {
    Never,
    Always,
    /// A word, by its place in sets.
    Word(usize),
    All(Vec<Local>),
    Each(Vec<Local>),
    Any(Vec<Local>),
    Around(Box<Local>),
    Within(Box<Local>),
}

/// The words that a file has of what rules need, and the texts that match what they do, by their
/// numbers, each with its place in sets.
#[derive(Default)]
struct Pieces {
    words: HashMap<u32, usize>,
    texts: BTreeMap<u32, usize>,
}

/// The places of a word in sets: however it is used, and where it is used so.
struct Spelt {
    however: Vec<usize>,
    as_used: Vec<(Use, usize)>,
}

impl Spelt {
    fn is_nothing(&self) -> bool {
        self.however.is_empty() && self.as_used.is_empty()
    }
}

/// The place of calls of a function in itself.
const RECURSION: usize = 0;

/// Sets of words, one a body.
struct Sets {
    words: Vec<u64>,
    blocks: usize,
}

impl Sets {
    fn new(count: usize, blocks: usize) -> Sets {
        Sets {
            words: vec![0; count * blocks],
            blocks,
        }
    }

    fn of(&self, body: usize) -> &[u64] {
        &self.words[body * self.blocks..][..self.blocks]
    }

    fn insert(&mut self, body: usize, place: usize) {
        self.words[body * self.blocks + place / 64] |= 1 << (place % 64);
    }

    fn add(&mut self, body: usize, set: &[u64]) {
        let words = &mut self.words[body * self.blocks..];
        words
            .iter_mut()
            .zip(set)
            .for_each(|(word, more)| *word |= more);
    }
}

fn has(set: &[u64], place: usize) -> bool {
    set[place / 64] >> (place % 64) & 1 == 1
}

impl Parts {
    /// The parts of a script for rules with such needs; nothing where it is not certain what they are.
    pub(super) fn of<'n>(
        source: &Source,
        prefilter: &Prefilter,
        words: &Words<'_>,
        needs: impl Iterator<Item = &'n Need>,
    ) -> Option<Parts> {
        let bodies = Bodies::of(source.text())?;
        let mut pieces = Pieces::default();
        for need in needs {
            need.each(&mut |piece| pieces.note(piece, prefilter.is_there(piece, words)));
        }
        // What stands in no body has a set of its own, the last one.
        let count = bodies.bodies.len() + 1;
        let blocks = pieces.len().div_ceil(64).max(1);
        let mut parts = Parts {
            bodies,
            length: source.text().len(),
            inner: Sets::new(count, blocks),
            outer: Sets::new(count, blocks),
            top: vec![0; blocks],
            imports: Sets::new(count, blocks),
            imported: vec![0; blocks],
            pieces,
            needs: Vec::new(),
        };
        parts.place_words(source, prefilter, words.spots());
        Some(parts)
    }

    /// Puts the words where they stand.
    fn place_words(&mut self, source: &Source, prefilter: &Prefilter, spots: &[Span]) {
        let text = source.text();
        let usage = Usage::with_imports(source, &self.bodies.imports);
        let top = self.bodies.bodies.len();
        let ends: HashMap<u32, u32> = self
            .bodies
            .loops
            .iter()
            .map(|one| (one.start, one.end))
            .collect();
        let mut known: HashMap<&[u8], Spelt> = HashMap::new();
        let mut direct = Sets::new(top + 1, self.imported.len());
        let mut loops: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        for &spot in spots {
            let word = &text[spot.range()];
            let spelt = known
                .entry(word)
                .or_insert_with(|| self.pieces.spelt(word, prefilter));
            if spelt.is_nothing() {
                continue;
            }
            let body = self.bodies.innermost(spot.start).unwrap_or(top);
            let is_imported = self.names_module(spot, text) || usage.is_imported(&spot.range());
            let however = spelt.however.iter().map(|place| (None, *place));
            let as_used = spelt
                .as_used
                .iter()
                .map(|(way, place)| (Some(*way), *place));
            for (way, place) in however.chain(as_used) {
                if way.is_some_and(|way| !usage.may_be(way, spot.range())) {
                    continue;
                }
                self.inner.insert(body, place);
                if is_imported {
                    self.imports.insert(body, place);
                    self.imported[place / 64] |= 1 << (place % 64);
                }
                match ends.get(&spot.start).filter(|_| way == Some(Use::Loop)) {
                    // A loop is only around what stands in it.
                    Some(&end) => loops.entry(place).or_default().push(Span { end, ..spot }),
                    // A word of prose.
                    None if way == Some(Use::Loop) && word == b"for" => {}
                    None => direct.insert(body, place),
                }
            }
        }
        for &call in &self.bodies.recursions {
            let body = self.bodies.innermost(call).unwrap_or(top);
            direct.insert(body, RECURSION);
            self.inner.insert(body, RECURSION);
        }
        for (&number, &place) in &self.pieces.texts {
            let starts = where_it_may_start(prefilter.expression(number), text, &self.bodies);
            for body in starts {
                direct.insert(body, place);
                self.inner.insert(body, place);
            }
        }
        self.spread(&direct, &loops);
    }

    /// Gives bodies what those within them have, and what those around them do.
    fn spread(&mut self, direct: &Sets, loops: &BTreeMap<usize, Vec<Span>>) {
        let top = self.bodies.bodies.len();
        let parents = self
            .bodies
            .bodies
            .iter()
            .map(|body| body.parent.map_or(top, |of| of as usize));
        let parents: Vec<usize> = parents.collect();
        for (body, &parent) in parents.iter().enumerate().rev() {
            for sets in [&mut self.inner, &mut self.imports] {
                let set = sets.of(body).to_vec();
                sets.add(parent, &set);
            }
        }
        self.top = direct
            .of(top)
            .iter()
            .zip(&self.imported)
            .map(|(a, b)| a | b)
            .collect();
        self.outer.add(top, &self.imported);
        for (body, &parent) in parents.iter().enumerate() {
            let set = self.outer.of(parent).to_vec();
            self.outer.add(body, &set);
            self.outer.add(body, direct.of(parent));
        }
        for (&place, loops) in loops {
            // How many more loops a body is in than the one before it.
            let mut more = vec![0_i64; top + 1];
            for span in loops {
                more[self.bodies.first_from(span.start)] += 1;
                more[self.bodies.first_from(span.end)] -= 1;
            }
            let mut within = 0;
            for (body, more) in more[..top].iter().enumerate() {
                within += more;
                if within > 0 {
                    self.outer.insert(body, place);
                }
            }
        }
    }

    /// Whether a word is a segment of a string that may name a module.
    fn names_module(&self, spot: Span, text: &[u8]) -> bool {
        let modules = &self.bodies.modules;
        let after = modules.partition_point(|module| module.start <= spot.start);
        after > 0 && spot.end <= modules[after - 1].end && usage::is_segment(text, &spot.range())
    }

    /// The number of a need.
    pub(super) fn number(&mut self, need: &Need) -> usize {
        let local = self.pieces.local(need);
        let known = self.needs.iter().position(|known| *known == local);
        known.unwrap_or_else(|| {
            self.needs.push(local);
            self.needs.len() - 1
        })
    }

    /// For each need, by its number, the bodies in which a rule with it may match; nothing where there
    /// is no such body, and it may match in no other place.
    pub(super) fn bodies(&self) -> Vec<Option<Vec<bool>>> {
        self.needs.iter().map(|need| self.bodies_of(need)).collect()
    }

    fn bodies_of(&self, need: &Local) -> Option<Vec<bool>> {
        let bodies = &self.bodies.bodies;
        let mut asked = vec![0; self.imported.len()];
        need.gather(&mut asked);
        let meets = |words: &[u64]| {
            words
                .iter()
                .zip(&asked)
                .any(|(word, asked)| word & asked != 0)
        };
        let is_wordless = need.is_in(
            &vec![0; asked.len()],
            &self.imported,
            &vec![u64::MAX; asked.len()],
        );
        let mut around = vec![0; asked.len()];
        let mut kept = vec![false; bodies.len()];
        for (body, parent) in bodies.iter().map(|body| body.parent).enumerate() {
            let inner = self.inner.of(body);
            if parent.is_some_and(|parent| !kept[parent as usize]) || !is_wordless && !meets(inner)
            {
                continue;
            }
            let both = inner.iter().zip(self.outer.of(body)).map(|(a, b)| a | b);
            around
                .iter_mut()
                .zip(both)
                .for_each(|(around, both)| *around = both);
            kept[body] = meets(self.imports.of(body))
                || need.holds(&around) && need.is_in(inner, &self.imported, &around);
        }
        let at_top = need.holds(&self.top) && need.is_in(&self.top, &self.imported, &self.top);
        (at_top || kept.contains(&true)).then_some(kept)
    }

    /// No body at all.
    pub(super) fn none(&self) -> Vec<bool> {
        vec![false; self.bodies.bodies.len()]
    }

    /// How many bytes the text has.
    pub(super) fn length(&self) -> u64 {
        self.length as u64
    }

    /// How many bytes more have to be parsed where these bodies are kept, too.
    pub(super) fn cost(&self, more: &[bool], kept: &[bool]) -> u64 {
        let bodies = self.bodies.bodies.iter().zip(more.iter().zip(kept));
        let new = bodies.filter(|(_, (more, kept))| **more && !**kept);
        // Bodies within others count twice, and pay for their being deep.
        new.map(|(body, _)| body.span.range().len() as u64).sum()
    }

    /// What can be left out where these bodies are kept; nothing where more than a share of the text
    /// would stay.
    pub(super) fn gaps(&self, kept: &[bool], percent: usize) -> Option<Vec<Span>> {
        gaps(&self.bodies, self.length, kept, percent)
    }
}

/// What can be left out of a text of such a length where these bodies are kept; nothing where more than
/// a share of it would stay.
pub(super) fn gaps(
    bodies: &Bodies,
    length: usize,
    kept: &[bool],
    percent: usize,
) -> Option<Vec<Span>> {
    let mut gaps: Vec<Span> = Vec::new();
    let mut left_out = 0;
    for (body, kept) in bodies.bodies.iter().zip(kept) {
        let is_small = body.span.end - body.span.start < SMALLEST_BODY;
        let is_within = gaps.last().is_some_and(|gap| gap.contains(body.span));
        if !kept && !is_small && !is_within {
            left_out += body.span.range().len();
            gaps.push(body.span);
        }
    }
    ((length - left_out) * 100 <= length * percent).then_some(gaps)
}

/// The bodies in which a match of an expression may begin, what stands in none of them, too. Of the
/// shortest matches that follow on each other, each match begins in one.
fn where_it_may_start(regex: Option<&Regex>, text: &[u8], bodies: &Bodies) -> BTreeSet<usize> {
    let top = bodies.bodies.len();
    let Some(regex) = regex.filter(|_| std::str::from_utf8(text).is_ok()) else {
        return (0..=top).collect();
    };
    let mut starts = BTreeSet::from([top]);
    for found in regex.find_iter(text) {
        let (start, end) = (found.start() as u32, found.end() as u32);
        let mut around = bodies.innermost(start);
        while let Some(body) = around
            && starts.insert(body)
        {
            around = bodies.bodies[body].parent.map(|body| body as usize);
        }
        starts.extend(bodies.first_from(start)..bodies.first_from(end));
    }
    starts
}

impl Pieces {
    fn note(&mut self, piece: Piece, is_there: bool) {
        let next = self.len();
        match piece {
            _ if !is_there => {}
            Piece::Word(number) => _ = self.words.entry(number).or_insert(next),
            Piece::Text(number) => _ = self.texts.entry(number).or_insert(next),
        }
    }

    /// What a word is to the rules.
    fn spelt(&self, word: &[u8], prefilter: &Prefilter) -> Spelt {
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

    fn len(&self) -> usize {
        RECURSION + 1 + self.words.len() + self.texts.len()
    }

    /// What is left of needs that all have to hold; nothing where one of them cannot.
    fn all(&self, needs: &[Need]) -> Option<Vec<Local>> {
        let all: Vec<Local> = needs.iter().map(|need| self.local(need)).collect();
        (!all.contains(&Local::Never)).then_some(all)
    }

    /// What is left of a need.
    fn local(&self, need: &Need) -> Local {
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
                Local::Any(any.filter(|local| *local != Local::Never).collect())
            }
            Need::Around(need) => match self.local(need) {
                Local::Never => Local::Never,
                local => Local::Around(Box::new(local)),
            },
            Need::Within(need) => match self.local(need) {
                Local::Never => Local::Never,
                local => Local::Within(Box::new(local)),
            },
        }
    }
}

impl Local {
    /// Adds the words that it asks for.
    fn gather(&self, words: &mut [u64]) {
        match self {
            Local::Never | Local::Always => {}
            Local::Word(place) => words[place / 64] |= 1 << (place % 64),
            Local::All(all) | Local::Each(all) | Local::Any(all) => {
                for one in all {
                    one.gather(words);
                }
            }
            Local::Around(one) | Local::Within(one) => one.gather(words),
        }
    }

    /// Whether words suffice, wherever they stand.
    fn holds(&self, words: &[u64]) -> bool {
        match self {
            Local::Never => false,
            Local::Always => true,
            Local::Word(place) => has(words, *place),
            Local::All(all) | Local::Each(all) => all.iter().all(|one| one.holds(words)),
            Local::Any(any) => any.iter().any(|one| one.holds(words)),
            Local::Around(one) | Local::Within(one) => one.holds(words),
        }
    }

    /// Whether a match may be in a body, or reach into it, where all words suffice.
    fn is_in(&self, inner: &[u64], imported: &[u64], around: &[u64]) -> bool {
        let is_in = |one: &Local| one.is_in(inner, imported, around);
        match self {
            Local::Never => false,
            Local::Always | Local::Around(_) => true,
            Local::Word(place) => has(inner, *place) || has(imported, *place),
            Local::All(all) => all.iter().all(is_in),
            // The others may be around the one that is in it.
            Local::Each(all) => {
                let own = |one: &&Local| !matches!(one, Local::Around(_));
                let mut own = all.iter().filter(own).peekable();
                own.peek().is_none() || own.any(is_in)
            }
            Local::Any(any) => any.iter().any(|one| one.holds(around) && is_in(one)),
            Local::Within(one) => one.has_any(inner),
        }
    }

    fn has_any(&self, words: &[u64]) -> bool {
        match self {
            Local::Never => false,
            Local::Always => true,
            Local::Word(place) => has(words, *place),
            Local::All(all) | Local::Each(all) | Local::Any(all) => {
                all.iter().any(|one| one.has_any(words))
            }
            Local::Around(one) | Local::Within(one) => one.has_any(words),
        }
    }
}
