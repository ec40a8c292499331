//! The functions and classes of a file, and which function a call means.

use std::cell::{OnceCell, RefCell};

use foldhash::{HashMap, HashSet};

use super::normal::Normal;
use crate::lang::Language;
use crate::syntax::{DefId, File, Flags, Kind, NodeId, Role, Symbol, Tree};

/// The place of a function in the list of all.
pub type FunctionId = usize;

/// One function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) node: NodeId,
    pub(super) body: Option<NodeId>,
    /// The parameters, the receiver left out.
    pub(super) params: Vec<Param>,
    /// The parameter that is the receiver, where the language writes it.
    pub(super) receiver: Option<NodeId>,
    /// The class that it is a method of.
    pub(super) class: Option<NodeId>,
    /// Whether its receiver is the class itself.
    pub(super) by_class: bool,
}

/// One parameter.
#[derive(Debug)]
pub(super) struct Param {
    pub(super) node: NodeId,
    /// What it binds: a name, or a pattern of names.
    pub(super) target: NodeId,
    pub(super) name: Symbol,
    /// Whether it takes all that is left.
    pub(super) rest: bool,
    /// Whether that is what is given by name.
    pub(super) by_name: bool,
}

/// The functions and classes of a file.
#[derive(Debug, Default)]
pub(super) struct Functions {
    pub(super) all: Vec<Function>,
    of_node: HashMap<NodeId, FunctionId>,
    by_definition: HashMap<DefId, FunctionId>,
    /// Methods by class name and method name.
    methods: HashMap<(Symbol, Symbol), FunctionId>,
    /// The names of methods that are read as fields.
    getters: HashSet<Symbol>,
    /// Functions that stand in an object, by its variable and their names there.
    members: HashMap<(DefId, Symbol), FunctionId>,
    /// The names of all methods.
    methods_named: HashSet<Symbol>,
    classes: HashMap<Symbol, NodeId>,
    bases: HashMap<Symbol, Vec<Symbol>>,
    normal: OnceCell<Normal>,
    /// What calls were found to mean.
    meanings: RefCell<HashMap<NodeId, Callee>>,
}

/// How far base classes are followed.
const MAX_BASES: usize = 8;

/// What a call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callee {
    Unknown,
    Function(FunctionId),
    /// A method, with its receiver as the object of the callee.
    Method(FunctionId),
    /// A new object of a class; its constructor where the file holds it.
    Constructor(Option<FunctionId>),
}

impl Functions {
    pub(super) fn of(file: &File<'_>) -> Functions {
        let tree = file.tree();
        let mut functions = Functions::default();
        for node in tree.subtree(NodeId::ROOT) {
            match tree.kind(node) {
                Kind::Func => functions.add(file, node),
                Kind::Class => functions.add_class(file, node),
                _ => {}
            }
        }
        for node in tree.subtree(NodeId::ROOT) {
            functions.add_name(file, node);
            if tree.kind(node) == Kind::Assign {
                functions.add_members(file, node);
            }
        }
        functions
    }

    /// The normalised paths of the file.
    pub(super) fn normal(&self, file: &File<'_>) -> &Normal {
        self.normal.get_or_init(|| Normal::of(file))
    }

    pub(super) fn id_of(&self, node: NodeId) -> Option<FunctionId> {
        self.of_node.get(&node).copied()
    }

    fn add(&mut self, file: &File<'_>, node: NodeId) {
        let tree = file.tree();
        let parent = tree.node(node).parent;
        let holder = if tree.kind(parent) == Kind::Block {
            tree.node(parent).parent
        } else {
            parent
        };
        let class = (tree.kind(holder) == Kind::Class).then_some(holder);
        let mut params: Vec<Param> = Vec::new();
        for param in tree.role(node, Role::Param) {
            if tree.kind(param) != Kind::Param {
                continue;
            }
            let Some(target) = tree.child(param, Role::Name) else {
                continue;
            };
            // Rust writes `mut` there and knows no parameter of this kind.
            let rest = tree.language != Language::Rust && !tree.symbol(param).is_none();
            params.push(Param {
                node: param,
                target,
                name: tree.symbol(target),
                rest,
                by_name: rest && tree.symbol(param) == Symbol::of("**"),
            });
        }
        let decorated = |names: &[&str]| {
            tree.role(node, Role::Decorator).any(|decorator| {
                tree.subtree(decorator)
                    .any(|part| names.iter().any(|of| tree.symbol(part) == Symbol::of(of)))
            })
        };
        let is_static = decorated(&["staticmethod"]);
        let by_class = decorated(&["classmethod"]);
        let receiver = match tree.language {
            Language::Python => class.is_some() && !is_static && !params.is_empty(),
            Language::Rust => params.first().is_some_and(|first| {
                let text = tree.text_of(first.node, file.text());
                let name = text.split(':').next().unwrap_or_default().trim();
                name == "self" || name.ends_with(" self") || name.ends_with("&self")
            }),
            _ => false,
        };
        let receiver = receiver.then(|| params.remove(0).target);
        let id = self.all.len();
        let body = tree.child(node, Role::Body);
        self.all.push(Function {
            node,
            body,
            params,
            receiver,
            class,
            by_class,
        });
        self.of_node.insert(node, id);
        if let (Some(class), Some(name)) = (class, tree.child(node, Role::Name))
            && let Some(of) = class_name(file, class)
        {
            self.methods.entry((of, tree.symbol(name))).or_insert(id);
            self.methods_named.insert(tree.symbol(name));
            let property = decorated(&["property", "cached_property"])
                || tree.text_of(node, file.text()).starts_with("get ");
            if property {
                self.getters.insert(tree.symbol(name));
            }
        }
    }

    fn add_class(&mut self, file: &File<'_>, node: NodeId) {
        let tree = file.tree();
        let Some(name) = class_name(file, node) else {
            return;
        };
        self.classes.entry(name).or_insert(node);
        let bases = tree.role(node, Role::Base).map(|base| tree.symbol(base));
        self.bases
            .entry(name)
            .or_default()
            .extend(bases.filter(|base| !base.is_none()));
    }

    /// The name that a function is called by: its own, or that of the variable that holds it.
    fn add_name(&mut self, file: &File<'_>, node: NodeId) {
        let tree = file.tree();
        let (name, function) = match tree.kind(node) {
            Kind::Func if !tree.node(node).flags.has(Flags::METHOD) => {
                (tree.child(node, Role::Name), Some(node))
            }
            Kind::Assign => (
                tree.child(node, Role::Target),
                tree.child(node, Role::Value),
            ),
            Kind::Field => {
                // `handler = () => …` in a class.
                let holder = tree.node(tree.node(node).parent).parent;
                if let (Some(name), Some(value)) =
                    (tree.child(node, Role::Name), tree.child(node, Role::Value))
                    && let Some(&id) = self.of_node.get(&value)
                    && let Some(class) = class_name(file, holder)
                {
                    self.methods.entry((class, tree.symbol(name))).or_insert(id);
                    self.all[id].class = Some(holder);
                }
                return;
            }
            _ => return,
        };
        let (Some(name), Some(function)) = (name, function) else {
            return;
        };
        let Some(&id) = self.of_node.get(&function) else {
            return;
        };
        if let Some(def) = file.names().definition_of(name)
            && (tree.kind(node) == Kind::Func && self.all[id].class.is_none()
                || file.names().definition(def).assignments == 1)
        {
            self.by_definition.entry(def).or_insert(id);
        }
    }

    /// The functions of an object: `const api = { show(x) { … } }`, `api.show = (x) => …`.
    fn add_members(&mut self, file: &File<'_>, assign: NodeId) {
        let tree = file.tree();
        let (Some(target), Some(value)) = (
            tree.child(assign, Role::Target),
            tree.child(assign, Role::Value),
        ) else {
            return;
        };
        let mut add = |of: NodeId, name: NodeId, function: NodeId| {
            if let (Some(def), Some(&id)) =
                (file.names().definition_of(of), self.of_node.get(&function))
            {
                self.members.entry((def, tree.symbol(name))).or_insert(id);
            }
        };
        match (tree.kind(target), tree.kind(value)) {
            (Kind::Name, Kind::Dict) => {
                for child in tree.children(value) {
                    let function = match tree.kind(child) {
                        Kind::Func => Some((Role::Name, child)),
                        Kind::Pair => tree.child(child, Role::Value).map(|of| (Role::Key, of)),
                        _ => None,
                    };
                    if let Some((role, function)) = function
                        && let Some(name) = tree.child(child, role)
                    {
                        add(target, name, function);
                    }
                }
            }
            (Kind::Attr, Kind::Func) => {
                if let (Some(object), Some(field)) = (
                    tree.child(target, Role::Object),
                    tree.child(target, Role::Field),
                ) && tree.kind(object) == Kind::Name
                {
                    add(object, field, value);
                }
            }
            _ => {}
        }
    }

    /// The function that a field is a property of, where reading it calls one.
    pub(super) fn getter(&self, file: &File<'_>, field: NodeId) -> Option<FunctionId> {
        let tree = file.tree();
        let name = tree.symbol(tree.child(field, Role::Field)?);
        if !self.getters.contains(&name) {
            return None;
        }
        let class = self.class_of(file, tree.child(field, Role::Object)?, 0)?;
        let id = self.method(class, name)?;
        self.all[id].params.is_empty().then_some(id)
    }

    /// The class of a name.
    pub(super) fn class_node(&self, name: Symbol) -> Option<NodeId> {
        self.classes.get(&name).copied()
    }

    /// Whether a class of the file has a method of this name.
    pub(super) fn has_method(&self, name: Symbol) -> bool {
        self.methods_named.contains(&name)
    }

    /// The class that a node stands in.
    fn class_around(file: &File<'_>, node: NodeId) -> Option<Symbol> {
        let tree = file.tree();
        let class = tree
            .ancestors(node)
            .find(|&above| tree.kind(above) == Kind::Class)?;
        class_name(file, class)
    }

    /// A method as the classes know it that a class is derived from.
    fn inherited(&self, class: Symbol, name: Symbol) -> Option<FunctionId> {
        self.bases_of(class)
            .find_map(|base| self.method(base, name))
    }

    /// The functions that names of the file stand for.
    pub(super) fn by_definition(&self) -> impl Iterator<Item = (DefId, FunctionId)> {
        self.by_definition.iter().map(|(def, id)| (*def, *id))
    }

    /// The classes by their names, each with where it is first defined.
    pub(super) fn classes(&self) -> impl Iterator<Item = (Symbol, NodeId)> {
        self.classes.iter().map(|(name, node)| (*name, *node))
    }

    /// The classes of the file that a class inherits from.
    pub(super) fn ancestors(&self, class: Symbol) -> Vec<Symbol> {
        let mut found = vec![class];
        for at in 0..MAX_BASES {
            let Some(class) = found.get(at) else { break };
            let bases = self.bases.get(class).into_iter().flatten();
            let new: Vec<Symbol> = bases
                .copied()
                .filter(|base| self.classes.contains_key(base) && !found.contains(base))
                .take(MAX_BASES)
                .collect();
            found.extend(new);
        }
        found.split_off(1)
    }

    /// Where a class is defined first.
    pub(super) fn class(&self, name: Symbol) -> Option<NodeId> {
        self.classes.get(&name).copied()
    }

    /// What a call means.
    pub(super) fn callee(&self, file: &File<'_>, call: NodeId) -> Callee {
        if let Some(&known) = self.meanings.borrow().get(&call) {
            return known;
        }
        let meaning = self.meaning(file, call);
        self.meanings.borrow_mut().insert(call, meaning);
        meaning
    }

    fn meaning(&self, file: &File<'_>, call: NodeId) -> Callee {
        let tree = file.tree();
        let Some(callee) = callee_of(tree, call) else {
            return Callee::Unknown;
        };
        match tree.kind(callee) {
            Kind::Name | Kind::Ident => {
                if let Some(id) = self.named(file, callee) {
                    return Callee::Function(id);
                }
                let name = tree.symbol(callee);
                if name == Symbol::of("super") && tree.language != Language::Rust {
                    let base = Functions::class_around(file, callee)
                        .and_then(|class| self.inherited(class, Symbol::of("constructor")));
                    return base.map_or(Callee::Unknown, Callee::Method);
                }
                if name == Symbol::of("cls") || name == Symbol::of("Self") {
                    let class = Functions::class_around(file, callee)
                        .filter(|class| self.classes.contains_key(class));
                    return class.map_or(Callee::Unknown, |class| {
                        Callee::Constructor(self.constructor(class))
                    });
                }
                if self.classes.contains_key(&name) && tree.kind(call) != Kind::Macro {
                    return Callee::Constructor(self.constructor(name));
                }
                Callee::Unknown
            }
            Kind::Attr => {
                let (Some(object), Some(field)) = (
                    tree.child(callee, Role::Object),
                    tree.child(callee, Role::Field),
                ) else {
                    return Callee::Unknown;
                };
                let name = tree.symbol(field);
                let is_super = |node: NodeId| tree.symbol(node) == Symbol::of("super");
                if is_super(object) || callee_of(tree, object).is_some_and(is_super) {
                    let base = Functions::class_around(file, callee)
                        .and_then(|class| self.inherited(class, name));
                    return base.map_or(Callee::Unknown, Callee::Method);
                }
                let found = self
                    .class_of(file, object, 0)
                    .and_then(|class| self.method(class, name));
                let Some(id) = found else {
                    let def = file.names().definition_of(object);
                    let member = def.and_then(|def| self.members.get(&(def, name)));
                    return member.map_or(Callee::Unknown, |&id| Callee::Function(id));
                };
                // `Class.method(…)` has no receiver.
                let by_class = tree.kind(object) == Kind::Name
                    && (self.classes.contains_key(&tree.symbol(object))
                        || tree.symbol(object) == Symbol::of("Self"));
                // `Base.method(self, …)` has it as its first argument.
                let unbound = by_class
                    && tree.language == Language::Python
                    && self.all[id].receiver.is_some()
                    && !self.all[id].by_class
                    && tree.role(call, Role::Arg).next().is_some();
                if unbound {
                    return Callee::Method(id);
                }
                let without = tree.language == Language::Rust && self.all[id].receiver.is_none();
                if by_class || without {
                    Callee::Function(id)
                } else {
                    Callee::Method(id)
                }
            }
            _ => Callee::Unknown,
        }
    }

    /// The function that a name stands for.
    pub(super) fn named(&self, file: &File<'_>, name: NodeId) -> Option<FunctionId> {
        let def = file.names().definition_of(name)?;
        self.by_definition.get(&def).copied()
    }

    /// The function that an expression stands for which is handed on: by its name, or as a method of
    /// an object whose class is known.
    pub(super) fn handed(&self, file: &File<'_>, node: NodeId) -> Option<FunctionId> {
        let tree = file.tree();
        match tree.kind(node) {
            Kind::Name => self.named(file, node),
            Kind::Attr => {
                let name = tree.symbol(tree.child(node, Role::Field)?);
                if !self.methods_named.contains(&name) {
                    return None;
                }
                let class = self.class_of(file, tree.child(node, Role::Object)?, 0)?;
                self.method(class, name)
            }
            _ => None,
        }
    }

    /// The names of what a class is derived from.
    pub(super) fn bases_of(&self, class: Symbol) -> impl Iterator<Item = Symbol> + '_ {
        self.bases.get(&class).into_iter().flatten().copied()
    }

    pub(super) fn constructor(&self, class: Symbol) -> Option<FunctionId> {
        ["__init__", "constructor"]
            .iter()
            .find_map(|name| self.method(class, Symbol::of(name)))
    }

    /// A method of a class or of its bases.
    pub(super) fn method(&self, class: Symbol, name: Symbol) -> Option<FunctionId> {
        let mut open = vec![class];
        for at in 0..MAX_BASES {
            let class = *open.get(at)?;
            if let Some(&id) = self.methods.get(&(class, name)) {
                return Some(id);
            }
            open.extend(self.bases.get(&class).into_iter().flatten().copied());
        }
        None
    }

    /// The class of what an expression holds, as far as the file says so plainly.
    pub(super) fn class_of(&self, file: &File<'_>, node: NodeId, depth: u32) -> Option<Symbol> {
        if depth > 4 {
            return None;
        }
        let tree = file.tree();
        let known = |name: Symbol| self.classes.contains_key(&name).then_some(name);
        match tree.kind(node) {
            Kind::Name => {
                let name = tree.symbol(node);
                if let Some(class) = known(name) {
                    return Some(class);
                }
                let receiver = [
                    Symbol::of("self"),
                    Symbol::of("this"),
                    Symbol::of("cls"),
                    Symbol::of("Self"),
                ];
                if receiver.contains(&name) {
                    let class = tree
                        .ancestors(node)
                        .find(|&above| tree.kind(above) == Kind::Class)?;
                    return class_name(file, class);
                }
                let def = file.names().definition_of(node)?;
                let definition = file.names().definition(def);
                if definition.assignments > 1 {
                    return None;
                }
                let parent = tree.node(definition.node).parent;
                if tree.kind(parent) == Kind::Param {
                    let of = tree.child(parent, Role::Type)?;
                    return tree
                        .subtree(of)
                        .take(4)
                        .find_map(|part| known(tree.symbol(part)));
                }
                let value = (tree.kind(parent) == Kind::Assign)
                    .then(|| tree.child(parent, Role::Value))??;
                self.class_of(file, value, depth + 1)
            }
            Kind::Call | Kind::New => {
                let callee = callee_of(tree, node)?;
                match tree.kind(callee) {
                    Kind::Name => known(tree.symbol(callee)),
                    Kind::Attr => {
                        let object = tree.child(callee, Role::Object)?;
                        let field = tree.symbol(tree.child(callee, Role::Field)?);
                        let makes = ["new", "default", "from", "unwrap", "create"];
                        // `Kind::Variant(…)`
                        let variant = || {
                            let name = tree.child(callee, Role::Field);
                            name.is_some_and(|name| {
                                let text = tree.text_of(name, file.text());
                                text.starts_with(char::is_uppercase)
                            })
                        };
                        let rust = tree.language == Language::Rust
                            && (makes.iter().any(|name| field == Symbol::of(name)) || variant());
                        if rust {
                            self.class_of(file, object, depth + 1)
                        } else {
                            None
                        }
                    }
                    _ => None,
                }
            }
            Kind::Dict => known(tree.symbol(tree.child(node, Role::Callee)?)),
            Kind::Await | Kind::Question | Kind::Ref | Kind::Cast => {
                self.class_of(file, tree.children(node).next()?, depth + 1)
            }
            _ => None,
        }
    }
}

/// The name of a class, or of what a Rust block implements.
pub(super) fn class_name(file: &File<'_>, class: NodeId) -> Option<Symbol> {
    let tree = file.tree();
    let name = tree.child(class, Role::Name)?;
    let name = match tree.kind(name) {
        Kind::Type => tree.child(name, Role::Name)?,
        _ => name,
    };
    Some(tree.symbol(name)).filter(|name| !name.is_none())
}

/// What a call calls, the types that it is given left out.
pub(super) fn callee_of(tree: &Tree, call: NodeId) -> Option<NodeId> {
    let callee = tree.child(call, Role::Callee)?;
    match tree.kind(callee) {
        Kind::Type => tree.child(callee, Role::Name),
        _ => Some(callee),
    }
}

/// The `return` statements of a body, those of functions within it left out.
pub(super) fn returns_of(tree: &Tree, body: NodeId) -> Vec<NodeId> {
    let mut out = Vec::new();
    let mut at = body;
    let end = tree.after(body);
    while at < end {
        match tree.kind(at) {
            Kind::Func | Kind::Class => at = tree.after(at),
            kind => {
                if kind == Kind::Return {
                    out.push(at);
                }
                at = NodeId(at.0 + 1);
            }
        }
    }
    out
}
