//! A pattern's text made readable for a grammar: its operators become placeholder names.
//!
//! One pass over the pattern's tokens, strings and comments apart. What `...` becomes depends on
//! where it stands, since few places of a grammar take a bare name.

mod data;
mod operator;
mod shell;
mod string;

use crate::lang::Language;
use crate::syntax::placeholder::DEEP;

/// How `...` reads in places where a grammar leaves more than one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As a name, with a semicolon where a statement wants one.
    Statement,
    /// As a call of a macro, which stands among items.
    Item,
    /// As a field with a type.
    Field,
}

/// Rewrites a pattern.
pub(super) fn encode(language: Language, text: &str, style: Style) -> String {
    match language {
        Language::Json => return data::json(text),
        Language::Yaml => return data::yaml(text),
        Language::Toml => return data::toml(text),
        Language::Html | Language::Xml => return data::html(text),
        Language::Bash => return shell::bash(text),
        Language::Dockerfile => return shell::dockerfile(text),
        Language::Python
        | Language::JavaScript
        | Language::TypeScript
        | Language::Tsx
        | Language::Rust
        | Language::Text => {}
    }
    let mut encoder = Encoder {
        language,
        style,
        bytes: text.as_bytes(),
        text,
        at: 0,
        out: String::with_capacity(text.len() * 2),
        open: Vec::new(),
        matching: false,
    };
    encoder.run(None);
    encoder.out
}

struct Encoder<'t> {
    language: Language,
    style: Style,
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    out: String,
    /// The brackets that are open, with whether a `{` belongs to a `match` or `switch`, and a `(`
    /// to a `def`.
    open: Vec<(u8, bool)>,
    /// Whether `match` or `switch` was read since the last bracket.
    matching: bool,
}

impl Encoder<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Up to the bracket that closes `until`, or to the end.
    fn run(&mut self, until: Option<u8>) {
        let depth = self.open.len();
        while self.at < self.bytes.len() {
            let b = self.peek(0);
            if until == Some(b) && self.open.len() == depth {
                return;
            }
            self.token(b);
        }
    }

    fn token(&mut self, b: u8) {
        let python = self.language == Language::Python;
        match b {
            b'#' if python => self.copy_line(),
            b'/' if !python && self.peek(1) == b'/' && self.previous() != b':' => self.copy_line(),
            b'/' if !python && self.peek(1) == b'*' => {
                let end = find(self.rest(), b"*/").map_or(self.bytes.len(), |i| self.at + i + 2);
                self.copy_to(end);
            }
            b'/' if self.is_script() && self.regex_may_start() => self.regex(),
            b'"' | b'\'' | b'`' => self.string(b),
            b'.' if self.rest().starts_with(b"...>") => {
                self.out.push(')');
                self.at += 4;
            }
            b'<' if self.rest().starts_with(b"<...") => {
                self.out.push_str(DEEP);
                self.out.push('(');
                self.at += 4;
            }
            b'.' if self.rest().starts_with(b"...") => self.ellipsis(),
            b'$' => self.metavariable(),
            b'(' | b'[' | b'{' => {
                if b == b'(' && self.typed_metavariable() {
                    return;
                }
                let matching = match b {
                    b'{' => std::mem::take(&mut self.matching),
                    b'(' => self.language == Language::Python && self.opens_parameters(),
                    _ => false,
                };
                self.open.push((b, matching));
                self.copy(1);
            }
            b')' | b']' | b'}' => {
                self.open.pop();
                self.copy(1);
            }
            b'<' if self.opens_tag() => {
                self.open.push((b'<', false));
                self.copy(1);
            }
            b'>' if self.open.last().is_some_and(|&(b, _)| b == b'<')
                && !matches!(self.previous(), b'=' | b'-') =>
            {
                self.open.pop();
                self.copy(1);
            }
            _ if is_word(b) => {
                let end = self.at + self.rest().iter().take_while(|&&b| is_word(b)).count();
                let word = &self.text[self.at..end];
                // A prefix of a string belongs to it.
                if end < self.bytes.len() && matches!(self.bytes[end], b'"' | b'\'') && python {
                    let formatted = word.contains(['f', 'F']);
                    self.copy_to(end);
                    self.python_string(formatted);
                    return;
                }
                if self.language == Language::Rust
                    && matches!(word, "r" | "b" | "br")
                    && self.bytes.get(end).is_some_and(|&b| b == b'#' || b == b'"')
                {
                    self.rust_raw_string(end);
                    return;
                }
                if matches!(word, "match" | "switch") {
                    self.matching = true;
                }
                self.copy_to(end);
            }
            _ => {
                if b == b';' {
                    self.matching = false;
                }
                let width = self.text[self.at..]
                    .chars()
                    .next()
                    .map_or(1, char::len_utf8);
                self.copy(width);
            }
        }
    }

    fn is_script(&self) -> bool {
        self.language.is_script()
    }

    fn copy(&mut self, count: usize) {
        self.copy_to(self.at + count);
    }

    fn copy_to(&mut self, end: usize) {
        let end = end.min(self.bytes.len());
        self.out.push_str(&self.text[self.at..end]);
        self.at = end;
    }

    fn copy_line(&mut self) {
        let end = find(self.rest(), b"\n").map_or(self.bytes.len(), |i| self.at + i);
        self.copy_to(end);
    }

    /// The last byte before this place that is no white space.
    fn previous(&self) -> u8 {
        self.bytes[..self.at]
            .iter()
            .rev()
            .find(|b| !b.is_ascii_whitespace())
            .copied()
            .unwrap_or(0)
    }

    /// Whether `<` begins a tag or type arguments and is no comparison.
    fn opens_tag(&self) -> bool {
        if !self.is_script() {
            return false;
        }
        let next = self.peek(1);
        next.is_ascii_alphabetic() || matches!(next, b'$' | b'>' | b'/')
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

fn ends_with_keyword(before: &[u8]) -> bool {
    [
        &b"return"[..],
        b"await",
        b"yield",
        b"in",
        b"of",
        b"typeof",
        b"case",
        b"not",
        b"and",
        b"or",
    ]
    .iter()
    .any(|word| before.ends_with(word))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Language, pattern: &str, expected: &str) {
        let encoded = encode(language, pattern, Style::Statement)
            .replace("__aiscan_mve_", "MVE_")
            .replace("__aiscan_mv_", "MV_")
            .replace("__aiscan_", "");
        assert_eq!(encoded, expected);
    }

    #[test]
    fn metavariables_are_read_outside_of_strings() {
        check(
            Language::Python,
            "$X = f(\"$Y\", $...Z)",
            "MV_X = f(\"$Y\", MVE_Z)",
        );
        check(Language::Python, "f\"a {$X}\"", "f\"a {MV_X}\"");
        check(Language::JavaScript, "`a ${$X}`", "`a ${MV_X}`");
    }

    #[test]
    fn ellipses_fit_where_they_stand() {
        check(
            Language::Python,
            "{..., \"a\": $X}",
            "{**dots, \"a\": MV_X}",
        );
        check(
            Language::Python,
            "{..., \"a\": ..., ...}",
            "{**dots, \"a\": dots, **dots}",
        );
        check(
            Language::JavaScript,
            "f(..., {a: 1, ...})",
            "f(dots, {a: 1, dots})",
        );
        check(Language::JavaScript, "$X. ... .foo()", "MV_X. dots .foo()");
        check(Language::JavaScript, "f();\n...\ng();", "f();\ndots;\ng();");
        check(Language::JavaScript, "f(...args)", "f(...args)");
        check(
            Language::Rust,
            "match $X { ..., _ => 1 }",
            "match MV_X { dots => {}, _ => 1 }",
        );
    }

    #[test]
    fn operators_of_json_are_strings() {
        check(
            Language::Json,
            "{..., $K: [$...V, ...], \"$X\": <... 1 ...>}",
            "{\"dots\": 0, \"MV_K\": [\"MVE_V\", \"dots\"], \"$X\": [\"deep\",  1 ]}",
        );
    }

    #[test]
    fn deep_and_typed_operators_become_calls() {
        check(Language::Python, "f(<... g() ...>)", "f(deep( g() ))");
        check(Language::Python, "($X: str).y", "typed(MV_X, str).y");
        check(Language::TypeScript, "($X: T) => 1", "(MV_X: T) => 1");
    }
}
