//! A file that is replaced whole or not at all.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes what `emit` gives into a new file in `folder`, which takes the place of `path` only when
/// everything is in it. Without `permissions` it is as readable as any new file.
pub(crate) fn replace_whole(
    path: &Path,
    folder: &Path,
    permissions: Option<fs::Permissions>,
    emit: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".aiscan-").suffix(".tmp");
    // Temporary files are private by default.
    #[cfg(unix)]
    if permissions.is_none() {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // The error names the temporary file, which nobody asked about; its kind says enough.
    let file = builder.tempfile_in(folder).map_err(|error| error.kind())?;
    let mut out = BufWriter::new(file);
    emit(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
