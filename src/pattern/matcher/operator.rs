//! Operations of several operands: `a + b + c` is one sum, however it is nested.

use super::super::Options;
use super::super::bindings::Bound;
use super::{Matcher, Then};
use crate::source::Span;
use crate::syntax::{Kind, NodeId, Role, Symbol, Tree};

/// How the operands of an operator may be regrouped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Law {
    /// Nested on either side; a metavariable may stand for several.
    Associative,
    /// And in any order, which a part of the operands is enough for.
    Commutative,
    None,
}

fn law(operator: Symbol, options: Options) -> Law {
    let is = |names: &[&str]| names.iter().any(|name| operator == Symbol::of(name));
    let logical = is(&["and", "or", "&&", "||"]);
    if options.commutative_boolop && logical || options.ac_matching && is(&["&", "|", "^"]) {
        Law::Commutative
    } else if options.ac_matching && logical {
        Law::Associative
    } else {
        Law::None
    }
}

/// More operands than this are not regrouped.
const MAX_OPERANDS: usize = 40;

/// The operands of nested operations with one operator, in order. `both` also opens the right side.
fn operands(tree: &Tree, root: NodeId, both: bool) -> Vec<NodeId> {
    let symbol = tree.symbol(root);
    let mut out = Vec::new();
    let mut open = vec![root];
    while let Some(at) = open.pop() {
        let same = tree.kind(at) == Kind::BinOp && tree.symbol(at) == symbol;
        match (tree.child(at, Role::Left), tree.child(at, Role::Right)) {
            (Some(left), Some(right)) if same => {
                if both {
                    open.push(right);
                    open.push(left);
                } else {
                    out.push(right);
                    open.push(left);
                }
            }
            _ => out.push(at),
        }
    }
    if !both {
        out.reverse();
    }
    out
}

impl Matcher<'_> {
    /// Whether an operand of an operation is `...`.
    pub(super) fn has_operand_ellipsis(&self, p: NodeId) -> bool {
        operands(self.pattern, p, true)
            .into_iter()
            .any(|operand| self.pattern.kind(operand) == Kind::Ellipsis)
    }

    /// `a + ... + b`: the operands side by side, `...` for one or more of them.
    pub(super) fn operands(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let regroup = law(self.pattern.symbol(p), self.options);
        let ps = operands(self.pattern, p, true);
        let ts = operands(self.tree, t, regroup != Law::None);
        match regroup {
            Law::Commutative => self.commutative(&ps, ts, then),
            Law::Associative => self.operand_list(&ps, &ts, true, then),
            Law::None => self.operand_list(&ps, &ts, false, then),
        }
    }

    /// An equation turned round, where the rule asks for that.
    pub(super) fn turned(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let equations = || ["==", "===", "!=", "!=="].map(Symbol::of);
        if !self.options.symmetric_eq || !equations().contains(&self.pattern.symbol(p)) {
            return false;
        }
        let sides = |tree: &Tree, of| (tree.child(of, Role::Left), tree.child(of, Role::Right));
        match (sides(self.pattern, p), sides(self.tree, t)) {
            ((Some(p_left), Some(p_right)), (Some(t_left), Some(t_right))) => {
                self.node(p_left, t_right, &mut |matcher| {
                    matcher.node(p_right, t_left, then)
                })
            }
            _ => false,
        }
    }

    /// The same operands, nested otherwise.
    pub(super) fn associative(&mut self, p: NodeId, t: NodeId, then: Then<'_>) -> bool {
        let law = law(self.pattern.symbol(p), self.options);
        if law == Law::None {
            return false;
        }
        let ts = operands(self.tree, t, true);
        let ps = operands(self.pattern, p, true);
        if ts.len() < ps.len() || ts.len() > MAX_OPERANDS {
            return false;
        }
        match law {
            Law::Commutative => self.commutative(&ps, ts, then),
            Law::Associative => (ts.len() > 2) && self.operand_list(&ps, &ts, false, then),
            Law::None => false,
        }
    }

    /// Each operand of the pattern takes one of the operands that are left.
    fn commutative(&mut self, ps: &[NodeId], ts: Vec<NodeId>, then: Then<'_>) -> bool {
        let Some((&p, rest)) = ps.split_first() else {
            return then(self);
        };
        if self.pattern.kind(p) == Kind::Ellipsis {
            return self.commutative(rest, ts, then);
        }
        (0..ts.len()).any(|index| {
            let mut left = ts.clone();
            let t = left.remove(index);
            self.node(p, t, &mut |matcher| {
                matcher.commutative(rest, left.clone(), then)
            })
        })
    }

    /// Operands in order. A metavariable takes one or several; `...` too, or none where `open`.
    fn operand_list(&mut self, ps: &[NodeId], ts: &[NodeId], open: bool, then: Then<'_>) -> bool {
        let Some((&p, p_rest)) = ps.split_first() else {
            return ts.is_empty() && then(self);
        };
        match self.pattern.kind(p) {
            Kind::Ellipsis => {
                let least = usize::from(!open);
                (least..=ts.len()).any(|skip| self.operand_list(p_rest, &ts[skip..], open, then))
            }
            Kind::MetaVar if ts.len() > 1 => {
                let name = self.pattern.symbol(p);
                (1..=ts.len()).any(|take| {
                    let bound = self.run_of(&ts[..take]);
                    self.bind(name, bound, &mut |matcher| {
                        matcher.operand_list(p_rest, &ts[take..], open, then)
                    })
                })
            }
            _ => {
                let Some((&t, t_rest)) = ts.split_first() else {
                    return false;
                };
                self.node(p, t, &mut |matcher| {
                    matcher.operand_list(p_rest, t_rest, open, then)
                })
            }
        }
    }

    /// Neighbouring operands as one value.
    fn run_of(&self, run: &[NodeId]) -> Bound {
        let (first, last) = (run[0], run[run.len() - 1]);
        if run.len() == 1 {
            return Bound::Node(first);
        }
        let span = Span {
            start: self.tree.span(first).start,
            end: self.tree.span(last).end,
        };
        Bound::Text(span, Symbol::of(self.file.source().slice(span)))
    }
}
