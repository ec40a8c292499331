//! Where values come into a file and leave it: the calls that lead into other files, the functions
//! that other files call, and the names by which each side knows them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::exports::{Export, Exports, exports, members_of};
use super::imports::{Binding, DEFAULT};
use super::paths::Paths;
use super::{Address, Crossings, Demand, Entry, Exit, FileNumber, Modules, Passage, Slot, Way};
use crate::syntax::{File, Flags, Kind, NodeId, Role, Symbol};
use crate::taint::functions::{
    Callee, FunctionId, Functions, Param, callee_of, class_name, returns_of,
};
use crate::taint::{Assurance, Shared};

/// A way through names and aliases of one file is followed no further than this.
const MAX_DEPTH: u32 = 8;
/// No name is looked up in more modules at once than this.
const MAX_ADDRESSES: usize = 16;

/// One file as its neighbours see it.
pub struct Border<'f> {
    number: FileNumber,
    file: &'f File<'f>,
    functions: &'f Functions,
    modules: &'f Modules,
    paths: Paths<'f>,
    exports: Exports,
    /// The calls that lead into other files.
    calls: Vec<(NodeId, Vec<Address>)>,
    /// The names that stand for something of another file or have its methods: aliases, classes
    /// with their bases, variables with their classes.
    passed_on: Vec<(String, Binding)>,
    /// The names of functions that others can call.
    named: BTreeMap<FunctionId, Vec<Vec<String>>>,
    by_name: BTreeMap<Vec<String>, FunctionId>,
}

/// What is worth telling other files.
#[derive(Clone, Copy)]
pub enum Worth<'a> {
    /// What they want.
    Demanded(&'a [&'a Demand]),
    /// Whatever goes into files that a sink lies in or behind.
    Reaching(&'a dyn Fn(FileNumber) -> bool),
}

/// What a name of a file means.
pub enum Meaning {
    /// A function of the file.
    Function(FunctionId),
    /// What other files have by these names.
    Elsewhere(Vec<Address>),
    /// Nothing that is followed.
    Unknown,
}

/// What is known of the functions of other files.
pub type Assured<'a> = &'a dyn Fn(&Address) -> Option<Arc<Assurance>>;

impl<'f> Border<'f> {
    /// Reads what a file imports, exports and calls; `number` is its place among the modules.
    pub fn new(
        file: &'f File<'f>,
        shared: &'f Shared,
        modules: &'f Modules,
        number: FileNumber,
    ) -> Border<'f> {
        let (functions, _) = shared.functions(file);
        let paths = Paths::new(file);
        let mut border = Border {
            number,
            file,
            functions,
            modules,
            exports: exports(file, functions, &paths.imports),
            paths,
            calls: Vec::new(),
            passed_on: Vec::new(),
            named: BTreeMap::new(),
            by_name: BTreeMap::new(),
        };
        border.find_calls();
        border.find_names();
        border
    }

    /// What leads into other files where something is wanted there, to ask which parameters lead
    /// so far; and under which names the file passes on what is wanted.
    pub fn back(&self, demands: &[&Demand]) -> (Crossings, Vec<Demand>) {
        let crossings = Crossings {
            exits: self.exits(Worth::Demanded(demands)),
            way: Way::Back,
            ..Crossings::default()
        };
        let passed_on = demands.iter().flat_map(|demand| {
            let aliases = self.aliases(&demand.of).into_iter();
            aliases.map(|of| Demand {
                of,
                ..(*demand).clone()
            })
        });
        (crossings, passed_on.collect())
    }

    /// What a parameter of a function wants, by all names of the function.
    pub fn demands(&self, id: FunctionId, param: usize) -> Vec<Demand> {
        let Some(of) = self.functions.all[id].params.get(param) else {
            return Vec::new();
        };
        let tree = self.file.tree();
        let name = matches!(tree.kind(of.target), Kind::Name | Kind::Ident)
            .then(|| tree.text_of(of.target, self.file.text()).into_owned());
        let names = self.named.get(&id).into_iter().flatten();
        let demands = names.map(|names| Demand {
            of: self.here(names.clone()),
            at: param as u16,
            name: name.clone(),
            rest: of.rest,
        });
        demands.collect()
    }

    /// What a rule is told and has to tell. `passages` are what other files tell, `worth` what is
    /// worth telling them, `answers` whether anybody asks for what functions return. What is meant
    /// for other files, since the name is only passed on here, is returned, too: which of the
    /// passages, and where it belongs.
    pub fn forth(
        &self,
        passages: &[&Passage],
        worth: Worth<'_>,
        answers: bool,
        assured: Assured<'_>,
    ) -> (Crossings, Vec<(usize, Address)>) {
        let mut entries = Vec::new();
        let mut forward = Vec::new();
        for (index, passage) in passages.iter().enumerate() {
            let entry = |node, answer| Entry {
                node,
                label: passage.label.clone(),
                confidence: passage.confidence,
                answer,
                passage: index,
            };
            if passage.slot == Slot::Result {
                let calls = self.calls.iter().filter(|(_, to)| to.contains(&passage.of));
                entries.extend(calls.map(|(call, _)| entry(*call, true)));
                let aliases = self.aliases(&passage.of).into_iter();
                forward.extend(aliases.map(|alias| (index, alias)));
                continue;
            }
            match self.meaning(&passage.of.names, 0) {
                Meaning::Function(id) => {
                    let params = self.params(id, &passage.slot);
                    entries.extend(params.map(|param| entry(param.node, false)));
                }
                Meaning::Elsewhere(addresses) => {
                    forward.extend(addresses.into_iter().map(|address| (index, address)));
                }
                Meaning::Unknown => {}
            }
        }
        let mut exits = self.exits(worth);
        if answers {
            self.add_returns(&mut exits);
        }
        let way = Way::Forth;
        (
            Crossings {
                entries,
                exits,
                imported: self.imported(assured),
                way,
            },
            forward,
        )
    }

    /// What is known of the calls into other files, for what flows in the file alone.
    pub fn alone(&self, assured: Assured<'_>) -> Crossings {
        Crossings {
            imported: self.imported(assured),
            ..Crossings::default()
        }
    }

    /// The same, for what functions of the file assure themselves.
    pub fn asked(&self, assured: Assured<'_>) -> Crossings {
        Crossings {
            way: Way::Asked,
            ..self.alone(assured)
        }
    }

    fn imported(&self, assured: Assured<'_>) -> BTreeMap<NodeId, Option<Arc<Assurance>>> {
        let calls = self.calls.iter();
        calls
            .map(|(call, to)| (*call, to.first().and_then(assured)))
            .collect()
    }

    /// Where the functions stand that some calls are of.
    pub fn called<'a>(&'a self, calls: &'a [NodeId]) -> impl Iterator<Item = &'a Address> {
        let asked = self.calls.iter().filter(|(call, _)| calls.contains(call));
        asked.filter_map(|(_, to)| to.first())
    }

    /// What a name of the file means to others.
    pub fn means(&self, of: &Address) -> Meaning {
        self.meaning(&of.names, 0)
    }

    fn here(&self, names: Vec<String>) -> Address {
        Address {
            file: self.number,
            names,
        }
    }

    /// The arguments of calls that somebody wants.
    fn exits(&self, worth: Worth<'_>) -> Vec<Exit> {
        let mut wanted: BTreeMap<&Address, Vec<&Demand>> = BTreeMap::new();
        if let Worth::Demanded(demands) = worth {
            for demand in demands {
                wanted.entry(&demand.of).or_default().push(demand);
            }
        }
        let mut exits = Vec::new();
        for (call, to) in &self.calls {
            for address in to {
                let wanted = wanted.get(address);
                let takes = |slot: &Slot| match worth {
                    Worth::Demanded(_) => {
                        wanted.is_some_and(|all| all.iter().any(|of| of.takes(slot)))
                    }
                    Worth::Reaching(reaches) => reaches(address.file),
                };
                self.add_arguments(*call, address, &takes, &mut exits);
            }
        }
        exits
    }

    /// The places that a name of another file stands at, nearest first.
    fn addresses(&self, path: &Binding) -> Vec<Address> {
        let language = self.file.tree().language;
        let found = self
            .modules
            .locate(self.number, language, &path.module, &path.names);
        let mut found = found.into_iter().map(|(file, taken)| Address {
            file,
            names: path.names[taken..].to_vec(),
        });
        let address = if language.is_script() {
            found.next().map(|mut address| {
                if address.names.is_empty() {
                    address.names.push(DEFAULT.to_owned());
                }
                address
            })
        } else {
            found.find(|address| !address.names.is_empty())
        };
        let address = address.filter(|address| address.file != self.number);
        address.into_iter().collect()
    }

    fn find_calls(&mut self) {
        let tree = self.file.tree();
        let index = self.file.index();
        let calls = index.of_kind(Kind::Call).iter();
        let mut found = Vec::new();
        for &call in calls.chain(index.of_kind(Kind::New)) {
            let Some(callee) = callee_of(tree, call) else {
                continue;
            };
            // `make(a)(b)` calls what the function returns, and `require("./m")(b)` what a module is.
            let path = match tree.kind(callee) {
                Kind::Call | Kind::New => super::imports::required(self.file, callee),
                _ => self.paths.path(callee, 0),
            };
            let Some(path) = path else {
                continue;
            };
            let to = self.addresses(&path);
            let inner = || match self.functions.callee(self.file, call) {
                Callee::Unknown | Callee::Constructor(None) => false,
                Callee::Function(_) | Callee::Method(_) | Callee::Constructor(Some(_)) => true,
            };
            if !to.is_empty() && !inner() {
                found.push((call, to));
            }
        }
        self.calls = found;
    }

    fn find_names(&mut self) {
        let tree = self.file.tree();
        let mut by_class: BTreeMap<Symbol, Vec<String>> = BTreeMap::new();
        let mut named: BTreeMap<FunctionId, Vec<Vec<String>>> = BTreeMap::new();
        let mut passed_on = Vec::new();
        for (name, export) in &self.exports.items {
            match export {
                Export::Function(id) => named.entry(*id).or_default().push(vec![name.clone()]),
                Export::Class(class) => by_class.entry(*class).or_default().push(name.clone()),
                Export::Alias(path) => passed_on.push((name.clone(), path.clone())),
                Export::Variable(node) | Export::Expression(node) => {
                    for (member, id) in self.members(*node) {
                        let name = vec![name.clone(), member];
                        named.entry(id).or_default().push(name);
                    }
                    match self.functions.class_of(self.file, *node, 0) {
                        Some(class) => by_class.entry(class).or_default().push(name.clone()),
                        None => {
                            let path = self.paths.class(*node, 0);
                            passed_on.extend(path.map(|path| (name.clone(), path)));
                        }
                    }
                }
            }
        }
        let mut heirs: BTreeMap<Symbol, Vec<Symbol>> = BTreeMap::new();
        for (class, names) in &by_class {
            for base in self.functions.ancestors(*class) {
                heirs.entry(base).or_default().push(*class);
            }
            let bases = self
                .functions
                .class(*class)
                .map(|node| self.paths.bases(node));
            for base in bases.into_iter().flatten() {
                passed_on.extend(names.iter().map(|name| (name.clone(), base.clone())));
            }
        }
        self.find_members(&mut named);
        for (id, function) in self.functions.all.iter().enumerate() {
            let class = function.class.and_then(|of| class_name(self.file, of));
            let method = tree.child(function.node, Role::Name);
            let (Some(class), Some(method)) = (class, method) else {
                continue;
            };
            let method = self.file.text_of(method);
            let symbol = Symbol::of(&*method);
            let heirs = heirs.get(&class).into_iter().flatten();
            let heirs = heirs.filter(|heir| self.functions.method(**heir, symbol) == Some(id));
            for class in std::iter::once(&class).chain(heirs) {
                let makes = self.functions.constructor(*class) == Some(id);
                for class in by_class.get(class).into_iter().flatten() {
                    if makes {
                        named.entry(id).or_default().push(vec![class.clone()]);
                    }
                    let name = vec![class.clone(), method.clone().into_owned()];
                    named.entry(id).or_default().push(name);
                }
            }
        }
        // What belongs to the value of a module is had from the module itself, too.
        for names in named.values_mut() {
            let inner = names
                .iter()
                .filter(|name| name.len() > 1 && name[0] == DEFAULT);
            let inner: Vec<Vec<String>> = inner.map(|name| name[1..].to_vec()).collect();
            names.extend(inner);
            names.sort_unstable();
            names.dedup();
        }
        let ids = named.iter();
        let by_name = ids.flat_map(|(id, all)| all.iter().map(|name| (name.clone(), *id)));
        self.by_name = by_name.collect();
        self.named = named;
        self.passed_on = passed_on;
    }

    /// The functions of an object that is written down, or of a variable that holds one.
    fn members(&self, node: NodeId) -> Vec<(String, FunctionId)> {
        let tree = self.file.tree();
        let assign = tree.node(node).parent;
        let value = match tree.kind(node) {
            Kind::Name if tree.kind(assign) == Kind::Assign => tree.child(assign, Role::Value),
            _ => Some(node),
        };
        let members = value.into_iter().flat_map(|value| members_of(tree, value));
        let functions = members.filter_map(|(name, value)| {
            let id = self.functions.id_of(value);
            let id = id.or_else(|| self.functions.named(self.file, value))?;
            let name = self.file.text_of(name);
            Some((name.trim_matches(['"', '\'']).to_owned(), id))
        });
        functions.collect()
    }

    /// Adds what functions put into the objects that they make: `this.find = function …`, and
    /// `Store.prototype.find = function …`.
    fn find_members(&self, named: &mut BTreeMap<FunctionId, Vec<Vec<String>>>) {
        let tree = self.file.tree();
        for &assign in self.file.index().of_kind(Kind::Assign) {
            let target = tree.child(assign, Role::Target);
            let value = tree.child(assign, Role::Value);
            let (Some(target), Some(value)) = (target, value) else {
                continue;
            };
            let object = tree.child(target, Role::Object);
            let (Some(object), Some(member)) = (object, self.functions.id_of(value)) else {
                continue;
            };
            let maker = if tree.symbol(object) == Symbol::of("this") {
                let mut around = tree.ancestors(assign);
                let maker = around.find(|&above| {
                    tree.kind(above) == Kind::Func && !tree.node(above).flags.has(Flags::LAMBDA)
                });
                maker.and_then(|maker| self.functions.id_of(maker))
            } else {
                let prototype = tree.child(object, Role::Field);
                prototype
                    .filter(|&field| tree.symbol(field) == Symbol::of("prototype"))
                    .and_then(|_| tree.child(object, Role::Object))
                    .and_then(|name| self.functions.named(self.file, name))
            };
            let makers = maker.and_then(|maker| named.get(&maker)).cloned();
            let Some(field) = tree.child(target, Role::Field) else {
                continue;
            };
            let field = self.file.text_of(field);
            for mut name in makers.into_iter().flatten() {
                name.push(field.clone().into_owned());
                named.entry(member).or_default().push(name);
            }
        }
    }

    /// What a name of the file means.
    fn meaning(&self, names: &[String], depth: u32) -> Meaning {
        let Some((first, rest)) = names.split_first().filter(|_| depth < MAX_DEPTH) else {
            return Meaning::Unknown;
        };
        if let Some(id) = self.by_name.get(names) {
            return Meaning::Function(*id);
        }
        let items = &self.exports.items;
        match items.get(first) {
            Some(Export::Class(class)) => self.of_class(*class, rest),
            Some(Export::Alias(path)) => self.elsewhere(std::slice::from_ref(path), rest),
            Some(_)
                if first == DEFAULT && rest.first().is_some_and(|of| items.contains_key(of)) =>
            {
                self.meaning(rest, depth + 1)
            }
            Some(Export::Variable(node) | Export::Expression(node)) if !rest.is_empty() => {
                match self.functions.class_of(self.file, *node, 0) {
                    Some(class) => self.of_class(class, rest),
                    None => match self.paths.class(*node, 0) {
                        Some(path) => self.elsewhere(&[path], rest),
                        None => Meaning::Unknown,
                    },
                }
            }
            Some(Export::Function(_) | Export::Variable(..) | Export::Expression(_)) => {
                Meaning::Unknown
            }
            // `module.exports = new Store()`
            None if first != DEFAULT
                && items.contains_key(DEFAULT)
                && self.exports.stars.is_empty() =>
            {
                let mut whole = vec![DEFAULT.to_owned()];
                whole.extend(names.iter().cloned());
                self.meaning(&whole, depth + 1)
            }
            None => self.elsewhere(&self.exports.stars, names),
        }
    }

    fn elsewhere(&self, paths: &[Binding], rest: &[String]) -> Meaning {
        let paths = paths.iter().take(MAX_ADDRESSES).map(|path| {
            let mut path = path.clone();
            path.names.extend(rest.iter().cloned());
            path
        });
        let addresses = paths.flat_map(|path| self.addresses(&path)).collect();
        Meaning::Elsewhere(addresses)
    }

    /// A class is called to make an object; a method of a base may stand in another file.
    fn of_class(&self, class: Symbol, rest: &[String]) -> Meaning {
        let function = match rest {
            [] => self.functions.constructor(class),
            [method] => self.functions.method(class, Symbol::of(method)),
            _ => None,
        };
        match (function, self.functions.class(class)) {
            (Some(id), _) => Meaning::Function(id),
            (None, Some(node)) => self.elsewhere(&self.paths.bases(node), rest),
            (None, None) => Meaning::Unknown,
        }
    }

    /// The names under which the file passes on something of another file.
    fn aliases(&self, of: &Address) -> Vec<Address> {
        let mut found = Vec::new();
        for (name, path) in &self.passed_on {
            for to in self.addresses(path) {
                let rest = of.names.strip_prefix(&to.names[..]);
                if let Some(rest) = rest.filter(|_| to.file == of.file) {
                    let mut names = vec![name.clone()];
                    names.extend(rest.iter().cloned());
                    found.push(self.here(names));
                }
            }
        }
        let stars = self.exports.stars.iter().take(MAX_ADDRESSES);
        let passes_on = stars.into_iter().any(|star| {
            let mut path = star.clone();
            path.names.extend(of.names.iter().cloned());
            self.addresses(&path).contains(of)
        });
        if passes_on && !self.exports.items.contains_key(&of.names[0]) {
            found.push(self.here(of.names.clone()));
        }
        found
    }

    /// The parameters that an argument arrives in.
    fn params(&self, id: FunctionId, slot: &Slot) -> impl Iterator<Item = &'f Param> + use<'f> {
        let params = &self.functions.all[id].params[..];
        let (from, to) = match slot {
            Slot::Argument {
                at, spread: true, ..
            } => (usize::from(*at), params.len()),
            Slot::Argument {
                name: Some(name), ..
            } => {
                let name = Symbol::of(name);
                let found = params.iter().position(|param| param.name == name);
                // What takes all named arguments that are left is the last one.
                let rest = || params.len().checked_sub(1).filter(|&at| params[at].rest);
                found.or_else(rest).map_or((0, 0), |at| (at, at + 1))
            }
            Slot::Argument { at, .. } => {
                let at = usize::from(*at);
                let rest = params.iter().position(|param| param.rest);
                let at = rest.map_or(at, |rest| rest.min(at));
                (at, at + 1)
            }
            Slot::Result => (0, 0),
        };
        let to = to.min(params.len());
        params[from.min(to)..to].iter()
    }

    fn add_arguments(
        &self,
        call: NodeId,
        to: &Address,
        takes: &dyn Fn(&Slot) -> bool,
        exits: &mut Vec<Exit>,
    ) {
        let tree = self.file.tree();
        let mut at: u16 = 0;
        for argument in tree.role(call, Role::Arg) {
            let (node, name, spread) = match tree.kind(argument) {
                Kind::KwArg => (
                    tree.child(argument, Role::Value),
                    tree.child(argument, Role::Name),
                    false,
                ),
                Kind::Spread => (tree.children(argument).next(), None, true),
                _ => (Some(argument), None, false),
            };
            let plain = node.filter(|&node| !matches!(tree.kind(node), Kind::Func | Kind::Class));
            let slot = Slot::Argument {
                at,
                name: name.map(|of| self.file.text_of(of).into_owned()),
                spread,
            };
            if let Some(node) = plain.filter(|_| takes(&slot)) {
                let to = vec![to.clone()];
                exits.push(Exit { node, slot, to });
            }
            at = at.saturating_add(u16::from(name.is_none()));
        }
    }

    fn add_returns(&self, exits: &mut Vec<Exit>) {
        let tree = self.file.tree();
        for (&id, names) in &self.named {
            let Some(body) = self.functions.all[id].body else {
                continue;
            };
            let to: Vec<Address> = names.iter().map(|names| self.here(names.clone())).collect();
            for at in returns_of(tree, body) {
                exits.extend(tree.children(at).next().map(|node| Exit {
                    node,
                    slot: Slot::Result,
                    to: to.clone(),
                }));
            }
        }
    }
}
