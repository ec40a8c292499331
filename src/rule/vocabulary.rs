//! The words that rules are made of, each with what it means: readers take what they accept from
//! here, and so does the page that tells people.

use super::error::{PartError, closest};
use super::yaml::{Node, Yaml};

/// Keys or names, each with what it means.
pub(crate) type Words = [(&'static str, &'static str)];

/// The names alone.
pub(crate) fn names(words: &Words) -> Vec<&'static str> {
    words.iter().map(|(name, _)| *name).collect()
}

/// Whether one of the words is `name`.
pub(super) fn has(words: &Words, name: &str) -> bool {
    words.iter().any(|(word, _)| *word == name)
}

/// That `value` is a map, under `key`, which has no other keys than these.
pub(super) fn only(value: &Yaml, key: &str, allowed: &[&Words]) -> Result<(), PartError> {
    let Node::Map(entries) = &value.node else {
        return Err(PartError::new(value.line, key, "a map is needed here"));
    };
    let strange = entries
        .iter()
        .find(|(key, _)| !allowed.iter().any(|words| has(words, &key.text)));
    match strange {
        Some((strange, _)) => {
            let known: Vec<&str> = allowed.iter().flat_map(|words| names(words)).collect();
            Err(unknown(strange.line, &strange.text, &known))
        }
        None => Ok(()),
    }
}

/// The error for a key that means nothing here.
pub(super) fn unknown(line: u32, key: &str, known: &[&str]) -> PartError {
    let message = match closest(key, known) {
        Some(close) => format!("there is no such operator or key here; is it `{close}`?"),
        None => "there is no such operator or key here".to_owned(),
    };
    PartError::new(line, key, message)
}

/// The keys of a rule.
pub(crate) const RULE: &Words = &[
    (
        "id",
        "the name of the rule, by which comments and options call it",
    ),
    (
        "message",
        "what is said of a finding; `$X` stands for what a metavariable holds, `$...X` for several",
    ),
    (
        "severity",
        "CRITICAL, HIGH, MEDIUM, LOW or INFO; ERROR, WARNING and INFO of old are read as HIGH, MEDIUM and LOW",
    ),
    (
        "languages",
        "the languages that it reads; `generic` and `regex` for every text",
    ),
    ("mode", "`search` unless it is said"),
    (
        "metadata",
        "what reports tell: `confidence`, `cwe`, `why`, `repair`, `references`; other members are kept and not looked at",
    ),
    (
        "paths",
        "`include` and `exclude`: globs of the paths that it looks at",
    ),
    ("options", "see below"),
    ("pattern", "code that matches"),
    ("patterns", "all of a list of conditions"),
    ("pattern-either", "one of a list of formulas"),
    ("pattern-regex", "a regular expression over the text"),
    ("match", "a formula in the newer syntax"),
    (
        "pattern-sources",
        "of `mode: taint`: where values come from",
    ),
    (
        "pattern-sinks",
        "of `mode: taint`: where they must not arrive",
    ),
    (
        "pattern-sanitizers",
        "of `mode: taint`: what makes them harmless",
    ),
    (
        "pattern-propagators",
        "of `mode: taint`: what else carries them on",
    ),
    (
        "taint",
        "the same in the newer syntax: `sources`, `sinks`, `sanitizers` and `propagators`",
    ),
    ("secret", "of `mode: secret`: what a credential looks like"),
    (
        "fix",
        "text that stands in the place of the finding afterwards, with what its metavariables hold; further lines are indented as the first",
    ),
    (
        "fix-regex",
        "`regex` and `replacement` on the text of the finding, `\\1` for a group, and `count` for how often at most; `fix` goes before it",
    ),
    (
        "min-version",
        "a version of Semgrep: the rule is left out, and named, where the version followed here is older",
    ),
    ("max-version", "the same where it is newer"),
];

/// Keys of a rule that change nothing.
pub(crate) const PASSED_OVER: &Words = &[
    ("version", "of the rule, for people"),
    ("product", "of a service"),
    (
        "r2c-internal-project-depends-on",
        "of a service, as is everything that begins with `r2c-internal-`",
    ),
];

/// The values of `mode`.
pub(crate) const MODES: &Words = &[
    ("search", "code that matches a formula"),
    ("taint", "a flow from a source to a sink"),
    (
        "secret",
        "a credential, by its looks and by what is around it: aiscan's own",
    ),
];

/// Values of `mode` that are refused, with the reason.
pub(crate) const REFUSED_MODES: &Words = &[
    (
        "join",
        "it joins the findings of other rules, which names them by where they are kept",
    ),
    (
        "extract",
        "it reads one language within another; strings are matched where they stand",
    ),
];

/// The keys under `paths`.
pub(crate) const PATHS: &Words = &[
    ("include", "only these, where there are any"),
    ("exclude", "not these"),
];

/// The items of `patterns`. What begins a formula stands first.
pub(crate) const CONDITIONS: &Words = &[
    ("pattern", "code that matches"),
    ("patterns", "all of a list of conditions"),
    ("pattern-either", "one of a list of formulas"),
    (
        "pattern-regex",
        "a regular expression over the text; `^` and `$` are lines",
    ),
    ("pattern-inside", "around the match"),
    ("pattern-not", "takes away matches of exactly this range"),
    ("pattern-not-inside", "takes away matches within"),
    (
        "pattern-not-regex",
        "takes away matches that hold it, or lie in it",
    ),
    (
        "metavariable-regex",
        "what a metavariable spells matches from its start",
    ),
    ("metavariable-pattern", "what it holds matches a formula"),
    ("metavariable-comparison", "a comparison of values holds"),
    (
        "metavariable-analysis",
        "an analyser has something to say of it",
    ),
    ("metavariable-type", "its type is one of these"),
    ("focus-metavariable", "what is reported; a list is a choice"),
];

/// The keys that begin a formula.
pub(crate) const OPERATORS: &Words = &[
    ("pattern", "code that matches"),
    ("patterns", "all of a list of conditions"),
    ("pattern-either", "one of a list of formulas"),
    ("pattern-regex", "a regular expression over the text"),
    ("pattern-inside", "around the match"),
    ("match", "a formula in the newer syntax"),
];

/// The keys of `metavariable-regex`.
pub(crate) const OF_REGEX: &Words = &[
    ("metavariable", "such as `$X`"),
    ("regex", "the expression"),
    (
        "constant-propagation",
        "whether what it is known to hold counts, and not its text",
    ),
];

/// The keys of `metavariable-pattern`, beside those of a formula.
pub(crate) const OF_PATTERN: &Words = &[
    ("metavariable", "such as `$X`"),
    (
        "language",
        "what its text is read as, where that is another language; `regex` for regular expressions, `generic` for tokens of any text",
    ),
];

/// The keys of `metavariable-comparison`.
pub(crate) const OF_COMPARISON: &Words = &[
    (
        "metavariable",
        "such as `$X`; the comparison may name others",
    ),
    (
        "comparison",
        "of numbers, texts and lists, with `and`, `or`, `not`, `in`, arithmetic, `int()`, `str()`, `re.match()`",
    ),
    ("strip", "whether quotes are left out"),
    ("base", "that whole numbers are read in"),
];

/// The keys of `metavariable-analysis`.
pub(crate) const OF_ANALYSIS: &Words =
    &[("metavariable", "such as `$X`"), ("analyzer", "its name")];

/// The values of `analyzer`.
pub(crate) const ANALYZERS: &Words = &[
    ("entropy", "text that looks drawn by a machine"),
    (
        "redos",
        "a regular expression that takes exponential time on some texts",
    ),
];

/// The keys of `metavariable-type`.
pub(crate) const OF_TYPE: &Words = &[
    ("metavariable", "such as `$X`"),
    (
        "type",
        "as the file shows it: by annotation, construction or literal",
    ),
    ("types", "several"),
    ("language", "that the type is written in"),
];

/// The keys of the newer syntax.
pub(crate) const NEWER: &Words = &[
    ("pattern", "code that matches; text alone means the same"),
    ("regex", "a regular expression over the text"),
    ("all", "all of a list"),
    ("any", "one of a list"),
    ("not", "in `all`: takes away"),
    ("inside", "around the match"),
    ("anywhere", "within the match"),
    ("where", "a list of conditions on metavariables"),
];

/// The keys of an item of `where`.
pub(crate) const WHERE: &Words = &[
    ("metavariable", "such as `$X`"),
    ("regex", "as `metavariable-regex`"),
    (
        "pattern",
        "as `metavariable-pattern`, as are `all`, `any` and `inside`",
    ),
    ("comparison", "as `metavariable-comparison`"),
    ("focus", "as `focus-metavariable`"),
    ("type", "as `metavariable-type`"),
    ("types", "several"),
    ("analyzer", "as `metavariable-analysis`"),
    ("language", "what its text is read as"),
    ("all", "all of a list"),
    ("any", "one of a list"),
    ("not", "in `all`: takes away"),
    ("inside", "around the match"),
    ("constant-propagation", "with `regex`"),
    ("strip", "with `comparison`"),
    ("base", "with `comparison`"),
];

/// The lists of a taint rule in the newer syntax, and of a model.
pub(crate) const LISTS: &Words = &[
    ("sources", "where values come from"),
    ("sinks", "where they must not arrive"),
    ("sanitizers", "what makes them harmless"),
    ("propagators", "what else carries them on"),
];

/// The only key of an item that takes the items of a model.
pub(crate) const MODEL: &Words = &[(
    "model",
    "the name of a model, whose items of this list are taken: aiscan's own",
)];

/// The keys of a source, of a model's item in a list of sources, and of a model as a whole, that
/// say where values come from.
pub(crate) const ORIGIN: &Words = &[
    (
        "called",
        "what the value is, in a few words: a message says them by `$SOURCE`, and a trace at its first step; aiscan's own",
    ),
    (
        "confidence",
        "`low`, `medium` or `high`: how sure a flow from here is at most, whatever the rule says; aiscan's own",
    ),
];

/// The keys of a source, beside its formula.
pub(crate) const SOURCE: &Words = &[
    ("label", "what the values are called"),
    (
        "requires",
        "labels that a value must have already, joined by `and`, `or` and `not`",
    ),
    (
        "exact",
        "whether only the expression itself counts, and nothing within it; false unless it is said",
    ),
    (
        "by-side-effect",
        "whether the variable that matches holds such a value from then on; `only` for the variable alone",
    ),
    (
        "control",
        "whether everything that runs afterwards counts as such a value",
    ),
    ORIGIN[0],
    ORIGIN[1],
];

/// The keys of a sink, beside its formula.
pub(crate) const SINK: &Words = &[
    ("requires", "labels that a value must have to be reported"),
    ("exact", "as of a source; true unless it is said"),
    ("at-exit", "whether it counts only where the function ends"),
];

/// The keys of a sanitizer, beside its formula.
pub(crate) const SANITIZER: &Words = &[
    ("exact", "as of a source"),
    (
        "by-side-effect",
        "whether the variable that matches is harmless from then on",
    ),
    (
        "not_conflicting",
        "whether it gives way to a source or sink of the same range",
    ),
    ("not-conflicting", "the same"),
];

/// The keys of a propagator, beside its formula.
pub(crate) const PROPAGATOR: &Words = &[
    ("from", "the metavariable that values come from"),
    ("to", "the metavariable that they go to"),
    (
        "by-side-effect",
        "whether the variable that `to` matches holds them from then on; true unless it is said",
    ),
    ("requires", "labels that a value must have"),
    ("label", "what the values are called afterwards"),
    (
        "replace-labels",
        "is refused: write a source that requires one label and names another",
    ),
];

/// The keys of `fix-regex`.
pub(crate) const FIX_REGEX: &Words = &[
    ("regex", "what is looked for in the text of the finding"),
    (
        "replacement",
        "what stands there afterwards; `\\1` or `$1` for a group",
    ),
    ("count", "how many places at most"),
];

/// The keys of `secret`.
pub(crate) const SECRET: &Words = &[
    (
        "prefix",
        "literal texts with which the credential, or what announces it, begins",
    ),
    (
        "near",
        "names of a provider: the credential has no mark of its own and stands after one",
    ),
    (
        "assigned",
        "`token`, `password` or `client-side`: any value beside a name of that kind",
    ),
    (
        "body",
        "what follows the prefix, or the whole value beside a name: a regex of bytes; a group called `secret` narrows what is reported",
    ),
    (
        "before",
        "what stands right before the prefix and belongs to the credential: a regex",
    ),
    (
        "ignore-case",
        "whether prefix and body are meant in any case",
    ),
    (
        "within",
        "for `near`: the bytes that may stand between name and value, 48 unless it is said",
    ),
    (
        "needs-secret-word",
        "for `near`: whether the name is an ordinary word, so that `key` or the like has to stand between",
    ),
    (
        "randomness",
        "`expected`, `required`, `ignored` or `password`; `expected` unless it is said",
    ),
    (
        "checksum",
        "`crc32-base62`: one that passes makes the finding certain",
    ),
];

/// What patterns hold beside code.
pub(crate) const PATTERN: &Words = &[
    (
        "$X",
        "any expression, name or statement; the same name holds the same everywhere in a rule",
    ),
    ("$_", "anything, each time anew"),
    (
        "...",
        "any number of arguments, parameters, elements, members, statements or operands",
    ),
    ("$...X", "the same, and it holds them"),
    ("\"...\"", "any text"),
    ("\"$X\"", "a text, and it holds the content"),
    ("\"=~/regex/\"", "a text that a regular expression matches"),
    ("<... P ...>", "`P` anywhere within an expression"),
    ("$X. ... .f()", "a chain of any number of links"),
    ("($X: T)", "an expression of a type, as the file shows it"),
];
