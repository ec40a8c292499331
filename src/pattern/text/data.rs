//! The operators of patterns of JSON: each becomes a string, which stands wherever a value does.

use crate::syntax::placeholder::{DEEP, ELLIPSIS, META_ELLIPSIS, METAVAR};

/// Rewrites a pattern of JSON.
pub(super) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut open: Vec<char> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let in_object = open.last() == Some(&'{') && !out.trim_end().ends_with(':');
        let pair = if in_object { ": 0" } else { "" };
        if c == '"' {
            let end = string_end(rest);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if let Some(after) = rest.strip_prefix("<...") {
            out.push_str(&format!("[\"{DEEP}\", "));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("...>") {
            out.push(']');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("...") {
            out.push_str(&format!("\"{ELLIPSIS}\"{pair}"));
            rest = after;
        } else if let Some((prefix, name, after)) = metavariable(rest) {
            let pair = if prefix == META_ELLIPSIS { pair } else { "" };
            out.push_str(&format!("\"{prefix}{name}\"{pair}"));
            rest = after;
        } else {
            match c {
                '{' | '[' => open.push(c),
                '}' | ']' => {
                    open.pop();
                }
                _ => {}
            }
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// `$X` or `$...X` at the start of a text: what its placeholder begins with, its name, the rest.
pub(super) fn metavariable(text: &str) -> Option<(&'static str, &str, &str)> {
    let (prefix, name) = match text.strip_prefix("$...") {
        Some(name) => (META_ELLIPSIS, name),
        None => (METAVAR, text.strip_prefix('$')?),
    };
    let word = |c: char| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit();
    let length = name.find(|c: char| !word(c)).unwrap_or(name.len());
    let after = &name[length..];
    let named = !name.starts_with(|c: char| c.is_ascii_digit()) && length > 0;
    let ends = !after.starts_with(|c: char| c.is_ascii_alphanumeric());
    (named && ends).then(|| (prefix, &name[..length], after))
}

/// Where the string ends that the text begins with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
