//! Findings and what comments say about them.
//!
//! `aiscan: ignore[rule-id] reason` silences findings of that rule which start or end on the
//! comment's line, or start on the line below a comment that stands alone. Comments that do nothing
//! are reported, so that none waits for a later finding. A critical finding is not silenced: who
//! can write code can write a comment, and the gate is for both.

mod comments;
mod directive;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::comments::Placed;
use self::directive::Directive;
use crate::finding::{Finding, Severity};
use crate::rule::Meta;
use crate::source::{Source, Span};

/// A comment that silenced a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The line that the comment stands on.
    pub line: u32,
    /// The reason given.
    pub reason: String,
}

/// A suppression comment that does nothing, or cannot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SuppressionProblem {
    /// The file.
    pub path: String,
    /// The comment's line.
    pub line: u32,
    /// What is wrong with it, for people.
    pub message: String,
}

/// What is known of one file when its comments are judged.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The file.
    pub source: &'a Source,
    /// The comments of its tree; `None` where it is no code, or was not parsed.
    pub comments: Option<&'a [Span]>,
    /// Whether the rules ran on all of it: otherwise no comment can be called unused.
    pub examined: bool,
    /// The rules that ran.
    pub rules: &'a [Arc<Meta>],
    /// Ids of rules that exist and did not run.
    pub deselected: &'a BTreeSet<String>,
}

/// Judges a file's comments: for each finding the comment that silences it, and what is wrong with
/// the others.
pub fn triage(
    context: &Context<'_>,
    findings: &[Finding],
) -> (Vec<Option<Suppression>>, Vec<SuppressionProblem>) {
    let mut silenced = vec![None; findings.len()];
    let placed = comments::directives(context.source, context.comments);
    if placed.is_empty() {
        return (silenced, Vec::new());
    }
    let by_line = findings_by_line(context.source, findings);
    let below = lines_below(&placed);
    let mut problems = Vec::new();
    for (i, comment) in placed.iter().enumerate() {
        let mut complain = |message: String| {
            problems.push(SuppressionProblem {
                path: context.source.path.clone(),
                line: comment.line,
                message,
            });
        };
        let Directive { ids, reason } = match &comment.directive {
            Ok(directive) => directive,
            Err(malformed) => {
                complain(malformed.to_string());
                continue;
            }
        };
        let own = by_line.range((comment.line, 0)..(comment.end_line + 1, 0));
        let next = below[i].map(|line| by_line.range((line, 0)..(line + 1, 0)));
        let next = next
            .into_iter()
            .flatten()
            .filter(|(_, end)| **end == End::First);
        let covered: BTreeSet<usize> = own.chain(next).map(|((_, i), _)| *i).collect();
        for id in ids {
            let (mut used, mut critical) = (false, false);
            for &i in &covered {
                if rule_id(context, &findings[i]) != Some(id) {
                    continue;
                }
                if findings[i].severity == Severity::Critical {
                    critical = true;
                    continue;
                }
                used = true;
                silenced[i].get_or_insert_with(|| Suppression {
                    line: comment.line,
                    reason: reason.clone(),
                });
            }
            if critical {
                complain(format!(
                    "a critical finding of `{id}` is not silenced by a comment; exclude the rule \
                     or the file where it is false"
                ));
            } else if !used {
                let known = context.rules.iter().any(|rule| rule.id == *id);
                if known && context.examined {
                    complain(format!("`{id}` finds nothing here; remove the comment"));
                } else if !known && !context.deselected.contains(id) {
                    complain(format!("there is no rule `{id}`"));
                }
            }
        }
    }
    (silenced, problems)
}

/// For each comment that stands alone the line below it; further such comments between are passed
/// over.
fn lines_below(placed: &[Placed]) -> Vec<Option<u32>> {
    let mut below = vec![None; placed.len()];
    for i in (0..placed.len()).rev() {
        let comment = &placed[i];
        if !comment.alone {
            continue;
        }
        let adjoins = |next: &&Placed| next.alone && next.line == comment.end_line + 1;
        let stacked = placed
            .get(i + 1)
            .filter(adjoins)
            .and(below.get(i + 1).copied().flatten());
        below[i] = Some(stacked.unwrap_or(comment.end_line + 1));
    }
    below
}

/// Which end of a finding a line holds; a finding on one line has its first there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// The findings, by the lines that they start and end on.
fn findings_by_line(source: &Source, findings: &[Finding]) -> BTreeMap<(u32, usize), End> {
    let mut by_line = BTreeMap::new();
    for (i, finding) in findings.iter().enumerate() {
        let last = finding.span.end.saturating_sub(1).max(finding.span.start);
        by_line.insert((source.line_of(last), i), End::Last);
        by_line.insert((source.line_of(finding.span.start), i), End::First);
    }
    by_line
}

fn rule_id<'a>(context: &Context<'a>, finding: &Finding) -> Option<&'a String> {
    let rule = context.rules.get(finding.rule.0 as usize)?;
    Some(&rule.id)
}

#[cfg(test)]
mod tests;
