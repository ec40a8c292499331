//! Imports: prefixes, subsets, and the call of `require` that means the same.

use super::{Matcher, Then};
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

impl Matcher<'_> {
    pub(super) fn import(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let whole = self.pattern.kind(p) == Kind::Import;
        match self.tree.kind(t) {
            Kind::Import | Kind::ImportFrom => {
                if self.tree.language == Language::Python {
                    return self.python_import(p, t, then);
                }
                let bare = whole && self.pattern.child(p, Role::Name).is_none();
                if !bare && self.pattern.kind(p) != self.tree.kind(t) {
                    return false;
                }
                let (Some(p_module), Some(t_module)) = (
                    self.pattern.child(p, Role::Module),
                    self.tree.child(t, Role::Module),
                ) else {
                    return false;
                };
                // `use $X;`
                if self.pattern.symbol(p_module) == Symbol::of("") {
                    return self.import_names(p, t, then);
                }
                let below = self.pattern.kind(p_module) == Kind::Ident && {
                    // A path within a package imports from the package.
                    let package = self.pattern.text_of(p_module, self.pattern_text);
                    let module = self.tree.text_of(t_module, self.file.text());
                    module
                        .strip_prefix(&*package)
                        .is_some_and(|rest| rest.starts_with('/'))
                };
                if below {
                    return bare && then(self) || !bare && self.import_names(p, t, then);
                }
                self.node(p_module, t_module, &mut |matcher| {
                    bare && then(matcher) || !bare && matcher.import_names(p, t, then)
                })
            }
            // `const x = require("m")`
            Kind::VarDecl | Kind::Assign => self.required(p, t, then),
            _ => false,
        }
    }

    /// What is bound: `* as x`, or a subset of names.
    fn import_names(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        if self.pattern.kind(p) == Kind::Import {
            return match (
                self.pattern.child(p, Role::Name),
                self.tree.child(t, Role::Name),
            ) {
                (None, _) => then(self),
                (Some(p), Some(t)) => self.node(p, t, then),
                (Some(_), None) => false,
            };
        }
        let (ps, ts) = (
            self.pattern.role(p, Role::Item),
            self.tree.role(t, Role::Item),
        );
        self.list(p, Role::Item, ps, ts, then)
    }

    fn python_import(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let (Some(p_module), Some(t_module)) = (
            self.pattern.child(p, Role::Module),
            self.tree.child(t, Role::Module),
        ) else {
            return false;
        };
        if self.pattern.kind(p) == Kind::ImportFrom {
            if self.tree.kind(t) != Kind::ImportFrom {
                return self.imports_member(p, p_module, t_module) && then(self);
            }
            return self.node(p_module, t_module, &mut |matcher| {
                matcher.import_names(p, t, then)
            });
        }
        if self.pattern.kind(p_module) != Kind::Ident {
            return self.tree.kind(t) == Kind::Import
                && self.node(p_module, t_module, &mut |matcher| {
                    matcher.import_names(p, t, then)
                });
        }
        let wanted = self
            .pattern
            .text_of(p_module, self.pattern_text)
            .into_owned();
        let module = self.tree.text_of(t_module, self.file.text()).into_owned();
        let within = |module: &str| {
            module
                .strip_prefix(&wanted)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if within(&module) {
            // An alias in the pattern has to be there.
            return match self.pattern.child(p, Role::Name) {
                Some(_) => self.tree.kind(t) == Kind::Import && self.import_names(p, t, then),
                None => then(self),
            };
        }
        // `from a import b` imports `a.b`.
        let named = self.tree.kind(t) == Kind::ImportFrom
            && self.pattern.child(p, Role::Name).is_none()
            && self.tree.role(t, Role::Item).any(|name| {
                let name = self.tree.child(name, Role::Module);
                name.is_some_and(|name| {
                    within(&format!(
                        "{module}.{}",
                        self.tree.text_of(name, self.file.text())
                    ))
                })
            });
        named && then(self)
    }

    /// `import a.b` for the pattern `from a import b`.
    fn imports_member(&self, p: NodeId, p_module: NodeId, t_module: NodeId) -> bool {
        let module = self.pattern.text_of(p_module, self.pattern_text);
        let actual = self.tree.text_of(t_module, self.file.text());
        let mut names = self.pattern.role(p, Role::Item);
        let only = names.next().filter(|_| names.is_empty());
        let name = only.and_then(|name| self.pattern.child(name, Role::Module));
        name.is_some_and(|name| {
            actual == format!("{module}.{}", self.pattern.text_of(name, self.pattern_text))
        })
    }

    fn required(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let assign = if self.tree.kind(t) == Kind::VarDecl {
            match self.tree.children(t).next() {
                Some(assign) => assign,
                None => return false,
            }
        } else {
            t
        };
        let (Some(target), Some(value)) = (
            self.tree.child(assign, Role::Target),
            self.tree.child(assign, Role::Value),
        ) else {
            return false;
        };
        let callee = self.tree.child(value, Role::Callee);
        let requires = self.tree.kind(value) == Kind::Call
            && callee.is_some_and(|callee| self.tree.symbol(callee) == Symbol::of("require"));
        let (Some(argument), Some(p_module)) = (
            self.tree.child(value, Role::Arg),
            self.pattern.child(p, Role::Module),
        ) else {
            return false;
        };
        if !requires || self.tree.kind(argument) != Kind::Str {
            return false;
        }
        let Some(module) = self.tree.children(argument).next() else {
            return false;
        };
        let same = match self.pattern.kind(p_module) {
            Kind::Ident => self.pattern.symbol(p_module) == self.tree.symbol(module),
            _ => true,
        };
        if !same {
            return false;
        }
        if self.pattern.kind(p) == Kind::Import {
            // `import * as x` is another thing than `require`.
            return self.pattern.child(p, Role::Name).is_none() && then(self);
        }
        if self.tree.kind(target) != Kind::Dict {
            return false;
        }
        // `import {a as b}` and `const {a: b} = require(…)`.
        self.required_names(self.pattern.role(p, Role::Item).next, p, target, then)
    }

    fn required_names(&mut self, at: NodeId, p: NodeId, target: NodeId, then: Then<'_>) -> bool {
        let names = self.pattern.role(p, Role::Item);
        if at >= names.stop {
            return then(self);
        }
        let next = self.pattern.after(at);
        if self.pattern.kind(at) == Kind::Ellipsis {
            return self.required_names(next, p, target, then);
        }
        let (name, alias) = (
            self.pattern.child(at, Role::Module),
            self.pattern.child(at, Role::Name),
        );
        let Some(name) = name else { return false };
        let pairs: Vec<NodeId> = self.tree.children(target).collect();
        pairs.into_iter().any(|pair| {
            let (Some(key), Some(value)) = (
                self.tree.child(pair, Role::Key),
                self.tree.child(pair, Role::Value),
            ) else {
                return false;
            };
            self.node(name, key, &mut |matcher| match alias {
                Some(alias) => matcher.node(alias, value, &mut |matcher| {
                    matcher.required_names(next, p, target, then)
                }),
                None => matcher.required_names(next, p, target, then),
            })
        })
    }
}
