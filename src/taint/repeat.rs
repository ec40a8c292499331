//! Loops: run until nothing changes, with the ways out of them.

use super::value::{Shape, State};
use super::walk::{Loop, Walk};
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// A loop is run no more often than this; each run but the last brings something new.
const MAX_ROUNDS: u32 = 12;

/// How a statement leaves a round of a loop.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    Break,
    Continue,
}

impl Leaves {
    /// What a statement of this name of the grammar does.
    pub(super) fn of(name: Symbol) -> Option<Leaves> {
        let is = |names: [&str; 2]| names.iter().any(|of| name == Symbol::of(of));
        if is(["break_statement", "break_expression"]) {
            Some(Leaves::Break)
        } else if is(["continue_statement", "continue_expression"]) {
            Some(Leaves::Continue)
        } else {
            None
        }
    }
}

impl Loop {
    pub(super) fn new(switch: bool, label: Option<Symbol>) -> Loop {
        Loop {
            breaks: State::dead(),
            continues: State::dead(),
            value: Shape::default(),
            switch,
            label,
        }
    }
}

impl Walk<'_> {
    /// Any loop.
    pub(super) fn repeat(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        for init in tree.role(node, Role::Init) {
            self.eval(init, state);
        }
        let mut iterated = Shape::default();
        if tree.kind(node) == Kind::ForIn
            && let Some(iter) = tree.child(node, Role::Iter)
        {
            iterated = self.iterated(iter, state);
        }
        let mut value = Shape::default();
        let mut out = State::dead();
        for round in 0..MAX_ROUNDS {
            let mut inner = state.clone();
            let (left, one) = self.round(node, &iterated, &mut inner);
            value = self.join_shapes(&value, &one);
            out = left;
            let mut head = state.clone();
            self.join(&mut head, &inner);
            let settled = head.same(state);
            *state = head;
            if settled || round + 1 == MAX_ROUNDS || self.spent() {
                break;
            }
        }
        if tree.kind(node) == Kind::ForIn {
            self.join(state, &out);
        } else {
            *state = out;
        }
        for otherwise in tree.role(node, Role::Else) {
            if state.live {
                self.eval(otherwise, state);
            }
        }
        value
    }

    /// One round. Returns what holds where the loop is left, and its value; the state becomes what
    /// holds before the next round.
    fn round(&mut self, node: NodeId, iterated: &Shape, inner: &mut State) -> (State, Shape) {
        let tree = self.tree;
        let body_first = self.is_body_first(node);
        if tree.kind(node) == Kind::ForIn
            && let Some(target) = tree.child(node, Role::Target)
        {
            self.bind(target, iterated, inner);
        }
        let mut left = State::dead();
        if !body_first {
            left = self.condition(node, inner);
        }
        let label = self.label_of(node);
        self.frame().loops.push(Loop::new(false, label));
        let mut value = Shape::default();
        for body in tree.role(node, Role::Body) {
            if inner.live {
                self.eval(body, inner);
            }
        }
        if let Some(ended) = self.frame().loops.pop() {
            self.join(inner, &ended.continues);
            self.join(&mut left, &ended.breaks);
            value = ended.value;
        }
        for update in tree.role(node, Role::Update) {
            if inner.live {
                self.eval(update, inner);
            }
        }
        if body_first {
            let ended = self.condition(node, inner);
            self.join(&mut left, &ended);
        }
        (left, value)
    }

    /// Works out a loop's condition, after which the state is that of its body. Returns what holds
    /// where the condition does not; a loop without one, or with one that always holds, is left by
    /// `break` alone.
    fn condition(&mut self, node: NodeId, inner: &mut State) -> State {
        let tree = self.tree;
        let Some(condition) = tree.child(node, Role::Cond) else {
            return if tree.kind(node) == Kind::ForIn {
                inner.clone()
            } else {
                State::dead()
            };
        };
        if !inner.live {
            return State::dead();
        }
        self.eval(condition, inner);
        let mut left = inner.clone();
        self.refine(condition, true, inner);
        self.refine(condition, false, &mut left);
        if let Some(truth) = self.known_truth(condition) {
            inner.live &= truth;
            left.live &= !truth;
        }
        left
    }

    /// `do { … } while (…)`
    fn is_body_first(&self, node: NodeId) -> bool {
        let script = self.tree.language.is_script();
        let start = self.tree.span(node).start as usize;
        script
            && self.tree.kind(node) == Kind::While
            && self.file.text()[start..].starts_with(b"do")
    }

    /// The label before a loop.
    fn label_of(&self, node: NodeId) -> Option<Symbol> {
        let tree = self.tree;
        if tree.language == Language::Rust {
            let start = tree.span(node).start as usize;
            return self.label_at(start);
        }
        let around = tree.node(node).parent;
        (tree.kind(around) == Kind::Raw && tree.symbol(around) == Symbol::of("labeled_statement"))
            .then(|| tree.children(around).next())?
            .map(|label| tree.symbol(label))
    }

    /// The label of Rust that stands at a place of the text, without its tick.
    fn label_at(&self, start: usize) -> Option<Symbol> {
        let rest = self.file.text().get(start..)?.strip_prefix(b"'")?;
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = rest.iter().take_while(|byte| word(byte)).count();
        Some(Symbol::of(&rest[..length]))
    }

    /// The label that a `break` or `continue` names.
    fn target_label(&self, node: NodeId) -> Option<Symbol> {
        let tree = self.tree;
        if tree.language == Language::Rust {
            let word = tree.children(node).next()?;
            let after = tree.span(word).end as usize;
            let spaces = self.file.text()[after..]
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
            return self.label_at(after + spaces);
        }
        tree.children(node)
            .find(|&child| tree.kind(child) == Kind::Ident)
            .map(|label| tree.symbol(label))
    }

    /// `break` and `continue`, with the value that Rust gives along.
    pub(super) fn leave_loop(&mut self, node: NodeId, leaves: Leaves, state: &mut State) -> Shape {
        let mut value = Shape::default();
        for child in self.tree.children(node) {
            let one = self.eval(child, state);
            value = self.join_shapes(&value, &one);
        }
        let label = self.target_label(node);
        let found = self.frame().loops.iter().rposition(|of| match label {
            Some(label) => of.label == Some(label),
            None => leaves == Leaves::Break || !of.switch,
        });
        let Some(mut into) = found
            .map(|index| std::mem::replace(&mut self.frame().loops[index], Loop::new(false, None)))
        else {
            // The label of a plain block: what follows may run.
            state.live &= label.is_some();
            return value;
        };
        match leaves {
            Leaves::Break => self.join(&mut into.breaks, state),
            Leaves::Continue => self.join(&mut into.continues, state),
        }
        into.value = self.join_shapes(&into.value, &value);
        if let Some(index) = found {
            self.frame().loops[index] = into;
        }
        state.live = false;
        Shape::default()
    }
}
