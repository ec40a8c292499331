//! Calls: of functions of the file by their summaries, of well-known ones by what they do, and of
//! all others as if whatever goes in may come out.

use super::functions::{Callee, FunctionId, callee_of};
use super::host::BeforeHost;
use super::models::{self, Method};
use super::value::{MAX_FIELDS_DEEP, Note, Set, Shape, State, Var};
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// One argument.
pub(super) struct Argument {
    pub(super) node: NodeId,
    /// The expression, without the name that it is passed by.
    pub(super) value: NodeId,
    pub(super) name: Option<Symbol>,
    pub(super) spread: bool,
    pub(super) shape: Shape,
}

/// What a function that is handed on is called with.
pub(super) struct Given {
    pub(super) first: Shape,
    /// What every further parameter is given.
    pub(super) others: Shape,
}

impl Walk<'_> {
    /// A call, whose callee was worked out; `receiver` is what the callee is a field of.
    pub(super) fn call(
        &mut self,
        node: NodeId,
        callee: &Shape,
        receiver: &Shape,
        state: &mut State,
    ) -> Shape {
        let tree = self.tree;
        let callee_shape = callee;
        let callee_node = callee_of(tree, node);
        let method = callee_node.filter(|&callee| tree.kind(callee) == Kind::Attr);
        let object = method.and_then(|callee| tree.child(callee, Role::Object));
        let receiver = if method.is_some() {
            receiver.clone()
        } else {
            Shape::default()
        };
        let name = match (method, callee_node) {
            (Some(callee), _) => tree
                .child(callee, Role::Field)
                .map(|field| tree.symbol(field)),
            (None, callee) => callee.map(|callee| tree.symbol(callee)),
        }
        .unwrap_or_default();
        let meaning = self.functions.callee(self.file, node);
        let mut arguments = self.arguments(node, state);
        let (object, receiver) = match (meaning, object.or(callee_node)) {
            // `super(…)`, `super().method(…)`
            (Callee::Method(_), Some(of)) if self.receiver_of_super(of).is_some() => {
                let var = self.receiver_of_super(of).unwrap_or(Var::This);
                (Some(of), state.get(var))
            }
            // `Base.method(self, …)`
            (Callee::Method(_), Some(of)) if self.is_unbound(of) && !arguments.is_empty() => {
                let first = arguments.remove(0);
                (Some(first.value), first.shape)
            }
            _ => (object, receiver),
        };
        let mut given = receiver.all();
        for argument in &arguments {
            given.add(&argument.shape.all());
        }
        if let Some(callee) = callee_node
            && tree.kind(callee) == Kind::Func
        {
            // A function that is called where it stands.
            let id = self.functions.id_of(callee);
            let shapes: Vec<Shape> = arguments
                .iter()
                .map(|argument| argument.shape.clone())
                .collect();
            let value = id
                .map(|id| self.enter(id, &shapes, None, state))
                .unwrap_or_default();
            return self.finish(node, value, Some(&given), state);
        }
        if let Some(callee) = callee_node.filter(|_| method.is_none()) {
            self.note_call_of_parameter(callee_shape, &arguments);
            self.note_resolved(callee, &arguments);
        }
        if meaning == Callee::Unknown
            && let Some(value) = self.call_bound(node, &arguments, state)
        {
            return self.finish(node, value, Some(&given), state);
        }
        let value = match meaning {
            Callee::Function(id) if self.is_summed(id, &Shape::default(), &arguments) => {
                self.callbacks(None, &mut arguments, state);
                self.apply(id, node, None, &arguments, state)
            }
            Callee::Method(id) if self.is_summed(id, &receiver, &arguments) => {
                self.callbacks(None, &mut arguments, state);
                self.apply(
                    id,
                    node,
                    object.map(|object| (object, &receiver)),
                    &arguments,
                    state,
                )
            }
            Callee::Constructor(Some(id)) if self.is_summed(id, &Shape::default(), &arguments) => {
                self.construct(id, node, &arguments, state)
            }
            _ => {
                let known = method
                    .and_then(|_| models::method(name))
                    .map(|known| self.meant(known, name, node));
                let mut value =
                    self.unknown(node, object, known, name, &receiver, &mut arguments, state);
                value.own.add(&callee.own.filter(|_| method.is_none()));
                self.note_asked(node, &given);
                self.without_held(node, value, &receiver, &arguments)
            }
        };
        let value = match meaning {
            Callee::Function(id) => match self.run_closure(id, &arguments, state) {
                Some(more) => self.join_shapes(&value, &more),
                None => value,
            },
            _ => value,
        };
        self.finish(node, value, Some(&given), state)
    }

    /// Whether the object of a method is a class of Python.
    fn is_unbound(&self, object: NodeId) -> bool {
        self.tree.language == Language::Python
            && self.tree.kind(object) == Kind::Name
            && self
                .functions
                .class_node(self.tree.symbol(object))
                .is_some()
    }

    /// The arguments; functions among them run later, once it is known with what.
    fn arguments(&mut self, node: NodeId, state: &mut State) -> Vec<Argument> {
        let tree = self.tree;
        let mut arguments = Vec::new();
        for argument in tree.role(node, Role::Arg) {
            let (value, name) = match tree.kind(argument) {
                Kind::KwArg => {
                    let name = tree
                        .child(argument, Role::Name)
                        .map(|name| tree.symbol(name));
                    (tree.child(argument, Role::Value).unwrap_or(argument), name)
                }
                _ => (argument, None),
            };
            let spread = tree.kind(argument) == Kind::Spread;
            let shape = if tree.kind(value) == Kind::Func {
                Shape::default()
            } else {
                self.eval(argument, state)
            };
            arguments.push(Argument {
                node: argument,
                value,
                name,
                spread,
                shape,
            });
        }
        arguments
    }

    /// Runs the functions among the arguments, and returns what they return.
    fn callbacks(
        &mut self,
        given: Option<&Given>,
        arguments: &mut [Argument],
        state: &mut State,
    ) -> Option<Shape> {
        let mut returned: Option<Shape> = None;
        for argument in arguments.iter_mut() {
            let is_function = self.tree.kind(argument.value) == Kind::Func;
            let id = match self.tree.kind(argument.value) {
                Kind::Func => self.functions.id_of(argument.value),
                Kind::Name => self.functions.named(self.file, argument.value),
                _ => None,
            };
            let Some(id) = id else { continue };
            let one = if is_function {
                let value = match given {
                    Some(given) => self.enter(
                        id,
                        std::slice::from_ref(&given.first),
                        Some(&given.others),
                        state,
                    ),
                    None => self.enter(id, &[], None, state),
                };
                self.finish(argument.value, Shape::default(), None, state);
                value
            } else if let Some(given) = given.filter(|given| self.is_summed(id, &given.first, &[]))
            {
                let one = |shape: &Shape, spread| Argument {
                    node: argument.node,
                    value: argument.value,
                    name: None,
                    spread,
                    shape: shape.clone(),
                };
                let all = [one(&given.first, false), one(&given.others, true)];
                self.apply(id, argument.node, None, &all, state)
            } else {
                continue;
            };
            returned = Some(match returned {
                None => one,
                Some(before) => self.join_shapes(&before, &one),
            });
        }
        returned
    }

    /// A call of something that the file does not define.
    #[expect(clippy::too_many_arguments, reason = "each is one part of the call")]
    fn unknown(
        &mut self,
        node: NodeId,
        object: Option<NodeId>,
        known: Option<Method>,
        name: Symbol,
        receiver: &Shape,
        arguments: &mut [Argument],
        state: &mut State,
    ) -> Shape {
        let options = self.program.spec.options;
        let template = object.filter(|_| name == Symbol::of("format"));
        let before = template.and_then(|template| self.before_host(template));
        // `table.get(key, default)` of anything is an index, too.
        let is_index = options.assume_safe_indexes
            && known == Some(Method::Gets)
            && receiver.is_clean()
            && arguments.first().is_some_and(|first| first.name.is_none());
        let mut given = Set::default();
        for (at, argument) in arguments.iter().enumerate().skip(usize::from(is_index)) {
            let takes = |before: &BeforeHost| argument.spread || before.takes(at, argument.name);
            if before.as_ref().is_none_or(takes) {
                given.add(&argument.shape.all());
            }
        }
        if let Some(value) = self.run_handed(node, object, name, arguments, state) {
            return value;
        }
        if let Some(var) = self.resolver(name, arguments) {
            self.resolved.push((var, Shape::default()));
            self.callbacks(None, arguments, state);
            return self
                .resolved
                .pop()
                .map(|(_, shape)| shape)
                .unwrap_or_default();
        }
        let calls = self.given_to_callbacks(object, known, name, receiver, arguments, state);
        let returned = self.callbacks(calls.as_ref(), arguments, state);
        if let Some(shape) = self.well_known(node, object, name, receiver, arguments, state) {
            return shape;
        }
        if let (Some(known), Some(object)) = (known, object)
            && let Some(shape) = self.mutate(known, object, receiver, arguments, state)
        {
            return shape;
        }
        if self.is_clean_call(node, name) {
            return Shape::default();
        }
        if let Some(shape) = self.construct_plainly(node, arguments) {
            return shape;
        }
        let from_outside = self.answers_from_outside(node);
        let fallback = || {
            let mut all =
                if options.assume_safe_functions || options.only_propagate_through_assignments {
                    Set::default()
                } else if from_outside {
                    receiver.all()
                } else {
                    receiver.all().union(&given)
                };
            if let Some(returned) = &returned {
                all.add(&returned.all());
            }
            Shape::of(all)
        };
        match (known, &returned) {
            (Some(Method::Maps), Some(returned)) => Shape::of(returned.all()),
            (None, Some(returned)) if object.is_none() && models::maps(name) => {
                Shape::of(returned.all())
            }
            (Some(Method::Visits), _) => receiver.clone(),
            (Some(Method::Recovers), Some(returned)) => self.join_shapes(receiver, returned),
            (Some(Method::Asks), Some(_)) => Shape::default(),
            (Some(Method::Keeps), _)
                if arguments.is_empty() || receiver.all().is_empty() && given.is_empty() =>
            {
                receiver.clone()
            }
            (Some(Method::Tells), _) => Shape::default(),
            (None, _) if models::wraps(name) && arguments.len() == 1 => arguments[0].shape.clone(),
            (None, _) if self.is_assign_call(object, name) => self.merge_objects(arguments, state),
            (None, _) if name == Symbol::of("setattr") && arguments.len() == 3 => {
                self.set_attribute(arguments, state);
                Shape::default()
            }
            _ => fallback(),
        }
    }

    /// What a method does to its receiver; `None` where its result is like any other's.
    fn mutate(
        &mut self,
        known: Method,
        object: NodeId,
        receiver: &Shape,
        arguments: &[Argument],
        state: &mut State,
    ) -> Option<Shape> {
        let place = self.place_behind(object);
        // Other things than collections have methods of these names, and do not keep what they get.
        let loose = [Method::Adds, Method::Puts].contains(&known);
        if loose && !self.is_collection(object, receiver) {
            return None;
        }
        let keys = |walk: &Self, count: usize| -> Option<Vec<Symbol>> {
            arguments
                .iter()
                .take(count)
                .map(|argument| walk.constant_key(argument.value))
                .collect()
        };
        match known {
            Method::Adds | Method::Appends => {
                let place = place?;
                let mut all = Set::default();
                for argument in arguments {
                    all.add(&argument.shape.all());
                }
                let span = self.tree.span(object);
                let all = all.step(span, Note::Into(object));
                if known == Method::Appends
                    && arguments.len() == 1
                    && let Some(length) = receiver.length.filter(|length| *length < 8)
                    && !place.element
                {
                    let mut list = self.load(&place, state);
                    let one = arguments[0]
                        .shape
                        .map(&mut |own| own.step(span, Note::Into(object)));
                    list.set_field(Symbol::of(length.to_string()), one);
                    list.length = Some(length + 1);
                    self.store(&place, list.cut(MAX_FIELDS_DEEP), state);
                } else if !all.is_empty() || receiver.length.is_some() {
                    let mut held = self.load(&place, state);
                    if known == Method::Adds {
                        held.collapse();
                    }
                    held.length = None;
                    held.own.add(&all);
                    self.store(
                        &super::value::Place {
                            element: false,
                            ..place
                        },
                        held,
                        state,
                    );
                }
                // Sets and builders return themselves.
                Some(Shape::of(receiver.all().union(&all)))
            }
            Method::Puts => {
                let place = place?;
                let (last, before) = arguments.split_last()?;
                if before.is_empty() {
                    return None;
                }
                let span = self.tree.span(object);
                let value = last
                    .shape
                    .map(&mut |own| own.step(span, Note::Into(object)));
                match keys(self, before.len()) {
                    Some(keys) if !place.element => {
                        let mut into = place.clone();
                        into.path.extend(keys);
                        into.path.truncate(MAX_FIELDS_DEEP);
                        self.store(&into, value.clone(), state);
                    }
                    _ => self.add(&place, &value.all(), state),
                }
                Some(Shape::of(receiver.all().union(&value.all())))
            }
            Method::Gets => {
                let key = keys(self, 1)?.pop()?;
                if receiver.fields().is_empty() {
                    return None;
                }
                let read = self.read(receiver, key);
                let Some(second) = arguments.get(1) else {
                    return Some(read);
                };
                // A second key, as of sections of a configuration; or what to give otherwise.
                Some(
                    match keys(self, 2)
                        .and_then(|mut keys| keys.pop())
                        .filter(|_| !read.fields().is_empty())
                    {
                        Some(key) => self.read(&read, key),
                        None => self.join_shapes(&read, &second.shape),
                    },
                )
            }
            Method::Pops => {
                let place = place.filter(|place| !place.element)?;
                let length = receiver.length?;
                let first = match arguments {
                    [] => {
                        self.tree.symbol(
                            self.tree
                                .child(self.tree.node(object).parent, Role::Field)?,
                        ) != Symbol::of("pop")
                    }
                    [index] => self.constant_key(index.value)? == Symbol::of("0"),
                    _ => return None,
                };
                let mut items: Vec<Shape> = (0..length)
                    .map(|at| {
                        receiver
                            .listed(Symbol::of(at.to_string()))
                            .cloned()
                            .unwrap_or_else(|| Shape::of(receiver.own.clone()))
                    })
                    .collect();
                if items.is_empty() {
                    return None;
                }
                let taken = if first { items.remove(0) } else { items.pop()? };
                let mut list = Shape::of(receiver.own.clone());
                list.length = Some(length - 1);
                for (at, item) in items.into_iter().enumerate() {
                    list.set_field(Symbol::of(at.to_string()), item);
                }
                self.store(&place, list, state);
                Some(taken)
            }
            Method::Maps
            | Method::Visits
            | Method::Recovers
            | Method::Asks
            | Method::Folds
            | Method::Keeps
            | Method::Tells => None,
        }
    }

    /// Whether an object is known to be a collection: by how it was made, or by what it holds.
    pub(super) fn is_collection(&self, object: NodeId, receiver: &Shape) -> bool {
        if receiver.length.is_some() || !receiver.fields().is_empty() {
            return true;
        }
        let name = self
            .tree
            .child(self.tree.node(object).parent, Role::Field)
            .map(|field| self.tree.symbol(field));
        if name.is_some_and(models::is_of_collections_only) {
            return true;
        }
        if let Some(value) = super::constant::only_value(self.file, object) {
            return self.makes_collection(value);
        }
        let Some(def) = self.names.definition_of(object) else {
            return false;
        };
        let assign = self.tree.node(self.names.definition(def).node).parent;
        self.tree.kind(assign) == Kind::Assign
            && self
                .tree
                .child(assign, Role::Value)
                .is_some_and(|value| self.makes_collection(value))
    }

    fn makes_collection(&self, value: NodeId) -> bool {
        let tree = self.tree;
        match tree.kind(value) {
            Kind::List | Kind::Dict | Kind::Set | Kind::Comprehension | Kind::Str => true,
            Kind::Macro => callee_of(tree, value)
                .is_some_and(|callee| tree.symbol(callee) == Symbol::of("vec")),
            Kind::Call | Kind::New => {
                let Some(callee) = callee_of(tree, value) else {
                    return false;
                };
                tree.subtree(callee)
                    .any(|part| models::makes_collection(tree.symbol(part)))
            }
            _ => false,
        }
    }

    fn is_assign_call(&self, object: Option<NodeId>, name: Symbol) -> bool {
        name == Symbol::of("assign")
            && object.is_some_and(|object| self.tree.symbol(object) == Symbol::of("Object"))
    }

    /// `Object.assign(target, …)`
    fn merge_objects(&mut self, arguments: &[Argument], state: &mut State) -> Shape {
        let mut merged = Shape::default();
        for argument in arguments {
            merged = if merged.is_trivial() {
                argument.shape.clone()
            } else {
                self.join_shapes(&merged, &argument.shape)
            };
        }
        if let Some(place) = arguments
            .first()
            .and_then(|first| self.place_of(first.value))
        {
            self.store(&place, merged.clone(), state);
        }
        merged
    }

    /// `setattr(object, "name", value)`
    fn set_attribute(&mut self, arguments: &[Argument], state: &mut State) {
        let Some(mut place) = self.place_of(arguments[0].value) else {
            return;
        };
        match self.constant_key(arguments[1].value) {
            Some(key) => {
                place.path.push(key);
                place.path.truncate(MAX_FIELDS_DEEP);
                self.store(&place, arguments[2].shape.clone(), state);
            }
            None => self.add(&place, &arguments[2].shape.all(), state),
        }
    }

    /// Whether the result is a number or of a fixed form.
    pub(super) fn is_clean_call(&mut self, node: NodeId, name: Symbol) -> bool {
        if models::returns_clean(name) || self.is_enum_lookup(node) || self.strips(node) {
            return true;
        }
        // `u32::from_str(text)`
        if self.tree.language == Language::Rust
            && callee_of(self.tree, node)
                .and_then(|callee| self.tree.child(callee, Role::Object))
                .is_some_and(|of| {
                    let of = self.tree.text_of(of, self.file.text());
                    super::harmless::is_rust_number(&of)
                })
        {
            return true;
        }
        if self.tree.language == Language::Rust && name == Symbol::of("parse") {
            let text = self.tree.text_of(node, self.file.text());
            let of = text
                .rsplit_once("parse::<")
                .map(|(_, rest)| rest.split('>').next().unwrap_or(rest));
            return of.is_some_and(|of| {
                super::harmless::is_rust_number(of) || self.reads_a_choice(Symbol::of(of))
            });
        }
        false
    }

    /// A new object: what its constructor puts into its fields.
    fn construct(
        &mut self,
        id: FunctionId,
        node: NodeId,
        arguments: &[Argument],
        state: &mut State,
    ) -> Shape {
        let made = self.apply(id, node, None, arguments, state);
        let Some(summary) = self.summaries[id].clone() else {
            return made;
        };
        let fields = summary
            .outs
            .iter()
            .find(|(index, _)| *index == 0)
            .map(|(_, shape)| shape.clone());
        match fields {
            Some(shape) => self.substitute(id, node, &shape, None, arguments),
            None => Shape::default(),
        }
    }
}
