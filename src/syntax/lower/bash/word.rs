//! Words: what a quoted, escaped or joined word reads as, and what is expanded in it.

use std::borrow::Cow;

use super::super::placeholder::{DEEP, Placeholder};
use super::super::{data, metavariable_name};
use super::{Bash, CstId, Flags, K, Kind, Role, Span, Symbol};

impl Bash<'_, '_> {
    pub(super) fn word(&mut self, c: CstId, role: Role) {
        match self.k(c) {
            K::CommandName => match self.lower.named(c).next() {
                Some(inner) => self.word(inner, role),
                None => self.plain(c, role),
            },
            K::Word | K::Content => self.plain(c, role),
            K::RawString => {
                let span = self.lower.span(c);
                let inner = data::within_quotes(span);
                let text = &self.lower.text[inner.range()];
                self.lower.string_value(span, role, inner, text);
            }
            K::AnsiString => {
                let span = self.lower.span(c);
                let start = (span.start + 2).min(span.end);
                let inner = Span {
                    start,
                    end: span.end.saturating_sub(1).max(start),
                };
                let value = data::unescape(&self.lower.text[inner.range()]);
                self.lower.string_value(span, role, inner, &value);
            }
            K::String => self.deeper(c, role, |bash| bash.string(c, role)),
            K::TranslatedString => match self.lower.named(c).next() {
                Some(inner) => self.word(inner, role),
                None => self.plain(c, role),
            },
            K::Concatenation => self.deeper(c, role, |bash| bash.concatenation(c, role)),
            K::Simple | K::Expansion => self.expansion(c, role),
            K::Variable => {
                self.lower.word(Kind::Name, role, c);
            }
            K::Substitution if self.is_deep(c) => self.deep(c, role),
            K::Substitution => self.deeper(c, role, |bash| {
                bash.lower.open_named(Kind::Raw, role, c, "substitution");
                bash.statements(c, false);
                bash.lower.close();
            }),
            K::Array => self.deeper(c, role, |bash| {
                bash.lower.open(Kind::List, role, c);
                for item in bash.lower.named(c) {
                    bash.word(item, Role::Item);
                }
                bash.lower.close();
            }),
            K::Subscript => self.deeper(c, role, |bash| bash.subscript(c, role)),
            K::Test => self.deeper(c, role, |bash| {
                let bracket = bash.lower.token(c);
                bash.lower.open_named(Kind::Raw, role, c, bracket);
                for part in bash.lower.named(c) {
                    bash.statement(part, Role::Item, &[]);
                }
                bash.lower.close();
            }),
            K::Command
            | K::Redirected
            | K::List
            | K::Pipeline
            | K::Assignment
            | K::Assignments
            | K::Declaration
            | K::Unset
            | K::Negated
            | K::Subshell
            | K::Compound
            | K::If
            | K::While
            | K::For
            | K::Case
            | K::Function
            | K::Error => self.statement(c, role, &[]),
            K::HeredocMark => {}
            K::Program
            | K::Redirect
            | K::Heredoc
            | K::HeredocBody
            | K::Elif
            | K::Else
            | K::CaseItem
            | K::Other => self.raw(c, role),
        }
    }

    /// Whether a word of a pattern is an operator.
    pub(super) fn is_operator(&self, c: CstId) -> bool {
        let text = self.lower.text(c);
        self.lower.pattern
            && (Placeholder::read(text).is_some() || metavariable_name(text).is_some())
    }

    /// Whether a substitution of a pattern stands for `<... e ...>`.
    fn is_deep(&self, c: CstId) -> bool {
        let command = self.lower.named(c).next();
        let name = command.and_then(|command| self.lower.named(command).next());
        self.lower.pattern && name.is_some_and(|name| self.lower.text(name) == DEEP.as_bytes())
    }

    fn deep(&mut self, c: CstId, role: Role) {
        self.lower.open(Kind::Deep, role, c);
        let command = self.lower.named(c).next().unwrap_or(c);
        let words: Vec<CstId> = self.lower.named(command).skip(1).collect();
        if let [only] = words[..] {
            self.word(only, Role::Item);
        } else {
            self.lower.open(Kind::Call, Role::Item, command);
            for word in words {
                self.word(word, Role::Arg);
            }
            self.lower.close();
        }
        self.lower.close();
    }

    /// A word without quotes.
    fn plain(&mut self, c: CstId, role: Role) {
        let span = self.lower.span(c);
        if self.is_operator(c) {
            self.lower.word(Kind::Str, role, c);
            return;
        }
        let value = unescaped(self.lower.text(c));
        self.lower.string_value(span, role, span, &value);
    }

    /// A string in double quotes. What is expanded in it splits it into parts.
    fn string(&mut self, c: CstId, role: Role) {
        let span = self.lower.span(c);
        let inner = data::within_quotes(span);
        let parts: Vec<CstId> = self.expanded(c).collect();
        let text = &self.lower.text[inner.range()];
        let operators = self.lower.pattern && (text == b"..." || text.starts_with(b"$..."));
        if parts.is_empty() && !operators {
            let value = unquoted(text);
            self.lower.string_value(span, role, inner, &value);
            return;
        }
        self.lower.open_span(Kind::Str, role, Flags::TEMPLATE, span);
        self.parts(inner, &parts);
        self.lower.close();
    }

    /// The body of a here-document, which reads as a string in double quotes does.
    pub(super) fn heredoc_body(&mut self, c: CstId) {
        let span = self.lower.span(c);
        if self.lower.pattern && self.lower.text(c).trim_ascii() == b"..." {
            self.lower
                .leaf_as(Kind::Ellipsis, Role::Item, span, Symbol::NONE);
            return;
        }
        let parts: Vec<CstId> = self.expanded(c).collect();
        if parts.is_empty() {
            let text = self.lower.text(c);
            self.lower.string_value(span, Role::Item, span, text);
            return;
        }
        self.lower
            .open_span(Kind::Str, Role::Item, Flags::TEMPLATE, span);
        self.parts(span, &parts);
        self.lower.close();
    }

    fn expanded(&self, c: CstId) -> impl Iterator<Item = CstId> {
        let named = self.lower.named(c);
        named.filter(|&part| self.k(part) != K::Content)
    }

    /// The text of `inner`, with `parts` of it expanded.
    fn parts(&mut self, inner: Span, parts: &[CstId]) {
        let mut at = inner.start;
        for &part in parts {
            let span = self.lower.span(part);
            if at < span.start {
                let text = Span {
                    start: at,
                    end: span.start,
                };
                self.lower.string_part(text, false);
            }
            self.lower.open(Kind::Interp, Role::Item, part);
            self.word(part, Role::Item);
            self.lower.close();
            at = span.end.max(at);
        }
        if at < inner.end {
            let text = Span {
                start: at,
                end: inner.end,
            };
            self.lower.string_part(text, false);
        }
    }

    /// `a'b'"$c"`: one word. Without expansions it is the text that it reads as.
    fn concatenation(&mut self, c: CstId, role: Role) {
        let span = self.lower.span(c);
        let parts: Vec<CstId> = self.lower.named(c).collect();
        let mut value = Vec::new();
        let constant = parts.iter().all(|&part| {
            let text = self.constant(part);
            value.extend_from_slice(text.as_deref().unwrap_or_default());
            text.is_some() && !self.is_operator(part)
        });
        if constant {
            self.lower.string_value(span, role, span, &value);
            return;
        }
        self.lower.open_named(Kind::Raw, role, c, "concatenation");
        for part in parts {
            self.word(part, Role::Item);
        }
        self.lower.close();
    }

    /// What a part of a word reads as, where nothing is expanded in it.
    fn constant(&self, c: CstId) -> Option<Cow<'_, [u8]>> {
        let text = self.lower.text(c);
        let inner = text
            .get(1..text.len().saturating_sub(1))
            .unwrap_or_default();
        match self.k(c) {
            K::Word => Some(unescaped(text)),
            K::RawString => Some(Cow::Borrowed(inner)),
            K::String if self.expanded(c).next().is_none() => Some(unquoted(inner)),
            K::AnsiString => Some(data::unescape(inner.get(1..).unwrap_or_default())),
            _ => None,
        }
    }

    /// `$x` and `${x}` are the variable; what does more to it keeps its shape.
    fn expansion(&mut self, c: CstId, role: Role) {
        let span = self.lower.span(c);
        let text = self.lower.text(c);
        if self.lower.pattern
            && let Some(name) = metavariable_name(text)
        {
            let name = Symbol::of(name);
            self.lower.leaf_as(Kind::MetaVar, role, span, name);
            return;
        }
        let mut parts = self.lower.named(c);
        let (first, second) = (parts.next(), parts.next());
        let plain = text.len()
            == first.map_or(0, |first| self.lower.text(first).len())
                + if text.starts_with(b"${") { 3 } else { 1 };
        match first {
            Some(name) if second.is_none() && plain && self.k(name) == K::Variable => {
                let name = self.lower.text(name);
                match Placeholder::read(name) {
                    Some(Placeholder::MetaVar(name)) if self.lower.pattern => {
                        self.lower
                            .leaf_as(Kind::MetaVar, role, span, Symbol::of(name));
                    }
                    _ => {
                        self.lower.leaf_as(Kind::Name, role, span, Symbol::of(name));
                    }
                }
            }
            _ => self.raw(c, role),
        }
    }

    fn subscript(&mut self, c: CstId, role: Role) {
        self.lower.open(Kind::Index, role, c);
        if let Some(name) = self.lower.field(c, self.f.name) {
            self.word(name, Role::Object);
        }
        if let Some(index) = self.lower.field(c, self.f.index) {
            self.word(index, Role::Index);
        }
        self.lower.close();
    }
}

/// A word without its backslashes.
fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    without_backslashes(text, |_| true)
}

/// The text of a string in double quotes, where a backslash stands for itself before most letters.
fn unquoted(text: &[u8]) -> Cow<'_, [u8]> {
    without_backslashes(text, |b| b"$`\"\\\n".contains(&b))
}

/// Takes away the backslashes before bytes that they escape; one before a break joins two lines.
fn without_backslashes(text: &[u8], is_special: fn(u8) -> bool) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(b) = bytes.next() {
        let escaped = if b == b'\\' { bytes.next() } else { None };
        match escaped {
            None => out.push(b),
            Some(b'\n') => {}
            Some(escaped) if is_special(escaped) => out.push(escaped),
            Some(other) => out.extend_from_slice(&[b, other]),
        }
    }
    Cow::Owned(out)
}
