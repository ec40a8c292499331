//! Where sources, sinks, sanitizers and propagators stand: matches of formulas, laid on the nodes.

use foldhash::{HashMap, HashMapExt as _};

use super::Program;
use super::link::{Crossings, Way};
use crate::pattern::{Bindings, Bound, Formula, Match, Options, OutOfSteps, Subject};
use crate::source::Span;
use crate::syntax::{File, NodeId, Symbol};

/// The part of what no part of the rule matches: where values come from other files or leave for
/// them. Their places come behind those of the rule's own, in the order of the crossings.
const CROSSING: usize = usize::MAX / 2;

/// One match of one of the rule's parts.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    /// Which source, sink, sanitizer or propagator.
    pub(super) part: usize,
    pub(super) span: Span,
    pub(super) bindings: Bindings,
}

/// What the rule says of one node, as places in the lists of matches.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark {
    pub(super) sources: Vec<u32>,
    pub(super) sinks: Vec<u32>,
    pub(super) sanitizers: Vec<u32>,
    pub(super) from: Vec<u32>,
    pub(super) to: Vec<u32>,
}

/// Everything that the rule says of a file.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) sources: Vec<Hit>,
    pub(super) sinks: Vec<Hit>,
    pub(super) sanitizers: Vec<Hit>,
    pub(super) propagators: Vec<Hit>,
    /// For each propagator the node that values go to.
    pub(super) targets: Vec<Option<NodeId>>,
    of_node: HashMap<NodeId, Mark>,
    /// The nodes that are sinks, in order.
    sink_nodes: Vec<NodeId>,
    /// The nodes that values come from, in order: sources, and what propagators put something into.
    source_nodes: Vec<NodeId>,
}

/// The nodes of a file by where they begin.
struct Places<'f> {
    file: &'f File<'f>,
    by_start: &'f [(u32, NodeId)],
}

impl Marks {
    /// Finds everything; `None` where there is no source or no sink, so that nothing can flow.
    pub(super) fn find(
        program: &Program,
        subject: &Subject<'_>,
        file: &File<'_>,
        crossings: &Crossings,
        options: Options,
        steps: &mut u64,
    ) -> Result<Option<Marks>, OutOfSteps> {
        let mut search = |formulas: &[Formula]| {
            let mut hits = Vec::new();
            for (part, formula) in formulas.iter().enumerate() {
                let found = subject.search(formula, options, steps)?;
                hits.extend(found.into_iter().map(|Match { span, bindings }| Hit {
                    part,
                    span,
                    bindings,
                }));
            }
            Ok(hits)
        };
        let mut marks = Marks::default();
        // What flows within the file, the file alone has told.
        let (enters, leaves) = (!crossings.entries.is_empty(), !crossings.exits.is_empty());
        let (begins, ends) = match crossings.way {
            Way::Alone => (true, true),
            Way::Back => (false, true),
            Way::Forth => (true, enters),
            Way::Asked => (false, false),
        };
        if ends {
            marks.sinks = search(&program.sinks)?;
        }
        if marks.sinks.is_empty() && !leaves && crossings.way != Way::Asked {
            return Ok(None);
        }
        if begins {
            marks.sources = search(&program.sources)?;
            if marks.sources.is_empty() && !enters {
                return Ok(None);
            }
        }
        marks.sanitizers = search(&program.sanitizers)?;
        marks.propagators = search(&program.propagators)?;
        let taken: foldhash::HashSet<Span> = marks
            .sources
            .iter()
            .chain(&marks.sinks)
            .map(|hit| hit.span)
            .collect();
        marks.sanitizers.retain(|hit| {
            !program.spec.sanitizers[hit.part].not_conflicting || !taken.contains(&hit.span)
        });
        marks.lay(program, file);
        marks.cross(crossings, file);
        Ok(Some(marks))
    }

    fn cross(&mut self, crossings: &Crossings, file: &File<'_>) {
        let hit = |at: usize, node| Hit {
            part: CROSSING + at,
            span: file.tree().span(node),
            bindings: Bindings::default(),
        };
        for (at, entry) in crossings.entries.iter().enumerate() {
            let mark = self.of_node.entry(entry.node).or_default();
            mark.sources.push(self.sources.len() as u32);
            self.sources.push(hit(at, entry.node));
            self.source_nodes.push(entry.node);
        }
        for (at, exit) in crossings.exits.iter().enumerate() {
            let mark = self.of_node.entry(exit.node).or_default();
            mark.sinks.push(self.sinks.len() as u32);
            self.sinks.push(hit(at, exit.node));
            self.sink_nodes.push(exit.node);
        }
        self.source_nodes.sort_unstable();
        self.sink_nodes.sort_unstable();
        self.sink_nodes.dedup();
    }

    /// What the rule says of a node.
    pub(super) fn of(&self, node: NodeId) -> Option<&Mark> {
        self.of_node.get(&node)
    }

    /// Whether a sink stands in a range of nodes.
    pub(super) fn holds_sink(&self, from: NodeId, stop: u32) -> bool {
        holds(&self.sink_nodes, from, stop)
    }

    /// Whether values come from a range of nodes.
    pub(super) fn holds_source(&self, from: NodeId, stop: u32) -> bool {
        holds(&self.source_nodes, from, stop)
    }

    fn lay(&mut self, program: &Program, file: &File<'_>) {
        let places = Places {
            file,
            by_start: file.by_start(),
        };
        let mut of_node: HashMap<NodeId, Mark> = HashMap::new();
        for (index, hit) in (0..).zip(&self.sources) {
            for node in places.nodes(hit.span, program.spec.sources[hit.part].exact) {
                of_node.entry(node).or_default().sources.push(index);
            }
        }
        for (index, hit) in (0..).zip(&self.sanitizers) {
            for node in places.nodes(hit.span, program.spec.sanitizers[hit.part].exact) {
                of_node.entry(node).or_default().sanitizers.push(index);
            }
        }
        for (index, hit) in (0..).zip(&self.sinks) {
            let exact = program.spec.sinks[hit.part].exact;
            let mut nodes = places.nodes(hit.span, exact);
            if nodes.is_empty() {
                nodes = places.largest(hit.span);
            }
            for node in nodes {
                of_node.entry(node).or_default().sinks.push(index);
                self.sink_nodes.push(node);
            }
        }
        for (index, hit) in (0..).zip(&self.propagators) {
            let propagator = &program.spec.propagators[hit.part];
            let nodes_of = |name: &str| match hit.bindings.get(Symbol::of(name.as_bytes())) {
                Some(bound) => bound
                    .span(file)
                    .map(|span| places.nodes(span, true))
                    .unwrap_or_default(),
                None => Vec::new(),
            };
            for node in nodes_of(&propagator.from) {
                of_node.entry(node).or_default().from.push(index);
            }
            let to = nodes_of(&propagator.to);
            self.targets.push(to.first().copied());
            for node in to {
                of_node.entry(node).or_default().to.push(index);
            }
        }
        self.sink_nodes.sort_unstable();
        self.sink_nodes.dedup();
        let come = |mark: &Mark| !mark.sources.is_empty() || !mark.to.is_empty();
        let sources = of_node.iter().filter(|(_, mark)| come(mark));
        self.source_nodes = sources.map(|(&node, _)| node).collect();
        self.source_nodes.sort_unstable();
        self.of_node = of_node;
    }
}

impl Hit {
    /// Which of the crossings it is, where it is one.
    pub(super) fn crossing(&self) -> Option<usize> {
        self.part.checked_sub(CROSSING)
    }

    /// Whether the match points at what a metavariable holds, and not at a shape of code.
    pub(super) fn is_focused(&self, file: &File<'_>) -> bool {
        self.crossing().is_some()
            || self.bindings.iter().any(|(_, bound)| {
                matches!(bound, Bound::Node(_) | Bound::Nodes { .. })
                    && bound.span(file) == Some(self.span)
            })
    }
}

/// Whether one of the nodes, which are in order, stands in a range.
fn holds(nodes: &[NodeId], from: NodeId, stop: u32) -> bool {
    let first = nodes.partition_point(|&node| node < from);
    nodes.get(first).is_some_and(|node| node.0 < stop)
}

impl Places<'_> {
    /// The nodes of exactly a range, or all within it.
    fn nodes(&self, span: Span, exact: bool) -> Vec<NodeId> {
        let tree = self.file.tree();
        let first = self
            .by_start
            .partition_point(|(start, _)| *start < span.start);
        let stop = if exact {
            span.start + 1
        } else {
            span.end.max(span.start + 1)
        };
        let within = self.by_start[first..]
            .iter()
            .take_while(|(start, _)| *start < stop);
        within
            .map(|(_, node)| *node)
            .filter(|&node| {
                if exact {
                    tree.span(node) == span
                } else {
                    span.contains(tree.span(node))
                }
            })
            .collect()
    }

    /// The largest nodes within a range.
    fn largest(&self, span: Span) -> Vec<NodeId> {
        let tree = self.file.tree();
        let mut largest: Vec<NodeId> = Vec::new();
        for node in self.nodes(span, false) {
            let covered = largest
                .iter()
                .any(|&large| tree.span(large).contains(tree.span(node)));
            if !covered {
                largest.push(node);
            }
        }
        largest
    }
}
