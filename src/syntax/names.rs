//! What names mean: each use of a name leads to its definition, and a name that an import binds to
//! its qualified name.
//!
//! Qualified names are trees too: `s` of `from os import system as s` gets a chain `os.system`
//! behind the file's own nodes, so that a pattern meets it like any other expression.

use std::collections::HashMap;

use super::kind::{Flags, Kind, Role};
use super::symbol::Symbol;
use super::tree::{Node, NodeId, Tree};
use crate::lang::Language;
use crate::source::Span;

/// A definition of one file, counted from one; zero is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct DefId(pub u32);

/// One definition.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The node of the name that defines it first.
    pub node: NodeId,
    /// The function, class or block that it belongs to.
    pub scope: NodeId,
    /// How often it is assigned, parameters and imports included.
    pub assignments: u32,
    /// The chains that it is short for, where imports bind it, each with the node that binds it.
    pub qualified: Vec<(NodeId, NodeId)>,
    /// Whether only a wildcard import can have brought it.
    pub wildcard: bool,
}

/// The names of one file.
#[derive(Debug, Default)]
pub struct Names {
    of_node: Vec<DefId>,
    /// Where functions begin and end.
    functions: Vec<(NodeId, NodeId)>,
    definitions: Vec<Definition>,
    wildcards: Vec<String>,
}

impl Names {
    /// The definition that a name leads to.
    pub fn definition_of(&self, node: NodeId) -> Option<DefId> {
        self.of_node
            .get(node.index())
            .copied()
            .filter(|id| id.0 != 0)
    }

    /// What is known of a definition.
    pub fn definition(&self, id: DefId) -> &Definition {
        &self.definitions[id.0 as usize - 1]
    }

    /// The chain that a name is short for, where an import binds it.
    pub fn qualified(&self, node: NodeId) -> Option<NodeId> {
        let chains = &self.definition(self.definition_of(node)?).qualified;
        let before = chains.iter().rev().find(|(binding, _)| *binding <= node);
        // A function runs later than it stands: what is imported below it counts too.
        let later = chains.first().filter(|_| self.runs_later(node));
        before.or(later).map(|(_, chain)| *chain)
    }

    /// Whether a use lies in another function than its definition.
    fn runs_later(&self, node: NodeId) -> bool {
        let Some(definition) = self.definition_of(node) else {
            return false;
        };
        self.functions.iter().any(|&(start, end)| {
            start <= node && node < end && self.definition(definition).scope < start
        })
    }

    /// The modules whose every name is imported.
    pub fn wildcards(&self) -> &[String] {
        &self.wildcards
    }
}

/// Resolves the names of a tree, and adds the chains of its imports behind its nodes.
pub(super) fn resolve(tree: &mut Tree, text: &[u8]) -> Names {
    let mut resolver = Resolver {
        text,
        scopes: scopes(tree),
        table: HashMap::new(),
        names: Names {
            of_node: vec![DefId(0); tree.nodes.len()],
            ..Names::default()
        },
        outer: HashMap::new(),
    };
    resolver.define(tree);
    let functions = tree
        .subtree(NodeId::ROOT)
        .filter(|&id| tree.kind(id) == Kind::Func);
    resolver.names.functions = functions.map(|id| (id, tree.after(id))).collect();
    resolver.use_names(tree);
    resolver.names
}

/// For each node the innermost scope around it.
fn scopes(tree: &Tree) -> Vec<NodeId> {
    let mut scopes = Vec::with_capacity(tree.nodes.len());
    let mut open = vec![NodeId::ROOT];
    for (index, node) in tree.nodes.iter().enumerate() {
        while open.len() > 1
            && open
                .last()
                .is_some_and(|&s| tree.node(s).end as usize <= index)
        {
            open.pop();
        }
        scopes.push(*open.last().expect("the root stays open"));
        if is_scope(tree.language, node) {
            open.push(NodeId(index as u32));
        }
    }
    scopes
}

fn is_scope(language: Language, node: &Node) -> bool {
    match node.kind {
        Kind::Module | Kind::Func | Kind::Class | Kind::Comprehension => true,
        Kind::Block | Kind::For | Kind::ForIn | Kind::Handler | Kind::Arm => {
            language != Language::Python
        }
        Kind::If | Kind::While => language == Language::Rust,
        _ => false,
    }
}

struct Resolver<'t> {
    text: &'t [u8],
    scopes: Vec<NodeId>,
    table: HashMap<(NodeId, Symbol), DefId>,
    names: Names,
    /// Names that a Python scope takes from outside: `global` and `nonlocal`.
    outer: HashMap<(NodeId, Symbol), ()>,
}

impl Resolver<'_> {
    fn define(&mut self, tree: &mut Tree) {
        let count = tree.node(NodeId::ROOT).end;
        if tree.language == Language::Python {
            self.outer_names(tree);
        }
        for id in (0..count).map(NodeId) {
            let node = *tree.node(id);
            match node.kind {
                Kind::Param => {
                    if let Some(name) = tree.child(id, Role::Name) {
                        self.bind_target(tree, name, self.scopes[id.index()]);
                    }
                }
                Kind::Func | Kind::Class => {
                    if let Some(name) = tree.child(id, Role::Name) {
                        let scope = self.definition_scope(tree, id);
                        // A method is a member, not a name of the class's scope.
                        if tree.kind(name) == Kind::Ident && !node.flags.has(Flags::METHOD) {
                            self.bind(tree, name, scope);
                        }
                    }
                }
                Kind::Assign => self.assignment(tree, id),
                Kind::ForIn | Kind::CompFor => {
                    if let Some(target) = tree.child(id, Role::Target) {
                        let scope =
                            if tree.language == Language::Python || node.kind == Kind::CompFor {
                                self.scopes[id.index()]
                            } else {
                                id
                            };
                        self.bind_target(tree, target, scope);
                    }
                }
                Kind::With => {
                    if let Some(target) = tree.child(id, Role::Target) {
                        self.bind_target(tree, target, self.scopes[id.index()]);
                    }
                }
                Kind::Handler => {
                    if let Some(name) = tree.child(id, Role::Name) {
                        let python = tree.language == Language::Python;
                        let scope = if python { self.scopes[id.index()] } else { id };
                        self.bind_target(tree, name, scope);
                    }
                }
                Kind::Arm if tree.language == Language::Rust => {
                    if let Some(key) = tree.child(id, Role::Key) {
                        self.bind_target(tree, key, id);
                    }
                }
                Kind::Import | Kind::ImportFrom => self.import(tree, id),
                _ => {}
            }
        }
    }

    fn outer_names(&mut self, tree: &Tree) {
        let (global, nonlocal) = (
            Symbol::of("global_statement"),
            Symbol::of("nonlocal_statement"),
        );
        for id in tree.subtree(NodeId::ROOT) {
            let node = tree.node(id);
            if node.kind == Kind::Raw && (node.symbol == global || node.symbol == nonlocal) {
                for name in tree
                    .children(id)
                    .filter(|&name| tree.kind(name) == Kind::Name)
                {
                    self.outer
                        .insert((self.scopes[id.index()], tree.symbol(name)), ());
                }
            }
        }
    }

    /// The scope that a function's or class's own name belongs to.
    fn definition_scope(&self, tree: &Tree, id: NodeId) -> NodeId {
        if tree.node(id).flags.has(Flags::EXPRESSION) {
            id
        } else {
            self.scopes[id.index()]
        }
    }

    fn assignment(&mut self, tree: &mut Tree, id: NodeId) {
        let Some(target) = tree.child(id, Role::Target) else {
            return;
        };
        let scope = match tree.language {
            Language::Python => {
                let scope = self.scopes[id.index()];
                // What a module imports stays that, even where a function assigns to its name.
                if scope != NodeId::ROOT
                    && tree.kind(target) == Kind::Name
                    && let Some(&def) = self.table.get(&(NodeId::ROOT, tree.symbol(target)))
                    && !self.names.definition(def).qualified.is_empty()
                    && !self.table.contains_key(&(scope, tree.symbol(target)))
                {
                    self.names.definitions[def.0 as usize - 1].assignments += 1;
                    self.names.of_node[target.index()] = def;
                    return;
                }
                scope
            }
            _ => {
                let parent = tree.node(id).parent;
                let declaration = tree.node(parent).kind == Kind::VarDecl;
                if !declaration && tree.language != Language::Rust {
                    // A plain assignment defines nothing, but counts as one more of a definition.
                    self.count_assignment(tree, target);
                    return;
                }
                if !declaration
                    && !tree.ancestors(id).take(3).any(|a| {
                        matches!(tree.kind(a), Kind::If | Kind::While)
                            && tree.node(id).role == Role::Cond
                    })
                {
                    self.count_assignment(tree, target);
                    return;
                }
                if tree.symbol(parent) == Symbol::of("var") {
                    self.function_scope(tree, id)
                } else {
                    self.scopes[id.index()]
                }
            }
        };
        // The name of a constant is in capitals, which a pattern of Rust does not bind.
        if tree.language == Language::Rust && tree.kind(target) == Kind::Name {
            self.bind(tree, target, scope);
        } else {
            self.bind_target(tree, target, scope);
        }
        self.required(tree, id, target, scope);
    }

    /// Counts a later assignment once all definitions are known; see `use_names`.
    fn count_assignment(&mut self, tree: &Tree, target: NodeId) {
        if tree.kind(target) != Kind::Name {
            return;
        }
        if let Some(def) = self.lookup(tree, target) {
            self.names.definitions[def.0 as usize - 1].assignments += 1;
        } else {
            self.bind(tree, target, NodeId::ROOT);
        }
    }

    fn function_scope(&self, tree: &Tree, id: NodeId) -> NodeId {
        tree.ancestors(id)
            .find(|&a| matches!(tree.kind(a), Kind::Func | Kind::Module))
            .unwrap_or(NodeId::ROOT)
    }

    /// `const x = require("m")` imports: it binds `m`, or a field of it.
    fn required(&mut self, tree: &mut Tree, id: NodeId, target: NodeId, scope: NodeId) {
        if matches!(tree.language, Language::Python | Language::Rust) {
            return;
        }
        let Some(value) = tree.child(id, Role::Value) else {
            return;
        };
        let Some(mut path) = self.required_module(tree, value) else {
            return;
        };
        match tree.kind(target) {
            Kind::Name => self.qualify(tree, target, scope, &path),
            Kind::Dict => {
                let pairs: Vec<NodeId> = tree.children(target).collect();
                for pair in pairs {
                    let key = tree.child(pair, Role::Key);
                    let value = tree.child(pair, Role::Value);
                    if let (Some(key), Some(value)) = (key, value)
                        && tree.kind(value) == Kind::Name
                    {
                        path.push(tree.text_of(key, self.text).into_owned());
                        self.qualify(tree, value, scope, &path);
                        path.pop();
                    }
                }
            }
            _ => {}
        }
    }

    fn required_module(&self, tree: &Tree, value: NodeId) -> Option<Vec<String>> {
        let mut fields = Vec::new();
        let mut at = value;
        loop {
            match tree.kind(at) {
                Kind::Attr => {
                    let field = tree.child(at, Role::Field)?;
                    fields.push(tree.text_of(field, self.text).into_owned());
                    at = tree.child(at, Role::Object)?;
                }
                Kind::Await => at = tree.children(at).next()?,
                Kind::Call => break,
                _ => return None,
            }
        }
        let callee = tree.child(at, Role::Callee)?;
        let name = tree.symbol(callee);
        if name != Symbol::of("require") && name != Symbol::of("import") {
            return None;
        }
        let argument = tree.child(at, Role::Arg)?;
        let part = tree.children(argument).next()?;
        if tree.kind(argument) != Kind::Str || tree.symbol(argument).is_none() {
            return None;
        }
        let mut path = module_path(tree.language, &tree.text_of(part, self.text));
        path.extend(fields.into_iter().rev());
        Some(path)
    }

    fn import(&mut self, tree: &mut Tree, id: NodeId) {
        let scope = self.scopes[id.index()];
        let Some(module) = tree.child(id, Role::Module) else {
            return;
        };
        if !matches!(tree.kind(module), Kind::Ident) {
            return;
        }
        let module_text = tree.text_of(module, self.text).into_owned();
        let path = module_path(tree.language, &module_text);
        if tree.kind(id) == Kind::Import {
            if let Some(alias) = tree.child(id, Role::Name) {
                self.bind(tree, alias, scope);
                self.qualify(tree, alias, scope, &path);
            } else if tree.language == Language::Python
                && let Some(first) = path.first().cloned()
            {
                // `import a.b` binds `a`.
                let symbol = Symbol::of(&first);
                self.bind_symbol(module, symbol, scope);
                self.qualify_symbol(tree, module, symbol, scope, &[first]);
            }
            return;
        }
        let names: Vec<NodeId> = tree
            .children(id)
            .filter(|&name| tree.kind(name) == Kind::ImportName)
            .collect();
        for name in names {
            let Some(imported) = tree.child(name, Role::Module) else {
                if scope == NodeId::ROOT {
                    self.names.wildcards.push(path.join("."));
                }
                continue;
            };
            let bound = tree.child(name, Role::Name).unwrap_or(imported);
            if tree.kind(bound) != Kind::Ident {
                continue;
            }
            let mut path = path.clone();
            let imported_text = tree.text_of(imported, self.text);
            // A default import stands for its module, and `self` in a Rust list for the list's path.
            let whole = tree.node(name).flags.has(Flags::DEFAULT) || imported_text == "self";
            let mut symbol = tree.symbol(bound);
            if !whole {
                path.push(imported_text.into_owned());
            } else if bound == imported
                && let Some(last) = path.last()
            {
                symbol = Symbol::of(last);
            }
            self.bind_symbol(bound, symbol, scope);
            self.qualify_symbol(tree, bound, symbol, scope, &path);
        }
    }

    /// Binds every name in a target: `a, (b, *c) = …`, `{a, b: c}`, `Some(x)`.
    fn bind_target(&mut self, tree: &Tree, target: NodeId, scope: NodeId) {
        let mut at = target.0;
        while at < tree.node(target).end {
            let node = *tree.node(NodeId(at));
            match node.kind {
                Kind::Name | Kind::Ident if node.role != Role::Key && node.role != Role::Callee => {
                    let upper = tree.language == Language::Rust
                        && self
                            .text
                            .get(node.span.start as usize)
                            .is_some_and(u8::is_ascii_uppercase);
                    if !upper {
                        self.bind(tree, NodeId(at), scope);
                    }
                    at += 1;
                }
                // `a.b = …` and `a[i] = …` bind nothing.
                Kind::Attr | Kind::Index => at = node.end,
                Kind::Assign => {
                    // A default within a pattern.
                    at += 1;
                }
                _ if node.role == Role::Value
                    && node.kind != Kind::Dict
                    && node.kind != Kind::List
                    && tree.kind(node.parent) == Kind::Assign =>
                {
                    at = node.end;
                }
                Kind::Func | Kind::Call
                    if node.role != Role::Key && tree.language != Language::Rust =>
                {
                    at = node.end;
                }
                _ => at += 1,
            }
        }
    }

    fn bind(&mut self, tree: &Tree, name: NodeId, scope: NodeId) {
        self.bind_symbol(name, tree.symbol(name), scope);
    }

    fn bind_symbol(&mut self, name: NodeId, symbol: Symbol, scope: NodeId) {
        let scope = if self.outer.contains_key(&(scope, symbol)) {
            NodeId::ROOT
        } else {
            scope
        };
        let definitions = &mut self.names.definitions;
        let id = *self.table.entry((scope, symbol)).or_insert_with(|| {
            definitions.push(Definition {
                node: name,
                scope,
                assignments: 0,
                qualified: Vec::new(),
                wildcard: false,
            });
            DefId(definitions.len() as u32)
        });
        definitions[id.0 as usize - 1].assignments += 1;
        self.names.of_node[name.index()] = id;
    }

    fn qualify(&mut self, tree: &mut Tree, name: NodeId, scope: NodeId, path: &[String]) {
        let symbol = tree.symbol(name);
        self.qualify_symbol(tree, name, symbol, scope, path);
    }

    /// Gives a definition its chain.
    fn qualify_symbol(
        &mut self,
        tree: &mut Tree,
        name: NodeId,
        symbol: Symbol,
        scope: NodeId,
        path: &[String],
    ) {
        let Some(&def) = self.table.get(&(scope, symbol)) else {
            return;
        };
        if path.is_empty() || path.iter().any(String::is_empty) {
            return;
        }
        let chain = add_chain(tree, path, tree.span(name));
        self.names.definitions[def.0 as usize - 1]
            .qualified
            .push((name, chain));
    }

    fn use_names(&mut self, tree: &mut Tree) {
        self.names.of_node.resize(tree.nodes.len(), DefId(0));
        let count = tree.node(NodeId::ROOT).end;
        let mut by_wildcard: HashMap<Symbol, NodeId> = HashMap::new();
        for id in (0..count).map(NodeId) {
            if tree.kind(id) != Kind::Name || self.names.of_node[id.index()].0 != 0 {
                continue;
            }
            if let Some(def) = self.lookup(tree, id) {
                self.names.of_node[id.index()] = def;
            } else if let [module] = &self.names.wildcards[..] {
                // With one wildcard import, what nothing else defines may come from there.
                let symbol = tree.symbol(id);
                let mut path: Vec<String> = module.split('.').map(str::to_owned).collect();
                path.push(tree.text_of(id, self.text).into_owned());
                let chain = *by_wildcard
                    .entry(symbol)
                    .or_insert_with(|| add_chain(tree, &path, tree.span(id)));
                let scope = NodeId::ROOT;
                self.names.definitions.push(Definition {
                    node: id,
                    scope,
                    assignments: 1,
                    qualified: vec![(id, chain)],
                    wildcard: true,
                });
                let def = DefId(self.names.definitions.len() as u32);
                self.table.insert((scope, symbol), def);
                self.names.of_node[id.index()] = def;
            }
        }
        self.names.of_node.resize(tree.nodes.len(), DefId(0));
    }

    fn lookup(&self, tree: &Tree, name: NodeId) -> Option<DefId> {
        let symbol = tree.symbol(name);
        let mut scope = self.scopes[name.index()];
        let mut first = true;
        loop {
            // A class's names are not seen from its methods.
            let hidden = !first && tree.kind(scope) == Kind::Class;
            if !hidden && let Some(&def) = self.table.get(&(scope, symbol)) {
                return Some(def);
            }
            if scope == NodeId::ROOT {
                return None;
            }
            first = false;
            scope = self.scopes[scope.index()];
        }
    }
}

/// The segments of a module's name.
fn module_path(language: Language, module: &str) -> Vec<String> {
    match language {
        Language::Python => module
            .split('.')
            .map(|part| part.trim().to_owned())
            .collect(),
        Language::Rust => module
            .split('.')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect(),
        _ => {
            let module = module.strip_prefix("node:").unwrap_or(module);
            module.split('/').map(str::to_owned).collect()
        }
    }
}

/// Adds `a.b.c` as nodes behind the file's own.
fn add_chain(tree: &mut Tree, path: &[String], span: Span) -> NodeId {
    let root = NodeId(tree.nodes.len() as u32);
    let (separator, symbol) = match tree.language {
        Language::Rust => ("::", Symbol::of("::")),
        _ => (".", Symbol::NONE),
    };
    // Attr Attr Name Ident Ident: the links first, outermost first, then the words.
    let links = path.len() as u32 - 1;
    for link in 0..links {
        let end = root.0 + links + path.len() as u32 - link;
        let id = NodeId(tree.nodes.len() as u32);
        let parent = if link == 0 {
            NodeId::ROOT
        } else {
            NodeId(id.0 - 1)
        };
        let role = if link == 0 { Role::Item } else { Role::Object };
        tree.nodes.push(Node {
            kind: Kind::Attr,
            role,
            flags: Flags::NONE,
            end,
            parent,
            symbol,
            span,
        });
        let shown = path[..path.len() - link as usize].join(separator);
        tree.texts.push((id, shown.into()));
    }
    for (index, word) in path.iter().enumerate() {
        let id = NodeId(tree.nodes.len() as u32);
        let (kind, role) = match (index, links) {
            (0, 0) => (Kind::Name, Role::Item),
            (0, _) => (Kind::Name, Role::Object),
            _ => (Kind::Ident, Role::Field),
        };
        let parent = if index == 0 {
            NodeId((root.0 + links).saturating_sub(1))
        } else {
            NodeId(root.0 + links - index as u32)
        };
        let symbol = Symbol::of(word);
        tree.nodes.push(Node {
            kind,
            role,
            flags: Flags::NONE,
            end: id.0 + 1,
            parent,
            symbol,
            span,
        });
        tree.texts.push((id, word.as_str().into()));
    }
    root
}

#[cfg(test)]
mod tests {
    use crate::lang::Language;
    use crate::source::Source;
    use crate::syntax::{Kind, Role};

    /// The qualified name of the callee of the last call.
    fn callee(language: Language, text: &str) -> Option<String> {
        let source = Source::new("a".into(), language, text.into());
        let file = crate::syntax::File::parse(&source).unwrap();
        let tree = file.tree();
        let call = tree
            .subtree(crate::syntax::NodeId::ROOT)
            .filter(|&n| tree.kind(n) == Kind::Call)
            .last()?;
        let mut name = tree.child(call, Role::Callee)?;
        let mut rest = String::new();
        while tree.kind(name) == Kind::Attr {
            let field = tree.child(name, Role::Field)?;
            rest = format!(".{}{rest}", tree.text_of(field, source.text()));
            name = tree.child(name, Role::Object)?;
        }
        let chain = file.names().qualified(name)?;
        Some(format!("{}{rest}", tree.text_of(chain, source.text())))
    }

    #[test]
    fn imports_lead_to_qualified_names() {
        for (language, text, expected) in [
            (
                Language::Python,
                "from os import system as s\ns(1)",
                "os.system",
            ),
            (Language::Python, "import os as o\no.system(1)", "os.system"),
            (Language::Python, "import a.b\na.b.c(1)", "a.b.c"),
            (Language::Python, "from os import *\nsystem(1)", "os.system"),
            (
                Language::JavaScript,
                "const {exec: e} = require('node:child_process'); e(1)",
                "child_process.exec",
            ),
            (
                Language::TypeScript,
                "import cp from 'child_process'; cp.exec(1)",
                "child_process.exec",
            ),
            (
                Language::JavaScript,
                "import * as cp from 'child_process'; cp.exec(1)",
                "child_process.exec",
            ),
            (
                Language::Rust,
                "use std::process::{self, Command}; fn f() { Command::new(1) }",
                "std::process::Command.new",
            ),
            (
                Language::Rust,
                "use std::process::{self, Command}; fn f() { process::exit(1) }",
                "std::process.exit",
            ),
        ] {
            assert_eq!(callee(language, text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_parameter_hides_an_import() {
        assert_eq!(
            callee(Language::Python, "import os\ndef f(os): os.system(1)"),
            None
        );
    }
}
