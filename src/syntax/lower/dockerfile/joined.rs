//! Instructions that span lines, brought onto one.
//!
//! A builder takes away the marks that join lines, and the comments between such lines, before it
//! reads anything else; so does this, by spaces of the same length. Which byte is the mark a
//! directive at the top of the file may say.

use std::borrow::Cow;

/// The text with its joined lines on one line each. Here-documents stay as they are.
pub(in super::super) fn joined(text: &[u8]) -> Cow<'_, [u8]> {
    let escape = escape(text);
    let mut out = Cow::Borrowed(text);
    let mut documents: Vec<Vec<u8>> = Vec::new();
    // Where the instruction begins that goes on in the next line.
    let mut open: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive(|&b| b == b'\n') {
        let start = at;
        at += line.len();
        let words = line.trim_ascii();
        if let Some(document) = documents.first() {
            if words == document {
                documents.remove(0);
            }
            continue;
        }
        let silent = words.is_empty() || words.starts_with(b"#");
        if silent {
            if open.is_some() {
                out.to_mut()[start..at].fill(b' ');
            }
            continue;
        }
        let begin = *open.get_or_insert(start);
        let kept = line.trim_ascii_end();
        if kept.last() == Some(&escape) {
            out.to_mut()[start + kept.len() - 1..at].fill(b' ');
            continue;
        }
        open = None;
        documents = here_documents(&text[begin..at]);
    }
    // Without a line end behind it the last instruction is none.
    if open.is_some() && text.ends_with(b"\n") {
        out.to_mut()[text.len() - 1] = b'\n';
    }
    out
}

/// The byte that joins lines: a backslash, unless a directive at the top says otherwise.
fn escape(text: &[u8]) -> u8 {
    let lines = text.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    let directives = lines.take_while(|line| line.starts_with(b"#"));
    let mut escapes = directives.filter_map(|line| {
        let line: Vec<u8> = line[1..].iter().copied().filter(|b| *b != b' ').collect();
        let line = line.to_ascii_lowercase();
        line.strip_prefix(b"escape=")?.first().copied()
    });
    escapes.next().filter(|b| *b == b'`').unwrap_or(b'\\')
}

/// What ends the here-documents that an instruction opens, in their order.
fn here_documents(instruction: &[u8]) -> Vec<Vec<u8>> {
    let keyword = instruction.trim_ascii_start();
    let keyword = keyword
        .split(u8::is_ascii_whitespace)
        .next()
        .unwrap_or_default();
    let opens = ["RUN", "COPY", "ADD", "ONBUILD"];
    if !opens
        .iter()
        .any(|known| keyword.eq_ignore_ascii_case(known.as_bytes()))
    {
        return Vec::new();
    }
    let mut ends = Vec::new();
    for mark in memchr::memmem::find_iter(instruction, b"<<") {
        let name = &instruction[mark + 2..];
        let name = name.strip_prefix(b"-").unwrap_or(name);
        let name = name
            .strip_prefix(b"\"")
            .or(name.strip_prefix(b"'"))
            .unwrap_or(name);
        let word = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
        let length = name.iter().take_while(word).count();
        if length > 0 && !name[0].is_ascii_digit() {
            ends.push(name[..length].to_vec());
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(joined(text.as_bytes()), expected.as_bytes());
    }

    #[test]
    fn marks_and_comments_between_lines_are_blank() {
        check("RUN a \\\n# c\n b\n", "RUN a        b\n");
        check("RUN a \\ \n b\n# c\n", "RUN a     b\n# c\n");
        check(
            "# escape=`\nRUN a `\n b \\\n",
            "# escape=`\nRUN a    b \\\n",
        );
        check("RUN a \\\n", "RUN a  \n");
    }

    #[test]
    fn here_documents_stay() {
        let text = "RUN <<EOF\na \\\nb\nEOF\nRUN c\n";
        check(text, text);
    }
}
