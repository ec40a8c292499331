//! What holds for the project's own files, so that nobody has to remember it.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows functions with `#[test]` as tests, and not what they call"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// No file is longer than this, its tests not counted.
const MAX_LINES: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder of the project, relative to the project and with `/`, by name.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|_| panic!("{}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(relative(&path));
            }
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    let parts = path.strip_prefix(root()).unwrap().iter();
    parts
        .map(|part| part.to_str().unwrap())
        .collect::<Vec<_>>()
        .join("/")
}

fn rust_files(folder: &str) -> Vec<String> {
    let files = files(folder).into_iter();
    files
        .filter(|path| Path::new(path).extension().is_some_and(|of| of == "rs"))
        .collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[track_caller]
fn check_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

/// The modules of the library in the order of `lib.rs`, ground floor first.
fn modules() -> Vec<String> {
    let text = read("src/lib.rs");
    let names = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// The module of the library that a source file belongs to, and how deep it lies in it.
fn place(path: &str) -> (String, usize) {
    let inner = path
        .strip_prefix("src/")
        .unwrap()
        .strip_suffix(".rs")
        .unwrap();
    let inner = inner.strip_suffix("/mod").unwrap_or(inner);
    let module = inner.split('/').next().unwrap();
    (module.to_owned(), inner.split('/').count())
}

/// The modules of the library that a text names, through `crate::` or through `super::` as often
/// as the file lies deep.
fn named_modules(text: &str, depth: usize) -> Vec<String> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    let up = "super::".repeat(depth);
    let mut named = Vec::new();
    for root in ["crate::", up.as_str()] {
        for (at, _) in code.match_indices(root) {
            let is_longer =
                code[..at].ends_with(|c: char| c == ':' || c == '_' || c.is_alphanumeric());
            if is_longer {
                continue;
            }
            let rest = &code[at + root.len()..];
            match rest.strip_prefix('{') {
                Some(group) => named.extend(heads(group)),
                None => named.push(word(rest)),
            }
        }
    }
    named
}

/// The first word of each path in a group, to the bracket that ends it.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut start) = (0, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && !c.is_whitespace() => {
                heads.push(word(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// The imports in a text that point to a module above its own.
fn upward(modules: &[String], path: &str, text: &str) -> Vec<String> {
    let (own, depth) = place(path);
    let floor = |name: &str| modules.iter().position(|module| module == name);
    let Some(own_floor) = floor(&own) else {
        return Vec::new();
    };
    let named: BTreeSet<String> = named_modules(text, depth).into_iter().collect();
    let above = named
        .into_iter()
        .filter(|name| floor(name).is_some_and(|other| other > own_floor));
    above
        .map(|name| format!("{path}: `{own}` uses `{name}`, which stands above it"))
        .collect()
}

#[test]
fn an_import_never_points_upward() {
    let modules = modules();
    let files = rust_files("src").into_iter();
    let found: Vec<String> = files
        .flat_map(|path| upward(&modules, &path, &read(&path)))
        .collect();
    check_none("see the order in src/lib.rs", &found);
}

#[test]
fn upward_imports_are_seen_in_every_form() {
    let modules = ["lang", "engine", "cli"].map(str::to_owned);
    let count = |path: &str, text: &str| upward(&modules, path, text).len();
    assert_eq!(count("src/lang/mod.rs", "use crate::engine::RuleSet;"), 1);
    assert_eq!(count("src/lang/mod.rs", "let x = crate::cli::run();"), 1);
    assert_eq!(
        count(
            "src/lang/a.rs",
            "use crate::{\n    engine::{self, cli},\n    cli,\n};"
        ),
        2
    );
    assert_eq!(count("src/engine.rs", "use super::cli::run;"), 1);
    assert_eq!(
        count("src/engine/a.rs", "use super::super::{lang, cli};"),
        1
    );
    assert_eq!(
        count("src/engine/a/b.rs", "use super::super::super::cli;"),
        1
    );
    assert_eq!(
        count("src/engine/a.rs", "use super::cli;\nuse crate::lang;"),
        0
    );
    assert_eq!(
        count(
            "src/engine/mod.rs",
            "// as crate::cli does\nuse crate::engine::x;"
        ),
        0
    );
    assert_eq!(count("src/engine/mod.rs", "use my_crate::cli;"), 0);
    assert_eq!(count("src/main.rs", "use crate::cli;"), 0);
}

#[test]
fn every_module_is_listed_once_and_exists() {
    let modules = modules();
    let files = rust_files("src").into_iter().map(|path| place(&path).0);
    let files: BTreeSet<String> = files
        .filter(|name| name != "lib" && name != "main")
        .collect();
    assert_eq!(modules.iter().cloned().collect::<BTreeSet<_>>(), files);
    assert_eq!(modules.len(), files.len());
}

#[test]
fn the_architecture_page_shows_the_modules_in_their_order() {
    let page = read("ARCHITECTURE.md");
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let shown: Vec<String> = rows.map(|(name, _)| name.to_owned()).collect();
    assert_eq!(shown, modules());
}

#[test]
fn the_architecture_page_names_tests_that_exist() {
    let page = read("ARCHITECTURE.md");
    let named = page.split('`').filter_map(|text| text.split_once("::"));
    let named: Vec<(&str, &str)> = named
        .filter(|(file, _)| Path::new(file).extension().is_some_and(|of| of == "rs"))
        .collect();
    assert!(named.len() >= 8, "an invariant each: {named:?}");
    let lost = named
        .iter()
        .filter(|(file, test)| !read(file).contains(&format!("fn {test}(")));
    let lost: Vec<String> = lost.map(|(file, test)| format!("{file}::{test}")).collect();
    check_none("not there", &lost);
}

/// The source files of the project that are compiled.
fn sources() -> Vec<String> {
    let folders = ["src", "tests", "benches"]
        .iter()
        .flat_map(|folder| rust_files(folder));
    folders.chain(["build.rs".to_owned()]).collect()
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let silent = sources()
        .into_iter()
        .filter(|path| !read(path).starts_with("//! "));
    check_none("without `//!` on line 1", &silent.collect::<Vec<_>>());
}

/// The files that a module declares for tests only: `#[cfg(test)] mod x;`.
fn test_files() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in rust_files("src") {
        let text = read(&path);
        for declared in text.split("#[cfg(test)]\n").skip(1) {
            let Some((name, _)) = declared
                .strip_prefix("mod ")
                .and_then(|d| d.split_once(';'))
            else {
                continue;
            };
            let folder = path
                .strip_suffix("/mod.rs")
                .or(path.strip_suffix(".rs"))
                .unwrap();
            found.insert(format!("{folder}/{}.rs", word(name)));
        }
    }
    found
}

/// The text of the library's files without their tests, by path.
fn code() -> BTreeMap<String, String> {
    let tests = test_files();
    let files = rust_files("src")
        .into_iter()
        .filter(|path| !tests.contains(path));
    files
        .map(|path| (path.clone(), without_tests(&read(&path)).to_owned()))
        .collect()
}

/// What stands before the tests at the end of a file.
fn without_tests(text: &str) -> &str {
    text.split_once("#[cfg(test)]\nmod tests {")
        .map_or(text, |(code, _)| code)
}

#[test]
fn no_file_is_too_long_to_read() {
    let long = code()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > MAX_LINES);
    let long: Vec<String> = long.map(|(path, _)| path).collect();
    check_none("split them by idea", &long);
}

#[test]
fn nothing_is_unwrapped_outside_of_tests() {
    let mut found = Vec::new();
    for (path, text) in code() {
        for (line, text) in (1..).zip(text.lines()) {
            if text.contains(".unwrap()") && !text.trim_start().starts_with("//") {
                found.push(format!("{path}:{line}"));
            }
        }
    }
    check_none("say by `expect` what makes it safe", &found);
}

#[test]
fn tests_are_told_from_code() {
    assert_eq!(
        without_tests("a\n#[cfg(test)]\nmod tests {\n    b\n}\n"),
        "a\n"
    );
    assert_eq!(
        without_tests("#[cfg(test)]\nmod sample;\na\n"),
        "#[cfg(test)]\nmod sample;\na\n"
    );
}

/// The paths below a folder without their extensions, with what was cut off. Models are no rules,
/// and what fixes make of a fixture belongs to it.
fn stems(folder: &str) -> BTreeMap<String, String> {
    let files = files(folder).into_iter();
    let files =
        files.filter(|path| !path.starts_with("rules/models/") && !path.contains(".fixed."));
    let split = files.map(|path| {
        let inner = path
            .strip_prefix(folder)
            .unwrap()
            .trim_start_matches('/')
            .to_owned();
        let (stem, extension) = inner.rsplit_once('.').unwrap_or((&inner, ""));
        (stem.to_owned(), extension.to_owned())
    });
    split.collect()
}

#[test]
fn every_rule_has_a_fixture_of_the_same_path_and_every_fixture_a_rule() {
    let (rules, fixtures) = (stems("rules"), stems("fixtures/rules"));
    let lone = rules.keys().filter(|stem| !fixtures.contains_key(*stem));
    check_none(
        "rules without a fixture",
        &lone.cloned().collect::<Vec<_>>(),
    );
    let lone = fixtures.keys().filter(|stem| !rules.contains_key(*stem));
    check_none(
        "fixtures without a rule",
        &lone.cloned().collect::<Vec<_>>(),
    );
    let other = rules.iter().filter(|(_, extension)| *extension != "yaml");
    check_none(
        "no rules",
        &other.map(|(stem, _)| stem.clone()).collect::<Vec<_>>(),
    );
}

#[test]
fn the_id_of_a_rule_is_its_path() {
    let mut wrong = Vec::new();
    for (stem, extension) in stems("rules") {
        let id = stem.replace('/', ".");
        let text = read(&format!("rules/{stem}.{extension}"));
        let ids = text
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("- id: "));
        if ids.collect::<Vec<_>>() != [id.as_str()] {
            wrong.push(format!("rules/{stem}.{extension}: {id} is expected"));
        }
    }
    check_none("one rule a file, named after its path", &wrong);
}

#[test]
fn the_command_for_tests_is_the_same_everywhere() {
    const COMMAND: &str = "cargo test --locked";
    for path in [
        "README.md",
        ".ci/run",
        ".github/workflows/ci.yml",
        "CONTRIBUTING.md",
    ] {
        assert!(
            read(path).contains(COMMAND),
            "{path} does not say `{COMMAND}`"
        );
    }
    let parts = [
        "cargo fmt --check",
        "cargo clippy --all-targets --locked -- -D warnings",
    ];
    for part in parts {
        assert!(read(".ci/run").contains(part) && read(".github/workflows/ci.yml").contains(part));
    }
}

#[test]
fn the_screen_of_the_readme_is_not_left() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 100, "{lines} lines");
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut lost = Vec::new();
    for page in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/rule-language.md",
    ] {
        for (at, _) in read(page).match_indices("](") {
            let text = read(page);
            let target = text[at + 2..]
                .split(')')
                .next()
                .unwrap()
                .split('#')
                .next()
                .unwrap();
            let is_file = !target.contains("://") && !target.is_empty();
            if is_file && !PathBuf::from(root()).join(target).exists() {
                lost.push(format!("{page}: {target}"));
            }
        }
    }
    check_none("no such file", &lost);
}
