//! What a rule's fix writes in the place of one finding.

use crate::finding::Edit;
use crate::pattern::{Bindings, Bound, Meaning, Regex, Subject};
use crate::rule::Fix;
use crate::source::{Source, Span};
use crate::syntax::Symbol;

/// A fix, ready to run.
#[derive(Debug)]
pub(super) enum Fixer {
    Text(String),
    Regex {
        regex: Regex,
        replacement: String,
        count: usize,
    },
}

/// Words that stand right before an expression in parentheses without calling anything.
const NOT_CALLED: &[&str] = &[
    "and", "assert", "await", "case", "del", "elif", "else", "if", "in", "is", "match", "not",
    "or", "return", "throw", "typeof", "while", "yield",
];

impl Fixer {
    /// Compiles a fix; the error says what is wrong with its regular expression.
    pub(super) fn new(fix: &Fix) -> Result<Fixer, String> {
        Ok(match fix {
            Fix::Text(text) => Fixer::Text(text.clone()),
            Fix::Regex {
                regex,
                replacement,
                count,
            } => Fixer::Regex {
                regex: Regex::new(&regex.text, Meaning::Anywhere)?,
                replacement: replacement.clone(),
                count: count.unwrap_or(usize::MAX),
            },
        })
    }

    /// What it writes in the place of `span`; nothing where a part of it is not known.
    pub(super) fn edit(
        &self,
        subject: &Subject<'_>,
        span: Span,
        bindings: &Bindings,
    ) -> Option<Edit> {
        let source = subject.source();
        let replacement = match self {
            Fixer::Text(text) => {
                let layout = Layout::at(source, span.start);
                let filled = fill(text, &layout, &|name| {
                    bound_text(subject, bindings.get(name)?, span)
                })?;
                // The parentheses of what is replaced hold together what replaces it.
                if subject.is_wrapped(span) {
                    format!("({filled})")
                } else {
                    filled
                }
            }
            Fixer::Regex {
                regex,
                replacement,
                count,
            } => substitute(source.slice(span), regex, replacement, *count)?,
        };
        let old = source.slice(span);
        (old != replacement.as_bytes()).then_some(Edit { span, replacement })
    }
}

/// How further lines of a fix look.
struct Layout {
    line_end: &'static str,
    indent: String,
}

impl Layout {
    /// As the line looks that the fix begins on: its white space, and up to the place only spaces.
    fn at(source: &Source, offset: u32) -> Layout {
        let line = source.line_span(source.line_of(offset));
        let before = source.show(Span {
            start: line.start,
            end: offset.max(line.start),
        });
        let blank = before.len() - before.trim_start().len();
        let spaces = before[blank..].chars().count();
        Layout {
            line_end: source.line_end(offset),
            indent: format!("{}{}", &before[..blank], " ".repeat(spaces)),
        }
    }
}

/// The text of a fix with what its metavariables hold. None where one of them holds nothing: half
/// a repair is none.
fn fill(text: &str, layout: &Layout, bound: &dyn Fn(Symbol) -> Option<String>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '\n']) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if rest.as_bytes()[at] == b'\n' {
            if out.ends_with('\r') {
                out.pop();
            }
            out.push_str(layout.line_end);
            if !after.starts_with(['\n', '\r']) {
                out.push_str(&layout.indent);
            }
            rest = after;
            continue;
        }
        let dots = if after.starts_with("...") { 3 } else { 0 };
        let name = &after[dots..];
        let end = name
            .find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
            .unwrap_or(name.len());
        if end == 0 {
            out.push('$');
            rest = after;
            continue;
        }
        out.push_str(&bound(Symbol::of(&after.as_bytes()[..dots + end]))?);
        rest = &name[end..];
    }
    out.push_str(rest);
    Some(out)
}

/// The text that a metavariable holds, with the parentheses around it: what is put elsewhere must
/// not fall apart there. None where it is no valid text, which could not be written back.
fn bound_text(subject: &Subject<'_>, bound: Bound, within: Span) -> Option<String> {
    let source = subject.source();
    let text = match (bound, subject.ends_of(bound)) {
        (Bound::Node(_) | Bound::Nodes { .. }, Some((first, last))) => {
            let span = Span {
                start: parenthesised(source, first, within).start,
                end: parenthesised(source, last, within).end,
            };
            source.show(span).into_owned()
        }
        _ => subject.text_of(bound),
    };
    (!text.contains('\u{fffd}')).then_some(text)
}

/// A span with all parentheses around it that only group.
fn parenthesised(source: &Source, mut span: Span, within: Span) -> Span {
    let text = source.text();
    loop {
        let before = text[..span.range().start].trim_ascii_end();
        let after = &text[span.range().end..];
        let gap = after.len() - after.trim_ascii_start().len();
        if !before.ends_with(b"(") || after.get(gap) != Some(&b')') {
            return span;
        }
        let wide = Span::new(before.len() - 1, span.range().end + gap + 1);
        if !within.contains(wide) || is_called(text[..before.len() - 1].trim_ascii_end()) {
            return span;
        }
        span = wide;
    }
}

/// Whether what ends here is called, or defined, by the parenthesis that follows.
fn is_called(before: &[u8]) -> bool {
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80;
    let word = before.iter().rev().take_while(|b| is_word(b)).count();
    let (rest, word) = before.split_at(before.len() - word);
    match word {
        // A macro's name ends with its mark.
        b"" if rest.ends_with(b"!") => rest.len() > 1 && is_word(&rest[rest.len() - 2]),
        b"" => rest.ends_with(b")") || rest.ends_with(b"]") || rest.ends_with(b">"),
        word => !NOT_CALLED.iter().any(|known| known.as_bytes() == word),
    }
}

/// The text with the first `count` matches replaced; none where there is no match.
fn substitute(text: &[u8], regex: &Regex, replacement: &str, count: usize) -> Option<String> {
    let found = regex.find_numbered(text);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for groups in found.iter().take(count) {
        let group = |number: usize| groups.get(number).copied().flatten();
        let whole = group(0)?.range();
        out.extend_from_slice(&text[at..whole.start]);
        expand(replacement, &mut out, &|number| {
            group(number).map_or(&[][..], |span| &text[span.range()])
        });
        at = whole.end;
    }
    out.extend_from_slice(&text[at..]);
    String::from_utf8(out).ok().filter(|_| !found.is_empty())
}

/// A replacement with `\1` and `$1` as the groups of those numbers.
fn expand<'t>(replacement: &str, out: &mut Vec<u8>, group: &dyn Fn(usize) -> &'t [u8]) {
    let mut rest = replacement;
    while let Some(at) = rest.find(['\\', '$']) {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        match rest[at + 1..].chars().next().and_then(|c| c.to_digit(10)) {
            Some(digit) => {
                out.extend_from_slice(group(digit as usize));
                rest = &rest[at + 2..];
            }
            None => {
                out.push(rest.as_bytes()[at]);
                rest = &rest[at + 1..];
            }
        }
    }
    out.extend_from_slice(rest.as_bytes());
}
