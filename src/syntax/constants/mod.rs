//! What expressions are known to be: constants folded, and names led back to what was assigned.
//!
//! One walk over the file in the order of execution, with the values of names at hand: branches
//! join, loops forget what they assign, each function begins with what is assigned once outside of
//! it. Expressions are scanned and folded in flat passes over the arena, so that a sum of ten
//! thousand strings needs no stack.

mod expression;
mod fold;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};

use super::names::{DefId, Names};
use super::tree::{NodeId, Tree};
use crate::source::Span;

/// What an expression is known to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string; its text where that is known as well.
    Str(Option<Arc<str>>),
    /// A whole number.
    Int(i128),
    /// `true` or `false`.
    Bool(bool),
    /// Some other constant: a number with a fraction, nothing, or one of several constants.
    Other,
    /// What another expression is: the one that was assigned, and only once.
    Expr(NodeId),
}

impl Value {
    /// Whether it is a constant, and not only another expression.
    pub fn is_constant(&self) -> bool {
        !matches!(self, Value::Expr(_))
    }

    fn join(&self, other: &Value) -> Option<Value> {
        match (self, other) {
            (a, b) if a == b => Some(a.clone()),
            (Value::Str(_), Value::Str(_)) => Some(Value::Str(None)),
            (Value::Expr(_), _) | (_, Value::Expr(_)) => None,
            _ => Some(Value::Other),
        }
    }
}

/// The values of one file's expressions.
#[derive(Debug, Default)]
pub struct Constants {
    of_node: HashMap<NodeId, Value>,
    /// The literals that names led to.
    literals: HashMap<NodeId, NodeId>,
}

impl Constants {
    /// What the expression is known to be; literals are left to the caller's own eyes.
    pub fn get(&self, node: NodeId) -> Option<&Value> {
        self.of_node.get(&node)
    }

    /// The literal that a name led to.
    pub fn literal(&self, name: NodeId) -> Option<NodeId> {
        self.literals.get(&name).copied()
    }

    /// Whether a name within `range` led to the literal that holds `content`.
    pub(crate) fn led_from(&self, range: Span, content: Span, tree: &Tree) -> bool {
        self.literals.iter().any(|(&name, &literal)| {
            range.contains(tree.span(name)) && tree.span(literal).contains(content)
        })
    }

    pub(super) fn of(tree: &Tree, names: &Names, text: &[u8]) -> Constants {
        let mut walk = Walk {
            tree,
            names,
            text,
            globals: HashMap::new(),
            global_literals: HashMap::new(),
            assigned: HashMap::new(),
            env: HashMap::new(),
            log: Vec::new(),
            out: Constants::default(),
        };
        walk.collect_globals();
        walk.block(NodeId::ROOT);
        walk.out
    }
}

/// What a name is known to be at one place; none where it may be anything.
type Known = Option<Value>;

/// What a branch leaves names to be.
type Changes = BTreeMap<DefId, Known>;

struct Walk<'t> {
    tree: &'t Tree,
    names: &'t Names,
    text: &'t [u8],
    /// Names outside of functions that are assigned once, to a constant.
    globals: HashMap<DefId, Value>,
    global_literals: HashMap<DefId, NodeId>,
    /// The literal that was assigned last, and what it is worth no more once another value holds.
    assigned: HashMap<DefId, (Value, NodeId)>,
    env: HashMap<DefId, Known>,
    /// What the environment held before each change, so that a branch can be undone.
    log: Vec<(DefId, Option<Known>)>,
    out: Constants,
}
