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
    /// Compiles an expression in the dialect that rules are written in: `^` and `$` mean lines
    /// where `multi_line`.
    pub fn new(text: &str, multi_line: bool) -> Result<Regex, String> {
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

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &[u8]) -> bool {
        match &self.engine {
            Engine::Linear(regex) => regex.is_match(text),
            Engine::Backtracking(regex) => regex.is_match(&*ascii_holes(text)).unwrap_or(false),
        }
    }

    /// The match that begins where the text begins, if there is one.
    pub fn match_at_start(&self, text: &[u8]) -> Option<Captured> {
        match &self.engine {
            // A leftmost match that begins later proves that none begins at the start.
            Engine::Linear(regex) => {
                let captures = regex.captures(text)?;
                let whole = captures.get(0)?;
                (whole.start() == 0).then(|| linear(regex, &captures))
            }
            Engine::Backtracking(regex) => {
                let text = ascii_holes(text);
                let captures = regex.captures(&*text).ok()??;
                let whole = captures.get(0)?;
                (whole.start() == 0).then(|| backtracked(regex, &captures))
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
        let regex = Regex::new("(?!b)[a-z]+", false).unwrap();
        assert_eq!(regex.match_at_start(b"abc").unwrap().span, Span::new(0, 3));
        assert!(regex.match_at_start(b"bc").is_none());
    }

    #[test]
    fn groups_are_named_or_numbered() {
        let found = Regex::new("(?P<X>a)(b)", false)
            .unwrap()
            .find_all(b"zab\xffab");
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[1].groups,
            [("X".into(), Span::new(4, 5)), ("2".into(), Span::new(5, 6))]
        );
    }

    #[test]
    fn towers_of_repetitions_are_refused() {
        assert!(Regex::new("((a{1000}){1000}){1000}", false).is_err());
        assert!(Regex::new("(", false).is_err());
    }
}
