//! The words of a suppression comment: `aiscan: ignore[rule-id, other-id] reason`.

/// What starts a directive.
pub(super) const NAME: &[u8] = b"aiscan:";

/// Words that people reach for when they want a finding gone. A comment that has one of them after
/// the name means to suppress; other words after it are prose.
const INTENTS: [&str; 9] = [
    "ignore", "disable", "allow", "suppress", "skip", "off", "noqa", "nosec", "exclude",
];

/// What a comment asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// The rules' ids, each once.
    pub(super) ids: Vec<String>,
    /// Why.
    pub(super) reason: String,
}

/// Why a comment that means to suppress does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("suppresses nothing: write `aiscan: ignore[rule-id] reason`")]
    Form,
    #[error("suppresses nothing: it names no rule; write `aiscan: ignore[rule-id] reason`")]
    NoRule,
    #[error("suppresses nothing: it gives no reason; write one after the bracket")]
    NoReason,
}

/// Reads what follows [`NAME`] up to the end of its line or comment; `None` for prose.
pub(super) fn parse(text: &str) -> Option<Result<Directive, Malformed>> {
    let text = text.trim_start();
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
    let intent = word.to_ascii_lowercase();
    if !INTENTS.contains(&intent.as_str()) {
        return None;
    }
    if intent != "ignore" {
        return Some(Err(Malformed::Form));
    }
    Some(parse_ignore(&text[word.len()..]))
}

fn parse_ignore(text: &str) -> Result<Directive, Malformed> {
    let bracketed = text.strip_prefix('[').ok_or(Malformed::Form)?;
    let (list, reason) = bracketed.split_once(']').ok_or(Malformed::Form)?;
    let mut ids = Vec::new();
    for id in list.split(',').map(str::trim) {
        if id.is_empty() {
            return Err(Malformed::NoRule);
        }
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    let reason = reason
        .trim_start_matches([':', '-', '–', '—', ' ', '\t'])
        .trim_end();
    if !reason.chars().any(char::is_alphanumeric) {
        return Err(Malformed::NoReason);
    }
    Ok(Directive {
        ids,
        reason: reason.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(&str, &str), Malformed>) {
        let expected = expected.map(|(ids, reason)| Directive {
            ids: ids.split(' ').map(str::to_owned).collect(),
            reason: reason.to_owned(),
        });
        assert_eq!(parse(text), Some(expected), "{text}");
    }

    #[test]
    fn ids_and_reason_are_read() {
        check(" ignore[a.b-c] it is fine", Ok(("a.b-c", "it is fine")));
        check("ignore[a, b ,a] -- why: so", Ok(("a b", "why: so")));
        check("Ignore[a] see [1]", Ok(("a", "see [1]")));
    }

    #[test]
    fn id_and_reason_are_required() {
        check("ignore[] x", Err(Malformed::NoRule));
        check("ignore[a,] x", Err(Malformed::NoRule));
        check("ignore[a]", Err(Malformed::NoReason));
        check("ignore[a] -- ", Err(Malformed::NoReason));
    }

    #[test]
    fn other_forms_of_the_wish_are_malformed() {
        for text in [
            "ignore",
            "ignore x",
            "ignore [a] x",
            "ignore[a x",
            "ignore-file",
            "disable",
        ] {
            check(text, Err(Malformed::Form));
        }
    }

    #[test]
    fn prose_is_no_directive() {
        assert_eq!(parse(" the scanner of this project"), None);
        assert_eq!(parse(" ignored files are counted"), None);
    }
}
