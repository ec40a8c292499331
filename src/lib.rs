//! aiscan: a static scanner that gates AI-written code before it is merged.
//!
//! The modules below stand in reading order, ground floor first; a module imports only from those
//! above it. `Target → Source → Tree → FileReport → Report → Verdict → exit code` is the way of a
//! scan through them.

/// Languages: grammar, extensions, shebangs, comment marks; one file a language.
pub mod lang;
/// The text of one file: decoding, byte spans, lines.
pub mod source;
/// What a rule reports: plain data.
pub mod finding;
/// The built-in rules and models, as the build script embeds them.
pub mod builtin;
/// Where the work of a scan goes, for those who ask.
pub mod timing;
/// Rules: as written, as meant, how they are loaded and linted.
pub mod rule;
/// Pure functions on text that rules call by name.
pub mod analyser;
/// The normalised tree that all languages share.
pub mod syntax;
/// Patterns: from text to a tree, and where they match.
pub mod pattern;
/// Flows from a source to a sink, within and between functions.
pub mod taint;
/// Credentials: their shapes, their names, their randomness.
pub mod secrets;
/// The rules at work on one file: pure.
pub mod engine;
/// What comments say about findings.
pub mod triage;
/// Fixes at work on one file: which are made, and what it holds afterwards.
pub mod fix;
/// Which files are scanned, and their bytes: walking, git, bounded reads.
pub mod discover;
/// From targets to one ordered report.
pub mod scan;
/// A policy and a report make a verdict.
pub mod gate;
/// What a scan comes to, written down.
pub mod report;
/// The command line.
pub mod cli;
