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
        let live = LiveRules::of(&rules, &source, false, true).of_language;
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

/// Functions that no rule has anything to do with, enough to make a script large.
fn filler() -> String {
    let functions = (0..300).map(|i| {
        let sum = format!("const sum{i} = left * {i} + right * (left - {i});");
        let answer = format!("return sum{i} > {i} ? sum{i} - left : sum{i} + right;");
        format!("function plain{i}(left, right) {{\n  {sum}\n  {answer}\n}}\n")
    });
    functions.collect()
}

#[test]
fn a_large_script_loses_no_finding_by_being_looked_at_in_parts() {
    let rules = RuleSet::new(true, &[], &Choice::default()).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules");
    let filler = filler();
    let mut found = 0;
    for path in files(&folder) {
        let language = Language::of_path(&path);
        if !language.is_script() {
            continue;
        }
        let code = fs::read_to_string(&path).unwrap();
        let is_module = code.contains("import ") || code.contains("export ");
        let mut texts = vec![format!("{filler}{code}\n"), format!("{code}\n{filler}")];
        if !is_module {
            texts.push(format!(
                "(() => {{\n{filler}function outer() {{\n{code}\n}}\n}})();\n"
            ));
            texts.push(format!(
                "module.exports = {{ 1: (e, t, n) => {{\n{code}\n}} }};\n{filler}"
            ));
        }
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
            assert_eq!(findings(text), whole, "{}", path.display());
            found += whole.len();
        }
    }
    assert!(found > 500, "{found}");
}

#[test]
fn a_large_script_is_not_parsed_whole_for_words_that_have_nothing_to_do_with_each_other() {
    let rules = RuleSet::new(true, &[], &Choice::default()).unwrap();
    let is_parsed = |code: &str| {
        let text = format!("{code}\n{}", filler());
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
