//! Fixed files on the disk: written whole, in place of exactly what was scanned, and nowhere else.

use std::fs;
use std::io;
use std::path::Path;

use super::replace_whole;

/// Why a fixed file was not written. What was there is still there.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file may not be changed.
    #[error("it is read-only")]
    ReadOnly,
    /// It is not what was scanned any more.
    #[error("it changed while it was scanned")]
    Changed,
    /// It is no regular file, or a link in its path leads out of the tree.
    #[error("its path leads out of the scanned tree, or to no regular file")]
    Elsewhere,
    /// Anything that the system says.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl WriteError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            WriteError::ReadOnly => "make it writable and run --fix again",
            WriteError::Changed => "run --fix again when nothing else writes to it",
            WriteError::Elsewhere => "name the file itself, in the tree where it lies",
            WriteError::Io(_) => "see that its folder may be written and has room",
        }
    }
}

/// Puts `after` in the place of the file at `path`, which lies below `root` and holds `before`.
/// Its permissions stay.
pub fn write(root: &Path, path: &Path, before: &[u8], after: &[u8]) -> Result<(), WriteError> {
    let found = fs::symlink_metadata(path)?;
    let folder = path.parent().ok_or(WriteError::Elsewhere)?.canonicalize()?;
    if !found.is_file() || !folder.starts_with(root.canonicalize()?) {
        return Err(WriteError::Elsewhere);
    }
    let permissions = found.permissions();
    if permissions.readonly() {
        return Err(WriteError::ReadOnly);
    }
    if fs::read(path)? != before {
        return Err(WriteError::Changed);
    }
    replace_whole(path, &folder, Some(permissions), |out| out.write_all(after))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        fs::write(&path, "new").unwrap();
        let written = write(folder.path(), &path, b"old", b"fixed");
        assert!(matches!(written, Err(WriteError::Changed)));
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_read_only_files_too() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.py");
        fs::write(&path, "old").unwrap();
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set(0o754);
        write(folder.path(), &path, b"old", b"new").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o754);
        set(0o444);
        let written = write(folder.path(), &path, b"new", b"newer");
        assert!(matches!(written, Err(WriteError::ReadOnly)));
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[cfg(unix)]
    #[test]
    fn no_link_is_replaced_and_none_leads_out() {
        let (tree, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let target = other.path().join("a.py");
        fs::write(&target, "old").unwrap();
        let link = tree.path().join("a.py");
        std::os::unix::fs::symlink(&target, &link).unwrap();
        std::os::unix::fs::symlink(other.path(), tree.path().join("dir")).unwrap();
        for path in [link.clone(), tree.path().join("dir/a.py")] {
            let written = write(tree.path(), &path, b"old", b"new");
            assert!(matches!(written, Err(WriteError::Elsewhere)));
        }
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
