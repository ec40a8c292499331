//! Flows from file to file, each as a few small files: `source()` gives a value, `sink(…)` must not
//! get it, `clean(…)` makes it harmless. A line whose comment says `sink` is reported, and no other.

mod assured;

use std::collections::BTreeSet;
use std::path::Path;

use aiscan::engine::{Choice, FileReport, Linker, RuleSet, RuleText, scan_file_of_many};
use aiscan::finding::{Confidence, Finding};
use aiscan::lang::Language;
use aiscan::source::Source;

const RULE: &str = "rules:
- id: flow
  message: a value comes to $X
  severity: ERROR
  languages: [python, javascript, typescript, rust]
  mode: taint
  pattern-sources:
  - pattern: source(...)
  pattern-sinks:
  - patterns:
    - pattern: sink($X, ...)
    - focus-metavariable: $X
  pattern-sanitizers:
  - pattern: clean(...)
";

fn rules(rule: &str) -> RuleSet {
    let file = RuleText {
        name: "r.yaml".into(),
        text: rule.into(),
        named: true,
    };
    RuleSet::new(false, &[file], &Choice::default()).expect("the rule loads")
}

/// The findings of all files.
fn findings(files: &[(&str, &str)]) -> Vec<(String, Finding)> {
    findings_of(RULE, files)
}

/// The findings that a rule has in all files.
fn findings_of(rule: &str, files: &[(&str, &str)]) -> Vec<(String, Finding)> {
    let rules = rules(rule);
    let mut files = files.to_vec();
    files.sort_unstable();
    let sources: Vec<Source> = files
        .iter()
        .map(|(path, text)| {
            let language = Language::of_path(Path::new(path));
            Source::new((*path).to_owned(), language, text.as_bytes().to_vec())
        })
        .collect();
    let mut reports: Vec<FileReport> = sources
        .iter()
        .map(|source| scan_file_of_many(&rules, source))
        .collect();
    let outlines = reports.iter_mut().map(|report| report.outline.take());
    let paths = sources.iter().map(|source| source.path.clone());
    let mut linker = Linker::new(&rules, paths.zip(outlines).collect());
    loop {
        let jobs = linker.jobs();
        if jobs.is_empty() {
            break;
        }
        let done = jobs
            .iter()
            .map(|job| (job.file, linker.run(job, &sources[job.file as usize])))
            .collect();
        linker.absorb(done);
    }
    let (ends, cut) = linker.finish();
    assert!(!cut);
    for (number, linked) in ends {
        linked.add_to(&mut reports[number as usize]);
    }
    let mut found = Vec::new();
    for (source, report) in sources.into_iter().zip(reports) {
        assert!(report.problems.is_empty(), "{:?}", report.problems);
        let findings = report.findings.into_iter();
        found.extend(findings.map(|finding| (source.path.clone(), finding)));
    }
    found
}

fn line(files: &[(&str, &str)], path: &str, finding: &Finding) -> usize {
    let mut files = files.iter();
    let (_, text) = files.find(|(of, _)| *of == path).expect("it was scanned");
    text[..finding.span.start as usize].matches('\n').count() + 1
}

#[track_caller]
fn check(files: &[(&str, &str)]) {
    let found: BTreeSet<(String, usize)> = findings(files)
        .into_iter()
        .map(|(path, finding)| (path.clone(), line(files, &path, &finding)))
        .collect();
    let mut expected = BTreeSet::new();
    for (path, text) in files {
        for (number, line) in (1..).zip(text.lines()) {
            if line.contains("# sink") || line.contains("// sink") {
                expected.insert(((*path).to_owned(), number));
            }
        }
    }
    assert_eq!(found, expected, "in {files:#?}");
}

#[test]
fn a_value_passes_through_imported_functions_to_a_sink() {
    check(&[
        ("a.py", "from b import go\ngo(source())\n"),
        ("b.py", "import c\ndef go(x):\n    c.run(f'a {x}')\n"),
        ("c.py", "def run(y):\n    sink(y) # sink\n    sink(1)\n"),
    ]);
    check(&[
        ("a.py", "from b import go\ngo(clean(source()))\n"),
        ("b.py", "def go(x):\n    sink(x)\n"),
    ]);
    check(&[
        ("a.py", "from b import go\ngo(source())\n"),
        ("b.py", "import c\ndef go(x):\n    c.run(clean(x))\n"),
        ("c.py", "def run(y):\n    sink(y)\n"),
    ]);
}

#[test]
fn a_value_comes_from_imported_functions() {
    check(&[
        ("a.py", "import b\nsink(b.get()) # sink\nsink(b.other())\n"),
        (
            "b.py",
            "from c import read\ndef get():\n    return read()\ndef other():\n    return 1\n",
        ),
        ("c.py", "def read():\n    return source()\n"),
    ]);
}

#[test]
fn packages_pass_names_on() {
    check(&[
        (
            "p/__init__.py",
            "from .db.store import run as go\nfrom .other import *\n",
        ),
        ("p/db/__init__.py", ""),
        ("p/db/store.py", "def run(x):\n    sink(x) # sink\n"),
        ("p/other.py", "def put(x):\n    sink(x) # sink\n"),
        ("p/web/__init__.py", ""),
        (
            "p/web/view.py",
            "from .. import go\nfrom p import put\ngo(source())\nput(source())\n",
        ),
    ]);
    check(&[
        ("src/p/__init__.py", ""),
        ("src/p/a.py", "def run(x):\n    sink(x) # sink\n"),
        ("tests/t.py", "from p.a import run\nrun(source())\n"),
    ]);
    check(&[
        ("p/__init__.py", ""),
        ("p/sub/__init__.py", ""),
        ("p/sub/m.py", "def run(x):\n    sink(x) # sink\n"),
        (
            "q.py",
            "import p.sub.m\nfrom p import sub\np.sub.m.run(source())\nsub.m.run(source())\n",
        ),
    ]);
}

#[test]
fn a_module_in_a_package_does_not_hide_one_of_the_language() {
    check(&[
        ("p/__init__.py", ""),
        ("p/logging.py", "def run(x):\n    sink(x)\n"),
        ("p/a.py", "import logging\nlogging.run(source())\n"),
    ]);
}

#[test]
fn classes_of_other_files_are_seen_through() {
    check(&[
        (
            "a.py",
            "from b import Service\nclass Handler:\n    def __init__(self):\n        self.service = Service(1)\n    def get(self):\n        self.service.run(source())\n",
        ),
        (
            "b.py",
            "from c import Repo\nclass Service:\n    def __init__(self, x):\n        self.repo = Repo()\n    def run(self, x):\n        self.repo.find(x)\n",
        ),
        (
            "c.py",
            "class Base:\n    def find(self, x):\n        sink(x) # sink\nclass Repo(Base):\n    pass\n",
        ),
    ]);
    check(&[
        (
            "a.py",
            "from b import Box\nbox = Box(source(), 1)\nbox.show()\n",
        ),
        (
            "b.py",
            "class Box:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b\n    def show(self):\n        sink(self.a) # sink\n        sink(self.b)\n",
        ),
    ]);
    check(&[
        (
            "a.py",
            "from b import store\nstore.put(source())\ndef f(s: Store):\n    s.put(source())\nfrom b import Store\n",
        ),
        (
            "b.py",
            "class Store:\n    def put(self, x):\n        sink(x) # sink\nstore = Store()\n",
        ),
    ]);
    check(&[
        (
            "a.py",
            "from b import Base\nclass Mine(Base):\n    def go(self):\n        self.show(source())\n",
        ),
        (
            "b.py",
            "class Base:\n    def show(self, x):\n        sink(x) # sink\n",
        ),
    ]);
}

#[test]
fn functions_that_make_objects_are_seen_through() {
    let a = "const { Repo } = require('./b');\nfunction Handler(db) {\n  const repo = new Repo(db);\n  this.show = (req) => repo.find(1, source());\n  repo.count(source());\n}\n";
    let b = "function Repo(db) {\n  this.find = function (a, x) {\n    sink(x); // sink\n    sink(a);\n  };\n}\nRepo.prototype.count = function (x) {\n  sink(x); // sink\n};\nmodule.exports = { Repo };\n";
    check(&[("a.js", a), ("b.js", b)]);
}

#[test]
fn what_a_function_returns_is_called_with_arguments_of_its_own() {
    let a = "import { make } from './b';\nconst run = require('./c');\nmake(1)(source());\nmake(source())(1);\nrequire('./c')(source());\n";
    let b = "export function make(x) {\n  sink(x); // sink\n  return work;\n}\n";
    let c = "module.exports = function (x) {\n  sink(x); // sink\n};\n";
    check(&[("a.js", a), ("b.js", b), ("c.js", c)]);
    let b = "export function make(x) {\n  sink(x);\n  return work;\n}\n";
    check(&[
        ("a.js", "import { make } from './b';\nmake(1)(source());\n"),
        ("b.js", b),
    ]);
}

#[test]
fn what_a_caller_gives_is_not_what_a_function_returns() {
    check(&[
        ("a.py", "from b import same\nsame(source())\n"),
        ("b.py", "def same(x):\n    return x\n"),
        ("c.py", "from b import same\nsink(same(1))\n"),
    ]);
}

#[test]
fn the_way_back_and_the_way_forth_find_the_same() {
    let a = "from b import go, got\ngo(source(), 1)\nsink(got()) # sink\n";
    let b = "import c\ndef go(x, y):\n    c.run(y=y, x=x)\ndef got():\n    return c.read()\n";
    let c = "def run(x, y):\n    sink(x) # sink\n    sink(y)\ndef read():\n    return source()\n";
    check(&[("a.py", a), ("b.py", b), ("c.py", c)]);
    // The rule goes the way that fewer bytes lie on: back from the sinks, and forth from the sources.
    let long = "#".repeat(2000) + "\n";
    let many_sources = format!("{long}source()\n");
    check(&[
        ("a.py", a),
        ("b.py", b),
        ("c.py", c),
        ("d.py", &many_sources),
    ]);
    let many_sinks = format!("{long}sink(1)\n");
    check(&[("a.py", a), ("b.py", b), ("c.py", c), ("d.py", &many_sinks)]);
}

#[test]
fn circles_of_imports_end() {
    check(&[
        (
            "a.py",
            "import b\ndef start():\n    b.go(source(), 3)\ndef back(x, n):\n    b.go(x, n - 1)\n",
        ),
        (
            "b.py",
            "import a\ndef go(x, n):\n    if n:\n        a.back(x, n)\n    sink(x) # sink\n",
        ),
    ]);
}

#[test]
fn modules_of_scripts_are_found() {
    let work = "import show from './show.js';\nexport const work = (x) => show(`a ${x}`);\n";
    let show = "module.exports = function (v) {\n  sink(v); // sink\n};\n";
    check(&[
        (
            "a.ts",
            "import { handle } from './lib';\nhandle(source());\n",
        ),
        ("lib/index.ts", "export { work as handle } from './work';\n"),
        ("lib/work.ts", work),
        ("lib/show.js", show),
    ]);
    check(&[
        (
            "a.js",
            "const lib = require('./lib');\nconst { Repo } = require('./lib/repo');\nlib.work(source());\nnew Repo(source()).run();\n",
        ),
        (
            "lib/index.js",
            "module.exports = { ...require('./work') };\n",
        ),
        (
            "lib/work.js",
            "exports.work = (x) => require('./show')(x);\n",
        ),
        ("lib/show.js", show),
        (
            "lib/repo.js",
            "class Repo {\n  constructor(a) { this.a = a; }\n  run() {\n    sink(this.a); // sink\n  }\n}\nmodule.exports = { Repo };\n",
        ),
    ]);
    check(&[
        (
            "a.js",
            "import * as all from './b.mjs';\nall.run(source());\nall.api.go(source());\n",
        ),
        (
            "b.mjs",
            "export default 1;\nfunction run(x) {\n  sink(x); // sink\n}\nexport { run };\nexport const api = {\n  go(x) {\n    sink(x); // sink\n  },\n};\n",
        ),
    ]);
    check(&[
        (
            "a.ts",
            "import service from './service';\nservice.run(source());\n",
        ),
        (
            "service.ts",
            "class Service {\n  constructor(private db: Db) {}\n  run(x: string) {\n    this.db.find(x);\n  }\n}\nexport default new Service(new Db());\nimport { Db } from './db';\n",
        ),
        (
            "db.ts",
            "export class Db {\n  find(x: string) {\n    sink(x); // sink\n  }\n}\n",
        ),
    ]);
}

#[test]
fn modules_of_rust_are_found() {
    check(&[
        (
            "src/main.rs",
            "mod db;\nmod svc;\nuse crate::svc::Service;\nfn main() {\n    let s = Service::new(1);\n    s.go(source());\n    db::run(&source());\n    crate::svc::through(source());\n    crate::svc::through(clean(source()));\n}\n",
        ),
        (
            "src/svc.rs",
            "use super::db;\npub struct Service { a: String }\nimpl Service {\n    pub fn new(a: String) -> Self { Self { a } }\n    pub fn go(&self, b: String) { db::other(&b) }\n}\npub fn through(x: String) { db::third(&format!(\"a {x}\")) }\n",
        ),
        (
            "src/db/mod.rs",
            "pub fn run(q: &str) {\n    sink(q); // sink\n}\npub fn other(q: &str) {\n    sink(q); // sink\n}\npub use self::deep::third;\nmod deep;\n",
        ),
        (
            "src/db/deep.rs",
            "pub fn third(q: &str) {\n    sink(q); // sink\n}\npub fn fourth(q: &str) {\n    sink(q);\n}\n",
        ),
    ]);
    check(&[
        (
            "crates/store/src/lib.rs",
            "pub struct Store;\nimpl Store {\n    pub fn put(&self, x: String) {\n        sink(x); // sink\n    }\n}\n",
        ),
        (
            "crates/app/src/main.rs",
            "use store::Store;\nstruct App { store: Store }\nimpl App {\n    fn run(&self) {\n        self.store.put(source());\n    }\n}\n",
        ),
    ]);
}

#[test]
fn the_way_of_a_value_is_told_from_file_to_file() {
    let files = [
        ("a.py", "from b import go\nx = source()\ngo(x)\n"),
        ("b.py", "def go(v):\n    sink(v)\n"),
    ];
    let found = findings(&files);
    let [(path, finding)] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (path.as_str(), finding.message.as_str()),
        ("b.py", "a value comes to v")
    );
    let steps: Vec<(&str, &str)> = finding
        .trace
        .iter()
        .map(|step| (step.path.as_deref().unwrap_or("here"), step.note.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            ("a.py", "the value comes from here"),
            ("a.py", "it goes into `x`"),
            ("a.py", "it is passed to `go`"),
            ("here", "it goes into `v`"),
            ("here", "it arrives here"),
        ]
    );
}

/// Sources that say what their values are, and differ in how sure a flow from them is.
const ORIGINS: &str = "rules:
- id: flow
  message: $SOURCE arrives
  severity: ERROR
  languages: [python, javascript, typescript, rust]
  mode: taint
  metadata:
    confidence: HIGH
  pattern-sources:
  - pattern: request(...)
    called: a request parameter
  - pattern: argument(...)
    called: an argument
    confidence: low
  pattern-sinks:
  - pattern: sink(...)
";

/// In which file a flow ends, what its message says, how sure it is, and what it begins with.
#[track_caller]
fn check_origin(files: &[(&str, &str)], path: &str, called: &str, confidence: Confidence) {
    let found: Vec<(String, String, Confidence, String)> = findings_of(ORIGINS, files)
        .into_iter()
        .map(|(path, of)| (path, of.message, of.confidence, of.trace[0].note.clone()))
        .collect();
    let message = format!("{called} arrives");
    let note = format!("{called} comes from here");
    let expected = [(path.to_owned(), message, confidence, note)];
    assert_eq!(found, expected, "in {files:#?}");
}

#[test]
fn the_origin_of_a_value_is_told_from_file_to_file() {
    for (source, called, confidence) in [
        ("request()", "a request parameter", Confidence::High),
        ("argument()", "an argument", Confidence::Low),
    ] {
        let with = |text: &str| text.replace("SOURCE", source);
        // Into the parameter of another file's function, through a third.
        check_origin(
            &[
                ("a.py", &with("from b import go\ngo(SOURCE)\n")),
                ("b.py", "import c\ndef go(x):\n    c.run(x)\n"),
                ("c.py", "def run(y):\n    sink(y)\n"),
            ],
            "c.py",
            called,
            confidence,
        );
        check_origin(
            &[
                (
                    "a.js",
                    &with("const { go } = require('./b');\ngo(SOURCE);\n"),
                ),
                (
                    "b.ts",
                    "import { run } from './c';\nexport const go = (x: string) => run(x);\n",
                ),
                ("c.tsx", "export function run(y: string) { sink(y); }\n"),
            ],
            "c.tsx",
            called,
            confidence,
        );
        check_origin(
            &[
                (
                    "src/main.rs",
                    &with("mod b;\nmod c;\nfn main() { b::go(SOURCE) }\n"),
                ),
                ("src/b.rs", "pub fn go(x: String) { crate::c::run(&x) }\n"),
                ("src/c.rs", "pub fn run(y: &str) { sink(y) }\n"),
            ],
            "src/c.rs",
            called,
            confidence,
        );
        // Out of another file's function.
        check_origin(
            &[
                ("a.py", "import b\nsink(b.get())\n"),
                ("b.py", &with("def get():\n    return SOURCE\n")),
            ],
            "a.py",
            called,
            confidence,
        );
        check_origin(
            &[
                ("a.ts", "import { get } from './b';\nsink(get());\n"),
                ("b.js", &with("export function get() { return SOURCE; }\n")),
            ],
            "a.ts",
            called,
            confidence,
        );
        check_origin(
            &[
                ("src/main.rs", "mod b;\nfn main() { sink(b::get()) }\n"),
                ("src/b.rs", &with("pub fn get() -> String { SOURCE }\n")),
            ],
            "src/main.rs",
            called,
            confidence,
        );
    }
}

#[test]
fn of_several_origins_in_other_files_the_surest_is_told() {
    let surest = |files: &[(&str, &str)], path: &str| {
        check_origin(files, path, "a request parameter", Confidence::High);
    };
    // The farther one is surer.
    surest(
        &[
            ("a.py", "import m\nm.run(argument())\n"),
            ("b.py", "import c\nc.pass_on(request())\n"),
            ("c.py", "import m\ndef pass_on(x):\n    m.run(x)\n"),
            ("m.py", "def run(x):\n    sink(x)\n"),
        ],
        "m.py",
    );
    // The one of the file itself is less sure than that of another.
    surest(
        &[
            ("a.js", "import { run } from './b';\nrun(request());\n"),
            (
                "b.js",
                "export function run(x) {\n  sink(x);\n}\nrun(argument());\n",
            ),
        ],
        "b.js",
    );
    surest(
        &[
            ("src/main.rs", "mod b;\nfn main() { b::run(request()) }\n"),
            (
                "src/b.rs",
                "pub fn run(x: String) { sink(x) }\nfn g() { run(argument()) }\n",
            ),
        ],
        "src/b.rs",
    );
    // One call takes both, one after the other.
    surest(
        &[
            (
                "a.py",
                "import b\nx = argument()\nwhile p():\n    b.run(x)\n    x = request()\n",
            ),
            ("b.py", "def run(x):\n    sink(x)\n"),
        ],
        "b.py",
    );
}

#[test]
fn a_file_among_unrelated_ones_is_as_it_is_alone() {
    let a = (
        "a.py",
        "import b\nx = source()\nsink(b.f(x)) # sink\nb.g(x)\n",
    );
    let unrelated = (
        "p/c.py",
        "def f(x):\n    return 1\ndef g(x):\n    sink(x)\n",
    );
    let alone: Vec<Finding> = findings(&[a]).into_iter().map(|(_, of)| of).collect();
    let among: Vec<Finding> = findings(&[a, unrelated])
        .into_iter()
        .map(|(_, of)| of)
        .collect();
    assert_eq!(alone, among);
}

#[test]
fn files_that_import_nothing_of_others_do_not_turn_the_way_of_a_rule() {
    let a = (
        "a.py",
        "from b import Store\n\n\nstore = Store(source())\nstore.save()\n",
    );
    let b = (
        "b.py",
        "class Store:\n    def __init__(self, x):\n        self.x = x\n\n    def save(self):\n        sink(self.x)\n",
    );
    let lines = |files: &[(&str, &str)]| {
        let found = findings(files).into_iter();
        found.map(|(path, of)| (path, of.span)).collect::<Vec<_>>()
    };
    let alone = lines(&[a, b]);
    assert_eq!(alone.len(), 1);
    let many = "x = source()\n".repeat(200);
    assert_eq!(alone, lines(&[a, b, ("p/c.py", &many)]));
    let many = "sink(1)\n".repeat(200);
    assert_eq!(alone, lines(&[a, b, ("p/c.py", &many)]));
}
