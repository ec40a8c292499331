//! Rules: as written, as meant, and what is wrong with them.

mod error;
mod fix;
pub mod fixture;
mod formula;
mod meta;
mod models;
pub mod secret;
mod spec;
pub mod taint;
mod words;
mod yaml;

pub use error::RuleError;
pub use fix::Fix;
pub use formula::{Condition, Conjunction, Formula, Leaf};
pub use meta::Meta;
pub use spec::{Mode, Options, Paths, Rule, RuleFile, Target, read_file};
pub use taint::TaintSpec;
pub use words::Needs;
pub(crate) use yaml::Yaml;

pub(crate) use spec::read_rule;

impl Rule {
    /// The words that a file has to hold for the rule to match.
    pub fn needs(&self) -> Needs {
        let languages = match &self.target {
            Target::Languages(languages) => languages.as_slice(),
            Target::Text | Target::Nothing => return Needs::Nothing,
        };
        let needs = match &self.mode {
            Mode::Search(formula) => words::of_search(formula, languages),
            Mode::Taint(spec) => words::of_taint(spec),
            Mode::Secret(_) => Needs::Nothing,
        };
        words::without_variants(needs, languages)
    }
}
