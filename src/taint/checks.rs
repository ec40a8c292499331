//! Checks of a text: a prefix, and a regular expression that covers it; and what a check is about.

use super::functions::callee_of;
use super::guard::MAX_DEPTH;
use super::value::Place;
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol, Tree};

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
    "to_owned",
    "clone",
    "into",
    "expect",
    "unwrap_or",
    "unwrap_or_default",
    "as_bytes",
];
/// Parts of an address that decide where it leads.
const HOSTS: &[&str] = &["netloc", "hostname", "host", "origin", "host_str", "domain"];
/// What makes an address of a text.
const URL_PARSERS: &[&str] = &["urlparse", "urlsplit", "URL", "parse", "url_parse"];
/// What tells the host that a request came to, or that a page is from.
const OWN: &[&str] = &[
    "host_url", "url_root", "base_url", "host", "hostname", "origin",
];

/// Whether what a method of this name gives is the same text, or decides over it.
pub(super) fn keeps(name: Symbol) -> bool {
    KEEPS.iter().any(|of| name == Symbol::of(of))
}

impl Walk<'_> {
    pub(super) fn prefix_check(
        &mut self,
        object: NodeId,
        name: Symbol,
        prefix: Option<NodeId>,
    ) -> Vec<Place> {
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
        let separated = trimmed.ends_with('/')
            || trimmed.ends_with("\\\\")
            || [".sep", ".sep}"].iter().any(|end| trimmed.ends_with(end))
            || self.ends_with_separator(prefix);
        if (by_component || separated) && self.is_normalised(object) {
            return self.below(object);
        }
        Vec::new()
    }

    /// `os.path.join(base, "")`
    fn ends_with_separator(&self, prefix: NodeId) -> bool {
        let tree = self.tree;
        let Some((_, name, arguments)) = self.method_call(prefix) else {
            return false;
        };
        name == Symbol::of("join")
            && arguments.len() > 1
            && arguments.last().is_some_and(|last| {
                tree.kind(*last) == Kind::Str && tree.children(*last).next().is_none()
            })
    }

    /// `base in path.parents`
    pub(super) fn among_parents(&self, parents: NodeId) -> Option<Vec<Place>> {
        let tree = self.tree;
        if tree.kind(parents) != Kind::Attr {
            return None;
        }
        let field = tree.child(parents, Role::Field)?;
        let path = tree.child(parents, Role::Object)?;
        (tree.symbol(field) == Symbol::of("parents")).then(|| {
            if self.is_normalised(path) {
                self.below(path)
            } else {
                Vec::new()
            }
        })
    }

    /// `!path.relative(base, file).startsWith("..")`
    pub(super) fn does_not_lead_out(&self, relative: NodeId, prefix: NodeId) -> Vec<Place> {
        let tree = self.tree;
        let made = self.only_value(relative).unwrap_or(relative);
        let Some((_, name, arguments)) = self.method_call(made) else {
            return Vec::new();
        };
        let parent = tree.kind(prefix) == Kind::Str && tree.symbol(prefix) == Symbol::of("..");
        let path = match arguments[..] {
            [_, path] if name == Symbol::of("relative") => path,
            [path, _] if name == Symbol::of("relpath") => path,
            _ => return Vec::new(),
        };
        let mut places = if parent { self.below(path) } else { Vec::new() };
        if parent {
            places.extend(self.place_of(relative));
        }
        places
    }

    /// `|c| matches!(c, Component::Normal(_))`
    pub(super) fn is_plain_component(&self, test: NodeId) -> bool {
        let written = self.tree.text_of(test, self.file.text());
        written.contains("Normal(") && !written.contains("||") && written.matches("::").count() < 2
    }

    /// `host.endswith(".example.org")`
    pub(super) fn host_suffix(&self, host: NodeId, suffix: NodeId) -> Vec<Place> {
        let tree = self.tree;
        let text = tree.text_of(suffix, self.file.text());
        let dotted = tree.kind(suffix) == Kind::Str
            && text
                .trim_start_matches(['"', '\'', '`'])
                .strip_prefix('.')
                .is_some_and(|rest| rest.contains('.'));
        if dotted && self.is_host(host, 0) {
            self.validated(host, 0)
        } else {
            Vec::new()
        }
    }

    /// Whether an expression is the host of an address.
    fn is_host(&self, node: NodeId, depth: u32) -> bool {
        let tree = self.tree;
        if depth > MAX_DEPTH {
            return false;
        }
        let host = |name: Symbol| HOSTS.iter().any(|of| name == Symbol::of(of));
        match tree.kind(node) {
            Kind::Attr => tree
                .child(node, Role::Field)
                .is_some_and(|field| host(tree.symbol(field))),
            Kind::Call => self
                .method_call(node)
                .is_some_and(|(object, name, _)| host(name) || self.is_host(object, depth + 1)),
            Kind::Question => tree
                .children(node)
                .next()
                .is_some_and(|inner| self.is_host(inner, depth + 1)),
            Kind::Name => {
                self.host_of_pattern(node).is_some()
                    || self
                        .only_value(node)
                        .is_some_and(|value| self.is_host(value, depth + 1))
            }
            _ => false,
        }
    }

    /// `const { hostname } = new URL(text)`: what the address was made of.
    fn host_of_pattern(&self, name: NodeId) -> Option<NodeId> {
        let tree = self.tree;
        let definition = self.names.definition(self.names.definition_of(name)?);
        let pair = tree.node(definition.node).parent;
        let pattern = tree.node(pair).parent;
        let assign = tree.node(pattern).parent;
        let whole = tree.kind(pair) == Kind::Pair
            && tree.kind(pattern) == Kind::Dict
            && tree.kind(assign) == Kind::Assign
            && tree.child(assign, Role::Target) == Some(pattern)
            && definition.assignments == 1;
        let key = tree.symbol(tree.child(pair, Role::Key)?);
        let host = HOSTS.iter().any(|of| key == Symbol::of(of));
        (whole && host).then(|| tree.child(assign, Role::Value))?
    }

    /// A path that was found to lie below a folder, and what it was made of.
    pub(super) fn below(&self, path: NodeId) -> Vec<Place> {
        let tree = self.tree;
        let mut places = self.validated(path, 0);
        let made = super::constant::only_value(self.file, path).unwrap_or(path);
        if tree.kind(made) == Kind::Call {
            for part in tree.subtree(made) {
                if tree.kind(part) == Kind::Name && tree.node(part).role == Role::Arg {
                    places.extend(self.place_of(part));
                }
            }
        }
        places
    }

    /// Whether an expression is a path that was made absolute, or a variable that only holds such.
    pub(super) fn is_normalised(&self, node: NodeId) -> bool {
        self.functions.normal(self.file).is(self.file, node)
    }

    /// A regular expression that has to cover the whole text, and does not take any.
    pub(super) fn whole_match(
        &mut self,
        object: NodeId,
        name: Symbol,
        arguments: &[NodeId],
    ) -> Vec<Place> {
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
        // `re.M`: each line has a start and an end of its own.
        let by_line = arguments.iter().skip(2).any(|&flag| {
            tree_words(self.tree, flag)
                .any(|word| word == Symbol::of("M") || word == Symbol::of("MULTILINE"))
        });
        if !by_line && is_strict(&text, at_start, whole) {
            self.validated(value, 0)
        } else {
            Vec::new()
        }
    }

    fn is_regex(&self, node: NodeId) -> bool {
        self.tree.kind(node) == Kind::Regex
    }

    pub(super) fn regex_text(&self, node: NodeId, depth: u32) -> Option<String> {
        let tree = self.tree;
        if depth > 6 {
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
            Kind::Call | Kind::New | Kind::Macro => match tree.role(node, Role::Arg).next() {
                Some(first) => {
                    let flags = tree.role(node, Role::Arg).skip(1);
                    let by_line = flags.flat_map(|flag| tree_words(tree, flag)).any(|word| {
                        ["M", "MULTILINE", "m", "gm"]
                            .iter()
                            .any(|of| word == Symbol::of(of))
                    });
                    if by_line {
                        return None;
                    }
                    self.regex_text(first, depth + 1)
                }
                // `Regex::new(…).unwrap()`
                None => self.regex_text(self.method_call(node)?.0, depth + 1),
            },
            // `LazyLock::new(|| Regex::new(…).unwrap())`
            Kind::Func => {
                let body = tree.child(node, Role::Body)?;
                let value = tree.children(tree.children(body).next()?).next()?;
                self.regex_text(value, depth + 1)
            }
            Kind::Question | Kind::Ref => self.regex_text(tree.children(node).next()?, depth + 1),
            Kind::Attr => self.regex_text(tree.child(node, Role::Object)?, depth + 1),
            _ => None,
        }
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
        match tree.kind(node) {
            Kind::Call | Kind::New => {
                if let Some((object, name, _)) = self.method_call(node) {
                    if keeps(name) {
                        places.extend(self.validated(object, depth + 1));
                    } else if super::models::looks_up(name) {
                        // `request.args.get("next")`
                        let place = self.place_behind(node);
                        places.extend(place.filter(|place| !place.element));
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
                if let Some(address) = self.host_of_pattern(node) {
                    places.extend(self.address(address, depth + 1));
                }
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
            // `SAFE.test(name || "")`: what stands for nothing was written down.
            Kind::BinOp => {
                let is = |of: &&str| tree.symbol(node) == Symbol::of(of);
                let mut operands = tree.children(node);
                if ["or", "||", "??"].iter().any(is)
                    && let (Some(value), Some(other)) = (operands.next(), operands.next())
                    && super::constant::is_literal(self.file, other)
                {
                    places.extend(self.validated(value, depth + 1));
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

    /// The address of `urljoin(base, address)`.
    fn joined_to_base(&self, node: NodeId) -> Option<NodeId> {
        let tree = self.tree;
        let callee = callee_of(tree, node).filter(|_| tree.kind(node) == Kind::Call)?;
        let name = tree.child(callee, Role::Field).unwrap_or(callee);
        let joins = tree.symbol(name) == Symbol::of("urljoin");
        tree.role(node, Role::Arg).nth(1).filter(|_| joins)
    }

    /// Whether an expression is the host that this request came to: `urlparse(request.host_url).netloc`.
    pub(super) fn is_own_host(&self, node: NodeId, depth: u32) -> bool {
        let tree = self.tree;
        if depth > MAX_DEPTH {
            return false;
        }
        let is = |node: NodeId, names: &[&str]| {
            let name = tree.symbol(tree.child(node, Role::Field).unwrap_or(node));
            names.iter().any(|of| name == Symbol::of(of))
        };
        match tree.kind(node) {
            Kind::Name => {
                let value = self.only_value(node);
                value.is_some_and(|value| self.is_own_host(value, depth + 1))
            }
            Kind::Attr => tree.child(node, Role::Object).is_some_and(|object| {
                is(object, &["request", "location"]) && is(node, OWN)
                    || is(node, HOSTS) && self.is_own_host(object, depth + 1)
            }),
            Kind::Call | Kind::New => callee_of(tree, node).is_some_and(|callee| {
                let object = tree.child(callee, Role::Object);
                let parsed = tree
                    .child(node, Role::Arg)
                    .filter(|_| is(callee, URL_PARSERS));
                object.is_some_and(|of| is(of, &["request"])) && is(callee, &["get_host"])
                    || parsed.is_some_and(|text| self.is_own_host(text, depth + 1))
            }),
            _ => false,
        }
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
            let joined = self.joined_to_base(text);
            places.extend(self.validated(joined.unwrap_or(text), depth + 1));
        } else if let Some((object, _, _)) = self.method_call(value) {
            // `Url::parse(text).unwrap()`
            if depth < MAX_DEPTH {
                places.extend(self.address(object, depth + 1));
            }
        }
        places
    }
}

/// The words of an expression.
fn tree_words(tree: &Tree, node: NodeId) -> impl Iterator<Item = Symbol> + '_ {
    tree.subtree(node).map(|part| tree.symbol(part))
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
    // Behind a bar without parentheses begins another expression.
    let alternatives = !whole && text.contains('|') && !text.contains('(');
    let by_line = text.starts_with("(?")
        && text
            .split([')', ':'])
            .next()
            .is_some_and(|flags| flags.contains('m'));
    let any = any || by_line;
    from_start && to_end && !any && !alternatives
}
