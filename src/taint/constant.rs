//! What the text of an expression alone tells: literals, tables that somebody wrote down, comparisons
//! of constants.

use crate::lang::Language;
use crate::syntax::{File, Kind, NodeId, Role, Symbol, Tree};

/// What a variable was given where it was given something only once.
pub(super) fn only_value(file: &File<'_>, name: NodeId) -> Option<NodeId> {
    let tree = file.tree();
    if tree.kind(name) != Kind::Name {
        return None;
    }
    let definition = file.names().definition(file.names().definition_of(name)?);
    let assign = tree.node(definition.node).parent;
    let whole = tree.kind(assign) == Kind::Assign
        && tree.child(assign, Role::Target) == Some(definition.node);
    if definition.assignments != 1 || !whole || assign == tree.node(name).parent {
        return None;
    }
    tree.child(assign, Role::Value)
}

/// Whether an expression is made of literals alone.
pub(super) fn is_literal(file: &File<'_>, node: NodeId) -> bool {
    let tree = file.tree();
    let mut any = false;
    for part in tree.subtree(node) {
        match tree.kind(part) {
            Kind::Str | Kind::Int | Kind::Float | Kind::Bool | Kind::Null => any = true,
            Kind::List
            | Kind::Tuple
            | Kind::Set
            | Kind::Dict
            | Kind::Pair
            | Kind::StrPart
            | Kind::UnOp
            | Kind::Token
            | Kind::Ident
            | Kind::Ref => {}
            Kind::BinOp
                if tree.symbol(part) == Symbol::of("|") || tree.symbol(part) == Symbol::of("+") => {
            }
            // `Some("a")`
            Kind::Call | Kind::Name if wraps_literal(tree, part) => {}
            Kind::Raw if part == node || tree.kind(tree.node(part).parent) == Kind::Raw => {}
            _ => return false,
        }
    }
    any
}

/// Whether a node is a call of `Some` or `Ok`, or the name that such a call calls.
fn wraps_literal(tree: &Tree, node: NodeId) -> bool {
    let callee = match tree.kind(node) {
        Kind::Call => tree.child(node, Role::Callee),
        _ => (tree.node(node).role == Role::Callee).then_some(node),
    };
    tree.language == Language::Rust
        && callee.is_some_and(|callee| {
            [Symbol::of("Some"), Symbol::of("Ok")].contains(&tree.symbol(callee))
        })
}

/// Whether an expression is a table that somebody wrote down, or a name of one.
pub(super) fn is_constant_collection(file: &File<'_>, node: NodeId) -> bool {
    let tree = file.tree();
    let table = |node: NodeId| {
        matches!(
            tree.kind(node),
            Kind::Dict | Kind::List | Kind::Tuple | Kind::Set
        ) && tree
            .subtree(node)
            .all(|part| !matches!(tree.kind(part), Kind::Call | Kind::Spread | Kind::Interp))
    };
    if table(node) && tree.children(node).next().is_some() {
        return true;
    }
    match only_value(file, node) {
        Some(value) => {
            let inner = match tree.kind(value) {
                // `frozenset({…})`, `new Set([…])`, `Object.freeze({…})`
                Kind::Call | Kind::New | Kind::Ref => tree.subtree(value).find(|&part| table(part)),
                _ => Some(value),
            };
            inner.is_some_and(|inner| table(inner) && tree.children(inner).next().is_some())
        }
        None => false,
    }
}

/// The truth value of a comparison of constants.
pub(super) fn constant_truth(file: &File<'_>, condition: NodeId) -> Option<bool> {
    let tree = file.tree();
    match tree.kind(condition) {
        Kind::Bool => Some(tree.symbol(condition) == Symbol::of("true")),
        Kind::UnOp if [Symbol::of("not"), Symbol::of("!")].contains(&tree.symbol(condition)) => {
            constant_truth(file, tree.children(condition).next()?).map(|truth| !truth)
        }
        Kind::BinOp => {
            let mut operands = tree.children(condition);
            let (left, right) = (operands.next()?, operands.next()?);
            if let (Some(left), Some(right)) =
                (constant_text(file, left, 0), constant_text(file, right, 0))
            {
                let is = |names: &[&str]| {
                    names
                        .iter()
                        .any(|name| tree.symbol(condition) == Symbol::of(name))
                };
                let python = tree.language == Language::Python;
                return if is(&["in"]) && python {
                    Some(right.contains(&left))
                } else if is(&["not in"]) && python {
                    Some(!right.contains(&left))
                } else if is(&["==", "==="]) {
                    Some(left == right)
                } else if is(&["!=", "!=="]) {
                    Some(left != right)
                } else {
                    None
                };
            }
            let (left, right) = (
                constant_number(file, left, 0)?,
                constant_number(file, right, 0)?,
            );
            let operator = tree.symbol(condition);
            let is = |name: &str| operator == Symbol::of(name);
            if is(">") {
                Some(left > right)
            } else if is("<") {
                Some(left < right)
            } else if is(">=") {
                Some(left >= right)
            } else if is("<=") {
                Some(left <= right)
            } else if is("==") || is("===") {
                Some(left == right)
            } else if is("!=") || is("!==") {
                Some(left != right)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// The number that an expression is known to be.
fn constant_number(file: &File<'_>, node: NodeId, depth: u32) -> Option<i128> {
    let tree = file.tree();
    if depth > 20 {
        return None;
    }
    if tree.kind(node) == Kind::Int {
        return tree
            .text_of(node, file.text())
            .replace('_', "")
            .parse()
            .ok();
    }
    if let Some(crate::syntax::Value::Int(number)) = file.constants().get(node) {
        return Some(*number);
    }
    if tree.kind(node) != Kind::BinOp {
        return None;
    }
    let mut operands = tree.children(node);
    let (left, right) = (operands.next()?, operands.next()?);
    let (left, right) = (
        constant_number(file, left, depth + 1)?,
        constant_number(file, right, depth + 1)?,
    );
    let operator = tree.symbol(node);
    let is = |name: &str| operator == Symbol::of(name);
    if is("+") {
        left.checked_add(right)
    } else if is("-") {
        left.checked_sub(right)
    } else if is("*") {
        left.checked_mul(right)
    } else if is("/") || is("//") {
        left.checked_div(right)
    } else if is("%") {
        left.checked_rem(right)
    } else {
        None
    }
}

/// The text that an expression is known to be: a literal, what a name holds, one character of such.
pub(super) fn constant_text(file: &File<'_>, node: NodeId, depth: u32) -> Option<String> {
    let tree = file.tree();
    if depth > 8 {
        return None;
    }
    match tree.kind(node) {
        Kind::Str => {
            let parts: Vec<NodeId> = tree.children(node).collect();
            let whole = parts.iter().all(|&part| tree.kind(part) == Kind::StrPart);
            let text = parts.iter().map(|&part| tree.text_of(part, file.text()));
            let text: String = text.collect();
            (whole && !text.contains('\\')).then_some(text)
        }
        Kind::Name => match file.constants().get(node) {
            Some(crate::syntax::Value::Str(Some(text))) => Some(text.to_string()),
            _ => constant_text(file, only_value(file, node)?, depth + 1),
        },
        Kind::Index => {
            let text = constant_text(file, tree.child(node, Role::Object)?, depth + 1)?;
            let index = constant_number(file, tree.child(node, Role::Index)?, depth + 1)?;
            text.chars()
                .nth(usize::try_from(index).ok()?)
                .map(String::from)
        }
        _ => None,
    }
}

/// Whether a key of a `match` or `switch` takes a text, where it is known to or known not to.
pub(super) fn takes(file: &File<'_>, key: NodeId, text: &str) -> Option<bool> {
    let tree = file.tree();
    match tree.kind(key) {
        Kind::Str => constant_text(file, key, 0).map(|of| of == text),
        Kind::Raw | Kind::BinOp => {
            let parts = tree
                .children(key)
                .filter(|&part| tree.kind(part) != Kind::Token);
            let mut any = false;
            for part in parts {
                any |= match tree.kind(part) {
                    Kind::Str => constant_text(file, part, 0)? == text,
                    Kind::Raw => takes(file, part, text)?,
                    _ => return None,
                };
            }
            Some(any)
        }
        _ => None,
    }
}
