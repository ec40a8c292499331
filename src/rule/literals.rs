//! The words that a text has to hold for a regular expression to match.
//!
//! An expression is read as a row of parts. Neighbours that stand for few texts are joined to the
//! texts that they spell together; what stands for many ends such a run. Of each run one text has to
//! be there, and its words are whole where something beside them ends a word.

use std::borrow::Cow;

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::dialect::{Unit, token_end};
use super::needs::{Needs, Part, all_of, any};
use super::whole;

/// Where a match begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Anywhere in the text.
    Anywhere,
    /// Where a word begins, or none is.
    Word,
}

/// A run of more texts than this is split.
const MOST_TEXTS: usize = 96;

/// A shorter piece of a word says nothing.
const SHORTEST: usize = 2;

/// Beyond this nothing is asked for.
const MOST_NESTED: u32 = 50;

/// What every text that the expression matches holds; nothing where it is in another dialect.
pub(super) fn of_regex(text: &str, start: Start) -> Needs {
    let Some(hir) = parse(text) else {
        return Needs::Nothing;
    };
    let words = needs(&hir, start == Start::Word, false);
    let whole = whole::within(&hir).map_or(Needs::Nothing, Needs::Text);
    all_of(vec![words, whole])
}

/// What a text holds where Python defines a function whose name the expression matches.
pub(super) fn of_defined(text: &str) -> Needs {
    parse(text).map_or(Needs::Nothing, |hir| Needs::Text(whole::defined(&hir)))
}

fn parse(text: &str) -> Option<Hir> {
    let unit = Unit::of(text);
    let mut parser = regex_syntax::ParserBuilder::new()
        .utf8(false)
        .unicode(unit == Unit::Character)
        .nest_limit(MOST_NESTED)
        .build();
    parser.parse(&unit.linear(&without_look_around(text))).ok()
}

/// The expression without what it only looks at, which asks for less.
fn without_look_around(text: &str) -> Cow<'_, str> {
    if !["(?=", "(?!", "(?<=", "(?<!"]
        .iter()
        .any(|look| text.contains(look))
    {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut kept = String::with_capacity(text.len());
    let (mut from, mut at) = (0, 0);
    while at < bytes.len() {
        let looks = ["(?=", "(?!", "(?<=", "(?<!"];
        if looks
            .iter()
            .any(|look| bytes[at..].starts_with(look.as_bytes()))
        {
            kept.push_str(&text[from..at]);
            kept.push_str("(?:)");
            at = group_end(bytes, at);
            from = at;
        } else {
            at = token_end(bytes, at);
        }
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(kept)
}

/// The end of the group that begins at `at`.
fn group_end(bytes: &[u8], mut at: usize) -> usize {
    let mut open = 0_usize;
    while at < bytes.len() {
        match bytes[at] {
            b'(' => open += 1,
            b')' if open == 1 => return at + 1,
            b')' => open -= 1,
            _ => {}
        }
        at = token_end(bytes, at);
    }
    bytes.len()
}

/// A letter or another byte of a text that an expression spells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letter {
    Exact(u8),
    /// In lower case, and meaning both.
    AnyCase(u8),
    /// Something that is in no word.
    Gap,
}

type Text = Vec<Letter>;

/// The needs of an expression that has a word's edge before it, or after it.
fn needs(hir: &Hir, edge_before: bool, edge_after: bool) -> Needs {
    match hir.kind() {
        HirKind::Capture(capture) => needs(&capture.sub, edge_before, edge_after),
        HirKind::Alternation(choices) if texts(hir).is_none() => any(choices
            .iter()
            .map(|choice| needs(choice, edge_before, edge_after))
            .collect()),
        HirKind::Repetition(repeated) if repeated.min > 0 && texts(hir).is_none() => {
            needs(&repeated.sub, false, false)
        }
        HirKind::Concat(parts) => row(parts, edge_before, edge_after),
        _ => row(std::slice::from_ref(hir), edge_before, edge_after),
    }
}

fn row(parts: &[Hir], edge_before: bool, edge_after: bool) -> Needs {
    let mut found = Vec::new();
    let mut run: Vec<Text> = vec![Vec::new()];
    let mut run_edge = edge_before;
    let mut edge = edge_before;
    for (at, part) in parts.iter().enumerate() {
        let next_edge = || match parts.get(at + 1) {
            Some(next) => opens(next),
            None => edge_after,
        };
        if let HirKind::Look(look) = part.kind() {
            if is_edge(*look) {
                found.push(of_run(&run, run_edge, true));
                (run, run_edge, edge) = (vec![Vec::new()], true, true);
            }
            continue;
        }
        match texts(part) {
            Some(more) if run.len() * more.len() <= MOST_TEXTS => {
                run = join(&run, &more);
                edge = more.iter().all(|text| end_edge(text, edge));
            }
            Some(more) => {
                found.push(of_run(&run, run_edge, false));
                let before = edge;
                edge = more.iter().all(|text| end_edge(text, before));
                (run, run_edge) = (more, before);
            }
            None => {
                found.push(of_run(&run, run_edge, opens(part)));
                found.push(needs_of_many(part, edge, next_edge()));
                edge = closes(part, edge);
                (run, run_edge) = (vec![Vec::new()], edge);
            }
        }
    }
    found.push(of_run(&run, run_edge, edge_after));
    match all_of(found) {
        Needs::All(pieces) if parts.iter().all(within_word) => Needs::Together(pieces),
        needs => needs,
    }
}

/// Whether all that an expression matches lies in one word, if it lies in any.
fn within_word(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|&b| is_word(b) || !b.is_ascii()),
        HirKind::Class(Class::Unicode(class)) => class
            .iter()
            .all(|range| ascii_is_word(range.start().into(), range.end().into())),
        HirKind::Class(Class::Bytes(class)) => class
            .iter()
            .all(|range| ascii_is_word(range.start().into(), range.end().into())),
        HirKind::Capture(capture) => within_word(&capture.sub),
        HirKind::Repetition(repeated) => within_word(&repeated.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(within_word),
    }
}

/// Whether the ASCII letters of a range belong to words.
fn ascii_is_word(start: u32, end: u32) -> bool {
    (start..=end.min(0x7f)).all(|letter| is_word(letter as u8))
}

/// Whether a text ends where a word may begin.
fn end_edge(text: &[Letter], before: bool) -> bool {
    text.last().map_or(before, |&last| last == Letter::Gap)
}

/// The needs of a part that stands for many texts.
fn needs_of_many(part: &Hir, edge_before: bool, edge_after: bool) -> Needs {
    match part.kind() {
        HirKind::Repetition(repeated) if repeated.min == 0 => Needs::Nothing,
        HirKind::Capture(_)
        | HirKind::Alternation(_)
        | HirKind::Repetition(_)
        | HirKind::Concat(_) => needs(part, edge_before, edge_after),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {
            Needs::Nothing
        }
    }
}

/// One of the texts of a run.
fn of_run(run: &[Text], edge_before: bool, edge_after: bool) -> Needs {
    let mut choices = Vec::new();
    for text in run {
        let need = of_text(text, edge_before, edge_after);
        if need == Needs::Nothing {
            return Needs::Nothing;
        }
        if !choices.contains(&need) {
            choices.push(need);
        }
    }
    any(choices)
}

/// All words of a text.
fn of_text(text: &[Letter], edge_before: bool, edge_after: bool) -> Needs {
    let mut found = Vec::new();
    let mut at = 0;
    for piece in text.split(|&letter| letter == Letter::Gap) {
        let at_start = at > 0 || edge_before;
        let at_end = at + piece.len() < text.len() || edge_after;
        at += piece.len() + 1;
        if piece.len() < SHORTEST {
            continue;
        }
        let any_case = piece
            .iter()
            .any(|letter| matches!(letter, Letter::AnyCase(_)));
        let bytes = piece.iter().map(|&letter| match letter {
            Letter::Exact(b) if any_case => b.to_ascii_lowercase(),
            Letter::Exact(b) | Letter::AnyCase(b) => b,
            Letter::Gap => b' ',
        });
        let text: String = bytes.map(char::from).collect();
        found.push(if at_start && at_end && !any_case {
            Needs::Word(text)
        } else {
            Needs::Part(Part {
                text,
                at_start,
                at_end,
                any_case,
            })
        });
    }
    all_of(found)
}

/// The texts that an expression stands for, where they are few.
fn texts(hir: &Hir) -> Option<Vec<Text>> {
    let few = |texts: Vec<Text>| (texts.len() <= MOST_TEXTS).then_some(texts);
    match hir.kind() {
        HirKind::Empty => Some(vec![Vec::new()]),
        HirKind::Literal(literal) => {
            let text = literal.0.iter().map(|&b| letter(b));
            Some(vec![text.collect::<Option<Text>>()?])
        }
        HirKind::Class(class) => of_class(class),
        HirKind::Look(_) => None,
        HirKind::Capture(capture) => texts(&capture.sub),
        HirKind::Repetition(repeated) => {
            let sub = texts(&repeated.sub)?;
            let max = repeated.max.filter(|&max| max <= 4)?;
            let mut all = Vec::new();
            let mut row = vec![Vec::new()];
            for count in 0..=max {
                if count >= repeated.min {
                    all.extend(row.iter().cloned());
                }
                row = few(join(&row, &sub))?;
            }
            few(all)
        }
        HirKind::Concat(parts) => parts.iter().try_fold(vec![Vec::new()], |row, part| {
            let more = texts(part)?;
            (row.len() * more.len() <= MOST_TEXTS).then(|| join(&row, &more))
        }),
        HirKind::Alternation(choices) => {
            let mut all = Vec::new();
            for choice in choices {
                all.extend(texts(choice)?);
            }
            few(all)
        }
    }
}

fn join(row: &[Text], more: &[Text]) -> Vec<Text> {
    let joined = row
        .iter()
        .flat_map(|text| more.iter().map(move |more| [&text[..], more].concat()));
    joined.collect()
}

fn letter(b: u8) -> Option<Letter> {
    match b {
        b if is_word(b) => Some(Letter::Exact(b)),
        // Letters beyond ASCII may be read as ASCII ones.
        b if b.is_ascii() => Some(Letter::Gap),
        _ => None,
    }
}

/// A letter in both cases, a few letters, or only what is in no word.
fn of_class(class: &Class) -> Option<Vec<Text>> {
    const FEW: usize = 8;
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class
            .iter()
            .map(|range| (range.start().into(), range.end().into()))
            .collect(),
        Class::Bytes(class) => class
            .iter()
            .map(|range| (range.start().into(), range.end().into()))
            .collect(),
    };
    let count: u32 = ranges.iter().map(|(start, end)| end - start + 1).sum();
    if count as usize > FEW {
        return None;
    }
    let mut all: Vec<char> = Vec::new();
    for (start, end) in ranges {
        all.extend((start..=end).filter_map(char::from_u32));
    }
    // The Kelvin sign and the long s are letters in another case.
    all.retain(|c| !matches!(c, '\u{212a}' | '\u{17f}'));
    if all.is_empty() || !all.iter().all(char::is_ascii) {
        return None;
    }
    if let [upper, lower] = all[..]
        && upper.is_ascii_uppercase()
        && lower == upper.to_ascii_lowercase()
    {
        return Some(vec![vec![Letter::AnyCase(lower as u8)]]);
    }
    let texts = all.iter().map(|&c| letter(c as u8).map(|one| vec![one]));
    let mut texts = texts.collect::<Option<Vec<Text>>>()?;
    texts.dedup();
    Some(texts)
}

/// Whether what an expression matches begins beside a word, or is nothing before the text's end.
fn opens(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Look(look) => is_edge(*look),
        HirKind::Literal(literal) => literal
            .0
            .first()
            .is_some_and(|&b| b.is_ascii() && !is_word(b)),
        HirKind::Class(class) => holds_no_word(class),
        HirKind::Capture(capture) => opens(&capture.sub),
        HirKind::Repetition(repeated) => repeated.min > 0 && opens(&repeated.sub),
        HirKind::Concat(parts) => parts.first().is_some_and(opens),
        HirKind::Alternation(choices) => choices.iter().all(opens),
        HirKind::Empty => false,
    }
}

/// Whether a word that begins after an expression begins there.
fn closes(hir: &Hir, before: bool) -> bool {
    match hir.kind() {
        HirKind::Empty => before,
        HirKind::Look(look) => before || is_edge(*look),
        HirKind::Literal(literal) => literal
            .0
            .last()
            .is_some_and(|&b| b.is_ascii() && !is_word(b)),
        HirKind::Class(class) => holds_no_word(class),
        HirKind::Capture(capture) => closes(&capture.sub, before),
        HirKind::Repetition(repeated) => {
            (repeated.min > 0 || before) && closes(&repeated.sub, false)
        }
        HirKind::Concat(parts) => parts.iter().fold(before, |edge, part| closes(part, edge)),
        HirKind::Alternation(choices) => choices.iter().all(|choice| closes(choice, before)),
    }
}

fn is_edge(look: Look) -> bool {
    match look {
        Look::Start
        | Look::End
        | Look::StartLF
        | Look::EndLF
        | Look::StartCRLF
        | Look::EndCRLF
        | Look::WordAscii
        | Look::WordUnicode
        | Look::WordStartAscii
        | Look::WordStartUnicode
        | Look::WordEndAscii
        | Look::WordEndUnicode => true,
        Look::WordAsciiNegate
        | Look::WordUnicodeNegate
        | Look::WordStartHalfAscii
        | Look::WordEndHalfAscii
        | Look::WordStartHalfUnicode
        | Look::WordEndHalfUnicode => false,
    }
}

/// Whether a class has only characters that end a word.
fn holds_no_word(class: &Class) -> bool {
    match class {
        Class::Unicode(class) => class.iter().all(|range| {
            range.end().is_ascii() && (range.start()..=range.end()).all(|c| !is_word(c as u8))
        }),
        Class::Bytes(class) => class.iter().all(|range| {
            range.end().is_ascii() && (range.start()..=range.end()).all(|b| !is_word(b))
        }),
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The needs in short: whole words bare, pieces with `*` where the word may go on, `~` for any
    /// case.
    fn show(needs: &Needs) -> String {
        let list = |all: &[Needs], by: &str| {
            let all: Vec<String> = all.iter().map(show).collect();
            format!("({})", all.join(by))
        };
        match needs {
            Needs::Nothing => "-".into(),
            Needs::Word(word) => word.clone(),
            Needs::Used(word, used) => format!("{word}:{used:?}"),
            Needs::Part(part) => format!(
                "{}{}{}{}",
                if part.at_start { "" } else { "*" },
                if part.any_case { "~" } else { "" },
                part.text,
                if part.at_end { "" } else { "*" }
            ),
            Needs::Together(all) => list(all, " + "),
            Needs::All(all) | Needs::Each(all) => list(all, " & "),
            Needs::Around(need)
            | Needs::Within(need)
            | Needs::Beside(need)
            | Needs::Spread(need) => show(need),
            Needs::Recursion => "a call of itself".into(),
            Needs::Any(any) => list(any, " | "),
            Needs::Text(regex) => format!("/{regex}/"),
        }
    }

    #[track_caller]
    fn check(regex: &str, expected: &str) {
        let words = needs(&parse(regex).unwrap(), true, false);
        assert_eq!(show(&words), expected, "{regex}");
    }

    #[test]
    fn what_an_expression_spells_is_asked_for() {
        check(
            "^(self\\.)?(request|req)$",
            "(request | req | (self & request) | (self & req))",
        );
        check("^(GET|POST)", "(GET* | POST*)");
        check("execute", "execute*");
        check(".*execute", "*execute*");
        check("(.*\\.)?execute$", "execute");
        check("is_\\w*(role|auth)\\w*", "(is_* + (*role* | *auth*))");
        check("is_.*role", "(is_* & *role*)");
        check("x(foo|bar)+y", "(*foo* | *bar*)");
    }

    #[test]
    fn what_need_not_be_there_is_not_asked_for() {
        check("(foo)?", "-");
        check("foo|.*", "-");
        check("[a-z]+", "-");
        check("(?!foo)bar", "bar*");
        check("(?!foo[)]\\))(?<=x)ba(?=r)", "ba*");
        check("f\u{e9}oo", "-");
    }

    #[test]
    fn letters_in_any_case_are_folded() {
        check("(?i)Password$", "~password");
        check("(?i)(token|key)s?$", "(~token | ~tokens | ~key | ~keys)");
        check("[tT]oken", "~token*");
    }

    #[test]
    fn an_edge_makes_a_word_whole() {
        check(".*\\bfoo\\b", "foo");
        check("foo\\(", "foo");
        check("foo\\s*\\(", "foo*");
        assert_eq!(show(&of_regex("foo$", Start::Anywhere)), "*foo");
    }

    #[test]
    fn what_is_in_another_dialect_asks_for_nothing() {
        assert_eq!(of_regex("(a)\\1", Start::Word), Needs::Nothing);
    }

    #[test]
    fn marks_between_words_are_asked_for_too() {
        let needs = of_regex("foo *[(]bar", Start::Word);
        assert_eq!(show(&needs), "((foo* & bar*) & /(?:(?:foo) *(?:\\(bar))/)");
    }
}
