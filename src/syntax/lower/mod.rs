//! Lowering: from a grammar's tree to the normalised one, one file a language.
//!
//! The same code lowers patterns and the files they are matched against, so that both meet in one
//! shape. A pattern's `$X`, `...` and `<... ...>` reach it as placeholder names (see
//! [`placeholder`]), which become pattern nodes here and nowhere else.

mod bash;
mod data;
mod dockerfile;
mod html;
mod javascript;
mod json;
pub(crate) mod placeholder;
mod python;
mod rust;
mod toml;
mod yaml;

use super::cst::{self, Cst, CstId, CstNode};
use super::kind::{Flags, Kind, Role};
use super::symbol::Symbol;
use super::tree::{Builder, Head, NodeId, Tree};
use crate::lang::Language;
use crate::source::Span;
use crate::timing::{self, Stage};
use placeholder::Placeholder;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// An identifier as it reads: compatible letters are one letter to Python (PEP 3131), and
/// JavaScript reads `\u0065val` as `eval`.
pub(crate) fn canonical(text: &[u8]) -> Cow<'_, [u8]> {
    if text.is_ascii() && !text.contains(&b'\\') {
        return Cow::Borrowed(text);
    }
    let Ok(text) = std::str::from_utf8(text) else {
        return Cow::Borrowed(text);
    };
    let unescaped = unescape(text);
    Cow::Owned(unescaped.nfkc().collect::<String>().into_bytes())
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        out.push_str(&rest[..at]);
        let after = &rest[at + 2..];
        let (digits, end) = match after.strip_prefix('{') {
            Some(inner) => {
                let close = inner.find('}').unwrap_or(inner.len());
                (&inner[..close], (close + 2).min(after.len()))
            }
            None => (after.get(..4).unwrap_or(after), 4.min(after.len())),
        };
        match u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
        {
            Some(c) => out.push(c),
            None => out.push_str(&rest[at..at + 2 + end]),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// How deep lowering follows nested expressions and statements; chains of operators, calls and
/// fields do not count. Frames take up to 4 KiB of stack in a debug build.
pub const MAX_DEPTH: u32 = 1_000;

/// Parses `text` and lowers it. `None` where the language has no grammar.
pub(super) fn lower(language: Language, text: &[u8], pattern: bool) -> Option<Tree> {
    let parse = |text: &[u8]| cst::parse(language, text);
    lower_parsed(language, text, pattern, &parse)
}

/// The same as if what stands in `gaps` did not.
pub(super) fn lower_without(language: Language, text: &[u8], gaps: &[Span]) -> Option<Tree> {
    let parse = |text: &[u8]| cst::parse_without(language, text, gaps);
    lower_parsed(language, text, false, &parse)
}

fn lower_parsed(
    language: Language,
    text: &[u8],
    pattern: bool,
    parse: &dyn Fn(&[u8]) -> Option<Cst>,
) -> Option<Tree> {
    let text = match language {
        Language::Dockerfile => dockerfile::joined(text),
        _ => Cow::Borrowed(text),
    };
    let text = &*text;
    if language == Language::Yaml {
        return Some(yaml::lower(text, pattern));
    }
    let markup = matches!(language, Language::Html | Language::Xml);
    let cst = if markup && html::is_too_deep(text) {
        Some(Cst::refused(text))
    } else if pattern {
        parse(text)
    } else {
        timing::stage(Stage::Parse, || parse(text))
    }?;
    let mut lower = Lower::new(&cst, text, pattern, cst.nodes.len() / 2);
    match language {
        Language::Python => python::lower(&mut lower),
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            javascript::lower(&mut lower, language);
        }
        Language::Rust => rust::lower(&mut lower),
        Language::Json => json::lower(&mut lower),
        Language::Toml => toml::lower(&mut lower),
        Language::Html | Language::Xml => html::lower(&mut lower, language),
        Language::Bash => bash::lower(&mut lower),
        Language::Dockerfile => dockerfile::lower(&mut lower),
        Language::Yaml | Language::Text => return None,
    }
    let (too_deep, lost) = (lower.too_deep, lower.lost);
    let (nodes, texts) = lower.builder.finish();
    let mut health = cst.health;
    health.too_deep |= too_deep;
    health.lost_bytes += lost;
    cst::recycle(cst.nodes);
    Some(Tree {
        language,
        nodes,
        comments: cst.comments,
        health,
        texts,
    })
}

/// The state of one lowering.
struct Lower<'c> {
    cst: &'c Cst,
    text: &'c [u8],
    pattern: bool,
    builder: Builder,
    depth: u32,
    too_deep: bool,
    /// The bytes that were parsed again, as the arguments of macros are.
    reparsed: usize,
    /// The bytes that did not parse in a language within this one.
    lost: usize,
}

impl<'c> Lower<'c> {
    fn new(cst: &'c Cst, text: &'c [u8], pattern: bool, nodes: usize) -> Lower<'c> {
        Lower {
            cst,
            text,
            pattern,
            builder: Builder::with_capacity(nodes + 16),
            depth: 0,
            too_deep: false,
            reparsed: 0,
            lost: 0,
        }
    }

    fn node(&self, c: CstId) -> &'c CstNode {
        self.cst.node(c)
    }

    fn span(&self, c: CstId) -> Span {
        let node = self.node(c);
        Span {
            start: node.start,
            end: node.end,
        }
    }

    /// The span without the white space at its end, which some grammars count in.
    fn trimmed(&self, c: CstId) -> Span {
        let span = self.span(c);
        let blank = self.text(c).len() - self.text(c).trim_ascii_end().len();
        Span {
            end: span.end - blank as u32,
            ..span
        }
    }

    fn open_trimmed(&mut self, kind: Kind, role: Role, c: CstId) -> NodeId {
        let span = self.trimmed(c);
        self.open_span(kind, role, Flags::NONE, span)
    }

    fn text(&self, c: CstId) -> &'c [u8] {
        &self.text[self.span(c).range()]
    }

    fn symbol(&self, c: CstId) -> Symbol {
        Symbol::of(self.text(c))
    }

    fn children(&self, c: CstId) -> impl Iterator<Item = CstId> + use<'c> {
        self.cst.children(c)
    }

    fn named(&self, c: CstId) -> impl Iterator<Item = CstId> + use<'c> {
        let cst = self.cst;
        cst.children(c).filter(move |&c| cst.node(c).named)
    }

    fn field(&self, c: CstId, field: u16) -> Option<CstId> {
        self.children(c)
            .find(|&child| self.node(child).field == field)
    }

    /// The text of the first unnamed child: the operator of an operation.
    fn token(&self, c: CstId) -> &'c [u8] {
        self.children(c)
            .find(|&child| !self.node(child).named)
            .map_or(b"", |child| self.text(child))
    }

    fn has_token(&self, c: CstId, token: &[u8]) -> bool {
        self.children(c)
            .any(|child| !self.node(child).named && self.text(child) == token)
    }

    fn head(kind: Kind, role: Role, span: Span) -> Head {
        Head {
            kind,
            role,
            flags: Flags::NONE,
            symbol: Symbol::NONE,
            span,
        }
    }

    fn open(&mut self, kind: Kind, role: Role, c: CstId) -> NodeId {
        let span = self.span(c);
        self.builder.open(Self::head(kind, role, span))
    }

    fn open_named(&mut self, kind: Kind, role: Role, c: CstId, symbol: impl AsRef<[u8]>) -> NodeId {
        let span = self.span(c);
        self.builder.open(Head {
            symbol: Symbol::of(symbol),
            ..Self::head(kind, role, span)
        })
    }

    fn open_span(&mut self, kind: Kind, role: Role, flags: Flags, span: Span) -> NodeId {
        self.builder.open(Head {
            flags,
            ..Self::head(kind, role, span)
        })
    }

    fn close(&mut self) {
        self.builder.close();
    }

    /// Gives nodes the parentheses around them, each by its place and the span of those. The
    /// outermost comes first; a name is not widened.
    fn widen(&mut self, wrapped: &[(usize, Span)]) {
        for &(at, span) in wrapped.iter().rev() {
            if at < self.builder.len() {
                let node = self.builder.node_mut(NodeId(at as u32));
                if node.kind != Kind::Name {
                    node.span = span;
                    node.flags = node.flags.with(Flags::WRAPPED);
                }
            }
        }
    }

    fn flag(&mut self, id: NodeId, flags: Flags) {
        let node = self.builder.node_mut(id);
        node.flags = node.flags.with(flags);
    }

    /// A leaf whose symbol is its text.
    fn leaf(&mut self, kind: Kind, role: Role, c: CstId) -> NodeId {
        let symbol = self.symbol(c);
        self.leaf_as(kind, role, self.span(c), symbol)
    }

    fn leaf_as(&mut self, kind: Kind, role: Role, span: Span, symbol: Symbol) -> NodeId {
        self.builder.leaf(Head {
            symbol,
            ..Self::head(kind, role, span)
        })
    }

    /// A variable or a word: where patterns hold a placeholder it becomes a pattern node.
    fn word(&mut self, kind: Kind, role: Role, c: CstId) -> NodeId {
        self.word_span(kind, role, self.span(c))
    }

    fn word_span(&mut self, kind: Kind, role: Role, span: Span) -> NodeId {
        let text = &self.text[span.range()];
        if self.pattern
            && let Some(node) = Placeholder::read(text)
        {
            return match node {
                Placeholder::Ellipsis => self.leaf_as(Kind::Ellipsis, role, span, Symbol::NONE),
                Placeholder::MetaVar(name) => {
                    self.leaf_as(Kind::MetaVar, role, span, Symbol::of(name))
                }
                Placeholder::MetaEllipsis(name) => {
                    let name = format!("...{name}");
                    self.leaf_as(Kind::MetaEllipsis, role, span, Symbol::of(name))
                }
            };
        }
        let symbol = match canonical(text) {
            Cow::Borrowed(text) => Symbol::of(text),
            // What reads otherwise than it is spelt is shown as it reads.
            Cow::Owned(read) => {
                let symbol = Symbol::of(&read);
                let id = self.leaf_as(kind, role, span, symbol);
                self.builder.set_text(id, &String::from_utf8_lossy(&read));
                return id;
            }
        };
        self.leaf_as(kind, role, span, symbol)
    }

    /// The placeholder that a node's text is, in a pattern.
    fn placeholder(&self, c: CstId) -> Option<Placeholder<'c>> {
        self.pattern
            .then(|| Placeholder::read(self.text(c)))
            .flatten()
    }

    /// Whether a statement is `...` or `$...X`.
    fn is_statement_list(&self, c: CstId) -> bool {
        matches!(
            self.placeholder(c),
            Some(Placeholder::Ellipsis | Placeholder::MetaEllipsis(_))
        )
    }

    fn is_ellipsis(&self, c: CstId) -> bool {
        self.placeholder(c) == Some(Placeholder::Ellipsis)
    }

    /// Opens the node that a call stands for in a pattern, `<... e ...>` or `($X: T)`. Returns the
    /// part that belongs in it, with its role, if the call is one.
    fn open_operator(
        &mut self,
        c: CstId,
        function: CstId,
        arguments: CstId,
        role: Role,
    ) -> Option<(CstId, Role)> {
        if !self.pattern {
            return None;
        }
        let name = self.text(function);
        let mut arguments = self.named(arguments);
        let first = arguments.next()?;
        if name == placeholder::DEEP.as_bytes() {
            self.open(Kind::Deep, role, c);
            return Some((first, Role::Item));
        }
        if name != placeholder::TYPED.as_bytes() {
            return None;
        }
        let Placeholder::MetaVar(variable) = self.placeholder(first)? else {
            return None;
        };
        let of = arguments.next()?;
        self.open_named(Kind::TypedMetaVar, role, c, variable);
        Some((of, Role::Type))
    }

    /// Lowers into this tree what was parsed apart, of the same text.
    fn within(&mut self, cst: &Cst, inner: impl FnOnce(&mut Lower<'_>)) {
        let mut lower = Lower {
            cst,
            text: self.text,
            pattern: self.pattern,
            builder: std::mem::take(&mut self.builder),
            depth: self.depth + 1,
            too_deep: self.too_deep,
            reparsed: self.reparsed,
            lost: self.lost,
        };
        inner(&mut lower);
        self.builder = lower.builder;
        self.too_deep = lower.too_deep;
        self.reparsed = lower.reparsed;
        self.lost = lower.lost;
    }

    /// Runs `inner` one level deeper, or leaves an opaque node where that is too deep.
    fn deeper(&mut self, c: CstId, role: Role, inner: impl FnOnce(&mut Self)) {
        if self.depth >= MAX_DEPTH {
            self.too_deep = true;
            self.leaf_as(Kind::Raw, role, self.span(c), Symbol::of("too deep"));
            return;
        }
        self.depth += 1;
        inner(self);
        self.depth -= 1;
    }
}

/// Declares an enum of a grammar's kinds and a table from the grammar's numbers to it.
macro_rules! kinds {
    ($($variant:ident = $($name:literal)|+,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum K { $($variant,)* Error, Other }

        impl K {
            /// The kind of a node by its number in the grammar.
            fn of(table: &[K], number: u16) -> K {
                match number {
                    crate::syntax::lower::cst::ERROR => K::Error,
                    _ => table.get(number as usize).copied().unwrap_or(K::Other),
                }
            }

            fn table(grammar: &tree_sitter::Language) -> Vec<K> {
                (0..grammar.node_kind_count() as u16)
                    .map(|id| {
                        if !grammar.node_kind_is_named(id) {
                            return K::Other;
                        }
                        match grammar.node_kind_for_id(id).unwrap_or_default() {
                            $($($name)|+ => K::$variant,)*
                            _ => K::Other,
                        }
                    })
                    .collect()
            }
        }
    };
}

/// Declares a struct of a grammar's field numbers.
macro_rules! fields {
    ($($field:ident = $name:literal,)*) => {
        struct F { $($field: u16,)* }

        impl F {
            fn table(grammar: &tree_sitter::Language) -> F {
                // A field that this grammar lacks gets a number that no node carries.
                F { $($field: grammar.field_id_for_name($name).map_or(u16::MAX, std::num::NonZero::get),)* }
            }
        }
    };
}

use {fields, kinds};

/// Shapes that several languages share.
impl Lower<'_> {
    /// What the grammar calls a node.
    fn grammar_name(&self, language: Language, c: CstId) -> &'static str {
        let kind = self.node(c).kind;
        if kind == cst::ERROR {
            return "ERROR";
        }
        grammars::of(language).node_kind_for_id(kind).unwrap_or("?")
    }

    /// A token within a node that keeps the grammar's shape; punctuation says nothing.
    fn raw_token(&mut self, c: CstId) {
        let text = self.text(c);
        let punctuation = text.iter().all(|b| b"(){}[],;:.'\"`".contains(b));
        if !punctuation {
            self.leaf(Kind::Token, Role::Item, c);
        }
    }

    /// A node without children is told from others by its text.
    fn leaf_text(&mut self, id: NodeId, c: CstId) {
        if self.builder.len() == id.index() + 1 {
            let span = self.span(c);
            let symbol = self.symbol(c);
            self.leaf_as(Kind::Token, Role::Item, span, symbol);
        }
    }

    /// A piece of literal text in a string. In a pattern it may be an operator: `"..."`, `"$X"`,
    /// `"=~/re/"` when it is the whole string (`alone`), `...` beside interpolations.
    fn string_part(&mut self, span: Span, alone: bool) {
        let text = &self.text[span.range()];
        if self.pattern {
            if text == b"..." {
                self.leaf_as(Kind::Ellipsis, Role::Item, span, Symbol::NONE);
                return;
            }
            if let Some(name) = metavariable_name(text) {
                self.leaf_as(Kind::MetaVar, Role::Item, span, Symbol::of(name));
                return;
            }
            let list = text.strip_prefix(b"$...").filter(|name| {
                name.iter()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
            });
            if list.is_some() && !alone {
                let name = &text[1..];
                self.leaf_as(Kind::MetaEllipsis, Role::Item, span, Symbol::of(name));
                return;
            }
            if alone && text.starts_with(b"=~/") {
                self.leaf_as(Kind::Regex, Role::Item, span, Symbol::of(text));
                return;
            }
        }
        self.leaf_as(Kind::StrPart, Role::Item, span, Symbol::of(text));
    }
}

/// The name of a metavariable without its `$`, where the whole text is one.
pub(crate) fn metavariable_name(text: &[u8]) -> Option<&[u8]> {
    let name = text.strip_prefix(b"$")?;
    let (&first, rest) = name.split_first()?;
    let word = |b: u8| b.is_ascii_uppercase() || b == b'_' || b.is_ascii_digit();
    ((first.is_ascii_uppercase() || first == b'_') && rest.iter().all(|&b| word(b))).then_some(name)
}

mod grammars {
    //! The grammars, made once.

    use std::sync::LazyLock;

    use crate::lang::Language;

    static ALL: LazyLock<Vec<(Language, tree_sitter::Language)>> = LazyLock::new(|| {
        Language::ALL
            .into_iter()
            .filter_map(|language| Some((language, language.definition().grammar?())))
            .collect()
    });

    pub(super) fn of(language: Language) -> &'static tree_sitter::Language {
        &ALL.iter()
            .find(|(of, _)| *of == language)
            .expect("a language without a grammar has no kinds")
            .1
    }
}
