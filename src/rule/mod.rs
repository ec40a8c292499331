//! Rules: as written, as meant, and what is wrong with them.
//!
//! The build script compiles this module too, to read and check the built-in rules: what is used
//! here from elsewhere in the crate (`finding`, `lang`, `builtin`) has its stand-in there.

mod choices;
pub mod dialect;
mod error;
mod fix;
pub mod fixture;
mod formula;
mod literals;
mod local;
mod meta;
pub(crate) mod models;
mod needs;
pub(crate) mod options;
mod packed;
mod rows;
pub mod secret;
mod spec;
pub mod taint;
mod target;
pub(crate) mod vocabulary;
mod whole;
mod words;
mod yaml;

pub use error::RuleError;
pub use fix::Fix;
pub use formula::{Condition, Conjunction, Formula, Leaf};
pub use meta::Meta;
pub use needs::{Needs, Part, Use};
pub use options::{CommentStyle, Options};
pub use packed::Packed;
pub use spec::{Mode, Paths, Rule, RuleFile, read_file};
pub use taint::TaintSpec;
pub use target::Target;

impl Rule {
    /// The words that a file has to hold for the rule to match.
    pub fn needs(&self) -> Needs {
        let names = &self.meta.languages;
        let needs = match &self.mode {
            Mode::Search(formula) => match self.target() {
                Target::Languages(_) | Target::Nothing => {
                    needs::of_search(formula, names, &self.options)
                }
                Target::Generic => return needs::of_generic(formula),
                // Its patterns are regular expressions.
                Target::Text => return Needs::Nothing,
            },
            // Both halves stay told apart, for flows that begin in one file and end in another.
            Mode::Taint(spec) => {
                let (sources, sinks) = needs::of_taint(spec, names, &self.options);
                let plain = |needs| needs::without_variants(needs, names);
                return Needs::All(vec![plain(sources), plain(sinks)]);
            }
            Mode::Secret(_) => Needs::Nothing,
        };
        needs::without_variants(needs, names)
    }
}
