//! The algebra of ranges: patterns joined by and, or, not and inside.

use std::rc::Rc;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};

use super::super::bindings::{Bindings, Bound};
use super::super::generic;
use super::super::regex::Regex;
use super::super::wanted::Wanted;
use super::super::{Match, OutOfSteps, Pattern, distinct};
use super::join::Joined;
use super::{Conjunction, Extent, Formula, Run};
use crate::source::Span;
use crate::syntax::Symbol;

impl Run<'_, '_> {
    /// The ranges of a formula; `within` is the range that a nested one is about. Where `wanted` asks
    /// for some only, others may be left out.
    pub(super) fn formula(
        &mut self,
        formula: &Formula,
        within: Option<&Match>,
        wanted: Option<&Wanted>,
    ) -> Result<Vec<Match>, OutOfSteps> {
        match formula {
            Formula::Pattern(pattern) => self.pattern(pattern, wanted),
            Formula::Regex(regex) => Ok(self.regex(regex)),
            Formula::Generic(pattern) => Ok(self.generic(pattern)?.to_vec()),
            Formula::Or(choices) => {
                let mut all = Vec::new();
                for choice in choices {
                    all.extend(self.formula(choice, within, wanted)?);
                }
                Ok(distinct(all))
            }
            Formula::And(all) => self.conjunction(all, within, wanted),
            Formula::Inside(inner) | Formula::Anywhere(inner) => {
                self.formula(inner, within, wanted)
            }
            Formula::Shared(inner) if within.is_some() || self.word.is_some() => {
                self.formula(inner, within, wanted)
            }
            Formula::Shared(inner) => {
                let key = (Arc::as_ptr(inner).cast(), self.options);
                if let Some(known) = self.subject.memo.borrow().get(&key) {
                    return Ok(known.to_vec());
                }
                let found = Rc::new(self.formula(inner, None, None)?);
                let known = Rc::clone(&found);
                self.subject.memo.borrow_mut().insert(key, known);
                Ok(found.to_vec())
            }
        }
    }

    fn pattern(
        &mut self,
        pattern: &Arc<Pattern>,
        wanted: Option<&Wanted>,
    ) -> Result<Vec<Match>, OutOfSteps> {
        let Some(file) = self.subject.file else {
            return Ok(Vec::new());
        };
        // A word that is no expression, such as the name of a method, is found nowhere else.
        if let Some(word) = self.word {
            return pattern.search_at(file, word, self.options, self.steps);
        }
        let key = (Arc::as_ptr(pattern).cast(), self.options);
        if let Some(known) = self.subject.memo.borrow().get(&key) {
            return Ok(known.to_vec());
        }
        let found = pattern.search_for(file, self.options, wanted, self.steps)?;
        if wanted.is_none() {
            let known = Rc::new(found.clone());
            self.subject.memo.borrow_mut().insert(key, known);
        }
        Ok(found)
    }

    fn generic(&mut self, pattern: &Arc<generic::Pattern>) -> Result<Rc<Vec<Match>>, OutOfSteps> {
        let key = (Arc::as_ptr(pattern).cast(), self.options);
        if let Some(known) = self.subject.memo.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let options = generic::Options {
            max_span: self.options.generic_ellipsis_max_span,
            comments: self.options.generic_comment_style,
        };
        let tokens = self.subject.tokens(options.comments).ok_or(OutOfSteps)?;
        let text = self.subject.source.text();
        let found = Rc::new(pattern.search(text, &tokens, options, self.steps)?);
        self.subject
            .memo
            .borrow_mut()
            .insert(key, Rc::clone(&found));
        Ok(found)
    }

    fn regex(&self, regex: &Regex) -> Vec<Match> {
        let text = self.subject.source.text();
        let found = regex.find_all(text).into_iter();
        found
            .map(|found| Match {
                span: found.span,
                bindings: captured(text, 0, &found.groups),
            })
            .collect()
    }

    fn conjunction(
        &mut self,
        all: &Conjunction,
        within: Option<&Match>,
        wanted: Option<&Wanted>,
    ) -> Result<Vec<Match>, OutOfSteps> {
        // What is focused on may stand anywhere in a match.
        let wanted = wanted.filter(|_| all.focus.is_empty() && within.is_none());
        let of_each = wanted.and_then(Wanted::of_each);
        let mut ranges: Option<Vec<Match>> = within.map(|within| vec![within.clone()]);
        let is_inside = Formula::only_surrounds;
        let plain = all.positives.iter().filter(|positive| !is_inside(positive));
        for positive in plain {
            let meeting = ranges
                .as_ref()
                .and_then(|ranges| few(ranges, Wanted::meeting));
            let wanted = meeting.as_ref().or(of_each.as_ref());
            let found = match positive {
                Formula::Anywhere(inner) => {
                    let found = self.formula(inner, None, meeting.as_ref())?;
                    ranges = Some(
                        self.keep(ranges.unwrap_or_default(), &found, |range, found| {
                            range.contains(found)
                        }),
                    );
                    continue;
                }
                other => self.formula(other, None, wanted)?,
            };
            ranges = Some(match ranges {
                None => found,
                Some(ranges) => self.intersect(&ranges, &found),
            });
            if ranges.as_ref().is_some_and(Vec::is_empty) {
                return Ok(Vec::new());
            }
        }
        let only_insides = ranges.is_none();
        for inside in all.positives.iter().filter(|positive| is_inside(positive)) {
            let wanted = match &ranges {
                None => of_each.clone(),
                Some(ranges) if only_insides => few(ranges, Wanted::meeting),
                Some(ranges) => few(ranges, Wanted::around),
            };
            let found = self.formula(inside, None, wanted.as_ref())?;
            ranges = Some(match ranges {
                None => found,
                Some(ranges) if only_insides => self.intersect(&ranges, &found),
                Some(ranges) => self.keep(ranges, &found, |range, found| found.contains(range)),
            });
            if ranges.as_ref().is_some_and(Vec::is_empty) {
                return Ok(Vec::new());
            }
        }
        let ranges = distinct(ranges.unwrap_or_default());
        // In a part of a file names may seem to be constants that are none.
        let constants = self.options.constant_propagation;
        self.options.constant_propagation &= self.extent == Extent::Whole;
        let kept = self.without_negatives(&all.negatives, ranges);
        self.options.constant_propagation = constants;
        let mut ranges = kept?;
        for condition in &all.conditions {
            if self.extent != Extent::Whole && condition.asks_for_values() {
                continue;
            }
            let mut kept = Vec::new();
            for range in ranges {
                if self.may_be_bound_elsewhere(condition.name(), &range) {
                    kept.push(range);
                    continue;
                }
                if let Some(bindings) = self.condition(condition, &range)? {
                    kept.extend(bindings.into_iter().map(|bindings| Match {
                        span: range.span,
                        bindings,
                    }));
                }
            }
            ranges = distinct(kept);
        }
        Ok(self.focus(&all.focus, ranges))
    }

    /// The ranges where none of some formulas holds.
    fn without_negatives(
        &mut self,
        negatives: &[Formula],
        mut ranges: Vec<Match>,
    ) -> Result<Vec<Match>, OutOfSteps> {
        for negative in negatives {
            if ranges.is_empty() {
                return Ok(ranges);
            }
            if self.extent == Extent::Statements && matches!(negative, Formula::Inside(_)) {
                continue;
            }
            let wanted = match negative {
                Formula::Inside(_) => few(&ranges, Wanted::around),
                _ => few(&ranges, Wanted::same),
            };
            let found = self.formula(negative, None, wanted.as_ref())?;
            ranges = match negative {
                Formula::Inside(_) => {
                    self.without(ranges, &found, |range, found| found.contains(range))
                }
                Formula::Regex(_) => self.without(ranges, &found, |range, found| {
                    found.contains(range) || range.contains(found)
                }),
                _ => self.without_equal(ranges, &found),
            };
        }
        Ok(ranges)
    }

    pub(super) fn merge(&self, a: &Bindings, b: &Bindings) -> Option<Bindings> {
        a.merge(b, self.subject.file, self.options.symbolic_propagation)
    }

    /// Pairs of which one holds the other, with the smaller range.
    pub(super) fn intersect(&mut self, a: &[Match], b: &[Match]) -> Vec<Match> {
        let mut out = Vec::new();
        let file = self.subject.file;
        let joined = Joined::new(a, b, file, self.options.symbolic_propagation);
        for x in a {
            for y in joined.candidates(x, file) {
                if *self.steps == 0 {
                    break;
                }
                *self.steps = self.steps.saturating_sub(1);
                let span = if y.span.contains(x.span) {
                    x.span
                } else if x.span.contains(y.span) {
                    y.span
                } else {
                    continue;
                };
                if let Some(bindings) = self.merge(&x.bindings, &y.bindings) {
                    out.push(Match { span, bindings });
                }
            }
        }
        distinct(out)
    }

    /// The ranges that some other stands in a relation to, with its bindings.
    fn keep(
        &mut self,
        ranges: Vec<Match>,
        others: &[Match],
        related: fn(Span, Span) -> bool,
    ) -> Vec<Match> {
        let mut out = Vec::new();
        let file = self.subject.file;
        let joined = Joined::new(&ranges, others, file, self.options.symbolic_propagation);
        for range in ranges {
            for other in joined.candidates(&range, file) {
                if *self.steps == 0 {
                    break;
                }
                *self.steps = self.steps.saturating_sub(1);
                if related(range.span, other.span)
                    && let Some(bindings) = self.merge(&range.bindings, &other.bindings)
                {
                    out.push(Match {
                        span: range.span,
                        bindings,
                    });
                }
            }
        }
        distinct(out)
    }

    /// The ranges that no other stands in a relation to, with bindings that agree.
    fn without(
        &mut self,
        mut ranges: Vec<Match>,
        others: &[Match],
        related: fn(Span, Span) -> bool,
    ) -> Vec<Match> {
        let file = self.subject.file;
        let joined = Joined::new(&ranges, others, file, self.options.symbolic_propagation);
        ranges.retain(|range| {
            !joined.candidates(range, file).any(|other| {
                *self.steps = self.steps.saturating_sub(1);
                *self.steps == 0
                    || related(range.span, other.span)
                        && self.merge(&range.bindings, &other.bindings).is_some()
            })
        });
        ranges
    }

    /// The ranges that are no other's range, with bindings that agree.
    fn without_equal(&mut self, mut ranges: Vec<Match>, others: &[Match]) -> Vec<Match> {
        let mut by_span: HashMap<Span, Vec<&Match>> = HashMap::new();
        for other in others {
            by_span.entry(other.span).or_default().push(other);
        }
        ranges.retain(|range| {
            let same = by_span.get(&range.span).map_or(&[][..], Vec::as_slice);
            !same
                .iter()
                .any(|other| self.merge(&range.bindings, &other.bindings).is_some())
        });
        ranges
    }

    fn focus(&self, focus: &[Vec<Symbol>], ranges: Vec<Match>) -> Vec<Match> {
        let mut ranges = ranges;
        for choice in focus {
            let mut moved = Vec::new();
            for range in &ranges {
                for name in choice {
                    let bound = range.bindings.get(*name);
                    if self.may_be_bound_elsewhere(Some(*name), range) {
                        moved.push(range.clone());
                    }
                    let Some(span) = bound.and_then(|bound| self.subject.span_of(bound)) else {
                        continue;
                    };
                    // What lies apart from the range is not what was found there.
                    let span = if range.span.contains(span) {
                        span
                    } else if span.contains(range.span) {
                        range.span
                    } else if self.is_elsewhere(range, bound) {
                        span
                    } else {
                        continue;
                    };
                    moved.push(Match {
                        span,
                        bindings: range.bindings.clone(),
                    });
                }
            }
            ranges = distinct(moved);
        }
        ranges
    }

    /// Whether a metavariable holds nothing, but might where all statements were there.
    fn may_be_bound_elsewhere(&self, name: Option<Symbol>, range: &Match) -> bool {
        self.extent == Extent::Statements
            && name.is_some_and(|name| range.bindings.get(name).is_none())
    }

    /// Whether a metavariable holds a literal that a name of the range led to.
    fn is_elsewhere(&self, range: &Match, bound: Option<Bound>) -> bool {
        let (Some(Bound::Text(span, _)), Some(file)) = (bound, self.subject.file) else {
            return false;
        };
        let tree = file.tree();
        file.constants().led_from(range.span, span, tree)
    }
}

pub(super) fn captured(text: &[u8], offset: u32, groups: &[(String, Span)]) -> Bindings {
    let mut bindings = Bindings::default();
    for (name, span) in groups {
        let symbol = Symbol::of(text.get(span.range()).unwrap_or_default());
        let span = Span {
            start: span.start + offset,
            end: span.end + offset,
        };
        bindings.push(Symbol::of(name.as_bytes()), Bound::Text(span, symbol));
    }
    bindings
}

/// What is asked for beside some ranges, where they are few. What is found beside many is better
/// found once a file, for all rules.
fn few(ranges: &[Match], wanted: fn(&mut dyn Iterator<Item = Span>) -> Wanted) -> Option<Wanted> {
    const FEW: usize = 256;
    let mut spans = ranges.iter().map(|range| range.span);
    (ranges.len() <= FEW).then(|| wanted(&mut spans))
}
