//! Rule files and the targets that go with them.
//!
//! A rule `rules/a/b.yaml` of this project has its target at `fixtures/rules/a/b.<ext>`. Anywhere
//! else targets stand beside the rule: files whose names begin as the rule's does up to the first
//! dot, and all files in a folder of that name.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::CliError;

/// A rule file with its targets.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RuleFile {
    pub(super) path: PathBuf,
    pub(super) targets: Vec<PathBuf>,
    /// The path below this project's `rules/`, without the extension and with dots; `None` for
    /// rules that are not laid out this way.
    pub(super) built_in: Option<String>,
}

/// The rule files at or below `start`, by path, and how many other YAML files were passed over.
pub(super) fn find(start: &Path) -> Result<(Vec<RuleFile>, usize), CliError> {
    if !start.exists() {
        return Err(CliError::new(
            format!("there is no file or folder `{}`", start.display()),
            "name a folder with rule files",
        ));
    }
    let home = Home::of(start);
    let walk = ignore::WalkBuilder::new(start)
        .standard_filters(false)
        .hidden(true)
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .build();
    let (mut found, mut passed_over) = (Vec::new(), 0);
    for entry in walk {
        let entry = entry.map_err(|error| {
            CliError::new(
                format!("cannot look for rules: {error}"),
                "see that it may be read",
            )
        })?;
        let path = entry.path();
        if !entry.file_type().is_some_and(|kind| kind.is_file()) || !is_yaml(path) {
            continue;
        }
        if is_target_in_yaml(path) || !holds_rules(path) {
            passed_over += 1;
            continue;
        }
        let (targets, built_in) = match &home {
            Some(home) => home.targets(path),
            None => (targets_beside(path, false), None),
        };
        found.push(RuleFile {
            path: path.to_owned(),
            targets,
            built_in,
        });
    }
    Ok((found, passed_over))
}

/// The folders of this project's layout.
struct Home {
    rules: PathBuf,
    fixtures: PathBuf,
}

impl Home {
    /// The nearest folder `rules` at or above `start` that has `fixtures/rules` beside it.
    fn of(start: &Path) -> Option<Home> {
        let start = start.canonicalize().ok()?;
        start.ancestors().find_map(|rules| {
            let fixtures = rules.parent()?.join("fixtures/rules");
            let is_home = rules.file_name()? == "rules" && fixtures.is_dir();
            is_home.then(|| Home {
                rules: rules.to_owned(),
                fixtures,
            })
        })
    }

    fn targets(&self, path: &Path) -> (Vec<PathBuf>, Option<String>) {
        let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let Ok(relative) = full.strip_prefix(&self.rules) else {
            return (targets_beside(path, false), None);
        };
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        let id = parts.join(".");
        let id = id.rsplit_once('.').map_or(id.as_str(), |(id, _)| id);
        let targets = targets_beside(&self.fixtures.join(relative), true);
        // Shorter to read, and the same on every machine.
        let here = Path::new(".").canonicalize().unwrap_or_default();
        let shown = |path: PathBuf| {
            path.strip_prefix(&here)
                .map_or(path.clone(), Path::to_owned)
        };
        let targets = targets.into_iter().map(shown).collect();
        (targets, Some(id.to_owned()))
    }
}

/// The files that are named like the rule, or lie in a folder that is. The rule itself need not be
/// there; where rules are kept `apart`, a file of YAML is a target as any other.
fn targets_beside(rule: &Path, apart: bool) -> Vec<PathBuf> {
    let (Some(folder), Some(stem)) = (rule.parent(), stem(rule)) else {
        return Vec::new();
    };
    let mut targets = Vec::new();
    for path in files_in(folder) {
        let of_rule = self::stem(&path) == Some(stem);
        let is_target = apart || !is_yaml(&path) || is_target_in_yaml(&path);
        if of_rule && is_target && !is_fixed(&path) {
            targets.push(path);
        }
    }
    let below = ignore::WalkBuilder::new(folder.join(stem))
        .standard_filters(false)
        .build();
    for entry in below.filter_map(Result::ok) {
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        let is_target = apart || !is_yaml(entry.path());
        if is_file && is_target && !is_fixed(entry.path()) {
            targets.push(entry.into_path());
        }
    }
    targets.sort();
    targets
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter(|path| path.is_file()).collect()
}

/// The name up to the first dot.
fn stem(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    name.split('.').next().filter(|stem| !stem.is_empty())
}

fn is_yaml(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Whether a YAML file is a target, which its name says by `.test.`.
fn is_target_in_yaml(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.ends_with(".test.yaml") || name.ends_with(".test.yml"))
}

/// What the fixes of a rule make of a target: `a.fixed.py` for `a.py`.
pub(super) fn fixed(target: &Path) -> Option<PathBuf> {
    let extension = target.extension()?.to_str()?;
    Some(target.with_extension(format!("fixed.{extension}")))
}

/// Whether a file is what a fix makes of a target.
fn is_fixed(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.contains(".fixed."))
}

/// Whether a YAML file has rules at its top level. One that cannot be read counts as having them,
/// so that the loader tells why it cannot.
fn holds_rules(path: &Path) -> bool {
    let Ok(text) = fs::read(path) else {
        return true;
    };
    let mut lines = text.split(|&b| b == b'\n');
    lines.any(|line| line.starts_with(b"rules:") || line.starts_with(b"\"rules\":"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[&str], start: &str, expected: &[(&str, &[&str], Option<&str>)]) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for file in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "rules:\n").unwrap();
        }
        let (found, _) = find(&root.join(start)).unwrap();
        let expected: Vec<RuleFile> = expected
            .iter()
            .map(|(path, targets, built_in)| RuleFile {
                path: root.join(path),
                targets: targets.iter().map(|target| root.join(target)).collect(),
                built_in: built_in.map(str::to_owned),
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn this_projects_rules_have_their_targets_under_fixtures() {
        let files = [
            "rules/py/a.yaml",
            "rules/py/a.py",
            "fixtures/rules/py/a.py",
            "fixtures/rules/py/a.yaml",
        ];
        let expected = (
            "rules/py/a.yaml",
            &["fixtures/rules/py/a.py", "fixtures/rules/py/a.yaml"][..],
            Some("py.a"),
        );
        check(&files, "rules", &[expected]);
        check(&files, "rules/py", &[expected]);
        check(&files, "rules/py/a.yaml", &[expected]);
    }

    #[test]
    fn other_rules_have_their_targets_beside_them() {
        let files = [
            "a.yaml",
            "a.py",
            "a.fixed.py",
            "a.test.yaml",
            "ab.py",
            "a/x/b.js",
            "a/c.yml",
        ];
        check(
            &files,
            "",
            &[
                ("a/c.yml", &[], None),
                ("a.yaml", &["a/x/b.js", "a.py", "a.test.yaml"], None),
            ],
        );
    }

    #[test]
    fn the_fixed_target_stands_beside_the_target() {
        let fixed = |path: &str| fixed(Path::new(path));
        assert_eq!(fixed("a/b.py"), Some("a/b.fixed.py".into()));
        assert_eq!(fixed("a/b.test.yaml"), Some("a/b.test.fixed.yaml".into()));
        assert_eq!(fixed("a/Makefile"), None);
    }

    #[test]
    fn yaml_without_rules_is_passed_over_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("a.yaml"),
            "on: push\njobs:\n  rules: 1\n",
        )
        .unwrap();
        fs::write(folder.path().join(".b.yaml"), "rules:\n").unwrap();
        assert_eq!(find(folder.path()).unwrap(), (Vec::new(), 1));
    }
}
