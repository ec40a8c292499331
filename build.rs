//! Reads the built-in rules and embeds them as one list, so that a start parses no YAML.

#[path = "src/rule/yaml.rs"]
#[allow(dead_code, reason = "the library uses more of it")]
mod yaml;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("rules");
    println!("cargo:rerun-if-changed=rules");
    println!("cargo:rerun-if-changed=src/rule/yaml.rs");
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut rules = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path)?;
        let shown = path.strip_prefix(&root)?.display().to_string();
        let read = yaml::parse(&text)
            .map_err(|error| format!("rules/{shown}:{}: {}", error.line, error.message))?;
        let Some(yaml::Yaml {
            node: yaml::Node::List(list),
            ..
        }) = read.get("rules")
        else {
            return Err(format!("rules/{shown}: it holds no list of rules").into());
        };
        let id = shown.trim_end_matches(".yaml").replace(['/', '\\'], ".");
        match &list[..] {
            [rule] if rule.get("id").and_then(yaml::Yaml::text).as_ref() == Some(&id) => {
                rules.push(rule.to_json());
            }
            _ => {
                return Err(format!("rules/{shown}: one rule with the id {id} is expected").into());
            }
        }
    }
    let out = PathBuf::from(env::var("OUT_DIR")?).join("rules.json");
    fs::write(out, serde_json::to_string(&rules)?)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
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
