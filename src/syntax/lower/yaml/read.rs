//! YAML as its parser reads it, as a flat list in pre-order.
//!
//! The grammar of tree-sitter for YAML keeps its indentation in a buffer that 254 nested blocks
//! overflow, and ends the process; it also counts lines in 16 bits. So YAML is read by the parser
//! that reads rules, which is made for it.

use std::borrow::Cow;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle};

use super::super::super::tree::Health;
use crate::source::Span;

/// A value, or the place of one.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) what: What,
    pub(super) span: Span,
    /// A tag that stands before it, and where.
    pub(super) tag: Option<Tag>,
    /// What aliases call it by; zero where nothing does.
    pub(super) anchor: usize,
    /// The index after its last descendant.
    pub(super) after: usize,
}

#[derive(Debug)]
pub(super) enum What {
    Document,
    /// Its children are keys and values by turns.
    Mapping,
    Sequence,
    /// What it reads as, and how it is written.
    Scalar(String, ScalarStyle),
    /// What is called by this number.
    Alias(usize),
    /// An alias of nothing.
    Dangling,
}

#[derive(Debug)]
pub(super) struct Tag {
    pub(super) span: Span,
    /// Whether it says that a scalar is text whatever it looks like.
    pub(super) is_text: bool,
}

/// Reads a text; what does not parse is counted.
pub(super) fn read(text: &[u8]) -> (Vec<Item>, Health) {
    let text = readable(text);
    let mut options = Options::default();
    options.emit_unresolved_aliases = true;
    options.emit_comments = false;
    // Lowering bounds the depth; at a bound of its own the parser asks for memory without end.
    options.block_nesting_limit = usize::MAX;
    let mut reader = Reader {
        items: Vec::with_capacity(text.len() / 16),
        open: Vec::new(),
        end: 0,
    };
    let mut health = Health::default();
    // Where the part begins that did not parse, until the next document.
    let mut lost: Option<u32> = None;
    let mut parser = Parser::new_from_str_with_options(&text, options);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or_default();
                if let (Event::DocumentStart(..), Some(from)) = (&event, lost) {
                    health.lost_bytes += range.start.saturating_sub(from as usize);
                    lost = None;
                }
                let tag = tag_of(&event, &span);
                reader.event(event, Span::new(range.start, range.end), tag);
            }
            Err(error) => {
                health.errors += 1;
                let too_deep = matches!(error.kind(), ErrorKind::RecursionLimitExceeded);
                health.too_deep |= too_deep;
                // Only what was read since the last error makes another try worth its while.
                let stuck = lost.is_some() || too_deep;
                lost.get_or_insert(reader.end);
                reader.give_up();
                if stuck || !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    reader.give_up();
    if let Some(from) = lost {
        health.lost_bytes += text.len().saturating_sub(from as usize).max(1);
    }
    (reader.items, health)
}

/// The text with a question mark for each byte that is no valid UTF-8, so that offsets stay.
fn readable(text: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| '?'));
    }
    Cow::Owned(out)
}

fn tag_of(event: &Event<'_>, span: &granit_parser::Span) -> Option<Tag> {
    let tag = event.tag()?;
    let range = span.tag_span()?.byte_range()?;
    Some(Tag {
        span: Span::new(range.start, range.end),
        is_text: tag.core_suffix() == Some("str"),
    })
}

struct Reader {
    items: Vec<Item>,
    open: Vec<usize>,
    /// Where the last value ends.
    end: u32,
}

impl Reader {
    fn event(&mut self, event: Event<'_>, span: Span, tag: Option<Tag>) {
        match event {
            Event::DocumentStart(..) => self.begin(What::Document, span, 0, None),
            Event::MappingStart(_, anchor, _) => self.begin(What::Mapping, span, anchor, tag),
            Event::SequenceStart(_, anchor, _) => self.begin(What::Sequence, span, anchor, tag),
            Event::MappingEnd | Event::SequenceEnd => self.finish(Some(span)),
            Event::DocumentEnd => self.finish(None),
            Event::Scalar(value, style, anchor, _) => {
                let what = What::Scalar(value.into_owned(), style);
                self.leaf(what, span, anchor, tag);
            }
            Event::Alias(id) => self.leaf(What::Alias(id), span, 0, None),
            Event::UnresolvedAlias(_) => self.leaf(What::Dangling, span, 0, None),
            _ => {}
        }
    }

    fn begin(&mut self, what: What, span: Span, anchor: usize, tag: Option<Tag>) {
        self.open.push(self.items.len());
        self.leaf(what, span, anchor, tag);
    }

    fn leaf(&mut self, what: What, span: Span, anchor: usize, tag: Option<Tag>) {
        self.end = self.end.max(span.end);
        let after = self.items.len() + 1;
        self.items.push(Item {
            what,
            span,
            tag,
            anchor,
            after,
        });
    }

    /// Ends what was begun last. What is written with brackets ends with its bracket, other values
    /// with their last part.
    fn finish(&mut self, bracket: Option<Span>) {
        let Some(open) = self.open.pop() else { return };
        let after = self.items.len();
        let mut end = self.items[open].span.start;
        let mut child = open + 1;
        while child < after {
            end = end.max(self.items[child].span.end);
            child = self.items[child].after;
        }
        if let Some(bracket) = bracket.filter(|bracket| bracket.start < bracket.end) {
            end = end.max(bracket.end);
        }
        let item = &mut self.items[open];
        item.span.end = end;
        item.after = after;
        self.end = self.end.max(end);
    }

    /// Ends all that is open.
    fn give_up(&mut self) {
        while !self.open.is_empty() {
            self.finish(None);
        }
    }
}
