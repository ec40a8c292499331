//! Answers from outside: a call that is waited for asks a store, a service or another program, and
//! what comes back is what stands there, not what was asked with. What only makes something else of
//! a value, and what the scanned files may define themselves, is not meant.

use super::functions::callee_of;
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// Words of functions that make something of what they are given, however long it takes.
const MAKERS: &[&str] = &[
    "all",
    "allsettled",
    "any",
    "append",
    "apply",
    "async",
    "build",
    "builder",
    "call",
    "clone",
    "collect",
    "combine",
    "compile",
    "compose",
    "compress",
    "concat",
    "convert",
    "create",
    "decode",
    "decompress",
    "decorate",
    "decrypt",
    "encode",
    "encrypt",
    "enhance",
    "evaluate",
    "execute",
    "expand",
    "fill",
    "fmt",
    "format",
    "from",
    "fulfilled",
    "generate",
    "highlight",
    "html",
    "into",
    "invoke",
    "join",
    "json",
    "localize",
    "make",
    "map",
    "markdown",
    "marked",
    "merge",
    "minify",
    "normalize",
    "parse",
    "pipe",
    "prepare",
    "prettify",
    "print",
    "process",
    "race",
    "render",
    "replace",
    "resolve",
    "rewrite",
    "run",
    "sanitize",
    "serialize",
    "shield",
    "stringify",
    "submit",
    "substitute",
    "template",
    "text",
    "thread",
    "threadpool",
    "to",
    "transform",
    "translate",
    "unwrap",
    "wait",
    "with",
    "wrap",
];

/// How modules of the same program begin in scripts.
const OWN: &[&str] = &[".", "/", "@/", "~", "#", "$lib", "src/", "app/", "lib/"];

impl Walk<'_> {
    /// Whether a call that nothing is known of is one that an answer is waited for.
    pub(super) fn answers_from_outside(&self, call: NodeId) -> bool {
        let tree = self.tree;
        if !self.program.spec.options.assume_safe_answers
            || self.crossings.imported.contains_key(&call)
            || !self.is_awaited(call)
        {
            return false;
        }
        let Some(callee) = callee_of(tree, call).filter(|_| tree.kind(call) == Kind::Call) else {
            return false;
        };
        let field = tree.child(callee, Role::Field);
        let name = field.unwrap_or(callee);
        // A method of a class of this file, of an object whose class is not known.
        if field.is_some() && self.functions.has_method(tree.symbol(name)) {
            return false;
        }
        let text = tree.text_of(name, self.file.text());
        !words(&text).any(|word| MAKERS.contains(&word.as_str()))
            && !self.is_of_this_program(callee)
    }

    /// `await f(x)`, `f(x).then(…)`, `f(x).await`
    fn is_awaited(&self, call: NodeId) -> bool {
        let tree = self.tree;
        let parent = tree.node(call).parent;
        match tree.kind(parent) {
            Kind::Await => true,
            Kind::Attr => {
                tree.language.is_script()
                    && tree.node(call).role == Role::Object
                    && tree.node(parent).role == Role::Callee
                    && tree
                        .child(parent, Role::Field)
                        .is_some_and(|field| tree.symbol(field) == Symbol::of("then"))
            }
            _ => false,
        }
    }

    /// Whether the scanned files may hold what is called here.
    fn is_of_this_program(&self, callee: NodeId) -> bool {
        let tree = self.tree;
        let mut root = callee;
        while let Some(object) = tree.child(root, Role::Object) {
            root = object;
        }
        if tree.kind(root) != Kind::Name {
            return false;
        }
        // A plain function of a Rust crate is reached by its path.
        if tree.language == Language::Rust && callee_is_path(self, callee) {
            return true;
        }
        let Some(def) = self.names.definition_of(root) else {
            return false;
        };
        let def = self.names.definition(def).node;
        match self.module_of(def) {
            Some(module) if tree.language.is_script() => {
                OWN.iter().any(|own| module.starts_with(own))
            }
            Some(_) => true,
            // What a variable or a parameter holds may be a function of this file.
            None => root == callee,
        }
    }

    /// The module that a definition imports from.
    fn module_of(&self, def: NodeId) -> Option<String> {
        let tree = self.tree;
        let mut at = def;
        for _ in 0..4 {
            match tree.kind(at) {
                Kind::Import | Kind::ImportFrom => {
                    let module = tree.child(at, Role::Module)?;
                    return Some(self.file.text_of(module).into_owned());
                }
                Kind::Assign => {
                    let value = tree.child(at, Role::Value)?;
                    return super::link::required_module(self.file, value);
                }
                _ => at = tree.node(at).parent,
            }
        }
        None
    }
}

/// Whether a callee of Rust is a name or a path, and no method of a value.
fn callee_is_path(walk: &Walk<'_>, callee: NodeId) -> bool {
    let tree = walk.tree;
    tree.kind(callee) == Kind::Name || tree.symbol(callee) == Symbol::of("::")
}

/// The words of a name, in small letters: `streamStorageFile`, `get_user_by_id`.
pub(super) fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split('_').flat_map(|part| {
        let mut words: Vec<String> = Vec::new();
        let mut before = false;
        for letter in part.chars() {
            if words.is_empty() || letter.is_uppercase() && !before {
                words.push(String::new());
            }
            before = letter.is_uppercase();
            if let Some(word) = words.last_mut() {
                word.extend(letter.to_lowercase());
            }
        }
        words
    })
}
