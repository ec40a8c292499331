//! Credentials that were encoded: base 64 and hexadecimal, one level deep.
//!
//! A prefix has one form in each encoding when it begins the encoded text, so that encoded
//! credentials are found by needles like plain ones. What begins with such a needle is decoded
//! within bounds, and the rule's shape must stand at its begin.

/// How a text was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Base 64 with either of its two alphabets.
    Base64,
    /// Two hexadecimal digits a byte, in either case.
    Hex,
}

/// The bytes of encoded text that are decoded at most.
const ENCODED_LIMIT: usize = 8192;

/// What a text that begins with `prefix` begins with when it is encoded; `None` where that is too
/// short to be told from chance.
pub(super) fn encoded_prefix(prefix: &[u8], encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Base64 => {
            // The last character may depend on what follows the prefix.
            let whole = prefix.len() * 8 / 6;
            (whole >= 5).then(|| {
                (0..whole)
                    .map(|at| BASE64[usize::from(six_bits(prefix, at))])
                    .collect()
            })
        }
        Encoding::Hex => (prefix.len() >= 4).then(|| {
            prefix
                .iter()
                .flat_map(|byte| [byte >> 4, byte & 15])
                .map(|nibble| b"0123456789abcdef"[usize::from(nibble)])
                .collect()
        }),
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The six bits of `bytes` that the base 64 character at `at` stands for.
fn six_bits(bytes: &[u8], at: usize) -> u8 {
    let bit = at * 6;
    let high = u16::from(bytes[bit / 8]) << 8;
    let low = u16::from(bytes.get(bit / 8 + 1).copied().unwrap_or(0));
    ((high | low) >> (10 - bit % 8)) as u8 & 63
}

/// Decodes the encoded text at the begin of `text`: the decoded bytes, and how long the encoded
/// text is.
pub(super) fn decode(text: &[u8], encoding: Encoding) -> (Vec<u8>, usize) {
    let text = &text[..text.len().min(ENCODED_LIMIT)];
    match encoding {
        Encoding::Base64 => from_base64(text),
        Encoding::Hex => from_hex(text),
    }
}

fn from_base64(text: &[u8]) -> (Vec<u8>, usize) {
    let mut decoded = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count, mut length) = (0_u32, 0, 0);
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => break,
        };
        length += 1;
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push((bits >> count) as u8);
        }
    }
    let padding = text[length..].iter().take(2).take_while(|&&b| b == b'=');
    let padding = padding.count();
    (decoded, length + padding)
}

fn from_hex(text: &[u8]) -> (Vec<u8>, usize) {
    let length = text.iter().take_while(|b| b.is_ascii_hexdigit()).count() & !1;
    let nibble = |b: u8| (b as char).to_digit(16).map_or(0, |digit| digit as u8);
    let decoded = text[..length]
        .chunks_exact(2)
        .map(|pair| nibble(pair[0]) << 4 | nibble(pair[1]))
        .collect();
    (decoded, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_those_of_any_text_that_begins_so() {
        let prefix = |text: &str, encoding| {
            encoded_prefix(text.as_bytes(), encoding).map(|p| String::from_utf8(p).unwrap())
        };
        assert_eq!(prefix("ghp_", Encoding::Base64).as_deref(), Some("Z2hwX"));
        assert_eq!(
            prefix("sk-ant-", Encoding::Base64).as_deref(),
            Some("c2stYW50L")
        );
        assert_eq!(prefix("hf_", Encoding::Base64), None);
        assert_eq!(prefix("ghp_", Encoding::Hex).as_deref(), Some("6768705f"));
    }

    #[test]
    fn decoding_ends_where_the_encoding_ends() {
        assert_eq!(
            decode(b"Z2hwXw== x", Encoding::Base64),
            (b"ghp_".to_vec(), 8)
        );
        assert_eq!(decode(b"Z2hwXw\"", Encoding::Base64), (b"ghp_".to_vec(), 6));
        assert_eq!(
            decode(b"67687F5fz", Encoding::Hex),
            (b"gh\x7f_".to_vec(), 8)
        );
        assert_eq!(decode(b"", Encoding::Hex), (vec![], 0));
    }
}
