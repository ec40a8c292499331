//! Macros of Rust: what goes into a text comes out of it.

use super::functions::callee_of;
use super::host::BeforeHost;
use super::value::{Set, Shape, State};
use super::walk::Walk;
use crate::syntax::{Kind, NodeId, Role, Symbol};

impl Walk<'_> {
    /// `format!(…)` and its like; names in braces stand for variables.
    pub(super) fn macro_call(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let mut all = Set::default();
        let mut before: Option<BeforeHost> = None;
        let mut at = 0;
        for argument in tree.role(node, Role::Arg) {
            let one = self.eval(argument, state);
            let named = matches!(tree.kind(argument), Kind::Assign | Kind::KwArg);
            if named || before.as_ref().is_none_or(|before| before.takes(at, None)) {
                all.add(&one.all());
            }
            at += usize::from(before.is_some());
            if tree.kind(argument) != Kind::Str {
                continue;
            }
            before = before.or_else(|| self.before_host(argument));
            let text = tree.text_of(argument, self.file.text()).into_owned();
            for name in braces(&text) {
                let takes = |before: &BeforeHost| before.takes(0, Some(Symbol::of(name)));
                if before.as_ref().is_none_or(takes) {
                    let captured = self.captured(argument, name, state);
                    all.add(&captured);
                }
            }
        }
        for child in tree.children(node) {
            if !matches!(tree.node(child).role, Role::Arg | Role::Callee)
                && tree.kind(child) != Kind::Token
            {
                let one = self.eval(child, state);
                all.add(&one.all());
            }
        }
        let name = callee_of(tree, node)
            .map(|callee| tree.symbol(callee))
            .unwrap_or_default();
        let tells = [
            "matches",
            "assert",
            "assert_eq",
            "assert_ne",
            "debug_assert",
            "println",
            "eprintln",
            "print",
        ];
        let value = if tells.iter().any(|of| name == Symbol::of(of)) {
            Set::default()
        } else {
            all.clone()
        };
        // The arguments arrive at a sink that is a macro.
        if let Some(mark) = self.marks.of(node) {
            for &sink in &mark.sinks {
                self.arrive(sink, node, &all);
            }
        }
        if name == Symbol::of("write") || name == Symbol::of("writeln") {
            let into = tree
                .child(node, Role::Arg)
                .and_then(|first| self.place_of(first));
            if let Some(place) = into {
                self.add(&place, &all, state);
            }
        }
        Shape::of(value)
    }
}

/// The names in braces of a format string; doubled braces stand for themselves.
fn braces(text: &str) -> impl Iterator<Item = &str> {
    let mut open = false;
    text.split('{').skip(1).filter_map(move |part| {
        // Nothing between two braces: the second one belongs to the first.
        let doubled = open;
        open = part.is_empty() && !doubled;
        let end = part.find(['}', ':'])?;
        let name = &part[..end];
        let word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        (word && !doubled && !name.starts_with(|c: char| c.is_ascii_digit())).then_some(name)
    })
}
