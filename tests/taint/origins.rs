//! What is said of a source reaches the finding: what the value is, and how sure a flow from it is.

use aiscan::engine::scan_file;
use aiscan::finding::Confidence::{self, High, Low, Medium};
use aiscan::lang::Language::{self, JavaScript, Python, Rust, Tsx, TypeScript};
use aiscan::source::Source;

use super::rules;

const RULE: &str = "  metadata:\n    confidence: HIGH\n  pattern-sources:\n  - pattern: request(...)\n    called: a request parameter\n  - pattern: argument(...)\n    called: an argument\n    confidence: low\n  - pattern: plain(...)\n  pattern-sinks:\n  - pattern: sink(...)\n";

/// The message, the confidence, and what the trace begins with.
fn told(rule: &str, language: Language, code: &str) -> Vec<(String, Confidence, String)> {
    let rule = rule.replace("  metadata", "  message: $SOURCE arrives\n  metadata");
    let rules = rules(&rule, language);
    let source = Source::new("code".into(), language, code.into());
    let report = scan_file(&rules, &source);
    let findings = report.findings.into_iter();
    findings
        .map(|one| (one.message, one.confidence, one.trace[0].note.clone()))
        .collect()
}

#[track_caller]
fn check(rule: &str, language: Language, code: &str, called: &str, confidence: Confidence) {
    let message = format!("{called} arrives");
    let note = format!("{called} comes from here");
    assert_eq!(
        told(rule, language, code),
        [(message, confidence, note)],
        "{code}"
    );
}

/// A rule whose sources are those of models.
fn of_models(sources: &str) -> String {
    format!(
        "  metadata:\n    confidence: HIGH\n  pattern-sources:\n{sources}  pattern-sinks:\n  - pattern: sink(...)\n"
    )
}

#[test]
fn a_finding_is_as_sure_as_its_source_and_says_what_it_is() {
    for (language, code) in [
        (Python, "x = SOURCE\nsink(x)\n"),
        (JavaScript, "const x = SOURCE;\nsink(`a ${x}`);\n"),
        (TypeScript, "const x: string = SOURCE;\nsink(x as any);\n"),
        (Tsx, "const A = () => { sink(SOURCE); return <p/>; };\n"),
        (Rust, "fn f() { let x = SOURCE; sink(&x); }\n"),
    ] {
        let with = |source: &str| code.replace("SOURCE", source);
        check(
            RULE,
            language,
            &with("request()"),
            "a request parameter",
            High,
        );
        check(RULE, language, &with("argument()"), "an argument", Low);
        let plain = told(RULE, language, &with("plain()"));
        let expected = ("$SOURCE arrives", High, "the value comes from here");
        let (message, confidence, note) = expected;
        assert_eq!(plain, [(message.into(), confidence, note.into())], "{code}");
    }
}

#[test]
fn of_several_sources_the_surest_is_told() {
    for (language, code) in [
        (Python, "sink(argument() + request())\n"),
        (
            Python,
            "x = argument()\nif p:\n    x = request()\nsink(x)\n",
        ),
        (
            Python,
            "def show(x):\n    sink(x)\nshow(argument())\nshow(request())\n",
        ),
        (JavaScript, "sink(argument() + request());\n"),
        (
            JavaScript,
            "let x = argument();\nif (p) { x = request(); }\nsink(x);\n",
        ),
        (
            TypeScript,
            "const show = (x: string) => { sink(x); };\nshow(argument());\nshow(request());\n",
        ),
        (
            Rust,
            "fn f() { sink(format!(\"{}{}\", argument(), request())) }\n",
        ),
        (
            Rust,
            "fn f() { let x = if p { argument() } else { request() }; sink(x) }\n",
        ),
        (
            Rust,
            "fn show(x: String) { sink(x) }\nfn f() { show(argument()); show(request()); }\n",
        ),
    ] {
        check(RULE, language, code, "a request parameter", High);
    }
}

#[test]
fn a_source_makes_no_rule_surer_than_it_is() {
    let rule = RULE.replace("confidence: HIGH", "confidence: MEDIUM");
    for language in [Python, JavaScript, TypeScript, Tsx, Rust] {
        let code = |source: &str| match language {
            Rust => format!("fn f() {{ sink({source}()) }}"),
            _ => format!("sink({source}())"),
        };
        let surest = code("request");
        check(&rule, language, &surest, "a request parameter", Medium);
        check(&rule, language, &code("argument"), "an argument", Low);
    }
}

#[test]
fn a_rule_says_of_a_model_what_it_likes() {
    for (language, model, code) in [
        (Python, "python", "import sys\nsink(sys.argv[1])\n"),
        (JavaScript, "javascript", "sink(process.argv[2]);\n"),
        (TypeScript, "javascript", "sink(process.argv[2]);\n"),
        (
            Rust,
            "rust",
            "fn f() { sink(std::env::args().nth(1).unwrap()) }\n",
        ),
    ] {
        let rule = of_models(&format!(
            "  - model: {model}/command-line\n    called: what a user typed\n    confidence: low\n"
        ));
        check(&rule, language, code, "what a user typed", Low);
    }
}

#[test]
fn a_model_says_of_its_sources_what_they_are() {
    let models = |language: &str, models: &[&str]| {
        let each = models.iter();
        let each = each.map(|model| format!("  - model: {language}/{model}\n"));
        of_models(&each.collect::<Vec<_>>().concat())
    };
    let python = models("python", &["environment", "parameter", "web-input"]);
    let script = models(
        "javascript",
        &["environment", "parameter", "model-output", "web-input"],
    );
    let rust = models("rust", &["environment", "web-input"]);
    for (rule, language, code, called, confidence) in [
        (
            &python,
            Python,
            "import os\nsink(os.environ['A'])\n",
            "an environment variable",
            Medium,
        ),
        (
            &python,
            Python,
            "def f(x):\n    sink(x)\n",
            "a parameter of the function",
            Low,
        ),
        (
            &python,
            Python,
            "from flask import request\nsink(request.args)\n",
            "a value from a request",
            High,
        ),
        (
            &script,
            JavaScript,
            "sink(process.env.A);\n",
            "an environment variable",
            Medium,
        ),
        (
            &script,
            JavaScript,
            "module.exports.f = function (x) { sink(x); };\n",
            "a parameter of the function",
            Low,
        ),
        (
            &script,
            TypeScript,
            "export function f(x: string) { sink(x); }\n",
            "a parameter of the function",
            Low,
        ),
        (
            &script,
            JavaScript,
            "app.get('/', (req, res) => { sink(req.query.a); });\n",
            "a value from a request",
            High,
        ),
        (
            &script,
            TypeScript,
            "import OpenAI from 'openai';\nconst ai = new OpenAI();\nconst all = await ai.chat.completions.create({});\nsink(all.choices[0].message.content);\n",
            "text that a language model wrote",
            High,
        ),
        (
            &rust,
            Rust,
            "fn f() { sink(std::env::var(\"A\").unwrap()) }\n",
            "an environment variable",
            Medium,
        ),
        (
            &rust,
            Rust,
            "async fn f(Path(name): Path<String>) { sink(name) }\n",
            "a value from a request",
            High,
        ),
    ] {
        check(rule, language, code, called, confidence);
    }
}
