//! What git tracks, asked of git itself, which must not run anything that the tree brings along.
//!
//! A repository's configuration can name programs for git to run. One plumbing command is used, it
//! reads nothing but the index, and every setting that could start a program, a hook or a
//! transport is overridden. The program is looked up outside of the scanned tree, and no `GIT_`
//! variable of the environment reaches it.
//!
//! git refuses a repository of another owner. That is its protection of the user, and it stands:
//! only folders that the user's own configuration trusts by name are asked for again.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long git may take. It blocks for ever where a pipe stands in place of one of its files.
const PATIENCE: Duration = Duration::from_secs(60);

#[cfg(windows)]
const NOWHERE: &str = "NUL";
#[cfg(not(windows))]
const NOWHERE: &str = "/dev/null";

/// What git tracks below the folders asked for; paths are relative to the root.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) submodules: BTreeSet<PathBuf>,
}

/// Why git did not say what it tracks. The words hold no path, since they go into every report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("git was not found outside of the scanned tree")]
    NotFound,
    #[error("git refuses this repository because somebody else owns it")]
    Ownership,
    #[error("git could not list the tracked files")]
    Failed,
    #[error("git did not answer within {} seconds", PATIENCE.as_secs())]
    TimedOut,
}

/// Lists the tracked files below `folders`, which lie in `root`, the top of a work tree.
pub(super) fn tracked(root: &Path, folders: &[&Path]) -> Result<Tracked, Refusal> {
    let git = find(root).ok_or(Refusal::NotFound)?;
    match list(&git, root, folders, &[]) {
        Err(Refusal::Ownership) => {
            let trusted = trusted_folders(&git);
            if trusted.is_empty() {
                return Err(Refusal::Ownership);
            }
            list(&git, root, folders, &trusted)
        }
        answer => answer,
    }
}

/// The first git of the search path that does not lie in the scanned tree.
fn find(root: &Path) -> Option<PathBuf> {
    let name = if cfg!(windows) { "git.exe" } else { "git" };
    std::env::split_paths(&std::env::var_os("PATH")?)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .filter(|program| program.is_file())
        .find(|program| {
            program
                .canonicalize()
                .is_ok_and(|place| !place.starts_with(root) && !program.starts_with(root))
        })
}

fn list(
    git: &Path,
    root: &Path,
    folders: &[&Path],
    trusted: &[String],
) -> Result<Tracked, Refusal> {
    let mut command = hardened(git);
    for folder in trusted {
        command.arg("-c").arg(format!("safe.directory={folder}"));
    }
    command
        .args(["ls-files", "-z", "--stage", "--full-name", "--"])
        .args(folders.iter().map(|&folder| {
            if folder == Path::new("") {
                Path::new(".")
            } else {
                folder
            }
        }))
        .current_dir(root)
        // The repository may name another work tree; the one that is scanned counts.
        .env("GIT_WORK_TREE", root);
    if let Some(above) = root.parent() {
        command.env("GIT_CEILING_DIRECTORIES", above);
    }
    parse(&run(command)?)
}

/// The folders that the user's and the machine's configuration trust in spite of their owner.
fn trusted_folders(git: &Path) -> Vec<String> {
    let mut folders = Vec::new();
    for scope in ["--system", "--global"] {
        let mut command = hardened(git);
        command
            .env_remove("GIT_CONFIG_GLOBAL")
            .env_remove("GIT_CONFIG_NOSYSTEM")
            .args(["config", scope, "-z", "--get-all", "safe.directory"])
            .current_dir(git.ancestors().last().unwrap_or(git));
        let Ok(answer) = run(command) else {
            continue;
        };
        let names = answer.split(|&b| b == 0).filter(|name| !name.is_empty());
        folders.extend(names.map(|name| String::from_utf8_lossy(name).into_owned()));
    }
    folders
}

fn hardened(git: &Path) -> Command {
    let mut command = Command::new(git);
    for (name, _) in std::env::vars_os() {
        if name
            .as_encoded_bytes()
            .to_ascii_uppercase()
            .starts_with(b"GIT_")
        {
            command.env_remove(name);
        }
    }
    command
        .args(["--no-pager", "--no-optional-locks", "--literal-pathspecs"])
        .args(["-c", "core.fsmonitor=false"])
        .args(["-c", &format!("core.hooksPath={NOWHERE}")])
        .args(["-c", &format!("core.attributesFile={NOWHERE}")])
        .args(["-c", "protocol.allow=never"])
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", NOWHERE)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        // Stronger than any `protocol.*.allow` of the repository: nothing is ever fetched.
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(mut command: Command) -> Result<Vec<u8>, Refusal> {
    let mut child = command.spawn().map_err(|_| Refusal::NotFound)?;
    let output = collect(&mut child);
    let Ok((output, errors)) = output.recv_timeout(PATIENCE) else {
        // Nothing more can be done where these fail: the answer is the same.
        let _ = child.kill();
        let _ = child.wait();
        return Err(Refusal::TimedOut);
    };
    match child.wait() {
        Ok(status) if status.success() => Ok(output),
        _ if errors.contains("dubious ownership") => Err(Refusal::Ownership),
        _ => Err(Refusal::Failed),
    }
}

/// Reads both streams of a child to their ends, on threads of their own.
fn collect(child: &mut Child) -> mpsc::Receiver<(Vec<u8>, String)> {
    fn drain(stream: Option<impl Read>) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // What was read before an error is kept; the exit status tells of the error.
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    }
    let (sender, receiver) = mpsc::channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let errors = std::thread::spawn(move || drain(stderr));
    std::thread::spawn(move || {
        let output = drain(stdout);
        let errors = errors.join().unwrap_or_default();
        // Nobody listens any more where git took too long.
        let _ = sender.send((output, String::from_utf8_lossy(&errors).into_owned()));
    });
    receiver
}

/// Reads `mode object stage TAB path NUL`. Names that leave the tree are no names git would store;
/// an index that was written by hand may hold them.
fn parse(listing: &[u8]) -> Result<Tracked, Refusal> {
    let mut tracked = Tracked::default();
    for entry in listing.split(|&b| b == 0).filter(|entry| !entry.is_empty()) {
        let tab = memchr::memchr(b'\t', entry).ok_or(Refusal::Failed)?;
        let Some(path) = to_path(&entry[tab + 1..]) else {
            continue;
        };
        let stays = |part| matches!(part, Component::Normal(name) if name != ".git");
        if !path.components().all(stays) {
            continue;
        }
        if entry.starts_with(b"160000 ") {
            tracked.submodules.insert(path);
        } else {
            tracked.files.insert(path);
        }
    }
    Ok(tracked)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere a name may be no text")]
fn to_path(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn to_path(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_hold_files_and_submodules() {
        let tracked = parse(
            b"100644 00 0\ta\tb\n.py\x00160000 00 0\tsub\x00100644 00 1\tc\x00100644 00 2\tc\0",
        )
        .unwrap();
        let files: Vec<_> = tracked.files.iter().collect();
        assert_eq!(files, [Path::new("a\tb\n.py"), Path::new("c")]);
        assert!(tracked.submodules.contains(Path::new("sub")));
    }

    #[test]
    fn names_that_leave_the_tree_are_dropped() {
        let listing =
            b"100644 00 0\t../x\x00100644 00 0\t/etc/passwd\x00100644 00 0\ta/.git/config\0";
        assert!(parse(listing).unwrap().files.is_empty());
    }

    #[test]
    fn a_listing_of_another_shape_is_no_answer() {
        assert_eq!(parse(b"fatal\0").unwrap_err(), Refusal::Failed);
    }

    #[test]
    fn a_git_in_the_scanned_tree_is_never_found() {
        let git = find(Path::new("/nowhere")).expect("the tests need git");
        assert!(git.is_absolute());
        let other = find(git.parent().unwrap());
        assert_ne!(other, Some(git));
    }
}
