//! Whether a text was drawn by a machine or written by a person.
//!
//! Two models compete for each value: a generator that draws from the alphabet that the value uses
//! (10, 16, 36, 64 or 94 characters), and ordinary source text, which a table of character pairs
//! stands for. The difference of their code lengths in bits is the evidence for a generator. What
//! both models misjudge is found first: counting sequences, keyboard rows, repeated parts.

use super::bigrams::{BEGIN, class, cost};

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Randomness {
    /// Drawn by a machine; the evidence in bits.
    Random(f32),
    /// Of the right characters, but in an order that people type: `abcdef1234567890`.
    Patterned,
    /// Words, names, paths, numbers.
    Ordinary,
}

/// The evidence in bits from which on a value counts as random.
///
/// Of the quoted words of 10 to 60 characters in four Python packages 0.6 % lie above, most of them
/// numbers; of random values of 16 characters 98 %.
const EVIDENCE: f32 = 12.0;

/// Judges a value of printable ASCII.
pub fn randomness(value: &[u8]) -> Randomness {
    let bits = evidence(value);
    if is_patterned(value) {
        return Randomness::Patterned;
    }
    if bits >= EVIDENCE {
        return Randomness::Random(bits);
    }
    Randomness::Ordinary
}

/// The bits by which a generator explains the value better than ordinary text does.
///
/// Vendors put a mark of their own before what they draw, in other characters: what follows it may
/// be the better evidence.
pub fn evidence(value: &[u8]) -> f32 {
    let whole = evidence_of_all(value);
    match value.get(MARK..) {
        Some(rest) if rest.len() >= 4 * MARK => whole.max(evidence_of_all(rest)),
        _ => whole,
    }
}

/// The length of a vendor's mark.
const MARK: usize = 4;

fn evidence_of_all(value: &[u8]) -> f32 {
    let mut before = BEGIN;
    let mut text = 0.0;
    for &byte in value {
        let now = class(byte);
        text += cost(before, now);
        // A digit is one of ten, a mark of the last class one of some thirty.
        text += match now {
            52 => 3.3,
            59 => 5.0,
            _ => 0.0,
        };
        before = now;
    }
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    text - bits_of_alphabet(value) * f32::from(length)
}

/// The bits that one character of the smallest usual alphabet with these characters carries.
fn bits_of_alphabet(value: &[u8]) -> f32 {
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    let (digit, lower, upper) = (
        has(u8::is_ascii_digit),
        has(u8::is_ascii_lowercase),
        has(u8::is_ascii_uppercase),
    );
    let hex = |letters: std::ops::RangeInclusive<u8>| {
        value
            .iter()
            .all(|b| b.is_ascii_digit() || letters.contains(b))
    };
    let marks = value.iter().any(|b| !b.is_ascii_alphanumeric());
    let url = value
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.+/=:~@".contains(b));
    match (lower, upper, digit) {
        _ if !url => 6.55,
        (false, false, true) if !marks => 3.32,
        _ if hex(b'a'..=b'f') || hex(b'A'..=b'F') => 4.0,
        (true, false, false) | (false, true, false) if !marks => 4.7,
        (true, false, _) | (false, true, _) => 5.17,
        _ => 6.0,
    }
}

/// Whether a person typed the value: runs that count up or down, keyboard rows, few characters,
/// or one part again and again.
pub fn is_patterned(value: &[u8]) -> bool {
    let folded: Vec<u8> = value
        .iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect();
    if folded.len() < 6 {
        return false;
    }
    let mut counts = [0_usize; 128];
    for &byte in &folded {
        counts[usize::from(byte & 127)] += 1;
    }
    let distinct = counts.iter().filter(|&&count| count > 0).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    let few = match folded.len() {
        0..=11 => 4,
        12..=19 => 5,
        _ => 7,
    };
    if distinct < few || folded.len() >= 20 && most * 10 > folded.len() * 3 {
        return true;
    }
    let pairs = folded.windows(2).filter(|pair| follows(pair[0], pair[1]));
    let steps = pairs.count() + typed_along_a_row(&folded);
    steps * 10 >= (folded.len() - 1) * 4 || alternates(&folded) || repeats(&folded)
}

/// Whether `b` stands next to `a` in the alphabet or among the digits.
fn follows(a: u8, b: u8) -> bool {
    let kind = a.is_ascii_digit() == b.is_ascii_digit();
    kind && (a.abs_diff(b) == 1 || (a == b'9' && b == b'0') || (a == b'0' && b == b'9'))
}

/// The characters in runs of four and more along a row of the keyboard; shorter ones are in words.
fn typed_along_a_row(folded: &[u8]) -> usize {
    const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];
    let next = |a: u8, b: u8| {
        ROWS.iter()
            .any(|row| row.windows(2).any(|pair| pair == [a, b]))
    };
    let (mut typed, mut run) = (0, 0);
    for pair in folded.windows(2) {
        run = if next(pair[0], pair[1]) { run + 1 } else { 0 };
        typed += match run {
            0..3 => 0,
            3 => 3,
            _ => 1,
        };
    }
    typed
}

/// Whether every second character counts on: `a1b2c3d4`, or `1a2b3c4d`.
fn alternates(folded: &[u8]) -> bool {
    if folded.len() < 8 {
        return false;
    }
    let counts = folded.windows(3).filter(|w| follows(w[0], w[2])).count();
    counts * 100 >= (folded.len() - 2) * 55
}

/// Whether the value is one part of up to sixteen characters over and over.
fn repeats(folded: &[u8]) -> bool {
    (2..=16.min(folded.len() / 2)).any(|period| {
        let same = folded.iter().zip(&folded[period..]).filter(|(a, b)| a == b);
        same.count() * 4 >= (folded.len() - period) * 3
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_values_are_told_from_words() {
        for value in [
            "q8Zk2Lr0Vx7Bn4Ty",
            "9f86d081884c7d659a2f",
            "PTaebd5a4ee534d18470d33b9811",
        ] {
            assert!(
                matches!(randomness(value.as_bytes()), Randomness::Random(_)),
                "{value}"
            );
        }
        for value in [
            "access_token_secret",
            "getUserAuthenticationToken",
            "src/components/App.tsx",
            "application/vnd.api+json",
            "max_position_embeddings",
        ] {
            assert_eq!(
                randomness(value.as_bytes()),
                Randomness::Ordinary,
                "{value}"
            );
        }
    }

    #[test]
    fn what_people_type_is_a_pattern() {
        for value in [
            "abcdef1234567890abcdef1234567890",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "a1b2c3d4e5f6g7h8i9j0",
            "1234-5678-1234-5678",
            "qwertyuiop12345",
            "aaaaaaaaaaaaaaaa",
        ] {
            assert_eq!(
                randomness(value.as_bytes()),
                Randomness::Patterned,
                "{value}"
            );
        }
    }
}
