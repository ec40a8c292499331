//! Texts out of which everything was taken but letters that can do no harm:
//! `name.replace(/[^a-z0-9]/g, "_")`, `re.sub(r"[^\w-]", "", name)`.

use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// What may stand in a name of anything and leads nowhere; a `/`, a quote or a bracket does not.
const HARMLESS: &str = "_-. ,@+~";
/// Classes of letters that hold nothing else.
const CLASSES: &str = "wds";

impl Walk<'_> {
    /// Whether a call leaves nothing but harmless letters of a text.
    pub(super) fn strips(&self, call: NodeId) -> bool {
        let tree = self.tree;
        let Some((object, name, arguments)) = self.method_call(call) else {
            return false;
        };
        let is = |names: &[&str]| names.iter().any(|of| name == Symbol::of(of));
        let (expression, instead) = match (tree.language, &arguments[..]) {
            (Language::Python, [expression, instead, _])
                if is(&["sub"]) && tree.symbol(object) == Symbol::of("re") =>
            {
                (*expression, *instead)
            }
            (Language::Python, [instead, _]) if is(&["sub"]) => (object, *instead),
            (Language::Rust, [_, instead]) if is(&["replace_all"]) => (object, *instead),
            (language, [expression, instead])
                if language.is_script() && is(&["replace", "replaceAll"]) =>
            {
                if !self.is_for_all(*expression) {
                    return false;
                }
                (*expression, *instead)
            }
            _ => return false,
        };
        let instead = super::constant::constant_text(self.file, instead, 0);
        instead.is_some_and(|text| text.chars().all(is_harmless))
            && self
                .regex_text(expression, 0)
                .is_some_and(|text| matches_all_harmful(&text))
    }

    /// Whether an expression of scripts is looked for everywhere.
    fn is_for_all(&self, expression: NodeId) -> bool {
        let tree = self.tree;
        let expression = self.only_value(expression).unwrap_or(expression);
        let flags = match tree.kind(expression) {
            Kind::Regex => tree
                .text_of(expression, self.file.text())
                .rsplit_once('/')
                .map(|(_, flags)| flags.to_owned()),
            Kind::New | Kind::Call => tree
                .role(expression, Role::Arg)
                .nth(1)
                .and_then(|flags| super::constant::constant_text(self.file, flags, 0)),
            _ => None,
        };
        flags.is_some_and(|flags| flags.contains('g'))
    }
}

fn is_harmless(letter: char) -> bool {
    letter.is_alphanumeric() || HARMLESS.contains(letter)
}

/// Whether an expression is one set, and matches every letter that could do harm.
fn matches_all_harmful(expression: &str) -> bool {
    let text = expression
        .trim_start_matches("(?i)")
        .trim_start_matches("(?u)");
    let Some(text) = text.strip_prefix("[^") else {
        return false;
    };
    let text = text.trim_end_matches(['+', '*']);
    let Some(set) = text.strip_suffix(']').filter(|set| !set.ends_with('\\')) else {
        return false;
    };
    let mut letters = set.chars().peekable();
    let mut before: Option<char> = None;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some(class) if CLASSES.contains(class) => before = None,
                // `\u4e00`, `\x{4e00}`: letters of other scripts are meant.
                Some('u' | 'x') => {
                    while letters
                        .peek()
                        .is_some_and(|next| next.is_ascii_hexdigit() || "{}".contains(*next))
                    {
                        letters.next();
                    }
                    before = None;
                }
                Some(plain) if is_harmless(plain) && !plain.is_ascii_alphabetic() => {
                    before = Some(plain);
                }
                _ => return false,
            },
            // A range of anything but letters and digits holds more than it seems to.
            '-' if before.is_some() && letters.peek().is_some() => {
                let ends = |end: Option<char>| end.is_some_and(char::is_alphanumeric);
                if !ends(before) || !ends(letters.peek().copied()) {
                    return false;
                }
                let (from, to) = (before, letters.next());
                let one_kind = |kind: fn(&char) -> bool| {
                    from.as_ref().is_some_and(kind) && to.as_ref().is_some_and(kind)
                };
                let plain = one_kind(char::is_ascii_lowercase)
                    || one_kind(char::is_ascii_uppercase)
                    || one_kind(char::is_ascii_digit)
                    || one_kind(|letter| !letter.is_ascii());
                if !plain {
                    return false;
                }
                before = None;
            }
            _ if is_harmless(letter) => before = Some(letter),
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_all_but_harmless_letters_matches_all_others() {
        for text in [
            "[^a-zA-Z0-9._-]",
            r"[^\w\-.]+",
            r"(?i)[^a-z0-9]",
            r"[^\w\s-]",
            r"[^a-z\u4e00-\u9fa5]*",
            "[^-a-z]",
        ] {
            assert!(matches_all_harmful(text), "{text}");
        }
        for text in [
            "[a-z]",
            "[^/]",
            r"[^\w/]",
            "[^a-z'\"]",
            "[^A-z]",
            "[^ -~]",
            "[^+-9]",
            r"[^\W]",
            "[^a-z]x",
            r"[^a-z\]",
            "^[^a-z]",
            r"[^a-z]|\.\.",
        ] {
            assert!(!matches_all_harmful(text), "{text}");
        }
    }
}
