//! How a text uses a word where it stands, as far as what is around it tells. It may take a word for
//! used so that is not, never the other way round. One file a language.

mod python;
mod required;
mod script;

use std::cell::OnceCell;
use std::ops::Range;

use crate::rule::Use;
use crate::source::{Source, Span};
use crate::syntax::Bodies;
use required::Required;
use script::Bound;

/// Beyond this many bytes from a word nothing is looked for.
const FARTHEST: usize = 512;

/// One text, and what was found out of its imports.
pub(super) struct Usage<'t> {
    text: &'t [u8],
    is_script: bool,
    /// The strings of a script that may name a module, where they are known.
    modules: Option<&'t [Span]>,
    /// Whether it imports all that a Python module has.
    imports_all: OnceCell<bool>,
    required: OnceCell<Required>,
}

impl<'t> Usage<'t> {
    pub(super) fn of(source: &'t Source) -> Usage<'t> {
        Usage {
            text: source.text(),
            is_script: source.language.is_script(),
            modules: None,
            imports_all: OnceCell::new(),
            required: OnceCell::new(),
        }
    }

    /// The same of a script of which it is known what it imports.
    pub(super) fn with_imports(source: &'t Source, bodies: &'t Bodies) -> Usage<'t> {
        let text = source.text();
        let imports = bodies.imports.iter().map(|at| *at as usize);
        Usage {
            required: OnceCell::from(Required::by(text, imports)),
            modules: Some(&bodies.modules),
            ..Usage::of(source)
        }
    }

    /// Whether a word of a script may be a name that is imported out of a module, or a segment of the
    /// module's own.
    pub(super) fn is_imported(&self, word: &Range<usize>) -> bool {
        self.names_module(word) || self.required().may_name(word)
    }

    /// Whether the word is a name that is imported out of a module and has no other one here.
    pub(super) fn keeps(&self, word: &Range<usize>) -> bool {
        self.required().keeps(self.text, word)
    }

    /// Whether what the word imports may be used so by another name. Only the first segment of a
    /// module is the root of a name, and only what is imported out of it a field.
    pub(super) fn renames(&self, used: Option<Use>, word: &Range<usize>) -> bool {
        match used {
            Some(Use::Method | Use::Field | Use::Loop) if self.names_module(word) => {
                let bound = script::bound_module(self.text, word);
                bound == Some(Bound::Whole) || bound.is_some() && used == Some(Use::Field)
            }
            Some(Use::Method | Use::Field | Use::Loop) => {
                self.required().may_name(word) && !self.keeps(word)
            }
            Some(Use::Call | Use::Root) | None => {
                self.names_module(word) && !self.text[..word.start].ends_with(b"/")
                    || self.required().is_unknown()
            }
            Some(Use::Keyword | Use::Key) => false,
        }
    }

    /// Whether the word is a segment of a string that may name a module.
    fn names_module(&self, word: &Range<usize>) -> bool {
        let is_module = self.modules.is_none_or(|modules| {
            let after = modules.partition_point(|module| module.start as usize <= word.start);
            after > 0 && word.end <= modules[after - 1].end as usize
        });
        is_module && script::is_segment(self.text, word)
    }

    fn required(&self) -> &Required {
        self.required.get_or_init(|| Required::of(self.text))
    }

    /// Whether the word may be used so there.
    pub(super) fn may_be(&self, used: Use, word: Range<usize>) -> bool {
        let text = self.text;
        let is_field = matches!(used, Use::Method | Use::Field | Use::Loop);
        if !self.is_script {
            return python::may_be(used, text, word)
                || is_field && *self.imports_all.get_or_init(|| python::imports_all(text));
        }
        self.names_module(&word)
            || script::may_be(used, text, word.clone())
            || is_field && self.required().may_name(&word)
    }
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | 0x0c)
}

/// The last line of a text.
fn last_line(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| matches!(b, b'\n' | b'\r'));
    &text[end.map_or(0, |end| end + 1)..]
}
