//! A file is parsed only where its text may match. However code is laid out, what a pattern matches
//! in the tree of a file, its rule reports.

use aiscan::engine::{Choice, RuleSet, RuleText, scan_file};
use aiscan::lang::Language::Python;
use aiscan::pattern::{Options, Pattern};
use aiscan::source::Source;
use aiscan::syntax::File;

/// The pattern matches in each of the texts, and so does its rule.
#[track_caller]
fn check(pattern: &str, texts: &[&str]) {
    let rule = RuleText {
        name: "r.yaml".into(),
        text: format!(
            "rules:\n- {{id: r, message: m, severity: ERROR, languages: [python], pattern: '{pattern}'}}\n"
        ),
        named: true,
    };
    let rules = RuleSet::new(false, &[rule], &Choice::default()).expect("the rule loads");
    let pattern = Pattern::new(Python, pattern).expect("the pattern is read");
    for text in texts {
        let source = Source::new("a.py".into(), Python, (*text).into());
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
