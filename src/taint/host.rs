//! Addresses that are put together: which of their parts choose the host. For rules that ask where
//! an address leads, what stands behind a host, or in the path of this site, is harmless.

use super::constant::{constant_text, only_value};
use super::value::Place;
use super::walk::Walk;
use crate::syntax::{File, Kind, NodeId, Role, Symbol};

/// Texts are read so far into what they are made of, and no further along than this.
const MAX_DEPTH: u32 = 8;
const MAX_LENGTH: usize = 512;

/// Stands in a text for what is not known.
const UNKNOWN: char = '\u{fffc}';

/// Functions that make a path of this site.
const OF_THIS_SITE: [&str; 3] = ["reverse", "url_for", "reverse_lazy"];

/// Fields of a request that hold the path that was asked for.
const PATHS: [&str; 5] = ["originalUrl", "url", "path", "full_path", "pathname"];

/// The places of a text for values that stand before its host is chosen.
pub(super) struct BeforeHost {
    /// So many without a name.
    count: usize,
    names: Vec<String>,
}

impl BeforeHost {
    /// Whether the value for a place counts: it is one of those without a name, or has one.
    pub(super) fn takes(&self, at: usize, name: Option<Symbol>) -> bool {
        match name {
            Some(name) => self.names.iter().any(|of| name == Symbol::of(of)),
            None => at < self.count,
        }
    }
}

impl Walk<'_> {
    /// Whether the host is chosen where these parts of a text have been read.
    pub(super) fn has_host(&self, parts: &[NodeId]) -> bool {
        self.program.spec.options.assume_safe_behind_host && {
            let mut text = String::new();
            for part in parts {
                read(self.file, *part, 0, &mut text);
            }
            chooses_host(&text)
        }
    }

    /// Whether a part of a text is the path that was asked for, which begins with a `/`, behind a host:
    /// `https://${req.hostname}${req.originalUrl}`.
    pub(super) fn is_path_of_host(&self, before: &[NodeId], part: NodeId) -> bool {
        let tree = self.tree;
        // An address that is taken apart gives its parts.
        let holder = tree.node(tree.node(part).parent);
        let parsed = holder.role == Role::Arg
            && super::functions::callee_of(tree, holder.parent)
                .is_some_and(|callee| tree.symbol(callee) == Symbol::of("URL"));
        if parsed || !self.program.spec.options.assume_safe_behind_host {
            return false;
        }
        let value = tree
            .children(part)
            .find(|&part| tree.kind(part) == Kind::Attr);
        let is_path = value
            .and_then(|value| tree.child(value, Role::Field))
            .is_some_and(|field| PATHS.iter().any(|of| tree.symbol(field) == Symbol::of(of)));
        let mut text = String::new();
        for part in before {
            read(self.file, *part, 0, &mut text);
        }
        is_path
            && text
                .split_once("//")
                .is_some_and(|(_, host)| !host.is_empty())
    }

    /// `to.startsWith("/") && !to.startsWith("//")`: what passes is a path of this site.
    pub(super) fn paths_of_this_site(&self, condition: NodeId, truth: bool) -> Vec<Place> {
        if !self.program.spec.options.assume_safe_behind_host {
            return Vec::new();
        }
        let (mut rooted, mut hosted) = (Vec::new(), Vec::new());
        let mut open = vec![(condition, truth, 0)];
        while let Some((node, truth, depth)) = open.pop() {
            let tree = self.tree;
            let is = |names: &[&str]| names.iter().any(|of| tree.symbol(node) == Symbol::of(of));
            match tree.kind(node) {
                _ if depth > MAX_DEPTH => {}
                Kind::BinOp if is(if truth { &["and", "&&"] } else { &["or", "||"] }) => {
                    open.extend(tree.children(node).map(|part| (part, truth, depth + 1)));
                }
                Kind::UnOp if is(&["not", "!"]) => {
                    open.extend(tree.children(node).map(|part| (part, !truth, depth + 1)));
                }
                Kind::Call => {
                    let Some((object, name, arguments)) = self.method_call(node) else {
                        continue;
                    };
                    let starts = ["startsWith", "startswith", "starts_with"];
                    if !starts.iter().any(|of| name == Symbol::of(of)) {
                        continue;
                    }
                    let prefix = arguments.first().map(|prefix| {
                        let text = tree.text_of(*prefix, self.file.text());
                        text.trim_matches(['"', '\'', '`']).to_owned()
                    });
                    match (prefix.as_deref(), truth, self.place_of(object)) {
                        (Some("/"), true, Some(place)) => rooted.push((object, place)),
                        (Some("//"), false, Some(place)) => hosted.push(place),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        rooted.retain(|(_, place)| hosted.contains(place));
        let objects = rooted.into_iter().map(|(object, _)| object);
        objects
            .flat_map(|object| self.validated(object, 0))
            .collect()
    }

    /// Whether what is put behind a text of which nothing is known chooses no host: `url += "&a=…"`.
    pub(super) fn is_behind_host(&self, added: NodeId) -> bool {
        self.program.spec.options.assume_safe_behind_host && {
            let mut text = String::from(UNKNOWN);
            read(self.file, added, 0, &mut text);
            let mut letters = text.chars().skip(1);
            letters
                .next()
                .is_some_and(|next| ['?', '#', '&'].contains(&next))
        }
    }

    /// Which values of a text with places for them choose its host; `None` where any may.
    pub(super) fn before_host(&self, template: NodeId) -> Option<BeforeHost> {
        if !self.program.spec.options.assume_safe_behind_host {
            return None;
        }
        let text = constant_text(self.file, template, 0)?;
        let mut seen = String::new();
        let (mut count, mut names) = (0, Vec::new());
        let mut rest = text.as_str();
        while !chooses_host(&seen) {
            let Some(at) = rest.find(['{', '%']) else {
                seen.push_str(rest);
                break;
            };
            seen.push_str(&rest[..at]);
            if chooses_host(&seen) {
                break;
            }
            let close = if rest[at..].starts_with('{') {
                '}'
            } else {
                's'
            };
            let end = rest[at..].find(close)? + at;
            let name = rest[at + 1..end].trim_matches(['(', ')']);
            let name = name.split([':', '!']).next().unwrap_or_default();
            match name.parse::<usize>() {
                Ok(number) => count = count.max(number + 1),
                Err(_) if name.is_empty() => count += 1,
                Err(_) => names.push(name.to_owned()),
            }
            seen.push(UNKNOWN);
            rest = &rest[end + 1..];
        }
        Some(BeforeHost { count, names })
    }
}

/// Adds what a part of a text is known to be.
fn read(file: &File<'_>, node: NodeId, depth: u32, text: &mut String) {
    let tree = file.tree();
    if depth > MAX_DEPTH || text.len() > MAX_LENGTH {
        return text.push(UNKNOWN);
    }
    match tree.kind(node) {
        Kind::StrPart => text.push_str(&tree.text_of(node, file.text())),
        Kind::Str | Kind::Interp | Kind::Ref => {
            for part in tree.children(node) {
                read(file, part, depth + 1, text);
            }
        }
        Kind::BinOp if tree.symbol(node) == Symbol::of("+") => {
            for part in tree.children(node) {
                read(file, part, depth + 1, text);
            }
        }
        Kind::Name => match (constant_text(file, node, 0), only_value(file, node)) {
            (Some(known), _) => text.push_str(&known),
            (None, Some(value)) if matches!(tree.kind(value), Kind::Str | Kind::BinOp) => {
                read(file, value, depth + 1, text);
            }
            _ => text.push(UNKNOWN),
        },
        Kind::Call => {
            let name = super::functions::callee_of(tree, node).map(|callee| {
                let field = tree.child(callee, Role::Field);
                tree.symbol(field.unwrap_or(callee))
            });
            if OF_THIS_SITE.iter().any(|of| name == Some(Symbol::of(of))) {
                text.push_str("/path");
            } else {
                text.push(UNKNOWN);
            }
        }
        Kind::Token | Kind::Ident => {}
        _ => text.push(UNKNOWN),
    }
}

/// Whether an address that begins so leads to a host that nothing behind can change.
fn chooses_host(text: &str) -> bool {
    // An `&` parts what follows a `?`.
    let ends = |rest: &str| rest.find(['/', '?', '#', '&', '\\']);
    match text.split_once("//") {
        Some((scheme, rest)) if ends(scheme).is_none() => ends(rest).is_some_and(|at| at > 0),
        _ if text.starts_with(['?', '#']) => true,
        _ if text.starts_with('/') => {
            let mut rest = text.chars().skip(1);
            rest.next().is_some_and(|next| next != '/' && next != '\\')
        }
        _ => ends(text).is_some_and(|at| at > 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_chosen_where_it_ends_or_a_path_begins() {
        for text in [
            "https://h/",
            "//h?",
            "/a",
            "?a=",
            "#",
            "a/",
            "\u{fffc}/a",
            "\u{fffc}&a=",
            "\u{fffc}?",
        ] {
            assert!(chooses_host(text), "{text}");
        }
        for text in [
            "",
            "/",
            "//",
            "https://",
            "https://h",
            "https://h:",
            "\u{fffc}",
            "///",
            "/\\",
        ] {
            assert!(!chooses_host(text), "{text}");
        }
    }
}
