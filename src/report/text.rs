//! Making untrusted text harmless: paths, excerpts and messages come from files that nobody vouches
//! for, and must not steer a terminal, a CI log, Markdown or a URI.
//!
//! What is taken out stays visible as an escape, since hiding it would hide what a reader came for.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::Range;

use crate::discover::path_bytes;

/// Whether a character acts on a terminal, or cannot be seen, instead of standing for itself.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Soft hyphen, the Arabic letter mark, the Mongolian vowel separator.
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            // Fillers that look like spaces and pass as letters.
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
            // Zero-width characters, directional marks, line and paragraph separators, bidi
            // embeddings, invisible operators, bidi isolates.
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            // Tags and supplementary variation selectors, which can spell whole hidden texts.
            | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a text is of printable ASCII characters alone, as most are: then nothing in it is unsafe,
/// and asking the whole text costs far less than asking each character.
pub(crate) fn is_plain(text: &str) -> bool {
    let plain = |plain: bool, byte: &u8| plain & matches!(byte, b' '..=b'~');
    text.as_bytes().iter().fold(true, plain)
}

/// Text on one line: white space becomes single spaces, unsafe characters become `\u{…}`.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    let gaps = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
    if !gaps && is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len());
    for word in text
        .split([' ', '\t', '\n', '\r'])
        .filter(|w| !w.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        push_escaped(&mut line, word);
    }
    Cow::Owned(line)
}

/// Text that must keep its inner spaces, such as a path: unsafe characters become `\u{…}`.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    push_escaped(&mut escaped, text);
    Cow::Owned(escaped)
}

/// A line of source with the bytes `marked` in it, both after escaping; tabs stay, since whoever
/// draws the line aligns them.
pub(crate) fn escape_excerpt(text: &str, marked: &Range<usize>) -> (String, Range<usize>) {
    let mut line = String::with_capacity(text.len());
    let (mut start, mut end) = (None, None);
    for (at, c) in text.char_indices() {
        if at >= marked.start {
            start.get_or_insert(line.len());
        }
        if at >= marked.end {
            end.get_or_insert(line.len());
        }
        if c == '\t' {
            line.push(c);
        } else {
            push_escaped_char(&mut line, c);
        }
    }
    let end = end.unwrap_or(line.len());
    (line, start.unwrap_or(end).min(end)..end)
}

/// The first sentence of a text on one line, its full stop included.
pub(crate) fn first_sentence(text: &str) -> Cow<'_, str> {
    let line = one_line(text);
    match (line.find(". "), line) {
        (Some(stop), Cow::Borrowed(line)) => Cow::Borrowed(&line[..=stop]),
        (Some(stop), Cow::Owned(line)) => Cow::Owned(line[..=stop].to_owned()),
        (None, line) => line,
    }
}

/// `text` cut to at most `limit` characters, with a mark where it was cut.
pub(crate) fn shorten(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit || text.char_indices().nth(limit).is_none() {
        Cow::Borrowed(text)
    } else {
        let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
        Cow::Owned(kept + "…")
    }
}

/// Text for a Markdown paragraph that stays plain text there. Code in single backticks stays code:
/// nothing inside such a span means anything to Markdown.
pub(crate) fn markdown(text: &str) -> String {
    let line = one_line(text);
    let mut escaped = String::with_capacity(line.len() + line.len() / 8);
    let mut rest = &*line;
    while let Some((before, after)) = rest.split_once('`') {
        push_markdown(&mut escaped, before);
        match after.split_once('`') {
            Some((code, after)) if !code.is_empty() && !code.trim().is_empty() => {
                // A third backtick in a row would make this another kind of span.
                if escaped.ends_with('`') || after.starts_with('`') {
                    escaped.push(' ');
                }
                let _ = write!(escaped, "`{code}`");
                if after.starts_with('`') {
                    escaped.push(' ');
                }
                rest = after;
            }
            _ => {
                escaped.push_str("\\`");
                rest = after;
            }
        }
    }
    push_markdown(&mut escaped, rest);
    escaped
}

/// A reported path as a relative URI: every byte of the file's name but unreserved characters and
/// `/` is percent-encoded, so that no segment can be taken for a scheme, a query or a fragment.
pub(crate) fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path_bytes(path) {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

/// A reference as a link, if it is a web address with nothing in it that ends or breaks a link
/// between angle brackets.
pub(crate) fn web_address(reference: &str) -> Option<&str> {
    let rest = reference
        .strip_prefix("https://")
        .or_else(|| reference.strip_prefix("http://"))?;
    let clean = |c: char| c.is_ascii_alphanumeric() || "-._~/?#@!:$&'()*+,;=%".contains(c);
    (!rest.is_empty() && rest.chars().all(clean)).then_some(reference)
}

/// A writer whose lines no CI service takes for commands: `::` at the start of a line, after any
/// white space, and `##[` or `##vso[` anywhere in one.
pub(crate) struct LineGuard<W: Write> {
    inner: W,
    line: Vec<u8>,
}

impl<W: Write> LineGuard<W> {
    pub(crate) fn new(inner: W) -> LineGuard<W> {
        LineGuard {
            inner,
            line: Vec::new(),
        }
    }

    fn write_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let text = line.trim_ascii_start();
        let indent = line.len() - text.len();
        self.inner.write_all(&line[..indent])?;
        let mut rest = text;
        if text.starts_with(b"::") {
            self.inner.write_all(b"\\u{3a}")?;
            rest = &rest[1..];
        }
        while let Some(at) = memchr::memmem::find(rest, b"##") {
            let after = &rest[at + 2..];
            let command = after.starts_with(b"[") || after.starts_with(b"vso[");
            // The second sign may itself begin the pair that counts, as in `###[`.
            let (kept, sign): (_, &[u8]) = if command { (2, b"#\\u{23}") } else { (1, b"#") };
            self.inner.write_all(&rest[..at])?;
            self.inner.write_all(sign)?;
            rest = &rest[at + kept..];
        }
        self.inner.write_all(rest)
    }
}

impl<W: Write> Write for LineGuard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|&b| b == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.write_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_line()?;
        self.inner.flush()
    }
}

fn push_escaped(line: &mut String, text: &str) {
    if is_plain(text) {
        return line.push_str(text);
    }
    for c in text.chars() {
        push_escaped_char(line, c);
    }
}

fn push_escaped_char(line: &mut String, c: char) {
    if is_unsafe(c) {
        let _ = write!(line, "{}", c.escape_unicode());
    } else {
        line.push(c);
    }
}

fn push_markdown(escaped: &mut String, text: &str) {
    let opens = escaped.is_empty();
    // A list item or a rule, where the text opens the paragraph.
    let starts_block = |at: usize, byte: u8| match byte {
        b'-' | b'=' => at == 0,
        b'.' | b')' => at > 0 && text[..at].bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    };
    let special = |&(at, byte): &(usize, u8)| {
        let means_something = match byte {
            b'\\' | b'*' | b'_' | b'{' | b'}' | b'[' | b']' | b'(' | b')' | b'<' | b'>' | b'#'
            | b'+' | b'!' | b'|' | b'~' | b'&' | b'@' => true,
            // Bare addresses become links by themselves.
            b':' => text[at + 1..].starts_with('/'),
            b'.' => text.as_bytes()[..at]
                .last_chunk::<3>()
                .is_some_and(|before| before.eq_ignore_ascii_case(b"www")),
            _ => false,
        };
        means_something || opens && starts_block(at, byte)
    };
    let mut pushed = 0;
    let marks = text.bytes().enumerate();
    let marks = marks.filter(|(_, byte)| !byte.is_ascii_alphabetic() && *byte != b' ');
    for (at, _) in marks.filter(special) {
        escaped.push_str(&text[pushed..at]);
        escaped.push('\\');
        pushed = at;
    }
    escaped.push_str(&text[pushed..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_shown_instead() {
        assert_eq!(escape("a\u{1b}[31m\u{7}"), "a\\u{1b}[31m\\u{7}");
        assert_eq!(escape("\u{9b}2J\u{7f}"), "\\u{9b}2J\\u{7f}");
        assert_eq!(escape("a\nb\r"), "a\\u{a}b\\u{d}");
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        for c in [
            '\u{202e}',
            '\u{2066}',
            '\u{200b}',
            '\u{feff}',
            '\u{e0041}',
            '\u{2028}',
        ] {
            let text = format!("a{c}b");
            assert_eq!(escape(&text), format!("a{}b", c.escape_unicode()));
        }
        assert_eq!(escape("naïve 漢字 ❤\u{fe0f}"), "naïve 漢字 ❤\u{fe0f}");
    }

    #[test]
    fn one_line_joins_lines() {
        assert_eq!(one_line(" a\n\n  b\t c\r\n"), "a b c");
    }

    #[test]
    fn the_marked_bytes_move_with_escapes_before_and_in_them() {
        let (line, marked) = escape_excerpt("\u{1b}\tx\u{202e}y z", &(2..7));
        assert_eq!(line, "\\u{1b}\tx\\u{202e}y z");
        assert_eq!(&line[marked], "x\\u{202e}y");
    }

    #[test]
    fn marks_beyond_the_line_or_inside_a_character_do_no_harm() {
        assert_eq!(escape_excerpt("é", &(1..9)), ("é".into(), 2..2));
        assert_eq!(escape_excerpt("ab", &(5..9)), ("ab".into(), 2..2));
        assert_eq!(escape_excerpt("", &(0..0)), (String::new(), 0..0));
    }

    #[test]
    fn markdown_keeps_code_and_nothing_else() {
        assert_eq!(markdown("use `a*b` not a*b"), "use `a*b` not a\\*b");
        assert_eq!(
            markdown("[x](https://e.org) <b>"),
            "\\[x\\]\\(https\\://e.org\\) \\<b\\>"
        );
        assert_eq!(markdown("one ` alone"), "one \\` alone");
        assert_eq!(markdown("- item"), "\\- item");
        assert_eq!(markdown("12. item"), "12\\. item");
        assert_eq!(markdown("# a\n\n# b"), "\\# a \\# b");
        assert_eq!(markdown("www.e.org"), "www\\.e.org");
    }

    #[test]
    fn runs_of_backticks_do_not_join_into_a_longer_fence() {
        assert_eq!(markdown("```<script>```"), "\\`\\` `<script>` \\`\\`");
    }

    #[test]
    fn uris_are_relative_and_percent_encoded() {
        assert_eq!(uri("a b/ü%.py"), "a%20b/%C3%BC%25.py");
        assert_eq!(
            uri("javascript:alert(1)?#.js"),
            "javascript%3Aalert%281%29%3F%23.js"
        );
        assert_eq!(uri("a\nb"), "a%0Ab");
        assert_eq!(uri("caf\\xE9"), "caf%E9");
    }

    #[test]
    fn only_clean_web_addresses_become_links() {
        assert!(web_address("https://example.org/a?b=c#d").is_some());
        for bad in [
            "javascript:x",
            "https://",
            "https://e.org/ x",
            "https://e.org/><b>",
            "file:///x",
        ] {
            assert_eq!(web_address(bad), None, "{bad}");
        }
    }

    #[track_caller]
    fn check_guard(text: &str, expected: &str) {
        let mut out = Vec::new();
        let mut guard = LineGuard::new(&mut out);
        for byte in text.as_bytes() {
            guard.write_all(&[*byte]).unwrap();
        }
        guard.flush().unwrap();
        drop(guard);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn no_line_is_a_command_to_a_ci_service() {
        check_guard("::error::x\n", "\\u{3a}:error::x\n");
        check_guard("ok\n \t::set-env\nx", "ok\n \t\\u{3a}:set-env\nx");
        check_guard("a ##[group]b\n", "a #\\u{23}[group]b\n");
        check_guard("###[x]\n", "##\\u{23}[x]\n");
        check_guard("a##vso[x]", "a#\\u{23}vso[x]");
        check_guard("a::b ## c\n", "a::b ## c\n");
    }

    proptest::proptest! {
        #[test]
        fn nothing_unsafe_is_left_of_any_text(text in ".*", start in 0..40usize, end in 0..40usize) {
            proptest::prop_assert!(!one_line(&text).contains(is_unsafe));
            proptest::prop_assert!(!escape(&text).contains(is_unsafe));
            let (line, marked) = escape_excerpt(&text, &(start..end));
            proptest::prop_assert!(!line.contains(|c| c != '\t' && is_unsafe(c)));
            proptest::prop_assert!(line.get(marked).is_some());
        }

        #[test]
        fn no_line_of_any_text_is_a_command(text in "[:# \t\n\\[avso]*") {
            let mut out = Vec::new();
            let mut guard = LineGuard::new(&mut out);
            guard.write_all(text.as_bytes()).unwrap();
            guard.flush().unwrap();
            drop(guard);
            let out = String::from_utf8(out).unwrap();
            proptest::prop_assert!(!out.contains("##[") && !out.contains("##vso["), "{}", out);
            proptest::prop_assert!(!out.lines().any(|line| line.trim_start().starts_with("::")));
        }

        #[test]
        fn any_path_is_a_plain_relative_uri(path in ".*") {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
            proptest::prop_assert!(uri(&path).chars().all(plain));
        }
    }
}
