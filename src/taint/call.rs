//! Calls: of functions of the file by their summaries, of well-known ones by what they do, and of
//! all others as if whatever goes in may come out.

use super::functions::{Callee, FunctionId, callee_of};
use super::models::{self, Method};
use super::value::{MAX_FIELDS_DEEP, Note, Set, Shape, State};
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
        let value = match meaning {
            Callee::Function(id) if self.is_summed(id, &Shape::default(), &arguments) => {
                self.callbacks(None, &mut arguments, &receiver, state);
                self.apply(id, node, None, &arguments, state)
            }
            Callee::Method(id) if self.is_summed(id, &receiver, &arguments) => {
                self.callbacks(None, &mut arguments, &receiver, state);
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
                let known = method.and_then(|_| models::method(name));
                let mut value =
                    self.unknown(node, object, known, name, &receiver, &mut arguments, state);
                value.own.add(&callee.own.filter(|_| method.is_none()));
                value
            }
        };
        self.finish(node, value, Some(&given), state)
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
        given: Option<&Shape>,
        arguments: &mut [Argument],
        receiver: &Shape,
        state: &mut State,
    ) -> Option<Shape> {
        let mut returned: Option<Shape> = None;
        let _ = receiver;
        for argument in arguments.iter_mut() {
            let is_function = self.tree.kind(argument.value) == Kind::Func;
            let id = match self.tree.kind(argument.value) {
                Kind::Func => self.functions.id_of(argument.value),
                Kind::Name => self.functions.named(self.file, argument.value),
                _ => None,
            };
            let Some(id) = id else { continue };
            let one = if is_function {
                let value = self.enter(id, &[], given, state);
                self.finish(argument.value, Shape::default(), None, state);
                value
            } else if let Some(given) = given.filter(|given| self.is_summed(id, given, &[])) {
                let all = Argument {
                    node: argument.node,
                    value: argument.value,
                    name: None,
                    spread: true,
                    shape: given.clone(),
                };
                self.apply(id, argument.node, None, &[all], state)
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
        let mut given = Set::default();
        for argument in arguments.iter() {
            given.add(&argument.shape.all());
        }
        let elements = Shape::of(receiver.all());
        let calls = match known {
            Some(Method::Maps | Method::Visits) => Some(elements.clone()),
            Some(Method::Folds) => Some(Shape::of(elements.own.union(&given))),
            _ if object.is_none() && models::calls_first(name) => Some(Shape::of(given.clone())),
            _ => None,
        };
        let returned = self.callbacks(calls.as_ref(), arguments, receiver, state);
        if let (Some(known), Some(object)) = (known, object)
            && let Some(shape) = self.mutate(known, object, receiver, arguments, state)
        {
            return shape;
        }
        if self.is_clean_call(node, name) {
            return Shape::default();
        }
        let fallback = |walk: &mut Self| {
            let mut all =
                if options.assume_safe_functions || options.only_propagate_through_assignments {
                    Set::default()
                } else {
                    receiver.all().union(&given)
                };
            if let Some(returned) = &returned {
                all.add(&returned.all());
            }
            let _ = walk;
            Shape::of(all)
        };
        match (known, &returned) {
            (Some(Method::Maps), Some(returned)) => Shape::of(returned.all()),
            (Some(Method::Visits), _) => receiver.clone(),
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
            _ => fallback(self),
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
        let place = self.place_of(object);
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
            Method::Maps | Method::Visits | Method::Folds | Method::Keeps | Method::Tells => None,
        }
    }

    /// Whether an object is known to be a collection: by how it was made, or by what it holds.
    fn is_collection(&self, object: NodeId, receiver: &Shape) -> bool {
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
    fn is_clean_call(&self, node: NodeId, name: Symbol) -> bool {
        if models::returns_clean(name) {
            return true;
        }
        if self.tree.language == Language::Rust && name == Symbol::of("parse") {
            let text = self.tree.text_of(node, self.file.text());
            let of = text
                .rsplit_once("parse::<")
                .map(|(_, rest)| rest.split('>').next().unwrap_or(rest));
            return of.is_some_and(super::harmless::is_rust_number);
        }
        false
    }

    /// `format!(…)` and its like; names in braces stand for variables.
    pub(super) fn macro_call(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let mut all = Set::default();
        for argument in tree.role(node, Role::Arg) {
            let one = self.eval(argument, state);
            all.add(&one.all());
            if tree.kind(argument) == Kind::Str {
                let text = tree.text_of(argument, self.file.text()).into_owned();
                for name in braces(&text) {
                    let captured = self.captured(name, state);
                    all.add(&captured);
                }
            }
        }
        for child in tree.children(node) {
            if !matches!(tree.node(child).role, Role::Arg | Role::Callee)
                && tree.kind(child) != Kind::Token
            {
                let one = self.eval(child, state);
                all.add(&one.all());
            }
        }
        let name = callee_of(tree, node)
            .map(|callee| tree.symbol(callee))
            .unwrap_or_default();
        let tells = [
            "matches",
            "assert",
            "assert_eq",
            "assert_ne",
            "debug_assert",
            "println",
            "eprintln",
            "print",
        ];
        let value = if tells.iter().any(|of| name == Symbol::of(of)) {
            Set::default()
        } else {
            all.clone()
        };
        // The arguments arrive at a sink that is a macro.
        if let Some(mark) = self.marks.of(node) {
            for &sink in &mark.sinks {
                self.arrive(sink, node, &all);
            }
        }
        if name == Symbol::of("write") || name == Symbol::of("writeln") {
            let into = tree
                .child(node, Role::Arg)
                .and_then(|first| self.place_of(first));
            if let Some(place) = into {
                self.add(&place, &all, state);
            }
        }
        Shape::of(value)
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

/// The names in braces of a format string.
fn braces(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|part| {
        let end = part.find(['}', ':'])?;
        let name = &part[..end];
        let word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        (word && !name.starts_with(|c: char| c.is_ascii_digit())).then_some(name)
    })
}
