//! What a file says of itself without being parsed: which halves of which taint rules its words
//! allow, and which modules its text seems to import.
//!
//! The imports decide which files flows are followed into at all. They are read off the text, so
//! that no file has to be parsed for them, and may be too many (an import in a comment), which only
//! costs time.

use std::collections::BTreeMap;

use memchr::memmem;

use super::kept::Kept;
use super::prefilter::Words;
use super::ruleset::Program;
use super::{RuleSet, STEPS};
use crate::finding::RuleIndex;
use crate::lang::{Family, Language};
use crate::pattern::Subject;
use crate::source::Source;
use crate::syntax::File;
use crate::taint::{Half, Shared};
use crate::timing::{self, Stage};

/// What a file says of itself.
#[derive(Debug)]
pub struct Outline {
    /// Its language.
    pub(super) language: Language,
    /// The bytes of its text.
    pub(super) size: u32,
    /// The taint rules of which it may hold a source.
    pub(super) sources: Bits,
    /// Those of which it may hold a sink.
    pub(super) sinks: Bits,
    /// What it seems to import.
    pub(super) imports: Vec<Import>,
    /// The taint rules that found something in it alone, and how much.
    pub(super) found: BTreeMap<usize, usize>,
    /// Which parts of the sources and sinks of rules its words allow, until they are looked for.
    halves: Vec<(usize, Half, Vec<bool>)>,
    /// The file as it was parsed.
    pub(super) kept: Option<Kept>,
}

impl Outline {
    /// What a text says of its file, by its words; nothing where no flow can pass it.
    pub(super) fn of(rules: &RuleSet, source: &Source, words: &Words<'_>) -> Option<Outline> {
        let halves = rules.halves(source, words);
        let imports = imports(source);
        // A file that imports nothing may still be imported, and hold an end of a flow.
        if imports.is_empty() && halves.is_empty() {
            return None;
        }
        let (mut sources, mut sinks) = (Bits::default(), Bits::default());
        for (rule, half, _) in &halves {
            match half {
                Half::Source => sources.insert(*rule),
                Half::Sink => sinks.insert(*rule),
            }
        }
        Some(Outline {
            language: source.language,
            size: source.text().len() as u32,
            sources,
            sinks,
            imports,
            found: BTreeMap::new(),
            halves,
            kept: None,
        })
    }

    /// The ends of flows that its words allow.
    pub(super) fn ends(&self) -> Vec<(usize, Half)> {
        let halves = self.halves.iter();
        halves.map(|(rule, half, _)| (*rule, *half)).collect()
    }

    /// Takes back what words say of ends of flows that the file does not have after all.
    pub(super) fn forget(&mut self, ends: &[(usize, Half)]) {
        self.halves
            .retain(|(rule, half, _)| !ends.contains(&(*rule, *half)));
        for &(rule, half) in ends {
            match half {
                Half::Source => self.sources.remove(rule),
                Half::Sink => self.sinks.remove(rule),
            }
        }
    }

    /// Replaces what words say of the halves of rules by what their patterns say, now that the file
    /// is parsed.
    pub(super) fn confirm(&mut self, rules: &RuleSet, subject: &Subject<'_>) {
        let language = self.language;
        let holds = |rule: usize, half: Half, may: &[bool]| {
            let entry = &rules.entries[rule];
            let Ok(Program::Taint(program)) = rules.program(entry, language) else {
                return false;
            };
            let formulas = program.half(half);
            let each = may.len() == formulas.len();
            let mut parts = formulas.iter().enumerate();
            parts.any(|(at, formula)| {
                let found = || subject.search(formula, entry.options, &mut STEPS.clone());
                (!each || may[at]) && found().map_or(true, |found| !found.is_empty())
            })
        };
        let (mut sources, mut sinks) = (Bits::default(), Bits::default());
        for (rule, half, may) in std::mem::take(&mut self.halves) {
            let index = RuleIndex(rule as u32);
            if timing::rule(Stage::Match, index, || holds(rule, half, &may)) {
                match half {
                    Half::Source => sources.insert(rule),
                    Half::Sink => sinks.insert(rule),
                }
            }
        }
        (self.sources, self.sinks) = (sources, sinks);
    }

    /// Keeps the file parsed where flows may begin or end in it.
    pub(super) fn keep(&mut self, file: File<'_>, shared: Shared) {
        if !self.sources.is_empty() || !self.sinks.is_empty() {
            self.kept = Some(Kept::new(file, shared));
        }
    }

    /// The bytes of the text that is kept parsed.
    pub fn kept(&self) -> usize {
        self.kept.as_ref().map_or(0, Kept::size)
    }

    /// Keeps nothing.
    pub fn let_go(&mut self) {
        self.kept = None;
    }
}

/// A set of rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn insert(&mut self, rule: usize) {
        if self.0.len() <= rule / 64 {
            self.0.resize(rule / 64 + 1, 0);
        }
        self.0[rule / 64] |= 1 << (rule % 64);
    }

    pub(super) fn remove(&mut self, rule: usize) {
        if let Some(word) = self.0.get_mut(rule / 64) {
            *word &= !(1 << (rule % 64));
        }
    }

    pub(super) fn has(&self, rule: usize) -> bool {
        let word = self.0.get(rule / 64).copied().unwrap_or(0);
        word >> (rule % 64) & 1 == 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Adds another set, and returns whether that made a difference.
    pub(super) fn add(&mut self, other: &Bits) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut changed = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            changed |= *theirs & !*mine != 0;
            *mine |= theirs;
        }
        changed
    }

    /// The rules, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|&rule| self.has(rule))
    }
}

/// A module, and names in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Import {
    pub(super) module: String,
    pub(super) names: Vec<String>,
}

/// Of one file no more imports than these are looked at.
const MAX_IMPORTS: usize = 2000;
/// A path or a list of names is looked at no further than this.
const MAX_LENGTH: usize = 2000;

/// What stands for the module of a Rust module that is declared.
pub(super) const MODULE: &str = "mod";

/// The modules that a text seems to import.
pub(super) fn imports(source: &Source) -> Vec<Import> {
    let mut found = match source.language.family() {
        Some(Family::Python) => python(source.text()),
        Some(Family::Rust) => rust(source.text()),
        Some(Family::Script) => script(source.text()),
        None => Vec::new(),
    };
    found.truncate(MAX_IMPORTS);
    found.sort();
    found.dedup();
    found
}

fn text_at(text: &[u8], from: usize) -> String {
    let end = text.len().min(from + MAX_LENGTH);
    String::from_utf8_lossy(text.get(from..end).unwrap_or_default()).into_owned()
}

/// `import a.b as c, d`, `from .a import (b, c as d)`, wherever a line begins with it.
fn python(text: &[u8]) -> Vec<Import> {
    let mut found = Vec::new();
    for at in memmem::find_iter(text, b"import") {
        let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |line| line + 1);
        // Statements may follow others on their line.
        let start = memchr::memrchr(b';', &text[start..at]).map_or(start, |semi| start + semi + 1);
        let before = String::from_utf8_lossy(&text[start..at]).into_owned();
        let rest = &text[at + "import".len()..];
        let listed = rest.trim_ascii_start().first() == Some(&b'(');
        let end = memchr::memchr(if listed { b')' } else { b'\n' }, rest);
        let after = text_at(&rest[..end.unwrap_or(rest.len())], 0);
        let before = before.trim();
        if let Some(module) = before.strip_prefix("from") {
            let module: String = module.split_whitespace().collect();
            let names = match after.trim_start().strip_prefix('(') {
                Some(list) => list.split(')').next().unwrap_or_default(),
                None => after.split(['\n', ';', '#']).next().unwrap_or_default(),
            };
            found.push(Import {
                module,
                names: python_names(names),
            });
        } else if before.is_empty() {
            let list = after.split(['\n', ';', '#']).next().unwrap_or_default();
            found.extend(python_names(list).into_iter().map(|module| Import {
                module,
                names: Vec::new(),
            }));
        }
    }
    found
}

fn python_names(list: &str) -> Vec<String> {
    let lines = list
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let list: Vec<&str> = lines.collect();
    let list = list.join(" ");
    let names = list.split(',').filter_map(|name| {
        let name = name.split_whitespace().find(|word| *word != "\\")?;
        let plain = name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.');
        plain.then(|| name.to_owned())
    });
    names.collect()
}

/// Every string that begins like a path of a module of the project.
fn script(text: &[u8]) -> Vec<Import> {
    let mut found = Vec::new();
    for quote in [b"\".", b"'.", b"\"@", b"'@", b"\"~", b"'~"] {
        for at in memmem::find_iter(text, quote) {
            let rest = &text[at + 1..text.len().min(at + 1 + MAX_LENGTH)];
            let end = rest
                .iter()
                .position(|byte| *byte == quote[0] || *byte == b'\n');
            let Some(end) = end.filter(|end| rest[*end] == quote[0]) else {
                continue;
            };
            let module = String::from_utf8_lossy(&rest[..end]).into_owned();
            let relative = module == "."
                || module == ".."
                || module.starts_with("./")
                || module.starts_with("../")
                || module.starts_with("@/")
                || module.starts_with("~/");
            if relative {
                found.push(Import {
                    module,
                    names: Vec::new(),
                });
            }
        }
    }
    found
}

/// `use a::b::{c, d::e}`, `mod a;`, and paths from `crate`, `self` and `super`.
fn rust(text: &[u8]) -> Vec<Import> {
    let mut found = Vec::new();
    for word in ["use ", "mod ", "crate::", "super::", "self::"] {
        for at in memmem::find_iter(text, word) {
            let inside = at > 0 && (text[at - 1].is_ascii_alphanumeric() || text[at - 1] == b'_');
            // A path goes on where its first word did.
            if inside || text[..at].ends_with(b"::") {
                continue;
            }
            let is_path = word.ends_with("::");
            let from = if is_path { at } else { at + word.len() };
            let rest = text_at(text, from);
            if word == "mod " {
                found.extend(rust_module(&rest));
            } else {
                rust_paths(rest.trim_start(), word == "use ", &mut found);
            }
        }
    }
    found
}

/// `mod a;`, whose text is in another file.
fn rust_module(text: &str) -> Option<Import> {
    let name = text.split(';').next()?.trim();
    let word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    word.then(|| Import {
        module: MODULE.to_owned(),
        names: vec![name.to_owned()],
    })
}

/// The paths of a tree of paths; what a group holds is told apart by its first words only.
fn rust_paths(text: &str, is_use: bool, found: &mut Vec<Import>) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut path: Vec<String> = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if end > 0 {
            path.push(rest[..end].to_owned());
        }
        match rest[end..].strip_prefix("::") {
            Some(next) if path.len() < 32 => rest = next,
            _ => {
                rest = &rest[end..];
                break;
            }
        }
    }
    if let Some(group) = rest.strip_prefix('{').filter(|_| is_use) {
        let group = group.split([';', '=']).next().unwrap_or_default();
        for item in group.split([',', '{', '}']) {
            let words: Vec<String> = item
                .trim()
                .split("::")
                .map(|word| word.trim().split(' ').next().unwrap_or_default().to_owned())
                .take_while(|word| !word.is_empty() && word.chars().all(is_word))
                .collect();
            if !words.is_empty() {
                let mut names = path.clone();
                names.extend(words);
                found.push(Import {
                    module: String::new(),
                    names,
                });
            }
        }
    }
    if !path.is_empty() {
        found.push(Import {
            module: String::new(),
            names: path,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Language, text: &str, expected: &[&str]) {
        let source = Source::new("a".into(), language, text.into());
        let shown: Vec<String> = imports(&source)
            .into_iter()
            .map(|Import { module, names }| {
                if names.is_empty() {
                    module
                } else {
                    format!("{module}:{}", names.join(","))
                }
            })
            .collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn imports_of_python_are_read_off_the_text() {
        check(Language::Python, "import a.b as c, d\n", &["a.b", "d"]);
        check(
            Language::Python,
            "x = 1; from ..p import (q as r, # why\n  s)\n",
            &["..p:q,s"],
        );
        check(Language::Python, "reimport = 1\nx = important\n", &[]);
    }

    #[test]
    fn relative_strings_of_scripts_are_imports() {
        check(
            Language::JavaScript,
            "import a from './a.js'; const b = require(\"..\"); f('.x')",
            &["..", "./a.js"],
        );
    }

    #[test]
    fn paths_of_rust_are_read_with_their_groups() {
        check(
            Language::Rust,
            "mod a;\nuse crate::b::{c, d::e};\nfn f() { super::g::h(); }",
            &[
                ":crate,b",
                ":crate,b,c",
                ":crate,b,d,e",
                ":super,g,h",
                "mod:a",
            ],
        );
    }
}
