//! What git tracks and ignores, and repositories that want to run something.

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use aiscan::discover::{Request, SkipReason, discover};

use super::{PLAIN, add, all_of, executable, fifo, git, names, repository, select, skipped, tree};

#[test]
fn tracked_files_are_scanned_whatever_ignore_files_say() {
    let dir = repository(&["evil.py", "build/x.py"]);
    add(dir.path(), ".gitignore", "*\n");
    add(dir.path(), "new.py", "");
    let selection = all_of(&dir);
    assert_eq!(names(&selection), ["build/x.py", "evil.py"]);
    assert_eq!(
        skipped(&selection, SkipReason::Ignored),
        [".gitignore", "build", "new.py"]
    );
}

#[test]
fn ignore_files_hold_from_the_root_down_and_can_be_overruled() {
    let dir = repository(&["a.py"]);
    add(dir.path(), ".gitignore", "*.log\n/out/\n");
    add(dir.path(), "sub/.gitignore", "!keep.log\n");
    for name in ["sub/keep.log", "sub/x.log", "out/x", "sub/out/x"] {
        add(dir.path(), name, "");
    }
    let selection = select(&[dir.path().join("sub")]).unwrap();
    assert_eq!(
        names(&selection),
        ["sub/.gitignore", "sub/keep.log", "sub/out/x"]
    );
    let paths = [dir.path().to_owned()];
    let all = discover(&Request {
        paths: &paths,
        gitignore: false,
        ..PLAIN
    })
    .unwrap();
    assert!(names(&all).contains(&"out/x") && names(&all).contains(&"sub/x.log"));
}

#[test]
fn only_gitignore_inside_git_is_honoured() {
    let dir = repository(&["a.py", "b.py"]);
    git(dir.path(), &["rm", "-q", "--cached", "b.py"]);
    add(dir.path(), ".ignore", "b.py\n");
    add(dir.path(), ".git/info/exclude", "b.py\n");
    assert_eq!(names(&all_of(&dir)), [".ignore", "a.py", "b.py"]);

    let plain = tree(&["a.py"]);
    add(plain.path(), ".gitignore", "*\n");
    assert_eq!(names(&all_of(&plain)), [".gitignore", "a.py"]);
}

#[test]
fn an_ignore_file_that_is_a_pipe_or_huge_hides_nothing() {
    let dir = repository(&["a.py"]);
    add(dir.path(), "sub/b.py", "");
    add(dir.path(), "big/c.py", "");
    add(dir.path(), "big/.gitignore", &"*.py\n".repeat(100_000));
    fifo(&dir.path().join("sub/.gitignore"));
    let selection = all_of(&dir);
    assert_eq!(
        names(&selection),
        ["a.py", "big/.gitignore", "big/c.py", "sub/b.py"]
    );
}

#[test]
fn a_tracked_name_behind_a_link_does_not_lead_out_of_the_tree() {
    let outside = tree(&["x.py"]);
    let dir = repository(&["gone/x.py"]);
    fs::remove_dir_all(dir.path().join("gone")).unwrap();
    symlink(outside.path(), dir.path().join("gone")).unwrap();
    let selection = all_of(&dir);
    assert!(names(&selection).is_empty());
    assert_eq!(skipped(&selection, SkipReason::Link), ["gone"]);
}

#[test]
fn a_tracked_name_of_any_bytes_is_found_in_an_ignored_folder() {
    let dir = tree(&["sub/"]);
    fs::write(
        dir.path().join("sub").join(OsStr::from_bytes(b"\xff\n.py")),
        "",
    )
    .unwrap();
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "."]);
    add(dir.path(), ".gitignore", "sub\n");
    assert_eq!(names(&all_of(&dir)), [".gitignore", "sub/\\xFF\n.py"]);
}

#[test]
fn the_configuration_of_a_repository_runs_nothing() {
    let dir = repository(&["a.py", "sub/b.py"]);
    let marker = dir.path().join(".git/marker");
    let plant = format!("touch {}", marker.display());
    executable(&dir.path().join(".git/hooks/post-index-change"), &plant);
    let included = dir.path().join(".git/more");
    fs::write(&included, format!("[core]\n\tfsmonitor = \"{plant} #\"\n")).unwrap();
    fs::write(dir.path().join(".git/info/attributes"), "* filter=evil\n").unwrap();
    let mut config = fs::read_to_string(dir.path().join(".git/config")).unwrap();
    write!(
        config,
        "[core]\n fsmonitor = \"{plant} #\"\n hooksPath = .git/hooks\n pager = {plant}\n \
         sshCommand = {plant}\n editor = {plant}\n\
         [diff]\n external = {plant}\n\
         [filter \"evil\"]\n clean = {plant}\n smudge = {plant}\n process = {plant}\n\
         [alias]\n ls-files = !{plant}\n\
         [pager]\n ls-files = {plant}\n\
         [credential]\n helper = !{plant}\n\
         [remote \"origin\"]\n url = ext::sh -c {plant}\n promisor = true\n\
         [protocol \"ext\"]\n allow = always\n\
         [include]\n path = {}\n",
        included.display()
    )
    .unwrap();
    fs::write(dir.path().join(".git/config"), config).unwrap();
    let selection = all_of(&dir);
    assert_eq!(names(&selection), ["a.py", "sub/b.py"]);
    assert_eq!(selection.notes, Vec::<String>::new());
    assert!(!marker.exists());

    // The trap works: git left to itself walks into it.
    let status = Command::new("git")
        .arg("status")
        .current_dir(dir.path())
        .output();
    assert!(marker.exists(), "{status:?}");
}

#[test]
fn a_repository_that_names_another_work_tree_is_scanned_where_it_stands() {
    let elsewhere = tree(&["x.py"]);
    // Seen from the folder above, git would find none of its tracked files here.
    for work_tree in [elsewhere.path().to_str().unwrap(), "/nowhere", "../.."] {
        let dir = repository(&["a.py"]);
        git(dir.path(), &["config", "core.worktree", work_tree]);
        add(dir.path(), ".gitignore", "a.py\n");
        let selection = all_of(&dir);
        assert_eq!(names(&selection), [".gitignore", "a.py"], "{work_tree}");
        assert_eq!(selection.root, dir.path().canonicalize().unwrap());
        assert_eq!(selection.notes, Vec::<String>::new());
    }
}

#[test]
fn linked_work_trees_and_unborn_branches_are_work_trees() {
    let dir = repository(&["a.py"]);
    add(dir.path(), ".gitignore", "*\n");
    assert_eq!(names(&all_of(&dir)), ["a.py"]);
    git(dir.path(), &["commit", "-q", "-m", "a"]);
    let linked = tree(&[]);
    let path = linked.path().join("linked");
    git(
        dir.path(),
        &["worktree", "add", "-q", path.to_str().unwrap()],
    );
    add(&path, ".gitignore", "*\n");
    let selection = select(&[path]).unwrap();
    assert_eq!(names(&selection), ["a.py"]);
}

#[test]
fn a_broken_repository_means_no_ignore_file_and_a_note() {
    let dir = repository(&["a.py"]);
    add(dir.path(), ".gitignore", "*\n");
    fs::write(dir.path().join(".git/index"), "broken").unwrap();
    let selection = all_of(&dir);
    assert_eq!(names(&selection), [".gitignore", "a.py"]);
    let [note] = &selection.notes[..] else {
        panic!("{:?}", selection.notes);
    };
    assert!(note.contains("no ignore file applies"), "{note}");
    assert!(!note.contains(dir.path().to_str().unwrap()), "{note}");
}

#[test]
fn a_repository_of_somebody_else_means_no_ignore_file_and_a_note() {
    let dir = repository(&["a.py"]);
    if dir.path().metadata().unwrap().uid() != 0 {
        return; // Only root can give a folder away.
    }
    add(dir.path(), ".gitignore", "*\n");
    for path in [dir.path().to_owned(), dir.path().join(".git")] {
        std::os::unix::fs::chown(path, Some(65_534), None).unwrap();
    }
    let selection = all_of(&dir);
    assert_eq!(names(&selection), [".gitignore", "a.py"]);
    assert!(
        selection.notes[0].contains("somebody else"),
        "{:?}",
        selection.notes
    );
}

#[test]
fn submodules_are_left_out_and_nested_repositories_are_scanned_whole() {
    let inner = repository(&["x.py"]);
    git(inner.path(), &["commit", "-q", "-m", "x"]);
    let dir = repository(&["a.py"]);
    git(
        dir.path(),
        &[
            "submodule",
            "--quiet",
            "add",
            inner.path().to_str().unwrap(),
            "sub",
        ],
    );
    add(dir.path(), ".gitignore", "*.log\n");
    for name in ["nested/y.py", "nested/z.log"] {
        add(dir.path(), name, "");
    }
    add(dir.path(), "nested/.gitignore", "*\n");
    git(&dir.path().join("nested"), &["init", "-q"]);
    let selection = all_of(&dir);
    assert_eq!(
        names(&selection),
        [
            ".gitignore",
            ".gitmodules",
            "a.py",
            "nested/.gitignore",
            "nested/y.py",
            "nested/z.log"
        ]
    );
    assert_eq!(skipped(&selection, SkipReason::Submodule), ["sub"]);
    assert_eq!(
        selection.notes,
        ["1 nested repository is scanned without ignore files: nested"]
    );
    let named = select(&[dir.path().join("sub")]).unwrap();
    assert_eq!(names(&named), ["x.py"]);
}

#[test]
fn a_hostile_environment_does_not_lead_git_elsewhere() {
    const INNER: &str = "AISCAN_TEST_HOSTILE_ENVIRONMENT";
    if let Some(root) = std::env::var_os(INNER) {
        let selection = select(&[PathBuf::from(root)]).unwrap();
        assert_eq!(names(&selection), [".gitignore", "a.py"]);
        assert_eq!(selection.notes, Vec::<String>::new());
        return;
    }
    let other = repository(&["other.py"]);
    let dir = repository(&["a.py"]);
    let marker = dir.path().join(".git/marker");
    let plant = format!("touch {}", marker.display());
    executable(&dir.path().join("git"), &plant);
    add(dir.path(), ".gitignore", "a.py\n/git\n");

    // Variables belong to the whole process, so the check runs in one of its own.
    let path = format!(
        ".:{}:{}",
        dir.path().display(),
        std::env::var("PATH").unwrap()
    );
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "git::a_hostile_environment_does_not_lead_git_elsewhere",
        ])
        .current_dir(dir.path())
        .env(INNER, dir.path())
        .env("PATH", path)
        .env("GIT_DIR", other.path().join(".git"))
        .env("GIT_WORK_TREE", other.path())
        .env("GIT_INDEX_FILE", other.path().join(".git/index"))
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "core.fsmonitor")
        .env("GIT_CONFIG_VALUE_0", &plant)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && shown.contains("1 passed"),
        "{shown}"
    );
    assert!(!marker.exists());
}
