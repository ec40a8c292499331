//! aiscan: a static scanner that gates AI-written code before it is merged.
//!
//! The modules below stand in reading order, ground floor first; an import only ever points up
//! this list. `Target → Source → Tree → FileReport → Report → Verdict → exit code` is the way of a
//! scan through them.

/// Pure functions on text that rules call by name.
pub mod analyser;
/// The rules at work on one file: pure.
pub mod engine;
/// What a rule reports: plain data.
pub mod finding;
/// A policy and a report make a verdict.
pub mod gate;
/// Languages: grammar, extensions, shebangs, comment marks; one file a language.
pub mod lang;
/// Rules: as written, as meant, how they are loaded and linted.
pub mod rule;
/// From targets to one ordered report.
pub mod scan;
/// Credentials: their shapes, their names, their randomness.
pub mod secrets;
/// The text of one file: decoding, byte spans, lines.
pub mod source;
