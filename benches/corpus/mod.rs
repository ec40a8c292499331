//! The fixed corpus of the benches: the rules' fixtures.

use std::path::{Path, PathBuf};

use aiscan::lang::Language;
use aiscan::source::Source;

/// The fixtures in a language, in the order of their paths.
pub(crate) fn of(language: Language) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules"),
        &mut paths,
    );
    paths.sort();
    let chosen = paths
        .into_iter()
        .filter(|path| Language::of_path(path) == language);
    chosen
        .map(|path| {
            let bytes = std::fs::read(&path).expect("a fixture is readable");
            Source::new(path.display().to_string(), language, bytes)
        })
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the fixtures are there") {
        let path = entry.expect("a folder is readable").path();
        if path.is_dir() {
            collect(&path, paths);
        } else {
            paths.push(path);
        }
    }
}
