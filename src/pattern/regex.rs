//! Regular expressions of rules: linear time where the expression allows it, otherwise an engine
//! that backtracks under a fixed limit of steps.

use std::sync::OnceLock;

use fancy_regex::BytesMode;

use crate::rule::dialect::Unit;
use crate::source::Span;

/// A regular expression over the bytes of a text.
#[derive(Debug)]
pub struct Regex {
    text: Box<str>,
    meaning: Meaning,
    /// Compiled when it is first asked for a match; nothing where it cannot be.
    engine: OnceLock<Option<Engine>>,
}

/// Where an expression matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Anywhere.
    Anywhere,
    /// Anywhere, and `^` and `$` mean lines.
    Lines,
    /// Nowhere but where the text begins.
    Start,
}

#[derive(Debug)]
enum Engine {
    Linear(regex::bytes::Regex),
    /// Look-around and back-references.
    Backtracking(Box<fancy_regex::Regex>),
}

/// Steps of backtracking that one match may take; past them it counts as no match.
const BACKTRACK_LIMIT: usize = 200_000;

/// The most memory that a compiled expression may take.
const SIZE_LIMIT: usize = 32 << 20;

/// One match: the whole, and the groups by name, numbered ones by their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The whole match.
    pub span: Span,
    /// The groups that took part.
    pub groups: Vec<(String, Span)>,
}

impl Regex {
    /// Compiles an expression in the dialect that rules are written in.
    pub fn new(text: &str, meaning: Meaning) -> Result<Regex, String> {
        // What is wrong alone may be right within the parentheses that mark the start.
        if meaning == Meaning::Start && regex_syntax::parse(text).is_err() {
            Engine::compile(text, false)?;
        }
        let engine = Engine::new(text, meaning)?;
        Ok(Regex {
            engine: OnceLock::from(Some(engine)),
            ..Regex::known(text, meaning)
        })
    }

    /// An expression that is known to compile, and does so when it is needed.
    pub fn known(text: &str, meaning: Meaning) -> Regex {
        Regex {
            text: text.into(),
            meaning,
            engine: OnceLock::new(),
        }
    }

    fn engine(&self) -> Option<&Engine> {
        let compiled = || Engine::new(&self.text, self.meaning).ok();
        self.engine.get_or_init(compiled).as_ref()
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &[u8]) -> bool {
        match self.engine() {
            Some(Engine::Linear(regex)) => regex.is_match(text),
            Some(Engine::Backtracking(regex)) => regex.is_match(text).unwrap_or(false),
            None => false,
        }
    }

    /// The first match.
    pub fn find(&self, text: &[u8]) -> Option<Captured> {
        match self.engine()? {
            // Groups cost more than to tell that there is no match.
            Engine::Linear(regex) if !regex.is_match(text) => None,
            Engine::Linear(regex) => Some(linear(regex, &regex.captures(text)?)),
            Engine::Backtracking(regex) => Some(backtracked(regex, &regex.captures(text).ok()??)),
        }
    }

    /// Every match, as its groups by number; group zero is the whole.
    pub fn find_numbered(&self, text: &[u8]) -> Vec<Vec<Option<Span>>> {
        match self.engine() {
            Some(Engine::Linear(regex)) => {
                let span = |group: regex::bytes::Match<'_>| Span::new(group.start(), group.end());
                regex
                    .captures_iter(text)
                    .map(|captures| captures.iter().map(|group| group.map(span)).collect())
                    .collect()
            }
            Some(Engine::Backtracking(regex)) => {
                let span =
                    |group: fancy_regex::MatchBytes<'_>| Span::new(group.start(), group.end());
                let found = regex.captures_iter(text).map_while(Result::ok);
                found
                    .map(|captures| captures.iter().map(|group| group.map(span)).collect())
                    .collect()
            }
            None => Vec::new(),
        }
    }

    /// Every match.
    pub fn find_all(&self, text: &[u8]) -> Vec<Captured> {
        match self.engine() {
            Some(Engine::Linear(regex)) => regex
                .captures_iter(text)
                .map(|captures| linear(regex, &captures))
                .collect(),
            Some(Engine::Backtracking(regex)) => regex
                .captures_iter(text)
                .map_while(Result::ok)
                .map(|captures| backtracked(regex, &captures))
                .collect(),
            None => Vec::new(),
        }
    }
}

impl Engine {
    fn new(text: &str, meaning: Meaning) -> Result<Engine, String> {
        if meaning != Meaning::Start {
            return Engine::compile(text, meaning == Meaning::Lines);
        }
        // The line ends a comment of `(?x)`; elsewhere the first is what compiles.
        Engine::compile(&format!("\\A(?:{text})"), false)
            .or_else(|_| Engine::compile(&format!("\\A(?:{text}\n)"), false))
    }

    fn compile(text: &str, multi_line: bool) -> Result<Engine, String> {
        let unit = Unit::of(text);
        let linear = regex::bytes::RegexBuilder::new(&unit.linear(text))
            .unicode(unit == Unit::Character)
            .multi_line(multi_line)
            .size_limit(SIZE_LIMIT)
            .dfa_size_limit(SIZE_LIMIT)
            .build();
        let error = match linear {
            Ok(regex) => return Ok(Engine::Linear(regex)),
            Err(regex::Error::CompiledTooBig(limit)) => {
                return Err(format!("it compiles to more than {limit} bytes"));
            }
            Err(error) => error,
        };
        // Properties of characters need characters.
        [unit, Unit::Character]
            .into_iter()
            .find_map(|unit| backtracking(text, unit, multi_line).ok())
            .map(|regex| Engine::Backtracking(Box::new(regex)))
            .ok_or_else(|| {
                let message = error.to_string();
                let last = message.lines().last().unwrap_or_default().trim();
                last.trim_start_matches("error: ").to_owned()
            })
    }
}

fn backtracking(
    text: &str,
    unit: Unit,
    multi_line: bool,
) -> Result<fancy_regex::Regex, fancy_regex::Error> {
    let mode = match unit {
        Unit::Byte => BytesMode::Ascii,
        Unit::Character => BytesMode::UnicodeBytes,
    };
    fancy_regex::RegexBuilder::new(&unit.backtracking(text))
        .bytes_mode(mode)
        .unicode_mode(unit == Unit::Character)
        .multi_line(multi_line)
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(SIZE_LIMIT)
        .build()
}

fn linear(regex: &regex::bytes::Regex, captures: &regex::bytes::Captures<'_>) -> Captured {
    let span = |group: regex::bytes::Match<'_>| Span::new(group.start(), group.end());
    captured(regex.capture_names(), |index| captures.get(index).map(span))
}

fn backtracked(regex: &fancy_regex::Regex, captures: &fancy_regex::Captures<'_, [u8]>) -> Captured {
    let span = |group: fancy_regex::MatchBytes<'_>| Span::new(group.start(), group.end());
    captured(regex.capture_names(), |index| captures.get(index).map(span))
}

/// A match, whose groups go by their names, or by their numbers where they have none.
fn captured<'n>(
    names: impl Iterator<Item = Option<&'n str>>,
    span: impl Fn(usize) -> Option<Span>,
) -> Captured {
    let groups = names.enumerate().skip(1).filter_map(|(index, name)| {
        let name = name.map_or_else(|| index.to_string(), str::to_owned);
        Some((name, span(index)?))
    });
    Captured {
        groups: groups.collect(),
        span: span(0).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_around_needs_the_other_engine() {
        let regex = Regex::new("(?!b)[a-z]+", Meaning::Anywhere).unwrap();
        assert_eq!(regex.find(b"bac").unwrap().span, Span::new(1, 3));
    }

    #[test]
    fn a_match_at_the_start_begins_there() {
        for text in [
            "b|a+",
            "(?!b)a+",
            "(?x) b | a+ # a comment",
            "(?x)(?!b)a+ # )",
        ] {
            let regex = Regex::new(text, Meaning::Start).unwrap();
            assert_eq!(regex.find(b"aab").unwrap().span, Span::new(0, 2), "{text}");
            assert!(regex.find(b"caab").is_none(), "{text}");
        }
        assert!(Regex::new("a)|(?:b", Meaning::Start).is_err());
    }

    #[test]
    fn classes_know_ascii_and_a_dot_a_whole_character() {
        for (regex, text, found) in [
            (r"a\wb", "aöb", None),
            (r"\d", "٣", None),
            (r"\s", "\u{a0}", None),
            (r"a\b", "aö", Some(0..1)),
            ("a.b", "aöb", Some(0..4)),
            ("[^a]", "aö", Some(1..3)),
            (r"\W", "aö", Some(1..3)),
            (r"\p{L}+", "ö", Some(0..2)),
            ("(?i)Ö", "ö", Some(0..2)),
            ("(?i)k", "\u{212a}", None),
            (".*b", "öb", Some(0..3)),
            (".", "\u{fffd}", Some(0..3)),
            ("(?x) a [ ] b [#] # .", "a b#", Some(0..4)),
        ] {
            // Looking at nothing asks for the other engine.
            for regex in [regex.to_owned(), format!("(?!~){regex}")] {
                let span = Regex::new(&regex, Meaning::Anywhere)
                    .unwrap()
                    .find(text.as_bytes())
                    .map(|found| found.span.range());
                assert_eq!(span, found, "{regex} on {text}");
            }
        }
    }

    #[test]
    fn groups_are_named_or_numbered() {
        let found = Regex::known("(?P<X>a)(b)", Meaning::Anywhere).find_all(b"zab\xffab");
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[1].groups,
            [("X".into(), Span::new(4, 5)), ("2".into(), Span::new(5, 6))]
        );
    }

    #[test]
    fn towers_of_repetitions_are_refused() {
        assert!(Regex::new("((a{1000}){1000}){1000}", Meaning::Anywhere).is_err());
        assert!(Regex::new("(", Meaning::Anywhere).is_err());
    }
}
