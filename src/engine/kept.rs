//! A file that stays parsed from one look at it to the next: in small trees, parsing again is most of
//! what flows from file to file cost.

use crate::source::Source;
use crate::syntax::{File, Parsed};
use crate::taint::Shared;

/// What was worked out about a text, and the text.
#[derive(Debug)]
pub(super) struct Kept {
    text: Box<[u8]>,
    parsed: Parsed,
    shared: Shared,
}

impl Kept {
    pub(super) fn new(file: File<'_>, shared: Shared) -> Kept {
        Kept {
            text: file.text().into(),
            parsed: file.into_parsed(),
            shared,
        }
    }

    /// The bytes of the text; the tree takes some twenty times as many.
    pub(super) fn size(&self) -> usize {
        self.text.len()
    }

    /// The file again; `None` where the text is another one by now.
    pub(super) fn of(self, source: &Source) -> Option<(File<'_>, Shared)> {
        let same = *self.text == *source.text();
        same.then(|| (File::again(source, self.parsed), self.shared))
    }
}
