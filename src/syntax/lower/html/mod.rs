//! HTML, and XML: elements, attributes and text. Names of HTML are read in small letters.

mod nesting;

use std::borrow::Cow;
use std::sync::LazyLock;

use super::placeholder::{Placeholder, TAG};
use super::{CstId, Kind, Lower, Role, Span, Symbol, data, kinds};
use crate::lang::Language;

kinds! {
    Element = "element" | "script_element" | "style_element",
    Tag = "start_tag" | "self_closing_tag",
    EndTag = "end_tag" | "erroneous_end_tag",
    TagName = "tag_name",
    Attribute = "attribute",
    AttributeName = "attribute_name",
    AttributeValue = "attribute_value",
    QuotedValue = "quoted_attribute_value",
    Text = "text" | "entity" | "raw_text",
    Doctype = "doctype",
}

static TABLES: LazyLock<Vec<K>> = LazyLock::new(|| {
    let grammar = Language::Html
        .definition()
        .grammar
        .expect("HTML has a grammar")();
    K::table(&grammar)
});

pub(super) use nesting::is_too_deep;

pub(super) fn lower(lower: &mut Lower<'_>, language: Language) {
    let kinds = &*TABLES;
    let mut html = Html {
        lower,
        kinds,
        folds: language == Language::Html,
    };
    let root = CstId(0);
    html.lower.open(Kind::Module, Role::Item, root);
    html.contents(root);
    html.lower.close();
}

struct Html<'l, 'c> {
    lower: &'l mut Lower<'c>,
    kinds: &'static [K],
    /// Whether names mean the same in capital letters.
    folds: bool,
}

impl Html<'_, '_> {
    fn k(&self, c: CstId) -> K {
        K::of(self.kinds, self.lower.node(c).kind)
    }

    /// What stands in an element, between its tags.
    fn contents(&mut self, c: CstId) {
        let mut text: Option<Span> = None;
        for child in self.lower.named(c) {
            if self.k(child) == K::Text {
                let span = self.lower.span(child);
                let start = text.map_or(span.start, |before| before.start);
                text = Some(Span { start, ..span });
                continue;
            }
            self.text(text.take());
            match self.k(child) {
                K::Element => self.element(child),
                K::Error => self.contents(child),
                K::Doctype => {
                    let id = self
                        .lower
                        .open_named(Kind::Raw, Role::Item, child, "doctype");
                    self.lower.leaf_text(id, child);
                    self.lower.close();
                }
                // What an error left of a tag is still there to be looked at.
                K::Tag if self.k(c) == K::Error => self.element(child),
                _ => {}
            }
        }
        self.text(text);
    }

    /// Text and entities side by side are one text.
    fn text(&mut self, span: Option<Span>) {
        let Some(span) = span else { return };
        let text = &self.lower.text[span.range()];
        let start = text.len() - text.trim_ascii_start().len();
        let text = text.trim_ascii();
        let span = Span::new(
            span.start as usize + start,
            span.start as usize + start + text.len(),
        );
        let role = Role::Item;
        if self.lower.pattern {
            if Placeholder::read(text) == Some(Placeholder::Ellipsis) {
                self.lower.leaf_as(Kind::Ellipsis, role, span, Symbol::NONE);
                return;
            }
            if let Some(name) = super::metavariable_name(text) {
                self.lower
                    .leaf_as(Kind::MetaVar, role, span, Symbol::of(name));
                return;
            }
            let list = text.strip_prefix(b"$...").filter(|name| {
                let word = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
                !name.is_empty() && name.iter().all(word)
            });
            let list = list.map(|_| &text[1..]);
            if let Some(name) = list {
                self.lower
                    .leaf_as(Kind::MetaEllipsis, role, span, Symbol::of(name));
                return;
            }
        }
        if !text.is_empty() {
            self.lower
                .leaf_as(Kind::ElementText, role, span, Symbol::of(spaced(text)));
        }
    }

    fn element(&mut self, c: CstId) {
        let folds = self.folds;
        let kinds = self.kinds;
        self.lower.deeper(c, Role::Item, |lower| {
            let mut html = Html {
                lower,
                kinds,
                folds,
            };
            html.lower.open(Kind::Element, Role::Item, c);
            let tag = match html.k(c) {
                K::Tag => Some(c),
                _ => html.lower.named(c).find(|&tag| html.k(tag) == K::Tag),
            };
            if let Some(tag) = tag {
                html.tag(tag);
            }
            if tag != Some(c) {
                html.contents(c);
            }
            html.lower.close();
        });
    }

    fn tag(&mut self, c: CstId) {
        for part in self.lower.named(c) {
            match self.k(part) {
                K::TagName => self.name(part),
                K::Attribute => self.attribute(part),
                _ => {}
            }
        }
    }

    /// The name of a tag or an attribute.
    fn name(&mut self, c: CstId) {
        let (span, text) = (self.lower.span(c), self.lower.text(c));
        if self.lower.pattern {
            let tag = text.strip_prefix(TAG.as_bytes()).map(|name| {
                let letter = |&b: &u8| if b == b':' { b'_' } else { b };
                Cow::Owned(name.iter().map(letter).collect::<Vec<u8>>())
            });
            let name = tag.or_else(|| super::metavariable_name(text).map(Cow::Borrowed));
            if let Some(name) = name {
                self.lower
                    .leaf_as(Kind::MetaVar, Role::Name, span, Symbol::of(name));
                return;
            }
        }
        let symbol = if self.folds {
            Symbol::of(text.to_ascii_lowercase())
        } else {
            Symbol::of(text)
        };
        self.lower.leaf_as(Kind::Ident, Role::Name, span, symbol);
    }

    fn attribute(&mut self, c: CstId) {
        let mut parts = self.lower.named(c);
        let (Some(name), value) = (parts.next(), parts.next()) else {
            return;
        };
        if value.is_none() && self.lower.is_ellipsis(name) {
            self.lower.word(Kind::Ellipsis, Role::Param, name);
            return;
        }
        self.lower.open(Kind::ElementAttr, Role::Param, c);
        self.name(name);
        if let Some(value) = value {
            let span = self.lower.span(value);
            let quoted = self.k(value) == K::QuotedValue;
            let inner = if quoted {
                data::within_quotes(span)
            } else {
                span
            };
            let text = &self.lower.text[inner.range()];
            self.lower.string_value(span, Role::Value, inner, text);
        }
        self.lower.close();
    }
}

/// Any white space between words is one space.
fn spaced(text: &[u8]) -> Vec<u8> {
    let words = text
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}
