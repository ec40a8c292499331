//! The grammar's tree, copied out of tree-sitter in one iterative cursor pass.
//!
//! Lowering reads nodes many times and in any order; tree-sitter's own nodes pay a call across the
//! language border for each step, and climbing to a parent or counting depth there is quadratic on
//! hostile input. The copy is flat, in pre-order, and left after lowering.

use std::cell::RefCell;

use tree_sitter::Parser;

use super::tree::Health;
use crate::lang::Language;
use crate::source::Span;

/// A node of the grammar's tree by its place in pre-order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CstId(pub(super) u32);

#[derive(Clone, Copy, Debug)]
pub(super) struct CstNode {
    pub(super) kind: u16,
    pub(super) field: u16,
    pub(super) named: bool,
    pub(super) start: u32,
    pub(super) end: u32,
    /// The index after the last descendant.
    pub(super) after: u32,
}

#[derive(Debug, Default)]
pub(super) struct Cst {
    pub(super) nodes: Vec<CstNode>,
    pub(super) comments: Vec<Span>,
    pub(super) health: Health,
}

/// What the grammar calls an error node.
pub(super) const ERROR: u16 = u16::MAX;

impl Cst {
    /// The tree of a text that is not parsed, since it nests too deep.
    pub(super) fn refused(text: &[u8]) -> Cst {
        let root = CstNode {
            kind: 0,
            field: 0,
            named: true,
            start: 0,
            end: text.len() as u32,
            after: 1,
        };
        Cst {
            nodes: vec![root],
            comments: Vec::new(),
            health: Health {
                errors: 1,
                lost_bytes: text.len(),
                too_deep: true,
                ..Health::default()
            },
        }
    }

    pub(super) fn node(&self, id: CstId) -> &CstNode {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn children(&self, id: CstId) -> Children<'_> {
        Children {
            cst: self,
            next: id.0 + 1,
            stop: self.node(id).after,
        }
    }
}

pub(super) struct Children<'c> {
    cst: &'c Cst,
    next: u32,
    stop: u32,
}

impl Iterator for Children<'_> {
    type Item = CstId;

    fn next(&mut self) -> Option<CstId> {
        (self.next < self.stop).then(|| {
            let id = CstId(self.next);
            self.next = self.cst.nodes[self.next as usize].after;
            id
        })
    }
}

thread_local! {
    /// A parser keeps its buffers; making one a file costs more than parsing a small file.
    static PARSERS: RefCell<Vec<(Language, Parser)>> = const { RefCell::new(Vec::new()) };
    /// The memory of the last tree: fresh memory costs as much as writing the nodes into it.
    static SPARE: RefCell<Vec<CstNode>> = const { RefCell::new(Vec::new()) };
}

/// More nodes than these are not kept as spare memory: 5 MiB a thread.
const MAX_SPARE: usize = 1 << 18;

/// Gives back the memory of a tree that has been lowered.
pub(super) fn recycle(mut nodes: Vec<CstNode>) {
    if nodes.capacity() <= MAX_SPARE {
        nodes.clear();
        SPARE.set(nodes);
    }
}

fn with_parser<T>(language: Language, then: impl FnOnce(&mut Parser) -> T) -> Option<T> {
    let grammar = language.definition().grammar?;
    PARSERS.with_borrow_mut(|parsers| {
        let index = parsers
            .iter()
            .position(|(of, _)| *of == language)
            .unwrap_or_else(|| {
                let mut parser = Parser::new();
                parser
                    .set_language(&grammar())
                    .expect("grammars are pinned to the library's version");
                parsers.push((language, parser));
                parsers.len() - 1
            });
        let parser = &mut parsers[index].1;
        parser.reset();
        Some(then(parser))
    })
}

/// Parses without lowering. A text that its grammar cannot read yields a tree with errors.
pub(super) fn with_parsed<T>(
    language: Language,
    text: &[u8],
    then: impl FnOnce(&tree_sitter::Tree) -> T,
) -> Option<T> {
    with_parser(language, |parser| {
        parser.parse(text, None).map(|tree| then(&tree))
    })
    .flatten()
}

/// Parses one range of a text as if it stood alone. `None` where that leaves an error.
pub(super) fn parse_range(language: Language, text: &[u8], span: Span) -> Option<Cst> {
    // An expression that stands alone wants its semicolon: the next one of the text is borrowed.
    let mut spans = vec![span];
    if let Some(at) = memchr::memchr(b';', &text[span.end as usize..]) {
        let at = span.end as usize + at;
        spans.push(Span::new(at, at + 1));
    }
    let cst = parse_ranges(language, text, &spans)?;
    let unterminated = spans.len() == 1 && cst.health.lost_bytes == 0;
    (cst.health.errors == 0 || unterminated && cst.health.errors == 1).then_some(cst)
}

/// Parses ranges of a text, in their order, as if they stood alone and together.
pub(super) fn parse_ranges(language: Language, text: &[u8], spans: &[Span]) -> Option<Cst> {
    let range = |span: &Span| tree_sitter::Range {
        start_byte: span.start as usize,
        end_byte: span.end as usize,
        // Points are never read back; any that grow with the bytes will do.
        start_point: tree_sitter::Point::new(0, span.start as usize),
        end_point: tree_sitter::Point::new(0, span.end as usize),
    };
    let ranges: Vec<_> = spans.iter().map(range).collect();
    let length: usize = spans.iter().map(|span| span.range().len()).sum();
    // No range at all would mean the whole text.
    if ranges.is_empty() {
        return None;
    }
    with_parser(language, |parser| {
        parser.set_included_ranges(&ranges).ok()?;
        let tree = parser.parse(text, None);
        parser
            .set_included_ranges(&[])
            .expect("the whole text is a valid range");
        Some(copy(&tree?, length))
    })
    .flatten()
}

/// Parses and copies the tree, comments apart.
pub(super) fn parse(language: Language, text: &[u8]) -> Option<Cst> {
    with_parsed(language, text, |tree| copy(tree, text.len()))
}

/// What stands for what is left out, so that no body looks empty, or like one that a pattern spells.
const LEFT_OUT: &[u8] = b"0;0;0;";

/// Parses a text as if something else stood in `gaps`, which are in order and apart from each other,
/// and each longer than that. Places count as in the whole text.
pub(super) fn parse_without(language: Language, text: &[u8], gaps: &[Span]) -> Option<Cst> {
    let mut kept = Vec::with_capacity(text.len());
    // Where a gap was, in what is kept, and how many bytes are left out up to its end.
    let mut cuts: Vec<(u32, u32)> = Vec::with_capacity(gaps.len());
    let mut from = 0;
    for gap in gaps {
        kept.extend_from_slice(&text[from..gap.start as usize]);
        kept.extend_from_slice(LEFT_OUT);
        from = gap.end as usize;
        cuts.push((kept.len() as u32, (from - kept.len()) as u32));
    }
    kept.extend_from_slice(&text[from..]);
    let mut cst = parse(language, &kept)?;
    // Nobody asks for the comments of a part.
    cst.comments.clear();
    let mut before = 0;
    for node in &mut cst.nodes {
        // Nodes begin in their order; what begins where a gap was stands behind it.
        while cuts.get(before).is_some_and(|(at, _)| *at <= node.start) {
            before += 1;
        }
        let ends_later = cuts.get(before).is_some_and(|(at, _)| *at < node.end);
        let within = if ends_later {
            cuts[before..].partition_point(|(at, _)| *at < node.end)
        } else {
            0
        };
        let left_out = |until: usize| cuts[..until].last().map_or(0, |(_, left_out)| *left_out);
        node.start += left_out(before);
        node.end += left_out(before + within);
    }
    Some(cst)
}

fn copy(tree: &tree_sitter::Tree, length: usize) -> Cst {
    let mut cst = Cst {
        nodes: SPARE.take(),
        comments: Vec::new(),
        health: Health::default(),
    };
    cst.nodes.reserve(length / 3 + 16);
    let language = tree.language();
    let comment_kinds = comment_kinds(&language);
    let named_kinds = named_kinds(&language);
    let mut cursor = tree.walk();
    let mut open: Vec<u32> = Vec::with_capacity(64);
    // Where the error nodes that are open begin to be uncovered by a child; one that is an error
    // itself counts its own.
    let mut errors: Vec<(usize, u32)> = Vec::new();
    loop {
        let node = cursor.node();
        let kind = node.kind_id();
        let (start, end) = (node.start_byte() as u32, node.end_byte() as u32);
        let is_comment = comment_kinds.contains(&kind) && node.is_extra();
        let missing = start == end && node.is_missing();
        let named = named_kinds.get(kind as usize).copied().unwrap_or(true);
        if missing {
            cst.health.errors += 1;
        }
        if let Some((depth, covered)) = errors.last_mut()
            && *depth + 1 == open.len()
            && named
        {
            cst.health.lost_bytes += start.saturating_sub(*covered) as usize;
            *covered = end.max(*covered);
        }
        let mut descended = false;
        if is_comment {
            cst.comments.push(Span { start, end });
        } else if !missing || named {
            let id = cst.nodes.len() as u32;
            let field = cursor.field_id().map_or(0, std::num::NonZero::get);
            cst.nodes.push(CstNode {
                kind,
                field,
                named,
                start,
                end,
                after: id + 1,
            });
            if kind == ERROR {
                cst.health.errors += 1;
                errors.push((open.len(), start));
            }
            // To ask a leaf for its children costs less than to look for them.
            if node.child_count() > 0 && cursor.goto_first_child() {
                open.push(id);
                descended = true;
            } else if kind == ERROR {
                errors.pop();
                cst.health.lost_bytes += (end - start) as usize;
            }
        }
        if descended {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                debug_assert!(open.is_empty());
                return cst;
            }
            let id = open
                .pop()
                .expect("the cursor climbs no higher than it went down");
            let after = cst.nodes.len() as u32;
            let node = &mut cst.nodes[id as usize];
            node.after = after;
            if node.kind == ERROR {
                let (_, covered) = errors.pop().expect("an error node was opened");
                cst.health.lost_bytes += node.end.saturating_sub(covered) as usize;
            }
        }
    }
}

/// Asked of the grammar once: asking each node is a call across the language border.
fn named_kinds(language: &tree_sitter::Language) -> Vec<bool> {
    let kinds = 0..language.node_kind_count() as u16;
    kinds
        .map(|kind| language.node_kind_is_named(kind))
        .collect()
}

fn comment_kinds(language: &tree_sitter::Language) -> Vec<u16> {
    ["comment", "line_comment", "block_comment", "html_comment"]
        .into_iter()
        .map(|name| language.id_for_node_kind(name, true))
        .filter(|&id| id != 0)
        .collect()
}
