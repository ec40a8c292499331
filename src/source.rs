//! The text of one file: decoding, byte spans, and where a byte stands in lines and columns.
//!
//! All spans count bytes of [`Source::text`], which is the file decoded to UTF-8 without its byte
//! order mark. Bytes that are no valid UTF-8 stay as they are: a scanner that refuses such a file
//! can be blinded by one byte. Lines end at LF only, as the tools that show findings count them.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::lang::Language;

/// A range of bytes of a [`Source`]'s text: `start` is included, `end` is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Span {
        Span {
            start: start as u32,
            end: end as u32,
        }
    }

    /// Whether `other` lies within this span; a span contains itself.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The span as a range for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A place in a text, both parts counted from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line; lines end at LF.
    pub line: u32,
    /// The column in characters, for people.
    pub column: u32,
    /// The column in UTF-16 code units, for SARIF.
    pub column_utf16: u32,
}

/// Why a file could not be decoded. Its bytes are still there for rules that read text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A Python coding cookie names an encoding that hides code from everybody but the interpreter.
    #[error("the coding cookie names `{0}`, which aiscan cannot decode")]
    UnknownEncoding(String),
}

/// One file's text.
#[derive(Debug)]
pub struct Source {
    /// The path that reports name: relative to the root, with `/`.
    pub path: String,
    /// The language it is read in.
    pub language: Language,
    /// Whether the file could be decoded; when not, `text` holds its raw bytes.
    pub decoded: Result<(), DecodeError>,
    text: Vec<u8>,
    encoding: Encoding,
    line_starts: OnceLock<Vec<u32>>,
}

/// How a file's text stands in its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    /// As it is.
    Plain,
    /// As it is, behind a byte order mark.
    Marked,
    /// By another encoding, whether it has a byte order mark or not.
    Other(&'static encoding_rs::Encoding, bool),
    /// As it is; but only ASCII means the same as in UTF-8.
    AsciiOnly,
}

impl Source {
    /// Decodes a file. `bytes` is shorter than 4 GiB: the walker refuses larger files.
    pub fn new(path: String, language: Language, bytes: Vec<u8>) -> Source {
        let (text, encoding, decoded) = decode(language, bytes);
        Source {
            path,
            language,
            decoded,
            text,
            encoding,
            line_starts: OnceLock::new(),
        }
    }

    /// A file by its text, decoded already.
    pub fn of_text(path: String, language: Language, text: Vec<u8>) -> Source {
        Source {
            path,
            language,
            decoded: Ok(()),
            text,
            encoding: Encoding::Plain,
            line_starts: OnceLock::new(),
        }
    }

    /// The decoded text.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The bytes of the file if it held another text. None where that cannot be written in its
    /// encoding, or where `words`, which are new in it, cannot.
    pub fn encode(&self, text: &[u8], words: &[&str]) -> Option<Vec<u8>> {
        match self.encoding {
            Encoding::Plain => {
                let ascii = || words.iter().all(|words| words.is_ascii());
                (ascii() || std::str::from_utf8(&self.text).is_ok()).then(|| text.to_vec())
            }
            Encoding::Marked => Some([UTF_8_MARK, text].concat()),
            Encoding::AsciiOnly => {
                let ascii = words.iter().all(|words| words.is_ascii());
                ascii.then(|| text.to_vec())
            }
            Encoding::Other(encoding, marked) => {
                encode(encoding, marked, std::str::from_utf8(text).ok()?)
            }
        }
    }

    /// How the line that holds the byte at `offset` ends; the last line as the one before it.
    pub fn line_end(&self, offset: u32) -> &'static str {
        let at = (offset as usize).min(self.text.len());
        let next = memchr::memchr(b'\n', &self.text[at..]).map(|next| at + next);
        let end = next.or_else(|| memchr::memrchr(b'\n', &self.text[..at]));
        match end {
            Some(end) if self.text[..end].ends_with(b"\r") => "\r\n",
            _ => "\n",
        }
    }

    /// The bytes of a span; empty where the span reaches past the text.
    pub fn slice(&self, span: Span) -> &[u8] {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The text of a span for people, with replacement characters for invalid bytes.
    pub fn show(&self, span: Span) -> Cow<'_, str> {
        String::from_utf8_lossy(self.slice(span))
    }

    /// The text as a parser has to see it, of the same length as [`Source::text`].
    ///
    /// In Python a lone CR ends a line, so that code can stand behind what looks like a comment;
    /// grammars end a comment at LF only. A NUL ends nothing, but confuses lexers.
    pub fn parse_text(&self) -> Cow<'_, [u8]> {
        let lone_cr = |i: usize| self.text[i] == b'\r' && self.text.get(i + 1) != Some(&b'\n');
        let python = self.language == Language::Python;
        let hides = memchr::memchr2_iter(b'\r', 0, &self.text)
            .any(|i| self.text[i] == 0 || python && lone_cr(i));
        if !hides {
            return Cow::Borrowed(&self.text);
        }
        let mut text = self.text.clone();
        for i in memchr::memchr2_iter(b'\r', 0, &self.text) {
            if self.text[i] == 0 {
                text[i] = b' ';
            } else if python && lone_cr(i) {
                text[i] = b'\n';
            }
        }
        Cow::Owned(text)
    }

    /// The number of lines; a text without LF has one.
    pub fn line_count(&self) -> u32 {
        self.line_starts().len() as u32
    }

    /// The line, counted from one, that holds the byte at `offset`.
    pub fn line_of(&self, offset: u32) -> u32 {
        self.line_starts().partition_point(|&start| start <= offset) as u32
    }

    /// The span of a line counted from one, without its line end.
    pub fn line_span(&self, line: u32) -> Span {
        let starts = self.line_starts();
        let Some(&start) = starts.get(line.saturating_sub(1) as usize) else {
            return Span::new(self.text.len(), self.text.len());
        };
        let next = starts
            .get(line as usize)
            .map_or(self.text.len(), |&next| next as usize - 1);
        let line = &self.text[start as usize..next];
        let end = start as usize + line.strip_suffix(b"\r").unwrap_or(line).len();
        Span::new(start as usize, end)
    }

    /// Where the byte at `offset` stands.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_of(offset);
        let start = self.line_starts()[line as usize - 1] as usize;
        let before = &self.text[start..(offset as usize).clamp(start, self.text.len())];
        let (mut column, mut column_utf16) = (1, 1);
        for chunk in before.utf8_chunks() {
            for c in chunk.valid().chars() {
                column += 1;
                column_utf16 += c.len_utf16() as u32;
            }
            let replaced = u32::from(!chunk.invalid().is_empty());
            column += replaced;
            column_utf16 += replaced;
        }
        Position {
            line,
            column,
            column_utf16,
        }
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            std::iter::once(0)
                .chain(memchr::memchr_iter(b'\n', &self.text).map(|i| i as u32 + 1))
                .collect()
        })
    }
}

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

type Decoded = (Vec<u8>, Encoding, Result<(), DecodeError>);

/// Decodes by byte order mark, then by coding cookie; what has neither is taken as it is.
fn decode(language: Language, mut bytes: Vec<u8>) -> Decoded {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        if encoding == encoding_rs::UTF_8 {
            bytes.drain(..mark);
            return (bytes, Encoding::Marked, Ok(()));
        }
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        let text = text.into_owned().into_bytes();
        return (text, Encoding::Other(encoding, true), Ok(()));
    }
    if language != Language::Python {
        return (bytes, Encoding::Plain, Ok(()));
    }
    let Some(name) = coding_cookie(&bytes) else {
        return (bytes, Encoding::Plain, Ok(()));
    };
    if cookie_is_transparent(&name) {
        let encoding = match name.as_bytes() {
            [b'u' | b'U', ..] if !name.starts_with("us") => Encoding::Plain,
            _ => Encoding::AsciiOnly,
        };
        return (bytes, encoding, Ok(()));
    }
    // Replacement encodings decode to one error sign; CPython knows them otherwise or not at all.
    match encoding_rs::Encoding::for_label(name.as_bytes()) {
        Some(encoding) if encoding != encoding_rs::REPLACEMENT => {
            let text = encoding.decode_without_bom_handling(&bytes).0;
            let text = text.into_owned().into_bytes();
            (text, Encoding::Other(encoding, false), Ok(()))
        }
        _ => {
            let error = DecodeError::UnknownEncoding(name);
            (bytes, Encoding::AsciiOnly, Err(error))
        }
    }
}

/// The bytes of a text in an encoding; none where it lacks one of the characters.
fn encode(encoding: &'static encoding_rs::Encoding, marked: bool, text: &str) -> Option<Vec<u8>> {
    let units = || text.encode_utf16();
    let mark = u16::from(marked) * 0xfeff;
    let marks = std::iter::once(mark).filter(|&mark| mark != 0);
    if encoding == encoding_rs::UTF_16LE {
        return Some(marks.chain(units()).flat_map(u16::to_le_bytes).collect());
    }
    if encoding == encoding_rs::UTF_16BE {
        return Some(marks.chain(units()).flat_map(u16::to_be_bytes).collect());
    }
    let (bytes, _, lost) = encoding.encode(text);
    (!lost).then(|| bytes.into_owned())
}

/// The encoding that a comment on one of the first two lines names, in lower case (PEP 263).
fn coding_cookie(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|&b| b == b'\n' || b == b'\r').take(2) {
        let trimmed = line.trim_ascii_start();
        let Some(comment) = trimmed.strip_prefix(b"#") else {
            if trimmed.is_empty() {
                continue;
            }
            return None;
        };
        let Some(at) = memchr::memmem::find_iter(comment, b"coding")
            .find(|&at| matches!(comment.get(at + 6), Some(b':' | b'=')))
        else {
            continue;
        };
        let name = comment[at + 7..].trim_ascii_start();
        let end = name
            .iter()
            .position(|b| !(b.is_ascii_alphanumeric() || b"-_.".contains(b)))
            .unwrap_or(name.len());
        if end > 0 {
            return Some(String::from_utf8_lossy(&name[..end]).to_ascii_lowercase());
        }
    }
    None
}

/// Encodings under which ASCII bytes mean themselves, so that the file reads as it stands.
fn cookie_is_transparent(name: &str) -> bool {
    let name = name.replace('_', "-");
    let name = name
        .strip_suffix("-unix")
        .or(name.strip_suffix("-dos"))
        .unwrap_or(&name);
    matches!(
        name,
        "utf-8"
            | "utf8"
            | "utf-8-sig"
            | "u8"
            | "ascii"
            | "us-ascii"
            | "latin-1"
            | "latin1"
            | "iso-8859-1"
            | "iso8859-1"
            | "iso-latin-1"
            | "l1"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(bytes: &[u8]) -> Source {
        Source::new("a.py".into(), Language::Python, bytes.to_vec())
    }

    #[test]
    fn byte_order_marks_are_left_out_and_utf_16_is_decoded() {
        assert_eq!(python(b"\xef\xbb\xbfx = 1").text(), b"x = 1");
        assert_eq!(python(b"\xff\xfex\0=\0").text(), b"x=");
        assert_eq!(python(b"\xfe\xff\0x\0=").text(), b"x=");
    }

    #[test]
    fn a_lone_cr_ends_a_line_for_the_python_parser_only() {
        let source = python(b"# a\ros.system(x)\r\ny\0");
        assert_eq!(&*source.parse_text(), b"# a\nos.system(x)\r\ny ");
        assert_eq!(source.line_of(5), 1);
        assert_eq!(source.line_count(), 2);
    }

    #[test]
    fn columns_count_characters_and_utf_16_units() {
        let source = python("é𝄞x".as_bytes());
        let at = source.position(6);
        assert_eq!((at.line, at.column, at.column_utf16), (1, 3, 4));
        assert_eq!(python(b"\xff\xffx").position(2).column, 3);
    }

    #[test]
    fn line_spans_leave_out_both_line_ends() {
        let source = python(b"a\r\nbc\n");
        assert_eq!(source.slice(source.line_span(1)), b"a");
        assert_eq!(source.slice(source.line_span(2)), b"bc");
        assert_eq!(source.slice(source.line_span(3)), b"");
        assert_eq!(source.slice(source.line_span(9)), b"");
    }

    #[test]
    fn cookies_are_read_where_cpython_reads_them() {
        assert_eq!(
            coding_cookie(b"#!x\n# -*- coding: UTF-7 -*-\n").as_deref(),
            Some("utf-7")
        );
        assert_eq!(coding_cookie(b"x = 1\n# coding: utf-7\n"), None);
        assert_eq!(coding_cookie(b"\n\n# coding: utf-7\n"), None);
        assert_eq!(
            coding_cookie(b"# vim: fileencoding=latin-1\n").as_deref(),
            Some("latin-1")
        );
    }

    #[test]
    fn a_text_goes_back_into_the_bytes_that_it_came_from() {
        for bytes in [
            &b"x = 1"[..],
            b"\xef\xbb\xbfx = '\xc3\xa9'",
            b"\xff\xfex\0=\0",
            b"\xfe\xff\0x\0=",
            b"# coding: cp1252\n'\x80\xe9'",
            b"# coding: latin-1\n'\xe9'",
            b"'\xe9'",
        ] {
            let source = python(bytes);
            assert_eq!(source.encode(source.text(), &[]).unwrap(), bytes);
        }
    }

    #[test]
    fn what_an_encoding_lacks_is_not_written() {
        let cp1252 = python(b"# coding: cp1252\nx");
        assert!(cp1252.encode("\u{4e00}".as_bytes(), &[]).is_none());
        let latin = python(b"# coding: latin-1\n'\xe9'");
        assert!(latin.encode(b"x", &["\u{e9}"]).is_none());
        assert!(python(b"'\xe9'").encode(b"x", &["\u{e9}"]).is_none());
    }

    #[test]
    fn a_line_ends_as_it_or_the_one_before_does() {
        let source = python(b"a\r\nb\nc");
        assert_eq!(source.line_end(0), "\r\n");
        assert_eq!(source.line_end(3), "\n");
        assert_eq!(source.line_end(6), "\n");
        assert_eq!(python(b"a\r\nb").line_end(3), "\r\n");
    }

    #[test]
    fn an_encoding_that_is_not_known_is_an_error_that_keeps_the_bytes() {
        let source = python(b"# coding: unicode_escape\nx");
        assert!(source.decoded.is_err());
        assert!(source.text().ends_with(b"x"));
        assert!(python(b"# coding: cp1252\nx").decoded.is_ok());
        assert!(python(b"# coding: utf-7\nx").decoded.is_err());
    }
}
