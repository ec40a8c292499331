//! Secrets are masked here and nowhere else: in the text of a file and in every word said about it.
//!
//! A value that was found once is masked wherever it stands. What is left of it is enough to tell
//! one from another, `AKIA…(20 chars)`, and never a hash: short secrets are guessed from those.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::source::{Source, Span};

/// The shortest value that is looked for beyond its own place. Shorter ones are parts of words.
const SHORTEST: usize = 6;
/// The length from which on the first bytes are shown.
const PREFIXED: usize = 16;
/// The most bytes of a value that are looked for: the automaton takes many times their room.
const LONGEST: usize = 4 * 1024;
/// How many bytes are shown then.
const PREFIX: usize = 4;

/// What must not be shown of one file.
#[derive(Debug)]
pub(super) struct Mask {
    values: Option<AhoCorasick>,
    /// Values too short to be looked for freely.
    short: Vec<String>,
    /// The bytes of the file's text that are masked: sorted, apart from each other.
    regions: Vec<Span>,
}

impl Mask {
    /// The mask of a file in which the spans of `secrets` are secret.
    pub(super) fn new(source: &Source, secrets: impl Iterator<Item = Span>) -> Mask {
        let text = source.text();
        let mut regions: Vec<Span> = secrets
            .map(|span| clamp(span, text.len()))
            .filter(|span| span.start < span.end)
            .collect();
        let mut values: Vec<Vec<u8>> = Vec::new();
        let mut short = Vec::new();
        for &secret in &regions {
            let value = source.slice(secret);
            let shown = source.show(secret);
            if value.len() < SHORTEST {
                short.push(shown.into_owned());
                continue;
            }
            // A message may quote one line of a key.
            let lines = value.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
            values.extend(
                lines
                    .filter(|line| line.len() >= PREFIXED)
                    .map(<[u8]>::to_vec),
            );
            values.push(shown.as_bytes().to_vec());
            values.push(value.to_vec());
        }
        for value in &mut values {
            value.truncate(LONGEST);
        }
        values.sort();
        values.dedup();
        let values = (!values.is_empty()).then(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .build(&values)
                .expect("secrets are fewer than an automaton has states for")
        });
        let mut mask = Mask {
            values,
            short,
            regions: Vec::new(),
        };
        regions.extend(mask.find(text));
        mask.regions = merge(regions);
        mask
    }

    /// The masked bytes of the file's text, in order, that touch `span`.
    pub(super) fn regions(&self, span: Span) -> &[Span] {
        let first = self
            .regions
            .partition_point(|region| region.end <= span.start);
        let count = self.regions[first..].partition_point(|region| region.start < span.end);
        &self.regions[first..first + count]
    }

    /// What is shown in place of a region of the file's text.
    pub(super) fn cover(source: &Source, region: Span) -> String {
        cover(&source.show(region))
    }

    /// The bytes of `span` with every secret masked. Line ends stay, so that lines keep their
    /// numbers.
    pub(super) fn text<'a>(&self, source: &'a Source, span: Span) -> Cow<'a, [u8]> {
        let regions = self.regions(span);
        if regions.is_empty() {
            return Cow::Borrowed(source.slice(span));
        }
        let mut masked = Vec::new();
        let mut at = span.start;
        for &region in regions {
            if at < region.start {
                masked.extend_from_slice(source.slice(Span {
                    start: at,
                    end: region.start,
                }));
            }
            masked.extend_from_slice(Mask::cover(source, region).as_bytes());
            let line_ends = memchr::memchr_iter(b'\n', source.slice(region)).count();
            masked.extend(std::iter::repeat_n(b'\n', line_ends));
            at = region.end;
        }
        if at < span.end {
            masked.extend_from_slice(source.slice(Span {
                start: at,
                end: span.end,
            }));
        }
        Cow::Owned(masked)
    }

    /// Masks words that were made from the file's text.
    pub(super) fn words(&self, words: String) -> String {
        let mut regions = self.find(words.as_bytes());
        for short in &self.short {
            let quoted = words.match_indices(short.as_str()).filter(|(at, _)| {
                let before = words[..*at].chars().next_back();
                let after = words[at + short.len()..].chars().next();
                before == after && matches!(before, Some('`' | '"' | '\''))
            });
            regions.extend(quoted.map(|(at, _)| Span::new(at, at + short.len())));
        }
        if regions.is_empty() {
            return words;
        }
        let mut masked = String::new();
        let mut at = 0;
        for region in merge(regions) {
            masked.push_str(&String::from_utf8_lossy(
                &words.as_bytes()[at..region.range().start],
            ));
            masked.push_str(&cover(&String::from_utf8_lossy(
                &words.as_bytes()[region.range()],
            )));
            at = region.range().end;
        }
        masked.push_str(&String::from_utf8_lossy(&words.as_bytes()[at..]));
        masked
    }

    /// Every place of every value.
    fn find(&self, text: &[u8]) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        let Some(values) = &self.values else {
            return found;
        };
        for place in values.find_overlapping_iter(text) {
            let place = Span::new(place.start(), place.end());
            // Ends grow, so that what overlaps the last region can be joined to it at once.
            match found.last_mut() {
                Some(last) if place.start < last.end => {
                    last.start = last.start.min(place.start);
                    last.end = place.end;
                }
                _ => found.push(place),
            }
        }
        found
    }
}

/// `AKIA…(20 chars)`, or `…(8 chars)` for a value of which four bytes are too much.
fn cover(value: &str) -> String {
    let count = value.chars().count();
    let shown = if value.len() >= PREFIXED {
        let bytes = value.char_indices().map(|(at, c)| at + c.len_utf8());
        &value[..bytes.take_while(|&end| end <= PREFIX).last().unwrap_or(0)]
    } else {
        ""
    };
    let shown: String = shown.chars().filter(|c| !c.is_control()).collect();
    format!("{shown}…({count} chars)")
}

fn merge(mut regions: Vec<Span>) -> Vec<Span> {
    regions.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for region in regions {
        match merged.last_mut() {
            Some(last) if region.start < last.end => last.end = last.end.max(region.end),
            _ => merged.push(region),
        }
    }
    merged
}

fn clamp(span: Span, len: usize) -> Span {
    Span {
        start: span.start.min(len as u32),
        end: span.end.min(len as u32),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lang::Language;

    fn source(text: &str) -> Source {
        Source::new("a.txt".into(), Language::Text, text.into())
    }

    /// Masks `text`, in which the first place of each secret is known.
    fn check(text: &str, secrets: &[&str], expected: &str) {
        let source = source(text);
        let spans = secrets.iter().map(|secret| {
            let at = text.find(secret).unwrap();
            Span::new(at, at + secret.len())
        });
        let mask = Mask::new(&source, spans);
        let masked = mask.text(&source, Span::new(0, text.len()));
        assert_eq!(String::from_utf8_lossy(&masked), expected);
    }

    #[test]
    fn every_place_of_a_value_is_masked() {
        check(
            "a=hunter22 b=hunter22",
            &["hunter22"],
            "a=…(8 chars) b=…(8 chars)",
        );
        check(
            "AKIAIOSFODNN7EXAMPLE",
            &["AKIAIOSFODNN7EXAMPLE"],
            "AKIA…(20 chars)",
        );
    }

    #[test]
    fn a_short_value_is_masked_in_its_place_and_in_quotes() {
        check("pw=abc abc", &["abc"], "pw=…(3 chars) abc");
        let source = source("pw=abc");
        let mask = Mask::new(&source, std::iter::once(Span::new(3, 6)));
        assert_eq!(mask.words("abc is `abc`".into()), "abc is `…(3 chars)`");
    }

    #[test]
    fn values_that_overlap_are_masked_as_one() {
        check(
            "abcdefghi abcdef defghi",
            &["abcdef", "defghi"],
            "…(9 chars) …(6 chars) …(6 chars)",
        );
    }

    #[test]
    fn a_value_of_several_lines_keeps_the_line_ends_and_hides_each_line() {
        let key = "-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA1234\n-----END KEY-----";
        check(&format!("k={key}\nx"), &[key], "k=----…(58 chars)\n\n\nx");
        let source = source(key);
        let mask = Mask::new(&source, std::iter::once(Span::new(0, key.len())));
        assert_eq!(
            mask.words("has MIIEpAIBAAKCAQEA1234".into()),
            "has MIIE…(20 chars)"
        );
    }

    #[test]
    fn spans_past_the_end_and_invalid_bytes_do_no_harm() {
        let source = Source::new("a".into(), Language::Text, b"x=\xff\xfeabcdef".to_vec());
        let mask = Mask::new(&source, [Span::new(2, 99), Span::new(50, 60)].into_iter());
        assert_eq!(
            &*mask.text(&source, Span::new(0, 10)),
            "x=…(8 chars)".as_bytes()
        );
        assert_eq!(mask.words("\u{fffd}\u{fffd}abcdef!".into()), "…(8 chars)!");
    }

    proptest! {
        #[test]
        fn no_value_survives(
            secrets in prop::collection::vec("[a-c]{6,24}", 1..4),
            between in prop::collection::vec("[a-c =\n]{0,12}", 8),
        ) {
            let mut text = String::new();
            let mut spans = Vec::new();
            for (i, between) in between.iter().enumerate() {
                let secret = &secrets[i % secrets.len()];
                text.push_str(between);
                if i < secrets.len() {
                    spans.push(Span::new(text.len(), text.len() + secret.len()));
                }
                text.push_str(secret);
            }
            let source = source(&text);
            let mask = Mask::new(&source, spans.into_iter());
            let masked = mask.text(&source, Span::new(0, text.len()));
            let words = mask.words(text.clone());
            for secret in &secrets {
                prop_assert!(!String::from_utf8_lossy(&masked).contains(secret.as_str()));
                prop_assert!(!words.contains(secret.as_str()));
            }
        }
    }
}
