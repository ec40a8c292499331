//! What was not selected, counted by reason: a skip nobody hears of looks like a clean file.

use std::collections::{BTreeMap, BTreeSet};

/// How many paths are kept for each reason.
const EXAMPLES: usize = 5;

/// Why a file or folder was not selected. Each is counted and said, and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// Ignored by git and not tracked.
    Ignored,
    /// A folder of dependencies that is not tracked.
    DependencyFolder,
    /// Excluded by an option or the configuration.
    Excluded,
    /// A symbolic link met in the walk.
    Link,
    /// A pipe, socket or device.
    Special,
    /// A file with NUL bytes whose extension names no language.
    Binary,
    /// A report that this run writes.
    OwnOutput,
    /// A folder of another repository's checkout that git lists as a submodule.
    Submodule,
}

impl SkipReason {
    /// The words of the summary: `3 binary files`.
    pub fn describe(self) -> &'static str {
        match self {
            SkipReason::Ignored => "ignored by git",
            SkipReason::DependencyFolder => "dependency folders",
            SkipReason::Excluded => "excluded",
            SkipReason::Link => "symbolic links",
            SkipReason::Special => "special files",
            SkipReason::Binary => "binary",
            SkipReason::OwnOutput => "own output",
            SkipReason::Submodule => "submodules",
        }
    }

    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            SkipReason::Ignored => "ignored",
            SkipReason::DependencyFolder => "dependency-folder",
            SkipReason::Excluded => "excluded",
            SkipReason::Link => "link",
            SkipReason::Special => "special",
            SkipReason::Binary => "binary",
            SkipReason::OwnOutput => "own-output",
            SkipReason::Submodule => "submodule",
        }
    }
}

/// How many were skipped for one reason, and a few of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// How many files or folders.
    pub count: usize,
    /// The first few paths, sorted.
    pub examples: Vec<String>,
}

/// The paths that were not selected, by reason; each is counted once.
#[derive(Clone, Debug, Default)]
pub struct Tally(BTreeMap<SkipReason, BTreeSet<String>>);

impl Tally {
    /// Notes that a path was skipped.
    pub fn add(&mut self, reason: SkipReason, path: String) {
        self.0.entry(reason).or_default().insert(path);
    }

    /// The counts, with a few paths for each.
    pub fn summary(&self) -> BTreeMap<SkipReason, Skipped> {
        let summary = |paths: &BTreeSet<String>| Skipped {
            count: paths.len(),
            examples: paths.iter().take(EXAMPLES).cloned().collect(),
        };
        self.0
            .iter()
            .map(|(&reason, paths)| (reason, summary(paths)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_met_twice_counts_once() {
        let mut tally = Tally::default();
        for path in ["b", "a", "b"] {
            tally.add(SkipReason::Binary, path.to_owned());
        }
        let skipped = &tally.summary()[&SkipReason::Binary];
        assert_eq!(
            (skipped.count, skipped.examples.join(" ")),
            (2, "a b".to_owned())
        );
    }
}
