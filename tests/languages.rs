//! Patterns on configuration and markup: what each language's equivalences are, a line each.

use aiscan::engine::{Choice, FileReport, RuleSet, RuleText, scan_file};
use aiscan::lang::Language;
use aiscan::pattern::{Options, Pattern};
use aiscan::source::Source;
use aiscan::syntax::File;

/// What a pattern matches, as the text spells it.
fn found(language: Language, pattern: &str, text: &str) -> Vec<String> {
    let source = Source::new("file".into(), language, text.into());
    let file = File::parse(&source).expect("the language is parsed");
    let pattern = Pattern::new(language, pattern).unwrap_or_else(|error| panic!("{error}"));
    let found = pattern
        .search(&file, Options::default(), &mut 1_000_000)
        .expect("a small text takes few steps");
    let mut spans: Vec<_> = found.into_iter().map(|one| one.span).collect();
    spans.sort();
    spans.dedup();
    spans
        .into_iter()
        .map(|span| source.show(span).into_owned())
        .collect()
}

/// Scans a text by one rule for a language, the rest of which is `body`.
fn scan(rule_language: &str, body: &str, language: Language, text: &str) -> FileReport {
    let rule = format!(
        "rules:\n- id: r\n  message: m $X\n  severity: ERROR\n  languages: [{rule_language}]\n{body}"
    );
    let file = RuleText {
        name: "r.yaml".into(),
        text: rule,
        named: true,
    };
    let rules = RuleSet::new(false, &[file], &Choice::default()).expect("the rule loads");
    let source = Source::new("file".into(), language, text.into());
    scan_file(&rules, &source)
}

mod json {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: &[&str]) {
        assert_eq!(found(Language::Json, pattern, text), expected);
    }

    #[test]
    fn keys_have_no_order_and_none_is_left_over() {
        check(
            r#"{"a": 1, "b": $X}"#,
            r#"{"b": 2, "a": 1}"#,
            &[r#"{"b": 2, "a": 1}"#],
        );
        check(r#"{"a": 1}"#, r#"{"b": 2, "a": 1}"#, &[]);
        check(
            r#"{..., "a": 1}"#,
            r#"{"b": 2, "a": 1}"#,
            &[r#"{"b": 2, "a": 1}"#],
        );
    }

    #[test]
    fn a_pair_alone_is_found_in_any_object() {
        check(r#""a": $X"#, r#"[{"b": {"a": [1]}}]"#, &[r#""a": [1]"#]);
        check("$K: 1", r#"{"a": 1, "b": 2}"#, &[r#""a": 1"#]);
        check(
            r#""a": "...""#,
            r#"[{"a": "x"}, {"a": 1}]"#,
            &[r#""a": "x""#],
        );
        check(
            r#""a": "=~/^x/""#,
            r#"[{"a": "xy"}, {"a": "yx"}]"#,
            &[r#""a": "xy""#],
        );
    }

    #[test]
    fn lists_have_an_order() {
        let text = "[[1, 2, 3], [2, 1], [1]]";
        check("[1, ...]", text, &["[1, 2, 3]", "[1]"]);
        check("[..., 2, ...]", text, &["[1, 2, 3]", "[2, 1]"]);
        check("[$...A, 3]", text, &["[1, 2, 3]"]);
        check("[$X]", "[[1], [1, 2]]", &["[1]"]);
    }

    #[test]
    fn a_metavariable_holds_one_value() {
        check("[$X, $X]", "[[1, 1.0], [1, 2]]", &["[1, 1.0]"]);
    }

    #[test]
    fn a_deep_operand_may_be_nested() {
        check(
            r#""a": <... 5 ...>"#,
            r#"{"a": [{"b": 5}]}"#,
            &[r#""a": [{"b": 5}]"#],
        );
    }

    #[test]
    fn escapes_hide_nothing() {
        check(
            r#""scripts": $X"#,
            r#"{"\u0073cripts": 1}"#,
            &[r#""\u0073cripts": 1"#],
        );
    }

    #[test]
    fn comments_are_passed_over() {
        check(r#"{"a": 1}"#, "{\n// b\n\"a\": 1}", &["{\n// b\n\"a\": 1}"]);
    }
}

#[test]
fn configuration_is_parsed_for_rules_that_ask_for_it_and_for_no_other() {
    let json = Language::Json;
    let by_pattern = scan("json", "  pattern: '\"a\": $X'\n", json, r#"{"a": 1}"#);
    assert!(by_pattern.parsed && by_pattern.findings.len() == 1);
    assert_eq!(by_pattern.findings[0].message, "m 1");
    let by_regex = scan("regex", "  pattern-regex: a\n", json, "{{{ a");
    assert!(!by_regex.parsed && by_regex.findings.len() == 1 && by_regex.problems.is_empty());
    let of_others = scan("python", "  pattern: a\n", json, "{{{ a");
    assert!(!of_others.parsed && of_others.problems.is_empty());
}

#[test]
fn what_a_rule_asks_for_and_does_not_parse_is_said() {
    let report = scan("json", "  pattern: '\"a\": $X'\n", Language::Json, "{{{ a");
    assert!(
        report
            .problems
            .iter()
            .any(aiscan::engine::Problem::is_incomplete)
    );
    let large = format!("[{}\"a\"]", "1, ".repeat(2_000_000));
    let report = scan("json", "  pattern: '\"a\"'\n", Language::Json, &large);
    assert!(
        report
            .problems
            .iter()
            .any(aiscan::engine::Problem::is_incomplete)
    );
}

#[test]
fn brackets_nested_without_end_come_to_an_end() {
    let text = "[".repeat(100_000);
    for text in [text.clone(), format!("{text}{}", "]".repeat(100_000))] {
        let report = scan("json", "  pattern: '[$X]'\n", Language::Json, &text);
        assert!(
            report
                .problems
                .iter()
                .any(aiscan::engine::Problem::is_incomplete)
        );
    }
}
