//! Secrets: credentials that announce themselves, that stand near a provider's name, or that a name
//! such as `password` holds.
//!
//! One case-folded pass for all prefixes, provider names and words for secrets goes over each text
//! ([`needles`]). Only where it stops is anything else looked at: a regex in a window ([`shape`]), or the
//! name and the value around ([`context`]). What then looks like a credential must be no
//! placeholder ([`value`]) and mostly random ([`crate::analyser::randomness`]). Of several rules
//! that see the same bytes the most specific one reports them.

mod checksum;
mod context;
mod decode;
mod name;
mod needles;
mod place;
mod shape;
mod value;

use std::ops::Range;
use std::sync::Arc;

use crate::analyser::randomness::{self, Randomness};
use crate::finding::{Confidence, Finding, RuleIndex, Severity};
use crate::rule::Meta;
use crate::rule::secret::{Assigned, Form, Randomness as Required, Secret};
use crate::source::{Source, Span};

pub use context::{Join, Pair};
use decode::Encoding;
use name::Promise;
use needles::{Action, Needles};
use place::Place;
use shape::{Match, Shape, Work};

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

/// One text with what is known about it.
struct Context<'a> {
    detectors: &'a Detectors,
    text: &'a [u8],
    sees: &'a dyn Fn(RuleIndex) -> bool,
    place: Place,
    is_code: bool,
}

impl<'a> Context<'a> {
    fn new(
        detectors: &'a Detectors,
        source: &'a Source,
        sees: &'a dyn Fn(RuleIndex) -> bool,
    ) -> Context<'a> {
        Context {
            detectors,
            text: source.text(),
            sees,
            place: place::place_of(&source.path),
            is_code: source.language.is_code(),
        }
    }

    /// A credential whose prefix was hit.
    fn prefixed(&self, at: usize, prefix: Range<usize>, work: &mut Work) -> Option<Candidate> {
        let shape = &self.detectors.shapes[at];
        let length = prefix.len();
        let found = shape.at_prefix(self.text, prefix, work)?;
        if !(self.sees)(shape.index) {
            return None;
        }
        let secret = &self.text[found.secret.range()];
        let drawn = &self.text[found.drawn.range()];
        if value::is_placeholder(drawn) || value::is_documented(secret) {
            return None;
        }
        let mut candidate = self.candidate(at, found, 1000 + length);
        if shape
            .checksum()
            .is_some_and(|sum| checksum::passes(sum, drawn))
        {
            candidate.confidence = Confidence::High;
            return Some(candidate);
        }
        let is_random = matches!(randomness::randomness(drawn), Randomness::Random(_));
        match shape.randomness() {
            Required::Ignored => {}
            Required::Expected if is_random => {}
            Required::Expected => candidate.confidence = Confidence::Low,
            Required::Required if is_random => {}
            Required::Required => return None,
            Required::Password if value::is_sample_password(drawn) => return None,
            Required::Password if is_random || value::is_made_up(drawn) => {}
            Required::Password => candidate.confidence = Confidence::Low,
        }
        Some(candidate)
    }

    /// A credential whose encoded prefix was hit at `start`; the encoded text is what is reported.
    fn encoded(
        &self,
        at: usize,
        start: usize,
        encoding: Encoding,
        prefix: usize,
        work: &mut Work,
    ) -> Option<Candidate> {
        if start > 0 && self.text[start - 1].is_ascii_alphanumeric() {
            return None;
        }
        let (decoded, length) = decode::decode(&self.text[start..], encoding);
        let inner = Context {
            text: &decoded,
            ..*self
        };
        let candidate = inner.prefixed(at, 0..prefix.min(decoded.len()), work)?;
        let span = Span::new(start, start + length);
        let whole = candidate.secret.start == 0;
        whole.then_some(Candidate {
            secret: span,
            ..candidate
        })
    }

    /// Credentials behind a provider's name that was hit.
    fn near(&self, at: usize, hit: &Range<usize>, candidates: &mut Vec<Candidate>) {
        let shape = &self.detectors.shapes[at];
        let Form::Near {
            within,
            needs_secret_word,
            ..
        } = shape.secret.form
        else {
            return;
        };
        if self.place == Place::Generated || !is_word(self.text, hit) {
            return;
        }
        let end = self.text.len().min(hit.end + within + NEAR_VALUE);
        let end = hit.end + end_of_statement(&self.text[hit.end..end], self.is_code);
        for found in shape.near(self.text, hit.end..end) {
            let (start, stop) = (found.secret.start as usize, found.secret.end as usize);
            let gap = &self.text[hit.end..start];
            if gap.len() > within {
                continue;
            }
            // A value that follows at once needs no other word, unless the name is an ordinary one.
            let told = has_secret_word(gap);
            let adjacent = gap.len() <= ADJACENT && !needs_secret_word;
            if !told && !adjacent || is_told_to_be_public(gap) {
                continue;
            }
            if self.is_code && !is_quoted(self.text, start, stop) {
                continue;
            }
            let value = &self.text[start..stop];
            // A hash in a web address or behind an `@` names a commit or a file.
            let is_reference = matches!(gap.last(), Some(b'/' | b'@'));
            let randomness = randomness::randomness(value);
            let plain = value::is_plain_name(value)
                && match randomness {
                    Randomness::Random(bits) => bits < SURE,
                    Randomness::Patterned => false,
                    Randomness::Ordinary => true,
                };
            if is_reference || value::is_placeholder(value) || plain {
                continue;
            }
            let mut candidate = self.candidate(at, found, 500 + hit.len());
            candidate.provider = Some(Span::new(hit.start, hit.end));
            match (randomness, shape.randomness()) {
                (Randomness::Random(_), _) | (_, Required::Ignored) => {}
                (Randomness::Patterned, Required::Expected)
                    if !self.is_code && (told || value.iter().any(u8::is_ascii_digit)) =>
                {
                    candidate.confidence = Confidence::Low;
                }
                _ => continue,
            }
            if (self.sees)(shape.index) {
                candidates.push(candidate);
            }
        }
    }

    /// A value beside a name.
    fn judge(&self, pair: &Pair) -> Option<Candidate> {
        if self.place == Place::Generated {
            return None;
        }
        let name = std::str::from_utf8(&self.text[pair.name.range()]).ok()?;
        let inner = name::client_side(name);
        let promise = name::promise(inner.unwrap_or(name))?;
        let value = &self.text[pair.value.range()];
        let refused = value.len() < 6
            || !value::is_one_word(value)
            || value::is_placeholder(value)
            || value::is_public(value)
            || value.eq_ignore_ascii_case(name.as_bytes());
        if refused {
            return None;
        }
        if promise != Promise::Password && !value::is_token(value) {
            return None;
        }
        let confidence = self.confidence_of(promise, pair.join, value)?;
        if self.is_code && is_on_long_line(self.text, pair.value) {
            return None;
        }
        let detectors = self.detectors;
        let by_kind = match (confidence, promise) {
            (Evidence::Random(_), _) | (_, Promise::Token | Promise::Maybe) => detectors.token,
            (_, Promise::Password) => detectors.password,
        };
        let shape = match inner {
            Some(_) => detectors.client_side.or(by_kind)?,
            None => by_kind?,
        };
        if !(self.sees)(detectors.shapes[shape].index) {
            return None;
        }
        let found = Match {
            secret: pair.value,
            drawn: pair.value,
        };
        let mut candidate = self.candidate(shape, found, usize::from(inner.is_some()));
        match confidence {
            Evidence::Random(confidence) => candidate.confidence = confidence,
            Evidence::Shape => {
                candidate.confidence = Confidence::Low;
                candidate.severity = candidate.severity.min(Severity::Medium);
            }
        }
        Some(candidate)
    }

    /// How sure it is that a value beside a promising name is a secret.
    fn confidence_of(&self, promise: Promise, join: Join, value: &[u8]) -> Option<Evidence> {
        let has_digit = value.iter().any(u8::is_ascii_digit);
        let has_letter = value.iter().any(u8::is_ascii_alphabetic);
        if value::is_uuid(value) {
            let told = promise == Promise::Token || promise == Promise::Maybe && join == Join::Bare;
            let told = told && !self.is_code;
            return told.then_some(Evidence::Shape);
        }
        let plain = value::is_plain_name(value);
        match randomness::randomness(value) {
            Randomness::Random(bits) if value::is_token(value) && (!plain || bits > 2.0 * SURE) => {
                let (low, medium) = match (promise, join) {
                    (Promise::Token, Join::Quoted | Join::Bare) => (14.0, 28.0),
                    (Promise::Password, Join::Quoted | Join::Bare) => (12.0, 20.0),
                    (Promise::Maybe, _) | (_, Join::Loose) => (30.0, f32::MAX),
                };
                if bits < low || !has_digit && bits < 25.0 {
                    return None;
                }
                let sure = if bits >= medium {
                    Confidence::Medium
                } else {
                    Confidence::Low
                };
                Some(Evidence::Random(sure))
            }
            Randomness::Patterned if !self.is_code && value.len() >= 16 => {
                let told = promise == Promise::Token && value.len() >= 20;
                (has_digit && has_letter || told).then_some(Evidence::Shape)
            }
            // Somebody who writes a text with a name for a token beside it means a token.
            _ if !self.is_code && promise == Promise::Token && value::is_token(value) => {
                let bits = randomness::evidence(value);
                let short = value.len() < 10 || join == Join::Loose && value.len() < 16;
                (!short && !plain && has_digit && has_letter && bits > 2.0)
                    .then_some(Evidence::Shape)
            }
            // What people make up as a password is words with a digit or a mark.
            _ if promise == Promise::Password && join != Join::Loose => {
                value::is_made_up(value).then_some(Evidence::Shape)
            }
            _ => None,
        }
    }

    fn candidate(&self, shape: usize, found: Match, rank: usize) -> Candidate {
        let rule = &self.detectors.shapes[shape];
        Candidate {
            shape,
            secret: found.secret,
            provider: None,
            rank,
            severity: match self.place {
                Place::Sample => one_lower(rule.severity),
                Place::Ordinary | Place::Generated => rule.severity,
            },
            confidence: rule.confidence,
        }
    }
}

/// Why a value beside a name is taken for a secret.
#[derive(Clone, Copy)]
enum Evidence {
    /// A machine has drawn it.
    Random(Confidence),
    /// It has the shape, but a person may have typed it.
    Shape,
}

/// The bits of evidence from which on letters alone are no name of anything.
const SURE: f32 = 20.0;

/// The bytes between a provider's name and a value that follows it at once.
const ADJACENT: usize = 12;

/// The longest value that is looked for behind a provider's name.
const NEAR_VALUE: usize = 420;

/// Lines from this length on were not written by a person.
const LONG_LINE: usize = 2000;

fn one_lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}

/// Where the statement that `text` is in the middle of ends: with its line, unless that is continued
/// or something is open at its end.
fn end_of_statement(text: &[u8], is_code: bool) -> usize {
    let goes_on = |line: usize| {
        let last = text[..line].iter().rfind(|b| !b.is_ascii_whitespace());
        !is_code && last.is_some_and(|last| b"\\{[(,:=>|".contains(last))
    };
    memchr::memchr_iter(b'\n', text)
        .find(|&line| !goes_on(line))
        .unwrap_or(text.len())
}

/// Whether a provider's name stands as a word, or as a part of a name: `ACME_KEY`, `acmeSECRET`.
fn is_word(text: &[u8], name: &Range<usize>) -> bool {
    let before = name.start.checked_sub(1).map_or(b' ', |at| text[at]);
    let after = text.get(name.end).copied().unwrap_or(b' ');
    let begins = !before.is_ascii_alphabetic()
        || before.is_ascii_lowercase() && text[name.start].is_ascii_uppercase();
    let rest = &text[name.end..text.len().min(name.end + 6)];
    let ends = !after.is_ascii_lowercase()
        || text[name.end - 1].is_ascii_uppercase()
        || [
            b"key".as_slice(),
            b"token",
            b"secret",
            b"api",
            b"pat",
            b"auth",
            b"access",
            b"sms",
        ]
        .iter()
        .any(|word| rest.starts_with(word));
    // In a run of base 64 a name is chance, and its letters are of any case.
    let inner = &text[name.start + 1..name.end];
    let mixed = inner.iter().any(u8::is_ascii_lowercase)
        && inner.iter().filter(|b| b.is_ascii_uppercase()).count() > 2;
    begins && ends && !mixed && !is_within_a_run(text, name)
}

/// Whether the bytes around are one long run of base 64, such as a line of a certificate.
fn is_within_a_run(text: &[u8], span: &Range<usize>) -> bool {
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let before = text[span.start.saturating_sub(RUN)..span.start]
        .iter()
        .rev();
    let after = text[span.end..text.len().min(span.end + RUN)].iter();
    before.take_while(part).count() + after.take_while(part).count() >= RUN
}

/// The length from which on a run of letters and digits is no name.
const RUN: usize = 56;

/// Whether a word for a secret stands in the bytes between a provider's name and a value.
fn has_secret_word(gap: &[u8]) -> bool {
    let gap = String::from_utf8_lossy(gap);
    name::words(&gap).iter().any(|word| {
        matches!(
            word.as_str(),
            "key"
                | "keys"
                | "auth"
                | "authorization"
                | "access"
                | "private"
                | "pass"
                | "pwd"
                | "pat"
                | "bearer"
        ) || ["token", "secret", "password", "apikey", "credential"]
            .iter()
            .any(|part| word.contains(part))
    })
}

/// Whether the bytes before a value say that it is a hash or a name.
fn is_told_to_be_public(gap: &[u8]) -> bool {
    let gap = String::from_utf8_lossy(gap);
    name::words(&gap).iter().any(|word| {
        matches!(
            word.as_str(),
            "sha"
                | "sha1"
                | "sha256"
                | "hash"
                | "commit"
                | "etag"
                | "integrity"
                | "digest"
                | "checksum"
                | "md5"
                | "blob"
                | "tree"
                | "rev"
                | "public"
        )
    })
}

/// Whether a quote stands right before and right after a value.
fn is_quoted(text: &[u8], start: usize, end: usize) -> bool {
    let quote = |b: Option<&u8>| b.is_some_and(|b| matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    quote(start.checked_sub(1).and_then(|at| text.get(at))) && quote(text.get(end))
}

/// Whether the line around a span is longer than people write.
fn is_on_long_line(text: &[u8], span: Span) -> bool {
    let (start, end) = (span.start as usize, span.end as usize);
    let before = &text[start.saturating_sub(LONG_LINE)..start];
    let after = &text[end..text.len().min(end + LONG_LINE)];
    let before = memchr::memrchr(b'\n', before).map_or(before.len(), |at| before.len() - at);
    let after = memchr::memchr(b'\n', after).unwrap_or(after.len());
    before + after >= LONG_LINE
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
