//! Calls of macros. To the grammar their arguments are loose tokens; most read as expressions, so
//! they are parsed once more as a tuple or an array, at the same place in the text.

use super::super::super::cst;
use super::{CstId, K, Kind, Role, Rust, Span};
use crate::lang::Language;

/// How often all the bytes of a file may be parsed again. What nests macros is parsed once a level;
/// real code stays below 2.
const MAX_REPARSED: usize = 8;

impl Rust<'_, '_> {
    pub(super) fn macro_call(&mut self, c: CstId, role: Role) {
        let f = self.f;
        self.lower.open(Kind::Macro, role, c);
        self.field(c, f.r#macro, Role::Callee);
        let tree = self.lower.named(c).find(|&t| self.k(t) == K::TokenTree);
        if let Some(tree) = tree {
            self.macro_arguments(tree);
        }
        self.lower.close();
    }

    /// The arguments in a token tree, as expressions where they parse, otherwise as tokens.
    pub(super) fn macro_arguments(&mut self, c: CstId) {
        let span = self.lower.span(c);
        let braces = self.lower.text(c).starts_with(b"{");
        let text = self.lower.text;
        if !braces
            && self.may_reparse(span)
            && let Some(inner) = cst::parse_range(Language::Rust, text, span)
        {
            let (kinds, f) = (self.kinds, self.f);
            self.lower
                .within(&inner, |lower| Rust { lower, kinds, f }.parsed_arguments());
            return;
        }
        for child in self.lower.children(c) {
            if self.lower.node(child).named {
                self.expression(child, Role::Arg);
            } else {
                self.lower.raw_token(child);
            }
        }
    }

    /// Whether a part of the text is parsed once more, which counts as too deep when it is not.
    fn may_reparse(&mut self, span: Span) -> bool {
        self.lower.reparsed += span.range().len();
        let shallow = self.lower.depth < super::super::MAX_DEPTH / 4;
        let may = shallow && self.lower.reparsed <= MAX_REPARSED * self.lower.text.len();
        self.lower.too_deep |= !may;
        may
    }

    /// The arguments of a macro whose tokens were parsed as an expression of their own.
    fn parsed_arguments(&mut self) {
        let mut list = CstId(0);
        while !matches!(self.k(list), K::Tuple | K::Parenthesized | K::Array) {
            match self.lower.named(list).next() {
                Some(inner) => list = inner,
                None => return,
            }
        }
        for argument in self.lower.named(list) {
            if self.k(argument) == K::Assignment {
                self.lower.open(Kind::KwArg, Role::Arg, argument);
                if let Some(name) = self.lower.field(argument, self.f.left) {
                    self.lower.word(Kind::Ident, Role::Name, name);
                }
                self.field(argument, self.f.right, Role::Value);
                self.lower.close();
            } else {
                self.expression(argument, Role::Arg);
            }
        }
    }

    pub(super) fn token_tree(&mut self, c: CstId, role: Role) {
        self.lower.open_named(Kind::Raw, role, c, "token_tree");
        for child in self.lower.children(c) {
            if self.lower.node(child).named {
                self.expression(child, Role::Item);
            } else {
                self.lower.raw_token(child);
            }
        }
        self.lower.close();
    }
}
