//! Tokens: words of ASCII letters, digits and `_`, single signs, and single characters of other
//! alphabets. Text and patterns are cut the same way.

/// The end of the token that begins at `at`, where no blank stands.
pub(super) fn end(text: &[u8], at: usize) -> usize {
    let first = text[at];
    let more = &text[at + 1..];
    let same = |of: fn(u8) -> bool| at + 1 + more.iter().take_while(|&&b| of(b)).count();
    match first {
        b if is_word(b) => same(is_word),
        b if b.is_ascii() => at + 1,
        // A character of several bytes, or what is left of one.
        _ => same(|b| (0x80..0xc0).contains(&b)),
    }
}

/// Whether a byte belongs to a word.
pub(super) fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// The indentation that a line begins with and its width; a tab is as wide as eight spaces.
pub(super) fn indentation(line: &[u8]) -> (usize, usize) {
    let blanks = line.iter().take_while(|b| matches!(b, b' ' | b'\t'));
    blanks.fold((0, 0), |(length, width), b| {
        (length + 1, width + if *b == b'\t' { 8 } else { 1 })
    })
}

/// The lines of a text with their offsets, line ends left out.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut start = 0;
    text.split(|&b| b == b'\n').map(move |line| {
        let at = start;
        start += line.len() + 1;
        (at, line.strip_suffix(b"\r").unwrap_or(line))
    })
}
