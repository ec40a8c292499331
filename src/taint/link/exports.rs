//! The names by which other files can reach what a file defines.

use std::collections::BTreeMap;

use super::imports::{Binding, DEFAULT, Imports, required};
use crate::lang::Family;
use crate::syntax::{File, Flags, Kind, NodeId, Role, Symbol, Tree};
use crate::taint::functions::{FunctionId, Functions};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum Export {
    Function(FunctionId),
    Class(Symbol),
    /// A variable of the file, by the name that defines it.
    Variable(NodeId),
    /// The value of an expression.
    Expression(NodeId),
    /// Something that the file imports itself.
    Alias(Binding),
}

/// What a file exports.
#[derive(Debug, Default)]
pub(super) struct Exports {
    pub(super) items: BTreeMap<String, Export>,
    /// Modules of which every name is passed on.
    pub(super) stars: Vec<Binding>,
}

/// Finds what a file exports.
pub(super) fn exports(file: &File<'_>, functions: &Functions, imports: &Imports) -> Exports {
    let mut finder = Finder {
        file,
        functions,
        imports,
        exports: Exports::default(),
    };
    match file.tree().language.family() {
        Some(Family::Python | Family::Rust) => finder.every_name(),
        Some(Family::Script) => finder.exported(),
        None => {}
    }
    finder.exports
}

/// The names and the values of the members of an object that is written down.
pub(super) fn members_of(tree: &Tree, node: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> {
    let object = Some(node).filter(|&node| tree.kind(node) == Kind::Dict);
    let members = object.into_iter().flat_map(|object| tree.children(object));
    members.filter_map(|member| match tree.kind(member) {
        Kind::Func => Some((tree.child(member, Role::Name)?, member)),
        Kind::Pair => {
            let name = tree.child(member, Role::Key)?;
            Some((name, tree.child(member, Role::Value).unwrap_or(name)))
        }
        _ => None,
    })
}

struct Finder<'f> {
    file: &'f File<'f>,
    functions: &'f Functions,
    imports: &'f Imports,
    exports: Exports,
}

impl Finder<'_> {
    fn text(&self, node: NodeId) -> String {
        self.file.text_of(node).into_owned()
    }

    fn add(&mut self, name: String, export: Export) {
        self.exports.items.entry(name).or_insert(export);
    }

    /// Whatever a module defines can be had from it.
    fn every_name(&mut self) {
        let (tree, names) = (self.file.tree(), self.file.names());
        for (def, id) in self.functions.by_definition() {
            let definition = names.definition(def);
            if definition.scope == NodeId::ROOT {
                self.add(self.text(definition.node), Export::Function(id));
            }
        }
        for (name, node) in self.functions.classes() {
            if let Some(of) = tree.child(node, Role::Name) {
                let of = match tree.kind(of) {
                    Kind::Type => tree.child(of, Role::Name).unwrap_or(of),
                    _ => of,
                };
                // A module of its own file is no class, and is found by its path.
                let elsewhere = tree.symbol(node) == Symbol::of("mod")
                    && tree.child(node, Role::Body).is_none();
                if !elsewhere {
                    self.add(self.text(of), Export::Class(name));
                }
            }
        }
        for (def, binding) in self.imports.iter() {
            let definition = names.definition(def);
            if definition.scope == NodeId::ROOT {
                let mut name = self.text(definition.node);
                if name.contains(['.', ' ', ':']) || name == "self" {
                    name = match binding.names.last() {
                        Some(last) => last.clone(),
                        None => binding.module.clone(),
                    };
                }
                self.add(name, Export::Alias(binding.clone()));
            }
        }
        self.exports.stars.clone_from(&self.imports.stars);
        for node in tree.subtree(NodeId::ROOT) {
            if tree.kind(node) != Kind::Assign {
                continue;
            }
            let target = tree
                .child(node, Role::Target)
                .filter(|&target| matches!(tree.kind(target), Kind::Name | Kind::Ident));
            if let Some(target) = target
                && let Some(def) = names.definition_of(target)
                && names.definition(def).scope == NodeId::ROOT
                && names.definition(def).node == target
            {
                self.add(self.text(target), Export::Variable(target));
            }
        }
    }

    /// `export` and `module.exports`.
    fn exported(&mut self) {
        let tree = self.file.tree();
        for node in tree.subtree(NodeId::ROOT) {
            match tree.kind(node) {
                Kind::Export => self.export(node),
                Kind::Assign => self.common(node),
                _ => {}
            }
        }
    }

    fn export(&mut self, node: NodeId) {
        let tree = self.file.tree();
        let from = tree
            .children(node)
            .filter(|&child| tree.kind(child) == Kind::Str)
            .last()
            .and_then(|text| tree.children(text).next())
            .map(|part| self.text(part));
        if tree.node(node).flags.has(Flags::DEFAULT) {
            for child in tree.children(node) {
                if let Some(export) = self.of_expression(child) {
                    self.members(child);
                    self.add(DEFAULT.to_owned(), export);
                }
            }
            return;
        }
        let mut any = false;
        for child in tree.children(node) {
            match tree.kind(child) {
                Kind::Func | Kind::Class => {
                    if let (Some(name), Some(export)) =
                        (tree.child(child, Role::Name), self.of_expression(child))
                    {
                        self.add(self.text(name), export);
                    }
                }
                Kind::VarDecl => self.declared(child),
                Kind::Raw => {
                    any = true;
                    self.listed(child, from.as_deref());
                }
                _ => {}
            }
        }
        if let Some(module) = from.filter(|_| !any) {
            self.exports.stars.push(Binding {
                module,
                names: Vec::new(),
            });
        }
    }

    /// `export const a = …`
    fn declared(&mut self, node: NodeId) {
        let tree = self.file.tree();
        for assign in tree.children(node) {
            let (Some(target), Some(value)) = (
                tree.child(assign, Role::Target),
                tree.child(assign, Role::Value),
            ) else {
                continue;
            };
            if tree.kind(target) != Kind::Name {
                continue;
            }
            let export = match tree.kind(value) {
                Kind::Func | Kind::Class => self.of_expression(value),
                _ => self.of_expression(target),
            };
            if let Some(export) = export {
                self.add(self.text(target), export);
            }
        }
    }

    /// `export { a, b as c }`, `export { a } from "./m"`, `export * as a from "./m"`
    fn listed(&mut self, node: NodeId, from: Option<&str>) {
        let tree = self.file.tree();
        let entries: Vec<NodeId> = tree
            .children(node)
            .filter(|&entry| tree.kind(entry) == Kind::Raw)
            .collect();
        if entries.is_empty()
            && let Some(module) = from
        {
            let name = tree
                .subtree(node)
                .rfind(|&part| matches!(tree.kind(part), Kind::Name | Kind::Ident));
            if let Some(name) = name {
                let alias = Binding {
                    module: module.to_owned(),
                    names: Vec::new(),
                };
                self.add(self.text(name), Export::Alias(alias));
            }
            return;
        }
        for entry in entries {
            let words: Vec<NodeId> = tree
                .children(entry)
                .filter(|&word| matches!(tree.kind(word), Kind::Name | Kind::Ident))
                .collect();
            let (Some(&of), Some(&name)) = (words.first(), words.last()) else {
                continue;
            };
            let export = match from {
                Some(module) => Some(Export::Alias(Binding {
                    module: module.to_owned(),
                    names: vec![self.text(of)],
                })),
                None => self.of_expression(of),
            };
            if let Some(export) = export {
                self.add(self.text(name), export);
            }
        }
    }

    /// `module.exports = …`, `exports.a = …`
    fn common(&mut self, node: NodeId) {
        let tree = self.file.tree();
        let (Some(target), Some(value)) = (
            tree.child(node, Role::Target),
            tree.child(node, Role::Value),
        ) else {
            return;
        };
        if tree.kind(target) != Kind::Attr {
            return;
        }
        let (Some(object), Some(field)) = (
            tree.child(target, Role::Object),
            tree.child(target, Role::Field),
        ) else {
            return;
        };
        let is = |node: NodeId, of: &str| tree.symbol(node) == Symbol::of(of);
        let module = |node: NodeId| {
            tree.kind(node) == Kind::Attr
                && tree
                    .child(node, Role::Object)
                    .is_some_and(|of| is(of, "module"))
                && tree
                    .child(node, Role::Field)
                    .is_some_and(|of| is(of, "exports"))
        };
        if module(target) {
            self.members(value);
            if let Some(export) = self.of_expression(value) {
                self.add(DEFAULT.to_owned(), export);
            }
        } else if (tree.kind(object) == Kind::Name && is(object, "exports") || module(object))
            && let Some(export) = self.of_expression(value)
        {
            self.add(self.text(field), export);
        }
    }

    /// The members of an object that is exported as a whole.
    fn members(&mut self, node: NodeId) {
        let tree = self.file.tree();
        for (name, value) in members_of(tree, node) {
            if let Some(export) = self.of_expression(value) {
                let name = self.file.text_of(name);
                self.add(name.trim_matches(['"', '\'']).to_owned(), export);
            }
        }
        let spreads = tree
            .children(node)
            .filter(|&of| tree.kind(node) == Kind::Dict && tree.kind(of) == Kind::Spread);
        let values = spreads.filter_map(|spread| tree.children(spread).next());
        let required = values.filter_map(|value| required(self.file, value));
        self.exports.stars.extend(required);
    }

    fn of_expression(&self, node: NodeId) -> Option<Export> {
        let tree = self.file.tree();
        match tree.kind(node) {
            Kind::Func => self.functions.id_of(node).map(Export::Function),
            Kind::Class => tree
                .child(node, Role::Name)
                .map(|name| Export::Class(tree.symbol(name))),
            Kind::Name | Kind::Ident => {
                let def = self.file.names().definition_of(node);
                if let Some(id) = self.functions.named(self.file, node) {
                    return Some(Export::Function(id));
                }
                if self.functions.class(tree.symbol(node)).is_some() {
                    return Some(Export::Class(tree.symbol(node)));
                }
                let def = def?;
                match self.imports.get(def) {
                    Some(binding) => Some(Export::Alias(binding.clone())),
                    None => Some(Export::Variable(self.file.names().definition(def).node)),
                }
            }
            Kind::Token => None,
            _ => match required(self.file, node) {
                Some(binding) => Some(Export::Alias(binding)),
                None => Some(Export::Expression(node)),
            },
        }
    }
}
