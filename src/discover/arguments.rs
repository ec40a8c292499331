//! The paths a user names: what they are, and the root that all paths are relative to.

use std::io;
use std::path::{Path, PathBuf};

use super::DiscoverError;

/// Where a scan starts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Start {
    /// The absolute path, with no link in it.
    pub(super) path: PathBuf,
    /// Whether it is a folder; otherwise it is a regular file.
    pub(super) folder: bool,
}

/// All starts of a scan, and what they have in common.
#[derive(Debug)]
pub(super) struct Arguments {
    /// The git work tree that holds all of them, otherwise their deepest common folder.
    pub(super) root: PathBuf,
    /// Whether the root is a git work tree.
    pub(super) work_tree: bool,
    pub(super) starts: Vec<Start>,
}

/// Looks up every path. A link is followed only where its target lies in the root that the link
/// itself stands in: a name in a hostile tree must not lead to a file outside of it. Without paths
/// there is nothing to resolve, and the root is empty.
pub(super) fn resolve(paths: &[PathBuf]) -> Result<Arguments, DiscoverError> {
    let mut starts = Vec::new();
    let mut links = Vec::new();
    let mut places: Option<PathBuf> = None;
    for path in paths {
        let metadata = path
            .symlink_metadata()
            .map_err(|error| failed(path, error))?;
        let target = path.canonicalize().map_err(|error| failed(path, error))?;
        let kind = target.metadata().map_err(|error| failed(path, error))?;
        if !kind.is_dir() && !kind.is_file() {
            return Err(DiscoverError::Special(path.clone()));
        }
        let place = if metadata.is_symlink() {
            links.push((path, target.clone()));
            place_of_link(path)?
        } else if kind.is_dir() {
            target.clone()
        } else {
            parent(&target)
        };
        places = Some(match places {
            None => place,
            Some(places) => common(&places, &place),
        });
        starts.push(Start {
            path: target,
            folder: kind.is_dir(),
        });
    }
    let (outer, _) = root_of(&places.unwrap_or_default());
    for (link, target) in links {
        if !target.starts_with(&outer) {
            return Err(DiscoverError::LinkLeavesRoot {
                link: link.clone(),
                target,
            });
        }
    }
    starts.sort();
    starts.dedup();
    let folders = starts.iter().map(|start| {
        if start.folder {
            start.path.clone()
        } else {
            parent(&start.path)
        }
    });
    let (root, work_tree) = root_of(&folders.reduce(|a, b| common(&a, &b)).unwrap_or_default());
    for start in &starts {
        let below = start.path.strip_prefix(&root).unwrap_or(&start.path);
        if below.iter().any(|name| name == ".git") {
            return Err(DiscoverError::GitFolder(start.path.clone()));
        }
    }
    Ok(Arguments {
        root,
        work_tree,
        starts,
    })
}

/// Whether git would take this folder for the top of a work tree.
pub(super) fn is_work_tree(folder: &Path) -> bool {
    let git = folder.join(".git");
    match git.metadata() {
        // A linked work tree or a submodule.
        Ok(metadata) if metadata.is_file() => true,
        Ok(metadata) if metadata.is_dir() => {
            git.join("HEAD").symlink_metadata().is_ok()
                && git.join("objects").is_dir()
                && git.join("refs").is_dir()
        }
        _ => false,
    }
}

/// The nearest work tree at or above a folder, otherwise the folder itself.
pub(super) fn root_of(folder: &Path) -> (PathBuf, bool) {
    match folder.ancestors().find(|above| is_work_tree(above)) {
        Some(work_tree) => (work_tree.to_owned(), true),
        None => (folder.to_owned(), false),
    }
}

/// The folder that a link stands in.
fn place_of_link(link: &Path) -> Result<PathBuf, DiscoverError> {
    let folder = link.parent().filter(|parent| *parent != Path::new(""));
    folder
        .unwrap_or(Path::new("."))
        .canonicalize()
        .map_err(|error| failed(link, error))
}

fn parent(file: &Path) -> PathBuf {
    file.parent().unwrap_or(file).to_owned()
}

fn common(a: &Path, b: &Path) -> PathBuf {
    a.iter()
        .zip(b.iter())
        .take_while(|(a, b)| a == b)
        .map(|(part, _)| part)
        .collect()
}

fn failed(path: &Path, error: io::Error) -> DiscoverError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            DiscoverError::Missing(path.to_owned())
        }
        _ => DiscoverError::Unreadable {
            path: path.to_owned(),
            error,
        },
    }
}
