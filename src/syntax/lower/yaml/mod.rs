//! YAML: documents of mappings, sequences and scalars.
//!
//! A scalar is what it reads as, however it is quoted, folded or indented. An alias is lowered as
//! what its anchor names, and the mappings that `<<` merges lend their pairs, so that nothing is
//! hidden by naming it elsewhere.

mod read;
mod scalar;

use std::collections::{HashMap, HashSet};

use super::super::cst::Cst;
use super::super::tree::Tree;
use super::{Flags, Kind, Lower, Role, Span, Symbol};
use crate::lang::Language;
use read::{Item, What};

/// How many values aliases may add to a file of none; files may add as many again as they have.
/// Aliases of aliases multiply.
const EXPANDED: usize = 20_000;

pub(super) fn lower(text: &[u8], pattern: bool) -> Tree {
    let (items, health) = read::read(text);
    let cst = Cst::default();
    let mut lower = Lower::new(&cst, text, pattern, items.len() * 2);
    let whole = Span::new(0, text.len());
    lower.open_span(Kind::Module, Role::Item, Flags::NONE, whole);
    let mut yaml = Yaml {
        lower,
        items: &items,
        anchors: HashMap::new(),
        left: items.len() + EXPANDED,
        expanding: 0,
    };
    let mut at = 0;
    while at < items.len() {
        if matches!(items[at].what, What::Document) {
            yaml.children(at, |yaml, child| yaml.value(child, Role::Item));
        }
        at = items[at].after;
    }
    let mut lower = yaml.lower;
    lower.close();
    let too_deep = lower.too_deep || health.too_deep;
    let (nodes, texts) = lower.builder.finish();
    Tree {
        language: Language::Yaml,
        nodes,
        comments: Vec::new(),
        health: super::super::tree::Health { too_deep, ..health },
        texts,
    }
}

struct Yaml<'l> {
    lower: Lower<'l>,
    items: &'l [Item],
    /// What the anchors name, so far.
    anchors: HashMap<usize, usize>,
    /// How many values aliases may still add.
    left: usize,
    /// How many aliases are being expanded, one within the other.
    expanding: usize,
}

impl<'l> Yaml<'l> {
    fn item(&self, at: usize) -> &'l Item {
        &self.items[at]
    }

    fn children(&mut self, at: usize, mut each: impl FnMut(&mut Self, usize)) {
        let mut child = at + 1;
        while child < self.item(at).after {
            each(self, child);
            child = self.item(child).after;
        }
    }

    /// A value with its tag, where it has one.
    fn value(&mut self, at: usize, role: Role) {
        // A level takes several calls here.
        const COST: u32 = 2;
        if self.lower.depth + COST > super::MAX_DEPTH {
            self.lower.too_deep = true;
            return;
        }
        self.lower.depth += COST;
        let item = self.item(at);
        match &item.tag {
            Some(tag) => {
                let span = Span {
                    start: tag.span.start,
                    end: item.span.end.max(tag.span.end),
                };
                self.lower.open_span(Kind::Cast, role, Flags::NONE, span);
                self.tag(tag.span);
                self.untagged(at, Role::Value);
                self.lower.close();
            }
            None => self.untagged(at, role),
        }
        self.lower.depth -= COST;
        // An alias stands behind its anchor, and not within.
        if item.anchor != 0 && self.expanding == 0 {
            self.anchors.insert(item.anchor, at);
        }
    }

    fn tag(&mut self, span: Span) {
        let text = &self.lower.text[span.range()];
        let name = text.get(1..).unwrap_or_default();
        match super::metavariable_name(name).filter(|_| self.lower.pattern) {
            Some(name) => {
                self.lower
                    .leaf_as(Kind::MetaVar, Role::Type, span, Symbol::of(name));
            }
            None => {
                self.lower
                    .leaf_as(Kind::Ident, Role::Type, span, Symbol::of(text));
            }
        }
    }

    fn untagged(&mut self, at: usize, role: Role) {
        let item = self.item(at);
        match &item.what {
            What::Mapping => self.mapping(at, role),
            What::Sequence => {
                self.lower
                    .open_span(Kind::List, role, Flags::NONE, item.span);
                self.children(at, |yaml, child| yaml.value(child, Role::Item));
                self.lower.close();
            }
            What::Scalar(value, style) => {
                let is_text = item.tag.as_ref().is_some_and(|tag| tag.is_text);
                self.scalar(item.span, value, *style, is_text, role);
            }
            What::Alias(id) => match self.anchors.get(id).copied() {
                Some(target) => self.expand(target, |yaml, target| yaml.value(target, role)),
                None => self.dangling(item.span, role),
            },
            What::Dangling => self.dangling(item.span, role),
            What::Document => {}
        }
    }

    fn dangling(&mut self, span: Span, role: Role) {
        let name = Symbol::of(&self.lower.text[span.range()]);
        self.lower.leaf_as(Kind::Raw, role, span, name);
    }

    fn mapping(&mut self, at: usize, role: Role) {
        let span = self.item(at).span;
        self.lower.open_span(Kind::Dict, role, Flags::NONE, span);
        let mut merged = Vec::new();
        for (key, value) in self.pairs(at) {
            let mappings = self.merged(key, value);
            if mappings.is_empty() {
                self.pair(key, value);
            }
            merged.extend(mappings);
        }
        for mapping in merged {
            self.merge(at, mapping);
        }
        self.lower.close();
    }

    /// The keys and the values of a mapping.
    fn pairs(&self, at: usize) -> Vec<(usize, usize)> {
        let stop = self.item(at).after;
        let mut pairs = Vec::new();
        let mut key = at + 1;
        while key < stop {
            let value = self.item(key).after;
            // What an error left without a value stands for itself.
            let value = if value < stop { value } else { key };
            pairs.push((key, value));
            key = self.item(value).after;
        }
        pairs
    }

    fn pair(&mut self, key: usize, value: usize) {
        if self.is_list_operator(key) {
            self.value(key, Role::Item);
            return;
        }
        let (first, last) = (self.item(key), self.item(value));
        let start = first.tag.as_ref().map_or(first.span, |tag| tag.span).start;
        let mut end = last.span.end.max(first.span.end);
        if end == first.span.end {
            // A key without a value ends with its colon.
            let text = &self.lower.text[end as usize..];
            let gap = text.iter().take_while(|&&b| b == b' ').count();
            if text.get(gap) == Some(&b':') {
                end += gap as u32 + 1;
            }
        }
        let span = Span { start, end };
        self.lower
            .open_span(Kind::Pair, Role::Item, Flags::NONE, span);
        self.key(key);
        self.value(value, Role::Value);
        self.lower.close();
    }

    fn key(&mut self, at: usize) {
        match &self.item(at).what {
            // `on:` is a key, and no truth.
            What::Scalar(value, style) => {
                self.scalar(self.item(at).span, value, *style, true, Role::Key);
            }
            _ => self.value(at, Role::Key),
        }
    }

    /// The mappings that a pair `<<: *name`, or `<<: [*a, *b]`, merges into its own.
    fn merged(&self, key: usize, value: usize) -> Vec<usize> {
        let is_merge = matches!(&self.item(key).what, What::Scalar(key, _) if key == "<<");
        if !is_merge {
            return Vec::new();
        }
        let range = match self.item(value).what {
            What::Sequence => value + 1..self.item(value).after,
            _ => value..value + 1,
        };
        let target = |at: usize| match self.item(at).what {
            What::Alias(id) => self.anchors.get(&id).copied(),
            _ => None,
        };
        let mappings = range.filter_map(target);
        mappings
            .filter(|&at| matches!(self.item(at).what, What::Mapping))
            .collect()
    }

    /// Lends the pairs of `from`, but for keys that the mapping `to` has itself.
    fn merge(&mut self, to: usize, from: usize) {
        let name = |at: usize| match &self.item(at).what {
            What::Scalar(name, _) => Some(name.as_str()),
            _ => None,
        };
        let own: HashSet<&str> = self
            .pairs(to)
            .iter()
            .filter_map(|&(key, _)| name(key))
            .collect();
        let lent: Vec<(usize, usize)> = self
            .pairs(from)
            .into_iter()
            .filter(|&(key, _)| name(key).is_none_or(|name| !own.contains(name)))
            .collect();
        for (key, value) in lent {
            self.expand(key, |yaml, key| yaml.pair(key, value));
        }
    }

    /// Lowers a value once more, as long as aliases have not added too many.
    fn expand(&mut self, at: usize, inner: impl FnOnce(&mut Self, usize)) {
        let size = self.item(at).after - at;
        if size > self.left {
            self.left = 0;
            self.lower.too_deep = true;
            return;
        }
        self.left -= size;
        self.expanding += 1;
        inner(self, at);
        self.expanding -= 1;
    }
}
