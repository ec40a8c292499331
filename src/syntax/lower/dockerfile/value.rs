//! What instructions are given: words, quoted or not, with what is expanded in them, and lists.

use super::super::placeholder::{METAVAR, Placeholder};
use super::super::{data, metavariable_name};
use super::{CstId, Dockerfile, Flags, K, Kind, Role, Span, Symbol};

impl Dockerfile<'_, '_> {
    pub(super) fn array(&mut self, c: CstId, role: Role) {
        self.lower.open(Kind::List, role, c);
        for item in self.lower.named(c) {
            if self.k(item) != K::JsonString {
                continue;
            }
            let span = self.lower.span(item);
            let inner = data::within_quotes(span);
            let text = &self.lower.text[inner.range()];
            if self.lower.pattern && text.starts_with(b"__aiscan") {
                self.lower.word_span(Kind::Str, Role::Item, inner);
            } else {
                let value = data::unescape(text);
                self.lower.string_value(span, Role::Item, inner, &value);
            }
        }
        self.lower.close();
    }

    pub(super) fn is_operator(&self, span: Span) -> bool {
        let text = self.lower.text[span.range()].trim_ascii();
        let name = text.strip_prefix(b"$").unwrap_or(text);
        self.lower.pattern
            && (Placeholder::read(name).is_some() || metavariable_name(text).is_some())
    }

    pub(super) fn is_metavariable(&self, c: CstId) -> bool {
        self.lower.pattern && self.lower.text(c).starts_with(METAVAR.as_bytes())
    }

    pub(super) fn is_ellipsis(&self, c: CstId) -> bool {
        let text = self.lower.text(c);
        let name = text.strip_prefix(b"$").unwrap_or(text);
        self.lower.pattern
            && matches!(
                Placeholder::read(name),
                Some(Placeholder::Ellipsis | Placeholder::MetaEllipsis(_))
            )
    }

    /// A word, quoted or not.
    pub(super) fn text(&mut self, c: CstId, role: Role) {
        self.value(c, self.lower.span(c), role);
    }

    /// The word at `span`, a part of a node, with the expansions among the node's children.
    pub(super) fn value(&mut self, c: CstId, span: Span, role: Role) {
        if self.is_operator(span) {
            self.operator(span, role);
            return;
        }
        let text = &self.lower.text[span.range()];
        let quoted = matches!(text, [b'"', .., b'"'] | [b'\'', .., b'\'']) && text.len() > 1;
        let inner = if quoted {
            data::within_quotes(span)
        } else {
            span
        };
        let expansions: Vec<CstId> = match self.k(c) {
            K::Expansion => vec![c],
            _ => self
                .lower
                .named(c)
                .filter(|&part| self.k(part) == K::Expansion)
                .collect(),
        };
        match expansions[..] {
            [] => {
                let value = unescaped(&self.lower.text[inner.range()]);
                self.lower.string_value(span, role, inner, &value);
            }
            [only] if self.lower.span(only) == span => self.expansion(only, role),
            _ => {
                self.lower.open_span(Kind::Str, role, Flags::TEMPLATE, span);
                let mut at = inner.start;
                for part in expansions {
                    let of = self.lower.span(part);
                    self.between(at, of.start);
                    self.lower.open(Kind::Interp, Role::Item, part);
                    self.expansion(part, Role::Item);
                    self.lower.close();
                    at = of.end.max(at);
                }
                self.between(at, inner.end);
                self.lower.close();
            }
        }
    }

    pub(super) fn between(&mut self, start: u32, end: u32) {
        if start < end {
            self.lower.string_part(Span { start, end }, false);
        }
    }

    /// A text in which nothing is expanded.
    pub(super) fn plain(&mut self, span: Span, role: Role) {
        if self.is_operator(span) {
            self.operator(span, role);
            return;
        }
        let text = &self.lower.text[span.range()];
        self.lower.string_value(span, role, span, text);
    }

    pub(super) fn operator(&mut self, span: Span, role: Role) {
        let text = &self.lower.text[span.range()];
        if let Some(name) = metavariable_name(text.trim_ascii()) {
            self.lower
                .leaf_as(Kind::MetaVar, role, span, Symbol::of(name));
            return;
        }
        let start = span.start + u32::from(text.starts_with(b"$"));
        self.lower
            .word_span(Kind::Str, role, Span { start, ..span });
    }

    /// `$x` and `${x}` are the variable; what does more to it keeps its shape.
    pub(super) fn expansion(&mut self, c: CstId, role: Role) {
        let span = self.lower.span(c);
        if self.is_operator(span) {
            self.operator(span, role);
            return;
        }
        let mut parts = self.lower.named(c);
        match (parts.next(), parts.next()) {
            (Some(name), None) if self.is_metavariable(name) => {
                let name = self.lower.text(name);
                let name = Symbol::of(&name[METAVAR.len()..]);
                self.lower.leaf_as(Kind::MetaVar, role, span, name);
            }
            (Some(name), None) if self.k(name) == K::Variable => {
                let symbol = self.lower.symbol(name);
                self.lower.leaf_as(Kind::Name, role, span, symbol);
            }
            _ => {
                let id = self.lower.open_named(Kind::Raw, role, c, "expansion");
                self.lower.leaf_text(id, c);
                self.lower.close();
            }
        }
    }
}

/// A word without its backslashes.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(b) = bytes.next() {
        match b {
            b'\\' => match bytes.next() {
                Some(b'\n') => {}
                Some(escaped) => out.push(escaped),
                None => out.push(b),
            },
            _ => out.push(b),
        }
    }
    out
}
