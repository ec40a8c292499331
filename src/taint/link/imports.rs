//! What the names that a file imports stand for.

use std::collections::HashMap;

use crate::lang::Language;
use crate::syntax::{DefId, File, Flags, Kind, NodeId, Role, Symbol};

/// What an imported name stands for: a module, and the way from it by names. The module of a Rust
/// path stands among its names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) module: String,
    pub(super) names: Vec<String>,
}

/// The name of what a module of scripts exports without a name.
pub(in crate::taint) const DEFAULT: &str = "default";

/// What a file imports.
#[derive(Debug, Default)]
pub(super) struct Imports {
    by_definition: HashMap<DefId, Binding>,
    /// Modules of which every name is imported.
    pub(super) stars: Vec<Binding>,
}

impl Imports {
    pub(super) fn of(file: &File<'_>) -> Imports {
        let tree = file.tree();
        let mut imports = Imports::default();
        for node in tree.subtree(NodeId::ROOT) {
            match tree.kind(node) {
                Kind::Import => imports.add_module(file, node),
                Kind::ImportFrom => imports.add_names(file, node),
                Kind::Assign => imports.add_required(file, node),
                _ => {}
            }
        }
        imports
    }

    /// What a definition imports.
    pub(super) fn get(&self, def: DefId) -> Option<&Binding> {
        self.by_definition.get(&def)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (DefId, &Binding)> {
        self.by_definition.iter().map(|(def, of)| (*def, of))
    }

    fn add(&mut self, file: &File<'_>, name: NodeId, binding: Binding) {
        if let Some(def) = file.names().definition_of(name) {
            self.by_definition.entry(def).or_insert(binding);
        }
    }

    fn add_module(&mut self, file: &File<'_>, node: NodeId) {
        let tree = file.tree();
        let Some(module) = tree.child(node, Role::Module) else {
            return;
        };
        let text = file.text_of(module).into_owned();
        if let Some(name) = tree.child(node, Role::Name) {
            self.add(file, name, binding(tree.language, &text, None));
        } else if tree.language == Language::Python {
            // `import a.b` binds `a`.
            let first = text.split('.').next().unwrap_or_default();
            self.add(file, module, binding(tree.language, first.trim(), None));
        }
    }

    fn add_names(&mut self, file: &File<'_>, node: NodeId) {
        let tree = file.tree();
        let Some(module) = tree.child(node, Role::Module) else {
            return;
        };
        let module = file.text_of(module).into_owned();
        for name in tree.children(node) {
            if tree.kind(name) != Kind::ImportName {
                continue;
            }
            let Some(imported) = tree.child(name, Role::Module) else {
                self.stars.push(binding(tree.language, &module, None));
                continue;
            };
            let bound = tree.child(name, Role::Name).unwrap_or(imported);
            let text = file.text_of(imported);
            let of = if tree.node(name).flags.has(Flags::DEFAULT) {
                Some(DEFAULT)
            } else if tree.language == Language::Rust && text == "self" {
                None
            } else {
                Some(&*text)
            };
            self.add(file, bound, binding(tree.language, &module, of));
        }
    }

    /// `const x = require("./m").y`, `const {a, b: c} = require("./m")`
    fn add_required(&mut self, file: &File<'_>, node: NodeId) {
        let tree = file.tree();
        let (Some(target), Some(value)) = (
            tree.child(node, Role::Target),
            tree.child(node, Role::Value),
        ) else {
            return;
        };
        let Some(required) = required(file, value) else {
            return;
        };
        match tree.kind(target) {
            Kind::Name => self.add(file, target, required),
            Kind::Dict => {
                for pair in tree.children(target) {
                    let key = tree.child(pair, Role::Key);
                    let value = tree.child(pair, Role::Value).or(key);
                    if let (Some(key), Some(value)) = (key, value)
                        && tree.kind(value) == Kind::Name
                    {
                        let mut of = required.clone();
                        of.names.push(file.text_of(key).into_owned());
                        self.add(file, value, of);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The module of `require("./m").y`.
pub(in crate::taint) fn required_module(file: &File<'_>, value: NodeId) -> Option<String> {
    required(file, value).map(|of| of.module)
}

/// What `require("./m").y` stands for.
pub(super) fn required(file: &File<'_>, value: NodeId) -> Option<Binding> {
    let tree = file.tree();
    if !tree.language.is_script() {
        return None;
    }
    let mut names = Vec::new();
    let mut at = value;
    loop {
        match tree.kind(at) {
            Kind::Attr if names.len() < 8 => {
                let field = tree.child(at, Role::Field)?;
                names.push(file.text_of(field).into_owned());
                at = tree.child(at, Role::Object)?;
            }
            Kind::Await => at = tree.children(at).next()?,
            Kind::Call => break,
            _ => return None,
        }
    }
    let callee = tree.symbol(tree.child(at, Role::Callee)?);
    if callee != Symbol::of("require") && callee != Symbol::of("import") {
        return None;
    }
    let argument = tree.child(at, Role::Arg)?;
    let part = tree.children(argument).next()?;
    if tree.kind(argument) != Kind::Str || tree.kind(part) != Kind::StrPart {
        return None;
    }
    names.reverse();
    Some(Binding {
        module: file.text_of(part).into_owned(),
        names,
    })
}

fn binding(language: Language, module: &str, name: Option<&str>) -> Binding {
    let mut names = Vec::new();
    if language == Language::Rust {
        names.extend(
            module
                .split('.')
                .filter(|part| !part.is_empty())
                .map(str::to_owned),
        );
    }
    names.extend(name.map(str::to_owned));
    Binding {
        module: if language == Language::Rust {
            String::new()
        } else {
            module.to_owned()
        },
        names,
    }
}
