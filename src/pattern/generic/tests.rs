//! What generic patterns match.

use super::super::bindings::Bound;
use super::*;
use crate::source::Span;
use crate::syntax::Symbol;

const STEPS: u64 = 1_000_000;

fn search(pattern: &str, text: &str, options: Options) -> Result<Vec<Match>, OutOfSteps> {
    let pattern = Pattern::new(pattern).unwrap();
    let document = tokens(text.as_bytes(), options.comments).unwrap();
    pattern.search(text.as_bytes(), &document, options, &mut { STEPS })
}

/// The texts that a pattern matches, with blanks as one.
#[track_caller]
fn check_with(options: Options, pattern: &str, text: &str, expected: &[&str]) {
    let found = search(pattern, text, options).unwrap();
    let texts = found.iter().map(|found| {
        let words = text[found.span.range()].split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    });
    assert_eq!(texts.collect::<Vec<_>>(), expected);
}

#[track_caller]
fn check(pattern: &str, text: &str, expected: &[&str]) {
    check_with(Options::default(), pattern, text, expected);
}

/// What a metavariable holds in each match.
#[track_caller]
fn check_bound(pattern: &str, text: &str, name: &str, expected: &[&str]) {
    let options = Options {
        max_span: 0,
        comments: None,
    };
    let found = search(pattern, text, options).unwrap();
    let spans = found
        .iter()
        .map(|found| match found.bindings.get(Symbol::of(name)) {
            Some(Bound::Text(span, _)) => span,
            other => panic!("{other:?}"),
        });
    let texts: Vec<&str> = spans.map(|span: Span| &text[span.range()]).collect();
    assert_eq!(texts, expected);
}

#[test]
fn words_match_whole_and_in_their_case() {
    check("port", "port ports PORT re_port", &["port"]);
    check("é", "naïve é", &["é"]);
}

#[test]
fn blanks_and_line_ends_do_not_matter() {
    check(
        "listen:80;",
        "listen : 80 ;\nlisten\r\n\t:80;",
        &["listen : 80 ;", "listen :80;"],
    );
}

#[test]
fn a_metavariable_holds_one_word() {
    check(
        "user $U;",
        "user www_1; user -x; user a b;",
        &["user www_1;"],
    );
    check_bound("user $U", "user www", "U", &["www"]);
}

#[test]
fn a_metavariable_that_stands_twice_holds_the_same() {
    check("$A == $A", "x == x\nx == y", &["x == x"]);
    check(
        "f($...A | $...A)",
        "f(a b | a  c)\nf(a, b|a, b )",
        &["f(a, b|a, b )"],
    );
}

#[test]
fn names_in_lower_case_and_more_than_three_dots_are_what_they_are() {
    check("$x ....", "$x .... $y ....", &["$x ...."]);
}

#[test]
fn the_shortest_match_is_reported() {
    check("if ... fi", "if if a fi b fi", &["if a fi"]);
    check("a ... b", "a b b", &["a b"]);
}

#[test]
fn an_ellipsis_reaches_ten_lines_and_two_reach_twenty() {
    let text = |lines: usize| format!("begin\n{}end", "x\n".repeat(lines));
    check(
        "begin ... end",
        &text(9),
        &[&format!("begin {}end", "x ".repeat(9))],
    );
    check("begin ... end", &text(10), &[]);
    check(
        "begin ... ... end",
        &text(19),
        &[&format!("begin {}end", "x ".repeat(19))],
    );
    check("begin ... ... end", &text(20), &[]);
}

#[test]
fn the_reach_of_an_ellipsis_can_be_set() {
    let options = Options {
        max_span: 0,
        comments: None,
    };
    check_with(options, "key = ...", "key = a b\nother = c", &["key = a b"]);
}

#[test]
fn an_ellipsis_at_the_end_takes_the_rest_of_its_block() {
    check("a ...", "x (a b c) d", &["a b c"]);
    check(
        "server\n  listen ...",
        "server\n  listen a\n  b\nc",
        &["server listen a b"],
    );
}

#[test]
fn an_ellipsis_at_the_start_begins_with_a_block() {
    check("... c", "a b c\n  d c", &["a b c", "d c"]);
}

#[test]
fn an_ellipsis_that_binds_holds_what_it_skips() {
    check_bound("key = $...V", "key =  a b \nc", "...V", &["  a b"]);
    check_bound("f($...V)", "f() f(a, (b) c)", "...V", &["", "a, (b"]);
}

#[test]
fn a_match_does_not_leave_the_block_that_it_begins_in() {
    check("a) b", "(a) b", &[]);
    check("a\nb", "a\nb\n  a\nb", &["a b"]);
}

#[test]
fn indented_patterns_match_indented_text_only() {
    let pattern = "[system]\n  ...\n  name = ...";
    check(
        pattern,
        "[system]\n  x = 1\n  name = a",
        &["[system] x = 1 name = a"],
    );
    check(pattern, "[system]\nx = 1\nname = a", &[]);
    check("system\nname", "system\n  name", &["system name"]);
}

#[test]
fn an_indented_block_is_matched_whole() {
    check("a:\n  b", "a:\n  b\n  c\na:\n  b", &["a: b"]);
    check(
        "f(\n  ... 5 ...\n)",
        "f(\n  4,\n  g(5),\n)\nf(\n  4\n)",
        &["f( 4, g(5), )"],
    );
}

#[test]
fn an_ellipsis_goes_on_until_the_block_is_matched_whole() {
    check("f(\n  '...'\n)", "f('a', 'b') f('c)", &["f('a', 'b')"]);
}

#[test]
fn a_block_of_an_ellipsis_may_be_missing() {
    check("a\n  ...\nb", "a\nb\na\n  x\nb", &["a b", "a x b"]);
}

#[test]
fn comments_are_passed_over_where_an_option_says_so() {
    let text = "color: /* my\nfavourite */ blue";
    let with = |style| Options {
        comments: Some(style),
        ..Options::default()
    };
    check("color: blue", text, &[]);
    check_with(
        with(CommentStyle::C),
        "color: blue",
        text,
        &["color: /* my favourite */ blue"],
    );
    check_with(with(CommentStyle::Shell), "a b", "a # b\nb", &["a # b b"]);
}

#[test]
fn a_pattern_that_is_indented_as_a_whole_is_not_indented() {
    check("  a\n    b", "a\n  b", &["a b"]);
}

#[test]
fn patterns_that_leave_open_what_they_bind_are_refused() {
    assert!(Pattern::new("a ... $...B").is_err());
    assert!(Pattern::new(" \n").is_err());
    assert!(Pattern::new("$...A ...").is_ok());
}

/// Whether it ends within the steps, whatever it finds.
fn ends(pattern: &str, text: &str) -> bool {
    search(pattern, text, Options::default()).is_ok()
}

#[test]
fn starts_share_what_they_learn() {
    let text = "a ".repeat(20_000);
    assert!(ends("a ... a ... a ... $X a = b", &(text.clone() + "=b")));
    assert!(ends("a ... $X = b", &(text + "x = b")));
}

#[test]
fn a_search_that_takes_too_long_says_so() {
    let text = "a b ".repeat(20_000);
    assert!(!ends("$X $...A $X $...A =", &(text + "=")));
}

#[test]
fn brackets_and_stairs_of_any_depth_end() {
    let depth = 100_000;
    let (open, close) = ("(".repeat(depth), ")".repeat(depth));
    assert!(ends("( ... x", &format!("{open} x")));
    assert!(ends("( ... x", &format!("{open} x {close}")));
    let stairs: String = (0..1_000).map(|width| " ".repeat(width) + "a\n").collect();
    assert!(ends("a\n  a\n    ... b", &(stairs + "b")));
}
