//! Variables and their fields: what they hold, and putting values into them.

use std::rc::Rc;

use super::value::{MAX_FIELDS_DEEP, Origin, Paths, Place, Set, Shape, State, Token, Var};
use super::walk::Walk;
use crate::lang::Language;
use crate::syntax::{Kind, NodeId, Role, Symbol};

/// A name is followed through no more borrows than this.
const MAX_ALIASES: usize = 4;

impl Walk<'_> {
    /// What `let name = &mut place;` in Rust makes a name another name of.
    fn borrowed_by(&self, name: NodeId) -> Option<NodeId> {
        if self.tree.language != Language::Rust {
            return None;
        }
        let value = self.only_value(name)?;
        let text = self.tree.text_of(value, self.file.text());
        let inner = (self.tree.kind(value) == Kind::Ref && text.starts_with("&mut "))
            .then(|| self.tree.children(value).next())??;
        matches!(self.tree.kind(inner), Kind::Name | Kind::Attr).then_some(inner)
    }

    /// What a field of a value comes from: of a parameter, the field is remembered.
    pub(super) fn extend(paths: &mut Paths, own: &Set, key: Symbol) -> Set {
        let params = own
            .iter()
            .any(|(token, _)| matches!(token.origin, Origin::Param(..)));
        if !params {
            return own.clone();
        }
        let extended = own.iter().map(|(token, trace)| {
            let origin = match token.origin {
                Origin::Param(index, path) if paths.keys(path).len() < MAX_FIELDS_DEEP - 1 => {
                    Origin::Param(index, paths.extend(path, key))
                }
                other => other,
            };
            (Token { origin, ..*token }, trace.clone())
        });
        Set::of(extended.collect())
    }

    pub(super) fn read(&mut self, shape: &Shape, key: Symbol) -> Shape {
        let paths = &mut self.paths;
        shape.read(key, &mut |own| Self::extend(paths, own, key))
    }

    pub(super) fn join_shapes(&mut self, a: &Shape, b: &Shape) -> Shape {
        if b.is_trivial() && a.fields().is_empty() && a.length.is_none() {
            return a.clone();
        }
        let paths = &mut self.paths;
        a.join(b, &mut |own, key| Self::extend(paths, own, key))
            .cut(MAX_FIELDS_DEEP)
    }

    pub(super) fn join(&mut self, into: &mut State, other: &State) {
        if into.live && other.live && !Rc::ptr_eq(&into.vars, &other.vars) {
            self.charge(into.vars.len() + other.vars.len());
        }
        let paths = &mut self.paths;
        into.join(other, &mut |own, key| Self::extend(paths, own, key));
    }

    /// What a place holds.
    pub(super) fn load(&mut self, place: &Place, state: &State) -> Shape {
        let mut shape = state.get(place.var);
        for &key in &place.path {
            shape = self.read(&shape, key);
        }
        if place.element {
            Shape::of(shape.all())
        } else {
            shape
        }
    }

    /// Puts a value into a place; what it held before is gone, unless only an element is meant.
    pub(super) fn store(&mut self, place: &Place, value: Shape, state: &mut State) {
        let root = state.get(place.var);
        let changed = self.stored(root, &place.path, place.element, value);
        let changed = changed.cut(MAX_FIELDS_DEEP);
        // Whatever is stored in the body of a `try` may be there when it is left.
        let tried = self.frames.last_mut().and_then(|frame| frame.tries.pop());
        if let Some(mut tried) = tried {
            let joined = self.join_shapes(&tried.get(place.var), &changed);
            tried.set(place.var, joined);
            self.frame().tries.push(tried);
        }
        if Rc::strong_count(&state.vars) > 1 {
            self.charge(state.vars.len());
        }
        state.set(place.var, changed);
    }

    fn stored(&mut self, mut shape: Shape, path: &[Symbol], element: bool, value: Shape) -> Shape {
        match path {
            [] if element => {
                let all = value.all();
                shape.own.add(&all);
                if !all.is_empty() && !shape.fields().is_empty() {
                    // Any of the listed fields may be the one.
                    shape = shape.map(&mut |own| own.union(&all));
                }
                shape.length = None;
                shape
            }
            [] => value,
            [key, rest @ ..] => {
                let field = self.read(&shape, *key);
                let field = self.stored(field, rest, element, value);
                shape.set_field(*key, field);
                shape
            }
        }
    }

    /// Adds origins to what a place holds.
    pub(super) fn add(&mut self, place: &Place, set: &Set, state: &mut State) {
        if set.is_empty() {
            return;
        }
        let mut held = self.load(place, state);
        held.own.add(set);
        if !held.fields().is_empty() {
            held = held.map(&mut |own| own.union(set));
        }
        let whole = Place {
            element: false,
            ..place.clone()
        };
        self.store(if place.element { place } else { &whole }, held, state);
    }

    /// The place that an expression names, if it names one.
    pub(super) fn place_of(&self, node: NodeId) -> Option<Place> {
        let mut path = Vec::new();
        let mut element = false;
        let mut at = node;
        let mut aliases = 0;
        loop {
            match self.tree.kind(at) {
                Kind::Name if aliases < MAX_ALIASES && self.borrowed_by(at).is_some() => {
                    aliases += 1;
                    at = self.borrowed_by(at)?;
                }
                Kind::Name | Kind::Ident => {
                    path.reverse();
                    path.truncate(MAX_FIELDS_DEEP);
                    return Some(Place {
                        var: self.var_of(at),
                        path,
                        element,
                    });
                }
                Kind::Attr => {
                    path.push(self.tree.symbol(self.tree.child(at, Role::Field)?));
                    at = self.tree.child(at, Role::Object)?;
                }
                Kind::Index => {
                    let index = self.tree.child(at, Role::Index);
                    if let Some(key) = index.and_then(|index| self.constant_key(index)) {
                        path.push(key);
                    } else {
                        path.clear();
                        element = true;
                    }
                    at = self.tree.child(at, Role::Object)?;
                }
                Kind::Ref | Kind::Await | Kind::Question | Kind::Cast | Kind::Spread => {
                    at = self.tree.children(at).next()?;
                }
                Kind::UnOp if self.tree.symbol(at) == Symbol::of("*") => {
                    at = self.tree.children(at).next()?;
                }
                _ => return None,
            }
        }
    }

    /// The place that is changed through an expression: that of a name or a field, or what a call
    /// gives access to, as `map.entry(key).or_default()` and `shared.lock().unwrap()` do.
    pub(super) fn place_behind(&self, node: NodeId) -> Option<Place> {
        const MAX_CALLS: usize = 8;
        let mut keys: Vec<Option<Symbol>> = Vec::new();
        let mut at = node;
        for _ in 0..MAX_CALLS {
            match self.tree.kind(at) {
                Kind::Call => {
                    let (object, name, arguments) = self.method_call(at)?;
                    if super::models::looks_up(name) && !arguments.is_empty() {
                        keys.push(self.constant_key(self.behind_text(arguments[0])));
                    } else if !super::models::gives_access(name) {
                        return None;
                    }
                    at = object;
                }
                Kind::Assign => at = self.tree.child(at, Role::Target)?,
                _ => break,
            }
        }
        let mut place = self.place_of(at)?;
        for key in keys.into_iter().rev() {
            match key.filter(|_| !place.element && place.path.len() < MAX_FIELDS_DEEP) {
                Some(key) => place.path.push(key),
                None => place.element = true,
            }
        }
        Some(place)
    }

    /// The literal of `"text".to_string()` and its like.
    pub(super) fn behind_text(&self, node: NodeId) -> NodeId {
        let makes = ["to_string", "to_owned", "into", "as_str", "clone"];
        match self.method_call(node) {
            Some((object, name, arguments))
                if arguments.is_empty() && makes.iter().any(|of| name == Symbol::of(of)) =>
            {
                object
            }
            _ if self.tree.kind(node) == Kind::Ref => {
                self.tree.children(node).next().unwrap_or(node)
            }
            _ => node,
        }
    }

    pub(super) fn var_of(&self, name: NodeId) -> Var {
        let symbol = self.tree.symbol(name);
        let this = match self.tree.language {
            Language::Rust => symbol == Symbol::of("self"),
            Language::Python => false,
            _ => symbol == Symbol::of("this"),
        };
        if this {
            return Var::This;
        }
        match self.names.definition_of(name) {
            Some(def) => Var::Def(def),
            None => Var::Name(symbol),
        }
    }

    /// The key that an index is known to be.
    pub(super) fn constant_key(&self, index: NodeId) -> Option<Symbol> {
        match self.tree.kind(index) {
            Kind::Str | Kind::Int | Kind::Ident => {
                Some(self.tree.symbol(index)).filter(|key| !key.is_none())
            }
            Kind::Name => match self.file.constants().get(index)? {
                crate::syntax::Value::Str(Some(text)) => Some(Symbol::of(text.as_bytes())),
                crate::syntax::Value::Int(number) => Some(Symbol::of(number.to_string())),
                _ => None,
            },
            _ => None,
        }
    }
}
