//! Dockerfiles: each instruction is a call of its keyword. Its flags are parts that a pattern need
//! not name; what a shell is to run is parsed as Bash, in its place.

mod joined;
mod value;

pub(super) use joined::joined;

use std::sync::LazyLock;

use super::placeholder::{Placeholder, WHOLE};
use super::{CstId, Flags, Kind, Lower, Role, Span, Symbol, bash, fields, kinds};
use crate::lang::Language;

kinds! {
    From = "from_instruction",
    Run = "run_instruction" | "cmd_instruction" | "entrypoint_instruction" | "shell_instruction",
    Label = "label_instruction",
    Arg = "arg_instruction" | "env_instruction",
    Instruction = "add_instruction" | "copy_instruction" | "expose_instruction" | "volume_instruction" | "workdir_instruction" | "onbuild_instruction" | "healthcheck_instruction" | "cross_build_instruction",
    User = "user_instruction",
    Words = "maintainer_instruction" | "stopsignal_instruction",
    EnvPair = "env_pair",
    LabelPair = "label_pair",
    ArgPair = "arg_pair",
    Param = "param",
    Mount = "mount_param",
    Image = "image_spec",
    Shell = "shell_command",
    Array = "json_string_array",
    JsonString = "json_string",
    Quoted = "double_quoted_string" | "single_quoted_string",
    Text = "unquoted_string" | "path" | "expose_port" | "image_name" | "image_tag" | "image_digest" | "image_alias" | "mount_param_param",
    Expansion = "expansion",
    Variable = "variable",
    HeredocBlock = "heredoc_block",
    HeredocContent = "heredoc_content",
    HeredocMarker = "heredoc_marker",
    Continuation = "line_continuation",
    Comment = "comment",
}

fields! {
    name = "name",
    tag = "tag",
    digest = "digest",
    r#as = "as",
    key = "key",
    value = "value",
    default = "default",
    user = "user",
    group = "group",
}

static TABLES: LazyLock<(Vec<K>, F)> = LazyLock::new(|| {
    let grammar = Language::Dockerfile
        .definition()
        .grammar
        .expect("Dockerfiles have a grammar")();
    (K::table(&grammar), F::table(&grammar))
});

pub(super) fn lower(lower: &mut Lower<'_>) {
    let (kinds, fields) = &*TABLES;
    let mut file = Dockerfile {
        lower,
        kinds,
        f: fields,
    };
    let root = CstId(0);
    file.lower.open(Kind::Module, Role::Item, root);
    file.instructions(root);
    file.lower.close();
}

struct Dockerfile<'l, 'c> {
    lower: &'l mut Lower<'c>,
    kinds: &'static [K],
    f: &'static F,
}

impl Dockerfile<'_, '_> {
    fn k(&self, c: CstId) -> K {
        K::of(self.kinds, self.lower.node(c).kind)
    }

    fn instructions(&mut self, c: CstId) {
        for child in self.lower.named(c) {
            match self.k(child) {
                K::Error => self.instructions(child),
                _ => self.instruction(child, Role::Item),
            }
        }
    }

    fn instruction(&mut self, c: CstId, role: Role) {
        match self.k(c) {
            K::From => self.call(c, role, Self::base),
            K::Run => self.call(c, role, Self::run),
            K::Label => self.pairs(c, role),
            K::Arg | K::Instruction => self.call(c, role, Self::arguments),
            K::User => self.call(c, role, Self::user),
            K::Words => self.call(c, role, Self::words),
            _ => {}
        }
    }

    /// An instruction, its flags, its keyword and what `rest` adds.
    fn call(&mut self, c: CstId, role: Role, rest: fn(&mut Self, CstId)) {
        if let Some(path) = self.statement_operator(c) {
            let text = self.lower.span(path);
            self.lower.word_span(Kind::Str, role, text);
            return;
        }
        // ONBUILD and HEALTHCHECK hold an instruction each.
        self.lower.depth += 1;
        if self.lower.depth < super::MAX_DEPTH {
            self.lower.open(Kind::Call, role, c);
            self.flags(c);
            self.keyword(c);
            rest(self, c);
            self.lower.close();
        } else {
            self.lower.too_deep = true;
        }
        self.lower.depth -= 1;
    }

    /// The path of the instruction by which a pattern's encoding writes a line of `...` or `$X`.
    fn statement_operator(&self, c: CstId) -> Option<CstId> {
        let path = self.lower.named(c).next()?;
        let text = self.lower.text(path);
        let written = self.lower.pattern && text.starts_with(b"__aiscan");
        let workdir = self.lower.token(c) == b"WORKDIR";
        (written && workdir && Placeholder::read(text).is_some()).then_some(path)
    }

    fn flags(&mut self, c: CstId) {
        for child in self.lower.named(c) {
            if self.k(child) == K::Mount {
                self.mount(child);
            } else if self.k(child) == K::Param {
                let (span, text) = (self.lower.span(child), self.lower.text(child));
                let value = text.iter().position(|&b| b == b'=');
                self.lower.open(Kind::KwArg, Role::Decorator, child);
                let end = value.map_or(span.end, |at| span.start + at as u32);
                let name = Span {
                    start: span.start,
                    end,
                };
                self.lower.word_span(Kind::Ident, Role::Name, name);
                if value.is_some() {
                    let inner = Span {
                        start: end + 1,
                        end: span.end,
                    };
                    self.plain(inner, Role::Value);
                }
                self.lower.close();
            }
        }
    }

    fn keyword(&mut self, c: CstId) {
        let keyword = self.lower.token(c).to_ascii_uppercase();
        let token = self.lower.children(c).next().unwrap_or(c);
        let span = self.lower.span(token);
        self.lower
            .leaf_as(Kind::Ident, Role::Callee, span, Symbol::of(keyword));
    }

    /// `--mount=type=secret,target=/x`, whose parts have no order.
    fn mount(&mut self, c: CstId) {
        self.lower.open(Kind::KwArg, Role::Decorator, c);
        let span = self.lower.span(c);
        let name = Symbol::of("--mount");
        self.lower.leaf_as(Kind::Ident, Role::Name, span, name);
        self.lower.open(Kind::Dict, Role::Value, c);
        let text = self.lower.text(c);
        let mut start = span.start as usize + "--mount=".len();
        for part in text
            .get("--mount=".len()..)
            .unwrap_or_default()
            .split(|&b| b == b',')
        {
            let whole = Span::new(start, start + part.len());
            let key = part.iter().position(|&b| b == b'=').unwrap_or(part.len());
            let key = Span::new(start, start + key);
            self.lower
                .open_span(Kind::Pair, Role::Item, Flags::NONE, whole);
            self.plain(key, Role::Key);
            if key.end < whole.end {
                let value = Span {
                    start: key.end + 1,
                    end: whole.end,
                };
                self.plain(value, Role::Value);
            }
            self.lower.close();
            start += part.len() + 1;
        }
        self.lower.close();
        self.lower.close();
    }

    fn base(&mut self, c: CstId) {
        let image = self.lower.named(c).find(|&part| self.k(part) == K::Image);
        if let Some(image) = image {
            self.image(image);
        }
        if let Some(alias) = self.lower.field(c, self.f.r#as) {
            if self.is_operator(self.lower.span(alias)) {
                self.text(alias, Role::Base);
                return;
            }
            self.lower.open_named(Kind::Raw, Role::Base, alias, "image");
            self.text(alias, Role::Item);
            self.lower.close();
        }
    }

    /// An image. A pattern that names no tag or digest means any.
    fn image(&mut self, c: CstId) {
        let tag = self.lower.field(c, self.f.tag);
        let digest = self.lower.field(c, self.f.digest);
        let Some(name) = self.lower.field(c, self.f.name) else {
            return;
        };
        if tag.is_none() && digest.is_none() && self.is_operator(self.lower.span(name)) {
            self.text(name, Role::Arg);
            return;
        }
        self.lower.open_named(Kind::Raw, Role::Arg, c, "image");
        self.text(name, Role::Item);
        for (part, role) in [(tag, Role::Type), (digest, Role::Base)] {
            if let Some(part) = part {
                let span = self.lower.span(part);
                // Without the mark that it begins with.
                let span = Span {
                    start: span.start + 1,
                    ..span
                };
                self.value(part, span, role);
            }
        }
        self.lower.close();
    }

    fn run(&mut self, c: CstId) {
        let heredocs: Vec<CstId> = self
            .lower
            .named(c)
            .filter(|&part| self.k(part) == K::HeredocBlock)
            .collect();
        for part in self.lower.named(c) {
            match self.k(part) {
                K::Array => self.array(part, Role::Arg),
                K::Shell => self.shell(part, &heredocs),
                _ => {}
            }
        }
    }

    /// What a shell is to run.
    fn shell(&mut self, c: CstId, heredocs: &[CstId]) {
        let span = self.lower.span(c);
        let text = self.lower.text(c).trim_ascii();
        let whole = text.strip_prefix(WHOLE.as_bytes());
        if self.lower.pattern
            && let Some(operator) = whole
        {
            let end = span.start + WHOLE.len() as u32 + operator.len() as u32;
            let start = span.start + WHOLE.len() as u32;
            self.lower
                .word_span(Kind::Str, Role::Arg, Span { start, end });
            return;
        }
        if self.is_operator(span) {
            self.value(c, span, Role::Arg);
            return;
        }
        let only_marker = {
            let mut parts = self.lower.named(c);
            let marker = parts
                .next()
                .filter(|&part| self.k(part) == K::HeredocMarker);
            marker.is_some_and(|marker| self.lower.text(marker).trim_ascii() == text)
        };
        let mut ranges = Vec::new();
        let mut whole = span;
        if only_marker {
            for &block in heredocs {
                let contents = self
                    .lower
                    .named(block)
                    .filter(|&part| self.k(part) == K::HeredocContent);
                for content in contents {
                    ranges.push(self.lower.span(content));
                    whole.end = self.lower.node(block).end;
                }
            }
        } else {
            whole.end = heredocs
                .last()
                .map_or(span.end, |&block| self.lower.node(block).end);
            ranges.push(whole);
        }
        ranges.retain(|range| range.start < range.end);
        let lost = bash::lower_within(self.lower, &ranges, whole, Role::Arg);
        self.lower.lost += lost;
    }

    /// `LABEL`: an instruction for each of its pairs, from the keyword on.
    fn pairs(&mut self, c: CstId, role: Role) {
        let pairs: Vec<CstId> = self
            .lower
            .named(c)
            .filter(|&part| self.k(part) == K::LabelPair)
            .collect();
        // Pairs are instructions of their own: the others are left open in any case.
        let named = |&pair: &CstId| {
            !self
                .lower
                .named(pair)
                .next()
                .is_some_and(|n| self.is_ellipsis(n))
        };
        let named: Vec<CstId> = pairs.iter().copied().filter(named).collect();
        let pairs = if named.is_empty() { pairs } else { named };
        let start = self.lower.span(c).start;
        for pair in pairs {
            let end = self.lower.node(pair).end;
            self.lower
                .open_span(Kind::Call, role, Flags::NONE, Span { start, end });
            self.keyword(c);
            self.argument(pair);
            self.lower.close();
        }
    }

    fn arguments(&mut self, c: CstId) {
        for part in self.lower.children(c).skip(1) {
            if self.lower.node(part).named {
                self.argument(part);
            } else if self.lower.text(part).eq_ignore_ascii_case(b"NONE") {
                let span = self.lower.span(part);
                self.lower
                    .leaf_as(Kind::Ident, Role::Arg, span, Symbol::of("NONE"));
            }
        }
    }

    fn argument(&mut self, c: CstId) {
        match self.k(c) {
            K::EnvPair => self.set(c, self.f.name, self.f.value),
            K::ArgPair => self.set(c, self.f.name, self.f.default),
            K::LabelPair => {
                let (key, value) = (
                    self.lower.field(c, self.f.key),
                    self.lower.field(c, self.f.value),
                );
                let Some(key) = key else { return };
                if self.is_ellipsis(key) {
                    self.text(key, Role::Arg);
                    return;
                }
                self.lower.open(Kind::Pair, Role::Arg, c);
                self.text(key, Role::Key);
                if let Some(value) = value {
                    self.text(value, Role::Value);
                }
                self.lower.close();
            }
            K::Shell => self.shell(c, &[]),
            K::Array => self.array(c, Role::Arg),
            K::From | K::Run | K::Label | K::Arg | K::Instruction | K::User | K::Words => {
                // `HEALTHCHECK ...` is written as a command by a pattern's encoding.
                let shell = self.lower.named(c).find(|&part| self.k(part) == K::Shell);
                match shell.filter(|&shell| {
                    self.lower.pattern && self.lower.text(shell).starts_with(WHOLE.as_bytes())
                }) {
                    Some(shell) => self.shell(shell, &[]),
                    None => self.instruction(c, Role::Arg),
                }
            }
            K::Param
            | K::Mount
            | K::HeredocBlock
            | K::HeredocContent
            | K::HeredocMarker
            | K::Continuation
            | K::Comment => {}
            K::Image
            | K::JsonString
            | K::Quoted
            | K::Text
            | K::Expansion
            | K::Variable
            | K::Error
            | K::Other => self.text(c, Role::Arg),
        }
    }

    /// `name=value`, or a name alone.
    fn set(&mut self, c: CstId, name: u16, value: u16) {
        let (name, value) = (self.lower.field(c, name), self.lower.field(c, value));
        let Some(name) = name else { return };
        if self.is_ellipsis(name) {
            self.lower.word(Kind::Name, Role::Arg, name);
            return;
        }
        let Some(value) = value else {
            self.lower.open_named(Kind::Raw, Role::Arg, c, "declared");
            self.lower.word(Kind::Name, Role::Item, name);
            self.lower.close();
            return;
        };
        self.lower.open(Kind::Assign, Role::Arg, c);
        self.lower.word(Kind::Name, Role::Target, name);
        self.text(value, Role::Value);
        self.lower.close();
    }

    /// A user; a pattern that names no group means any.
    fn user(&mut self, c: CstId) {
        for (field, role) in [(self.f.user, Role::Arg), (self.f.group, Role::Base)] {
            if let Some(part) = self.lower.field(c, field) {
                self.text(part, role);
            }
        }
    }

    /// What an instruction says in words that the grammar does not tell apart.
    fn words(&mut self, c: CstId) {
        if let Some(expansion) = self.lower.named(c).next() {
            self.text(expansion, Role::Arg);
            return;
        }
        let span = self.lower.span(c);
        let keyword = self.lower.token(c).len();
        let text = &self.lower.text[span.range()][keyword..];
        let start = span.end as usize - text.trim_ascii_start().len();
        let rest = Span::new(start, start + text.trim_ascii().len());
        self.plain(rest, Role::Arg);
    }
}
