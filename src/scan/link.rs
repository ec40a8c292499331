//! Flows from file to file: the engine says which files it wants to see again, and in the end what
//! flows add to which files; those are examined once more, so that no text has to be kept in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::FileProblem;
use super::examine::{Elsewhere, Examiner, Outcome};
use super::guard::guarded;
use super::mask::Mask;
use super::place::Places;
use crate::discover::{self, Content, Target};
use crate::engine::{Done, FileReport, Linked, Linker, Problem, RuleSet};
use crate::source::{Source, Span};
use crate::timing;

/// Said where flows were given up.
const CUT: &str = "some flows lead through too many files to be followed to their ends";

/// Follows flows from file to file, and examines again the files that they end in. Returns a remark
/// where there is one to make.
pub(super) fn link(
    examiner: &Examiner<'_>,
    rules: &RuleSet,
    targets: &[Target],
    outcomes: &mut [Outcome],
) -> Option<String> {
    let outlines = outcomes.iter_mut().map(|outcome| outcome.outline.take());
    let names = targets.iter().map(|target| target.name.clone());
    let mut linker = Linker::new(rules, names.zip(outlines).collect());
    let mut problems: BTreeSet<(usize, Problem)> = BTreeSet::new();
    loop {
        let jobs = linker.jobs();
        if jobs.is_empty() {
            break;
        }
        let looks = jobs.par_iter().map(|job| {
            let target = &targets[job.file as usize];
            timing::measure(examiner.extras.timings, || {
                guarded(|| source_of(target).map(|source| linker.run(job, &source)))
            })
        });
        let looks: Vec<_> = looks.collect();
        let mut done: Vec<(u32, Done)> = Vec::new();
        for (job, (look, spent)) in jobs.iter().zip(looks) {
            let file = job.file as usize;
            outcomes[file].timings.add(&spent);
            match look {
                Ok(look) => done.extend(look.map(|look| (job.file, look))),
                Err(place) => {
                    problems.insert((file, Problem::Internal(place)));
                }
            }
        }
        linker.absorb(done);
    }
    let (ends, cut) = linker.finish();
    let ends: BTreeMap<usize, Linked> = ends
        .into_iter()
        .map(|(file, linked)| (file as usize, linked))
        .collect();
    let elsewhere = places_elsewhere(examiner, targets, &ends);
    let again: Vec<(usize, Outcome)> = ends
        .into_par_iter()
        .map(|(file, linked)| {
            let target = &targets[file];
            let content = discover::read(&target.path);
            let outcome = examiner.examine_linked(&target.name, content, &linked, &elsewhere);
            (file, outcome)
        })
        .collect();
    for (file, mut outcome) in again {
        outcome.timings.add(&outcomes[file].timings);
        outcomes[file] = outcome;
    }
    for (file, problem) in problems {
        outcomes[file].problems.push(FileProblem {
            path: targets[file].name.clone(),
            problem: problem.into(),
        });
    }
    cut.then(|| CUT.to_owned())
}

fn source_of(target: &Target) -> Option<Source> {
    match discover::read(&target.path) {
        Ok(Content::Text(language, bytes)) => {
            Some(Source::new(target.name.clone(), language, bytes))
        }
        Ok(Content::Binary) | Err(_) => None,
    }
}

/// The places of steps in other files than their finding's, by path.
fn places_elsewhere(
    examiner: &Examiner<'_>,
    targets: &[Target],
    ends: &BTreeMap<usize, Linked>,
) -> HashMap<String, Elsewhere> {
    let mut wanted: BTreeMap<&str, BTreeSet<Span>> = BTreeMap::new();
    let findings = ends.values().flat_map(|linked| &linked.findings);
    for step in findings.flat_map(|finding| &finding.trace) {
        if let Some(path) = &step.path {
            wanted.entry(path).or_default().insert(step.span);
        }
    }
    let targets = targets
        .par_iter()
        .filter(|target| wanted.contains_key(&*target.name));
    let found = targets.filter_map(|target| {
        let elsewhere = guarded(|| {
            let source = source_of(target)?;
            let FileReport {
                findings, masked, ..
            } = (examiner.scan_file)(&source);
            let secrets = findings.iter().filter_map(|finding| finding.secret);
            let mask = Mask::new(&source, secrets.chain(masked));
            let mut places = Places::new(&source, &mask);
            let spans = wanted.get(&*target.name).into_iter().flatten();
            let places = spans.map(|span| (*span, places.place(*span))).collect();
            Some(Elsewhere { mask, places })
        });
        Some((target.name.clone(), elsewhere.ok()??))
    });
    found.collect()
}
