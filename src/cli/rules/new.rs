//! `aiscan rules new`: a rule and its target to begin with.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{CliError, ExitStatus, Ui};

/// Begin a rule: write `rules/….yaml` and `fixtures/rules/….<ext>`
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The rule's id, such as `python.injection.sql-format-string`
    id: String,
}

/// What a language needs in a skeleton: the folder's name, the names under `languages:`, the
/// extension and the comment mark of a target.
const LANGUAGES: [(&str, &str, &str, &str); 4] = [
    ("python", "python", "py", "#"),
    ("javascript", "javascript, typescript", "js", "//"),
    ("typescript", "typescript", "ts", "//"),
    ("rust", "rust", "rs", "//"),
];

pub(crate) fn run(args: &NewArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    let written = write(Path::new("."), &args.id)?;
    ui.stdout(|out| {
        written
            .iter()
            .try_for_each(|path| writeln!(out, "{}", path.display()))
    })?;
    ui.note("fill them in, then run `aiscan rules test` and `aiscan rules lint`");
    Ok(ExitStatus::Passed)
}

/// Writes both files below `root` and tells their paths; overwrites none.
fn write(root: &Path, id: &str) -> Result<[PathBuf; 2], CliError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let parts: Vec<&str> = id.split('.').collect();
    let well_formed = parts
        .iter()
        .all(|part| !part.is_empty() && part.chars().all(plain));
    let language = LANGUAGES
        .iter()
        .find(|(folder, ..)| parts.first() == Some(folder));
    let (Some(&(_, languages, extension, comment)), true) =
        (language, well_formed && parts.len() == 3)
    else {
        let folders = LANGUAGES.map(|(folder, ..)| folder).join(", ");
        return Err(CliError::new(
            format!("`{id}` is no id for a rule"),
            format!("write LANGUAGE.CATEGORY.NAME in kebab-case; LANGUAGE is one of {folders}"),
        ));
    };
    let path = parts.join("/");
    let rule = PathBuf::from(format!("rules/{path}.yaml"));
    let target = PathBuf::from(format!("fixtures/rules/{path}.{extension}"));
    for path in [&rule, &target] {
        if root.join(path).exists() {
            return Err(CliError::new(
                format!("`{}` is already there", path.display()),
                "choose another id, or edit that file",
            ));
        }
    }
    create(&root.join(&rule), &rule_text(id, languages))?;
    create(&root.join(&target), &target_text(id, comment))?;
    Ok([rule, target])
}

fn create(path: &Path, text: &str) -> Result<(), CliError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let created = fs::create_dir_all(folder)
        .and_then(|()| fs::File::create_new(path))
        .and_then(|mut file| file.write_all(text.as_bytes()));
    created.map_err(|error: io::Error| {
        CliError::new(
            format!("cannot write `{}`: {error}", path.display()),
            "see that the folder may be written",
        )
    })
}

fn rule_text(id: &str, languages: &str) -> String {
    format!(
        "\
rules:
  - id: {id}
    languages: [{languages}]
    severity: HIGH # how bad it is if it is true: CRITICAL, HIGH, MEDIUM, LOW, INFO
    message: >-
      One sentence on the fault, with the bound names such as `$X` in backticks.
    patterns:
      - pattern: dangerous($X)
      - pattern-not: dangerous(\"...\")
    metadata:
      category: security
      cwe: [\"CWE-0: Name\"]
      confidence: MEDIUM # how sure the rule is: HIGH, MEDIUM, LOW
      why: >-
        Two or three sentences on what an attacker gets.
      repair: >-
        What to write instead; name the function.
      references:
        - https://
"
    )
}

fn target_text(id: &str, comment: &str) -> String {
    let mut text = String::new();
    for (word, code) in [
        ("ruleid", "dangerous(x)"),
        ("ruleid", "dangerous(x + y)"),
        ("ok", "dangerous(\"constant\")"),
        ("ok", "harmless(x)"),
    ] {
        let _ = write!(text, "{comment} {word}: {id}\n{code}\n\n");
    }
    text.truncate(text.len() - 1);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::fixture;

    #[test]
    fn a_rule_begins_with_a_file_and_an_annotated_target() {
        let folder = tempfile::tempdir().unwrap();
        let [rule, target] = write(folder.path(), "python.injection.new-one").unwrap();
        assert_eq!(rule, Path::new("rules/python/injection/new-one.yaml"));
        assert_eq!(
            target,
            Path::new("fixtures/rules/python/injection/new-one.py")
        );
        let said = fixture::annotations(&fs::read(folder.path().join(&target)).unwrap());
        assert_eq!(said.len(), 4);
        assert!(
            said.iter()
                .all(|said| said.rule == "python.injection.new-one")
        );
        let text = fs::read_to_string(folder.path().join(&rule)).unwrap();
        assert!(text.starts_with("rules:\n  - id: python.injection.new-one\n"));
    }

    #[test]
    fn nothing_is_overwritten_and_strange_ids_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "rust.path.a").unwrap();
        assert!(write(folder.path(), "rust.path.a").is_err());
        for id in [
            "",
            "python",
            "python.a",
            "cobol.a.b",
            "python..b",
            "python.a.B",
            "python.a.../b",
        ] {
            assert!(write(folder.path(), id).is_err(), "{id}");
        }
    }
}
