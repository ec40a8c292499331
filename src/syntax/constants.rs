//! What expressions are known to be: constants folded, and names led back to what was assigned.
//!
//! One walk over the file in the order of execution, with the values of names at hand: branches
//! join, loops forget what they assign, each function begins with what is assigned once outside of
//! it. Expressions are scanned and folded in flat passes over the arena, so that a sum of ten
//! thousand strings needs no stack.

use std::collections::HashMap;
use std::rc::Rc;

use super::kind::{Flags, Kind, Role};
use super::names::{DefId, Names};
use super::symbol::Symbol;
use super::tree::{NodeId, Tree};
use crate::lang::Language;
use crate::source::Span;

/// What an expression is known to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string; its text where that is known as well.
    Str(Option<Rc<str>>),
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

/// A string longer than this is known to be constant, but its text is not kept.
const MAX_TEXT: usize = 16 * 1024;

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

struct Walk<'t> {
    tree: &'t Tree,
    names: &'t Names,
    text: &'t [u8],
    /// Names outside of functions that are assigned once, to a constant.
    globals: HashMap<DefId, Value>,
    global_literals: HashMap<DefId, NodeId>,
    /// The literal that was assigned last, and what it is worth no more once another value holds.
    assigned: HashMap<DefId, (Value, NodeId)>,
    env: HashMap<DefId, Option<Value>>,
    /// What the environment held before each change, so that a branch can be undone.
    log: Vec<(DefId, Option<Option<Value>>)>,
    out: Constants,
}

impl Walk<'_> {
    fn collect_globals(&mut self) {
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
    fn block(&mut self, block: NodeId) -> bool {
        let mut ends = false;
        for statement in self.tree.children(block) {
            ends |= self.statement(statement);
        }
        ends
    }

    fn statement(&mut self, id: NodeId) -> bool {
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
    fn branch(
        &mut self,
        inner: impl FnOnce(&mut Self) -> bool,
    ) -> (HashMap<DefId, Option<Value>>, bool) {
        let mark = self.log.len();
        let ends = inner(self);
        let mut changes = HashMap::new();
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
    fn join(&mut self, branches: Vec<HashMap<DefId, Option<Value>>>) {
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
        self.join(branches);
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
        self.join(branches);
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
        let mut branches = vec![HashMap::new()];
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
        self.join(branches);
    }

    fn function(&mut self, id: NodeId) {
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

    /// One expression: names first, then folding from the leaves up, then what it assigns.
    fn expression(&mut self, root: NodeId) {
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

    fn set(&mut self, def: DefId, value: Option<Value>) {
        let before = self.env.insert(def, value);
        self.log.push((def, before));
    }

    /// What a node is known to be, literals included.
    fn value(&self, id: NodeId) -> Option<Value> {
        self.literal(id)
            .or_else(|| self.out.of_node.get(&id).cloned())
    }

    fn literal(&self, id: NodeId) -> Option<Value> {
        let tree = self.tree;
        let node = tree.node(id);
        match node.kind {
            Kind::Str if !node.symbol.is_none() => {
                let mut parts = tree
                    .children(id)
                    .map(|part| self.text.get(tree.span(part).range()));
                let text: Vec<u8> = parts.try_fold(Vec::new(), |mut text, part| {
                    text.extend_from_slice(part?);
                    (text.len() <= MAX_TEXT).then_some(text)
                })?;
                Some(Value::Str(String::from_utf8(text).ok().map(Into::into)))
            }
            Kind::Int => {
                let text = self.text.get(node.span.range())?;
                Some(parse_int(text).map_or(Value::Other, Value::Int))
            }
            Kind::Bool => Some(Value::Bool(node.symbol == Symbol::of("true"))),
            Kind::Float | Kind::Null => Some(Value::Other),
            Kind::BinOp | Kind::UnOp | Kind::Str | Kind::Cond => self.fold_shallow(id),
            _ => None,
        }
    }

    /// Folds an operation over literals; for globals, whose expressions are not walked yet.
    fn fold_shallow(&self, id: NodeId) -> Option<Value> {
        let tree = self.tree;
        if tree.kind(id) != Kind::BinOp || tree.node(id).end - id.0 > 64 {
            return None;
        }
        let (left, right) = (tree.child(id, Role::Left)?, tree.child(id, Role::Right)?);
        self.operate(tree.symbol(id), &self.literal(left)?, &self.literal(right)?)
    }

    fn fold(&self, id: NodeId) -> Option<Value> {
        let tree = self.tree;
        let node = tree.node(id);
        match node.kind {
            Kind::BinOp => {
                let (left, right) = (tree.child(id, Role::Left)?, tree.child(id, Role::Right)?);
                let left = self.value(left)?;
                // A repeated string is a string, however often.
                if matches!(left, Value::Str(_))
                    && tree.language == Language::Python
                    && node.symbol == Symbol::of("*")
                {
                    return Some(Value::Str(None));
                }
                self.operate(node.symbol, &left, &self.value(right)?)
            }
            Kind::UnOp => {
                let Value::Int(value) = self.value(tree.children(id).next()?)? else {
                    return None;
                };
                (node.symbol == Symbol::of("-")).then(|| Value::Int(value.saturating_neg()))
            }
            Kind::Cond => {
                let then = self.value(tree.child(id, Role::Body)?)?;
                then.join(&self.value(tree.child(id, Role::Else)?)?)
            }
            // A template of constants is constant.
            Kind::Str if node.symbol.is_none() && node.flags.has(Flags::TEMPLATE) => {
                let mut text = String::new();
                for part in tree.children(id) {
                    match tree.kind(part) {
                        Kind::Interp => {
                            let inner = tree.children(part).next()?;
                            match self.value(inner)? {
                                Value::Str(Some(piece)) => text.push_str(&piece),
                                Value::Int(value) => text.push_str(&value.to_string()),
                                value if value.is_constant() => return Some(Value::Str(None)),
                                _ => return None,
                            }
                        }
                        _ => text.push_str(&tree.text_of(part, self.text)),
                    }
                    if text.len() > MAX_TEXT {
                        return Some(Value::Str(None));
                    }
                }
                Some(Value::Str(Some(text.into())))
            }
            // Conversions that Rust needs to own a string.
            Kind::Call if tree.language == Language::Rust => {
                let callee = tree.child(id, Role::Callee)?;
                let field = tree.child(callee, Role::Field)?;
                let name = tree.symbol(field);
                if ["to_string", "to_owned", "into", "clone"]
                    .iter()
                    .any(|n| name == Symbol::of(n))
                {
                    return self
                        .value(tree.child(callee, Role::Object)?)
                        .filter(Value::is_constant);
                }
                let from = Symbol::of("String") == tree.symbol(tree.child(callee, Role::Object)?);
                if from && name == Symbol::of("from") {
                    return self
                        .value(tree.child(id, Role::Arg)?)
                        .filter(Value::is_constant);
                }
                None
            }
            Kind::Ref | Kind::Cast => self
                .value(tree.children(id).next()?)
                .filter(Value::is_constant),
            _ => None,
        }
    }

    fn operate(&self, operator: Symbol, left: &Value, right: &Value) -> Option<Value> {
        if operator == Symbol::of("+") {
            return match (self.tree.language, left, right) {
                // A sum with a string is a string in JavaScript.
                (
                    Language::JavaScript | Language::TypeScript | Language::Tsx,
                    Value::Str(_),
                    Value::Int(n),
                ) => add(left, &Value::Str(Some(n.to_string().into()))),
                (
                    Language::JavaScript | Language::TypeScript | Language::Tsx,
                    Value::Int(n),
                    Value::Str(_),
                ) => add(&Value::Str(Some(n.to_string().into())), right),
                _ => add(left, right),
            };
        }
        match (left, right) {
            (Value::Int(a), Value::Int(b)) => {
                let result = if operator == Symbol::of("-") {
                    a.checked_sub(*b)
                } else if operator == Symbol::of("*") {
                    a.checked_mul(*b)
                } else if operator == Symbol::of("/") || operator == Symbol::of("//") {
                    a.checked_div(*b)
                } else if operator == Symbol::of("%") {
                    a.checked_rem(*b)
                } else {
                    None
                };
                result.map(Value::Int)
            }
            _ => None,
        }
    }
}

fn add(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Str(Some(a)), Value::Str(Some(b))) if a.len() + b.len() <= MAX_TEXT => {
            Some(Value::Str(Some(format!("{a}{b}").into())))
        }
        (Value::Str(_), Value::Str(_)) => Some(Value::Str(None)),
        (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
        _ => None,
    }
}

/// The value of an integer literal in any of the languages.
fn parse_int(text: &[u8]) -> Option<i128> {
    let text = std::str::from_utf8(text)
        .ok()?
        .replace('_', "")
        .to_ascii_lowercase();
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        Some("0b") => (&text[2..], 2),
        _ if text.len() > 1
            && text.starts_with('0')
            && text.bytes().all(|b| b.is_ascii_digit()) =>
        {
            (&text[1..], 8)
        }
        _ => (&text[..], 10),
    };
    let end = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    i128::from_str_radix(&digits[..end], radix).ok()
}
