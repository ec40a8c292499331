//! Whether a file may name something of another one, by its words alone.

use foldhash::HashSet;
use memchr::memmem;

use crate::source::Source;
use crate::taint::Address;

/// How every name of a module is passed on.
const STARS: [&[u8]; 3] = [b"import *", b"export *", b"::*"];

/// The words of a file, by which it may name something of another one.
pub(super) struct Spelt<'s> {
    source: &'s Source,
    words: HashSet<&'s [u8]>,
    /// Whether it may pass on every name of a module.
    stars: bool,
}

impl<'s> Spelt<'s> {
    pub(super) fn of(source: &'s Source) -> Spelt<'s> {
        let text = source.text();
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b"_$".contains(&b) || b >= 0x80;
        Spelt {
            source,
            words: text.split(|b| !is_part(*b)).collect(),
            stars: STARS.iter().any(|star| memmem::find(text, star).is_some()),
        }
    }

    /// Whether the file spells the name of something that it may import.
    pub(super) fn names(&self, of: &Address) -> bool {
        // A default has the name that its importer gives it, and a star none.
        let listed = |name: &String| name == "default" || self.words.contains(name.as_bytes());
        let first = of.names.first().filter(|name| listed(name));
        self.stars
            || of.names.iter().all(listed)
            || first.is_some_and(|first| passes_on(self.source, first))
    }
}

/// Whether a file may have something of another one under a name of its own: as a module that
/// gathers others, or with a class or an object made of it.
fn passes_on(source: &Source, name: &str) -> bool {
    let file = source.path.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let ways = ["(", "extends ", "= ", "new ", "export "];
    ["__init__", "index", "mod", "lib"].contains(&stem)
        || ways.iter().any(|way| {
            let made = format!("{way}{name}");
            memmem::find(source.text(), made.as_bytes()).is_some()
        })
}
