//! The bytes of one file, bounded, and the language they are read in.
//!
//! Files are read into memory and never mapped: a mapped file that shrinks ends the process. What
//! is read was a regular file when it was listed; the opened handle is asked again, since a pipe
//! in its place would block for ever.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::lang::Language;

/// The most bytes of a file that is parsed.
pub const CODE_LIMIT: u64 = 5 * 1024 * 1024;
/// The most bytes of any other text.
pub const TEXT_LIMIT: u64 = 50 * 1024 * 1024;
/// How far a file is looked at to tell binary from text.
const HEAD: usize = 8 * 1024;

/// What a selected file turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// Text in a language.
    Text(Language, Vec<u8>),
    /// No text: nothing names a language for it, and it holds NUL bytes.
    Binary,
}

/// Why a selected file was not read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum ReadError {
    /// The system refused, for the reason given.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It is larger than aiscan reads.
    #[error("it has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: u64,
        /// The most that is read.
        limit: u64,
    },
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        ReadError::Unreadable(error.to_string())
    }
}

/// Reads a file that was listed as a regular one.
pub fn read(path: &Path) -> Result<Content, ReadError> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(ReadError::Unreadable(
            "it is no regular file any more".to_owned(),
        ));
    }
    read_from(file, metadata.len(), path)
}

/// Judges bytes that are in memory already, such as standard input, by the name they go by.
pub fn classify(path: &Path, bytes: Vec<u8>) -> Result<Content, ReadError> {
    let size = bytes.len() as u64;
    match language(path, &bytes[..bytes.len().min(HEAD)]) {
        None => Ok(Content::Binary),
        Some(language) if size > limit(language) => Err(ReadError::TooLarge {
            size,
            limit: limit(language),
        }),
        Some(language) => Ok(Content::Text(language, bytes)),
    }
}

pub(super) fn read_from(mut file: impl Read, size: u64, path: &Path) -> Result<Content, ReadError> {
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD as u64).read_to_end(&mut bytes)?;
    let Some(language) = language(path, &bytes) else {
        return Ok(Content::Binary);
    };
    let limit = limit(language);
    if size > limit {
        return Err(ReadError::TooLarge { size, limit });
    }
    bytes.reserve((size as usize + 1).saturating_sub(bytes.len()));
    let rest = (limit + 1).saturating_sub(bytes.len() as u64);
    file.take(rest).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    if size > limit {
        return Err(ReadError::TooLarge { size, limit });
    }
    Ok(Content::Text(language, bytes))
}

/// The language of a file by its name, then by its first bytes; `None` where it is binary.
///
/// A NUL does not make a file binary whose name says that it is run: one byte would hide it from
/// the scan. Property lists and installers of shell have binary forms.
fn language(path: &Path, head: &[u8]) -> Option<Language> {
    let by_name = Language::of_path(path);
    let by_shebang = || Language::of_shebang(head);
    let language = match by_name {
        Language::Text => by_shebang().unwrap_or(Language::Text),
        named => named,
    };
    let is_run = language.is_code() || matches!(by_name, Language::Bash | Language::Dockerfile);
    let utf_16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    if !is_run && !utf_16 && memchr::memchr(0, head).is_some() {
        return None;
    }
    Some(language)
}

fn limit(language: Language) -> u64 {
    if language.is_code() {
        CODE_LIMIT
    } else {
        TEXT_LIMIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, bytes: &[u8], expected: Option<Language>) {
        let content = classify(Path::new(name), bytes.to_vec()).unwrap();
        let expected = match expected {
            Some(language) => Content::Text(language, bytes.to_vec()),
            None => Content::Binary,
        };
        assert_eq!(content, expected);
    }

    #[test]
    fn a_nul_makes_only_nameless_files_binary() {
        check("a.py", b"x\0", Some(Language::Python));
        check("a", b"#!/usr/bin/python3\n\0", Some(Language::Python));
        check("a.sh", b"x\0", Some(Language::Bash));
        check("a", b"#!/bin/sh\n\0", None);
        check("a.plist", b"bplist\0", None);
        check("a.dat", b"x\0", None);
        check("a.dat", b"\xff\xfex\0", Some(Language::Text));
        check(
            "a.dat",
            &[vec![b'x'; HEAD], vec![0]].concat(),
            Some(Language::Text),
        );
        check("empty", b"", Some(Language::Text));
    }

    #[test]
    fn code_has_the_lower_limit() {
        let bytes = vec![b'x'; CODE_LIMIT as usize + 1];
        let too_large = ReadError::TooLarge {
            size: CODE_LIMIT + 1,
            limit: CODE_LIMIT,
        };
        assert_eq!(
            classify(Path::new("a.js"), bytes.clone()),
            Err(too_large.clone())
        );
        assert_eq!(
            read_from(&bytes[..], CODE_LIMIT, Path::new("a.js")),
            Err(too_large)
        );
        assert!(classify(Path::new("a.csv"), bytes).is_ok());
    }

    #[test]
    fn a_file_that_grows_while_it_is_read_stops_at_the_limit() {
        let endless = io::repeat(b'x');
        assert_eq!(
            read_from(endless, 10, Path::new("a.txt")),
            Err(ReadError::TooLarge {
                size: TEXT_LIMIT + 1,
                limit: TEXT_LIMIT
            })
        );
    }

    #[test]
    fn a_large_binary_is_binary_and_not_too_large() {
        let head = [0; HEAD];
        assert_eq!(
            read_from(&head[..], u64::MAX, Path::new("disk.img")),
            Ok(Content::Binary)
        );
    }
}
