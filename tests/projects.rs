//! Whole projects, scanned by the program as a user runs it: what is planted is found, what is
//! repaired is not, and the exit code can be trusted.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows functions with `#[test]` as tests, and not what they call"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aiscan::rule::fixture;
use serde_json::Value;
use tempfile::TempDir;

use common::{aiscan, json};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects")
}

/// A copy of a project in a folder of its own, so that no repository around it counts.
fn project(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&fixtures().join(name), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// The findings of a report as `path line rule`.
fn findings(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let (path, rule) = (&finding["path"], &finding["rule"]);
            let line = &finding["start"]["line"];
            format!(
                "{} {line} {}",
                path.as_str().unwrap(),
                rule.as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn every_planted_flaw_is_found_where_it_stands() {
    let folder = project("vulnerable");
    let (report, code) = json(folder.path(), &["."]);
    assert_eq!(code, 1);
    let found = findings(&report);
    let planted = fs::read_to_string(fixtures().join("vulnerable.expected")).unwrap();
    let planted = planted.lines().filter(|line| !line.starts_with('#'));
    let missed: Vec<&str> = planted
        .filter(|line| !found.iter().any(|f| f == line))
        .collect();
    assert!(
        missed.is_empty(),
        "not found:\n{}\nbut:\n{}",
        missed.join("\n"),
        found.join("\n")
    );
}

#[test]
fn a_clean_project_passes_without_a_remark() {
    let folder = project("clean");
    let (report, code) = json(folder.path(), &["."]);
    assert_eq!((findings(&report), code), (Vec::new(), 0));
    assert_eq!(report["complete"], true);
    assert_eq!(report["parsed"], 4);
}

/// What a project's flows from file to file come to, against what is expected of them.
#[track_caller]
fn check_flows(name: &str, args: &[&str], rule: &str) -> Value {
    let folder = project(name);
    let (report, code) = json(folder.path(), args);
    assert_eq!(code, 1, "{report:#}");
    let expected = fs::read_to_string(fixtures().join(format!("{name}.expected"))).unwrap();
    let expected = expected.lines().filter(|line| !line.starts_with('#'));
    let mut found = findings(&report);
    found.retain(|found| found.ends_with(rule));
    assert_eq!(found, expected.collect::<Vec<_>>());
    report
}

const RUST_FLOW: [&str; 3] = ["--rules", "rules.yaml", "."];

#[test]
fn flows_through_three_files_are_found_in_each_language() {
    check_flows("flow-python", &["."], "python.injection.sql-request-value");
    let command = "javascript.execution.request-value-command";
    check_flows("flow-script", &["."], command);
    let rust = check_flows("flow-rust", &RUST_FLOW, "argument-in-statement");
    let trace = rust["findings"][0]["trace"].as_array().unwrap().iter();
    let mut files: Vec<&str> = trace.map(|step| step["path"].as_str().unwrap()).collect();
    files.dedup();
    let way = [
        "src/main.rs",
        "src/service.rs",
        "src/store/mod.rs",
        "src/store/connection.rs",
    ];
    assert_eq!(files, way);
}

/// The fingerprints of a report.
fn fingerprints(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["fingerprint"].as_str().unwrap())
        .collect()
}

#[test]
fn a_flow_from_another_file_is_one_finding_at_its_sink() {
    let folder = project("flow-rust");
    let (before, _) = json(folder.path(), &RUST_FLOW);
    for file in ["src/main.rs", "src/store/connection.rs"] {
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("// a line more\n\n{text}")).unwrap();
    }
    let (after, _) = json(folder.path(), &RUST_FLOW);
    assert_eq!(fingerprints(&before), fingerprints(&after));
    let sink = folder.path().join("src/store/connection.rs");
    let text = fs::read_to_string(&sink).unwrap();
    let silenced = text.replacen(
        "self.inner.execute(statement)",
        "// aiscan: ignore[argument-in-statement] the console is trusted\n        self.inner.execute(statement)",
        1,
    );
    fs::write(&sink, silenced).unwrap();
    let (report, _) = json(folder.path(), &RUST_FLOW);
    let of_rule = |report: &Value| {
        let mut findings = report["findings"].as_array().unwrap().iter();
        findings
            .find(|of| of["rule"] == "argument-in-statement")
            .cloned()
    };
    let silenced = of_rule(&report).unwrap();
    let reason = &silenced["suppression"]["reason"];
    assert_eq!(reason, "the console is trusted");
    assert_eq!(report["suppression_problems"], serde_json::json!([]));
    // The file alone holds no flow.
    let alone = ["--rules", "rules.yaml", "src/store/connection.rs"];
    let (report, _) = json(folder.path(), &alone);
    assert_eq!(of_rule(&report), None);
}

#[test]
fn flows_between_files_name_both_in_every_report() {
    let folder = project("flow-python");
    let human = aiscan(folder.path(), &["."]).stdout;
    let human = String::from_utf8(human).unwrap();
    for excerpt in [
        "--> shop/web/orders.py:12:16\n",
        "12 |     customer = request.args[\"customer\"]\n",
        "--> shop/store/orders.py:8:27\n",
    ] {
        assert!(human.contains(excerpt), "{human}");
    }
    let sarif = aiscan(folder.path(), &["--format", "sarif", "."]).stdout;
    let sarif: Value = serde_json::from_slice(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
    let mut flows = results.filter_map(|result| result["codeFlows"].as_array());
    let steps = &flows.next().unwrap()[0]["threadFlows"][0]["locations"];
    let files = steps.as_array().unwrap().iter().map(|step| {
        let place = &step["location"]["physicalLocation"];
        place["artifactLocation"]["uri"].as_str().unwrap()
    });
    let mut files: Vec<&str> = files.collect();
    files.dedup();
    let way = [
        "shop/web/orders.py",
        "shop/service.py",
        "shop/store/orders.py",
    ];
    assert_eq!(files, way);
}

#[test]
fn flows_between_files_do_not_depend_on_threads_or_the_working_directory() {
    let folder = project("flow-python");
    let one = aiscan(folder.path(), &["--format", "json", "--threads", "1", "."]);
    let other = folder.path().join("shop/store");
    let four = aiscan(&other, &["--format", "json", "--threads", "4", "../.."]);
    assert_eq!(one.stdout, four.stdout);
}

/// A token of a provider's shape, made here so that none stands in this repository.
fn token() -> String {
    let token = fixture::expand(b"sk-ant-api03-{{rand:base64url:93}}AA", "tests/projects.rs");
    String::from_utf8(token.unwrap().into_owned()).unwrap()
}

#[test]
fn a_planted_secret_is_found_and_stands_in_no_report() {
    let folder = project("clean");
    let token = token();
    fs::write(
        folder.path().join("worker/.env"),
        format!("# local\nMODEL_KEY={token}\n"),
    )
    .unwrap();
    let (report, code) = json(folder.path(), &["."]);
    assert_eq!(code, 1);
    assert_eq!(
        findings(&report),
        ["worker/.env 2 secrets.ai.anthropic-api-key"]
    );
    for format in [
        "human", "concise", "json", "jsonl", "sarif", "github", "gitlab",
    ] {
        let output = aiscan(folder.path(), &["--verbose", "--format", format]);
        assert_eq!(output.status.code(), Some(1), "{format}");
        for text in [output.stdout, output.stderr] {
            let text = String::from_utf8(text).unwrap();
            assert!(!text.contains(&token[20..60]), "{format}: {text}");
        }
    }
}

/// Expects code 2, an error that names `subject`, and a next step.
#[track_caller]
fn check_error(folder: &Path, args: &[&str], subject: &str) {
    let output = aiscan(folder, args);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.starts_with("error: ") && stderr.contains(subject),
        "{stderr}"
    );
    assert!(stderr.contains("\n help: "), "{stderr}");
    assert!(output.stdout.is_empty());
}

#[test]
fn what_cannot_be_scanned_is_an_error_that_names_it() {
    let folder = project("clean");
    fs::create_dir(folder.path().join("empty")).unwrap();
    check_error(folder.path(), &["no-such-folder"], "`no-such-folder`");
    check_error(folder.path(), &["empty"], "`empty`");
}

#[test]
fn a_broken_rule_is_an_error_that_names_file_line_rule_and_key() {
    let folder = project("clean");
    let rule = "rules:\n  - id: mine\n    languages: [python]\n    severity: ERROR\n    \
                message: m\n    patern: f()\n";
    fs::write(folder.path().join("mine.yaml"), rule).unwrap();
    let args = ["--rules", "mine.yaml", "api"];
    check_error(folder.path(), &args, "mine.yaml:6: rule `mine`: `patern`");
    fs::write(
        folder.path().join("mine.yaml"),
        rule.replace("patern: f()", "pattern: f("),
    )
    .unwrap();
    check_error(folder.path(), &args, "mine.yaml:6: rule `mine`: `pattern`");
    check_error(
        folder.path(),
        &["--rules", "none.yaml", "api"],
        "`none.yaml`",
    );
}

#[test]
fn threads_and_the_working_directory_do_not_change_a_byte() {
    let folder = project("vulnerable");
    let away = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    for format in ["sarif", "json", "jsonl", "gitlab"] {
        let run = |from: &Path, path: &str, threads: &str| {
            let output = aiscan(from, &["--format", format, "--threads", threads, path]);
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            output.stdout
        };
        let first = run(folder.path(), ".", "1");
        assert!(first == run(folder.path(), ".", "8"), "{format}: threads");
        assert!(
            first == run(away.path(), root, "8"),
            "{format}: working directory"
        );
        assert!(
            first == run(&folder.path().join("api"), "..", "2"),
            "{format}: path"
        );
    }
}

/// A file of one language that is nothing but brackets neither ends the process nor keeps it, and
/// its neighbour is still examined.
#[track_caller]
fn check_nested(extension: &str, before: &str, open: &str, close: &str, after: &str) {
    const LEVELS: usize = 100_000;
    let folder = tempfile::tempdir().unwrap();
    let deep = format!(
        "{before}{}1{}{after}\n",
        open.repeat(LEVELS),
        close.repeat(LEVELS)
    );
    fs::write(folder.path().join(format!("deep.{extension}")), deep).unwrap();
    fs::write(
        folder.path().join("flaw.py"),
        "import requests\n\nrequests.get(url, verify=False)\n",
    )
    .unwrap();
    let started = Instant::now();
    let (report, code) = json(folder.path(), &["."]);
    assert!(
        started.elapsed() < Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
    assert!(code == 1 || code == 2, "{code}");
    let rule = "flaw.py 3 python.transport.tls-verify-disabled";
    assert!(
        findings(&report).iter().any(|found| found == rule),
        "{report:#}"
    );
    let problems = report["problems"].to_string();
    assert!(!problems.contains("internal"), "{problems}");
}

#[test]
fn nested_brackets_in_python() {
    check_nested("py", "x = ", "[", "]", "");
    check_nested("py", "x = ", "(", ")", "");
    check_nested("py", "x = ", "{1: ", "}", "");
    check_nested("py", "x = ", "f(", ")", "");
    check_nested("py", "x = ", "[", "", "");
}

#[test]
fn nested_brackets_in_javascript() {
    check_nested("js", "x = ", "[", "]", ";");
    check_nested("js", "x = ", "f(", ")", ";");
    check_nested("js", "", "{", "}", "");
    check_nested("js", "x = ", "() => {", "}", "");
    check_nested("js", "", "if (a) b(); else ", "", ";");
    check_nested("jsx", "x = ", "<a>", "</a>", ";");
}

#[test]
fn nested_brackets_in_typescript() {
    check_nested("ts", "let x = ", "[", "]", ";");
    check_nested("ts", "let x: ", "A<", ">", ";");
    check_nested("tsx", "let x = ", "(", ")", ";");
}

#[test]
fn nested_brackets_in_rust() {
    check_nested("rs", "fn f() { let x = ", "[", "]", "; }");
    check_nested("rs", "fn f() { let x = ", "g(", ")", "; }");
    check_nested("rs", "fn f() ", "{", "}", "");
    check_nested("rs", "fn f() { ", "match a { b => ", "}", " }");
    check_nested("rs", "type T = ", "V<", ">", ";");
    check_nested("rs", "m!", "(", ")", ";");
}
