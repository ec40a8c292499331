//! Checks after which a value is harmless: on one side of a condition it is known to be one of a
//! few, to be a number, or to lie below a folder.
//!
//! What looks like a check and is none does not count: a prefix without a separator behind it, a
//! path that was not resolved first, an expression that matches anything.

use super::functions::callee_of;
use super::value::{Origin, Place, Shape, State};
use super::walk::Walk;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// Conditions are followed through variables and functions no further than this.
pub(super) const MAX_DEPTH: u32 = 6;

/// Checks of a text that only harmless ones pass.
const PREDICATES: &[&str] = &[
    "isdigit",
    "isalnum",
    "isnumeric",
    "isdecimal",
    "isalpha",
    "isidentifier",
    "is_ascii_digit",
    "is_alphanumeric",
    "is_ascii_alphanumeric",
    "is_numeric",
];
/// `collection.method(value)`
const MEMBERSHIP: &[&str] = &[
    "includes",
    "has",
    "contains",
    "contains_key",
    "hasOwnProperty",
    "hasOwn",
    "__contains__",
];
/// `expression.method(value)`, or the other way round.
const WHOLE_MATCH: &[&str] = &["fullmatch", "match", "test", "is_match", "search", "exec"];
impl Walk<'_> {
    /// Makes harmless what is harmless where a condition holds, or does not.
    pub(super) fn refine(&mut self, condition: NodeId, truth: bool, state: &mut State) {
        if !state.live || state.vars.is_empty() {
            return;
        }
        for place in self.guarded(condition, truth, state, 0) {
            self.store(&place, Shape::default(), state);
        }
    }

    pub(super) fn guarded(
        &mut self,
        condition: NodeId,
        truth: bool,
        state: &State,
        depth: u32,
    ) -> Vec<Place> {
        if depth > MAX_DEPTH || self.spent() {
            return Vec::new();
        }
        let tree = self.tree;
        match tree.kind(condition) {
            Kind::UnOp => {
                let operator = tree.symbol(condition);
                let Some(inner) = tree.children(condition).next() else {
                    return Vec::new();
                };
                let not = operator == Symbol::of("not") || operator == Symbol::of("!");
                if not {
                    self.guarded(inner, !truth, state, depth + 1)
                } else {
                    Vec::new()
                }
            }
            Kind::BinOp => self.guarded_by_operation(condition, truth, state, depth),
            Kind::Call => self.guarded_by_call(condition, truth, state, depth),
            Kind::Macro => {
                let name = tree
                    .child(condition, Role::Callee)
                    .map(|callee| tree.symbol(callee));
                let mut arguments = tree.role(condition, Role::Arg);
                match (arguments.next(), arguments.next()) {
                    (Some(value), Some(pattern))
                        if truth
                            && name == Some(Symbol::of("matches"))
                            && super::constant::is_literal(self.file, pattern) =>
                    {
                        self.validated(value, 0)
                    }
                    _ => Vec::new(),
                }
            }
            // A check whose result was kept in a variable.
            Kind::Name => match self.only_value(condition) {
                Some(value) => self.guarded(value, truth, state, depth + 1),
                None => Vec::new(),
            },
            // `if parts.netloc: return`: an address without a host stays on this one.
            Kind::Attr if !truth => self.validated(condition, 0),
            Kind::Await | Kind::Cast => match tree.children(condition).next() {
                Some(inner) => self.guarded(inner, truth, state, depth + 1),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn guarded_by_operation(
        &mut self,
        node: NodeId,
        truth: bool,
        state: &State,
        depth: u32,
    ) -> Vec<Place> {
        let tree = self.tree;
        let operator = tree.symbol(node);
        let is = |names: &[&str]| names.iter().any(|name| operator == Symbol::of(name));
        let operands: Vec<NodeId> = tree.children(node).collect();
        if is(&["and", "&&", "or", "||"]) {
            let every = is(&["and", "&&"]) == truth;
            let mut all: Vec<Vec<Place>> = Vec::new();
            for &operand in &operands {
                all.push(self.guarded(operand, truth, state, depth + 1));
            }
            if every {
                return all.into_iter().flatten().collect();
            }
            let Some(first) = all.first().cloned() else {
                return Vec::new();
            };
            return first
                .into_iter()
                .filter(|place| all.iter().all(|of| of.contains(place)))
                .collect();
        }
        let [left, right] = operands[..] else {
            return Vec::new();
        };
        if is(&["in"]) && truth || is(&["not in"]) && !truth {
            return if self.is_safe_collection(right, state) {
                self.validated(left, 0)
            } else {
                Vec::new()
            };
        }
        let equal = is(&["==", "===", "is"]) && truth || is(&["!=", "!==", "is not"]) && !truth;
        if let Some(place) = self.index_check(left, right, operator, truth, state) {
            return place;
        }
        if !equal {
            return Vec::new();
        }
        if let Some(places) = self.common_path(left, right) {
            return places;
        }
        if let Some(places) = self.type_check(left, right) {
            return places;
        }
        if self.is_constant(right) {
            self.validated(left, 0)
        } else if self.is_constant(left) {
            self.validated(right, 0)
        } else {
            Vec::new()
        }
    }

    /// `ALLOWED.indexOf(value) !== -1`
    fn index_check(
        &mut self,
        left: NodeId,
        right: NodeId,
        operator: Symbol,
        truth: bool,
        state: &State,
    ) -> Option<Vec<Place>> {
        let tree = self.tree;
        let (object, name, arguments) = self.method_call(left)?;
        if name != Symbol::of("indexOf") {
            return None;
        }
        let bound = tree.text_of(right, self.file.text()).replace(' ', "");
        let is = |of: &str| operator == Symbol::of(of);
        let within = match bound.as_str() {
            "-1" => {
                if is("!==") || is("!=") || is(">") {
                    Some(true)
                } else if is("===") || is("==") {
                    Some(false)
                } else {
                    None
                }
            }
            "0" => {
                if is(">=") {
                    Some(true)
                } else if is("<") {
                    Some(false)
                } else {
                    None
                }
            }
            _ => None,
        }?;
        let value = *arguments.first()?;
        let holds = within == truth && self.is_safe_collection(object, state);
        Some(if holds {
            self.validated(value, 0)
        } else {
            Vec::new()
        })
    }

    /// `os.path.commonpath([base, path]) == base`
    fn common_path(&mut self, left: NodeId, right: NodeId) -> Option<Vec<Place>> {
        let call = [left, right].into_iter().find_map(|side| {
            let call = if self.tree.kind(side) == Kind::Name {
                self.only_value(side)?
            } else {
                side
            };
            let (_, name, _) = self.method_call(call)?;
            (name == Symbol::of("commonpath")).then_some(call)
        })?;
        let paths: Vec<NodeId> = self
            .tree
            .subtree(call)
            .filter(|&node| self.tree.kind(node) == Kind::Name)
            .collect();
        let normal: Vec<NodeId> = paths
            .into_iter()
            .filter(|&path| self.is_normalised(path))
            .collect();
        Some(
            normal
                .into_iter()
                .flat_map(|path| self.below(path))
                .collect(),
        )
    }

    /// `typeof value === "number"`
    fn type_check(&mut self, left: NodeId, right: NodeId) -> Option<Vec<Place>> {
        let tree = self.tree;
        if tree.kind(left) != Kind::UnOp || tree.symbol(left) != Symbol::of("typeof") {
            return None;
        }
        let harmless = [Symbol::of("number"), Symbol::of("boolean")].contains(&tree.symbol(right));
        let value = tree.children(left).next()?;
        Some(if harmless {
            self.validated(value, 0)
        } else {
            Vec::new()
        })
    }

    fn guarded_by_call(
        &mut self,
        node: NodeId,
        truth: bool,
        state: &State,
        depth: u32,
    ) -> Vec<Place> {
        let tree = self.tree;
        let is = |name: Symbol, names: &[&str]| names.iter().any(|of| name == Symbol::of(of));
        let Some((object, name, arguments)) = self.method_call(node) else {
            return self.guarded_by_function(node, truth, state, depth);
        };
        let answered = self.guarded_by_answer(node, truth, state, depth);
        if !answered.is_empty() || !truth {
            return answered;
        }
        let first = arguments.first().copied();
        if is(name, PREDICATES) {
            return self.validated(object, 0);
        }
        if is(name, MEMBERSHIP) {
            // `Object.hasOwn(TABLE, key)`, `Object.prototype.hasOwnProperty.call(TABLE, key)`
            if tree.symbol(object) == Symbol::of("Object") {
                return match arguments[..] {
                    [table, key] if self.is_safe_collection(table, state) => self.validated(key, 0),
                    _ => Vec::new(),
                };
            }
            return match first {
                Some(value)
                    if tree.kind(object) != Kind::Str && self.is_safe_collection(object, state) =>
                {
                    self.validated(value, 0)
                }
                _ => Vec::new(),
            };
        }
        if is(name, WHOLE_MATCH) {
            return self.whole_match(object, name, &arguments);
        }
        if is(name, &["all", "every"]) {
            // `value.chars().all(|c| c.is_ascii_alphanumeric())`
            let strict = first.is_some_and(|check| {
                let text = tree.text_of(check, self.file.text());
                PREDICATES.iter().any(|name| text.contains(name)) && !text.contains("||")
            });
            let base = self.method_call(object).map(|(base, _, _)| base);
            return match base {
                Some(base) if strict => self.validated(base, 0),
                _ => Vec::new(),
            };
        }
        if is(
            name,
            &[
                "isInteger",
                "isSafeInteger",
                "isFinite",
                "isInt",
                "isNumeric",
                "isAlphanumeric",
                "isUUID",
            ],
        ) {
            return first
                .map(|value| self.validated(value, 0))
                .unwrap_or_default();
        }
        if is(
            name,
            &[
                "startswith",
                "startsWith",
                "starts_with",
                "is_relative_to",
                "has_prefix",
            ],
        ) {
            return self.prefix_check(object, name, first);
        }
        Vec::new()
    }

    /// A function of the file that does nothing but check its parameters.
    fn guarded_by_function(
        &mut self,
        node: NodeId,
        truth: bool,
        state: &State,
        depth: u32,
    ) -> Vec<Place> {
        let tree = self.tree;
        let Some(callee) = callee_of(tree, node) else {
            return Vec::new();
        };
        let arguments: Vec<NodeId> = tree.role(node, Role::Arg).collect();
        if tree.symbol(callee) == Symbol::of("isinstance") {
            let harmless = ["int", "float", "bool", "UUID", "Decimal"];
            return match arguments[..] {
                [value, of]
                    if truth
                        && harmless
                            .iter()
                            .any(|name| tree.symbol(of) == Symbol::of(name)) =>
                {
                    self.validated(value, 0)
                }
                _ => Vec::new(),
            };
        }
        if tree.symbol(callee) == Symbol::of("isNaN") && !truth {
            return arguments
                .first()
                .map(|value| self.validated(*value, 0))
                .unwrap_or_default();
        }
        self.guarded_by_answer(node, truth, state, depth)
    }

    /// The object, name and arguments of a method call.
    pub(super) fn method_call(&self, node: NodeId) -> Option<(NodeId, Symbol, Vec<NodeId>)> {
        let tree = self.tree;
        if tree.kind(node) != Kind::Call {
            return None;
        }
        let callee = callee_of(tree, node).filter(|&callee| tree.kind(callee) == Kind::Attr)?;
        let object = tree.child(callee, Role::Object)?;
        let name = tree.symbol(tree.child(callee, Role::Field)?);
        Some((object, name, tree.role(node, Role::Arg).collect()))
    }

    /// What a variable was given where it was given something only once.
    pub(super) fn only_value(&self, name: NodeId) -> Option<NodeId> {
        super::constant::only_value(self.file, name)
    }

    /// Whether a value that is found in a collection is one that somebody wrote down: the collection
    /// itself comes from no source.
    fn is_safe_collection(&mut self, node: NodeId, state: &State) -> bool {
        if super::constant::is_literal(self.file, node)
            || super::constant::is_constant_collection(self.file, node)
        {
            return true;
        }
        if self.tree.kind(node) == Kind::Comprehension {
            return false;
        }
        let reports = std::mem::replace(&mut self.reports, false);
        let held = self.eval(node, &mut state.clone()).all();
        self.reports = reports;
        !held
            .iter()
            .any(|(token, _)| matches!(token.origin, Origin::Source(_)))
    }

    fn is_constant(&self, node: NodeId) -> bool {
        super::constant::is_literal(self.file, node)
            || self
                .file
                .constants()
                .get(node)
                .is_some_and(crate::syntax::Value::is_constant)
    }
}
