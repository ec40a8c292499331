//! Secrets that code puts together from constants: `f"{HEAD}{TAIL}"`, `HEAD + "…"`.
//!
//! Literals that stand side by side are joined without a parse ([`super::view`]). What needs the
//! meaning of names needs the tree: its constants are folded, and each text that results is written
//! behind its name as code would write it, for the same detectors to judge.

use super::name;
use super::view::View;
use crate::analyser::randomness::{self, Randomness};
use crate::source::Span;
use crate::syntax::{File, Kind, NodeId, Role, Tree, Value};

/// A text that code puts together.
#[derive(Debug)]
pub(super) struct Built {
    /// `name = "text"`, or `"text"` where it has no name.
    pub(super) view: View,
    /// The literals that it is made of.
    pub(super) pieces: Vec<Span>,
}

/// The bytes behind a name that tell how its value is made.
const HEAD: usize = 120;

/// Whether the value behind a name is made of other names: a sum, or a text with names in it.
pub(super) fn is_built(text: &[u8], name: Span) -> bool {
    let promises = std::str::from_utf8(&text[name.range()]).is_ok_and(|name| {
        let name = name::client_side(name).unwrap_or(name);
        name::promise(name).is_some()
    });
    if !promises {
        return false;
    }
    let rest = &text[name.end as usize..text.len().min(name.end as usize + HEAD)];
    let rest = &rest[..context_end(rest)];
    let Some(joint) = rest.iter().position(|b| matches!(b, b'=' | b':')) else {
        return false;
    };
    let value = rest[joint + 1..].trim_ascii_start();
    let template = value.contains(&b'{') && value.iter().any(|b| matches!(b, b'"' | b'\'' | b'`'));
    let sum = value
        .windows(2)
        .any(|two| two[0] == b'+' && two[1] != b'+' && two[1] != b'=');
    joint < 40 && (template || sum)
}

fn context_end(rest: &[u8]) -> usize {
    memchr::memchr2(b'\n', b';', rest).unwrap_or(rest.len())
}

/// Whether some literal of one line is random: without one no secret is put together.
pub(super) fn has_random_literal(text: &[u8]) -> bool {
    const LENGTHS: std::ops::RangeInclusive<usize> = 6..=200;
    let mut done = 0;
    memchr::memchr2_iter(b'"', b'\'', text).any(|quote| {
        if quote < done {
            return false;
        }
        let rest = &text[quote + 1..text.len().min(quote + 2 + LENGTHS.end())];
        let part = |b: &u8| b.is_ascii_alphanumeric() || b"-_.~+/=".contains(b);
        let length = rest.iter().take_while(|b| part(b)).count();
        if rest.get(length) != Some(&text[quote]) {
            return false;
        }
        done = quote + length + 2;
        let literal = &rest[..length];
        LENGTHS.contains(&length)
            && literal.iter().any(u8::is_ascii_digit)
            && matches!(randomness::randomness(literal), Randomness::Random(_))
    })
}

/// The texts that a file's code puts together with the help of names.
pub(super) fn built(file: &File<'_>) -> Vec<Built> {
    let tree = file.tree();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(node) = tree.nodes.get(at as usize) {
        let id = NodeId(at);
        at += 1;
        if !matches!(node.kind, Kind::Str | Kind::BinOp | Kind::Call | Kind::Cond) {
            continue;
        }
        let Some(Value::Str(Some(text))) = file.constants().get(id) else {
            continue;
        };
        let pieces = pieces_of(file, id);
        if pieces.is_empty() {
            continue;
        }
        // Parts of it need no look of their own.
        at = node.end;
        let name = name_of(file, id);
        let written = match name {
            Some(name) => format!("{name} = \"{text}\""),
            None => format!("\"{text}\""),
        };
        found.push(Built {
            view: View::of(written.into_bytes(), node.span),
            pieces,
        });
    }
    found
}

/// The literals within a text that names lead to; none where no name has a part in it.
fn pieces_of(file: &File<'_>, id: NodeId) -> Vec<Span> {
    let (tree, constants) = (file.tree(), file.constants());
    let led: Vec<NodeId> = tree
        .subtree(id)
        .filter_map(|node| constants.literal(node))
        .collect();
    if led.is_empty() {
        return Vec::new();
    }
    led.into_iter()
        .chain([id])
        .flat_map(|node| tree.subtree(node))
        .filter(|&node| tree.kind(node) == Kind::StrPart)
        .map(|node| tree.span(node))
        .collect()
}

/// The name that an expression's value goes by.
fn name_of(file: &File<'_>, id: NodeId) -> Option<String> {
    let tree = file.tree();
    let text = |id: NodeId| tree.text_of(id, file.text()).into_owned();
    let mut at = id;
    for parent in tree.ancestors(id).take(6) {
        let role = tree.node(at).role;
        let name = match (tree.kind(parent), role) {
            (Kind::Assign, Role::Value) => tree.child(parent, Role::Target),
            (Kind::KwArg | Kind::Field, Role::Value) | (Kind::Param, Role::Default) => {
                tree.child(parent, Role::Name)
            }
            (Kind::Pair, Role::Value) => tree.child(parent, Role::Key),
            (Kind::Call | Kind::New, Role::Arg) => {
                return argument_name(tree, parent, at).map(text);
            }
            (Kind::Cond | Kind::BinOp | Kind::Ref | Kind::Cast | Kind::Await | Kind::Call, _) => {
                at = parent;
                continue;
            }
            _ => return None,
        };
        return name.and_then(|name| last_word(tree, name)).map(text);
    }
    None
}

/// What an argument is called by the text before it, or by the function.
fn argument_name(tree: &Tree, call: NodeId, argument: NodeId) -> Option<NodeId> {
    let before = tree.role(call, Role::Arg).take_while(|&arg| arg < argument);
    match before.last() {
        Some(before) if tree.kind(before) == Kind::Str => last_word(tree, before),
        _ => tree
            .child(call, Role::Callee)
            .and_then(|callee| last_word(tree, callee)),
    }
}

/// The node that spells a name: the field of an attribute, the text of a key.
fn last_word(tree: &Tree, id: NodeId) -> Option<NodeId> {
    match tree.kind(id) {
        Kind::Name | Kind::Ident => Some(id),
        Kind::Attr => tree.child(id, Role::Field),
        Kind::Index => last_word(tree, tree.child(id, Role::Index)?),
        Kind::Str => tree.children(id).next(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Language;
    use crate::source::Source;

    fn check(language: Language, code: &str, expected: &[&str]) {
        let source = Source::new("a".into(), language, code.into());
        let file = File::parse(&source).unwrap();
        let found = built(&file);
        let written: Vec<_> = found
            .iter()
            .map(|built| String::from_utf8_lossy(&built.view.text).into_owned())
            .collect();
        assert_eq!(written, expected, "{code}");
    }

    #[test]
    fn texts_made_of_names_are_written_behind_the_name_they_get() {
        check(
            Language::Python,
            "a = 'x1'\nb = 'y2'\napi_key = f'{a}-{b}'\nd = {'token': a + 'z'}\nf(secret=a + b)\n",
            &[
                "api_key = \"x1-y2\"",
                "token = \"x1z\"",
                "secret = \"x1y2\"",
            ],
        );
        check(
            Language::JavaScript,
            "const a = 'x1'; c.key = `${a}2`; c.set('token', a + '3');",
            &["key = \"x12\"", "token = \"x13\""],
        );
        check(
            Language::Python,
            "a = 'x' 'y'\nb = 'x' + 'y'\nc = a\nd = unknown + a\n",
            &[],
        );
    }

    #[test]
    fn values_made_of_names_are_seen_without_a_parse() {
        let built = |text: &str| is_built(text.as_bytes(), Span::new(0, 5));
        assert!(built("token = a + b\n"));
        assert!(built("token: str = f\"{a}{b}\"\n"));
        assert!(built("token = `${a}b`;"));
        for text in [
            "token = a\n",
            "token = 'a'\n",
            "token += 1\n",
            "token\n= {a + b}",
        ] {
            assert!(!built(text), "{text}");
        }
    }

    #[test]
    fn a_file_of_words_has_no_random_literal() {
        assert!(!has_random_literal(
            b"x = 'hello', \"world wide\", 'it-is-1'"
        ));
        assert!(has_random_literal(b"x = 'q9Zr2LxT0vKp7Wd3aB'"));
    }
}
