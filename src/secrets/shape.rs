//! One secret rule at work: from the place of a needle to the bytes of a credential.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use regex::bytes::{Regex, RegexBuilder};

use crate::finding::{Confidence, RuleIndex, Severity};
use crate::rule::Meta;
use crate::rule::secret::{Checksum, Form, Randomness, Secret};
use crate::source::Span;

/// A rule with regexes that compile on first need.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) index: RuleIndex,
    pub(super) message: String,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) secret: Arc<Secret>,
    body: OnceLock<Option<Regex>>,
    before: OnceLock<Option<Regex>>,
}

/// The bytes that a credential may have behind its prefix; private keys are the longest.
const BODY_LIMIT: usize = 8192;
/// The same where a text has cost too much already: hostile texts repeat prefixes.
const SHORT_LIMIT: usize = 256;
/// The bytes that `before` may match.
const BEFORE_LIMIT: usize = 96;

/// The work that shapes have cost in one text.
#[derive(Debug)]
pub(super) struct Work {
    left: usize,
}

impl Work {
    /// A budget in proportion to the text.
    pub(super) fn on(text: &[u8]) -> Work {
        Work {
            left: text.len().saturating_mul(32) + (4 << 20),
        }
    }

    fn window(&mut self) -> usize {
        let full = self.left >= BODY_LIMIT;
        self.left = self.left.saturating_sub(BODY_LIMIT);
        if full { BODY_LIMIT } else { SHORT_LIMIT }
    }
}

/// A credential by its shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    /// What is secret, the provider's prefix included.
    pub(super) secret: Span,
    /// The part that was drawn at random.
    pub(super) drawn: Span,
}

impl Shape {
    pub(super) fn new(index: RuleIndex, meta: &Meta, secret: Arc<Secret>) -> Shape {
        Shape {
            index,
            message: meta.message.clone(),
            severity: meta.severity,
            confidence: meta.confidence,
            secret,
            body: OnceLock::new(),
            before: OnceLock::new(),
        }
    }

    /// Whether the rule is for a credential by itself, which somebody may encode as a whole.
    pub(super) fn may_be_encoded(&self) -> bool {
        match &self.secret.form {
            Form::Prefixed { before, body, .. } => before.is_none() && !body.contains("(?<secret>"),
            Form::Near { .. } | Form::Assigned(_) => false,
        }
    }

    /// The credential whose prefix stands at `prefix`.
    pub(super) fn at_prefix(
        &self,
        text: &[u8],
        prefix: Range<usize>,
        work: &mut Work,
    ) -> Option<Match> {
        let Form::Prefixed {
            before,
            body,
            ignore_case,
            ..
        } = &self.secret.form
        else {
            return None;
        };
        let mut start = prefix.start;
        if let Some(before) = before {
            let regex = lazily(&self.before, *ignore_case, || format!("(?:{before})\\z"))?;
            let from = start.saturating_sub(BEFORE_LIMIT);
            start = from + regex.find(&text[from..start])?.start();
        }
        if !begins(text, start) || prefix.len() <= SHORT_PREFIX && is_glued(text, start) {
            return None;
        }
        let regex = lazily(&self.body, *ignore_case, || {
            // A group that is narrower than the match has its own idea of what follows.
            if body.contains("(?<secret>") {
                format!("\\A(?:{body})")
            } else {
                format!("\\A(?:{body})\\b{{end-half}}")
            }
        })?;
        let window = &text[prefix.end..text.len().min(prefix.end + work.window())];
        if !body.contains("(?<secret>") {
            let end = prefix.end + regex.find(window)?.end();
            let drawn = Span::new(if before.is_some() { start } else { prefix.end }, end);
            return Some(Match {
                secret: Span::new(start, end),
                drawn,
            });
        }
        let secret = regex.captures(window)?.name("secret")?.range();
        let secret = Span::new(prefix.end + secret.start, prefix.end + secret.end);
        Some(Match {
            secret,
            drawn: secret,
        })
    }

    /// The values in `window` that stand near the name of the provider.
    pub(super) fn near<'t>(
        &'t self,
        text: &'t [u8],
        window: Range<usize>,
    ) -> impl Iterator<Item = Match> + 't {
        let regex = match &self.secret.form {
            Form::Near {
                body, ignore_case, ..
            } => lazily(&self.body, *ignore_case, || {
                format!("\\b{{start-half}}(?:{body})\\b{{end-half}}")
            }),
            Form::Prefixed { .. } | Form::Assigned(_) => None,
        };
        let text = &text[..window.end];
        let mut at = window.start;
        std::iter::from_fn(move || {
            let found = regex?.captures_at(text, at)?;
            let whole = found.get(0)?;
            at = whole.end().max(at + 1);
            let secret = found.name("secret").unwrap_or(whole);
            let secret = Span::new(secret.start(), secret.end());
            (at <= text.len()).then_some(Match {
                secret,
                drawn: secret,
            })
        })
    }

    pub(super) fn randomness(&self) -> Randomness {
        self.secret.randomness
    }

    pub(super) fn checksum(&self) -> Option<Checksum> {
        self.secret.checksum
    }
}

/// What is wrong with the regexes of a rule: the key, and what the regex parser says.
pub fn check(secret: &Secret) -> Result<(), (&'static str, String)> {
    let (before, body) = match &secret.form {
        Form::Prefixed { before, body, .. } => (before.as_deref(), Some(body.as_str())),
        Form::Near { body, .. } => (None, Some(body.as_str())),
        Form::Assigned(_) => (None, None),
    };
    for (key, regex) in [("before", before), ("body", body)] {
        let Some(regex) = regex else { continue };
        let built = RegexBuilder::new(regex).unicode(false).build();
        built.map_err(|error| (key, error.to_string()))?;
    }
    Ok(())
}

/// Compiles a regex of bytes once; one that does not compile matches nothing, and a test and the
/// linter tell so.
fn lazily(
    cell: &OnceLock<Option<Regex>>,
    ignore_case: bool,
    pattern: impl FnOnce() -> String,
) -> Option<&Regex> {
    cell.get_or_init(|| {
        RegexBuilder::new(&pattern())
            .unicode(false)
            .case_insensitive(ignore_case)
            .build()
            .ok()
    })
    .as_ref()
}

/// Prefixes up to this length turn up by chance in base 64 of the address-safe alphabet.
const SHORT_PREFIX: usize = 4;

/// Whether a dash or underscore joins `start` to a word before it.
fn is_glued(text: &[u8], start: usize) -> bool {
    start >= 2
        && matches!(text[start - 1], b'-' | b'_' | b'+')
        && text[start - 2].is_ascii_alphanumeric()
}

/// Whether a credential may begin at `start`: not within a word, unless an escape ends there.
fn begins(text: &[u8], start: usize) -> bool {
    let Some(before) = start.checked_sub(1).map(|at| text[at]) else {
        return true;
    };
    if !before.is_ascii_alphanumeric() || !text.get(start).is_some_and(u8::is_ascii_alphanumeric) {
        return true;
    }
    let back = |n: usize| start.checked_sub(n).map_or(0, |at| text[at]);
    let escape = back(2) == b'\\' && matches!(before, b'n' | b't' | b'r');
    let percent = back(3) == b'%' && back(2).is_ascii_hexdigit() && before.is_ascii_hexdigit();
    escape || percent
}
