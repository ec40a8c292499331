//! The choices of a formula, told apart by where they look for a match.

use super::formula::{Condition, Conjunction, Formula};

/// A conjunction as two, where it leaves the choice whether a match has to stand in something. What is
/// asked of metavariables is asked in another place then.
pub(super) fn split(all: &Conjunction) -> Option<[Conjunction; 2]> {
    all.positives.iter().enumerate().find_map(|(at, positive)| {
        let Formula::Or(choices) = positive else {
            return None;
        };
        let (around, others): (Vec<_>, Vec<_>) = choices.iter().cloned().partition(asks_around);
        (!around.is_empty() && !others.is_empty()).then(|| {
            [around, others].map(|choices| {
                let mut part = all.clone();
                part.positives[at] = Formula::Or(choices);
                part
            })
        })
    })
}

/// Whether a formula may say what its match stands in.
fn asks_around(formula: &Formula) -> bool {
    match formula {
        Formula::Inside(_) => true,
        Formula::Or(choices) => choices.iter().any(asks_around),
        Formula::And(all) => all.positives.iter().any(asks_around),
        Formula::Pattern(_) | Formula::Regex(_) | Formula::Anywhere(_) => false,
    }
}

/// A formula of which each conjunction within another one asks for what that does of its metavariables.
pub(super) fn with_conditions(formula: &Formula, outer: &[Condition]) -> Formula {
    match formula {
        Formula::Or(choices) => {
            let choices = choices.iter();
            Formula::Or(choices.map(|one| with_conditions(one, outer)).collect())
        }
        Formula::And(all) => {
            let mut all = all.clone();
            let is_new = |one: &&Condition| {
                matches!(one, Condition::Regex { .. }) && !all.conditions.contains(one)
            };
            let more: Vec<Condition> = outer.iter().filter(is_new).cloned().collect();
            all.conditions.extend(more);
            for positive in &mut all.positives {
                *positive = with_conditions(positive, &all.conditions);
            }
            Formula::And(all)
        }
        Formula::Pattern(_) | Formula::Regex(_) | Formula::Inside(_) | Formula::Anywhere(_) => {
            formula.clone()
        }
    }
}
