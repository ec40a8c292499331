//! A generic pattern, read: tokens, ellipses, and blocks where lines are indented.
//!
//! Brackets of a pattern are ordinary signs; only its indentation nests.

use super::document::Wanted;
use super::token;
use crate::syntax::Symbol;

/// A pattern as a list of steps.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    /// The metavariables, by slot.
    pub(super) names: Vec<Symbol>,
    /// By step, the slots that are bound before it and compared at it or after it.
    pub(super) compared: Vec<Vec<usize>>,
}

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// One token, and the slot of a metavariable that it binds.
    Token(Wanted, Option<usize>),
    /// Any tokens, and the slot of a metavariable that they bind.
    Ellipsis(Option<usize>),
    /// A block begins; the index of its end, and whether it matches no block as well.
    Open(usize, bool),
    /// A block ends.
    Close,
    /// The pattern ends.
    End,
}

impl Program {
    /// Reads a pattern; the error is what is wrong with it.
    pub(super) fn new(pattern: &str) -> Result<Program, &'static str> {
        let mut program = Program::default();
        // The first line sets what is not indented.
        let mut outer = None;
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (_, line) in token::lines(pattern.as_bytes()) {
            let (start, width) = token::indentation(line);
            if start == line.len() {
                continue;
            }
            let width = width.saturating_sub(*outer.get_or_insert(width));
            while open.last().is_some_and(|&(last, _)| last > width) {
                program.close(&mut open);
            }
            if width > open.last().map_or(0, |&(last, _)| last) {
                open.push((width, program.steps.len()));
                program.steps.push(Step::Open(0, false));
            }
            program.line(line, start);
        }
        while !open.is_empty() {
            program.close(&mut open);
        }
        program.steps.push(Step::End);
        program.check()?;
        program.compared = program.find_compared();
        Ok(program)
    }

    /// Whether matches are to begin where blocks begin.
    pub(super) fn begins_open(&self) -> bool {
        matches!(self.steps.first(), Some(Step::Ellipsis(_)))
    }

    /// Whether it ends with an ellipsis, outside of blocks.
    pub(super) fn ends_open(&self) -> bool {
        matches!(self.steps[..], [.., Step::Ellipsis(_), Step::End])
    }

    fn close(&mut self, open: &mut Vec<(usize, usize)>) {
        let Some((_, at)) = open.pop() else { return };
        let optional = self.steps[at + 1..].iter().all(|step| match step {
            Step::Token(..) => false,
            Step::Ellipsis(_) | Step::Open(..) | Step::Close | Step::End => true,
        });
        self.steps[at] = Step::Open(self.steps.len(), optional);
        self.steps.push(Step::Close);
    }

    fn line(&mut self, line: &[u8], start: usize) {
        let mut at = start;
        while at < line.len() {
            if matches!(line[at], b' ' | b'\t') {
                at += 1;
                continue;
            }
            let dots = line[at..].iter().take_while(|&&b| b == b'.').count();
            let after = line.get(at + 1..).unwrap_or_default();
            if dots == 3 {
                self.steps.push(Step::Ellipsis(None));
                at += dots;
                continue;
            }
            if dots > 3 {
                let sign = || Step::Token(Wanted::Text(Box::from(&b"."[..])), None);
                self.steps.extend(std::iter::repeat_with(sign).take(dots));
                at += dots;
                continue;
            }
            if line[at] == b'$' {
                let several = after.starts_with(b"...");
                let name = &after[if several { 3 } else { 0 }..];
                if name.first().is_some_and(u8::is_ascii_uppercase) {
                    let length = token::end(name, 0);
                    at = line.len() - name.len() + length;
                    let slot = if several {
                        self.slot(&[b"...", &name[..length]].concat())
                    } else {
                        self.slot(&name[..length])
                    };
                    self.steps.push(if several {
                        Step::Ellipsis(Some(slot))
                    } else {
                        Step::Token(Wanted::Word, Some(slot))
                    });
                    continue;
                }
            }
            let end = token::end(line, at);
            let wanted = Wanted::Text(Box::from(&line[at..end]));
            self.steps.push(Step::Token(wanted, None));
            at = end;
        }
    }

    fn slot(&mut self, name: &[u8]) -> usize {
        let name = Symbol::of(name);
        let known = self.names.iter().position(|known| *known == name);
        known.unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.steps.len() == 1 {
            return Err("it holds no word and no sign");
        }
        let ambiguous = self
            .steps
            .windows(2)
            .any(|two| matches!(two, [Step::Ellipsis(_), Step::Ellipsis(Some(_))]));
        if ambiguous {
            return Err(
                "an ellipsis before a metavariable of several tokens leaves open what it binds",
            );
        }
        Ok(())
    }

    fn find_compared(&self) -> Vec<Vec<usize>> {
        let slots: Vec<Option<usize>> = self
            .steps
            .iter()
            .map(|step| match step {
                Step::Token(_, slot) | Step::Ellipsis(slot) => *slot,
                Step::Open(..) | Step::Close | Step::End => None,
            })
            .collect();
        let compared = |at: usize| {
            let (before, after) = slots.split_at(at);
            let all = 0..self.names.len();
            all.filter(|slot| before.contains(&Some(*slot)) && after.contains(&Some(*slot)))
                .collect()
        };
        (0..slots.len()).map(compared).collect()
    }
}
