//! What is known once a call has come back: `check(name)` that raises otherwise, `int(text)`,
//! `path.strip_prefix(base)?`, `assert!(…)`.

use std::rc::Rc;
use std::sync::LazyLock;

use foldhash::HashSet;

use super::assurance::When;
use super::functions::{Callee, FunctionId, callee_of};
use super::guard::MAX_DEPTH;
use super::value::{Place, Shape, State, Var};
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// Functions that fail for any text that is not a number or of a fixed form.
static CONVERSIONS: LazyLock<HashSet<Symbol>> = LazyLock::new(|| {
    let names = [
        "int",
        "float",
        "complex",
        "UUID",
        "Decimal",
        "IPv4Address",
        "IPv6Address",
        "ip_address",
        "fromisoformat",
        "strptime",
        "BigInt",
        "parse_str",
        "from_str_radix",
    ];
    names.iter().map(Symbol::of).collect()
});
/// An expression is followed through no more calls than this.
const MAX_CHAIN: usize = 8;
/// What gives another spelling of the same text or path.
static SAME: LazyLock<HashSet<Symbol>> = LazyLock::new(|| {
    let names = [
        "translate",
        "encode",
        "decode",
        "fspath",
        "Path",
        "PathBuf",
        "from",
        "join",
        "Number",
        "expanduser",
        "unquote",
        "as_path",
    ];
    names.iter().map(Symbol::of).collect()
});
/// What gives the value of a result, or fails.
static UNWRAPS: LazyLock<HashSet<Symbol>> = LazyLock::new(|| {
    let names = ["unwrap", "expect", "unwrap_throw"];
    names.iter().map(Symbol::of).collect()
});
/// Functions and macros that fail unless their first argument holds. A debug assertion is not
/// among them: a release is built without.
static ASSERTIONS: LazyLock<HashSet<Symbol>> = LazyLock::new(|| {
    let names = ["assert", "invariant", "ensure"];
    names.iter().map(Symbol::of).collect()
});
/// Other methods that fail unless something holds of what they are given.
static TELLING: LazyLock<HashSet<Symbol>> = LazyLock::new(|| {
    let names = [
        "parse",
        "strip_prefix",
        "relative_to",
        "binary_search",
        "get",
        "find",
        "position",
        "ok",
    ];
    names.iter().map(Symbol::of).collect()
});

impl Walk<'_> {
    /// Makes harmless what a call that came back proves.
    pub(super) fn refine_after(&mut self, call: NodeId, state: &mut State) {
        if !state.live || state.vars.is_empty() || !self.may_prove(call) {
            return;
        }
        if let Some(condition) = self.asserted(call) {
            return self.refine(condition, true, state);
        }
        // Where the number is what is used, the text is not what was meant to be checked.
        if self.is_conversion(call) && !self.is_check(call) {
            return;
        }
        for place in self.proven_by_return(call, state, 0) {
            self.store(&place, Shape::default(), state);
        }
    }

    /// Whether there is any reason to look at what a call proves: most calls are of functions that
    /// nothing is known of.
    fn may_prove(&self, call: NodeId) -> bool {
        let tree = self.tree;
        if tree.kind(call) == Kind::Question {
            return true;
        }
        let Some(callee) = callee_of(tree, call) else {
            return false;
        };
        let word = tree.symbol(tree.child(callee, Role::Field).unwrap_or(callee));
        [&*CONVERSIONS, &*UNWRAPS, &*ASSERTIONS, &*TELLING]
            .iter()
            .any(|words| words.contains(&word))
            || self.is_assured(call)
            || matches!(
                self.functions.callee(self.file, call),
                Callee::Function(_) | Callee::Method(_)
            )
    }

    /// Whether a call turns a text into a number or the like.
    fn is_conversion(&self, call: NodeId) -> bool {
        let tree = self.tree;
        let mut at = call;
        for _ in 0..MAX_DEPTH {
            match (tree.kind(at), self.method_call(at)) {
                (Kind::Question | Kind::Await, _) => match tree.children(at).next() {
                    Some(inner) => at = inner,
                    None => return false,
                },
                (_, Some((object, name, _))) if UNWRAPS.contains(&name) => {
                    at = object;
                }
                (_, Some((_, name, _))) => {
                    return name == Symbol::of("parse") || CONVERSIONS.contains(&name);
                }
                _ => {
                    return callee_of(tree, at).is_some_and(|callee| {
                        let name = tree.symbol(callee);
                        CONVERSIONS.contains(&name)
                    });
                }
            }
        }
        false
    }

    /// Whether a conversion is a statement by itself, whose failure somebody handles.
    fn is_check(&self, node: NodeId) -> bool {
        let tree = self.tree;
        let mut above = tree.ancestors(node);
        let first = above.find(|&above| !matches!(tree.kind(above), Kind::Question | Kind::Await));
        let alone = first.is_some_and(|first| tree.kind(first) == Kind::ExprStmt);
        let handled = || {
            above
                .take_while(|&above| tree.kind(above) != Kind::Func)
                .any(|above| tree.kind(above) == Kind::Try)
        };
        alone && (tree.language == Language::Rust || handled())
    }

    /// The condition that a call asserts.
    pub(super) fn asserted(&self, call: NodeId) -> Option<NodeId> {
        let tree = self.tree;
        let callee = callee_of(tree, call)?;
        let object = tree.child(callee, Role::Object);
        let name = match tree.kind(callee) {
            // `assert.ok(…)`, `anyhow::ensure!(…)`
            Kind::Attr => {
                let field = tree.symbol(tree.child(callee, Role::Field)?);
                let object = tree.symbol(object?);
                if object == Symbol::of("assert") && field == Symbol::of("ok") {
                    object
                } else if tree.kind(call) == Kind::Macro {
                    field
                } else {
                    return None;
                }
            }
            _ => tree.symbol(callee),
        };
        if tree.language == Language::Python || !ASSERTIONS.contains(&name) {
            return None;
        }
        let own = self.functions.callee(self.file, call) != Callee::Unknown;
        tree.child(call, Role::Arg).filter(|_| !own)
    }

    /// The places that are harmless where a call comes back at all: in Rust one whose failure is
    /// passed on by `?`, or ends the program.
    fn proven_by_return(&mut self, call: NodeId, state: &State, depth: u32) -> Vec<Place> {
        let tree = self.tree;
        match tree.kind(call) {
            Kind::Question => match tree.children(call).next() {
                Some(inner) => self.proven_by_success(inner, state, depth),
                None => Vec::new(),
            },
            Kind::Call | Kind::New if tree.language == Language::Rust => {
                match self.method_call(call) {
                    Some((object, name, _)) if UNWRAPS.contains(&name) => {
                        self.proven_by_success(object, state, depth)
                    }
                    _ => self.proven_by_function(call, false, depth),
                }
            }
            Kind::Call | Kind::New => self.proven_by_success(call, state, depth),
            _ => Vec::new(),
        }
    }

    /// The places that are harmless where a call succeeds.
    pub(super) fn proven_by_success(
        &mut self,
        call: NodeId,
        state: &State,
        depth: u32,
    ) -> Vec<Place> {
        let tree = self.tree;
        if depth > MAX_DEPTH || self.spent() {
            return Vec::new();
        }
        match tree.kind(call) {
            Kind::Await | Kind::Question => {
                return match tree.children(call).next() {
                    Some(inner) => self.proven_by_success(inner, state, depth + 1),
                    None => Vec::new(),
                };
            }
            Kind::Call | Kind::New => {}
            _ => return Vec::new(),
        }
        let proven = self.proven_by_function(call, true, depth);
        if !proven.is_empty() {
            return proven;
        }
        let first = tree.child(call, Role::Arg);
        let is = |name: Symbol, names: &[&str]| names.iter().any(|of| name == Symbol::of(of));
        let Some((object, name, arguments)) = self.method_call(call) else {
            let name = callee_of(tree, call).map(|callee| tree.symbol(callee));
            return match (name, first) {
                (Some(name), Some(value)) if CONVERSIONS.contains(&name) => {
                    self.validated(value, 0)
                }
                _ => Vec::new(),
            };
        };
        let rust = tree.language == Language::Rust;
        if CONVERSIONS.contains(&name) {
            return first
                .map(|value| self.validated(value, 0))
                .unwrap_or_default();
        }
        if rust && name == Symbol::of("parse") && self.is_clean_call(call, name) {
            return self.validated(object, 0);
        }
        let below = if rust { "strip_prefix" } else { "relative_to" };
        if name == Symbol::of(below) {
            return if self.is_normalised(object) {
                self.below(object)
            } else {
                Vec::new()
            };
        }
        match arguments[..] {
            [value]
                if rust
                    && is(name, &["binary_search", "get"])
                    && self.is_safe_collection(object, state)
                    && super::constant::is_constant_collection(self.file, object) =>
            {
                self.validated(value, 0)
            }
            [value] if rust && name == Symbol::of("binary_search") => {
                if self.is_safe_collection(object, state) {
                    self.validated(value, 0)
                } else {
                    Vec::new()
                }
            }
            [test] if rust && is(name, &["find", "position"]) => match self.test_of(test) {
                Some(test) => self.guarded_by_members(false, object, test, state),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// What a function has checked wherever it comes back, or succeeds.
    fn proven_by_function(&mut self, call: NodeId, succeeds: bool, depth: u32) -> Vec<Place> {
        let (Callee::Function(id) | Callee::Method(id)) = self.functions.callee(self.file, call)
        else {
            let when = if succeeds {
                When::Succeeded
            } else {
                When::Returned
            };
            return self.proven_elsewhere(call, when);
        };
        let checked = self.checked_params(id, succeeds, depth);
        let mut out = Vec::new();
        for &position in checked.iter() {
            if let Some(argument) = self.argument_node(id, position, call) {
                out.extend(self.validated(argument, 0));
            }
        }
        out
    }

    /// The argument of a call that a parameter is given.
    pub(super) fn argument_node(
        &self,
        id: FunctionId,
        position: usize,
        call: NodeId,
    ) -> Option<NodeId> {
        let name = self.functions.all[id].params.get(position)?.name;
        self.argument_at(call, position, name)
    }

    /// The argument of a call that is given by a name, or else by its place.
    pub(super) fn argument_at(
        &self,
        call: NodeId,
        position: usize,
        name: Symbol,
    ) -> Option<NodeId> {
        let tree = self.tree;
        let named = tree.role(call, Role::Arg).find(|&argument| {
            tree.kind(argument) == Kind::KwArg
                && tree
                    .child(argument, Role::Name)
                    .is_some_and(|of| tree.symbol(of) == name)
        });
        match named {
            Some(argument) => tree.child(argument, Role::Value),
            None => tree
                .role(call, Role::Arg)
                .nth(position)
                .filter(|&argument| !matches!(tree.kind(argument), Kind::KwArg | Kind::Spread)),
        }
    }

    /// The parameters that a function has checked wherever it comes back; of one of Rust, where
    /// only its success counts, the ways to an `Err` are left out.
    pub(super) fn checked_params(
        &mut self,
        id: FunctionId,
        succeeds: bool,
        depth: u32,
    ) -> Rc<[usize]> {
        if let Some(known) = self.checked.get(&(id, succeeds)) {
            return Rc::clone(known);
        }
        // What calls itself proves nothing on the way.
        self.checked.insert((id, succeeds), Rc::from([]));
        let places = self.checked_places(id, succeeds, depth);
        let positions: Rc<[usize]> = self.params_among(id, &places).into();
        self.checked.insert((id, succeeds), Rc::clone(&positions));
        positions
    }

    /// The parameters of a function that are among some places.
    pub(super) fn params_among(&self, id: FunctionId, places: &[Place]) -> Vec<usize> {
        let params = &self.functions.all[id].params;
        let among = |position: &usize| {
            let var = self.var_of(params[*position].target);
            let mut places = places.iter();
            places.any(|place| place.var == var && place.path.is_empty())
                && self.stays_itself(id, var)
        };
        (0..params.len()).filter(among).collect()
    }

    /// Whether what a function finds out about a parameter holds of what it was given: it may be
    /// trimmed and resolved before, but not cut, cleaned or read as a number that it begins with.
    fn stays_itself(&self, id: FunctionId, var: Var) -> bool {
        let tree = self.tree;
        let (Some(body), Var::Def(def)) = (self.functions.all[id].body, var) else {
            return true;
        };
        if self.names.definition(def).assignments <= 1 {
            return true;
        }
        let is_param = |node: NodeId| {
            tree.kind(node) == Kind::Name && self.names.definition_of(node) == Some(def)
        };
        let same = |value: NodeId| self.is_same_text(value, &is_param);
        let mut assigns = tree
            .subtree(body)
            .filter(|&node| tree.kind(node) == Kind::Assign);
        assigns.all(|assign| {
            let target = tree.child(assign, Role::Target);
            !target.is_some_and(is_param) || tree.child(assign, Role::Value).is_some_and(same)
        })
    }

    /// Whether an expression is another spelling of what a name holds.
    fn is_same_text(&self, value: NodeId, is_name: &dyn Fn(NodeId) -> bool) -> bool {
        let tree = self.tree;
        let holds = |node: &NodeId| tree.subtree(*node).any(is_name);
        let keeps = |name: Symbol| {
            super::checks::keeps(name)
                || super::normal::is_normaliser(name)
                || CONVERSIONS.contains(&name)
                || SAME.contains(&name)
        };
        let mut at = value;
        for _ in 0..MAX_CHAIN {
            if is_name(at) {
                return true;
            }
            let inner = match (tree.kind(at), self.method_call(at)) {
                (_, Some((object, name, arguments))) if holds(&object) => {
                    (keeps(name) || self.swaps_characters(name, &arguments)).then_some(object)
                }
                (Kind::Call | Kind::New, _) => {
                    let name = callee_of(tree, at)
                        .map(|callee| tree.child(callee, Role::Field).unwrap_or(callee));
                    let same = name.is_some_and(|name| keeps(tree.symbol(name)));
                    tree.role(at, Role::Arg).find(holds).filter(|_| same)
                }
                (Kind::BinOp | Kind::Await | Kind::Question | Kind::Ref | Kind::Cast, _) => {
                    tree.children(at).find(holds)
                }
                _ => None,
            };
            match inner {
                Some(inner) => at = inner,
                None => return false,
            }
        }
        false
    }

    /// `replace("\\", "/")`
    fn swaps_characters(&self, name: Symbol, arguments: &[NodeId]) -> bool {
        // As it is written: a backslash is two.
        let is_character = |node: &NodeId| {
            let text = self.tree.text_of(*node, self.file.text());
            let text = text.trim_matches(['"', '\'', '`']);
            let rest = text.strip_prefix('\\').unwrap_or(text);
            let literal = self.tree.kind(*node) == Kind::Str;
            literal && !text.is_empty() && rest.chars().count() <= 1
        };
        name == Symbol::of("replace") && arguments.len() == 2 && arguments.iter().all(is_character)
    }

    fn checked_places(&mut self, id: FunctionId, succeeds: bool, depth: u32) -> Vec<Place> {
        let tree = self.tree;
        let Some(body) = self.functions.all[id].body else {
            return Vec::new();
        };
        let state = State::new();
        let mut ways: Vec<Vec<Place>> = Vec::new();
        for at in super::functions::returns_of(self.tree, body) {
            let value = tree.children(at).next();
            if succeeds && value.is_some_and(|value| self.is_failure(value)) {
                continue;
            }
            let mut here = self.proven_before(at, body, &state, depth);
            // The value of a body in Rust may itself be a check.
            if let Some(value) = value {
                here.extend(self.proven_by_statement(value, &state, depth + 1));
            }
            ways.push(here);
        }
        if !self.ends(body) {
            let mut here = Vec::new();
            for statement in tree.children(body) {
                here.extend(self.proven_by_statement(statement, &state, depth + 1));
            }
            ways.push(here);
        }
        let Some((first, others)) = ways.split_first() else {
            return Vec::new();
        };
        first
            .iter()
            .filter(|place| others.iter().all(|way| way.contains(place)))
            .cloned()
            .collect()
    }

    /// `Err(…)`
    fn is_failure(&self, value: NodeId) -> bool {
        let tree = self.tree;
        tree.language == Language::Rust
            && tree.kind(value) == Kind::Call
            && callee_of(tree, value).is_some_and(|callee| tree.symbol(callee) == Symbol::of("Err"))
    }

    /// What is known behind a statement.
    pub(super) fn proven_by_statement(
        &mut self,
        statement: NodeId,
        state: &State,
        depth: u32,
    ) -> Vec<Place> {
        let tree = self.tree;
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        match tree.kind(statement) {
            Kind::If => {
                let Some(condition) = tree.child(statement, Role::Cond) else {
                    return Vec::new();
                };
                let leaves = |walk: &Self, role: Role| {
                    tree.child(statement, role)
                        .is_some_and(|branch| walk.ends(branch))
                };
                let mut out = Vec::new();
                if leaves(self, Role::Body) {
                    out.extend(self.guarded(condition, false, state, depth + 1));
                }
                if leaves(self, Role::Else) {
                    out.extend(self.guarded(condition, true, state, depth + 1));
                }
                out
            }
            Kind::ExprStmt | Kind::Question | Kind::Await => {
                if tree.kind(statement) == Kind::Question {
                    return self.proven_by_return(statement, state, depth + 1);
                }
                match tree.children(statement).next() {
                    Some(inner) => self.proven_by_statement(inner, state, depth + 1),
                    None => Vec::new(),
                }
            }
            Kind::Call | Kind::New | Kind::Macro => match self.asserted(statement) {
                Some(condition) => self.guarded(condition, true, state, depth + 1),
                None => self.proven_by_return(statement, state, depth + 1),
            },
            Kind::Raw => match self.python_assertion(statement) {
                Some(condition) => self.guarded(condition, true, state, depth + 1),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}
