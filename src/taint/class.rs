//! Classes: what stands in their bodies, what a call of one makes, properties that are functions.

use super::call::Argument;
use super::functions::{Callee, callee_of, class_name};
use super::value::{Origin, Place, Set, Shape, State, Var};
use super::walk::{Frame, Walk};
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

impl Walk<'_> {
    /// Fills the fields of all classes with what stands in their bodies.
    pub(super) fn fill_from_bodies(&mut self) {
        let tree = self.tree;
        let classes = tree
            .subtree(NodeId::ROOT)
            .filter(|&node| tree.kind(node) == Kind::Class);
        for class in classes {
            if !self.marks.holds_source(class, tree.node(class).end) {
                continue;
            }
            self.frames.push(Frame::new(false));
            let mut state = State::new();
            for (name, value) in self.fields_in_body(class) {
                let set = self.eval(value, &mut state).all();
                let set = set.filter(|token| matches!(token.origin, Origin::Source(_)));
                self.fill_field(class, name, &set);
            }
            self.frames.pop();
        }
    }

    /// Adds to what a field of a class may hold.
    pub(super) fn fill_field(&mut self, class: NodeId, key: Symbol, set: &Set) {
        if set.is_empty() {
            return;
        }
        let fields = self.class_fields.entry(class).or_default();
        match fields.iter_mut().find(|(of, _)| *of == key) {
            Some((_, known)) => known.add(set),
            None => fields.push((key, set.clone())),
        }
    }

    /// The fields that are given a value in the body of a class.
    fn fields_in_body(&self, class: NodeId) -> Vec<(Symbol, NodeId)> {
        let tree = self.tree;
        let Some(body) = tree.child(class, Role::Body) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for child in tree.children(body) {
            let (holder, name) = match tree.kind(child) {
                Kind::Field => (child, Role::Name),
                Kind::ExprStmt => match tree.children(child).next() {
                    Some(inner) if tree.kind(inner) == Kind::Assign => (inner, Role::Target),
                    _ => continue,
                },
                _ => continue,
            };
            if let (Some(name), Some(value)) =
                (tree.child(holder, name), tree.child(holder, Role::Value))
                && tree.kind(value) != Kind::Func
            {
                out.push((tree.symbol(name), value));
            }
        }
        out
    }

    /// What a class holds by its own name: `Settings.url`.
    pub(super) fn keep_class_fields(&mut self, class: NodeId, state: &mut State) {
        let fields = self.class_fields.get(&class).cloned();
        let name = self.tree.child(class, Role::Name);
        if let (Some(fields), Some(name)) = (fields, name) {
            for (key, set) in fields {
                let place = Place {
                    var: self.var_of(name),
                    path: vec![key],
                    element: false,
                };
                self.store(&place, Shape::of(set), state);
            }
        }
    }

    /// What a property gives that is a function of the file.
    pub(super) fn property(
        &mut self,
        node: NodeId,
        object: NodeId,
        receiver: &Shape,
        state: &mut State,
    ) -> Option<Shape> {
        let id = self.functions.getter(self.file, node)?;
        if !self.is_summed(id, receiver, &[]) {
            return None;
        }
        Some(self.apply(id, node, Some((object, receiver)), &[], state))
    }

    /// A new object of a class without a constructor in the file: its fields by name, and in the
    /// order in which the class declares them.
    pub(super) fn construct_plainly(
        &mut self,
        call: NodeId,
        arguments: &[Argument],
    ) -> Option<Shape> {
        let tree = self.tree;
        if self.functions.callee(self.file, call) != Callee::Constructor(None) {
            return None;
        }
        let name = tree.symbol(callee_of(tree, call)?);
        let class = self.functions.class_node(name)?;
        let declared = self.declared_fields(class)?;
        let mut shape = Shape::default();
        for (at, argument) in arguments.iter().enumerate() {
            let key = argument.name.or_else(|| declared.get(at).copied());
            match key.filter(|key| !argument.spread && declared.contains(key)) {
                Some(key) => shape.set_field(key, argument.shape.clone()),
                None => shape.own.add(&argument.shape.all()),
            }
        }
        Some(shape)
    }

    /// The fields that a class declares, in order; those of a tuple are numbers.
    fn declared_fields(&self, class: NodeId) -> Option<Vec<Symbol>> {
        let tree = self.tree;
        let body = tree.child(class, Role::Body)?;
        let fields: Vec<Symbol> = match tree.language {
            Language::Rust => {
                let types = tree.children(body);
                let plain = |kind| !matches!(kind, Kind::Field | Kind::Raw | Kind::Func);
                let count = types.filter(|&of| plain(tree.kind(of))).count();
                (0..count).map(|at| Symbol::of(at.to_string())).collect()
            }
            Language::Python => {
                // Fields of a class that it is derived from may stand before its own.
                let name = class_name(self.file, class)?;
                let of_file = |base| self.functions.class_node(base).is_some();
                if self.functions.bases_of(name).any(of_file) {
                    return None;
                }
                let statements = tree.children(body);
                let assigns = statements.filter_map(|child| tree.children(child).next());
                assigns
                    .filter(|&of| {
                        tree.kind(of) == Kind::Assign && tree.child(of, Role::Type).is_some()
                    })
                    .filter_map(|of| tree.child(of, Role::Target))
                    .map(|target| tree.symbol(target))
                    .collect()
            }
            _ => return None,
        };
        (!fields.is_empty()).then_some(fields)
    }

    /// The receiver that `super()` stands for.
    pub(super) fn receiver_of_super(&self, node: NodeId) -> Option<Var> {
        let tree = self.tree;
        let word = Symbol::of("super");
        match tree.kind(node) {
            Kind::Name if tree.symbol(node) == word => {
                tree.language.is_script().then_some(Var::This)
            }
            Kind::Call => {
                let callee = callee_of(tree, node)?;
                if tree.language != Language::Python || tree.symbol(callee) != word {
                    return None;
                }
                let around = tree
                    .ancestors(node)
                    .find(|&above| tree.kind(above) == Kind::Func)?;
                let id = self.functions.id_of(around)?;
                Some(self.var_of(self.functions.all[id].receiver?))
            }
            _ => None,
        }
    }

    /// `constructor(private name: string)` puts what it is given into a field at once.
    pub(super) fn keep_in_field(&mut self, param: NodeId, value: &Shape, state: &mut State) {
        let tree = self.tree;
        if !tree.language.is_script() {
            return;
        }
        let text = tree.text_of(param, self.file.text());
        let modifier = ["private ", "public ", "protected ", "readonly "]
            .iter()
            .any(|word| text.starts_with(word));
        if let Some(name) = tree.child(param, Role::Name).filter(|_| modifier) {
            let place = Place {
                var: Var::This,
                path: vec![tree.symbol(name)],
                element: false,
            };
            self.store(&place, value.clone(), state);
        }
    }
}
