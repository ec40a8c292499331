//! `use` trees, as one import a name.

use super::{CstId, Flags, K, Kind, Role, Rust, Span, Symbol};

impl Rust<'_, '_> {
    /// `use a::{b, c as d}` as one import a name.
    pub(super) fn use_tree(&mut self, c: CstId, path: &mut Vec<u8>, role: Role, span: Span) {
        let f = self.f;
        let length = path.len();
        match self.k(c) {
            K::ScopedUseList => {
                if let Some(prefix) = self.lower.field(c, f.path) {
                    self.extend_path(path, prefix);
                }
                if let Some(list) = self.lower.field(c, f.list) {
                    self.use_tree(list, path, role, span);
                }
            }
            K::UseList => {
                for child in self.lower.named(c) {
                    self.deeper(child, role, |rust| rust.use_tree(child, path, role, span));
                }
            }
            K::UseWildcard => {
                if let Some(prefix) = self.lower.named(c).next() {
                    self.extend_path(path, prefix);
                }
                self.use_name(path, c, None, Some("*"), role, span);
            }
            K::UseAs => {
                let alias = self.lower.field(c, f.alias);
                if let Some(name) = self.lower.field(c, f.path) {
                    self.use_leaf(name, path, alias, role, span);
                }
            }
            _ => self.use_leaf(c, path, None, role, span),
        }
        path.truncate(length);
    }

    fn use_leaf(
        &mut self,
        c: CstId,
        path: &mut Vec<u8>,
        alias: Option<CstId>,
        role: Role,
        span: Span,
    ) {
        let f = self.f;
        let mut name = c;
        if self.k(c) == K::Scoped {
            if let Some(prefix) = self.lower.field(c, f.path) {
                self.extend_path(path, prefix);
            }
            name = self.lower.field(c, f.name).unwrap_or(c);
        }
        self.use_name(path, name, alias, None, role, span);
    }

    fn use_name(
        &mut self,
        path: &[u8],
        name: CstId,
        alias: Option<CstId>,
        symbol: Option<&str>,
        role: Role,
        span: Span,
    ) {
        self.lower
            .open_span(Kind::ImportFrom, role, Flags::NONE, span);
        let module = self
            .lower
            .leaf_as(Kind::Ident, Role::Module, span, Symbol::of(path));
        self.lower
            .builder
            .set_text(module, &String::from_utf8_lossy(path));
        let id = self.lower.open(Kind::ImportName, Role::Item, name);
        match symbol {
            Some(symbol) => self.lower.builder.node_mut(id).symbol = Symbol::of(symbol),
            None => {
                self.lower.word(Kind::Ident, Role::Module, name);
            }
        }
        if let Some(alias) = alias {
            self.lower.word(Kind::Ident, Role::Name, alias);
        }
        self.lower.close();
        self.lower.close();
    }

    /// Adds `a::b` to a dotted path as `a.b`.
    fn extend_path(&self, path: &mut Vec<u8>, c: CstId) {
        for part in self
            .lower
            .text(c)
            .split(|&b| b == b':')
            .filter(|part| !part.is_empty())
        {
            if !path.is_empty() {
                path.push(b'.');
            }
            path.extend_from_slice(part.trim_ascii());
        }
    }
}
