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
        let live = LiveRules::of(&rules, &source, false).of_language;
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
