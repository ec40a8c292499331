//! A file is parsed only where its text may match. However code is laid out, what a pattern matches
//! in the tree of a file, its rule reports.

use aiscan::engine::{Choice, RuleSet, RuleText, scan_file};
use aiscan::lang::Language::{self, JavaScript, Python, TypeScript};
use aiscan::pattern::{Options, Pattern};
use aiscan::source::Source;
use aiscan::syntax::File;

/// The pattern matches in each of the texts of Python, and so does its rule.
#[track_caller]
fn check(pattern: &str, texts: &[&str]) {
    check_in(Python, pattern, texts);
}

/// The same in another language.
#[track_caller]
fn check_in(language: Language, pattern: &str, texts: &[&str]) {
    let name = language.name().to_lowercase();
    let rule = RuleText {
        name: "r.yaml".into(),
        text: format!(
            "rules:\n- {{id: r, message: m, severity: ERROR, languages: [{name}], pattern: '{pattern}'}}\n"
        ),
        named: true,
    };
    let rules = RuleSet::new(false, &[rule], &Choice::default()).expect("the rule loads");
    let pattern = Pattern::new(language, pattern).expect("the pattern is read");
    for text in texts {
        let source = Source::new("a".into(), language, (*text).into());
        let file = File::parse(&source).expect("the language has a grammar");
        let matched = pattern.search(&file, Options::default(), &mut 1_000_000);
        let matched = matched.expect("it takes few steps").len();
        assert!(matched > 0, "nothing matches in {text}");
        let found = scan_file(&rules, &source).findings.len();
        assert_eq!(found, matched, "{text}");
    }
}

#[test]
fn a_method_is_found_however_it_is_called() {
    check(
        "os.system(...)",
        &[
            "import os\nos.system(a)",
            "import os\nos . system (a)",
            "import os\nos.\\\n  system(a)",
            "import os\n(os\n  .system)(a)",
            "import os\n(os.  # the\n  # shell\n\n  system  # it\n  (a))",
            "import os as o\no.system(a)",
            "import a, \\\n  os\nos.system(a)",
            "from os import system\nsystem(a)",
            "from os import system as s\ns(a)",
            "from os import (\n  path,  # (b)\n  system,\n)\nsystem(a)",
            "from os import (\u{e9},\n  system)\nsystem(a)",
            "from os \\\n  import path, \\\n  system\nsystem(a)",
            "from os import  *\nsystem(a)",
            "import os\nos.\u{ff53}ystem(a)",
        ],
    );
}

#[test]
fn a_bare_call_is_found_wherever_it_stands() {
    check(
        "eval(...)",
        &[
            "eval(a)",
            "eval (a)",
            "(eval)(a)",
            "x = [1,eval\\\n(a)]",
            "def f(x=eval(a)): pass",
            "# def\neval(a)",
            "# b.\reval(a)",
            "f(b,  # c.\n  eval(a))",
        ],
    );
}

#[test]
fn fields_and_keywords_are_found_however_they_are_spaced() {
    check(
        "$X.arguments",
        &[
            "x.arguments",
            "x\\\n.arguments",
            "(x.\n\n arguments)",
            "f'{x.arguments}'",
            "from m import arguments\narguments",
        ],
    );
    check(
        "f(..., shell=True, ...)",
        &[
            "f(shell=True)",
            "f(a, shell = True)",
            "f(shell  # b\n  =True)",
            "f(shell\\\n=True)",
        ],
    );
}

#[test]
fn a_method_of_a_script_is_found_however_it_is_called() {
    check_in(
        JavaScript,
        "child_process.exec(...)",
        &[
            "child_process.exec(a)",
            "child_process\n  // the\n  .exec(a)",
            "child_process.// the\n  exec(a)",
            "child_process./* the */exec /* shell */ (a)",
            "child_process.\u{2028}exec(a)",
            "child_process?.exec?.(a)",
            "(child_process.exec)(a)",
            "f(...child_process.exec(a))",
            "`${child_process.exec(a)}`",
            "child_process.\\u0065xec(a)",
            "const cp = require(\"node:child_process\"); cp.exec(a)",
            "const {exec: e} = require(`child_process`); e(a)",
            "const {\n  // the {\n  exec,\n} = require('child_process'); exec(a)",
            "const {a = '}', exec} = require('child_process'); exec(a)",
            "const {exec} = await import('child_process'); exec(a)",
            "const {exec} = // =\n  // {\n  require('child_process'); exec(a)",
            "const e = require('child_process').exec; e(a)",
            "const {'exec': e} = require('child_process'); e(a)",
            "import {exec as e} from 'child_process'; e(a)",
            "import {\n  fork, // } from\n  exec as e,\n} from 'child_process'; e(a)",
            "import fork, {exec as e} from 'child_process'; e(a)",
            "import * as cp from 'child_process'; cp.exec(a)",
            "import e from 'child_process/exec'; e(a)",
        ],
    );
    check_in(
        JavaScript,
        "$DB.$run(...)",
        &["db.$run(a)", "db\n  .$run(a)"],
    );
    check_in(
        TypeScript,
        "$DB.query(...)",
        &[
            "db.query<T>(a)",
            "db!.query!(a)",
            "await db.query<T>(a)",
            "const {query}: any = require('db'); query(a)",
            "const {query}: {query: F} = require('db'); query(a)",
            "import type A, {type B, query as q} from 'db'; q(a)",
        ],
    );
}

#[test]
fn a_bare_call_of_a_script_is_found_wherever_it_stands() {
    check_in(
        JavaScript,
        "eval($X)",
        &[
            "eval(a)",
            "(eval)(a)",
            "eval?.(a)",
            "eval // (\n (a)",
            "f(...eval(a))",
            "async () => await eval(a)",
            "// b.\neval(a)",
            "b = {c: eval(a)}",
            "import e from 'eval'; e(a)",
        ],
    );
    check_in(
        JavaScript,
        "new Function(...)",
        &["new Function", "new Function(a)"],
    );
    check_in(
        JavaScript,
        "require($X)",
        &["require(a)", "b = require /* c */ (a)"],
    );
}

#[test]
fn fields_and_loops_of_a_script_are_found_however_they_are_laid_out() {
    check_in(
        JavaScript,
        "req.body",
        &[
            "req.body",
            "req?.body",
            "req // the\n  // b\n  .body",
            "({...req.body})",
            "req\n.\n\nbody",
            "import {body as b} from 'req'; f(b)",
        ],
    );
    check_in(
        JavaScript,
        "for (const $K in $X) { ... }",
        &[
            "for (const k in x) { f(k) }",
            "for(const k in x) f(k)",
            "for /* ; */ (const k in x) {}",
            "for (const /* ; */ k /* = ; */ in x) {}",
            "for (const k // ;\n of x) {}",
            "for await (const k of x) {}",
            "for (const [k, v = ';'] of x) {}",
        ],
    );
}

#[test]
fn keys_of_a_script_are_found_however_they_are_laid_out() {
    check_in(
        JavaScript,
        "({..., key: $V, ...})",
        &[
            "f({key: 1})",
            "f({ key /* a */ : 1})",
            "f({a, key})",
            "f({a, // b\n  // c\n  key, d})",
            "f({'key': 1})",
            "const {key = 1} = a",
            "f({get: 1, key: 2})",
        ],
    );
    check_in(
        JavaScript,
        "$KEY: run($X)",
        &["f({a: run(b)})", "f({'a': run // c\n(b)})"],
    );
}

#[test]
fn a_chosen_field_is_found_however_it_is_laid_out() {
    let rule = "rules:\n- id: r\n  message: m\n  severity: ERROR\n  languages: [javascript]\n  \
        patterns:\n  - pattern: $X.$PART\n  - metavariable-regex: {metavariable: $PART, regex: ^(body|query)$}\n";
    let rule = RuleText {
        name: "r.yaml".into(),
        text: rule.into(),
        named: true,
    };
    let rules = RuleSet::new(false, &[rule], &Choice::default()).expect("the rule loads");
    for (text, expected) in [
        ("a.body", true),
        ("a?.\n/* b */ query", true),
        ("import {query} from 'a'; f(query)", true),
        ("const {query: q} = require('a'); f(q)", true),
        ("body = {query: 1}", false),
    ] {
        let source = Source::new("a".into(), JavaScript, text.into());
        let report = scan_file(&rules, &source);
        assert_eq!(!report.findings.is_empty(), expected, "{text}");
        assert_eq!(report.parsed, expected, "{text}");
    }
}

#[test]
fn a_decorator_without_arguments_is_as_good_as_a_call() {
    let pattern = Pattern::new(Python, "@$X.route(...)\ndef $F(...): ...");
    let pattern = pattern.expect("the pattern is read");
    let text = "@a.route\ndef f(): pass";
    let source = Source::new("a.py".into(), Python, text.into());
    let file = File::parse(&source).expect("the language has a grammar");
    let found = pattern.search(&file, Options::default(), &mut 1_000_000);
    assert_eq!(found.expect("it takes few steps").len(), 1);
}
