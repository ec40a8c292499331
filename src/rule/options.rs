//! The `options:` of a rule: what each changes, and which values are taken.
//!
//! An option that would change what a pattern means is either followed or refused by name; only
//! those that say how an engine runs are passed over.

use serde::{Deserialize, Serialize};

use super::error::PartError;
use super::taint::TaintOptions;
use super::vocabulary::unknown;
use super::yaml::{Node, Yaml};

/// The `options:` that change what a pattern means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that a rule may set"
)]
pub struct Options {
    /// Literals match what is known to hold them.
    pub constant_propagation: bool,
    /// A name matches as the expression that was assigned to it.
    pub symbolic_propagation: bool,
    /// An expression among statements matches anywhere in a statement.
    pub implicit_deep_exprstmt: bool,
    /// `a and b and c` may be grouped otherwise, `a | b` also be turned round.
    pub ac_matching: bool,
    /// `a and b` matches `b and a`.
    pub commutative_boolop: bool,
    /// `a == b` matches `b == a`.
    pub symmetric_eq: bool,
    /// An assignment matches a declaration with a value.
    pub vardef_assign: bool,
    /// An assignment matches a field of a class with a value.
    pub flddef_assign: bool,
    /// An expression matches a decorator.
    pub attr_expr: bool,
    /// `...` between statements reaches into nested blocks.
    pub go_deeper_stmt: bool,
    /// Objects and classes may have more members than the pattern names.
    pub implicit_ellipsis: bool,
    /// Elements may have more attributes than the pattern names.
    pub xml_attrs_implicit_ellipsis: bool,
    /// How many lines down an ellipsis of a generic pattern reaches.
    pub generic_ellipsis_max_span: u32,
    /// The comments that generic patterns pass over.
    pub generic_comment_style: Option<CommentStyle>,
}

/// How comments are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CommentStyle {
    /// `/* … */`.
    C,
    /// `/* … */`, and `//` to the end of the line.
    Cpp,
    /// `#` to the end of the line.
    Shell,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            constant_propagation: true,
            symbolic_propagation: false,
            implicit_deep_exprstmt: true,
            ac_matching: true,
            commutative_boolop: false,
            symmetric_eq: false,
            vardef_assign: true,
            flddef_assign: true,
            attr_expr: true,
            go_deeper_stmt: true,
            implicit_ellipsis: true,
            xml_attrs_implicit_ellipsis: true,
            generic_ellipsis_max_span: 10,
            generic_comment_style: None,
        }
    }
}

/// What an option does here.
#[derive(Clone, Copy)]
pub(crate) enum Effect {
    /// It switches the matcher.
    Matcher(fn(&mut Options) -> &mut bool),
    /// It switches what carries values on.
    Taint(fn(&mut TaintOptions) -> &mut bool),
    /// It has a value of another kind; the error says which.
    Value(fn(&str, &mut Options) -> Result<(), &'static str>),
    /// What it says always holds here, or never: no other value is taken.
    Fixed(bool),
    /// It says how an engine runs, or how one works that is not there.
    PassedOver,
}

/// Every option, with what it says where it is on.
pub(crate) const OPTIONS: &[(&str, Effect, &str)] = &[
    (
        "constant_propagation",
        Effect::Matcher(|options| &mut options.constant_propagation),
        "a literal matches a name that is known to hold it",
    ),
    (
        "symbolic_propagation",
        Effect::Matcher(|options| &mut options.symbolic_propagation),
        "a name matches as the expression that was assigned to it",
    ),
    (
        "implicit_deep_exprstmt",
        Effect::Matcher(|options| &mut options.implicit_deep_exprstmt),
        "an expression among statements matches anywhere in a statement",
    ),
    (
        "ac_matching",
        Effect::Matcher(|options| &mut options.ac_matching),
        "`a and b and c` matches however it is grouped, `a | b` in any order",
    ),
    (
        "commutative_boolop",
        Effect::Matcher(|options| &mut options.commutative_boolop),
        "`a and b` matches `b and a`",
    ),
    (
        "symmetric_eq",
        Effect::Matcher(|options| &mut options.symmetric_eq),
        "`a == b` matches `b == a`",
    ),
    (
        "vardef_assign",
        Effect::Matcher(|options| &mut options.vardef_assign),
        "`$X = 1` matches `let x = 1`",
    ),
    (
        "flddef_assign",
        Effect::Matcher(|options| &mut options.flddef_assign),
        "`$X = 1` matches a field of a class",
    ),
    (
        "attr_expr",
        Effect::Matcher(|options| &mut options.attr_expr),
        "an expression matches a decorator",
    ),
    (
        "go_deeper_stmt",
        Effect::Matcher(|options| &mut options.go_deeper_stmt),
        "`...` between statements reaches into nested blocks",
    ),
    (
        "implicit_ellipsis",
        Effect::Matcher(|options| &mut options.implicit_ellipsis),
        "objects and classes may have more members than the pattern names",
    ),
    (
        "xml_attrs_implicit_ellipsis",
        Effect::Matcher(|options| &mut options.xml_attrs_implicit_ellipsis),
        "elements may have more attributes than the pattern names",
    ),
    (
        "taint_unify_mvars",
        Effect::Taint(|options| &mut options.unify_mvars),
        "metavariables of one name hold the same in source and sink",
    ),
    (
        "taint_assume_safe_functions",
        Effect::Taint(|options| &mut options.assume_safe_functions),
        "a function of which nothing is known returns nothing of what it is given",
    ),
    (
        "taint_assume_safe_indexes",
        Effect::Taint(|options| &mut options.assume_safe_indexes),
        "an index says nothing of the element, nor the key in `table.get(key)`",
    ),
    (
        "taint_assume_safe_comparisons",
        Effect::Taint(|options| &mut options.assume_safe_comparisons),
        "a comparison says nothing of what is compared",
    ),
    (
        "taint_assume_safe_booleans",
        Effect::Taint(|options| &mut options.assume_safe_booleans),
        "a truth value is harmless: by its type, or as what a comparison or a negation gives",
    ),
    (
        "taint_assume_safe_numbers",
        Effect::Taint(|options| &mut options.assume_safe_numbers),
        "a number is harmless: by its type, or as what arithmetic gives",
    ),
    (
        "taint_assume_safe_behind_host",
        Effect::Taint(|options| &mut options.assume_safe_behind_host),
        "in a text that is put together, what follows `https://host/`, `/path` or a variable and a `/`, `?` or `#` is harmless: it chooses no host; aiscan's own",
    ),
    (
        "taint_assume_safe_answers",
        Effect::Taint(|options| &mut options.assume_safe_answers),
        "what a call that is waited for answers is not what it was given, where the scanned files cannot hold the function and its name does not say that it makes something of it; aiscan's own",
    ),
    (
        "taint_assume_safe_objects",
        Effect::Taint(|options| &mut options.assume_safe_objects),
        "an object or a list that is put together does not arrive at a sink by what it holds, as where it is answered as JSON; aiscan's own",
    ),
    (
        "taint_only_propagate_through_assignments",
        Effect::Taint(|options| &mut options.only_propagate_through_assignments),
        "only assignments carry values on",
    ),
    (
        "arrow_is_function",
        Effect::Fixed(true),
        "a pattern of a function matches an arrow function",
    ),
    (
        "let_is_var",
        Effect::Fixed(true),
        "`var` in a pattern matches `let` and `const`",
    ),
    (
        "go_deeper_expr",
        Effect::Fixed(true),
        "`<... ...>` reaches into nested expressions",
    ),
    (
        "unify_ids_strictly",
        Effect::Fixed(true),
        "names of different definitions are different",
    ),
    (
        "decorators_order_matters",
        Effect::Fixed(false),
        "decorators stand in the order of the pattern",
    ),
    (
        "xml_children_ordered",
        Effect::Fixed(true),
        "elements stand in the order of the pattern",
    ),
    ("interfile", Effect::PassedOver, "flows cross files"),
    (
        "taint_intrafile",
        Effect::PassedOver,
        "flows cross the functions of a file, which they always do here",
    ),
    ("experimental", Effect::PassedOver, "how an engine runs"),
    (
        "timeout",
        Effect::PassedOver,
        "how an engine runs; budgets are steps here",
    ),
    ("dynamic_timeout", Effect::PassedOver, "how an engine runs"),
    (
        "dynamic_timeout_unit_kb",
        Effect::PassedOver,
        "how an engine runs",
    ),
    (
        "dynamic_timeout_max_multiplier",
        Effect::PassedOver,
        "how an engine runs",
    ),
    (
        "max_match_per_file",
        Effect::PassedOver,
        "how many findings are kept; all are here",
    ),
    (
        "cpp_parsing_pref",
        Effect::PassedOver,
        "how C++ is read, which aiscan does not read",
    ),
    (
        "generic_engine",
        Effect::Value(|value, _| match value {
            "spacegrep" => Ok(()),
            _ => Err("this engine is not supported: `spacegrep`, the default, is"),
        }),
        "`spacegrep`; no other is there",
    ),
    (
        "generic_ellipsis_max_span",
        Effect::Value(|value, options| {
            let lines = value.parse().map_err(|_| "a number of lines is needed");
            options.generic_ellipsis_max_span = lines?;
            Ok(())
        }),
        "how many lines down `...` of a generic pattern reaches, 10 unless it is said",
    ),
    (
        "generic_comment_style",
        Effect::Value(|value, options| {
            options.generic_comment_style = Some(match value {
                "c" => CommentStyle::C,
                "cpp" => CommentStyle::Cpp,
                "shell" => CommentStyle::Shell,
                _ => return Err("one of `c`, `cpp` and `shell` is needed here"),
            });
            Ok(())
        }),
        "`c`, `cpp` or `shell`: the comments that generic patterns pass over",
    ),
    (
        "generic_multiline",
        Effect::PassedOver,
        "of another engine for `generic`, which is refused",
    ),
    ("generic_caseless", Effect::PassedOver, "of the same"),
    ("generic_extra_braces", Effect::PassedOver, "of the same"),
    (
        "generic_extra_word_characters",
        Effect::PassedOver,
        "of the same",
    ),
];

/// Reads the options of a rule.
pub(super) fn read(rule: &Yaml) -> Result<(Options, TaintOptions), PartError> {
    let (mut options, mut flows) = (Options::default(), TaintOptions::default());
    let Some(value) = rule.get("options") else {
        return Ok((options, flows));
    };
    let Node::Map(entries) = &value.node else {
        let message = "a map is needed here";
        return Err(PartError::new(value.line, "options", message));
    };
    for (key, value) in entries {
        let Some((name, effect, _)) = OPTIONS.iter().find(|(name, _, _)| *name == key.text) else {
            let names: Vec<&str> = OPTIONS.iter().map(|(name, _, _)| *name).collect();
            return Err(unknown(key.line, &key.text, &names));
        };
        match effect {
            Effect::PassedOver => continue,
            Effect::Value(read) => {
                let text = value.text().unwrap_or_default();
                read(&text, &mut options)
                    .map_err(|message| PartError::new(value.line, *name, message))?;
                continue;
            }
            Effect::Matcher(_) | Effect::Taint(_) | Effect::Fixed(_) => {}
        }
        let Node::Bool(on) = value.node else {
            let message = "`true` or `false` is needed here";
            return Err(PartError::new(value.line, *name, message));
        };
        match effect {
            Effect::Matcher(switch) => *switch(&mut options) = on,
            Effect::Taint(switch) => *switch(&mut flows) = on,
            Effect::Fixed(always) if *always != on => {
                let message = format!("the option is not supported: here it is always {always}");
                return Err(PartError::new(value.line, *name, message));
            }
            Effect::Fixed(_) | Effect::Value(_) | Effect::PassedOver => {}
        }
    }
    Ok((options, flows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::yaml;

    fn read_options(text: &str) -> Result<(Options, TaintOptions), String> {
        let read = read(&yaml::parse(&format!("options: {text}")).unwrap());
        read.map_err(|error| format!("{}: {}", error.key.unwrap_or_default(), error.message))
    }

    #[test]
    fn options_are_switched() {
        let (options, flows) =
            read_options("{ac_matching: false, taint_unify_mvars: true}").unwrap();
        assert!(!options.ac_matching && flows.unify_mvars);
        assert_eq!(read_options("{}"), Ok(Default::default()));
    }

    #[test]
    fn what_is_fixed_takes_no_other_value() {
        assert!(read_options("{let_is_var: true}").is_ok());
        assert_eq!(
            read_options("{let_is_var: false}").unwrap_err(),
            "let_is_var: the option is not supported: here it is always true"
        );
    }

    #[test]
    fn what_is_about_engines_is_passed_over() {
        assert!(read_options("{interfile: true, timeout: 5}").is_ok());
    }

    #[test]
    fn generic_patterns_have_options_with_values() {
        let (options, _) =
            read_options("{generic_ellipsis_max_span: 3, generic_comment_style: cpp}").unwrap();
        assert_eq!(options.generic_ellipsis_max_span, 3);
        assert_eq!(options.generic_comment_style, Some(CommentStyle::Cpp));
        assert!(read_options("{generic_engine: aliengrep}").is_err());
        assert!(read_options("{generic_ellipsis_max_span: far}").is_err());
    }

    #[test]
    fn a_switch_needs_a_truth_value_and_a_name_that_exists() {
        let error = read_options("{ac_matching: 'no'}").unwrap_err();
        assert_eq!(error, "ac_matching: `true` or `false` is needed here");
        let error = read_options("{ac_macthing: false}").unwrap_err();
        assert!(error.ends_with("is it `ac_matching`?"), "{error}");
    }

    #[test]
    fn every_option_stands_here_once() {
        let mut names: Vec<&str> = OPTIONS.iter().map(|(name, _, _)| *name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
