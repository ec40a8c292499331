//! The hash by which GitHub knows an alert again after its line has moved.
//!
//! It covers the first hundred characters from the start of a line, line ends among them and
//! blanks and tabs left out, and counts how often the same hash was met before in the file. The
//! upload computes it where a report has none; its way is followed to the bit, so that both give
//! the same: UTF-16 units, CR and CRLF taken as LF, the end of the file as `0xFFFF` and then zeros.

use std::collections::HashMap;
use std::collections::VecDeque;

/// How many characters one hash covers.
const REACH: usize = 100;
/// What each character is multiplied by once for every one after it.
const FACTOR: u64 = 37;
/// The unit that stands for the end of a file.
const END: u16 = 0xFFFF;

/// The hashes of all lines of a text, in order; lines end at LF. `marked` says that the file
/// begins with a UTF-8 byte order mark, which GitHub hashes along.
pub(super) fn line_hashes(text: &[u8], marked: bool) -> Vec<String> {
    let mut hasher = Hasher::default();
    if marked {
        hasher.take(0xFEFF);
    }
    for chunk in text.utf8_chunks() {
        for unit in chunk.valid().encode_utf16() {
            hasher.take(unit);
        }
        if !chunk.invalid().is_empty() {
            hasher.take(0xFFFD);
        }
    }
    hasher.take(END);
    for _ in 0..REACH {
        hasher.roll(0);
    }
    hasher.hashes
}

#[derive(Default)]
struct Hasher {
    /// The last characters, oldest first, at most [`REACH`].
    window: VecDeque<u16>,
    hash: u64,
    /// How many characters were hashed.
    count: usize,
    /// Starts of lines whose hash is not complete, as counts, with whether an LF began the line. A
    /// lone CR begins one for GitHub alone.
    open: VecDeque<(usize, bool)>,
    in_line: bool,
    after_cr: bool,
    after_lf: bool,
    seen: HashMap<u64, u32>,
    hashes: Vec<String>,
}

impl Hasher {
    fn take(&mut self, unit: u16) {
        let (lf, cr) = (unit == u16::from(b'\n'), unit == u16::from(b'\r'));
        let blank = unit == u16::from(b' ') || unit == u16::from(b'\t');
        if blank || self.after_cr && lf {
            self.after_cr = false;
            self.after_lf |= lf;
            return;
        }
        self.after_cr = cr;
        if !self.in_line {
            let first = self.count == 0;
            self.open.push_back((self.count, self.after_lf || first));
            self.after_lf = false;
        }
        self.in_line = !(lf || cr);
        self.after_lf |= lf;
        self.roll(if cr { u16::from(b'\n') } else { unit });
    }

    fn roll(&mut self, unit: u16) {
        let leaving = if self.window.len() == REACH {
            self.window.pop_front().unwrap_or_default()
        } else {
            0
        };
        self.window.push_back(unit);
        self.hash = self
            .hash
            .wrapping_mul(FACTOR)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(u64::from(leaving).wrapping_mul(FACTOR.wrapping_pow(REACH as u32)));
        self.count += 1;
        if let Some(&(start, ours)) = self.open.front()
            && start + REACH == self.count
        {
            self.open.pop_front();
            let times = self.seen.entry(self.hash).or_default();
            *times += 1;
            if ours {
                self.hashes.push(format!("{:x}:{times}", self.hash));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected hashes come from the algorithm of codeql-action's `fingerprints.ts`, written
    /// again and run in another language.
    fn check(text: &str, expected: &[&str]) {
        let marked = text.strip_prefix('\u{feff}');
        let hashes = line_hashes(marked.unwrap_or(text).as_bytes(), marked.is_some());
        assert_eq!(hashes, expected, "{text:?}");
    }

    #[test]
    fn hashes_are_those_that_github_computes() {
        check("", &["c129715d7a2bc9a3:1"]);
        check(
            "a\nb\n",
            &[
                "81b8d8db678b2bbe:1",
                "ade70578248be16f:1",
                "c129715d7a2bc9a3:1",
            ],
        );
        check(
            "é𝄞\n\n\n",
            &[
                "c5df4f39d349100:1",
                "5b5d4caf73a13177:1",
                "3c5bef55b72b93c9:1",
                "c129715d7a2bc9a3:1",
            ],
        );
        check(
            "\u{feff}a\nb\n",
            &[
                "8fff498b8a070609:1",
                "ade70578248be16f:1",
                "c129715d7a2bc9a3:1",
            ],
        );
    }

    #[test]
    fn blanks_and_kinds_of_line_ends_do_not_matter() {
        let expected = [
            "858f94d505d7cd59:1",
            "a4dfee780b6f909d:1",
            "8e00d41f0ebba6bf:1",
            "c129715d7a2bc9a3:1",
        ];
        check("  x = 1\r\n\ty = 2\r\nx=1\r\n", &expected);
        check("x=1\ny=2\nx=1\n", &expected);
    }

    #[test]
    fn equal_hashes_are_counted() {
        check(
            &"let value = compute(first, second);\n".repeat(6),
            &[
                "11a9bbfa0fbe49dd:1",
                "11a9bbfa0fbe49dd:2",
                "11a9bbfa0fbe49dd:3",
                "11a9bbfad544dd6d:1",
                "dd28ea1346eb827f:1",
                "2358cf6aa119a691:1",
                "c129715d7a2bc9a3:1",
            ],
        );
    }

    #[test]
    fn there_is_one_hash_for_every_line_that_ends_at_lf() {
        for text in [
            "",
            "\n",
            "a",
            "a\rb\nc",
            "a\r\r\n \n\t",
            "\r",
            "\r \nx",
            " \r\n\r\n",
        ] {
            let lines = text.split('\n').count();
            assert_eq!(line_hashes(text.as_bytes(), false).len(), lines, "{text:?}");
        }
    }
}
