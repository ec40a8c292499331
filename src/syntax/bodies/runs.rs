//! Runs of statements: one list of them is in each body, in each block, and in none.

use super::state::{List, Open, Statement};
use super::{Body, Scan};
use crate::source::Span;

/// A run of statements goes on at least so far.
const SMALLEST_RUN: usize = 64;

impl Scan<'_> {
    pub(super) fn begin_run(&mut self, start: usize) {
        self.list.run = self.found.bodies.len() as u32;
        self.found.bodies.push(Body {
            // Its end is set where the next one begins.
            span: Span::new(start, self.text.len()),
            parent: self.list.parent,
            is_run: true,
            name: Span::default(),
        });
    }

    /// Whether what stands here stands in nothing that stands in the innermost list of statements.
    pub(super) fn is_in_list(&self) -> bool {
        matches!(
            self.open.last(),
            None | Some(Open::Body { .. } | Open::Brace { outer: Some(_), .. })
        )
    }

    /// Notes that a statement of the innermost list has ended here.
    pub(super) fn end_statement(&mut self) {
        if self.is_in_list() {
            self.split = Some(self.at);
            self.list.statement = Statement::Begins;
        }
    }

    /// Begins a list of statements here in such a body or run; returns the one around it.
    pub(super) fn begin_list(&mut self, parent: u32) -> List {
        let outer = self.list;
        self.list.parent = Some(parent);
        self.list.statement = Statement::Begins;
        self.begin_run(self.at);
        outer
    }

    /// Ends the innermost list of statements here.
    pub(super) fn end_list(&mut self, outer: List) {
        let run = self.list.run as usize;
        let span = &mut self.found.bodies[run].span;
        span.end = self.at as u32;
        // What is left of a block belongs to what the block stands in.
        let is_small = span.range().len() < SMALLEST_RUN && self.list.parent == Some(outer.run);
        if is_small && run + 1 == self.found.bodies.len() {
            self.found.bodies.pop();
        }
        self.list = outer;
    }

    /// Ends a run of statements that is long enough, and begins the next one.
    pub(super) fn end_run(&mut self, end: usize) {
        let run = &mut self.found.bodies[self.list.run as usize].span;
        if end - run.start as usize >= SMALLEST_RUN {
            run.end = end as u32;
            self.begin_run(end);
        }
    }
}
