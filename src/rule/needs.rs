//! What a file has to hold for a rule to match: words, pieces of words, and texts that expressions
//! match.
//!
//! This decides which files are parsed at all, so it may ask for too little, never for too much.
//! [`super::words`] reads patterns, [`super::literals`] the expressions on metavariables.

use serde::{Deserialize, Serialize};

use super::choices::{split, with_conditions};
use super::formula::{Condition, Conjunction, Formula};
use super::literals::{self, Start};
use super::local::is_local;
use super::options::Options;
use super::rows::of_rows;
use super::taint::TaintSpec;
use super::words;

/// Words, joined by and and or. A word is a run of ASCII letters, digits and underscores, as long
/// as it goes on in the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Needs {
    /// Nothing: any file will do.
    Nothing,
    /// This word, whole.
    Word(String),
    /// This word, whole, where it is used so.
    Used(String, Use),
    /// A word that holds this one.
    Part(Part),
    /// A word that holds all of these pieces.
    Together(Vec<Needs>),
    /// A text that this regular expression matches somewhere.
    Text(String),
    /// All of these, in one place.
    All(Vec<Needs>),
    /// All of these, each in a place of its own.
    Each(Vec<Needs>),
    /// One of these.
    Any(Vec<Needs>),
    /// This, which may stand around a match and not in it.
    Around(Box<Needs>),
    /// This, of which a part may stand in a function within a match.
    Within(Box<Needs>),
    /// A call, in a function, of that function.
    Recursion,
    /// This, in a statement that stands beside what a match is in, or beside what is around that.
    Beside(Box<Needs>),
    /// This, for which statements have to be known that do not spell it.
    Spread(Box<Needs>),
}

/// How Python, JavaScript and TypeScript use a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Use {
    /// Its bare name is called.
    Call,
    /// It is called as a field, or imported.
    Method,
    /// It is a field, or imported.
    Field,
    /// It is what fields are taken of, or a module that is imported.
    Root,
    /// It is the keyword of an argument.
    Keyword,
    /// It is the key of a pair, or of a type.
    Key,
    /// It is the `for` of a loop over keys or values, or a `forEach`.
    Loop,
}

/// A piece of a word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Part {
    /// Its text; in lower case where `any_case`.
    pub text: String,
    /// Whether the word begins with it.
    pub at_start: bool,
    /// Whether the word ends with it.
    pub at_end: bool,
    /// Whether upper and lower case are the same.
    pub any_case: bool,
}

/// What a formula needs of a file in one of some languages.
pub(super) fn of_search(formula: &Formula, languages: &[String], options: &Options) -> Needs {
    let formula = with_conditions(formula, &[]);
    of_whole(&formula, of_patterns(languages, options), options)
}

/// What a formula needs that no other one is around.
fn of_whole(formula: &Formula, of_pattern: fn(&str) -> Needs, options: &Options) -> Needs {
    let of_whole = |formula: &Formula| of_whole(formula, of_pattern, options);
    match formula {
        Formula::Or(choices) => any(choices.iter().map(of_whole).collect()),
        Formula::And(all) if let Some(parts) = split(all) => {
            let parts = parts.map(|part| of_whole(&Formula::And(Box::new(part))));
            any(parts.into())
        }
        one => {
            let is_row = |one: &Formula, all: &Conjunction| of_rows(one, all, of_pattern).is_some();
            let needs = of_formula(one, of_pattern);
            if options.symbolic_propagation || !is_local(one, &is_row) {
                spread(needs)
            } else {
                needs
            }
        }
    }
}

/// How the patterns of a rule are read.
fn of_patterns(languages: &[String], options: &Options) -> fn(&str) -> Needs {
    let all_are = |names: &[&str]| languages.iter().all(|name| names.contains(&name.as_str()));
    if all_are(&["json", "yaml", "toml"]) {
        words::of_data
    } else if options.symbolic_propagation {
        // Where names stand for expressions, a call has the name.
        words::of_pattern
    } else if all_are(&["python", "python2", "python3", "py"]) {
        words::of_python
    } else if all_are(&["javascript", "js", "typescript", "ts"]) {
        words::of_script
    } else {
        words::of_pattern
    }
}

/// What a formula needs, `of_pattern` of each of its patterns.
fn of_formula(formula: &Formula, of_pattern: fn(&str) -> Needs) -> Needs {
    let of_formula = |formula: &Formula| of_formula(formula, of_pattern);
    match formula {
        Formula::Pattern(leaf) => match reaches(&leaf.text) {
            0 => of_pattern(&leaf.text),
            1 => match content(&leaf.text) {
                Some((outer, inner)) => {
                    each_of(vec![of_pattern(&outer), within(of_pattern(inner))])
                }
                None => within(of_pattern(&leaf.text)),
            },
            // Several functions may each hold some of its words.
            _ => Needs::Around(Box::new(of_pattern(&leaf.text))),
        },
        // What it matches knows no functions.
        Formula::Regex(leaf) => around(literals::of_regex(&leaf.text, Start::Anywhere)),
        Formula::Inside(inner) => around(of_formula(inner)),
        Formula::Anywhere(inner) => within(of_formula(inner)),
        Formula::Or(choices) => any(choices.iter().map(of_formula).collect()),
        Formula::And(all) => of_conjunction(all, of_pattern),
    }
}

/// What a part of a conjunction needs.
fn of_positive(positive: &Formula, all: &Conjunction, of_pattern: fn(&str) -> Needs) -> Needs {
    match (of_rows(positive, all, of_pattern), positive) {
        (Some(needs), _) => needs,
        (None, Formula::Or(choices)) if surrounds(positive) => {
            let choices = choices.iter();
            any(choices
                .map(|one| of_positive(one, all, of_pattern))
                .collect())
        }
        (None, _) => of_formula(positive, of_pattern),
    }
}

/// What a conjunction needs. A match is where the smallest of its parts is; the others, and what is
/// asked of their metavariables, may stand around it.
fn of_conjunction(all: &Conjunction, of_pattern: fn(&str) -> Needs) -> Needs {
    let mut asked: Vec<(&Condition, Needs)> = all
        .conditions
        .iter()
        .map(|one| (one, of_condition(one, all, of_pattern)))
        .collect();
    let mut needs = Vec::new();
    let mut may_be_anywhere = false;
    for positive in &all.positives {
        let mut parts = vec![of_positive(positive, all, of_pattern)];
        if !surrounds(positive) {
            // What it binds to a metavariable is a part of it.
            let bound = asked.extract_if(.., |(one, _)| match one {
                Condition::Regex { metavariable, .. } => binds(positive, metavariable),
                _ => false,
            });
            parts.extend(bound.map(|(_, needs)| needs));
            may_be_anywhere |= parts.iter().all(|needs| *needs == Needs::Nothing);
        }
        needs.push(all_of(parts));
    }
    if all
        .positives
        .iter()
        .any(|one| calls_itself(one, &all.positives))
    {
        may_be_anywhere = false;
        needs.push(Needs::Recursion);
    }
    let is_own = |positive: &&Formula| !surrounds(positive);
    let is_one = all.positives.iter().filter(is_own).count() == 1;
    for (one, asked) in asked {
        let looks_within = matches!(one, Condition::Pattern { .. });
        may_be_anywhere |= looks_within && asked == Needs::Nothing;
        needs.push(if looks_within {
            within(asked)
        } else {
            around(asked)
        });
    }
    if may_be_anywhere {
        needs = needs.into_iter().map(around).collect();
    }
    if is_one {
        all_of(needs)
    } else {
        each_of(needs)
    }
}

/// Whether a pattern calls what a function around it is called.
fn calls_itself(pattern: &Formula, all: &[Formula]) -> bool {
    let Formula::Pattern(leaf) = pattern else {
        return false;
    };
    let name = leaf.text.split('(').next().unwrap_or_default();
    let is_metavariable = name
        .strip_prefix('$')
        .is_some_and(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
    let heads = [format!("function {name}("), format!("{name} = (")];
    is_metavariable
        && all
            .iter()
            .any(|one| surrounds(one) && defines_by(one, &heads))
}

/// Whether each pattern of a formula begins in one of these ways.
fn defines_by(formula: &Formula, heads: &[String]) -> bool {
    match formula {
        Formula::Pattern(leaf) => heads.iter().any(|head| leaf.text.starts_with(head)),
        Formula::Inside(inner) => defines_by(inner, heads),
        Formula::Or(choices) => choices.iter().all(|one| defines_by(one, heads)),
        Formula::And(_) | Formula::Regex(_) | Formula::Anywhere(_) => false,
    }
}

/// Whether a formula only says what a match stands in.
fn surrounds(formula: &Formula) -> bool {
    match formula {
        Formula::Inside(_) => true,
        Formula::Or(choices) => choices.iter().all(surrounds),
        Formula::And(all) => all.focus.is_empty() && all.positives.iter().all(surrounds),
        Formula::Pattern(_) | Formula::Regex(_) | Formula::Anywhere(_) => false,
    }
}

/// Whether the metavariable is bound wherever the formula matches.
fn binds(formula: &Formula, metavariable: &str) -> bool {
    match formula {
        Formula::Pattern(leaf) if reaches(&leaf.text) > 0 => false,
        Formula::Pattern(leaf) => {
            spell(&leaf.text, metavariable, "x").is_some_and(|it| it != leaf.text)
        }
        Formula::Regex(_) | Formula::Inside(_) | Formula::Anywhere(_) => false,
        Formula::Or(choices) => choices.iter().all(|one| binds(one, metavariable)),
        Formula::And(all) => all.positives.iter().any(|one| binds(one, metavariable)),
    }
}

/// In how many places a pattern may look into the bodies of functions within what it matches.
fn reaches(pattern: &str) -> usize {
    pattern.matches("<...").count() + bodies(pattern).count()
}

/// Where the bodies begin that a pattern does not leave open.
fn bodies(pattern: &str) -> impl Iterator<Item = usize> {
    let bodies = pattern.match_indices('{').map(|(at, _)| at);
    bodies.filter(|at| {
        let before = pattern[..*at].trim_end();
        let body = pattern[at + 1..].trim_start();
        let rest = body.strip_prefix("...").map(str::trim_start);
        (before.ends_with([')', ';', '}']) || before.ends_with("=>"))
            && !rest.is_some_and(|rest| rest.starts_with('}'))
    })
}

/// A pattern as if its one body were any, and what that body holds.
fn content(pattern: &str) -> Option<(String, &str)> {
    let start = bodies(pattern).next()? + 1;
    let mut open = 1_usize;
    let length = pattern[start..].find(|c| {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        open == 0
    })?;
    let (inner, rest) = pattern[start..].split_at(length);
    let is_plain = !pattern.contains(['"', '\'', '`']);
    is_plain.then(|| (format!("{} ... {rest}", &pattern[..start]), inner))
}

/// What a condition needs besides the formula that binds its metavariable.
pub(super) fn of_condition(
    condition: &Condition,
    all: &Conjunction,
    of_pattern: fn(&str) -> Needs,
) -> Needs {
    match condition {
        Condition::Pattern {
            language: None,
            formula,
            ..
        } => of_formula(formula, of_pattern),
        Condition::Regex {
            metavariable,
            regex,
            constant_propagation: false,
        } => {
            // Its text is a piece of the source, which begins where a word does unless it is the
            // content of a string or what a regular expression captured.
            let within = all.positives.iter().any(|one| quotes(one, metavariable))
                || all.conditions.iter().any(|one| captures(one, metavariable));
            let start = if within { Start::Anywhere } else { Start::Word };
            let words = literals::of_regex(&regex.text, start);
            let used = Some(()).filter(|()| !within);
            let used = used.and_then(|()| used_as(all, metavariable, of_pattern));
            let mut needs = vec![match used {
                Some(used) => words_used(words, used),
                None => words,
            }];
            if all.positives.iter().any(|one| defines(one, metavariable)) {
                needs.push(literals::of_defined(&regex.text));
            }
            all_of(needs)
        }
        Condition::Pattern { .. }
        | Condition::Regex { .. }
        | Condition::Comparison { .. }
        | Condition::Analysis { .. }
        | Condition::Type { .. } => Needs::Nothing,
    }
}

/// How all patterns that bind the metavariable use what it holds, where `of_pattern` tells uses.
fn used_as(all: &Conjunction, metavariable: &str, of_pattern: fn(&str) -> Needs) -> Option<Use> {
    // The use of a word tells that of a metavariable in its place.
    const WORD: &str = "placeholder";
    let mut leaves = Vec::new();
    all.positives.iter().for_each(|one| texts(one, &mut leaves));
    let mut uses = Vec::new();
    for text in leaves {
        let spelt = spell(text, metavariable, WORD)?;
        if spelt == *text {
            continue;
        }
        let needs = match of_pattern(&spelt) {
            Needs::All(needs) => needs,
            one => vec![one],
        };
        let placed = needs.into_iter().find_map(|one| match one {
            Needs::Used(word, way @ (Use::Method | Use::Field)) if word == WORD => Some(way),
            _ => None,
        });
        uses.push(placed?);
    }
    uses.into_iter()
        .reduce(|one, other| if one == other { one } else { Use::Field })
}

/// The texts of the patterns of a formula.
fn texts<'f>(formula: &'f Formula, found: &mut Vec<&'f String>) {
    match formula {
        Formula::Pattern(leaf) => found.push(&leaf.text),
        Formula::Regex(_) => {}
        Formula::Inside(inner) | Formula::Anywhere(inner) => texts(inner, found),
        Formula::Or(choices) => choices.iter().for_each(|one| texts(one, found)),
        Formula::And(all) => all.positives.iter().for_each(|one| texts(one, found)),
    }
}

/// The text with a word for a metavariable; nothing where a row of metavariables has its name.
pub(super) fn spell(text: &str, metavariable: &str, word: &str) -> Option<String> {
    let mut spelt = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(metavariable) {
        let (before, after) = (&rest[..at], &rest[at + metavariable.len()..]);
        let longer = after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        match before.strip_suffix('$') {
            Some(before) if !longer => {
                spelt.push_str(before);
                spelt.push_str(word);
            }
            None if !longer && before.ends_with("$...") => return None,
            _ => spelt.push_str(&rest[..at + metavariable.len()]),
        }
        rest = after;
    }
    spelt.push_str(rest);
    Some(spelt)
}

/// The needs with each whole word used so.
fn words_used(needs: Needs, used: Use) -> Needs {
    let inner = |all: Vec<Needs>| all.into_iter().map(|need| words_used(need, used)).collect();
    match needs {
        Needs::Word(word) => Needs::Used(word, used),
        Needs::All(all) => Needs::All(inner(all)),
        Needs::Each(all) => Needs::Each(inner(all)),
        Needs::Any(all) => Needs::Any(inner(all)),
        Needs::Around(need) => around(words_used(*need, used)),
        Needs::Within(need) => within(words_used(*need, used)),
        Needs::Beside(need) => beside(words_used(*need, used)),
        Needs::Spread(need) => spread(words_used(*need, used)),
        Needs::Nothing
        | Needs::Recursion
        | Needs::Used(..)
        | Needs::Part(_)
        | Needs::Together(_)
        | Needs::Text(_) => needs,
    }
}

/// Whether the metavariable is the name of a function that Python defines.
fn defines(formula: &Formula, metavariable: &str) -> bool {
    match formula {
        Formula::Pattern(leaf) => leaf.text.contains(&format!("def ${metavariable}(")),
        Formula::Inside(inner) | Formula::Anywhere(inner) => defines(inner, metavariable),
        Formula::And(all) => all.positives.iter().any(|one| defines(one, metavariable)),
        Formula::Or(choices) => choices.iter().all(|one| defines(one, metavariable)),
        Formula::Regex(_) => false,
    }
}

/// Whether a condition binds the metavariable, other than to a node.
fn captures(condition: &Condition, metavariable: &str) -> bool {
    match condition {
        Condition::Regex { regex, .. } => regex.text.contains(&format!("<{metavariable}>")),
        Condition::Pattern { formula, .. } => quotes(formula, metavariable),
        Condition::Comparison { .. } | Condition::Analysis { .. } | Condition::Type { .. } => false,
    }
}

/// What a formula of generic patterns needs.
pub(super) fn of_generic(formula: &Formula) -> Needs {
    match formula {
        Formula::Pattern(leaf) => words::of_tokens(&leaf.text),
        Formula::Regex(leaf) => literals::of_regex(&leaf.text, Start::Anywhere),
        Formula::Inside(inner) | Formula::Anywhere(inner) => of_generic(inner),
        Formula::Or(choices) => any(choices.iter().map(of_generic).collect()),
        Formula::And(all) => all_of(all.positives.iter().map(of_generic).collect()),
    }
}

/// Words that YAML reads as others: `yes` as `true`.
pub(super) const TRUTHS: &[&str] = &[
    "yes", "no", "on", "off", "null", "true", "false", "inf", "nan",
];

/// Languages where a metavariable holds its piece of the text letter by letter.
const VERBATIM: &[&str] = &[
    "python",
    "python2",
    "python3",
    "py",
    "javascript",
    "js",
    "typescript",
    "ts",
    "rust",
];

/// Leaves out what one of the languages may spell otherwise: HTML words in small letters, YAML by
/// another word for the same value, data and shells anything by escapes and quotes.
pub(super) fn without_variants(needs: Needs, languages: &[String]) -> Needs {
    let speaks = |name: &str| languages.iter().any(|language| language == name);
    let verbatim = |name: &String| VERBATIM.contains(&name.as_str());
    let varies = |word: &str| {
        let small = word.to_ascii_lowercase();
        speaks("html") && small != word || speaks("yaml") && TRUTHS.contains(&small.as_str())
    };
    let inner = |all: Vec<Needs>| -> Vec<Needs> {
        let all = all.into_iter();
        all.map(|needs| without_variants(needs, languages))
            .collect()
    };
    match needs {
        Needs::Word(word) if varies(&word) => Needs::Nothing,
        Needs::Text(_) if !languages.iter().all(verbatim) => Needs::Nothing,
        Needs::Nothing
        | Needs::Recursion
        | Needs::Word(_)
        | Needs::Used(..)
        | Needs::Part(_)
        | Needs::Together(_)
        | Needs::Text(_) => needs,
        Needs::All(all) => all_of(inner(all)),
        Needs::Each(all) => each_of(inner(all)),
        Needs::Any(choices) => any(inner(choices)),
        Needs::Around(need) => around(without_variants(*need, languages)),
        Needs::Within(need) => within(without_variants(*need, languages)),
        Needs::Beside(need) => beside(without_variants(*need, languages)),
        Needs::Spread(need) => spread(without_variants(*need, languages)),
    }
}

/// What a flow needs: one of its sources, and one of its sinks.
pub(super) fn of_taint(
    spec: &TaintSpec,
    languages: &[String],
    options: &Options,
) -> (Needs, Needs) {
    let of_pattern = of_patterns(languages, options);
    let of_part = |formula: &Formula| of_whole(&with_conditions(formula, &[]), of_pattern, options);
    let sources = spec.sources.iter().map(|source| of_part(&source.formula));
    let sinks = spec.sinks.iter().map(|sink| of_part(&sink.formula));
    (any(sources.collect()), any(sinks.collect()))
}

/// Whether a pattern of the formula may bind the metavariable to a piece of a string or of a text.
fn quotes(formula: &Formula, metavariable: &str) -> bool {
    match formula {
        Formula::Pattern(leaf) => {
            let name = format!("${metavariable}");
            leaf.text
                .match_indices(&name)
                .any(|(at, _)| leaf.text[..at].ends_with(['"', '\'', '`', '/', '}']))
        }
        // A group of an expression may bind it.
        Formula::Regex(_) => true,
        Formula::Inside(inner) | Formula::Anywhere(inner) => quotes(inner, metavariable),
        Formula::Or(choices) => choices.iter().any(|choice| quotes(choice, metavariable)),
        Formula::And(all) => {
            let mut positives = all.positives.iter();
            let mut conditions = all.conditions.iter();
            positives.any(|one| quotes(one, metavariable))
                || conditions.any(|one| captures(one, metavariable))
        }
    }
}

pub(super) fn any(mut choices: Vec<Needs>) -> Needs {
    if choices.contains(&Needs::Nothing) {
        return Needs::Nothing;
    }
    match choices.len() {
        1 => choices.remove(0),
        _ => Needs::Any(choices),
    }
}

pub(super) fn around(needs: Needs) -> Needs {
    match needs {
        Needs::Nothing | Needs::Around(_) => needs,
        _ => Needs::Around(Box::new(needs)),
    }
}

fn within(needs: Needs) -> Needs {
    match needs {
        Needs::Nothing | Needs::Within(_) => needs,
        _ => Needs::Within(Box::new(needs)),
    }
}

pub(super) fn beside(needs: Needs) -> Needs {
    match needs {
        Needs::Nothing => needs,
        _ => Needs::Beside(Box::new(needs)),
    }
}

fn spread(needs: Needs) -> Needs {
    match needs {
        Needs::Nothing | Needs::Spread(_) => needs,
        _ => Needs::Spread(Box::new(needs)),
    }
}

fn each_of(needs: Vec<Needs>) -> Needs {
    match all_of(needs) {
        Needs::All(needs) => Needs::Each(needs),
        needs => needs,
    }
}

pub(super) fn all_of(mut needs: Vec<Needs>) -> Needs {
    needs.retain(|need| *need != Needs::Nothing);
    match needs.len() {
        0 => Needs::Nothing,
        1 => needs.remove(0),
        _ => Needs::All(needs),
    }
}
