//! The rules of a scan, ready to run: read at once, compiled when the first file needs them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock};

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::fix::Fixer;
use super::prefilter::{Prefilter, Words};
use crate::builtin;
use crate::finding::RuleIndex;
use crate::lang::Language;
use crate::pattern::{Compiler, Formula, Options};
use crate::rule::{self, Meta, Mode, Needs, Packed, Rule, RuleError, Target};
use crate::secrets::{self, Detectors};
use crate::source::Source;
use crate::taint::{self, Half};

/// The rules of a scan, ready to run.
#[derive(Debug)]
pub struct RuleSet {
    metas: Vec<Arc<Meta>>,
    pub(super) entries: Vec<Entry>,
    pub(super) by_language: Vec<Vec<usize>>,
    prefilters: [OnceLock<Prefilter>; Language::ALL.len()],
    compiler: Mutex<Compiler>,
    detectors: OnceLock<Detectors>,
    deselected: BTreeSet<String>,
    notes: Vec<String>,
}

/// One rule.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) rule: Rule,
    target: Target,
    needs: Packed<Needs>,
    pub(super) options: Options,
    /// Compiled on first use: the paths that it sees, where it names some, and those that it does not.
    globs: OnceLock<(Option<GlobSet>, Option<GlobSet>)>,
    /// Boxed, since most are never filled in, and empty memory is not free: each page is a fault.
    programs: [OnceLock<Box<Result<Program, RuleError>>>; Language::ALL.len()],
    fixer: OnceLock<Option<Result<Fixer, RuleError>>>,
}

/// A rule in one language, ready to run.
#[derive(Debug)]
pub(super) enum Program {
    Search(Formula),
    Taint(Box<taint::Program>),
}

/// Which rules a set is made of.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Only rules whose id matches one of these globs, where there are any.
    pub only: Vec<String>,
    /// No rule whose id matches one of these globs.
    pub except: Vec<String>,
    /// Only rules that look for secrets.
    pub secrets_only: bool,
}

/// The text of a rule file and the name that errors give it.
#[derive(Clone, Debug)]
pub struct RuleText {
    /// The name.
    pub name: String,
    /// The text.
    pub text: String,
    /// Whether the file was named by itself, so that it has to hold rules.
    pub named: bool,
}

impl Default for RuleSet {
    fn default() -> RuleSet {
        RuleSet::of(Vec::new())
    }
}

impl RuleSet {
    /// A set of the built-in rules, where wanted, and of those in files.
    pub fn new(
        builtin: bool,
        files: &[RuleText],
        choice: &Choice,
    ) -> Result<RuleSet, Vec<RuleError>> {
        let mut errors = Vec::new();
        let mut notes = Vec::new();
        let mut rules = if builtin { builtin_rules() } else { Vec::new() };
        let builtin_count = rules.len();
        let mut unread = 0;
        for file in files {
            match rule::read_file(&file.name, &file.text) {
                Ok(Some(read)) => {
                    notes.extend(
                        read.left_out
                            .into_iter()
                            .map(|left_out| format!("rule left out: {left_out}")),
                    );
                    for rule in read.rules {
                        if rules[..builtin_count]
                            .iter()
                            .any(|(known, _)| known.meta.id == rule.meta.id)
                        {
                            errors.push(RuleError {
                                file: file.name.clone(),
                                line: rule.line,
                                rule: Some(rule.meta.id.clone()),
                                key: Some("id".to_owned()),
                                message: "a built-in rule has this id".to_owned(),
                            });
                        }
                        let needs = Packed::from(rule.needs());
                        rules.push((rule, needs));
                    }
                }
                Ok(None) if file.named => errors.push(RuleError {
                    file: file.name.clone(),
                    line: 0,
                    rule: None,
                    key: None,
                    message: "it holds no `rules:`".to_owned(),
                }),
                Ok(None) => unread += 1,
                Err(wrong) => errors.extend(wrong),
            }
        }
        if unread > 0 {
            notes.push(format!(
                "{unread} YAML files without `rules:` were passed over"
            ));
        }
        let only = globs(&choice.only).map_err(|error| vec![error])?;
        let except = globs(&choice.except).map_err(|error| vec![error])?;
        let mut deselected = BTreeSet::new();
        rules.retain(|(rule, _)| {
            let id = &rule.meta.id;
            let chosen = only.as_ref().is_none_or(|only| only.is_match(id))
                && !except.as_ref().is_some_and(|except| except.is_match(id))
                && (!choice.secrets_only || matches!(rule.mode, Mode::Secret(_)));
            if !chosen {
                deselected.insert(id.clone());
            }
            chosen
        });
        let set = RuleSet::of(rules);
        let entries = set.entries.iter();
        let other = entries.filter(|entry| entry.target == Target::Nothing);
        let other = other.count();
        if other > 0 {
            notes.push(format!(
                "{other} rules are for languages that aiscan does not read"
            ));
        }
        let set = RuleSet {
            deselected,
            notes,
            ..set
        };
        // The patterns of files given by name are compiled at once, so that their errors are seen.
        for entry in set
            .entries
            .iter()
            .filter(|entry| entry.rule.meta.file.is_some())
        {
            errors.extend(set.check(entry));
        }
        if errors.is_empty() {
            Ok(set)
        } else {
            errors.sort();
            errors.dedup();
            Err(errors)
        }
    }

    fn of(rules: Vec<(Rule, Packed<Needs>)>) -> RuleSet {
        let entries = rules
            .into_iter()
            .map(|(rule, needs)| Entry::new(rule, needs));
        let entries: Vec<Entry> = entries.collect();
        let mut by_language = vec![Vec::new(); Language::ALL.len()];
        for (index, entry) in entries.iter().enumerate() {
            match (&entry.rule.mode, &entry.target) {
                (Mode::Search(_) | Mode::Taint(_), Target::Languages(languages)) => {
                    for &language in languages {
                        by_language[language as usize].push(index);
                    }
                }
                (Mode::Search(_), Target::Text | Target::Generic) => {
                    by_language[Language::Text as usize].push(index);
                }
                _ => {}
            }
        }
        RuleSet {
            metas: entries
                .iter()
                .map(|entry| Arc::clone(&entry.rule.meta))
                .collect(),
            prefilters: Default::default(),
            entries,
            by_language,
            compiler: Mutex::default(),
            detectors: OnceLock::new(),
            deselected: BTreeSet::new(),
            notes: Vec::new(),
        }
    }

    /// What each rule says of itself, by [`crate::finding::RuleIndex`].
    pub fn metas(&self) -> &[Arc<Meta>] {
        &self.metas
    }

    /// The ids of rules that exist and were not chosen.
    pub fn deselected(&self) -> &BTreeSet<String> {
        &self.deselected
    }

    /// Remarks for people: rules left out, and why.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// What tells which of the rules of a language, in their order, a file can match at all.
    pub(super) fn prefilter(&self, language: Language) -> &Prefilter {
        self.prefilters[language as usize].get_or_init(|| {
            let rules = self.by_language[language as usize].iter();
            Prefilter::new(rules.map(|&index| &*self.entries[index].needs))
        })
    }

    /// The taint rules of which a file may hold a source or a sink: of each the half, and which of
    /// its parts.
    pub(super) fn halves(
        &self,
        source: &Source,
        words: &Words<'_>,
    ) -> Vec<(usize, Half, Vec<bool>)> {
        let language = source.language;
        let prefilter = self.prefilter(language);
        let mut found = Vec::new();
        for (at, &index) in self.by_language[language as usize].iter().enumerate() {
            let entry = &self.entries[index];
            if !matches!(entry.rule.mode, Mode::Taint(_)) || !entry.sees(source) {
                continue;
            }
            for half in [Half::Source, Half::Sink] {
                let parts = prefilter.half(at, half, words);
                found.extend(parts.map(|parts| (index, half, parts)));
            }
        }
        found
    }

    /// The secret rules, compiled on first use.
    pub(super) fn detectors(&self) -> &Detectors {
        self.detectors.get_or_init(|| {
            let rules =
                (0..)
                    .zip(&self.entries)
                    .filter_map(|(index, entry)| match &entry.rule.mode {
                        Mode::Secret(secret) => {
                            Some((RuleIndex(index), &*entry.rule.meta, Arc::clone(secret)))
                        }
                        Mode::Search(_) | Mode::Taint(_) => None,
                    });
            Detectors::new(rules)
        })
    }

    /// A rule in a language, compiled on first use.
    pub(super) fn program<'e>(
        &self,
        entry: &'e Entry,
        language: Language,
    ) -> Result<&'e Program, &'e RuleError> {
        self.compiled(entry, language, false)
    }

    /// The same; where it `checks`, wrong regular expressions are told at once.
    fn compiled<'e>(
        &self,
        entry: &'e Entry,
        language: Language,
        checks: bool,
    ) -> Result<&'e Program, &'e RuleError> {
        entry.programs[language as usize]
            .get_or_init(|| {
                let mut compiler = self
                    .compiler
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                compiler.checks = checks;
                Box::new(match &entry.rule.mode {
                    Mode::Search(formula) => compiler
                        .compile(language, &entry.rule, formula)
                        .map(Program::Search),
                    Mode::Taint(spec) => {
                        let program =
                            taint::Program::compile(&mut compiler, language, &entry.rule, spec);
                        program.map(|program| Program::Taint(Box::new(program)))
                    }
                    Mode::Secret(_) => unreachable!("secret rules are not listed by language"),
                })
            })
            .as_ref()
            .as_ref()
    }

    /// Compiles a rule for every language that it is for, and returns what is wrong with it.
    fn check(&self, entry: &Entry) -> Vec<RuleError> {
        match &entry.rule.mode {
            Mode::Search(_) | Mode::Taint(_) => {}
            Mode::Secret(secret) => {
                return secrets::check(secret)
                    .err()
                    .map(|wrong| of_secret(entry, wrong))
                    .into_iter()
                    .collect();
            }
        }
        let languages = match &entry.target {
            Target::Languages(languages) => languages.clone(),
            Target::Text | Target::Generic => vec![Language::Text],
            Target::Nothing => Vec::new(),
        };
        let found = languages
            .into_iter()
            .filter_map(|language| self.compiled(entry, language, true).err().cloned());
        let fixer = entry.checked_fixer().and_then(|fixer| fixer.as_ref().err());
        found.chain(fixer.cloned()).collect()
    }

    /// Compiles every rule, and returns what is wrong with them: for tests and linters.
    pub fn check_all(&self) -> Vec<RuleError> {
        self.entries
            .iter()
            .flat_map(|entry| self.check(entry))
            .collect()
    }
}

impl Entry {
    fn new(rule: Rule, needs: Packed<Needs>) -> Entry {
        Entry {
            target: rule.target(),
            needs,
            options: rule.options,
            rule,
            globs: OnceLock::new(),
            programs: Default::default(),
            fixer: OnceLock::new(),
        }
    }

    /// What repairs its findings, compiled on first use.
    pub(super) fn fixer(&self) -> Option<&Fixer> {
        self.checked_fixer()?.as_ref().ok()
    }

    fn checked_fixer(&self) -> Option<&Result<Fixer, RuleError>> {
        let compile = |fix| {
            Fixer::new(fix).map_err(|message| RuleError {
                file: self.rule.meta.file.clone().unwrap_or_default(),
                line: self.rule.line,
                rule: Some(self.rule.meta.id.clone()),
                key: Some("fix-regex".to_owned()),
                message,
            })
        };
        let fixer = self
            .fixer
            .get_or_init(|| self.rule.fix.as_ref().map(compile));
        fixer.as_ref()
    }

    /// Whether the rule follows values.
    pub(super) fn is_flow(&self) -> bool {
        matches!(self.rule.mode, Mode::Taint(_))
    }

    /// Whether the rule's `paths:` let it see a file.
    pub(super) fn sees(&self, source: &Source) -> bool {
        let paths = &self.rule.paths;
        // They were checked when the rule was read.
        let compile = || (path_globs(&paths.include), path_globs(&paths.exclude));
        let (include, exclude) = self.globs.get_or_init(compile);
        let holds = |globs: &GlobSet| globs.is_match(&source.path);
        include.as_ref().is_none_or(holds) && !exclude.as_ref().is_some_and(holds)
    }
}

fn builtin_rules() -> Vec<(Rule, Packed<Needs>)> {
    postcard::from_bytes(builtin::RULES).expect("the build script writes this type")
}

fn of_secret(entry: &Entry, (key, message): (&str, String)) -> RuleError {
    RuleError {
        file: entry.rule.meta.file.clone().unwrap_or_default(),
        line: entry.rule.line,
        rule: Some(entry.rule.meta.id.clone()),
        key: Some(key.to_owned()),
        message: message
            .lines()
            .last()
            .unwrap_or("it is no regex")
            .trim()
            .to_owned(),
    }
}

/// Globs of ids; `*` crosses dots.
fn globs(patterns: &[String]) -> Result<Option<GlobSet>, RuleError> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let wrong = |message: String| RuleError {
        file: String::new(),
        line: 0,
        rule: None,
        key: None,
        message,
    };
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = Glob::new(pattern)
            .map_err(|error| wrong(format!("`{pattern}` is no glob: {}", error.kind())))?;
        builder.add(glob);
    }
    builder
        .build()
        .map(Some)
        .map_err(|error| wrong(error.to_string()))
}

/// Globs of paths, which match in any folder unless they begin with a slash.
fn path_globs(patterns: &[String]) -> Option<GlobSet> {
    if patterns.is_empty() {
        return None;
    }
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        let (anchored, pattern) = match pattern.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, pattern.as_str()),
        };
        let pattern = pattern.trim_end_matches('/');
        let roots: &[&str] = if anchored { &[""] } else { &["", "**/"] };
        for root in roots {
            for rest in ["", "/**"] {
                if let Ok(glob) = Glob::new(&format!("{root}{pattern}{rest}")) {
                    builder.add(glob);
                }
            }
        }
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn an_embedded_rule_says_the_same_as_its_file() {
        let rules = builtin_rules();
        assert!(rules.len() > 700, "{}", rules.len());
        for (embedded, needs) in rules {
            let path = format!("rules/{}.yaml", embedded.meta.id.replace('.', "/"));
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            let file = rule::read_file("", &fs::read_to_string(path).unwrap());
            let [read] = &file.unwrap().unwrap().rules[..] else {
                panic!("{}: one rule is expected", embedded.meta.id)
            };
            assert_eq!(*read, embedded);
            assert_eq!(read.needs(), *needs);
        }
    }
}
