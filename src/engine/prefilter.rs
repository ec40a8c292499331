//! Which rules a file can match at all, by the words that it holds.
//!
//! One pass over the text: each word, as long as it goes on, is looked up in a table, and a word
//! that is new to the file is searched for the pieces that rules ask for. A rule whose words are not
//! all there is not run, and a file without any rule left is not parsed. Where they are all there,
//! the whole text is searched for the expressions of which a piece of it has to match one.
//!
//! Lowering reads letters beyond ASCII as compatible ASCII ones and `\u0065val` as `eval`; words
//! with such letters are read both ways here.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex::bytes::{Regex, RegexBuilder};

use super::narrow;
use super::spelling::may_hide_words;
use super::usage::Usage;
use crate::rule::{Needs, Part, Use};
use crate::source::{Source, Span};
use crate::syntax::canonical;
use crate::taint::Half;

/// The words of a rule set.
#[derive(Debug)]
pub(super) struct Prefilter {
    words: Table,
    uses: Vec<Vec<(Use, u32)>>,
    parts: Vec<(Part, u32)>,
    automaton: Option<AhoCorasick>,
    /// What one word has to hold together.
    together: Vec<(Need, u32)>,
    /// Words, parts and what is together are numbered in one row.
    count: usize,
    /// What is searched for in whole texts, compiled when it first is.
    texts: Vec<(String, OnceLock<Option<Regex>>)>,
    needs: Vec<Need>,
}

/// [`Needs`] with words as numbers.
#[derive(Debug)]
pub(super) enum Need {
    Nothing,
    Word(u32),
    Text(u32),
    All(Vec<Need>),
    Each(Vec<Need>),
    Any(Vec<Need>),
    Around(Box<Need>),
    Within(Box<Need>),
    Beside(Box<Need>),
    Spread(Box<Need>),
    Recursion,
}

impl Prefilter {
    /// A filter for rules in their order.
    pub(super) fn new<'n>(rules: impl Iterator<Item = &'n Needs>) -> Prefilter {
        let mut numbers = Numbers::default();
        let needs = rules.map(|needs| numbers.need(needs)).collect();
        let mut parts: Vec<(Part, u32)> = numbers.parts.into_iter().collect();
        parts.sort_by_key(|(_, number)| *number);
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(parts.iter().map(|(part, _)| &part.text))
            .ok()
            .filter(|_| !parts.is_empty());
        Prefilter {
            words: Table::new(numbers.words),
            uses: numbers.uses,
            parts,
            automaton,
            together: numbers.together,
            count: numbers.count as usize,
            texts: numbers
                .texts
                .into_iter()
                .map(|text| (text, OnceLock::new()))
                .collect(),
            needs,
        }
    }

    /// The words of a text.
    pub(super) fn read<'s>(&self, source: &'s Source) -> Words<'s> {
        let text = source.text();
        let mut words = Words {
            seen: vec![false; self.count],
            text,
            matched: vec![OnceCell::new(); self.texts.len()],
            spots: Vec::new(),
        };
        if self.count == 0 {
            return words;
        }
        if may_hide_words(source) {
            words.seen.fill(true);
            return words;
        }
        let mut known = Known::new(text);
        let usage = Usage::of(source);
        let notes_spots = narrow::is_worth_it(source);
        let mut read_otherwise = 0;
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let b = text[at];
            if IS_WORD[b as usize] {
                let (end, hash) = word_end(text, at);
                // A word of one letter is asked for by no rule.
                if end - at > 1 {
                    let known = known.slot(hash);
                    if known.is_new(text, at, end) {
                        pieces.clear();
                        let uses = self.look_up(&text[at..end], hash, &mut pieces);
                        words.note(&pieces);
                        *known = Seen {
                            start: at as u32,
                            end: end as u32,
                            uses,
                            counts: uses.is_some() || !pieces.is_empty(),
                        };
                    }
                    if notes_spots && known.counts {
                        words.spots.push(Span::new(at, end));
                    }
                    // How a word is used is told by each place where it stands.
                    if let Some(uses) = known.uses {
                        for (used, number) in &self.uses[uses as usize] {
                            let seen = &mut words.seen[*number as usize];
                            *seen = *seen || usage.may_be(*used, at..end);
                        }
                    }
                }
                at = end;
                continue;
            }
            if at >= read_otherwise && (b >= 0x80 || b == b'\\' && text.get(at + 1) == Some(&b'u'))
            {
                let range = spelt_otherwise(text, read_otherwise, at);
                read_otherwise = range.end;
                pieces.clear();
                self.read_otherwise(&text[range.clone()], &mut pieces);
                words.note(&pieces);
                if notes_spots && !pieces.is_empty() {
                    words.spots.push(Span::new(range.start, range.end));
                }
            }
            at += 1;
        }
        words
    }

    /// Adds what a word with escapes or letters beyond ASCII reads as, however that is used.
    fn read_otherwise(&self, spelt: &[u8], numbers: &mut Vec<u32>) {
        for chunk in spelt.utf8_chunks() {
            let read = canonical(chunk.valid().as_bytes());
            let mut pieces = Vec::new();
            for word in read.split(|b| !IS_WORD[*b as usize]) {
                let (_, hash) = word_end(word, 0);
                if let Some(uses) = self.look_up(word, hash, &mut pieces) {
                    let uses = &self.uses[uses as usize];
                    numbers.extend(uses.iter().map(|(_, number)| *number));
                }
            }
            numbers.extend(pieces);
        }
    }

    /// The numbers of a spot, however it is used, and the row of its uses where that tells.
    pub(super) fn numbers_at(&self, spot: &[u8], numbers: &mut Vec<u32>) -> &[(Use, u32)] {
        if !spot.iter().all(|b| IS_WORD[*b as usize]) {
            self.read_otherwise(spot, numbers);
            return &[];
        }
        let (_, hash) = word_end(spot, 0);
        let uses = self.look_up(spot, hash, numbers);
        uses.map_or(&[], |uses| &self.uses[uses as usize])
    }

    /// What a rule needs.
    pub(super) fn need(&self, rule: usize) -> &Need {
        &self.needs[rule]
    }

    /// Adds a word and its pieces to the pieces that are known of it, and returns the row of its uses.
    fn look_up(&self, word: &[u8], hash: u64, pieces: &mut Vec<u32>) -> Option<u32> {
        let numbers = self.words.get(word, hash);
        let uses = numbers.and_then(|numbers| numbers.uses);
        pieces.extend(numbers.and_then(|numbers| numbers.word));
        let Some(automaton) = &self.automaton else {
            return uses;
        };
        for found in automaton.find_overlapping_iter(word) {
            let (part, number) = &self.parts[found.pattern().as_usize()];
            let range = found.range();
            if (!part.at_start || range.start == 0)
                && (!part.at_end || range.end == word.len())
                && (part.any_case || &word[range] == part.text.as_bytes())
            {
                pieces.push(*number);
            }
        }
        if pieces.len() > 1 {
            for (need, number) in &self.together {
                let holds = need.holds(&|need| match need {
                    Piece::Word(piece) => pieces.contains(&piece),
                    Piece::Text(_) => true,
                });
                if holds {
                    pieces.push(*number);
                }
            }
        }
        uses
    }

    /// Whether a rule can match a text with these words.
    pub(super) fn passes(&self, rule: usize, words: &Words<'_>) -> bool {
        self.holds(&self.needs[rule], words)
    }

    /// Words are looked at first: to search for an expression costs more.
    fn holds(&self, need: &Need, words: &Words<'_>) -> bool {
        need.holds(&|piece| match piece {
            Piece::Word(number) => words.seen[number as usize],
            Piece::Text(_) => true,
        }) && need.holds(&|piece| match piece {
            Piece::Word(number) => words.seen[number as usize],
            Piece::Text(number) => self.matches(number, words),
        })
    }

    /// Whether a piece of what a rule needs is in the text.
    pub(super) fn is_there(&self, piece: Piece, words: &Words<'_>) -> bool {
        match piece {
            Piece::Word(number) => words.seen[number as usize],
            Piece::Text(number) => self.matches(number, words),
        }
    }

    /// The expression that a text has to match somewhere, with the shortest matches that there are.
    pub(super) fn expression(&self, number: u32) -> Option<&Regex> {
        let (text, regex) = &self.texts[number as usize];
        let compile = || RegexBuilder::new(text).swap_greed(true).build().ok();
        regex.get_or_init(compile).as_ref()
    }

    fn matches(&self, number: u32, words: &Words<'_>) -> bool {
        *words.matched[number as usize].get_or_init(|| {
            let regex = self.expression(number);
            // A broken letter is shown to expressions as another one.
            regex.is_none_or(|regex| regex.is_match(words.text))
                || std::str::from_utf8(words.text).is_err()
        })
    }

    /// Which sources, or which sinks, of a taint rule a text with these words may hold, where it may
    /// hold any; one answer for all of them where they are not told apart. None, too, for a rule to
    /// which any file has a source, such as any parameter of any function: it finds in each file
    /// alone what it has to say.
    pub(super) fn half(&self, rule: usize, half: Half, words: &Words<'_>) -> Option<Vec<bool>> {
        let Need::All(halves) = &self.needs[rule] else {
            return None;
        };
        let [sources, sinks] = &halves[..] else {
            return None;
        };
        if matches!(sources, Need::Nothing) {
            return None;
        }
        let need = match half {
            Half::Source => sources,
            Half::Sink => sinks,
        };
        let parts = match need {
            Need::Any(parts) => parts.iter().map(|part| self.holds(part, words)).collect(),
            need => vec![self.holds(need, words)],
        };
        Some(parts).filter(|parts: &Vec<bool>| parts.contains(&true))
    }
}

/// The words of one text, and what was searched for in it.
#[derive(Debug)]
pub(super) struct Words<'s> {
    seen: Vec<bool>,
    text: &'s [u8],
    matched: Vec<OnceCell<bool>>,
    /// Where the words stand that some rule asks for, of texts that are worth looking at in parts.
    spots: Vec<Span>,
}

impl Words<'_> {
    /// Where the words stand that some rule asks for.
    pub(super) fn spots(&self) -> &[Span] {
        &self.spots
    }

    fn note(&mut self, numbers: &[u32]) {
        for &number in numbers {
            self.seen[number as usize] = true;
        }
    }
}

/// What a need asks of a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Piece {
    Word(u32),
    Text(u32),
}

/// Numbers words and parts as they come.
#[derive(Default)]
struct Numbers {
    words: HashMap<String, WordNumbers>,
    uses: Vec<Vec<(Use, u32)>>,
    parts: HashMap<Part, u32>,
    together: Vec<(Need, u32)>,
    texts: Vec<String>,
    count: u32,
}

/// The number of a word, and of the row of its uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct WordNumbers {
    word: Option<u32>,
    uses: Option<u32>,
}

impl Numbers {
    fn need(&mut self, needs: &Needs) -> Need {
        let next = |count: &mut u32| {
            *count += 1;
            *count - 1
        };
        match needs {
            Needs::Nothing => Need::Nothing,
            Needs::Word(word) => {
                let numbers = self.words.entry(word.clone()).or_default();
                Need::Word(*numbers.word.get_or_insert_with(|| next(&mut self.count)))
            }
            Needs::Used(word, used) => {
                let numbers = self.words.entry(word.clone()).or_default();
                let row = *numbers.uses.get_or_insert_with(|| {
                    self.uses.push(Vec::new());
                    self.uses.len() as u32 - 1
                });
                let row = &mut self.uses[row as usize];
                if let Some((_, number)) = row.iter().find(|(known, _)| known == used) {
                    return Need::Word(*number);
                }
                let number = next(&mut self.count);
                row.push((*used, number));
                Need::Word(number)
            }
            Needs::Part(part) => Need::Word(
                *self
                    .parts
                    .entry(part.clone())
                    .or_insert_with(|| next(&mut self.count)),
            ),
            Needs::Together(pieces) => {
                let need = Need::All(pieces.iter().map(|need| self.need(need)).collect());
                let number = next(&mut self.count);
                self.together.push((need, number));
                Need::Word(number)
            }
            Needs::Text(text) => {
                let known = self.texts.iter().position(|known| known == text);
                Need::Text(known.unwrap_or_else(|| {
                    self.texts.push(text.clone());
                    self.texts.len() - 1
                }) as u32)
            }
            Needs::All(all) => Need::All(all.iter().map(|need| self.need(need)).collect()),
            Needs::Each(all) => Need::Each(all.iter().map(|need| self.need(need)).collect()),
            Needs::Any(any) => Need::Any(any.iter().map(|need| self.need(need)).collect()),
            Needs::Recursion => Need::Recursion,
            Needs::Around(need) => Need::Around(Box::new(self.need(need))),
            Needs::Within(need) => Need::Within(Box::new(self.need(need))),
            Needs::Beside(need) => Need::Beside(Box::new(self.need(need))),
            Needs::Spread(need) => Need::Spread(Box::new(self.need(need))),
        }
    }
}

impl Need {
    /// Shows every piece that it asks for.
    pub(super) fn each(&self, then: &mut impl FnMut(Piece)) {
        match self {
            Need::Nothing | Need::Recursion => {}
            Need::Word(number) => then(Piece::Word(*number)),
            Need::Text(number) => then(Piece::Text(*number)),
            Need::All(all) | Need::Each(all) | Need::Any(all) => {
                for need in all {
                    need.each(then);
                }
            }
            Need::Around(need) | Need::Within(need) | Need::Beside(need) | Need::Spread(need) => {
                need.each(then);
            }
        }
    }

    fn holds(&self, is_there: &impl Fn(Piece) -> bool) -> bool {
        match self {
            Need::Nothing | Need::Recursion => true,
            Need::Word(word) => is_there(Piece::Word(*word)),
            Need::Text(text) => is_there(Piece::Text(*text)),
            Need::All(all) | Need::Each(all) => all.iter().all(|need| need.holds(is_there)),
            Need::Any(any) => any.iter().any(|need| need.holds(is_there)),
            Need::Around(need) | Need::Within(need) | Need::Beside(need) | Need::Spread(need) => {
                need.holds(is_there)
            }
        }
    }
}

/// What belongs to a word.
static IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = (b as u8).is_ascii_alphanumeric() || b as u8 == b'_';
        b += 1;
    }
    table
};

/// The end of the word that begins at `start`, and its hash.
fn word_end(text: &[u8], start: usize) -> (usize, u64) {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = start;
    while let Some(&b) = text.get(at)
        && IS_WORD[b as usize]
    {
        hash = (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    (at, hash)
}

/// Words by their hashes, with open addressing; it is full to a quarter.
#[derive(Debug)]
struct Table {
    slots: Vec<Option<(Box<[u8]>, WordNumbers)>>,
}

impl Table {
    fn new(words: HashMap<String, WordNumbers>) -> Table {
        let mut words: Vec<(String, WordNumbers)> = words.into_iter().collect();
        words.sort_unstable();
        let mut slots = vec![None; (words.len() * 4).next_power_of_two().max(1)];
        for (word, number) in words {
            let (_, hash) = word_end(word.as_bytes(), 0);
            let mut at = slot(hash, slots.len());
            while slots[at].is_some() {
                at = (at + 1) & (slots.len() - 1);
            }
            slots[at] = Some((word.into_bytes().into(), number));
        }
        Table { slots }
    }

    fn get(&self, word: &[u8], hash: u64) -> Option<WordNumbers> {
        let mut at = slot(hash, self.slots.len());
        while let Some((known, number)) = &self.slots[at] {
            if **known == *word {
                return Some(*number);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        None
    }
}

fn slot(hash: u64, slots: usize) -> usize {
    (hash ^ (hash >> 32)) as usize & (slots - 1)
}

/// The words of one text that were looked up. It forgets where they are many: looking up twice does
/// no harm, and no text can be written to make a search in it long.
struct Known {
    slots: Vec<Seen>,
}

/// A word where it was met last, and the row of its uses.
#[derive(Clone, Copy, Default)]
struct Seen {
    start: u32,
    end: u32,
    uses: Option<u32>,
    /// Whether some rule asks for it.
    counts: bool,
}

impl Known {
    fn new(text: &[u8]) -> Known {
        let slots = (text.len() / 16).next_power_of_two().clamp(64, 1 << 14);
        Known {
            slots: vec![Seen::default(); slots],
        }
    }

    fn slot(&mut self, hash: u64) -> &mut Seen {
        let at = slot(hash, self.slots.len());
        &mut self.slots[at]
    }
}

impl Seen {
    fn is_new(&self, text: &[u8], start: usize, end: usize) -> bool {
        text[self.start as usize..self.end as usize] != text[start..end]
    }
}

/// The word with escapes or letters beyond ASCII that holds the byte `at`, no earlier than `from`.
fn spelt_otherwise(text: &[u8], from: usize, at: usize) -> Range<usize> {
    let is_part = |b: &u8| IS_WORD[*b as usize] || *b >= 0x80 || b"\\{}".contains(b);
    let before = text[from..at].iter().rev().take_while(|b| is_part(b));
    let after = text[at..].iter().take_while(|b| is_part(b));
    at - before.count()..at + after.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Language;

    fn passes(needs: &Needs, text: &str) -> bool {
        let prefilter = Prefilter::new(std::iter::once(needs));
        let source = Source::new("a".into(), Language::Python, text.into());
        prefilter.passes(0, &prefilter.read(&source))
    }

    fn word(word: &str) -> Needs {
        Needs::Word(word.into())
    }

    #[test]
    fn a_rule_passes_when_its_words_are_there() {
        let needs = Needs::All(vec![
            word("os"),
            Needs::Any(vec![word("system"), word("popen")]),
        ]);
        assert!(passes(&needs, "from os import popen"));
        assert!(!passes(&needs, "from os import path"));
        assert!(passes(&Needs::Nothing, ""));
    }

    #[test]
    fn a_word_is_whole_and_a_part_is_not() {
        assert!(passes(&word("exec"), "a.exec(b)"));
        assert!(!passes(&word("exec"), "executor exec_ _exec Exec"));
        let part = |at_start, at_end, any_case| {
            Needs::Part(Part {
                text: "key".into(),
                at_start,
                at_end,
                any_case,
            })
        };
        assert!(passes(&part(false, false, false), "monkeys"));
        assert!(!passes(
            &part(true, false, false),
            "monkeys monkey MonKey Keys"
        ));
        assert!(passes(&part(true, false, false), "keys"));
        assert!(!passes(&part(false, true, false), "keys"));
        assert!(passes(&part(false, true, true), "MonKey"));
    }

    #[test]
    fn pieces_of_one_word_stand_in_one_word() {
        let part = |text: &str| {
            Needs::Part(Part {
                text: text.into(),
                at_start: false,
                at_end: false,
                any_case: false,
            })
        };
        let needs = Needs::Together(vec![
            part("is_"),
            Needs::Any(vec![part("role"), part("auth")]),
        ]);
        assert!(passes(&needs, "def is_in_role(x)"));
        assert!(passes(&needs, "def is_in_\u{e9}_role(x)"));
        assert!(!passes(&needs, "def is_in(role, \u{e9})"));
    }

    #[test]
    fn words_that_are_spelt_otherwise_are_not_missed() {
        for text in [
            "ｅval(x)",
            "x = ｅval(x)",
            "\\u0065val(x)",
            "e\\u{76}al(x)",
            "é = ev𝒶l",
        ] {
            assert!(passes(&word("eval"), text), "{text}");
        }
        assert!(!passes(&word("eval"), "# déjà evalué"));
        let part = Part {
            text: "secret".into(),
            at_start: true,
            at_end: true,
            any_case: true,
        };
        assert!(passes(&Needs::Part(part), "\u{17f}ecret = 1"));
    }

    #[test]
    fn a_broken_letter_hides_no_word() {
        let needs = word("eval");
        let prefilter = Prefilter::new(std::iter::once(&needs));
        let text = [&b"\xff"[..], "ｅval".as_bytes(), b"\xff(x)"].concat();
        let source = Source::new("a".into(), Language::Python, text);
        assert!(prefilter.passes(0, &prefilter.read(&source)));
    }

    #[test]
    fn a_use_is_told_from_a_word() {
        let needs = Needs::Used("run".into(), Use::Method);
        assert!(passes(&needs, "x = run; y = run; z = a.run(1)"));
        assert!(passes(&needs, "from a import *; run(1)"));
        assert!(passes(&needs, "a.r\u{ff55}n(1)"));
        assert!(!passes(&needs, "run = 1; run(2)"));
    }

    #[test]
    fn an_expression_is_searched_for_where_the_words_are() {
        let needs = Needs::All(vec![word("html"), Needs::Text("<b>".into())]);
        assert!(passes(&needs, "html = '<b>'"));
        assert!(!passes(&needs, "html = '<i>'"));
        assert!(!passes(&needs, "x = '<b>'"));
    }

    #[test]
    fn a_table_finds_its_words_and_no_others() {
        let numbers = |i| WordNumbers {
            word: Some(i),
            uses: None,
        };
        let words = (0..1000).map(|i| (format!("word_{i}"), numbers(i)));
        let words: Vec<(String, WordNumbers)> = words.collect();
        let table = Table::new(words.iter().cloned().collect());
        for (word, number) in words {
            let (_, hash) = word_end(word.as_bytes(), 0);
            assert_eq!(table.get(word.as_bytes(), hash), Some(number));
        }
        let (_, hash) = word_end(b"word_1000", 0);
        assert_eq!(table.get(b"word_1000", hash), None);
    }
}
