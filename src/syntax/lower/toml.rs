//! TOML: a document is one table, and a header's table is a value in it.

use std::sync::LazyLock;

use super::data::{self, number};
use super::placeholder::Placeholder;
use super::{CstId, Kind, Lower, Role, Span, Symbol, kinds};
use crate::lang::Language;

kinds! {
    Table = "table",
    TableElement = "table_array_element",
    InlineTable = "inline_table",
    Array = "array",
    Pair = "pair",
    Key = "bare_key" | "quoted_key",
    DottedKey = "dotted_key",
    String = "string",
    Number = "integer" | "float",
    Boolean = "boolean",
}

static TABLES: LazyLock<Vec<K>> = LazyLock::new(|| {
    let grammar = Language::Toml
        .definition()
        .grammar
        .expect("TOML has a grammar")();
    K::table(&grammar)
});

pub(super) fn lower(lower: &mut Lower<'_>) {
    let kinds = &*TABLES;
    let mut toml = Toml { lower, kinds };
    let root = CstId(0);
    toml.lower.open(Kind::Module, Role::Item, root);
    toml.lower.open_trimmed(Kind::Dict, Role::Item, root);
    toml.items(root);
    toml.lower.close();
    toml.lower.close();
}

struct Toml<'l, 'c> {
    lower: &'l mut Lower<'c>,
    kinds: &'static [K],
}

impl Toml<'_, '_> {
    fn k(&self, c: CstId) -> K {
        K::of(self.kinds, self.lower.node(c).kind)
    }

    fn items(&mut self, c: CstId) {
        for item in self.lower.named(c) {
            self.value(item, Role::Item);
        }
    }

    fn value(&mut self, c: CstId, role: Role) {
        match self.k(c) {
            K::Table | K::TableElement => self.table(c),
            K::InlineTable => self.nested(c, role, Kind::Dict),
            K::Array if data::is_deep(self.lower, c) => {
                self.lower.open(Kind::Deep, role, c);
                if let Some(inner) = self.lower.named(c).nth(1) {
                    self.value(inner, Role::Item);
                }
                self.lower.close();
            }
            K::Array => self.nested(c, role, Kind::List),
            K::Pair => self.pair(c),
            K::String => self.string(c, role),
            K::Number => {
                let (kind, value) = number(&String::from_utf8_lossy(self.lower.text(c)));
                let span = self.lower.span(c);
                self.lower.leaf_as(kind, role, span, Symbol::of(value));
            }
            K::Boolean => {
                self.lower.leaf(Kind::Bool, role, c);
            }
            K::Key | K::DottedKey => self.key(c, role),
            K::Error => self.items(c),
            // Dates and times.
            K::Other => {
                let (span, text) = (self.lower.span(c), self.lower.text(c));
                self.lower.string_value(span, role, span, text);
            }
        }
    }

    fn nested(&mut self, c: CstId, role: Role, kind: Kind) {
        let kinds = self.kinds;
        self.lower.deeper(c, role, |lower| {
            lower.open(kind, role, c);
            Toml { lower, kinds }.items(c);
            lower.close();
        });
    }

    /// `[a.b]` and what follows it: a pair of the header's key and a table. That of `[[a.b]]` is
    /// one of several.
    fn table(&mut self, c: CstId) {
        let key = self.lower.named(c).next();
        self.lower.open_trimmed(Kind::Pair, Role::Item, c);
        if let Some(key) = key {
            self.key(key, Role::Key);
        }
        self.lower.open_trimmed(Kind::Dict, Role::Value, c);
        for item in self.lower.named(c).skip(1) {
            self.value(item, Role::Item);
        }
        self.lower.close();
        self.lower.close();
    }

    fn pair(&mut self, c: CstId) {
        let mut parts = self.lower.named(c);
        let (key, value) = (parts.next(), parts.next());
        let operator = key.and_then(|key| data::operator(self.lower, key));
        if let (Some(key), Some(Placeholder::Ellipsis | Placeholder::MetaEllipsis(_))) =
            (key, operator)
        {
            self.key(key, Role::Item);
            return;
        }
        self.lower.open_trimmed(Kind::Pair, Role::Item, c);
        if let Some(key) = key {
            self.key(key, Role::Key);
        }
        if let Some(value) = value {
            self.value(value, Role::Value);
        }
        self.lower.close();
    }

    /// A key, dotted or not, without its quotes.
    fn key(&mut self, c: CstId, role: Role) {
        let span = self.lower.span(c);
        if self.k(c) == K::DottedKey {
            let text: Vec<u8> = self.lower.text(c).to_vec();
            let bare = text
                .into_iter()
                .filter(|b| !b" \t\"'".contains(b))
                .collect::<Vec<u8>>();
            self.lower.string_value(span, role, span, &bare);
            return;
        }
        if self.lower.text(c).starts_with(b"\"") || self.lower.text(c).starts_with(b"'") {
            self.string(c, role);
        } else {
            let text = self.lower.text(c);
            self.lower.string_value(span, role, span, text);
        }
    }

    fn string(&mut self, c: CstId, role: Role) {
        let span = self.lower.span(c);
        if data::operator(self.lower, c).is_some() {
            let inner = data::within_quotes(span);
            self.lower.word_span(Kind::Str, role, inner);
            return;
        }
        let text = self.lower.text(c);
        let quotes = if text.starts_with(b"\"\"\"") || text.starts_with(b"'''") {
            3
        } else {
            1
        };
        let start = (span.start + quotes).min(span.end);
        let inner = Span {
            start,
            end: span.end.saturating_sub(quotes).max(start),
        };
        let content = &self.lower.text[inner.range()];
        // A break right behind the quotes says nothing.
        let value = match quotes {
            3 => content
                .strip_prefix(b"\r\n")
                .or(content.strip_prefix(b"\n"))
                .unwrap_or(content),
            _ => content,
        };
        if text.starts_with(b"'") {
            self.lower.string_value(span, role, inner, value);
        } else {
            let value = data::unescape(value);
            self.lower.string_value(span, role, inner, &value);
        }
    }
}
