//! Models: sources, sinks, sanitizers and propagators that many rules share.
//!
//! A model is a file `rules/models/<language>/<name>.yaml` with lists of the items that a taint rule
//! has; a rule writes `- model: <language>/<name>` in one of its lists to take the model's items of
//! that list. Models are built in, and rules of any file may name them.
//!
//! A source may say what its values are (`called:`) and how sure a flow from there is at most
//! (`confidence:`); a model says so of all its sources at once, a rule of all that it takes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::vocabulary::{LISTS, has};
use super::yaml::{self, Node, Yaml};
use crate::builtin;

/// The models by name.
static MODELS: LazyLock<BTreeMap<String, Yaml>> = LazyLock::new(|| {
    let read = |(name, text): (String, String)| {
        let model = yaml::parse(&text).expect("the build script read the models");
        (name, model)
    };
    builtin::models().into_iter().map(read).collect()
});

/// The items that a model has of one list: `sources`, `sinks`, `sanitizers` or `propagators`.
pub(super) fn items(name: &str, list: &str) -> Result<&'static [Yaml], String> {
    let Some(model) = MODELS.get(name) else {
        let names: Vec<&str> = MODELS.keys().map(String::as_str).collect();
        return Err(format!(
            "there is no model `{name}`; there are {}",
            names.join(", ")
        ));
    };
    match model.get(list) {
        Some(Yaml {
            node: Node::List(items),
            ..
        }) => Ok(items),
        _ => Err(format!("the model `{name}` has no {list}")),
    }
}

/// A model as a whole.
pub(super) fn get(name: &str) -> Option<&'static Yaml> {
    MODELS.get(name)
}

/// The models by name, each with the lists that it has.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    MODELS.iter().map(|(name, model)| {
        let lists = match &model.node {
            Node::Map(lists) => {
                let names = lists.iter().map(|(list, _)| list.text.as_str());
                names.filter(|name| has(LISTS, name)).collect()
            }
            _ => Vec::new(),
        };
        (name.as_str(), lists)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{taint, vocabulary};

    #[test]
    fn every_model_is_read() {
        for (name, model) in MODELS.iter() {
            let Node::Map(lists) = &model.node else {
                panic!("{name} is no map")
            };
            for (list, _) in lists {
                if vocabulary::has(vocabulary::ORIGIN, &list.text) {
                    continue;
                }
                assert!(
                    vocabulary::has(vocabulary::LISTS, &list.text),
                    "{name}: {}",
                    list.text
                );
                taint::read_items(&list.text, items(name, &list.text).unwrap())
                    .unwrap_or_else(|error| panic!("{name}: {list:?}: {error:?}"));
            }
        }
    }
}
