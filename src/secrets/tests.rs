//! The search for secrets on whole texts.

use super::*;
use crate::lang::Language;
use crate::rule::secret::Randomness;
use crate::rule::{Mode, read_file};

/// Random text of a class, the same in each run; no secret stands in a test.
fn drawn(alphabet: &[u8], length: usize) -> String {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        alphabet[(state % alphabet.len() as u64) as usize] as char
    };
    (0..length).map(|_| next()).collect()
}

const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8] = b"0123456789abcdef";

fn detectors() -> Detectors {
    let rule = |id: &str, secret: &str| {
        format!(
            "  - {{id: {id}, mode: secret, message: {id}, severity: HIGH, secret: {{{secret}}}, \
             metadata: {{category: security, cwe: [CWE-798], confidence: HIGH, why: w, repair: r, \
             references: [x]}}}}\n"
        )
    };
    let text = format!(
        "rules:\n{}{}{}{}{}",
        rule("prefix", "prefix: [tok_], body: '[A-Za-z0-9]{30}'"),
        rule("longer", "prefix: [tok_live_], body: '[A-Za-z0-9]{25}'"),
        rule("near", "near: [acme], body: '[0-9a-f]{32}'"),
        rule("token", "assigned: token"),
        rule("password", "assigned: password"),
    );
    let file = read_file("", &text).unwrap().unwrap();
    Detectors::new((0..).zip(&file.rules).map(|(at, rule)| match &rule.mode {
        Mode::Secret(secret) => (RuleIndex(at), &*rule.meta, Arc::clone(secret)),
        Mode::Search(_) | Mode::Taint(_) => panic!("{}", rule.meta.id),
    }))
}

/// The ids and the secrets of what is found in a file.
fn found(path: &str, text: &str) -> Vec<(usize, String)> {
    let language = Language::of_path(std::path::Path::new(path));
    let source = Source::new(path.into(), language, text.as_bytes().to_vec());
    let detectors = detectors();
    let mut search = detectors.search(&source, &|_| true);
    if !search.built().is_empty() {
        search.add_tree(&File::parse(&source).unwrap());
    }
    search
        .finish()
        .findings
        .iter()
        .map(|finding| {
            (
                finding.rule.0 as usize,
                source.show(finding.span).into_owned(),
            )
        })
        .collect()
}

const PREFIX: usize = 0;
const LONGER: usize = 1;
const NEAR: usize = 2;
const TOKEN: usize = 3;
const PASSWORD: usize = 4;

#[test]
fn a_bad_regex_is_found_by_the_check() {
    let form = Form::Prefixed {
        prefixes: vec!["abc".into()],
        before: None,
        body: "[".into(),
        ignore_case: false,
    };
    let secret = Secret {
        form,
        randomness: Randomness::default(),
        checksum: None,
    };
    assert_eq!(check(&secret).unwrap_err().0, "body");
}

#[test]
fn a_prefix_and_its_body_are_found_wherever_they_stand() {
    let token = format!("tok_{}", drawn(ALNUM, 30));
    for text in [
        token.clone(),
        format!("see {token}, please"),
        format!("\"a\\n{token}\""),
        format!("?x%3D{token}&y"),
    ] {
        assert_eq!(found("a.md", &text), [(PREFIX, token.clone())], "{text}");
    }
}

#[test]
fn a_prefix_within_a_word_or_of_another_case_or_length_is_none() {
    let body = drawn(ALNUM, 30);
    for text in [
        format!("mytok_{body}"),
        format!("TOK_{body}"),
        format!("tok_{body}0"),
        format!("tok_{}", &body[1..]),
        "tok_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_owned(),
    ] {
        assert_eq!(found("a.md", &text), [], "{text}");
    }
}

#[test]
fn encoded_tokens_are_found_and_reported_as_they_stand() {
    let token = format!("tok_{}", drawn(ALNUM, 30));
    let hex = token
        .bytes()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02X}"));
    for encoded in [to_base64(token.as_bytes()), hex] {
        let text = format!("data: \"{encoded}\"");
        assert_eq!(found("a.yaml", &text), [(PREFIX, encoded.clone())]);
        assert_eq!(found("a.yaml", &format!("a{text}").replace('"', "z")), []);
    }
}

fn to_base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut bits = 0_u32;
        for at in 0..3 {
            bits = bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            out.push(if at > chunk.len() {
                '='
            } else {
                DIGITS[(bits >> (18 - 6 * at)) as usize & 63] as char
            });
        }
    }
    out
}

#[test]
fn the_most_specific_rule_reports_a_secret_once() {
    let token = format!("tok_live_{}", drawn(ALNUM, 25));
    let text = format!("api_key = \"{token}\"");
    assert_eq!(found("a.py", &text), [(LONGER, token)]);
}

#[test]
fn a_providers_name_makes_a_bare_value_a_finding() {
    let value = drawn(HEX, 32);
    assert_eq!(
        found("a.env", &format!("ACME={value}")),
        [(NEAR, value.clone())]
    );
    assert_eq!(found("a.env", &format!("ACE={value}")), []);
    assert_eq!(found("a.env", &format!("placmean={value}")), []);
}

#[test]
fn code_needs_a_quoted_literal() {
    let value = drawn(HEX, 32);
    assert_eq!(
        found("a.py", &format!("acme = '{value}'")),
        [(NEAR, value.clone())]
    );
    assert_eq!(found("a.py", &format!("acme = {value}")), []);
    assert_eq!(found("a.py", &format!("token = x{value}")), []);
}

#[test]
fn random_values_of_secret_names_are_found_in_any_form() {
    let value = drawn(ALNUM, 32);
    for (path, text) in [
        ("a.py", format!("def f(api_key=\"{value}\"):")),
        ("a.py", format!("x = os.getenv(\"API_KEY\", \"{value}\")")),
        ("a.ts", format!("const apiKey: string = '{value}';")),
        (
            "a.rs",
            format!("let client_secret = String::from(\"{value}\");"),
        ),
        (".env", format!("export API_KEY={value}")),
        ("a.yaml", format!("  clientSecret: {value}")),
        ("a.json", format!("{{\"authToken\": \"{value}\"}}")),
        ("a.xml", format!("<apiKey>{value}</apiKey>")),
        ("Dockerfile", format!("ENV API_KEY {value}")),
        ("a.tf", format!("  secret_key = \"{value}\"")),
        ("a.ipynb", format!("\"api_key = \\\"{value}\\\"\\n\",")),
    ] {
        assert_eq!(found(path, &text), [(TOKEN, value.clone())], "{text}");
    }
}

#[test]
fn a_secret_in_pieces_is_found_by_what_the_pieces_make() {
    let value = drawn(ALNUM, 30);
    let (head, tail) = value.split_at(9);
    for (path, text, rule, found_text) in [
        (
            "a.py",
            format!("x = 'tok_' + '{value}'"),
            PREFIX,
            "tok_' + '{value}",
        ),
        (
            "a.js",
            format!("f('to' +\n  'k_{head}' + \"{tail}\")"),
            PREFIX,
            "to' +\n  'k_{head}' + \"{tail}",
        ),
        (
            "a.py",
            format!("x = ('tok_{head}'\n  '{tail}')"),
            PREFIX,
            "tok_{head}'\n  '{tail}",
        ),
        (
            "a.py",
            format!("api_key = '{head}' '{tail}'"),
            TOKEN,
            "{head}' '{tail}",
        ),
        (
            "a.py",
            format!("a = '{tail}'\nsecret = f'tok_{head}{{a}}'\n"),
            PREFIX,
            "f'tok_{head}{{a}}'",
        ),
        (
            "a.ts",
            format!("const h = '{head}', t = '{tail}'; o.apiKey = h + t;"),
            TOKEN,
            "h + t",
        ),
        (
            "a.rs",
            format!(
                "const H: &str = \"{head}1\";\nfn f() {{ let token = H.to_owned() + \"{tail}\"; }}"
            ),
            TOKEN,
            "H.to_owned() + \"{tail}\"",
        ),
    ] {
        let expected = found_text
            .replace("{value}", &value)
            .replace("{head}", head)
            .replace("{tail}", tail)
            .replace("{{", "{")
            .replace("}}", "}");
        assert_eq!(found(path, &text), [(rule, expected)], "{text}");
    }
    for text in [
        "api_key = prefix + 'abc' + suffix",
        "token = 'please ' + 'enter a ' + 'token'",
    ] {
        assert_eq!(found("a.py", text), [], "{text}");
    }
}

#[test]
fn the_pieces_of_a_secret_are_told() {
    let value = drawn(ALNUM, 30);
    let (head, tail) = value.split_at(15);
    let text = format!("a = '{tail}'\nsecret = f'tok_{head}{{a}}'\n");
    let source = Source::new("a.py".into(), Language::Python, text.into_bytes());
    let detectors = detectors();
    let mut search = detectors.search(&source, &|_| true);
    search.add_tree(&File::parse(&source).unwrap());
    let pieces: Vec<_> = search
        .finish()
        .pieces
        .into_iter()
        .map(|p| source.show(p).into_owned())
        .collect();
    assert!(
        pieces.contains(&tail.to_owned()) && pieces.contains(&format!("tok_{head}")),
        "{pieces:?}"
    );
}

#[test]
fn percent_encoding_hides_nothing() {
    let token = format!("tok_{}", drawn(ALNUM, 30));
    let text = format!("GET /?x={}", token.replace('_', "%5F"));
    assert_eq!(found("a.log", &text), [(PREFIX, token.replace('_', "%5F"))]);
}

#[test]
fn letters_alone_may_be_drawn_too() {
    let value = drawn(&ALNUM[..52], 24);
    let text = format!("password = \"{value}\"");
    assert_eq!(found("a.tf", &text), [(TOKEN, value)]);
    for text in [
        "token = \"getUserAuthenticationToken\"",
        "password = \"NEO4J_PASSWORD\"",
    ] {
        assert_eq!(found("a.tf", text), [], "{text}");
    }
}

#[test]
fn passwords_that_people_make_up_are_told_from_words() {
    assert_eq!(
        found("a.yaml", "password: Sunny-Day2024!"),
        [(PASSWORD, "Sunny-Day2024!".to_owned())]
    );
    for text in [
        "password: required",
        "password: db_password",
        "password: ${PASSWORD1}",
    ] {
        assert_eq!(found("a.yaml", text), [], "{text}");
    }
}

#[test]
fn tests_lower_the_severity_and_silence_nothing() {
    let text = format!("tok_{}", drawn(ALNUM, 30));
    let severity = |path: &str| {
        let source = Source::new(path.into(), Language::Text, text.clone().into_bytes());
        detectors().search(&source, &|_| true).finish().findings[0].severity
    };
    assert_eq!(severity("src/a.txt"), Severity::High);
    assert_eq!(severity("tests/a.txt"), Severity::Medium);
}

#[test]
fn a_test_module_of_a_file_counts_as_a_test() {
    let token = format!("tok_{}", drawn(ALNUM, 30));
    let severity = |text: String| {
        let source = Source::new("src/a.rs".into(), Language::Rust, text.into_bytes());
        detectors().search(&source, &|_| true).finish().findings[0].severity
    };
    let module = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n    x(\"{token}\");\n}}\n");
    assert_eq!(severity(module), Severity::Medium);
    let before = format!("#[cfg(test)]\nmod tests {{\n}}\nconst A: &str = \"{token}\";\n");
    assert_eq!(severity(before), Severity::High);
}

#[test]
fn what_is_for_everybody_is_no_secret() {
    let value = drawn(ALNUM, 20);
    for text in [
        format!("[![x](https://a.b/c/badge.svg?token={value})]"),
        format!("docsearch({{apiKey: \"{value}\", indexName: \"a\"}})"),
    ] {
        assert_eq!(found("README.md", &text), [], "{text}");
    }
    let text = format!("https://a.b/c?token={value}");
    assert_eq!(found("README.md", &text), [(TOKEN, value)]);
}

#[test]
fn lock_files_have_prefixed_secrets_only() {
    let value = drawn(ALNUM, 30);
    let text = format!("token = \"{value}\"\nx = \"tok_{value}\"");
    assert_eq!(found("uv.lock", &text), [(PREFIX, format!("tok_{value}"))]);
}

#[test]
fn hostile_texts_end() {
    for part in ["tok_", "key=\"", "acme ", "password:", "-tok_live_"] {
        let text = part.repeat(40_000 / part.len());
        assert!(found("a.txt", &text).len() < 2, "{part}");
        assert!(found("a.py", &text).len() < 2, "{part}");
    }
    assert_eq!(found("a.txt", "key"), []);
    assert_eq!(found("a.py", "key=\""), []);
}
