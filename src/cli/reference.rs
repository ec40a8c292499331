//! The page that tells what of the rule language is supported, made from what the readers accept.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::lang::Language;
use crate::rule::options::{Effect, OPTIONS};
use crate::rule::vocabulary::{self, Words};
use crate::rule::{Options, models};

const HEAD: &str = "\
<!-- Made by `INSTA_UPDATE=always cargo test --test docs` from src/rule/vocabulary.rs and its neighbours. -->

# The rule language

Rules are YAML in [Semgrep's language](https://semgrep.dev/docs/writing-rules/rule-syntax), as its version 1.182 behaves; this page lists what of it is supported, and what aiscan adds.
A key, an operator, an option or a mode that is not listed is an error that names the file, the line and the rule: nothing is passed over in silence but what this page says.

A file holds a list `rules:`. A rule of the plainest kind:

```yaml
rules:
  - id: eval-of-input
    languages: [python]
    severity: HIGH
    message: \"`$X` is run as code.\"
    pattern: eval($X)
    fix: ast.literal_eval($X)
```
";

const PATTERNS: &str = "\
A pattern is code of the rule's language. It matches what means the same: names are followed through imports, literals through constants, and layout, quotes and parentheses do not count.
";

const FIXES: &str = "\
`aiscan --fix` makes them, `aiscan --dry-run` shows them as a diff, and reports carry them.
A fix with a metavariable that holds nothing is none. A value keeps the parentheses around it. Line ends, byte order marks and encodings stay as they are.
Fixes are made from the start of a file on, and one that overlaps another waits for another run; none is made that leaves more of the file unparsed than before, or of a finding that a comment silences.
In `aiscan rules test`, where `a.fixed.py` stands beside the target `a.py`, it has to be what the fixes make of that.
";

const FLOWS: &str = "\
Values are followed through assignments, calls, containers, branches and loops, and through the functions of a file.
Each item of a list has a formula and the keys below, or is `model: NAME` alone, which among sources takes `called` and `confidence`, too.
";

const MODELS: &str = "\
A model holds items that many rules share: a file `rules/models/LANGUAGE/NAME.yaml` with one or more of the lists `sources`, `sinks`, `sanitizers` and `propagators`, whose items are written as in a rule. `- model: LANGUAGE/NAME` in one of a rule's lists takes the model's items of that list. Models are built in, and rules of any file may name them; a model does not name others. Beside its lists it may say `called` and `confidence` of all its sources; what an item says goes before, and what the rule says beside `model` goes before both.

```yaml
mode: taint
pattern-sources:
  - model: python/web-input
pattern-sinks:
  - pattern: render($X)
```
";

/// The whole page.
pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    section(&mut page, "Keys of a rule", "", vocabulary::RULE);
    section(&mut page, "Modes", "", vocabulary::MODES);
    let refused = "Refused by name, with the line:\n";
    table(&mut page, refused, vocabulary::REFUSED_MODES);
    languages(&mut page);
    section(&mut page, "Patterns", PATTERNS, vocabulary::PATTERN);
    let items = "The items of `patterns`; what must not match takes a pattern or a formula.\n";
    section(&mut page, "Formulas", items, vocabulary::CONDITIONS);
    conditions(&mut page);
    let newer = "Under `match`, and in the lists under `taint`.\n";
    section(
        &mut page,
        "Formulas in the newer syntax",
        newer,
        vocabulary::NEWER,
    );
    table(&mut page, "An item of `where` has:\n", vocabulary::WHERE);
    section(&mut page, "Flows", FLOWS, &[]);
    table(&mut page, "A source:\n", vocabulary::SOURCE);
    table(&mut page, "A sink:\n", vocabulary::SINK);
    table(&mut page, "A sanitizer:\n", vocabulary::SANITIZER);
    table(&mut page, "A propagator:\n", vocabulary::PROPAGATOR);
    section(&mut page, "Models", MODELS, &[]);
    model_table(&mut page);
    options(&mut page);
    section(&mut page, "Fixes", FIXES, vocabulary::FIX_REGEX);
    let secrets = "The keys of `secret`; exactly one of the first three is needed.\n";
    section(&mut page, "Secrets", secrets, vocabulary::SECRET);
    let passed = "These keys of a rule change nothing.\n";
    section(&mut page, "Passed over", passed, vocabulary::PASSED_OVER);
    page
}

fn section(page: &mut String, title: &str, text: &str, words: &Words) {
    let _ = write!(page, "\n## {title}\n");
    table(page, text, words);
}

fn table(page: &mut String, text: &str, words: &Words) {
    if !text.is_empty() {
        let _ = write!(page, "\n{text}");
    }
    if words.is_empty() {
        return;
    }
    page.push_str("\n| | |\n|---|---|\n");
    for (word, meaning) in words {
        row(page, &[&code(word), meaning]);
    }
}

fn row(page: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(page, "| {} |", cells.join(" | "));
}

fn code(word: &str) -> String {
    format!("`{word}`")
}

fn languages(page: &mut String) {
    page.push_str("\n## Languages\n\n| in `languages` | files |\n|---|---|\n");
    let mut files: BTreeMap<&[&str], Vec<String>> = BTreeMap::new();
    for language in Language::ALL {
        let definition = language.definition();
        if definition.rule_names.is_empty() {
            continue;
        }
        let extensions = definition.extensions.iter().map(|of| format!("`.{of}`"));
        files
            .entry(definition.rule_names)
            .or_default()
            .extend(extensions);
    }
    for (names, extensions) in files {
        let names: Vec<String> = names.iter().map(|name| code(name)).collect();
        row(page, &[&names.join(", "), &extensions.join(", ")]);
    }
    row(page, &["`generic`", "every text, by tokens and `...`"]);
    row(
        page,
        &["`regex`, `none`", "every text, by regular expressions"],
    );
    page.push_str("\nA rule for other languages alone is counted as not applicable.\n");
}

fn conditions(page: &mut String) {
    for (name, words) in [
        ("metavariable-regex", vocabulary::OF_REGEX),
        ("metavariable-pattern", vocabulary::OF_PATTERN),
        ("metavariable-comparison", vocabulary::OF_COMPARISON),
        ("metavariable-analysis", vocabulary::OF_ANALYSIS),
        ("metavariable-type", vocabulary::OF_TYPE),
    ] {
        table(page, &format!("The keys of `{name}`:\n"), words);
    }
    table(page, "The analysers:\n", vocabulary::ANALYZERS);
}

fn model_table(page: &mut String) {
    page.push_str("\n| model | lists |\n|---|---|\n");
    for (name, lists) in models::all() {
        row(page, &[&code(name), &lists.join(", ")]);
    }
}

fn options(page: &mut String) {
    page.push_str(
        "\n## Options\n\nAn option is followed, or refused by name where it asks for what is not done here.\n\n| option | unless it is said | where it is on |\n|---|---|---|\n",
    );
    let mut passed_over = Vec::new();
    for (name, effect, meaning) in OPTIONS {
        let usual = match effect {
            Effect::Matcher(switch) => switch(&mut Options::default()).to_string(),
            Effect::Taint(_) => "false".to_owned(),
            Effect::Fixed(always) => format!("always {always}"),
            Effect::Value(_) => String::new(),
            Effect::PassedOver => {
                passed_over.push((*name, *meaning));
                continue;
            }
        };
        row(page, &[&code(name), &usual, meaning]);
    }
    table(
        page,
        "These are about engines, and are passed over:\n",
        &passed_over,
    );
}
