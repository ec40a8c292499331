//! Judges what was hit: whether it is a credential, and how sure that is.

use std::ops::Range;

use super::around;
use super::checksum;
use super::context::{Join, Pair};
use super::decode::{self, Encoding};
use super::name::{self, Promise};
use super::place::{self, Place};
use super::shape::{Match, Work};
use super::value;
use super::{Candidate, Detectors};
use crate::analyser::randomness::{self, Randomness};
use crate::finding::{Confidence, RuleIndex, Severity};
use crate::rule::secret::{Form, Randomness as Required};
use crate::source::{Source, Span};

/// One text with what is known about it.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) detectors: &'a Detectors,
    pub(super) text: &'a [u8],
    sees: &'a dyn Fn(RuleIndex) -> bool,
    pub(super) place: Place,
    pub(super) is_code: bool,
}

impl<'a> Context<'a> {
    pub(super) fn new(
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

    /// Another text of the same file.
    pub(super) fn of_text<'t>(self, text: &'t [u8]) -> Context<'t>
    where
        'a: 't,
    {
        Context { text, ..self }
    }

    /// A credential whose prefix was hit.
    pub(super) fn prefixed(
        &self,
        at: usize,
        prefix: Range<usize>,
        work: &mut Work,
    ) -> Option<Candidate> {
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
        let is_sure = match shape.randomness() {
            Required::Expected => is_random,
            Required::Required if !is_random => return None,
            Required::Ignored | Required::Required => true,
            Required::Password if value::is_sample_password(drawn) => return None,
            Required::Password => is_random || value::is_made_up(drawn),
        };
        if !is_sure {
            candidate.confidence = Confidence::Low;
        }
        Some(candidate)
    }

    /// A credential whose encoded prefix was hit at `start`; the encoded text is what is reported.
    pub(super) fn encoded(
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
    pub(super) fn near(&self, at: usize, hit: &Range<usize>, candidates: &mut Vec<Candidate>) {
        let shape = &self.detectors.shapes[at];
        let Form::Near {
            within,
            needs_secret_word,
            ..
        } = shape.secret.form
        else {
            return;
        };
        if self.place == Place::Generated || !around::is_word(self.text, hit) {
            return;
        }
        let end = self.text.len().min(hit.end + within + NEAR_VALUE);
        let end = hit.end + around::end_of_statement(&self.text[hit.end..end], self.is_code);
        for found in shape.near(self.text, hit.end..end) {
            let (start, stop) = (found.secret.start as usize, found.secret.end as usize);
            let gap = &self.text[hit.end..start];
            if gap.len() > within {
                continue;
            }
            // A value that follows at once needs no other word, unless the name is an ordinary one.
            let told = around::has_secret_word(gap);
            let adjacent = gap.len() <= ADJACENT && !needs_secret_word;
            if !told && !adjacent || around::is_told_to_be_public(gap) {
                continue;
            }
            if self.is_code && !around::is_quoted(self.text, start, stop) {
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
            let mut candidate = self.candidate(at, found, NEAR_RANK + hit.len());
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
    pub(super) fn judge(&self, pair: &Pair) -> Option<Candidate> {
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
            || value::is_counted(value)
            || value::is_public(value)
            || value.eq_ignore_ascii_case(name.as_bytes())
            || around::is_for_everybody(self.text, pair.name, pair.value);
        if refused {
            return None;
        }
        if promise != Promise::Password && !value::is_token(value) {
            return None;
        }
        let confidence = self.confidence_of(promise, pair.join, value)?;
        if self.is_code && around::is_on_long_line(self.text, pair.value) {
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
        // What ends in a word for a secret is called one: `caching_sha2_password`, `slack-v1-token`.
        let called = std::str::from_utf8(value).is_ok_and(name::ends_in_a_promise);
        // Letters alone are seldom a name of many bits; what has marks may be a path of rare words.
        let letters = value.iter().all(u8::is_ascii_alphabetic);
        let plain_below = if letters { 1.4 * SURE } else { 2.0 * SURE };
        match randomness::randomness(value) {
            Randomness::Random(bits)
                if value::is_token(value) && (!plain || bits > plain_below) =>
            {
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
            Randomness::Patterned | Randomness::Ordinary if called => None,
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

/// How specific a provider's name makes a rule; a prefix makes it more, a name less.
pub(super) const NEAR_RANK: usize = 500;

/// The bits of evidence from which on letters alone are no name of anything.
const SURE: f32 = 20.0;

/// The bytes between a provider's name and a value that follows it at once.
const ADJACENT: usize = 12;

/// The longest value that is looked for behind a provider's name.
const NEAR_VALUE: usize = 420;

/// What a severity is in a test or an example: less often a live secret.
pub(super) fn one_lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}
