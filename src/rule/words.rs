//! The words that a file has to hold for a rule to match, read off the text of its patterns.
//!
//! This decides which files are parsed at all, so it may ask for too little, never for too much:
//! only identifiers count, never the contents of strings, which folding builds.

use super::formula::{Condition, Formula};

/// Words, joined by and and or.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: any file will do.
    Nothing,
    /// This word.
    Word(String),
    /// All of these.
    All(Vec<Needs>),
    /// One of these.
    Any(Vec<Needs>),
}

/// Words of the languages' own, which lowering may do without.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "case", "catch", "class",
    "const", "continue", "debugger", "def", "default", "del", "delete", "do", "elif", "else", "enum",
    "except", "exec", "export", "extends", "extern", "false", "final", "finally", "fn", "for", "from",
    "function", "get", "global", "if", "impl", "implements", "import", "in", "instanceof", "interface",
    "is", "lambda", "let", "loop", "match", "mod", "move", "mut", "new", "nonlocal", "not", "null", "of",
    "or", "pass", "print", "private", "pub", "public", "raise", "ref", "require", "return", "self",
    "set", "static", "struct", "super", "switch", "this", "throw", "trait", "true", "try", "type",
    "typeof", "undefined", "union", "unsafe", "use", "var", "void", "where", "while", "with", "yield",
    "from", "f", "b", "r", "u", "rb", "br", "fr",
];

/// What a formula needs.
pub fn of_formula(formula: &Formula) -> Needs {
    match formula {
        Formula::Pattern(leaf) => of_pattern(&leaf.text),
        Formula::Regex(_) => Needs::Nothing,
        Formula::Inside(inner) | Formula::Anywhere(inner) => of_formula(inner),
        Formula::Or(choices) => any(choices.iter().map(of_formula).collect()),
        Formula::And(all) => {
            let mut needs: Vec<Needs> = all.positives.iter().map(of_formula).collect();
            for condition in &all.conditions {
                if let Condition::Pattern { language: None, formula, .. } = condition {
                    needs.push(of_formula(formula));
                }
            }
            all_of(needs)
        }
    }
}

fn any(choices: Vec<Needs>) -> Needs {
    if choices.contains(&Needs::Nothing) { Needs::Nothing } else { Needs::Any(choices) }
}

fn all_of(mut needs: Vec<Needs>) -> Needs {
    needs.retain(|need| *need != Needs::Nothing);
    match needs.len() {
        0 => Needs::Nothing,
        1 => needs.remove(0),
        _ => Needs::All(needs),
    }
}

/// The identifiers of a pattern, strings, metavariables and keywords left out.
fn of_pattern(text: &str) -> Needs {
    let bytes = text.as_bytes();
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let b = bytes[at];
        match b {
            b'"' | b'\'' | b'`' => at = string_end(bytes, at),
            // A comment, or a regular expression: none of its words is an identifier.
            b'/' if bytes.get(at + 1) != Some(&b' ') => {
                let line = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |i| at + i);
                at = line;
            }
            b'#' => at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |i| at + i),
            b'$' => {
                at += 1;
                at += bytes[at..].iter().take_while(|b| is_word(**b) || **b == b'.').count();
                // The type of `($X: T)` need not be spelt.
                let after = &bytes[at..];
                let colon = after.iter().take_while(|b| b.is_ascii_whitespace()).count();
                if after.get(colon) == Some(&b':') && after.get(colon + 1) != Some(&b':') {
                    at += after.iter().position(|b| b",)\n{=".contains(b)).unwrap_or(after.len());
                }
            }
            _ if is_word(b) => {
                let end = at + bytes[at..].iter().take_while(|b| is_word(**b)).count();
                let word = &text[at..end];
                let identifier = !b.is_ascii_digit() && word.is_ascii() && word.len() > 1;
                if identifier && !KEYWORDS.contains(&word) {
                    words.push(word.to_owned());
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    words.sort_unstable();
    words.dedup();
    all_of(words.into_iter().map(Needs::Word).collect())
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let triple = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            _ if triple && bytes[at..].starts_with(&[quote; 3]) => return at + 3,
            b if !triple && b == quote => return at + 1,
            // A lifetime or an apostrophe, and no string after all.
            b'\n' if !triple && quote != b'`' => return start + 1,
            _ => at += 1,
        }
    }
    if triple || quote == b'`' { bytes.len() } else { start + 1 }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pattern: &str) -> Vec<String> {
        match of_pattern(pattern) {
            Needs::Nothing => Vec::new(),
            Needs::Word(word) => vec![word],
            Needs::All(needs) => needs
                .into_iter()
                .map(|need| match need {
                    Needs::Word(word) => word,
                    other => panic!("{other:?}"),
                })
                .collect(),
            Needs::Any(_) => panic!(),
        }
    }

    #[test]
    fn identifiers_count_and_strings_do_not() {
        assert_eq!(words("os.system(\"ls\", $CMD, shell=True)"), ["os", "shell", "system"]);
        assert_eq!(words("function $F(...) { return `a ${b}` }"), Vec::<String>::new());
        assert_eq!(words("fn f<'a>(x: &'a str) -> Foo"), ["Foo", "str"]);
    }
}
