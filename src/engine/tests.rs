//! The prefilter against the rules that it stands before.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// The files below a folder, and those below its folders.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn the_prefilter_keeps_no_rule_from_what_it_finds() {
    let rules = RuleSet::new(true, &[], &Choice::default()).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let mut found = 0;
    for path in files(&folder) {
        let language = Language::of_path(&path);
        let bytes = fs::read(&path).unwrap();
        let source = Source::new(path.display().to_string(), language, bytes);
        let Some(file) = File::parse(&source) else {
            continue;
        };
        let live = LiveRules::of(&rules, &Script::new(&source), false, true).of_language;
        let subject = Subject::new(&source, Some(&file));
        let not_live = |index: &&usize| !live.contains(index);
        for &index in rules.by_language[language as usize].iter().filter(not_live) {
            let entry = &rules.entries[index];
            let mut report = FileReport::default();
            let rule = RuleIndex(index as u32);
            match rules.program(entry, language).unwrap() {
                Program::Search(formula) => search(&subject, rule, entry, formula, &mut report),
                Program::Taint(program) => {
                    follow(
                        &subject,
                        (&file, &taint::Shared::default()),
                        rule,
                        entry,
                        program,
                        &mut report,
                    );
                }
            }
            let id = &entry.rule.meta.id;
            assert!(report.findings.is_empty(), "{id} in {}", path.display());
        }
        found += live.len();
    }
    assert!(found > 0);
}

/// Functions that no rule has anything to do with, enough to make a script long.
fn filler(count: usize) -> String {
    let functions = (0..count).map(|i| {
        let sum = format!("const sum{i} = left * {i} + right * (left - {i});");
        let answer = format!("return sum{i} > {i} ? sum{i} - left : sum{i} + right;");
        format!("function plain{i}(left, right) {{\n  {sum}\n  {answer}\n}}\n")
    });
    functions.collect()
}

/// The statements of a fixture, each by itself behind what the fixture imports, so that no finding in
/// one hides that another is lost.
fn alone(path: &Path, language: Language, code: &str) -> Vec<String> {
    let source = Source::new(path.display().to_string(), language, code.into());
    let file = File::parse(&source).unwrap();
    let tree = file.tree();
    let statements = tree.children(crate::syntax::NodeId::ROOT);
    let statements: Vec<&str> = statements
        .map(|statement| &code[tree.span(statement).range()])
        .collect();
    let imports =
        |statement: &&str| statement.contains("import ") || statement.contains("require(");
    let imported: Vec<&str> = statements.iter().copied().filter(imports).collect();
    let imported = imported.join(";\n");
    let rest = statements.into_iter().filter(|one| !imports(one));
    rest.map(|statement| format!("{imported};\n{statement};\n"))
        .chain([code.to_owned()])
        .collect()
}

#[test]
fn a_script_loses_no_finding_by_being_looked_at_in_parts() {
    let rules = RuleSet::new(true, &[], &Choice::default()).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let (few, many) = (filler(24), filler(300));
    let mut found = 0;
    for path in files(&folder) {
        let language = Language::of_path(&path);
        if !language.is_script() {
            continue;
        }
        let code = fs::read_to_string(&path).unwrap();
        let mut texts = Vec::new();
        for code in alone(&path, language, &code) {
            // Each statement is a run of its own where it is long enough.
            let comment = format!(";\n/* {} */\n", "so that it is long ".repeat(4));
            texts.push(format!("{}\n{few}", code.replace(";\n", &comment)));
            texts.push(format!("{few}{code}\n"));
            if !code.contains("import ") && !code.contains("export ") {
                texts.push(format!(
                    "(() => {{\n{few}function outer() {{\n{code}\n}}\n}})();\n"
                ));
            }
        }
        texts.push(format!("{code}\n{many}"));
        for text in texts {
            let findings = |text: String| {
                let path = path.display().to_string();
                let report = scan_file(&rules, &Source::new(path, language, text.into()));
                let findings = report.findings.into_iter();
                findings
                    .map(|finding| {
                        (
                            rules.metas()[finding.rule.0 as usize].id.clone(),
                            finding.span,
                        )
                    })
                    .collect::<Vec<_>>()
            };
            // What may hold a suppression is parsed in any case, and whole.
            let whole = findings(format!("{text}// aiscan: a mark\n"));
            assert_eq!(findings(text.clone()), whole, "{}\n{text}", path.display());
            found += whole.len();
        }
    }
    assert!(found > 500, "{found}");
}

#[test]
fn a_large_script_is_not_parsed_whole_for_words_that_have_nothing_to_do_with_each_other() {
    let rules = RuleSet::new(true, &[], &Choice::default()).unwrap();
    let is_parsed = |code: &str| {
        let text = format!("{code}\n{}", filler(300));
        let source = Source::new("a.js".into(), Language::JavaScript, text.into());
        scan_file(&rules, &source).parsed
    };
    let source = "function ask(req) {\n  return req.query.name;\n}";
    let sink = "function run(code) {\n  const it = code;\n  return eval(it);\n}";
    assert!(is_parsed(&format!("{source}\n{sink}")));
    assert!(!is_parsed(&format!(
        "{source}\nfunction run(code) {{\n  return `${{code}}; eval`;\n}}"
    )));
    assert!(!is_parsed(&format!(
        "function ask(req, query) {{\n  return [req, query, req.a];\n}}\n{sink}"
    )));
}

/// A script of which each line is a statement of its own, long enough to be left out.
fn apart(lines: &[&str]) -> String {
    let lines = lines
        .iter()
        .map(|line| format!("{line} /* {} */\n", "long ".repeat(16)));
    format!("{}{}", lines.collect::<String>(), filler(24))
}

#[test]
fn what_other_statements_say_of_a_match_is_not_missed() {
    let cases: &[(&str, &[&str])] = &[
        (
            "pattern: hash('md5')",
            &["const kind = 'md5';", "hash(kind);"],
        ),
        ("pattern: hash(1)", &["const kind = 0 + 1;", "hash(kind);"]),
        (
            "pattern: hash('...')",
            &["const kind = 'a';", "hash(kind);"],
        ),
        (
            "patterns: [{pattern: hash('$KIND')}, {metavariable-regex: {metavariable: $KIND, regex: md}}]",
            &["const kind = 'md5';", "hash(kind);"],
        ),
        (
            "patterns: [{pattern: hash('$KIND')}, {focus-metavariable: $KIND}]",
            &["const kind = 'md5';", "hash(kind);"],
        ),
        (
            "pattern: '($X: Store).read()'",
            &["const it = new Store();", "it.read();"],
        ),
        (
            "pattern: \"$X = $Y\\n...\\nread($X)\"",
            &["it = them;", "other();", "read(it);"],
        ),
        (
            "patterns: [{pattern-inside: \"$X = $Y\\n...\"}, {pattern: read($X)}]",
            &["it = them;", "other();", "read(it);"],
        ),
        (
            "patterns: [{pattern-inside: \"$X = make($Y)\\n...\"}, {pattern: read($X)}]",
            &[
                "it = make(them);",
                "function f() {",
                "other();",
                "read(it); }",
            ],
        ),
        (
            "patterns: [{pattern-inside: \"$X = $Y\\n...\"}, {pattern: read($X)}, \
             {metavariable-regex: {metavariable: $Y, regex: them}}]",
            &["it = them;", "if (a) {", "other();", "read(it); }"],
        ),
        (
            "pattern: '($X) => { ... $Y = $X; ... read($Y); ... }'",
            &["x = (it) => {", "them = it;", "other();", "read(them); };"],
        ),
        (
            "patterns: [{pattern: read($X)}, {pattern-inside: 'function $F() { ... other(); ... }'}]",
            &["function f() {", "other();", "plain();", "read(it); }"],
        ),
        (
            "patterns: [{pattern-inside: \"import $S from 'store'\\n...\"}, {pattern: $S.read($X)}]",
            &["import it from 'store';", "other();", "it.read(1);"],
        ),
        (
            "pattern: store.read(...)",
            &["import {read as get} from 'store';", "get(1);"],
        ),
        (
            "pattern: store.read(...)",
            &["import {read} from 'store';", "read(1);"],
        ),
        (
            "pattern: store.read(...)",
            &["const get = require('store').read;", "get(1);"],
        ),
        (
            "pattern: store.read(...)",
            &["import it from 'store';", "it.read(1);"],
        ),
        (
            "pattern: $X.part.read(...)",
            &["const it = require('store/part');", "it.read(1);"],
        ),
        (
            "pattern: $X.part(...)",
            &["import it from 'store/part';", "it(1);"],
        ),
        (
            "options: {symbolic_propagation: true}\n    pattern: read(make(...))",
            &["const it = make(1);", "read(it);"],
        ),
    ];
    for (rule, lines) in cases {
        let rule = format!(
            "rules:\n  - id: a\n    languages: [typescript]\n    severity: LOW\n    message: a\n    {rule}\n"
        );
        let texts = [RuleText {
            name: "a.yaml".into(),
            text: rule.clone(),
            named: true,
        }];
        let rules = RuleSet::new(false, &texts, &Choice::default()).unwrap();
        let spans = |text: String| {
            let source = Source::new("a.ts".into(), Language::TypeScript, text.into());
            let found = scan_file(&rules, &source).findings.into_iter();
            found.map(|finding| finding.span).collect::<Vec<_>>()
        };
        let text = apart(lines);
        let whole = spans(format!("{text}// aiscan: a mark\n"));
        assert_eq!(whole.len(), 1, "{rule}{text}");
        assert_eq!(spans(text), whole, "{rule}{lines:?}");
    }
}
