//! The built-in rules: they compile, they are well made, and they keep their fixtures.

use std::path::Path;
use std::process::Command;

use aiscan::engine::{Choice, RuleSet};

#[test]
fn every_pattern_of_every_rule_compiles_in_all_its_languages() {
    let rules = RuleSet::new(true, &[], &Choice::default()).expect("the built-in rules load");
    assert!(rules.metas().len() > 45);
    let errors: Vec<String> = rules.check_all().iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// Runs `aiscan rules COMMAND rules` of this project.
#[track_caller]
fn check(command: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_aiscan"))
        .args(["rules", command, "rules"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}{errors}");
    assert!(said.contains("rule files"), "{said}");
}

#[test]
fn every_rule_keeps_its_fixture() {
    check("test");
}

#[test]
fn every_rule_is_well_made() {
    check("lint");
}
