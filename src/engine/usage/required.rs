//! Which words of a script may be names that are imported out of a module: those in the braces of
//! `import {…} from` and of `const {…} = require(…)`, and the fields of `require(…).…`.

use std::ops::Range;

use super::last_line;
use super::script::may_be_called;

/// A longer list is not read.
const LONGEST: usize = 4096;

/// Where the lists stand.
pub(super) struct Required {
    /// In their order; none holds a part of another.
    lists: Vec<List>,
    /// Whether there may be others.
    others: bool,
}

/// A list of names that are imported.
struct List {
    range: Range<usize>,
    /// Whether each has its own name here unless another one stands right behind it.
    is_braced: bool,
}

/// What stands beside a keyword.
enum Found {
    Nothing,
    /// Within braces.
    Names(Range<usize>),
    /// Fields of what is imported.
    Fields(Range<usize>),
    /// Something that is not told.
    Unknown,
}

impl Required {
    pub(super) fn of(text: &[u8]) -> Required {
        let found = |keyword: &'static str| memchr::memmem::find_iter(text, keyword);
        Required::by(text, found("import").chain(found("require")))
    }

    /// The same by where each `import` and `require` stands.
    pub(super) fn by(text: &[u8], keywords: impl Iterator<Item = usize>) -> Required {
        let mut required = Required {
            lists: Vec::new(),
            others: false,
        };
        for at in keywords {
            let imports = text[at..].starts_with(b"import");
            let end = at + if imports { "import" } else { "require" }.len();
            let found = if may_be_called(&text[end..]) {
                [before_call(text, at), after_call(text, end)]
            } else if imports {
                [after_import(text, end), Found::Nothing]
            } else {
                continue;
            };
            for found in found {
                match found {
                    Found::Nothing => {}
                    Found::Names(range) => required.lists.push(List {
                        range,
                        is_braced: true,
                    }),
                    Found::Fields(range) => required.lists.push(List {
                        range,
                        is_braced: false,
                    }),
                    Found::Unknown => {
                        required.others = true;
                        return required;
                    }
                }
            }
        }
        let lists = &mut required.lists;
        lists.sort_unstable_by_key(|list| list.range.start);
        lists.dedup_by(|next, list| {
            let joins = next.range.start <= list.range.end;
            if joins {
                list.range.end = list.range.end.max(next.range.end);
                list.is_braced &= next.is_braced;
            }
            joins
        });
        required
    }

    /// Whether it is not told what is imported.
    pub(super) fn is_unknown(&self) -> bool {
        self.others
    }

    /// Whether the word may be such a name.
    pub(super) fn may_name(&self, word: &Range<usize>) -> bool {
        self.others || self.list(word).is_some()
    }

    /// Whether the word is such a name, and what it names has no other one here.
    pub(super) fn keeps(&self, text: &[u8], word: &Range<usize>) -> bool {
        let rest = text[word.end..].trim_ascii_start();
        !self.others
            && text[word.clone()].is_ascii()
            && self.list(word).is_some_and(|list| list.is_braced)
            && matches!(rest.first(), Some(b',' | b'}'))
    }

    fn list(&self, word: &Range<usize>) -> Option<&List> {
        let next = self
            .lists
            .partition_point(|list| list.range.start <= word.start);
        let list = &self.lists[next.checked_sub(1)?];
        (word.start < list.range.end).then_some(list)
    }
}

/// The list of an `import` that ends there.
fn after_import(text: &[u8], end: usize) -> Found {
    let near = &text[..text.len().min(end + LONGEST)];
    let mut start = None;
    let mut at = end;
    while let Some(&b) = near.get(at) {
        match (b, start) {
            (b'}', Some(start)) => return Found::Names(start..at),
            (b'{', None) => start = Some(at + 1),
            (b'/', _) => match comment_end(near, at) {
                Some(end) => at = end - 1,
                None if start.is_none() && !matches!(near.get(at + 1), Some(b'/' | b'*')) => {
                    return Found::Nothing;
                }
                None => return Found::Unknown,
            },
            (b',' | b'_' | b'$' | b'\\' | b' ' | b'\t'..=b'\r' | 0x80.., _) => {}
            _ if b.is_ascii_alphanumeric() => {}
            (_, None) => return Found::Nothing,
            // The name of something that is no word; prose may hold anything else.
            (b'"' | b'\'' | b'-' | b'<', Some(_)) => return Found::Unknown,
            (_, Some(_)) => return Found::Nothing,
        }
        at += 1;
    }
    Found::Unknown
}

/// The end of a comment; none where it may end elsewhere.
fn comment_end(text: &[u8], at: usize) -> Option<usize> {
    let end = match text.get(at + 1)? {
        b'/' => at + text[at..].iter().position(|b| matches!(b, b'\n' | b'\r'))?,
        b'*' => at + 2 + memchr::memmem::find(&text[at + 2..], b"*/")? + 2,
        _ => return None,
    };
    text[at..end].is_ascii().then_some(end)
}

/// The list that takes apart what the call of `require` or `import` at this place gives.
fn before_call(text: &[u8], call: usize) -> Found {
    let Some(before) = without_space(&text[..call], b"(") else {
        return Found::Unknown;
    };
    let before = match before.strip_suffix(b"await") {
        Some(before) => match without_space(before, b"(") {
            Some(before) => before,
            None => return Found::Unknown,
        },
        None => before,
    };
    let Some(before) = before.strip_suffix(b"=") else {
        return Found::Nothing;
    };
    let Some(before) = without_space(before, b"") else {
        return Found::Unknown;
    };
    let is_typed = |before: &[u8]| {
        let before = without_space(before, b"");
        before.is_none_or(|before| matches!(before.last(), Some(b':' | b'|' | b'&')))
    };
    match before {
        [.., b'}'] => match braces(before) {
            Some(start) if !is_typed(&before[..start]) => Found::Names(start + 1..before.len()),
            _ => Found::Unknown,
        },
        [.., b'>' | b']' | b')' | b'"' | b'\'' | b'`'] => Found::Unknown,
        // One name, or the type of what stands before it.
        _ => {
            let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'.');
            let name = before.iter().rev().take_while(is_part).count();
            let before = &before[..before.len() - name];
            let after_operator = [&b"typeof"[..], b"keyof", b"readonly"]
                .iter()
                .any(|operator| before.trim_ascii_end().ends_with(operator));
            if after_operator || is_typed(before) {
                Found::Unknown
            } else {
                Found::Nothing
            }
        }
    }
}

/// What may be fields of what a call gives that has its arguments there.
fn after_call(text: &[u8], start: usize) -> Found {
    let near = &text[..text.len().min(start + LONGEST)];
    // A template with something filled in names no module.
    if let Some(template) = near[start..].strip_prefix(b"(`")
        && let Some(at) = memchr::memchr2(b'`', b'$', template)
        && template[at..].starts_with(b"${")
    {
        return Found::Nothing;
    }
    let (mut at, mut quote) = (start, None);
    while let Some(&b) = near.get(at) {
        match (b, quote) {
            (b'"' | b'\'' | b'`', None) => quote = Some(b),
            (_, Some(open)) if b == open => quote = None,
            (b';' | b',' | b'=' | b'{' | b'}', Some(_)) => return Found::Unknown,
            (b';' | b',' | b'=' | b'{' | b'}', None) => return Found::Fields(start..at),
            (b'/', None) if matches!(near.get(at + 1), Some(b'/' | b'*')) => {
                match comment_end(near, at) {
                    Some(end) => at = end - 1,
                    None => return Found::Unknown,
                }
            }
            _ => {}
        }
        at += 1;
    }
    if near.len() < text.len() {
        Found::Unknown
    } else {
        Found::Fields(start..at)
    }
}

/// A text without the spaces, the comments of lines and the marks that it ends with; `None` where
/// that is not told.
fn without_space<'t>(text: &'t [u8], marks: &[u8]) -> Option<&'t [u8]> {
    let least = text.len().saturating_sub(LONGEST);
    let mut rest = text;
    loop {
        let is_space = |b: &&u8| matches!(b, b' ' | b'\t'..=b'\r') || marks.contains(b);
        let spaces = rest.iter().rev().take_while(is_space).count();
        let (before, spaces) = rest.split_at(rest.len() - spaces);
        if before.len() < least || matches!(before, [.., b'*', b'/'] | [.., 0..b' ' | 0x7f..]) {
            return None;
        }
        if !spaces.iter().any(|b| matches!(b, b'\n' | b'\r')) {
            return Some(before);
        }
        let line = last_line(&before[least..]);
        if line.len() == before.len() - least && least > 0 {
            return None;
        }
        let Some(comment) = memchr::memmem::find(line, b"//") else {
            return (memchr::memmem::find(line, b"-->").is_none()).then_some(before);
        };
        if !line.is_ascii() || memchr::memmem::find(line, b"/*").is_some() {
            return None;
        }
        rest = &before[..before.len() - line.len() + comment];
    }
}

/// Where the brace opens that closes at the end of a text; `None` where something may hide braces.
fn braces(text: &[u8]) -> Option<usize> {
    let least = text.len().saturating_sub(LONGEST);
    let mut open = 0_usize;
    for at in (least..text.len()).rev() {
        match text[at] {
            b'}' => open += 1,
            b'{' if open == 1 => return Some(at),
            b'{' => open -= 1,
            b'"' | b'\'' | b'`' | b'/' => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let required = Required::of(text.as_bytes());
        let mut words = text.match_indices("run");
        words.any(|(at, word)| required.may_name(&(at..at + word.len())))
    }

    #[test]
    fn what_is_imported_or_required_is_listed() {
        for text in [
            "import {run} from 'a'",
            "import b, {c, run as d} from 'a'",
            "import type {run} from 'a'",
            "import {\n  b, // c's }\n  run,\n} from 'a'",
            "const {run} = require('a')",
            "const {\n  b,\n  run: c\n} = require('a')",
            "const {run} =\n  // b\n  await import('a')",
            "const {b = {}, run = c()} = (require)('a')",
            "const {b /* { */, run} = require('a')",
            "const {run}: B = require('a')",
            "const {run}: {b: C} = require('a')",
            "const {run}: typeof b = require('a')",
            "const {run} /* a */ = require('a')",
            "const {run} = // = b\n// c\nrequire('a')",
            "const b = require('a').run",
            "const b = (await import('a')) // ;\n  .run",
            "const b = require('a;').run",
        ] {
            assert!(holds(text), "{text}");
        }
    }

    #[test]
    fn other_words_are_not() {
        for text in [
            "import run from 'a'; run()",
            "import {b} from 'a'; f({run})",
            "const {b} = require('a'), {run} = c",
            "const a = require('a'); const {run} = c",
            "// It imports {\nb.c, run()\n}",
            "// a\nrequire('b'); run()",
            "x = {run: 1}",
            "const b = require(`a/${c}`).run",
        ] {
            assert!(!holds(text), "{text}");
        }
    }
}
