//! Which rules a file can match at all, by the words that it holds.
//!
//! One pass of an automaton over the bytes; a rule whose words are not all there is not run, and a
//! file without any rule left is not parsed. Words are found within longer words too, which asks
//! for too little and never for too much.

use std::borrow::Cow;
use std::collections::HashMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use unicode_normalization::UnicodeNormalization;

use crate::lang::Language;
use crate::rule::Needs;
use crate::source::Source;

/// The words of a rule set.
#[derive(Debug)]
pub(super) struct Prefilter {
    automaton: Option<AhoCorasick>,
    words: usize,
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
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut words: Vec<String> = Vec::new();
        let mut number = |word: &String| {
            *numbers.entry(word.clone()).or_insert_with(|| {
                words.push(word.clone());
                words.len() as u32 - 1
            })
        };
        let needs = rules.map(|needs| Need::of(needs, &mut number)).collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            // The other kinds scan no faster here and take ten times as long to build.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&words)
            .ok()
            .filter(|_| !words.is_empty());
        Prefilter {
            automaton,
            words: words.len(),
            needs,
        }
    }

    /// The words of a text.
    pub(super) fn read(&self, source: &Source) -> Words {
        let mut seen = vec![false; self.words];
        let Some(automaton) = &self.automaton else {
            return Words { seen, all: false };
        };
        if may_hide_words(source) {
            return Words { seen, all: true };
        }
        let mut left = self.words;
        for found in automaton.find_overlapping_iter(source.text()) {
            let seen = &mut seen[found.pattern().as_usize()];
            if !*seen {
                *seen = true;
                left -= 1;
                if left == 0 {
                    break;
                }
            }
        }
        Words { seen, all: false }
    }

    /// Whether a rule can match a text with these words.
    pub(super) fn passes(&self, rule: usize, words: &Words) -> bool {
        words.all || self.needs[rule].holds(&words.seen)
    }
}

/// The words of one text.
#[derive(Debug)]
pub(super) struct Words {
    seen: Vec<bool>,
    all: bool,
}

impl Need {
    fn of(needs: &Needs, number: &mut impl FnMut(&String) -> u32) -> Need {
        match needs {
            Needs::Nothing => Need::Nothing,
            Needs::Word(word) => Need::Word(number(word)),
            Needs::All(all) => Need::All(all.iter().map(|need| Need::of(need, number)).collect()),
            Needs::Any(any) => Need::Any(any.iter().map(|need| Need::of(need, number)).collect()),
        }
    }

    fn holds(&self, seen: &[bool]) -> bool {
        match self {
            Need::Nothing => true,
            Need::Word(word) => seen[*word as usize],
            Need::All(all) => all.iter().all(|need| need.holds(seen)),
            Need::Any(any) => any.iter().any(|need| need.holds(seen)),
        }
    }
}

/// Whether identifiers of the text may be spelt otherwise than they read: Python folds compatible
/// letters into ASCII ones, JavaScript reads `\u0065val` as `eval`.
fn may_hide_words(source: &Source) -> bool {
    let text = source.text();
    match source.language {
        Language::Python => {
            !text.is_ascii() && holds_compatible_letters(&String::from_utf8_lossy(text))
        }
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            memchr::memmem::find_iter(text, b"\\u").any(|at| {
                let digits = text[at + 2..].strip_prefix(b"{").unwrap_or(&text[at + 2..]);
                let digits = &digits[..digits.len().min(6)];
                let digits: Cow<'_, str> = String::from_utf8_lossy(digits);
                let end = digits
                    .find(|c: char| !c.is_ascii_hexdigit())
                    .unwrap_or(digits.len())
                    .min(6);
                let code = u32::from_str_radix(&digits[..end.min(4)], 16).ok();
                let long = u32::from_str_radix(&digits[..end], 16).ok();
                [code, long]
                    .into_iter()
                    .flatten()
                    .filter_map(char::from_u32)
                    .any(|c| c.is_ascii_alphanumeric() || c == '_')
            })
        }
        Language::Json | Language::Yaml | Language::Toml => memchr::memchr(b'\\', text).is_some(),
        Language::Html => has_capital_names(text),
        Language::Bash => joins_words(text),
        Language::Dockerfile => joins_words(text) || has_small_keywords(text),
        Language::Rust | Language::Xml | Language::Text => false,
    }
}

/// Whether a page spells the name of a tag or of an attribute in capital letters.
fn has_capital_names(text: &[u8]) -> bool {
    let mut in_tag = false;
    let mut quote = None;
    text.iter().any(|&b| {
        match (b, quote) {
            (_, Some(open)) if b == open => quote = None,
            (_, Some(_)) => return false,
            (b'"' | b'\'', None) if in_tag => quote = Some(b),
            (b'<', None) => in_tag = true,
            (b'>', None) => in_tag = false,
            _ => {}
        }
        in_tag && b.is_ascii_uppercase()
    })
}

/// Whether a shell may put words together: `cu""rl`, `c\url`.
fn joins_words(text: &[u8]) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let mark = |b: u8| matches!(b, b'"' | b'\'');
    text.windows(3).any(|three| {
        let [a, b, c] = [three[0], three[1], three[2]];
        word(a) && mark(b) && (word(c) || mark(c) || c == b'\\')
            || b == b'\\' && (word(c) || word(a) && matches!(c, b'\n' | b'\r'))
            || b == b'$' && mark(c)
    }) || text.starts_with(b"\\")
}

/// Whether a keyword of a Dockerfile is spelt in small letters.
fn has_small_keywords(text: &[u8]) -> bool {
    let line = |line: &[u8]| {
        let mut words = line
            .split(u8::is_ascii_whitespace)
            .filter(|w| !w.is_empty());
        let first = words.next().unwrap_or_default();
        KEYWORDS.iter().any(|keyword| {
            first != keyword.as_bytes() && first.eq_ignore_ascii_case(keyword.as_bytes())
        }) || words.any(|word| matches!(word, b"as" | b"As" | b"aS" | b"cmd" | b"none"))
    };
    text.split(|&b| b == b'\n').any(line)
}

/// What an instruction of a Dockerfile begins with.
const KEYWORDS: &[&str] = &[
    "FROM",
    "RUN",
    "CMD",
    "LABEL",
    "EXPOSE",
    "ENV",
    "ADD",
    "COPY",
    "ENTRYPOINT",
    "VOLUME",
    "USER",
    "WORKDIR",
    "ARG",
    "ONBUILD",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "SHELL",
    "MAINTAINER",
];

/// Whether a letter beyond ASCII stands for an ASCII one.
fn holds_compatible_letters(text: &str) -> bool {
    text.chars().filter(|c| !c.is_ascii()).any(|c| {
        std::iter::once(c)
            .nfkc()
            .any(|folded| folded.is_ascii_alphanumeric() || folded == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(needs: &Needs, language: Language, text: &str) -> bool {
        let prefilter = Prefilter::new(std::iter::once(needs));
        let source = Source::new("a".into(), language, text.into());
        prefilter.passes(0, &prefilter.read(&source))
    }

    #[test]
    fn a_rule_passes_when_its_words_are_there() {
        let word = |word: &str| Needs::Word(word.into());
        let needs = Needs::All(vec![
            word("os"),
            Needs::Any(vec![word("system"), word("popen")]),
        ]);
        assert!(passes(&needs, Language::Python, "from os import popen"));
        assert!(!passes(&needs, Language::Python, "from os import path"));
        assert!(passes(&Needs::Nothing, Language::Python, ""));
    }

    #[test]
    fn words_that_are_spelt_otherwise_are_not_missed() {
        let needs = Needs::Word("eval".into());
        assert!(passes(&needs, Language::Python, "ｅval(x)"));
        assert!(passes(&needs, Language::JavaScript, "\\u0065val(x)"));
        assert!(passes(&needs, Language::JavaScript, "\\u{65}val(x)"));
        assert!(!passes(&needs, Language::Python, "# déjà vu"));
        assert!(!passes(&needs, Language::JavaScript, "'\\u2028'"));
    }
}
