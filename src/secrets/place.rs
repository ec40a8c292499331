//! What the path of a file says about the secrets in it.

use std::ops::Range;

use crate::lang::Language;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Anything.
    Ordinary,
    /// Tests, examples, documentation: a secret there is less often a live one.
    Sample,
    /// Written by a program and full of hashes: only what has a provider's own mark counts.
    Generated,
}

/// The place of a path with `/`.
pub(super) fn place_of(path: &str) -> Place {
    let path = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path);
    if is_generated(name) {
        return Place::Generated;
    }
    let folder = |part: &str| {
        matches!(
            part,
            "test"
                | "tests"
                | "testing"
                | "__tests__"
                | "spec"
                | "specs"
                | "testdata"
                | "test-data"
                | "test_data"
                | "fixture"
                | "fixtures"
                | "mock"
                | "mocks"
                | "__mocks__"
                | "example"
                | "examples"
                | "sample"
                | "samples"
                | "doc"
                | "docs"
                | "documentation"
                | "e2e"
                | "benches"
                | "benchmarks"
        )
    };
    let stem = name.split('.').next().unwrap_or(name);
    let sample = path.split('/').rev().skip(1).any(folder)
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("-test")
        || stem.ends_with("_tests")
        || stem == "tests"
        || stem == "conftest"
        || [
            ".test.",
            ".spec.",
            ".example",
            ".sample",
            ".template",
            ".dist",
        ]
        .iter()
        .any(|mark| name.contains(mark));
    if sample {
        Place::Sample
    } else {
        Place::Ordinary
    }
}

/// The bytes of the test modules that Rust keeps in the file that they test.
pub(super) fn test_modules(text: &[u8], language: Language) -> Vec<Range<usize>> {
    const MARK: &[u8] = b"\n#[cfg(test)]\n";
    if language != Language::Rust {
        return Vec::new();
    }
    let mut modules: Vec<Range<usize>> = Vec::new();
    for start in memchr::memmem::find_iter(text, MARK) {
        let rest = &text[start + MARK.len()..];
        // Other attributes may stand between.
        let mut lines = rest.split(|&b| b == b'\n');
        let first = lines.find(|line| !line.starts_with(b"#["));
        let is_module = first.is_some_and(|line| line.starts_with(b"mod ") && line.ends_with(b"{"));
        if is_module && modules.last().is_none_or(|last| last.end <= start) {
            let length = memchr::memmem::find(rest, b"\n}").unwrap_or(0);
            modules.push(start..start + MARK.len() + length);
        }
    }
    modules
}

/// Lock files, source maps, minified code, drawings.
fn is_generated(name: &str) -> bool {
    matches!(
        name,
        "package-lock.json"
            | "npm-shrinkwrap.json"
            | "yarn.lock"
            | "pnpm-lock.yaml"
            | "cargo.lock"
            | "poetry.lock"
            | "pipfile.lock"
            | "pdm.lock"
            | "uv.lock"
            | "gemfile.lock"
            | "composer.lock"
            | "go.sum"
            | "flake.lock"
            | "bun.lock"
            | "deno.lock"
            | "packages.lock.json"
            | "gradle.lockfile"
            | "podfile.lock"
            | "mix.lock"
            | "pubspec.lock"
    ) || [".min.js", ".min.css", ".map", ".svg", ".snap", ".sum"]
        .iter()
        .any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_module_ends_where_its_brace_does() {
        let text =
            b"fn a() {}\n#[cfg(test)]\nmod tests {\n    x\n}\nfn b() {}\n#[cfg(test)]\nmod c;\n";
        let modules = test_modules(text, Language::Rust);
        assert_eq!(modules.len(), 1);
        assert!(text[modules[0].clone()].ends_with(b"    x"));
        assert!(test_modules(text, Language::Python).is_empty());
    }

    #[test]
    fn paths_tell_samples_and_generated_files() {
        assert_eq!(place_of("src/app.py"), Place::Ordinary);
        assert_eq!(place_of("tests/app.py"), Place::Sample);
        assert_eq!(place_of("src/test_app.py"), Place::Sample);
        assert_eq!(place_of("src/contest.py"), Place::Ordinary);
        assert_eq!(place_of(".env.example"), Place::Sample);
        assert_eq!(place_of("a/Cargo.lock"), Place::Generated);
        assert_eq!(place_of("a/lib.min.js"), Place::Generated);
    }
}
