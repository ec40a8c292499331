//! Literals, and operations on what is known, folded to one value.

use super::super::kind::{Flags, Kind, Role};
use super::super::symbol::Symbol;
use super::super::tree::NodeId;
use super::{Value, Walk};
use crate::lang::Language;

/// A string longer than this is known to be constant, but its text is not kept.
const MAX_TEXT: usize = 16 * 1024;

impl Walk<'_> {
    /// What a node is known to be, literals included.
    pub(super) fn value(&self, id: NodeId) -> Option<Value> {
        self.literal(id)
            .or_else(|| self.out.of_node.get(&id).cloned())
    }

    pub(super) fn literal(&self, id: NodeId) -> Option<Value> {
        let tree = self.tree;
        let node = tree.node(id);
        match node.kind {
            Kind::Str if !node.symbol.is_none() => {
                let mut parts = tree
                    .children(id)
                    .map(|part| self.text.get(tree.span(part).range()));
                let text: Vec<u8> = parts.try_fold(Vec::new(), |mut text, part| {
                    text.extend_from_slice(part?);
                    (text.len() <= MAX_TEXT).then_some(text)
                })?;
                Some(Value::Str(String::from_utf8(text).ok().map(Into::into)))
            }
            Kind::Int => {
                let text = self.text.get(node.span.range())?;
                Some(parse_int(text).map_or(Value::Other, Value::Int))
            }
            Kind::Bool => Some(Value::Bool(node.symbol == Symbol::of("true"))),
            Kind::Float | Kind::Null => Some(Value::Other),
            Kind::BinOp | Kind::UnOp | Kind::Str | Kind::Cond => self.fold_shallow(id),
            _ => None,
        }
    }

    /// Folds an operation over literals; for globals, whose expressions are not walked yet.
    fn fold_shallow(&self, id: NodeId) -> Option<Value> {
        let tree = self.tree;
        if tree.kind(id) != Kind::BinOp || tree.node(id).end - id.0 > 64 {
            return None;
        }
        let (left, right) = (tree.child(id, Role::Left)?, tree.child(id, Role::Right)?);
        self.operate(tree.symbol(id), &self.literal(left)?, &self.literal(right)?)
    }

    pub(super) fn fold(&self, id: NodeId) -> Option<Value> {
        let tree = self.tree;
        let node = tree.node(id);
        match node.kind {
            Kind::BinOp => {
                let (left, right) = (tree.child(id, Role::Left)?, tree.child(id, Role::Right)?);
                let left = self.value(left)?;
                // A repeated string is a string, however often.
                if matches!(left, Value::Str(_))
                    && tree.language == Language::Python
                    && node.symbol == Symbol::of("*")
                {
                    return Some(Value::Str(None));
                }
                self.operate(node.symbol, &left, &self.value(right)?)
            }
            Kind::UnOp => {
                let Value::Int(value) = self.value(tree.children(id).next()?)? else {
                    return None;
                };
                (node.symbol == Symbol::of("-")).then(|| Value::Int(value.saturating_neg()))
            }
            Kind::Cond => {
                let then = self.value(tree.child(id, Role::Body)?)?;
                then.join(&self.value(tree.child(id, Role::Else)?)?)
            }
            // A template of constants is constant.
            Kind::Str if node.symbol.is_none() && node.flags.has(Flags::TEMPLATE) => {
                let mut text = String::new();
                for part in tree.children(id) {
                    match tree.kind(part) {
                        Kind::Interp => {
                            let inner = tree.children(part).next()?;
                            match self.value(inner)? {
                                Value::Str(Some(piece)) => text.push_str(&piece),
                                Value::Int(value) => text.push_str(&value.to_string()),
                                value if value.is_constant() => return Some(Value::Str(None)),
                                _ => return None,
                            }
                        }
                        _ => text.push_str(&tree.text_of(part, self.text)),
                    }
                    if text.len() > MAX_TEXT {
                        return Some(Value::Str(None));
                    }
                }
                Some(Value::Str(Some(text.into())))
            }
            // Conversions that Rust needs to own a string.
            Kind::Call if tree.language == Language::Rust => {
                let callee = tree.child(id, Role::Callee)?;
                let field = tree.child(callee, Role::Field)?;
                let name = tree.symbol(field);
                if ["to_string", "to_owned", "into", "clone"]
                    .iter()
                    .any(|n| name == Symbol::of(n))
                {
                    return self
                        .value(tree.child(callee, Role::Object)?)
                        .filter(Value::is_constant);
                }
                let from = Symbol::of("String") == tree.symbol(tree.child(callee, Role::Object)?);
                if from && name == Symbol::of("from") {
                    return self
                        .value(tree.child(id, Role::Arg)?)
                        .filter(Value::is_constant);
                }
                None
            }
            Kind::Ref | Kind::Cast => self
                .value(tree.children(id).next()?)
                .filter(Value::is_constant),
            _ => None,
        }
    }

    fn operate(&self, operator: Symbol, left: &Value, right: &Value) -> Option<Value> {
        if operator == Symbol::of("+") {
            let script = self.tree.language.is_script();
            let text = |n: i128| Value::Str(Some(n.to_string().into()));
            return match (left, right) {
                // A sum with a string is a string in scripts.
                (Value::Str(_), Value::Int(n)) if script => add(left, &text(*n)),
                (Value::Int(n), Value::Str(_)) if script => add(&text(*n), right),
                _ => add(left, right),
            };
        }
        match (left, right) {
            (Value::Int(a), Value::Int(b)) => {
                let result = if operator == Symbol::of("-") {
                    a.checked_sub(*b)
                } else if operator == Symbol::of("*") {
                    a.checked_mul(*b)
                } else if operator == Symbol::of("/") || operator == Symbol::of("//") {
                    a.checked_div(*b)
                } else if operator == Symbol::of("%") {
                    a.checked_rem(*b)
                } else {
                    None
                };
                result.map(Value::Int)
            }
            _ => None,
        }
    }
}

pub(super) fn add(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Str(Some(a)), Value::Str(Some(b))) if a.len() + b.len() <= MAX_TEXT => {
            Some(Value::Str(Some(format!("{a}{b}").into())))
        }
        (Value::Str(_), Value::Str(_)) => Some(Value::Str(None)),
        (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
        _ => None,
    }
}

/// The value of an integer literal in any of the languages.
fn parse_int(text: &[u8]) -> Option<i128> {
    let text = std::str::from_utf8(text)
        .ok()?
        .replace('_', "")
        .to_ascii_lowercase();
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        Some("0b") => (&text[2..], 2),
        _ if text.len() > 1
            && text.starts_with('0')
            && text.bytes().all(|b| b.is_ascii_digit()) =>
        {
            (&text[1..], 8)
        }
        _ => (&text[..], 10),
    };
    let end = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    i128::from_str_radix(&digits[..end], radix).ok()
}
