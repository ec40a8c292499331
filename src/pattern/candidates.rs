//! Which nodes of a file a pattern can match at all, found by kind and by name.

use std::ops::Range;

use super::Options;
use crate::lang::Language;
use crate::syntax::{File, Flags, Kind, NodeId, Role, Tree, last_word};

/// Calls `visit` with each node that pattern node `p` may match, until it returns false.
pub(super) fn each(
    pattern: &Tree,
    p: NodeId,
    file: &File<'_>,
    options: Options,
    visit: &mut dyn FnMut(NodeId) -> bool,
) {
    let (tree, index) = (file.tree(), file.index());
    let kind = pattern.kind(p);
    let decorates = |node: NodeId| tree.kind(tree.node(node).parent) == Kind::Decorator;
    let visit = &mut |node| !options.attr_expr && decorates(node) || visit(node);
    if let Some(lists) = lists(pattern, p, file) {
        for list in lists {
            for &node in list {
                // The first operands of an operation of several are no operation of their own.
                let operand = kind == Kind::BinOp && tree.node(node).flags.has(Flags::IMPLICIT);
                if !operand && !visit(node) {
                    return;
                }
            }
        }
        return;
    }
    match kind {
        Kind::Name | Kind::Attr if !is_chain(pattern, p) => {
            for &node in index.of_kind(kind) {
                if !visit(node) {
                    return;
                }
            }
            if kind == Kind::Attr {
                for &name in index.of_kind(Kind::Name) {
                    if file.names().qualified(name).is_some() && !visit(name) {
                        return;
                    }
                }
            }
        }
        Kind::Str | Kind::Int | Kind::Bool | Kind::Float => {
            let known =
                |node: NodeId| options.constant_propagation && file.constants().get(node).is_some();
            for &node in index.of_kind(kind) {
                if !visit(node) {
                    return;
                }
            }
            for other in [Kind::Name, Kind::BinOp, Kind::UnOp, Kind::Cond] {
                for &node in index.of_kind(other) {
                    if known(node) && !visit(node) {
                        return;
                    }
                }
            }
        }
        _ => every_expression(file, visit),
    }
}

/// The nodes of a range that pattern node `p` may match, in order, maybe with others; `None` where
/// that is not told by their kind.
pub(super) fn within(
    pattern: &Tree,
    p: NodeId,
    file: &File<'_>,
    options: Options,
    range: Range<NodeId>,
) -> Option<Vec<NodeId>> {
    // A name may stand for an expression of any kind.
    if options.symbolic_propagation {
        return None;
    }
    let index = file.index();
    let lists = match pattern.kind(p) {
        // A name may stand for it.
        Kind::Regex => return None,
        Kind::Name => vec![index.of_kind(Kind::Name)],
        Kind::Attr if !is_chain(pattern, p) => {
            vec![index.of_kind(Kind::Name), index.of_kind(Kind::Attr)]
        }
        _ => lists(pattern, p, file)?,
    };
    let mut found = Vec::new();
    for list in &lists {
        let first = list.partition_point(|&node| node < range.start);
        let rest = list[first..].iter().copied();
        found.extend(rest.take_while(|&node| node < range.end));
    }
    if lists.len() > 1 {
        found.sort_unstable();
    }
    Some(found)
}

/// The lists of the index that hold all nodes that pattern node `p` may match, where its kind or
/// what it calls tells that.
fn lists<'f>(pattern: &Tree, p: NodeId, file: &'f File<'_>) -> Option<Vec<&'f [NodeId]>> {
    let index = file.index();
    let of = |kinds: &[Kind]| Some(kinds.iter().map(|&kind| index.of_kind(kind)).collect());
    match pattern.kind(p) {
        Kind::MetaVar | Kind::Deep | Kind::TypedMetaVar | Kind::Ellipsis => None,
        Kind::Name | Kind::Attr | Kind::Str | Kind::Int | Kind::Bool | Kind::Float => None,
        kind @ (Kind::Call | Kind::New) => {
            let callee = pattern.child(p, Role::Callee);
            let word = callee
                .filter(|&callee| !is_chain(pattern, callee))
                .and_then(|callee| last_word(pattern, callee));
            match word {
                Some(word) => Some(vec![index.calls_of(kind, word)]),
                None if kind == Kind::Call => of(&[Kind::Call, Kind::Macro]),
                None => of(&[kind]),
            }
        }
        Kind::Func if !matches!(file.tree().language, Language::Python | Language::Rust) => {
            of(&[Kind::Func, Kind::Pair, Kind::Field])
        }
        Kind::Assign => of(&[Kind::Assign, Kind::Field]),
        Kind::For => of(&[Kind::For, Kind::ForIn]),
        Kind::List => of(&[Kind::List, Kind::Comprehension]),
        Kind::Set => of(&[Kind::Set, Kind::Dict]),
        Kind::Import | Kind::ImportFrom => of(&[Kind::Import, Kind::ImportFrom, Kind::VarDecl]),
        other => of(&[other]),
    }
}

/// `$X. ...`: any number of links.
fn is_chain(pattern: &Tree, node: NodeId) -> bool {
    let field = pattern.child(node, Role::Field);
    field.is_some_and(|field| pattern.kind(field) == Kind::Ellipsis)
}

fn every_expression(file: &File<'_>, visit: &mut dyn FnMut(NodeId) -> bool) {
    let tree = file.tree();
    for id in tree.subtree(NodeId::ROOT) {
        let kind = tree.kind(id);
        let operand = kind == Kind::BinOp && tree.node(id).flags.has(Flags::IMPLICIT);
        // The pieces of text between interpolations are strings of their own.
        let piece = kind == Kind::StrPart && {
            let string = tree.node(tree.node(id).parent);
            string.flags.has(Flags::TEMPLATE) && string.symbol.is_none()
        };
        let expression = kind.is_expression() || kind == Kind::Func || piece;
        if expression && !operand && !visit(id) {
            return;
        }
    }
}
