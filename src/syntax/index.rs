//! Where things stand in a file: nodes by kind, calls by the last word of what they call, and all
//! words. A pattern looks only where it can match.

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};

use super::kind::{Kind, Role};
use super::names::Names;
use super::symbol::Symbol;
use super::tree::{NodeId, Tree};

/// An index over one file.
#[derive(Debug)]
pub struct Index {
    by_kind: Vec<Vec<NodeId>>,
    calls: HashMap<(Kind, Symbol), Vec<NodeId>>,
    words: HashSet<Symbol>,
}

impl Index {
    /// The nodes of a kind, in order.
    pub fn of_kind(&self, kind: Kind) -> &[NodeId] {
        &self.by_kind[kind as usize]
    }

    /// The calls, constructions or macros whose function's name ends with a word, or is short for
    /// one that does, in order.
    pub fn calls_of(&self, kind: Kind, word: Symbol) -> &[NodeId] {
        self.calls.get(&(kind, word)).map_or(&[], Vec::as_slice)
    }

    /// Whether a word stands in the file, or in the qualified name of an import.
    pub fn has_word(&self, word: Symbol) -> bool {
        self.words.contains(&word)
    }

    pub(super) fn of(tree: &Tree, names: &Names) -> Index {
        let mut index = Index {
            by_kind: vec![Vec::new(); Kind::COUNT],
            calls: HashMap::new(),
            words: HashSet::with_capacity(tree.nodes.len() / 8),
        };
        let own = tree.node(NodeId::ROOT).end;
        for (at, node) in tree.nodes.iter().enumerate() {
            let id = NodeId(at as u32);
            if matches!(node.kind, Kind::Name | Kind::Ident) {
                index.words.insert(node.symbol);
            }
            if id.0 >= own {
                continue;
            }
            index.by_kind[node.kind as usize].push(id);
            if matches!(node.kind, Kind::Call | Kind::New | Kind::Macro) {
                let mut callee = tree.child(id, Role::Callee);
                while let Some(at) = callee.filter(|&at| tree.kind(at) == Kind::Type) {
                    callee = tree.child(at, Role::Name);
                }
                let Some(callee) = callee else { continue };
                let mut add = |word: Option<Symbol>| {
                    let Some(word) = word else { return };
                    let calls = index.calls.entry((node.kind, word)).or_default();
                    if calls.last() != Some(&id) {
                        calls.push(id);
                    }
                };
                add(last_word(tree, callee));
                let chain = names.qualified(callee);
                add(chain.and_then(|chain| last_word(tree, chain)));
            }
        }
        index
    }
}

/// The fields of a file by their words, and the names that are short for such a field.
#[derive(Debug)]
pub(super) struct Fields(HashMap<Symbol, Vec<NodeId>>);

impl Fields {
    pub(super) fn of(tree: &Tree, names: &Names, index: &Index) -> Fields {
        let mut nodes = [index.of_kind(Kind::Attr), index.of_kind(Kind::Name)].concat();
        // Two rows in order are merged.
        nodes.sort();
        let mut fields: HashMap<Symbol, Vec<NodeId>> = HashMap::new();
        for id in nodes {
            let word = if tree.kind(id) == Kind::Name {
                let chain = names.qualified(id);
                chain.and_then(|chain| last_word(tree, chain))
            } else {
                let field = tree.child(id, Role::Field);
                let is_word = |of: &NodeId| matches!(tree.kind(*of), Kind::Ident | Kind::Name);
                field.filter(is_word).map(|field| tree.symbol(field))
            };
            if let Some(word) = word {
                fields.entry(word).or_default().push(id);
            }
        }
        Fields(fields)
    }

    pub(super) fn get(&self, word: Symbol) -> &[NodeId] {
        self.0.get(&word).map_or(&[], Vec::as_slice)
    }
}

/// The last word of a name or of a chain of fields.
pub(crate) fn last_word(tree: &Tree, node: NodeId) -> Option<Symbol> {
    match tree.kind(node) {
        // The keyword of an instruction is no variable.
        Kind::Name | Kind::Ident => Some(tree.symbol(node)),
        Kind::Attr => {
            let field = tree.child(node, Role::Field)?;
            (tree.kind(field) == Kind::Ident).then(|| tree.symbol(field))
        }
        _ => None,
    }
}
