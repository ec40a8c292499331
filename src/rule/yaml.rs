//! YAML as a tree whose every value knows its line, so that an error can name the place.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Yaml {
    /// The line that it begins on, from one; zero where it came from no file.
    pub line: u32,
    /// What it is.
    pub node: Node,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is shown.
    Number(String),
    /// Text.
    Text(String),
    /// Values in order.
    List(Vec<Yaml>),
    /// Values by key, in the order of the file.
    Map(Vec<(Key, Yaml)>),
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The line that it stands on.
    pub line: u32,
    /// The key.
    pub text: String,
}

impl Yaml {
    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<String> {
        match &self.node {
            Node::Text(text) | Node::Number(text) => Some(text.clone()),
            Node::Bool(value) => Some(value.to_string()),
            Node::Null | Node::List(_) | Node::Map(_) => None,
        }
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Yaml> {
        match &self.node {
            Node::Map(entries) => entries.iter().find(|(k, _)| k.text == key).map(|(_, v)| v),
            _ => None,
        }
    }
}

/// A file is no YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct YamlError {
    /// The line, zero where it is not known.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

/// Reads a file of YAML, or of JSON, which is YAML too. Bombs and towers of brackets are errors.
pub(crate) fn parse(text: &str) -> Result<Yaml, YamlError> {
    let mut options = serde_saphyr::Options::default();
    options.budget = options.budget.map(|mut budget| {
        budget.max_nodes = 2_000_000;
        budget.max_depth = 200;
        budget
    });
    serde_saphyr::from_str_with_options::<Yaml>(text, options).map_err(|error| {
        let line = error
            .location()
            .map_or(0, |location| location.line() as u32);
        let message = error.without_snippet().to_string();
        let message = message.lines().next().unwrap_or("it is no YAML").to_owned();
        YamlError { line, message }
    })
}

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Yaml, D::Error> {
        let spanned = Spanned::<Node>::deserialize(deserializer)?;
        Ok(Yaml {
            line: spanned.referenced.line() as u32,
            node: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let line = key.referenced.line() as u32;
            map.push((
                Key {
                    line,
                    text: key.value,
                },
                entries.next_value()?,
            ));
        }
        Ok(Node::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let yaml = parse("a: 1\nb:\n  - x: |\n      two\n      lines\n").unwrap();
        let list = yaml.get("b").unwrap();
        let Node::List(items) = &list.node else {
            panic!()
        };
        assert_eq!(items[0].get("x").unwrap().text().unwrap(), "two\nlines\n");
        assert_eq!(items[0].line, 3);
        assert_eq!(yaml.get("a").unwrap().text().unwrap(), "1");
    }

    #[test]
    fn duplicate_keys_and_towers_are_errors() {
        assert!(parse("a: 1\na: 2\n").is_err());
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert_eq!(parse("a: [1\nb: 2").unwrap_err().line, 2);
    }

    #[test]
    fn json_is_yaml() {
        let yaml = parse("{\"rules\": [{\"id\": \"\\ud83d\\ude00\"}]}").unwrap();
        assert!(yaml.get("rules").is_some());
    }
}
