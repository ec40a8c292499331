//! What options leave out: globs, and the files this run writes.
//!
//! Globs read like a line of `.gitignore` in the root: without a `/` they match a name at any
//! depth, with one they are anchored at the root, and a folder that matches stands for all in it.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::DiscoverError;

/// The options as one question per path. All paths are relative to the root.
#[derive(Debug)]
pub(super) struct Filter {
    exclude: Gitignore,
    include: Gitignore,
    outputs: Vec<PathBuf>,
}

impl Filter {
    pub(super) fn new(
        exclude: &[String],
        include: &[String],
        outputs: &[PathBuf],
    ) -> Result<Filter, DiscoverError> {
        let mut own = Vec::new();
        for output in outputs {
            // The file as it will be written, and what stands there now, which may be a link.
            let folder = output.parent().filter(|parent| *parent != Path::new(""));
            let folder = folder.unwrap_or(Path::new("."));
            if let (Ok(folder), Some(name)) = (folder.canonicalize(), output.file_name()) {
                own.push(folder.join(name));
            }
            own.extend(output.canonicalize());
        }
        Ok(Filter {
            exclude: globs(exclude)?,
            include: globs(include)?,
            outputs: own,
        })
    }

    /// Whether an exclusion names this very path.
    pub(super) fn excludes(&self, path: &Path, folder: bool) -> bool {
        self.exclude.matched(path, folder).is_ignore()
    }

    /// Whether an exclusion names this path or a folder above it.
    pub(super) fn excludes_all(&self, path: &Path, folder: bool) -> bool {
        self.exclude
            .matched_path_or_any_parents(path, folder)
            .is_ignore()
    }

    /// Whether a file is among those asked for.
    pub(super) fn includes(&self, file: &Path) -> bool {
        self.include.is_empty()
            || self
                .include
                .matched_path_or_any_parents(file, false)
                .is_ignore()
    }

    /// Whether this run writes the file at an absolute path.
    pub(super) fn is_output(&self, path: &Path) -> bool {
        self.outputs.iter().any(|output| output == path)
    }
}

fn globs(written: &[String]) -> Result<Gitignore, DiscoverError> {
    let mut builder = GitignoreBuilder::new("");
    builder.allow_unclosed_class(false);
    for glob in written {
        let bad = |reason: String| DiscoverError::BadGlob {
            glob: glob.clone(),
            reason,
        };
        let line = glob.strip_prefix("./").unwrap_or(glob);
        if line.trim().is_empty() {
            return Err(bad("it is empty".to_owned()));
        }
        // These two start a comment and an exception in a file; here they are part of a name.
        let escape = if line.starts_with(['#', '!']) {
            "\\"
        } else {
            ""
        };
        builder
            .add_line(None, &format!("{escape}{line}"))
            .map_err(|error| bad(error.to_string()))?;
    }
    builder.build().map_err(|error| DiscoverError::BadGlob {
        glob: written.join(", "),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(glob: &str, path: &str, expected: bool) {
        let filter = Filter::new(&[glob.to_owned()], &[], &[]).unwrap();
        assert_eq!(
            filter.excludes_all(Path::new(path), false),
            expected,
            "{glob} on {path}"
        );
    }

    #[test]
    fn globs_read_like_lines_of_an_ignore_file() {
        check("*.min.js", "a/b.min.js", true);
        check("vendor", "a/vendor/x.py", true);
        check("a/*.py", "a/x.py", true);
        check("a/*.py", "a/b/x.py", false);
        check("a/*.py", "b/a/x.py", false);
        check("a/**", "a/b/x.py", true);
        check("./a", "a/x.py", true);
        check("x.py/", "x.py", false);
    }

    #[test]
    fn a_leading_mark_is_part_of_the_name() {
        check("#x#", "#x#", true);
        check("!x", "!x", true);
    }

    #[test]
    fn a_glob_that_cannot_be_read_is_an_error_that_names_it() {
        for glob in ["a[", ""] {
            let error = Filter::new(&[], &[glob.to_owned()], &[]).unwrap_err();
            assert!(error.to_string().contains(&format!("`{glob}`")), "{error}");
        }
    }

    #[test]
    fn without_includes_every_file_is_asked_for() {
        let all = Filter::new(&[], &[], &[]).unwrap();
        assert!(all.includes(Path::new("a.py")));
        let source = Filter::new(&[], &["src".to_owned()], &[]).unwrap();
        assert!(source.includes(Path::new("src/a.py")));
        assert!(!source.includes(Path::new("a.py")));
    }
}
