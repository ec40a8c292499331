//! Annotated targets: the files that say, in comments, where a rule has to report.
//!
//! A comment `ruleid: a, b` says that those rules report on the next line, `ok:` that they do not,
//! `todoruleid:` that they should and do not yet, `todook:` that they do and should not. A target
//! must hold no secret, so `{{rand:CLASS:N}}` stands for N characters that look random and are the
//! same in every run.

use std::borrow::Cow;
use std::collections::BTreeSet;

/// What a comment says of a rule and the line after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The rule reports there.
    Report,
    /// The rule does not report there.
    Silence,
    /// The rule should report there; whether it does is not looked at.
    TodoReport,
    /// The rule should not report there; whether it does is not looked at.
    TodoSilence,
}

/// One rule named in one comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// What is said.
    pub mark: Mark,
    /// The rule's id.
    pub rule: String,
    /// The line that it is said of: the one after the comment.
    pub line: u32,
}

/// A line where a rule did not do what its target says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// Annotated and not reported.
    Missing(u32),
    /// Reported and not annotated, or annotated as silent.
    Unexpected(u32),
}

/// A placeholder that cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: `{text}` is no placeholder: write `{{{{rand:CLASS:N}}}}` with N up to 9999 and CLASS one of hex, HEX, alnum, lower, upper, digits, base64, base64url"
)]
pub struct BadPlaceholder {
    /// Its line.
    pub line: u32,
    /// What stands there.
    pub text: String,
}

/// The words of annotations; none is the end of another with a comment mark before it.
const MARKS: [(&str, Mark); 4] = [
    ("ruleid:", Mark::Report),
    ("ok:", Mark::Silence),
    ("todoruleid:", Mark::TodoReport),
    ("todook:", Mark::TodoSilence),
];
/// What may stand right before the word, with one space between them or none.
const COMMENT_STARTS: [&str; 4] = ["#", "//", "<!--", "(*"];
/// What may end the comment on the same line.
const COMMENT_ENDS: [&str; 3] = ["-->", "*)", "*/"];
/// Kinds of annotation for other engines, which are read as if they were for this one.
const FOREIGN: [&str; 4] = ["deepruleid:", "proruleid:", "deepok:", "prook:"];

/// Reads the annotations of a target, in the order of their lines.
pub fn annotations(text: &[u8]) -> Vec<Annotation> {
    let mut annotations = Vec::new();
    for (number, line) in (1..).zip(text.split(|&b| b == b'\n')) {
        let line = String::from_utf8_lossy(line);
        for (word, mark) in MARKS {
            let Some(ids) = after_mark(&line, word) else {
                continue;
            };
            annotations.extend(rule_ids(ids).map(|rule| Annotation {
                mark,
                rule: rule.to_owned(),
                line: number + 1,
            }));
        }
    }
    annotations
}

/// Holds what a rule reported against what its target says.
pub fn compare(rule: &str, said: &[Annotation], reported: &BTreeSet<u32>) -> Vec<Failure> {
    let lines = |marks: &[Mark]| -> BTreeSet<u32> {
        let said = said
            .iter()
            .filter(|a| a.rule == rule && marks.contains(&a.mark));
        said.map(|annotation| annotation.line).collect()
    };
    let expected = lines(&[Mark::Report]);
    let open = lines(&[Mark::TodoReport, Mark::TodoSilence]);
    let missing = expected
        .difference(reported)
        .map(|&line| Failure::Missing(line));
    let unexpected = reported
        .difference(&expected)
        .map(|&line| Failure::Unexpected(line));
    let is_open = |failure: &Failure| match failure {
        Failure::Missing(line) | Failure::Unexpected(line) => open.contains(line),
    };
    let mut failures: Vec<Failure> = missing.chain(unexpected).filter(|f| !is_open(f)).collect();
    failures.sort_by_key(|failure| match failure {
        Failure::Missing(line) | Failure::Unexpected(line) => *line,
    });
    failures
}

/// Fills in the placeholders of a target: from the rule's id, the line, and the place in the line.
pub fn expand<'a>(text: &'a [u8], rule: &str) -> Result<Cow<'a, [u8]>, BadPlaceholder> {
    const OPEN: &[u8] = b"{{rand:";
    if memchr::memmem::find(text, OPEN).is_none() {
        return Ok(Cow::Borrowed(text));
    }
    let mut expanded = Vec::with_capacity(text.len() + 64);
    for (number, line) in (1..).zip(text.split_inclusive(|&b| b == b'\n')) {
        let mut rest = line;
        let mut nth = 0;
        while let Some(at) = memchr::memmem::find(rest, OPEN) {
            expanded.extend_from_slice(&rest[..at]);
            let body = &rest[at + OPEN.len()..];
            let close = memchr::memmem::find(body, b"}}");
            let filled = close.and_then(|end| fill(&body[..end], rule, number, nth));
            let (Some(filled), Some(end)) = (filled, close) else {
                let shown = &rest[at..rest.len().min(at + 40)];
                return Err(BadPlaceholder {
                    line: number,
                    text: String::from_utf8_lossy(shown).trim_end().to_owned(),
                });
            };
            expanded.extend_from_slice(filled.as_bytes());
            rest = &body[end + 2..];
            nth += 1;
        }
        expanded.extend_from_slice(rest);
    }
    Ok(Cow::Owned(expanded))
}

/// What follows `word`, where that begins a comment.
fn after_mark<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    line.match_indices(word).find_map(|(at, _)| {
        let before = &line[..at];
        let before = before.strip_suffix(' ').unwrap_or(before);
        let opens = COMMENT_STARTS.iter().any(|start| before.ends_with(start));
        opens.then(|| &line[at + word.len()..])
    })
}

fn rule_ids(ids: &str) -> impl Iterator<Item = &str> {
    let end = COMMENT_ENDS.iter().filter_map(|end| ids.find(end)).min();
    let ids = &ids[..end.unwrap_or(ids.len())];
    ids.split(',').filter_map(|id| {
        let id = id.trim();
        let id = FOREIGN
            .iter()
            .find_map(|word| id.strip_prefix(word))
            .unwrap_or(id);
        // Anything after the id is a remark for people.
        id.split_ascii_whitespace().next()
    })
}

fn fill(body: &[u8], rule: &str, line: u32, nth: u32) -> Option<String> {
    let (class, count) = std::str::from_utf8(body).ok()?.split_once(':')?;
    let alphabet = alphabet(class)?;
    let count: usize = count
        .parse()
        .ok()
        .filter(|count| (1..10_000).contains(count))?;
    let mut state = seed(rule, line, nth);
    let mut next = || {
        let at = split_mix(&mut state) % alphabet.len() as u64;
        char::from(alphabet[at as usize])
    };
    Some((0..count).map(|_| next()).collect())
}

fn alphabet(class: &str) -> Option<&'static [u8]> {
    const ALL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Some(match class {
        "hex" => b"0123456789abcdef",
        "HEX" => b"0123456789ABCDEF",
        "alnum" => &ALL[..62],
        "lower" => &ALL[26..52],
        "upper" => &ALL[..26],
        "digits" => &ALL[52..62],
        "base64" => ALL,
        "base64url" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        _ => return None,
    })
}

/// FNV-1a: the standard library's hashes may change between versions.
fn seed(rule: &str, line: u32, nth: u32) -> u64 {
    let numbers = line.to_le_bytes().into_iter().chain(nth.to_le_bytes());
    rule.bytes()
        .chain(numbers)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

/// `SplitMix64`: a few lines, and every seed gives a good sequence.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_annotations(text: &str, expected: &[(Mark, &str, u32)]) {
        let said = annotations(text.as_bytes());
        let said: Vec<_> = said
            .iter()
            .map(|a| (a.mark, a.rule.as_str(), a.line))
            .collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn a_comment_speaks_of_the_next_line() {
        check_annotations("x\n# ruleid: a\ny", &[(Mark::Report, "a", 3)]);
        check_annotations("  //ok:a", &[(Mark::Silence, "a", 2)]);
        check_annotations("y # todoruleid: a", &[(Mark::TodoReport, "a", 2)]);
        check_annotations("<!-- todook: a -->", &[(Mark::TodoSilence, "a", 2)]);
    }

    #[test]
    fn one_comment_may_name_several_rules_and_remark_on_them() {
        let expected = [(Mark::Report, "a.b-c", 2), (Mark::Report, "d", 2)];
        check_annotations("# ruleid: a.b-c , d since x is user input\r", &expected);
        check_annotations(
            "{/* x */} // ruleid: deepruleid: a",
            &[(Mark::Report, "a", 2)],
        );
    }

    #[test]
    fn words_outside_comments_say_nothing() {
        check_annotations("x = 'ruleid: a'\n#  ruleid: a\nlook: b", &[]);
    }

    #[track_caller]
    fn check_compare(target: &str, reported: &[u32], expected: &[Failure]) {
        let reported = reported.iter().copied().collect();
        assert_eq!(
            compare("a", &annotations(target.as_bytes()), &reported),
            expected
        );
    }

    #[test]
    fn reported_lines_have_to_be_the_annotated_ones() {
        let target = "# ruleid: a\nx\n# ok: a\ny\nz";
        check_compare(target, &[2], &[]);
        check_compare(target, &[], &[Failure::Missing(2)]);
        check_compare(
            target,
            &[2, 4, 5],
            &[Failure::Unexpected(4), Failure::Unexpected(5)],
        );
    }

    #[test]
    fn known_misses_and_known_false_alarms_are_open() {
        let target = "# todoruleid: a\nx\n# todook: a\ny";
        check_compare(target, &[], &[]);
        check_compare(target, &[2, 4], &[]);
    }

    #[test]
    fn other_rules_annotations_do_not_count() {
        check_compare("# ruleid: b\nx", &[], &[]);
        check_compare("# ruleid: b\nx", &[2], &[Failure::Unexpected(2)]);
    }

    fn expanded(text: &str, rule: &str) -> String {
        String::from_utf8(expand(text.as_bytes(), rule).unwrap().into_owned()).unwrap()
    }

    #[test]
    fn placeholders_differ_by_rule_and_place_and_not_by_run() {
        let text = "a {{rand:hex:8}} {{rand:hex:8}}\n{{rand:hex:8}}\n";
        let first = expanded(text, "r");
        assert_eq!(first, expanded(text, "r"));
        assert_ne!(first, expanded(text, "s"));
        let words: BTreeSet<&str> = first.split_whitespace().collect();
        assert_eq!(words.len(), 4, "{first}");
    }

    #[test]
    fn each_class_has_its_characters() {
        for (class, allowed) in [
            ("hex", "0123456789abcdef"),
            ("HEX", "0123456789ABCDEF"),
            ("digits", "0123456789"),
            ("lower", "abcdefghijklmnopqrstuvwxyz"),
            ("upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ] {
            let text = expanded(&format!("{{{{rand:{class}:300}}}}"), "r");
            assert_eq!(text.len(), 300);
            assert!(text.chars().all(|c| allowed.contains(c)), "{class}: {text}");
        }
        assert!(expanded("{{rand:base64url:500}}", "r").contains(['-', '_']));
        assert!(expanded("{{rand:base64:500}}", "r").contains(['+', '/']));
        assert!(!expanded("{{rand:alnum:500}}", "r").contains(|c: char| !c.is_alphanumeric()));
    }

    #[test]
    fn a_value_never_changes_between_versions() {
        assert_eq!(expanded("{{rand:hex:16}}", "rule"), "6526028dd5eaa09e");
    }

    #[test]
    fn a_placeholder_that_cannot_be_filled_in_is_an_error_with_its_line() {
        for bad in [
            "{{rand:octal:3}}",
            "{{rand:hex:0}}",
            "{{rand:hex}}",
            "{{rand:hex:99999}}",
            "{{rand:hex:3",
        ] {
            let error = expand(format!("x\n{bad}\n").as_bytes(), "r").unwrap_err();
            assert_eq!((error.line, error.text.as_str()), (2, bad));
        }
    }
}
