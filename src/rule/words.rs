//! The words that a pattern's text spells, and so does what it matches.
//!
//! Only identifiers count, never the contents of strings, which folding builds.

use std::ops::Range;

use super::needs::{Needs, TRUTHS, Use, all_of};

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

/// The words of a generic pattern; all of them stand in what it matches.
pub(super) fn of_tokens(pattern: &str) -> Needs {
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

/// The identifiers of a pattern, strings, metavariables and keywords left out.
pub(super) fn of_pattern(text: &str) -> Needs {
    of_words(text, |_| None)
}

/// The same of a language where a call always spells what it calls right before its parenthesis, and
/// a field right after its dot.
pub(super) fn of_python(text: &str) -> Needs {
    of_words(text, |word| use_of(text, word))
}

/// The same of scripts.
pub(super) fn of_script(text: &str) -> Needs {
    // The key of a pair is no name with a type.
    let key = text.trim_start().strip_prefix('$').unwrap_or_default();
    let value = key.trim_start_matches(|c: char| c.is_ascii_uppercase() || c == '_');
    let value = value.strip_prefix(':').filter(|_| value.len() < key.len());
    let text = value.unwrap_or(text);
    of_words(text, |word| use_in_script(text, word))
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
                let name = at;
                at += bytes[at..].iter().take_while(|b| is_word(**b)).count();
                // The type of `($X: T)` need not be spelt; the value of `({$X: V})` is.
                let after = &bytes[at..];
                let colon = after.iter().take_while(|b| b.is_ascii_whitespace()).count();
                if after.get(colon) == Some(&b':')
                    && after.get(colon + 1) != Some(&b':')
                    && !is_in_literal(&text[..name])
                {
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
                let used = if identifier { use_of(at..end) } else { None };
                let asked = match used {
                    // A field may have the name of a keyword.
                    Some(Use::Method | Use::Field | Use::Loop) => true,
                    Some(_) => word == REQUIRE,
                    None => false,
                };
                if identifier && (asked || !KEYWORDS.contains(&word)) {
                    let word = word.to_owned();
                    words.push(match used {
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

/// Whether what comes after such a text stands in the braces of a literal that is a value.
fn is_in_literal(before: &str) -> bool {
    let mut closed = 0_usize;
    let opening = before.char_indices().rev().find(|(_, c)| match c {
        ')' | ']' | '}' => {
            closed += 1;
            false
        }
        '(' | '[' | '{' if closed > 0 => {
            closed -= 1;
            false
        }
        _ => matches!(c, '(' | '[' | '{'),
    });
    opening.is_some_and(|(at, c)| {
        let value_follows = |c| matches!(c, '(' | ',' | '[' | '=' | ':');
        c == '{' && before[..at].trim_end().ends_with(value_follows)
    })
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
        (false, false) if has_field(after) => Some(Use::Root),
        (false, false) if is_argument(pattern, before, after) => Some(Use::Keyword),
        (false, false) => None,
    }
}

/// What imports of scripts call, or do without.
const REQUIRE: &str = "require";

/// How a pattern of a script uses the word, and what it matches cannot but use it.
fn use_in_script(pattern: &str, word: Range<usize>) -> Option<Use> {
    let (before, after) = (&pattern[..word.start], &pattern[word.end..]);
    // A name may hold a `$` before the word.
    let before = before.trim_end_matches(|c: char| c.is_alphanumeric() || "_$".contains(c));
    match &pattern[word] {
        "for" => return heads_loop(after).then_some(Use::Loop),
        "forEach" if before.ends_with('.') && after.starts_with('(') => return Some(Use::Loop),
        REQUIRE => return after.starts_with("($").then_some(Use::Call),
        _ => {}
    }
    let dotted = before.ends_with('.') && (!before.ends_with("...") || before.ends_with("...."));
    let is_part = |c: char| c.is_alphanumeric() || "_$.?".contains(c);
    let outer = before.trim_end_matches(is_part);
    let keyword = outer.trim_end_matches([' ', '*']);
    // `new X` and `@X` do without arguments, and a definition is no call.
    let called = after.starts_with('(')
        && !outer.ends_with('@')
        && !keyword.ends_with("new")
        && !keyword.ends_with("function")
        && !is_definition(after);
    match (dotted, called) {
        (true, true) => Some(Use::Method),
        (true, false) => Some(Use::Field),
        (false, true) => Some(Use::Call),
        (false, false) if has_field(after) => Some(Use::Root),
        (false, false) if outer.trim_end().ends_with(['{', ',']) && after.starts_with(':') => {
            Some(Use::Key)
        }
        (false, false) => None,
    }
}

/// Whether a field follows, and not `...`, which stands for anything in a chain.
fn has_field(after: &str) -> bool {
    let field = after.strip_prefix('.');
    field.is_some_and(|field| !field.trim_start().starts_with("..."))
}

/// Whether a `for` with this after it goes over keys or values.
fn heads_loop(after: &str) -> bool {
    let head = after.trim_start().strip_prefix('(');
    let head = head.and_then(|head| head.split_once([';', '{', '\n']));
    head.is_some_and(|(head, _)| head.contains(" in ") || head.contains(" of "))
}

/// Whether a body or a type follows on parentheses.
fn is_definition(after: &str) -> bool {
    let mut open = 0_usize;
    for (at, c) in after.char_indices() {
        match c {
            '(' => open += 1,
            ')' if open == 1 => {
                let rest = after[at + 1..].trim_start();
                return rest.starts_with(['{', ':']) || rest.starts_with("=>");
            }
            ')' => open -= 1,
            _ => {}
        }
    }
    true
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
pub(super) fn of_data(text: &str) -> Needs {
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
    fn how_a_script_uses_a_word_is_told_by_what_stands_beside_it() {
        let word = |word: &str| Needs::Word(word.into());
        let used = |word: &str, used| Needs::Used(word.into(), used);
        for (pattern, needs) in [
            ("$DB.query(...)", used("query", Use::Method)),
            ("$DB.query", used("query", Use::Field)),
            ("eval($X)", used("eval", Use::Call)),
            ("require($X)", used("require", Use::Call)),
            ("require(\"a\")", Needs::Nothing),
            ("$DB.$raw(...)", used("raw", Use::Method)),
            ("new Function(...)", word("Function")),
            ("$C.$M(@Body(...) $P: $T)", word("Body")),
            ("run(...) { ... }", word("run")),
            ("function run(...) { ... }", word("run")),
            (
                "first. ... .last($X)",
                Needs::All(vec![word("first"), used("last", Use::Method)]),
            ),
            (
                "new vm.Script(...)",
                Needs::All(vec![used("Script", Use::Field), used("vm", Use::Root)]),
            ),
            ("for (const $K in $X) { ... }", used("for", Use::Loop)),
            ("for (let $K = 0; $K < $N; ...) { ... }", Needs::Nothing),
            ("for (...) { ... }", Needs::Nothing),
            ("f({..., key: $V})", used("key", Use::Key)),
            ("$KEY: run($X)", used("run", Use::Call)),
            ("f($X: run)", Needs::Nothing),
        ] {
            assert_eq!(of_script(pattern), needs, "{pattern}");
        }
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
