//! What the answer of a function proves of what it was given: `if not is_safe(path): abort(403)`.
//!
//! The function's returns are read, not run. A parameter is proven harmless by an answer when every
//! `return` that can give this answer stands behind a check of the parameter, or is one.

use std::sync::LazyLock;

use super::assurance::When;
use super::functions::{Callee, FunctionId, callee_of, returns_of};
use super::value::{Place, State};
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// Of a function with more returns than this nothing is believed.
const MAX_RETURNS: usize = 32;
/// A dotted name is read no further than this.
const MAX_WORDS: usize = 16;

/// Functions that do not come back, by their words.
static ENDING: LazyLock<Vec<Vec<Symbol>>> = LazyLock::new(|| {
    let names = [
        "flask.abort",
        "quart.abort",
        "bottle.abort",
        "werkzeug.exceptions.abort",
        "sys.exit",
        "os._exit",
        "os.abort",
        "exit",
        "quit",
        "process.exit",
        "std.process.exit",
        "std.process.abort",
    ];
    let words = |name: &&str| name.split('.').map(Symbol::of).collect();
    names.iter().map(words).collect()
});
/// Macros that do not.
static ENDING_MACROS: LazyLock<Vec<Vec<Symbol>>> = LazyLock::new(|| {
    let names = ["panic", "unreachable", "todo", "unimplemented", "bail"];
    names.iter().map(|name| vec![Symbol::of(name)]).collect()
});

impl Walk<'_> {
    /// The places that a call proves harmless by its answer.
    pub(super) fn guarded_by_answer(
        &mut self,
        call: NodeId,
        truth: bool,
        state: &State,
        depth: u32,
    ) -> Vec<Place> {
        let (Callee::Function(id) | Callee::Method(id)) = self.functions.callee(self.file, call)
        else {
            return self.proven_elsewhere(call, When::Answered(truth));
        };
        let proven = self.answered(id, truth, state, depth).into_iter();
        let arguments = proven.filter_map(|position| self.argument_node(id, position, call));
        arguments
            .flat_map(|argument| self.validated(argument, 0))
            .collect()
    }

    /// The parameters of a function that are harmless wherever it answers so.
    pub(super) fn answered(
        &mut self,
        id: FunctionId,
        truth: bool,
        state: &State,
        depth: u32,
    ) -> Vec<usize> {
        let places = self.proven(id, truth, state, depth);
        let mut params = self.params_among(id, &places);
        params.sort_unstable();
        params.dedup();
        params
    }

    /// The places in a function that are harmless wherever it answers so.
    fn proven(&mut self, id: FunctionId, truth: bool, state: &State, depth: u32) -> Vec<Place> {
        let Some(body) = self.functions.all[id].body else {
            return Vec::new();
        };
        let returns = returns_of(self.tree, body);
        if returns.len() > MAX_RETURNS {
            return Vec::new();
        }
        // A function that ends without a `return` answers no.
        if !truth && !self.ends(body) {
            return Vec::new();
        }
        let mut proven: Option<Vec<Place>> = None;
        for at in returns {
            let value = self.tree.children(at).next();
            let answer = value.map_or(Some(false), |value| self.plain_answer(value));
            if answer.is_some_and(|answer| answer != truth) {
                continue;
            }
            let mut here = self.proven_before(at, body, state, depth);
            if let (Some(value), None) = (value, answer) {
                here.extend(self.guarded(value, truth, state, depth + 1));
            }
            proven = Some(match proven {
                None => here,
                Some(before) => before
                    .into_iter()
                    .filter(|place| here.contains(place))
                    .collect(),
            });
        }
        proven.unwrap_or_default()
    }

    /// The answer of an expression that says it plainly.
    fn plain_answer(&self, value: NodeId) -> Option<bool> {
        let tree = self.tree;
        match tree.kind(value) {
            // `Ok(false)`
            Kind::Call if tree.language == Language::Rust => {
                let callee = callee_of(tree, value)?;
                let wraps = ["Ok", "Some"]
                    .iter()
                    .any(|of| tree.symbol(callee) == Symbol::of(of));
                self.plain_answer(tree.child(value, Role::Arg).filter(|_| wraps)?)
            }
            Kind::Bool => {
                let symbol = self.tree.symbol(value);
                Some(symbol == Symbol::of("true") || symbol == Symbol::of("True"))
            }
            Kind::Null => Some(false),
            _ => None,
        }
    }

    /// What the conditions on the way to a statement prove.
    pub(super) fn proven_before(
        &mut self,
        statement: NodeId,
        body: NodeId,
        state: &State,
        depth: u32,
    ) -> Vec<Place> {
        let tree = self.tree;
        let mut out = Vec::new();
        let mut at = statement;
        for above in tree.ancestors(statement) {
            if tree.kind(above) == Kind::If
                && let Some(condition) = tree.child(above, Role::Cond)
            {
                let truth = tree.node(at).role != Role::Else;
                out.extend(self.guarded(condition, truth, state, depth + 1));
            }
            if tree.kind(above) == Kind::Block {
                for check in tree.children(above).take_while(|&child| child < at) {
                    out.extend(self.proven_by_statement(check, state, depth + 1));
                }
            }
            if above == body {
                break;
            }
            at = above;
        }
        out
    }

    /// Whether a block leaves the function at its end.
    pub(super) fn ends(&self, block: NodeId) -> bool {
        let tree = self.tree;
        let last = match tree.kind(block) {
            Kind::Block => tree.children(block).last(),
            _ => Some(block),
        };
        last.is_some_and(|last| match tree.kind(last) {
            Kind::Return | Kind::Throw => true,
            Kind::ExprStmt => tree
                .children(last)
                .next()
                .is_some_and(|call| self.never_returns(call)),
            _ => false,
        })
    }

    /// Whether a call ends the program or the request.
    pub(super) fn never_returns(&self, call: NodeId) -> bool {
        let tree = self.tree;
        let known = match tree.kind(call) {
            Kind::Macro => &*ENDING_MACROS,
            Kind::Call => &*ENDING,
            _ => return false,
        };
        let Some(callee) = callee_of(tree, call) else {
            return false;
        };
        let last = match tree.kind(callee) {
            Kind::Attr => tree.child(callee, Role::Field).unwrap_or(callee),
            _ => self.names.qualified(callee).unwrap_or(callee),
        };
        let word = match tree.kind(last) {
            Kind::Attr => tree.child(last, Role::Field).unwrap_or(last),
            _ => last,
        };
        let candidates: Vec<&[Symbol]> = known
            .iter()
            .map(|name| &name[..])
            .filter(|name| name.last() == Some(&tree.symbol(word)))
            .collect();
        if candidates.is_empty() || self.functions.callee(self.file, call) != Callee::Unknown {
            return false;
        }
        self.dotted(callee)
            .is_some_and(|name| candidates.contains(&&name[..]))
    }

    /// A chain of names with the import that its first one stands for.
    fn dotted(&self, node: NodeId) -> Option<Vec<Symbol>> {
        let tree = self.tree;
        let mut words = Vec::new();
        let mut at = node;
        for _ in 0..MAX_WORDS {
            match tree.kind(at) {
                Kind::Attr => {
                    words.push(tree.symbol(tree.child(at, Role::Field)?));
                    at = tree.child(at, Role::Object)?;
                }
                Kind::Name | Kind::Ident => match self.names.qualified(at).filter(|&to| to != at) {
                    Some(chain) => at = chain,
                    // A name that the file gives a meaning of its own is no name of a builtin.
                    None if self.names.definition_of(at).is_some() => return None,
                    None => {
                        words.push(tree.symbol(at));
                        words.reverse();
                        return Some(words);
                    }
                },
                _ => return None,
            }
        }
        None
    }
}
