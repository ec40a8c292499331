//! The dialect that the regular expressions of rules are written in, told to the engines.
//!
//! Rules mean an expression as PCRE reads it over UTF-8, by which Semgrep's engine was measured:
//! `\w`, `\d`, `\s` and `\b` know ASCII alone, but `.` and `[^a]` match a whole character. An engine
//! here counts in bytes or in characters. An expression in ASCII is written for bytes, since `.` and
//! letters of any case are much smaller automata there; what may match one character beyond ASCII
//! is then marked to match a whole one. A row of such, `.*`, is the same row in bytes.

/// What an engine counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes: the engine's Unicode mode is off.
    Byte,
    /// Characters: it is on.
    Character,
}

impl Unit {
    /// What suits an expression.
    pub fn of(text: &str) -> Unit {
        let escapes = text.match_indices('\\').map(|(at, _)| &text[at + 1..]);
        // Of `\x80` and more, bytes would mean the byte.
        let beyond = |escape: &str| match escape.as_bytes() {
            [b'x', digit, ..] => !matches!(digit, b'0'..=b'7'),
            [b'u' | b'U', ..] => true,
            _ => false,
        };
        if text.is_ascii() && !escapes.into_iter().any(beyond) {
            Unit::Byte
        } else {
            Unit::Character
        }
    }

    /// Writes an expression for the engine of linear time, where it counts in this.
    pub fn linear(self, text: &str) -> String {
        match self {
            Unit::Byte => write(text, |part| format!("(?u:{part})")),
            Unit::Character => write(text, str::to_owned),
        }
    }

    /// Writes an expression for the engine that backtracks, where it counts in this. That engine
    /// cannot change the unit within an expression, but look at what follows.
    pub fn backtracking(self, text: &str) -> String {
        match self {
            Unit::Byte => write(text, |part| {
                format!("(?:(?![\\x80-\\xBF]){part}[\\x80-\\xBF]*)")
            }),
            Unit::Character => write(text, str::to_owned),
        }
    }
}

/// Writes an expression as engines read it, what matches one character beyond ASCII by `wide`.
fn write(text: &str, wide: impl Fn(&str) -> String) -> String {
    let mut writer = Writer {
        text,
        wide,
        out: String::with_capacity(text.len() + text.len() / 4),
    };
    let spaced = spaced_from(text);
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let end = if rest.starts_with('#') && at > spaced {
            at + rest.find('\n').unwrap_or(rest.len())
        } else {
            token_end(text.as_bytes(), at)
        };
        writer.token(at, end);
        at = end;
    }
    writer.out
}

/// From where on white space and comments are no part of the expression: behind `(?x)`.
fn spaced_from(text: &str) -> usize {
    let mut flags = text.match_indices("(?").map(|(at, _)| at);
    let spaced = flags.find(|at| {
        let flags = text[at + 2..].bytes();
        let mut flags = flags.take_while(u8::is_ascii_alphabetic);
        flags.any(|flag| flag == b'x')
    });
    spaced.unwrap_or(text.len())
}

/// The end of a letter, an escape or a set.
pub(super) fn token_end(bytes: &[u8], at: usize) -> usize {
    match bytes[at] {
        b'\\' => escape_end(bytes, at),
        b'[' => {
            let mut at = at + 1;
            at += usize::from(bytes.get(at) == Some(&b'^'));
            at += usize::from(bytes.get(at) == Some(&b']'));
            while at < bytes.len() && bytes[at] != b']' {
                at = member_end(bytes, at);
            }
            (at + 1).min(bytes.len())
        }
        first => (at + width(first)).min(bytes.len()),
    }
}

/// The end of what stands at `at` in a set: a letter, an escape or a class by name.
fn member_end(bytes: &[u8], at: usize) -> usize {
    match &bytes[at..] {
        [b'\\', ..] => escape_end(bytes, at),
        [b'[', b':', rest @ ..] => {
            let name = rest
                .iter()
                .take_while(|b| b.is_ascii_alphabetic() || **b == b'^');
            let end = at + 2 + name.count();
            if bytes[end..].starts_with(b":]") {
                end + 2
            } else {
                at + 1
            }
        }
        rest => (at + width(rest[0])).min(bytes.len()),
    }
}

fn escape_end(bytes: &[u8], at: usize) -> usize {
    let Some(&letter) = bytes.get(at + 1) else {
        return bytes.len();
    };
    let end = at + 1 + width(letter);
    if matches!(letter, b'p' | b'P') && bytes.get(end) == Some(&b'{') {
        let name = memchr::memchr(b'}', &bytes[end..]);
        return name.map_or(bytes.len(), |length| end + length + 1);
    }
    let one_letter_name = usize::from(matches!(letter, b'p' | b'P'));
    (end + one_letter_name).min(bytes.len())
}

/// The bytes of a character that begins with this one.
fn width(first: u8) -> usize {
    match first {
        0xF0.. => 4,
        0xE0.. => 3,
        0xC0.. => 2,
        _ => 1,
    }
}

struct Writer<'t, W> {
    text: &'t str,
    wide: W,
    out: String,
}

impl<W: Fn(&str) -> String> Writer<'_, W> {
    fn token(&mut self, at: usize, end: usize) {
        let token = &self.text[at..end];
        if token == "." {
            return self.wide(token, end);
        }
        if token.len() > 1 && token.starts_with('[') {
            let (set, wide) = set(token);
            if wide {
                self.wide(&set, end);
            } else {
                self.out += &set;
            }
            return;
        }
        match token {
            "\\Z" => self.out += "\\z",
            _ if token.starts_with("\\p") || token.starts_with("\\P") => self.wide(token, end),
            _ => match class(token) {
                Some((members, false)) => self.out += &format!("[{members}]"),
                Some((members, true)) => self.wide(&format!("[^{members}]"), end),
                None => self.out += token,
            },
        }
    }

    /// What may match one character beyond ASCII, up to `end` in the text.
    fn wide(&mut self, part: &str, end: usize) {
        let after = &self.text[end..];
        let in_a_row = after.starts_with('*') || after.starts_with('+') && !after.starts_with("+?");
        if in_a_row && !part.starts_with('\\') {
            self.out += part;
        } else {
            self.out += &(self.wide)(part);
        }
    }
}

/// The members of a class that an escape names, and whether it stands for all others.
fn class(escape: &str) -> Option<(&'static str, bool)> {
    let letter = escape.strip_prefix('\\')?;
    let members = match letter {
        "w" | "W" => "0-9A-Za-z_",
        "d" | "D" => "0-9",
        "s" | "S" => "\\t-\\r\\x20",
        "h" | "H" => "\\t\\x20",
        _ => return None,
    };
    Some((members, letter.starts_with(char::is_uppercase)))
}

/// A set as the engines read it, where brackets in sets nest and `&&` means something, and whether
/// it may match a character beyond ASCII.
fn set(token: &str) -> (String, bool) {
    let bytes = token.as_bytes();
    let mut out = String::with_capacity(token.len() + 8);
    let mut wide = token.starts_with("[^");
    let mut at = if wide { 2 } else { 1 };
    out += &token[..at];
    let close = token.len() - usize::from(token.ends_with(']'));
    while at < close {
        let end = member_end(bytes, at).min(close);
        let member = &token[at..end];
        match member {
            // White space and `#` count in a set wherever they do not elsewhere.
            " " => out += "\\x20",
            "[" | "&" | "~" | "#" => {
                out.push('\\');
                out += member;
            }
            "\\b" => out += "\\x08",
            _ => match class(member) {
                Some((members, false)) => out += members,
                Some((members, true)) => {
                    wide = true;
                    out += &format!("[^{members}]");
                }
                None => {
                    wide |= member.starts_with("\\p") || member.starts_with("\\P");
                    out += member;
                }
            },
        }
        at = end;
    }
    out += &token[close..];
    (out, wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Unit::of(text), Unit::Byte, "{text}");
        assert_eq!(Unit::Byte.linear(text), expected);
    }

    #[test]
    fn what_matches_one_character_stays_one() {
        check("a.b", "a(?u:.)b");
        check("[^a]{2}", "(?u:[^a]){2}");
        check(r"\W\pL\p{Lu}", r"(?u:[^0-9A-Za-z_])(?u:\pL)(?u:\p{Lu})");
        check(".+?", "(?u:.)+?");
        let other = Unit::Byte.backtracking("a.*.");
        assert_eq!(other, r"a.*(?:(?![\x80-\xBF]).[\x80-\xBF]*)");
    }

    #[test]
    fn a_row_of_characters_is_a_row_of_bytes() {
        check(r"a.*b.+[^c]*\W+", r"a.*b.+[^c]*[^0-9A-Za-z_]+");
    }

    #[test]
    fn classes_know_ascii_alone() {
        check(r"\w+\d\s\h", r"[0-9A-Za-z_]+[0-9][\t-\r\x20][\t\x20]");
        check(r"[\w.-]", r"[0-9A-Za-z_.-]");
        check(r"[\S]*", r"[[^\t-\r\x20]]*");
        check(r"[\b]\b", r"[\x08]\b");
    }

    #[test]
    fn brackets_in_sets_do_not_nest() {
        check("[[&&]", r"[\[\&\&]");
        check("[]a][^]]*", "[]a][^]]*");
        check("[[:alpha:][:x]", r"[[:alpha:]\[:x]");
        check(r"[\]\\.]\[.*", r"[\]\\.]\[.*");
    }

    #[test]
    fn letters_beyond_ascii_are_counted_as_characters() {
        for text in ["ö.", r"\x{e9}", r"\xe9", r"\u00e9"] {
            assert_eq!(Unit::of(text), Unit::Character, "{text}");
        }
        assert_eq!(Unit::of(r"\x27(?i-s:a)"), Unit::Byte);
        assert_eq!(Unit::Character.linear(r"ö.\w"), "ö.[0-9A-Za-z_]");
    }

    #[test]
    fn comments_are_left_alone_and_white_space_counts_in_sets() {
        check(
            "#.#(?sx) . # .[\n[ #]",
            "#(?u:.)#(?sx) (?u:.) # .[\n[\\x20\\#]",
        );
        check("(?-x: #.)", "(?-x: #(?u:.))");
    }

    #[test]
    fn broken_expressions_stay_so() {
        for text in ["[", "[^", "\\", "[a\\", "(", "\\p{", "[[:", "[]"] {
            let written = Unit::Byte.linear(text);
            assert!(regex_syntax::parse(&written).is_err(), "{text} {written}");
        }
    }
}
