//! Scalars by what they read as, and the operators of patterns, which are spelt as plain scalars.

use granit_parser::ScalarStyle;

use super::super::data::{self, number};
use super::super::metavariable_name;
use super::super::placeholder::Placeholder;
use super::{Flags, Kind, Role, Span, Symbol, What, Yaml};

/// An operator of a pattern.
enum Operator<'t> {
    Ellipsis,
    MetaVar(&'t [u8]),
    MetaEllipsis(&'t [u8]),
    /// What stands between `<...` and `...>`.
    Deep(&'t str),
}

fn operator(text: &str) -> Option<Operator<'_>> {
    let bytes = text.as_bytes();
    if Placeholder::read(bytes) == Some(Placeholder::Ellipsis) {
        return Some(Operator::Ellipsis);
    }
    if let Some(name) = metavariable_name(bytes) {
        return Some(Operator::MetaVar(name));
    }
    if let Some(name) = bytes.strip_prefix(b"$...") {
        let word = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
        return (!name.is_empty() && name.iter().all(word))
            .then_some(Operator::MetaEllipsis(&bytes[1..]));
    }
    let inner = text.strip_prefix("<...")?.strip_suffix("...>")?;
    Some(Operator::Deep(inner.trim()))
}

impl Yaml<'_> {
    /// Whether a key of a pattern stands for pairs.
    pub(super) fn is_list_operator(&self, at: usize) -> bool {
        let What::Scalar(text, ScalarStyle::Plain) = &self.item(at).what else {
            return false;
        };
        let operator = operator(text);
        self.lower.pattern
            && matches!(
                operator,
                Some(Operator::Ellipsis | Operator::MetaEllipsis(_))
            )
    }

    /// A scalar; one that `is_text` is a string whatever it looks like.
    pub(super) fn scalar(
        &mut self,
        span: Span,
        value: &str,
        style: ScalarStyle,
        is_text: bool,
        role: Role,
    ) {
        let inner = match style {
            ScalarStyle::Plain => {
                if let Some(operator) = operator(value).filter(|_| self.lower.pattern) {
                    self.operator(&operator, span, role);
                    return;
                }
                if !is_text && self.plain(span, value, role) {
                    return;
                }
                span
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => data::within_quotes(span),
            // Below the header.
            _ => {
                let text = &self.lower.text[span.range()];
                let header = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
                Span {
                    start: span.start + header as u32,
                    end: span.end,
                }
            }
        };
        self.lower.string_value(span, role, inner, value.as_bytes());
    }

    /// A plain scalar that is no string. Returns whether it is one.
    fn plain(&mut self, span: Span, value: &str, role: Role) -> bool {
        let (kind, symbol) = if matches!(value, "" | "~" | "null" | "Null" | "NULL") {
            (Kind::Null, Symbol::of("null"))
        } else if let Some(truth) = truth(value) {
            (Kind::Bool, Symbol::of(truth))
        } else if is_number(value) {
            let (kind, value) = number(value);
            (kind, Symbol::of(value))
        } else {
            return false;
        };
        self.lower.leaf_as(kind, role, span, symbol);
        true
    }

    fn operator(&mut self, operator: &Operator<'_>, span: Span, role: Role) {
        let (kind, symbol) = match *operator {
            Operator::Ellipsis => (Kind::Ellipsis, Symbol::NONE),
            Operator::MetaVar(name) => (Kind::MetaVar, Symbol::of(name)),
            Operator::MetaEllipsis(name) => (Kind::MetaEllipsis, Symbol::of(name)),
            Operator::Deep(inner) => {
                self.lower.open_span(Kind::Deep, role, Flags::NONE, span);
                self.within(inner, span);
                self.lower.close();
                return;
            }
        };
        self.lower.leaf_as(kind, role, span, symbol);
    }

    /// The scalar between `<...` and `...>`, which stands in the scalar at `span`.
    fn within(&mut self, text: &str, span: Span) {
        let outer = &self.lower.text[span.range()];
        let at = memchr::memmem::find(outer, text.as_bytes()).unwrap_or(0);
        let start = span.start as usize + at;
        let span = Span::new(start, start + text.len());
        let quoted = text.len() > 1 && (text.starts_with('"') || text.starts_with('\''));
        if quoted {
            let inner = &text[1..text.len() - 1];
            self.scalar(span, inner, ScalarStyle::DoubleQuoted, true, Role::Item);
        } else {
            self.scalar(span, text, ScalarStyle::Plain, false, Role::Item);
        }
    }
}

/// What a word reads as to parsers of YAML 1.1, which most programs use.
fn truth(text: &str) -> Option<&'static str> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some("true"),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some("false"),
        _ => None,
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+', '.']);
    let begins = digits.starts_with(|c: char| c.is_ascii_digit()) && text.len() - digits.len() <= 2;
    begins && (number(text).0 == Kind::Int || text.parse::<f64>().is_ok())
}
