//! Spans made into what people read: positions, lines and snippets, with secrets masked.
//!
//! A line may be as long as its file. An excerpt looks at a bounded part of it, and positions on
//! long lines are counted from marks set once, so that a thousand findings on one line cost no
//! more than a thousand lines.

use std::collections::HashMap;

use super::mask::Mask;
use super::{ExcerptLine, Place, Replacement};
use crate::finding::Edit;
use crate::source::{Position, Source, Span};

/// The most lines of an excerpt.
const LINES: usize = 5;
/// The most characters of a line in an excerpt.
const WIDTH: usize = 240;
/// How many characters are shown before the place on a line that is cut.
const BEFORE: usize = 60;
/// How many bytes before and after the start of a place are looked at for its line.
const LOOK_BEFORE: usize = 400;
const LOOK_AFTER: usize = 1600;
/// How far the marks on a long line are apart, in bytes.
const STRIDE: usize = 1024;
/// Stands where a line was cut, or in further lines of a masked value.
const CUT: char = '…';

/// Makes the places of one file.
#[derive(Debug)]
pub(super) struct Places<'a> {
    source: &'a Source,
    mask: &'a Mask,
    /// Positions on long lines, by line: sorted by offset.
    marks: HashMap<u32, Vec<(u32, Position)>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(source: &'a Source, mask: &'a Mask) -> Places<'a> {
        Places {
            source,
            mask,
            marks: HashMap::new(),
        }
    }

    /// The place of a span, with the lines that show it.
    pub(super) fn place(&mut self, span: Span) -> Place {
        let span = self.clamp(span);
        let (start, end) = (self.position(span.start), self.position(span.end));
        let last_byte = span.end.saturating_sub(1).max(span.start);
        let last = self.source.line_of(last_byte);
        let lines: Vec<ExcerptLine> = (start.line..=last)
            .take(LINES)
            .map(|number| self.line(number, span))
            .collect();
        let snippet: Vec<&str> = lines
            .iter()
            .map(|line| &line.text[line.marked.clone()])
            .collect();
        Place {
            path: self.source.path.clone(),
            start,
            end,
            snippet: snippet.join("\n"),
            lines,
        }
    }

    /// A fix; none where it would write a masked value into the file, or a secret into a report,
    /// or where it would leave a part of a secret.
    pub(super) fn replacement(&mut self, edit: &Edit) -> Option<Replacement> {
        let text = self.mask.words(edit.replacement.clone());
        let span = self.clamp(edit.span);
        let mut secrets = self.mask.regions(span).iter();
        if text != edit.replacement || secrets.any(|secret| !span.contains(*secret)) {
            return None;
        }
        Some(Replacement {
            start: self.position(span.start),
            end: self.position(span.end),
            text,
        })
    }

    fn clamp(&self, span: Span) -> Span {
        let len = self.source.text().len() as u32;
        let start = span.start.min(len);
        Span {
            start,
            end: span.end.clamp(start, len),
        }
    }

    fn position(&mut self, offset: u32) -> Position {
        let number = self.source.line_of(offset);
        let line = self.source.line_span(number);
        if (offset.saturating_sub(line.start) as usize) < STRIDE {
            return self.source.position(offset);
        }
        let source = self.source;
        let marks = self
            .marks
            .entry(number)
            .or_insert_with(|| marks_on(source, number));
        let index = marks.partition_point(|(at, _)| *at <= offset) - 1;
        let (at, from) = marks[index];
        advance(
            from,
            source.slice(Span {
                start: at,
                end: offset,
            }),
        )
    }

    /// The excerpt of one line of a place.
    fn line(&self, number: u32, place: Span) -> ExcerptLine {
        let line = self.source.line_span(number);
        let marked = Span {
            start: place.start.clamp(line.start, line.end),
            end: place.end.clamp(line.start, line.end),
        };
        let look = self.look(line, marked.start);
        let mut excerpt = self.render(look, marked);
        let cut = (look.start > line.start, look.end < line.end);
        window(&mut excerpt, cut);
        ExcerptLine {
            number,
            text: excerpt.text,
            marked: excerpt.marked,
        }
    }

    /// The part of a line that an excerpt is made from; cut between characters.
    fn look(&self, line: Span, at: u32) -> Span {
        let text = self.source.text();
        let inside = |i: u32| i < line.end && text[i as usize] & 0xC0 == 0x80;
        let mut start = at.saturating_sub(LOOK_BEFORE as u32).max(line.start);
        let mut end = at.saturating_add(LOOK_AFTER as u32).min(line.end);
        if start > line.start {
            // Characters have at most three further bytes; in other bytes any cut will do.
            start += (0..3).take_while(|i| inside(start + i)).count() as u32;
        }
        if end < line.end {
            end -= (0..3).take_while(|i| inside(end - i)).count() as u32;
        }
        Span {
            start,
            end: end.max(start),
        }
    }

    /// Part of a line with its secrets masked; `marked` lies on the line.
    fn render(&self, part: Span, marked: Span) -> Excerpt {
        let mut text = String::new();
        let mut range = (None, None);
        let mut at = part.start;
        for &region in self.mask.regions(part) {
            self.push_plain(
                &mut text,
                &mut range,
                Span {
                    start: at,
                    end: region.start,
                },
                marked,
            );
            if range.0.is_none() && marked.start < region.end {
                range.0 = Some(text.len());
            }
            if region.start >= part.start {
                text.push_str(&Mask::cover(self.source, region));
            } else {
                text.push(CUT);
            }
            if range.1.is_none() && marked.end <= region.end && marked.end > region.start {
                range.1 = Some(text.len());
            }
            at = region.end.min(part.end);
        }
        self.push_plain(
            &mut text,
            &mut range,
            Span {
                start: at,
                end: part.end,
            },
            marked,
        );
        let start = range.0.unwrap_or(text.len());
        Excerpt {
            marked: start..range.1.unwrap_or(text.len()).max(start),
            text,
        }
    }

    /// Adds text that is shown as it is, and notes where the marked part begins and ends in it.
    fn push_plain(
        &self,
        text: &mut String,
        range: &mut (Option<usize>, Option<usize>),
        plain: Span,
        marked: Span,
    ) {
        let mut at = plain.start;
        for (bound, noted) in [(marked.start, &mut range.0), (marked.end, &mut range.1)] {
            if noted.is_none() && bound <= plain.end {
                if at < bound {
                    text.push_str(&self.source.show(Span {
                        start: at,
                        end: bound,
                    }));
                    at = bound;
                }
                *noted = Some(text.len());
            }
        }
        if at < plain.end {
            text.push_str(&self.source.show(Span {
                start: at,
                end: plain.end,
            }));
        }
    }
}

/// A line in the making.
struct Excerpt {
    text: String,
    marked: std::ops::Range<usize>,
}

/// Cuts a line to [`WIDTH`] characters around what is marked, and shows where it is cut.
fn window(excerpt: &mut Excerpt, cut: (bool, bool)) {
    let bounds: Vec<usize> = excerpt.text.char_indices().map(|(at, _)| at).collect();
    let (mut start, mut end) = (0, excerpt.text.len());
    if bounds.len() > WIDTH {
        let marked = bounds.partition_point(|&at| at < excerpt.marked.start);
        let first = marked.saturating_sub(BEFORE).min(bounds.len() - WIDTH);
        start = bounds[first];
        end = bounds.get(first + WIDTH).copied().unwrap_or(end);
    }
    let before = cut.0 || start > 0;
    let after = cut.1 || end < excerpt.text.len();
    let mut text = String::with_capacity(end - start + 2 * CUT.len_utf8());
    if before {
        text.push(CUT);
    }
    let shift = text.len();
    text.push_str(&excerpt.text[start..end]);
    let place = |at: usize| at.clamp(start, end) - start + shift;
    excerpt.marked = place(excerpt.marked.start)..place(excerpt.marked.end);
    if after {
        text.push(CUT);
    }
    excerpt.text = text;
}

/// Marks along a line, the first at its start.
fn marks_on(source: &Source, number: u32) -> Vec<(u32, Position)> {
    let line = source.line_span(number);
    let mut at = line.start;
    let mut position = source.position(at);
    let mut marks = vec![(at, position)];
    for chunk in source.slice(line).utf8_chunks() {
        let mut valid = chunk.valid();
        while valid.len() > STRIDE {
            let bound = (STRIDE..valid.len()).find(|&at| valid.is_char_boundary(at));
            let (head, tail) = valid.split_at(bound.unwrap_or(valid.len()));
            position = advance(position, head.as_bytes());
            at += head.len() as u32;
            marks.push((at, position));
            valid = tail;
        }
        position = advance(position, valid.as_bytes());
        position = advance(position, chunk.invalid());
        at += (valid.len() + chunk.invalid().len()) as u32;
        if marks
            .last()
            .is_none_or(|(last, _)| at - last > STRIDE as u32)
        {
            marks.push((at, position));
        }
    }
    marks
}

/// The position after some bytes of the same line.
fn advance(mut position: Position, bytes: &[u8]) -> Position {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            position.column += 1;
            position.column_utf16 += c.len_utf16() as u32;
        }
        let replaced = u32::from(!chunk.invalid().is_empty());
        position.column += replaced;
        position.column_utf16 += replaced;
    }
    position
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lang::Language;

    /// The excerpt of the place between `[` and `]`, with the same marks around what is marked.
    /// `secret` is masked.
    fn check(text: &str, secret: &str, expected: &[&str]) {
        let start = text.find('[').unwrap();
        let end = text.find(']').unwrap() - 1;
        let text = text.replacen('[', "", 1).replacen(']', "", 1);
        let source = Source::new("a".into(), Language::Text, text.clone().into());
        let secret = text.find(secret).map(|at| Span::new(at, at + secret.len()));
        let mask = Mask::new(&source, secret.into_iter());
        let place = Places::new(&source, &mask).place(Span::new(start, end));
        let shown = place.lines.iter().map(|line| {
            let (start, end) = (line.marked.start, line.marked.end);
            let text = &line.text;
            format!(
                "{}: {}[{}]{}",
                line.number,
                &text[..start],
                &text[start..end],
                &text[end..]
            )
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_place_is_marked_on_each_of_its_lines() {
        check("x\n é[b\nc]d\n", "", &["2:  é[b]", "3: [c]d"]);
        check("a[]b", "", &["1: a[]b"]);
        check("[a\n]b", "", &["1: [a]"]);
        check(
            "[1\n2\n3\n4\n5\n6\n7]",
            "",
            &["1: [1]", "2: [2]", "3: [3]", "4: [4]", "5: [5]"],
        );
    }

    #[test]
    fn secrets_are_masked_within_and_around_the_place() {
        check(
            "k=[hunter22] # hunter22",
            "hunter22",
            &["1: k=[…(8 chars)] # …(8 chars)"],
        );
        check("[k=hunter22;]", "hunter22", &["1: [k=…(8 chars);]"]);
        check("k=hun[ter]22 b", "hunter22", &["1: k=[…(8 chars)] b"]);
        check("k=hun[ter22 b]", "hunter22", &["1: k=[…(8 chars) b]"]);
        check("[a]=hunter22", "hunter22", &["1: [a]=…(8 chars)"]);
    }

    #[test]
    fn a_secret_of_several_lines_is_masked_on_each() {
        check(
            "[a\"one1\ntwo2\"b]",
            "one1\ntwo2",
            &["1: [a\"…(9 chars)]", "2: […\"b]"],
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let long = format!("{}[bad]{}", "é".repeat(5_000), "x".repeat(5_000));
        let before = "é".repeat(BEFORE);
        let after = "x".repeat(WIDTH - BEFORE - 3);
        check(&long, "", &[&format!("1: …{before}[bad]{after}…")]);
        let start = format!("[bad]{}", "x".repeat(5_000));
        check(
            &start,
            "",
            &[&format!("1: [bad]{}…", "x".repeat(WIDTH - 3))],
        );
    }

    #[test]
    fn a_secret_that_a_cut_falls_into_is_masked() {
        let secret = "s".repeat(2_000);
        let text = format!("[bad]{}{secret}", "x".repeat(LOOK_AFTER - 1_500));
        let source = Source::new(
            "a".into(),
            Language::Text,
            text.replace(['[', ']'], "").into(),
        );
        let at = text.len() - 2 - secret.len();
        let mask = Mask::new(&source, std::iter::once(Span::new(at, at + secret.len())));
        let place = Places::new(&source, &mask).place(Span::new(0, 3));
        assert!(place.lines[0].text.contains("ssss…(2000 chars)"));
        let place = Places::new(&source, &mask).place(Span::new(at + 1_000, at + 1_003));
        assert_eq!(place.lines[0].text, "……");
    }

    #[test]
    fn a_fix_that_holds_a_secret_is_dropped() {
        let source = Source::new("a".into(), Language::Text, b"k=hunter22".to_vec());
        let mask = Mask::new(&source, std::iter::once(Span::new(2, 10)));
        let fix = |replacement: &str| {
            Places::new(&source, &mask).replacement(&Edit {
                span: Span::new(0, 10),
                replacement: replacement.into(),
            })
        };
        assert!(fix("f(hunter22)").is_none());
        assert_eq!(fix("f()").unwrap().text, "f()");
    }

    proptest! {
        #[test]
        fn positions_on_long_lines_are_those_of_the_source(
            seed in prop::collection::vec(any::<u8>(), 1..40),
            offsets in prop::collection::vec(0usize..6_000, 1..20),
        ) {
            let mut text: Vec<u8> = seed.iter().copied().cycle().take(3_000).collect();
            text.extend("é𝄞x".repeat(300).into_bytes());
            let source = Source::new("a".into(), Language::Text, text);
            let mask = Mask::new(&source, std::iter::empty());
            let mut places = Places::new(&source, &mask);
            for offset in offsets {
                let offset = offset.min(source.text().len()) as u32;
                prop_assert_eq!(places.position(offset), source.position(offset));
            }
        }
    }
}
