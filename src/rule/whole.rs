//! What a whole text has to hold for a regular expression to match some piece of it, beyond words.
//!
//! A metavariable holds a piece of the text as it stands, so an expression that matches it matches
//! within the text, as long as nothing is asked of the piece's ends. Only what lowering makes up, a
//! qualified name, is no piece; an expression that needs a mark never matches one.

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// A shorter match says little.
const SHORTEST: usize = 3;

/// An expression that matches within each text of which a piece matches `hir`; nothing where it
/// would match most texts, or where a piece may be made up.
pub(super) fn within(hir: &Hir) -> Option<String> {
    let hir = trim(&without_looks(hir));
    let says_much = hir.properties().minimum_len().unwrap_or(0) >= SHORTEST;
    (says_much && needs_mark(&hir)).then(|| hir.to_string())
}

/// An expression that matches each text where Python defines a function whose name begins as `hir`
/// matches, or has letters beyond ASCII, which may stand for others.
pub(super) fn defined(hir: &Hir) -> String {
    let name = without_looks(hir);
    format!(r"(?-u:\bdef[\s\\]+)(?:(?-u:\w*[^\x00-\x7f])|{name})")
}

/// The expression with nothing asked of the places between characters, and without groups.
fn without_looks(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Look(_) | HirKind::Empty => Hir::empty(),
        HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
        HirKind::Capture(capture) => without_looks(&capture.sub),
        HirKind::Repetition(repeated) => Hir::repetition(Repetition {
            sub: Box::new(without_looks(&repeated.sub)),
            ..repeated.clone()
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(without_looks).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(without_looks).collect()),
    }
}

/// The expression without what a match may begin or end with, or not.
fn trim(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Repetition(repeated) => Hir::repetition(Repetition {
            max: Some(repeated.min),
            ..repeated.clone()
        }),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(trim).collect()),
        HirKind::Concat(parts) => {
            let may_lack = |part: &&Hir| part.properties().minimum_len() == Some(0);
            let start = parts.iter().take_while(may_lack).count();
            let end = parts.len() - parts[start..].iter().rev().take_while(may_lack).count();
            let mut kept = parts[start..end].to_vec();
            for at in [0, kept.len().saturating_sub(1)] {
                if let Some(part) = kept.get_mut(at) {
                    *part = trim(part);
                }
            }
            Hir::concat(kept)
        }
        HirKind::Empty
        | HirKind::Literal(_)
        | HirKind::Class(_)
        | HirKind::Look(_)
        | HirKind::Capture(_) => hir.clone(),
    }
}

/// Whether each match holds a character that stands in no qualified name.
fn needs_mark(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => false,
        HirKind::Literal(literal) => literal.0.iter().copied().any(is_mark),
        HirKind::Class(Class::Unicode(class)) => class.iter().all(|range| {
            range.end().is_ascii() && (range.start()..=range.end()).all(|c| is_mark(c as u8))
        }),
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .all(|range| (range.start()..=range.end()).all(is_mark)),
        HirKind::Capture(capture) => needs_mark(&capture.sub),
        HirKind::Repetition(repeated) => repeated.min > 0 && needs_mark(&repeated.sub),
        HirKind::Concat(parts) => parts.iter().any(needs_mark),
        HirKind::Alternation(parts) => parts.iter().all(needs_mark),
    }
}

fn is_mark(b: u8) -> bool {
    b.is_ascii() && !b.is_ascii_alphanumeric() && !b"_.:$\\".contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(regex: &str) -> Option<String> {
        within(&regex_syntax::parse(regex).unwrap())
    }

    #[test]
    fn what_a_match_may_lack_at_its_ends_is_left_out() {
        for (regex, expected) in [
            (r"(?s).*\{\{[^{}]*[|]\s*safe\b", r"\{\{[^{}]*\|\s*safe"),
            (r#"^[^(]*["']+<b>.*$"#, r#"["']<b>"#),
            (r"(a{2,} \(|b+ \{x)c*", r"(?:a{2} \(|b+ \{x)"),
        ] {
            let expected = trim(&without_looks(&regex_syntax::parse(expected).unwrap()));
            assert_eq!(of(regex), Some(expected.to_string()), "{regex}");
        }
    }

    #[test]
    fn what_a_made_up_name_may_match_is_not_asked_for() {
        for regex in [
            "password",
            r"os\.system",
            "a::b",
            r"foo[( ]?bar",
            r"foo(\(|x)",
        ] {
            assert_eq!(of(regex), None, "{regex}");
        }
        assert!(of(r"foo[( ]bar").is_some());
    }

    #[test]
    fn a_defined_name_follows_its_keyword() {
        let regex = defined(&regex_syntax::parse("(?i)^is_(admin|user)$").unwrap());
        let regex = regex::bytes::Regex::new(&regex).unwrap();
        for text in [
            "def  Is_admin(x):",
            "async def \\\n is_user():",
            "def \u{ff49}s_user():",
        ] {
            assert!(regex.is_match(text.as_bytes()), "{text}");
        }
        for text in ["is_admin(x)", "def has(is_admin):", "undef is_user"] {
            assert!(!regex.is_match(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_most_texts_hold_is_not_asked_for() {
        assert_eq!(of(r".*\("), None);
    }
}
