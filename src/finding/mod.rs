//! What a rule reports: plain data, with places as byte spans.

mod level;

use crate::source::Span;

pub use level::{Confidence, Severity, UnknownName};

/// The place of a rule in its rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIndex(pub u32);

/// One thing that one rule found in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleIndex,
    /// Where.
    pub span: Span,
    /// The rule's message with the bound text in place; secrets are masked later, in one place.
    pub message: String,
    /// The rule's severity, unless what was found says otherwise.
    pub severity: Severity,
    /// The rule's confidence, unless what was found says otherwise.
    pub confidence: Confidence,
    /// How the value came here, source first; empty where the rule traced no flow.
    pub trace: Vec<TraceStep>,
    /// What repairs it.
    pub fix: Option<Edit>,
    /// The bytes that must never be shown: the secret itself.
    pub secret: Option<Span>,
}

/// One step of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceStep {
    /// The file, where it is another one than the finding's.
    pub path: Option<String>,
    /// Where the value is at this step.
    pub span: Span,
    /// What happens to it there.
    pub note: String,
}

/// A replacement of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}
