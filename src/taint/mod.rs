//! Flows: from where a value comes to where it must not arrive.
//!
//! A taint rule's sources, sinks, sanitizers and propagators are formulas like any other; their
//! matches are laid on the nodes of the tree. Then each function is run once in the abstract:
//! variables and their fields hold the origins of their values, branches join, loops run until
//! nothing changes. What a function does with its parameters is summed up and used at its calls.

mod answer;
mod assign;
mod assurance;
mod call;
mod calls;
mod case;
mod checks;
mod class;
mod collection;
mod completion;
mod constant;
mod cross;
mod element;
mod expression;
mod functions;
mod guard;
mod handed;
mod harmless;
mod host;
mod link;
mod macros;
mod marks;
mod models;
mod normal;
mod outside;
mod place;
mod predicate;
mod repeat;
mod statement;
mod strip;
mod summary;
mod value;
mod walk;

use std::cell::OnceCell;

use crate::finding::Confidence;
use crate::lang::Language;
use crate::pattern::{Bindings, Compiler, Formula, Options, Subject};
use crate::rule::taint::TaintSpec;
use crate::rule::{Rule, RuleError};
use crate::source::Span;
use crate::syntax::{File, NodeId};
pub use assurance::Assurance;
use calls::Calls;
pub use functions::FunctionId;
use functions::Functions;
pub use link::{
    Address, Assured, Border, Crossings, Demand, FileNumber, Meaning, Modules, Passage, Slot, Worth,
};
use marks::Marks;

/// The formulas of a taint rule in one language, ready to run.
#[derive(Debug)]
pub struct Program {
    spec: TaintSpec,
    sources: Vec<Formula>,
    sinks: Vec<Formula>,
    sanitizers: Vec<Formula>,
    propagators: Vec<Formula>,
}

/// A value that arrives where it must not.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Where.
    pub span: Span,
    /// What the metavariables of the sink hold, and those of the source.
    pub bindings: Bindings,
    /// The way there, from the source on, each step with what happens at it.
    pub steps: Vec<(Span, String)>,
    /// What the value is where it comes from, as far as the source says so.
    pub called: Option<String>,
    /// How sure the flow is at most, as far as its source says so.
    pub confidence: Option<Confidence>,
    /// Which of the passages from other files it began with, where it did.
    pub passage: Option<usize>,
}

/// A value that goes into another file.
#[derive(Clone, Debug)]
pub struct Departure {
    /// To which function, or from which, by all its names.
    pub to: Vec<Address>,
    /// As what.
    pub slot: Slot,
    /// Its label; none where the rule has none.
    pub label: Option<String>,
    /// What it is where it comes from, as far as the source says so.
    pub called: Option<String>,
    /// How sure a flow is at most, as far as its source says so.
    pub confidence: Option<Confidence>,
    /// What the metavariables of the source hold.
    pub bindings: Bindings,
    /// The way there, from the source on, each step with what happens at it.
    pub steps: Vec<(Span, String)>,
    /// Which of the passages from other files it began with, where it did.
    pub passage: Option<usize>,
}

/// What a rule finds in a file.
#[derive(Clone, Debug, Default)]
pub struct Flows {
    /// The flows, in the order of their ends.
    pub flows: Vec<Flow>,
    /// What goes into other files.
    pub departures: Vec<Departure>,
    /// The calls that lead into other files and are given something.
    pub asked: Vec<NodeId>,
    /// Whether the steps sufficed.
    pub complete: bool,
}

/// What all rules ask of one file, worked out once.
#[derive(Debug, Default)]
pub struct Shared {
    functions: OnceCell<(Functions, Calls)>,
}

impl Shared {
    /// The functions of the file, and who calls whom.
    fn functions(&self, file: &File<'_>) -> (&Functions, &Calls) {
        let (functions, calls) = self.functions.get_or_init(|| {
            let functions = Functions::of(file);
            let calls = Calls::of(file, &functions);
            (functions, calls)
        });
        (functions, calls)
    }
}

/// One end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    /// Where it begins.
    Source,
    /// Where it ends.
    Sink,
}

impl Program {
    /// Compiles a rule for a language.
    pub fn compile(
        compiler: &mut Compiler,
        language: Language,
        rule: &Rule,
        spec: &TaintSpec,
    ) -> Result<Program, RuleError> {
        let mut compile =
            |formula: &crate::rule::Formula| compiler.compile_shared(language, rule, formula);
        Ok(Program {
            sources: spec
                .sources
                .iter()
                .map(|one| compile(&one.formula))
                .collect::<Result<_, _>>()?,
            sinks: spec
                .sinks
                .iter()
                .map(|one| compile(&one.formula))
                .collect::<Result<_, _>>()?,
            sanitizers: spec
                .sanitizers
                .iter()
                .map(|one| compile(&one.formula))
                .collect::<Result<_, _>>()?,
            propagators: spec
                .propagators
                .iter()
                .map(|one| compile(&one.formula))
                .collect::<Result<_, _>>()?,
            spec: spec.clone(),
        })
    }

    /// The formulas of its sources, or of its sinks.
    pub fn half(&self, half: Half) -> &[Formula] {
        match half {
            Half::Source => &self.sources,
            Half::Sink => &self.sinks,
        }
    }

    /// The parameters that lead to a sink, or into another file where one is wanted: each with the
    /// function that has it, and its place. And whether the steps were enough to find all.
    pub fn leading(
        &self,
        subject: &Subject<'_>,
        (file, shared): (&File<'_>, &Shared),
        crossings: &Crossings,
        options: Options,
        steps: &mut u64,
    ) -> (Vec<(FunctionId, usize)>, bool) {
        match Marks::find(self, subject, file, crossings, options, steps) {
            Ok(Some(marks)) => cross::leading(self, &marks, file, shared, crossings, steps),
            found => (Vec::new(), found.is_ok()),
        }
    }

    /// What functions assure of what they are given, in their order, and the calls that lead into
    /// other files and have a part in it; nothing where the steps do not suffice.
    pub fn assurances(
        &self,
        subject: &Subject<'_>,
        code: (&File<'_>, &Shared),
        crossings: &Crossings,
        functions: &[FunctionId],
        options: Options,
        steps: &mut u64,
    ) -> (Vec<Assurance>, Vec<NodeId>) {
        match Marks::find(self, subject, code.0, crossings, options, steps) {
            Ok(Some(marks)) => {
                assurance::assurances(self, &marks, code, crossings, functions, steps)
            }
            Ok(None) | Err(_) => (Vec::new(), Vec::new()),
        }
    }

    /// All flows in a file, with what is known of other files.
    pub fn flows(
        &self,
        subject: &Subject<'_>,
        (file, shared): (&File<'_>, &Shared),
        crossings: &Crossings,
        options: Options,
        steps: &mut u64,
    ) -> Flows {
        match Marks::find(self, subject, file, crossings, options, steps) {
            Ok(Some(marks)) => walk::run(self, &marks, file, shared, crossings, steps),
            found => Flows {
                complete: found.is_ok(),
                ..Flows::default()
            },
        }
    }
}
