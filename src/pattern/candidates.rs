//! Which nodes of a file a pattern can match at all, found by kind and by name.

use std::ops::Range;

use super::Options;
use super::wanted::Wanted;
use crate::source::Span;
use crate::syntax::{File, Flags, Kind, NodeId, Role, Tree, last_word};

/// Calls `visit` with each node that pattern node `p` may match, until it returns false; where few
/// matches are wanted, with those near them alone.
pub(super) fn each(
    pattern: &Tree,
    p: NodeId,
    file: &File<'_>,
    options: Options,
    wanted: Option<&Wanted>,
    visit: &mut dyn FnMut(NodeId) -> bool,
) {
    let (tree, index) = (file.tree(), file.index());
    let decorates = |node: NodeId| tree.kind(tree.node(node).parent) == Kind::Decorator;
    let visit = &mut |node| !options.attr_expr && decorates(node) || visit(node);
    let lists = lists(pattern, p, file);
    // A short list is gone through sooner than what lies near a long range.
    let listed = lists
        .as_ref()
        .map(|lists| lists.iter().map(|list| list.len()).sum());
    let few = listed.unwrap_or(usize::MAX);
    if let Some(near) = wanted.and_then(|wanted| near(file, wanted, few)) {
        let listed = |node: &NodeId| match &lists {
            Some(lists) => lists.iter().any(|list| list.binary_search(node).is_ok()),
            None => true,
        };
        let fits = |node: &NodeId| listed(node) && fits(pattern, p, file, options, *node);
        near.into_iter().filter(fits).all(visit);
        return;
    }
    let all = |kinds: &[Kind]| kinds.iter().map(|&kind| index.of_kind(kind)).collect();
    let kind = pattern.kind(p);
    let lists: Vec<&[NodeId]> = match kind {
        _ if lists.is_some() => lists.unwrap_or_default(),
        Kind::Name => all(&[kind]),
        Kind::Attr if !is_chain(pattern, p) => all(&[kind, Kind::Name]),
        Kind::Str | Kind::Int | Kind::Bool | Kind::Float => {
            all(&[kind, Kind::Name, Kind::BinOp, Kind::UnOp, Kind::Cond])
        }
        _ => {
            let fits = |node: &NodeId| fits(pattern, p, file, options, *node);
            tree.subtree(NodeId::ROOT).filter(fits).all(visit);
            return;
        }
    };
    for list in lists {
        for &node in list {
            if fits(pattern, p, file, options, node) && !visit(node) {
                return;
            }
        }
    }
}

/// Whether pattern node `p` may match a node, as far as its kind and its name tell.
fn fits(pattern: &Tree, p: NodeId, file: &File<'_>, options: Options, node: NodeId) -> bool {
    let tree = file.tree();
    let (kind, of) = (pattern.kind(p), tree.kind(node));
    match kind {
        Kind::Attr if !is_chain(pattern, p) => {
            of == kind || of == Kind::Name && file.names().qualified(node).is_some()
        }
        Kind::Name => of == kind,
        Kind::Str | Kind::Int | Kind::Bool | Kind::Float => {
            let computed = matches!(of, Kind::Name | Kind::BinOp | Kind::UnOp | Kind::Cond);
            let known = || options.constant_propagation && file.constants().get(node).is_some();
            of == kind || computed && known()
        }
        Kind::MetaVar | Kind::Deep | Kind::TypedMetaVar | Kind::Ellipsis | Kind::Attr => {
            is_expression(tree, node)
        }
        // The first operands of an operation of several are no operation of their own.
        Kind::BinOp => !tree.node(node).flags.has(Flags::IMPLICIT),
        // Told by the lists.
        _ => true,
    }
}

/// The nodes that stand in one of the ranges asked for, or around one; `None` where they are many, or
/// more than `most`.
fn near(file: &File<'_>, wanted: &Wanted, most: usize) -> Option<Vec<NodeId>> {
    const FEW: usize = 8;
    const SHORT: usize = 64;
    if wanted.spans().len() > FEW || most <= SHORT {
        return None;
    }
    let (tree, by_start) = (file.tree(), file.by_start());
    let starts_in = |span: &Span| {
        let first = by_start.partition_point(|(start, _)| *start < span.start);
        let end = by_start.partition_point(|(start, _)| *start <= span.end);
        end - first
    };
    if wanted.spans().iter().map(starts_in).sum::<usize>() > most {
        return None;
    }
    let mut near = Vec::new();
    for &span in wanted.spans() {
        let inside = |node: NodeId| span.contains(tree.span(node));
        let first = by_start.partition_point(|(start, _)| *start < span.start);
        let from = by_start[first..].iter();
        let mut any = false;
        for &(_, node) in from.take_while(|(start, _)| *start <= span.end) {
            if !inside(node) {
                continue;
            }
            any = true;
            near.push(node);
            if node != NodeId::ROOT && !inside(tree.node(node).parent) {
                near.extend(tree.ancestors(node));
            }
        }
        if !any {
            return None;
        }
    }
    near.sort_unstable();
    near.dedup();
    Some(near)
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
        Kind::Attr if !is_chain(pattern, p) => lists(pattern, p, file)
            .unwrap_or_else(|| vec![index.of_kind(Kind::Name), index.of_kind(Kind::Attr)]),
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

/// The nodes around what the rarest call or field of a pattern may match, in order; nothing where the
/// pattern names none, or none that is rare.
pub(super) struct Around(Option<Vec<NodeId>>);

impl Around {
    pub(super) fn new(pattern: &Tree, p: NodeId, file: &File<'_>, options: Options) -> Around {
        Around(around(pattern, p, file, options))
    }

    /// Whether the pattern may match the node.
    pub(super) fn takes(&self, node: NodeId) -> bool {
        let nodes = self.0.as_ref();
        nodes.is_none_or(|nodes| nodes.binary_search(&node).is_ok())
    }
}

fn around(pattern: &Tree, p: NodeId, file: &File<'_>, options: Options) -> Option<Vec<NodeId>> {
    const RARE: usize = 64;
    // What is imported or has a type stands elsewhere, and so does what a name stands for.
    let elsewhere = |id: NodeId| {
        matches!(
            pattern.kind(id),
            Kind::Import | Kind::ImportFrom | Kind::TypedMetaVar
        )
    };
    if options.symbolic_propagation || pattern.subtree(p).any(elsewhere) {
        return None;
    }
    let is_named = |id: &NodeId| match pattern.kind(*id) {
        // A decorator needs no call.
        Kind::Call | Kind::New => {
            let decorates = pattern.kind(pattern.node(*id).parent) == Kind::Decorator;
            let callee = pattern.child(*id, Role::Callee).filter(|_| !decorates);
            callee.is_some_and(|callee| {
                !is_chain(pattern, callee) && last_word(pattern, callee).is_some()
            })
        }
        // An imported name may be short for a field of a field.
        Kind::Attr => {
            let within = pattern.kind(pattern.node(*id).parent) == Kind::Attr;
            !is_chain(pattern, *id) && !within
        }
        _ => false,
    };
    let named = pattern.subtree(p).filter(is_named);
    let lists = named.filter_map(|id| lists(pattern, id, file));
    let rarest = lists.min_by_key(|lists| lists.iter().map(|list| list.len()).sum::<usize>())?;
    if rarest.iter().map(|list| list.len()).sum::<usize>() > RARE {
        return None;
    }
    let tree = file.tree();
    let mut around = Vec::new();
    for &node in rarest.into_iter().flatten() {
        around.push(node);
        around.extend(tree.ancestors(node));
    }
    around.sort_unstable();
    around.dedup();
    Some(around)
}

/// The lists of the index that hold all nodes that pattern node `p` may match, where its kind or
/// what it calls tells that.
fn lists<'f>(pattern: &Tree, p: NodeId, file: &'f File<'_>) -> Option<Vec<&'f [NodeId]>> {
    let index = file.index();
    let of = |kinds: &[Kind]| Some(kinds.iter().map(|&kind| index.of_kind(kind)).collect());
    match pattern.kind(p) {
        Kind::MetaVar | Kind::Deep | Kind::TypedMetaVar | Kind::Ellipsis => None,
        Kind::Name | Kind::Str | Kind::Int | Kind::Bool | Kind::Float => None,
        Kind::Attr => {
            let field = pattern.child(p, Role::Field)?;
            let is_word = matches!(pattern.kind(field), Kind::Ident | Kind::Name);
            is_word.then(|| vec![file.fields_of(pattern.symbol(field))])
        }
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
        Kind::Func if file.tree().language.is_script() => {
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

fn is_expression(tree: &Tree, id: NodeId) -> bool {
    let kind = tree.kind(id);
    let operand = kind == Kind::BinOp && tree.node(id).flags.has(Flags::IMPLICIT);
    // The pieces of text between interpolations are strings of their own.
    let piece = || {
        kind == Kind::StrPart && {
            let string = tree.node(tree.node(id).parent);
            string.flags.has(Flags::TEMPLATE) && string.symbol.is_none()
        }
    };
    !operand && (kind.is_expression() || kind == Kind::Func || piece())
}
