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

/// Texts that nest, repeat or multiply without end are looked at in bounded time, or it is said that
/// they were not.
#[test]
fn hostile_texts_come_to_an_end() {
    let many = |text: &str| text.repeat(100_000);
    let bombs: Vec<String> = (1..30)
        .map(|n| format!("a{n}: &a{n} [{}]\n", format!("*a{},", n - 1).repeat(9)))
        .collect();
    let bombs = bombs.concat();
    let cases = [
        (Language::Json, "[$X]", many("[")),
        (Language::Json, "[$X]", many("[") + &many("]")),
        (
            Language::Json,
            "\"a\": 1",
            format!("[{}1]", many("{\"a\":2},")),
        ),
        (Language::Yaml, "k: v", many("[")),
        (Language::Yaml, "k: v", many("- ")),
        (Language::Yaml, "k: v", format!("k: v\n{}", many("? "))),
        (Language::Yaml, "k: v", "? ".repeat(900) + "k: v"),
        (
            Language::Yaml,
            "k: v",
            (0..300).map(|n| " ".repeat(n) + "?\n").collect(),
        ),
        (Language::Yaml, "k: v", format!("{}k: v", many("- k: w\n"))),
        (Language::Yaml, "k: v", format!("a0: &a0 [k]\n{bombs}")),
        (Language::Yaml, "k: v", many("k: {{ x\n")),
        (Language::Toml, "k = 1", format!("k = {}", many("["))),
        (Language::Html, "<p>...</p>", many("<p>")),
        (Language::Html, "<div><p>...</p></div>", many("<div>")),
        (Language::Html, "<p>...</p>", many("{{<p ")),
        (Language::Bash, "foo $X", many("$(")),
        (Language::Bash, "foo $X", many("a && ")),
        (Language::Bash, "foo | ... | bar", many("a | ") + "b"),
        (Language::Bash, "foo $X", many("if a; then ")),
        (
            Language::Bash,
            "foo ... $X ... $X ... z",
            format!("foo {}", many("a ")),
        ),
        (Language::Dockerfile, "RUN foo $X", many("ONBUILD ")),
        (
            Language::Dockerfile,
            "RUN foo $X",
            format!("RUN {}", many("a \\\n")),
        ),
    ];
    for (language, pattern, text) in cases {
        let name = language.definition().rule_names[0];
        let rule = format!("  pattern: |\n    {pattern}\n");
        let report = scan(name, &rule, language, &text);
        assert!(report.findings.len() <= 100_000, "{name}: {pattern}");
    }
}

#[test]
fn a_template_is_examined_but_for_what_it_fills_in() {
    let text = "a: {{ .x }}\n{{- if .y }}\nb: 1\n{{- end }}\n";
    let report = scan("yaml", "  pattern: 'b: $X'\n", Language::Yaml, text);
    assert_eq!(report.findings.len(), 1);
    let [problem] = &report.problems[..] else {
        panic!("{:?}", report.problems);
    };
    assert!(!problem.is_incomplete());
}

#[test]
fn a_text_within_a_text_is_read_in_its_own_language() {
    let rule = "  patterns:\n  - pattern: 'run: $R'\n  - metavariable-pattern:\n      metavariable: $R\n      language: bash\n      pattern: rm $X\n";
    let text = "- run: |\n    set -e\n    'rm' x\n- run: echo rm\n- run: \"rm \\x79\"\n";
    let report = scan("yaml", rule, Language::Yaml, text);
    assert_eq!(report.findings.len(), 2, "{:?}", report.findings);
    let rule = "  patterns:\n  - pattern: '\"k\": $R'\n  - metavariable-pattern:\n      metavariable: $R\n      language: json\n      pattern: '\"a\": 1'\n";
    let text = r#"[{"k": "{\"a\": 1}"}, {"k": "{\"a\": 2}"}]"#;
    let report = scan("json", rule, Language::Json, text);
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
}

#[test]
fn words_that_are_spelt_otherwise_are_looked_for_all_the_same() {
    let finds = |name, rule: &str, language, text| {
        let rule = format!("  pattern: |\n    {rule}\n");
        assert_eq!(
            scan(name, &rule, language, text).findings.len(),
            1,
            "{text}"
        );
    };
    finds("bash", "curl $X", Language::Bash, "c\"ur\"l x\n");
    finds("bash", "curl $X", Language::Bash, "cu\\rl x\n");
    finds(
        "dockerfile",
        "FROM $X AS $Y",
        Language::Dockerfile,
        "from a as b\n",
    );
    finds(
        "dockerfile",
        "RUN curl $X",
        Language::Dockerfile,
        "RUN cu''rl x\n",
    );
    finds(
        "html",
        "<script>...</script>",
        Language::Html,
        "<SCRIPT></SCRIPT>",
    );
    finds(
        "html",
        "<p onClick=\"$X\">...</p>",
        Language::Html,
        "<p onclick='a'></p>",
    );
    finds("yaml", "key: $X", Language::Yaml, "\"k\\x65y\": 1\n");
    finds("yaml", "key: yes", Language::Yaml, "key: true\n");
}

mod yaml {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: &[&str]) {
        assert_eq!(found(Language::Yaml, pattern, text), expected);
    }

    #[test]
    fn a_pair_alone_is_found_in_any_mapping() {
        check("image: $X", "a:\n  tag: 1\n  image: x\n", &["image: x"]);
        check("$K: 1", "{a: 1, b: 2}\n", &["a: 1"]);
    }

    #[test]
    fn several_pairs_are_the_whole_mapping_unless_dots_say_otherwise() {
        let text = "b: 2\na: 1\nc: 3";
        check("a: 1\nb: 2", text, &[]);
        check("a: 1\nb: 2\n...", text, &[text]);
        check("...\na: 1", text, &[text]);
        check("o:\n  a: 1", "o:\n  a: 1\n  b: 2", &[]);
        check(
            "o:\n  ...\n  a: 1\n  ...",
            "o:\n  a: 1\n  b: 2",
            &["o:\n  a: 1\n  b: 2"],
        );
    }

    #[test]
    fn dots_among_items_stand_for_items() {
        let text = "a:\n- 1\n- 2\n- 3";
        check("a:\n  ...\n  - 2\n  ...", text, &[text]);
        check("a: [..., 3]", text, &[text]);
        check("a: [..., 1]", text, &[]);
        check(
            "- ...\n  b: $X\n  ...",
            "- a: 1\n  b: 2\n",
            &["a: 1\n  b: 2"],
        );
    }

    #[test]
    fn an_item_alone_is_found_in_any_list() {
        check("- x", "a: [x, y]\nb:\n- x\n", &["x", "x"]);
    }

    #[test]
    fn scalars_are_what_they_read_as() {
        let text = "- k: foo\n- k: 'foo'\n- k: \"\\x66oo\"\n- k: >-\n    foo\n";
        let found = found(Language::Yaml, "k: foo", text);
        assert_eq!(found.len(), 4, "{found:?}");
        check("k: true", "- k: yes\n- k: 'yes'\n", &["k: yes"]);
        check(
            "k: 8",
            "- k: 0x8\n- k: 8.0\n- k: '8'\n",
            &["k: 0x8", "k: 8.0"],
        );
        check("k: null", "- k:\n- k: ~\n- k: ''\n", &["k:", "k: ~"]);
        check("k: a b", "k: a\n   b\n", &["k: a\n   b"]);
        check("k: \"...\"", "- k: a\n- k: 1\n", &["k: a"]);
        check("k: =~/^a/", "- k: ab\n- k: ba\n", &["k: ab"]);
    }

    #[test]
    fn an_alias_is_what_its_anchor_names() {
        check("k: 5", "a: &x 5\nk: *x\n", &["k: *x"]);
        check("p: true", "a: &x {p: true}\nb: *x\n", &["p: true"]);
        let text = "a: &x\n  p: true\nb:\n  <<: *x\n  q: 1\n";
        check("p: true\nq: 1", text, &["<<: *x\n  q: 1"]);
    }

    #[test]
    fn tags_need_not_be_named() {
        check("a: b", "a: !t b", &["a: !t b"]);
        check("a: !t $X", "- a: !t b\n- a: b", &["a: !t b"]);
        check("!$T $X", "- !u [1]\n- 2", &["!u [1]"]);
    }

    #[test]
    fn documents_follow_each_other() {
        check("a: $X", "a: 1\n---\na: 2\n", &["a: 1", "a: 2"]);
    }

    #[test]
    fn metavariables_hold_keys_and_values_alike() {
        check("$X: $X", "a: a\nb: c", &["a: a"]);
        check(
            "a: \"$X\"\nb: $X",
            "- {a: c, b: c}\n- {a: c, b: d}",
            &["{a: c, b: c}"],
        );
        check("a: <... 5 ...>", "a:\n  b: [5]", &["a:\n  b: [5]"]);
    }
}

mod toml {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: &[&str]) {
        assert_eq!(found(Language::Toml, pattern, text), expected);
    }

    #[test]
    fn a_pair_alone_is_found_in_any_table() {
        let text = "[a]\nb = 'x'\nc = {b = \"x\"}\n";
        check("b = \"x\"", text, &["b = 'x'", "b = \"x\""]);
        check("$K = 1", "a = 1\nb = 2\n", &["a = 1"]);
        check("a.b = $X", "a . \"b\" = 1\n", &["a . \"b\" = 1"]);
    }

    #[test]
    fn a_header_names_the_pairs_below_it() {
        let text = "[a]\nb = 1\nc = 2\n[d]\nb = 1\n";
        check("[a]\n...\nb = $X", text, &["[a]\nb = 1\nc = 2"]);
        check("[$T]\nb = 1", text, &["[d]\nb = 1"]);
        check("l = [..., 2]", "l = [1, 2]\n", &["l = [1, 2]"]);
    }
}

mod markup {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: &[&str]) {
        assert_eq!(found(Language::Html, pattern, text), expected);
    }

    #[test]
    fn attributes_have_no_order_and_need_not_be_named() {
        let text = "<a id=1 href='x'>b</a>";
        check("<a href=\"x\">...</a>", text, &[text]);
        check("<a href=\"y\">...</a>", text, &[]);
        check("<a ... href=$X ...>b</a>", text, &[text]);
        check("<a />", text, &[text]);
        check(
            "<img src=\"$X\">",
            "<p><img src=y alt=z></p>",
            &["<img src=y alt=z>"],
        );
    }

    #[test]
    fn names_are_read_in_small_letters() {
        check(
            "<script>...</script>",
            "<SCRIPT>x</SCRIPT>",
            &["<SCRIPT>x</SCRIPT>"],
        );
        check(
            "<p onclick=$X>...</p>",
            "<p onClick='a'>b</p>",
            &["<p onClick='a'>b</p>"],
        );
        let xml = found(Language::Xml, "<a>...</a>", "<r><A/><a/></r>");
        assert_eq!(xml, ["<a/>"]);
    }

    #[test]
    fn names_and_contents_may_be_metavariables() {
        check(
            "<$X>...</$X>",
            "<p><b>c</b></p>",
            &["<p><b>c</b></p>", "<b>c</b>"],
        );
        check(
            "<p>$X</p>",
            "<p>a</p><p><b>c</b></p>",
            &["<p>a</p>", "<p><b>c</b></p>"],
        );
        check("<a $K=\"x\">...</a>", "<a b='x'>c</a>", &["<a b='x'>c</a>"]);
        check("href=\"$X\"", "<a href=y>c</a>", &["href=y"]);
    }

    #[test]
    fn dots_among_contents_stand_for_contents() {
        let text = "<div>a<b>c</b>d</div>";
        check("<div>...<b>...</b>...</div>", text, &[text]);
        check("<div><b>...</b></div>", text, &[]);
        check(
            "<b>c</b> ... <i>e</i>",
            "<p><b>c</b>d<i>e</i></p>",
            &["<b>c</b>d<i>e</i>"],
        );
    }
}

mod bash {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: &[&str]) {
        assert_eq!(found(Language::Bash, pattern, text), expected);
    }

    #[test]
    fn a_command_is_all_of_its_words() {
        check("foo bar", "foo bar\nfoo bar baz\n", &["foo bar"]);
        check(
            "foo ... 5",
            "foo 5\nfoo 1 2 5\nfoo 5 6\n",
            &["foo 5", "foo 1 2 5"],
        );
        check("$C ... -k ...", "curl -s -k x\n", &["curl -s -k x"]);
        check("foo $...A x", "foo a b x\n", &["foo a b x"]);
        check("cp ... $X ... $X", "cp a b a\ncp a b\n", &["cp a b a"]);
    }

    #[test]
    fn a_word_alone_is_found_in_any_command() {
        check("a", "a\nb a c\n", &["a", "a"]);
        check("a;", "a\nb a c\n", &["a"]);
    }

    #[test]
    fn a_statement_is_found_in_what_is_substituted() {
        check("a\nb", "a\nx=$(b)\n", &["a\nx=$(b)"]);
        check("a\nb", "a\nc \"$(b)\"\n", &["a\nc \"$(b)\""]);
    }

    #[test]
    fn quotes_do_not_hide_a_word() {
        let text = "\"rm\" x\n'rm' x\nr\"m\" x\nr\\m x\n$'\\x72m' x\n";
        assert_eq!(found(Language::Bash, "rm x", text).len(), 5);
    }

    #[test]
    fn variables_are_told_from_strings_around_them() {
        let text = "eval $foo\neval ${foo}\neval \"$foo\"\neval \"a $foo\"\n";
        check("eval $foo", text, &["eval $foo", "eval ${foo}"]);
        check("eval \"$X\"", text, &["eval \"$foo\""]);
        check(
            "eval \"...${$X}...\"",
            text,
            &["eval \"$foo\"", "eval \"a $foo\""],
        );
        assert_eq!(found(Language::Bash, "eval $X", text).len(), 4);
    }

    #[test]
    fn settings_and_redirections_need_not_be_named() {
        check("foo bar", "X=1 foo bar > out 2>&1\n", &["X=1 foo bar"]);
        check("foo > out", "foo > out\nfoo\n", &["foo"]);
    }

    #[test]
    fn pipes_are_found_in_longer_ones() {
        check(
            "curl ... | bash",
            "curl -s x | bash\ncurl x | tee y | sh\n",
            &["curl -s x | bash"],
        );
        check(
            "curl ... | ... | bash",
            "curl x | tee y | bash\n",
            &["curl x | tee y | bash"],
        );
        check("... || true", "a b || true\n", &["a b || true"]);
    }

    #[test]
    fn commands_are_found_wherever_they_run() {
        let text = "if foo; then foo; fi\nx=$(foo)\nfoo | cat\n(foo)\ny=`foo`\nf() { foo; }\n";
        assert_eq!(found(Language::Bash, "foo;", text).len(), 7);
    }

    #[test]
    fn assignments_in_all_declarations() {
        let text = "a=1\nexport b=2\nf() { local c=3; }\n";
        check("$X=$Y", text, &["a=1", "b=2", "c=3"]);
        check("export $X=$Y", text, &["export b=2"]);
    }

    #[test]
    fn statements_follow_each_other() {
        check(
            "$V=$(cat)\n...\neval ${$V}",
            "c=$(cat)\necho\neval $c\n",
            &["c=$(cat)\necho\neval $c"],
        );
        check("function $F() { ...; }", "f() { a; }\n", &["f() { a; }"]);
        check(
            "for $X in ...; do\n  ...\ndone",
            "for i in a b; do c; done\n",
            &["for i in a b; do c; done"],
        );
    }
}

mod dockerfile {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: &[&str]) {
        assert_eq!(found(Language::Dockerfile, pattern, text), expected);
    }

    #[test]
    fn an_image_without_a_tag_means_any() {
        let text = "FROM debian\nFROM debian:12 AS b\nfrom debian@sha256:ab\n";
        assert_eq!(found(Language::Dockerfile, "FROM debian", text).len(), 3);
        check("FROM $X:$T", text, &["FROM debian:12 AS b"]);
        check("FROM $X:12", text, &["FROM debian:12 AS b"]);
        check(
            "FROM $A AS $B\n...\nFROM $B",
            "FROM x AS y\nFROM y\n",
            &["FROM x AS y\nFROM y"],
        );
    }

    #[test]
    fn what_a_shell_runs_is_bash() {
        let text = "RUN apt-get install -y curl\nRUN a && apt-get install b \\\n  # c\n  d\n";
        // Also where the command is one of several that an instruction runs.
        let commands = found(Language::Dockerfile, "RUN apt-get install ...", text);
        assert_eq!(commands.len(), 2);
        check(
            "apt-get install ... d",
            text,
            &["apt-get install b \\\n  # c\n  d"],
        );
        check(
            "RUN sudo $X",
            "RUN sudo a\nRUN [\"sudo\", \"a\"]\n",
            &["RUN sudo a"],
        );
    }

    #[test]
    fn lists_are_told_from_commands() {
        let text = "CMD [\"a\", \"b\"]\nCMD a b\n";
        check("CMD [..., \"b\"]", text, &["CMD [\"a\", \"b\"]"]);
        check("CMD [$X, $Y]", text, &["CMD [\"a\", \"b\"]"]);
        check("CMD ...;", text, &["CMD a b"]);
        assert_eq!(found(Language::Dockerfile, "CMD ...", text).len(), 2);
    }

    #[test]
    fn flags_need_not_be_named() {
        let text = "COPY --chown=a:b x y\nCOPY x y\n";
        assert_eq!(found(Language::Dockerfile, "COPY x y", text).len(), 2);
        check("COPY --chown=$U x y", text, &["COPY --chown=a:b x y"]);
        check("COPY ... y", "COPY a b y\n", &["COPY a b y"]);
    }

    #[test]
    fn the_pairs_of_env_are_a_list_and_those_of_label_count_each() {
        let text = "ENV A=1 B=\"2\"\nENV B 3\n";
        check("ENV B=$X", text, &["ENV B 3"]);
        check("ENV ... B=$X ...", text, &["ENV A=1 B=\"2\"", "ENV B 3"]);
        check("LABEL $K=v", "LABEL a=v\n", &["LABEL a=v"]);
        check("LABEL b=v", "LABEL a=v b=v\n", &["LABEL a=v b=v"]);
        check("ARG $X", "ARG a\nARG b=1\n", &["ARG a"]);
    }

    #[test]
    fn instructions_follow_each_other() {
        let text = "USER root\nRUN a\nEXPOSE 22\n";
        check(
            "USER root\n...\nEXPOSE $P",
            text,
            &["USER root\nRUN a\nEXPOSE 22"],
        );
        check(
            "HEALTHCHECK ...",
            "HEALTHCHECK --timeout=3s CMD a\n",
            &["HEALTHCHECK --timeout=3s CMD a"],
        );
    }
}
