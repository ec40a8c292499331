//! The patterns of Python's `match`, which the tree keeps as its grammar has them.

use super::value::{Shape, State};
use super::walk::Walk;
use crate::syntax::{Kind, NodeId, Symbol};

impl Walk<'_> {
    /// Binds the names of a pattern to the parts of a value.
    pub(super) fn bind_case(&mut self, pattern: NodeId, value: &Shape, state: &mut State) {
        let tree = self.tree;
        let parts: Vec<NodeId> = tree
            .children(pattern)
            .filter(|&child| tree.kind(child) != Kind::Token)
            .collect();
        let is = |name: &str| tree.symbol(pattern) == Symbol::of(name);
        if is("dict_pattern") {
            self.bind_dict_case(&parts, value, state);
        } else if is("class_pattern") {
            // What it is an instance of is no variable.
            for part in parts.iter().skip(1) {
                self.bind_field_case(*part, value, state);
            }
        } else if is("keyword_pattern") {
            self.bind_keyword_case(&parts, value, state);
        } else if is("as_pattern") {
            let literal = parts
                .first()
                .is_some_and(|&first| super::constant::is_literal(self.file, first));
            let value = if literal {
                Shape::default()
            } else {
                value.clone()
            };
            for part in parts {
                self.bind(part, &value, state);
            }
        } else if let [only] = parts[..] {
            self.bind(only, value, state);
        } else {
            let all = if is("union_pattern") {
                value.clone()
            } else {
                Shape::of(value.all())
            };
            for part in parts {
                self.bind(part, &all, state);
            }
        }
    }

    /// `{"a": x, **rest}`: keys and patterns take turns.
    fn bind_dict_case(&mut self, parts: &[NodeId], value: &Shape, state: &mut State) {
        let tree = self.tree;
        let mut rest = value.clone();
        let mut key: Option<Option<Symbol>> = None;
        for &part in parts {
            let splat = tree.symbol(part) == Symbol::of("splat_pattern");
            match key.take() {
                _ if splat => self.bind(part, &rest, state),
                None => key = Some(self.constant_key(part)),
                Some(Some(of)) => {
                    let one = self.read(value, of);
                    if !rest.is_trivial() {
                        rest.set_field(of, Shape::default());
                    }
                    self.bind(part, &one, state);
                }
                Some(None) => self.bind(part, &Shape::of(value.all()), state),
            }
        }
    }

    /// A pattern within that of a class: by keyword, or by a position that the file does not tell.
    fn bind_field_case(&mut self, part: NodeId, value: &Shape, state: &mut State) {
        let tree = self.tree;
        let inner = tree.children(part).next();
        let keyword = [Some(part), inner]
            .into_iter()
            .flatten()
            .find(|&node| tree.symbol(node) == Symbol::of("keyword_pattern"));
        match keyword {
            Some(keyword) => self.bind_case(keyword, value, state),
            None => self.bind(part, &Shape::of(value.all()), state),
        }
    }

    fn bind_keyword_case(&mut self, parts: &[NodeId], value: &Shape, state: &mut State) {
        if let [name, inner] = parts[..] {
            let one = self.read(value, self.tree.symbol(name));
            self.bind(inner, &one, state);
        }
    }
}
