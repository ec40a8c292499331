//! From `--rules` and its companions to a rule set: the one door to the loading of rules.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::CliError;
use crate::engine::{Choice, RuleSet, RuleText};

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct RuleArgs {
    /// Rule files or folders in Semgrep's YAML, beside the built-in rules
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// Run only the rules given by --rules
    #[arg(long, requires = "rules")]
    no_builtin_rules: bool,
    /// Run only rules whose id matches this glob (`*` crosses dots)
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Leave out rules whose id matches this glob
    #[arg(long, value_name = "ID")]
    exclude_rule: Vec<String>,
}

/// What the arguments choose.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// The rules that run; at least one.
    pub(crate) set: RuleSet,
    /// The ids of those that `--rule` and `--exclude-rule` leave out: comments may name them.
    pub(crate) deselected: BTreeSet<String>,
}

/// The rules that the arguments choose, or only those of them that look for secrets.
pub(crate) fn rules(args: &RuleArgs, secrets_only: bool) -> Result<Chosen, CliError> {
    let files = read(&args.rules)?;
    let choice = Choice {
        only: args.rule.clone(),
        except: args.exclude_rule.clone(),
        secrets_only,
    };
    let set = compile(!args.no_builtin_rules, &files, &choice)?;
    if set.metas().is_empty() {
        return Err(CliError::new(
            if secrets_only {
                "no rule for secrets is left to run"
            } else {
                "no rule is left to run"
            },
            "`aiscan rules list` tells the ids that --rule and --exclude-rule choose from",
        ));
    }
    let deselected = set.deselected().clone();
    Ok(Chosen { set, deselected })
}

/// The rules of one file, and no others.
pub(crate) fn file(path: &Path) -> Result<RuleSet, CliError> {
    compile(false, &read(&[path.to_owned()])?, &Choice::default())
}

fn compile(builtin: bool, files: &[RuleText], choice: &Choice) -> Result<RuleSet, CliError> {
    RuleSet::new(builtin, files, choice).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        CliError::new(errors.join("\n"), "mend the rules and try again")
    })
}

/// The texts of rule files, those of folders in the order of their names.
fn read(paths: &[PathBuf]) -> Result<Vec<RuleText>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let walk = ignore::WalkBuilder::new(path)
                .standard_filters(false)
                .hidden(true)
                .sort_by_file_path(Path::cmp)
                .build();
            for entry in walk {
                let entry = entry.map_err(|error| unreadable(path, &error))?;
                if entry.file_type().is_some_and(|of| of.is_file()) && is_rule_file(entry.path()) {
                    files.push(text(entry.path(), false)?);
                }
            }
        } else {
            files.push(text(path, true)?);
        }
    }
    Ok(files)
}

/// Whether a file of a folder is read for rules: YAML, but for the targets that are YAML too.
fn is_rule_file(path: &Path) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let stem = name
        .strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"));
    stem.is_some_and(|stem| stem.strip_suffix(".test").is_none())
}

fn text(path: &Path, named: bool) -> Result<RuleText, CliError> {
    let bytes = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable(path, &"it is not UTF-8"))?;
    Ok(RuleText {
        name: path.display().to_string(),
        text,
        named,
    })
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> CliError {
    CliError::new(
        format!("cannot read rules from `{}`: {error}", path.display()),
        "name a rule file, or a folder that holds some",
    )
}
