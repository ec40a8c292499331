//! Which nodes of a file a pattern can match at all, found by kind and by name.

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
    let chain = |node: NodeId| {
        let field = pattern.child(node, Role::Field);
        field.is_some_and(|field| pattern.kind(field) == Kind::Ellipsis)
    };
    match kind {
        Kind::MetaVar | Kind::Deep | Kind::TypedMetaVar | Kind::Ellipsis => {
            every_expression(file, visit);
        }
        Kind::Attr if chain(p) => every_expression(file, visit),
        Kind::Call | Kind::New => {
            let callee = pattern.child(p, Role::Callee);
            let word = callee
                .filter(|&callee| !chain(callee))
                .and_then(|c| last_word(pattern, c));
            match word {
                Some(word) => {
                    for &call in index.calls_of(word) {
                        if tree.kind(call) == kind && !visit(call) {
                            return;
                        }
                    }
                }
                None if kind == Kind::Call => several(file, &[Kind::Call, Kind::Macro], visit),
                None => several(file, &[kind], visit),
            }
        }
        Kind::Name | Kind::Attr => {
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
        Kind::BinOp => {
            for &node in index.of_kind(kind) {
                // The first operands of an operation of several are no operation of their own.
                if !tree.node(node).flags.has(Flags::IMPLICIT) && !visit(node) {
                    return;
                }
            }
        }
        Kind::Func if !matches!(tree.language, Language::Python | Language::Rust) => {
            several(file, &[Kind::Func, Kind::Pair, Kind::Field], visit);
        }
        Kind::Assign => several(file, &[Kind::Assign, Kind::Field], visit),
        Kind::For => several(file, &[Kind::For, Kind::ForIn], visit),
        Kind::List => several(file, &[Kind::List, Kind::Comprehension], visit),
        Kind::Set => several(file, &[Kind::Set, Kind::Dict], visit),
        Kind::Import | Kind::ImportFrom => {
            several(
                file,
                &[Kind::Import, Kind::ImportFrom, Kind::VarDecl],
                visit,
            );
        }
        other => several(file, &[other], visit),
    }
}

fn several(file: &File<'_>, kinds: &[Kind], visit: &mut dyn FnMut(NodeId) -> bool) {
    for &kind in kinds {
        for &node in file.index().of_kind(kind) {
            if !visit(node) {
                return;
            }
        }
    }
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
