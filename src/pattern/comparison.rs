//! The small language of `metavariable-comparison`: numbers, strings, lists, arithmetic,
//! comparisons, and a few functions, as in Python.

use super::regex::{Meaning, Regex};

/// A value of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Bool(bool),
    Text(String),
    List(Vec<Value>),
}

/// A comparison, parsed.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Value(Value),
    Metavariable(String),
    List(Vec<Expr>),
    Call(String, Vec<Expr>),
    Unary(&'static str, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
}

/// Operators by how tightly they bind, the loosest first.
const LEVELS: &[&[&str]] = &[
    &["or"],
    &["and"],
    &["not in", "in", "==", "!=", "<=", ">=", "<", ">"],
    &["|"],
    &["^"],
    &["&"],
    &["+", "-"],
    &["*", "//", "/", "%"],
    &["**"],
];

/// Deeper than this a comparison is refused.
const MAX_DEPTH: usize = 60;

pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let mut parser = Parser {
        rest: text.trim(),
        depth: 0,
    };
    let expr = parser.level(0)?;
    parser.skip_space();
    if parser.rest.is_empty() {
        Ok(expr)
    } else {
        Err(format!("`{}` does not belong here", parser.rest))
    }
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

impl Parser<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let Some(rest) = self.rest.strip_prefix(token) else {
            return false;
        };
        let word = |c: char| c.is_alphanumeric() || c == '_';
        if token.ends_with(word) && rest.starts_with(word) {
            return false;
        }
        self.rest = rest;
        true
    }

    fn level(&mut self, level: usize) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH * LEVELS.len() {
            return Err("it is nested too deeply".to_owned());
        }
        let expr = self.level_inner(level);
        self.depth -= 1;
        expr
    }

    fn level_inner(&mut self, level: usize) -> Result<Expr, String> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        if level == 2 && self.take("not") {
            return Ok(Expr::Unary("not", Box::new(self.level(2)?)));
        }
        let mut left = self.level(level + 1)?;
        'more: loop {
            for &operator in *operators {
                // `*` is no half of `**`, `<` none of `<=`.
                self.skip_space();
                if operator == "*" && self.rest.starts_with("**") {
                    continue;
                }
                if self.take(operator) {
                    let right = self.level(level + 1)?;
                    left = Expr::Binary(operator, Box::new(left), Box::new(right));
                    continue 'more;
                }
            }
            return Ok(left);
        }
    }

    fn unary(&mut self) -> Result<Expr, String> {
        for operator in ["-", "~", "+"] {
            if self.take(operator) {
                return Ok(Expr::Unary(operator, Box::new(self.level(LEVELS.len())?)));
            }
        }
        self.primary()
    }

    fn items(&mut self, close: &str) -> Result<Vec<Expr>, String> {
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.level(0)?);
            if !self.take(",") && !self.rest.trim_start().starts_with(close) {
                return Err(format!("`{close}` is missing"));
            }
        }
        Ok(items)
    }

    fn primary(&mut self) -> Result<Expr, String> {
        self.skip_space();
        if self.take("(") {
            let inner = self.level(0)?;
            return if self.take(")") {
                Ok(inner)
            } else {
                Err("`)` is missing".to_owned())
            };
        }
        if self.take("[") {
            return Ok(Expr::List(self.items("]")?));
        }
        let first = self.rest.chars().next().ok_or("it ends too early")?;
        if first == '$' {
            let end = self.rest[1..]
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .map_or(self.rest.len(), |i| i + 1);
            let name = self.rest[1..end].to_owned();
            self.rest = &self.rest[end..];
            return Ok(Expr::Metavariable(name));
        }
        if first == '"'
            || first == '\''
            || self.rest.starts_with("r\"")
            || self.rest.starts_with("r'")
        {
            return self.string();
        }
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .unwrap_or(self.rest.len());
        if end == 0 {
            return Err(format!("`{first}` does not belong here"));
        }
        let word = &self.rest[..end];
        self.rest = &self.rest[end..];
        if first.is_ascii_digit() || first == '.' {
            return number(word, None)
                .map(|number| Expr::Value(Value::Number(number)))
                .ok_or_else(|| format!("`{word}` is no number"));
        }
        match word {
            "True" | "true" => Ok(Expr::Value(Value::Bool(true))),
            "False" | "false" => Ok(Expr::Value(Value::Bool(false))),
            _ if self.take("(") => Ok(Expr::Call(word.to_owned(), self.items(")")?)),
            _ => Err(format!("`{word}` means nothing here")),
        }
    }

    fn string(&mut self) -> Result<Expr, String> {
        let raw = self.rest.starts_with('r');
        let start = usize::from(raw);
        let quote = self.rest[start..]
            .chars()
            .next()
            .ok_or("it ends too early")?;
        let mut text = String::new();
        let mut chars = self.rest[start + 1..].char_indices();
        while let Some((at, c)) = chars.next() {
            if c == quote {
                self.rest = &self.rest[start + 1 + at + 1..];
                return Ok(Expr::Value(Value::Text(text)));
            }
            if c == '\\' {
                let Some((_, next)) = chars.next() else { break };
                if raw || !matches!(next, '\\' | '"' | '\'' | 'n' | 't') {
                    text.push('\\');
                    text.push(next);
                } else {
                    text.push(match next {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    });
                }
            } else {
                text.push(c);
            }
        }
        Err("a string does not end".to_owned())
    }
}

/// Reads a number as code spells it.
pub(super) fn number(text: &str, base: Option<u32>) -> Option<f64> {
    let text = text.trim().replace('_', "").to_ascii_lowercase();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.as_str()),
    };
    let value = match (base, digits.get(..2)) {
        (None | Some(16), Some("0x")) => i128::from_str_radix(&digits[2..], 16).ok()? as f64,
        (None | Some(8), Some("0o")) => i128::from_str_radix(&digits[2..], 8).ok()? as f64,
        (None | Some(2), Some("0b")) => i128::from_str_radix(&digits[2..], 2).ok()? as f64,
        (Some(base), _) if (2..=36).contains(&base) => {
            i128::from_str_radix(digits, base).ok()? as f64
        }
        (None, _)
            if digits.len() > 1
                && digits.starts_with('0')
                && digits.bytes().all(|b| b.is_ascii_digit()) =>
        {
            i128::from_str_radix(digits, 8).ok()? as f64
        }
        _ => digits.parse().ok()?,
    };
    Some(if negative { -value } else { value })
}

/// What a comparison comes to; `None` where it means nothing for these values.
pub(super) fn evaluate(expr: &Expr, lookup: &dyn Fn(&str) -> Option<Value>) -> Option<Value> {
    let value = |expr| evaluate(expr, lookup);
    match expr {
        Expr::Value(known) => Some(known.clone()),
        Expr::Metavariable(name) => lookup(name),
        Expr::List(items) => Some(Value::List(items.iter().map(value).collect::<Option<_>>()?)),
        Expr::Unary(operator, inner) => {
            let inner = value(inner)?;
            match (*operator, inner) {
                ("not", inner) => Some(Value::Bool(!truth(&inner))),
                ("-", Value::Number(n)) => Some(Value::Number(-n)),
                ("+", Value::Number(n)) => Some(Value::Number(n)),
                ("~", Value::Number(n)) => Some(Value::Number(!(n as i64) as f64)),
                _ => None,
            }
        }
        Expr::Binary("or", a, b) => match value(a) {
            Some(a) if truth(&a) => Some(Value::Bool(true)),
            _ => Some(Value::Bool(truth(&value(b)?))),
        },
        Expr::Binary("and", a, b) => Some(Value::Bool(truth(&value(a)?) && truth(&value(b)?))),
        Expr::Binary(operator, a, b) => binary(operator, &value(a)?, &value(b)?),
        Expr::Call(name, arguments) => {
            let arguments = arguments.iter().map(value).collect::<Option<Vec<_>>>()?;
            call(name, &arguments)
        }
    }
}

pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Number(n) => *n != 0.0,
        Value::Bool(b) => *b,
        Value::Text(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
    }
}

fn binary(operator: &str, a: &Value, b: &Value) -> Option<Value> {
    let ordering = match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    };
    match operator {
        "==" => Some(Value::Bool(a == b)),
        "!=" => Some(Value::Bool(a != b)),
        "<" => Some(Value::Bool(ordering?.is_lt())),
        "<=" => Some(Value::Bool(ordering?.is_le())),
        ">" => Some(Value::Bool(ordering?.is_gt())),
        ">=" => Some(Value::Bool(ordering?.is_ge())),
        "in" | "not in" => {
            let found = match b {
                Value::List(items) => items.contains(a),
                Value::Text(text) => match a {
                    Value::Text(part) => text.contains(part.as_str()),
                    _ => return None,
                },
                _ => return None,
            };
            Some(Value::Bool(found == (operator == "in")))
        }
        _ => {
            if let ("+", Value::Text(a), Value::Text(b)) = (operator, a, b) {
                return Some(Value::Text(format!("{a}{b}")));
            }
            let (Value::Number(a), Value::Number(b)) = (a, b) else {
                return None;
            };
            let whole = |f: fn(i64, i64) -> i64| f(*a as i64, *b as i64) as f64;
            Some(Value::Number(match operator {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "/" => a / b,
                "//" => (a / b).floor(),
                "%" if *b != 0.0 => a.rem_euclid(*b),
                "**" => a.powf(*b),
                "&" => whole(|a, b| a & b),
                "|" => whole(|a, b| a | b),
                "^" => whole(|a, b| a ^ b),
                _ => return None,
            }))
        }
    }
}

fn call(name: &str, arguments: &[Value]) -> Option<Value> {
    match (name, arguments) {
        ("int" | "float", [Value::Text(text)]) => number(text, None).map(Value::Number),
        ("int", [Value::Number(n)]) => Some(Value::Number(n.trunc())),
        ("float", [Value::Number(n)]) => Some(Value::Number(*n)),
        ("str", [Value::Text(text)]) => Some(Value::Text(text.clone())),
        ("str", [Value::Number(n)]) => Some(Value::Text(n.to_string())),
        ("str", [Value::Bool(b)]) => {
            Some(Value::Text(if *b { "True" } else { "False" }.to_owned()))
        }
        ("bool", [value]) => Some(Value::Bool(truth(value))),
        ("len", [Value::Text(text)]) => Some(Value::Number(text.chars().count() as f64)),
        ("len", [Value::List(items)]) => Some(Value::Number(items.len() as f64)),
        ("abs", [Value::Number(n)]) => Some(Value::Number(n.abs())),
        ("re.match", [Value::Text(pattern), Value::Text(text)]) => {
            let regex = Regex::new(pattern, Meaning::Start).ok()?;
            Some(Value::Bool(regex.is_match(text.as_bytes())))
        }
        ("re.search", [Value::Text(pattern), Value::Text(text)]) => Some(Value::Bool(
            Regex::new(pattern, Meaning::Anywhere)
                .ok()?
                .is_match(text.as_bytes()),
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let lookup = |name: &str| match name {
            "N" => Some(Value::Number(20.0)),
            "S" => Some(Value::Text("abc".into())),
            _ => None,
        };
        evaluate(&parse(text).unwrap(), &lookup).is_some_and(|value| truth(&value))
    }

    #[test]
    fn comparisons_read_as_in_python() {
        for text in [
            "$N > 10",
            "$N > 32767 or $N == 20",
            "not str($S) in [\"x\", \"y\"]",
            "re.match(\"a.c\", $S)",
            "$N % 7 == 6 and $N // 3 == 6",
            "2 ** 3 == 8",
            "0o777 == 511",
            "int(\"0x10\") == 16",
            "$S not in ['a']",
            "len($S) == 3",
            "-1 < 0",
        ] {
            assert!(holds(text), "{text}");
        }
        assert!(!holds("$MISSING > 1"));
        assert!(!holds("$N == False"));
    }

    #[test]
    fn what_means_nothing_is_an_error() {
        for text in ["$N >", "import os", "f(1", "1 1", "'a"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"(".repeat(10_000)).is_err());
    }
}
