//! Templates of configuration and markup: Helm's YAML, Jinja's HTML, PHP in a page.
//!
//! What a template engine fills in is no part of the language that comes of it, and breaks its
//! grammar. Where a text does not parse, it is parsed once more with the marks of templates put out
//! of sight: a line of them is blank, and within a line a word stands in their place. Both have the
//! length of what they hide, so that every span still counts in the text itself.

use crate::lang::Language;

/// Marks that a template engine reads, with what ends them.
const MARKS: &[(&[u8], &[u8])] = &[
    (b"{{", b"}}"),
    (b"{%", b"%}"),
    (b"{#", b"#}"),
    (b"<%", b"%>"),
];

/// The same in markup, where XML has declarations and sections of its own.
const MARKUP: &[(&[u8], &[u8])] = &[(b"<?", b"?>")];

/// A mark that is longer is no mark: its end belongs to another one.
const LONGEST: usize = 4 * 1024;

/// The text with its templates out of sight; `None` where it holds none.
pub(super) fn hidden(language: Language, text: &[u8]) -> Option<Vec<u8>> {
    let markup = matches!(language, Language::Html | Language::Xml);
    let more: &[_] = if markup { MARKUP } else { &[] };
    // Digits are a value in JSON, also within a string; elsewhere a word is.
    let filler = if language == Language::Json {
        b'1'
    } else {
        b'x'
    };
    let marks: Vec<_> = MARKS.iter().chain(more).collect();
    // Where the next end of each mark stands, looked for once and kept until it is passed.
    let mut ends: Vec<Option<usize>> = vec![Some(0); marks.len()];
    let mut out: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(next) = memchr::memchr2(b'{', b'<', &text[at..]) {
        let start = at + next;
        let rest = &text[start..];
        let mark = marks
            .iter()
            .zip(&mut ends)
            .find_map(|((open, close), end)| {
                let inner = start + open.len();
                rest.strip_prefix(*open)?;
                if end.is_some_and(|end| end < inner) {
                    *end = memchr::memmem::find(&text[inner..], close).map(|at| inner + at);
                }
                let end = end.filter(|end| end - inner <= LONGEST)?;
                Some(end + close.len())
            });
        let Some(end) = mark else {
            at = start + 1;
            continue;
        };
        let out = out.get_or_insert_with(|| text.to_vec());
        let filler = if markup || fills_lines(text, start, end) {
            b' '
        } else {
            filler
        };
        for byte in &mut out[start..end] {
            if *byte != b'\n' {
                *byte = filler;
            }
        }
        at = end;
    }
    out
}

/// Whether nothing but templates stands on the lines of a range.
fn fills_lines(text: &[u8], start: usize, end: usize) -> bool {
    let (from, to) = (start.saturating_sub(LONGEST), text.len().min(end + LONGEST));
    let before = memchr::memrchr(b'\n', &text[from..start]).map(|at| from + at + 1);
    let after = memchr::memchr(b'\n', &text[end..to]).map(|at| end + at);
    let before = before.or((from == 0).then_some(0));
    let after = after.or((to == text.len()).then_some(to));
    let blank = |part: &[u8]| part.trim_ascii().is_empty();
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    blank(&text[before..start]) && blank(&text[end..after])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: Language, text: &str, expected: Option<&str>) {
        let hidden = hidden(language, text.as_bytes());
        let hidden = hidden.map(|text| String::from_utf8(text).unwrap());
        assert_eq!(hidden.as_deref(), expected);
    }

    #[test]
    fn marks_become_words_and_lines_of_them_blank() {
        check(
            Language::Yaml,
            "{{- if .x }}\na: {{ .b }}-c\n",
            Some("            \na: xxxxxxxx-c\n"),
        );
        check(Language::Json, "{\"a\": {{ b }}}", Some("{\"a\": 1111111}"));
        check(
            Language::Xml,
            "<?xml version='1'?><a/>",
            Some("                   <a/>"),
        );
    }

    #[test]
    fn what_has_no_end_is_no_mark() {
        check(Language::Yaml, "a: {{ b\n", None);
        check(Language::Yaml, "a: {b: 1}\n", None);
    }
}
