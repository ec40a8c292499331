//! What fixing comes to in one file, worked out while its text is in memory.

use std::path::PathBuf;

use super::mask::Mask;
use crate::finding::Edit;
use crate::fix::{Change, Plan};
use crate::source::{Source, Span};

/// What is fixed in one file, and what is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFix {
    /// The path relative to the root, with `/`.
    pub path: String,
    /// Where the file is; `None` for standard input.
    pub place: Option<PathBuf>,
    /// How many fixes are made.
    pub made: usize,
    /// How many wait for another run because they overlap one that is made.
    pub overlapping: usize,
    /// How many are left out because the file would parse worse, or could not be written in its
    /// encoding.
    pub left_out: usize,
    /// The file's bytes and those that take their place, where a fix is made. They are for the
    /// file alone, and no report holds them.
    pub bytes: Option<(Vec<u8>, Vec<u8>)>,
    /// The lines that change.
    pub changes: Vec<Change>,
    /// The text for people, as it is, with secrets masked.
    pub before: String,
    /// The text for people, as it will be, with secrets masked.
    pub after: String,
}

/// What the fixes of a file's findings come to; none where it has none.
pub(super) fn of(
    source: &Source,
    original: &[u8],
    mask: &Mask,
    edits: Vec<Edit>,
) -> Option<FileFix> {
    if edits.is_empty() {
        return None;
    }
    let plan = Plan::new(source, edits);
    let fix = FileFix {
        path: source.path.clone(),
        overlapping: plan.overlapping,
        left_out: plan.breaking,
        ..FileFix::default()
    };
    let words: Vec<&str> = plan.edits.iter().map(|edit| &*edit.replacement).collect();
    let faithful = source.encode(source.text(), &[]).as_deref() == Some(original);
    let after = source.encode(&plan.text(source), &words);
    let Some(after) = after.filter(|_| faithful && !plan.edits.is_empty()) else {
        return Some(FileFix {
            left_out: fix.left_out + plan.edits.len(),
            ..fix
        });
    };
    let whole = Span::new(0, source.text().len());
    Some(FileFix {
        made: plan.edits.len(),
        bytes: Some((original.to_vec(), after)),
        changes: plan.changes(source),
        before: String::from_utf8_lossy(&mask.text(source, whole)).into_owned(),
        after: masked_after(source, mask, &plan.edits),
        ..fix
    })
}

/// The fixed text with its secrets masked. No edit holds one, and none cuts through one.
fn masked_after(source: &Source, mask: &Mask, edits: &[Edit]) -> String {
    let mut out: Vec<u8> = Vec::new();
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(&mask.text(
            source,
            Span {
                start: at,
                end: edit.span.start,
            },
        ));
        out.extend_from_slice(edit.replacement.as_bytes());
        at = edit.span.end;
    }
    let end = source.text().len() as u32;
    out.extend_from_slice(&mask.text(source, Span { start: at, end }));
    String::from_utf8_lossy(&out).into_owned()
}
