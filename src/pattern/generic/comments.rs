//! Comments, blanked out before a text is cut into tokens.

use std::borrow::Cow;

use memchr::memmem;

use crate::rule::CommentStyle;

/// The text with spaces for its comments, so that offsets and lines stay.
pub(super) fn blank(text: &[u8], style: Option<CommentStyle>) -> Cow<'_, [u8]> {
    let mut text = Cow::Borrowed(text);
    match style {
        None => {}
        Some(CommentStyle::Shell) => blank_lines(&mut text, b"#"),
        Some(CommentStyle::C) => blank_blocks(&mut text),
        Some(CommentStyle::Cpp) => {
            blank_lines(&mut text, b"//");
            blank_blocks(&mut text);
        }
    }
    text
}

/// Comments from a mark to the end of the line.
fn blank_lines(text: &mut Cow<'_, [u8]>, mark: &[u8]) {
    let mut from = 0;
    while let Some(at) = memmem::find(&text[from..], mark).map(|at| from + at) {
        from = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |length| at + length);
        fill(&mut text.to_mut()[at..from]);
    }
}

/// Comments from `/*` to `*/`; one that does not end is none.
fn blank_blocks(text: &mut Cow<'_, [u8]>) {
    let mut from = 0;
    while let Some(at) = memmem::find(&text[from..], b"/*").map(|at| from + at) {
        let Some(length) = memmem::find(&text[at + 2..], b"*/") else {
            return;
        };
        from = at + 2 + length + 2;
        fill(&mut text.to_mut()[at..from]);
    }
}

fn fill(comment: &mut [u8]) {
    for byte in comment {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(style: CommentStyle, text: &str, expected: &str) {
        let blanked = blank(text.as_bytes(), Some(style));
        assert_eq!(String::from_utf8_lossy(&blanked), expected);
    }

    #[test]
    fn offsets_and_lines_stay() {
        check(CommentStyle::Shell, "a # b\nc", "a    \nc");
        check(CommentStyle::C, "a/*b\n*/c // d", "a   \n  c // d");
        check(CommentStyle::Cpp, "a//b\n/*c*/d", "a   \n     d");
    }

    #[test]
    fn a_comment_without_end_is_none() {
        check(CommentStyle::C, "a /* b /", "a /* b /");
        check(CommentStyle::C, "/*/ a", "/*/ a");
    }
}
