//! Regular expressions of rules: linear time where the expression allows it, otherwise an engine
//! that backtracks under a fixed limit of steps.

use std::borrow::Cow;

use crate::source::Span;

/// A regular expression over the bytes of a text.
#[derive(Debug)]
pub struct Regex {
    engine: Engine,
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
    pub fn new(text: &str) -> Result<Regex, String> {
        Regex::compile(text, false)
    }

    /// Compiles an expression where `^` and `$` mean lines.
    pub fn of_lines(text: &str) -> Result<Regex, String> {
        Regex::compile(text, true)
    }

    fn compile(text: &str, multi_line: bool) -> Result<Regex, String> {
        let text = translate(text);
        let linear = regex::bytes::RegexBuilder::new(&text)
            .multi_line(multi_line)
            .size_limit(SIZE_LIMIT)
            .dfa_size_limit(SIZE_LIMIT)
            .build();
        let error = match linear {
            Ok(regex) => {
                return Ok(Regex {
                    engine: Engine::Linear(regex),
                });
            }
            Err(regex::Error::CompiledTooBig(limit)) => {
                return Err(format!("it compiles to more than {limit} bytes"));
            }
            Err(error) => error,
        };
        let flags = if multi_line { "(?m)" } else { "" };
        match fancy_regex::RegexBuilder::new(&format!("{flags}{text}"))
            .backtrack_limit(BACKTRACK_LIMIT)
            .delegate_size_limit(SIZE_LIMIT)
            .build()
        {
            Ok(regex) => Ok(Regex {
                engine: Engine::Backtracking(Box::new(regex)),
            }),
            Err(_) => {
                let message = error.to_string();
                let last = message.lines().last().unwrap_or_default().trim();
                Err(last.trim_start_matches("error: ").to_owned())
            }
        }
    }

    /// Compiles an expression that matches nowhere but where the text begins.
    pub fn at_start(text: &str) -> Result<Regex, String> {
        // What is wrong alone may be right within parentheses.
        if regex_syntax::parse(text).is_err() {
            Regex::new(text)?;
        }
        // The line ends a comment of `(?x)`; elsewhere the first is what compiles.
        Regex::new(&format!("\\A(?:{text})")).or_else(|_| Regex::new(&format!("\\A(?:{text}\n)")))
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &[u8]) -> bool {
        match &self.engine {
            Engine::Linear(regex) => regex.is_match(text),
            Engine::Backtracking(regex) => regex.is_match(&*ascii_holes(text)).unwrap_or(false),
        }
    }

    /// The first match.
    pub fn find(&self, text: &[u8]) -> Option<Captured> {
        match &self.engine {
            // Groups cost more than to tell that there is no match.
            Engine::Linear(regex) if !regex.is_match(text) => None,
            Engine::Linear(regex) => Some(linear(regex, &regex.captures(text)?)),
            Engine::Backtracking(regex) => {
                let text = ascii_holes(text);
                let captures = regex.captures(&*text).ok()??;
                Some(backtracked(regex, &captures))
            }
        }
    }

    /// Every match, as its groups by number; group zero is the whole.
    pub fn find_numbered(&self, text: &[u8]) -> Vec<Vec<Option<Span>>> {
        match &self.engine {
            Engine::Linear(regex) => {
                let span = |group: regex::bytes::Match<'_>| Span::new(group.start(), group.end());
                regex
                    .captures_iter(text)
                    .map(|captures| captures.iter().map(|group| group.map(span)).collect())
                    .collect()
            }
            Engine::Backtracking(regex) => {
                let text = ascii_holes(text);
                let span = |group: fancy_regex::Match<'_>| Span::new(group.start(), group.end());
                let found = regex.captures_iter(&*text).map_while(Result::ok);
                found
                    .map(|captures| captures.iter().map(|group| group.map(span)).collect())
                    .collect()
            }
        }
    }

    /// Every match.
    pub fn find_all(&self, text: &[u8]) -> Vec<Captured> {
        match &self.engine {
            Engine::Linear(regex) => regex
                .captures_iter(text)
                .map(|captures| linear(regex, &captures))
                .collect(),
            Engine::Backtracking(regex) => {
                let text = ascii_holes(text);
                let found = regex.captures_iter(&*text);
                found
                    .map_while(Result::ok)
                    .map(|captures| backtracked(regex, &captures))
                    .collect()
            }
        }
    }
}

fn linear(regex: &regex::bytes::Regex, captures: &regex::bytes::Captures<'_>) -> Captured {
    let span = |group: regex::bytes::Match<'_>| Span::new(group.start(), group.end());
    let groups = regex
        .capture_names()
        .enumerate()
        .skip(1)
        .filter_map(|(index, name)| {
            let name = name.map_or_else(|| index.to_string(), str::to_owned);
            Some((name, span(captures.get(index)?)))
        });
    Captured {
        span: captures.get(0).map(span).unwrap_or_default(),
        groups: groups.collect(),
    }
}

fn backtracked(regex: &fancy_regex::Regex, captures: &fancy_regex::Captures<'_, str>) -> Captured {
    let span = |group: fancy_regex::Match<'_>| Span::new(group.start(), group.end());
    let groups = regex
        .capture_names()
        .enumerate()
        .skip(1)
        .filter_map(|(index, name)| {
            let name = name.map_or_else(|| index.to_string(), str::to_owned);
            Some((name, span(captures.get(index)?)))
        });
    Captured {
        span: captures.get(0).map(span).unwrap_or_default(),
        groups: groups.collect(),
    }
}

/// The text with a question mark for each byte that is no valid UTF-8, so that offsets stay.
fn ascii_holes(text: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let mut out = String::with_capacity(text.len());
            for chunk in text.utf8_chunks() {
                out.push_str(chunk.valid());
                out.extend(chunk.invalid().iter().map(|_| '?'));
            }
            Cow::Owned(out)
        }
    }
}

/// What PCRE and Python write otherwise.
fn translate(text: &str) -> String {
    text.replace("\\Z", "\\z").replace("\\h", "[ \\t]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_around_needs_the_other_engine() {
        let regex = Regex::new("(?!b)[a-z]+").unwrap();
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
            let regex = Regex::at_start(text).unwrap();
            assert_eq!(regex.find(b"aab").unwrap().span, Span::new(0, 2), "{text}");
            assert!(regex.find(b"caab").is_none(), "{text}");
        }
        assert!(Regex::at_start("a)|(?:b").is_err());
    }

    #[test]
    fn groups_are_named_or_numbered() {
        let found = Regex::new("(?P<X>a)(b)").unwrap().find_all(b"zab\xffab");
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[1].groups,
            [("X".into(), Span::new(4, 5)), ("2".into(), Span::new(5, 6))]
        );
    }

    #[test]
    fn towers_of_repetitions_are_refused() {
        assert!(Regex::new("((a{1000}){1000}){1000}").is_err());
        assert!(Regex::new("(").is_err());
    }
}
