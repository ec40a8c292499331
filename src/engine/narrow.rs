//! A second filter for scripts. A long one, such as a bundle, holds the words of most rules somewhere.
//!
//! Where the bodies of functions stand, and the statements in them, is told without parsing. Statements
//! in which no live rule can match are left out, and only the rest is parsed: rules whose formulas hold
//! nowhere in it are let go. Of a flow rule the cheaper end is looked for first, and the other where that
//! one is found. Searches that are left are asked again with the bodies around them whole. What is left
//! then is run on the whole file, so that no finding rests on a part.
//!
//! Like the prefilter, this may let pass too much, never too little: what must not match is only
//! believed as it is spelt, what a match must not stand in only where bodies are whole, and what names
//! are known to hold is not asked. One thing is passed over: a metavariable that stands twice in a pattern
//! holds two things where only the statements left out make them one constant.

use std::cell::OnceCell;

use foldhash::{HashMap, HashMapExt as _};

use super::parts::{self, Grain, Parts};
use super::prefilter::{Need, Words};
use super::ruleset::{Program, RuleSet};
use super::{MAX_PARSED, STEPS};
use crate::finding::RuleIndex;
use crate::pattern::{Extent, Subject};
use crate::source::{Source, Span};
use crate::syntax::{Bodies, File};
use crate::taint::Half;
use crate::timing::{self, Stage};

/// A smaller script is parsed whole at once.
const SMALLEST: usize = 2 * 1024;

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

/// A file, and where the bodies of its functions stand, where it is a large script and that is certain.
pub(super) struct Script<'s> {
    pub(super) source: &'s Source,
    bodies: OnceCell<Option<Bodies>>,
}

impl<'s> Script<'s> {
    pub(super) fn new(source: &'s Source) -> Script<'s> {
        Script {
            source,
            bodies: OnceCell::new(),
        }
    }

    fn bodies(&self) -> Option<&Bodies> {
        let of_text = || Bodies::of(self.source.text()).filter(|_| is_worth_it(self.source));
        self.bodies.get_or_init(of_text).as_ref()
    }

    /// Looks in parts of it for what keeps rules alive, and tells which of some ends of flows no
    /// statement can hold; nothing where it has to be parsed whole.
    pub(super) fn narrow(
        &self,
        rules: &RuleSet,
        words: &Words<'_>,
        live: &[usize],
        ends: &[(usize, Half)],
    ) -> Option<Narrowed> {
        let mut questions = timing::stage(Stage::Prefilter, || {
            let bodies = self.bodies()?;
            let script = (self.source, bodies);
            Some(Questions::of(rules, script, words, (live, ends)))
        })?;
        questions.settle(rules, self.source);
        timing::stage(Stage::Prefilter, || questions.settle_ends());
        let live = live.iter().copied();
        Some(Narrowed {
            live: live.filter(|&rule| questions.is_open(rule)).collect(),
            without: questions
                .absent
                .iter()
                .filter_map(|question| Some((question.rule, question.half?)))
                .collect(),
        })
    }

    /// The bodies of functions that have nothing to do with some places; nothing where it has to be
    /// parsed whole.
    pub(super) fn gaps_around(&self, places: &[Span]) -> Option<Vec<Span>> {
        let bodies = self.bodies()?;
        let mut kept = vec![false; bodies.bodies.len()];
        for place in places {
            let mut around = bodies.innermost(place.start);
            while let Some(body) = around
                && !std::mem::replace(&mut kept[body], true)
            {
                around = bodies.bodies[body].parent.map(|body| body as usize);
            }
        }
        for (at, body) in bodies.bodies.iter().enumerate() {
            kept[at] |= body.is_run && body.parent.is_none_or(|parent| kept[parent as usize]);
        }
        parts::gaps(bodies, self.source.text(), &kept, LARGEST_PERCENT)
    }
}

/// The questions about a file.
struct Questions<'p> {
    parts: Parts<'p>,
    /// Each with the number of what it needs.
    searches: Vec<(Question, usize)>,
    /// The ends of each flow rule.
    flows: Vec<[(Question, usize); 2]>,
    /// Ends of flows between files.
    ends: Vec<(Question, usize)>,
    /// Those that have a no.
    absent: Vec<Question>,
}

/// A question, with the places in which it may have a yes; nothing where the answer is no.
type Asked = (Question, Option<Vec<bool>>);

impl<'p> Questions<'p> {
    fn of(
        rules: &'p RuleSet,
        (source, bodies): (&'p Source, &'p Bodies),
        words: &Words<'_>,
        (live, between): (&[usize], &[(usize, Half)]),
    ) -> Questions<'p> {
        let language = source.language;
        let prefilter = rules.prefilter(language);
        let of_language = rules.by_language[language as usize].iter().enumerate();
        let is_live = |rule: &usize| live.binary_search(rule).is_ok();
        let is_end = |rule: &usize| between.iter().any(|(of, _)| of == rule);
        let of_language = of_language.filter(|(_, rule)| is_live(rule) || is_end(rule));
        let needs: Vec<(usize, &Need)> = of_language
            .map(|(at, &rule)| (rule, prefilter.need(at)))
            .collect();
        let all = needs.iter().map(|(_, need)| *need);
        let mut parts = Parts::of(source, bodies, prefilter, words, all);
        let (mut searches, mut flows, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for (rule, need) in needs {
            let halves = match need {
                Need::All(halves) if rules.entries[rule].is_flow() => Some(halves),
                _ => None,
            };
            if let Some([source, sink]) = halves.map(Vec::as_slice) {
                let mut end = |half, need| {
                    let half = Some(half);
                    (Question { rule, half }, parts.number(need))
                };
                let both = [end(Half::Source, source), end(Half::Sink, sink)];
                let is_between = |(question, _): &&(Question, usize)| {
                    let end = question.half.map(|half| (rule, half));
                    end.is_some_and(|end| between.contains(&end))
                };
                ends.extend(both.iter().filter(is_between));
                if is_live(&rule) {
                    flows.push(both);
                }
            } else {
                searches.push((Question { rule, half: None }, parts.number(need)));
            }
        }
        Questions {
            parts,
            searches,
            flows,
            ends,
            absent: Vec::new(),
        }
    }

    fn is_open(&self, rule: usize) -> bool {
        !self.absent.iter().any(|one| one.rule == rule)
    }

    /// Asks what has a no in parts of the file.
    fn settle(&mut self, rules: &RuleSet, source: &Source) {
        let (first, others) = timing::stage(Stage::Prefilter, || self.split());
        if self.ask(rules, source, &first, Grain::Statements).is_some() {
            let is_open = |(question, _): &Asked| self.is_open(question.rule);
            let others: Vec<Asked> = others.into_iter().filter(is_open).collect();
            self.ask(rules, source, &others, Grain::Statements);
        }
        // The whole file is parsed where a flow may be in it.
        if !self
            .flows
            .iter()
            .any(|[(end, _), _]| self.is_open(end.rule))
        {
            let searches = self.searches.iter();
            let open = searches.filter(|(question, _)| self.is_open(question.rule));
            let asked = |(question, need): &(Question, usize)| {
                (*question, self.parts.places(*need, Grain::Bodies))
            };
            let asked: Vec<Asked> = open.map(asked).collect();
            self.ask(rules, source, &asked, Grain::Bodies);
        }
    }

    /// Notes which ends of flows between files no statement can hold.
    fn settle_ends(&mut self) {
        let mut known: HashMap<usize, bool> = HashMap::new();
        for (end, need) in &self.ends {
            let is_absent = || self.parts.places(*need, Grain::Statements).is_none();
            if *known.entry(*need).or_insert_with(is_absent) && !self.absent.contains(end) {
                self.absent.push(*end);
            }
        }
    }

    /// What is asked first, and what later: of each flow rule first the end for which less has to be
    /// parsed, and the other one where that costs little more.
    fn split(&self) -> (Vec<Asked>, Vec<Asked>) {
        let mut known: HashMap<usize, Option<Vec<bool>>> = HashMap::new();
        let mut asked = |(question, need): &(Question, usize)| {
            let places = known.entry(*need);
            let places = places.or_insert_with(|| self.parts.places(*need, Grain::Statements));
            (*question, places.clone())
        };
        let mut kept = self.parts.none();
        let mut first: Vec<Asked> = self.searches.iter().map(&mut asked).collect();
        for (_, places) in &first {
            parts::join(&mut kept, places.as_deref().unwrap_or_default());
        }
        let mut others = Vec::new();
        for ends in &self.flows {
            let mut ends = ends.each_ref().map(|end| {
                let asked = asked(end);
                let places = asked.1.as_deref();
                (places.map(|places| self.parts.cost(places, &kept)), asked)
            });
            ends.sort_by_key(|(cost, _)| *cost);
            let [(cost, cheaper), (more, dearer)] = ends;
            parts::join(&mut kept, cheaper.1.as_deref().unwrap_or_default());
            first.push(cheaper);
            if cost.is_none() {
                continue;
            }
            if more <= Some(self.parts.length() / LITTLE) {
                parts::join(&mut kept, dearer.1.as_deref().unwrap_or_default());
                first.push(dearer);
            } else {
                others.push(dearer);
            }
        }
        (first, others)
    }

    /// Notes which of some questions have a no, by a part of the file; nothing where that is not told.
    fn ask(
        &mut self,
        rules: &RuleSet,
        source: &Source,
        asked: &[Asked],
        grain: Grain,
    ) -> Option<()> {
        let mut kept = self.parts.none();
        for (question, places) in asked {
            match places {
                Some(places) => parts::join(&mut kept, places),
                None => self.absent.push(*question),
            }
        }
        let open = asked
            .iter()
            .filter(|(question, places)| places.is_some() && self.is_open(question.rule));
        let open: Vec<Question> = open.map(|(question, _)| *question).collect();
        if open.is_empty() {
            return Some(());
        }
        let gaps = self.parts.gaps(&kept, LARGEST_PERCENT)?;
        let file = File::parse_without(source, &gaps, grain == Grain::Statements)?;
        let subject = Subject::new(source, Some(&file));
        let absent = open
            .into_iter()
            .filter(|one| !may_hold(rules, &subject, *one, grain));
        self.absent.extend(absent);
        Some(())
    }
}

fn may_hold(rules: &RuleSet, subject: &Subject<'_>, question: Question, grain: Grain) -> bool {
    let entry = &rules.entries[question.rule];
    let language = subject.source().language;
    let program = timing::stage(Stage::Compile, || rules.program(entry, language));
    let extent = match grain {
        Grain::Statements => Extent::Statements,
        Grain::Bodies => Extent::Bodies,
    };
    let holds = |formula| subject.may_hold(formula, entry.options, extent, &mut STEPS.clone());
    let rule = RuleIndex(question.rule as u32);
    timing::rule(Stage::Match, rule, || match (program, question.half) {
        (Ok(Program::Search(formula)), _) => holds(formula),
        (Ok(Program::Taint(program)), Some(half)) => program.half(half).iter().any(holds),
        (Ok(Program::Taint(_)), None) | (Err(_), _) => true,
    })
}
