//! What is copied as it stands: strings, but for the code in them, and regular expressions.

use super::{Encoder, ends_with_keyword, find};
use crate::lang::Language;

impl Encoder<'_> {
    pub(super) fn string(&mut self, quote: u8) {
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
                b'$' if quote == b'`' && self.peek(1) == b'{' => self.interpolation(2),
                _ => self.character(),
            }
        }
    }

    pub(super) fn python_string(&mut self, formatted: bool) {
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
                b'{' if formatted => self.interpolation(1),
                _ => self.character(),
            }
        }
    }

    /// Code within a string: the mark that it begins with, and up to the brace that ends it.
    fn interpolation(&mut self, mark: usize) {
        self.copy(mark);
        self.open.push((b'(', false));
        self.run(Some(b'}'));
        self.open.pop();
        if self.at < self.bytes.len() {
            self.copy(1);
        }
    }

    fn character(&mut self) {
        let next = self.text[self.at..].chars().next();
        self.copy(next.map_or(1, char::len_utf8));
    }

    pub(super) fn rust_raw_string(&mut self, prefix_end: usize) {
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

    pub(super) fn regex_may_start(&self) -> bool {
        let previous = self.previous();
        let before = self.bytes[..self.at].trim_ascii_end();
        previous == 0
            || matches!(
                previous,
                b'(' | b',' | b'=' | b':' | b'[' | b'!' | b'&' | b'|' | b'?' | b'{' | b'}' | b';'
            )
            || ends_with_keyword(before)
    }

    pub(super) fn regex(&mut self) {
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
}
