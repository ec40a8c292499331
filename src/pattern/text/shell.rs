//! The operators of patterns of Bash and of Dockerfiles.
//!
//! A shell reads `$X` as a variable and `...` as a word, so that lowering tells them apart, and only
//! places have to be rewritten where a shell takes neither.

use super::data::metavariable;
use crate::syntax::placeholder::{DEEP, ELLIPSIS, META_ELLIPSIS, METAVAR, WHOLE};

/// Rewrites a pattern of Bash.
pub(super) fn bash(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    let mut quote: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let starts_word = out
            .chars()
            .next_back()
            .is_none_or(|b| b.is_whitespace() || "(;&|`{".contains(b));
        if quote == Some('\'') {
            // Nothing is an operator there.
        } else if let Some(name) = rest.strip_prefix("${")
            && let Some((METAVAR, name, after)) = metavariable(name)
        {
            out.push_str(&format!("${{{METAVAR}{name}"));
            rest = after;
            continue;
        } else if quote.is_some() {
            // `"$X"` is a string around a variable.
        } else if let Some(after) = rest.strip_prefix("<...") {
            out.push_str(&format!("$({DEEP} "));
            rest = after;
            continue;
        } else if let Some(after) = rest.strip_prefix("...>") {
            out.push(')');
            rest = after;
            continue;
        } else if let Some((prefix, name, after)) = metavariable(rest) {
            let set = after.starts_with('=') && !after.starts_with("==") || after.starts_with("+=");
            let called = after.trim_start().starts_with("()");
            let named = ["function", "for", "select"]
                .iter()
                .any(|word| out.trim_end().ends_with(word) && out.ends_with(' '));
            if prefix == META_ELLIPSIS || starts_word && (set || called || named) {
                out.push_str(prefix);
                out.push_str(name);
                rest = after;
                continue;
            }
        }
        match (c, quote) {
            ('\\', None | Some('"')) => {
                out.push(c);
                rest = &rest[1..];
                if let Some(escaped) = rest.chars().next() {
                    out.push(escaped);
                    rest = &rest[escaped.len_utf8()..];
                }
                continue;
            }
            ('"' | '\'', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            _ => {}
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Rewrites a pattern of a Dockerfile.
pub(super) fn dockerfile(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while !rest.is_empty() {
        let end = line_end(rest);
        instruction(&rest[..end], &mut out);
        rest = &rest[end..];
    }
    out
}

/// Where the instruction ends that a text begins with, lines joined.
fn line_end(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let comment = line.trim_start().starts_with('#');
        if comment && at > line.len() {
            continue;
        }
        if !line.trim_end().ends_with('\\') {
            break;
        }
    }
    at
}

fn instruction(line: &str, out: &mut String) {
    let trimmed = line.trim();
    let named = metavariable(trimmed).filter(|(.., after)| after.is_empty());
    if trimmed == "..." {
        // No path begins so but one that stands for a line.
        out.push_str(&format!("WORKDIR {ELLIPSIS}\n"));
        return;
    }
    if let Some((prefix, name, _)) = named {
        out.push_str(&format!("WORKDIR {prefix}{name}\n"));
        return;
    }
    let start = line.len() - line.trim_start().len();
    let keyword = start
        + line[start..]
            .find(char::is_whitespace)
            .unwrap_or(line.len() - start);
    let (head, rest) = line.split_at(keyword);
    out.push_str(head);
    arguments(&head.trim().to_ascii_uppercase(), rest, out);
}

fn arguments(keyword: &str, rest: &str, out: &mut String) {
    match keyword {
        "RUN" | "CMD" | "ENTRYPOINT" | "SHELL" | "COPY" | "ADD" | "VOLUME" => {
            let (flags, content) = flags(rest);
            out.push_str(flags);
            match array(content) {
                Some(array) => out.push_str(&array),
                None if matches!(keyword, "RUN" | "CMD" | "ENTRYPOINT" | "SHELL") => {
                    out.push_str(&bash(content));
                }
                None => words(content, "...", false, out),
            }
        }
        "HEALTHCHECK" => {
            let content = rest.trim();
            let whole = content == "..."
                || metavariable(content).is_some_and(|(.., after)| after.is_empty());
            if whole {
                out.push_str(&format!(" CMD {WHOLE}"));
                match metavariable(content) {
                    Some((prefix, name, _)) => out.push_str(&format!("{prefix}{name}")),
                    None => out.push_str(ELLIPSIS),
                }
                out.push('\n');
                return;
            }
            // Flags are left open in any case.
            let content = content.strip_prefix("...").unwrap_or(content);
            let (flags, command) = flags(content);
            out.push(' ');
            out.push_str(flags);
            nested(command, out);
        }
        "ONBUILD" => nested(rest, out),
        "ENV" | "LABEL" => words(rest, &format!("{ELLIPSIS}={ELLIPSIS}"), true, out),
        "ARG" | "USER" => words(rest, ELLIPSIS, keyword == "ARG", out),
        "EXPOSE" | "STOPSIGNAL" => words(rest, &format!("${ELLIPSIS}"), false, out),
        _ => words(rest, "...", false, out),
    }
}

/// An instruction within another one.
fn nested(rest: &str, out: &mut String) {
    let start = rest.len() - rest.trim_start().len();
    let keyword = start
        + rest[start..]
            .find(char::is_whitespace)
            .unwrap_or(rest.len() - start);
    let (head, arguments_of) = rest.split_at(keyword);
    out.push_str(head);
    arguments(&head.trim().to_ascii_uppercase(), arguments_of, out);
}

/// The flags that an instruction begins with, and the rest.
fn flags(text: &str) -> (&str, &str) {
    let mut at = text.len() - text.trim_start().len();
    while text[at..].starts_with("--") {
        let length = text[at..].find(char::is_whitespace);
        let Some(length) = length else {
            return (text, "");
        };
        at += length;
        at += text[at..].len() - text[at..].trim_start().len();
    }
    text.split_at(at)
}

/// A list of strings and operators as a list of strings; `None` for what a shell is to run.
fn array(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix('[')?.strip_suffix(']')?;
    let mut items = Vec::new();
    for item in inner.split(',').map(str::trim) {
        if item == "..." {
            items.push(format!("\"{ELLIPSIS}\""));
        } else if let Some((prefix, name, "")) = metavariable(item) {
            items.push(format!("\"{prefix}{name}\""));
        } else if item.starts_with('"') || item.ends_with('"') || item.is_empty() {
            items.push(item.to_owned());
        } else {
            return None;
        }
    }
    Some(format!("[{}]\n", items.join(", ")))
}

/// Words outside of quotes: `...` is written as `ellipsis`, and `$X` as a name where a name is needed.
fn words(text: &str, ellipsis: &str, as_names: bool, out: &mut String) {
    let mut rest = text;
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        if !quoted {
            if let Some(after) = rest.strip_prefix("...") {
                out.push_str(ellipsis);
                rest = after;
                continue;
            }
            if let Some(name) = rest.strip_prefix("${")
                && let Some((METAVAR, name, after)) = metavariable(name)
            {
                out.push_str(&format!("${{{METAVAR}{name}"));
                rest = after;
                continue;
            }
            if let Some((prefix, name, after)) = metavariable(rest)
                && (as_names || prefix == META_ELLIPSIS)
            {
                out.push_str(prefix);
                out.push_str(name);
                rest = after;
                continue;
            }
        }
        quoted ^= c == '"';
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
}
