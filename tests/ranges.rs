//! Which range a rule reports, for formulas of several patterns: answers of semgrep 1.182 to small
//! questions. A range is written as `line:column text`.

use aiscan::engine::{Choice, RuleSet, RuleText, scan_file};
use aiscan::lang::Language;
use aiscan::source::Source;

/// Calls with a string, a name, a name that holds a string, and a deeper call.
const CALLS: &str = "\
foo(\"abc\")
foo(abc)
s = \"xzzz\"
foo(s)
foo(lambda: bar())
";

#[track_caller]
fn check(message: &str, body: &str, code: &str, expected: &[&str]) {
    let text = format!(
        "rules:\n- id: r\n  message: {message}\n  severity: ERROR\n  languages: [python]\n{body}"
    );
    let file = RuleText {
        name: "r.yaml".into(),
        text,
        named: true,
    };
    let rules = RuleSet::new(false, &[file], &Choice::default()).expect("the rule loads");
    let source = Source::new("a.py".into(), Language::Python, code.into());
    let report = scan_file(&rules, &source);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let found: Vec<String> = report
        .findings
        .iter()
        .map(|found| {
            let at = source.position(found.span.start);
            format!("{}:{} {}", at.line, at.column, source.show(found.span))
        })
        .collect();
    assert_eq!(found, expected, "{body}in\n{code}");
}

#[track_caller]
fn check_regex(pattern: &str, regex: &str, expected: &[&str]) {
    let body = format!(
        "  patterns:\n  - pattern: {pattern}\n  - metavariable-regex: {{metavariable: $X, regex: '{regex}'}}\n"
    );
    check("m", &body, CALLS, expected);
}

#[test]
fn a_regex_on_a_metavariable_sees_the_source_text_from_its_start() {
    check_regex("foo($X)", "^abc", &["2:1 foo(abc)"]);
    check_regex("foo($X)", "^.abc", &["1:1 foo(\"abc\")"]);
    check_regex("foo($X)", "bc", &[]);
    check_regex("foo($X)", ".*bc", &["1:1 foo(\"abc\")", "2:1 foo(abc)"]);
}

#[test]
fn a_metavariable_in_quotes_holds_the_content() {
    check_regex("'foo(\"$X\")'", "^abc$", &["1:1 foo(\"abc\")"]);
}

#[test]
fn a_regex_on_a_metavariable_does_not_see_through_names() {
    check_regex("foo($X)", ".*zzz", &[]);
}

#[test]
fn a_deep_pattern_reaches_into_lambdas() {
    let body = "  pattern: foo(<... bar() ...>)\n";
    check("m", body, CALLS, &["5:1 foo(lambda: bar())"]);
}

#[test]
fn one_range_is_one_finding() {
    let body = "  pattern-either:\n  - pattern: foo(...)\n  - pattern: $F(\"abc\")\n";
    let all = [
        "1:1 foo(\"abc\")",
        "2:1 foo(abc)",
        "4:1 foo(s)",
        "5:1 foo(lambda: bar())",
    ];
    check("m", body, CALLS, &all);
}

#[test]
fn one_range_with_two_messages_is_two_findings() {
    let body = "  pattern: zed(..., $X, ...)\n";
    check("m $X", body, "zed(1, 2)\n", &["1:1 zed(1, 2)"; 2]);
    check("m", body, "zed(1, 2)\n", &["1:1 zed(1, 2)"]);
}

#[test]
fn what_is_only_inside_is_reported_by_its_innermost_range() {
    let body = "  patterns:\n  - pattern-inside: |\n      def $F(...): ...\n  - pattern-inside: |\n      if $C: ...\n";
    let code = "def f():\n    if c:\n        x\n";
    check("m", body, code, &["2:5 if c:\n        x"]);
}

#[test]
fn a_metavariable_bound_outside_is_known_inside() {
    let body =
        "  patterns:\n  - pattern-inside: |\n      q = $A\n      ...\n  - pattern: use($A)\n";
    check("m", body, "q = 5\nuse(5)\nuse(6)\n", &["2:1 use(5)"]);
}

#[test]
fn not_takes_away_equal_ranges_only() {
    let body = "  patterns:\n  - pattern: foo(...)\n  - pattern-not: foo(\"abc\")\n";
    let others = ["2:1 foo(abc)", "4:1 foo(s)", "5:1 foo(lambda: bar())"];
    check("m", body, CALLS, &others);
    let body = "  patterns:\n  - pattern: foo(...)\n  - pattern-not: '\"abc\"'\n";
    let all = [&["1:1 foo(\"abc\")"][..], &others].concat();
    check("m", body, CALLS, &all);
}

#[test]
fn a_comparison_sees_constants() {
    let body = "  patterns:\n  - pattern: n($N)\n  - metavariable-comparison: {metavariable: $N, comparison: $N > 10}\n";
    let code = "K = 20\nn(K)\nn(5 + 7)\nn(3)\n";
    check("m", body, code, &["2:1 n(K)", "3:1 n(5 + 7)"]);
}

#[test]
fn symbolic_propagation_takes_a_name_for_its_expression() {
    let body = "  pattern: use(get(...))\n";
    let code = "b = get(1)\nuse(b)\n";
    check("m", body, code, &[]);
    let body = format!("{body}  options: {{symbolic_propagation: true}}\n");
    check("m", &body, code, &["2:1 use(b)"]);
}
