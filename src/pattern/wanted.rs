//! Which matches are asked for, where others were found before: those that hold one of some ranges,
//! and the like. A search passes over all places that cannot be one.

use std::rc::Rc;

use crate::source::Span;

/// How a match has to stand to one of the ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// It holds the range.
    Around,
    /// One of the two holds the other.
    Meets,
    /// It is the range.
    Same,
}

/// What is asked for. It may let more pass, never less.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    relation: Relation,
    ranges: Rc<Ranges>,
}

#[derive(Debug)]
struct Ranges {
    /// In the order of their starts.
    spans: Vec<Span>,
    /// For each range the least end of itself and those after it.
    least_ends: Vec<u32>,
    /// For each range the greatest end of itself and those before it.
    greatest_ends: Vec<u32>,
}

impl Wanted {
    /// Matches that hold one of some ranges.
    pub(crate) fn around(spans: &mut dyn Iterator<Item = Span>) -> Wanted {
        Wanted::new(Relation::Around, spans)
    }

    /// Matches that hold one of some ranges, or that one of them holds.
    pub(crate) fn meeting(spans: &mut dyn Iterator<Item = Span>) -> Wanted {
        Wanted::new(Relation::Meets, spans)
    }

    /// Matches that are one of some ranges.
    pub(crate) fn same(spans: &mut dyn Iterator<Item = Span>) -> Wanted {
        Wanted::new(Relation::Same, spans)
    }

    fn new(relation: Relation, spans: &mut dyn Iterator<Item = Span>) -> Wanted {
        let mut spans: Vec<Span> = spans.collect();
        spans.sort_unstable_by_key(|span| (span.start, span.end));
        let mut least_ends: Vec<u32> = spans.iter().map(|span| span.end).collect();
        let mut greatest_ends = least_ends.clone();
        for at in 1..spans.len() {
            greatest_ends[at] = greatest_ends[at].max(greatest_ends[at - 1]);
            let back = spans.len() - 1 - at;
            least_ends[back] = least_ends[back].min(least_ends[back + 1]);
        }
        let ranges = Ranges {
            spans,
            least_ends,
            greatest_ends,
        };
        Wanted {
            relation,
            ranges: Rc::new(ranges),
        }
    }

    /// What is asked of each of several matches whose common part is asked for.
    pub(crate) fn of_each(&self) -> Option<Wanted> {
        let around = |relation| Wanted {
            relation,
            ranges: Rc::clone(&self.ranges),
        };
        match self.relation {
            Relation::Around | Relation::Same => Some(around(Relation::Around)),
            Relation::Meets => None,
        }
    }

    /// The ranges.
    pub(crate) fn spans(&self) -> &[Span] {
        &self.ranges.spans
    }

    /// Whether a match of this range may be asked for.
    pub(crate) fn takes(&self, span: Span) -> bool {
        self.takes_from(span, span.end)
    }

    /// Whether a match may be asked for that begins as `first` does and ends no earlier, and no
    /// later than `end`.
    pub(crate) fn takes_from(&self, first: Span, end: u32) -> bool {
        let Ranges {
            spans,
            least_ends,
            greatest_ends,
        } = &*self.ranges;
        let from = spans.partition_point(|span| span.start < first.start);
        let holds_one = || least_ends.get(from).is_some_and(|&least| least <= end);
        match self.relation {
            Relation::Around => holds_one(),
            Relation::Meets => {
                let to = spans.partition_point(|span| span.start <= first.start);
                holds_one() || to > 0 && greatest_ends[to - 1] >= first.end
            }
            Relation::Same => spans[from..]
                .iter()
                .take_while(|span| span.start == first.start)
                .any(|span| (first.end..=end).contains(&span.end)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize) -> Span {
        Span::new(start, end)
    }

    #[test]
    fn what_stands_right_to_a_range_is_taken() {
        let ranges = || [span(20, 30), span(2, 10), span(4, 6)].into_iter();
        let (around, meeting, same) = (
            Wanted::around(&mut ranges()),
            Wanted::meeting(&mut ranges()),
            Wanted::same(&mut ranges()),
        );
        for (of, taken) in [
            (span(2, 10), [true, true, true]),
            (span(4, 6), [true, true, true]),
            (span(0, 11), [true, true, false]),
            (span(3, 7), [true, true, false]),
            (span(3, 5), [false, true, false]),
            (span(11, 19), [false, false, false]),
            (span(21, 22), [false, true, false]),
            (span(21, 40), [false, false, false]),
            (span(31, 40), [false, false, false]),
        ] {
            let found = [&around, &meeting, &same].map(|wanted| wanted.takes(of));
            assert_eq!(found, taken, "{of:?}");
        }
    }

    #[test]
    fn a_match_whose_end_is_open_is_taken_for_any_end() {
        let around = Wanted::around(&mut [span(4, 8)].into_iter());
        assert!(around.takes_from(span(2, 3), 9));
        assert!(!around.takes_from(span(2, 3), 7));
        let same = Wanted::same(&mut [span(4, 8)].into_iter());
        assert!(same.takes_from(span(4, 5), 9));
        assert!(!same.takes_from(span(4, 9), 9));
    }
}
