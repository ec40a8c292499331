//! Which files are scanned: the paths a user names, walked, with what git tracks.
//!
//! Every regular file is selected; what is left out has a [`SkipReason`] and is counted. This
//! module and its [`read`] do all the reading of files in a scan.

mod arguments;
mod filter;
mod git;
mod name;
mod read;
mod skip;
mod stand_in;
mod stored;
mod walk;

use std::io;
use std::path::PathBuf;

use self::filter::Filter;
use self::git::Git;
use self::walk::{Found, Walk};

pub use git::Refusal;
pub use name::{to_bytes as path_bytes, to_text as path_text};
pub use read::{CODE_LIMIT, Content, ReadError, TEXT_LIMIT, classify, read};
pub use skip::{SkipReason, Skipped, Tally};
pub use stand_in::{StandIn, stand_in};
pub use stored::{Stored, StoredFile, history, staged};

/// What a user asks to be scanned.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Files and folders, relative to the current folder or absolute.
    pub paths: &'a [PathBuf],
    /// Whether `.gitignore` is honoured for what git does not track.
    pub gitignore: bool,
    /// Globs of what is left out.
    pub exclude: &'a [String],
    /// Globs of what is scanned; everything where there are none.
    pub include: &'a [String],
    /// Whether the globs hold for files named in `paths`, too.
    pub force_exclude: bool,
    /// Files that this run writes.
    pub outputs: &'a [PathBuf],
}

/// What is to be scanned, and what is not.
#[derive(Debug)]
pub struct Selection {
    /// The folder that all names are relative to.
    pub root: PathBuf,
    /// The files, by name.
    pub targets: Vec<Target>,
    /// Folders and files that could not be looked at, by name.
    pub problems: Vec<(String, ReadError)>,
    /// What was left out.
    pub skipped: Tally,
    /// Remarks on the selection as a whole. They hold no absolute path.
    pub notes: Vec<String>,
}

/// One file to scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where to read it.
    pub path: PathBuf,
    /// How reports call it: see [`path_text`].
    pub name: String,
}

/// Why nothing can be selected.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// Nothing is there.
    #[error("there is no file or folder `{}`", .0.display())]
    Missing(PathBuf),
    /// The system refused.
    #[error("cannot look up `{}`: {error}", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A pipe, socket or device was named.
    #[error("`{}` is neither a file nor a folder", .0.display())]
    Special(PathBuf),
    /// A link was named whose target lies elsewhere.
    #[error("the link `{}` leads out of its tree, to `{}`", link.display(), target.display())]
    LinkLeavesRoot {
        /// The link as given.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A folder of git's own was named, or something in it.
    #[error("`{}` lies in a `.git` folder, which is never scanned", .0.display())]
    GitFolder(PathBuf),
    /// A glob is not well formed.
    #[error("the glob `{glob}` cannot be read: {reason}")]
    BadGlob {
        /// The glob as given.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The index or the history was asked for where there is none.
    #[error("this is no git work tree")]
    NoRepository,
    /// git does not answer, and nothing else can.
    #[error("{0}")]
    Git(Refusal),
    /// A range that git does not understand, or that names nothing.
    #[error("`{0}` names no commits")]
    NoSuchRange(String),
    /// The history is empty.
    #[error("there is no commit to look at")]
    NoCommits,
    /// Older commits are missing, and silence about them would be no success.
    #[error("this is a shallow clone, and the commits lead out of it")]
    Shallow,
}

impl DiscoverError {
    /// The next step.
    pub fn help(&self) -> &'static str {
        match self {
            DiscoverError::Missing(_) => {
                "check its spelling; paths are relative to the current folder"
            }
            DiscoverError::Unreadable { .. } => {
                "make it readable for this user, or leave it out with --exclude"
            }
            DiscoverError::Special(_) => {
                "pass what it holds on standard input: `aiscan - --stdin-filename NAME`"
            }
            DiscoverError::LinkLeavesRoot { .. } => "name the link's target itself",
            DiscoverError::GitFolder(_) => "name files of the work tree",
            DiscoverError::BadGlob { .. } => {
                "globs read like lines of .gitignore, such as `*.min.js` or `vendor/**`"
            }
            DiscoverError::NoRepository => "--staged and --history read a git repository",
            DiscoverError::Git(refusal) => refusal.help(),
            DiscoverError::NoSuchRange(_) => {
                "a range reads as `git rev-list` takes it, such as `origin/main..HEAD`"
            }
            DiscoverError::NoCommits => "commit something first",
            DiscoverError::Shallow => {
                "fetch the rest with `git fetch --unshallow`, or name a range that begins later"
            }
        }
    }
}

/// Selects files. Does not depend on the order of `paths`.
pub fn discover(request: &Request<'_>) -> Result<Selection, DiscoverError> {
    let arguments = arguments::resolve(request.paths)?;
    let root = arguments.root;
    let filter = Filter::new(request.exclude, request.include, request.outputs)?;
    let mut found = Found::default();
    let mut folders = Vec::new();
    for start in &arguments.starts {
        let path = start.path.strip_prefix(&root).unwrap_or(&start.path);
        let left_out =
            filter.excludes_all(path, start.folder) || !start.folder && !filter.includes(path);
        if request.force_exclude && left_out {
            found.skipped.insert(path.to_owned(), SkipReason::Excluded);
        } else if start.folder {
            folders.push(path);
        } else if filter.is_output(&start.path) {
            found.skipped.insert(path.to_owned(), SkipReason::OwnOutput);
        } else {
            found.files.insert(path.to_owned());
        }
    }

    let mut notes = Vec::new();
    let mut tracked = None;
    if arguments.work_tree && !folders.is_empty() {
        match Git::new(&root).and_then(|git| git.tracked(&folders)) {
            Ok(files) => tracked = Some(files),
            Err(refusal) => notes.push(note_on(refusal)),
        }
    }
    let walk = Walk {
        root: &root,
        filter: &filter,
        tracked: tracked.as_ref(),
        gitignore: request.gitignore,
    };
    found.add(walk.run(&folders));
    if !found.nested.is_empty() {
        notes.push(note_on_nested(&found));
    }
    Ok(select(root, found, notes))
}

fn note_on(refusal: Refusal) -> String {
    let help = refusal.help();
    format!(
        "{refusal}: no ignore file applies, and folders of dependencies are left out even where \
         they are tracked; {help}"
    )
}

fn note_on_nested(found: &Found) -> String {
    let names: Vec<String> = found
        .nested
        .iter()
        .take(3)
        .map(|path| path_text(path))
        .collect();
    let count = found.nested.len();
    let more = if count > names.len() { ", …" } else { "" };
    format!(
        "{count} nested {} scanned without ignore files: {}{more}",
        if count == 1 {
            "repository is"
        } else {
            "repositories are"
        },
        names.join(", ")
    )
}

fn select(root: PathBuf, mut found: Found, notes: Vec<String>) -> Selection {
    // A file that was named is scanned even where the walk passes it by.
    found.skipped.retain(|path, _| !found.files.contains(path));
    let mut targets: Vec<Target> = found
        .files
        .into_iter()
        .map(|path| Target {
            name: path_text(&path),
            path: root.join(path),
        })
        .collect();
    targets.sort_by(|a, b| a.name.cmp(&b.name));
    let mut problems: Vec<_> = found
        .problems
        .into_iter()
        .map(|(path, error)| (path_text(&path), error))
        .collect();
    problems.sort();
    let mut skipped = Tally::default();
    for (path, reason) in found.skipped {
        skipped.add(reason, path_text(&path));
    }
    Selection {
        root,
        targets,
        problems,
        skipped,
        notes,
    }
}
