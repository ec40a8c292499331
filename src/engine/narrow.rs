//! A second filter for large scripts, such as bundles, which hold the words of most rules somewhere.
//!
//! Where the bodies of functions stand is told without parsing. Bodies in which no live rule can match
//! are left out, and only the rest is parsed: rules whose formulas hold nowhere in it are let go. Of a
//! flow rule the cheaper end is looked for first, and the other where that one is found. What is left is run on
//! the whole file, so that no finding rests on a part.
//!
//! Like the prefilter, this may let pass too much, never too little: what must not match is only
//! believed as it is spelt, and what names are known to hold is not asked.

use super::parts::{self, Parts};
use super::prefilter::{Need, Words};
use super::ruleset::{Program, RuleSet};
use super::{MAX_PARSED, STEPS};
use crate::finding::RuleIndex;
use crate::pattern::Subject;
use crate::source::{Source, Span};
use crate::syntax::{Bodies, File};
use crate::taint::Half;
use crate::timing::{self, Stage};

/// A smaller script is parsed sooner than it is looked at.
const SMALLEST: usize = 16 * 1024;

/// The end of a flow for which less than this part of the text has to be parsed is asked for at once.
const LITTLE: u64 = 16;

/// Where more than this share of a text would have to be parsed, it is parsed whole.
const LARGEST_PERCENT: usize = 70;

/// Whether a text may be worth looking at in parts.
pub(super) fn is_worth_it(source: &Source) -> bool {
    let length = source.text().len();
    let is_parsed = source.decoded.is_ok() && length <= MAX_PARSED;
    source.language.is_script() && is_parsed && length >= SMALLEST
}

/// What is left of the rules that a file's words wake.
#[derive(Debug, Default)]
pub(super) struct Narrowed {
    /// Those that may find something in it.
    pub(super) live: Vec<usize>,
    /// The ends of flow rules that it does not have.
    pub(super) without: Vec<(usize, Half)>,
}

/// Whether a rule, or one end of a flow rule, may hold in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Question {
    rule: usize,
    half: Option<Half>,
}

/// Looks in parts of a file for what keeps rules alive; nothing where it has to be parsed whole.
pub(super) fn narrow(
    rules: &RuleSet,
    source: &Source,
    words: &Words<'_>,
    live: &[usize],
) -> Option<Narrowed> {
    let questions = timing::stage(Stage::Prefilter, || {
        Questions::of(rules, source, words, live)
    })?;
    let first = questions.first();
    let mut absent = questions.absent(rules, source, &first)?;
    let is_open = |rule: usize, absent: &[Question]| !absent.iter().any(|one| one.rule == rule);
    let open = first
        .iter()
        .filter(|question| is_open(question.rule, &absent));
    // The whole file is parsed where a search finds something; the other ends come cheaper then.
    if open.clone().all(|question| question.half.is_some()) {
        let others = open.filter_map(Question::other_end);
        let others: Vec<Question> = others.filter(|other| !first.contains(other)).collect();
        absent.extend(questions.absent(rules, source, &others).unwrap_or_default());
    }
    let live = live.iter().copied();
    Some(Narrowed {
        live: live.filter(|&rule| is_open(rule, &absent)).collect(),
        without: absent
            .iter()
            .filter_map(|question| Some((question.rule, question.half?)))
            .collect(),
    })
}

/// A large script without the bodies of functions that have nothing to do with some places; nothing
/// where it has to be parsed whole.
pub(super) fn around<'s>(source: &'s Source, places: &[Span]) -> Option<File<'s>> {
    if !is_worth_it(source) {
        return None;
    }
    let bodies = Bodies::of(source.text())?;
    let mut kept = vec![false; bodies.bodies.len()];
    for place in places {
        let mut around = bodies.innermost(place.start);
        while let Some(body) = around
            && !std::mem::replace(&mut kept[body], true)
        {
            around = bodies.bodies[body].parent.map(|body| body as usize);
        }
    }
    let gaps = parts::gaps(&bodies, source.text().len(), &kept, LARGEST_PERCENT)?;
    File::parse_without(source, &gaps)
}

impl Question {
    fn other_end(&self) -> Option<Question> {
        let half = match self.half? {
            Half::Source => Half::Sink,
            Half::Sink => Half::Source,
        };
        Some(Question {
            half: Some(half),
            ..*self
        })
    }
}

/// The questions about a file, each with the bodies of functions in which it may have a yes.
struct Questions {
    parts: Parts,
    searches: Vec<(Question, usize)>,
    /// The ends of each flow rule.
    flows: Vec<[(Question, usize); 2]>,
    /// For each need, by its number, the bodies; nothing where the answer is no.
    bodies: Vec<Option<Vec<bool>>>,
}

impl Questions {
    fn of(
        rules: &RuleSet,
        source: &Source,
        words: &Words<'_>,
        live: &[usize],
    ) -> Option<Questions> {
        let language = source.language;
        let prefilter = rules.prefilter(language);
        let of_language = rules.by_language[language as usize].iter().enumerate();
        let of_language = of_language.filter(|(_, rule)| live.binary_search(rule).is_ok());
        let needs: Vec<(usize, &Need)> = of_language
            .map(|(at, &rule)| (rule, prefilter.need(at)))
            .collect();
        let mut parts = Parts::of(
            source,
            prefilter,
            words,
            needs.iter().map(|(_, need)| *need),
        )?;
        let (mut searches, mut flows) = (Vec::new(), Vec::new());
        for (rule, need) in needs {
            let ends = match need {
                Need::All(ends) if rules.entries[rule].is_flow() => Some(ends),
                _ => None,
            };
            if let Some([source, sink]) = ends.map(Vec::as_slice) {
                let mut end = |half, need| {
                    let half = Some(half);
                    (Question { rule, half }, parts.number(need))
                };
                flows.push([end(Half::Source, source), end(Half::Sink, sink)]);
            } else {
                searches.push((Question { rule, half: None }, parts.number(need)));
            }
        }
        let bodies = parts.bodies();
        Some(Questions {
            parts,
            searches,
            flows,
            bodies,
        })
    }

    /// What is asked first: of each flow rule the end for which less has to be parsed, and the other one
    /// where that costs little more.
    fn first(&self) -> Vec<Question> {
        let mut kept = self.parts.none();
        let mut asked = Vec::new();
        for (question, need) in &self.searches {
            asked.push(*question);
            join(&mut kept, self.bodies[*need].as_deref());
        }
        for ends in &self.flows {
            let cost = |(_, need): &&(Question, usize)| {
                let bodies = self.bodies[*need].as_deref();
                bodies.map(|bodies| self.parts.cost(bodies, &kept))
            };
            let mut ends: Vec<_> = ends.iter().collect();
            ends.sort_by_key(cost);
            for (at, (question, need)) in ends.into_iter().enumerate() {
                let bodies = self.bodies[*need].as_deref();
                let cost = bodies.map_or(0, |bodies| self.parts.cost(bodies, &kept));
                if at == 0 || cost <= self.parts.length() / LITTLE {
                    asked.push(*question);
                    join(&mut kept, bodies);
                }
                if bodies.is_none() {
                    break;
                }
            }
        }
        asked
    }

    /// Which of some questions have a no, by a part of the file; nothing where that is not told.
    fn absent(
        &self,
        rules: &RuleSet,
        source: &Source,
        questions: &[Question],
    ) -> Option<Vec<Question>> {
        let mut kept = self.parts.none();
        let (mut open, mut absent) = (Vec::new(), Vec::new());
        let all = self.searches.iter().chain(self.flows.iter().flatten());
        for (question, need) in all.filter(|(question, _)| questions.contains(question)) {
            let bodies = self.bodies[*need].as_deref();
            join(&mut kept, bodies);
            if bodies.is_some() {
                open.push(*question);
            } else {
                absent.push(*question);
            }
        }
        if open.is_empty() {
            return Some(absent);
        }
        let gaps = self.parts.gaps(&kept, LARGEST_PERCENT)?;
        let file = File::parse_without(source, &gaps)?;
        let subject = Subject::new(source, Some(&file));
        open.retain(|question| !may_hold(rules, &subject, *question));
        absent.extend(open);
        Some(absent)
    }
}

fn may_hold(rules: &RuleSet, subject: &Subject<'_>, question: Question) -> bool {
    let entry = &rules.entries[question.rule];
    let language = subject.source().language;
    let program = timing::stage(Stage::Compile, || rules.program(entry, language));
    let holds = |formula| subject.may_hold(formula, entry.options, &mut STEPS.clone());
    let rule = RuleIndex(question.rule as u32);
    timing::rule(Stage::Match, rule, || match (program, question.half) {
        (Ok(Program::Search(formula)), _) => holds(formula),
        (Ok(Program::Taint(program)), Some(half)) => program.half(half).iter().any(holds),
        (Ok(Program::Taint(_)), None) | (Err(_), _) => true,
    })
}

fn join(kept: &mut [bool], more: Option<&[bool]>) {
    let more = more.unwrap_or_default();
    kept.iter_mut()
        .zip(more)
        .for_each(|(kept, more)| *kept |= more);
}
