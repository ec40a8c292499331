//! What names mean: each use of a name leads to its definition, and a name that an import binds to
//! its qualified name.
//!
//! Qualified names are trees too: `s` of `from os import system as s` gets a chain `os.system`
//! behind the file's own nodes, so that a pattern meets it like any other expression.

mod chain;
mod define;
mod import;
mod scope;

use foldhash::{HashMap, HashMapExt as _};

use super::kind::Kind;
use super::symbol::Symbol;
use super::tree::{NodeId, Tree};
use chain::add_chain;
use scope::scopes;

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

    /// The definition that a name has at a node where it stands in no node of its own.
    pub fn seen_from(&self, tree: &Tree, node: NodeId, name: Symbol) -> Option<DefId> {
        let around = |scope: NodeId| scope <= node && node < tree.after(scope);
        let all = (1..).map(DefId).zip(&self.definitions);
        let seen = all.filter(|(_, of)| tree.symbol(of.node) == name && around(of.scope));
        let innermost = seen.max_by_key(|(_, of)| of.scope);
        innermost.map(|(def, _)| def)
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
        naming: Vec::new(),
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

struct Resolver<'t> {
    text: &'t [u8],
    scopes: Vec<NodeId>,
    /// For each node the innermost scope around it that names anything; empty until all is defined.
    /// A chain of 100,000 `else if` is as many scopes, nearly all of them without a name.
    naming: Vec<NodeId>,
    table: HashMap<(NodeId, Symbol), DefId>,
    names: Names,
    /// Names that a Python scope takes from outside, and the scope that they belong to: the module's for
    /// `global`, that of the function around for `nonlocal`.
    outer: HashMap<(NodeId, Symbol), NodeId>,
}

impl Resolver<'_> {
    fn use_names(&mut self, tree: &mut Tree) {
        self.names.of_node.resize(tree.nodes.len(), DefId(0));
        let count = tree.node(NodeId::ROOT).end;
        self.find_naming_scopes();
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
            .rfind(|&n| tree.kind(n) == Kind::Call)?;
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
