//! A pattern's text made readable for a grammar: its operators become placeholder names.
//!
//! One pass over the pattern's tokens, strings and comments apart. What `...` becomes depends on
//! where it stands, since few places of a grammar take a bare name.

use crate::lang::Language;
use crate::syntax::placeholder::{DEEP, ELLIPSIS, META_ELLIPSIS, METAVAR, TYPED};

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
        matches!(
            self.language,
            Language::JavaScript | Language::TypeScript | Language::Tsx
        )
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

    /// What stands before the bracket that was opened last, where nothing but `...` follows it.
    fn before_bracket(&self) -> &[u8] {
        let before = self.bytes[..self.at - 3].trim_ascii_end();
        before[..before.len().saturating_sub(1)].trim_ascii_end()
    }

    fn metavariable(&mut self) {
        let (prefix, skip) = if self.rest().starts_with(b"$...") {
            (META_ELLIPSIS, 4)
        } else {
            (METAVAR, 1)
        };
        let name = &self.bytes[self.at + skip..];
        let length = name
            .iter()
            .take_while(|&&b| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit())
            .count();
        let first = name.first().copied().unwrap_or(0);
        let follows_word = self.at > 0 && is_word(self.bytes[self.at - 1]);
        let lower_follows = name.get(length).is_some_and(u8::is_ascii_lowercase);
        if length == 0 || first.is_ascii_digit() || follows_word || lower_follows {
            self.copy(1);
            return;
        }
        let from = self.out.trim_end().ends_with("from") && self.is_script();
        if from {
            // `import x from $X`: a module is a string.
            self.out.push('"');
            self.copy(skip + length);
            self.out.push('"');
            return;
        }
        if self.typed_argument(length) {
            return;
        }
        self.out.push_str(prefix);
        self.at += skip;
        self.copy(length);
    }

    /// `f($X: T)` in Python, where only parameters have types otherwise.
    fn typed_argument(&mut self, length: usize) -> bool {
        let Some(&(bracket, parameters)) = self.open.last() else {
            return false;
        };
        if self.language != Language::Python || bracket != b'(' || parameters {
            return false;
        }
        let name = &self.text[self.at + 1..self.at + 1 + length];
        let after = &self.text[self.at + 1 + length..];
        let Some(of) = after.trim_start().strip_prefix(':') else {
            return false;
        };
        let end = of.find([',', ')']).unwrap_or(of.len());
        let of_encoded = encode(self.language, of[..end].trim(), self.style);
        self.out
            .push_str(&format!("{TYPED}({METAVAR}{name}, {of_encoded})"));
        self.at = self.text.len() - of.len() + end;
        true
    }

    /// Whether the bracket at this place opens the parameters of a function.
    fn opens_parameters(&self) -> bool {
        let before = self.text[..self.at].trim_end();
        let name = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
            .unwrap_or(0);
        before[..name].trim_end().ends_with("def")
    }

    /// `($X: T)`, but no parameter of a function.
    fn typed_metavariable(&mut self) -> bool {
        let inside = self.text[self.at + 1..].trim_start();
        if !inside.starts_with('$') || inside.starts_with("$...") {
            return false;
        }
        let word =
            inside[1..].find(|c: char| !(c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit()));
        let Some(word) = word else { return false };
        let after = inside[1 + word..].trim_start();
        let Some(of) = after.strip_prefix(':') else {
            return false;
        };
        if of.starts_with(':') {
            return false;
        }
        let before = self.bytes[..self.at].trim_ascii_end();
        if before
            .last()
            .is_some_and(|&b| is_word(b) && !ends_with_keyword(before) || b == b')' || b == b'>')
        {
            return false;
        }
        let mut depth = 0usize;
        let Some(close) = of.find(|c: char| match c {
            '(' | '[' | '{' => {
                depth += 1;
                false
            }
            ')' if depth == 0 => true,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => false,
        }) else {
            return false;
        };
        let rest = of[close + 1..].trim_start();
        if rest.starts_with("=>") || of[..close].contains(',') {
            return false;
        }
        let name = &inside[1..=word];
        let name = name.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let of_encoded = encode(self.language, of[..close].trim(), self.style);
        self.out
            .push_str(&format!("{TYPED}({METAVAR}{name}, {of_encoded})"));
        self.at = self.text.len() - of.len() + close + 1;
        true
    }

    fn ellipsis(&mut self) {
        let previous = self.previous();
        self.at += 3;
        let next_raw = self.peek(0);
        let rest = self.text[self.at..].trim_start();
        let next = rest.bytes().next().unwrap_or(0);
        let (bracket, matching) = self.open.last().copied().unwrap_or((0, false));
        let script = self.is_script();
        // `...x` spreads; alone, `...` is the operator.
        if script && (is_word(next_raw) || matches!(next_raw, b'$' | b'[')) && previous != b'.' {
            self.out.push_str("...");
            return;
        }
        if self.language == Language::Python {
            if bracket == b'{' && self.is_dictionary() {
                self.out.push_str("**");
            }
            self.out.push_str(ELLIPSIS);
            return;
        }
        let in_list = matches!(bracket, b'(' | b'[' | b'<')
            || matches!(next, b',' | b')' | b']' | b'.')
            || next == b'<' && !rest.starts_with("<...")
            || matches!(previous, b',' | b'.' | b'=')
            || previous == b'>' && next == b'<'
            // `function ...(…)`
            || next == b'(';
        // `match ... {`, `for x in ... {`
        if next == b'{' {
            self.out.push_str(ELLIPSIS);
            return;
        }
        if bracket == b'{' && matching && self.text[..self.at - 3].trim_end().ends_with("=>") {
            self.out.push_str(ELLIPSIS);
            return;
        }
        if bracket == b'{' && matching {
            if script {
                if rest.starts_with("case")
                    || rest.starts_with("default")
                    || next == b'}' && previous == b'{'
                {
                    self.out.push_str(&format!("case {ELLIPSIS}: "));
                } else {
                    self.out.push_str(&format!("{ELLIPSIS};"));
                }
            } else {
                let comma = if next == b',' { "" } else { "," };
                self.out.push_str(&format!("{ELLIPSIS} => {{}}{comma}"));
            }
            return;
        }
        // `<a b=... />`
        if bracket == b'<' && previous == b'=' && script {
            self.out.push_str(&format!("{{{ELLIPSIS}}}"));
            return;
        }
        // `for (...)` has a head of three parts.
        self.out.push_str(ELLIPSIS);
        if script && previous == b'(' && next == b')' && self.before_bracket().ends_with(b"for") {
            self.out.push_str(";;");
            return;
        }
        match self.style {
            Style::Item if !in_list => self.out.push_str("!{}"),
            Style::Field if bracket == b'{' => {
                self.out.push_str(&format!(": {ELLIPSIS}"));
            }
            _ if in_list || next == b'}' || next == b';' => {}
            _ => self.out.push(';'),
        }
    }

    /// Whether the braces around this place hold pairs.
    fn is_dictionary(&self) -> bool {
        let mut depth = 0usize;
        let forward = self.bytes[self.at..].iter().find_map(|b| match b {
            b'(' | b'[' | b'{' => {
                depth += 1;
                None
            }
            b'}' | b')' | b']' if depth == 0 => Some(false),
            b'}' | b')' | b']' => {
                depth -= 1;
                None
            }
            b':' if depth == 0 => Some(true),
            _ => None,
        });
        if forward == Some(true) {
            return true;
        }
        let mut depth = 0usize;
        self.bytes[..self.at - 3]
            .iter()
            .rev()
            .find_map(|b| match b {
                b')' | b']' | b'}' => {
                    depth += 1;
                    None
                }
                b'{' | b'(' | b'[' if depth == 0 => Some(false),
                b'{' | b'(' | b'[' => {
                    depth -= 1;
                    None
                }
                b':' if depth == 0 => Some(true),
                _ => None,
            })
            == Some(true)
    }

    fn string(&mut self, quote: u8) {
        if self.language == Language::Python {
            self.python_string(false);
            return;
        }
        if self.language == Language::Rust && quote == b'\'' {
            // A character or a lifetime.
            let end = match (self.peek(1), self.peek(2)) {
                (b'\\', _) => find(&self.rest()[2..], b"'").map_or(2, |i| i + 3),
                (_, b'\'') => 3,
                _ => 1,
            };
            self.copy(end);
            return;
        }
        self.copy(1);
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => self.copy(2),
                b if b == quote => {
                    self.copy(1);
                    return;
                }
                b'$' if quote == b'`' && self.peek(1) == b'{' => {
                    self.copy(2);
                    self.open.push((b'(', false));
                    self.run(Some(b'}'));
                    self.open.pop();
                    if self.at < self.bytes.len() {
                        self.copy(1);
                    }
                }
                _ => {
                    let width = self.text[self.at..]
                        .chars()
                        .next()
                        .map_or(1, char::len_utf8);
                    self.copy(width);
                }
            }
        }
    }

    fn python_string(&mut self, formatted: bool) {
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        let marks = if triple { 3 } else { 1 };
        let end = [quote; 3];
        self.copy(marks);
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => self.copy(2),
                _ if self.rest().starts_with(&end[..marks]) => {
                    self.copy(marks);
                    return;
                }
                b'{' if formatted && self.peek(1) == b'{' => self.copy(2),
                b'{' if formatted => {
                    self.copy(1);
                    self.open.push((b'(', false));
                    self.run(Some(b'}'));
                    self.open.pop();
                    if self.at < self.bytes.len() {
                        self.copy(1);
                    }
                }
                _ => {
                    let width = self.text[self.at..]
                        .chars()
                        .next()
                        .map_or(1, char::len_utf8);
                    self.copy(width);
                }
            }
        }
    }

    fn rust_raw_string(&mut self, prefix_end: usize) {
        let hashes = self.bytes[prefix_end..]
            .iter()
            .take_while(|&&b| b == b'#')
            .count();
        if self.bytes.get(prefix_end + hashes) != Some(&b'"') {
            self.copy_to(prefix_end);
            return;
        }
        let raw = self.text[self.at..prefix_end].contains('r');
        if !raw {
            self.copy_to(prefix_end);
            self.string(b'"');
            return;
        }
        let close = format!("\"{}", "#".repeat(hashes));
        let body = prefix_end + hashes + 1;
        let end = find(&self.bytes[body..], close.as_bytes())
            .map_or(self.bytes.len(), |i| body + i + close.len());
        self.copy_to(end);
    }

    fn regex_may_start(&self) -> bool {
        let previous = self.previous();
        let before = self.bytes[..self.at].trim_ascii_end();
        previous == 0
            || matches!(
                previous,
                b'(' | b',' | b'=' | b':' | b'[' | b'!' | b'&' | b'|' | b'?' | b'{' | b'}' | b';'
            )
            || ends_with_keyword(before)
    }

    fn regex(&mut self) {
        let mut end = self.at + 1;
        let mut class = false;
        while end < self.bytes.len() {
            match self.bytes[end] {
                b'\\' => end += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => break,
                b'\n' => {
                    self.copy(1);
                    return;
                }
                _ => {}
            }
            end += 1;
        }
        self.copy_to(end + 1);
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
    fn deep_and_typed_operators_become_calls() {
        check(Language::Python, "f(<... g() ...>)", "f(deep( g() ))");
        check(Language::Python, "($X: str).y", "typed(MV_X, str).y");
        check(Language::TypeScript, "($X: T) => 1", "(MV_X: T) => 1");
    }
}
