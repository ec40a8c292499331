//! What an import binds a name to, `require` included.

use super::super::kind::{Flags, Kind, Role};
use super::super::symbol::Symbol;
use super::super::tree::{NodeId, Tree};
use super::Resolver;
use super::chain::add_chain;
use crate::lang::Language;

impl Resolver<'_> {
    /// `const x = require("m")` imports: it binds `m`, or a field of it.
    pub(super) fn required(&mut self, tree: &mut Tree, id: NodeId, target: NodeId, scope: NodeId) {
        if !tree.language.is_script() {
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

    pub(super) fn import(&mut self, tree: &mut Tree, id: NodeId) {
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
}

/// The segments of a module's name.
fn module_path(language: Language, module: &str) -> Vec<String> {
    match language {
        Language::Python => {
            // A relative import begins with a segment of dots, which no pattern spells.
            let name = module.trim_start_matches(['.', ' ']);
            let dots = module[..module.len() - name.len()].replace(' ', "");
            let segments = name.split('.').map(|part| part.trim().to_owned());
            let dots = Some(dots).filter(|dots| !dots.is_empty());
            dots.into_iter()
                .chain(segments.filter(|part| !part.is_empty()))
                .collect()
        }
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
