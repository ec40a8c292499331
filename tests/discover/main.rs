//! Which files a scan selects, on real folders and real repositories, hostile ones among them.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests stand outside of test functions"
)]

#[path = "../common/mod.rs"]
mod common;
mod git;
mod walk;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use aiscan::discover::{DiscoverError, Request, Selection, SkipReason, discover};
use tempfile::TempDir;

use common::git;

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
