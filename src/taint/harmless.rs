//! Values that are harmless by what they are: numbers and truth values carry no text along.

use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// Types of truth values, as the languages call them.
const BOOLEANS: &[&str] = &["bool", "boolean", "Boolean"];
/// Types of numbers, but for those of Rust.
const NUMBERS: &[&str] = &["int", "float", "complex", "number", "Number", "bigint"];

impl Walk<'_> {
    /// Whether what a declaration, a parameter, a function or a cast says of its type makes its value
    /// harmless: in Rust numbers and static texts always do, since nothing else can stand there;
    /// elsewhere where the rule's options say so.
    pub(super) fn is_harmless_type(&self, node: NodeId) -> bool {
        let tree = self.tree;
        let options = self.program.spec.options;
        let rust = tree.language == Language::Rust;
        if !rust && !options.assume_safe_booleans && !options.assume_safe_numbers {
            return false;
        }
        let Some(of) = tree.child(node, Role::Type) else {
            return false;
        };
        let name = tree.text_of(of, self.file.text());
        let name = name.trim_start_matches([':', ' ']).trim();
        // What is declared static was built in with the program.
        let built_in = || name.contains("'static str") && !name.contains("String");
        rust && (is_rust_number(name) || built_in())
            || options.assume_safe_booleans && BOOLEANS.contains(&name)
            || options.assume_safe_numbers && NUMBERS.contains(&name)
    }

    /// Whether the options of the rule make the result of an operator harmless: what a comparison
    /// or a negation gives is a truth value, what arithmetic gives a number.
    pub(super) fn is_harmless_operation(&self, node: NodeId) -> bool {
        const NEGATIONS: &[&str] = &["not", "!"];
        const COMPARISONS: &[&str] = &[
            "==",
            "!=",
            "===",
            "!==",
            "<",
            ">",
            "<=",
            ">=",
            "in",
            "not in",
            "is",
            "is not",
            "instanceof",
        ];
        // In Python `%` and `*` work on text, too.
        const OF_NUMBERS: &[&str] = &["-", "/", "//", "**"];
        const OF_NUMBERS_IN_SCRIPTS: &[&str] = &["-", "/", "*", "%", "**"];
        let options = self.program.spec.options;
        // `+text` is a number in scripts.
        if self.tree.kind(node) == Kind::UnOp
            && self.tree.symbol(node) == Symbol::of("+")
            && self.tree.language.is_script()
        {
            return true;
        }
        if !options.assume_safe_booleans
            && !options.assume_safe_numbers
            && !options.assume_safe_comparisons
        {
            return false;
        }
        let tree = self.tree;
        let operator = tree.symbol(node);
        let is = |names: &[&str]| names.iter().any(|name| operator == Symbol::of(name));
        let truth = options.assume_safe_booleans;
        match (tree.kind(node), tree.language) {
            (Kind::UnOp, _) => truth && is(NEGATIONS),
            (Kind::BinOp, _) if is(COMPARISONS) => truth || options.assume_safe_comparisons,
            (Kind::BinOp, Language::Python) => {
                // Numbers are added to numbers only.
                let number = |id| matches!(tree.kind(id), Kind::Int | Kind::Float);
                let sum = || is(&["+"]) && tree.children(node).any(number);
                options.assume_safe_numbers && (is(OF_NUMBERS) || sum())
            }
            (Kind::BinOp, _) => options.assume_safe_numbers && is(OF_NUMBERS_IN_SCRIPTS),
            _ => false,
        }
    }
}

/// Whether a Rust type holds numbers or truth values only.
pub(super) fn is_rust_number(name: &str) -> bool {
    const NUMBERS: &[&str] = &[
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "f32",
        "f64",
        "bool",
        "Uuid",
        "uuid::Uuid",
        "IpAddr",
        "std::net::IpAddr",
    ];
    let name = name.trim();
    let inner = name
        .strip_prefix("Option<")
        .or(name.strip_prefix("Result<"))
        .unwrap_or(name);
    let inner = inner.split([',', '>']).next().unwrap_or(inner).trim();
    NUMBERS.contains(&inner)
}
