//! Checksums that vendors have published for their tokens.

use crate::rule::secret::Checksum;

/// Whether the end of `body`, a token without its prefix, is the checksum of the rest.
pub(super) fn passes(checksum: Checksum, body: &[u8]) -> bool {
    match checksum {
        Checksum::Crc32Base62 => {
            let Some(at) = body.len().checked_sub(6) else {
                return false;
            };
            let (payload, sum) = body.split_at(at);
            base62(crc32(payload)) == sum
        }
    }
}

/// The CRC-32 of zip and Ethernet, bit by bit: tokens are short.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// Six digits in base 62: digits, upper case, lower case.
fn base62(mut number: u32) -> [u8; 6] {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; 6];
    for digit in text.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_sum_over_the_payload_passes_and_any_other_does_not() {
        let payload = [b'a'; 30];
        let mut body = payload.to_vec();
        body.extend(base62(crc32(&payload)));
        assert!(passes(Checksum::Crc32Base62, &body));
        body[0] = b'b';
        assert!(!passes(Checksum::Crc32Base62, &body));
        assert!(!passes(Checksum::Crc32Base62, b"abc"));
    }
}
