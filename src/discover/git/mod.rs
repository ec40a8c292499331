//! What git knows, asked of git itself, which must not run anything that the tree brings along.
//!
//! A repository's configuration can name programs for git to run. Only plumbing commands are used,
//! and every setting that could start a program, a hook or a transport is overridden. What could
//! show other objects than those that are stored (replacements, grafts, a commit graph) is switched
//! off. The program is looked up outside of the scanned tree, and no `GIT_` variable of the
//! environment reaches it.
//!
//! git refuses a repository of another owner. That is its protection of the user, and it stands:
//! only folders that the user's own configuration trusts by name are asked for again.

mod blobs;
mod history;
mod index;
mod stream;
mod tracked;

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use self::stream::{PATIENCE, Stream};

pub(super) use blobs::Blobs;
pub(super) use history::Version;
pub(super) use tracked::Tracked;

#[cfg(windows)]
const NOWHERE: &str = "NUL";
#[cfg(not(windows))]
const NOWHERE: &str = "/dev/null";

/// Why git did not answer. The words hold no path, since they go into every report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no git.
    #[error("git was not found outside of the scanned tree")]
    NotFound,
    /// git's own protection of its user.
    #[error("git refuses this repository because somebody else owns it")]
    Ownership,
    /// Anything else.
    #[error("git could not read this repository")]
    Failed,
    /// It stands still.
    #[error("git did not answer within {} seconds", PATIENCE.as_secs())]
    TimedOut,
    /// Objects of other repositories would be read.
    #[error("this repository borrows its objects from another one")]
    Borrows,
}

impl Refusal {
    /// The next step.
    pub fn help(self) -> &'static str {
        match self {
            Refusal::NotFound => "install git",
            Refusal::Ownership => {
                "trust the folder with `git config --global --add safe.directory`"
            }
            Refusal::Failed | Refusal::TimedOut => "see what `git fsck` says",
            Refusal::Borrows => {
                "copy the objects with `git repack -a -d`, then delete objects/info/alternates in \
                 its git folder"
            }
        }
    }
}

/// git at work on one repository.
#[derive(Debug)]
pub(super) struct Git {
    program: PathBuf,
    /// The top of the work tree.
    root: PathBuf,
    /// The index to read in place of the repository's own one.
    index: Option<PathBuf>,
    /// Folders that the user trusts in spite of their owner, once that counts.
    trusted: OnceLock<Vec<String>>,
}

impl Git {
    /// git for the work tree whose top is `root`.
    pub(super) fn new(root: &Path) -> Result<Git, Refusal> {
        Ok(Git {
            program: find(root).ok_or(Refusal::NotFound)?,
            root: root.to_owned(),
            index: None,
            trusted: OnceLock::new(),
        })
    }

    /// Refuses a repository whose objects lie in another one: what is read has to lie in the tree
    /// that was named.
    fn refuse_borrowing(&self) -> Result<(), Refusal> {
        let place = self.path_in_repository("objects/info/alternates")?;
        match place.metadata() {
            Ok(metadata) if metadata.len() > 0 || !metadata.is_file() => Err(Refusal::Borrows),
            _ => Ok(()),
        }
    }

    /// Where the repository keeps one of its files.
    fn path_in_repository(&self, name: &str) -> Result<PathBuf, Refusal> {
        let answer = self.run(&["rev-parse", "--git-path", name])?;
        let path = to_path(answer.trim_ascii_end()).ok_or(Refusal::Failed)?;
        Ok(self.root.join(path))
    }

    /// What a command answers.
    fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>, Refusal> {
        match answer(self.command(args)) {
            Err(Refusal::Ownership) if self.trusted.get().is_none() => {
                let trusted = self.trusted.get_or_init(|| trusted_folders(&self.program));
                if trusted.is_empty() {
                    return Err(Refusal::Ownership);
                }
                answer(self.command(args))
            }
            answer => answer,
        }
    }

    /// A command whose answer is read as it comes. Whether git takes the repository at all must
    /// have been asked before.
    fn stream(&self, args: &[&str]) -> Result<Stream, Refusal> {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stderr(Stdio::null());
        Stream::spawn(command)
    }

    fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = hardened(&self.program);
        for folder in self.trusted.get().into_iter().flatten() {
            command.arg("-c").arg(format!("safe.directory={folder}"));
        }
        command
            .args(args)
            .current_dir(&self.root)
            // The repository may name another work tree; the one that is scanned counts.
            .env("GIT_WORK_TREE", &self.root);
        if let Some(above) = self.root.parent() {
            command.env("GIT_CEILING_DIRECTORIES", above);
        }
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        command
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
        let Ok(answer) = answer(command) else {
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
        .args(["-c", "core.commitGraph=false"])
        .args(["-c", "protocol.allow=never"])
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", NOWHERE)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        // Stronger than any `protocol.*.allow` of the repository: nothing is ever fetched.
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("GIT_NO_LAZY_FETCH", "1")
        // Objects are what they are called, and commits have the parents that they name.
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_GRAFT_FILE", NOWHERE)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The whole answer of a command.
fn answer(command: Command) -> Result<Vec<u8>, Refusal> {
    let mut stream = Stream::spawn(command)?;
    let mut output = Vec::new();
    let read = stream.read_to_end(&mut output);
    let (success, errors) = stream.finish();
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::TimedOut => Err(Refusal::TimedOut),
        Ok(_) if success => Ok(output),
        _ if errors.contains("dubious ownership") => Err(Refusal::Ownership),
        _ => Err(Refusal::Failed),
    }
}

/// Whether a path of the index or of a commit stays in the tree. git would store no other; what
/// was written by hand may hold them.
fn stays_in_tree(path: &Path) -> bool {
    let stays = |part| matches!(part, Component::Normal(name) if name != ".git");
    path.components().all(stays)
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
    fn a_git_in_the_scanned_tree_is_never_found() {
        let git = find(Path::new("/nowhere")).expect("the tests need git");
        assert!(git.is_absolute());
        let other = find(git.parent().unwrap());
        assert_ne!(other, Some(git));
    }

    #[test]
    fn a_command_that_fails_is_no_answer() {
        let folder = tempfile::tempdir().unwrap();
        let git = Git::new(folder.path()).unwrap();
        assert_eq!(git.run(&["no-such-command"]), Err(Refusal::Failed));
    }
}
