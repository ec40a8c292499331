//! What imports bind, and the chains of names that they lead to.

use super::{Flags, Kind, Language, Node, NodeId, Resolver, Role, Span, Symbol, Tree};

impl Resolver<'_> {
    /// `const x = require("m")` imports: it binds `m`, or a field of it.
    pub(super) fn required(&mut self, tree: &mut Tree, id: NodeId, target: NodeId, scope: NodeId) {
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

    pub(super) fn required_module(&self, tree: &Tree, value: NodeId) -> Option<Vec<String>> {
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
}

/// The segments of a module's name.
pub(super) fn module_path(language: Language, module: &str) -> Vec<String> {
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
pub(super) fn add_chain(tree: &mut Tree, path: &[String], span: Span) -> NodeId {
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
