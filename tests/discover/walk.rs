//! The walk and the paths that are named.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use aiscan::discover::{DiscoverError, ReadError, Request, SkipReason, discover, path_bytes, read};
use tempfile::TempDir;

use super::{PLAIN, add, all_of, fifo, names, repository, select, skipped, tree};

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
