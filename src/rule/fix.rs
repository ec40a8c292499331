//! What repairs a finding, as a rule says it: `fix:` and `fix-regex:`.

use serde::{Deserialize, Serialize};

use super::error::PartError;
use super::formula::Leaf;
use super::vocabulary::{self, only};
use super::yaml::{Node, Yaml};

/// How the text of a finding is repaired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fix {
    /// This stands in its place, with what its metavariables hold.
    Text(String),
    /// What a regular expression finds in it is replaced.
    Regex {
        /// The expression.
        regex: Leaf,
        /// What stands there afterwards; `\1` is the first group.
        replacement: String,
        /// How many places at most.
        count: Option<usize>,
    },
}

/// Reads the fix of a rule. `fix:` goes before `fix-regex:`.
pub(super) fn read(rule: &Yaml) -> Result<Option<Fix>, PartError> {
    if let Some(value) = rule.get("fix") {
        let text = text_of("fix", value)?;
        let text = text.trim_end_matches(['\n', '\r']).to_owned();
        return Ok(Some(Fix::Text(text)));
    }
    let Some(value) = rule.get("fix-regex") else {
        return Ok(None);
    };
    only(value, "fix-regex", &[vocabulary::FIX_REGEX])?;
    let part = |key: &str| match value.get(key) {
        Some(part) => Ok((text_of(key, part)?, part.line)),
        None => Err(PartError::new(value.line, key, "it is missing")),
    };
    let (text, line) = part("regex")?;
    let (replacement, _) = part("replacement")?;
    let count = match value.get("count") {
        Some(count) => {
            let number = count.text().and_then(|text| text.parse().ok());
            let message = "a whole number above zero is needed here";
            let number = number
                .filter(|&number: &usize| number > 0)
                .ok_or_else(|| PartError::new(count.line, "count", message))?;
            Some(number)
        }
        None => None,
    };
    Ok(Some(Fix::Regex {
        regex: Leaf { text, line },
        replacement,
        count,
    }))
}

/// Text as it stands: YAML's `True` would lose its capital letter on the way.
fn text_of(key: &str, value: &Yaml) -> Result<String, PartError> {
    match &value.node {
        Node::Text(text) | Node::Number(text) => Ok(text.clone()),
        Node::Null | Node::Bool(_) | Node::List(_) | Node::Map(_) => Err(PartError::new(
            value.line,
            key,
            "text is needed here, in quotes",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::yaml;

    #[track_caller]
    fn check(text: &str, expected: Result<Option<Fix>, &str>) {
        let read = read(&yaml::parse(text).unwrap()).map_err(|error| error.message);
        assert_eq!(read, expected.map_err(str::to_owned));
    }

    #[test]
    fn a_fix_is_text_and_may_be_empty() {
        check("fix: |\n  a\n   b\n", Ok(Some(Fix::Text("a\n b".into()))));
        check("fix: ''", Ok(Some(Fix::Text(String::new()))));
        check("id: a", Ok(None));
    }

    #[test]
    fn a_truth_value_has_to_be_quoted() {
        check("fix: True", Err("text is needed here, in quotes"));
        check("fix: 'True'", Ok(Some(Fix::Text("True".into()))));
    }

    #[test]
    fn a_regex_has_a_replacement_and_may_have_a_count() {
        let fix = Fix::Regex {
            regex: Leaf {
                text: "a(.)".into(),
                line: 2,
            },
            replacement: "\\1".into(),
            count: Some(2),
        };
        check(
            "fix-regex:\n  regex: a(.)\n  replacement: '\\1'\n  count: 2\n",
            Ok(Some(fix)),
        );
        check("fix-regex: {regex: a}", Err("it is missing"));
        let message = "a whole number above zero is needed here";
        check(
            "fix-regex: {regex: a, replacement: b, count: 0}",
            Err(message),
        );
    }
}
