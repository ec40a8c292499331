//! aiscan: a static scanner that gates AI-written code before it is merged.
//!
//! The modules below stand in reading order, ground floor first; an import only ever points up
//! this list. `Target → Source → Tree → FileReport → Report → Verdict → exit code` is the way of a
//! scan through them.

/// The normalised tree that all languages share.
pub mod syntax;
/// Patterns: from text to a tree, and where they match.
pub mod pattern;
/// The command line.
pub mod cli;
/// Which files are scanned, and their bytes: walking, git, bounded reads.
pub mod discover;
/// The rules at work on one file: pure.
pub mod engine;
/// What a rule reports: plain data.
pub mod finding;
/// A policy and a report make a verdict.
pub mod gate;
/// Languages: grammar, extensions, shebangs, comment marks; one file a language.
pub mod lang;
/// What a scan comes to, written down.
pub mod report;
/// Rules: as written, as meant, how they are loaded and linted.
pub mod rule;
/// From targets to one ordered report.
pub mod scan;
/// The text of one file: decoding, byte spans, lines.
pub mod source;
/// What comments say about findings.
pub mod triage;
