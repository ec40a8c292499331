//! Checks after which a value is harmless: on one side of a condition it is known to be one of a
//! few, to be a number, or to lie below a folder.
//!
//! What looks like a check and is none does not count: a prefix without a separator behind it, a
//! path that was not resolved first, an expression that matches anything.

use super::functions::callee_of;
use super::value::{Origin, Place, Shape, State};
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{File, Kind, NodeId, Role, Symbol};

/// Conditions are followed through variables and functions no further than this.
const MAX_DEPTH: u32 = 6;

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
/// Of these the text of the value stays the same, or what decides over it does.
const KEEPS: &[&str] = &[
    "lower",
    "upper",
    "strip",
    "trim",
    "toLowerCase",
    "toUpperCase",
    "to_lowercase",
    "to_uppercase",
    "casefold",
    "as_str",
    "toString",
    "str",
    "String",
    "as_deref",
    "unwrap",
    "to_string",
    "as_ref",
    "to_ascii_lowercase",
];
/// Parts of an address that decide where it leads.
const HOSTS: &[&str] = &["netloc", "hostname", "host", "origin", "host_str", "domain"];
/// What makes an address of a text.
const URL_PARSERS: &[&str] = &["urlparse", "urlsplit", "URL", "parse", "url_parse"];
/// What makes a path absolute and free of `..`.
const NORMALISERS: &[&str] = &[
    "realpath",
    "abspath",
    "resolve",
    "canonicalize",
    "normpath",
    "realpathSync",
    "normalize",
    "safe_join",
];

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

    fn guarded(&mut self, condition: NodeId, truth: bool, state: &State, depth: u32) -> Vec<Place> {
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
                            && is_literal(self.file, pattern) =>
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
                .flat_map(|path| self.validated(path, 0))
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
        let first = arguments.first().copied();
        if !truth {
            return Vec::new();
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

    fn prefix_check(&mut self, object: NodeId, name: Symbol, prefix: Option<NodeId>) -> Vec<Place> {
        let tree = self.tree;
        let Some(prefix) = prefix else {
            return Vec::new();
        };
        let by_component = name == Symbol::of("is_relative_to")
            || tree.language == Language::Rust && tree.kind(prefix) != Kind::Str;
        let text = tree.text_of(prefix, self.file.text()).into_owned();
        let trimmed = text.trim_end_matches(['"', '\'', '`']);
        // A scheme, a host and a slash behind it decide where an address leads.
        let rest = trimmed
            .trim_start_matches(['"', '\'', '`'])
            .split_once("://")
            .map(|(_, rest)| rest);
        if rest.is_some_and(|rest| {
            rest.len() > 1 && rest[1..].contains('/') && !rest.contains(['{', '$'])
        }) {
            return self.validated(object, 0);
        }
        let separated =
            trimmed.ends_with('/') || trimmed.ends_with("\\\\") || trimmed.ends_with(".sep");
        if (by_component || separated) && self.is_normalised(object) {
            return self.validated(object, 0);
        }
        Vec::new()
    }

    /// Whether an expression is a path that was made absolute, or a variable that only holds such.
    fn is_normalised(&self, node: NodeId) -> bool {
        let tree = self.tree;
        let calls = |node: NodeId| {
            tree.subtree(node).any(|part| {
                matches!(tree.kind(part), Kind::Ident | Kind::Name)
                    && NORMALISERS
                        .iter()
                        .any(|name| tree.symbol(part) == Symbol::of(name))
            })
        };
        if tree.kind(node) != Kind::Name {
            return calls(node);
        }
        let Some(def) = self.names.definition_of(node) else {
            return false;
        };
        let mut assigned = 0;
        let all = tree.subtree(NodeId::ROOT).filter(|&at| {
            tree.kind(at) == Kind::Assign
                && tree.child(at, Role::Target).is_some_and(|target| {
                    target == self.names.definition(def).node
                        || self.names.definition_of(target) == Some(def)
                })
        });
        for at in all {
            // The last assignment before the check decides.
            if at < node {
                assigned = u8::from(tree.child(at, Role::Value).is_some_and(calls)) + 1;
            }
        }
        assigned == 2
    }

    /// A regular expression that has to cover the whole text, and does not take any.
    fn whole_match(&mut self, object: NodeId, name: Symbol, arguments: &[NodeId]) -> Vec<Place> {
        let whole = name == Symbol::of("fullmatch");
        let at_start =
            whole || name == Symbol::of("match") && self.tree.language == Language::Python;
        // `re.match(expression, value)`, `expression.test(value)`, `value.match(expression)`
        let (expression, value) = match arguments {
            [expression, value, ..] if self.tree.language == Language::Python => {
                (*expression, *value)
            }
            [one] if self.is_regex(*one) => (*one, object),
            [value] => (object, *value),
            _ => return Vec::new(),
        };
        let Some(text) = self.regex_text(expression, 0) else {
            return Vec::new();
        };
        if is_strict(&text, at_start, whole) {
            self.validated(value, 0)
        } else {
            Vec::new()
        }
    }

    fn is_regex(&self, node: NodeId) -> bool {
        self.tree.kind(node) == Kind::Regex
    }

    fn regex_text(&self, node: NodeId, depth: u32) -> Option<String> {
        let tree = self.tree;
        if depth > 3 {
            return None;
        }
        match tree.kind(node) {
            Kind::Regex => {
                let text = tree.text_of(node, self.file.text()).into_owned();
                let inner = text.strip_prefix('/')?;
                let (inner, flags) = inner.rsplit_once('/')?;
                (!flags.contains('m')).then(|| inner.to_owned())
            }
            Kind::Str => {
                let parts = tree.children(node);
                Some(
                    parts
                        .map(|part| tree.text_of(part, self.file.text()).into_owned())
                        .collect(),
                )
            }
            Kind::Name => self.regex_text(self.only_value(node)?, depth + 1),
            Kind::Call | Kind::New => {
                self.regex_text(tree.role(node, Role::Arg).next()?, depth + 1)
            }
            Kind::Question | Kind::Ref => self.regex_text(tree.children(node).next()?, depth + 1),
            Kind::Attr => self.regex_text(tree.child(node, Role::Object)?, depth + 1),
            _ => None,
        }
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
        let Some(id) = self.functions.named(self.file, callee) else {
            return Vec::new();
        };
        let functions = self.functions;
        let function = &functions.all[id];
        let Some(result) = function.body.and_then(|body| self.only_result(body)) else {
            return Vec::new();
        };
        let places = self.guarded(result, truth, state, depth + 1);
        let mut out = Vec::new();
        for place in places.into_iter().filter(|place| place.path.is_empty()) {
            let position = function
                .params
                .iter()
                .position(|param| self.var_of(param.target) == place.var);
            if let Some(argument) = position.and_then(|position| arguments.get(position)) {
                out.extend(self.validated(*argument, 0));
            }
        }
        out
    }

    /// The expression that a function returns where it does nothing else.
    fn only_result(&self, body: NodeId) -> Option<NodeId> {
        let tree = self.tree;
        let mut statements = tree.children(body).filter(|&statement| {
            let text = tree.kind(statement) == Kind::ExprStmt
                && tree
                    .children(statement)
                    .next()
                    .is_some_and(|inner| tree.kind(inner) == Kind::Str);
            !text
        });
        let only = statements.next()?;
        if statements.next().is_some() || tree.kind(only) != Kind::Return {
            return None;
        }
        tree.children(only).next()
    }

    /// The object, name and arguments of a method call.
    fn method_call(&self, node: NodeId) -> Option<(NodeId, Symbol, Vec<NodeId>)> {
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
        only_value(self.file, name)
    }

    /// Whether a value that is found in a collection is one that somebody wrote down: the collection
    /// itself comes from no source.
    fn is_safe_collection(&mut self, node: NodeId, state: &State) -> bool {
        if is_literal(self.file, node) || is_constant_collection(self.file, node) {
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
        is_literal(self.file, node)
            || self
                .file
                .constants()
                .get(node)
                .is_some_and(crate::syntax::Value::is_constant)
    }

    /// What a check of an expression makes harmless.
    pub(super) fn validated(&self, node: NodeId, depth: u32) -> Vec<Place> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        let tree = self.tree;
        let mut places: Vec<Place> = self
            .place_of(node)
            .filter(|place| !place.element)
            .into_iter()
            .collect();
        let keeps = |name: Symbol| KEEPS.iter().any(|of| name == Symbol::of(of));
        match tree.kind(node) {
            Kind::Call | Kind::New => {
                if let Some((object, name, _)) = self.method_call(node) {
                    if keeps(name) {
                        places.extend(self.validated(object, depth + 1));
                    } else if HOSTS.iter().any(|of| name == Symbol::of(of)) {
                        places.extend(self.address(object, depth + 1));
                    }
                } else if callee_of(tree, node).is_some_and(|callee| keeps(tree.symbol(callee)))
                    && let Some(argument) = tree.child(node, Role::Arg)
                {
                    places.extend(self.validated(argument, depth + 1));
                }
            }
            Kind::Attr => {
                let host = tree.child(node, Role::Field).is_some_and(|field| {
                    HOSTS.iter().any(|of| tree.symbol(field) == Symbol::of(of))
                });
                if host && let Some(object) = tree.child(node, Role::Object) {
                    places.extend(self.address(object, depth + 1));
                }
            }
            // What was cut out of a text and checked: the text itself was not.
            Kind::Name => {
                if let Some(value) = self.only_value(node)
                    && matches!(tree.kind(value), Kind::Attr | Kind::Call)
                {
                    let derived = self.validated(value, depth + 1);
                    let direct = self.place_of(value);
                    places.extend(
                        derived
                            .into_iter()
                            .filter(|place| Some(place) != direct.as_ref()),
                    );
                }
            }
            Kind::Ref | Kind::Question | Kind::Await | Kind::Cast => {
                if let Some(inner) = tree.children(node).next() {
                    places.extend(self.validated(inner, depth + 1));
                }
            }
            Kind::Assign => {
                if let Some(target) = tree.child(node, Role::Target) {
                    places.extend(self.validated(target, depth + 1));
                }
            }
            _ => {}
        }
        places
    }

    /// The address whose host was checked, and the text that it was read from.
    fn address(&self, node: NodeId, depth: u32) -> Vec<Place> {
        let tree = self.tree;
        let mut places: Vec<Place> = self
            .place_of(node)
            .filter(|place| !place.element)
            .into_iter()
            .collect();
        let mut value = if tree.kind(node) == Kind::Name {
            self.only_value(node)
        } else {
            Some(node)
        };
        while let Some(inner) =
            value.filter(|&value| matches!(tree.kind(value), Kind::Question | Kind::Await))
        {
            value = tree.children(inner).next();
        }
        let Some(value) = value.filter(|&value| matches!(tree.kind(value), Kind::Call | Kind::New))
        else {
            return places;
        };
        let Some(callee) = callee_of(tree, value) else {
            return places;
        };
        let name = match tree.kind(callee) {
            Kind::Attr => tree
                .child(callee, Role::Field)
                .map(|field| tree.symbol(field)),
            _ => Some(tree.symbol(callee)),
        };
        let parses = URL_PARSERS.iter().any(|of| name == Some(Symbol::of(of)));
        if parses && let Some(text) = tree.child(value, Role::Arg) {
            places.extend(self.validated(text, depth + 1));
        } else if let Some((object, _, _)) = self.method_call(value) {
            // `Url::parse(text).unwrap()`
            if depth < MAX_DEPTH {
                places.extend(self.address(object, depth + 1));
            }
        }
        places
    }
}

/// What a variable was given where it was given something only once.
pub(super) fn only_value(file: &File<'_>, name: NodeId) -> Option<NodeId> {
    let tree = file.tree();
    if tree.kind(name) != Kind::Name {
        return None;
    }
    let definition = file.names().definition(file.names().definition_of(name)?);
    let assign = tree.node(definition.node).parent;
    let whole = tree.kind(assign) == Kind::Assign
        && tree.child(assign, Role::Target) == Some(definition.node);
    if definition.assignments != 1 || !whole || assign == tree.node(name).parent {
        return None;
    }
    tree.child(assign, Role::Value)
}

/// Whether an expression is made of literals alone.
pub(super) fn is_literal(file: &File<'_>, node: NodeId) -> bool {
    let tree = file.tree();
    let mut any = false;
    for part in tree.subtree(node) {
        match tree.kind(part) {
            Kind::Str | Kind::Int | Kind::Float | Kind::Bool | Kind::Null => any = true,
            Kind::List
            | Kind::Tuple
            | Kind::Set
            | Kind::Dict
            | Kind::Pair
            | Kind::StrPart
            | Kind::UnOp
            | Kind::Token
            | Kind::Ident
            | Kind::Ref => {}
            Kind::BinOp
                if tree.symbol(part) == Symbol::of("|") || tree.symbol(part) == Symbol::of("+") => {
            }
            Kind::Raw if part == node || tree.kind(tree.node(part).parent) == Kind::Raw => {}
            _ => return false,
        }
    }
    any
}

/// Whether an expression is a table that somebody wrote down, or a name of one.
pub(super) fn is_constant_collection(file: &File<'_>, node: NodeId) -> bool {
    let tree = file.tree();
    let table = |node: NodeId| {
        matches!(
            tree.kind(node),
            Kind::Dict | Kind::List | Kind::Tuple | Kind::Set
        ) && tree
            .subtree(node)
            .all(|part| !matches!(tree.kind(part), Kind::Call | Kind::Spread | Kind::Interp))
    };
    if table(node) && tree.children(node).next().is_some() {
        return true;
    }
    match only_value(file, node) {
        Some(value) => {
            let inner = match tree.kind(value) {
                // `frozenset({…})`, `new Set([…])`, `Object.freeze({…})`
                Kind::Call | Kind::New | Kind::Ref => tree.subtree(value).find(|&part| table(part)),
                _ => Some(value),
            };
            inner.is_some_and(|inner| table(inner) && tree.children(inner).next().is_some())
        }
        None => false,
    }
}

/// The truth value of a comparison of constants.
pub(super) fn constant_truth(file: &File<'_>, condition: NodeId) -> Option<bool> {
    let tree = file.tree();
    match tree.kind(condition) {
        Kind::Bool => Some(tree.symbol(condition) == Symbol::of("true")),
        Kind::UnOp if [Symbol::of("not"), Symbol::of("!")].contains(&tree.symbol(condition)) => {
            constant_truth(file, tree.children(condition).next()?).map(|truth| !truth)
        }
        Kind::BinOp => {
            let mut operands = tree.children(condition);
            let (left, right) = (operands.next()?, operands.next()?);
            let (left, right) = (
                constant_number(file, left, 0)?,
                constant_number(file, right, 0)?,
            );
            let operator = tree.symbol(condition);
            let is = |name: &str| operator == Symbol::of(name);
            if is(">") {
                Some(left > right)
            } else if is("<") {
                Some(left < right)
            } else if is(">=") {
                Some(left >= right)
            } else if is("<=") {
                Some(left <= right)
            } else if is("==") || is("===") {
                Some(left == right)
            } else if is("!=") || is("!==") {
                Some(left != right)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// The number that an expression is known to be.
fn constant_number(file: &File<'_>, node: NodeId, depth: u32) -> Option<i128> {
    let tree = file.tree();
    if depth > 20 {
        return None;
    }
    if tree.kind(node) == Kind::Int {
        return tree
            .text_of(node, file.text())
            .replace('_', "")
            .parse()
            .ok();
    }
    if let Some(crate::syntax::Value::Int(number)) = file.constants().get(node) {
        return Some(*number);
    }
    if tree.kind(node) != Kind::BinOp {
        return None;
    }
    let mut operands = tree.children(node);
    let (left, right) = (operands.next()?, operands.next()?);
    let (left, right) = (
        constant_number(file, left, depth + 1)?,
        constant_number(file, right, depth + 1)?,
    );
    let operator = tree.symbol(node);
    let is = |name: &str| operator == Symbol::of(name);
    if is("+") {
        left.checked_add(right)
    } else if is("-") {
        left.checked_sub(right)
    } else if is("*") {
        left.checked_mul(right)
    } else if is("/") || is("//") {
        left.checked_div(right)
    } else if is("%") {
        left.checked_rem(right)
    } else {
        None
    }
}

/// Whether a regular expression covers a whole text and says what it is made of.
fn is_strict(text: &str, at_start: bool, whole: bool) -> bool {
    let text = text.trim_start_matches("(?i)").trim_start_matches("(?x)");
    let from_start = at_start || text.starts_with('^') || text.starts_with("\\A");
    let to_end = whole || text.ends_with('$') || text.ends_with("\\Z") || text.ends_with("\\z");
    let any = [".*", ".+", "[^", "\\S", "\\s\\S"]
        .iter()
        .any(|any| text.contains(any))
        || text.contains("\\W");
    let alternatives = text.contains('|') && !text.contains('(');
    from_start && to_end && !any && !alternatives
}
