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
    let mut models = serde_json::Map::new();
    for path in files {
        let text = fs::read_to_string(&path)?;
        let shown = path
            .strip_prefix(&root)?
            .display()
            .to_string()
            .replace('\\', "/");
        let read = yaml::parse(&text)
            .map_err(|error| format!("rules/{shown}:{}: {}", error.line, error.message))?;
        if let Some(name) = shown.strip_prefix("models/") {
            models.insert(name.trim_end_matches(".yaml").to_owned(), to_json(&read));
            continue;
        }
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
                rules.push(to_json(rule));
            }
            _ => {
                return Err(format!("rules/{shown}: one rule with the id {id} is expected").into());
            }
        }
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("rules.json"), serde_json::to_string(&rules)?)?;
    fs::write(out.join("models.json"), serde_json::to_string(&models)?)?;
    Ok(())
}

/// The value as JSON, lines left out.
fn to_json(value: &yaml::Yaml) -> serde_json::Value {
    match &value.node {
        yaml::Node::Null => serde_json::Value::Null,
        yaml::Node::Bool(value) => (*value).into(),
        yaml::Node::Number(text) | yaml::Node::Text(text) => text.clone().into(),
        yaml::Node::List(items) => items.iter().map(to_json).collect(),
        yaml::Node::Map(entries) => serde_json::Value::Object(
            entries
                .iter()
                .map(|(key, value)| (key.text.clone(), to_json(value)))
                .collect(),
        ),
    }
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
