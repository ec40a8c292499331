//! What a pattern means, one question a line: `tests/data/probes.txt` holds the answers that
//! semgrep 1.182 gives, with the ranges of its matches.

use aiscan::lang::Language;
use aiscan::pattern::{Options, Pattern};
use aiscan::source::Source;
use aiscan::syntax::File;

/// Where aiscan answers otherwise on purpose, with the reason.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "with open(...) as $F: ...",
        "with open(\"x\") as f, open(\"y\") as g:\n  pass",
        "the range of a statement begins at its keyword",
    ),
    (
        "foo(=~/ab.*/)",
        "foo(\"abc\")",
        "what is no Python is an error, not a pattern that never matches",
    ),
    (
        "`...${$X}...`",
        "foo(`a${x}b`)",
        "the range of a template ends after its last mark",
    ),
    (
        "m.foo(...)",
        "import x from \"m\"\nx.foo(1)",
        "a default import of a CommonJS module is the module: what agents write for `fs`, `axios`, `express`",
    ),
    (
        "<div $A=$B>...</div>",
        "x = <div className=\"a\" id={b}>hi</div>",
        "the range of an element holds its closing tag",
    ),
    (
        "<$T ... href={$X} ... />",
        "x = <a href={y}>t</a>",
        "the same",
    ),
    ("<div />", "x = <div></div>", "the same"),
    (
        "return $X",
        "x = () => a",
        "the range of an implicit return is its value",
    ),
];

/// A string as Python's `repr` writes it.
fn unquote(text: &str) -> String {
    let inner = &text[1..text.len() - 1];
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            (c, false) => out.push(c),
        }
    }
    out
}

/// The ranges of the matches as the file writes them, sorted.
fn ranges(language: Language, pattern: &str, code: &str) -> Vec<String> {
    let source = Source::new("probe".into(), language, code.as_bytes().to_vec());
    let file = File::parse(&source).expect("a probe is code");
    let Ok(pattern) = Pattern::new(language, pattern) else {
        return vec!["unreadable".into()];
    };
    let mut found: Vec<String> = pattern
        .search(&file, Options::default(), &mut 1_000_000)
        .expect("a probe takes few steps")
        .into_iter()
        .map(|one| {
            let (start, end) = (
                source.position(one.span.start),
                source.position(one.span.end),
            );
            format!(
                "{}:{}-{}:{}",
                start.line, start.column, end.line, end.column
            )
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn patterns_mean_what_semgrep_says() {
    let mut wrong = Vec::new();
    for line in include_str!("data/probes.txt").lines() {
        let [language, pattern, code, answer] =
            line.split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            // A pattern that holds a bar itself.
            let parts: Vec<&str> = line.splitn(2, " | ").collect();
            let rest: Vec<&str> = parts[1].split("` | ").collect();
            assert_eq!(rest.len(), 3, "{line}");
            continue;
        };
        let language = if language == "js" {
            Language::JavaScript
        } else {
            Language::Python
        };
        let (pattern, code) = (
            unquote(pattern.trim_matches('`')),
            unquote(code.trim_matches('`')),
        );
        let mut expected: Vec<String> = match answer.strip_prefix("YES ") {
            Some(ranges) => ranges.split(',').map(str::to_owned).collect(),
            None => Vec::new(),
        };
        expected.sort();
        let actual = ranges(language, &pattern, &code);
        let known = DIFFERENCES
            .iter()
            .any(|(p, c, _)| *p == pattern && *c == code);
        if (actual == expected) == known {
            wrong.push(format!(
                "{pattern:?} on {code:?}: expected {expected:?}, found {actual:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
