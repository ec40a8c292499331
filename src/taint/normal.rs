//! Paths that were made absolute and free of `..`: where the words stand that do so, and which
//! variables were given such a path.

use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};

use crate::syntax::{DefId, File, Kind, NodeId, Role, Symbol, Tree};

/// What makes a path absolute and free of `..`.
static NORMALISERS: LazyLock<HashSet<Symbol>> = LazyLock::new(|| {
    let names = [
        "realpath",
        "abspath",
        "resolve",
        "canonicalize",
        "normpath",
        "realpathSync",
        "normalize",
        "safe_join",
    ];
    names.iter().map(Symbol::of).collect()
});
/// Whether a function of this name makes a path absolute and free of `..`.
pub(super) fn is_normaliser(name: Symbol) -> bool {
    NORMALISERS.contains(&name)
}

static JOIN: LazyLock<Symbol> = LazyLock::new(|| Symbol::of("join"));
static PATH: LazyLock<Symbol> = LazyLock::new(|| Symbol::of("path"));

/// A name stands no deeper than this in a pattern that it is believed of.
const MAX_PATTERN: usize = 4;

/// The normalised paths of a file.
#[derive(Debug, Default)]
pub(super) struct Normal {
    /// The words, in order.
    words: Vec<NodeId>,
    /// Of variables that are given such a path anywhere: all their assignments, in order.
    assignments: HashMap<DefId, Vec<(NodeId, bool)>>,
}

impl Normal {
    pub(super) fn of(file: &File<'_>) -> Normal {
        let tree = file.tree();
        let mut normal = Normal {
            words: tree
                .subtree(NodeId::ROOT)
                .filter(|&node| is_word(tree, node))
                .collect(),
            assignments: HashMap::default(),
        };
        if normal.words.is_empty() {
            return normal;
        }
        for assign in tree.subtree(NodeId::ROOT) {
            if tree.kind(assign) != Kind::Assign {
                continue;
            }
            let (Some(target), Some(value)) = (
                tree.child(assign, Role::Target),
                tree.child(assign, Role::Value),
            ) else {
                continue;
            };
            let made = normal.calls(tree, value);
            for name in tree.subtree(target) {
                if let Some(def) = file.names().definition_of(name) {
                    normal
                        .assignments
                        .entry(def)
                        .or_default()
                        .push((assign, made));
                }
            }
        }
        normal
            .assignments
            .retain(|_, all| all.iter().any(|(_, made)| *made));
        normal
    }

    /// Whether an expression is such a path, or a variable that holds one.
    pub(super) fn is(&self, file: &File<'_>, node: NodeId) -> bool {
        let tree = file.tree();
        if self.words.is_empty() {
            return false;
        }
        if tree.kind(node) != Kind::Name {
            return self.calls(tree, node);
        }
        let Some(def) = file.names().definition_of(node) else {
            return false;
        };
        // `match path.canonicalize() { Ok(name) … }`
        let arm = tree
            .ancestors(file.names().definition(def).node)
            .take(MAX_PATTERN)
            .find(|&above| tree.kind(above) == Kind::Arm);
        if let Some(subject) = arm.and_then(|arm| tree.child(tree.node(arm).parent, Role::Value)) {
            return self.calls(tree, subject);
        }
        // The last assignment before the check decides.
        let all = self.assignments.get(&def);
        all.and_then(|all| all.iter().rev().find(|(assign, _)| *assign < node))
            .is_some_and(|(_, made)| *made)
    }

    fn calls(&self, tree: &Tree, node: NodeId) -> bool {
        let first = self.words.partition_point(|&word| word < node);
        self.words
            .get(first)
            .is_some_and(|&word| tree.holds(node, word))
    }
}

fn is_word(tree: &Tree, node: NodeId) -> bool {
    if !matches!(tree.kind(node), Kind::Ident | Kind::Name) {
        return false;
    }
    let symbol = tree.symbol(node);
    // In scripts `path.join` leaves no `..` behind a folder.
    let joins = || {
        symbol == *JOIN
            && tree.language.is_script()
            && tree
                .child(tree.node(node).parent, Role::Object)
                .is_some_and(|object| tree.symbol(object) == *PATH)
    };
    NORMALISERS.contains(&symbol) || joins()
}
