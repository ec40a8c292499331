//! Flows, each as a few lines of code: `source()` gives a value, `sink(…)` must not get it, `clean(…)`
//! makes it harmless. A line whose comment says `sink` is reported, and no other.
//!
//! What is known to be wrong stays in view: `todo sink` is a flow that is not found yet, `todo safe` a
//! line that is reported though nothing flows.

mod analysis;
mod answers;
mod closures;
mod collections;
mod functions;
mod guards;
mod methods;
mod origins;
mod outside;
mod parts;
mod paths;
mod quoting;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use aiscan::engine::{Choice, RuleSet, RuleText, scan_file};
use aiscan::lang::Language;
use aiscan::source::Source;

const RULE: &str = "  pattern-sources:\n  - pattern: source(...)\n  pattern-sinks:\n  - pattern: sink(...)\n  pattern-sanitizers:\n  - pattern: clean(...)\n";

fn rules(body: &str, language: Language) -> RuleSet {
    let languages = format!("[{}]", language.definition().rule_names[0]);
    let message = if body.contains("  message:") {
        ""
    } else {
        "  message: m\n"
    };
    let text = format!(
        "rules:\n- id: flow\n{message}  severity: ERROR\n  languages: {languages}\n  mode: taint\n{body}"
    );
    let file = RuleText {
        name: "r.yaml".into(),
        text,
        named: true,
    };
    RuleSet::new(false, &[file], &Choice::default()).expect("the rule loads")
}

/// What is wrong with the findings of a text, if anything is.
fn wrong(rules: &RuleSet, language: Language, code: &str) -> Option<String> {
    let source = Source::new("code".into(), language, code.into());
    let report = scan_file(rules, &source);
    let found: BTreeSet<u32> = report
        .findings
        .iter()
        .map(|one| source.position(one.span.start).line)
        .collect();
    let reported = |line: &str| {
        ["# sink", "// sink", "todo safe"]
            .iter()
            .any(|mark| line.contains(mark))
    };
    let expected: BTreeSet<u32> = (1..)
        .zip(code.lines())
        .filter(|(_, line)| reported(line))
        .map(|(number, _)| number)
        .collect();
    let problems = &report.problems;
    (found != expected || !problems.is_empty()).then(|| {
        format!("found {found:?}, expected {expected:?}, problems {problems:?} in\n{code}\n")
    })
}

#[track_caller]
fn check_with(body: &str, language: Language, code: &str) {
    if let Some(wrong) = wrong(&rules(body, language), language, code) {
        panic!("{language:?}: {wrong}");
    }
}

/// The cases of tables, which lines of dashes part; all that fail are told at once.
#[track_caller]
fn hold(tables: &[(&[Language], &str)]) {
    hold_rule(RULE, tables);
}

#[track_caller]
fn hold_rule(rule: &str, tables: &[(&[Language], &str)]) {
    let mut all = String::new();
    for (languages, table) in tables {
        for &language in *languages {
            let rules = rules(rule, language);
            for case in table.split("\n---\n") {
                if let Some(wrong) = wrong(&rules, language, case.trim_start_matches('\n')) {
                    let _ = writeln!(all, "{language:?}: {wrong}");
                }
            }
        }
    }
    assert!(all.is_empty(), "{all}");
}

const PYTHON: &[Language] = &[Language::Python];
const SCRIPT: &[Language] = &[Language::JavaScript, Language::TypeScript];
const TYPESCRIPT: &[Language] = &[Language::TypeScript];
const RUST: &[Language] = &[Language::Rust];

#[track_caller]
fn python(code: &str) {
    check_with(RULE, Language::Python, code);
}

#[track_caller]
fn script(code: &str) {
    check_with(RULE, Language::JavaScript, code);
    check_with(RULE, Language::TypeScript, code);
}

#[track_caller]
fn rust(code: &str) {
    check_with(RULE, Language::Rust, code);
}

/// The answers of semgrep 1.182, but for one: a list that is given a value by `append` holds it,
/// which semgrep does not follow.
#[test]
fn probes_hold() {
    for code in [
        "t = source()\nsink(t) # sink",
        "t = source()\nu = t + 'a'\nsink(0, u) # sink",
        "u = source()\nv = other(u)\nsink(v) # sink",
        "v = source()\nw = clean(v)\nsink(w)",
        "t = source()\nt = 1\nsink(t)",
        "o.a = source()\nsink(o) # sink\nsink(o.a) # sink\nsink(o.b)",
        "for i in source(): sink(i) # sink",
        "x = [source()]\nsink(x[0]) # sink",
        "sink(f'{source()}') # sink",
        "if p: y = source()\nelse: y = 1\nsink(y) # sink",
        "z = {}\nz['k'] = source()\nsink(z) # sink",
        "l = []\nl.append(source())\nsink(l) # sink",
        "with source() as h: sink(h) # sink",
        "sink([k for k in source()]) # sink",
        "sink(len(source())) # sink\nsink(source() == 1) # sink\nsink(not source()) # sink",
        "def f():\n    def g():\n        sink(x)\n    x = source()\n    g",
    ] {
        python(code);
    }
}

#[test]
fn the_focus_of_a_source_may_be_a_parameter() {
    let rule = "  pattern-sources:\n  - patterns:\n    - pattern: |\n        def $F(..., $P, ...): ...\n    - focus-metavariable: $P\n  pattern-sinks:\n  - patterns:\n    - pattern: sink($A, ...)\n    - focus-metavariable: $A\n";
    check_with(
        rule,
        Language::Python,
        "def f(p, r):\n    sink(p, 1) # sink\n    sink(1, r)\n",
    );
}

#[test]
fn a_field_that_is_a_sink_takes_what_is_assigned_to_it() {
    let rule = "  pattern-sources:\n  - pattern: source(...)\n  pattern-sinks:\n  - pattern: $X.href\n  - pattern: $X[...]\n";
    check_with(
        rule,
        Language::JavaScript,
        "a.href = source(); // sink\na.href = 1;\na[source()] = 1; // sink\na[1].b = source();\nc.d = source();\n",
    );
}

#[test]
fn a_parameter_that_is_a_source_taints_no_argument() {
    let rule = "  pattern-sources:\n  - patterns:\n    - pattern: |\n        def $F(..., $P, ...): ...\n    - focus-metavariable: $P\n  pattern-sinks:\n  - pattern: sink(...)\n";
    check_with(
        rule,
        Language::Python,
        "def f(p):\n    return p.x\n\nq = 1\nf(q)\nsink(q)\n",
    );
}

#[test]
fn probes_hold_in_scripts() {
    for code in [
        "const t = source();\nsink(t); // sink",
        "let t = source();\nt = 1;\nsink(t);",
        "let v = other(source());\nsink(0, v); // sink\nsink(clean(v));",
        "o.a = source();\nsink(o); // sink\nsink(o.a); // sink\nsink(o.b);",
        "for (const i of source()) { sink(i); } // sink",
        "sink(`${source()}`); // sink",
        "const {a, b: {c}, ...rest} = source();\nsink(a); // sink\nsink(c); // sink\nsink(rest); // sink",
        "const o = {a: source(), b: 1};\nsink(o.a); // sink\nsink(o.b);\nconst {b} = o;\nsink(b);",
        "const l = [];\nl.push(source());\nsink(l); // sink",
        "const m = new Map();\nm.set('a', source());\nsink(m.get('a')); // sink\nsink(m.get('b'));",
        "source().then(x => sink(x)); // sink",
        "fetch(1).then(x => sink(x));",
        "async function f() {\n  const x = await source();\n  sink(x); // sink\n}",
        "source().map((x) => x.trim()).forEach(function (y) {\n  sink(y); // sink\n});",
        "const x = p ? source() : 1;\nsink(x); // sink",
        "const x = [...source(), 1];\nsink(x); // sink\nf(...source());",
        "let s = '';\nwhile (p) { s += t; t = source(); }\nsink(s); // sink",
        "switch (p) { case 1: x = source(); break; default: x = 2; }\nsink(x); // sink",
        "sink(<string>source()); // sink",
    ] {
        if code.contains("<string>") {
            check_with(RULE, Language::TypeScript, code);
        } else {
            script(code);
        }
    }
}

#[test]
fn probes_hold_in_rust() {
    for body in [
        "let t = source();\nsink(t); // sink",
        "let mut t = source();\nt = 1;\nsink(t);",
        "let v = other(&source())?;\nsink(v); // sink\nsink(clean(v));",
        "let Some(x) = source() else { return };\nsink(x); // sink",
        "if let Ok(x) = source() { sink(x); } // sink",
        "match source() { Some(x) => sink(x), // sink\n None => {} }",
        "let x = if p { source() } else { y };\nsink(x); // sink",
        "let x = source();\nsink(format!(\"a {x}\")); // sink\nsink(format!(\"a {}\", x)); // sink\nsink(format!(\"a {y}\"));",
        "let mut s = String::new();\ns.push_str(&source());\nsink(&s); // sink",
        "let mut v = Vec::new();\nv.push(source());\nfor x in v.iter() { sink(x); } // sink",
        "let x = source().unwrap().to_string();\nsink(x); // sink",
        "source().map(|x| sink(x)); // sink",
        "let s = S { a: source(), b: 1 };\nsink(s.a); // sink\nsink(s.b);",
        "let x = source().await?;\nsink(x); // sink",
        "let n: u32 = source().parse()?;\nsink(n);\nsink(source() as u8);\nsink(source().parse::<u32>()?);",
        "while let Some(l) = source().next() { sink(l); } // sink",
        "let (a, b) = (source(), 1);\nsink(a); // sink\nsink(b);",
    ] {
        rust(&format!("fn f() {{\n{body}\n}}"));
    }
}

#[test]
fn loops_run_until_nothing_changes() {
    python("a = b = c = 1\nwhile p:\n    c = b\n    b = a\n    a = source()\nsink(c) # sink\n");
    python("while p:\n    x = source()\n    x = 1\n    if q: break\nsink(x)\n");
    python("x = 1\nwhile p:\n    x = source()\n    if q: break\n    x = 2\nsink(x) # sink\n");
    python(
        "for a in b:\n    if a in c:\n        x = source()\n        continue\n    x = 1\n    sink(x)\nsink(x) # sink\n",
    );
}

#[test]
fn what_is_thrown_leaves_the_body_where_it_was() {
    python("try:\n    x = source()\n    x = f()\nexcept E:\n    sink(x) # sink\n");
    python("x = source()\nif not ok(x):\n    raise E\nx = 1\nsink(x)\n");
    python(
        "try:\n    x = 1\nexcept E as e:\n    x = source()\nelse:\n    sink(x)\nfinally:\n    sink(x) # sink\n",
    );
}

#[test]
fn patterns_take_values_apart() {
    python("a, b = source(), 1\nsink(a) # sink\nsink(b)\n");
    python("a, *b = source()\nsink(a) # sink\nsink(b) # sink\n");
    python(
        "match source():\n    case {'a': x}:\n        sink(x) # sink\n    case [y, z]:\n        sink(z) # sink\n    case 'a' | 'b':\n        pass\n",
    );
    python("if (x := source()): sink(x) # sink\n");
}

#[test]
fn branches_that_are_never_taken_do_not_count() {
    python("x = 1\nif 7 * 6 < 40:\n    x = source()\nsink(x)\n");
    python("x = source() if 1 + 1 == 3 else 2\nsink(x)\n");
    python(
        "a = 'ABC'[1]\nmatch a:\n    case 'A' | 'C':\n        x = source()\n    case 'B':\n        x = 1\n    case _:\n        x = source()\nsink(x)\n",
    );
    python(
        "a = 'ABC'\nmatch a[0]:\n    case 'A':\n        x = source()\n    case _:\n        x = 1\nsink(x) # sink\n",
    );
    python("s = 'should'\nx = 1\nif 'shy' in s:\n    x = source()\nsink(x)\n");
}

#[test]
fn buffers_keep_what_is_written() {
    python(
        "b = io.StringIO()\nb.write(source())\nsink(b.getvalue()) # sink\nf = open('a')\nf.write(source())\nsink(f)\n",
    );
}

#[test]
fn elements_are_told_apart_where_keys_are_known() {
    python(
        "m = {'a': 'x', 'b': source()}\nsink(m['a'])\nsink(m['b']) # sink\nsink(m.get('b')) # sink\nsink(m[k]) # sink\n",
    );
    python("l = []\nl.append('a')\nl.append(source())\nl.pop(0)\nsink(l[0]) # sink\nsink(l[1])\n");
    python("l = []\nl.append('a')\nl.append(source())\nl.append('b')\nl.pop(0)\nsink(l[1])\n");
    python("l = ['a', source()]\nsink(l[0])\nsink(l[1]) # sink\nsink(','.join(l)) # sink\n");
    python("d = dict()\nd.update(source())\nsink(d) # sink\ndb.update(source())\nsink(db)\n");
}

#[test]
fn functions_are_seen_through() {
    python("def get():\n    return source()\ndef show(x):\n    sink(x) # sink\nshow(get())\n");
    python("def show(x):\n    sink(x)\nshow(1)\n");
    python(
        "def same(a, b):\n    return b\nsink(same(source(), 1))\nsink(same(1, source())) # sink\nsink(same(b=source(), a=1)) # sink\n",
    );
    python("def safe(x):\n    return clean(x)\nsink(safe(source()))\n");
    python("def fixed(x):\n    return 'a'\nsink(fixed(source()))\n");
    python("def fill(o):\n    o.a = source()\np = P()\nfill(p)\nsink(p.a) # sink\nsink(p.b)\n");
    python(
        "def rest(*a, **k):\n    sink(a) # sink\n    sink(k) # sink\nrest(source(), x=source())\n",
    );
    python("def field(o):\n    sink(o.a) # sink\n    sink(o.b)\no.a = source()\nfield(o)\n");
    python("def f(x=source()):\n    sink(x) # sink\n");
    python(
        "def outer():\n    x = source()\n    def inner():\n        sink(x) # sink\n    inner()\n",
    );
}

#[test]
fn recursion_reaches_an_end() {
    python(
        "def even(x, n):\n    if n: return odd(x, n - 1)\n    sink(x) # sink\n    return x\ndef odd(x, n):\n    return even(x, n - 1)\nsink(odd(source(), 3)) # sink\n",
    );
}

#[test]
fn methods_constructors_and_fields_are_seen_through() {
    python(
        "class C:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b\n    def run(self):\n        sink(self.a) # sink\n        sink(self.b)\nc = C(source(), 1)\nc.run()\n",
    );
    python(
        "class C:\n    def load(self):\n        self.x = source()\n        self.y = 1\n    def run(self):\n        sink(self.x) # sink\n        sink(self.y)\n",
    );
    python(
        "class B:\n    def show(self, x):\n        sink(x) # sink\nclass C(B):\n    def go(self):\n        self.show(source())\n",
    );
    script(
        "class C {\n  constructor(a) { this.a = a; }\n  run() {\n    sink(this.a); // sink\n    sink(this.b);\n  }\n}\nnew C(source()).run();",
    );
    rust(
        "struct S { a: String, b: String }\nimpl S {\n    fn new(a: String) -> Self { S { a, b: String::new() } }\n    fn run(&self) {\n        sink(&self.a); // sink\n        sink(&self.b);\n    }\n}\nfn f() {\n    let s = S::new(source());\n    s.run();\n}",
    );
}

#[test]
fn functions_in_scripts_and_rust_are_seen_through() {
    script("const show = (x) => {\n  sink(x); // sink\n};\nshow(source());");
    script(
        "function wrap(x) { return { v: x, w: 1 }; }\nconst o = wrap(source());\nsink(o.v); // sink\nsink(o.w);",
    );
    script("function show(x) {\n  sink(x); // sink\n}\nsource().forEach(show);");
    script(
        "function show({ a, b }) {\n  sink(a); // sink\n  sink(b);\n}\nshow({ a: source(), b: 1 });",
    );
    rust(
        "fn show(x: &str) {\n    sink(x); // sink\n}\nfn f() {\n    show(&source());\n    show(\"a\");\n}",
    );
    rust(
        "fn put(v: &mut Vec<String>) {\n    v.push(source());\n}\nfn f() {\n    let mut v = Vec::new();\n    put(&mut v);\n    sink(v); // sink\n}",
    );
}

#[test]
fn sources_may_work_by_side_effect() {
    let rule = |how: &str| {
        format!(
            "  pattern-sources:\n  - patterns:\n    - pattern: read($X)\n    - focus-metavariable: $X\n    by-side-effect: {how}\n  pattern-sinks:\n  - pattern: sink(...)\n"
        )
    };
    check_with(&rule("true"), Language::Python, "read(x)\nsink(x) # sink\n");
    check_with(
        &rule("only"),
        Language::Python,
        "sink(read(x))\nsink(x) # sink\n",
    );
    check_with(
        &rule("false"),
        Language::Python,
        "sink(read(x)) # sink\nsink(x)\n",
    );
}

#[test]
fn sanitizers_may_work_by_side_effect() {
    let rule = "  pattern-sources:\n  - pattern: source(...)\n  pattern-sinks:\n  - pattern: sink(...)\n  pattern-sanitizers:\n  - patterns:\n    - pattern: check($X)\n    - focus-metavariable: $X\n    by-side-effect: true\n";
    check_with(
        rule,
        Language::Python,
        "x = source()\nsink(x) # sink\ncheck(x)\nsink(x)\n",
    );
}

#[test]
fn labels_are_required() {
    let rule = "  pattern-sources:\n  - pattern: a()\n    label: A\n  - pattern: b()\n    label: B\n  - pattern: up(...)\n    label: C\n    requires: A\n  pattern-sinks:\n  - pattern: sink(...)\n    requires: A and B\n  - pattern: other(...)\n    requires: C and not B\n";
    check_with(
        rule,
        Language::Python,
        "x = a()\nsink(x)\nsink(x + b()) # sink\nother(x)\nother(up(x)) # sink\nother(up(1))\nother(up(x) + b())\n",
    );
}

#[test]
fn propagators_carry_on() {
    let rule = "  pattern-sources:\n  - pattern: source(...)\n  pattern-sinks:\n  - pattern: sink(...)\n  pattern-propagators:\n  - pattern: copy_into($FROM, $TO)\n    from: $FROM\n    to: $TO\n";
    check_with(
        rule,
        Language::Python,
        "x = source()\ncopy_into(x, y)\nsink(y) # sink\ncopy_into(z, w)\nsink(w)\n",
    );
}

#[test]
fn exactness_is_as_the_rule_says() {
    let rule = "  pattern-sources:\n  - pattern: a.b\n    exact: true\n  pattern-sinks:\n  - pattern: sink(...)\n";
    check_with(rule, Language::Python, "sink(a.b) # sink\nsink(a)\n");
    let rule = "  pattern-sources:\n  - pattern: source(...)\n  pattern-sinks:\n  - pattern: sink(...)\n    exact: false\n  options:\n    taint_assume_safe_functions: true\n";
    check_with(
        rule,
        Language::Python,
        "x = f(source())\nsink(x)\ny = source()\nsink(y) # sink\n",
    );
}

#[test]
fn metavariables_agree_where_the_rule_says_so() {
    let rule = "  pattern-sources:\n  - pattern: source($K)\n  pattern-sinks:\n  - pattern: sink($K, ...)\n  options:\n    taint_unify_mvars: true\n";
    check_with(
        rule,
        Language::Python,
        "x = source('a')\nsink('a', x) # sink\nsink('b', x)\n",
    );
}

#[test]
fn control_and_exit() {
    let rule = "  pattern-sources:\n  - pattern: start()\n    control: true\n  pattern-sinks:\n  - pattern: stop()\n    at-exit: true\n";
    check_with(
        rule,
        Language::Python,
        "def f():\n    stop()\n    start()\n    stop()\n    stop() # sink\n",
    );
}

#[test]
fn a_trace_leads_from_the_source_to_the_sink() {
    let code = "def get():\n    return source()\ndef show(v):\n    w = v\n    sink(w)\nx = get()\nshow(x)\n";
    let source = Source::new("a.py".into(), Language::Python, code.into());
    let report = scan_file(&rules(RULE, Language::Python), &source);
    let steps: Vec<(u32, &str)> = report.findings[0]
        .trace
        .iter()
        .map(|step| (source.position(step.span.start).line, &step.note[..]))
        .collect();
    assert_eq!(
        steps,
        [
            (2, "the value comes from here"),
            (6, "`get` returns it"),
            (6, "it goes into `x`"),
            (7, "it is passed to `show`"),
            (3, "it goes into `v`"),
            (4, "it goes into `w`"),
            (5, "it arrives here"),
        ]
    );
}

#[test]
fn towers_and_chains_end() {
    let deep = format!(
        "x = source()\nsink({}x{}) # sink",
        "f(".repeat(400),
        ")".repeat(400)
    );
    python(&deep);
    let chain = format!(
        "x = source()\ny = x{}\nsink(y) # sink",
        ".f()".repeat(20_000)
    );
    python(&chain);
    let branches = format!(
        "x = source()\nif a: pass\n{}sink(x) # sink",
        "elif b: x = source()\n".repeat(300)
    );
    python(&branches);
}

#[test]
fn pairs_of_pairs_and_closures_in_closures_end() {
    let pairs = format!(
        "fn f() {{\n    for x in source(){} {{\n        sink(x); // sink\n    }}\n}}",
        ".iter().enumerate()".repeat(60)
    );
    rust(&pairs);
    let mut closures = "function f() {\n  const x = source();\n  const g0 = () => x;\n".to_owned();
    for at in 1..60 {
        let _ = writeln!(closures, "  const g{at} = () => g{0}() + g{0}();", at - 1);
    }
    closures.push_str("  sink(g0()); // sink\n  g59();\n}\n");
    script(&closures);
    let checks = format!(
        "x = source()\n{}sink(x)  # sink\n",
        "if x in [a for a in b if a in c] and x in d(x): pass\n".repeat(40)
    );
    python(&checks);
}

#[test]
fn a_thousand_functions_in_a_circle_end() {
    let mut code = String::new();
    for index in 0..1000 {
        let next = (index + 1) % 1000;
        let _ = write!(
            code,
            "def f{index}(x):\n    sink(x) # sink\n    return f{next}(x)\n"
        );
    }
    code.push_str("f0(source())\n");
    let source = Source::new("a.py".into(), Language::Python, code.clone().into());
    let report = scan_file(&rules(RULE, Language::Python), &source);
    // What is not found is said to be missing.
    assert!(report.findings.len() == 1000 || !report.problems.is_empty());
}

#[test]
fn a_parameter_that_may_be_changed_takes_one_argument() {
    rust(
        "fn f() {\n    let x = source();\n    g(work, &x);\n}\nfn g(mut work: Work, x: &str) {\n    sink(work);\n    sink(x); // sink\n}\n",
    );
}

#[test]
fn what_rust_declares_as_static_text_or_a_number_holds_nothing_else() {
    rust(
        "fn known(x: &str) -> Option<&'static str> {\n    look(x)\n}\nfn f() {\n    let x = source();\n    sink(known(&x));\n    sink(other(&x)); // sink\n}\nfn other(x: &str) -> Option<String> {\n    look(x)\n}\nfn g(n: u32) {\n    sink(n);\n}\nfn h() {\n    g(source());\n}\n",
    );
}

fn with_option(option: &str) -> String {
    format!("{RULE}  options: {{{option}: true}}\n")
}

#[test]
fn numbers_are_harmless_where_the_rule_says_so() {
    let rule = with_option("taint_assume_safe_numbers");
    let code = "n: int = source()\nsink(n)\nsink(1 + source())\nsink(source() - x)\nsink(source() + x) # sink\nsink(source() % 2) # sink\nb: bool = source()\nsink(b) # sink\n";
    check_with(&rule, Language::Python, code);
    let code = "const n: number = source();\nsink(n);\nsink(source() as number);\nsink(source() * 2);\nsink(source() + 2); // sink\nfunction f(a: number, b: string) { sink(a); }\nf(source());\n";
    check_with(&rule, Language::TypeScript, code);
    python("n: int = source()\nsink(n) # sink\nsink(1 + source()) # sink\n");
}

#[test]
fn truth_values_are_harmless_where_the_rule_says_so() {
    let rule = with_option("taint_assume_safe_booleans");
    let code = "b: bool = source()\nsink(b)\nsink(not source())\nsink(source() == 1)\nsink(source() in x)\nsink(source() and x) # sink\n";
    check_with(&rule, Language::Python, code);
    let code = "const b: boolean = source();\nsink(b);\nsink(!source());\nsink(source() === 1);\nsink(source().length); // sink\n";
    check_with(&rule, Language::TypeScript, code);
}
