//! What is needed of the statements that a match stands behind, one a line of a pattern that ends in
//! `...`.

use super::formula::{Condition, Conjunction, Formula};
use super::local;
use super::needs::{Needs, all_of, any, around, beside, of_condition, spell};

/// What a statement of a row needs, with what its metavariables have to spell.
fn of_statement(statement: &str, all: &Conjunction, of_pattern: fn(&str) -> Needs) -> Needs {
    let spelt = all.conditions.iter().filter(|condition| match condition {
        Condition::Regex {
            metavariable,
            regex,
            ..
        } => {
            // What comes after anything may stand in a function within the statement.
            let starts = !regex.text.trim_start_matches("(?s)").starts_with(".*");
            starts && spell(statement, metavariable, "x").is_some_and(|it| it != statement)
        }
        _ => false,
    });
    let spelt = spelt.map(|condition| of_condition(condition, all, of_pattern));
    let mut needs: Vec<Needs> = spelt.collect();
    needs.push(of_pattern(statement));
    all_of(needs)
}

/// What rows of statements need in which a match stands; nothing where a statement need not spell any
/// word, or where there is something else.
pub(super) fn of_rows(
    formula: &Formula,
    all: &Conjunction,
    of_pattern: fn(&str) -> Needs,
) -> Option<Needs> {
    match formula {
        Formula::Inside(inner) => match &**inner {
            Formula::Inside(_) => None,
            inner => of_rows_around(inner, all, of_pattern),
        },
        Formula::Or(choices) => {
            let rows = choices.iter().map(|one| of_rows(one, all, of_pattern));
            rows.collect::<Option<Vec<_>>>().map(any)
        }
        Formula::Pattern(_) | Formula::Regex(_) | Formula::Anywhere(_) | Formula::And(_) => None,
    }
}

fn of_rows_around(
    formula: &Formula,
    all: &Conjunction,
    of_pattern: fn(&str) -> Needs,
) -> Option<Needs> {
    match formula {
        Formula::Or(choices) => {
            let rows = choices
                .iter()
                .map(|one| of_rows_around(one, all, of_pattern));
            rows.collect::<Option<Vec<_>>>().map(any)
        }
        Formula::Pattern(leaf) => {
            let of_statement = |statement: &str| {
                let needs = of_statement(statement, all, of_pattern);
                // What imports is known in any case.
                if statement.starts_with("import ") || statement.contains("= require(") {
                    return Some(around(needs));
                }
                Some(beside(needs)).filter(|needs| *needs != Needs::Nothing)
            };
            let row = local::row(&leaf.text)?.into_iter();
            row.map(of_statement)
                .collect::<Option<Vec<_>>>()
                .map(all_of)
        }
        Formula::Regex(_) | Formula::Inside(_) | Formula::Anywhere(_) | Formula::And(_) => None,
    }
}
