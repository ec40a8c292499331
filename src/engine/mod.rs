//! The rules at work on one file: pure functions from a rule set and a source to a report.

mod fix;
mod graph;
mod inquiry;
mod kept;
mod link;
mod look;
mod message;
mod narrow;
mod outline;
mod parts;
mod phase;
mod prefilter;
mod ruleset;
mod spelling;
mod usage;
mod spelt;

pub use link::{Job, Linked, Linker};
pub use look::Done;
pub use outline::Outline;
pub use ruleset::{Choice, RuleSet, RuleText};

use std::collections::HashSet;

use crate::finding::{Finding, RuleIndex, TraceStep};
use crate::lang::Language;
use crate::pattern::{Formula, Match, Subject};
use crate::source::{Source, Span};
use crate::syntax::{self, File, Symbol};
use crate::taint;
use crate::timing::{self, Stage};
use narrow::Script;
use ruleset::{Entry, Program};

/// What the rules found in one file, and what kept them from looking.
#[derive(Debug, Default)]
pub struct FileReport {
    /// The findings, in the order of their places, then of their rules.
    pub findings: Vec<Finding>,
    /// Parts of secrets, which must not be shown any more than those that findings name.
    pub masked: Vec<Span>,
    /// The comments of a parsed file whose text mentions aiscan: where suppressions may stand.
    pub comments: Vec<Span>,
    /// What was not looked at, or only partly.
    pub problems: Vec<Problem>,
    /// Whether the file was parsed; most are not, since no rule can match them.
    pub parsed: bool,
    /// What flows from file to file need to know of it, where it was asked for.
    pub outline: Option<Outline>,
}

/// Why a file, or a part of it, was not examined.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Problem {
    /// Its encoding is not known.
    #[error("{0}")]
    Undecodable(String),
    /// So much of it does not parse that rules cannot be trusted on it.
    #[error("{percent} % of it does not parse as {language}")]
    TooBroken {
        /// Share of bytes lost to parse errors.
        percent: u32,
        /// The language it was parsed as.
        language: &'static str,
    },
    /// A part of it does not parse; the rest was examined.
    #[error("{percent} % of it does not parse as {language}; the rest was examined")]
    Degraded {
        /// Share of bytes lost to parse errors.
        percent: u32,
        /// The language it was parsed as.
        language: &'static str,
    },
    /// It is a template: what is filled in was passed over, the rest was examined.
    #[error("it is a template of {language}; what its marks fill in was not examined")]
    Template {
        /// The language it becomes.
        language: &'static str,
    },
    /// It is nested deeper than aiscan follows.
    #[error("it is nested deeper than {limit} levels; what lies deeper was not examined")]
    TooDeep {
        /// The levels that are followed.
        limit: u32,
    },
    /// It is larger than what is parsed; rules on text have seen it.
    #[error(
        "it has {size} bytes, too many to be parsed as {language} for the rules that ask for it"
    )]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The language it would be parsed as.
        language: &'static str,
    },
    /// A rule ran out of steps.
    #[error("rule {rule} ran out of steps")]
    BudgetSpent {
        /// The rule's id.
        rule: String,
    },
    /// Something in aiscan is broken.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Problem {
    /// Whether the file counts as not examined, which no exit code may hide.
    pub fn is_incomplete(&self) -> bool {
        match self {
            Problem::Degraded { .. } | Problem::Template { .. } => false,
            Problem::Undecodable(_)
            | Problem::TooBroken { .. }
            | Problem::TooDeep { .. }
            | Problem::TooLarge { .. }
            | Problem::BudgetSpent { .. }
            | Problem::Internal(_) => true,
        }
    }
}

/// Of a file that loses more than this share of its bytes to parse errors, no rule knows enough.
const MAX_LOST_PERCENT: usize = 20;

/// The steps that one rule may take in one file. A step is some tens of nanoseconds.
const STEPS: u64 = 20_000_000;

/// The most bytes that are parsed. Code is never read beyond it; configuration is, as text.
const MAX_PARSED: usize = 5 * 1024 * 1024;

/// What a suppression comment mentions.
const MARK: &[u8] = b"aiscan:";

/// Runs every rule on one file.
pub fn scan_file(rules: &RuleSet, source: &Source) -> FileReport {
    scan(rules, source, false)
}

/// Runs every rule on one file of many, and says of it what flows from file to file need.
pub fn scan_file_of_many(rules: &RuleSet, source: &Source) -> FileReport {
    scan(rules, source, true)
}

fn scan(rules: &RuleSet, source: &Source, outlines: bool) -> FileReport {
    let mut report = FileReport::default();
    let marked = source.language.is_code() && memchr::memmem::find(source.text(), MARK).is_some();
    let script = Script::new(source);
    let live = timing::stage(Stage::Prefilter, || {
        LiveRules::of(rules, &script, outlines, marked)
    });
    report.outline = live.outline;
    let entries = live.of_language;
    let mut file = None;
    if let Err(error) = &source.decoded {
        report
            .problems
            .push(Problem::Undecodable(error.to_string()));
    } else if !entries.is_empty() || marked {
        let size = source.text().len();
        if size <= MAX_PARSED {
            file = File::parse(source);
        } else {
            let language = source.language.name();
            report.problems.push(Problem::TooLarge { size, language });
        }
    }
    if let Some(file) = &file {
        report.parsed = true;
        report.comments.extend(
            file.tree()
                .comments
                .iter()
                .filter(|comment| memchr::memmem::find(source.slice(**comment), MARK).is_some()),
        );
        note_health(source, file, &mut report.problems);
    }
    let subject = Subject::new(source, file.as_ref());
    let shared = taint::Shared::default();
    let code_entries = entries.into_iter().filter(|_| file.is_some());
    let languages = std::iter::repeat(source.language);
    let all = code_entries.zip(languages).chain(
        live.of_text
            .into_iter()
            .zip(std::iter::repeat(Language::Text)),
    );
    for (index, language) in all {
        let entry = &rules.entries[index];
        let rule = RuleIndex(index as u32);
        match timing::stage(Stage::Compile, || rules.program(entry, language)) {
            Ok(Program::Search(formula)) => timing::rule(Stage::Match, rule, || {
                search(&subject, rule, entry, formula, &mut report);
            }),
            Ok(Program::Taint(program)) => {
                if let Some(file) = &file {
                    timing::rule(Stage::Taint, rule, || {
                        follow(&subject, (file, &shared), rule, entry, program, &mut report);
                    });
                }
            }
            Err(error) => report.problems.push(Problem::Internal(error.to_string())),
        }
    }
    if let (Some(_), Some(outline)) = (&file, &mut report.outline) {
        outline.confirm(rules, &subject);
    }
    drop(subject);
    timing::stage(Stage::Secrets, || {
        look_for_secrets(rules, &script, file.as_ref(), &mut report);
    });
    if let (Some(file), Some(outline)) = (file, &mut report.outline) {
        outline.keep(file, shared);
    }
    report
        .findings
        .sort_by_key(|finding| (finding.span.start, finding.span.end, finding.rule));
    report
}

/// The rules for which a file is parsed: a view of the prefilter for those who work on rules.
pub fn live_rules(rules: &RuleSet, source: &Source) -> Vec<RuleIndex> {
    let live = LiveRules::of(rules, &Script::new(source), false, false)
        .of_language
        .into_iter();
    live.map(|index| RuleIndex(index as u32)).collect()
}

fn look_for_secrets(
    rules: &RuleSet,
    script: &Script<'_>,
    file: Option<&File<'_>>,
    report: &mut FileReport,
) {
    let source = script.source;
    let sees = |index: RuleIndex| rules.entries[index.0 as usize].sees(source);
    let mut search = rules.detectors().search(source, &sees);
    if !search.built().is_empty() && source.decoded.is_ok() {
        if let Some(file) = file {
            search.add_tree(file);
        } else if source.text().len() <= MAX_PARSED
            && script
                .gaps_around(search.built())
                .is_none_or(|gaps| search.is_told_more_without(&gaps))
            && let Some(file) = File::parse(source)
        {
            report.parsed = true;
            search.add_tree(&file);
        }
    }
    let found = search.finish();
    report.findings.extend(found.findings);
    report.masked.extend(found.pieces);
}

/// The rules whose words a file holds.
struct LiveRules {
    /// Those for the file's language.
    of_language: Vec<usize>,
    /// Those for every text.
    of_text: Vec<usize>,
    outline: Option<Outline>,
}

impl LiveRules {
    /// Where the file `is_parsed` in any case, no part of it is looked at alone.
    fn of(rules: &RuleSet, script: &Script<'_>, outlines: bool, is_parsed: bool) -> LiveRules {
        let source = script.source;
        let mut outline = None;
        let mut live = |language: Language| {
            let all = &rules.by_language[language as usize];
            if all.is_empty() {
                return Vec::new();
            }
            let prefilter = rules.prefilter(language);
            let words = prefilter.read(source);
            if outlines && source.language.is_code() && language == source.language {
                outline = Outline::of(rules, source, &words);
            }
            let live = all.iter().enumerate().filter(|&(at, &index)| {
                prefilter.passes(at, &words) && rules.entries[index].sees(source)
            });
            let live: Vec<usize> = live.map(|(_, &index)| index).collect();
            if live.is_empty() || is_parsed || !narrow::is_worth_it(source) {
                return live;
            }
            let ends = outline.as_ref().map(Outline::ends).unwrap_or_default();
            let Some(narrowed) = script.narrow(rules, &words, &live, &ends) else {
                return live;
            };
            if let Some(outline) = &mut outline {
                outline.forget(&narrowed.without);
            }
            narrowed.live
        };
        LiveRules {
            of_language: match source.language {
                Language::Text => Vec::new(),
                language => live(language),
            },
            of_text: live(Language::Text),
            outline,
        }
    }
}

fn note_health(source: &Source, file: &File<'_>, problems: &mut Vec<Problem>) {
    let health = file.tree().health;
    let language = source.language.name();
    let length = source.text().len().max(1);
    let percent = (health.lost_bytes * 100).div_ceil(length) as u32;
    if health.lost_bytes * 100 > length * MAX_LOST_PERCENT {
        problems.push(Problem::TooBroken { percent, language });
    } else if health.lost_bytes > 0 {
        problems.push(Problem::Degraded { percent, language });
    }
    if health.templates {
        problems.push(Problem::Template { language });
    }
    if health.too_deep {
        problems.push(Problem::TooDeep {
            limit: syntax::MAX_DEPTH,
        });
    }
}

fn search(
    subject: &Subject<'_>,
    index: RuleIndex,
    entry: &Entry,
    formula: &Formula,
    report: &mut FileReport,
) {
    let mut steps = STEPS;
    let found = subject.search(formula, entry.options, &mut steps);
    timing::steps(STEPS - steps);
    let Ok(found) = found else {
        report.problems.push(Problem::BudgetSpent {
            rule: entry.rule.meta.id.clone(),
        });
        return;
    };
    let mut seen: HashSet<(Span, String)> = HashSet::new();
    let fixer = entry.fixer();
    for Match { span, bindings } in found {
        let meta = &entry.rule.meta;
        let bound = |name| bindings.get(name).map(|bound| subject.text_of(bound));
        let message = message::fill(&meta.message, &bound, None);
        if seen.insert((span, message.clone())) {
            let fix = fixer.and_then(|fixer| fixer.edit(subject, span, &bindings));
            report.findings.push(Finding {
                rule: index,
                span,
                message,
                severity: meta.severity,
                confidence: meta.confidence,
                trace: Vec::new(),
                fix,
                secret: None,
            });
        }
    }
}

fn follow(
    subject: &Subject<'_>,
    (file, shared): (&File<'_>, &taint::Shared),
    index: RuleIndex,
    entry: &Entry,
    program: &taint::Program,
    report: &mut FileReport,
) {
    let mut steps = STEPS;
    let crossings = taint::Crossings::default();
    let code = (file, shared);
    let found = program.flows(subject, code, &crossings, entry.options, &mut steps);
    timing::steps(STEPS - steps);
    let meta = &entry.rule.meta;
    if !found.complete {
        report.problems.push(Problem::BudgetSpent {
            rule: meta.id.clone(),
        });
    }
    let findings = flow_findings(subject, index, entry, found.flows);
    if let Some(outline) = &mut report.outline
        && !findings.is_empty()
    {
        outline.found.insert(index.0 as usize, findings.len());
    }
    report.findings.extend(findings);
}

/// Flows in one file as findings.
fn flow_findings(
    subject: &Subject<'_>,
    rule: RuleIndex,
    entry: &Entry,
    flows: Vec<taint::Flow>,
) -> Vec<Finding> {
    let mut seen: HashSet<(Span, String)> = HashSet::new();
    let flows = flows.into_iter();
    let findings = flows.map(|flow| flow_finding(subject, rule, entry, flow, &|_| None));
    findings
        .filter(|finding| seen.insert((finding.span, finding.message.clone())))
        .collect()
}

/// A flow as a finding; `known` is what metavariables hold that stand in other files.
fn flow_finding(
    subject: &Subject<'_>,
    rule: RuleIndex,
    entry: &Entry,
    flow: taint::Flow,
    known: &dyn Fn(Symbol) -> Option<String>,
) -> Finding {
    let meta = &entry.rule.meta;
    let fixer = entry.fixer();
    let steps = flow.steps.into_iter();
    Finding {
        rule,
        span: flow.span,
        message: message::fill(
            &meta.message,
            &|name| {
                let bound = flow.bindings.get(name);
                bound
                    .map(|bound| subject.text_of(bound))
                    .or_else(|| known(name))
            },
            flow.called.as_deref(),
        ),
        severity: meta.severity,
        confidence: flow
            .confidence
            .map_or(meta.confidence, |most| meta.confidence.min(most)),
        trace: steps
            .map(|(span, note)| TraceStep {
                path: None,
                span,
                note,
            })
            .collect(),
        fix: fixer.and_then(|fixer| fixer.edit(subject, flow.span, &flow.bindings)),
        secret: None,
    }
}

#[cfg(test)]
mod tests;
