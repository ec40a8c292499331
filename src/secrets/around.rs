//! What stands around a place in a text: words, statements, quotes, lines.

use std::ops::Range;

use super::name;
use crate::source::Span;

/// Lines from this length on were not written by a person.
const LONG_LINE: usize = 2000;

/// Where the statement that `text` is in the middle of ends: with its line, unless that is continued
/// or something is open at its end.
pub(super) fn end_of_statement(text: &[u8], is_code: bool) -> usize {
    let goes_on = |line: usize| {
        let last = text[..line].iter().rfind(|b| !b.is_ascii_whitespace());
        !is_code && last.is_some_and(|last| b"\\{[(,:=>|".contains(last))
    };
    memchr::memchr_iter(b'\n', text)
        .find(|&line| !goes_on(line))
        .unwrap_or(text.len())
}

/// Whether a provider's name stands as a word, or as a part of a name: `ACME_KEY`, `acmeSECRET`.
pub(super) fn is_word(text: &[u8], name: &Range<usize>) -> bool {
    let before = name.start.checked_sub(1).map_or(b' ', |at| text[at]);
    let after = text.get(name.end).copied().unwrap_or(b' ');
    let begins = !before.is_ascii_alphabetic()
        || before.is_ascii_lowercase() && text[name.start].is_ascii_uppercase();
    let rest = &text[name.end..text.len().min(name.end + 6)];
    let ends = !after.is_ascii_lowercase()
        || text[name.end - 1].is_ascii_uppercase()
        || [
            b"key".as_slice(),
            b"token",
            b"secret",
            b"api",
            b"pat",
            b"auth",
            b"access",
            b"sms",
        ]
        .iter()
        .any(|word| rest.starts_with(word));
    // In a run of base 64 a name is chance, and its letters are of any case.
    let inner = &text[name.start + 1..name.end];
    let mixed = inner.iter().any(u8::is_ascii_lowercase)
        && inner.iter().filter(|b| b.is_ascii_uppercase()).count() > 2;
    begins && ends && !mixed && !is_within_a_run(text, name)
}

/// Whether the bytes around are one long run of base 64, such as a line of a certificate.
fn is_within_a_run(text: &[u8], span: &Range<usize>) -> bool {
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let before = text[span.start.saturating_sub(RUN)..span.start]
        .iter()
        .rev();
    let after = text[span.end..text.len().min(span.end + RUN)].iter();
    before.take_while(part).count() + after.take_while(part).count() >= RUN
}

/// The length from which on a run of letters and digits is no name.
const RUN: usize = 56;

/// Whether a word for a secret stands in the bytes between a provider's name and a value.
pub(super) fn has_secret_word(gap: &[u8]) -> bool {
    let gap = String::from_utf8_lossy(gap);
    name::words(&gap).iter().any(|word| {
        matches!(
            word.as_str(),
            "key"
                | "keys"
                | "auth"
                | "authorization"
                | "access"
                | "private"
                | "pass"
                | "pwd"
                | "pat"
                | "bearer"
        ) || ["token", "secret", "password", "apikey", "credential"]
            .iter()
            .any(|part| word.contains(part))
    })
}

/// Whether the bytes before a value say that it is a hash or a name.
pub(super) fn is_told_to_be_public(gap: &[u8]) -> bool {
    let gap = String::from_utf8_lossy(gap);
    name::words(&gap).iter().any(|word| {
        matches!(
            word.as_str(),
            "sha"
                | "sha1"
                | "sha256"
                | "hash"
                | "commit"
                | "etag"
                | "integrity"
                | "digest"
                | "checksum"
                | "md5"
                | "blob"
                | "tree"
                | "rev"
                | "public"
        )
    })
}

/// Whether the value is meant for everybody who sees a page: the token of a badge's address, the
/// key of a search beside the name of its index.
pub(super) fn is_for_everybody(text: &[u8], name: Span, value: Span) -> bool {
    const REACH: usize = 160;
    let start = name.start as usize;
    let address = text[start.saturating_sub(REACH)..start].rsplit(|b| {
        b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'(' | b'<' | b'>' | b'[')
    });
    let has = |text: &[u8], word: &[u8]| memchr::memmem::find(text, word).is_some();
    let is_badge = address
        .take(1)
        .any(|address| has(address, b"://") && (has(address, b"badge") || has(address, b".svg")));
    let end = value.end as usize;
    let after = &text[end..text.len().min(end + REACH / 2)];
    is_badge || has(after, b"indexName")
}

/// Whether a quote stands right before and right after a value.
pub(super) fn is_quoted(text: &[u8], start: usize, end: usize) -> bool {
    let quote = |b: Option<&u8>| b.is_some_and(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    quote(start.checked_sub(1).and_then(|at| text.get(at))) && quote(text.get(end))
}

/// Whether the line around a span is longer than people write.
pub(super) fn is_on_long_line(text: &[u8], span: Span) -> bool {
    let (start, end) = (span.start as usize, span.end as usize);
    let before = &text[start.saturating_sub(LONG_LINE)..start];
    let after = &text[end..text.len().min(end + LONG_LINE)];
    let before = memchr::memrchr(b'\n', before).map_or(before.len(), |at| before.len() - at);
    let after = memchr::memchr(b'\n', after).unwrap_or(after.len());
    before + after >= LONG_LINE
}
