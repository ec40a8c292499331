//! What the `options:` of a rule change about its patterns: each with the default beside it.

use aiscan::lang::Language::{self, JavaScript, Python, TypeScript};
use aiscan::pattern::{Options, Pattern};
use aiscan::source::Source;
use aiscan::syntax::File;

/// How often a pattern matches by default, and with the switch turned.
#[track_caller]
fn check(
    language: Language,
    pattern: &str,
    code: &str,
    switch: fn(&mut Options) -> &mut bool,
    expected: (usize, usize),
) {
    let source = Source::new("a".into(), language, code.into());
    let file = File::parse(&source).expect("the language has a grammar");
    let pattern = Pattern::new(language, pattern).expect("the pattern is read");
    let count = |options| {
        let found = pattern.search(&file, options, &mut 1_000_000);
        found.expect("it takes few steps").len()
    };
    let mut turned = Options::default();
    *switch(&mut turned) ^= true;
    assert_eq!((count(Options::default()), count(turned)), expected);
}

#[test]
fn operands_are_regrouped_and_turned_only_where_that_changes_nothing() {
    check(
        Python,
        "a and $X",
        "a and b and c",
        |o| &mut o.ac_matching,
        (1, 0),
    );
    check(Python, "b | a", "a | b", |o| &mut o.ac_matching, (1, 0));
    check(
        Python,
        "b and a",
        "a and b",
        |o| &mut o.commutative_boolop,
        (0, 1),
    );
    check(Python, "$X == 1", "1 == a", |o| &mut o.symmetric_eq, (0, 1));
    check(
        JavaScript,
        "$X === 1",
        "1 === a",
        |o| &mut o.symmetric_eq,
        (0, 1),
    );
}

#[test]
fn an_assignment_may_be_a_declaration_or_a_field() {
    check(
        JavaScript,
        "$X = 1",
        "let a = 1; b = 1",
        |o| &mut o.vardef_assign,
        (2, 1),
    );
    check(
        JavaScript,
        "let $X = 1",
        "let a = 1",
        |o| &mut o.vardef_assign,
        (1, 1),
    );
    check(
        TypeScript,
        "$X = 1",
        "class A { a = 1 }",
        |o| &mut o.flddef_assign,
        (1, 0),
    );
}

#[test]
fn an_expression_may_be_a_decorator() {
    check(
        Python,
        "d(...)",
        "@d(1)\ndef f(): d(2)",
        |o| &mut o.attr_expr,
        (2, 1),
    );
}

#[test]
fn dots_between_statements_reach_into_blocks() {
    let code = "a()\nif x:\n    b()\n";
    check(
        Python,
        "a()\n...\nb()",
        code,
        |o| &mut o.go_deeper_stmt,
        (1, 0),
    );
    let code = "a()\nx\nb()\n";
    check(
        Python,
        "a()\n...\nb()",
        code,
        |o| &mut o.go_deeper_stmt,
        (1, 1),
    );
}

#[test]
fn objects_and_elements_may_have_more_than_the_pattern_names() {
    check(
        JavaScript,
        "f({a: 1})",
        "f({a: 1, b: 2})",
        |o| &mut o.implicit_ellipsis,
        (1, 0),
    );
    check(
        JavaScript,
        "f({a: 1, ...})",
        "f({a: 1, b: 2})",
        |o| &mut o.implicit_ellipsis,
        (1, 1),
    );
    let code = "x = <a b={1} c={2} />";
    let switch: fn(&mut Options) -> &mut bool = |o| &mut o.xml_attrs_implicit_ellipsis;
    check(JavaScript, "<a b={1} />", code, switch, (1, 0));
    check(JavaScript, "<a />", code, switch, (1, 0));
}
