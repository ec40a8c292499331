//! Over strings, templates and regular expressions.

use super::state::{Before, Open};
use super::{Scan, is_word};
use crate::source::Span;

impl Scan<'_> {
    pub(super) fn slash(&mut self) -> Option<()> {
        match self.before {
            Before::Operand | Before::Parentheses { .. } => {
                self.token(1, Before::Operator);
                Some(())
            }
            Before::Operator | Before::Header { .. } | Before::Arrow => self.regex(),
            Before::Either | Before::Brace => None,
        }
    }

    fn regex(&mut self) -> Option<()> {
        let mut in_set = false;
        let mut at = self.at + 1;
        loop {
            match *self.text.get(at)? {
                b'\\' => at += 1,
                b'[' => in_set = true,
                b']' => in_set = false,
                b'/' if !in_set => break,
                b'\n' | b'\r' => return None,
                _ => {}
            }
            at += 1;
        }
        self.found.texts.push(Span::new(self.at, at + 1));
        let flags = self.text[at + 1..].iter().take_while(|b| is_word(**b));
        self.token(at + 1 + flags.count() - self.at, Before::Operand);
        Some(())
    }

    pub(super) fn string(&mut self, quote: u8) -> Option<()> {
        let start = self.at;
        let mut at = start + 1;
        loop {
            match *self.text.get(at)? {
                b'\\' if self.text[at + 1..].starts_with(b"\r\n") => at += 2,
                b'\\' => at += 1,
                b'\n' | b'\r' => return None,
                b if b == quote => break,
                _ => {}
            }
            at += 1;
        }
        self.found.texts.push(Span::new(start, at + 1));
        self.note_module(start, at + 1);
        self.token(at + 1 - start, Before::Operand);
        Some(())
    }

    /// Notes a string that may name a module: of `import` and `require`.
    fn note_module(&mut self, start: usize, end: usize) {
        let in_call = self.before == Before::Operator
            && matches!(
                self.open.last(),
                Some(Open::Parentheses { imports: true, .. })
            );
        if in_call || matches!(self.word, b"from" | b"import") {
            self.found.modules.push(Span::new(start, end));
        }
    }

    /// A template from its first quote, or from where an interpolation has ended.
    pub(super) fn template(&mut self, start: usize) -> Option<()> {
        let mut at = start + 1;
        loop {
            match *self.text.get(at)? {
                b'\\' => at += 1,
                b'`' => {
                    self.found.texts.push(Span::new(start, at + 1));
                    self.note_module(start, at + 1);
                    self.token(at + 1 - self.at, Before::Operand);
                    return Some(());
                }
                b'$' if self.text.get(at + 1) == Some(&b'{') => {
                    self.found.texts.push(Span::new(start, at));
                    self.token(at + 2 - self.at, Before::Operator);
                    self.open.push(Open::Template);
                    return Some(());
                }
                _ => {}
            }
            at += 1;
        }
    }
}
