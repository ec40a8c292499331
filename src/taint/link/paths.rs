//! What an expression stands for in another file: a name that was imported, what belongs to it, and
//! the class of what a variable or a field holds.

use std::collections::HashMap;

use super::imports::{Binding, Imports, required};
use crate::lang::Language;
use crate::syntax::{DefId, File, Kind, NodeId, Role, Symbol};
use crate::taint::functions::{callee_of, class_name};

/// Expressions are followed no further than this.
const MAX_DEPTH: u32 = 8;

/// So many assignments of one field are looked at for its class.
const MAX_VALUES: usize = 2;

/// Reads the names of one file.
pub(super) struct Paths<'f> {
    pub(super) file: &'f File<'f>,
    pub(super) imports: Imports,
    /// What tells the class of a field, by the name of its class and its own: what it is given, or
    /// where its type stands.
    fields: HashMap<(Symbol, Symbol), Vec<NodeId>>,
}

impl<'f> Paths<'f> {
    pub(super) fn new(file: &'f File<'f>) -> Paths<'f> {
        let mut paths = Paths {
            file,
            imports: Imports::of(file),
            fields: HashMap::new(),
        };
        let tree = file.tree();
        for node in tree.subtree(NodeId::ROOT) {
            let field = match tree.kind(node) {
                // `self.store = Store()`, and `store: Store` in the class.
                Kind::Assign => paths.assigned_field(node),
                // `store: Store`, and `constructor(private store: Store)`.
                Kind::Field => tree.child(node, Role::Name),
                Kind::Param if tree.language.is_script() => tree.child(node, Role::Name),
                _ => None,
            };
            let Some(field) = field else { continue };
            let class = paths.class_around(node);
            if let Some(class) = class.and_then(|class| class_name(file, class)) {
                let known = paths.fields.entry((class, tree.symbol(field))).or_default();
                if known.len() < MAX_VALUES {
                    known.push(node);
                }
            }
        }
        paths
    }

    fn assigned_field(&self, assign: NodeId) -> Option<NodeId> {
        let tree = self.file.tree();
        let target = tree.child(assign, Role::Target)?;
        match tree.kind(target) {
            Kind::Attr => {
                self.receiver_class(tree.child(target, Role::Object)?)?;
                tree.child(target, Role::Field)
            }
            Kind::Name => tree.child(assign, Role::Type).map(|_| target),
            _ => None,
        }
    }

    fn text(&self, node: NodeId) -> String {
        self.file.text_of(node).into_owned()
    }

    /// What an expression names in another file.
    pub(super) fn path(&self, node: NodeId, depth: u32) -> Option<Binding> {
        if depth > MAX_DEPTH {
            return None;
        }
        let tree = self.file.tree();
        match tree.kind(node) {
            Kind::Name | Kind::Ident => self.name(node, depth),
            Kind::Attr => {
                let object = tree.child(node, Role::Object)?;
                let field = tree.child(node, Role::Field)?;
                let own = self.receiver_class(object);
                let mut path = match own {
                    Some(class) => return self.of_receiver(class, field, depth),
                    None => self.path(object, depth + 1)?,
                };
                path.names.push(self.text(field));
                Some(path)
            }
            Kind::Type => self.path(tree.child(node, Role::Name)?, depth + 1),
            Kind::Call | Kind::New | Kind::Dict | Kind::Await | Kind::Question | Kind::Ref => {
                required(self.file, node).or_else(|| self.class(node, depth + 1))
            }
            _ => None,
        }
    }

    fn name(&self, node: NodeId, depth: u32) -> Option<Binding> {
        let tree = self.file.tree();
        if let Some(def) = self.file.names().definition_of(node) {
            if let Some(binding) = self.imports.get(def) {
                return Some(binding.clone());
            }
            if !self.file.names().definition(def).wildcard {
                // A Rust module is declared like a thing of the file, and is a file of its own.
                if tree.language == Language::Rust
                    && tree.node(node).role == Role::Object
                    && self.is_module(def)
                {
                    return Some(self.spelled(node));
                }
                return self.held(def, depth);
            }
        }
        match (tree.language, &self.imports.stars[..]) {
            (Language::Rust, _) if tree.node(node).role == Role::Object => Some(self.spelled(node)),
            (Language::Python | Language::Rust, [star]) => {
                let mut path = star.clone();
                path.names.push(self.text(node));
                Some(path)
            }
            _ => None,
        }
    }

    fn spelled(&self, node: NodeId) -> Binding {
        Binding {
            module: String::new(),
            names: vec![self.text(node)],
        }
    }

    fn is_module(&self, def: DefId) -> bool {
        let tree = self.file.tree();
        let holder = tree.node(self.file.names().definition(def).node).parent;
        tree.kind(holder) == Kind::Class && tree.child(holder, Role::Body).is_none()
    }

    /// The class of what a variable holds.
    fn held(&self, def: DefId, depth: u32) -> Option<Binding> {
        let tree = self.file.tree();
        let definition = self.file.names().definition(def);
        let parent = tree.node(definition.node).parent;
        if tree.kind(parent) == Kind::Param {
            return self.typed(parent);
        }
        if tree.kind(parent) != Kind::Assign || definition.assignments != 1 {
            return None;
        }
        let value = tree.child(parent, Role::Value);
        let class = value.and_then(|value| self.class(value, depth + 1));
        class.or_else(|| self.typed(parent))
    }

    /// The class that an annotation names.
    fn typed(&self, annotated: NodeId) -> Option<Binding> {
        let tree = self.file.tree();
        let of = tree.child(annotated, Role::Type)?;
        let mut parts = tree.subtree(of).take(MAX_DEPTH as usize);
        parts.find_map(|part| match tree.kind(part) {
            Kind::Name | Kind::Ident => {
                let def = self.file.names().definition_of(part)?;
                self.imports.get(def).cloned()
            }
            Kind::Attr => self.path(part, MAX_DEPTH),
            Kind::Str if tree.language == Language::Python => self.quoted(part),
            _ => None,
        })
    }

    /// `"Store"` as an annotation.
    fn quoted(&self, node: NodeId) -> Option<Binding> {
        let symbol = self.file.tree().symbol(node);
        let mut imported = self.imports.iter();
        let found = imported.find(|(def, _)| {
            let name = self.file.names().definition(*def).node;
            self.file.tree().symbol(name) == symbol
        });
        found.map(|(_, binding)| binding.clone())
    }

    /// The class of the object that an expression makes.
    pub(super) fn class(&self, node: NodeId, depth: u32) -> Option<Binding> {
        if depth > MAX_DEPTH {
            return None;
        }
        let tree = self.file.tree();
        match tree.kind(node) {
            Kind::Call | Kind::New => {
                let callee = callee_of(tree, node)?;
                let mut path = self.path(callee, depth + 1)?;
                // `Store::open(…)?` makes a `Store`.
                let capital = |name: &String| name.starts_with(char::is_uppercase);
                if tree.language == Language::Rust && !path.names.last().is_some_and(capital) {
                    path.names.pop();
                    path.names.last().filter(|name| capital(name))?;
                }
                Some(path)
            }
            Kind::Dict => self.path(tree.child(node, Role::Callee)?, depth + 1),
            Kind::Await | Kind::Question | Kind::Ref | Kind::Cast => {
                self.class(tree.children(node).next()?, depth + 1)
            }
            Kind::Name | Kind::Attr => self.path(node, depth + 1),
            _ => None,
        }
    }

    /// The class around, where an expression is its receiver or what its bases say of it.
    fn receiver_class(&self, node: NodeId) -> Option<NodeId> {
        let tree = self.file.tree();
        let names: &[&str] = match (tree.language, tree.kind(node)) {
            (Language::Python, Kind::Name) => &["self", "cls"],
            (Language::Python, Kind::Call) => {
                let callee = callee_of(tree, node)?;
                return (tree.symbol(callee) == Symbol::of("super"))
                    .then(|| self.class_around(node))?;
            }
            (Language::Rust, Kind::Name) => &["self", "Self"],
            (_, Kind::Name) => &["this", "super"],
            _ => return None,
        };
        let name = tree.symbol(node);
        let is_receiver = names.iter().any(|of| name == Symbol::of(of));
        is_receiver.then(|| self.class_around(node))?
    }

    fn class_around(&self, node: NodeId) -> Option<NodeId> {
        let tree = self.file.tree();
        tree.ancestors(node)
            .find(|&above| tree.kind(above) == Kind::Class)
    }

    /// What `self.field` holds, or which method of a base it means.
    fn of_receiver(&self, class: NodeId, field: NodeId, depth: u32) -> Option<Binding> {
        let tree = self.file.tree();
        let parent = tree.node(tree.node(field).parent);
        if parent.role == Role::Callee {
            let mut path = self.bases(class).into_iter().next()?;
            path.names.push(self.text(field));
            return Some(path);
        }
        let of = class_name(self.file, class)?;
        let told = self.fields.get(&(of, tree.symbol(field)))?;
        told.iter().find_map(|&at| {
            let value = tree.child(at, Role::Value);
            let class = value.and_then(|value| self.class(value, depth + 1));
            class.or_else(|| self.typed(at))
        })
    }

    /// The bases of a class that other files define.
    pub(super) fn bases(&self, class: NodeId) -> Vec<Binding> {
        let tree = self.file.tree();
        let bases = tree.role(class, Role::Base);
        bases.filter_map(|base| self.path(base, 1)).collect()
    }
}
