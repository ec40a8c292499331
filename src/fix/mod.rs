//! Fixes at work on one file: which of them are made, and what the file holds afterwards.
//!
//! Fixes are made from the start of the file on; one that overlaps an earlier one waits for another
//! run, since what it was made for may be gone. None is made that leaves more of the file unparsed
//! than before. Planning is pure; [`write`] is the one door to the disk.

mod changes;
mod replace;
mod write;

use std::cmp::Reverse;

use crate::finding::Edit;
use crate::source::Source;
use crate::syntax::{self, Health};

pub use changes::Change;
pub(crate) use replace::replace_whole;
pub use write::{WriteError, write};

/// How often a file is parsed to tell which of its fixes break it.
const PARSES: u32 = 64;

/// What is fixed in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The fixes that are made, in the order of their places; none touches another.
    pub edits: Vec<Edit>,
    /// How many wait for another run because they overlap one that is made.
    pub overlapping: usize,
    /// How many are left out because the file would parse worse with them.
    pub breaking: usize,
}

impl Plan {
    /// Chooses from the fixes of a file's findings.
    pub fn new(source: &Source, mut edits: Vec<Edit>) -> Plan {
        edits.sort_by(|a, b| order(a).cmp(&order(b)));
        edits.dedup();
        let mut plan = Plan::default();
        let mut apart: Vec<Edit> = Vec::with_capacity(edits.len());
        for edit in edits {
            match apart.last() {
                Some(last) if touches(last, &edit) => plan.overlapping += 1,
                _ => apart.push(edit),
            }
        }
        let mut trial = Trial {
            source,
            before: syntax::health(source),
            parses: PARSES,
            accepted: Vec::new(),
            refused: 0,
        };
        trial.add(&apart);
        plan.edits = trial.accepted;
        plan.breaking = trial.refused;
        plan
    }

    /// The text of the file with its fixes made.
    pub fn text(&self, source: &Source) -> Vec<u8> {
        apply(source.text(), &self.edits)
    }

    /// The lines that its fixes change.
    pub fn changes(&self, source: &Source) -> Vec<Change> {
        changes::of(source.text(), &self.text(source), &self.edits)
    }
}

/// By place; of those that begin at one place the longest first.
fn order(edit: &Edit) -> (u32, Reverse<u32>, &str) {
    (edit.span.start, Reverse(edit.span.end), &edit.replacement)
}

/// Whether a fix overlaps an earlier one, or inserts at its very place.
fn touches(earlier: &Edit, later: &Edit) -> bool {
    later.span.start < earlier.span.end || later.span == earlier.span
}

/// A text with edits made that are in order and do not overlap.
fn apply(text: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(&text[at..edit.span.range().start]);
        out.extend_from_slice(edit.replacement.as_bytes());
        at = edit.span.range().end;
    }
    out.extend_from_slice(&text[at..]);
    out
}

/// Fixes tried on a file: all at once, and where that breaks it, by halves.
struct Trial<'s> {
    source: &'s Source,
    /// How the file parses as it is; `None` where it is not parsed.
    before: Option<Health>,
    parses: u32,
    accepted: Vec<Edit>,
    refused: usize,
}

impl Trial<'_> {
    fn add(&mut self, edits: &[Edit]) {
        let known = self.accepted.len();
        self.accepted.extend_from_slice(edits);
        if edits.is_empty() || self.parses_as_well() {
            return;
        }
        self.accepted.truncate(known);
        match edits {
            [_] => self.refused += 1,
            _ => {
                let (first, second) = edits.split_at(edits.len() / 2);
                self.add(first);
                self.add(second);
            }
        }
    }

    fn parses_as_well(&mut self) -> bool {
        let Some(before) = self.before else {
            return true;
        };
        if self.parses == 0 {
            return false;
        }
        self.parses -= 1;
        let text = apply(self.source.text(), &self.accepted);
        let after = Source::of_text(self.source.path.clone(), self.source.language, text);
        syntax::health(&after).is_some_and(|after| {
            after.lost_bytes <= before.lost_bytes
                && after.errors <= before.errors
                && after.too_deep <= before.too_deep
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Language;
    use crate::source::Span;

    fn source(text: &str) -> Source {
        Source::new("a.py".into(), Language::Python, text.into())
    }

    fn edit(start: usize, end: usize, replacement: &str) -> Edit {
        Edit {
            span: Span::new(start, end),
            replacement: replacement.into(),
        }
    }

    #[track_caller]
    fn check(text: &str, edits: &[Edit], expected: &str, overlapping: usize, breaking: usize) {
        let source = source(text);
        let plan = Plan::new(&source, edits.to_vec());
        assert_eq!(String::from_utf8(plan.text(&source)).unwrap(), expected);
        assert_eq!((plan.overlapping, plan.breaking), (overlapping, breaking));
    }

    #[test]
    fn the_first_and_the_outermost_win() {
        let inner = edit(2, 6, "x");
        let outer = edit(0, 7, "h()");
        check("f(g(1))\n", &[inner, outer], "h()\n", 1, 0);
        check(
            "a + b\n",
            &[edit(4, 5, "d"), edit(0, 1, "c")],
            "c + d\n",
            0,
            0,
        );
    }

    #[test]
    fn one_fix_of_two_rules_is_made_once() {
        check("a\n", &[edit(0, 1, "b"), edit(0, 1, "b")], "b\n", 0, 0);
    }

    #[test]
    fn two_insertions_at_one_place_are_not_mixed() {
        check("a\n", &[edit(0, 0, "b"), edit(0, 0, "c")], "ba\n", 1, 0);
    }

    #[test]
    fn a_fix_that_breaks_the_file_is_left_out_and_the_others_are_made() {
        let edits = [edit(0, 1, "x"), edit(2, 3, "f("), edit(4, 5, "z")];
        check("a\nb\nc\n", &edits, "x\nb\nz\n", 0, 1);
    }

    #[test]
    fn a_file_that_is_broken_already_may_stay_so() {
        check("f(\nb\n", &[edit(3, 4, "c")], "f(\nc\n", 0, 0);
    }
}
