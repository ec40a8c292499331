//! One file from its bytes to what the report says of it, while its text is in memory.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::fingerprint::Fingerprints;
use super::fixes::{self, FileFix};
use super::guard::guarded;
use super::line_hash::line_hashes;
use super::mask::Mask;
use super::place::Places;
use super::{
    Extras, FileProblem, Place, Reported, ScanProblem, SkipReason, Step, SuppressionProblem,
};
use sha2::{Digest as _, Sha256};

use crate::discover::{Content, ReadError};
use crate::engine::{FileReport, Linked, Outline, Problem};
use crate::finding::Finding;
use crate::rule::Meta;
use crate::source::{Source, Span};
use crate::timing::{self, Sheet, Stage};
use crate::triage;

/// What runs the rules on one file; a seam for tests.
pub(super) type ScanFile<'a> = dyn Fn(&Source) -> FileReport + Sync + 'a;

/// What examining needs beside the file.
#[derive(Clone, Copy)]
pub(super) struct Examiner<'a> {
    pub(super) scan_file: &'a ScanFile<'a>,
    pub(super) rules: &'a [Arc<Meta>],
    pub(super) deselected: &'a BTreeSet<String>,
    pub(super) extras: Extras,
}

/// What came of one file.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) findings: Vec<Reported>,
    /// For each finding what tells its secret from others, where it has one.
    pub(super) secrets: Vec<Option<Identity>>,
    pub(super) suppression_problems: Vec<SuppressionProblem>,
    pub(super) problems: Vec<FileProblem>,
    pub(super) skipped: Option<SkipReason>,
    /// Bytes that the rules saw; `None` where they saw none.
    pub(super) bytes: Option<u64>,
    pub(super) parsed: bool,
    pub(super) fix: Option<FileFix>,
    pub(super) timings: Sheet,
    pub(super) outline: Option<Outline>,
}

/// What findings in one file need of another one, whose text is not in memory then.
pub(super) struct Elsewhere {
    pub(super) mask: Mask,
    pub(super) places: HashMap<Span, Place>,
}

/// What flows from other files add to a file.
#[derive(Clone, Copy)]
struct Added<'a> {
    linked: &'a Linked,
    elsewhere: &'a HashMap<String, Elsewhere>,
}

/// A hash of a secret's text. It stays in memory: short secrets are guessed from theirs.
pub(super) type Identity = [u8; 32];

impl Examiner<'_> {
    /// Examines what was read of the file that reports call `name`, as one commit brought it in
    /// where that is said.
    pub(super) fn examine(
        &self,
        name: &str,
        commit: Option<&str>,
        content: Result<Content, ReadError>,
    ) -> Outcome {
        let (mut outcome, spent) = timing::measure(self.extras.timings, || {
            self.examine_content(name, commit, content, None)
        });
        outcome.timings = spent;
        outcome
    }

    /// Examines a file that flows from other files end in.
    pub(super) fn examine_linked(
        &self,
        name: &str,
        content: Result<Content, ReadError>,
        linked: &Linked,
        elsewhere: &HashMap<String, Elsewhere>,
    ) -> Outcome {
        let added = Added { linked, elsewhere };
        let (mut outcome, spent) = timing::measure(self.extras.timings, || {
            self.examine_content(name, None, content, Some(added))
        });
        outcome.timings = spent;
        outcome
    }

    fn examine_content(
        &self,
        name: &str,
        commit: Option<&str>,
        content: Result<Content, ReadError>,
        added: Option<Added<'_>>,
    ) -> Outcome {
        let (language, bytes) = match content {
            Ok(Content::Text(language, bytes)) => (language, bytes),
            Ok(Content::Binary) => {
                return Outcome {
                    skipped: Some(SkipReason::Binary),
                    ..Outcome::default()
                };
            }
            Err(error) => return failed(name, error.into()),
        };
        let size = bytes.len() as u64;
        let marked = bytes.starts_with(b"\xef\xbb\xbf");
        let original = self.extras.fixes.then(|| bytes.clone());
        let outcome = guarded(|| {
            let source = Source::new(name.to_owned(), language, bytes);
            let mut report = (self.scan_file)(&source);
            if let Err(error) = &source.decoded {
                add_undecodable(&mut report, error.to_string());
            }
            if let Some(added) = added {
                added.linked.add_to(&mut report);
            }
            let outline = report.outline.take();
            let outcome = timing::stage(Stage::Resolve, || {
                let text = (&source, marked);
                self.resolve(text, commit, original.as_deref(), report, added)
            });
            Outcome { outline, ..outcome }
        });
        match outcome {
            Ok(outcome) => Outcome {
                bytes: Some(size),
                ..outcome
            },
            Err(place) => failed(name, Problem::Internal(place).into()),
        }
    }

    /// With the `original` bytes of the file, its fixes are worked out, too.
    fn resolve(
        &self,
        (source, marked): (&Source, bool),
        commit: Option<&str>,
        original: Option<&[u8]>,
        report: FileReport,
        added: Option<Added<'_>>,
    ) -> Outcome {
        let mut findings = report.findings;
        findings.sort_by_key(|finding| (finding.span, finding.rule));
        let incomplete = report.problems.iter().any(Problem::is_incomplete);
        let context = triage::Context {
            source,
            // Which rules are there must not decide what a comment is: configuration is parsed for
            // some and not for others, and its comments are read by their marks in any case.
            comments: (report.parsed && source.language.is_code()).then_some(&report.comments[..]),
            examined: !incomplete,
            rules: self.rules,
            deselected: self.deselected,
        };
        let (suppressions, mut suppression_problems) = triage::triage(&context, &findings);

        let secrets = findings.iter().filter_map(|finding| finding.secret);
        let mask = Mask::new(source, secrets.chain(report.masked));
        for problem in &mut suppression_problems {
            problem.message = mask.words(std::mem::take(&mut problem.message));
        }
        let identity = |span| Sha256::digest(source.slice(span)).into();
        let secrets = findings
            .iter()
            .map(|finding| finding.secret.map(identity))
            .collect();
        let mut resolver = Resolver {
            source,
            commit,
            mask: &mask,
            places: Places::new(source, &mask),
            hashes: if findings.is_empty() {
                Vec::new()
            } else {
                let whole = Span::new(0, source.text().len());
                line_hashes(&mask.text(source, whole), marked)
            },
            fingerprints: Fingerprints::default(),
            elsewhere: added.map(|added| added.elsewhere),
        };
        let mut edits = Vec::new();
        let findings = findings
            .into_iter()
            .zip(suppressions)
            .map(|(finding, suppression)| {
                let rule = self.rules.get(finding.rule.0 as usize);
                let edit = finding.fix.clone().filter(|_| suppression.is_none());
                let mut reported = resolver.resolve(finding, rule.map_or("", |rule| &rule.id));
                edits.extend(edit.filter(|_| reported.fix.is_some()));
                reported.suppression = suppression.map(|mut suppression| {
                    suppression.reason = mask.words(suppression.reason);
                    suppression
                });
                reported
            })
            .collect();
        let problems = report.problems.into_iter().map(|problem| FileProblem {
            path: source.path.clone(),
            problem: problem.into(),
        });
        let original = original.filter(|_| !incomplete);
        Outcome {
            fix: original.and_then(|original| fixes::of(source, original, &mask, edits)),
            findings,
            secrets,
            suppression_problems,
            problems: problems.collect(),
            parsed: report.parsed,
            ..Outcome::default()
        }
    }
}

/// Resolves the findings of one file, which come in the order of their places.
struct Resolver<'a> {
    source: &'a Source,
    commit: Option<&'a str>,
    mask: &'a Mask,
    places: Places<'a>,
    hashes: Vec<String>,
    fingerprints: Fingerprints,
    elsewhere: Option<&'a HashMap<String, Elsewhere>>,
}

impl Resolver<'_> {
    /// What a message says of the commit; every format shows it.
    fn remark(&self) -> String {
        let commit = self.commit.map(|commit| &commit[..commit.len().min(12)]);
        commit.map_or_else(String::new, |commit| {
            format!(" Commit {commit} brought it in.")
        })
    }

    fn resolve(&mut self, finding: Finding, rule: &str) -> Reported {
        let place = self.places.place(finding.span);
        let masked = self.mask.text(self.source, finding.span);
        let line_hash = self.hashes.get(place.start.line as usize - 1);
        let mut message = self.mask.words(finding.message);
        let mut trace = Vec::new();
        for step in finding.trace {
            let note = self.mask.words(step.note);
            let other = step.path.filter(|path| *path != self.source.path);
            let Some(path) = other else {
                let place = self.places.place(step.span);
                trace.push(Step { place, note });
                continue;
            };
            // The other file was read before; what it hides is hidden here, too.
            let other = self.elsewhere.and_then(|elsewhere| elsewhere.get(&path));
            if let Some(other) = other {
                message = other.mask.words(message);
                let note = other.mask.words(note);
                let place = other.places.get(&step.span).cloned();
                trace.extend(place.map(|place| Step { place, note }));
            }
        }
        Reported {
            rule: finding.rule,
            fingerprint: self
                .fingerprints
                .next(rule, &self.source.path, self.commit, &masked),
            line_hash: line_hash.cloned().unwrap_or_default(),
            place,
            message: message + &self.remark(),
            commit: self.commit.map(str::to_owned),
            severity: finding.severity,
            confidence: finding.confidence,
            trace,
            fix: finding.fix.and_then(|edit| self.places.replacement(&edit)),
            suppression: None,
        }
    }
}

fn add_undecodable(report: &mut FileReport, reason: String) {
    let known = |problem: &Problem| matches!(problem, Problem::Undecodable(_));
    if !report.problems.iter().any(known) {
        report.problems.push(Problem::Undecodable(reason));
    }
}

fn failed(name: &str, problem: ScanProblem) -> Outcome {
    Outcome {
        problems: vec![FileProblem {
            path: name.to_owned(),
            problem,
        }],
        ..Outcome::default()
    }
}
