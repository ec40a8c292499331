//! Statements in the order of execution: branches join, loops forget what they assign.

use super::super::kind::{Kind, Role};
use super::super::names::DefId;
use super::super::symbol::Symbol;
use super::super::tree::NodeId;
use super::{Changes, Value, Walk};

impl Walk<'_> {
    pub(super) fn collect_globals(&mut self) {
        for id in self.tree.subtree(NodeId::ROOT) {
            if self.tree.kind(id) != Kind::Assign || !self.tree.symbol(id).is_none() {
                continue;
            }
            let (target, value) = (
                self.tree.child(id, Role::Target),
                self.tree.child(id, Role::Value),
            );
            let (Some(target), Some(value)) = (target, value) else {
                continue;
            };
            let Some(def) = self.names.definition_of(target) else {
                continue;
            };
            let definition = self.names.definition(def);
            if definition.assignments == 1
                && self.tree.kind(target) == Kind::Name
                && let Some(known) = self.literal(value)
            {
                self.globals.insert(def, known);
                self.global_literals.insert(def, value);
            }
        }
    }

    /// The statements of a block. Returns whether its end is never reached.
    pub(super) fn block(&mut self, block: NodeId) -> bool {
        let mut ends = false;
        for statement in self.tree.children(block) {
            ends |= self.statement(statement);
        }
        ends
    }

    pub(super) fn statement(&mut self, id: NodeId) -> bool {
        let tree = self.tree;
        match tree.kind(id) {
            Kind::Block | Kind::Module => return self.block(id),
            Kind::If => return self.branches(id),
            Kind::While | Kind::For | Kind::ForIn => self.repeat(id),
            Kind::Try => self.attempt(id),
            Kind::Match => self.arms(id),
            Kind::Func => self.function(id),
            Kind::Class => {
                for child in tree.children(id) {
                    if tree.kind(child) == Kind::Block {
                        self.block(child);
                    } else {
                        self.expression(child);
                    }
                }
            }
            Kind::With => {
                for child in tree.children(id) {
                    if tree.node(child).role == Role::Body {
                        return self.block(child);
                    }
                    self.expression(child);
                }
            }
            Kind::VarDecl | Kind::Export => {
                for child in tree.children(id) {
                    self.statement(child);
                }
            }
            Kind::Return | Kind::Throw => {
                self.expression(id);
                return true;
            }
            Kind::Raw => {
                self.expression(id);
                let symbol = tree.symbol(id);
                return symbol == Symbol::of("break_statement")
                    || symbol == Symbol::of("continue_statement");
            }
            _ => self.expression(id),
        }
        false
    }

    /// Runs `inner` and takes its changes back, returning them.
    fn branch(&mut self, inner: impl FnOnce(&mut Self) -> bool) -> (Changes, bool) {
        let mark = self.log.len();
        let ends = inner(self);
        let mut changes = Changes::new();
        while self.log.len() > mark {
            let (def, before) = self.log.pop().expect("the log is longer than its mark");
            let now = self.env.get(&def).cloned().flatten();
            changes.entry(def).or_insert(now);
            match before {
                Some(before) => self.env.insert(def, before),
                None => self.env.remove(&def),
            };
        }
        (changes, ends)
    }

    /// Goes on after branches of which one was taken.
    fn join(&mut self, branches: &[Changes]) {
        let mut changed: Vec<DefId> = branches.iter().flat_map(|b| b.keys().copied()).collect();
        changed.sort_unstable();
        changed.dedup();
        for def in changed {
            let base = self.env.get(&def).cloned().flatten();
            let mut values = branches
                .iter()
                .map(|b| b.get(&def).cloned().unwrap_or_else(|| base.clone()));
            let first = values.next().flatten();
            let joined = values.fold(first, |joined, value| joined?.join(&value?));
            self.set(def, joined);
        }
    }

    fn branches(&mut self, id: NodeId) -> bool {
        let tree = self.tree;
        if let Some(condition) = tree.child(id, Role::Cond) {
            self.expression(condition);
        }
        let (body, otherwise) = (tree.child(id, Role::Body), tree.child(id, Role::Else));
        let (then, then_ends) = self.branch(|walk| body.is_some_and(|body| walk.block(body)));
        let (other, other_ends) =
            self.branch(|walk| otherwise.is_some_and(|body| walk.block(body)));
        let mut branches = Vec::new();
        if !then_ends {
            branches.push(then);
        }
        if !other_ends {
            branches.push(other);
        }
        self.join(&branches);
        then_ends && other_ends
    }

    fn repeat(&mut self, id: NodeId) {
        let tree = self.tree;
        if let Some(iter) = tree.child(id, Role::Iter) {
            self.expression(iter);
        }
        if let Some(init) = tree.child(id, Role::Init) {
            self.statement(init);
        }
        // What the loop assigns may already have been assigned in an earlier round.
        let assigned: Vec<DefId> = self.assigned_in(id);
        let before: Vec<Option<Value>> = assigned
            .iter()
            .map(|def| self.env.get(def).cloned().flatten())
            .collect();
        for &def in &assigned {
            self.set(def, None);
        }
        for role in [
            Role::Target,
            Role::Cond,
            Role::Body,
            Role::Update,
            Role::Else,
        ] {
            for part in tree.role(id, role) {
                self.statement(part);
            }
        }
        for (def, before) in assigned.into_iter().zip(before) {
            let after = self.env.get(&def).cloned().flatten();
            let joined = before
                .zip(after)
                .and_then(|(before, after)| before.join(&after));
            self.set(def, joined);
        }
    }

    fn assigned_in(&self, id: NodeId) -> Vec<DefId> {
        let tree = self.tree;
        let mut assigned: Vec<DefId> = tree
            .subtree(id)
            .filter(|&node| matches!(tree.kind(node), Kind::Assign | Kind::ForIn | Kind::UnOp))
            .filter_map(|node| {
                tree.child(node, Role::Target)
                    .or(tree.children(node).next())
            })
            .flat_map(|target| tree.subtree(target))
            .filter_map(|name| self.names.definition_of(name))
            .collect();
        assigned.sort_unstable();
        assigned.dedup();
        assigned
    }

    fn attempt(&mut self, id: NodeId) {
        let tree = self.tree;
        let part = |role| tree.child(id, role);
        let (body, _) = self.branch(|walk| part(Role::Body).is_some_and(|body| walk.block(body)));
        let mut branches = vec![body.clone()];
        for handler in tree.role(id, Role::Handler) {
            let (mut changes, ends) = self.branch(|walk| {
                for def in body.keys() {
                    walk.set(*def, None);
                }
                tree.children(handler).fold(false, |ends, child| {
                    if tree.kind(child) == Kind::Block {
                        walk.block(child)
                    } else {
                        ends
                    }
                })
            });
            if !ends {
                for def in body.keys() {
                    changes.entry(*def).or_insert(None);
                }
                branches.push(changes);
            }
        }
        self.join(&branches);
        for role in [Role::Else, Role::Finally] {
            if let Some(block) = part(role) {
                self.block(block);
            }
        }
    }

    fn arms(&mut self, id: NodeId) {
        let tree = self.tree;
        if let Some(value) = tree.child(id, Role::Value) {
            self.expression(value);
        }
        let mut branches = vec![Changes::new()];
        for arm in tree.role(id, Role::Item) {
            let (changes, ends) = self.branch(|walk| {
                let mut ends = false;
                for child in tree.children(arm) {
                    ends |= walk.statement(child);
                }
                ends
            });
            if !ends {
                branches.push(changes);
            }
        }
        self.join(&branches);
    }

    pub(super) fn function(&mut self, id: NodeId) {
        let tree = self.tree;
        let saved = std::mem::take(&mut self.env);
        let log = std::mem::take(&mut self.log);
        for child in tree.children(id) {
            match tree.node(child).role {
                Role::Body => {
                    self.block(child);
                }
                Role::Param => {
                    if let Some(default) = tree.child(child, Role::Default) {
                        self.expression(default);
                    }
                }
                Role::Decorator => self.expression(child),
                _ => {}
            }
        }
        self.env = saved;
        self.log = log;
    }
}
