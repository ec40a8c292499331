//! Files as git stores them: what is staged, and what commits brought in.
//!
//! Nothing of the work tree is read. Links and submodules hold no text of their own.

use std::path::{Path, PathBuf};

use super::arguments::{self, Arguments};
use super::filter::Filter;
use super::git::{Blobs, Git};
use super::{
    Content, DiscoverError, ReadError, Refusal, Request, Selection, SkipReason, Tally, path_text,
};

/// Files that git stores.
#[derive(Debug)]
pub struct Stored {
    /// The root, and what was left out. It has no targets.
    pub selection: Selection,
    /// The files: by name where they are staged, else with those of older commits first.
    pub files: Vec<StoredFile>,
    /// What was there before the commits of a range changed it.
    pub before: Vec<StoredFile>,
    /// The commits that were looked at, parents first.
    pub commits: Vec<String>,
    git: Git,
}

/// A file that git stores.
#[derive(Debug)]
pub struct StoredFile {
    /// How reports call it.
    pub name: String,
    /// The commit that brought it in, by its place among the commits; none where it is staged.
    pub commit: Option<usize>,
    path: PathBuf,
    object: String,
}

/// Selects what the next commit changes, as the index holds it.
pub fn staged(request: &Request<'_>) -> Result<Stored, DiscoverError> {
    let (mut git, mut chooser) = open(request)?;
    let staged = git.staged().map_err(DiscoverError::Git)?;
    let mut files = Vec::new();
    for file in staged {
        if file.in_conflict {
            let reason = "its merge conflict is not resolved".to_owned();
            let problem = (path_text(&file.path), ReadError::Unreadable(reason));
            if chooser.takes(&file.path, &file.mode)
                && !chooser.selection.problems.contains(&problem)
            {
                chooser.selection.problems.push(problem);
            }
        } else if chooser.takes(&file.path, &file.mode) {
            files.push(StoredFile {
                name: path_text(&file.path),
                commit: None,
                path: file.path,
                object: file.object,
            });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Stored {
        selection: chooser.selection,
        files,
        before: Vec::new(),
        commits: Vec::new(),
        git,
    })
}

/// Selects the versions of files that the commits of a range brought in, or all commits of the
/// repository; each content once.
pub fn history(request: &Request<'_>, range: Option<&str>) -> Result<Stored, DiscoverError> {
    let no_range = |range: &str| DiscoverError::NoSuchRange(range.to_owned());
    // A dash would begin an option.
    if let Some(range) = range.filter(|range| range.is_empty() || range.starts_with('-')) {
        return Err(no_range(range));
    }
    let (git, mut chooser) = open(request)?;
    let commits = git
        .history(range)
        .map_err(|refusal| match (refusal, range) {
            (Refusal::Failed, Some(range)) => no_range(range),
            _ => DiscoverError::Git(refusal),
        })?;
    if commits.ids.is_empty() && range.is_none() {
        return Err(DiscoverError::NoCommits);
    }
    if commits.is_cut_off {
        return Err(DiscoverError::Shallow);
    }
    let mut choose = |versions: Vec<super::git::Version>| -> Vec<StoredFile> {
        let versions = versions.into_iter();
        let versions = versions.filter(|version| chooser.takes(&version.path, &version.mode));
        versions
            .map(|version| StoredFile {
                name: path_text(&version.path),
                commit: Some(version.commit),
                path: version.path,
                object: version.object,
            })
            .collect()
    };
    let (files, before) = (choose(commits.versions), choose(commits.before));
    Ok(Stored {
        selection: chooser.selection,
        files,
        before,
        commits: commits.ids,
        git,
    })
}

impl Stored {
    /// Reads files one after the other, each with its place in the list.
    pub fn read<'a>(
        &'a self,
        files: &'a [StoredFile],
    ) -> impl Iterator<Item = (usize, Result<Content, ReadError>)> + Send + 'a {
        let mut blobs = Blobs::of(&self.git);
        let files = files.iter().enumerate();
        files.map(move |(at, file)| (at, blobs.read(&file.object, &file.path)))
    }
}

fn open<'a>(request: &Request<'a>) -> Result<(Git, Chooser<'a>), DiscoverError> {
    let arguments = arguments::resolve(request.paths)?;
    if !arguments.work_tree {
        return Err(DiscoverError::NoRepository);
    }
    let git = Git::new(&arguments.root).map_err(DiscoverError::Git)?;
    let chooser = Chooser {
        filter: Filter::new(request.exclude, request.include, &[])?,
        request: *request,
        selection: Selection {
            root: arguments.root.clone(),
            targets: Vec::new(),
            problems: Vec::new(),
            skipped: Tally::default(),
            notes: Vec::new(),
        },
        arguments,
    };
    Ok((git, chooser))
}

/// Chooses among paths, and counts what it leaves out.
struct Chooser<'a> {
    arguments: Arguments,
    filter: Filter,
    request: Request<'a>,
    selection: Selection,
}

impl Chooser<'_> {
    fn takes(&mut self, path: &Path, mode: &str) -> bool {
        let absolute = self.arguments.root.join(path);
        let mut starts = self.arguments.starts.iter();
        let Some(start) = starts.find(|start| absolute.starts_with(&start.path)) else {
            return false;
        };
        let is_named = !start.folder && !self.request.force_exclude;
        let skip = match mode {
            "120000" => Some(SkipReason::Link),
            "160000" => Some(SkipReason::Submodule),
            _ if is_named => None,
            _ if self.filter.excludes_all(path, false) || !self.filter.includes(path) => {
                Some(SkipReason::Excluded)
            }
            _ => None,
        };
        if let Some(reason) = skip {
            self.selection.skipped.add(reason, path_text(path));
        }
        skip.is_none()
    }
}
