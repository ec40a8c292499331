//! Scans of what git stores: one reader, and rules on all threads.

use std::collections::HashSet;

use rayon::prelude::*;

use super::Outcomes;
use super::examine::{Examiner, Identity, Outcome};
use super::progress::Progress;
use crate::discover::{Selection, Stored, StoredFile};

/// Scans what is staged.
pub(super) fn scan_staged(
    examiner: &Examiner<'_>,
    stored: Stored,
    progress: &Progress,
) -> (Selection, Outcomes) {
    progress.set_known(stored.files.len());
    let outcomes = examine(examiner, &stored, &stored.files, progress);
    let names = stored.files.iter().map(|file| file.name.clone());
    let outcomes = names.zip(outcomes).collect();
    let mut selection = stored.selection;
    let what = count(stored.files.len(), "staged file was", "staged files were");
    selection
        .notes
        .push(format!("{what} read from git's index, not from the folder"));
    (selection, outcomes)
}

/// Scans what commits brought in. A secret is reported once, by the commit that brought it in, and
/// not at all where it was there before the commits of the range.
pub(super) fn scan_history(
    examiner: &Examiner<'_>,
    stored: Stored,
    progress: &Progress,
) -> (Selection, Outcomes) {
    progress.set_known(stored.before.len() + stored.files.len());
    let before = examine(examiner, &stored, &stored.before, progress);
    let mut known: HashSet<Identity> = before
        .into_iter()
        .flat_map(|outcome| outcome.secrets.into_iter().flatten())
        .collect();
    let outcomes = examine(examiner, &stored, &stored.files, progress);
    let names = stored.files.iter().map(|file| file.name.clone());
    let mut outcomes: Outcomes = names.zip(outcomes).collect();
    for (_, outcome) in &mut outcomes {
        let mut secrets = outcome.secrets.iter();
        // A finding without a secret is told by nothing from the same one in another version.
        let is_new = |_: &_| {
            secrets
                .next()
                .copied()
                .flatten()
                .is_some_and(|secret| known.insert(secret))
        };
        outcome.findings.retain(is_new);
        outcome.suppression_problems.clear();
    }
    outcomes.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut selection = stored.selection;
    selection.notes.push(format!(
        "{} looked at, each content once and for secrets alone",
        count(stored.commits.len(), "commit was", "commits were"),
    ));
    (selection, outcomes)
}

/// What comes of each file, in their order.
fn examine(
    examiner: &Examiner<'_>,
    stored: &Stored,
    files: &[StoredFile],
    progress: &Progress,
) -> Vec<Outcome> {
    let mut outcomes: Vec<(usize, Outcome)> = stored
        .read(files)
        .par_bridge()
        .map(|(at, content)| {
            let file = &files[at];
            let commit = file.commit.map(|at| stored.commits[at].as_str());
            let outcome = examiner.examine(&file.name, commit, content);
            progress.finish_one();
            (at, outcome)
        })
        .collect();
    outcomes.sort_by_key(|(at, _)| *at);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn count(n: usize, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}
