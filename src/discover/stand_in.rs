//! A file that is passed in memory under a name: where it would stand if it were on the disk.

use std::path::{Component, Path, PathBuf};

use super::filter::Filter;
use super::{DiscoverError, Request, arguments, path_text};

/// A file in memory, seen as a file of the tree around the current folder.
#[derive(Debug, PartialEq, Eq)]
pub struct StandIn {
    /// The git work tree that holds the current folder, otherwise that folder.
    pub root: PathBuf,
    /// How reports call the file.
    pub name: String,
    /// Whether the globs of the request leave it out.
    pub left_out: bool,
}

/// Places a file that goes by `filename`, relative to the current folder or absolute. Nothing needs
/// to be there.
pub fn stand_in(filename: &str, request: &Request<'_>) -> Result<StandIn, DiscoverError> {
    let here = Path::new(".");
    let folder = here
        .canonicalize()
        .map_err(|error| DiscoverError::Unreadable {
            path: here.to_owned(),
            error,
        })?;
    place(&folder, filename, request)
}

fn place(folder: &Path, filename: &str, request: &Request<'_>) -> Result<StandIn, DiscoverError> {
    let (root, _) = arguments::root_of(folder);
    let mut path = PathBuf::new();
    for component in folder.join(filename).components() {
        match component {
            Component::ParentDir => {
                path.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                path.push(component);
            }
        }
    }
    // A name that leads elsewhere is kept as it was given.
    let relative = path.strip_prefix(&root).unwrap_or(Path::new(filename));
    let relative: PathBuf = relative.components().filter(is_name).collect();
    let filter = Filter::new(request.exclude, request.include, &[])?;
    Ok(StandIn {
        name: path_text(&relative),
        left_out: filter.excludes_all(&relative, false) || !filter.includes(&relative),
        root,
    })
}

fn is_name(component: &Component<'_>) -> bool {
    matches!(component, Component::Normal(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(filename: &str, name: &str, left_out: bool) {
        let request = Request {
            paths: &[],
            gitignore: true,
            exclude: &["gen".to_owned()],
            include: &[],
            force_exclude: true,
            outputs: &[],
        };
        let dir = tempfile::tempdir().unwrap();
        let filename = filename.replace('~', dir.path().to_str().unwrap());
        let expected = StandIn {
            root: dir.path().to_owned(),
            name: name.to_owned(),
            left_out,
        };
        assert_eq!(place(dir.path(), &filename, &request).unwrap(), expected);
    }

    #[test]
    fn names_are_relative_to_the_root() {
        check("a.py", "a.py", false);
        check("./b/../a.py", "a.py", false);
        check("~/a.py", "a.py", false);
        check("gen/a.py", "gen/a.py", true);
    }

    #[test]
    fn a_name_that_leads_elsewhere_stays_a_name() {
        check("../../../../../../x/a.py", "x/a.py", false);
        check("/elsewhere/a.py", "elsewhere/a.py", false);
    }
}
