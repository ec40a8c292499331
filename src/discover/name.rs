//! Paths as reports write them: relative to the root, with `/`, and always a `String`.
//!
//! A file name is any bytes on Unix, a report's path is text. Bytes that are no valid UTF-8 are
//! written `\xNN`, and a backslash in a name `\x5C`, so that no two files share a text and
//! [`to_bytes`] gives the name back for formats that encode bytes, such as SARIF's URIs. Control
//! characters stay as they are: each format has its own way to write them.

use std::fmt::Write;
use std::path::{Component, Path};

/// The text of a path relative to the root; the root itself is `.`.
pub fn to_text(path: &Path) -> String {
    let mut text = String::new();
    for component in path.components() {
        let Component::Normal(name) = component else {
            continue;
        };
        if !text.is_empty() {
            text.push('/');
        }
        for chunk in name.as_encoded_bytes().utf8_chunks() {
            for (i, part) in chunk.valid().split('\\').enumerate() {
                if i > 0 {
                    text.push_str("\\x5C");
                }
                text.push_str(part);
            }
            for byte in chunk.invalid() {
                write!(text, "\\x{byte:02X}").expect("a String takes any text");
            }
        }
    }
    if text.is_empty() {
        text.push('.');
    }
    text
}

/// The bytes of the path that [`to_text`] wrote.
pub fn to_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\x") {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let escaped = rest
            .get(at + 2..at + 4)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let Some(byte) = escaped else {
            bytes.extend_from_slice(b"\\x");
            rest = &rest[at + 2..];
            continue;
        };
        bytes.push(byte);
        rest = &rest[at + 4..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_by_slashes_and_the_root_is_a_dot() {
        assert_eq!(to_text(Path::new("a/b c/d.py")), "a/b c/d.py");
        assert_eq!(to_text(Path::new("")), ".");
    }

    #[test]
    fn control_characters_stay_for_the_formats_to_write() {
        assert_eq!(to_text(Path::new("a\n\u{1b}[2J.py")), "a\n\u{1b}[2J.py");
    }

    #[cfg(unix)]
    #[test]
    fn invalid_bytes_and_backslashes_can_be_read_back() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let check = |bytes: &[u8], text: &str| {
            assert_eq!(to_text(Path::new(OsStr::from_bytes(bytes))), text);
            assert_eq!(to_bytes(text), bytes);
        };
        check(b"caf\xe9.py", "caf\\xE9.py");
        check(b"a\\xE9", "a\\x5CxE9");
        check("é/ü".as_bytes(), "é/ü");
    }
}
