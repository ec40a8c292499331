//! One parsed file with what is worked out about it on demand.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::constants::Constants;
use super::index::{Fields, Index};
use super::names::Names;
use super::symbol::Symbol;
use super::tree::{NodeId, Tree};
use crate::lang::Language;
use crate::source::{Source, Span};
use crate::timing::{self, Stage};

/// A source with what is worked out about it.
#[derive(Debug)]
pub struct File<'s> {
    source: &'s Source,
    parsed: Parsed,
    lacks_statements: bool,
}

/// What is worked out about a text: its tree, its names, and its constants once a rule asks for them.
#[derive(Debug)]
pub struct Parsed {
    tree: Tree,
    names: Names,
    constants: OnceCell<Constants>,
    index: OnceCell<Index>,
    fields: OnceCell<Fields>,
    by_start: OnceCell<Vec<(u32, NodeId)>>,
}

impl<'s> File<'s> {
    /// Parses a file. `None` where its language has no grammar.
    pub fn parse(source: &'s Source) -> Option<File<'s>> {
        timing::stage(Stage::Lower, || File::parse_and_lower(source))
    }

    fn parse_and_lower(source: &'s Source) -> Option<File<'s>> {
        let text = source.parse_text();
        let mut tree = super::lower::lower(source.language, &text, false)?;
        // JavaScript with types, as Flow writes them, is no JavaScript to its grammar.
        if source.language == Language::JavaScript
            && tree.health.errors > 0
            && let Some(typed) = super::lower::lower(Language::Tsx, &text, false)
            && typed.health.lost_bytes < tree.health.lost_bytes
        {
            tree = typed;
        }
        // Templates are no YAML before they are filled in.
        if !source.language.is_code()
            && tree.health.errors > 0
            && let Some(hidden) = super::template::hidden(source.language, &text)
            && let Some(mut filled) = super::lower::lower(source.language, &hidden, false)
            && filled.health.lost_bytes < tree.health.lost_bytes
        {
            filled.health.templates = true;
            tree = filled;
        }
        Some(File::of_tree(source, tree))
    }

    /// Parses a file as if what stands in `gaps` did not, such as the bodies of some functions; they
    /// are in order and apart from each other. `None` where what is left does not parse.
    /// `lacks_statements` says that a name may have a value that is not to be seen.
    pub fn parse_without(
        source: &'s Source,
        gaps: &[Span],
        lacks_statements: bool,
    ) -> Option<File<'s>> {
        timing::stage(Stage::Lower, || {
            let tree = super::lower::lower_without(source.language, &source.parse_text(), gaps)?;
            let is_well = tree.health.errors == 0 && !tree.health.too_deep;
            is_well.then(|| File {
                lacks_statements,
                ..File::of_tree(source, tree)
            })
        })
    }

    fn of_tree(source: &'s Source, mut tree: Tree) -> File<'s> {
        let names = super::names::resolve(&mut tree, source.text());
        let parsed = Parsed {
            tree,
            names,
            constants: OnceCell::new(),
            index: OnceCell::new(),
            fields: OnceCell::new(),
            by_start: OnceCell::new(),
        };
        File {
            source,
            parsed,
            lacks_statements: false,
        }
    }

    /// A source with what was worked out about the same text before.
    pub fn again(source: &'s Source, parsed: Parsed) -> File<'s> {
        File {
            source,
            parsed,
            lacks_statements: false,
        }
    }

    /// What was worked out, without the source.
    pub fn into_parsed(self) -> Parsed {
        self.parsed
    }

    /// The text that spans count in.
    pub fn text(&self) -> &'s [u8] {
        self.source.text()
    }

    /// Whether a name may have a value that is not to be seen, since only a part of the file is parsed.
    pub fn lacks_statements(&self) -> bool {
        self.lacks_statements
    }

    /// The text of a node.
    pub fn text_of(&self, node: NodeId) -> Cow<'_, str> {
        self.tree().text_of(node, self.text())
    }

    /// The source.
    pub fn source(&self) -> &'s Source {
        self.source
    }

    /// The tree.
    pub fn tree(&self) -> &Tree {
        &self.parsed.tree
    }

    /// What its names mean.
    pub fn names(&self) -> &Names {
        &self.parsed.names
    }

    /// Where things stand.
    pub fn index(&self) -> &Index {
        self.parsed
            .index
            .get_or_init(|| Index::of(self.tree(), self.names()))
    }

    /// The fields of a word, and the names that are short for one, in order.
    pub fn fields_of(&self, word: Symbol) -> &[NodeId] {
        self.parsed
            .fields
            .get_or_init(|| Fields::of(self.tree(), self.names(), self.index()))
            .get(word)
    }

    /// The nodes in the order of where they begin.
    pub fn by_start(&self) -> &[(u32, NodeId)] {
        self.parsed.by_start.get_or_init(|| {
            let nodes = self.tree().subtree(NodeId::ROOT);
            let mut by_start: Vec<(u32, NodeId)> = nodes
                .map(|node| (self.tree().span(node).start, node))
                .collect();
            by_start.sort_unstable();
            by_start
        })
    }

    /// The values that its expressions are known to have.
    pub fn constants(&self) -> &Constants {
        self.parsed
            .constants
            .get_or_init(|| Constants::of(self.tree(), self.names(), self.source.text()))
    }
}
