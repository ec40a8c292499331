//! What the next commit changes, as the index holds it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{Git, Refusal, stays_in_tree, to_path};

/// A file of the index that differs from the last commit.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::discover) struct Staged {
    pub(in crate::discover) path: PathBuf,
    /// What kind of file it is, in git's words: `100644`, `120000` for a link.
    pub(in crate::discover) mode: String,
    /// The content's id.
    pub(in crate::discover) object: String,
    /// Whether the file is one side of a merge that is not done.
    pub(in crate::discover) in_conflict: bool,
}

impl Git {
    /// Lists what is staged. A hook is told by its environment which index the commit is made
    /// from, as `git commit -a` makes another one; it counts if it lies in the repository.
    pub(in crate::discover) fn staged(&mut self) -> Result<Vec<Staged>, Refusal> {
        self.refuse_borrowing()?;
        if let Some(index) = std::env::var_os("GIT_INDEX_FILE") {
            self.index = self.own_index(Path::new(&index))?;
        }
        let head = match self.run(&["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]) {
            Ok(head) => {
                let head = String::from_utf8_lossy(head.trim_ascii()).into_owned();
                self.run(&["ls-tree", "-r", "-z", "--full-tree", &head])?
            }
            // There is no commit yet.
            Err(Refusal::Failed) => Vec::new(),
            Err(refusal) => return Err(refusal),
        };
        let index = self.run(&["ls-files", "-z", "--stage", "--full-name"])?;
        changed(&head, &index).ok_or(Refusal::Failed)
    }

    fn own_index(&self, index: &Path) -> Result<Option<PathBuf>, Refusal> {
        let own = self.path_in_repository("index")?;
        let (Ok(own), Ok(index)) = (own.canonicalize(), self.root.join(index).canonicalize())
        else {
            return Ok(None);
        };
        Ok((own.parent() == index.parent()).then_some(index))
    }
}

/// Compares `mode type object TAB path` of a commit with `mode object stage TAB path` of an index.
fn changed(head: &[u8], index: &[u8]) -> Option<Vec<Staged>> {
    let mut known = HashSet::new();
    for entry in head.split(|&b| b == 0).filter(|entry| !entry.is_empty()) {
        let [mode, _, object, path] = columns(entry)?;
        known.insert((mode, object, path));
    }
    let mut staged = Vec::new();
    for entry in index.split(|&b| b == 0).filter(|entry| !entry.is_empty()) {
        let [mode, object, stage, path] = columns(entry)?;
        if known.contains(&(mode, object, path)) {
            continue;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let Some(path) = to_path(path).filter(|path| stays_in_tree(path)) else {
            continue;
        };
        staged.push(Staged {
            path,
            mode: text(mode),
            object: text(object),
            in_conflict: stage != b"0",
        });
    }
    staged.sort();
    Some(staged)
}

fn columns(entry: &[u8]) -> Option<[&[u8]; 4]> {
    let tab = memchr::memchr(b'\t', entry)?;
    let mut words = entry[..tab].split(|&b| b == b' ').filter(|w| !w.is_empty());
    Some([
        words.next()?,
        words.next()?,
        words.next()?,
        &entry[tab + 1..],
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_last_commit_has_is_not_staged() {
        let head = b"100644 blob aa\ta.py\x00100644 blob bb\tb.py\0";
        let index = b"100644 aa 0\ta.py\x00100644 cc 0\tb.py\x00120000 dd 0\tl\x00100644 aa 0\tz\0";
        let staged = changed(head, index).unwrap();
        let shown: Vec<_> = staged
            .iter()
            .map(|file| {
                (
                    file.path.to_str().unwrap(),
                    &*file.mode,
                    &*file.object,
                    file.in_conflict,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("b.py", "100644", "cc", false),
                ("l", "120000", "dd", false),
                ("z", "100644", "aa", false),
            ]
        );
        assert!(changed(b"", b"100644 aa 2\ta\0").unwrap()[0].in_conflict);
        assert_eq!(changed(b"", b"fatal\0"), None);
    }
}
