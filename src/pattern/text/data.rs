//! The operators of patterns of JSON, TOML, YAML and HTML: each becomes what stands there by rights.

use crate::syntax::placeholder::{DEEP, ELLIPSIS, META_ELLIPSIS, METAVAR, TAG};

/// Rewrites a pattern of JSON: an operator is a string, which stands wherever a value does.
pub(super) fn json(text: &str) -> String {
    strings(text, ':', |open| open == Some('{'))
}

/// Rewrites a pattern of TOML, where strings stand for keys too.
pub(super) fn toml(text: &str) -> String {
    strings(text, '=', |open| matches!(open, Some('{') | None))
}

/// Writes operators as strings. Where `holds_pairs` of the bracket around it, `...` is a pair of a
/// key and, behind `separator`, a value.
fn strings(text: &str, separator: char, holds_pairs: fn(Option<char>) -> bool) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut open: Vec<char> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_value = out.trim_end().ends_with(separator);
        let pair = if holds_pairs(open.last().copied()) && !is_value {
            format!("{separator} 0")
        } else {
            String::new()
        };
        if c == '"' || c == '\'' {
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
            let pair = if prefix == META_ELLIPSIS { &pair } else { "" };
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
    let quote = text.chars().next();
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if Some(c) == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Rewrites a pattern of HTML, where `$` begins no name of a tag.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        let mark = if tag.starts_with("</") { 2 } else { 1 };
        out.push_str(before);
        out.push_str(&tag[..mark]);
        rest = &tag[mark..];
        if let Some((METAVAR, name, after)) = metavariable(rest) {
            out.push_str(TAG);
            out.push_str(&name.replace('_', ":"));
            rest = after;
        }
    }
    out + rest
}

/// Rewrites a pattern of YAML. Metavariables are scalars as they are; `...` on a line of its own is
/// an item or a pair, as its neighbours are.
pub(super) fn yaml(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    // Lines deeper than this belong to a block scalar.
    let mut block: Option<usize> = None;
    for (at, line) in lines.iter().enumerate() {
        let indent = indent(line);
        if block.is_some_and(|margin| indent > margin || line.trim().is_empty()) {
            out.push((*line).to_owned());
            continue;
        }
        let starts_block = line
            .split_whitespace()
            .next_back()
            .is_some_and(|last| last.starts_with(['|', '>']) && last.len() <= 3);
        block = starts_block.then_some(indent);
        let column = content(line);
        let (before, rest) = line.split_at(column);
        let bare = rest.split(" #").next().unwrap_or(rest).trim_end();
        let named = metavariable(bare).filter(|(prefix, ..)| *prefix == META_ELLIPSIS);
        let is_bare = bare == "..." || named.is_some_and(|(.., after)| after.is_empty());
        if !is_bare {
            out.push(inline_ellipses(line));
            continue;
        }
        let word = if bare == "..." { ELLIPSIS } else { bare };
        out.push(match neighbours(&lines, at, column) {
            Neighbours::Items => format!("{before}- {word}"),
            Neighbours::Pairs => format!("{before}{word}: {ELLIPSIS}"),
            Neighbours::None => format!("{before}{word}"),
        });
    }
    out.join("\n")
}

/// What stands in the same column as a line of `...`.
enum Neighbours {
    Items,
    Pairs,
    None,
}

fn neighbours(lines: &[&str], at: usize, column: usize) -> Neighbours {
    let mut below = lines[at + 1..].iter().map(|line| (*line, indent(line)));
    let mut above = lines[..at].iter().rev().map(|line| (*line, indent(line)));
    let sides: [&mut dyn Iterator<Item = (&str, usize)>; 2] = [&mut below, &mut above];
    for side in sides {
        for (line, indent) in side {
            let text = line.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            // `- a: 1` holds a pair two columns further on.
            let mut place = indent;
            while place < column && line[place..].starts_with("- ") {
                place += 2 + line[place + 2..].len() - line[place + 2..].trim_start().len();
            }
            if place > column {
                continue;
            }
            if place < column {
                break;
            }
            let here = &line[place..];
            if here.starts_with("- ") || here == "-" {
                return Neighbours::Items;
            }
            if here.trim_end() != "..." && !here.starts_with("$...") {
                return Neighbours::Pairs;
            }
            if indent < column {
                break;
            }
        }
    }
    Neighbours::None
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Where the content of a line begins, behind the marks of items.
fn content(line: &str) -> usize {
    let mut at = indent(line);
    while let Some(rest) = line[at..].strip_prefix("- ") {
        at = line.len() - rest.trim_start_matches(' ').len();
    }
    at
}

/// Writes `...` as a word where a whole scalar may stand, and not within text.
fn inline_ellipses(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    let mut quote: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let before = out.trim_end().chars().next_back();
        let begins = before.is_none_or(|b| ":[{,-".contains(b));
        if quote.is_none()
            && begins
            && let Some(after) = rest.strip_prefix("...")
        {
            let next = after.trim_start().chars().next();
            if next.is_none_or(|n| ",]}#".contains(n)) {
                out.push_str(ELLIPSIS);
                rest = after;
                continue;
            }
        }
        match quote {
            Some(open) if c == open => quote = None,
            None if (c == '"' || c == '\'') && begins => quote = Some(c),
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}
