//! What formats of data share: numbers, and strings with escapes.

use std::borrow::Cow;

use super::placeholder::{DEEP, Placeholder};
use super::{CstId, Flags, Kind, Lower, Role, Span, Symbol};

/// The operator that a quoted text of a pattern stands for.
pub(super) fn operator<'c>(lower: &Lower<'c>, c: CstId) -> Option<Placeholder<'c>> {
    let text = &lower.text[within_quotes(lower.span(c)).range()];
    (lower.pattern && text.starts_with(b"__aiscan"))
        .then(|| Placeholder::read(text))
        .flatten()
}

/// Whether a list of a pattern stands for `<... e ...>`.
pub(super) fn is_deep(lower: &Lower<'_>, c: CstId) -> bool {
    let first = lower.named(c).next();
    lower.pattern
        && first.is_some_and(|first| {
            &lower.text[within_quotes(lower.span(first)).range()] == DEEP.as_bytes()
        })
}

/// A number by its value: `1.0` and `1e0` are the number one.
pub(super) fn number(text: &str) -> (Kind, String) {
    let plain = text.replace('_', "").to_ascii_lowercase();
    let (sign, digits) = match plain.as_bytes().first() {
        Some(b'-') => ("-", &plain[1..]),
        Some(b'+') => ("", &plain[1..]),
        _ => ("", &plain[..]),
    };
    let (digits, radix) = match digits.get(..2) {
        Some("0x") => (&digits[2..], 16),
        Some("0o") => (&digits[2..], 8),
        Some("0b") => (&digits[2..], 2),
        _ => (digits, 10),
    };
    if let Ok(value) = u128::from_str_radix(digits, radix) {
        return (Kind::Int, format!("{sign}{value}"));
    }
    match plain.parse::<f64>() {
        // Beyond 2^53 not every whole number has a value of its own.
        Ok(value) if value.fract() == 0.0 && value.abs() < 9e15 => {
            (Kind::Int, format!("{value:.0}"))
        }
        Ok(value) if value.is_finite() => (Kind::Float, value.to_string()),
        _ => (Kind::Float, plain),
    }
}

/// The span between the quotes of a string.
pub(super) fn within_quotes(span: Span) -> Span {
    let start = (span.start + 1).min(span.end);
    Span {
        start,
        end: span.end.saturating_sub(1).max(start),
    }
}

/// A string's text with its escapes read, as JSON, YAML and TOML write them.
pub(super) fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((&escape, after)) = rest.split_first() else {
            out.push(b'\\');
            break;
        };
        rest = after;
        let digits = match escape {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        if digits > 0 {
            match hexadecimal(rest, digits) {
                Some(unit) => {
                    rest = &rest[digits..];
                    let read = char::from_u32(unit).or_else(|| {
                        let (pair, used) = surrogate(unit, rest)?;
                        rest = &rest[used..];
                        Some(pair)
                    });
                    let read = read.unwrap_or(char::REPLACEMENT_CHARACTER);
                    out.extend_from_slice(read.encode_utf8(&mut [0; 4]).as_bytes());
                }
                None => out.extend_from_slice(&[b'\\', escape]),
            }
            continue;
        }
        match escape {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'0' => out.push(0),
            b'e' => out.push(27),
            // A line that goes on: the break and the indentation of what follows say nothing.
            b'\n' => rest = rest.trim_ascii_start(),
            other => out.push(other),
        }
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

fn hexadecimal(text: &[u8], digits: usize) -> Option<u32> {
    let digits = std::str::from_utf8(text.get(..digits)?).ok()?;
    u32::from_str_radix(digits, 16).ok()
}

/// The second half of a pair of surrogates, `\ud83d\ude00`, and how many bytes it takes.
fn surrogate(first: u32, rest: &[u8]) -> Option<(char, usize)> {
    let second = hexadecimal(rest.strip_prefix(b"\\u")?, 4)?;
    let high = first.checked_sub(0xd800).filter(|&high| high < 0x400)?;
    let low = second.checked_sub(0xdc00).filter(|&low| low < 0x400)?;
    Some((char::from_u32(0x10000 + (high << 10) + low)?, 6))
}

impl Lower<'_> {
    /// A string whose content, at `inner`, reads as `value`.
    pub(super) fn string_value(&mut self, span: Span, role: Role, inner: Span, value: &[u8]) {
        let id = self.open_span(Kind::Str, role, Flags::NONE, span);
        self.builder.node_mut(id).symbol = Symbol::of(value);
        if inner.start < inner.end {
            self.string_part(inner, true);
            if value != &self.text[inner.range()] {
                let last = super::NodeId(self.builder.len() as u32 - 1);
                self.builder.set_text(last, &String::from_utf8_lossy(value));
            }
        }
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_read_as_what_they_stand_for() {
        let check = |text: &str, expected: &str| {
            assert_eq!(unescape(text.as_bytes()), expected.as_bytes(), "{text}");
        };
        check(r"a\u0062c", "abc");
        check(r"\ud83d\ude00", "\u{1f600}");
        check(r"\ud83d!", "\u{fffd}!");
        check(r"\x41\n\\\/", "A\n\\/");
        check(r"\u00", r"\u00");
        check("\\", "\\");
    }

    #[test]
    fn numbers_are_told_apart_by_value() {
        for one in ["1", "1.0", "1e0", "10e-1", "0x1", "+1"] {
            assert_eq!(number(one), (Kind::Int, "1".to_owned()), "{one}");
        }
        assert_eq!(number("-1"), (Kind::Int, "-1".to_owned()));
        assert_eq!(number("1.50"), (Kind::Float, "1.5".to_owned()));
        assert_ne!(number("9007199254740993").1, number("9007199254740992").1);
    }
}
