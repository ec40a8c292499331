//! Every secret rule loads, and its fixture holds: `ruleid:` above a line that must be found,
//! `ok:` above one that must not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use aiscan::finding::RuleIndex;
use aiscan::lang::Language;
use aiscan::rule::secret::{SecretRule, SecretRuleFile};
use aiscan::secrets::Detectors;
use aiscan::source::Source;

fn files_below(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, out);
        } else {
            out.push(path);
        }
    }
    out.sort();
}

/// Replaces `{{rand:CLASS:N}}` by text that is the same in each run.
fn expand(text: &str) -> String {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{rand:") {
        let (class, after) = after.split_once(':').unwrap();
        let (length, after) = after.split_once("}}").unwrap();
        let alphabet: &str = match class {
            "hex" => "0123456789abcdef",
            "HEX" => "0123456789ABCDEF",
            "lower" => "abcdefghijklmnopqrstuvwxyz",
            "upper" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "digits" => "0123456789",
            "alnum" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "base64" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            "base64url" => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
            _ => panic!("unknown class {class}"),
        };
        out.push_str(before);
        for i in 0..length.parse::<usize>().unwrap() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // No mark at either end, where a reader would take it for punctuation.
            let pick = (state >> 33) as usize % alphabet.len().min(62);
            let at = if i % 9 == 4 {
                (state >> 33) as usize % alphabet.len()
            } else {
                pick
            };
            out.push(alphabet.as_bytes()[at] as char);
        }
        rest = after;
    }
    out + rest
}

fn rule(path: &Path) -> SecretRule {
    let text = std::fs::read_to_string(path).unwrap();
    let file: SecretRuleFile =
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(file.rules.len(), 1, "{}: one rule a file", path.display());
    let spec = file.rules.into_iter().next().unwrap();
    SecretRule::new(spec, None).unwrap()
}

#[test]
fn every_secret_rule_finds_what_its_fixture_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut rules = Vec::new();
    files_below(&root.join("rules/secrets"), &mut rules);
    let mut fixtures = Vec::new();
    files_below(&root.join("fixtures/rules/secrets"), &mut fixtures);
    let mut wrong = Vec::new();
    for path in &rules {
        let rule = rule(path);
        let id = rule.meta.id.clone();
        let named = path
            .strip_prefix(root.join("rules"))
            .unwrap()
            .with_extension("");
        assert_eq!(id, named.to_str().unwrap().replace('/', "."));
        rule.check().unwrap();
        let stem = root.join("fixtures/rules").join(&named);
        let of_rule = |fixture: &&PathBuf| fixture.with_extension("") == stem;
        let Some(fixture) = fixtures.iter().find(of_rule) else {
            wrong.push(format!("{id} has no fixture"));
            continue;
        };
        let written = std::fs::read_to_string(fixture).unwrap();
        let text = expand(&written);
        let mut expected = BTreeSet::new();
        let mut tolerated = BTreeSet::new();
        for (at, line) in text.lines().enumerate() {
            let next = at as u32 + 2;
            if line.contains("ruleid: ") {
                expected.insert(next);
            } else if !line.contains("ok: ") {
                tolerated.insert(at as u32 + 1);
            }
        }
        assert!(!expected.is_empty() && written.contains("ok: "), "{id}");
        let language = Language::of_path(fixture);
        // The path of a fixture would lower nothing but the severity; it is left out all the same.
        let name = fixture.file_name().unwrap().to_str().unwrap();
        let source = Source::new(name.into(), language, text.into_bytes());
        let found: BTreeSet<u32> = Detectors::new([(RuleIndex(0), rule)])
            .scan(&source)
            .iter()
            .map(|finding| source.line_of(finding.span.start))
            .collect();
        for line in expected.difference(&found) {
            let later = found
                .iter()
                .any(|at| at > line && at - line < 8 && !expected.contains(at));
            if !later {
                wrong.push(format!("{id} misses line {line}"));
            }
        }
        for line in found.difference(&expected) {
            let continued = (1..8).any(|back| expected.contains(&line.saturating_sub(back)));
            if !continued {
                wrong.push(format!("{id} finds line {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
