//! The words that a file has to hold for a rule to match, read off the text of its patterns.
//!
//! This decides which files are parsed at all, so it may ask for too little, never for too much:
//! only identifiers count, never the contents of strings, which folding builds. What a regular
//! expression asks of a metavariable is read by [`super::literals`].

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::formula::{Condition, Conjunction, Formula};
use super::literals::{self, Start};
use super::options::Options;
use super::taint::TaintSpec;

/// Words, joined by and and or. A word is a run of ASCII letters, digits and underscores, as long
/// as it goes on in the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Needs {
    /// Nothing: any file will do.
    Nothing,
    /// This word, whole.
    Word(String),
    /// This word, whole, where it is used so.
    Used(String, Use),
    /// A word that holds this one.
    Part(Part),
    /// A word that holds all of these pieces.
    Together(Vec<Needs>),
    /// A text that this regular expression matches somewhere.
    Text(String),
    /// All of these.
    All(Vec<Needs>),
    /// One of these.
    Any(Vec<Needs>),
}

/// How Python uses a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Use {
    /// Its bare name is called.
    Call,
    /// It is called as a field, or imported.
    Method,
    /// It is a field, or imported.
    Field,
    /// It is what fields are taken of, or a module that is imported.
    Root,
    /// It is the keyword of an argument.
    Keyword,
}

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Part {
    /// Its text; in lower case where `any_case`.
    pub text: String,
    /// Whether the word begins with it.
    pub at_start: bool,
    /// Whether the word ends with it.
    pub at_end: bool,
    /// Whether upper and lower case are the same.
    pub any_case: bool,
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
pub(super) fn of_search(formula: &Formula, languages: &[String], options: &Options) -> Needs {
    of_formula(formula, of_patterns(languages, options))
}

/// How the patterns of a rule are read.
fn of_patterns(languages: &[String], options: &Options) -> fn(&str) -> Needs {
    let all_are = |names: &[&str]| languages.iter().all(|name| names.contains(&name.as_str()));
    if all_are(&["json", "yaml", "toml"]) {
        of_data
    } else if all_are(&["python", "python2", "python3", "py"]) && !options.symbolic_propagation {
        // Elsewhere a call has type arguments, a template or another language's marks, and an import
        // other ways to give a name; where names stand for expressions, a call has the name.
        of_python
    } else {
        of_pattern
    }
}

/// What a formula needs, `of_pattern` of each of its patterns.
fn of_formula(formula: &Formula, of_pattern: fn(&str) -> Needs) -> Needs {
    let of_formula = |formula: &Formula| of_formula(formula, of_pattern);
    match formula {
        Formula::Pattern(leaf) => of_pattern(&leaf.text),
        Formula::Regex(leaf) => literals::of_regex(&leaf.text, Start::Anywhere),
        Formula::Inside(inner) | Formula::Anywhere(inner) => of_formula(inner),
        Formula::Or(choices) => any(choices.iter().map(of_formula).collect()),
        Formula::And(all) => {
            let positives = all.positives.iter().map(of_formula);
            let conditions = all
                .conditions
                .iter()
                .map(|one| of_condition(one, all, of_pattern));
            all_of(positives.chain(conditions).collect())
        }
    }
}

/// What a condition needs besides the formula that binds its metavariable.
fn of_condition(condition: &Condition, all: &Conjunction, of_pattern: fn(&str) -> Needs) -> Needs {
    match condition {
        Condition::Pattern {
            language: None,
            formula,
            ..
        } => of_formula(formula, of_pattern),
        Condition::Regex {
            metavariable,
            regex,
            constant_propagation: false,
        } => {
            // Its text is a piece of the source, which begins where a word does unless it is the
            // content of a string or what a regular expression captured.
            let within = all.positives.iter().any(|one| quotes(one, metavariable))
                || all.conditions.iter().any(|one| captures(one, metavariable));
            let start = if within { Start::Anywhere } else { Start::Word };
            let mut needs = vec![literals::of_regex(&regex.text, start)];
            if all.positives.iter().any(|one| defines(one, metavariable)) {
                needs.push(literals::of_defined(&regex.text));
            }
            all_of(needs)
        }
        Condition::Pattern { .. }
        | Condition::Regex { .. }
        | Condition::Comparison { .. }
        | Condition::Analysis { .. }
        | Condition::Type { .. } => Needs::Nothing,
    }
}

/// Whether the metavariable is the name of a function that Python defines.
fn defines(formula: &Formula, metavariable: &str) -> bool {
    match formula {
        Formula::Pattern(leaf) => leaf.text.contains(&format!("def ${metavariable}(")),
        Formula::Inside(inner) | Formula::Anywhere(inner) => defines(inner, metavariable),
        Formula::And(all) => all.positives.iter().any(|one| defines(one, metavariable)),
        Formula::Or(choices) => choices.iter().all(|one| defines(one, metavariable)),
        Formula::Regex(_) => false,
    }
}

/// Whether a condition binds the metavariable, other than to a node.
fn captures(condition: &Condition, metavariable: &str) -> bool {
    match condition {
        Condition::Regex { regex, .. } => regex.text.contains(&format!("<{metavariable}>")),
        Condition::Pattern { formula, .. } => quotes(formula, metavariable),
        Condition::Comparison { .. } | Condition::Analysis { .. } | Condition::Type { .. } => false,
    }
}

/// What a formula of generic patterns needs.
pub(super) fn of_generic(formula: &Formula) -> Needs {
    match formula {
        Formula::Pattern(leaf) => of_tokens(&leaf.text),
        Formula::Regex(leaf) => literals::of_regex(&leaf.text, Start::Anywhere),
        Formula::Inside(inner) | Formula::Anywhere(inner) => of_generic(inner),
        Formula::Or(choices) => any(choices.iter().map(of_generic).collect()),
        Formula::And(all) => all_of(all.positives.iter().map(of_generic).collect()),
    }
}

/// The words of a generic pattern; all of them stand in what it matches.
fn of_tokens(pattern: &str) -> Needs {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut rest = pattern;
    while let Some(start) = rest.find(is_word) {
        let end = rest[start..].find(|c| !is_word(c));
        let end = end.map_or(rest.len(), |length| start + length);
        let before = rest[..start].trim_end_matches("...");
        let metavariable = before.ends_with('$') && rest[start..].starts_with(char::is_uppercase);
        if !metavariable && end - start > 1 {
            words.push(rest[start..end].to_owned());
        }
        rest = &rest[end..];
    }
    words.sort_unstable();
    words.dedup();
    all_of(words.into_iter().map(Needs::Word).collect())
}

/// Words that YAML reads as others: `yes` as `true`.
const TRUTHS: &[&str] = &[
    "yes", "no", "on", "off", "null", "true", "false", "inf", "nan",
];

/// Languages where a metavariable holds its piece of the text letter by letter.
const VERBATIM: &[&str] = &[
    "python",
    "python2",
    "python3",
    "py",
    "javascript",
    "js",
    "typescript",
    "ts",
    "rust",
];

/// Leaves out what one of the languages may spell otherwise: HTML words in small letters, YAML by
/// another word for the same value, data and shells anything by escapes and quotes.
pub(super) fn without_variants(needs: Needs, languages: &[String]) -> Needs {
    let speaks = |name: &str| languages.iter().any(|language| language == name);
    let verbatim = |name: &String| VERBATIM.contains(&name.as_str());
    let varies = |word: &str| {
        let small = word.to_ascii_lowercase();
        speaks("html") && small != word || speaks("yaml") && TRUTHS.contains(&small.as_str())
    };
    let inner = |all: Vec<Needs>| -> Vec<Needs> {
        let all = all.into_iter();
        all.map(|needs| without_variants(needs, languages))
            .collect()
    };
    match needs {
        Needs::Word(word) if varies(&word) => Needs::Nothing,
        Needs::Text(_) if !languages.iter().all(verbatim) => Needs::Nothing,
        Needs::Nothing
        | Needs::Word(_)
        | Needs::Used(..)
        | Needs::Part(_)
        | Needs::Together(_)
        | Needs::Text(_) => needs,
        Needs::All(all) => all_of(inner(all)),
        Needs::Any(choices) => any(inner(choices)),
    }
}

/// What a flow needs: one of its sources, and one of its sinks.
pub(super) fn of_taint(
    spec: &TaintSpec,
    languages: &[String],
    options: &Options,
) -> (Needs, Needs) {
    let of_pattern = of_patterns(languages, options);
    let of_part = |formula: &Formula| of_formula(formula, of_pattern);
    let sources = spec.sources.iter().map(|source| of_part(&source.formula));
    let sinks = spec.sinks.iter().map(|sink| of_part(&sink.formula));
    (any(sources.collect()), any(sinks.collect()))
}

/// Whether a pattern of the formula may bind the metavariable to a piece of a string or of a text.
fn quotes(formula: &Formula, metavariable: &str) -> bool {
    match formula {
        Formula::Pattern(leaf) => {
            let name = format!("${metavariable}");
            leaf.text
                .match_indices(&name)
                .any(|(at, _)| leaf.text[..at].ends_with(['"', '\'', '`', '/', '}']))
        }
        // A group of an expression may bind it.
        Formula::Regex(_) => true,
        Formula::Inside(inner) | Formula::Anywhere(inner) => quotes(inner, metavariable),
        Formula::Or(choices) => choices.iter().any(|choice| quotes(choice, metavariable)),
        Formula::And(all) => {
            let mut positives = all.positives.iter();
            let mut conditions = all.conditions.iter();
            positives.any(|one| quotes(one, metavariable))
                || conditions.any(|one| captures(one, metavariable))
        }
    }
}

pub(super) fn any(mut choices: Vec<Needs>) -> Needs {
    if choices.contains(&Needs::Nothing) {
        return Needs::Nothing;
    }
    match choices.len() {
        1 => choices.remove(0),
        _ => Needs::Any(choices),
    }
}

pub(super) fn all_of(mut needs: Vec<Needs>) -> Needs {
    needs.retain(|need| *need != Needs::Nothing);
    match needs.len() {
        0 => Needs::Nothing,
        1 => needs.remove(0),
        _ => Needs::All(needs),
    }
}

/// The identifiers of a pattern, strings, metavariables and keywords left out.
fn of_pattern(text: &str) -> Needs {
    of_words(text, |_| None)
}

/// The same of a language where a call always spells what it calls right before its parenthesis, and
/// a field right after its dot.
fn of_python(text: &str) -> Needs {
    of_words(text, |word| use_of(text, word))
}

fn of_words(text: &str, use_of: impl Fn(Range<usize>) -> Option<Use>) -> Needs {
    let bytes = text.as_bytes();
    let mut words: Vec<Needs> = Vec::new();
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
                    let word = word.to_owned();
                    words.push(match use_of(at..end) {
                        Some(used) => Needs::Used(word, used),
                        None => Needs::Word(word),
                    });
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    words.sort_unstable();
    words.dedup();
    all_of(words)
}

/// How a pattern uses the word, and what it matches cannot but use it.
fn use_of(pattern: &str, word: Range<usize>) -> Option<Use> {
    let before = &pattern[..word.start];
    let dotted = before.ends_with('.') && (!before.ends_with("...") || before.ends_with("...."));
    let after = &pattern[word.end..];
    match (dotted, is_called(pattern, word)) {
        (true, true) => Some(Use::Method),
        (true, false) => Some(Use::Field),
        (false, true) => Some(Use::Call),
        (false, false) if after.starts_with('.') && !after.starts_with("...") => Some(Use::Root),
        (false, false) if is_argument(pattern, before, after) => Some(Use::Keyword),
        (false, false) => None,
    }
}

/// Whether a word between two pieces of a pattern is the keyword of an argument; the default of a
/// parameter may stand behind its type.
fn is_argument(pattern: &str, before: &str, after: &str) -> bool {
    let defines = ["def ", "class ", "lambda"];
    after.starts_with('=')
        && !after.starts_with("==")
        && before.trim_end().ends_with(['(', ','])
        && !defines.iter().any(|keyword| pattern.contains(keyword))
}

/// Whether a pattern calls the word, and in no other way than with a parenthesis after it.
fn is_called(pattern: &str, word: Range<usize>) -> bool {
    let line = pattern[..word.start].rfind('\n').map_or(0, |at| at + 1);
    let before = pattern[line..word.start].trim();
    let defines = before.ends_with("def") || before.ends_with("class");
    pattern[word.end..].starts_with('(')
        && !defines
        // A decorator without arguments is as good as a call.
        && !before.starts_with('@')
        // Statements of Python 2.
        && !matches!(&pattern[word], "exec" | "print")
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
            _ => panic!(),
        }
    }

    #[test]
    fn all_words_of_a_generic_pattern_count() {
        let word = |word: &str| Needs::Word(word.into());
        assert_eq!(
            of_tokens("if \"$HOST\" == $...ARGS $lower x { return 80; }"),
            Needs::All(vec![word("80"), word("if"), word("lower"), word("return")])
        );
        assert_eq!(of_tokens("$X: ..."), Needs::Nothing);
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

    #[test]
    fn how_python_uses_a_word_is_told_by_what_stands_beside_it() {
        let word = |word: &str| Needs::Word(word.into());
        let used = |word: &str, used| Needs::Used(word.into(), used);
        assert_eq!(of_python("$DB.execute(...)"), used("execute", Use::Method));
        assert_eq!(of_python("$DB.execute"), used("execute", Use::Field));
        assert_eq!(of_python("execute(...)"), used("execute", Use::Call));
        assert_eq!(
            of_python("os.system(x1=1)"),
            Needs::All(vec![
                used("os", Use::Root),
                used("system", Use::Method),
                used("x1", Use::Keyword)
            ])
        );
        assert_eq!(
            of_python("@app(...)\ndef name(...): ..."),
            Needs::All(vec![word("app"), word("name")])
        );
        assert_eq!(of_python("exec($X)"), word("exec"));
    }
}
