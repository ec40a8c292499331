//! What a scan comes to, written down: the only home of serialised shapes.
//!
//! Each format is one file with one [`Emitter`]. An emitter gets everything by value of the
//! [`Outcome`] and writes to whatever it is given; where that goes, and that it goes there whole,
//! is the business of [`write_file`] and of the command line.

mod concise;
pub(crate) mod diff;
mod github;
mod gitlab;
mod harmless;
mod human;
mod json;
mod output;
mod sarif;
mod summary;
pub(crate) mod text;
pub(crate) mod timings;

#[cfg(test)]
mod sample;

use std::io::{self, Write};
use std::str::FromStr;

use crate::gate::{Policy, Verdict};
use crate::scan::{Report, Reported};

pub use output::{OutputError, write_file};

/// What an emitter has to tell.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// What was found.
    pub report: &'a Report,
    /// What the findings were judged by.
    pub policy: &'a Policy,
    /// What came out.
    pub verdict: Verdict,
}

impl<'a> Outcome<'a> {
    /// Judges a report by a policy.
    pub fn new(report: &'a Report, policy: &'a Policy) -> Outcome<'a> {
        Outcome {
            report,
            policy,
            verdict: policy.judge(report),
        }
    }

    /// Whether a finding reaches the gate.
    fn gates(&self, finding: &Reported) -> bool {
        finding.suppression.is_none() && self.policy.reaches(finding.severity, finding.confidence)
    }

    /// Whether everything that was selected was examined.
    fn is_complete(&self) -> bool {
        let mut problems = self.report.problems.iter();
        !problems.any(|file| file.problem.is_incomplete())
    }

    /// The rule of a finding.
    fn rule(&self, finding: &Reported) -> &'a crate::rule::Meta {
        &self.report.rules[finding.rule.0 as usize]
    }
}

/// How the formats for people look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to write ANSI colours.
    pub colour: bool,
    /// The columns that a line may take.
    pub width: usize,
    /// How much is told.
    pub detail: Detail,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            colour: false,
            width: 100,
            detail: Detail::Normal,
        }
    }
}

/// How much the formats for people tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Findings, and what was not examined.
    Quiet,
    /// The same and a summary.
    Normal,
    /// Also silenced findings, and every path that was left out or not examined.
    Verbose,
}

/// Writes an outcome in one format.
pub trait Emitter {
    /// Writes the whole report.
    fn emit(&self, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// The formats, by the names that options give them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Excerpts and a summary, for people.
    #[default]
    Human,
    /// One line a finding, for people and editors.
    Concise,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// A comment on a pull request.
    Markdown,
    /// A page.
    Html,
}

impl Format {
    /// Every format, in the order in which they are listed to people.
    pub const ALL: [Format; 9] = [
        Format::Human,
        Format::Concise,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Markdown,
        Format::Html,
    ];

    /// The name in options.
    pub fn name(self) -> &'static str {
        match self {
            Format::Human => "human",
            Format::Concise => "concise",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Gitlab => "gitlab",
            Format::Markdown => "markdown",
            Format::Html => "html",
        }
    }

    /// What writes this format; `None` for a format that is not built yet.
    pub fn emitter(self, style: Style) -> Option<Box<dyn Emitter>> {
        Some(match self {
            Format::Human => Box::new(human::Human { style }),
            Format::Concise => Box::new(concise::Concise { style }),
            Format::Json => Box::new(json::Json),
            Format::Jsonl => Box::new(json::JsonLines),
            Format::Sarif => Box::new(sarif::Sarif),
            Format::Github => Box::new(github::Github),
            Format::Gitlab => Box::new(gitlab::Gitlab),
            Format::Markdown | Format::Html => return None,
        })
    }
}

/// A word that names no format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such format")]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Format, UnknownFormat> {
        let mut formats = Format::ALL.into_iter();
        formats
            .find(|format| format.name() == name)
            .ok_or(UnknownFormat)
    }
}
