//! Where a generic pattern matches: the shortest way from each place, with what failed or succeeded
//! before remembered.
//!
//! Tokens lie flat in the order of the text, so that walking into a block and out of it is walking
//! on; blocks only bound a match, end ellipses, and answer to blocks of the pattern. The one choice
//! is which token ends an ellipsis; its candidates are the occurrences of the token that follows.

mod memo;

use std::collections::HashMap;
use std::rc::Rc;

use super::super::bindings::{Bindings, Bound};
use super::super::{Match, OutOfSteps};
use super::document::{Document, Token};
use super::program::{Program, Step};
use crate::source::Span;
use crate::syntax::Symbol;
use memo::{Key, Known, Memo, Reach};

/// Everywhere that a pattern matches.
pub(super) fn search(
    program: &Program,
    text: &[u8],
    document: &Document,
    max_span: u32,
    steps: &mut u64,
) -> Result<Vec<Match>, OutOfSteps> {
    let nobody: Rc<[u32]> = Rc::default();
    let mut occurrences = Vec::with_capacity(program.steps.len());
    for step in &program.steps {
        let Step::Token(wanted, _) = step else {
            occurrences.push(Rc::clone(&nobody));
            continue;
        };
        let found = document.occurrences(wanted, text);
        if found.is_empty() {
            return Ok(Vec::new());
        }
        occurrences.push(found);
    }
    let starts = if program.begins_open() {
        document.block_starts()
    } else {
        Rc::clone(&occurrences[0])
    };
    let mut matcher = Matcher {
        program,
        text,
        document,
        max_span,
        occurrences,
        steps,
        slots: vec![None; program.names.len()],
        trail: Vec::new(),
        choices: Vec::new(),
        frames: Vec::new(),
        memo: Memo::default(),
    };
    let mut found: Vec<(u32, Match)> = Vec::new();
    let mut by_end: HashMap<u32, usize> = HashMap::new();
    for &start in starts.iter() {
        let Some(end) = matcher.match_at(start)? else {
            continue;
        };
        let of = matcher.found(start, end);
        match by_end.entry(end) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(found.len());
            }
            std::collections::hash_map::Entry::Occupied(_) if program.ends_open() => continue,
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                entry.insert(found.len());
            }
        }
        found.push((end, of));
    }
    let numbered = found.into_iter().enumerate();
    Ok(numbered
        .filter(|(index, (end, _))| by_end.get(end) == Some(index))
        .map(|(_, (_, of))| of)
        .collect())
}

struct Matcher<'m> {
    program: &'m Program,
    text: &'m [u8],
    document: &'m Document,
    max_span: u32,
    /// By step, the tokens that it matches.
    occurrences: Vec<Rc<[u32]>>,
    steps: &'m mut u64,
    /// What each metavariable holds.
    slots: Vec<Option<(Span, Symbol)>>,
    /// The metavariables in the order in which they were bound.
    trail: Vec<usize>,
    choices: Vec<Choice>,
    /// The blocks of the pattern that are open.
    frames: Vec<Frame>,
    memo: Memo,
}

/// How far a match has come.
#[derive(Clone, Copy)]
struct State {
    step: usize,
    /// The next token.
    at: u32,
    /// The block that the last token lies in.
    block: u32,
    /// The match ends before this token.
    limit: u32,
    /// The last token that matched; `None` at the beginning.
    last: Option<u32>,
    ellipsis: Option<Ellipsis>,
}

/// An ellipsis that may skip more.
#[derive(Clone, Copy)]
struct Ellipsis {
    /// The last line that it reaches.
    reach: u32,
    /// The first token that it may skip.
    first: u32,
    /// The offset that it begins at.
    from: u32,
    slot: Option<usize>,
}

/// Which of several tokens ends an ellipsis.
struct Choice {
    state: State,
    ellipsis: Ellipsis,
    /// The first candidate and the one that is tried, among the occurrences.
    first: usize,
    tried: usize,
    /// What the outcome depends on beside them.
    held: u64,
    trail: usize,
    frames: usize,
}

/// A block of the pattern that matches a block of the text.
#[derive(Clone, Copy)]
struct Frame {
    block: u32,
    outer_block: u32,
    outer_limit: u32,
    choices: usize,
}

/// Where a run goes on.
enum Next {
    Go(State),
    Fail,
    /// The pattern ended with this token.
    End(u32),
}

impl Matcher<'_> {
    /// The last token of the match that begins with a token.
    fn match_at(&mut self, start: u32) -> Result<Option<u32>, OutOfSteps> {
        self.choices.clear();
        self.frames.clear();
        self.undo(0);
        let block = self.token(start).block;
        let mut next = Next::Go(State {
            step: 0,
            at: start,
            block,
            limit: self.document.block(block).end,
            last: None,
            ellipsis: None,
        });
        loop {
            *self.steps = self.steps.saturating_sub(1);
            if *self.steps == 0 {
                return Err(OutOfSteps);
            }
            next = match next {
                Next::Go(state) => self.step(state, start),
                Next::Fail => match self.choices.pop() {
                    Some(choice) => {
                        let tried = choice.tried + 1;
                        self.choose(choice, tried)
                    }
                    None => return Ok(None),
                },
                Next::End(last) => {
                    self.remember_success(last);
                    return Ok(Some(last));
                }
            };
        }
    }

    fn step(&mut self, state: State, start: u32) -> Next {
        let program = self.program;
        match &program.steps[state.step] {
            Step::Token(wanted, slot) => {
                if let Some(ellipsis) = state.ellipsis {
                    let all = &self.occurrences[state.step];
                    let first = all.partition_point(|&token| token < state.at);
                    let choice = Choice {
                        state,
                        ellipsis,
                        first,
                        tried: first,
                        held: self.held(state.step, ellipsis),
                        trail: self.trail.len(),
                        frames: self.frames.len(),
                    };
                    return self.choose(choice, first);
                }
                if state.at >= state.limit
                    || !wanted.is(self.token(state.at).of(self.text))
                    || !self.bind_word(*slot, state.at)
                {
                    return Next::Fail;
                }
                Next::Go(self.after(state, state.at))
            }
            Step::Ellipsis(slot) => {
                let ellipsis = match state.ellipsis {
                    // One more ellipsis reaches further.
                    Some(open) => Ellipsis {
                        reach: open.reach.saturating_add(self.max_span),
                        ..open
                    },
                    None => {
                        let (from, line) = match state.last {
                            Some(last) => (self.token(last).end, self.token(last).line),
                            None => (self.token(start).start, self.token(start).line),
                        };
                        Ellipsis {
                            reach: line.saturating_add(self.max_span),
                            first: state.at,
                            from,
                            slot: *slot,
                        }
                    }
                };
                Next::Go(State {
                    step: state.step + 1,
                    ellipsis: Some(ellipsis),
                    ..state
                })
            }
            Step::Open(close, optional) => self.open(state, *close, *optional),
            Step::Close => {
                let at_end = state.at == self.document.block(state.block).end;
                let ended = match state.ellipsis {
                    None => at_end.then_some(state),
                    Some(ellipsis) => self.end_ellipsis(state, ellipsis),
                };
                // A block that does not end here stays open for other candidates.
                let Some(ended) = ended else {
                    return Next::Fail;
                };
                let Some(frame) = self.frames.pop() else {
                    return Next::Fail;
                };
                // What matched a block is not tried in other ways.
                self.choices.truncate(frame.choices);
                Next::Go(State {
                    step: state.step + 1,
                    at: self.document.block(frame.block).end,
                    block: frame.outer_block,
                    limit: frame.outer_limit,
                    ..ended
                })
            }
            Step::End => {
                let ended = match state.ellipsis {
                    None => Some(state),
                    Some(ellipsis) => self.end_ellipsis(state, ellipsis),
                };
                match ended {
                    Some(ended) => Next::End(ended.last.unwrap_or(start)),
                    None => Next::Fail,
                }
            }
        }
    }

    /// A block of the pattern matches the next block of the text, or nothing where it can.
    fn open(&mut self, mut state: State, close: usize, optional: bool) -> Next {
        let stop = self.document.block(state.block).end;
        while state.at < stop {
            *self.steps = self.steps.saturating_sub(1);
            let token = self.token(state.at);
            if token.block != state.block {
                if !self.close_ellipsis(state) {
                    return Next::Fail;
                }
                self.frames.push(Frame {
                    block: token.block,
                    outer_block: state.block,
                    outer_limit: state.limit,
                    choices: self.choices.len(),
                });
                return Next::Go(State {
                    step: state.step + 1,
                    block: token.block,
                    limit: self.document.block(token.block).end,
                    ellipsis: None,
                    ..state
                });
            }
            if state.ellipsis.is_none_or(|open| token.line > open.reach) {
                break;
            }
            state.at += 1;
        }
        if !optional || !self.close_ellipsis(state) {
            return Next::Fail;
        }
        Next::Go(State {
            step: close + 1,
            ellipsis: None,
            ..state
        })
    }

    /// Ends an ellipsis with one of the tokens that match what follows it, from one of them on.
    fn choose(&mut self, mut choice: Choice, from: usize) -> Next {
        self.undo(choice.trail);
        self.frames.truncate(choice.frames);
        let step = choice.state.step;
        let Step::Token(_, slot) = self.program.steps[step] else {
            return Next::Fail;
        };
        let all = Rc::clone(&self.occurrences[step]);
        let reach = Reach {
            limit: choice.state.limit,
            line: choice.ellipsis.reach,
        };
        for index in from..all.len() {
            *self.steps = self.steps.saturating_sub(1);
            let at = all[index];
            if at >= reach.limit || self.token(at).line > reach.line || *self.steps == 0 {
                return self.fail(&choice, index, reach);
            }
            let key = Key::new(step, index, choice.held);
            match self.memo.get(key) {
                Some(Known::Failure(known)) if known.covers(reach) => {
                    return self.fail(&choice, index, reach);
                }
                Some(Known::Success(known, outcome)) if known == reach => {
                    let (last, bound) = self.memo.success(outcome, choice.trail);
                    for (slot, held) in bound {
                        self.set(slot, held);
                    }
                    choice.tried = index;
                    self.choices.push(choice);
                    return Next::End(last);
                }
                _ => {}
            }
            let state = State { at, ..choice.state };
            if self.close_ellipsis(state) && self.bind_word(slot, at) {
                let after = self.after(state, at);
                choice.tried = index;
                self.choices.push(choice);
                return Next::Go(after);
            }
            self.undo(choice.trail);
        }
        self.fail(&choice, all.len(), reach)
    }

    /// None of the candidates up to one of them leads to a match.
    fn fail(&mut self, choice: &Choice, stop: usize, reach: Reach) -> Next {
        for index in choice.first..stop {
            let key = Key::new(choice.state.step, index, choice.held);
            self.memo.fail(key, reach);
        }
        // To remember is as dear as to try.
        let remembered = stop.saturating_sub(choice.first) as u64;
        *self.steps = self.steps.saturating_sub(2 * remembered);
        Next::Fail
    }

    /// The choices that led to a match lead there again.
    fn remember_success(&mut self, last: u32) {
        if self.choices.iter().all(|choice| choice.frames > 0) {
            return;
        }
        let bound = self.trail.iter();
        let bound = bound.filter_map(|&slot| Some((slot, self.slots[slot]?)));
        let outcome = self.memo.add_success(last, bound.collect());
        for choice in self.choices.iter().filter(|choice| choice.frames == 0) {
            let reach = Reach {
                limit: choice.state.limit,
                line: choice.ellipsis.reach,
            };
            for index in choice.first..=choice.tried {
                let key = Key::new(choice.state.step, index, choice.held);
                self.memo.succeed(key, reach, outcome);
            }
        }
    }

    /// What the rest of the pattern depends on, beside the place: metavariables that it compares,
    /// and where an ellipsis that binds one began.
    fn held(&self, step: usize, ellipsis: Ellipsis) -> u64 {
        let from = ellipsis.slot.map_or(0, |_| u64::from(ellipsis.from) + 1);
        let first = from ^ (self.trail.len() as u64) << 32;
        let compared = self.program.compared[step].iter().chain(&ellipsis.slot);
        compared.fold(first, |held, &slot| {
            let symbol = self.slots[slot].map_or(0, |(_, symbol)| symbol.number());
            (held.rotate_left(5) ^ symbol).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        })
    }

    /// The state after a token has matched.
    fn after(&self, state: State, at: u32) -> State {
        State {
            step: state.step + 1,
            at: at + 1,
            block: self.token(at).block,
            last: Some(at),
            ellipsis: None,
            ..state
        }
    }

    /// Ends an ellipsis where a block ends, with the last token of the block that it reaches; `None`
    /// where what it binds differs.
    fn end_ellipsis(&mut self, state: State, ellipsis: Ellipsis) -> Option<State> {
        let stop = self.document.block(state.block).end.max(state.at);
        let rest = &self.document.tokens[state.at as usize..stop as usize];
        let skipped = rest.partition_point(|token| token.line <= ellipsis.reach) as u32;
        let mut ended = state;
        ended.at += skipped;
        if skipped > 0 {
            ended.last = Some(ended.at - 1);
        }
        let agrees = self.close_ellipsis(ended);
        ended.ellipsis = None;
        agrees.then_some(ended)
    }

    /// Binds what the open ellipsis has skipped, if it is one that binds; whether it may.
    fn close_ellipsis(&mut self, state: State) -> bool {
        let Some(ellipsis) = state.ellipsis else {
            return true;
        };
        let Some(slot) = ellipsis.slot else {
            return true;
        };
        let end = if state.at > ellipsis.first {
            self.token(state.at - 1).end
        } else {
            ellipsis.from
        };
        let span = Span {
            start: ellipsis.from,
            end,
        };
        // The blanks around it are no part of what it holds.
        let text = self.text.get(span.range()).unwrap_or_default();
        let steps = text.len() as u64 / 64;
        *self.steps = self.steps.saturating_sub(steps);
        self.bind(slot, span, Symbol::of(text.trim_ascii()))
    }

    fn bind_word(&mut self, slot: Option<usize>, at: u32) -> bool {
        let Some(slot) = slot else { return true };
        let token = self.token(at);
        let span = Span {
            start: token.start,
            end: token.end,
        };
        self.bind(slot, span, Symbol::of(token.of(self.text)))
    }

    fn bind(&mut self, slot: usize, span: Span, symbol: Symbol) -> bool {
        match self.slots[slot] {
            Some((_, held)) => held == symbol,
            None => {
                self.set(slot, (span, symbol));
                true
            }
        }
    }

    fn set(&mut self, slot: usize, held: (Span, Symbol)) {
        self.slots[slot] = Some(held);
        self.trail.push(slot);
    }

    fn undo(&mut self, length: usize) {
        for slot in self.trail.drain(length.min(self.trail.len())..) {
            self.slots[slot] = None;
        }
    }

    fn token(&self, at: u32) -> Token {
        self.document.tokens[at as usize]
    }

    fn found(&self, start: u32, last: u32) -> Match {
        let mut bindings = Bindings::default();
        for &slot in &self.trail {
            if let Some((span, symbol)) = self.slots[slot] {
                bindings.push(self.program.names[slot], Bound::Text(span, symbol));
            }
        }
        let span = Span {
            start: self.token(start).start,
            end: self.token(last).end,
        };
        Match { span, bindings }
    }
}
