//! Checks after which a value is harmless: on one side of a condition it is known to be one of a
//! few, to be a number, or to lie below a folder.
//!
//! What looks like a check and is none does not count: a prefix without a separator behind it, a
//! path that was not resolved first, an expression that matches anything.

use super::functions::callee_of;
use super::value::{Origin, Place, Shape, State};
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// Conditions are followed through variables and functions no further than this.
pub(super) const MAX_DEPTH: u32 = 6;

/// Checks of a text that only harmless ones pass.
pub(super) const PREDICATES: &[&str] = &[
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
/// Functions of validating libraries for texts that can hold nothing else.
const STRICT_FORMS: &[&str] = &[
    "isInteger",
    "isSafeInteger",
    "isFinite",
    "isInt",
    "isNumeric",
    "isAlphanumeric",
    "isUUID",
];

impl Walk<'_> {
    /// Makes harmless what is harmless where a condition holds, or does not.
    pub(super) fn refine(&mut self, condition: NodeId, truth: bool, state: &mut State) {
        // Where no variable holds anything, only a source in the condition itself can be checked.
        let checks_source = || {
            let end = self.tree.node(condition).end;
            self.marks.holds_source(condition, end)
        };
        if !state.live || state.vars.is_empty() && !checks_source() {
            return;
        }
        let mut places = self.guarded(condition, truth, state, 0);
        // What is known of a field outlasts what is known of its object.
        places.sort_by_key(|place| place.path.len());
        for place in places {
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
            // `if (m := re.fullmatch(…, value)):`, `if let Ok(number) = value.parse::<u32>()`
            Kind::Assign if truth => match tree.child(condition, Role::Value) {
                Some(value) if tree.language == Language::Rust => {
                    let succeeds = tree.child(condition, Role::Target).is_some_and(|target| {
                        let of = callee_of(tree, target).map(|callee| tree.symbol(callee));
                        of == Some(Symbol::of("Ok")) || of == Some(Symbol::of("Some"))
                    });
                    if succeeds {
                        self.proven_by_success(value, state, depth + 1)
                    } else {
                        Vec::new()
                    }
                }
                Some(value) => self.guarded(value, truth, state, depth + 1),
                None => Vec::new(),
            },
            // A check whose result was kept in a variable.
            Kind::Name => match self.only_value(condition) {
                Some(value) => self.guarded(value, truth, state, depth + 1),
                None => Vec::new(),
            },
            // `if parts.netloc: return`: an address without a host stays on this one.
            Kind::Attr if !truth => self.validated(condition, 0),
            Kind::Await | Kind::Cast | Kind::Question => match tree.children(condition).next() {
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
                let paths = self.paths_of_this_site(node, truth);
                return all.into_iter().flatten().chain(paths).collect();
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
            if let Some(places) = self.among_parents(right) {
                return places;
            }
            return if self.is_safe_collection(right, state) {
                self.validated(left, 0)
            } else {
                Vec::new()
            };
        }
        if is(&["<="]) && truth {
            return self.subset_check(left, right, state);
        }
        let equality = is(&["==", "===", "is"]);
        let comparison = equality || is(&["!=", "!==", "is not"]);
        let equal = comparison && equality == truth;
        if comparison && let Some(found) = self.compared_with_nothing(left, right) {
            return if equal {
                Vec::new()
            } else {
                self.guarded(found, true, state, depth + 1)
            };
        }
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
        if self.is_constant(right) || self.is_own_host(right, 0) {
            self.validated(left, 0)
        } else if self.is_constant(left) || self.is_own_host(left, 0) {
            self.validated(right, 0)
        } else if tree.kind(left) == Kind::Name
            && self.is_normalised(left)
            && self.is_safe_collection(right, state)
        {
            // `path === BASE || …`
            self.below(left)
        } else {
            Vec::new()
        }
    }

    /// What is compared with `None`, `null` or `undefined`, where it is the answer of an expression or
    /// of a search that gives nothing where it does not match.
    fn compared_with_nothing(&self, left: NodeId, right: NodeId) -> Option<NodeId> {
        let tree = self.tree;
        let nothing =
            tree.kind(right) == Kind::Null || tree.symbol(right) == Symbol::of("undefined");
        if !nothing {
            return None;
        }
        let call = self.only_value(left).unwrap_or(left);
        let call = match tree.kind(call) {
            Kind::Await => tree.children(call).next()?,
            _ => call,
        };
        let (_, name, _) = self.method_call(call)?;
        let finds = ["fullmatch", "match", "search", "exec", "find"];
        let python = tree.language == Language::Python;
        (finds.iter().any(|of| name == Symbol::of(of)) && (python || name != Symbol::of("search")))
            .then_some(call)
    }

    /// `set(value) <= set("abc")`, `{value} <= ALLOWED`
    fn subset_check(&mut self, left: NodeId, right: NodeId, state: &State) -> Vec<Place> {
        let tree = self.tree;
        let value = match tree.kind(left) {
            Kind::Set => {
                let mut members = tree.children(left);
                members.next().filter(|_| members.next().is_none())
            }
            Kind::Call => callee_of(tree, left)
                .filter(|&callee| tree.symbol(callee) == Symbol::of("set"))
                .and_then(|_| tree.child(left, Role::Arg)),
            _ => None,
        };
        match value {
            Some(value) if self.is_safe_collection(right, state) => self.validated(value, 0),
            _ => Vec::new(),
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
        let searches = name == Symbol::of("search") && tree.language != Language::Python;
        if name != Symbol::of("indexOf") && !searches {
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
        // `value.search(/^[a-z]+$/) !== -1`
        if searches {
            return Some(if within == truth {
                self.whole_match(object, name, &arguments)
            } else {
                Vec::new()
            });
        }
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
        if !answered.is_empty() {
            return answered;
        }
        if is(name, &["is_ok", "is_some"]) || is(name, &["is_err", "is_none"]) {
            return if truth == is(name, &["is_ok", "is_some"]) {
                self.proven_by_success(object, state, depth + 1)
            } else {
                Vec::new()
            };
        }
        let first = arguments.first().copied();
        if !truth {
            return match first {
                Some(first) if is(name, &["startsWith", "startswith"]) => {
                    self.does_not_lead_out(object, first)
                }
                _ => Vec::new(),
            };
        }
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
            let base = self.method_call(object);
            return match (base, first) {
                (Some((base, of, _)), Some(test))
                    if self.passes_harmless_only(test)
                        || of == Symbol::of("components") && self.is_plain_component(test) =>
                {
                    self.validated(base, 0)
                }
                _ => Vec::new(),
            };
        }
        if is(name, &["any", "some", "find"]) {
            return match first.and_then(|test| self.test_of(test)) {
                Some(test) => self.guarded_by_members(false, object, test, state),
                None => Vec::new(),
            };
        }
        if is(name, &["issubset"]) {
            return match first {
                Some(of) if self.is_safe_collection(of, state) => {
                    self.subset_check(object, of, state)
                }
                _ => Vec::new(),
            };
        }
        if is(name, &["endswith", "endsWith", "ends_with"]) {
            return match first {
                Some(suffix) => self.host_suffix(object, suffix),
                None => Vec::new(),
            };
        }
        // `Object.prototype.hasOwnProperty.call(TABLE, key)`
        if name == Symbol::of("call")
            && tree
                .child(object, Role::Field)
                .is_some_and(|field| tree.symbol(field) == Symbol::of("hasOwnProperty"))
        {
            return match arguments[..] {
                [table, key] if self.is_safe_collection(table, state) => self.validated(key, 0),
                _ => Vec::new(),
            };
        }
        if is(name, STRICT_FORMS) {
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
        let every = tree.symbol(callee) == Symbol::of("all");
        if (every || tree.symbol(callee) == Symbol::of("any"))
            && let [only] = arguments[..]
            && let Some((test, list)) = self.test_of_comprehension(only)
        {
            return if truth {
                self.guarded_by_members(every, list, test, state)
            } else {
                Vec::new()
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
    pub(super) fn is_safe_collection(&mut self, node: NodeId, state: &State) -> bool {
        if super::constant::is_literal(self.file, node)
            || super::constant::is_constant_collection(self.file, node)
        {
            return true;
        }
        let Some(held) = self.looked_at(node, state).map(|held| held.all()) else {
            return false;
        };
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
