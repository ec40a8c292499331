//! JSON: objects, arrays and literals. In patterns an operator is a string that a file cannot hold.

use std::sync::LazyLock;

use super::data::{self, number};
use super::placeholder::Placeholder;
use super::{CstId, Kind, Lower, Role, Symbol, fields, kinds};
use crate::lang::Language;

kinds! {
    Object = "object",
    Array = "array",
    Pair = "pair",
    String = "string",
    Number = "number",
    True = "true",
    False = "false",
    Null = "null",
}

fields! {
    key = "key",
    value = "value",
}

static TABLES: LazyLock<(Vec<K>, F)> = LazyLock::new(|| {
    let grammar = Language::Json
        .definition()
        .grammar
        .expect("JSON has a grammar")();
    (K::table(&grammar), F::table(&grammar))
});

pub(super) fn lower(lower: &mut Lower<'_>) {
    let (kinds, fields) = &*TABLES;
    let mut json = Json {
        lower,
        kinds,
        f: fields,
    };
    let root = CstId(0);
    json.lower.open(Kind::Module, Role::Item, root);
    for value in json.lower.named(root) {
        json.value(value, Role::Item);
    }
    json.lower.close();
}

struct Json<'l, 'c> {
    lower: &'l mut Lower<'c>,
    kinds: &'static [K],
    f: &'static F,
}

impl Json<'_, '_> {
    fn k(&self, c: CstId) -> K {
        K::of(self.kinds, self.lower.node(c).kind)
    }

    fn value(&mut self, c: CstId, role: Role) {
        match self.k(c) {
            K::Object => self.nested(c, role, Kind::Dict),
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
            K::True | K::False => {
                self.lower.leaf(Kind::Bool, role, c);
            }
            K::Null => {
                self.lower.leaf(Kind::Null, role, c);
            }
            // What an error left whole is still there to be looked at.
            K::Error | K::Other => {
                for child in self.lower.named(c) {
                    self.value(child, role);
                }
            }
        }
    }

    fn nested(&mut self, c: CstId, role: Role, kind: Kind) {
        let (kinds, f) = (self.kinds, self.f);
        self.lower.deeper(c, role, |lower| {
            lower.open(kind, role, c);
            for item in lower.named(c) {
                Json { lower, kinds, f }.value(item, Role::Item);
            }
            lower.close();
        });
    }

    fn pair(&mut self, c: CstId) {
        let (key, value) = (
            self.lower.field(c, self.f.key),
            self.lower.field(c, self.f.value),
        );
        let operator = key.and_then(|key| data::operator(self.lower, key));
        if let (Some(key), Some(Placeholder::Ellipsis | Placeholder::MetaEllipsis(_))) =
            (key, operator)
        {
            self.string(key, Role::Item);
            return;
        }
        self.lower.open(Kind::Pair, Role::Item, c);
        if let Some(key) = key {
            // `"$KEY"` is the key, quotes and all.
            self.string(key, Role::Key);
        }
        if let Some(value) = value {
            self.value(value, Role::Value);
        }
        self.lower.close();
    }

    fn string(&mut self, c: CstId, role: Role) {
        let span = self.lower.span(c);
        let inner = data::within_quotes(span);
        if data::operator(self.lower, c).is_some() {
            self.lower.word_span(Kind::Str, role, inner);
            return;
        }
        let text = &self.lower.text[inner.range()];
        if role == Role::Key
            && self.lower.pattern
            && let Some(name) = super::metavariable_name(text)
        {
            let name = Symbol::of(name);
            self.lower.leaf_as(Kind::MetaVar, role, span, name);
            return;
        }
        let value = data::unescape(text);
        self.lower.string_value(span, role, inner, &value);
    }
}
