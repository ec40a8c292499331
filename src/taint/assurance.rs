//! What functions of other files assure of what they are given: that it does not come out of them,
//! or is harmless where they come back or answer so. They are asked for it in their own files; as
//! long as nothing is known of one, whatever goes in may come out.

use super::call::Argument;
use super::functions::{FunctionId, returns_of};
use super::link::Crossings;
use super::marks::Marks;
use super::value::{Origin, Place, Set, Shape, State};
use super::walk::Walk;
use super::{Program, Shared};
use crate::syntax::{File, Kind, NodeId, Role, Symbol};

/// What a function assures of what it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assurance {
    /// Whether what its receiver holds does not come out.
    holds_receiver: bool,
    params: Vec<Param>,
}

/// What is assured of one parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Param {
    name: Symbol,
    /// Whether it takes all that is left.
    rest: bool,
    /// Whether what it is given does not come out.
    held: bool,
    /// When it is harmless.
    proven: Vec<When>,
}

/// When a function has proven something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Wherever it comes back.
    Returned,
    /// Where it succeeds.
    Succeeded,
    /// Where it answers yes, or no.
    Answered(bool),
}

impl Assurance {
    /// Whether anything is assured.
    pub fn is_some(&self) -> bool {
        let param = |param: &Param| param.held || !param.proven.is_empty();
        self.holds_receiver || self.params.iter().any(param)
    }

    /// The parameter that an argument is given for.
    fn param(&self, position: usize, name: Option<Symbol>) -> Option<&Param> {
        let params = &self.params;
        match name {
            Some(name) => params
                .iter()
                .find(|param| param.name == name && !param.rest),
            None => {
                let rest = params.iter().position(|param| param.rest);
                params.get(rest.map_or(position, |rest| rest.min(position)))
            }
        }
    }
}

/// What functions of a file assure, in their order, and the calls that lead into other files and
/// have a part in it; nothing where the steps did not suffice.
pub(super) fn assurances(
    program: &Program,
    marks: &Marks,
    (file, shared): (&File<'_>, &Shared),
    crossings: &Crossings,
    functions: &[FunctionId],
    steps: &mut u64,
) -> (Vec<Assurance>, Vec<NodeId>) {
    let mut walk = Walk::new(program, marks, file, shared, crossings, steps);
    walk.find_reach();
    let mut needed = vec![false; walk.hot.len()];
    walk.calls.add_called(functions.to_vec(), &mut needed);
    walk.summarise(&needed);
    let assured = functions.iter().map(|&id| walk.assured(id)).collect();
    if *walk.steps == 0 || walk.incomplete {
        return (Vec::new(), Vec::new());
    }
    (assured, walk.asked.into_iter().collect())
}

impl Walk<'_> {
    /// What a function with a summary assures.
    fn assured(&mut self, id: FunctionId) -> Assurance {
        let functions = self.functions;
        let function = &functions.all[id];
        let returned = match &self.summaries[id] {
            Some(summary) if self.says_what_it_returns(id) => Some(summary.returned.all()),
            _ => None,
        };
        let held = |number: usize| {
            let comes_out = |set: &Set| {
                set.iter().any(|(token, _)| {
                    matches!(token.origin, Origin::Param(of, _) if usize::from(of) == number)
                })
            };
            returned.as_ref().is_some_and(|set| !comes_out(set))
        };
        let whens = [
            When::Returned,
            When::Succeeded,
            When::Answered(true),
            When::Answered(false),
        ];
        let proven = whens.map(|when| match when {
            When::Returned => (when, self.checked_params(id, false, 0).to_vec()),
            When::Succeeded => (when, self.checked_params(id, true, 0).to_vec()),
            When::Answered(truth) => (when, self.answered(id, truth, &State::new(), 0)),
        });
        let params = function.params.iter().enumerate();
        let params = params.map(|(position, param)| Param {
            name: param.name,
            rest: param.rest,
            held: held(position + 1),
            proven: proven
                .iter()
                .filter(|(_, params)| params.contains(&position) && !param.rest)
                .map(|(when, _)| *when)
                .collect(),
        });
        Assurance {
            holds_receiver: held(0),
            params: params.collect(),
        }
    }

    /// Whether what comes out of a function is what it returns. A constructor makes an object of
    /// what it is given, and a function that never returns anything may be there to be replaced.
    fn says_what_it_returns(&self, id: FunctionId) -> bool {
        let tree = self.tree;
        let function = &self.functions.all[id];
        let Some(body) = function.body else {
            return false;
        };
        let makes = function.class.is_some()
            && tree.child(function.node, Role::Name).is_some_and(|name| {
                ["__init__", "__new__", "constructor"]
                    .iter()
                    .any(|of| tree.symbol(name) == Symbol::of(of))
            });
        let generates = || {
            tree.subtree(body)
                .any(|node| tree.kind(node) == Kind::Yield)
        };
        let mut values = returns_of(tree, body)
            .into_iter()
            .filter_map(|at| tree.children(at).next());
        !makes && values.any(|value| tree.kind(value) != Kind::Null) && !generates()
    }

    /// What is assured of a call into another file.
    fn assurance(&self, call: NodeId) -> Option<&Assurance> {
        self.crossings.imported.get(&call)?.as_deref()
    }

    /// Whether anything is.
    pub(super) fn is_assured(&self, call: NodeId) -> bool {
        self.assurance(call).is_some()
    }

    /// Notes that a call into another file is given something.
    pub(super) fn note_asked(&mut self, call: NodeId, given: &Set) {
        if !given.is_empty() && self.crossings.imported.contains_key(&call) {
            self.asked.insert(call);
        }
    }

    /// What a call into another file returns, without what its function is known to hold back.
    pub(super) fn without_held(
        &self,
        call: NodeId,
        value: Shape,
        receiver: &Shape,
        arguments: &[Argument],
    ) -> Shape {
        let tree = self.tree;
        let Some(assurance) = self
            .assurance(call)
            .filter(|_| tree.kind(call) == Kind::Call)
        else {
            return value;
        };
        // A function that is handed on may be called with anything.
        let is_function = |argument: &Argument| match tree.kind(argument.value) {
            Kind::Func => true,
            Kind::Name => self.functions.named(self.file, argument.value).is_some(),
            _ => false,
        };
        if arguments.iter().any(is_function) {
            return value;
        }
        let spread = arguments.iter().any(|argument| argument.spread);
        let mut comes_out = Set::default();
        if !assurance.holds_receiver {
            comes_out.add(&receiver.all());
        }
        let mut position = 0;
        for argument in arguments {
            let held = if spread {
                assurance.params.iter().all(|param| param.held)
            } else {
                let param = assurance.param(position, argument.name);
                param.is_some_and(|param| param.held)
            };
            if !held {
                comes_out.add(&argument.shape.all());
            }
            position += usize::from(argument.name.is_none());
        }
        value.map(&mut |own| own.filter(|token| comes_out.iter().any(|(known, _)| *known == token)))
    }

    /// The places that a call into another file proves harmless.
    pub(super) fn proven_elsewhere(&self, call: NodeId, when: When) -> Vec<Place> {
        let Some(assurance) = self.assurance(call) else {
            return Vec::new();
        };
        let params = assurance.params.iter().enumerate();
        let proven = params.filter(|(_, param)| param.proven.contains(&when));
        let arguments =
            proven.filter_map(|(position, param)| self.argument_at(call, position, param.name));
        arguments
            .flat_map(|argument| self.validated(argument, 0))
            .collect()
    }
}
