//! Whether a text of a configuration language may spell a word otherwise than it reads.

use crate::lang::Language;
use crate::source::Source;

/// Whether words of the text may be hidden from a search for them. Escapes in code are read where
/// the words of a text are.
pub(super) fn may_hide_words(source: &Source) -> bool {
    let text = source.text();
    match source.language {
        Language::Json | Language::Yaml | Language::Toml => memchr::memchr(b'\\', text).is_some(),
        Language::Html => has_capital_names(text),
        Language::Bash => joins_words(text),
        Language::Dockerfile => joins_words(text) || has_small_keywords(text),
        Language::Python
        | Language::JavaScript
        | Language::TypeScript
        | Language::Tsx
        | Language::Rust
        | Language::Xml
        | Language::Text => false,
    }
}

/// Whether a page spells the name of a tag or of an attribute in capital letters.
fn has_capital_names(text: &[u8]) -> bool {
    let mut in_tag = false;
    let mut quote = None;
    text.iter().any(|&b| {
        match (b, quote) {
            (_, Some(open)) if b == open => quote = None,
            (_, Some(_)) => return false,
            (b'"' | b'\'', None) if in_tag => quote = Some(b),
            (b'<', None) => in_tag = true,
            (b'>', None) => in_tag = false,
            _ => {}
        }
        in_tag && b.is_ascii_uppercase()
    })
}

/// Whether a shell may put words together: `cu""rl`, `c\url`.
fn joins_words(text: &[u8]) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let mark = |b: u8| matches!(b, b'"' | b'\'');
    text.windows(3).any(|three| {
        let [a, b, c] = [three[0], three[1], three[2]];
        word(a) && mark(b) && (word(c) || mark(c) || c == b'\\')
            || b == b'\\' && (word(c) || word(a) && matches!(c, b'\n' | b'\r'))
            || b == b'$' && mark(c)
    }) || text.starts_with(b"\\")
}

/// Whether a keyword of a Dockerfile is spelt in small letters.
fn has_small_keywords(text: &[u8]) -> bool {
    let line = |line: &[u8]| {
        let mut words = line
            .split(u8::is_ascii_whitespace)
            .filter(|w| !w.is_empty());
        let first = words.next().unwrap_or_default();
        KEYWORDS.iter().any(|keyword| {
            first != keyword.as_bytes() && first.eq_ignore_ascii_case(keyword.as_bytes())
        }) || words.any(|word| matches!(word, b"as" | b"As" | b"aS" | b"cmd" | b"none"))
    };
    text.split(|&b| b == b'\n').any(line)
}

/// What an instruction of a Dockerfile begins with.
const KEYWORDS: &[&str] = &[
    "FROM",
    "RUN",
    "CMD",
    "LABEL",
    "EXPOSE",
    "ENV",
    "ADD",
    "COPY",
    "ENTRYPOINT",
    "VOLUME",
    "USER",
    "WORKDIR",
    "ARG",
    "ONBUILD",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "SHELL",
    "MAINTAINER",
];
