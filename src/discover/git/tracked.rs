//! The files that git tracks.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{Git, Refusal, stays_in_tree, to_path};

/// What git tracks below the folders asked for; paths are relative to the root.
#[derive(Debug, Default)]
pub(in crate::discover) struct Tracked {
    pub(in crate::discover) files: BTreeSet<PathBuf>,
    pub(in crate::discover) submodules: BTreeSet<PathBuf>,
}

impl Git {
    /// Lists the tracked files below `folders`, which are relative to the root.
    pub(in crate::discover) fn tracked(&self, folders: &[&Path]) -> Result<Tracked, Refusal> {
        let list = ["ls-files", "-z", "--stage", "--full-name", "--"].map(OsStr::new);
        let folders = folders.iter().map(|folder| {
            if *folder == Path::new("") {
                OsStr::new(".")
            } else {
                folder.as_os_str()
            }
        });
        let args: Vec<&OsStr> = list.into_iter().chain(folders).collect();
        parse(&self.run(&args)?)
    }
}

/// Reads `mode object stage TAB path NUL`.
fn parse(listing: &[u8]) -> Result<Tracked, Refusal> {
    let mut tracked = Tracked::default();
    for entry in listing.split(|&b| b == 0).filter(|entry| !entry.is_empty()) {
        let tab = memchr::memchr(b'\t', entry).ok_or(Refusal::Failed)?;
        let Some(path) = to_path(&entry[tab + 1..]).filter(|path| stays_in_tree(path)) else {
            continue;
        };
        if entry.starts_with(b"160000 ") {
            tracked.submodules.insert(path);
        } else {
            tracked.files.insert(path);
        }
    }
    Ok(tracked)
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
}
