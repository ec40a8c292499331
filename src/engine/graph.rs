//! Which file imports which, and which rules may have sources and sinks around a file: what decides,
//! without a parse, where flows from file to file are worth looking for.

use std::collections::{BTreeMap, BTreeSet};

use super::outline::{Bits, Import, MODULE, Outline};
use crate::lang::Language;
use crate::taint::{FileNumber, Modules};

/// The files of a scan and their imports.
pub(super) struct Graph {
    pub(super) modules: Modules,
    nodes: Vec<Node>,
}

#[derive(Default)]
struct Node {
    imports: Vec<FileNumber>,
    importers: Vec<FileNumber>,
    /// The bytes of its text.
    size: u64,
    /// The rules of which it may hold a source.
    sources: Bits,
    /// Those of which it may hold a sink, or a call that leads to one.
    sinks: Bits,
    /// Those of which that holds for it or for what it imports, as far as that goes.
    reach: Bits,
    /// Those to whose sinks values may come from what it is imported by, or that import the same.
    fed: Bits,
    /// Those of which it or what imports it, as far as that goes, has a sink or leads to one.
    asked: Bits,
    /// Those that are followed back from their sinks first.
    back: Bits,
}

impl Graph {
    pub(super) fn new(files: Vec<(String, Option<Outline>)>) -> Graph {
        let (paths, outlines): (Vec<String>, Vec<Option<Outline>>) = files.into_iter().unzip();
        let modules = Modules::new(paths.into_iter());
        let mut nodes: Vec<Node> = outlines.iter().map(|_| Node::default()).collect();
        // Where no rule has both ends in some file, nothing can be linked.
        let (mut begins, mut ends) = (Bits::default(), Bits::default());
        for outline in outlines.iter().flatten() {
            begins.add(&outline.sources);
            ends.add(&outline.sinks);
        }
        if begins.iter().any(|rule| ends.has(rule)) {
            for (number, outline) in (0..).zip(outlines) {
                if let Some(outline) = outline {
                    let node = &mut nodes[number as usize];
                    node.imports = imports(&modules, number, &outline);
                    node.size = u64::from(outline.size);
                    node.sinks = outline.sinks;
                    node.sources = outline.sources;
                }
            }
        }
        let mut graph = Graph { modules, nodes };
        graph.connect();
        graph.choose_ways();
        graph
    }

    fn connect(&mut self) {
        for number in 0..self.nodes.len() {
            for imported in self.nodes[number].imports.clone() {
                let importers = &mut self.nodes[imported as usize].importers;
                importers.push(number as FileNumber);
            }
        }
        for node in &mut self.nodes {
            node.fed = node.sources.clone();
            node.reach = node.sinks.clone();
        }
        self.spread(|node| (&node.importers, &mut node.reach));
        self.spread(|node| (&node.importers, &mut node.fed));
        self.spread(|node| (&node.imports, &mut node.fed));
    }

    /// Passes sets of rules on along the imports until nothing changes.
    fn spread(&mut self, of: fn(&mut Node) -> (&[FileNumber], &mut Bits)) {
        let mut open: Vec<usize> = (0..self.nodes.len()).collect();
        while let Some(number) = open.pop() {
            let (next, bits) = of(&mut self.nodes[number]);
            if bits.is_empty() {
                continue;
            }
            let (next, bits) = (next.to_vec(), bits.clone());
            for number in next {
                if of(&mut self.nodes[number as usize]).1.add(&bits) {
                    open.push(number as usize);
                }
            }
        }
    }

    /// The bytes of all code.
    pub(super) fn size(&self) -> u64 {
        self.nodes.iter().map(|node| node.size).sum()
    }

    pub(super) fn size_of(&self, file: FileNumber) -> u64 {
        self.nodes[file as usize].size
    }

    /// Of the files that hang together by imports, some may hold a source of a rule and some a sink.
    /// Where the latter have fewer bytes, the rule is followed back from the sinks first, otherwise
    /// forth from the sources alone. Files that have nothing to do with these change nothing.
    fn choose_ways(&mut self) {
        let mut is_seen = vec![false; self.nodes.len()];
        for first in 0..self.nodes.len() {
            let (mut group, mut open) = (Vec::new(), vec![first]);
            while let Some(number) = open.pop() {
                if !std::mem::replace(&mut is_seen[number], true) {
                    group.push(number);
                    let node = &self.nodes[number];
                    let beside = node.imports.iter().chain(&node.importers);
                    open.extend(beside.map(|of| *of as usize));
                }
            }
            let back = self.rarer_sinks(&group);
            for number in group {
                self.nodes[number].back = back.clone();
            }
        }
    }

    /// The rules that fewer of some files may hold a sink of than a source, by their bytes.
    fn rarer_sinks(&self, files: &[usize]) -> Bits {
        let mut sizes: BTreeMap<usize, (u64, u64)> = BTreeMap::new();
        for node in files.iter().map(|number| &self.nodes[*number]) {
            for rule in node.sources.iter() {
                sizes.entry(rule).or_default().0 += node.size;
            }
            for rule in node.sinks.iter() {
                sizes.entry(rule).or_default().1 += node.size;
            }
        }
        let mut rules = Bits::default();
        let rarer = sizes.iter().filter(|(_, (sources, sinks))| sinks < sources);
        rarer.for_each(|(&rule, _)| rules.insert(rule));
        rules
    }

    /// Whether a rule is followed back from its sinks first, where a file is.
    pub(super) fn goes_back(&self, file: FileNumber, rule: usize) -> bool {
        self.nodes[file as usize].back.has(rule)
    }

    /// The files that flows from others may end in, each with the rules that are followed back.
    pub(super) fn ends(&self) -> BTreeMap<FileNumber, BTreeSet<usize>> {
        self.select(|_, node| {
            let shared = !node.importers.is_empty();
            let rules = node.sinks.iter().filter(move |_| shared);
            rules.filter(|&rule| node.back.has(rule) && node.fed.has(rule))
        })
    }

    /// The files that flows may begin in and leave. From then on, what is known to lead to sinks
    /// decides who has use for what a function returns.
    pub(super) fn beginnings(&mut self) -> BTreeMap<FileNumber, BTreeSet<usize>> {
        for node in &mut self.nodes {
            node.asked = node.sinks.clone();
            let forth = node.reach.iter().filter(|&rule| !node.back.has(rule));
            forth.for_each(|rule| node.asked.insert(rule));
        }
        self.spread(|node| (&node.imports, &mut node.asked));
        let graph = &*self;
        graph.select(|number, node| {
            node.sources.iter().filter(move |&rule| {
                let leads = if node.back.has(rule) {
                    node.sinks.has(rule)
                } else {
                    node.imports.iter().any(|&of| graph.reaches(of, rule))
                };
                leads || graph.is_asked(number, rule)
            })
        })
    }

    /// Whether a sink of a rule may lie in a file or behind it.
    pub(super) fn reaches(&self, file: FileNumber, rule: usize) -> bool {
        self.nodes[file as usize].reach.has(rule)
    }

    /// The files that some rules are of, each with these.
    fn select<'a, R: Iterator<Item = usize>>(
        &'a self,
        rules: impl Fn(FileNumber, &'a Node) -> R,
    ) -> BTreeMap<FileNumber, BTreeSet<usize>> {
        let nodes = (0..).zip(&self.nodes);
        let all = nodes.map(|(number, node)| (number, rules(number, node).collect()));
        all.filter(|(_, rules): &(_, BTreeSet<_>)| !rules.is_empty())
            .collect()
    }

    /// Notes that a file has a call that leads to a sink of a rule.
    pub(super) fn lead(&mut self, file: FileNumber, rule: usize) {
        self.nodes[file as usize].sinks.insert(rule);
    }

    pub(super) fn imports(&self, file: FileNumber) -> &[FileNumber] {
        &self.nodes[file as usize].imports
    }

    /// Whether flows of a rule may begin in a file.
    pub(super) fn begins(&self, file: FileNumber, rule: usize) -> bool {
        self.nodes[file as usize].sources.has(rule)
    }

    /// Whether flows of a rule may end in a file.
    pub(super) fn is_end(&self, file: FileNumber, rule: usize) -> bool {
        self.nodes[file as usize].sinks.has(rule)
    }

    /// The files that import one and may have values for a sink of a rule.
    pub(super) fn fed(&self, file: FileNumber, rule: usize) -> Vec<FileNumber> {
        let importers = self.nodes[file as usize].importers.iter().copied();
        importers
            .filter(|&of| self.nodes[of as usize].fed.has(rule))
            .collect()
    }

    /// The files that import one and have use for what its functions return.
    pub(super) fn askers(
        &self,
        file: FileNumber,
        rule: usize,
    ) -> impl Iterator<Item = FileNumber> + '_ {
        let importers = self.nodes[file as usize].importers.iter().copied();
        importers.filter(move |&of| self.nodes[of as usize].asked.has(rule))
    }

    /// Whether there are such files.
    pub(super) fn is_asked(&self, file: FileNumber, rule: usize) -> bool {
        self.askers(file, rule).next().is_some()
    }
}

/// The files that a file imports.
fn imports(modules: &Modules, number: FileNumber, outline: &Outline) -> Vec<FileNumber> {
    let mut found = Vec::new();
    let mut locate = |module: &str, names: &[String]| {
        let files = modules.locate(number, outline.language, module, names);
        found.extend(files.into_iter().map(|(file, _)| file));
    };
    for Import { module, names } in &outline.imports {
        match outline.language {
            Language::Python if !names.is_empty() => {
                for name in names {
                    locate(module, std::slice::from_ref(name));
                }
            }
            Language::Rust if module == MODULE => {
                let mut path = vec!["self".to_owned()];
                path.extend(names.iter().cloned());
                locate("", &path);
            }
            _ => locate(module, names),
        }
    }
    found.retain(|file| *file != number);
    found.sort_unstable();
    found.dedup();
    found
}
