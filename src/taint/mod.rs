//! Flows: from where a value comes to where it must not arrive.
//!
//! A taint rule's sources, sinks, sanitizers and propagators are formulas like any other; their
//! matches are laid on the nodes of the tree. Then each function is run once in the abstract:
//! variables and their fields hold the origins of their values, branches join, loops run until
//! nothing changes. What a function does with its parameters is summed up and used at its calls.

mod answer;
mod assign;
mod call;
mod calls;
mod case;
mod checks;
mod class;
mod collection;
mod completion;
mod constant;
mod element;
mod expression;
mod functions;
mod guard;
mod handed;
mod harmless;
mod macros;
mod marks;
mod models;
mod normal;
mod place;
mod predicate;
mod repeat;
mod statement;
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
use crate::syntax::File;
use calls::Calls;
use functions::Functions;
use marks::{ByStart, Marks};

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
}

/// What all rules ask of one file, worked out once.
#[derive(Debug, Default)]
pub struct Shared {
    functions: OnceCell<(Functions, Calls)>,
    by_start: OnceCell<ByStart>,
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

    fn by_start(&self, file: &File<'_>) -> &ByStart {
        self.by_start.get_or_init(|| ByStart::of(file))
    }
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

    /// All flows in a file, in the order of their ends, and whether the steps sufficed.
    pub fn flows(
        &self,
        subject: &Subject<'_>,
        file: &File<'_>,
        shared: &Shared,
        options: Options,
        steps: &mut u64,
    ) -> (Vec<Flow>, bool) {
        match Marks::find(self, subject, file, shared, options, steps) {
            Ok(Some(marks)) => walk::run(self, &marks, file, shared, steps),
            Ok(None) => (Vec::new(), true),
            Err(_) => (Vec::new(), false),
        }
    }
}
