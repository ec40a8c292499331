//! Who calls whom among the functions of a file, and what they name of each other's.

use std::cell::OnceCell;

use super::functions::{Callee, FunctionId, Functions};
use crate::syntax::{DefId, File, Kind, NodeId, Role, Symbol, Tree};

/// A function of more nodes than this is taken to name all variables around it.
const MAX_ASKED: u32 = 20_000;

/// Who calls whom.
#[derive(Debug)]
pub(super) struct Calls {
    /// For each function the functions that it calls.
    pub(super) callees: Vec<Vec<FunctionId>>,
    /// For each function the innermost one around it.
    around: Vec<Option<FunctionId>>,
    /// For each function the variables of others that it names, once they were asked for.
    captured: Vec<OnceCell<Vec<DefId>>>,
}

impl Calls {
    /// Reads the calls of a file.
    pub(super) fn of(file: &File<'_>, functions: &Functions) -> Calls {
        let tree = file.tree();
        let mut callees = vec![Vec::new(); functions.all.len()];
        let mut around = vec![None; functions.all.len()];
        // The functions around the place, the innermost last.
        let mut open: Vec<(FunctionId, u32)> = Vec::new();
        for node in tree.subtree(NodeId::ROOT) {
            while open.last().is_some_and(|(_, end)| *end <= node.0) {
                open.pop();
            }
            let mut called = Vec::new();
            match tree.kind(node) {
                Kind::Func => {
                    if let Some(id) = functions.id_of(node) {
                        around[id] = open.last().map(|(id, _)| *id);
                        open.push((id, tree.node(node).end));
                    }
                }
                Kind::Call | Kind::New => match functions.callee(file, node) {
                    Callee::Function(id) | Callee::Method(id) | Callee::Constructor(Some(id)) => {
                        called.push(id);
                    }
                    Callee::Unknown | Callee::Constructor(None) => {}
                },
                // A property that is a function.
                Kind::Attr
                    if tree.node(node).role != Role::Callee
                        && functions.getter(file, node).is_some() =>
                {
                    called.extend(functions.getter(file, node));
                }
                // A function that is handed on.
                Kind::Name | Kind::Attr if is_handed_on(tree, node) => {
                    called.extend(functions.handed(file, node));
                }
                _ => {}
            }
            for id in called {
                for (around, _) in &open {
                    callees[*around].push(id);
                }
            }
        }
        for list in &mut callees {
            list.sort_unstable();
            list.dedup();
        }
        let captured = std::iter::repeat_with(OnceCell::new);
        Calls {
            captured: captured.take(callees.len()).collect(),
            callees,
            around,
        }
    }

    /// The functions that hold something, that call one that does, or that such a one stands in.
    pub(super) fn reach(
        &self,
        functions: &Functions,
        holds: impl Fn(FunctionId) -> bool,
    ) -> Vec<bool> {
        let count = functions.all.len();
        let mut callers: Vec<Vec<FunctionId>> = vec![Vec::new(); count];
        for (caller, callees) in self.callees.iter().enumerate() {
            for &callee in callees {
                callers[callee].push(caller);
            }
        }
        let mut reach: Vec<bool> = (0..count).map(holds).collect();
        let mut open: Vec<FunctionId> = (0..count).filter(|&id| reach[id]).collect();
        while let Some(id) = open.pop() {
            for &above in callers[id].iter().chain(&self.around[id]) {
                if !reach[above] {
                    reach[above] = true;
                    open.push(above);
                }
            }
        }
        reach
    }

    /// Adds functions with all that they call.
    pub(super) fn add_called(&self, functions: Vec<FunctionId>, to: &mut [bool]) {
        let mut open = functions;
        while let Some(id) = open.pop() {
            if !to[id] {
                to[id] = true;
                open.extend(&self.callees[id]);
            }
        }
    }

    /// Whether a function names a variable that is defined outside of it.
    pub(super) fn captures(
        &self,
        file: &File<'_>,
        functions: &Functions,
        id: FunctionId,
        def: DefId,
    ) -> bool {
        let (tree, names) = (file.tree(), file.names());
        let node = functions.all[id].node;
        let end = tree.node(node).end;
        if end - node.0 > MAX_ASKED {
            return true;
        }
        let captured = self.captured[id].get_or_init(|| {
            let inside = node.0..end;
            let meant = tree.subtree(node).filter_map(|at| names.definition_of(at));
            let outside = |def: &DefId| !inside.contains(&names.definition(*def).node.0);
            let mut captured: Vec<DefId> = meant.filter(outside).collect();
            captured.sort_unstable();
            captured.dedup();
            captured
        });
        captured.binary_search(&def).is_ok()
    }
}

/// Whether a name stands where a function may be handed on: among the arguments of a call, or before
/// `.call(…)` and its like.
fn is_handed_on(tree: &Tree, node: NodeId) -> bool {
    let parent = tree.node(node).parent;
    match tree.node(node).role {
        Role::Arg => true,
        Role::Value => tree.kind(parent) == Kind::KwArg,
        Role::Object => tree.child(parent, Role::Field).is_some_and(|field| {
            let name = tree.symbol(field);
            ["call", "apply", "bind"]
                .iter()
                .any(|of| name == Symbol::of(of))
        }),
        _ => false,
    }
}

/// The circles of a graph, the called before the callers (Tarjan's algorithm, on a stack of its own).
pub(super) fn circles(callees: &[Vec<FunctionId>], needed: &[bool]) -> Vec<Vec<FunctionId>> {
    const UNSEEN: usize = usize::MAX;
    let count = callees.len();
    let mut index = vec![UNSEEN; count];
    let mut low = vec![0; count];
    let mut on_stack = vec![false; count];
    let mut stack = Vec::new();
    let mut next = 0;
    let mut out = Vec::new();
    for root in (0..count).filter(|&id| needed[id]) {
        if index[root] != UNSEEN {
            continue;
        }
        let mut open = vec![(root, 0)];
        while let Some((id, edge)) = open.pop() {
            if edge == 0 {
                index[id] = next;
                low[id] = next;
                next += 1;
                stack.push(id);
                on_stack[id] = true;
            }
            let mut descended = false;
            for (at, &callee) in callees[id].iter().enumerate().skip(edge) {
                if index[callee] == UNSEEN {
                    open.push((id, at + 1));
                    open.push((callee, 0));
                    descended = true;
                    break;
                } else if on_stack[callee] {
                    low[id] = low[id].min(index[callee]);
                }
            }
            if descended {
                continue;
            }
            if low[id] == index[id] {
                let mut circle = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    circle.push(member);
                    if member == id {
                        break;
                    }
                }
                out.push(circle);
            }
            if let Some((parent, _)) = open.last() {
                low[*parent] = low[*parent].min(low[id]);
            }
        }
    }
    out
}
