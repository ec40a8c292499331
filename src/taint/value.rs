//! What is known of values: which sources they come from, field by field, and how.

use std::collections::BTreeMap;
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt as _};

use crate::source::Span;
use crate::syntax::{DefId, NodeId, Symbol};

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Origin {
    /// A match of a source, by its place in the list of all.
    Source(u32),
    /// What a parameter of the function held when it was called, or a field of that. The receiver
    /// is parameter zero.
    Param(u16, PathId),
}

/// A list of fields, by its place in the list of all that were met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PathId(pub(super) u32);

impl PathId {
    pub(super) const EMPTY: PathId = PathId(0);
}

/// The lists of fields that were met.
#[derive(Debug)]
pub(super) struct Paths {
    all: Vec<Vec<Symbol>>,
    longer: HashMap<(PathId, Symbol), PathId>,
}

impl Paths {
    pub(super) fn new() -> Paths {
        Paths {
            all: vec![Vec::new()],
            longer: HashMap::new(),
        }
    }

    pub(super) fn keys(&self, path: PathId) -> &[Symbol] {
        &self.all[path.0 as usize]
    }

    /// A list with one field more.
    pub(super) fn extend(&mut self, path: PathId, key: Symbol) -> PathId {
        let all = &mut self.all;
        *self.longer.entry((path, key)).or_insert_with(|| {
            let mut longer = all[path.0 as usize].clone();
            longer.push(key);
            all.push(longer);
            PathId(all.len() as u32 - 1)
        })
    }
}

/// The label of a value whose caller knows it.
pub(super) const ANY_LABEL: u16 = u16::MAX;

/// One thing that a value may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Token {
    pub(super) origin: Origin,
    /// The number of its label.
    pub(super) label: u16,
}

/// What happened to a value on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// It came into being.
    Source,
    /// A function of another file returned it.
    Answer,
    /// It was given to the variable that this node is.
    Into(NodeId),
    /// It was passed to the function that this node is.
    Argument(NodeId),
    /// It was returned by the function that this node is.
    Returned(NodeId),
}

/// The way of a value, the last step first.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace(Option<Rc<Step>>);

#[derive(Debug)]
struct Step {
    before: Trace,
    span: Span,
    note: Note,
    length: u16,
}

/// A way longer than this is not told to its end.
const MAX_STEPS: u16 = 24;

impl Trace {
    /// The way with one step more.
    pub(super) fn then(&self, span: Span, note: Note) -> Trace {
        let length = self.0.as_ref().map_or(0, |step| step.length);
        let same = self
            .0
            .as_ref()
            .is_some_and(|step| step.span == span && step.note == note);
        if length >= MAX_STEPS || same {
            return self.clone();
        }
        Trace(Some(Rc::new(Step {
            before: self.clone(),
            span,
            note,
            length: length + 1,
        })))
    }

    /// The way with another behind it.
    pub(super) fn join(&self, other: &Trace) -> Trace {
        // No deeper than `MAX_STEPS`.
        match &other.0 {
            None => self.clone(),
            Some(step) => self.join(&step.before).then(step.span, step.note),
        }
    }

    /// The steps, the first first.
    pub(super) fn steps(&self) -> Vec<(Span, Note)> {
        let mut steps = Vec::new();
        let mut at = self;
        while let Some(step) = &at.0 {
            steps.push((step.span, step.note));
            at = &step.before;
        }
        steps.reverse();
        steps
    }
}

/// All that a value may come from, sorted; of each the first way that was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Set(Option<Rc<Vec<(Token, Trace)>>>);

/// A value keeps no more origins than this: one is enough for a report.
const MAX_TOKENS: usize = 24;

impl Set {
    pub(super) fn one(token: Token, trace: Trace) -> Set {
        Set(Some(Rc::new(vec![(token, trace)])))
    }

    pub(super) fn of(all: Vec<(Token, Trace)>) -> Set {
        Set::of_ways(all, |trace| trace)
    }

    /// The set of origins whose ways are still to be put together: only those that are kept are.
    pub(super) fn of_ways<W>(mut all: Vec<(Token, W)>, trace: impl Fn(W) -> Trace) -> Set {
        if all.is_empty() {
            return Set(None);
        }
        all.sort_by_key(|(token, _)| *token);
        all.dedup_by_key(|(token, _)| *token);
        all.truncate(MAX_TOKENS);
        let all = all.into_iter().map(|(token, way)| (token, trace(way)));
        Set(Some(Rc::new(all.collect())))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Token, Trace)> {
        self.0.iter().flat_map(|all| all.iter())
    }

    pub(super) fn union(&self, other: &Set) -> Set {
        match (&self.0, &other.0) {
            (_, None) => self.clone(),
            (None, _) => other.clone(),
            (Some(a), Some(b)) if Rc::ptr_eq(a, b) => self.clone(),
            (Some(a), Some(b)) => {
                let new = b
                    .iter()
                    .filter(|(token, _)| a.binary_search_by_key(token, |(t, _)| *t).is_err());
                let new: Vec<_> = new.cloned().collect();
                if new.is_empty() {
                    return self.clone();
                }
                Set::of(a.iter().cloned().chain(new).collect())
            }
        }
    }

    pub(super) fn add(&mut self, other: &Set) {
        if !other.is_empty() {
            *self = self.union(other);
        }
    }

    /// Whether both hold the same origins, whatever the way.
    pub(super) fn same(&self, other: &Set) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(a), Some(b)) => {
                Rc::ptr_eq(a, b)
                    || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.0 == b.0)
            }
            _ => false,
        }
    }

    /// The set with each way one step longer.
    pub(super) fn step(&self, span: Span, note: Note) -> Set {
        match &self.0 {
            None => Set(None),
            Some(all) => Set(Some(Rc::new(
                all.iter()
                    .map(|(token, trace)| (*token, trace.then(span, note)))
                    .collect(),
            ))),
        }
    }

    /// Only the origins that pass.
    pub(super) fn filter(&self, pass: impl Fn(Token) -> bool) -> Set {
        Set::of(
            self.iter()
                .filter(|(token, _)| pass(*token))
                .cloned()
                .collect(),
        )
    }
}

/// What is known of one value.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// What it comes from, and each field that is not listed.
    pub(super) own: Set,
    fields: Option<Rc<Vec<(Symbol, Shape)>>>,
    /// How many elements it has, where it is a list of which each is listed.
    pub(super) length: Option<u16>,
}

/// Fields of fields are followed as deep as this.
pub(super) const MAX_FIELDS_DEEP: usize = 3;
/// Of one value no more fields than these are told apart.
const MAX_FIELDS: usize = 64;

impl Shape {
    pub(super) fn of(own: Set) -> Shape {
        Shape {
            own,
            fields: None,
            length: None,
        }
    }

    pub(super) fn is_trivial(&self) -> bool {
        self.own.is_empty() && self.fields.is_none() && self.length.is_none()
    }

    /// Whether neither it nor a part of it comes from anywhere.
    pub(super) fn is_clean(&self) -> bool {
        self.own.is_empty() && self.fields().iter().all(|(_, field)| field.is_clean())
    }

    pub(super) fn fields(&self) -> &[(Symbol, Shape)] {
        self.fields.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Everything that it or a part of it comes from.
    pub(super) fn all(&self) -> Set {
        let mut all = self.own.clone();
        for (_, field) in self.fields() {
            all.add(&field.all());
        }
        all
    }

    /// What arrives where the value does; an object may hold what it is made of to itself.
    pub(super) fn arriving(&self, objects_hold: bool) -> Set {
        if objects_hold && (self.length.is_some() || !self.fields().is_empty()) {
            self.own.clone()
        } else {
            self.all()
        }
    }

    /// What a listed field holds.
    pub(super) fn listed(&self, key: Symbol) -> Option<&Shape> {
        self.fields()
            .iter()
            .find(|(of, _)| *of == key)
            .map(|(_, shape)| shape)
    }

    /// Lists a field.
    pub(super) fn set_field(&mut self, key: Symbol, value: Shape) {
        let fields = Rc::make_mut(self.fields.get_or_insert_with(Rc::default));
        match fields.iter().position(|(of, _)| *of == key) {
            Some(at) => fields[at].1 = value,
            None if fields.len() < MAX_FIELDS => fields.push((key, value)),
            None => {
                let all = value.all();
                self.own.add(&all);
                self.length = None;
            }
        }
    }

    /// Forgets which field holds what.
    pub(super) fn collapse(&mut self) {
        *self = Shape::of(self.all());
    }

    /// With fields no deeper than a limit.
    pub(super) fn cut(self, deep: usize) -> Shape {
        if deep == 0 {
            return if self.fields.is_none() {
                self
            } else {
                Shape::of(self.all())
            };
        }
        let Some(fields) = self.fields else {
            return self;
        };
        let fields = fields
            .iter()
            .map(|(key, field)| (*key, field.clone().cut(deep - 1)))
            .collect();
        Shape {
            own: self.own,
            fields: Some(Rc::new(fields)),
            length: self.length,
        }
    }

    pub(super) fn same(&self, other: &Shape) -> bool {
        let (a, b) = (self.fields(), other.fields());
        self.own.same(&other.own)
            && self.length == other.length
            && a.len() == b.len()
            && a.iter()
                .all(|(key, field)| other.listed(*key).is_some_and(|of| of.same(field)))
    }

    /// What a field holds as far as the value itself tells; `extend` names the field of a parameter.
    pub(super) fn read(&self, key: Symbol, extend: &mut dyn FnMut(&Set) -> Set) -> Shape {
        match self.listed(key) {
            Some(field) => field.clone(),
            None => Shape::of(extend(&self.own)),
        }
    }

    /// Either of two values.
    pub(super) fn join(&self, other: &Shape, extend: &mut dyn FnMut(&Set, Symbol) -> Set) -> Shape {
        let length = if self.length == other.length {
            self.length
        } else {
            None
        };
        let mut joined = Shape {
            own: self.own.union(&other.own),
            fields: None,
            length,
        };
        if let (Some(a), Some(b)) = (&self.fields, &other.fields)
            && Rc::ptr_eq(a, b)
        {
            joined.fields = Some(Rc::clone(a));
            return joined;
        }
        let keys = self
            .fields()
            .iter()
            .chain(other.fields())
            .map(|(key, _)| *key);
        let mut seen: Vec<Symbol> = Vec::new();
        for key in keys {
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            let a = self.read(key, &mut |own| extend(own, key));
            let b = other.read(key, &mut |own| extend(own, key));
            let both = self.listed(key).is_some() && other.listed(key).is_some();
            let field = a.join(&b, extend);
            // What is harmless on one way only is no more than what the whole is.
            if both || length.is_some() || !joined.own.is_empty() || !field.is_trivial() {
                joined.set_field(key, field);
            }
        }
        joined
    }

    /// The value with each origin put through a function.
    pub(super) fn map(&self, change: &mut dyn FnMut(&Set) -> Set) -> Shape {
        let own = change(&self.own);
        let fields = self.fields.as_ref().map(|fields| {
            Rc::new(
                fields
                    .iter()
                    .map(|(key, field)| (*key, field.map(change)))
                    .collect::<Vec<_>>(),
            )
        });
        Shape {
            own,
            fields,
            length: self.length,
        }
    }
}

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Var {
    /// The receiver.
    This,
    /// One that the file defines.
    Def(DefId),
    /// One that it does not.
    Name(Symbol),
}

/// A variable, or a field of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) var: Var,
    pub(super) path: Vec<Symbol>,
    /// Whether an unknown element of it is meant.
    pub(super) element: bool,
}

impl Place {
    /// A whole variable.
    pub(super) fn of(var: Var) -> Place {
        Place {
            var,
            path: Vec::new(),
            element: false,
        }
    }
}

/// What the variables hold at one point of the code.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) vars: Rc<BTreeMap<Var, Shape>>,
    /// What decided that the code runs.
    pub(super) control: Set,
    /// Whether the point is reached at all.
    pub(super) live: bool,
}

impl State {
    pub(super) fn new() -> State {
        State {
            vars: Rc::default(),
            control: Set::default(),
            live: true,
        }
    }

    pub(super) fn dead() -> State {
        State {
            live: false,
            ..State::new()
        }
    }

    pub(super) fn get(&self, var: Var) -> Shape {
        self.vars.get(&var).cloned().unwrap_or_default()
    }

    pub(super) fn set(&mut self, var: Var, shape: Shape) {
        if shape.is_trivial() {
            if self.vars.contains_key(&var) {
                Rc::make_mut(&mut self.vars).remove(&var);
            }
        } else {
            Rc::make_mut(&mut self.vars).insert(var, shape);
        }
    }

    pub(super) fn join(&mut self, other: &State, extend: &mut dyn FnMut(&Set, Symbol) -> Set) {
        if !other.live {
            return;
        }
        if !self.live {
            *self = other.clone();
            return;
        }
        self.control.add(&other.control);
        if Rc::ptr_eq(&self.vars, &other.vars) {
            return;
        }
        let mut vars: Vec<Var> = self.vars.keys().chain(other.vars.keys()).copied().collect();
        vars.sort_unstable();
        vars.dedup();
        for var in vars {
            let (a, b) = (self.get(var), other.get(var));
            if !a.same(&b) {
                self.set(var, a.join(&b, extend));
            }
        }
    }

    pub(super) fn same(&self, other: &State) -> bool {
        self.live == other.live
            && self.control.same(&other.control)
            && (Rc::ptr_eq(&self.vars, &other.vars)
                || self.vars.len() == other.vars.len()
                    && self
                        .vars
                        .iter()
                        .zip(other.vars.iter())
                        .all(|(a, b)| a.0 == b.0 && a.1.same(b.1)))
    }
}
