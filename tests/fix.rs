//! `--fix` and `--dry-run` from outside: what stands in files afterwards, and what is said.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows functions with `#[test]` as tests, and not what they call"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const RULES: &str = r#"
rules:
- {id: call, languages: [python], severity: ERROR, message: m, pattern: "old($X, $...R)", fix: "new($X, $...R)"}
- {id: lines, languages: [python], severity: ERROR, message: m, pattern: two($X), fix: "one($X)\none($X)\n"}
- {id: breaks, languages: [python], severity: ERROR, message: m, pattern: breaks($X), fix: "f($X"}
- {id: half, languages: [python], severity: ERROR, message: m, pattern: half($X), fix: "f($X, $Y)"}
- {id: nothing, languages: [python], severity: ERROR, message: m, pattern: "gone($X)", fix: ""}
- id: swap
  languages: [python]
  severity: ERROR
  message: m
  pattern: swap($A, $B)
  fix: $A * $B
- id: regex
  languages: [python]
  severity: ERROR
  message: m
  pattern: regex(...)
  fix-regex: {regex: '(\w)=(\d)', replacement: '\1 = $2', count: 1}
- id: focus
  languages: [python]
  severity: ERROR
  message: m
  patterns:
  - pattern: f(..., check=$V, ...)
  - focus-metavariable: $V
  - metavariable-regex: {metavariable: $V, regex: "False"}
  fix: "True"
- id: flow
  languages: [python]
  severity: ERROR
  message: m
  mode: taint
  pattern-sources: [{pattern: source()}]
  pattern-sinks: [{patterns: [{pattern: sink($X)}, {focus-metavariable: $X}]}]
  fix: clean($X)
- {id: word, languages: [regex], severity: ERROR, message: m, pattern-regex: 'colou?r(\d)', fix: "hue$1"}
"#;

struct Tree(tempfile::TempDir);

impl Tree {
    fn new(name: &str, bytes: &[u8]) -> Tree {
        let tree = Tree(tempfile::tempdir().unwrap());
        fs::write(tree.path("rules.yaml"), RULES).unwrap();
        fs::create_dir(tree.path("src")).unwrap();
        fs::write(tree.path("src").join(name), bytes).unwrap();
        tree
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_aiscan"))
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .args(["src", "--no-builtin-rules", "--rules", "rules.yaml"])
            .args(args)
            .output()
            .unwrap()
    }
}

/// Fixes a file of this name, and expects these bytes in it and this exit code.
#[track_caller]
fn check_bytes(name: &str, before: &[u8], after: &[u8], code: i32) -> Output {
    let tree = Tree::new(name, before);
    let output = tree.run(&["--fix"]);
    let found = fs::read(tree.path("src").join(name)).unwrap();
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(shown(&found), shown(after), "{output:?}");
    assert_eq!(found, after);
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    output
}

/// The same for Python that is wholly fixed.
#[track_caller]
fn check(before: &str, after: &str) {
    check_bytes("a.py", before.as_bytes(), after.as_bytes(), 0);
}

#[test]
fn metavariables_stand_in_the_fix_as_the_source_spells_them() {
    check("old(a+b , c,d)\n", "new(a+b, c,d)\n");
    check("old('é', 1)\n", "new('é', 1)\n");
}

#[test]
fn a_value_keeps_the_parentheses_that_hold_it_together() {
    check("swap((a + b), c)\n", "(a + b) * c\n");
    check("swap(g(a), ((c)))\n", "g(a) * ((c))\n");
    check("old(a, (b))\n", "new(a, (b))\n");
    check("old(a, (b), c, (d))\n", "new(a, (b), c, (d))\n");
}

#[test]
fn parentheses_around_what_is_replaced_stay() {
    check("x = (swap(a, b)).c\n", "x = (a * b).c\n");
}

#[test]
fn further_lines_stand_below_the_first() {
    check(
        "class A:\n\tdef f():\n\t\ttwo(x)\n",
        "class A:\n\tdef f():\n\t\tone(x)\n\t\tone(x)\n",
    );
}

#[test]
fn line_ends_byte_order_marks_and_encodings_are_kept() {
    check("a\r\ntwo(x)\r\n", "a\r\none(x)\r\none(x)\r\n");
    check("\u{feff}gone(1)\n", "\u{feff}\n");
    let utf_16 = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect()
    };
    let (before, after) = (utf_16("old('é𝄞', 1)\n"), utf_16("new('é𝄞', 1)\n"));
    check_bytes("a.py", &before, &after, 0);
    let before = b"# coding: latin-1\ns = '\xe9'\nold(1, 2)\n";
    let after = b"# coding: latin-1\ns = '\xe9'\nnew(1, 2)\n";
    check_bytes("a.py", before, after, 0);
}

#[test]
fn what_cannot_be_written_in_the_encoding_of_the_file_stays() {
    let before = b"# coding: latin-1\nold('\xe9', 2)\n";
    check_bytes("a.py", before, before, 1);
    let before = b"s = '\xff'\nold('\xe9', 2)\n";
    check_bytes("a.py", before, before, 1);
}

#[test]
fn groups_of_a_regex_stand_in_its_replacement() {
    check_bytes("a.py", b"regex(a=1, b=2)\n", b"regex(a = 1, b=2)\n", 1);
    check_bytes("a.txt", b"colour1 color2\n", b"hue1 hue2\n", 0);
}

#[test]
fn the_focus_is_what_is_replaced() {
    check("f(1, check=False)\n", "f(1, check=True)\n");
}

#[test]
fn flows_are_fixed_at_their_sink() {
    check_bytes(
        "a.py",
        b"x = source()\nsink(x)\n",
        b"x = source()\nsink(clean(x))\n",
        1,
    );
}

#[test]
fn a_fix_that_breaks_the_file_is_not_made_and_is_told() {
    let output = check_bytes(
        "a.py",
        b"breaks(1)\nold(1, 2)\n",
        b"breaks(1)\nnew(1, 2)\n",
        1,
    );
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 fix made in 1 file"), "{said}");
    assert!(
        said.contains("1 fix left out: the file would parse worse"),
        "{said}"
    );
}

#[test]
fn a_fix_with_an_unknown_part_is_none() {
    let output = check_bytes("a.py", b"half(1)\n", b"half(1)\n", 1);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("0 fixes made in 0 files"), "{said}");
}

#[test]
fn what_overlaps_is_left_for_another_run() {
    let tree = Tree::new("a.py", b"old(old(1, 2), 3)\n");
    let said = String::from_utf8(tree.run(&["--fix"]).stdout).unwrap();
    assert!(said.contains("1 fix left for another run"), "{said}");
    assert_eq!(
        fs::read(tree.path("src/a.py")).unwrap(),
        b"new(old(1, 2), 3)\n"
    );
    assert_eq!(tree.run(&["--fix"]).status.code(), Some(0));
    assert_eq!(
        fs::read(tree.path("src/a.py")).unwrap(),
        b"new(new(1, 2), 3)\n"
    );
}

#[test]
fn silenced_findings_stay_as_they_are() {
    let before = b"old(1, 2) # aiscan: ignore[call] it is meant\n";
    check_bytes("a.py", before, before, 0);
}

#[test]
fn a_dry_run_shows_a_diff_and_changes_nothing() {
    let tree = Tree::new("a.py", b"a\nold(1, 2)\n");
    let output = tree.run(&["--dry-run"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n a\n-old(1, 2)\n+new(1, 2)\n"
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("1 fix in 1 file shown, none made"), "{said}");
    assert_eq!(fs::read(tree.path("src/a.py")).unwrap(), b"a\nold(1, 2)\n");
}

#[test]
fn a_diff_and_a_report_do_not_share_standard_output() {
    let tree = Tree::new("a.py", b"old(1, 2)\n");
    let output = tree.run(&["--dry-run", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let output = tree.run(&["--dry-run", "--output", "json=report.json"]);
    assert!(output.stdout.starts_with(b"--- a/a.py\n"));
    let report = fs::read_to_string(tree.path("report.json")).unwrap();
    assert!(
        report.contains("\"replacement\": \"new(1, 2)\""),
        "{report}"
    );
}

#[test]
fn standard_input_cannot_be_fixed_in_place() {
    let tree = Tree::new("a.py", b"");
    let mut command = Command::new(env!("CARGO_BIN_EXE_aiscan"));
    let output = command
        .current_dir(tree.0.path())
        .args(["-", "--stdin-filename", "a.py", "--fix"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--dry-run"));
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_an_error_that_names_it() {
    let tree = Tree::new("a.py", b"old(1, 2)\n");
    set_mode(&tree.path("src/a.py"), 0o444);
    let output = tree.run(&["--fix"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("error: cannot fix `a.py`: it is read-only"),
        "{said}"
    );
    assert!(said.contains("help: make it writable"), "{said}");
    assert_eq!(fs::read(tree.path("src/a.py")).unwrap(), b"old(1, 2)\n");
}
