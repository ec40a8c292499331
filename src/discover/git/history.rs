//! The versions of files that commits brought in, each content once.
//!
//! Commits come with parents before their children, so that the first one met with some content is
//! the one that brought it in. A merge brings in what none of its parents has.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::PathBuf;

use super::stream::Stream;
use super::{Git, Refusal, stays_in_tree, to_path};

/// What some commits brought in.
#[derive(Debug, Default)]
pub(in crate::discover) struct Commits {
    /// The ids of the commits, parents first.
    pub(in crate::discover) ids: Vec<String>,
    /// Each content once, in the order of the commits.
    pub(in crate::discover) versions: Vec<Version>,
    /// The contents that were there before these commits changed them.
    pub(in crate::discover) before: Vec<Version>,
    /// Whether a commit is the last that a shallow clone has.
    pub(in crate::discover) is_cut_off: bool,
}

/// A version of a file.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::discover) struct Version {
    /// Where the file was at that time.
    pub(in crate::discover) path: PathBuf,
    /// The content's id.
    pub(in crate::discover) object: String,
    /// The commit, by its place among the ids.
    pub(in crate::discover) commit: usize,
    /// What kind of file it is, in git's words.
    pub(in crate::discover) mode: String,
}

impl Git {
    /// Lists what the commits of a range brought in, or all commits that a branch, a tag or
    /// another reference leads to.
    pub(in crate::discover) fn history(&self, range: Option<&str>) -> Result<Commits, Refusal> {
        self.refuse_borrowing()?;
        let range = range.unwrap_or("--all");
        let ids = self.run(&["rev-list", "--reverse", "--topo-order", range, "--"])?;
        // The name of a file or a folder is taken for a range without commits.
        if ids.is_empty()
            && !self
                .run(&["rev-list", "--objects", range, "--"])?
                .is_empty()
        {
            return Err(Refusal::Failed);
        }
        let ids = ids.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        let mut commits = Commits {
            ids: ids
                .map(|id| String::from_utf8_lossy(id).into_owned())
                .collect(),
            ..Commits::default()
        };
        commits.is_cut_off = self.cuts_off(&commits.ids)?;
        let mut stream = self.stream(&[
            "diff-tree",
            "--stdin",
            "--root",
            "-c",
            "-r",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
        ])?;
        let input = stream.take_input();
        let ids = &commits.ids;
        let changes = std::thread::scope(|scope| {
            scope.spawn(|| {
                // Where git ends early, its exit status tells of it.
                input.map(|mut input| ids.iter().try_for_each(|id| writeln!(input, "{id}")))
            });
            read_changes(&mut stream, ids)
        })?;
        let (success, _) = stream.finish();
        if !success {
            return Err(Refusal::Failed);
        }
        (commits.versions, commits.before) = (changes.versions, changes.before);
        Ok(commits)
    }

    /// Whether the history of one of the commits is cut off: a shallow clone lists such commits.
    fn cuts_off(&self, ids: &[String]) -> Result<bool, Refusal> {
        /// More than any clone lists; what is larger is no list.
        const LONGEST: u64 = 16 << 20;
        let place = self.path_in_repository("shallow")?;
        let Ok(metadata) = place.metadata() else {
            return Ok(false);
        };
        if !metadata.is_file() || metadata.len() > LONGEST {
            return Err(Refusal::Failed);
        }
        let list = std::fs::read_to_string(place).map_err(|_| Refusal::Failed)?;
        let list: HashSet<&str> = list.lines().map(str::trim).collect();
        Ok(ids.iter().any(|id| list.contains(id.as_str())))
    }
}

/// Reads a commit's id and then its changes, `:old mode, new mode, old object, new object, status`
/// and a path, all ended by NUL. A merge has as many colons and old ones as it has parents.
fn read_changes(stream: &mut Stream, ids: &[String]) -> Result<Changes, Refusal> {
    let mut changes = Changes::default();
    let mut commit = 0;
    while let Some(word) = stream.until(0).map_err(|_| Refusal::TimedOut)? {
        if word.first() != Some(&b':') {
            let ahead = ids[commit..].iter().position(|id| id.as_bytes() == word);
            commit += ahead.ok_or(Refusal::Failed)?;
            continue;
        }
        let path = stream.until(0).map_err(|_| Refusal::TimedOut)?;
        let path = path.ok_or(Refusal::Failed)?;
        changes.add(&word, &path, commit).ok_or(Refusal::Failed)?;
    }
    Ok(changes)
}

#[derive(Default)]
struct Changes {
    versions: Vec<Version>,
    before: Vec<Version>,
    seen: HashSet<Box<str>>,
}

impl Changes {
    fn add(&mut self, change: &[u8], path: &[u8], commit: usize) -> Option<()> {
        let change = std::str::from_utf8(change).ok()?;
        let words = change.trim_start_matches(':');
        let parents = change.len() - words.len();
        let words: Vec<&str> = words.split(' ').collect();
        let (modes, rest) = words.split_at_checked(parents + 1)?;
        let (objects, _) = rest.split_at_checked(parents + 1)?;
        let Some(path) = to_path(path).filter(|path| stays_in_tree(path)) else {
            return Some(());
        };
        for (at, (mode, object)) in modes.iter().zip(objects).enumerate() {
            let is_none = object.bytes().all(|b| b == b'0');
            if is_none || self.seen.contains(*object) {
                continue;
            }
            self.seen.insert((*object).into());
            let version = Version {
                path: path.clone(),
                object: (*object).to_owned(),
                commit,
                mode: (*mode).to_owned(),
            };
            if at == parents {
                self.versions.push(version);
            } else {
                self.before.push(version);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(versions: &[Version]) -> Vec<(&str, usize)> {
        versions
            .iter()
            .map(|version| (version.object.as_str(), version.commit))
            .collect()
    }

    #[test]
    fn each_content_counts_for_the_first_commit_that_has_it() {
        let mut changes = Changes::default();
        for (change, commit) in [
            (":000000 100644 00 aa A", 0),
            (":100644 100644 aa bb M", 1),
            (":000000 100644 00 aa A", 2),
            ("::100644 100644 100644 aa bb cc MM", 3),
            (":100644 000000 cc 00 D", 4),
        ] {
            changes.add(change.as_bytes(), b"a.py", commit).unwrap();
        }
        assert_eq!(
            objects(&changes.versions),
            [("aa", 0), ("bb", 1), ("cc", 3)]
        );
        assert_eq!(changes.before, []);
    }

    #[test]
    fn what_was_there_before_the_range_is_known() {
        let mut changes = Changes::default();
        changes.add(b":100644 100644 aa bb M", b"a.py", 0).unwrap();
        assert_eq!(objects(&changes.before), [("aa", 0)]);
        assert_eq!(objects(&changes.versions), [("bb", 0)]);
        assert_eq!(changes.add(b":fatal", b"a", 0), None);
    }
}
