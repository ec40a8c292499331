//! How JavaScript and TypeScript use a word.

use std::ops::Range;

use super::{FARTHEST, is_blank, last_line};
use crate::rule::Use;

/// Whether the word may be used so there, where it is code: the names that an import lists aside, and
/// those of modules.
pub(super) fn may_be(used: Use, text: &[u8], word: Range<usize>) -> bool {
    let is_for = &text[word.clone()] == b"for";
    let (before, after) = (&text[..word.start], &text[word.end..]);
    let before = &before[..before.len() - before.iter().rev().take_while(|b| is_name(**b)).count()];
    let after = &after[after.iter().take_while(|b| is_name(**b)).count()..];
    match used {
        Use::Call => may_be_called(after) && !is_dotted(before) && !is_defined(before),
        Use::Loop if is_for => heads_loop(after),
        Use::Method | Use::Loop => may_be_dotted(before) && may_be_called(after),
        Use::Field => may_be_dotted(before),
        Use::Root => may_be_followed(after, is_dot) && !is_dotted(before),
        Use::Key => may_be_key(before, after),
        // No pattern of a script asks for it.
        Use::Keyword => true,
    }
}

/// What belongs to a name, as the words that are asked for do.
fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'#')
}

/// Whether the word is a whole segment in a string: `"node:fs"`, `"a/b"`.
pub(super) fn is_segment(text: &[u8], word: &Range<usize>) -> bool {
    let (before, after) = (&text[..word.start], &text[word.end..]);
    matches!(before.last(), Some(b'"' | b'\'' | b'`' | b'/' | b':'))
        && matches!(after.first(), Some(b'"' | b'\'' | b'`' | b'/'))
}

/// How an import binds a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// To a name, or in a way that is not told.
    Whole,
    /// Only some names out of it are bound.
    Parts,
}

/// How the module is bound that the string of a segment names; nothing where it is bound to no name.
pub(super) fn bound_module(text: &[u8], segment: &Range<usize>) -> Option<Bound> {
    let is_quote = |b: &u8| matches!(b, b'"' | b'\'' | b'`');
    let near = &text[segment.start.saturating_sub(FARTHEST)..segment.start];
    let Some(quote) = near.iter().rposition(is_quote) else {
        return Some(Bound::Whole);
    };
    let mut before = near[..quote].trim_ascii_end();
    if let Some(clause) = before.strip_suffix(b"from") {
        let clause = clause.trim_ascii_end();
        let Some(names) = clause.strip_suffix(b"}") else {
            return Some(Bound::Whole);
        };
        let start = memchr::memrchr(b'{', names);
        let is_alone = start.is_some_and(|start| {
            let outer = names[..start].trim_ascii_end();
            outer.ends_with(b"import") || outer.ends_with(b"export")
        });
        return Some(if is_alone { Bound::Parts } else { Bound::Whole });
    }
    for word in [&b"("[..], b"require", b"import", b"(", b"await", b"("] {
        before = before.strip_suffix(word).unwrap_or(before).trim_ascii_end();
    }
    match before {
        [] => Some(Bound::Whole),
        [.., b'='] => {
            let target = before[..before.len() - 1].trim_ascii_end();
            Some(if target.ends_with(b"}") {
                Bound::Parts
            } else {
                Bound::Whole
            })
        }
        // A comment may hide what it is bound to.
        [.., b'/'] => Some(Bound::Whole),
        _ if memchr::memmem::find(last_line(before), b"//").is_some() => Some(Bound::Whole),
        _ => None,
    }
}

fn is_dot(rest: &[u8]) -> bool {
    rest.starts_with(b"?.") || rest.starts_with(b".") && !rest.starts_with(b"...")
}

/// Whether the word is called: with arguments or type arguments.
pub(super) fn may_be_called(after: &[u8]) -> bool {
    may_be_followed(after, |rest| match rest {
        [b'(' | b'<', ..] => true,
        [b'?', b'.', rest @ ..] => may_be_followed(rest, |rest| matches!(rest, [b'(' | b'<', ..])),
        _ => false,
    })
}

/// Whether something follows, after closed parentheses, `!`, spaces, ends of lines and comments.
fn may_be_followed(after: &[u8], is: impl Fn(&[u8]) -> bool) -> bool {
    let near = &after[..after.len().min(FARTHEST)];
    let mut rest = near;
    loop {
        rest = match rest {
            _ if is(rest) => return true,
            [] => return near.len() < after.len(),
            [b'!', b'=', ..] => return false,
            [b')' | b'!', rest @ ..] => rest,
            _ => match without_space(rest) {
                Some(less) if less.len() < rest.len() => less,
                Some(_) => return false,
                None => return true,
            },
        };
    }
}

/// A text without the space or the comment that it begins with; `None` where that is not told.
fn without_space(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'\\' | 0x80.., ..] | [b'-', b'-', b'>', ..] | [b'<', b'!', ..] => None,
        [b'/', b'/', ..] => {
            let line = text.iter().position(|b| matches!(b, b'\n' | b'\r'))?;
            // Other letters may end a line, too.
            text[..line].is_ascii().then(|| &text[line..])
        }
        [b'/', b'*', inner @ ..] => {
            let end = memchr::memmem::find(inner, b"*/")?;
            Some(&inner[end + 2..])
        }
        [b' ' | b'\t'..=b'\r', rest @ ..] => Some(rest),
        [0..b' ' | 0x7f, ..] => None,
        _ => Some(text),
    }
}

/// Whether a dot stands right before, and not the dots that spread.
fn is_dotted(before: &[u8]) -> bool {
    let blank = before.iter().rev().take_while(|b| is_blank(**b)).count();
    let before = &before[..before.len() - blank];
    before.ends_with(b".") && !before.ends_with(b"...")
}

/// Whether the keyword of a definition stands right before.
fn is_defined(before: &[u8]) -> bool {
    let blank = before.iter().rev().take_while(|b| is_blank(**b)).count();
    let outer = before[..before.len() - blank].strip_suffix(b"function");
    blank > 0 && outer.is_some_and(|outer| outer.last().is_none_or(u8::is_ascii_whitespace))
}

/// Whether a dot may stand before, on this line or on one above.
fn may_be_dotted(before: &[u8]) -> bool {
    let near = &before[before.len().saturating_sub(FARTHEST)..];
    let is_space = |b: &&u8| matches!(b, b' ' | b'\t'..=b'\r');
    let spaces = near.iter().rev().take_while(is_space).count();
    let (near_word, spaces) = near.split_at(near.len() - spaces);
    match near_word {
        [] => near.len() < before.len(),
        [.., b'.' | b'\\' | 0..b' ' | 0x7f.. | b'>'] | [.., b'*', b'/'] => true,
        // A comment may hide the dot.
        _ if spaces.iter().any(|b| matches!(b, b'\n' | b'\r')) => {
            let line = last_line(near_word);
            memchr::memmem::find(line, b"//").is_some()
                || memchr::memmem::find(line, b"<!--").is_some()
                || memchr::memmem::find(line, b"-->").is_some()
        }
        _ => false,
    }
}

/// Whether the word may be a key: before its value or its type, of a method, or by itself.
fn may_be_key(before: &[u8], after: &[u8]) -> bool {
    let (before, after) = match (before, after) {
        ([before @ .., b'"'], [b'"', after @ ..]) | ([before @ .., b'\''], [b'\'', after @ ..]) => {
            (before, after)
        }
        unquoted => unquoted,
    };
    let near = &before[before.len().saturating_sub(FARTHEST)..];
    let is_space = |b: &&u8| matches!(b, b' ' | b'\t'..=b'\r');
    let spaces = near.iter().rev().take_while(is_space);
    let starts_line = spaces.clone().any(|b| matches!(b, b'\n' | b'\r'));
    let is_first = match &near[..near.len() - spaces.count()] {
        [] => true,
        [.., b'{' | b',' | b';' | b'\\' | 0..b' ' | 0x7f.. | b'>'] | [.., b'*', b'/'] => true,
        // A modifier of a field or of a method.
        [.., last] => starts_line || last.is_ascii_alphanumeric(),
    };
    is_first
        && may_be_followed(after, |rest| {
            matches!(rest, [b':' | b',' | b'}' | b'=' | b'?' | b'(' | b'<', ..])
        })
}

/// Whether the word is the `for` of a loop over keys or values.
fn heads_loop(after: &[u8]) -> bool {
    let near = &after[..after.len().min(FARTHEST)];
    head_of_loop(near).unwrap_or(true)
}

/// The same, where it is told.
fn head_of_loop(after: &[u8]) -> Option<bool> {
    let mut rest = skip_space(after)?;
    if let Some(behind) = rest.strip_prefix(b"await") {
        rest = skip_space(behind)?;
    }
    let [b'(', inner @ ..] = rest else {
        return Some(false);
    };
    // A declaration has two words before the `in`, another target one.
    let mut rest = skip_space(inner)?;
    for _ in 0..3 {
        let length = rest.iter().take_while(|b| is_name(**b)).count();
        let (word, behind) = rest.split_at(length);
        if matches!(word, b"in" | b"of") {
            return Some(true);
        }
        rest = skip_space(behind)?;
        match rest {
            [b';' | b',', ..] => return Some(false),
            // `for (var a = 1 in b)`, of old.
            [b'=', ..] => {
                let init = &rest[..memchr::memchr(b';', rest)?];
                let hides =
                    |b: &u8| matches!(b, b'"' | b'\'' | b'`' | b'/' | b'{' | b'\\' | 0x80..);
                let ends = init.iter().any(hides) || memchr::memmem::find(init, b"in").is_some();
                return Some(ends);
            }
            _ if length == 0 => return None,
            _ => {}
        }
    }
    None
}

fn skip_space(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        let less = without_space(rest)?;
        if less.len() == rest.len() {
            return Some(rest).filter(|rest| !rest.is_empty());
        }
        rest = less;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Usage;
    use super::*;
    use crate::lang::Language;
    use crate::source::Source;
    use crate::syntax::Bodies;

    #[track_caller]
    fn check(used: Use, yes: &[&str], no: &[&str]) {
        let holds = |text: &str, word: &str| {
            let source = Source::new("a.ts".into(), Language::TypeScript, text.into());
            let bodies = Bodies::of(text.as_bytes());
            let with_modules = bodies
                .as_ref()
                .map(|bodies| Usage::with_imports(&source, bodies));
            let mut words = text.match_indices(word);
            words.any(|(at, word)| {
                let word = at..at + word.len();
                let may_be = Usage::of(&source).may_be(used, word.clone());
                let known = with_modules
                    .as_ref()
                    .map(|usage| usage.may_be(used, word.clone()));
                assert!(may_be || known != Some(true), "{text}");
                known.unwrap_or(may_be)
            })
        };
        let word = if used == Use::Loop { "for" } else { "run" };
        for text in yes {
            assert!(holds(text, word), "{text}");
        }
        for text in no {
            assert!(!holds(text, word), "{text}");
        }
    }

    #[test]
    fn a_bare_name_is_called() {
        check(
            Use::Call,
            &[
                "run(1)",
                "(run)(1)",
                "run?.(1)",
                "run<T>(1)",
                "run!(1)",
                "run // a\n(1)",
                "run /* a */ (1)",
                "f(...run(1))",
                "run\u{a0}(1)",
                "import a from \"run\"",
                "a = require('node:run')",
            ],
            &[
                "a.run(1)",
                "a?.run(1)",
                "run = 1",
                "a(run, 1)",
                "run != (1)",
                "run // (1)\n",
                "async function run(a) {}",
                "'to run'",
            ],
        );
    }

    #[test]
    fn a_method_is_called_after_a_dot() {
        check(
            Use::Method,
            &[
                "a.run(1)",
                "a\n  .run(1)",
                "a.\n  run(1)",
                "a?.run(1)",
                "a.run?.(1)",
                "(a.run)(1)",
                "a. // b\n run(1)",
                "a. /* b */ run(1)",
                "a./* b\n*/run(1)",
                "a.\u{2028}run(1)",
                "a.run<T>(1)",
                "a.$run(1)",
            ],
            &[
                "run(1)",
                "a.run = 1",
                "f(a, run)",
                "// a\nb(); run(1)",
                "a[run](1)",
            ],
        );
    }

    #[test]
    fn a_root_is_before_a_dot() {
        check(
            Use::Root,
            &[
                "run.a",
                "run?.a",
                "run\n  .a",
                "run!.a",
                "[...run.a]",
                "from 'b/run'",
            ],
            &["run", "a.run.b", "[run, ...a]", "run = 1", "\"to run\""],
        );
    }

    #[test]
    fn a_key_is_before_its_value_or_by_itself() {
        check(
            Use::Key,
            &[
                "{run: 1}",
                "{a, run}",
                "{a, /* b */ run /* c */: 1}",
                "{\n  // a\n  run = 1\n}",
                "{'run': 1}",
                "{async run() {}}",
                "{a: b; run?: c}",
            ],
            &[
                "run",
                "(run) ? 1 : 2",
                "[run: 1]",
                "{a: run.b}",
                "/** The way to run. */",
            ],
        );
    }

    #[test]
    fn a_loop_over_keys_or_values_is_told_from_others() {
        check(
            Use::Loop,
            &[
                "for (const a in b) {}",
                "for(var a of b);",
                "for await (const a of b);",
                "for (a in b) {}",
                "for (const [a, c] of b) {}",
                "for (a.b in c) {}",
                "for (/* ; */ let /* ; */ a /* ; */ in b) {}",
                "for // (;;)\n(const a in b) {}",
                "for (var a = 1 in b) {}",
                "for (var a = ';' in b) {}",
            ],
            &[
                "for (let a = 0; a < b; a++) {}",
                "for (;;) {}",
                "for (a; b;) {}",
                "for (let a, b;;) {}",
                "// for all in (a)",
            ],
        );
    }
}
