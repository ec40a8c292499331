//! The identity of a finding across commits: rule, path and masked text, and no line number.
//!
//! It is the first half of SHA-256. A baseline lists fingerprints, and whoever could make a new
//! finding collide with a listed one could hide it; that rules out hashes that are merely fast.

use std::collections::HashMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Makes the fingerprints of one file's findings, which come in the order of their places.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: HashMap<[u8; 32], u32>,
}

impl Fingerprints {
    /// The fingerprint of the next finding. Equal ones are told apart by counting.
    pub(super) fn next(
        &mut self,
        rule: &str,
        path: &str,
        commit: Option<&str>,
        masked: &[u8],
    ) -> String {
        let mut text = Sha256::new();
        for part in [Some(rule), Some(path), commit].into_iter().flatten() {
            // With its length in front no part can pass for the end of another.
            text.update((part.len() as u64).to_le_bytes());
            text.update(part.as_bytes());
        }
        for word in masked
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty())
        {
            text.update(word);
            text.update(b" ");
        }
        let text: [u8; 32] = text.finalize().into();
        let times = self.seen.entry(text).or_default();
        let digest = Sha256::new()
            .chain_update(text)
            .chain_update(times.to_le_bytes());
        *times += 1;
        let mut hex = String::with_capacity(32);
        for byte in &digest.finalize()[..16] {
            write!(hex, "{byte:02x}").expect("a String takes any text");
        }
        hex
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(rule: &str, path: &str, text: &str) -> String {
        Fingerprints::default().next(rule, path, None, text.as_bytes())
    }

    #[test]
    fn white_space_does_not_matter_and_all_else_does() {
        let base = first("r", "a.py", "f( x )");
        assert_eq!(base.len(), 32);
        assert_eq!(base, first("r", "a.py", " f(\r\n\tx  )\n"));
        for other in [
            first("s", "a.py", "f( x )"),
            first("r", "b.py", "f( x )"),
            first("r", "a.py", "f(x)"),
            first("ra", ".py", "f( x )"),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn equal_findings_are_counted() {
        let mut fingerprints = Fingerprints::default();
        let (one, two) = (
            fingerprints.next("r", "a", None, b"x"),
            fingerprints.next("r", "a", None, b"x"),
        );
        assert_ne!(one, two);
        assert_eq!(one, first("r", "a", "x"));
    }

    #[test]
    fn versions_of_a_file_are_told_apart_by_their_commits() {
        let of = |commit| Fingerprints::default().next("r", "a", Some(commit), b"x");
        assert_ne!(of("0a"), of("0b"));
        assert_ne!(of("0a"), first("r", "a", "x"));
    }

    #[test]
    fn the_value_does_not_change_from_release_to_release() {
        assert_eq!(
            first("r", "a.py", "f(x)"),
            "4eae3ae3d2fdc9be4bdd4f547c8180cb"
        );
    }
}
