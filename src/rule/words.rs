//! The words that a file has to hold for a rule to match, read off the text of its patterns.
//!
//! This decides which files are parsed at all, so it may ask for too little, never for too much:
//! only identifiers count, never the contents of strings, which folding builds.

use super::formula::{Condition, Formula};
use super::taint::TaintSpec;
use crate::lang::Language;

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
    "elif",
    "False",
    "None",
    "True",
    "and",
    "as",
    "async",
    "await",
    "break",
    "case",
    "class",
    "const",
    "continue",
    "def",
    "default",
    "del",
    "do",
    "else",
    "enum",
    "export",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "from",
    "function",
    "get",
    "if",
    "impl",
    "import",
    "in",
    "is",
    "let",
    "loop",
    "match",
    "mod",
    "move",
    "mut",
    "new",
    "not",
    "null",
    "of",
    "or",
    "pass",
    "private",
    "pub",
    "public",
    "ref",
    "require",
    "return",
    "self",
    "set",
    "static",
    "struct",
    "super",
    "this",
    "trait",
    "true",
    "type",
    "undefined",
    "union",
    "unsafe",
    "use",
    "var",
    "void",
    "where",
    "while",
    "from",
    "f",
    "b",
    "r",
    "u",
    "rb",
    "br",
    "fr",
];

/// What a formula needs of a file in one of some languages.
pub(super) fn of_search(formula: &Formula, languages: &[Language]) -> Needs {
    let data =
        |language: &Language| matches!(language, Language::Json | Language::Yaml | Language::Toml);
    if languages.iter().all(data) {
        of_formula(formula, of_data)
    } else {
        of_formula(formula, of_pattern)
    }
}

/// What a formula needs, `of_pattern` of each of its patterns.
fn of_formula(formula: &Formula, of_pattern: fn(&str) -> Needs) -> Needs {
    let of_formula = |formula: &Formula| of_formula(formula, of_pattern);
    match formula {
        Formula::Pattern(leaf) => of_pattern(&leaf.text),
        Formula::Regex(_) => Needs::Nothing,
        Formula::Inside(inner) | Formula::Anywhere(inner) => of_formula(inner),
        Formula::Or(choices) => any(choices.iter().map(of_formula).collect()),
        Formula::And(all) => {
            let mut needs: Vec<Needs> = all.positives.iter().map(of_formula).collect();
            for condition in &all.conditions {
                match condition {
                    Condition::Pattern {
                        language: None,
                        formula,
                        ..
                    } => {
                        needs.push(of_formula(formula));
                    }
                    Condition::Regex {
                        metavariable,
                        regex,
                        constant_propagation: false,
                    } if !all
                        .positives
                        .iter()
                        .any(|positive| quotes(positive, metavariable)) =>
                    {
                        needs.push(of_regex(&regex.text));
                    }
                    _ => {}
                }
            }
            all_of(needs)
        }
    }
}

/// Words that YAML reads as others: `yes` as `true`.
const TRUTHS: &[&str] = &[
    "yes", "no", "on", "off", "null", "true", "false", "inf", "nan",
];

/// Leaves out the words that one of the languages may spell otherwise: HTML in small letters, YAML
/// by another word for the same value.
pub(super) fn without_variants(needs: Needs, languages: &[Language]) -> Needs {
    let varies = |word: &str| {
        let small = word.to_ascii_lowercase();
        languages.contains(&Language::Html) && small != word
            || languages.contains(&Language::Yaml) && TRUTHS.contains(&small.as_str())
    };
    let inner = |all: Vec<Needs>| -> Vec<Needs> {
        let all = all.into_iter();
        all.map(|needs| without_variants(needs, languages))
            .collect()
    };
    match needs {
        Needs::Word(word) if varies(&word) => Needs::Nothing,
        Needs::Nothing | Needs::Word(_) => needs,
        Needs::All(all) => all_of(inner(all)),
        Needs::Any(choices) => any(inner(choices)),
    }
}

/// What a flow needs: one of its sources, and one of its sinks.
pub(super) fn of_taint(spec: &TaintSpec) -> Needs {
    let sources = any(spec
        .sources
        .iter()
        .map(|source| of_formula(&source.formula, of_pattern))
        .collect());
    let sinks = any(spec
        .sinks
        .iter()
        .map(|sink| of_formula(&sink.formula, of_pattern))
        .collect());
    all_of(vec![sources, sinks])
}

/// Whether a pattern of the formula binds the metavariable to the content of a string, which
/// folding may have put together.
fn quotes(formula: &Formula, metavariable: &str) -> bool {
    match formula {
        Formula::Pattern(leaf) => {
            let name = format!("${metavariable}");
            leaf.text
                .match_indices(&name)
                .any(|(at, _)| leaf.text[..at].ends_with(['"', '\'', '`', '/']))
        }
        // A group of an expression may bind it.
        Formula::Regex(_) => true,
        Formula::Inside(inner) | Formula::Anywhere(inner) => quotes(inner, metavariable),
        Formula::Or(choices) => choices.iter().any(|choice| quotes(choice, metavariable)),
        Formula::And(all) => all
            .positives
            .iter()
            .any(|positive| quotes(positive, metavariable)),
    }
}

/// The beginnings of what a regular expression matches, where they are few.
fn of_regex(text: &str) -> Needs {
    const MOST: usize = 64;
    let Ok(parsed) = regex_syntax::Parser::new().parse(text) else {
        return Needs::Nothing;
    };
    let mut extractor = regex_syntax::hir::literal::Extractor::new();
    extractor.limit_total(MOST);
    let found = extractor.extract(&parsed);
    let Some(literals) = found.literals() else {
        return Needs::Nothing;
    };
    let words = literals.iter().map(|literal| {
        let text = std::str::from_utf8(literal.as_bytes()).ok()?;
        // Layout may stand between the words of an expression.
        let end = text
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(text.len());
        (end > 1).then(|| Needs::Word(text[..end].to_owned()))
    });
    match words.collect::<Option<Vec<Needs>>>() {
        Some(words) if !words.is_empty() => any(words),
        _ => Needs::Nothing,
    }
}

fn any(choices: Vec<Needs>) -> Needs {
    if choices.contains(&Needs::Nothing) {
        Needs::Nothing
    } else {
        Needs::Any(choices)
    }
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
    let mut in_template = false;
    while at < bytes.len() {
        let b = bytes[at];
        match b {
            // What a template interpolates is code.
            b'$' if bytes.get(at + 1) == Some(&b'{') => at += 2,
            b'`' => {
                in_template = !in_template;
                at += 1;
            }
            b'"' | b'\'' if !in_template => at = string_end(bytes, at),
            _ if in_template && !interpolated(&bytes[..at]) => at += 1,
            // A comment, or a regular expression: none of its words is an identifier.
            b'/' if bytes.get(at + 1) != Some(&b' ') => {
                let line = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |i| at + i);
                at = line;
            }
            b'#' => at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |i| at + i),
            b'$' => {
                at += 1;
                if bytes[at..].starts_with(b"...") {
                    at += 3;
                }
                // `$where` is a name, `$WHERE` is not.
                if bytes.get(at).is_some_and(u8::is_ascii_lowercase) {
                    continue;
                }
                at += bytes[at..].iter().take_while(|b| is_word(**b)).count();
                // The type of `($X: T)` need not be spelt.
                let after = &bytes[at..];
                let colon = after.iter().take_while(|b| b.is_ascii_whitespace()).count();
                if after.get(colon) == Some(&b':') && after.get(colon + 1) != Some(&b':') {
                    at += after
                        .iter()
                        .position(|b| b",)\n{=".contains(b))
                        .unwrap_or(after.len());
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

/// The words of a pattern of data, where quotes say nothing and nothing is folded. A file that writes
/// escapes may spell them otherwise, which the prefilter knows.
fn of_data(text: &str) -> Needs {
    if text.contains('\\') {
        return Needs::Nothing;
    }
    let mut words = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("//") || line.trim_start().starts_with('#') {
            continue;
        }
        let line = line.split(" #").next().unwrap_or(line);
        let line = line.split("=~/").next().unwrap_or(line);
        let mut at = 0;
        let bytes = line.as_bytes();
        while at < bytes.len() {
            let length = bytes[at..].iter().take_while(|b| is_word(**b)).count();
            if length == 0 {
                at += 1;
                continue;
            }
            let word = &line[at..at + length];
            // `$X` and `$...X`, and the names of anchors.
            let marked = line[..at]
                .trim_end_matches("...")
                .ends_with(['$', '&', '*']);
            let plain =
                word.is_ascii() && length > 1 && !word.starts_with(|c: char| c.is_ascii_digit());
            if plain && !marked && !TRUTHS.contains(&word.to_ascii_lowercase().as_str()) {
                words.push(word.to_owned());
            }
            at += length;
        }
    }
    words.sort_unstable();
    words.dedup();
    all_of(words.into_iter().map(Needs::Word).collect())
}

/// Whether a place in a template, after all that stands before it, lies in `${…}`.
fn interpolated(before: &[u8]) -> bool {
    let open = memchr::memmem::rfind(before, b"${");
    let template = memchr::memrchr(b'`', before);
    open.is_some_and(|open| {
        template.is_none_or(|template| template < open)
            && memchr::memchr(b'}', &before[open..]).is_none()
    })
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
    if triple || quote == b'`' {
        bytes.len()
    } else {
        start + 1
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pattern: &str) -> Vec<String> {
        listed(of_pattern(pattern))
    }

    fn listed(needs: Needs) -> Vec<String> {
        match needs {
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
    fn in_data_strings_count_too() {
        let words = |pattern| listed(of_data(pattern));
        assert_eq!(words("\"scripts\": {\"pre\": $X}"), ["pre", "scripts"]);
        assert_eq!(words("on: &a $...X # b\nruns: \"=~/c/\""), ["runs"]);
        assert_eq!(words("\"a\\u0062c\": 0x1f"), Vec::<String>::new());
    }

    #[test]
    fn identifiers_count_and_strings_do_not() {
        assert_eq!(
            words("os.system(\"ls\", $CMD, shell=True)"),
            ["os", "shell", "system"]
        );
        assert_eq!(
            words("function $F(...) { return `a ${b}` }"),
            Vec::<String>::new()
        );
        assert_eq!(words("$S.verify = f($...ARGS, $X: int)"), ["verify"]);
        assert_eq!(words("`a ${os.b} c` + \"d\""), ["os"]);
        assert_eq!(words("fn f<'a>(x: &'a str) -> Foo"), ["Foo", "str"]);
    }
}
