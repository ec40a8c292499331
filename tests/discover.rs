//! Which files a scan selects, on real folders and real repositories, hostile ones among them.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use aiscan::discover::{
    DiscoverError, ReadError, Request, Selection, SkipReason, discover, path_bytes, read,
};
use tempfile::TempDir;

const PLAIN: Request<'static> = Request {
    paths: &[],
    gitignore: true,
    exclude: &[],
    include: &[],
    force_exclude: false,
    outputs: &[],
};

/// A folder with files; a name with a trailing slash is a folder.
fn tree(names: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for name in names {
        add(dir.path(), name, "x\n");
    }
    dir
}

fn add(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    if name.ends_with('/') {
        fs::create_dir_all(path).unwrap();
    } else {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A repository whose files are all tracked.
fn repository(names: &[&str]) -> TempDir {
    let dir = tree(names);
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "-f", "."]);
    dir
}

/// Runs git on a repository of a test, without anybody's configuration.
fn git(root: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .current_dir(root)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn executable(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn select(paths: &[PathBuf]) -> Result<Selection, DiscoverError> {
    discover(&Request { paths, ..PLAIN })
}

fn all_of(dir: &TempDir) -> Selection {
    select(&[dir.path().to_owned()]).unwrap()
}

fn names(selection: &Selection) -> Vec<&str> {
    selection
        .targets
        .iter()
        .map(|target| target.name.as_str())
        .collect()
}

fn skipped(selection: &Selection, reason: SkipReason) -> Vec<String> {
    let summary = selection.skipped.summary();
    summary
        .get(&reason)
        .map(|skipped| skipped.examples.clone())
        .unwrap_or_default()
}

#[test]
fn hidden_folders_are_scanned_and_git_folders_never() {
    let dir = tree(&[
        ".github/a.yml",
        ".claude/b.json",
        ".git/evil.py",
        "sub/.git",
        "sub/c.py",
    ]);
    let selection = all_of(&dir);
    assert_eq!(
        names(&selection),
        [".claude/b.json", ".github/a.yml", "sub/c.py"]
    );
}

#[test]
fn git_folders_cannot_be_named() {
    let dir = repository(&["a.py"]);
    let error = select(&[dir.path().join(".git/config")]).unwrap_err();
    assert!(matches!(error, DiscoverError::GitFolder(_)), "{error}");
}

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
fn dependency_folders_are_left_out_unless_tracked() {
    let dir = repository(&["node_modules/committed/index.js", "a.js"]);
    for name in [
        "node_modules/left-pad/index.js",
        "Cargo.toml",
        "target/debug/x.rs",
        "cache/target/CACHEDIR.TAG",
        "cache/target/x",
        "env/pyvenv.cfg",
        "env/lib/x.py",
        "docs/target/y.md",
        "dist/z.js",
        "vendor/v.py",
    ] {
        add(dir.path(), name, "");
    }
    let selection = all_of(&dir);
    assert_eq!(
        names(&selection),
        [
            "Cargo.toml",
            "a.js",
            "dist/z.js",
            "docs/target/y.md",
            "node_modules/committed/index.js",
            "vendor/v.py"
        ]
    );
    assert_eq!(
        skipped(&selection, SkipReason::DependencyFolder),
        ["cache/target", "env", "node_modules", "target"]
    );
    let named = select(&[dir.path().join("env")]).unwrap();
    assert_eq!(names(&named), ["env/lib/x.py", "env/pyvenv.cfg"]);
}

#[test]
fn links_are_not_followed_and_loops_end() {
    let outside = tree(&["secret.py"]);
    let dir = tree(&["a.py", "sub/"]);
    symlink("..", dir.path().join("sub/up")).unwrap();
    symlink("self", dir.path().join("self")).unwrap();
    symlink(outside.path(), dir.path().join("out")).unwrap();
    let selection = all_of(&dir);
    assert_eq!(names(&selection), ["a.py"]);
    assert_eq!(
        skipped(&selection, SkipReason::Link),
        ["out", "self", "sub/up"]
    );
}

#[test]
fn a_named_link_is_followed_within_its_tree_only() {
    let outside = tree(&["secret.py"]);
    let dir = repository(&["sub/a.py"]);
    symlink("sub/a.py", dir.path().join("in.py")).unwrap();
    symlink(outside.path().join("secret.py"), dir.path().join("out.py")).unwrap();
    let selection = select(&[dir.path().join("in.py")]).unwrap();
    assert_eq!(names(&selection), ["sub/a.py"]);
    let error = select(&[dir.path().join("out.py")]).unwrap_err();
    assert!(
        matches!(error, DiscoverError::LinkLeavesRoot { .. }),
        "{error}"
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
fn pipes_and_sockets_are_never_opened() {
    let dir = tree(&["a.py"]);
    fifo(&dir.path().join("pipe.py"));
    let _socket = UnixListener::bind(dir.path().join("socket.py")).unwrap();
    let selection = all_of(&dir);
    assert_eq!(names(&selection), ["a.py"]);
    assert_eq!(
        skipped(&selection, SkipReason::Special),
        ["pipe.py", "socket.py"]
    );
    let error = select(&[dir.path().join("pipe.py")]).unwrap_err();
    assert!(matches!(error, DiscoverError::Special(_)), "{error}");
}

#[test]
fn a_missing_path_is_an_error_that_names_it() {
    let dir = tree(&["a.py"]);
    for name in ["b.py", "a.py/b"] {
        let error = select(&[dir.path().join(name)]).unwrap_err();
        assert!(matches!(error, DiscoverError::Missing(_)), "{error}");
        assert!(error.to_string().contains(name));
    }
}

#[test]
fn names_of_any_bytes_are_scanned_and_can_be_read_back() {
    let dir = tree(&["a\nb.py", "\u{1b}[2J.py", "-rf", "::error x"]);
    let raw = OsStr::from_bytes(b"\xff\xfe.py");
    fs::write(dir.path().join(raw), "").unwrap();
    let selection = all_of(&dir);
    assert_eq!(
        names(&selection),
        [
            "\u{1b}[2J.py",
            "-rf",
            "::error x",
            "\\xFF\\xFE.py",
            "a\nb.py"
        ]
    );
    assert_eq!(path_bytes("\\xFF\\xFE.py"), raw.as_bytes());
    assert!(read(&selection.targets[3].path).is_ok());
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
fn folders_deeper_than_the_system_can_name_are_reported() {
    let dir = tree(&["a.py"]);
    // Built from the innermost folder outwards: no path is ever long.
    let (inner, outer) = (dir.path().join("d"), dir.path().join("e"));
    fs::create_dir(&inner).unwrap();
    for _ in 0..5_000 {
        fs::create_dir(&outer).unwrap();
        fs::rename(&inner, outer.join("d")).unwrap();
        fs::rename(&outer, &inner).unwrap();
    }
    let selection = all_of(&dir);
    // The standard library removes folders by recursion; this tool does not.
    assert!(
        Command::new("rm")
            .arg("-rf")
            .arg(&inner)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(names(&selection), ["a.py"]);
    let [(path, ReadError::Unreadable(reason))] = &selection.problems[..] else {
        panic!("{:?}", selection.problems);
    };
    assert!(
        path.len() > 3_500 && reason.contains("too long"),
        "{reason}"
    );
}

#[test]
fn a_folder_without_permission_is_reported_and_the_rest_is_scanned() {
    let dir = tree(&["a.py", "shut/b.py"]);
    if dir.path().metadata().unwrap().uid() == 0 {
        return; // No permission stops root; the folder that is too deep takes the same way.
    }
    let shut = dir.path().join("shut");
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).unwrap();
    let selection = all_of(&dir);
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(names(&selection), ["a.py"]);
    assert!(
        matches!(&selection.problems[..], [(name, ReadError::Unreadable(_))] if name == "shut")
    );
}

#[test]
fn a_file_that_vanishes_or_changes_its_kind_after_the_walk_is_unreadable() {
    let dir = tree(&["a.py"]);
    let path = all_of(&dir).targets[0].path.clone();
    fs::remove_file(&path).unwrap();
    assert!(matches!(read(&path), Err(ReadError::Unreadable(_))));
    fs::create_dir(&path).unwrap();
    assert!(matches!(read(&path), Err(ReadError::Unreadable(_))));
}

#[test]
fn a_sparse_giant_is_refused_by_its_size() {
    let dir = tree(&["a.py"]);
    let path = dir.path().join("a.py");
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(2 << 30)
        .unwrap();
    assert!(matches!(read(&path), Err(ReadError::TooLarge { size, .. }) if size == 2 << 30));
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
    config.push_str(&format!(
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
    ));
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
    let dir = repository(&["a.py"]);
    git(
        dir.path(),
        &[
            "config",
            "core.worktree",
            elsewhere.path().to_str().unwrap(),
        ],
    );
    add(dir.path(), ".gitignore", "a.py\n");
    let selection = all_of(&dir);
    assert_eq!(names(&selection), [".gitignore", "a.py"]);
    assert_eq!(selection.root, dir.path().canonicalize().unwrap());
    assert_eq!(selection.notes, Vec::<String>::new());
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
fn the_root_is_the_work_tree_or_the_deepest_common_folder() {
    let check = |dir: &TempDir, paths: &[&str], root: &str, expected: &[&str]| {
        let paths: Vec<_> = paths.iter().map(|path| dir.path().join(path)).collect();
        let selection = select(&paths).unwrap();
        assert_eq!(
            selection.root,
            dir.path().join(root).canonicalize().unwrap()
        );
        assert_eq!(names(&selection), expected);
    };
    let git = repository(&["a/x.py", "b/y.py"]);
    check(&git, &["a"], "", &["a/x.py"]);
    check(&git, &["b/../a/x.py"], "", &["a/x.py"]);
    let plain = tree(&["a/b/x.py", "a/c/y.py", "z.py"]);
    check(&plain, &["a/b", "a/c/y.py"], "a", &["b/x.py", "c/y.py"]);
    check(&plain, &["a/b/x.py"], "a/b", &["x.py"]);
    check(&plain, &["a/c/y.py", "a", "a"], "a", &["b/x.py", "c/y.py"]);
}

#[test]
fn a_named_file_is_scanned_though_ignored() {
    let dir = repository(&["a.py"]);
    add(dir.path(), ".gitignore", "b.py\n");
    add(dir.path(), "b.py", "");
    let selection = select(&[dir.path().to_owned(), dir.path().join("b.py")]).unwrap();
    assert_eq!(names(&selection), [".gitignore", "a.py", "b.py"]);
    assert!(skipped(&selection, SkipReason::Ignored).is_empty());
}

#[test]
fn exclusions_hold_for_what_is_named_only_by_force() {
    let dir = repository(&["a.py", "gen/b.py", "gen/deep/c.py"]);
    let (paths, exclude) = ([dir.path().to_owned()], ["gen".to_owned()]);
    let request = Request {
        paths: &paths,
        exclude: &exclude,
        ..PLAIN
    };
    let selection = discover(&request).unwrap();
    assert_eq!(names(&selection), ["a.py"]);
    assert_eq!(skipped(&selection, SkipReason::Excluded), ["gen"]);

    let named = [dir.path().join("gen/deep"), dir.path().join("gen/b.py")];
    let request = Request {
        paths: &named,
        ..request
    };
    assert_eq!(
        names(&discover(&request).unwrap()),
        ["gen/b.py", "gen/deep/c.py"]
    );
    let request = Request {
        force_exclude: true,
        ..request
    };
    assert!(names(&discover(&request).unwrap()).is_empty());
}

#[test]
fn inclusions_choose_among_files() {
    let dir = tree(&["a.py", "b.js", "src/c.js"]);
    let paths = [dir.path().to_owned()];
    let include = ["*.py".to_owned(), "src".to_owned()];
    let selection = discover(&Request {
        paths: &paths,
        include: &include,
        ..PLAIN
    })
    .unwrap();
    assert_eq!(names(&selection), ["a.py", "src/c.js"]);
    assert_eq!(skipped(&selection, SkipReason::Excluded), ["b.js"]);
}

#[test]
fn own_outputs_are_never_scanned() {
    let dir = repository(&["a.py", "out.sarif"]);
    let outputs = [
        dir.path().join("out.sarif"),
        dir.path().join("not-yet.json"),
    ];
    let paths = [dir.path().to_owned(), outputs[0].clone()];
    let selection = discover(&Request {
        paths: &paths,
        outputs: &outputs,
        ..PLAIN
    })
    .unwrap();
    assert_eq!(names(&selection), ["a.py"]);
    assert_eq!(skipped(&selection, SkipReason::OwnOutput), ["out.sarif"]);
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
            "a_hostile_environment_does_not_lead_git_elsewhere",
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
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(!marker.exists());
}
