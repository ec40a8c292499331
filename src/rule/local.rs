//! Whether the statements that spell a formula's words tell alone that it does not hold, without those
//! before and after them.
//!
//! A single expression does; a row of statements does where each spells a word. What asks for the type
//! of a name does not, since another statement may give it that.

use super::formula::{Condition, Conjunction, Formula};

/// Whether statements without the words of a formula add nothing to it, where `is_row` tells of a part of
/// a conjunction whether it is a row of statements that each spell some. It may say no where they do
/// not, never the other way round.
pub(super) fn is_local(formula: &Formula, is_row: &dyn Fn(&Formula, &Conjunction) -> bool) -> bool {
    let is_local_too = |formula: &Formula| is_local(formula, is_row);
    match formula {
        Formula::Pattern(leaf) => is_one_place(&leaf.text),
        Formula::Regex(_) => false,
        Formula::Inside(inner) | Formula::Anywhere(inner) => is_local_too(inner),
        Formula::Or(choices) => choices.iter().all(is_local_too),
        Formula::And(all) => {
            let is_part = |one: &Formula| is_local_too(one) || is_row(one, all);
            all.positives.iter().all(|one| match one {
                Formula::Or(choices) => choices.iter().all(is_part),
                one => is_part(one),
            }) && all.conditions.iter().all(|condition| match condition {
                Condition::Pattern { formula, .. } => is_local_too(formula),
                Condition::Regex { .. }
                | Condition::Comparison { .. }
                | Condition::Analysis { .. }
                | Condition::Type { .. } => true,
            })
        }
    }
}

/// The statements of a pattern with one on each line, those left out that stand for any.
pub(super) fn row(pattern: &str) -> Option<Vec<&str>> {
    let lines = pattern
        .trim()
        .lines()
        .map(|line| line.trim().trim_end_matches(';'));
    let row: Vec<&str> = lines.clone().filter(|line| *line != "...").collect();
    let is_statement = |line: &&str| is_balanced(line) && is_one_place(line);
    let is_row = row.len() < lines.count() && row.iter().all(is_statement);
    (is_row && !row.is_empty()).then_some(row)
}

/// Whether as much opens as closes.
fn is_balanced(pattern: &str) -> bool {
    let count = |marks: [char; 3]| pattern.matches(marks).count();
    count(['(', '[', '{']) == count([')', ']', '}'])
}

/// Whether a pattern is one statement or expression, without values and without statements in it.
fn is_one_place(pattern: &str) -> bool {
    let pattern = pattern.trim().trim_end_matches(';');
    !has_type(pattern) && !has_statements(pattern)
}

/// Whether there is a `($X: T)`, or what looks like one.
fn has_type(pattern: &str) -> bool {
    pattern.match_indices("($").any(|(at, _)| {
        let name = &pattern[at + 2..];
        name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_')
            .trim_start()
            .starts_with(':')
    })
}

/// Whether a pattern is a row of statements, or spells some in a block or in the body of a function.
fn has_statements(pattern: &str) -> bool {
    let mut open = 0_usize;
    for (at, c) in pattern.char_indices() {
        match c {
            '(' | '[' => open += 1,
            ')' | ']' => open = open.saturating_sub(1),
            '{' => {
                let before = pattern[..at].trim_end();
                let keywords = ["=>", ")", "do", "else", "finally", "try"];
                let is_block = keywords.iter().any(|end| before.ends_with(end))
                    || before.is_empty() && !pattern.contains(':');
                let rest = pattern[at + 1..].trim_start().strip_prefix("...");
                let is_any = rest.is_some_and(|rest| rest.trim_start().starts_with('}'));
                if is_block && !is_any {
                    return true;
                }
                open += 1;
            }
            '}' => open = open.saturating_sub(1),
            ';' if open == 0 => return true,
            '\n' if open == 0 => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_one_place() {
        for pattern in [
            "eval($X)",
            "$X.innerHTML = $Y;",
            "function $F(..., $REQ, ...) { ... }",
            "($REQ) => { ... }",
            "foo({..., key: $V, ...})",
            "foo({\n  key: $V,\n})",
            "return {...};",
            "foo('a', true, /b/)",
            "foo('$X')",
            "{..., key: $V, ...}",
            "var {..., $V, ...} = $E",
            "if (<... $X ...>) { ... }",
        ] {
            assert!(is_one_place(pattern), "{pattern}");
        }
    }

    #[test]
    fn statements_and_types_are_not() {
        for pattern in [
            "$X = foo()\n...\nbar($X)",
            "$X = foo(); bar($X)",
            "function $F() { ... eval($X) ... }",
            "() => { $X }",
            "foo({ bar($X) { $Y } })",
            "if (<... $X ...>) { ... return; ... }",
            "try { ... foo($X); ... } catch ($E) { ... }",
            "{ foo($X) }",
            "($X: Foo).bar()",
        ] {
            assert!(!is_one_place(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_row_has_a_statement_on_each_line() {
        assert_eq!(
            row("$X = foo()\n...\nbar($X);\n..."),
            Some(vec!["$X = foo()", "bar($X)"])
        );
        assert_eq!(
            row("var {..., $V, ...} = $E\n..."),
            Some(vec!["var {..., $V, ...} = $E"])
        );
        for pattern in [
            "foo($X)",
            "...",
            "foo(() => {\n  ...\n  bar($X)\n})\n...",
            "foo({\n  ...\n})",
        ] {
            assert_eq!(row(pattern), None, "{pattern}");
        }
    }
}
