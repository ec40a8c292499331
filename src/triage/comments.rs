//! Where directives stand in a file: in its comments, and nowhere else.
//!
//! The comments of parsed code come from its tree. Others are read by their comment marks, which may
//! take a string for a comment; whoever can write the string could write the comment.

use std::path::Path;

use memchr::memmem;

use super::directive::{self, Directive, Malformed};
use crate::lang::Language;
use crate::source::{Source, Span};

/// A directive in its place.
#[derive(Debug)]
pub(super) struct Placed {
    /// The line that it stands on.
    pub(super) line: u32,
    /// The last line of its comment.
    pub(super) end_line: u32,
    /// Whether nothing but the comment stands on the comment's lines.
    pub(super) alone: bool,
    pub(super) directive: Result<Directive, Malformed>,
}

/// How far from a directive its comment is looked at. Lines can be as long as files, and hold a
/// million directives.
const REACH: usize = 4 * 1024;

/// The directives of a file, in order. `comments` are those of its tree, in order; `None` where it
/// is no code, or was not parsed.
pub(super) fn directives(source: &Source, comments: Option<&[Span]>) -> Vec<Placed> {
    let text = source.text();
    let mut placed = Vec::new();
    for at in memmem::find_iter(text, directive::NAME) {
        let line = source.line_of(at as u32);
        let line_span = source.line_span(line);
        let found = match comments {
            Some(comments) => in_tree(source, comments, line_span, at),
            None => by_marks(source, line_span, at),
        };
        let Some(comment) = found else {
            continue;
        };
        let words_start = at + directive::NAME.len();
        let words_end = (line_span.end.min(comment.end) as usize).min(words_start + REACH);
        let words = source.show(Span::new(words_start, words_end));
        let words = without_end_marks(source.language, &words);
        if let Some(directive) = directive::parse(words) {
            placed.push(Placed {
                line,
                end_line: source.line_of(comment.end.saturating_sub(1).max(comment.start)),
                alone: is_alone(source, comment),
                directive,
            });
        }
    }
    placed
}

/// Whether nothing but a comment stands on its lines.
fn is_alone(source: &Source, comment: Span) -> bool {
    let first = source.line_span(source.line_of(comment.start));
    let last = source.line_span(source.line_of(comment.end));
    let blank = |start: u32, end: u32| {
        let between = source.slice(Span { start, end });
        between.len() < REACH && between.trim_ascii().is_empty()
    };
    blank(first.start, comment.start) && (last.end <= comment.end || blank(comment.end, last.end))
}

/// The comment of the tree that a directive opens, if it does.
fn in_tree(source: &Source, comments: &[Span], line: Span, at: usize) -> Option<Span> {
    let index = comments.partition_point(|comment| comment.start as usize <= at);
    let comment = *comments[..index].last()?;
    if comment.end as usize <= at {
        return None;
    }
    let start = comment.start.max(line.start) as usize;
    let before = source.text()[start..at].trim_ascii_end();
    // The further lines of a block comment need no mark.
    let opens = before.trim_ascii().is_empty() && comment.start < line.start
        || before.ends_with(b"*")
        || before.ends_with(b"!")
        || mark_at_end(source, before).is_some();
    opens.then_some(comment)
}

/// The comment whose mark stands directly before a directive.
fn by_marks(source: &Source, line: Span, at: usize) -> Option<Span> {
    let start = line.start as usize;
    let before = source.text()[start..at].trim_ascii_end();
    let mark = mark_at_end(source, before)?;
    // `##` and `///` are one mark.
    let last = *mark.last()?;
    let mut comment = start + before.len() - mark.len();
    while comment > start && comment + REACH > at && source.text()[comment - 1] == last {
        comment -= 1;
    }
    let rest = source.slice(Span::new(at, (line.end as usize).min(at + REACH)));
    let block_end = source
        .language
        .definition()
        .block_comments
        .iter()
        .filter(|(open, _)| open.as_bytes() == mark)
        .find_map(|(_, close)| Some(at + memmem::find(rest, close.as_bytes())? + close.len()));
    Some(Span::new(comment, block_end.unwrap_or(line.end as usize)))
}

fn mark_at_end(source: &Source, before: &[u8]) -> Option<&'static [u8]> {
    let definition = source.language.definition();
    let lines = definition.line_comments.iter();
    let lines = lines.filter(|_| !is_markup(source));
    let blocks = definition.block_comments.iter().map(|(open, _)| open);
    lines
        .chain(blocks)
        .map(|mark| mark.as_bytes())
        .find(|mark| before.ends_with(mark))
}

/// Whether only `<!-- -->` makes a comment: in these, `#` and `//` are headings and addresses.
fn is_markup(source: &Source) -> bool {
    const MARKUP: [&str; 4] = ["md", "markdown", "svg", "vue"];
    let extension = Path::new(&source.path).extension();
    source.language == Language::Text
        && extension.is_some_and(|extension| MARKUP.iter().any(|known| extension == *known))
}

fn without_end_marks(language: Language, words: &str) -> &str {
    let words = words.trim_end();
    let ends = language.definition().block_comments.iter();
    ends.filter_map(|(_, close)| words.split_once(close))
        .map(|(words, _)| words)
        .min_by_key(|words| words.len())
        .unwrap_or(words)
        .trim_end()
}
