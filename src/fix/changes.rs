//! The lines that edits change: what a diff is drawn from.

use std::ops::Range;

use crate::finding::Edit;

/// Lines of a file and the lines that stand there afterwards, both counted from zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The lines as they are.
    pub before: Range<usize>,
    /// The lines as they will be.
    pub after: Range<usize>,
}

/// The changes that edits make, which are in order and do not overlap.
pub(super) fn of(before: &[u8], after: &[u8], edits: &[Edit]) -> Vec<Change> {
    let (old, new) = (Lines::of(before), Lines::of(after));
    let mut changes: Vec<Change> = Vec::new();
    let (mut shift_out, mut shift_in) = (0, 0);
    for edit in edits {
        let span = edit.span.range();
        let start = span.start + shift_in - shift_out;
        let change = Change {
            before: old.number(span.start)..old.number(span.end) + 1,
            after: new.number(start)..new.number(start + edit.replacement.len()) + 1,
        };
        shift_out += span.len();
        shift_in += edit.replacement.len();
        match changes.last_mut() {
            Some(last) if change.before.start < last.before.end => {
                last.before.end = change.before.end;
                last.after.end = change.after.end;
            }
            _ => changes.push(change),
        }
    }
    // What ends at the end of the text may count the line after its last one.
    for change in &mut changes {
        change.before.end = change.before.end.min(old.count);
        change.after.end = change.after.end.min(new.count);
    }
    changes
}

struct Lines {
    ends: Vec<usize>,
    /// How many there are; nothing after the last line end is no line.
    count: usize,
}

impl Lines {
    fn of(text: &[u8]) -> Lines {
        let ends: Vec<usize> = memchr::memchr_iter(b'\n', text).collect();
        let open = ends.last().map_or(0, |last| last + 1) < text.len();
        Lines {
            count: ends.len() + usize::from(open),
            ends,
        }
    }

    /// The line that holds the byte at an offset.
    fn number(&self, offset: usize) -> usize {
        self.ends.partition_point(|&end| end < offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[track_caller]
    fn check(
        text: &str,
        edits: &[(usize, usize, &str)],
        expected: &[(Range<usize>, Range<usize>)],
    ) {
        let edits: Vec<Edit> = edits
            .iter()
            .map(|&(start, end, replacement)| Edit {
                span: Span::new(start, end),
                replacement: replacement.into(),
            })
            .collect();
        let after = super::super::apply(text.as_bytes(), &edits);
        let changes = of(text.as_bytes(), &after, &edits);
        let expected: Vec<Change> = expected
            .iter()
            .cloned()
            .map(|(before, after)| Change { before, after })
            .collect();
        assert_eq!(changes, expected);
    }

    #[test]
    fn a_change_covers_whole_lines() {
        check("a\nbb\nc\n", &[(3, 4, "x")], &[(1..2, 1..2)]);
        check("a\nb\nc\n", &[(2, 3, "x\ny")], &[(1..2, 1..3)]);
        check("a\nb\nc\n", &[(0, 2, "")], &[(0..2, 0..1)]);
    }

    #[test]
    fn edits_on_one_line_are_one_change() {
        check("a b\nc\n", &[(0, 1, "x"), (2, 3, "y\nz")], &[(0..1, 0..2)]);
        check(
            "a\nb\n",
            &[(0, 1, "x\ny"), (2, 3, "z")],
            &[(0..1, 0..2), (1..2, 2..3)],
        );
    }

    #[test]
    fn nothing_after_the_last_line_end_is_no_line() {
        check("a\nb\n", &[(2, 4, "")], &[(1..2, 1..1)]);
        check("a", &[(0, 1, "")], &[(0..1, 0..0)]);
    }
}
