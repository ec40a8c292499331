//! Generic patterns: tokens and ellipses on any text, in whatever language it is.
//!
//! A text is a sequence of words, signs and other characters, nested by indentation and, within a
//! line, by brackets. A pattern's tokens match one after the other, wherever lines end; `...` skips
//! tokens up to some lines further down, `$X` binds a word and `$...X` what an ellipsis skips. Where
//! a pattern is indented, so has the text to be. A match that begins in a block ends in it.

mod comments;
mod document;
mod matcher;
mod program;
mod token;

pub(crate) use document::Document;

use super::{Match, OutOfSteps};
use crate::rule::CommentStyle;
use program::Program;

/// Switches of generic patterns, as a rule's `options:` set them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Options {
    /// How many lines down an ellipsis reaches.
    pub max_span: u32,
    /// The comments that are passed over.
    pub comments: Option<CommentStyle>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            max_span: 10,
            comments: None,
        }
    }
}

/// A generic pattern.
#[derive(Debug)]
pub struct Pattern(Program);

/// Cuts a text into tokens, its comments left out; `None` where they are too many.
pub(crate) fn tokens(text: &[u8], comments: Option<CommentStyle>) -> Option<Document> {
    Document::new(&comments::blank(text, comments))
}

impl Pattern {
    /// Reads a pattern; the error is what is wrong with it.
    pub fn new(text: &str) -> Result<Pattern, &'static str> {
        Program::new(text).map(Pattern)
    }

    /// Everywhere that it matches, in the order of the places: of several matches that end at the
    /// same place the shortest, or the longest where the pattern ends with an ellipsis.
    pub(crate) fn search(
        &self,
        text: &[u8],
        document: &Document,
        options: Options,
        steps: &mut u64,
    ) -> Result<Vec<Match>, OutOfSteps> {
        matcher::search(&self.0, text, document, options.max_span, steps)
    }
}

#[cfg(test)]
mod tests;
