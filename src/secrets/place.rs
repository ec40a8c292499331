//! What the path of a file says about the secrets in it.

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
