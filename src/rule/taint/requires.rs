//! Conditions on the labels of values: `A and not (B or C)`.

use serde::{Deserialize, Serialize};

use super::super::error::PartError;
use super::super::yaml::Yaml;

/// A condition on labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Requires {
    /// It has this label.
    Label(String),
    /// It does not hold.
    Not(Box<Requires>),
    /// All hold.
    And(Vec<Requires>),
    /// One holds.
    Or(Vec<Requires>),
}

impl Requires {
    /// Whether the condition holds of a value with these labels.
    pub fn holds(&self, has: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Requires::Label(label) => has(label),
            Requires::Not(inner) => !inner.holds(has),
            Requires::And(all) => all.iter().all(|one| one.holds(has)),
            Requires::Or(any) => any.iter().any(|one| one.holds(has)),
        }
    }
}

/// Conditions on labels nest no deeper than this.
const MAX_NESTED: u32 = 50;

/// Reads the condition of an item.
pub(super) fn read(item: &Yaml) -> Result<Option<Requires>, PartError> {
    const KEY: &str = "requires";
    let Some(value) = item.get(KEY) else {
        return Ok(None);
    };
    let Some(text) = value.text() else {
        return Err(PartError::new(
            value.line,
            KEY,
            "labels joined by `and`, `or` and `not` are needed here",
        ));
    };
    let words = words(&text);
    let mut parser = Parser {
        words: &words,
        at: 0,
    };
    match parser.or(0) {
        Some(parsed) if parser.at == words.len() => Ok(Some(parsed)),
        _ => {
            let message =
                format!("`{text}` is no condition: write labels joined by `and`, `or` and `not`");
            Err(PartError::new(value.line, KEY, message))
        }
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars() {
        match c {
            '(' | ')' => words.extend([c.to_string(), String::new()]),
            c if c.is_whitespace() => words.push(String::new()),
            c => words.last_mut().expect("it begins with one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

struct Parser<'w> {
    words: &'w [String],
    at: usize,
}

impl Parser<'_> {
    fn or(&mut self, depth: u32) -> Option<Requires> {
        let mut any = vec![self.and(depth)?];
        while self.eat("or") {
            any.push(self.and(depth)?);
        }
        Some(if any.len() == 1 {
            any.remove(0)
        } else {
            Requires::Or(any)
        })
    }

    fn and(&mut self, depth: u32) -> Option<Requires> {
        let mut all = vec![self.not(depth)?];
        while self.eat("and") {
            all.push(self.not(depth)?);
        }
        Some(if all.len() == 1 {
            all.remove(0)
        } else {
            Requires::And(all)
        })
    }

    fn not(&mut self, depth: u32) -> Option<Requires> {
        if depth > MAX_NESTED {
            return None;
        }
        if self.eat("not") {
            return Some(Requires::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.eat("(") {
            let inner = self.or(depth + 1)?;
            return self.eat(")").then_some(inner);
        }
        let word = self.words.get(self.at)?;
        let label = word.chars().all(|c| c.is_alphanumeric() || c == '_');
        let taken = ["and", "or", "not"].contains(&word.as_str());
        if !label || taken {
            return None;
        }
        self.at += 1;
        Some(Requires::Label(word.clone()))
    }

    fn eat(&mut self, word: &str) -> bool {
        let next = self.words.get(self.at).is_some_and(|next| next == word);
        self.at += usize::from(next);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<Requires> {
        let words = words(text);
        let mut parser = Parser {
            words: &words,
            at: 0,
        };
        let parsed = parser.or(0)?;
        (parser.at == words.len()).then_some(parsed)
    }

    #[test]
    fn not_binds_tighter_than_and_and_that_than_or() {
        let requires = parse("A or not B and (C or D)").unwrap();
        let holds = |labels: &str| requires.holds(&|label| labels.contains(label));
        assert!(holds("A") && holds("AB") && holds("C") && holds("D"));
        assert!(!holds("") && !holds("BC"));
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for text in ["", "A and", "or A", "(A", "A)", "A B", "A-B", "not"] {
            assert_eq!(parse(text), None, "{text}");
        }
        let nested = format!("{}A{}", "(".repeat(100), ")".repeat(100));
        assert_eq!(parse(&nested), None);
    }
}
