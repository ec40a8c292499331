//! Names and their values, found on bytes.
//!
//! A needle of [`super::name`] was seen; this finds the whole name and the value beside it, in code
//! (`key = "…"`, `key: str = "…"`, `{"key": "…"}`, `key="…"`, `getenv("KEY", "…")`, `key || "…"`,
//! `setKey("…")`) and in other texts (`KEY=…`, `key: …`, `<key>…</key>`, `--key …`, `key …`). In
//! code the value must be a quoted literal.
//!
//! What a syntax tree knows of such pairs is written down in these forms, too: see [`super::tree`].

use crate::source::Span;

/// A name and the value that stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    /// The name, without quotes.
    pub(super) name: Span,
    /// The value, without quotes and without an authorisation scheme.
    pub(super) value: Span,
    /// How the two are joined.
    pub(super) join: Join,
}

/// How a name and its value are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    /// By a mark, and the value is quoted.
    Quoted,
    /// By a mark.
    Bare,
    /// By nothing but a space or a dash, as in logs and notes.
    Loose,
}

/// The bytes that are looked at for one name, and for one value.
const NAME_LIMIT: usize = 80;
const VALUE_LIMIT: usize = 320;

/// The whole name around `at..end`, with dots and dashes between its words.
pub(super) fn name_around(text: &[u8], at: usize, end: usize) -> Span {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let mut start = at;
    let floor = at.saturating_sub(NAME_LIMIT);
    while start > floor {
        let before = text[start - 1];
        let joint = matches!(before, b'-' | b'.') && start >= 2 && word(text[start - 2]);
        if !(word(before) || joint) {
            break;
        }
        start -= 1;
    }
    let ceiling = text.len().min(end + NAME_LIMIT);
    let mut stop = end;
    loop {
        while stop < ceiling && word(text[stop]) {
            stop += 1;
        }
        // A further part belongs to the name when it is a short word, and not the value itself.
        let joint = stop < ceiling && matches!(text[stop], b'-' | b'.');
        let part = text[(stop + 1).min(ceiling)..ceiling]
            .iter()
            .take_while(|b| word(**b))
            .count();
        let part = &text[(stop + 1).min(ceiling)..(stop + 1).min(ceiling) + part];
        let is_word =
            !part.is_empty() && part.len() <= 12 && part.iter().all(u8::is_ascii_alphabetic);
        if !(joint && is_word) {
            return Span::new(start, stop);
        }
        stop += 1 + part.len();
    }
}

/// The value beside a name, if there is one.
pub(super) fn pair_of(text: &[u8], name: Span, is_code: bool) -> Option<Pair> {
    let cursor = Cursor {
        text,
        at: name.end as usize,
    };
    if is_code {
        in_code(cursor, name)
    } else {
        in_text(cursor, name)
    }
}

#[derive(Clone, Copy)]
struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn starts(self, with: &[u8]) -> bool {
        self.text[self.at.min(self.text.len())..].starts_with(with)
    }

    fn skip(&mut self, test: impl Fn(u8) -> bool, limit: usize) -> usize {
        let from = self.at;
        while self.at < self.text.len() && self.at - from < limit && test(self.text[self.at]) {
            self.at += 1;
        }
        self.at - from
    }

    /// Skips a quote that may be escaped, as in JSON within a string.
    fn skip_quote(&mut self) -> bool {
        let mut next = *self;
        next.skip(|b| b == b'\\', 4);
        if matches!(next.peek(), b'"' | b'\'' | b'`') {
            next.at += 1;
            *self = next;
            return true;
        }
        false
    }

    fn skip_any(&mut self, marks: &[&[u8]]) -> bool {
        let Some(mark) = marks.iter().find(|mark| self.starts(mark)) else {
            return false;
        };
        self.at += mark.len();
        true
    }
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t')
}

fn is_space(b: u8) -> bool {
    b.is_ascii_whitespace()
}

/// Reads on from the end of a name in code up to a quoted literal.
fn in_code(mut cursor: Cursor<'_>, name: Span) -> Option<Pair> {
    let was_quoted = cursor.skip_quote();
    let ends_call = cursor.peek() == b')';
    cursor.skip(|b| matches!(b, b']' | b')' | b'?' | b'!'), 2);
    if was_quoted && cursor.peek() == b'.' {
        return in_place_of_nothing(cursor, name);
    }
    cursor.skip(is_blank, 8);
    // What most names are followed by ends here.
    if !matches!(
        cursor.peek(),
        b'=' | b':' | b',' | b'(' | b'|' | b'?' | b'!' | b'o' | b'-'
    ) {
        return None;
    }
    let colon = cursor.peek() == b':';
    let joined = cursor.skip_any(&[
        b"===", b"!==", b"=>", b"==", b"!=", b":=", b"=", b"::new(", b":", b"->", b"||=", b"||",
        b"??=", b"??", b"or ", b"(",
    ]) || was_quoted && !ends_call && cursor.skip_any(&[b","]);
    if !joined {
        return None;
    }
    cursor.skip(is_space, 64);
    if colon && !matches!(cursor.peek(), b'"' | b'\'' | b'`' | b'\\') {
        // A type annotation up to the equals sign.
        let mut after = cursor;
        after.skip(
            |b| b.is_ascii_alphanumeric() || b"_<>&'|[],.:? ".contains(&b),
            48,
        );
        if after.peek() == b'=' && after.text.get(after.at + 1) != Some(&b'=') {
            after.at += 1;
            after.skip(is_blank, 8);
            cursor = after;
        }
    }
    let value = cursor;
    cursor.skip(|b| matches!(b, b'(' | b'['), 1);
    // One wrapping call: `SecretStr("…")`, `String::from("…")`, `b64decode(b"…")`.
    let mut call = cursor;
    let named = call.skip(
        |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'.' | b' '),
        40,
    );
    if named > 0 && call.peek() == b'(' {
        call.at += 1;
        call.skip(is_space, 32);
        cursor = call;
    }
    // The letters before a literal: b"", r"", f"".
    let mut literal = cursor;
    literal.skip(|b| b"bBrRuUfFc#@&".contains(&b), 3);
    quoted(literal, name).or_else(|| other_branch(value, name))
}

/// Reads what Rust takes where the environment has no such variable: `….unwrap_or("…")`.
fn in_place_of_nothing(mut cursor: Cursor<'_>, name: Span) -> Option<Pair> {
    while cursor.skip_any(&[b".ok()", b".as_deref()"]) {}
    let otherwise = cursor.skip_any(&[
        b".unwrap_or(",
        b".unwrap_or_else(|_| ",
        b".unwrap_or_else(|| ",
    ]);
    cursor.skip_any(&[b"String::from("]);
    otherwise.then(|| quoted(cursor, name)).flatten()
}

/// Reads the literal of a choice: `c ? x : "…"`, `x if c else "…"`, `f(x) || "…"`.
fn other_branch(cursor: Cursor<'_>, name: Span) -> Option<Pair> {
    const REACH: usize = 160;
    const MARKS: [&[u8]; 6] = [b" ? ", b" : ", b" else ", b" || ", b" ?? ", b" or "];
    let rest = cursor.text.get(cursor.at..)?;
    let rest = &rest[..rest.len().min(REACH)];
    let end = rest.iter().position(|b| b"\n,;{".contains(b));
    let rest = &rest[..end.unwrap_or(rest.len())];
    memchr::memchr3(b'"', b'\'', b'`', rest)?;
    let mut places = MARKS.iter().flat_map(|mark| {
        memchr::memmem::find_iter(rest, mark).map(|at| cursor.at + at + mark.len())
    });
    let literal = |at| quoted(Cursor { at, ..cursor }, name);
    places.find_map(literal)
}

/// Reads a quoted literal of one line.
fn quoted(mut cursor: Cursor<'_>, name: Span) -> Option<Pair> {
    let slashes = cursor.skip(|b| b == b'\\', 4);
    let quote = cursor.peek();
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    cursor.at += 1;
    // Three quotes are one.
    if cursor.starts(&[quote, quote]) {
        cursor.at += 2;
    }
    let from = cursor.at;
    let rest = &cursor.text[from..cursor.text.len().min(from + VALUE_LIMIT)];
    let end = rest
        .iter()
        .position(|&b| b == quote || b == b'\n' || b == b'\\' && slashes > 0)?;
    if rest[end] == b'\n' {
        return None;
    }
    value_within(cursor.text, name, Span::new(from, from + end), Join::Quoted)
}

/// Leaves out the scheme of an authorisation, and refuses what is empty.
fn value_within(text: &[u8], name: Span, value: Span, join: Join) -> Option<Pair> {
    const SCHEMES: [&[u8]; 7] = [
        b"bearer ",
        b"basic ",
        b"token ",
        b"token=",
        b"apikey ",
        b"api-key ",
        b"key=",
    ];
    let bytes = &text[value.range()];
    let head = bytes[..bytes.len().min(8)].to_ascii_lowercase();
    let scheme = SCHEMES.iter().find(|scheme| head.starts_with(scheme));
    let start = value.start as usize + scheme.map_or(0, |scheme| scheme.len());
    let value = Span::new(start, value.end as usize);
    (start < value.end as usize).then_some(Pair { name, value, join })
}

/// Reads on from the end of a name in a text without grammar.
fn in_text(mut cursor: Cursor<'_>, name: Span) -> Option<Pair> {
    let is_element = (name.start > 0) && cursor.text[name.start as usize - 1] == b'<';
    let is_option = name.start > 1
        && cursor.text[name.start as usize - 1] == b'-'
        && cursor.text[name.start as usize - 2] == b'-';
    let was_quoted = cursor.skip_quote();
    cursor.skip(|b| matches!(b, b']' | b')' | b'?'), 2);
    let blanks = cursor.skip(is_blank, 40);
    let joined = cursor.skip_any(&[
        b"=>", b"===", b"==", b":=", b"::", b"=", b":", b"->", b"||", b"??", b"<-", b"|",
    ]) || was_quoted && cursor.skip_any(&[b","])
        || is_element && cursor.skip_any(&[b">"]);
    if joined {
        return after_joint(cursor, name, blanks > 0);
    }
    // `name: X` then `value: Y`, or `key="X" value="Y"`.
    let mut value = cursor;
    value.skip(|b| is_space(b) || b == b'/', 48);
    if value.skip_any(&[b"value", b"Value", b"\"value\"", b"'value'"]) {
        value.skip(is_blank, 4);
        if value.skip_any(&[b"=", b":"]) {
            return after_joint(value, name, false);
        }
    }
    // To pass something is what sentences tell, too.
    let is_verb = !is_option && cursor.text[name.range()].eq_ignore_ascii_case(b"pass");
    if is_verb {
        return None;
    }
    if blanks > 0 || cursor.skip_any(&[b"-"]) || cursor.skip_any(&[b"("]) {
        let mut literal = cursor;
        literal.skip(|b| b"bru@".contains(&b), 1);
        if let Some(pair) = quoted(literal, name) {
            return Some(pair);
        }
        let join = if is_option { Join::Bare } else { Join::Loose };
        return bare(cursor, name, join);
    }
    None
}

fn after_joint(mut cursor: Cursor<'_>, name: Span, spaced: bool) -> Option<Pair> {
    let blanks = cursor.skip(is_blank, 40);
    if cursor.peek() == b'\n' || cursor.peek() == b'\r' {
        // YAML's block scalars and wrapped lines are left to the rules that know a shape.
        return None;
    }
    if let Some(pair) = quoted(cursor, name) {
        return Some(pair);
    }
    let _ = (spaced, blanks);
    bare(cursor, name, Join::Bare)
}

/// Reads an unquoted value up to a space or a mark that ends it.
fn bare(mut cursor: Cursor<'_>, name: Span, join: Join) -> Option<Pair> {
    for scheme in [
        b"Bearer ".as_slice(),
        b"bearer ",
        b"Basic ",
        b"Token ",
        b"token ",
    ] {
        if cursor.skip_any(&[scheme]) {
            break;
        }
    }
    let from = cursor.at;
    cursor.skip(
        |b| b.is_ascii_graphic() && !b"\"'`,;<>|\\&".contains(&b),
        VALUE_LIMIT,
    );
    let mut end = cursor.at;
    while end > from && b")]}.:".contains(&cursor.text[end - 1]) {
        end -= 1;
    }
    value_within(cursor.text, name, Span::new(from, end), join)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, is_code: bool) -> Option<String> {
        let at = text.find("key").expect("each text has a key");
        let name = name_around(text.as_bytes(), at, at + 3);
        let pair = pair_of(text.as_bytes(), name, is_code)?;
        Some(text[pair.value.range()].to_owned())
    }

    #[test]
    fn code_has_pairs_in_many_forms() {
        for text in [
            "api_key = \"V\"",
            "api_key: str = 'V'",
            "let key: &str = \"V\";",
            "{\"api-key\": \"V\"}",
            "f(key=b'V')",
            "os.getenv(\"api_key\", \"V\")",
            "process.env.api_key || 'V'",
            "env[\"key\"] = \"V\"",
            "if key == \"V\":",
            "key = SecretStr(\"V\")",
            "set_key(\"V\")",
            "key =\n    \"V\"",
            "\\\"key\\\": \\\"V\\\"",
            "\"x-key\": \"Bearer V\"",
            "env::var(\"KEY_key\").unwrap_or_else(|_| \"V\".into())",
            "env::var(\"key\").ok().unwrap_or(String::from(\"V\"))",
            "const key = test ? other : \"V\";",
            "key = other if test else 'V'",
            "const key = read(x) || 'V';",
            "key = [\"V\", \"W\"]",
            "key = \"\"\"V\"\"\"",
        ] {
            assert_eq!(value(text, true).as_deref(), Some("V"), "{text}");
        }
    }

    #[test]
    fn code_without_a_literal_has_none() {
        for text in [
            "key = other",
            "key.get(x)",
            "key, other",
            "f(key)",
            "key: str",
            "equal(hash('key'), 'V')",
        ] {
            assert_eq!(value(text, true), None, "{text}");
        }
    }

    #[test]
    fn other_texts_need_no_quotes() {
        for text in [
            "key=V",
            "export x_key=V",
            "key: V",
            "\"key\": \"V\"",
            "<key>V</key>",
            "--key V",
            "--key=V",
            "key V",
            "- name: key\n  value: V",
            "name=\"key\" value=\"V\"",
            "key => 'V'",
            "key := V",
            "?key=V&x=1",
        ] {
            assert_eq!(value(text, false).as_deref(), Some("V"), "{text}");
        }
    }

    #[test]
    fn a_name_takes_in_dotted_and_dashed_words_and_not_the_value() {
        let text = b"x.apikey-prod-A1B2C3";
        assert_eq!(&text[name_around(text, 5, 8).range()], b"x.apikey-prod");
    }
}
