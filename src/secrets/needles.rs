//! The one pass over a text for every literal that any secret rule waits for.
//!
//! Needles are many (2,800) and short, and a scan may be of one small file: an automaton takes 5 ms to
//! build, or 15 ms with its table, and then waits for memory with each byte. Here the first four bytes
//! at each place are looked up in a bitmap, and the needles compared where it has them. That is built
//! in 1 ms, and a scan of 116 MB of Python takes 0.36 s instead of 0.5 s.

use std::ops::Range;

use super::decode::{self, Encoding};
use super::name;
use super::shape::Shape;
use crate::rule::secret::Form;

/// What a needle in a text asks for.
#[derive(Debug)]
pub(super) enum Action {
    /// A credential may begin here; `literal` is the needle in its own case where that counts.
    Prefix {
        /// The place of the rule's shape.
        shape: usize,
        /// The needle as the rule writes it.
        literal: Option<Box<[u8]>>,
    },
    /// An encoded credential may begin here, its prefix being the first `prefix` decoded bytes.
    Encoded {
        /// The place of the rule's shape.
        shape: usize,
        /// How it is encoded.
        encoding: Encoding,
        /// The needle in its own case.
        literal: Box<[u8]>,
        /// The length of the plain prefix.
        prefix: usize,
    },
    /// A provider is named, and its credential may follow.
    Near {
        /// The place of the rule's shape.
        shape: usize,
    },
    /// A word for a secret, in a name whose value may be one.
    Name,
}

/// The needles, with the actions of each.
#[derive(Debug)]
pub(super) struct Needles {
    literals: Vec<(Vec<u8>, Vec<Action>)>,
    /// The needles of three bytes, by their hash.
    short: Bitmap,
    /// The first four bytes of the others, by their hash.
    four: Bitmap,
    /// Ranges of `heads`, by the hash of the first three bytes.
    buckets: Vec<(u16, u16)>,
    heads: Vec<Head>,
}

/// The first eight bytes of a needle, for a quick comparison.
#[derive(Debug)]
struct Head {
    bytes: u64,
    /// Ones where the needle has bytes.
    mask: u64,
    needle: u16,
}

impl Head {
    fn new(needle: &[u8], at: u16) -> Head {
        let length = needle.len().min(8);
        Head {
            bytes: folded(needle) & (u64::MAX >> (64 - 8 * length)),
            mask: u64::MAX >> (64 - 8 * length),
            needle: at,
        }
    }
}

/// Up to eight bytes, folded, the first one lowest.
fn folded(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = text.len().min(8);
    bytes[..length].copy_from_slice(&text[..length]);
    u64::from_le_bytes(bytes) | 0x2020_2020_2020_2020
}

/// Makes letters lower case, and confuses some marks, which the comparison of whole needles parts.
fn fold(bytes: u32) -> u32 {
    bytes | 0x2020_2020
}

/// A set of hashes.
#[derive(Debug)]
struct Bitmap(Box<[u64; WORDS]>);

const HASH_BITS: u32 = 18;
/// The words of a bitmap.
const WORDS: usize = 1 << (HASH_BITS - 6);
const BUCKET_BITS: u32 = 12;

impl Bitmap {
    fn new() -> Bitmap {
        let words = vec![0; WORDS].into_boxed_slice();
        Bitmap(words.try_into().expect("the slice has as many words"))
    }

    fn add(&mut self, bytes: u32) {
        let hash = hash(bytes, HASH_BITS);
        self.0[hash >> 6] |= 1 << (hash & 63);
    }

    fn has(&self, bytes: u32) -> bool {
        let hash = hash(bytes, HASH_BITS);
        self.0[hash >> 6] >> (hash & 63) & 1 == 1
    }
}

/// A hash of some bits.
fn hash(bytes: u32, bits: u32) -> usize {
    (bytes.wrapping_mul(0x9E37_79B1) >> (32 - bits)) as usize
}

/// The first three of four bytes.
fn three(bytes: u32) -> u32 {
    bytes & 0x00FF_FFFF
}

impl Needles {
    pub(super) fn new(shapes: &[Shape]) -> Needles {
        let mut needles: Vec<(Vec<u8>, Action)> = Vec::new();
        let folded = |literal: &str| literal.to_ascii_lowercase().into_bytes();
        let mut names_count = false;
        for (at, shape) in shapes.iter().enumerate() {
            match &shape.secret.form {
                Form::Prefixed {
                    prefixes,
                    ignore_case,
                    ..
                } => {
                    for prefix in prefixes {
                        let literal = (!ignore_case).then(|| prefix.as_bytes().into());
                        let action = Action::Prefix { shape: at, literal };
                        needles.push((folded(prefix), action));
                        if !ignore_case && shape.may_be_encoded() {
                            needles.extend(encoded(at, prefix.as_bytes()));
                        }
                    }
                }
                Form::Near { names, .. } => {
                    let near = |name: &String| (folded(name), Action::Near { shape: at });
                    needles.extend(names.iter().map(near));
                }
                Form::Assigned(_) => names_count = true,
            }
        }
        if names_count {
            let name = |needle: &&str| (folded(needle), Action::Name);
            needles.extend(name::NEEDLES.iter().map(name));
        }
        // Equal needles stay in the order of their rules.
        needles.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut literals: Vec<(Vec<u8>, Vec<Action>)> = Vec::with_capacity(needles.len());
        for (needle, action) in needles {
            match literals.last_mut() {
                Some((last, actions)) if *last == needle => actions.push(action),
                _ => literals.push((needle, vec![action])),
            }
        }
        Needles::of(literals)
    }

    fn of(needles: Vec<(Vec<u8>, Vec<Action>)>) -> Needles {
        let mut short = Bitmap::new();
        let mut four = Bitmap::new();
        let mut members: Vec<(usize, Head)> = Vec::with_capacity(needles.len());
        for (at, (needle, _)) in (0..).zip(&needles) {
            let bytes = folded(needle) as u32;
            match needle.len() {
                ..=3 => short.add(three(bytes)),
                _ => four.add(bytes),
            }
            members.push((hash(three(bytes), BUCKET_BITS), Head::new(needle, at)));
        }
        members.sort_by_key(|&(bucket, _)| bucket);
        let mut buckets = vec![(0, 0); 1 << BUCKET_BITS];
        for (at, &(bucket, _)) in (0..).zip(&members) {
            let (first, count) = &mut buckets[bucket];
            if *count == 0 {
                *first = at;
            }
            *count += 1;
        }
        Needles {
            literals: needles,
            short,
            four,
            buckets,
            heads: members.into_iter().map(|(_, head)| head).collect(),
        }
    }

    /// Calls `act` for each needle in the text, in the order in which they begin.
    pub(super) fn each(&self, text: &[u8], mut act: impl FnMut(Range<usize>, &Action)) {
        for (at, window) in text.windows(4).enumerate() {
            let bytes = fold(u32::from_le_bytes([
                window[0], window[1], window[2], window[3],
            ]));
            if self.four.has(bytes) || self.short.has(three(bytes)) {
                self.compare(text, at, three(bytes), &mut act);
            }
        }
        // A needle of three bytes at the very end has no fourth byte behind it.
        if let Some((at, last)) = text.len().checked_sub(3).zip(text.last_chunk::<3>()) {
            let bytes = fold(u32::from_le_bytes([last[0], last[1], last[2], 0]));
            self.compare(text, at, three(bytes), &mut act);
        }
    }

    /// The needles that begin at `at`, where the three bytes stand.
    fn compare(
        &self,
        text: &[u8],
        at: usize,
        bytes: u32,
        act: &mut impl FnMut(Range<usize>, &Action),
    ) {
        let (first, count) = self.buckets[hash(bytes, BUCKET_BITS)];
        let heads = &self.heads[usize::from(first)..usize::from(first) + usize::from(count)];
        let here = folded(&text[at..]);
        for head in heads.iter().filter(|head| here & head.mask == head.bytes) {
            let (needle, actions) = &self.literals[usize::from(head.needle)];
            let end = at + needle.len();
            if text
                .get(at..end)
                .is_some_and(|text| text.eq_ignore_ascii_case(needle))
            {
                for action in actions {
                    act(at..end, action);
                }
            }
        }
    }
}

/// The needles for a prefix that is encoded.
fn encoded(shape: usize, prefix: &[u8]) -> impl Iterator<Item = (Vec<u8>, Action)> {
    let encodings = [Encoding::Base64, Encoding::Hex].into_iter();
    encodings.filter_map(move |encoding| {
        let literal = decode::encoded_prefix(prefix, encoding)?;
        let needle = literal.to_ascii_lowercase();
        let action = Action::Encoded {
            shape,
            encoding,
            literal: literal.into(),
            prefix: prefix.len(),
        };
        Some((needle, action))
    })
}
