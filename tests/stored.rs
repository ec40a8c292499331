//! What git stores, scanned by the program as a user runs it: the index, and what commits brought
//! in, of repositories that may be hostile.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "clippy knows functions with `#[test]` as tests, and not what they call"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use aiscan::rule::fixture;
use serde_json::Value;
use tempfile::TempDir;

use common::{aiscan, git, json};

/// A token of a provider's shape, made here so that none stands in this repository.
fn token(seed: &str) -> String {
    let token = fixture::expand(b"sk-ant-api03-{{rand:base64url:93}}AA", seed);
    String::from_utf8(token.unwrap().into_owned()).unwrap()
}

fn line(seed: &str) -> String {
    format!("MODEL_KEY={}\n", token(seed))
}

const RULE: &str = "secrets.ai.anthropic-api-key";

fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    folder
}

fn add(root: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    git(root, &["add", "-f", name]);
}

/// Commits what is staged; the id of the commit.
#[track_caller]
fn commit(root: &Path) -> String {
    git(root, &["commit", "-q", "--allow-empty", "-m", "x"]);
    git(root, &["rev-parse", "HEAD"])
}

/// Expects a code and findings as `path:line rule`.
#[track_caller]
fn check(folder: &Path, args: &[&str], code: i32, expected: &[String]) -> Value {
    let (report, actual) = json(folder, args);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    let findings: Vec<String> = findings
        .map(|finding| {
            let place = format!("{}:{}", text(&finding["path"]), finding["start"]["line"]);
            let commit = finding["commit"].as_str();
            let commit = commit.map_or_else(String::new, |commit| format!("{commit}:"));
            format!("{commit}{place} {}", text(&finding["rule"]))
        })
        .collect();
    assert_eq!(findings, expected, "{report:#}");
    assert_eq!(actual, code, "{report:#}");
    report
}

/// Expects code 2, an error that says `subject`, and a next step that says `help`.
#[track_caller]
fn check_error(folder: &Path, args: &[&str], subject: &str, help: &str) {
    let output = aiscan(folder, args);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains(subject), "{stderr}");
    let next = stderr
        .split_once(" help: ")
        .unwrap_or_else(|| panic!("{stderr}"));
    assert!(next.1.contains(help), "{stderr}");
}

#[test]
fn what_is_staged_counts_and_not_what_stands_in_the_folder() {
    let repository = repository();
    let root = repository.path();
    add(root, "a.env", line("a"));
    add(root, "gone.env", line("b"));
    fs::write(root.join("a.env"), "MODEL_KEY=\n").unwrap();
    fs::remove_file(root.join("gone.env")).unwrap();
    fs::write(root.join("unstaged.env"), line("c")).unwrap();
    let expected = [format!("a.env:1 {RULE}"), format!("gone.env:1 {RULE}")];
    check(root, &["--staged"], 1, &expected);
    // A folder or a file may be named.
    check(root, &["--staged", "a.env"], 1, &expected[..1]);
    check(
        root,
        &["--staged", "--exclude", "gone.*"],
        1,
        &expected[..1],
    );

    commit(root);
    check(root, &["--staged"], 0, &[]);
    add(root, "a.env", format!("# moved\n{}", line("a")));
    check(root, &["--staged"], 1, &[format!("a.env:2 {RULE}")]);
}

#[test]
fn all_rules_see_what_is_staged() {
    let repository = repository();
    add(
        repository.path(),
        "a.py",
        "import requests\n\nrequests.get(url, verify=False)\n",
    );
    let rule = "a.py:3 python.transport.tls-verify-disabled";
    check(repository.path(), &["--staged"], 1, &[rule.to_owned()]);
}

#[test]
fn a_hook_tells_which_index_the_commit_is_made_from() {
    let repository = repository();
    let root = repository.path();
    commit(root);
    let other = root.join(".git/other-index");
    fs::write(root.join("a.env"), line("a")).unwrap();
    let staged = Command::new("git")
        .args(["add", "a.env"])
        .env("GIT_INDEX_FILE", &other)
        .current_dir(root)
        .status();
    assert!(staged.unwrap().success());
    let outside = tempfile::tempdir().unwrap();
    fs::copy(&other, outside.path().join("index")).unwrap();
    for (index, code) in [
        (".git/other-index", 1),
        (other.to_str().unwrap(), 1),
        (outside.path().join("index").to_str().unwrap(), 0),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_aiscan"))
            .arg("--staged")
            .current_dir(root)
            .env("GIT_INDEX_FILE", index)
            .output();
        assert_eq!(output.unwrap().status.code(), Some(code), "{index}");
    }
}

#[test]
fn a_merge_that_is_not_done_is_not_examined() {
    let repository = repository();
    let root = repository.path();
    for (branch, text) in [("main", "a"), ("other", "b"), ("main", "c")] {
        git(root, &["checkout", "-q", "-B", branch]);
        add(root, "a.txt", text);
        commit(root);
        if branch == "other" {
            git(root, &["checkout", "-q", "-B", "main", "HEAD~1"]);
        }
    }
    let merge = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "merge",
            "-q",
            "other",
        ])
        .current_dir(root)
        .output();
    assert!(!merge.unwrap().status.success());
    let report = check(root, &["--staged"], 2, &[]);
    assert!(
        report["problems"].to_string().contains("conflict"),
        "{report:#}"
    );
}

#[test]
fn a_secret_that_was_removed_is_reported_by_the_commit_that_brought_it_in() {
    let repository = repository();
    let root = repository.path();
    add(root, "README", "hello\n");
    commit(root);
    add(root, "old/a.env", line("a"));
    let first = commit(root);
    // Changed around it, then moved, then removed: it is the same secret.
    add(root, "old/a.env", format!("# more\n{}", line("a")));
    commit(root);
    git(root, &["mv", "old/a.env", "b.env"]);
    commit(root);
    git(root, &["rm", "-q", "b.env"]);
    commit(root);
    check(root, &["."], 0, &[]);
    let report = check(
        root,
        &["--history"],
        1,
        &[format!("{first}:old/a.env:1 {RULE}")],
    );
    let message = report["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains(&first[..12]), "{message}");
    for format in ["human", "concise", "jsonl", "sarif", "github", "gitlab"] {
        let output = aiscan(root, &["--history", "--format", format]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(&first[..12]), "{format}: {text}");
        assert!(!text.contains(&token("a")[20..60]), "{format}: {text}");
    }
    let sarif = aiscan(root, &["--history", "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["properties"]["commit"], first.as_str());
}

#[test]
fn two_secrets_of_one_path_have_two_fingerprints() {
    let repository = repository();
    let root = repository.path();
    let mut expected = Vec::new();
    for seed in ["a", "b"] {
        add(root, "a.env", line(seed));
        expected.push(format!("{}:a.env:1 {RULE}", commit(root)));
    }
    let report = check(root, &["--history"], 1, &expected);
    let again = check(root, &["--history", "--threads", "1"], 1, &expected);
    assert_eq!(report, again);
    let fingerprint = |at: usize| &report["findings"][at]["fingerprint"];
    assert_ne!(fingerprint(0), fingerprint(1));
}

#[test]
fn a_range_reports_what_its_commits_brought_in() {
    let repository = repository();
    let root = repository.path();
    add(root, "a.env", line("a"));
    let base = commit(root);
    add(root, "a.env", format!("{}{}", line("a"), line("b")));
    let changed = commit(root);
    let range = format!("--history={base}..HEAD");
    check(root, &[&range], 1, &[format!("{changed}:a.env:2 {RULE}")]);
    // A range may be empty, and commits may bring in nothing.
    check(root, &["--history=HEAD..HEAD"], 0, &[]);
    git(root, &["rm", "-q", "a.env"]);
    check(root, &["--staged"], 0, &[]);
    commit(root);
    check(root, &["--history=HEAD~1..HEAD"], 0, &[]);
}

#[test]
fn other_branches_and_merges_belong_to_the_history() {
    let repository = repository();
    let root = repository.path();
    add(root, "a.txt", "a\n");
    commit(root);
    git(root, &["checkout", "-q", "-b", "side"]);
    add(root, "side.env", line("side"));
    let side = commit(root);
    git(root, &["checkout", "-q", "-b", "other", "HEAD~1"]);
    add(root, "b.txt", "b\n");
    commit(root);
    git(root, &["checkout", "-q", "main"]);
    add(root, "c.txt", "c\n");
    commit(root);
    git(root, &["merge", "-q", "--no-commit", "other"]);
    add(root, "merged.env", line("merged"));
    let merge = commit(root);
    check(
        root,
        &["--history"],
        1,
        &[
            format!("{merge}:merged.env:1 {RULE}"),
            format!("{side}:side.env:1 {RULE}"),
        ],
    );
}

#[test]
fn history_is_for_secrets_alone_and_counts_what_it_leaves_out() {
    let repository = repository();
    let root = repository.path();
    let flaw = "import requests\n\nrequests.get(url, verify=False)  # aiscan: ignore[x] y\n";
    add(root, "a.py", flaw);
    add(root, "image.bin", b"\0\0\0");
    add(root, "large.txt", vec![b'x'; 50 * 1024 * 1024 + 1]);
    std::os::unix::fs::symlink("/etc/passwd", root.join("link")).unwrap();
    git(root, &["add", "link"]);
    commit(root);
    let report = check(root, &["--history"], 2, &[]);
    assert_eq!(report["problems"][0]["path"], "large.txt");
    assert_eq!(report["problems"].as_array().unwrap().len(), 1);
    let skipped = report["skipped"].to_string();
    assert!(
        skipped.contains("image.bin") && skipped.contains("link"),
        "{skipped}"
    );
    check(root, &["--history", "--exclude", "large.txt"], 0, &[]);
    check_error(
        root,
        &["--history", "--rule", "python.*"],
        "no rule for secrets",
        "rules list",
    );
}

#[test]
fn a_large_binary_does_not_end_the_reading() {
    let repository = repository();
    let root = repository.path();
    add(root, "a.bin", vec![0; 3 << 20]);
    add(root, "b.env", line("b"));
    check(root, &["--staged"], 1, &[format!("b.env:1 {RULE}")]);
}

#[test]
fn what_cannot_be_read_is_an_error_with_its_next_step() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "a").unwrap();
    check_error(
        folder.path(),
        &["--staged"],
        "no git work tree",
        "git repository",
    );
    check_error(
        folder.path(),
        &["--history"],
        "no git work tree",
        "git repository",
    );

    let repository = repository();
    let root = repository.path();
    check_error(root, &["--history"], "no commit", "commit");
    add(root, "a.txt", "a");
    commit(root);
    for range in ["nothing..HEAD", "--output=x", "", "-1", "HEAD:a.txt"] {
        let option = format!("--history={range}");
        check_error(root, &[&option], "names no commits", "rev-list");
    }
    assert!(!root.join("x").exists());
    check_error(root, &["--staged", "-"], "`-`", "--staged");

    add(root, "a.txt", "b");
    commit(root);
    let clones = tempfile::tempdir().unwrap();
    let origin = format!("file://{}", root.display());
    git(
        clones.path(),
        &["clone", "-q", "--depth=1", &origin, "shallow"],
    );
    let shallow = clones.path().join("shallow");
    check_error(&shallow, &["--history"], "shallow", "--unshallow");
    git(
        clones.path(),
        &["clone", "-q", "--shared", root.to_str().unwrap(), "shared"],
    );
    let shared = clones.path().join("shared");
    for option in ["--staged", "--history"] {
        check_error(&shared, &[option], "borrows", "repack");
    }
    git(&shared, &["repack", "-q", "-a", "-d"]);
    fs::remove_file(shared.join(".git/objects/info/alternates")).unwrap();
    check(&shared, &["--history"], 0, &[]);
}

#[test]
fn a_partial_clone_fetches_nothing() {
    let repository = repository();
    let root = repository.path();
    add(root, "a.env", line("a"));
    commit(root);
    add(root, "a.env", "MODEL_KEY=\n");
    commit(root);
    git(root, &["config", "uploadpack.allowFilter", "true"]);
    let clones = tempfile::tempdir().unwrap();
    let origin = format!("file://{}", root.display());
    git(
        clones.path(),
        &["clone", "-q", "--filter=blob:none", &origin, "partial"],
    );
    let partial = clones.path().join("partial");
    let report = check(&partial, &["--history"], 2, &[]);
    assert!(
        report["problems"]
            .to_string()
            .contains("does not have its content")
    );
    let objects = git(
        &partial,
        &["rev-list", "--all", "--objects", "--missing=print"],
    );
    assert!(objects.contains('?'), "{objects}");
}

#[test]
fn replacements_grafts_and_a_commit_graph_hide_nothing() {
    let repository = repository();
    let root = repository.path();
    add(root, "a.env", line("a"));
    let bad = commit(root);
    let blob = git(root, &["rev-parse", "HEAD:a.env"]);
    add(root, "a.env", "MODEL_KEY=\n");
    let good = commit(root);
    let empty = git(root, &["hash-object", "-w", "-t", "blob", "/dev/null"]);
    git(root, &["replace", &blob, &empty]);
    git(root, &["replace", "--graft", &good]);
    fs::write(root.join(".git/info/grafts"), format!("{good}\n")).unwrap();
    let expected = [format!("{bad}:a.env:1 {RULE}")];
    check(root, &["--history=main"], 1, &expected);
}

#[test]
fn the_configuration_and_attributes_of_a_repository_run_and_change_nothing() {
    let repository = repository();
    let root = repository.path();
    let marker = root.join(".git/marker");
    let plant = format!("touch {}", marker.display());
    add(
        root,
        ".gitattributes",
        "* filter=evil diff=evil text eol=crlf ident\n",
    );
    add(root, "a.env", line("a"));
    let first = commit(root);
    add(root, "a.env", format!("{}{}", line("a"), line("b")));
    let config = format!(
        "[core]\n fsmonitor = \"{plant} #\"\n hooksPath = .git/hooks\n pager = {plant}\n \
         sshCommand = {plant}\n alternateRefsCommand = \"{plant} #\"\n\
         [diff]\n external = {plant}\n orderFile = .git/order\n\
         [diff \"evil\"]\n textconv = {plant}\n command = {plant}\n\
         [filter \"evil\"]\n clean = {plant}\n smudge = {plant}\n process = {plant}\n\
         [log]\n showSignature = true\n\
         [gpg]\n program = {plant}\n\
         [pager]\n rev-list = {plant}\n diff-tree = {plant}\n cat-file = {plant}\n\
         [alias]\n rev-list = !{plant}\n cat-file = !{plant}\n"
    );
    let path = root.join(".git/config");
    let own = fs::read_to_string(&path).unwrap();
    fs::write(&path, own + &config).unwrap();
    check(
        root,
        &["--history"],
        1,
        &[format!("{first}:a.env:1 {RULE}")],
    );
    let staged = [format!("a.env:1 {RULE}"), format!("a.env:2 {RULE}")];
    check(root, &["--staged"], 1, &staged);
    assert!(!marker.exists());
}
