//! How Python uses a word.

use std::ops::Range;

use super::{FARTHEST, is_blank, last_line};
use crate::rule::Use;

/// Whether the word may be used so there.
pub(super) fn may_be(used: Use, text: &[u8], word: Range<usize>) -> bool {
    let before = &text[..word.start];
    let after = &text[word.end..];
    match used {
        Use::Call => may_be_called(after) && !is_dotted(before) && !is_defined(before),
        Use::Method => {
            may_be_called(after) && may_be_dotted(before) || may_be_imported(before, after)
        }
        Use::Field => may_be_dotted(before) || may_be_imported(before, after),
        Use::Root => {
            may_be_followed(after, b'.') && !is_dotted(before)
                || is_import(first_line(after))
                || may_be_imported(before, after)
        }
        Use::Keyword => may_be_followed(after, b'='),
        // No pattern of Python asks for them.
        Use::Key | Use::Loop => true,
    }
}

/// Whether the text imports all that a module has, so that any name may come from there.
pub(super) fn imports_all(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, b"import").any(|at| {
        let after = text[at + b"import".len()..].iter();
        after
            .clone()
            .find(|b| !is_blank(**b))
            .is_some_and(|b| matches!(b, b'*' | b'\\' | 0..=8 | 0x80..))
    })
}

/// Whether the word is called: type arguments may stand between.
fn may_be_called(after: &[u8]) -> bool {
    may_be_followed(after, b'(') || may_be_followed(after, b'[')
}

/// Whether the character follows, after closed parentheses, spaces, ends of lines and comments.
fn may_be_followed(after: &[u8], by: u8) -> bool {
    let mut rest = after;
    loop {
        match rest {
            [b, ..] if *b == by => return true,
            [b'\\' | 0x80.., ..] => return true,
            [b')' | b'\n' | b'\r', after @ ..] => rest = after,
            [b'#', ..] => {
                let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r'));
                rest = &rest[end.unwrap_or(rest.len())..];
            }
            [b, after @ ..] if is_blank(*b) => rest = after,
            [0..0x20, ..] => return true,
            _ => return false,
        }
        if after.len() - rest.len() > FARTHEST {
            return true;
        }
    }
}

/// Whether a dot stands right before.
fn is_dotted(before: &[u8]) -> bool {
    let blank = before.iter().rev().take_while(|b| is_blank(**b)).count();
    before[..before.len() - blank].ends_with(b".")
}

/// Whether the keyword of a definition stands right before.
fn is_defined(before: &[u8]) -> bool {
    let blank = before.iter().rev().take_while(|b| is_blank(**b)).count();
    let before = &before[..before.len() - blank];
    let is_keyword = |keyword: &[u8]| {
        let outer = before.strip_suffix(keyword);
        outer.is_some_and(|outer| outer.last().is_none_or(u8::is_ascii_whitespace))
    };
    blank > 0 && (is_keyword(b"def") || is_keyword(b"class"))
}

/// Whether a dot may stand before, on this line or on one above.
fn may_be_dotted(before: &[u8]) -> bool {
    let near = &before[before.len().saturating_sub(FARTHEST)..];
    let skipped = near.iter().rev().take_while(|b| b.is_ascii_whitespace());
    let skipped = skipped.count();
    match near[..near.len() - skipped].last() {
        Some(b'.' | b'\\' | 0..0x20 | 0x80..) => true,
        None => before.len() > near.len(),
        // A comment may hide the dot.
        Some(_)
            if near[near.len() - skipped..]
                .iter()
                .any(|b| matches!(b, b'\n' | b'\r')) =>
        {
            memchr::memchr(b'#', last_line(&near[..near.len() - skipped])).is_some()
        }
        Some(_) => false,
    }
}

/// Whether the word may stand in an import: on its line, or in a list that goes on over lines.
fn may_be_imported(before: &[u8], after: &[u8]) -> bool {
    let near = &before[before.len().saturating_sub(FARTHEST)..];
    if !is_import(last_line(near)) {
        let next = after.iter().find(|b| !is_blank(**b));
        let goes_on =
            |b: &u8| matches!(b, b',' | b')' | b';' | b'#' | b'\\' | b'a' | 0..0x20 | 0x80..);
        if !next.is_none_or(goes_on) {
            return false;
        }
    }
    // Up to the import, lines hold names and comments.
    for line in near.rsplit(|b| matches!(b, b'\n' | b'\r')) {
        if is_import(line) {
            return true;
        }
        let names = line.split(|b| *b == b'#').next().unwrap_or_default();
        let names = names.trim_ascii_start();
        let names = names.strip_prefix(b"(").unwrap_or(names);
        let is_listed = |b: &u8| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b',' | b'\\' | 0..=b' ' | 0x80..)
        };
        if !names.iter().all(is_listed) {
            return false;
        }
    }
    near.len() < before.len()
}

fn is_import(line: &[u8]) -> bool {
    memchr::memmem::find(line, b"import").is_some()
}

/// The first line of a text, or what is near of it.
fn first_line(text: &[u8]) -> &[u8] {
    let near = &text[..text.len().min(FARTHEST)];
    let end = near.iter().position(|b| matches!(b, b'\n' | b'\r'));
    &near[..end.unwrap_or(near.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(used: Use, yes: &[&str], no: &[&str]) {
        let holds = |text: &str| {
            let mut words = text.match_indices("run");
            words.any(|(at, word)| may_be(used, text.as_bytes(), at..at + word.len()))
        };
        for text in yes {
            assert!(holds(text), "{text}");
        }
        for text in no {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn a_bare_name_is_called() {
        check(
            Use::Call,
            &[
                "run(1)",
                "run (1)",
                "(run)(1)",
                "run # a\n(1)",
                "run\n(1)",
                "run\0(1)",
                "run[int](1)",
            ],
            &[
                "a.run(1)",
                "run = 1",
                "a(run)",
                "run\nrun",
                "from run import b",
                "run # (\n",
                "async def run(a): pass",
            ],
        );
    }

    #[test]
    fn a_method_is_called_after_a_dot_or_imported() {
        check(
            Use::Method,
            &[
                "a.run(1)",
                "a.\\\n run(1)",
                "a.\n\n run (1)",
                "a. # b\n run(1)",
                "(a.run) (1)",
                "from a import run as b",
                "from a import b, run",
                "from a import (\n    run,\n)",
                "from a import (b,\n    c as d, run as e)",
                "from a import (\n    b,  # (c)\n\n    run\n)",
                "from a import \\\n    run",
                "from a import (\u{e9},\n    run)",
            ],
            &[
                "run(1)",
                "a.run = 1",
                "f(a, run)",
                "run = 1",
                "f(\n    run=1,\n)",
                "if run:",
                "def f(\n    a,\n    run,\n):",
            ],
        );
    }

    #[test]
    fn a_field_follows_a_dot_or_is_imported() {
        check(
            Use::Field,
            &[
                "a.run",
                "a .run",
                "import a.run",
                "from a.run import b",
                "from a import run",
            ],
            &[
                "run",
                "run.a",
                "x = run",
                "f(run.a)",
                "# to run,",
                "def run(a): pass",
            ],
        );
    }

    #[test]
    fn a_root_is_before_a_dot_or_imported() {
        check(
            Use::Root,
            &[
                "run.a",
                "(run\n    .a)",
                "import run",
                "import a, run as b",
                "from run import a",
                "from run.a import b",
                "from run \\\n import a",
            ],
            &["run", "a.run.b", "run = 1", "run(1).a"],
        );
    }

    #[test]
    fn a_keyword_is_before_its_value() {
        check(
            Use::Keyword,
            &["f(run=1)", "f(run = 1)", "f(run # a\n =1)"],
            &["f(run)", "f(a=run)", "{'run': 1}"],
        );
    }

    #[test]
    fn a_wildcard_imports_all() {
        assert!(imports_all(b"import a\nfrom b import  *"));
        assert!(!imports_all(b"import a\nb = 2 * 3"));
    }
}
