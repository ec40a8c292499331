//! The operators of patterns: metavariables, with their types where they have some, and `...`.

use super::{Encoder, Style, encode, ends_with_keyword, is_word};
use crate::lang::Language;
use crate::syntax::placeholder::{ELLIPSIS, META_ELLIPSIS, METAVAR, TYPED};

impl Encoder<'_> {
    /// What stands before the bracket that was opened last, where nothing but `...` follows it.
    fn before_bracket(&self) -> &[u8] {
        let before = self.bytes[..self.at - 3].trim_ascii_end();
        before[..before.len().saturating_sub(1)].trim_ascii_end()
    }

    pub(super) fn metavariable(&mut self) {
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
    pub(super) fn opens_parameters(&self) -> bool {
        let before = self.text[..self.at].trim_end();
        let name = before
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
            .unwrap_or(0);
        before[..name].trim_end().ends_with("def")
    }

    /// `($X: T)`, but no parameter of a function.
    pub(super) fn typed_metavariable(&mut self) -> bool {
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

    pub(super) fn ellipsis(&mut self) {
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
            // Among pairs, but not the value of one.
            if bracket == b'{' && previous != b':' && self.is_dictionary() {
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
}
