//! The types that a file shows of its own accord: annotations, constructions, literals.

use crate::lang::Language;
use crate::syntax::{File, Kind, NodeId, Role, Value};

/// The names that the type of an expression goes by, as written and as imported.
pub(super) fn names_of(file: &File<'_>, node: NodeId) -> Vec<String> {
    let tree = file.tree();
    let literal = match tree.kind(node) {
        Kind::Str => &["str", "string", "String", "&str"][..],
        Kind::Int if tree.language == Language::Python => &["int"],
        Kind::Int => &["int", "number", "float"],
        Kind::Float => &["float", "number"],
        Kind::Bool => &["bool", "boolean"],
        _ => &[],
    };
    if !literal.is_empty() {
        return literal.iter().map(|name| (*name).to_owned()).collect();
    }
    if let Some(known) = file.constants().get(node) {
        let of: &[&str] = match known {
            Value::Str(_) => &["str", "string", "String", "&str"],
            Value::Int(_) if tree.language == Language::Python => &["int"],
            Value::Int(_) => &["int", "number", "float"],
            Value::Bool(_) => &["bool", "boolean"],
            Value::Other | Value::Expr(_) => &[],
        };
        if !of.is_empty() && annotation_of(file, node).is_none() {
            return of.iter().map(|name| (*name).to_owned()).collect();
        }
    }
    let Some(spelled) = annotation_of(file, node) else {
        return Vec::new();
    };
    let mut names = vec![tree.text_of(spelled, file.text()).into_owned()];
    if let Some(chain) = file.names().qualified(spelled) {
        names.push(tree.text_of(chain, file.text()).into_owned());
    }
    names
}

/// The node that spells the type of an expression.
pub(super) fn annotation_of(file: &File<'_>, node: NodeId) -> Option<NodeId> {
    let tree = file.tree();
    match tree.kind(node) {
        Kind::New => tree.child(node, Role::Callee),
        Kind::Name | Kind::Ident => {
            let names = file.names();
            let definition = names.definition(names.definition_of(node)?).node;
            let parent = tree.node(definition).parent;
            if let Some(annotated) = tree.child(parent, Role::Type) {
                return Some(annotated);
            }
            let value = tree.child(parent, Role::Value)?;
            match tree.kind(value) {
                // A call of a class is its construction, where calls have no `new`.
                Kind::New | Kind::Call => tree.child(value, Role::Callee),
                _ => None,
            }
        }
        _ => None,
    }
}
