//! How a text uses a word where it stands, as far as what is around it tells. It may take a word for
//! used so that is not, never the other way round. One file a language.

mod python;
mod required;
mod script;

use std::cell::OnceCell;
use std::ops::Range;

use crate::rule::Use;
use crate::source::Source;
use required::Required;
pub(super) use script::is_segment;

/// Beyond this many bytes from a word nothing is looked for.
const FARTHEST: usize = 512;

/// One text, and what was found out of its imports.
pub(super) struct Usage<'t> {
    text: &'t [u8],
    is_script: bool,
    /// Whether it imports all that a Python module has.
    imports_all: OnceCell<bool>,
    required: OnceCell<Required>,
}

impl<'t> Usage<'t> {
    pub(super) fn of(source: &'t Source) -> Usage<'t> {
        Usage {
            text: source.text(),
            is_script: source.language.is_script(),
            imports_all: OnceCell::new(),
            required: OnceCell::new(),
        }
    }

    /// The same of a script of which it is known where each `import` and `require` stands.
    pub(super) fn with_imports(source: &'t Source, imports: &[u32]) -> Usage<'t> {
        let text = source.text();
        let imports = imports.iter().map(|at| *at as usize);
        Usage {
            required: OnceCell::from(Required::by(text, imports)),
            ..Usage::of(source)
        }
    }

    /// Whether a word of a script may be a name that is imported out of a module.
    pub(super) fn is_imported(&self, word: &Range<usize>) -> bool {
        self.required().may_name(word)
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
        script::may_be(used, text, word.clone()) || is_field && self.required().may_name(&word)
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
