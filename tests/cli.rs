//! The program from outside: arguments in, streams and exit codes out.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows functions with `#[test]` as tests, and not what they call"
)]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program in a folder of its own, with nothing of the tester's environment that it reads.
fn aiscan(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aiscan"));
    command.current_dir(folder).stdin(Stdio::null());
    for name in [
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "FORCE_COLOR",
        "CI",
    ] {
        command.env_remove(name);
    }
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    aiscan(folder).args(args).output().unwrap()
}

/// Runs in an empty folder and expects code 2, an empty standard output, and an error.
#[track_caller]
fn check_refused(args: &[&str], error: &str) {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.starts_with("error: ") && stderr.contains(error),
        "{stderr}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn unknown_options_and_values_are_refused() {
    check_refused(
        &["--no-such-option"],
        "unexpected argument '--no-such-option'",
    );
    check_refused(&["scan", "--fail-on", "urgent"], "invalid value 'urgent'");
    check_refused(&["--format", "xml"], "invalid value 'xml'");
    check_refused(&["--threads", "0"], "invalid value '0'");
    check_refused(&["--no-builtin-rules"], "--rules");
    check_refused(&["--quiet", "--verbose"], "cannot be used with");
    check_refused(&["--fix", "--staged"], "cannot be used with");
    check_refused(&["--staged", "--history"], "cannot be used with");
}

#[test]
fn what_is_not_built_is_refused_by_name() {
    check_refused(&["--diff=x"], "--diff is not built yet");
    check_refused(&["init"], "`aiscan init` is not built yet");
    check_refused(&["--format", "html"], "the format `html` is not built yet");
    check_refused(
        &["--output", "markdown=a.md"],
        "the format `markdown` is not built yet",
    );
}

#[test]
fn errors_tell_the_next_step() {
    check_refused(&["--output", "sarif="], "\n help: write `--output FILE`");
    check_refused(&["-"], "\n help: say by --stdin-filename");
    check_refused(
        &["-", ".", "--stdin-filename", "a.py"],
        "scan standard input by itself",
    );
    check_refused(&["--stdin-filename", "a.py"], "give `-` as the path");
    check_refused(
        &["--output", "a", "--output", "json=./a"],
        "two reports go to `./a`",
    );
}

#[test]
fn a_report_never_takes_the_place_of_what_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes"), "x").unwrap();
    let output = run(folder.path(), &["notes", "--output", "./notes"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(folder.path().join("notes")).unwrap(), b"x");
}

#[test]
fn help_and_version_succeed_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    for args in [
        &["--help"][..],
        &["--version"],
        &["scan", "--help"],
        &["rules", "test", "-h"],
    ] {
        let output = run(folder.path(), args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(
            !output.stdout.is_empty() && output.stderr.is_empty(),
            "{args:?}"
        );
    }
}

#[test]
fn the_help_of_a_scan_groups_its_options() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["scan", "-h"]);
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
}

#[test]
fn completions_and_manual_pages_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let output = run(folder.path(), &["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("min-confidence"),
            "{shell}"
        );
    }
    let output = run(folder.path(), &["man", "scan"]);
    assert!(
        String::from_utf8_lossy(&output.stdout).contains(".TH"),
        "{output:?}"
    );
    check_refused(&["man", "no-such"], "there is no subcommand `no-such`");
}

#[test]
fn hostile_names_in_arguments_do_not_reach_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["rules", "test", "\u{1b}[2J\n::error::x"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains('\u{1b}'), "{stderr}");
    assert!(
        !stderr
            .lines()
            .any(|line| line.trim_start().starts_with("::")),
        "{stderr}"
    );
}

#[test]
fn the_tree_of_a_file_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.py"), "os.system(x)\n").unwrap();
    let output = run(folder.path(), &["dev", "tree", "a.py"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("Call"),
        "{output:?}"
    );
}

#[test]
fn a_new_rule_is_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["rules", "new", "python.injection.a"];
    assert_eq!(run(folder.path(), &args).status.code(), Some(0));
    assert!(
        folder
            .path()
            .join("fixtures/rules/python/injection/a.py")
            .exists()
    );
    assert_eq!(run(folder.path(), &args).status.code(), Some(2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error_and_a_closed_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = aiscan(folder.path())
        .args(["man"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to standard output"));

    let mut child = aiscan(folder.path())
        .args(["man"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}

/// What needs a rule: one that reports calls of `dangerous`, in a folder with one file.
mod with_a_rule {
    use super::*;

    const RULE: &str = "\
rules:
  - id: dangerous-call
    languages: [python]
    severity: ERROR
    message: \"`dangerous` is called.\"
    pattern: dangerous(...)
";

    fn folder(code: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/a.py"), code).unwrap();
        fs::write(folder.path().join("rule.yaml"), RULE).unwrap();
        folder
    }

    const ARGS: [&str; 4] = ["src", "--no-builtin-rules", "--rules", "rule.yaml"];

    #[track_caller]
    fn check_code(code: &str, args: &[&str], expected: i32) -> Output {
        let folder = folder(code);
        let output = run(folder.path(), &[&ARGS[..], args].concat());
        assert_eq!(output.status.code(), Some(expected), "{output:?}");
        output
    }

    #[test]
    fn the_exit_code_follows_the_gate_and_not_the_format() {
        check_code("x = 1\n", &[], 0);
        check_code("dangerous(x)\n", &["--exit-zero"], 0);
        check_code("dangerous(x)\n", &["--fail-on", "critical"], 0);
        check_code("dangerous(x)\n", &["--min-confidence", "high"], 0);
        let output = check_code("dangerous(x)\n", &["--timings", "--format", "json"], 1);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("stage "), "{told}");
        assert!(told.contains("  match "), "{told}");
        assert!(told.contains("  dangerous-call"), "{told}");
        for format in [
            "human", "concise", "json", "jsonl", "sarif", "github", "gitlab",
        ] {
            check_code("dangerous(x)\n", &["--format", format], 1);
        }
    }

    #[test]
    fn a_path_that_is_not_there_is_an_error() {
        let folder = folder("x = 1\n");
        let args = ["none", "--no-builtin-rules", "--rules", "rule.yaml"];
        let output = run(folder.path(), &args);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("`none`"),
            "{output:?}"
        );
    }

    #[test]
    fn a_file_takes_the_format_and_people_still_read_the_report() {
        let folder = folder("dangerous(x)\n");
        let args = [&ARGS[..], &["--format", "json", "--output", "out.json"]].concat();
        let output = run(folder.path(), &args);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stdout).contains("verdict  failed"));
        let json = fs::read_to_string(folder.path().join("out.json")).unwrap();
        assert!(json.contains("\"rule\": \"dangerous-call\""), "{json}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_report_that_cannot_be_written_is_an_error_and_the_other_is_still_there() {
        let output = check_code("x = 1\n", &["--output", "json=/dev/full"], 2);
        assert!(String::from_utf8_lossy(&output.stdout).contains("verdict  passed"));
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("`/dev/full`"),
            "{output:?}"
        );
    }

    #[test]
    fn a_reader_that_goes_away_keeps_the_verdict() {
        let folder = folder(&"dangerous(x)\n".repeat(5000));
        let mut child = aiscan(folder.path())
            .args(ARGS)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stderr.is_empty(), "{output:?}");
    }

    #[test]
    fn standard_input_is_one_file_with_a_name() {
        let folder = folder("");
        let args = [
            "-",
            "--stdin-filename",
            "b.py",
            "--no-builtin-rules",
            "--rules",
            "rule.yaml",
        ];
        let mut child = aiscan(folder.path())
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(b"dangerous(1)\n")
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("b.py:1:1"),
            "{output:?}"
        );
    }

    #[test]
    fn rules_are_tested_on_their_targets() {
        let folder = folder("");
        let target = folder.path().join("rule.py");
        let args = ["rules", "test", "."];
        fs::write(&target, "# ruleid: dangerous-call\ndangerous(x)\n").unwrap();
        assert_eq!(run(folder.path(), &args).status.code(), Some(0));
        fs::write(&target, "# ruleid: dangerous-call\nharmless(x)\n").unwrap();
        let output = run(folder.path(), &args);
        assert_eq!(output.status.code(), Some(1));
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            text.contains("`dangerous-call` does not report line 2"),
            "{text}"
        );
    }

    #[test]
    fn rules_that_do_not_load_are_an_error_that_names_place_and_key() {
        let folder = folder("x = 1\n");
        fs::write(
            folder.path().join("rule.yaml"),
            RULE.replace("pattern:", "patern:"),
        )
        .unwrap();
        let output = run(folder.path(), &ARGS);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr.contains("rule.yaml:") && stderr.contains("`patern`"),
            "{stderr}"
        );
    }

    #[test]
    fn the_summary_tells_which_rules_cannot_run() {
        let folder = folder("x = 1\n");
        let foreign = RULE
            .replace("dangerous-call", "foreign")
            .replace("[python]", "[cobol]");
        fs::write(folder.path().join("foreign.yaml"), foreign).unwrap();
        let output = run(
            folder.path(),
            &[&ARGS[..], &["--rules", "foreign.yaml"]].concat(),
        );
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            text.contains("languages that aiscan does not read"),
            "{text}"
        );
    }

    #[test]
    fn two_runs_give_the_same_bytes() {
        let folder = folder("dangerous(x)\n");
        for format in ["json", "jsonl", "sarif", "gitlab", "github", "concise"] {
            let args = [&ARGS[..], &["--format", format]].concat();
            let (first, second) = (run(folder.path(), &args), run(folder.path(), &args));
            assert_eq!(first.status.code(), Some(1));
            assert_eq!(first.stdout, second.stdout);
        }
    }
}
