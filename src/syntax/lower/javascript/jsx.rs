//! JSX.

use super::super::placeholder::Placeholder;
use super::{CstId, Flags, K, Kind, Role, Script, Symbol};

impl Script<'_, '_> {
    /// `<name attr=…>…</name>` in either form.
    pub(super) fn element(&mut self, c: CstId, role: Role) {
        let f = self.f;
        let tag = self.lower.field(c, f.open_tag).unwrap_or(c);
        self.lower.open(Kind::Element, role, c);
        if let Some(name) = self.lower.field(tag, f.name) {
            self.expression(name, Role::Name);
        }
        let name = self.lower.field(tag, f.name);
        for child in self.lower.named(tag) {
            if Some(child) != name && self.k(child) != K::TypeArguments {
                self.element_attribute(child);
            }
        }
        if self.k(c) == K::JsxElement {
            for child in self.lower.named(c) {
                match self.k(child) {
                    K::JsxText => self.element_text(child),
                    K::JsxElement | K::JsxSelfClosing | K::JsxExpression => {
                        self.expression(child, Role::Item);
                    }
                    _ => {}
                }
            }
        }
        self.lower.close();
    }

    pub(super) fn element_attribute(&mut self, c: CstId) {
        if self.k(c) == K::JsxExpression {
            self.items(c, Role::Param);
            return;
        }
        let mut parts = self.lower.named(c);
        let Some(name) = parts.next() else { return };
        let value = parts.next();
        if value.is_none() && self.lower.is_ellipsis(name) {
            self.lower.word(Kind::Ellipsis, Role::Param, name);
            return;
        }
        let id = self.lower.open(Kind::ElementAttr, Role::Param, c);
        if matches!(self.lower.placeholder(name), Some(Placeholder::MetaVar(_))) && value.is_none()
        {
            self.lower.flag(id, Flags::SHORTHAND);
        }
        self.key(name, Role::Name);
        if let Some(value) = value {
            self.expression(value, Role::Value);
        }
        self.lower.close();
    }

    fn element_text(&mut self, c: CstId) {
        let text = self.lower.text(c).trim_ascii();
        if text.is_empty() {
            return;
        }
        let span = self.lower.span(c);
        if self.lower.pattern {
            match Placeholder::read(text.strip_suffix(b";").unwrap_or(text)) {
                Some(Placeholder::Ellipsis) => {
                    self.lower
                        .leaf_as(Kind::Ellipsis, Role::Item, span, Symbol::NONE);
                    return;
                }
                // `<a>$X</a>` is an element with text; `{$X}` would be an expression.
                Some(Placeholder::MetaVar(name)) => {
                    let name = Symbol::of(name);
                    let id = self.lower.leaf_as(Kind::MetaVar, Role::Item, span, name);
                    self.lower.flag(id, Flags::TEMPLATE);
                    return;
                }
                _ => {}
            }
        }
        self.lower
            .leaf_as(Kind::ElementText, Role::Item, span, Symbol::of(text));
    }
}
