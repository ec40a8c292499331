//! Texts that a file does not spell as one: literals that code joins, and text that is
//! percent-encoded.
//!
//! A view is such a text with the place that each of its bytes comes from. The detectors scan it
//! like a file of its own, and what they find is led back to the file.

use std::ops::Range;

use super::name;
use crate::source::Span;

/// A text, and where each of its bytes stands in the file.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) text: Vec<u8>,
    places: Vec<Span>,
}

/// The bytes of one text that is percent-encoded or joined, at most.
const LIMIT: usize = 8192;
/// What may stand between two literals that are joined.
const GAP: usize = 200;
/// How far before a joined literal its name is looked for.
const NAME: usize = 96;

impl View {
    /// A text that is all known to stand at one place, whatever is spelt there.
    pub(super) fn of(text: Vec<u8>, place: Span) -> View {
        View {
            places: vec![place; text.len()],
            text,
        }
    }

    /// Where the bytes of a span of this view stand in the file: from the first to the last.
    pub(super) fn place(&self, span: Span) -> Span {
        let places = &self.places[span.range()];
        let start = places.iter().map(|place| place.start).min();
        let end = places.iter().map(|place| place.end).max();
        Span {
            start: start.unwrap_or_default(),
            end: end.unwrap_or_default(),
        }
    }

    /// The runs of bytes of the file that a span of this view is made of.
    pub(super) fn pieces(&self, span: Span) -> Vec<Span> {
        let mut pieces: Vec<Span> = Vec::new();
        for &place in &self.places[span.range()] {
            match pieces.last_mut() {
                Some(last) if last.end == place.start || *last == place => last.end = place.end,
                _ => pieces.push(place),
            }
        }
        pieces
    }

    fn push(&mut self, byte: u8, start: usize, end: usize) {
        self.text.push(byte);
        self.places.push(Span::new(start, end));
    }

    fn push_all(&mut self, text: &[u8], start: usize, end: usize) {
        for (at, &byte) in (start..).zip(&text[start..end]) {
            self.push(byte, at, at + 1);
        }
    }
}

/// What is percent-encoded in a text, decoded once, a line for each run.
pub(super) fn percent_decoded(text: &[u8]) -> View {
    let mut view = View::default();
    let mut done = 0;
    for at in memchr::memchr_iter(b'%', text) {
        if at < done || escape(text, at).is_none() {
            continue;
        }
        let part = |b: &u8| b.is_ascii_alphanumeric() || b"%._~:/?&=+@-!*$#".contains(b);
        let before = text[at.saturating_sub(LIMIT).max(done)..at].iter().rev();
        let start = at - before.take_while(|b| part(b)).count();
        let after = text[at..text.len().min(at + LIMIT)].iter();
        done = at + after.take_while(|b| part(b)).count();
        let mut at = start;
        while at < done {
            match escape(text, at) {
                Some(byte) => {
                    view.push(byte, at, at + 3);
                    at += 3;
                }
                None => {
                    view.push(text[at], at, at + 1);
                    at += 1;
                }
            }
        }
        view.push(b'\n', done, done);
    }
    view
}

/// The byte that `%XX` stands for, if that is printable.
fn escape(text: &[u8], at: usize) -> Option<u8> {
    let [b'%', high, low] = *text.get(at..at + 3)? else {
        return None;
    };
    let digit = |b: u8| (b as char).to_digit(16);
    let byte = (digit(high)? * 16 + digit(low)?) as u8;
    byte.is_ascii_graphic().then_some(byte)
}

/// Literals of code that are joined, by a plus or by standing side by side, a line for each chain:
/// what stands before it, and its text in quotes. Literals that stand side by side are one in
/// Python alone.
pub(super) fn joined(text: &[u8], side_by_side: bool) -> View {
    let mut view = View::default();
    let mut done = 0;
    for at in memchr::memchr2_iter(b'"', b'\'', text) {
        if at < done {
            continue;
        }
        let Some(first) = literal(text, at) else {
            continue;
        };
        done = first.end + 1;
        let mut next = next_literal(text, done, side_by_side);
        if next.is_none() {
            continue;
        }
        let mut contents = vec![first];
        while let Some(content) = next.and_then(|quote| literal(text, quote)) {
            done = content.end + 1;
            if done - at > LIMIT {
                break;
            }
            contents.push(content);
            next = next_literal(text, done, side_by_side);
        }
        if contents.len() > 1 {
            let floor = at.saturating_sub(NAME);
            let line =
                memchr::memrchr(b'\n', &text[floor..at]).map_or(floor, |end| floor + end + 1);
            let line = if is_about_secrets(&text[line..at]) {
                line
            } else {
                at
            };
            view.push_all(text, line, at);
            view.push(b'"', at, at);
            for content in contents {
                view.push_all(text, content.start, content.end);
            }
            view.push(b'"', done, done);
            view.push(b'\n', done, done);
        }
    }
    view
}

fn is_about_secrets(text: &[u8]) -> bool {
    let folded = text.to_ascii_lowercase();
    name::NEEDLES
        .iter()
        .any(|needle| memchr::memmem::find(&folded, needle.as_bytes()).is_some())
}

/// The content of a literal of one line without escapes.
fn literal(text: &[u8], quote: usize) -> Option<Range<usize>> {
    let start = quote + 1;
    let rest = &text[start..text.len().min(start + LIMIT)];
    let mark = text[quote];
    let length = memchr::memchr3(mark, b'\n', b'\\', rest)?;
    (rest[length] == mark).then_some(start..start + length)
}

/// The quote of the literal that is joined to the one that ends at `end`.
fn next_literal(text: &[u8], end: usize, side_by_side: bool) -> Option<usize> {
    let stop = text.len().min(end + GAP);
    let mut at = end;
    let mut plus = false;
    let mut space = false;
    while at < stop {
        match text[at] {
            b'+' if !plus => plus = true,
            b'\\' => {}
            b'"' | b'\'' if plus || side_by_side && space => return Some(at),
            // The letters before a literal: b"", r"", f"".
            b'b' | b'r' | b'u' | b'f' | b'B' | b'R' | b'F'
                if matches!(text.get(at + 1), Some(b'"' | b'\'')) => {}
            byte if byte.is_ascii_whitespace() => space = true,
            _ => return None,
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(view: &View, source: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&view.text), expected, "{source}");
    }

    fn check_joined(source: &str, expected: &str) {
        check(&joined(source.as_bytes(), true), source, expected);
    }

    #[test]
    fn percent_encoded_runs_are_decoded_once() {
        for (source, expected) in [
            ("see a%2Fb%3D now", "a/b=\n"),
            ("100% of it, %zz, 5%", ""),
            ("x%252F", "x%2F\n"),
            ("%0A%41", "%0AA\n"),
        ] {
            check(&percent_decoded(source.as_bytes()), source, expected);
        }
    }

    #[test]
    fn joined_literals_stand_in_one_line_behind_their_name() {
        check_joined("key = \"ab\" + 'cd'", "key = \"abcd\"\n");
        check_joined("key = (\"ab\"\n    b\"cd\")", "key = (\"abcd\"\n");
        check_joined("f(x, 'ab' +\n 'cd' + 'ef')", "\"abcdef\"\n");
        check_joined("f('ab', 'cd')", "");
        check_joined("'ab' + x + 'cd'", "");
        let view = joined(b"'ab' 'cd'", false);
        assert_eq!(view.text, b"");
    }

    #[test]
    fn what_is_found_is_led_back_to_the_file() {
        let source = "key = \"ab\" + 'cd'";
        let view = joined(source.as_bytes(), true);
        let at = view.text.windows(2).position(|two| two == b"bc").unwrap();
        let span = Span::new(at, at + 2);
        assert_eq!(&source[view.place(span).range()], "b\" + 'c");
        let pieces = view.pieces(span);
        let pieces: Vec<&str> = pieces.iter().map(|piece| &source[piece.range()]).collect();
        assert_eq!(pieces, ["b", "c"]);
    }
}
