//! What several suites do: run the program as a user does, and git without anybody's configuration.

#![allow(dead_code, reason = "no suite needs all of it")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Runs the program in a folder, with nothing on its standard input.
pub(crate) fn aiscan(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aiscan"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .args(args)
        .output()
        .unwrap()
}

/// The report of a run as JSON, and its exit code.
#[track_caller]
pub(crate) fn json(folder: &Path, args: &[&str]) -> (Value, i32) {
    let output = aiscan(folder, &[&["--format", "json"], args].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (report, output.status.code().unwrap())
}

/// Runs git on a repository of a test; what it prints.
#[track_caller]
pub(crate) fn git(root: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(["-c", "init.defaultBranch=main"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(root)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
