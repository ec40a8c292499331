//! What the text of an expression alone tells: literals, tables that somebody wrote down, comparisons
//! of constants.

use crate::syntax::{File, Kind, NodeId, Role, Symbol};

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
            Kind::Raw if part == node || tree.kind(tree.node(part).parent) == Kind::Raw => {}
            _ => return false,
        }
    }
    any
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
