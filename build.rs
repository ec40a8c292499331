//! Reads and checks the built-in rules, by the code that reads those of users, and embeds what they
//! mean, so that a start parses no YAML. See `src/builtin.rs`.

#[path = "src/finding/level.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library uses more of it")]
mod finding;
#[path = "src/rule/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the library uses more of it"
)]
mod rule;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io};

use rule::{Needs, Packed, Rule};

/// Stands in for the languages, whose grammars a build script cannot link: every name is one.
mod lang {
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) enum Language {
        Any,
    }

    impl Language {
        pub(crate) fn named_by_rule(_: &str) -> Vec<Language> {
            vec![Language::Any]
        }
    }
}

/// The models on disk, which the library has embedded.
mod builtin {
    pub(crate) fn models() -> Vec<(String, String)> {
        super::models().expect("`main` read them before")
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    for read in ["rules", "src/rule", "src/finding/level.rs"] {
        println!("cargo:rerun-if-changed={read}");
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(
        out.join("models.postcard"),
        postcard::to_stdvec(&models()?)?,
    )?;
    fs::write(out.join("rules.postcard"), postcard::to_stdvec(&rules()?)?)?;
    Ok(())
}

/// What the library reads: rules by id, each with the words that it needs.
type Rules = Vec<(Rule, Packed<Needs>)>;

fn rules() -> Result<Rules, Box<dyn Error>> {
    let mut rules = Vec::new();
    for (name, text) in texts("rules")? {
        if name.starts_with("models/") {
            continue;
        }
        let file = format!("rules/{name}.yaml");
        let read = rule::read_file(&file, &text).map_err(|errors| {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            errors.join("\n")
        })?;
        let id = name.replace('/', ".");
        let mut read = read.map_or(Vec::new(), |file| file.rules);
        match read.pop() {
            Some(mut rule) if rule.meta.id == id && read.is_empty() => {
                Arc::make_mut(&mut rule.meta).file = None;
                let needs = Packed::from(rule.needs());
                rules.push((rule, needs));
            }
            _ => return Err(format!("{file}: one rule with the id {id} is expected").into()),
        }
    }
    Ok(rules)
}

fn models() -> io::Result<Vec<(String, String)>> {
    texts("rules/models")
}

/// The names and texts of the YAML files below a folder of the project, by path.
///
/// The path is relative: Cargo runs a build script in the project's folder, while a path compiled
/// in would be that of the checkout which first filled a shared target directory.
fn texts(folder: &str) -> io::Result<Vec<(String, String)>> {
    let root = Path::new(folder);
    let mut paths = Vec::new();
    collect(root, &mut paths)?;
    paths.sort();
    let text = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap_or(&path).with_extension("");
        let name = name.display().to_string().replace('\\', "/");
        Ok((name, fs::read_to_string(&path)?))
    };
    paths.into_iter().map(text).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            files.push(path);
        }
    }
    Ok(())
}
