//! `--fix` and `--dry-run`: what fixes come to, written or shown, and what is said about it.

use std::path::Path;

use super::{CliError, Ui};
use crate::fix;
use crate::scan::FileFix;

/// What is done about fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fixing {
    /// Nothing.
    No,
    /// They are shown.
    Show,
    /// They are made.
    Make,
}

/// Writes every fixed file. Gives back how many fixes were made in how many files, and whether
/// every file could be written; one that could not is told and keeps no other from being written.
pub(crate) fn make(root: &Path, fixes: &[FileFix], ui: &Ui) -> (Count, bool) {
    let (mut count, mut whole) = (Count::default(), true);
    for fixed in fixes {
        count.overlapping += fixed.overlapping;
        count.left_out += fixed.left_out;
        let (Some((before, after)), Some(place)) = (&fixed.bytes, &fixed.place) else {
            continue;
        };
        match fix::write(root, place, before, after) {
            Ok(()) => {
                count.made += fixed.made;
                count.files += 1;
            }
            Err(error) => {
                whole = false;
                let message = format!("cannot fix `{}`: {error}", fixed.path);
                ui.error(&CliError::new(message, error.help()));
            }
        }
    }
    (count, whole)
}

/// How many fixes there are, and what becomes of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    made: usize,
    files: usize,
    overlapping: usize,
    left_out: usize,
}

impl Count {
    /// Of fixes that are not made.
    pub(crate) fn of(fixes: &[FileFix]) -> Count {
        Count {
            made: fixes.iter().map(|file| file.made).sum(),
            files: fixes.iter().filter(|file| file.made > 0).count(),
            overlapping: fixes.iter().map(|file| file.overlapping).sum(),
            left_out: fixes.iter().map(|file| file.left_out).sum(),
        }
    }

    /// Whether a file was written.
    pub(crate) fn changed(self) -> bool {
        self.files > 0
    }

    /// What is said, a sentence each.
    pub(crate) fn notes(self, fixing: Fixing) -> Vec<String> {
        let counted =
            |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        let fixes = |n| counted(n, "fix", "fixes");
        let within = counted(self.files, "file", "files");
        let made = match fixing {
            Fixing::No => return Vec::new(),
            Fixing::Show => format!("{} in {within} shown, none made", fixes(self.made)),
            Fixing::Make => format!("{} made in {within}", fixes(self.made)),
        };
        let mut notes = vec![made];
        if self.overlapping > 0 {
            let overlapping = fixes(self.overlapping);
            notes.push(format!(
                "{overlapping} left for another run: they overlap others"
            ));
        }
        if self.left_out > 0 {
            let left_out = fixes(self.left_out);
            notes.push(format!(
                "{left_out} left out: the file would parse worse, or could not be written in its encoding"
            ));
        }
        notes
    }
}
