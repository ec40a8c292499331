//! A rule's message with what its metavariables hold.

use crate::syntax::Symbol;

/// A bound text longer than this is cut.
const MAX_BOUND: usize = 80;

/// The word that stands for what a value is where it comes from.
const SOURCE: &str = "SOURCE";

/// Puts the bound texts in the place of `$X`, `$...X`, `$1` and `value($X)`, and what a source is
/// called in that of `$SOURCE`.
pub(super) fn fill(
    message: &str,
    bound: &dyn Fn(Symbol) -> Option<String>,
    called: Option<&str>,
) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let dots = if after.starts_with("...") { 3 } else { 0 };
        let name = &after[dots..];
        let end = name
            .find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
            .unwrap_or(name.len());
        let name_of = Symbol::of(&after.as_bytes()[..dots + end]);
        let text = (end > 0).then(|| bound(name_of)).flatten();
        match text {
            Some(text) => {
                out.push_str(&shorten(&text));
                rest = &name[end..];
            }
            None => match called.filter(|_| &after[..dots + end] == SOURCE) {
                Some(called) => {
                    out.push_str(called);
                    rest = &name[end..];
                }
                None => {
                    out.push('$');
                    rest = after;
                }
            },
        }
    }
    out.push_str(rest);
    out
}

/// On one line, and not too long.
fn shorten(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_BOUND) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
