//! Secrets planted in files of every kind: each is found by the mode that can see it, and none of
//! them stands in any report.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    reason = "clippy knows functions with `#[test]` as tests, and not what they call"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aiscan::rule::fixture;
use serde_json::Value;

use common::{aiscan, git, json};

const FORMATS: [&str; 7] = [
    "human", "concise", "json", "jsonl", "sarif", "github", "gitlab",
];

/// Fills in what looks random; no secret stands in this file.
fn filled(template: &str, seed: &str) -> String {
    let text = fixture::expand(template.as_bytes(), seed);
    String::from_utf8(text.unwrap().into_owned()).unwrap()
}

/// The paths of the findings of rules for secrets.
fn found(folder: &Path, args: &[&str]) -> BTreeSet<String> {
    let (report, _) = json(folder, args);
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["rule"].as_str().unwrap().starts_with("secrets."))
        .map(|finding| finding["path"].as_str().unwrap().to_owned())
        .collect()
}

fn hex(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for three in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            encoded.push(if at <= three.len() {
                DIGITS[(bits >> (18 - 6 * at) & 63) as usize] as char
            } else {
                '='
            });
        }
    }
    encoded
}

/// A private key as OpenSSL would write it, with nothing in it.
fn private_key(seed: &str) -> String {
    let line = "{{rand:base64:64}}\n";
    let body = filled(&line.repeat(12), seed);
    let kind = "RSA PRIVATE KEY";
    format!("-----BEGIN {kind}-----\n{body}-----END {kind}-----\n")
}

/// Ten secrets: the path, what is secret, and the text around it, where it stands as `@`.
fn planted() -> Vec<(&'static str, String, &'static str)> {
    let model_key = |seed| filled("sk-ant-api03-{{rand:base64url:93}}AA", seed);
    vec![
        (
            "src/config.py",
            filled("{{rand:alnum:40}}", "assignment"),
            "API_KEY = \"@\"\n",
        ),
        (
            "src/client.py",
            filled("ghp_{{rand:alnum:36}}", "default"),
            "def connect(host, token=\"@\"):\n    pass\n",
        ),
        (".env", model_key(".env"), "DEBUG=1\nMODEL_KEY=@\n"),
        (
            "analysis.ipynb",
            filled("hf_{{rand:alnum:34}}", "notebook"),
            "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"login(\\\"@\\\")\\n\"], \"outputs\": []}]}\n",
        ),
        (
            "Dockerfile",
            filled("{{rand:alnum:24}}", "image"),
            "FROM scratch\nENV DB_PASSWORD=@\n",
        ),
        (
            "deploy/values.yaml",
            filled("{{rand:alnum:32}}", "yaml"),
            "auth:\n  clientSecret: @\n",
        ),
        (
            "docs/setup.md",
            filled("{{rand:alnum:20}}", "url"),
            "Run `psql postgres://admin:@@db.internal/app`.\n",
        ),
        (
            "secret.k8s.yml",
            base64(&model_key("base64")),
            "kind: Secret\ndata:\n  key: @\n",
        ),
        (
            "old/request.http",
            filled("{{rand:alnum:48}}", "header"),
            "GET / HTTP/1.1\nAuthorization: Bearer @\n",
        ),
        ("old/id_rsa", private_key("key"), "@"),
    ]
}

#[test]
fn ten_planted_secrets_are_found_and_shown_by_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    git(root, &["init", "-q", "-b", "main"]);
    let planted = planted();
    for (path, secret, text) in &planted {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replacen('@', secret, 1)).unwrap();
    }
    git(root, &["add", "-f", "."]);
    let all: BTreeSet<String> = planted
        .iter()
        .map(|(path, ..)| (*path).to_owned())
        .collect();
    assert_eq!(found(root, &["--staged"]), all);
    git(root, &["commit", "-q", "-m", "one"]);
    git(root, &["rm", "-q", "-r", "old"]);
    git(root, &["commit", "-q", "-m", "two"]);
    let still: BTreeSet<String> = all
        .iter()
        .filter(|path| !path.starts_with("old/"))
        .cloned()
        .collect();
    assert_eq!(found(root, &["."]), still);
    assert_eq!(found(root, &["--history"]), all);

    for args in [&["."][..], &["--history"]] {
        for format in FORMATS {
            let output = aiscan(root, &[args, &["--verbose", "--format", format]].concat());
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            for text in [output.stdout, output.stderr] {
                let text = String::from_utf8(text).unwrap();
                for (path, secret, _) in &planted {
                    for line in secret.lines().filter(|line| !line.starts_with("-----")) {
                        assert!(!text.contains(line), "{format}: {path}");
                        assert!(!text.contains(&line[line.len() / 2..]), "{format}: {path}");
                    }
                }
            }
        }
    }
}

/// A kind of file, by a name, and what it holds, with a secret in place of the `@`.
const KINDS: [(&str, &str); 29] = [
    (".env", "A=1\nexport KEY='@'\n"),
    (
        "a.ipynb",
        "{\"cells\": [{\"cell_type\": \"code\",\n\"source\": [\"k = '@'\\n\"]}]}\n",
    ),
    (
        "out.ipynb",
        "{\"cells\": [{\"outputs\": [{\"text\": [\n\"using @\\n\"]}]}]}\n",
    ),
    ("a.yaml", "a:\n  b: [x, \"@\"]\n"),
    ("a.yml", "a: |\n  text\n  @\n"),
    ("a.json", "{\n\"a\": {\"b\": [\"@\"]}}\n"),
    ("a.toml", "[a]\nb = '''\n@'''\n"),
    ("a.properties", "a.b=@\n"),
    ("a.ini", "[a]\nb : @\n"),
    ("main.tf", "resource \"a\" \"b\" {\n  c = \"@\"\n}\n"),
    ("a.tfvars", "a = \"@\"\n"),
    ("a.sh", "#!/bin/sh\ncurl -H \"x-api-key: @\" https://a\n"),
    ("a.ps1", "$k = '@'\n"),
    ("a.sql", "INSERT INTO a VALUES (1, '@');\n"),
    ("a.log", "2026-01-01 INFO\n2026-01-01 key=@ done\n"),
    ("a.csv", "a,b\n1,@\n"),
    ("a.xml", "<a>\n<b c=\"@\"/></a>\n"),
    ("a.md", "Use\n`@`.\n"),
    ("id_key", "@\n"),
    ("a.go", "package a\nconst K = \"@\"\n"),
    ("A.java", "class A {\n  String k = \"@\"; }\n"),
    ("a.py", "x = 1\ny = '''\n@'''\n"),
    ("a.js", "const x = `\n@`;\n"),
    ("a.rs", "fn a() {\n    b(r#\"@\"#);\n}\n"),
    ("2/a.py", "x = 1\n# @\n"),
    ("Dockerfile", "FROM a\nRUN b @\n"),
    (".github/workflows/a.yml", "jobs:\n  a:\n    env: {K: @}\n"),
    (".npmrc", "a=b\n//r/:_authToken=@\n"),
    ("a.html", "<p>\n<!-- @ -->\n"),
];

#[test]
fn secrets_are_found_in_files_of_every_kind() {
    let secret = filled("sk-ant-api03-{{rand:base64url:93}}AA", "kinds");
    let expected: BTreeSet<String> = KINDS
        .iter()
        .map(|(path, text)| {
            let line = text.lines().position(|line| line.contains('@'));
            format!("{path}:{}", line.unwrap() + 1)
        })
        .collect();
    for written in [
        secret.clone(),
        base64(&secret),
        hex(&secret),
        secret.replace('-', "%2D"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in KINDS {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text.replacen('@', &written, 1)).unwrap();
        }
        let output = aiscan(folder.path(), &["--format", "json", "."]);
        let said = String::from_utf8(output.stdout).unwrap();
        let report: Value = serde_json::from_str(&said).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let places: BTreeSet<String> = findings
            .filter(|finding| finding["rule"] == "secrets.ai.anthropic-api-key")
            .map(|finding| {
                let path = finding["path"].as_str().unwrap();
                format!("{path}:{}", finding["start"]["line"])
            })
            .collect();
        assert_eq!(places, expected);
        for part in [&written[30..70], &secret[30..70]] {
            assert!(!said.contains(part));
        }
    }
}
