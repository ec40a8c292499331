//! Expressions: the names in them, and what they assign.

use super::super::kind::{Kind, Role};
use super::super::names::DefId;
use super::super::symbol::Symbol;
use super::super::tree::NodeId;
use super::fold::add;
use super::{Value, Walk};

impl Walk<'_> {
    /// One expression: names first, then folding from the leaves up, then what it assigns.
    pub(super) fn expression(&mut self, root: NodeId) {
        let tree = self.tree;
        let mut assignments: Vec<NodeId> = Vec::new();
        let mut functions: Vec<NodeId> = Vec::new();
        let mut at = root.0;
        let end = tree.node(root).end;
        while at < end {
            let id = NodeId(at);
            let kind = tree.kind(id);
            match kind {
                Kind::Func => {
                    functions.push(id);
                    at = tree.node(id).end;
                    continue;
                }
                Kind::If
                | Kind::While
                | Kind::For
                | Kind::ForIn
                | Kind::Match
                | Kind::Try
                | Kind::Block
                | Kind::Class
                    if id != root =>
                {
                    self.statement(id);
                    at = tree.node(id).end;
                    continue;
                }
                Kind::Name => self.name(id),
                Kind::Assign => assignments.push(id),
                Kind::UnOp if matches!(tree.kind(NodeId(at + 1)), Kind::Name) => {
                    // `x++` gives x another value.
                    let operator = self.text.get(tree.span(id).range()).unwrap_or_default();
                    if (operator.starts_with(b"++")
                        || operator.starts_with(b"--")
                        || operator.ends_with(b"++")
                        || operator.ends_with(b"--"))
                        && let Some(def) = self.names.definition_of(NodeId(at + 1))
                    {
                        self.set(def, None);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        for id in tree.subtree(root).rev() {
            if let Some(value) = self.fold(id) {
                self.out.of_node.insert(id, value);
            }
        }
        for id in assignments.into_iter().rev() {
            self.assign(id);
        }
        for id in functions {
            self.function(id);
        }
    }

    fn name(&mut self, id: NodeId) {
        if self.tree.node(id).role == Role::Target {
            return;
        }
        let Some(def) = self.names.definition_of(id) else {
            return;
        };
        let value = match self.env.get(&def) {
            Some(value) => value.clone(),
            None => self.globals.get(&def).cloned(),
        };
        let Some(value) = value else { return };
        let literal = match self.assigned.get(&def) {
            Some((assigned, literal)) if *assigned == value => Some(*literal),
            _ => self.global_literals.get(&def).copied(),
        };
        if let Some(literal) = literal.filter(|_| value.is_constant()) {
            self.out.literals.insert(id, literal);
        }
        self.out.of_node.insert(id, value);
    }

    fn assign(&mut self, id: NodeId) {
        let tree = self.tree;
        let Some(target) = tree.child(id, Role::Target) else {
            return;
        };
        let value = tree.child(id, Role::Value);
        let operator = tree.symbol(id);
        if tree.kind(target) == Kind::Name {
            let Some(def) = self.names.definition_of(target) else {
                return;
            };
            let before = self.env.get(&def).cloned().flatten();
            if let Some(node) = value
                && let Some(known) = self.literal(node)
            {
                self.assigned.insert(def, (known, node));
            }
            let once = self.names.definition(def).assignments == 1;
            let value = value.and_then(|value| {
                self.value(value)
                    .filter(|known| once || known.is_constant())
                    .or(once.then_some(Value::Expr(value)))
            });
            let value = if operator.is_none() {
                value
            } else if operator == Symbol::of("+=") {
                before.zip(value).and_then(|(a, b)| add(&a, &b))
            } else {
                None
            };
            self.set(def, value);
            return;
        }
        // `a, b = 1, 2` assigns pair by pair.
        let both_lists = |id: NodeId| matches!(tree.kind(id), Kind::Tuple | Kind::List);
        if let Some(value) = value
            && both_lists(target)
            && both_lists(value)
            && tree.children(target).count() == tree.children(value).count()
        {
            let pairs: Vec<_> = tree.children(target).zip(tree.children(value)).collect();
            for (target, value) in pairs {
                if tree.kind(target) == Kind::Name
                    && let Some(def) = self.names.definition_of(target)
                {
                    let once = self.names.definition(def).assignments == 1;
                    let value = self
                        .value(value)
                        .filter(|known| once || known.is_constant())
                        .or(once.then_some(Value::Expr(value)));
                    self.set(def, value);
                }
            }
            return;
        }
        if matches!(tree.kind(target), Kind::Attr | Kind::Index) {
            return;
        }
        for name in tree.subtree(target) {
            if let Some(def) = self.names.definition_of(name) {
                self.set(def, None);
            }
        }
    }

    pub(super) fn set(&mut self, def: DefId, value: Option<Value>) {
        let before = self.env.insert(def, value);
        self.log.push((def, before));
    }
}
