//! Whatever looks like a secret of any rule, and is found, stands in no report of any format.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows functions with `#[test]` as tests, and not what they call"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use aiscan::engine::{Choice, RuleSet};
use aiscan::gate::Policy;
use aiscan::report::{Detail, Format, Outcome, Style};
use aiscan::rule::secret::{Form, Secret};
use aiscan::rule::{Mode, read_file};
use aiscan::scan::{self, Options, Progress, Report};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::string::bytes_regex;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// The shapes of the built-in rules.
fn shapes() -> Vec<Secret> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/secrets");
    let mut files: Vec<_> = ignore::WalkBuilder::new(folder)
        .build()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        read_file("", &text).unwrap().unwrap().rules
    };
    let secret = |mode: Mode| match mode {
        Mode::Secret(secret) => (*secret).clone(),
        Mode::Search(_) | Mode::Taint(_) => panic!("rules/secrets holds other rules"),
    };
    files
        .iter()
        .flat_map(read)
        .map(|rule| secret(rule.mode))
        .collect()
}

/// A text of a shape: what announces it, and the credential.
fn text_of(shape: &Secret, runner: &mut TestRunner) -> Option<String> {
    let (head, body) = match &shape.form {
        Form::Prefixed {
            prefixes,
            before: None,
            body,
            ..
        } => (prefixes[0].clone(), body.clone()),
        Form::Near { names, body, .. } => (format!("{}_api_key = \"", names[0]), body.clone()),
        Form::Prefixed { .. } => return None,
        Form::Assigned(_) => ("api_token = \"".to_owned(), "[A-Za-z0-9]{32}".to_owned()),
    };
    let body = bytes_regex(&body).ok()?.new_tree(runner).ok()?.current();
    let body = String::from_utf8(body).ok()?;
    let text = format!("{head}{body}");
    (!text.contains(['\n', '\r', '\0'])).then_some(text)
}

fn hex(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn percent(text: &str) -> String {
    let encode = |c: char| match c {
        '-' | '_' | '.' | '+' | '/' | '=' => format!("%{:02X}", c as u32),
        c => c.to_string(),
    };
    text.chars().map(encode).collect()
}

fn report(folder: &Path, rules: &RuleSet) -> Report {
    let options = Options {
        paths: vec![folder.to_owned()],
        ..Options::default()
    };
    scan::run(rules, &options, &Progress::default()).unwrap()
}

/// The text of each finding of a rule for secrets, read from its file.
fn secrets(report: &Report) -> BTreeSet<String> {
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let ours = |rule: &str| rule.starts_with("secrets.");
    let findings = report.findings.iter();
    findings
        .filter(|finding| ours(&report.rules[finding.rule.0 as usize].id))
        .filter(|finding| finding.place.start.line == finding.place.end.line)
        .map(|finding| {
            let (start, end) = (finding.place.start, finding.place.end);
            let path = finding.place.path.as_str();
            let lines = files.entry(path).or_insert_with(|| {
                let text = fs::read_to_string(report.root.join(path)).unwrap();
                text.split('\n').map(str::to_owned).collect()
            });
            let chars = lines[start.line as usize - 1].chars();
            let chars = chars.skip(start.column as usize - 1);
            chars.take((end.column - start.column) as usize).collect()
        })
        .collect()
}

#[test]
fn no_secret_of_any_shape_stands_in_a_report() {
    let rules = RuleSet::new(true, &[], &Choice::default()).unwrap();
    let shapes = shapes();
    assert!(shapes.len() > 500);
    for seed in [7, 8] {
        let config = Config {
            rng_seed: RngSeed::Fixed(seed),
            ..Config::default()
        };
        let mut runner = TestRunner::new(config);
        let texts: Vec<String> = shapes
            .iter()
            .filter_map(|shape| text_of(shape, &mut runner))
            .collect();
        let lines = |line: &dyn Fn(&str) -> String| {
            let lines: Vec<String> = texts.iter().map(|text| line(text)).collect();
            lines.join("\n")
        };
        let mut found = 0;
        found += check(&rules, "plain.txt", &lines(&str::to_owned));
        found += check(&rules, "hex.txt", &lines(&hex));
        found += check(&rules, "percent.txt", &lines(&percent));
        // A finding of another rule stands beside each secret.
        found += check(
            &rules,
            "flaws.py",
            &lines(&|text| format!("requests.get({}, verify=False)", quoted(text))),
        );
        found += check(
            &rules,
            "pieces.py",
            &lines(&|text| {
                let middle = text.char_indices().nth(text.chars().count() / 2);
                let (head, tail) = text.split_at(middle.map_or(0, |(at, _)| at));
                let (head, tail) = (quoted(head), quoted(tail));
                format!("requests.get({head} + {tail}, verify=False)")
            }),
        );
        assert!(found > 800, "only {found} were found");
    }
}

/// A literal of Python without escapes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace(['\\', '\''], ""))
}

/// Expects that no format shows what is found in a file; how much that is.
fn check(rules: &RuleSet, name: &str, text: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    let report = report(folder.path(), rules);
    let secrets = secrets(&report);
    // Shorter ones are parts of words.
    let values = secrets.iter().filter(|secret| secret.len() >= 10);
    let values = aho_corasick::AhoCorasick::new(values).unwrap();
    let policy = Policy::default();
    for format in Format::ALL {
        let style = Style {
            detail: Detail::Verbose,
            ..Style::default()
        };
        let Some(emitter) = format.emitter(style) else {
            continue;
        };
        let mut out = Vec::new();
        emitter
            .emit(&Outcome::new(&report, &policy), &mut out)
            .unwrap();
        let out = String::from_utf8(out).unwrap();
        if let Some(found) = values.find(&out) {
            let from = out[..found.start()].rfind('\n').map_or(0, |at| at + 1);
            let line = out[from..].lines().next().unwrap_or_default();
            panic!("{} shows {}:\n{line}", format.name(), &out[found.range()]);
        }
    }
    secrets.len()
}
