//! Well-known calls on collections and the like that are no plain methods of a kind: what they read,
//! take out, and put together.

use std::sync::LazyLock;

use foldhash::HashSet;

use super::call::{Argument, Given};
use super::functions::callee_of;
use super::models::Method;
use super::value::{Note, Set, Shape, State};
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// Functions that wait for several values at once, and give them side by side.
const GATHERS: &[&str] = &["all", "allSettled", "gather", "join_all", "try_join_all"];
/// All names of calls that are known by more than the name of a method.
static KNOWN: LazyLock<HashSet<Symbol>> = LazyLock::new(|| {
    let others = [
        "keys",
        "take",
        "replace",
        "dict",
        "SimpleNamespace",
        "OrderedDict",
        "clear",
        "splice",
        "or_insert",
        "or_insert_with",
        "pop",
        "get",
    ];
    GATHERS.iter().chain(&others).map(Symbol::of).collect()
});
/// Methods of lists whose callback gets a number as its second argument.
const COUNTS: &[&str] = &[
    "map",
    "flatMap",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "some",
    "every",
];
/// What a class is derived from whose instances are a few that were written down.
const ENUMS: &[&str] = &[
    "Enum",
    "IntEnum",
    "StrEnum",
    "Flag",
    "IntFlag",
    "TextChoices",
    "IntegerChoices",
];

impl Walk<'_> {
    /// What a method of a name means where more than the name decides: `map.insert(key, value)` of
    /// Rust puts under a key, `list.insert(0, value)` does not.
    pub(super) fn meant(&self, known: Method, name: Symbol, call: NodeId) -> Method {
        let tree = self.tree;
        let mut arguments = tree.role(call, Role::Arg);
        let (first, second) = (arguments.next(), arguments.next());
        let keyed = tree.language == Language::Rust
            && name == Symbol::of("insert")
            && second.is_some()
            && first.is_some_and(|key| tree.kind(key) != Kind::Int);
        if keyed { Method::Puts } else { known }
    }

    /// What the functions among the arguments of a call are called with, if that is known.
    pub(super) fn given_to_callbacks(
        &mut self,
        object: Option<NodeId>,
        known: Option<Method>,
        name: Symbol,
        receiver: &Shape,
        arguments: &[Argument],
        state: &State,
    ) -> Option<Given> {
        if !arguments.iter().any(|argument| {
            matches!(
                self.tree.kind(argument.value),
                Kind::Func | Kind::Name | Kind::Attr
            )
        }) {
            return None;
        }
        let script = self.tree.language.is_script();
        let all = || {
            let mut all = Set::default();
            for argument in arguments {
                all.add(&argument.shape.all());
            }
            all
        };
        let same = |shape: Shape| {
            Some(Given {
                first: shape.clone(),
                others: shape,
            })
        };
        match (known, object) {
            (Some(Method::Maps), Some(_)) if name == Symbol::of("then") => Some(Given {
                first: receiver.clone(),
                others: Shape::of(receiver.all()),
            }),
            (
                Some(Method::Maps | Method::Visits | Method::Recovers | Method::Asks),
                Some(object),
            ) => {
                let first = self.elements(object, receiver, state);
                let counted = script && COUNTS.iter().any(|of| name == Symbol::of(of));
                let others = if counted {
                    Shape::default()
                } else {
                    Shape::of(receiver.all())
                };
                Some(Given { first, others })
            }
            (Some(Method::Folds), _) => same(Shape::of(receiver.all().union(&all()))),
            (_, None) if super::models::calls_first(name) => same(Shape::of(all())),
            // `functools.reduce(…)`
            (_, Some(object))
                if super::models::calls_first(name)
                    && self.tree.symbol(object) == Symbol::of("functools") =>
            {
                same(Shape::of(all()))
            }
            _ => None,
        }
    }

    /// The result of a call that is known by more than the name of a method.
    pub(super) fn well_known(
        &mut self,
        call: NodeId,
        object: Option<NodeId>,
        name: Symbol,
        receiver: &Shape,
        arguments: &[Argument],
        state: &mut State,
    ) -> Option<Shape> {
        if !KNOWN.contains(&name) {
            return None;
        }
        let tree = self.tree;
        let is = |names: &[&str]| names.iter().any(|of| name == Symbol::of(of));
        let last = |object| match tree.kind(object) {
            Kind::Attr => tree.child(object, Role::Field).unwrap_or(object),
            _ => object,
        };
        let of = object.map(|object| tree.symbol(last(object)));
        let of = of.unwrap_or_default();
        let on = |names: &[&str]| names.iter().any(|one| of == Symbol::of(one));
        if is(GATHERS) && (object.is_none() || on(&["Promise", "asyncio", "future", "futures"])) {
            return gathered(name, arguments);
        }
        if is(&["keys"]) {
            return match arguments {
                [] if object.is_some() => Some(Shape::of(Walk::keys_of(receiver))),
                [of] if on(&["Object"]) => Some(Shape::of(Walk::keys_of(&of.shape))),
                _ => None,
            };
        }
        if on(&["mem"]) && tree.language == Language::Rust {
            return self.swapped_out(name, arguments, state);
        }
        if is(&["dict", "SimpleNamespace", "OrderedDict"])
            && arguments.iter().any(|argument| argument.name.is_some())
        {
            return Some(self.by_name(arguments));
        }
        let object = object?;
        if is(&["clear"]) && arguments.is_empty() {
            let place = self.place_behind(object).filter(|place| !place.element)?;
            self.store(&place, Shape::default(), state);
            return Some(Shape::default());
        }
        if is(&["splice"]) && tree.language.is_script() {
            let place = self.place_behind(object)?;
            let mut added = Set::default();
            for argument in arguments.iter().skip(2) {
                added.add(&argument.shape.all());
            }
            let span = tree.span(object);
            self.add(&place, &added.step(span, Note::Into(object)), state);
            return Some(Shape::of(receiver.all()));
        }
        if is(&["or_insert", "or_insert_with"]) {
            return self.inserted(call, object, receiver, arguments, state);
        }
        if is(&["pop"]) && receiver.length.is_none() && !receiver.fields().is_empty() {
            return self.popped(object, receiver, arguments, state);
        }
        // A table that was written down gives what stands in it, whatever the key.
        if is(&["get"]) && super::constant::is_constant_collection(self.file, object) {
            let mut found = receiver.clone();
            for argument in arguments.iter().skip(1) {
                found = self.join_shapes(&found, &argument.shape);
            }
            let key = arguments.first()?;
            return self
                .constant_key(key.value)
                .is_none()
                .then(|| Shape::of(found.all()));
        }
        None
    }

    /// `std::mem::take(&mut place)`, `std::mem::replace(&mut place, value)`
    fn swapped_out(
        &mut self,
        name: Symbol,
        arguments: &[Argument],
        state: &mut State,
    ) -> Option<Shape> {
        let first = arguments.first()?;
        let put = match arguments {
            [_] if name == Symbol::of("take") => Shape::default(),
            [_, value] if name == Symbol::of("replace") => value.shape.clone(),
            _ => return None,
        };
        if let Some(place) = self.place_of(first.value).filter(|place| !place.element) {
            self.store(&place, put, state);
        }
        Some(first.shape.clone())
    }

    /// `dict(name=value)`
    pub(super) fn by_name(&mut self, arguments: &[Argument]) -> Shape {
        let mut shape = Shape::default();
        for argument in arguments {
            match argument.name {
                Some(name) => shape.set_field(name, argument.shape.clone()),
                None => shape = self.join_shapes(&shape, &argument.shape),
            }
        }
        shape
    }

    /// `map.entry(key).or_insert(value)`
    fn inserted(
        &mut self,
        call: NodeId,
        object: NodeId,
        receiver: &Shape,
        arguments: &[Argument],
        state: &mut State,
    ) -> Option<Shape> {
        let place = self.place_behind(object)?;
        let mut value = Set::default();
        for argument in arguments {
            value.add(&argument.shape.all());
            if self.tree.kind(argument.value) == Kind::Func {
                let id = self.functions.id_of(argument.value)?;
                value.add(&self.enter(id, &[], None, state).all());
            }
        }
        let value = value.step(self.tree.span(call), Note::Into(object));
        self.add(&place, &value, state);
        Some(Shape::of(receiver.all().union(&value)))
    }

    /// `dictionary.pop("key")`
    fn popped(
        &mut self,
        object: NodeId,
        receiver: &Shape,
        arguments: &[Argument],
        state: &mut State,
    ) -> Option<Shape> {
        let mut place = self.place_of(object).filter(|place| !place.element)?;
        let key = self.constant_key(arguments.first()?.value)?;
        let mut taken = self.read(receiver, key);
        for argument in arguments.iter().skip(1) {
            taken = self.join_shapes(&taken, &argument.shape);
        }
        place.path.push(key);
        if place.path.len() <= super::value::MAX_FIELDS_DEEP {
            self.store(&place, Shape::default(), state);
        }
        Some(taken)
    }

    /// Whether an expression names a class of the file whose members were written down.
    pub(super) fn is_enum(&self, node: NodeId) -> bool {
        let tree = self.tree;
        tree.language == Language::Python
            && tree.kind(node) == Kind::Name
            && self
                .functions
                .bases_of(tree.symbol(node))
                .any(|base| ENUMS.iter().any(|of| base == Symbol::of(of)))
    }

    /// Whether a type of Rust is one of the file, whose `from_str` lets nothing of the text through.
    pub(super) fn reads_a_choice(&mut self, of: Symbol) -> bool {
        let Some(id) = self.functions.method(of, Symbol::of("from_str")) else {
            return false;
        };
        match &self.summaries[id] {
            Some(summary) => summary.returned.is_clean(),
            None => {
                self.wanted.push(id);
                false
            }
        }
    }

    /// `Color(value)` of an enumeration.
    pub(super) fn is_enum_lookup(&self, call: NodeId) -> bool {
        callee_of(self.tree, call).is_some_and(|callee| self.is_enum(callee))
    }
}

/// `Promise.all([a, b])`, `asyncio.gather(a, b)`
fn gathered(name: Symbol, arguments: &[Argument]) -> Option<Shape> {
    if name != Symbol::of("gather") {
        return match arguments {
            [list] if list.name.is_none() => Some(list.shape.clone()),
            _ => None,
        };
    }
    let mut list = Shape::default();
    for (at, argument) in arguments.iter().enumerate() {
        if argument.spread {
            list.own.add(&argument.shape.all());
        } else if argument.name.is_none() {
            list.set_field(Symbol::of(at.to_string()), argument.shape.clone());
        }
    }
    Some(list)
}
