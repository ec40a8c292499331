//! How deep the elements of a text nest, told before it is parsed.
//!
//! The grammar's scanner copies the open elements at every token, so that parsing takes time by the
//! square of the depth.

use memchr::memchr;
use memchr::memmem;

/// Browsers nest no deeper: Chromium's parser puts what lies deeper beside each other.
const MAX_OPEN: usize = 512;

/// Elements without contents.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];
/// Elements that end where one of these begins.
const ENDED_BY: &[(&str, &[&str])] = &[
    ("p", &["p"]),
    ("li", &["li"]),
    ("dt", &["dt", "dd"]),
    ("dd", &["dt", "dd"]),
    ("option", &["option", "optgroup"]),
    ("td", &["td", "th", "tr", "thead", "tbody", "tfoot"]),
    ("th", &["td", "th", "tr", "thead", "tbody", "tfoot"]),
    ("tr", &["tr", "thead", "tbody", "tfoot"]),
    ("thead", &["tbody", "tfoot"]),
    ("tbody", &["tbody", "tfoot"]),
];
/// Elements whose contents are no markup.
const RAW: &[&str] = &["script", "style"];

/// Whether more elements are open at once than a browser would nest.
pub(in super::super) fn is_too_deep(text: &[u8]) -> bool {
    let mut open: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    // The next `>`, looked for once and kept until it is passed.
    let mut tag_end = 0;
    while let Some(found) = memchr(b'<', &text[at..]) {
        at += found + 1;
        let rest = &text[at..];
        if rest.starts_with(b"!--") {
            at += memmem::find(rest, b"-->").unwrap_or(rest.len());
            continue;
        }
        let closes = rest.first() == Some(&b'/');
        let named = &rest[usize::from(closes)..];
        let letters = named.iter().take_while(|b| b.is_ascii_alphanumeric());
        let name = &named[..letters.count()];
        let is_one_of = |names: &[&str]| names.iter().any(|of| is(name, of));
        if name.is_empty() || is_one_of(VOID) {
            continue;
        }
        if closes {
            if let Some(same) = open.iter().rposition(|of| of.eq_ignore_ascii_case(name)) {
                open.truncate(same);
            }
            continue;
        }
        if tag_end < at {
            tag_end = memchr(b'>', rest).map_or(text.len(), |end| at + end);
        }
        if text[at..tag_end].ends_with(b"/") {
            continue;
        }
        if is_one_of(RAW) {
            let end = [b"</", name].concat();
            at += memmem::find(rest, &end).unwrap_or(rest.len());
            continue;
        }
        let ends = |of: &&[u8]| {
            let pair = ENDED_BY.iter().find(|(ended, _)| is(of, ended));
            pair.is_some_and(|(_, by)| is_one_of(by))
        };
        while open.last().is_some_and(ends) {
            open.pop();
        }
        open.push(name);
        if open.len() > MAX_OPEN {
            return true;
        }
    }
    false
}

fn is(name: &[u8], other: &str) -> bool {
    name.eq_ignore_ascii_case(other.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_elements_nest() {
        let many = |text: &str| text.repeat(MAX_OPEN + 1);
        assert!(is_too_deep(many("<div>").as_bytes()));
        assert!(is_too_deep(many("<LI><Td class='a'>").as_bytes()));
        assert!(!is_too_deep("<div>".repeat(MAX_OPEN).as_bytes()));
    }

    #[test]
    fn elements_side_by_side_do_not() {
        for text in [
            "<div></div>",
            "<div><b></div>",
            "<p>a<br><img src=a>",
            "<a/><a />",
            "</div>",
            "<!-- <div> -->",
            "<script>'<div>'</script>",
            "<tr><td>a<th>b",
            "<dt>a<dd>b",
            "a < b",
        ] {
            assert!(!is_too_deep(text.repeat(MAX_OPEN * 2).as_bytes()), "{text}");
        }
        let table = "<table>".to_owned() + &"<tbody><tr><td>".repeat(MAX_OPEN * 2);
        assert!(!is_too_deep(table.as_bytes()));
    }
}
