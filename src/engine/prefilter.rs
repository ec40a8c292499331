//! Which rules a file can match at all, by the words that it holds.
//!
//! One pass over the text: each word, as long as it goes on, is looked up in a table, and a word
//! that is new to the file is searched for the pieces that rules ask for. A rule whose words are not
//! all there is not run, and a file without any rule left is not parsed.
//!
//! Lowering reads letters beyond ASCII as compatible ASCII ones and `\u0065val` as `eval`; words
//! with such letters are read both ways here.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::spelling::may_hide_words;
use crate::rule::{Needs, Part};
use crate::source::Source;
use crate::syntax::canonical;

/// The words of a rule set.
#[derive(Debug)]
pub(super) struct Prefilter {
    words: Table,
    parts: Vec<(Part, u32)>,
    automaton: Option<AhoCorasick>,
    /// Words and parts are numbered together.
    count: usize,
    needs: Vec<Need>,
}

/// [`Needs`] with words as numbers.
#[derive(Debug)]
enum Need {
    Nothing,
    Word(u32),
    All(Vec<Need>),
    Any(Vec<Need>),
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
            parts,
            automaton,
            count: numbers.count as usize,
            needs,
        }
    }

    /// The words of a text.
    pub(super) fn read(&self, source: &Source) -> Words {
        let text = source.text();
        let mut words = Words {
            seen: vec![false; self.count],
        };
        if self.count == 0 {
            return words;
        }
        if may_hide_words(source) {
            words.seen.fill(true);
            return words;
        }
        let mut known = Known::new(text);
        let mut read_otherwise = 0;
        let mut at = 0;
        while at < text.len() {
            let b = text[at];
            if IS_WORD[b as usize] {
                let (end, hash) = word_end(text, at);
                // A word of one letter is asked for by no rule.
                if end - at > 1 && known.is_new(at, end, hash) {
                    self.look_up(&text[at..end], hash, &mut words);
                }
                at = end;
                continue;
            }
            if at >= read_otherwise && (b >= 0x80 || b == b'\\' && text.get(at + 1) == Some(&b'u'))
            {
                let range = spelt_otherwise(text, read_otherwise, at);
                read_otherwise = range.end;
                for chunk in text[range].utf8_chunks() {
                    let read = canonical(chunk.valid().as_bytes());
                    for word in read.split(|b| !IS_WORD[*b as usize]) {
                        let (_, hash) = word_end(word, 0);
                        self.look_up(word, hash, &mut words);
                    }
                }
            }
            at += 1;
        }
        words
    }

    fn look_up(&self, word: &[u8], hash: u64, words: &mut Words) {
        if let Some(number) = self.words.get(word, hash) {
            words.seen[number as usize] = true;
        }
        let Some(automaton) = &self.automaton else {
            return;
        };
        for found in automaton.find_overlapping_iter(word) {
            let (part, number) = &self.parts[found.pattern().as_usize()];
            let range = found.range();
            if (!part.at_start || range.start == 0)
                && (!part.at_end || range.end == word.len())
                && (part.any_case || &word[range] == part.text.as_bytes())
            {
                words.seen[*number as usize] = true;
            }
        }
    }

    /// Whether a rule can match a text with these words.
    pub(super) fn passes(&self, rule: usize, words: &Words) -> bool {
        self.needs[rule].holds(&words.seen)
    }
}

/// The words of one text.
#[derive(Debug)]
pub(super) struct Words {
    seen: Vec<bool>,
}

/// Numbers words and parts as they come.
#[derive(Default)]
struct Numbers {
    words: HashMap<String, u32>,
    parts: HashMap<Part, u32>,
    count: u32,
}

impl Numbers {
    fn need(&mut self, needs: &Needs) -> Need {
        let mut next = || {
            self.count += 1;
            self.count - 1
        };
        match needs {
            Needs::Nothing => Need::Nothing,
            Needs::Word(word) => {
                Need::Word(*self.words.entry(word.clone()).or_insert_with(&mut next))
            }
            Needs::Part(part) => {
                Need::Word(*self.parts.entry(part.clone()).or_insert_with(&mut next))
            }
            Needs::All(all) => Need::All(all.iter().map(|need| self.need(need)).collect()),
            Needs::Any(any) => Need::Any(any.iter().map(|need| self.need(need)).collect()),
        }
    }
}

impl Need {
    fn holds(&self, seen: &[bool]) -> bool {
        match self {
            Need::Nothing => true,
            Need::Word(word) => seen[*word as usize],
            Need::All(all) => all.iter().all(|need| need.holds(seen)),
            Need::Any(any) => any.iter().any(|need| need.holds(seen)),
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
    slots: Vec<Option<(Box<[u8]>, u32)>>,
}

impl Table {
    fn new(words: HashMap<String, u32>) -> Table {
        let mut words: Vec<(String, u32)> = words.into_iter().collect();
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

    fn get(&self, word: &[u8], hash: u64) -> Option<u32> {
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
struct Known<'t> {
    text: &'t [u8],
    slots: Vec<(u32, u32)>,
}

impl<'t> Known<'t> {
    fn new(text: &'t [u8]) -> Known<'t> {
        let slots = (text.len() / 16).next_power_of_two().clamp(64, 1 << 15);
        Known {
            text,
            slots: vec![(0, 0); slots],
        }
    }

    fn is_new(&mut self, start: usize, end: usize, hash: u64) -> bool {
        let at = slot(hash, self.slots.len());
        let (from, to) = self.slots[at];
        let known = self.text[from as usize..to as usize] == self.text[start..end];
        if !known {
            self.slots[at] = (start as u32, end as u32);
        }
        !known
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
    fn a_table_finds_its_words_and_no_others() {
        let words: Vec<(String, u32)> = (0..1000).map(|i| (format!("word_{i}"), i)).collect();
        let table = Table::new(words.iter().cloned().collect());
        for (word, number) in words {
            let (_, hash) = word_end(word.as_bytes(), 0);
            assert_eq!(table.get(word.as_bytes(), hash), Some(number));
        }
        let (_, hash) = word_end(b"word_1000", 0);
        assert_eq!(table.get(b"word_1000", hash), None);
    }
}
