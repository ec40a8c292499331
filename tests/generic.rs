//! Rules for `generic` text, each with a few lines of it, and generic patterns about what
//! metavariables of code hold. A line that holds `<-` is reported, and no other.

use std::collections::BTreeSet;

use aiscan::engine::{Choice, FileReport, RuleSet, RuleText, scan_file};
use aiscan::lang::Language;
use aiscan::source::Source;

fn rules(body: &str) -> Result<RuleSet, String> {
    let file = RuleText {
        name: "r.yaml".into(),
        text: format!("rules:\n- id: rule\n  severity: ERROR\n{body}"),
        named: true,
    };
    RuleSet::new(false, &[file], &Choice::default()).map_err(|errors| errors[0].to_string())
}

#[track_caller]
fn scan(body: &str, language: Language, text: &str) -> (Source, FileReport) {
    let source = Source::new("app.conf".into(), language, text.into());
    let rules = rules(body).unwrap_or_else(|error| panic!("{error}"));
    let report = scan_file(&rules, &source);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    (source, report)
}

#[track_caller]
fn check_as(language: Language, body: &str, text: &str) {
    let (source, report) = scan(body, language, text);
    let findings = report.findings.iter();
    let found: BTreeSet<u32> = findings
        .map(|one| source.position(one.span.start).line)
        .collect();
    let expected: BTreeSet<u32> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| line.contains("<-"))
        .map(|(number, _)| number)
        .collect();
    assert_eq!(found, expected, "in\n{text}");
}

#[track_caller]
fn check(body: &str, text: &str) {
    let body = format!("  languages: [generic]\n  message: m\n{body}");
    check_as(Language::Text, &body, text);
}

#[track_caller]
fn check_message(body: &str, language: Language, text: &str, expected: &[&str]) {
    let (_, report) = scan(body, language, text);
    let messages: Vec<&str> = report.findings.iter().map(|one| &*one.message).collect();
    assert_eq!(messages, expected);
}

#[test]
fn every_text_is_searched_code_too() {
    let rule = "  languages: [generic]\n  message: m\n  pattern: debug = on\n";
    for language in [Language::Text, Language::Python, Language::Rust] {
        check_as(language, rule, "debug = off\ndebug=on <-");
    }
}

#[test]
fn metavariables_agree_between_patterns() {
    check(
        "  patterns:\n  - pattern-inside: server $NAME { ... }\n  - pattern: name = $NAME\n",
        "server a {\n  name = b\n  name = a <-\n}\nname = a\n",
    );
}

#[test]
fn negatives_take_away() {
    check(
        "  patterns:\n  - pattern: tls = $V\n  - pattern-not: tls = on\n  - pattern-not-inside: 'test { ... }'\n",
        "tls = on\ntls = off <-\ntest {\n  tls = off\n}\n",
    );
}

#[test]
fn patterns_and_regular_expressions_meet() {
    check(
        "  patterns:\n  - pattern: key = $...V\n  - pattern-regex: key = \"[^\"]*\"\n  options: {generic_ellipsis_max_span: 0}\n",
        "key = \"a\" <-\nkey = a\n",
    );
}

#[test]
fn conditions_hold_of_what_is_bound() {
    check(
        "  patterns:\n  - pattern: port = $P\n  - metavariable-regex: {metavariable: $P, regex: '[0-9]+$'}\n  - metavariable-comparison: {comparison: $P < 1024}\n",
        "port = 80 <-\nport = 8080\nport = http\n",
    );
    check(
        "  patterns:\n  - pattern: run = $...CMD\n  - metavariable-pattern:\n      metavariable: $...CMD\n      pattern-either:\n      - pattern: sudo ...\n      - pattern: su - $USER\n  options: {generic_ellipsis_max_span: 0}\n",
        "run = ls sudoku\nrun = x; sudo ls <-\nrun = su - root <-\nrun = ls\n",
    );
}

#[test]
fn a_finding_points_at_the_metavariable_in_focus() {
    let rule = "  languages: [generic]\n  message: m\n  patterns:\n  - pattern: user $NAME\n  - focus-metavariable: $NAME\n";
    let (source, report) = scan(rule, Language::Text, "user root");
    assert_eq!(source.show(report.findings[0].span), "root");
}

#[test]
fn what_code_holds_is_read_as_generic_text() {
    check_as(
        Language::Python,
        "  languages: [python]\n  message: m\n  patterns:\n  - pattern: run($CMD)\n  - metavariable-pattern:\n      metavariable: $CMD\n      language: generic\n      pattern: rm -rf ...\n",
        "run('rm -rf /') # <-\nrun('rm a')\nrun(rm - rf)  # <-\n",
    );
}

#[test]
fn what_a_nested_pattern_binds_is_told() {
    let rule = "  languages: [python]\n  message: $CMD calls $TOOL\n  patterns:\n  - pattern: run(\"$CMD\")\n  - metavariable-pattern:\n      metavariable: $CMD\n      language: generic\n      pattern: sudo $TOOL\n";
    check_message(
        rule,
        Language::Python,
        "run('sudo rm')",
        &["sudo rm calls rm"],
    );
}

#[test]
fn messages_show_what_ellipses_bind() {
    let rule =
        "  languages: [generic]\n  message: '[$...ARGS] of $F'\n  pattern: call $F($...ARGS)\n";
    check_message(rule, Language::Text, "call f( a,\n b )", &["[a, b] of f"]);
}

#[test]
fn comments_are_passed_over_where_an_option_says_so() {
    check(
        "  pattern: debug on\n  options: {generic_comment_style: shell}\n",
        "debug # <-\non\n# debug on\n",
    );
}

#[test]
fn a_text_without_the_words_is_not_searched() {
    // The pattern has no steps to end within, were it tried.
    check(
        "  pattern: $A ... $B ... $A ... $B missing\n",
        &"a b ".repeat(100_000),
    );
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let error =
        |body: &str| rules(&format!("  languages: [generic]\n  message: m\n{body}")).unwrap_err();
    assert_eq!(
        error("  pattern: a\n  options:\n    generic_engine: aliengrep\n"),
        "r.yaml:8: rule `rule`: `generic_engine`: this engine is not supported: `spacegrep`, the default, is"
    );
    assert!(error("  pattern: a\n  options: {generic_comment_style: lisp}\n").contains("`shell`"));
    assert!(error("  pattern: a ... $...B\n").contains("leaves open"));
    let taint =
        "  mode: taint\n  pattern-sources: [{pattern: a}]\n  pattern-sinks: [{pattern: b}]\n";
    assert!(error(taint).contains("flows are followed in code"));
}
