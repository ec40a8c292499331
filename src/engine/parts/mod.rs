//! In which bodies of a script's functions a rule may match, and in which runs of statements, by the
//! words in them and around them.
//!
//! A match within a body spells its words there, but for those of imports, which count everywhere, and
//! for those of what it stands in, which the functions around the body spell. It spells them within one
//! run of statements, too, unless its rule has to know those beside it.

mod local;
mod matches;
mod sets;

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _, HashSet};

use super::prefilter::{Need, Prefilter, Words};
use super::usage::Usage;
use crate::rule::Use;
use crate::source::{Source, Span};
use crate::syntax::{Bodies, Body};
use local::{Local, Pieces, RECURSION, Spelt};
use matches::Matches;
use sets::{Sets, Union, has};

/// A smaller body is not worth leaving out.
const SMALLEST_BODY: u32 = 64;

/// The bodies of a script, with the words of each.
pub(super) struct Parts<'p> {
    bodies: &'p Bodies,
    text: &'p [u8],
    prefilter: &'p Prefilter,
    /// Where expressions match, which is looked up late: they may match anywhere until then.
    matches: Matches,
    /// The words in each run of statements, without those of bodies within it.
    own: Sets,
    /// The words in each, those of bodies within it among them.
    inner: Sets,
    /// The words around each, but for those of other bodies; those beside a run of statements, too.
    outer: Sets,
    /// The words in no body, and those of imports.
    top: Vec<u64>,
    /// The words of imports in each.
    imports: Sets,
    /// The words of all imports.
    imported: Vec<u64>,
    pieces: Pieces,
    /// What rules need, each once.
    needs: Vec<Local>,
}

/// How much is left out where a rule cannot match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grain {
    /// Statements, but for rules that have to know those beside them.
    Statements,
    /// Bodies of functions as a whole.
    Bodies,
}

impl<'p> Parts<'p> {
    /// The parts of a script for rules with such needs.
    pub(super) fn of<'n>(
        source: &'p Source,
        bodies: &'p Bodies,
        prefilter: &'p Prefilter,
        words: &Words<'_>,
        needs: impl Iterator<Item = &'n Need> + Clone,
    ) -> Parts<'p> {
        let mut pieces = Pieces::default();
        for need in needs.clone() {
            need.each(&mut |piece| pieces.note(piece, prefilter.is_there(piece, words)));
        }
        needs.for_each(|need| pieces.note_besides(need));
        // What stands in no body has a set of its own, the last one.
        let count = bodies.bodies.len() + 1;
        let blocks = pieces.len().div_ceil(64).max(1);
        let mut parts = Parts {
            bodies,
            text: source.text(),
            prefilter,
            matches: Matches::new(source.text(), blocks),
            own: Sets::new(count, blocks),
            inner: Sets::new(count, blocks),
            outer: Sets::new(count, blocks),
            top: vec![0; blocks],
            imports: Sets::new(count, blocks),
            imported: vec![0; blocks],
            pieces,
            needs: Vec::new(),
        };
        for &place in parts.pieces.texts.values() {
            parts.matches.places[place / 64] |= 1 << (place % 64);
        }
        parts.place_words(source, words.spots());
        parts
    }

    /// Puts the words where they stand.
    fn place_words(&mut self, source: &Source, spots: &[Span]) {
        let text = self.text;
        let usage = Usage::with_imports(source, self.bodies);
        let top = self.bodies.bodies.len();
        let ends: HashMap<u32, u32> = self
            .bodies
            .loops
            .iter()
            .map(|one| (one.start, one.end))
            .collect();
        let mut known: HashMap<&[u8], Spelt> = HashMap::new();
        let kept_names: HashSet<&[u8]> = spots
            .iter()
            .filter(|spot| usage.keeps(&spot.range()))
            .map(|spot| &text[spot.range()])
            .collect();
        let mut direct = Sets::new(top + 1, self.imported.len());
        let mut loops: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        let mut prose = self.bodies.texts.iter().peekable();
        for &spot in spots {
            while prose.next_if(|text| text.end <= spot.start).is_some() {}
            let is_prose = prose.peek().is_some_and(|text| text.start <= spot.start);
            let word = &text[spot.range()];
            let spelt = known
                .entry(word)
                .or_insert_with(|| self.pieces.spelt(word, self.prefilter));
            if spelt.is_nothing() {
                continue;
            }
            let within = self.bodies.innermost(spot.start).unwrap_or(top);
            let body = self.body_of(within);
            let is_imported = usage.is_imported(&spot.range());
            let however = spelt.however.iter().map(|place| (None, *place));
            let as_used = spelt
                .as_used
                .iter()
                .map(|(way, place)| (Some(*way), *place));
            for (way, place) in however.chain(as_used) {
                // What is no code names nothing but modules, and the keys of pairs.
                if is_prose && !is_imported && way.is_some_and(|way| way != Use::Key) {
                    continue;
                }
                // The name of what is imported is a field of the module.
                let is_field = matches!(way, Some(Use::Method | Use::Field));
                if way.is_some_and(|way| !usage.may_be(way, spot.range()))
                    && !(is_field && kept_names.contains(word))
                {
                    continue;
                }
                self.own.insert(within, place);
                self.inner.insert(within, place);
                if is_imported {
                    self.imports.insert(within, place);
                }
                if is_imported && usage.renames(way, &spot.range()) {
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
            let within = self.bodies.innermost(call).unwrap_or(top);
            direct.insert(self.body_of(within), RECURSION);
            self.own.insert(within, RECURSION);
            self.inner.insert(within, RECURSION);
        }
        self.place_besides(&mut direct);
        self.spread(&direct, &loops);
    }

    /// Notes the statements that rules need beside matches: where they are, and in what body.
    fn place_besides(&mut self, direct: &mut Sets) {
        for (need, place) in self.pieces.besides.iter().zip(self.pieces.count()..) {
            let texts = self.texts_of(need);
            for (at, run) in self.bodies.bodies.iter().enumerate() {
                let holds =
                    |texts: &[u64]| need.holds(Union(&[self.own.of(at), &self.imported, texts]));
                if !run.is_run || !holds(&self.matches.places) {
                    continue;
                }
                let mut matching = vec![0; self.imported.len()];
                for &(number, text) in &texts {
                    if self.is_match(number, at) {
                        matching[text / 64] |= 1 << (text % 64);
                    }
                }
                if texts.is_empty() || holds(&matching) {
                    self.own.insert(at, place);
                    self.inner.insert(at, place);
                    direct.insert(self.body_of(at), place);
                }
            }
        }
    }

    /// The expressions that a need asks for, by their numbers, with their places in sets.
    fn texts_of(&self, need: &Local) -> Vec<(u32, usize)> {
        let mut asked = vec![0; self.imported.len()];
        need.gather(&mut asked);
        let texts = self.pieces.texts.iter();
        texts
            .filter(|(_, place)| has(&asked, **place))
            .map(|(number, place)| (*number, *place))
            .collect()
    }

    /// Whether an expression matches within a place.
    fn is_match(&self, number: u32, place: usize) -> bool {
        let text = &self.text[self.bodies.bodies[place].span.range()];
        let regex = || self.prefilter.expression(number);
        self.matches.is_in((number, place), text, regex)
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
        self.top = self.matches.places.clone();
        for words in [direct.of(top), &self.imported] {
            self.top.iter_mut().zip(words).for_each(|(a, b)| *a |= b);
        }
        self.outer.add(top, &self.imported);
        for (body, &parent) in parents.iter().enumerate() {
            let set = self.outer.of(parent).to_vec();
            self.outer.add(body, &set);
            // A body within a run of statements has what the run has beside it.
            if self.bodies.bodies[body].is_run {
                self.outer.add(body, direct.of(parent));
            }
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

    /// The body that a place is or is a run of statements of; the place of what is in none, otherwise.
    fn body_of(&self, place: usize) -> usize {
        let top = self.bodies.bodies.len();
        let mut place = place;
        while let Some(run) = self.bodies.bodies.get(place).filter(|body| body.is_run) {
            place = run.parent.map_or(top, |parent| parent as usize);
        }
        place
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

    /// The places in which a rule with such a need may match, by its number; nothing where there is no
    /// such place.
    pub(super) fn places(&self, need: usize, grain: Grain) -> Option<Vec<bool>> {
        match (&self.needs[need], grain) {
            (Local::Any(choices), Grain::Statements) => {
                let (spread, local): (Vec<Local>, Vec<Local>) = choices
                    .iter()
                    .cloned()
                    .partition(|one| matches!(one, Local::Spread(_)));
                let local = self.places_of(&Local::Any(local), Grain::Statements);
                let spread = self.places_of(&Local::Any(spread), Grain::Bodies);
                match (local, spread) {
                    (Some(mut local), Some(spread)) => {
                        join(&mut local, &spread);
                        Some(local)
                    }
                    (local, spread) => local.or(spread),
                }
            }
            (need @ Local::Spread(_), _) => self.places_of(need, Grain::Bodies),
            (need, grain) => self.places_of(need, grain),
        }
    }

    fn places_of(&self, need: &Local, grain: Grain) -> Option<Vec<bool>> {
        let bodies = &self.bodies.bodies;
        let mut asked = vec![0; self.imported.len()];
        need.gather(&mut asked);
        let meets = |words: &[u64]| {
            words
                .iter()
                .zip(&asked)
                .any(|(word, asked)| word & asked != 0)
        };
        let everything = vec![u64::MAX; asked.len()];
        let everything = Union(&[&everything]);
        let is_wordless = need.is_in(Union(&[&self.matches.places, &self.imported]), everything);
        let mut kept = vec![false; bodies.len()];
        for (place, body) in bodies.iter().enumerate() {
            if body.parent.is_some_and(|parent| !kept[parent as usize]) {
                continue;
            }
            if body.is_run && grain == Grain::Bodies {
                kept[place] = true;
                continue;
            }
            let inner = self.inner.of(place);
            kept[place] = meets(self.imports.of(place))
                || (is_wordless || meets(inner)) && self.may_be_in(need, place, None);
        }
        let texts = self.texts_of(need);
        if !texts.is_empty() {
            self.keep_matching(need, grain, &texts, &mut kept);
        }
        let is_of_grain = |body: &Body| grain == Grain::Statements || !body.is_run;
        let mut all = bodies.iter().zip(&kept);
        let is_somewhere = all.any(|(body, kept)| *kept && is_of_grain(body))
            // What stands in no body is always kept where bodies are.
            || grain == Grain::Bodies
                && need.holds(Union(&[&self.top]))
                && need.is_in(Union(&[&self.top]), Union(&[&self.top]));
        if grain == Grain::Statements && is_somewhere {
            self.keep_besides(need, &mut kept);
        }
        is_somewhere.then_some(kept)
    }

    /// Whether a rule with such a need may match in a place, where of the expressions these match there.
    fn may_be_in(&self, need: &Local, place: usize, matching: Option<&[u64]>) -> bool {
        let inner = self.inner.of(place);
        let anywhere = &self.matches.places[..];
        let around = [inner, self.outer.of(place), anywhere];
        let inner = [inner, &self.imported, matching.unwrap_or(anywhere)];
        need.holds(Union(&around)) && need.is_in(Union(&inner), Union(&around))
    }

    /// Of what is kept, keeps that in which the expressions match that a need asks for, by their numbers
    /// and their places.
    fn keep_matching(&self, need: &Local, grain: Grain, texts: &[(u32, usize)], kept: &mut [bool]) {
        let bodies = &self.bodies.bodies;
        let mut matching = Sets::new(bodies.len() + 1, self.imported.len());
        for (place, body) in bodies.iter().enumerate().rev() {
            if !kept[place] || body.is_run && grain == Grain::Bodies {
                continue;
            }
            for &(number, text) in texts {
                if !has(matching.of(place), text) && self.is_match(number, place) {
                    matching.insert(place, text);
                }
            }
            let mut parent = body.parent;
            if grain == Grain::Bodies {
                parent = parent.and_then(|run| bodies[run as usize].parent);
            }
            let found = matching.of(place).to_vec();
            matching.add(parent.map_or(bodies.len(), |of| of as usize), &found);
        }
        for (place, body) in bodies.iter().enumerate() {
            let parent = body.parent.is_none_or(|parent| kept[parent as usize]);
            let is_coarse = body.is_run && grain == Grain::Bodies;
            kept[place] &=
                parent && (is_coarse || self.may_be_in(need, place, Some(matching.of(place))));
        }
    }

    /// Keeps the statements that a need asks for beside what is kept, and what imports something there.
    fn keep_besides(&self, need: &Local, kept: &mut [bool]) {
        let bodies = &self.bodies.bodies;
        for import in &self.bodies.imports {
            if let Some(run) = self.bodies.innermost(*import) {
                kept[run] |= bodies[run].parent.is_none_or(|of| kept[of as usize]);
            }
        }
        let mut asked = vec![0; self.imported.len()];
        need.gather_besides(&mut asked);
        if asked.iter().all(|words| *words == 0) {
            return;
        }
        for (at, run) in self.bodies.bodies.iter().enumerate() {
            let is_there = run.is_run && run.parent.is_none_or(|body| kept[body as usize]);
            let mut words = self.own.of(at).iter().zip(&asked);
            kept[at] |= is_there && words.any(|(word, asked)| word & asked != 0);
        }
    }

    /// No body at all.
    pub(super) fn none(&self) -> Vec<bool> {
        vec![false; self.bodies.bodies.len()]
    }

    /// How many bytes the text has.
    pub(super) fn length(&self) -> u64 {
        self.text.len() as u64
    }

    /// How many bytes more have to be parsed where these are kept, too.
    pub(super) fn cost(&self, more: &[bool], kept: &[bool]) -> u64 {
        let places = self.bodies.bodies.iter().zip(more.iter().zip(kept));
        let new = places.filter(|(place, (more, kept))| place.is_run && **more && !**kept);
        // What stands within others counts twice, and pays for its being deep.
        new.map(|(run, _)| run.span.range().len() as u64).sum()
    }

    /// What can be left out where these bodies are kept; nothing where more than a share of the text
    /// would stay.
    pub(super) fn gaps(&self, kept: &[bool], percent: usize) -> Option<Vec<Span>> {
        gaps(self.bodies, self.text, kept, percent)
    }
}

/// What can be left out of a text where only these places are kept; nothing where more than a share
/// of it would stay.
pub(super) fn gaps(
    bodies: &Bodies,
    text: &[u8],
    kept: &[bool],
    percent: usize,
) -> Option<Vec<Span>> {
    let mut gaps: Vec<Span> = Vec::new();
    // Whether the last gap is a run of statements.
    let mut is_run = false;
    for (body, kept) in bodies.bodies.iter().zip(kept) {
        let is_small = body.span.end - body.span.start < SMALLEST_BODY;
        let is_within = gaps.last().is_some_and(|gap| gap.contains(body.span));
        if *kept || is_small || is_within {
            continue;
        }
        match gaps.last_mut() {
            Some(gap) if is_run && body.is_run && gap.end == body.span.start => {
                gap.end = body.span.end;
            }
            _ => gaps.push(body.span),
        }
        is_run = body.is_run;
    }
    let left_out: usize = gaps.iter().map(|gap| gap.range().len()).sum();
    ((text.len() - left_out) * 100 <= text.len() * percent).then_some(gaps)
}

/// Adds the places of one set to another.
pub(super) fn join(kept: &mut [bool], more: &[bool]) {
    kept.iter_mut()
        .zip(more)
        .for_each(|(kept, more)| *kept |= more);
}
