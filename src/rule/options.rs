//! The `options:` of a rule: switches that change what its patterns mean.

use serde::{Deserialize, Serialize};

use super::error::PartError;
use super::formula::unknown;
use super::taint;
use super::yaml::{Node, Yaml};

/// The `options:` that change what a pattern means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Options {
    /// Literals match what is known to hold them.
    pub constant_propagation: bool,
    /// A name matches as the expression that was assigned to it.
    pub symbolic_propagation: bool,
    /// An expression among statements matches anywhere in a statement.
    pub implicit_deep_exprstmt: bool,
    /// How many lines down an ellipsis of a generic pattern reaches.
    pub generic_ellipsis_max_span: u32,
    /// The comments that generic patterns pass over.
    pub generic_comment_style: Option<CommentStyle>,
}

/// How comments are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CommentStyle {
    /// `/* … */`.
    C,
    /// `/* … */`, and `//` to the end of the line.
    Cpp,
    /// `#` to the end of the line.
    Shell,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            constant_propagation: true,
            symbolic_propagation: false,
            implicit_deep_exprstmt: true,
            generic_ellipsis_max_span: 10,
            generic_comment_style: None,
        }
    }
}

/// The options that have an effect here.
const KNOWN: &[&str] = &[
    "constant_propagation",
    "symbolic_propagation",
    "implicit_deep_exprstmt",
    "generic_ellipsis_max_span",
    "generic_comment_style",
    "generic_engine",
];

/// Options that change nothing here, because what they switch is how aiscan works, or because they
/// speed up an engine of another kind.
const PASSED_OVER: &[&str] = &[
    "interfile",
    "ac_matching",
    "commutative_boolop",
    "vardef_assign",
    "attr_expr",
    "xml_attrs_implicit_ellipsis",
    "xml_children_ordered",
    "generic_multiline",
    "generic_caseless",
    "generic_extra_braces",
    "generic_extra_word_characters",
    "taint_intrafile",
    "taint_focus_on",
    "unify_ids_strictly",
    "decorators_order_matters",
    "flddef_assign",
    "arrow_is_function",
    "let_is_var",
    "go_deeper_expr",
    "go_deeper_stmt",
    "implicit_ellipsis",
    "symmetric_eq",
    "cpp_parsing_pref",
    "max_match_per_file",
    "dynamic_timeout",
    "dynamic_timeout_unit_kb",
    "dynamic_timeout_max_multiplier",
    "experimental",
    "timeout",
];

/// Those of the options passed over that say how an engine runs, and not what a pattern means.
const OF_ENGINES: &[&str] = &[
    "interfile",
    "taint_intrafile",
    "cpp_parsing_pref",
    "dynamic_timeout",
    "dynamic_timeout_unit_kb",
    "dynamic_timeout_max_multiplier",
    "experimental",
    "timeout",
];

/// The options of a rule that would change what its patterns mean, and do not here.
pub(super) fn without_effect(yaml: &Yaml) -> Vec<&str> {
    let Some(Node::Map(entries)) = yaml.get("options").map(|options| &options.node) else {
        return Vec::new();
    };
    let names = entries.iter().map(|(key, _)| key.text.as_str());
    names
        .filter(|name| PASSED_OVER.contains(name) && !OF_ENGINES.contains(name))
        .collect()
}

/// Reads the `options:` of a rule.
pub(super) fn read(yaml: &Yaml) -> Result<Options, PartError> {
    let mut options = Options::default();
    let Some(value) = yaml.get("options") else {
        return Ok(options);
    };
    let Node::Map(entries) = &value.node else {
        return Err(PartError::new(
            value.line,
            "options",
            "a map is needed here",
        ));
    };
    for (key, value) in entries {
        let on = matches!(value.node, Node::Bool(true));
        let name = key.text.as_str();
        match name {
            "constant_propagation" => options.constant_propagation = on,
            "symbolic_propagation" => options.symbolic_propagation = on,
            "implicit_deep_exprstmt" => options.implicit_deep_exprstmt = on,
            "generic_ellipsis_max_span" => {
                let lines = value.text().and_then(|text| text.parse().ok());
                options.generic_ellipsis_max_span = lines.ok_or_else(|| {
                    PartError::new(value.line, name, "a number of lines is needed")
                })?;
            }
            "generic_comment_style" => {
                options.generic_comment_style = Some(comment_style(name, value)?);
            }
            "generic_engine" => match value.text().as_deref() {
                Some("spacegrep") => {}
                _ => {
                    let message = "this engine is not supported: `spacegrep`, the default, is";
                    return Err(PartError::new(value.line, name, message));
                }
            },
            other if PASSED_OVER.contains(&other) || taint::OPTIONS.contains(&other) => {}
            other => return Err(unknown(key.line, other, KNOWN)),
        }
    }
    Ok(options)
}

fn comment_style(key: &str, value: &Yaml) -> Result<CommentStyle, PartError> {
    match value.text().as_deref() {
        Some("c") => Ok(CommentStyle::C),
        Some("cpp") => Ok(CommentStyle::Cpp),
        Some("shell") => Ok(CommentStyle::Shell),
        _ => {
            let message = "one of `c`, `cpp` and `shell` is needed here";
            Err(PartError::new(value.line, key, message))
        }
    }
}
