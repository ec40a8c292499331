//! What runs on other people's machines: the action, the workflows and the hooks.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows functions with `#[test]` as tests, and not what they call"
)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Value {
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// The action and the workflows.
fn files() -> Vec<PathBuf> {
    let workflows = fs::read_dir(root().join(".github/workflows")).unwrap();
    let mut files: Vec<PathBuf> = workflows.map(|entry| entry.unwrap().path()).collect();
    files.push(root().join("action.yml"));
    files
}

/// All steps in a file, as mappings that have `run` or `uses`.
fn steps(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(map) => {
            if map.contains_key("run") || map.contains_key("uses") {
                found.push(value.clone());
            }
            map.values().for_each(|inner| steps(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| steps(inner, found)),
        _ => {}
    }
}

fn steps_of(path: &Path) -> Vec<Value> {
    let mut found = Vec::new();
    steps(&read(path), &mut found);
    assert!(!found.is_empty(), "{} has no step", path.display());
    found
}

#[test]
fn no_expression_is_pasted_into_a_script() {
    for path in files() {
        for step in steps_of(&path) {
            let script = step["run"].as_str().unwrap_or_default();
            assert!(!script.contains("${{"), "{path:?}: {script}");
        }
    }
}

#[test]
fn actions_are_pinned_by_hash() {
    for path in files() {
        for step in steps_of(&path) {
            let Some(uses) = step["uses"].as_str().filter(|uses| *uses != "./") else {
                continue;
            };
            let (_, hash) = uses
                .split_once('@')
                .unwrap_or_else(|| panic!("{path:?}: {uses}"));
            let is_hash = hash.len() == 40 && hash.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_hash, "{path:?}: {uses}");
        }
    }
}

#[test]
fn workflows_may_do_nothing_but_what_a_job_says() {
    for path in files().iter().filter(|path| !path.ends_with("action.yml")) {
        let workflow = read(path);
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{path:?}");
        for (name, job) in workflow["jobs"].as_object().unwrap() {
            assert!(job["permissions"].is_object(), "{path:?}: {name}");
        }
    }
}

#[test]
fn hooks_pass_no_file_name_as_an_option_and_heed_excludes() {
    let hooks = read(&root().join(".pre-commit-hooks.yaml"));
    let hooks = hooks.as_array().unwrap();
    let ids: Vec<&str> = hooks
        .iter()
        .map(|hook| hook["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["aiscan-src", "aiscan-system"]);
    for hook in hooks {
        let entry = hook["entry"].as_str().unwrap();
        assert!(entry.starts_with("aiscan scan ") && entry.contains(" --force-exclude "));
        assert_eq!(hook["args"], serde_json::json!(["--"]));
        assert_eq!(hook["require_serial"], true);
    }
}

/// The script of the action, with a folder to scan and the files that GitHub's runner gives.
#[cfg(unix)]
mod script {
    use std::process::{Command, Stdio};

    use super::*;

    struct Ran {
        code: Option<i32>,
        said: String,
        outputs: String,
        folder: tempfile::TempDir,
    }

    fn scan(code: &str, variables: &[(&str, &str)]) -> Ran {
        let folder = tempfile::tempdir().unwrap();
        let temp = folder.path().join("temp");
        let work = folder.path().join("work");
        fs::create_dir_all(&temp).unwrap();
        fs::create_dir_all(work.join("a folder")).unwrap();
        fs::write(work.join("a folder/a.py"), code).unwrap();
        let output = Command::new(root().join("action/scan.sh"))
            .current_dir(&work)
            .stdin(Stdio::null())
            .env("RUNNER_TEMP", &temp)
            .env("GITHUB_OUTPUT", folder.path().join("outputs"))
            .env("AISCAN_BINARY", env!("CARGO_BIN_EXE_aiscan"))
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        Ran {
            code: output.status.code(),
            said: String::from_utf8(output.stdout).unwrap(),
            outputs: fs::read_to_string(folder.path().join("outputs")).unwrap_or_default(),
            folder,
        }
    }

    const FLAW: &str = "import requests\n\nrequests.get(url, verify=False)\n";

    /// Expects that the script succeeds, hands on this exit code, and says whether SARIF exists.
    #[track_caller]
    fn check(code: &str, variables: &[(&str, &str)], exit_code: i32, sarif: bool) -> Ran {
        let ran = scan(code, variables);
        assert_eq!(ran.code, Some(0), "{}", ran.said);
        assert!(
            ran.outputs.starts_with(&format!("exit-code={exit_code}\n")),
            "{}",
            ran.outputs
        );
        assert_eq!(ran.outputs.contains("\nsarif="), sarif, "{}", ran.outputs);
        assert_eq!(ran.folder.path().join("temp/aiscan.sarif").exists(), sarif);
        ran
    }

    #[test]
    fn the_exit_code_is_handed_on_beside_the_report() {
        check("x = 1\n", &[], 0, true);
        let ran = check(FLAW, &[], 1, true);
        assert!(
            ran.said.contains("::error file=a folder/a.py,line=3"),
            "{}",
            ran.said
        );
        check(FLAW, &[("AISCAN_FAIL_ON", "critical")], 0, true);
        check(FLAW, &[("AISCAN_FAIL_ON", "urgent")], 2, false);
        check(FLAW, &[("AISCAN_PATHS", "none")], 2, false);
    }

    #[test]
    fn each_line_of_an_input_is_one_word() {
        check(
            FLAW,
            &[("AISCAN_PATHS", "a folder\r\n\na folder/a.py\n")],
            1,
            true,
        );
        let arguments = "--exclude-rule=*.tls-verify-disabled\n";
        check(FLAW, &[("AISCAN_ARGUMENTS", arguments)], 0, true);
    }

    #[test]
    fn inputs_are_neither_evaluated_nor_options() {
        let hostile = "$(touch pwned)`touch pwned`; touch pwned";
        for name in ["AISCAN_PATHS", "AISCAN_ARGUMENTS", "AISCAN_FAIL_ON"] {
            let ran = check(FLAW, &[(name, hostile)], 2, false);
            assert!(!ran.folder.path().join("work/pwned").exists());
        }
        check(FLAW, &[("AISCAN_PATHS", "--exit-zero")], 2, false);
    }

    #[test]
    fn without_a_program_nothing_passes() {
        check("x = 1\n", &[("AISCAN_BINARY", "/none")], 127, false);
    }
}
