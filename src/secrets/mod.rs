//! Secrets: credentials that announce themselves, that stand near a provider's name, or that a name
//! such as `password` holds.
//!
//! One case-folded pass for all prefixes, provider names and words for secrets goes over each text
//! ([`needles`]). Only where it stops is anything else looked at ([`judge`]): a regex in a window ([`shape`]),
//! or the name and the value around ([`context`]). What then looks like a credential must be no
//! placeholder ([`value`]) and mostly random ([`crate::analyser::randomness`]). Of several rules
//! that see the same bytes the most specific one reports them.
//!
//! A secret need not be spelt in one piece: literals that are joined and text that is
//! percent-encoded are searched as they read ([`view`]), and where names have a part in a value its
//! file is parsed ([`tree`]).

mod around;
mod checksum;
mod context;
mod decode;
mod judge;
mod name;
mod needles;
mod place;
mod shape;
mod tree;
mod value;
mod view;

use std::sync::Arc;

use crate::finding::{Confidence, Finding, RuleIndex, Severity};
use crate::lang::Language;
use crate::rule::Meta;
use crate::rule::secret::{Assigned, Form, Secret};
use crate::source::{Source, Span};
use crate::syntax::File;

use decode::Encoding;
use judge::Context;
use needles::{Action, Needles};
use place::Place;
pub use shape::check;
use shape::{Shape, Work};
use view::View;

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

    /// Searches one text for the secrets of the rules that may see it.
    pub fn search<'a>(
        &'a self,
        source: &'a Source,
        sees: &'a dyn Fn(RuleIndex) -> bool,
    ) -> Search<'a> {
        let mut search = Search {
            detectors: self,
            source,
            context: Context::new(self, source, sees),
            work: Work::on(source.text()),
            candidates: Vec::new(),
            pieces: Vec::new(),
            built: Vec::new(),
        };
        search.text();
        search.views();
        search
    }
}

/// The search for secrets in one text.
#[expect(
    missing_debug_implementations,
    reason = "it holds a text that must not be shown"
)]
pub struct Search<'a> {
    detectors: &'a Detectors,
    source: &'a Source,
    context: Context<'a>,
    work: Work,
    candidates: Vec<Candidate>,
    /// Where parts of secrets stand.
    pieces: Vec<Span>,
    /// The names of values that code may put together of secrets.
    built: Vec<Span>,
}

/// The secrets of one text.
#[derive(Debug)]
pub struct Found {
    /// Each secret once, in the order of their places.
    pub findings: Vec<Finding>,
    /// Where parts of them stand, which must not be shown either.
    pub pieces: Vec<Span>,
}

impl Search<'_> {
    /// The names whose values are made of other names, of which a tree may tell more.
    pub fn built(&self) -> &[Span] {
        &self.built
    }

    /// Looks at what the code of the text puts together.
    pub fn add_tree(&mut self, file: &File<'_>) {
        for built in tree::built(file) {
            if self.view(&built.view) {
                self.pieces.extend(built.pieces);
            }
        }
    }

    /// Whether a tree may tell more of what does not stand in some gaps, which are in order.
    pub fn is_told_more_without(&mut self, gaps: &[Span]) -> bool {
        let text = self.source.text();
        let starts = std::iter::once(0).chain(gaps.iter().map(|gap| gap.end as usize));
        let ends = gaps.iter().map(|gap| gap.start as usize);
        let mut rest = starts.zip(ends.chain([text.len()]));
        if !rest.any(|(start, end)| tree::has_random_literal(&text[start..end])) {
            return false;
        }
        let Some(file) = File::parse_without(self.source, gaps, false) else {
            return true;
        };
        let (candidates, pieces) = (self.candidates.len(), self.pieces.len());
        self.add_tree(&file);
        let is_told = self.candidates.len() > candidates;
        self.candidates.truncate(candidates);
        self.pieces.truncate(pieces);
        is_told
    }

    /// What was found.
    pub fn finish(self) -> Found {
        let tests = if self.candidates.is_empty() || self.context.place != Place::Ordinary {
            Vec::new()
        } else {
            place::test_modules(self.context.text, self.source.language)
        };
        let is_in_test = |secret: Span| {
            let mut tests = tests.iter();
            tests.any(|module| module.contains(&(secret.start as usize)))
        };
        let finding = |candidate: Candidate| {
            let shape = &self.detectors.shapes[candidate.shape];
            let message = &shape.message;
            let message = match candidate.provider {
                Some(provider) => message.replace("$PROVIDER", &self.source.show(provider)),
                None => message.clone(),
            };
            Finding {
                rule: shape.index,
                span: candidate.secret,
                message,
                severity: if is_in_test(candidate.secret) {
                    judge::one_lower(candidate.severity)
                } else {
                    candidate.severity
                },
                confidence: candidate.confidence,
                trace: Vec::new(),
                fix: None,
                secret: Some(candidate.secret),
            }
        };
        let candidates = most_specific(self.candidates);
        Found {
            findings: candidates.into_iter().map(finding).collect(),
            pieces: self.pieces,
        }
    }

    /// The text as it is spelt.
    fn text(&mut self) {
        let Context { text, is_code, .. } = self.context;
        let mut built = Vec::new();
        let on_name = |name: Span| {
            // What is hostile has many names.
            if is_code && built.len() < MAX_BUILT && tree::is_built(text, name) {
                built.push(name);
            }
        };
        let found = self.context.scan(on_name, &mut self.work);
        self.candidates.extend(found);
        if !built.is_empty() && tree::has_random_literal(text) {
            self.built = built;
        }
    }

    /// The texts that it does not spell as one.
    fn views(&mut self) {
        let text = self.context.text;
        if memchr::memchr(b'%', text).is_some() {
            self.view(&view::percent_decoded(text));
        }
        if self.context.is_code {
            let side_by_side = self.source.language == Language::Python;
            self.view(&view::joined(text, side_by_side));
        }
    }

    /// Searches a view; whether there is something in it that the text does not spell.
    fn view(&mut self, view: &View) -> bool {
        let context = self.context.of_text(&view.text);
        let found = context.scan(|_| {}, &mut self.work);
        let before = self.candidates.len();
        for candidate in found {
            let place = view.place(candidate.secret);
            let is_spelt = self.source.slice(place) == &view.text[candidate.secret.range()];
            let is_assigned = candidate.rank < judge::NEAR_RANK;
            if is_spelt || is_assigned && around::is_on_long_line(self.context.text, place) {
                continue;
            }
            self.pieces.extend(view.pieces(candidate.secret));
            self.candidates.push(Candidate {
                secret: place,
                provider: candidate.provider.map(|provider| view.place(provider)),
                ..candidate
            });
        }
        self.candidates.len() > before
    }
}

impl Context<'_> {
    /// What looks like a credential in one text; `on_name` sees each name with a word for a secret.
    fn scan(&self, mut on_name: impl FnMut(Span), work: &mut Work) -> Vec<Candidate> {
        let text = self.text;
        let mut name = Span::default();
        let mut candidates = Vec::new();
        self.detectors
            .needles
            .each(text, |hit, action| match action {
                Action::Prefix { shape, literal } => {
                    if literal
                        .as_deref()
                        .is_none_or(|literal| *literal == text[hit.clone()])
                    {
                        candidates.extend(self.prefixed(*shape, hit, work));
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
                        let found = self.encoded(*shape, hit.start, *encoding, *prefix, work);
                        candidates.extend(found);
                    }
                }
                Action::Near { shape } => self.near(*shape, &hit, &mut candidates),
                Action::Name => {
                    if hit.start >= name.end as usize || hit.start < name.start as usize {
                        name = context::name_around(text, hit.start, hit.end);
                        let pair = context::pair_of(text, name, self.is_code);
                        candidates.extend(pair.and_then(|pair| self.judge(&pair)));
                        on_name(name);
                    }
                }
            });
        candidates
    }
}

/// Of more names than these whose values are made of others, the rest is not looked at.
const MAX_BUILT: usize = 1 << 14;

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
