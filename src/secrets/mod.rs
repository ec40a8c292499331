//! Secrets: credentials that announce themselves, that stand near a provider's name, or that a name
//! such as `password` holds.
//!
//! One case-folded pass for all prefixes, provider names and words for secrets goes over each text
//! ([`needles`]). Only where it stops is anything else looked at ([`judge`]): a regex in a window ([`shape`]),
//! or the name and the value around ([`context`]). What then looks like a credential must be no
//! placeholder ([`value`]) and mostly random ([`crate::analyser::randomness`]). Of several rules
//! that see the same bytes the most specific one reports them.

mod around;
mod checksum;
mod context;
mod decode;
mod judge;
mod name;
mod needles;
mod place;
mod shape;
mod value;

use std::sync::Arc;

use crate::finding::{Confidence, Finding, RuleIndex, Severity};
use crate::rule::Meta;
use crate::rule::secret::{Assigned, Form, Secret};
use crate::source::{Source, Span};

pub use context::{Join, Pair};
use decode::Encoding;
use judge::Context;
use needles::{Action, Needles};
pub use shape::check;
use shape::{Shape, Work};

/// The secret rules of a scan, compiled.
#[derive(Debug)]
pub struct Detectors {
    shapes: Vec<Shape>,
    needles: Needles,
    /// The rules for names of each kind, where there are any.
    token: Option<usize>,
    password: Option<usize>,
    client_side: Option<usize>,
}

/// Something that one rule takes for a credential.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    shape: usize,
    secret: Span,
    /// Where the provider is named, for rules that know many.
    provider: Option<Span>,
    /// How specific the rule is: a prefix before a provider's name before the name of a variable.
    rank: usize,
    severity: Severity,
    confidence: Confidence,
}

impl Detectors {
    /// Compiles rules, each with its place in the rule set.
    pub fn new<'r>(
        rules: impl IntoIterator<Item = (RuleIndex, &'r Meta, Arc<Secret>)>,
    ) -> Detectors {
        let shapes: Vec<Shape> = rules
            .into_iter()
            .map(|(index, meta, secret)| Shape::new(index, meta, secret))
            .collect();
        let assigned = |kind| {
            shapes.iter().position(|shape| match shape.secret.form {
                Form::Assigned(assigned) => assigned == kind,
                Form::Prefixed { .. } | Form::Near { .. } => false,
            })
        };
        Detectors {
            token: assigned(Assigned::Token),
            password: assigned(Assigned::Password),
            client_side: assigned(Assigned::ClientSide),
            needles: Needles::new(&shapes),
            shapes,
        }
    }

    /// Finds the secrets of one text, each once, by the rules that may see it.
    pub fn scan(&self, source: &Source, sees: &dyn Fn(RuleIndex) -> bool) -> Vec<Finding> {
        let text = source.text();
        let context = Context::new(self, source, sees);
        let mut work = Work::on(text);
        let mut name = Span::default();
        let mut candidates = Vec::new();
        self.needles.each(text, |hit, action| match action {
            Action::Prefix { shape, literal } => {
                if literal
                    .as_deref()
                    .is_none_or(|literal| *literal == text[hit.clone()])
                {
                    candidates.extend(context.prefixed(*shape, hit, &mut work));
                }
            }
            Action::Encoded {
                shape,
                encoding,
                literal,
                prefix,
            } => {
                let same = **literal == text[hit.clone()]
                    || *encoding == Encoding::Hex
                        && literal.eq_ignore_ascii_case(&text[hit.clone()]);
                if same {
                    let found = context.encoded(*shape, hit.start, *encoding, *prefix, &mut work);
                    candidates.extend(found);
                }
            }
            Action::Near { shape } => context.near(*shape, &hit, &mut candidates),
            Action::Name => {
                if hit.start >= name.end as usize || hit.start < name.start as usize {
                    name = context::name_around(text, hit.start, hit.end);
                    let pair = context::pair_of(text, name, context.is_code);
                    candidates.extend(pair.and_then(|pair| context.judge(&pair)));
                }
            }
        });
        self.findings(source, most_specific(candidates))
    }

    /// Judges pairs of names and values that a syntax tree gave.
    pub fn judge(
        &self,
        source: &Source,
        sees: &dyn Fn(RuleIndex) -> bool,
        pairs: &[Pair],
    ) -> Vec<Finding> {
        let context = Context::new(self, source, sees);
        let candidates = pairs.iter().filter_map(|pair| context.judge(pair));
        self.findings(source, most_specific(candidates.collect()))
    }

    fn findings(&self, source: &Source, candidates: Vec<Candidate>) -> Vec<Finding> {
        let finding = |candidate: Candidate| {
            let shape = &self.shapes[candidate.shape];
            let message = &shape.message;
            let message = match candidate.provider {
                Some(provider) => message.replace("$PROVIDER", &source.show(provider)),
                None => message.clone(),
            };
            Finding {
                rule: shape.index,
                span: candidate.secret,
                message,
                severity: candidate.severity,
                confidence: candidate.confidence,
                trace: Vec::new(),
                fix: None,
                secret: Some(candidate.secret),
            }
        };
        candidates.into_iter().map(finding).collect()
    }
}

/// Of candidates that overlap the most specific, in the order of their places.
fn most_specific(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    let better = |a: &Candidate, b: &Candidate| {
        let key = |c: &Candidate| (c.rank, c.secret.end - c.secret.start, usize::MAX - c.shape);
        key(a) > key(b)
    };
    candidates.sort_by_key(|candidate| (candidate.secret.start, candidate.secret.end));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        match kept.last_mut() {
            Some(last) if candidate.secret.start < last.secret.end => {
                if better(&candidate, last) {
                    *last = candidate;
                }
            }
            _ => kept.push(candidate),
        }
    }
    kept
}

#[cfg(test)]
mod tests;
