//! Expressions: what a value is made of is what it comes from.

use super::value::{Set, Shape, State};
use super::walk::{MAX_DEPTH, Walk};
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

impl Walk<'_> {
    /// Runs a statement or works out an expression. Chains that nest on the left are followed
    /// without recursion.
    pub(super) fn eval(&mut self, node: NodeId, state: &mut State) -> Shape {
        if self.spent() {
            return Shape::default();
        }
        if self.depth >= MAX_DEPTH {
            return self.at_a_glance(node, state);
        }
        self.depth += 1;
        let mut chain = Vec::new();
        let mut at = node;
        while let Some(left) = self.left_of(at) {
            chain.push(at);
            at = left;
        }
        let mut value = self.atom(at, state);
        let mut receiver = Shape::default();
        while let Some(link) = chain.pop() {
            if self.spent() {
                break;
            }
            let before = value.clone();
            value = self.link(link, at, value, &receiver, state);
            receiver = before;
            at = link;
        }
        self.depth -= 1;
        value
    }

    /// The child that a chain goes on with.
    fn left_of(&self, node: NodeId) -> Option<NodeId> {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::Attr | Kind::Index => tree.child(node, Role::Object),
            Kind::Call => {
                let callee = super::functions::callee_of(tree, node)?;
                (tree.kind(callee) != Kind::Func).then_some(callee)
            }
            Kind::BinOp | Kind::Question | Kind::Await => tree.children(node).next(),
            _ => None,
        }
    }

    /// One link of a chain, whose left part was worked out.
    fn link(
        &mut self,
        node: NodeId,
        left: NodeId,
        value: Shape,
        receiver: &Shape,
        state: &mut State,
    ) -> Shape {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::Attr => {
                let read = match tree.child(node, Role::Field) {
                    Some(field) => self.read(&value, tree.symbol(field)),
                    None => value.clone(),
                };
                let read = match self.property(node, left, &value, state) {
                    Some(property) => self.join_shapes(&read, &property),
                    None => read,
                };
                self.finish(node, read, None, state)
            }
            Kind::Index => {
                let index = tree.child(node, Role::Index);
                let of_index = index
                    .map(|index| self.eval(index, state).all())
                    .unwrap_or_default();
                let key = index.and_then(|index| self.constant_key(index));
                let read = if let Some(key) = key {
                    self.read(&value, key)
                } else if self.is_enum(left) {
                    Shape::default()
                } else {
                    let mut all = value.all();
                    if !self.program.spec.options.assume_safe_indexes
                        && !super::constant::is_constant_collection(self.file, left)
                    {
                        all.add(&of_index);
                    }
                    Shape::of(all)
                };
                self.finish(node, read, None, state)
            }
            Kind::Call => {
                let value = self.call(node, &value, receiver, state);
                self.after_call(node, state);
                value
            }
            Kind::BinOp => self.operation(node, left, &value, state),
            Kind::Question => {
                self.refine_after(node, state);
                self.finish(node, value, None, state)
            }
            _ => self.finish(node, value, None, state),
        }
    }

    fn operation(&mut self, node: NodeId, left: NodeId, value: &Shape, state: &mut State) -> Shape {
        let tree = self.tree;
        let operator = tree.symbol(node);
        let is = |names: &[&str]| names.iter().any(|name| operator == Symbol::of(name));
        let (and, or) = (is(&["and", "&&"]), is(&["or", "||", "??"]));
        let mut all = value.all();
        let mut before = left;
        let mut inner = state.clone();
        for operand in tree.children(node).skip(1) {
            if and || or {
                self.refine(before, and, &mut inner);
                let one = self.eval(operand, &mut inner);
                all.add(&one.all());
                before = operand;
            } else {
                let one = self.eval(operand, state);
                let one = self.operand(node, left, operand, &one);
                all.add(&one);
            }
        }
        if and || or {
            self.join(state, &inner);
        }
        let options = self.program.spec.options;
        if options.only_propagate_through_assignments || self.is_harmless_operation(node) {
            all = Set::default();
        }
        self.finish(node, Shape::of(all), None, state)
    }

    /// What the right operand gives to the whole.
    fn operand(&mut self, node: NodeId, left: NodeId, operand: NodeId, value: &Shape) -> Set {
        let operator = self.tree.symbol(node);
        if operator == Symbol::of("+") && self.has_host(&[left]) {
            return Set::default();
        }
        if operator == Symbol::of("%")
            && self.tree.kind(left) == Kind::Str
            && let Some(before) = self.before_host(left)
        {
            // What is named stands in a dictionary, which is not taken apart.
            return match self.tree.kind(operand) {
                Kind::Dict => value.all(),
                Kind::Tuple => {
                    let mut all = Set::default();
                    for at in (0..).take_while(|&at| before.takes(at, None)) {
                        all.add(&self.read(value, Symbol::of(at.to_string())).all());
                    }
                    all
                }
                _ if before.takes(0, None) => value.all(),
                _ => Set::default(),
            };
        }
        value.all()
    }

    /// A text with values in it.
    fn text(&mut self, node: NodeId, state: &mut State) -> Shape {
        let mut all = Set::default();
        let parts: Vec<NodeId> = self.tree.children(node).collect();
        for (at, &part) in parts.iter().enumerate() {
            if self.tree.kind(part) == Kind::Interp {
                let one = self.eval(part, state);
                if !self.has_host(&parts[..at]) && !self.is_path_of_host(&parts[..at], part) {
                    all.add(&one.all());
                }
            }
        }
        Shape::of(all)
    }

    /// Everything that does not continue on its left.
    fn atom(&mut self, node: NodeId, state: &mut State) -> Shape {
        let value = self.atom_value(node, state);
        self.finish(node, value, None, state)
    }

    fn atom_value(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        match tree.kind(node) {
            Kind::Module | Kind::Block => self.block(node, state),
            Kind::Func => self.definition(node, state),
            Kind::Class => self.class(node, state),
            Kind::Assign => self.assign(node, state),
            Kind::VarDecl => self.declaration(node, state),
            Kind::Return => self.returns(node, state),
            Kind::Throw => {
                self.union_of_children(node, state);
                self.throw(state);
                Shape::default()
            }
            Kind::If => self.branches(node, state),
            Kind::While | Kind::For | Kind::ForIn => self.repeat(node, state),
            Kind::With => self.with(node, state),
            Kind::Try => self.attempt(node, state),
            Kind::Handler => self.handler(node, state),
            Kind::Match => self.arms(node, state),
            Kind::Raw => self.raw(node, state),
            Kind::Name => match self.place_of(node) {
                Some(place) => self.load(&place, state),
                None => Shape::default(),
            },
            Kind::Call | Kind::New => {
                let value = self.call(node, &Shape::default(), &Shape::default(), state);
                self.after_call(node, state);
                value
            }
            Kind::Macro => {
                let value = self.macro_call(node, state);
                self.after_call(node, state);
                value
            }
            Kind::List | Kind::Tuple | Kind::Set => self.collection(node, state),
            Kind::Dict => self.object(node, state),
            Kind::Cond => self.conditional(node, state),
            Kind::Comprehension => self.comprehension(node, state),
            Kind::Str => self.text(node, state),
            Kind::Yield => {
                let value = self.union_of_children(node, state);
                let returned = std::mem::take(&mut self.frame().returned);
                self.frame().returned = self.join_shapes(&returned, &value);
                value
            }
            Kind::Cast => {
                let value = tree
                    .children(node)
                    .next()
                    .map(|inner| self.eval(inner, state))
                    .unwrap_or_default();
                if self.is_harmless_type(node) {
                    Shape::default()
                } else {
                    value
                }
            }
            Kind::UnOp if self.is_harmless_operation(node) => {
                self.union_of_children(node, state);
                Shape::default()
            }
            Kind::UnOp if tree.symbol(node) == Symbol::of("delete") => {
                let place = tree.children(node).next().and_then(|of| self.place_of(of));
                if let Some(place) = place.filter(|place| !place.element) {
                    self.store(&place, Shape::default(), state);
                }
                Shape::default()
            }
            Kind::Ref | Kind::ExprStmt | Kind::KwArg | Kind::Interp | Kind::Export => {
                let mut value = Shape::default();
                for child in tree.children(node) {
                    if tree.kind(child) != Kind::Ident {
                        value = self.eval(child, state);
                    }
                }
                value
            }
            Kind::Field => {
                for decorator in tree.role(node, Role::Decorator) {
                    self.eval(decorator, state);
                }
                tree.child(node, Role::Value)
                    .map(|value| self.eval(value, state))
                    .unwrap_or_default()
            }
            Kind::Import
            | Kind::ImportFrom
            | Kind::ImportName
            | Kind::Ident
            | Kind::Token
            | Kind::StrPart => Shape::default(),
            _ => self.union_of_children(node, state),
        }
    }

    /// The values of all children together.
    pub(super) fn union_of_children(&mut self, node: NodeId, state: &mut State) -> Shape {
        let mut all = Set::default();
        for child in self.tree.children(node) {
            if matches!(
                self.tree.kind(child),
                Kind::Token | Kind::Ident | Kind::StrPart
            ) {
                continue;
            }
            let one = self.eval(child, state);
            all.add(&one.all());
        }
        Shape::of(all)
    }

    fn class(&mut self, node: NodeId, state: &mut State) -> Shape {
        self.keep_class_fields(node, state);
        for child in self.tree.children(node) {
            if self.tree.kind(child) != Kind::Ident {
                self.eval(child, state);
            }
        }
        Shape::default()
    }

    /// `let x = …;`, and in Rust `let Some(x) = … else { … };`.
    fn declaration(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let mut value = Shape::default();
        for child in tree.children(node) {
            if tree.node(child).role == Role::Else {
                let mut otherwise = state.clone();
                self.eval(child, &mut otherwise);
                self.join(state, &otherwise);
            } else {
                let typed =
                    tree.kind(child) == Kind::Assign && tree.child(node, Role::Type).is_some();
                let one = if typed || tree.kind(child) == Kind::Assign {
                    self.eval(child, state)
                } else {
                    // A variable without a value.
                    Shape::default()
                };
                value = one;
            }
        }
        value
    }

    fn collection(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let mut shape = Shape::default();
        let mut count: u16 = 0;
        let mut counted = true;
        for item in tree.children(node) {
            let one = self.eval(item, state);
            if counted
                && count < 32
                && tree.kind(item) != Kind::Spread
                && tree.kind(node) != Kind::Set
            {
                if !one.is_trivial() || count < 8 {
                    shape.set_field(Symbol::of(count.to_string()), one);
                }
                count += 1;
            } else {
                counted = false;
                shape.own.add(&one.all());
            }
        }
        if counted && tree.kind(node) == Kind::List && count <= 8 {
            shape.length = Some(count);
        } else if shape.all().is_empty() {
            shape = Shape::default();
        }
        shape.cut(super::value::MAX_FIELDS_DEEP)
    }

    /// A dictionary, an object or a structure.
    fn object(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let mut shape = Shape::default();
        // What Rust takes from another structure gives way to the fields that are written out.
        let rust = tree.language == Language::Rust;
        let is_base = |pair: &NodeId| rust && tree.kind(*pair) == Kind::Spread;
        let pairs = tree.children(node).filter(is_base);
        let pairs = pairs.chain(tree.children(node).filter(|pair| !is_base(pair)));
        for pair in pairs {
            if tree.node(pair).role == Role::Callee {
                continue;
            }
            if tree.kind(pair) == Kind::Spread
                && let Some(inner) = tree.children(pair).next()
            {
                let one = self.eval(inner, state);
                shape = if shape.is_trivial() {
                    one
                } else {
                    self.join_shapes(&shape, &one)
                };
                shape.length = None;
                continue;
            }
            if tree.kind(pair) != Kind::Pair {
                let one = self.eval(pair, state);
                shape = self.join_shapes(&shape, &one);
                continue;
            }
            let key = tree.child(pair, Role::Key);
            let value = match tree.child(pair, Role::Value) {
                Some(value) => self.eval(value, state),
                None => match key.and_then(|key| self.place_of(key)) {
                    Some(place) => self.load(&place, state),
                    None => Shape::default(),
                },
            };
            let value = self.finish(pair, value, None, state);
            let known = key.and_then(|key| self.constant_key(key));
            if let Some(key) = known {
                if !value.is_trivial() || !shape.own.is_empty() || shape.listed(key).is_some() {
                    shape.set_field(key, value);
                }
            } else {
                let of_key = key.map(|key| self.eval(key, state)).unwrap_or_default();
                shape.own.add(&of_key.all());
                shape.own.add(&value.all());
            }
        }
        shape.cut(super::value::MAX_FIELDS_DEEP)
    }

    fn conditional(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let condition = tree.child(node, Role::Cond);
        let mut otherwise = state.clone();
        if let Some(condition) = condition {
            self.eval(condition, state);
            otherwise = state.clone();
            self.refine(condition, true, state);
            self.refine(condition, false, &mut otherwise);
        }
        let known =
            condition.and_then(|condition| super::constant::constant_truth(self.file, condition));
        let mut value = Shape::default();
        if let Some(body) = tree
            .child(node, Role::Body)
            .filter(|_| known != Some(false))
        {
            value = self.eval(body, state);
        }
        if let Some(body) = tree.child(node, Role::Else).filter(|_| known != Some(true)) {
            let one = self.eval(body, &mut otherwise);
            value = self.join_shapes(&value, &one);
        }
        self.join(state, &otherwise);
        value
    }

    fn comprehension(&mut self, node: NodeId, state: &mut State) -> Shape {
        let tree = self.tree;
        let mut inner = state.clone();
        for clause in tree.role(node, Role::Iter) {
            if tree.kind(clause) == Kind::CompFor {
                if let Some(iter) = tree.child(clause, Role::Iter) {
                    let one = self.iterated(iter, &mut inner);
                    if let Some(target) = tree.child(clause, Role::Target) {
                        self.bind(target, &one, &mut inner);
                    }
                }
            } else {
                self.eval(clause, &mut inner);
                self.refine(clause, true, &mut inner);
            }
        }
        let mut value = Shape::default();
        for element in tree.role(node, Role::Value) {
            let one = self.eval(element, &mut inner);
            value.own.add(&one.all());
        }
        value
    }

    /// What lies too deep is looked at as a whole: every variable in it counts.
    fn at_a_glance(&mut self, node: NodeId, state: &mut State) -> Shape {
        let mut all = Set::default();
        for inner in self.tree.subtree(node) {
            if self.spent() {
                break;
            }
            if self.tree.kind(inner) == Kind::Name
                && let Some(place) = self.place_of(inner)
            {
                all.add(&self.load(&place, state).all());
            }
            let added = self.sources_at(inner, &all, state, true);
            all.add(&added);
        }
        Shape::of(all)
    }
}
