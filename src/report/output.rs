//! Where a report goes, and that it arrives whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::fix::replace_whole;
use crate::lang::Language;

/// Why a report could not be written to a file. Whatever was there before is still there.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The place is a folder.
    #[error("the report cannot be written to `{0}`: it is a folder")]
    Folder(PathBuf),
    /// The folder of the file is not there.
    #[error("the report cannot be written to `{path}`: there is no folder `{folder}`")]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// The file is a source file, so that the option was most likely not meant.
    #[error("the report would overwrite the source file `{0}`")]
    SourceFile(PathBuf),
    /// The file may not be changed.
    #[error("the report cannot be written to `{0}`: it is read-only")]
    ReadOnly(PathBuf),
    /// Anything that the system says.
    #[error("the report cannot be written to `{path}`: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

impl OutputError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            OutputError::Folder(_) => "name a file in it",
            OutputError::NoFolder { .. } => "make the folder first, or name another file",
            OutputError::SourceFile(_) => "name another file, or remove this one first",
            OutputError::ReadOnly(_) => "name another file, or make this one writable",
            OutputError::Io { .. } => {
                "see that the folder may be written and has room; nothing was changed"
            }
        }
    }
}

/// Writes what `emit` gives to `path`: into a new file in the same folder, which takes the place of
/// the old one only when everything is in it. Devices and pipes are written as they stand.
///
/// A symbolic link is replaced and never followed, since a scanned tree may hold links to anywhere.
pub fn write_file(
    path: &Path,
    emit: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), OutputError> {
    let failed = |error| OutputError::Io {
        path: path.to_owned(),
        error,
    };
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(OutputError::NoFolder {
            path: path.to_owned(),
            folder: folder.to_owned(),
        });
    }
    let permissions = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
        Ok(found) if found.is_dir() => return Err(OutputError::Folder(path.to_owned())),
        Ok(found) if is_device(path, &found) => return write_through(path, emit).map_err(failed),
        Ok(found) if found.is_symlink() => None,
        Ok(_) if Language::of_path(path).is_code() => {
            return Err(OutputError::SourceFile(path.to_owned()));
        }
        Ok(found) if found.permissions().readonly() => {
            return Err(OutputError::ReadOnly(path.to_owned()));
        }
        Ok(found) => Some(found.permissions()),
    };
    replace_whole(path, folder, permissions, emit).map_err(failed)
}

/// Whether writing means sending: a device, a pipe, a socket, or one of the names that the system
/// gives to the streams of a process (which are links).
fn is_device(path: &Path, found: &fs::Metadata) -> bool {
    let regular = found.is_file() || found.is_symlink();
    !regular || path.starts_with("/dev") || path.starts_with("/proc")
}

fn write_through(
    path: &Path,
    emit: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::new(File::options().write(true).open(path)?);
    emit(&mut out)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"hello")
    }

    #[test]
    fn a_failed_report_leaves_the_old_one_and_no_other_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "old").unwrap();
        let error = write_file(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("broken"))
        });
        assert!(matches!(error, Err(OutputError::Io { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_report_replaces_an_older_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "a longer old report").unwrap();
        write_file(&path, hello).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"hello");
    }

    #[test]
    fn folders_and_source_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("app.py");
        fs::write(&source, "x = 1").unwrap();
        assert!(matches!(
            write_file(folder.path(), hello),
            Err(OutputError::Folder(_))
        ));
        assert!(matches!(
            write_file(&source, hello),
            Err(OutputError::SourceFile(_))
        ));
        assert_eq!(fs::read(&source).unwrap(), b"x = 1");
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/report.json");
        assert!(matches!(
            write_file(&path, hello),
            Err(OutputError::NoFolder { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "precious").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        write_file(&link, hello).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"precious");
        assert_eq!(fs::read(&link).unwrap(), b"hello");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_an_error_and_a_sink_is_not() {
        assert!(matches!(
            write_file(Path::new("/dev/full"), hello),
            Err(OutputError::Io { .. })
        ));
        write_file(Path::new("/dev/null"), hello).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_new_report_is_readable_like_any_new_file_and_read_only_files_stay() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (report, plain) = (folder.path().join("report"), folder.path().join("plain"));
        write_file(&report, hello).unwrap();
        fs::write(&plain, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&report), mode(&plain));
        fs::set_permissions(&plain, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(
            write_file(&plain, hello),
            Err(OutputError::ReadOnly(_))
        ));
    }
}
