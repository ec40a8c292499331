//! The walk: every folder below the starts, on all threads, following no link.
//!
//! Ignore files are matched by `ignore`, but read here: one may be a pipe, or a gigabyte. They are
//! read in a git work tree only, and only `.gitignore`; what git tracks is found whatever they say,
//! since an ignore file is one line away from hiding a change.
//!
//! Paths below are relative to the root; `absolute` is joined for the system alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::filter::Filter;
use super::git::Tracked;
use super::{ReadError, SkipReason};

/// The most that is read of an ignore file. The largest in use have some 20 kB; patterns cost time
/// and memory, and one that is not read hides nothing.
const IGNORE_FILE_LIMIT: u64 = 256 * 1024;

/// What the walk needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    pub(super) root: &'a Path,
    pub(super) filter: &'a Filter,
    /// What git tracks; `None` where git has no say.
    pub(super) tracked: Option<&'a Tracked>,
    /// Whether `.gitignore` is honoured.
    pub(super) gitignore: bool,
}

/// What the walk met, each thing once.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) files: BTreeSet<PathBuf>,
    pub(super) skipped: BTreeMap<PathBuf, SkipReason>,
    pub(super) problems: BTreeMap<PathBuf, ReadError>,
    /// Repositories within the tree that are no submodules.
    pub(super) nested: BTreeSet<PathBuf>,
}

impl Found {
    /// Takes in what another part of the walk met.
    pub(super) fn add(&mut self, other: Found) {
        // Not `append`, which rebuilds the whole set for every folder.
        self.files.extend(other.files);
        self.skipped.extend(other.skipped);
        self.problems.extend(other.problems);
        self.nested.extend(other.nested);
    }
}

/// One `.gitignore` that applies, and those above it.
#[derive(Debug)]
struct Level {
    patterns: Gitignore,
    above: Ignores,
}

type Ignores = Option<Arc<Level>>;

/// What one folder holds.
struct Entry {
    name: OsString,
    kind: Result<FileType, ReadError>,
}

impl Walk<'_> {
    /// Walks all folders, and adds the tracked files that the walk passed by.
    pub(super) fn run(&self, folders: &[&Path]) -> Found {
        let found = Mutex::new(Found::default());
        rayon::scope(|scope| {
            for &folder in folders {
                let ignores = self.ignores_above(folder);
                self.visit(scope, &found, folder.to_owned(), ignores, true);
            }
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(tracked) = self.tracked {
            self.add_tracked(tracked, folders, &mut found);
        }
        found
    }

    fn visit<'s>(
        &'s self,
        scope: &rayon::Scope<'s>,
        found: &'s Mutex<Found>,
        folder: PathBuf,
        mut ignores: Option<Ignores>,
        named: bool,
    ) {
        let mut met = Found::default();
        match self.entries(&folder) {
            Err(error) => {
                met.problems.insert(folder, error);
            }
            Ok(entries) if !named && is_dependency_folder(&folder, &entries) => {
                met.skipped.insert(folder, SkipReason::DependencyFolder);
            }
            Ok(entries) => {
                if holds(&entries, ".git") && !folder.as_os_str().is_empty() {
                    // Another repository: what it tracks is not known here, so nothing of it may
                    // be ignored.
                    if ignores.take().is_some() {
                        met.nested.insert(folder.clone());
                    }
                }
                let ignores = ignores.map(|above| self.descend(&folder, &entries, above));
                for entry in &entries {
                    let path = folder.join(&entry.name);
                    if self.enters(path.clone(), entry, &entries, ignores.as_ref(), &mut met) {
                        let ignores = ignores.clone();
                        scope.spawn(move |scope| self.visit(scope, found, path, ignores, false));
                    }
                }
            }
        }
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        found.add(met);
    }

    /// Takes in one entry; true where it is a folder to visit.
    fn enters(
        &self,
        path: PathBuf,
        entry: &Entry,
        siblings: &[Entry],
        ignores: Option<&Ignores>,
        met: &mut Found,
    ) -> bool {
        if entry.name == ".git" {
            return false;
        }
        let kind = match &entry.kind {
            Ok(kind) => kind,
            Err(error) => {
                met.problems.insert(path, error.clone());
                return false;
            }
        };
        let tracked = self
            .tracked
            .is_some_and(|tracked| tracked.files.contains(&path));
        let left_by_git = || {
            !tracked
                && ignores.is_some_and(|ignores| {
                    is_ignored(ignores, &self.root.join(&path), kind.is_dir())
                })
        };
        let reason = if self.filter.excludes(&path, kind.is_dir()) {
            SkipReason::Excluded
        } else if kind.is_symlink() {
            SkipReason::Link
        } else if kind.is_dir() && self.is_submodule(&path) {
            SkipReason::Submodule
        } else if kind.is_dir() && is_named_like_dependencies(&entry.name, siblings) {
            SkipReason::DependencyFolder
        } else if left_by_git() {
            SkipReason::Ignored
        } else if kind.is_dir() {
            return true;
        } else if let Err(reason) = self.select(&path, *kind) {
            reason
        } else {
            met.files.insert(path);
            return false;
        };
        met.skipped.insert(path, reason);
        false
    }

    /// Whether a thing that is no folder is one of the files asked for.
    fn select(&self, path: &Path, kind: FileType) -> Result<(), SkipReason> {
        if kind.is_symlink() {
            return Err(SkipReason::Link);
        }
        if !kind.is_file() {
            return Err(SkipReason::Special);
        }
        if !self.filter.includes(path) {
            return Err(SkipReason::Excluded);
        }
        if self.filter.is_output(&self.root.join(path)) {
            return Err(SkipReason::OwnOutput);
        }
        Ok(())
    }

    fn is_submodule(&self, path: &Path) -> bool {
        self.tracked
            .is_some_and(|tracked| tracked.submodules.contains(path))
    }

    fn entries(&self, folder: &Path) -> Result<Vec<Entry>, ReadError> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(self.root.join(folder))? {
            let entry = entry?;
            entries.push(Entry {
                name: entry.file_name(),
                kind: entry.file_type().map_err(ReadError::from),
            });
        }
        Ok(entries)
    }

    /// The ignore files above a folder that a walk starts in; `None` where none apply.
    fn ignores_above(&self, folder: &Path) -> Option<Ignores> {
        if !self.gitignore || self.tracked.is_none() {
            return None;
        }
        let mut above: Vec<&Path> = folder.ancestors().skip(1).collect();
        above.reverse();
        let mut ignores = None;
        for folder in above {
            let nested = self
                .root
                .join(folder)
                .join(".git")
                .symlink_metadata()
                .is_ok();
            if nested && !folder.as_os_str().is_empty() {
                return None;
            }
            ignores = self.with_ignore_file(folder, ignores);
        }
        Some(ignores)
    }

    fn descend(&self, folder: &Path, entries: &[Entry], above: Ignores) -> Ignores {
        if holds(entries, ".gitignore") {
            self.with_ignore_file(folder, above)
        } else {
            above
        }
    }

    fn with_ignore_file(&self, folder: &Path, above: Ignores) -> Ignores {
        let folder = self.root.join(folder);
        match read_ignore_file(&folder) {
            Some(patterns) if !patterns.is_empty() => Some(Arc::new(Level { patterns, above })),
            _ => above,
        }
    }

    /// Adds tracked files that lie in ignored folders or in folders of dependencies.
    fn add_tracked(&self, tracked: &Tracked, folders: &[&Path], found: &mut Found) {
        let mut real = HashMap::new();
        for path in &tracked.files {
            let Some(start) = folders.iter().find(|folder| path.starts_with(folder)) else {
                continue;
            };
            if found.files.contains(path) || found.skipped.contains_key(path) {
                continue;
            }
            let between = path.ancestors().skip(1).take_while(|above| above != start);
            let reached = between
                .clone()
                .all(|above| !self.filter.excludes(above, true))
                && between
                    .clone()
                    .all(|above| self.is_real_folder(above, &mut real));
            if !reached {
                continue;
            }
            let kind = match self.root.join(path).symlink_metadata() {
                Ok(metadata) => metadata.file_type(),
                // Deleted, and the deletion not yet committed.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => {
                    found.problems.insert(path.clone(), error.into());
                    continue;
                }
            };
            let selected = if self.filter.excludes(path, false) {
                Err(SkipReason::Excluded)
            } else {
                self.select(path, kind)
            };
            match selected {
                Ok(()) => {
                    found.files.insert(path.clone());
                }
                // A folder stands where a file was; the walk has met it.
                Err(_) if kind.is_dir() => {}
                Err(reason) => {
                    found.skipped.insert(path.clone(), reason);
                }
            }
        }
    }

    /// Whether a folder on the way to a tracked file is one: behind a link lies another place.
    fn is_real_folder<'p>(&self, path: &'p Path, known: &mut HashMap<&'p Path, bool>) -> bool {
        *known.entry(path).or_insert_with(|| {
            let metadata = self.root.join(path).symlink_metadata();
            metadata.is_ok_and(|metadata| metadata.is_dir())
        })
    }
}

fn holds(entries: &[Entry], name: &str) -> bool {
    entries.iter().any(|entry| entry.name == name)
}

/// Whether what lies in a folder shows that a package manager or a compiler filled it.
fn is_dependency_folder(folder: &Path, entries: &[Entry]) -> bool {
    let cache = folder.file_name() == Some(OsStr::new("target")) && holds(entries, "CACHEDIR.TAG");
    cache || holds(entries, "pyvenv.cfg")
}

/// Whether its name and what stands beside it show the same.
fn is_named_like_dependencies(name: &OsStr, siblings: &[Entry]) -> bool {
    name == "node_modules" || name == "target" && holds(siblings, "Cargo.toml")
}

/// The deepest ignore file that says anything about a path decides.
fn is_ignored(ignores: &Ignores, absolute: &Path, folder: bool) -> bool {
    let mut level = ignores.as_ref();
    while let Some(at) = level {
        match at.patterns.matched(absolute, folder) {
            Match::Ignore(_) => return true,
            Match::Whitelist(_) => return false,
            Match::None => level = at.above.as_ref(),
        }
    }
    false
}

/// Reads the patterns of a folder's `.gitignore`, if it is a regular file of a sane size. Lines
/// that cannot be read ignore nothing.
fn read_ignore_file(folder: &Path) -> Option<Gitignore> {
    let path = folder.join(".gitignore");
    let metadata = path.symlink_metadata().ok()?;
    if !metadata.is_file() || metadata.len() > IGNORE_FILE_LIMIT {
        return None;
    }
    let mut text = Vec::new();
    let file = fs::File::open(&path).ok()?;
    file.take(IGNORE_FILE_LIMIT).read_to_end(&mut text).ok()?;
    let text = String::from_utf8_lossy(&text);
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.trim_start_matches('\u{feff}').lines() {
        let _ = builder.add_line(None, line);
    }
    builder.build().ok()
}
