//! What is said of a source reaches the finding: what the value is, and how sure a flow from it is.

use aiscan::engine::scan_file;
use aiscan::finding::Confidence;
use aiscan::lang::Language;
use aiscan::source::Source;

use super::rules;

const RULE: &str = "  metadata:\n    confidence: HIGH\n  pattern-sources:\n  - pattern: request(...)\n    called: a request parameter\n  - pattern: argument(...)\n    called: an argument\n    confidence: low\n  - pattern: plain(...)\n  pattern-sinks:\n  - pattern: sink(...)\n";

/// The message, the confidence, and what the trace begins with.
fn told(rule: &str, code: &str) -> Vec<(String, Confidence, String)> {
    let rule = rule.replace("  metadata", "  message: $SOURCE arrives\n  metadata");
    let rules = rules(&rule, Language::Python);
    let source = Source::new("code.py".into(), Language::Python, code.into());
    let report = scan_file(&rules, &source);
    let findings = report.findings.into_iter();
    findings
        .map(|one| (one.message, one.confidence, one.trace[0].note.clone()))
        .collect()
}

fn found(message: &str, confidence: Confidence, note: &str) -> Vec<(String, Confidence, String)> {
    vec![(message.to_owned(), confidence, note.to_owned())]
}

#[test]
fn a_finding_is_as_sure_as_its_source_and_says_what_it_is() {
    assert_eq!(
        told(RULE, "sink(request())\n"),
        found(
            "a request parameter arrives",
            Confidence::High,
            "a request parameter comes from here"
        )
    );
    assert_eq!(
        told(RULE, "sink(argument())\n"),
        found(
            "an argument arrives",
            Confidence::Low,
            "an argument comes from here"
        )
    );
    assert_eq!(
        told(RULE, "sink(plain())\n"),
        found(
            "$SOURCE arrives",
            Confidence::High,
            "the value comes from here"
        )
    );
}

#[test]
fn of_several_sources_the_surest_is_told() {
    for code in [
        "sink(argument() + request())\n",
        "x = argument()\nif p:\n    x = request()\nsink(x)\n",
        "def show(x):\n    sink(x)\nshow(argument())\nshow(request())\n",
    ] {
        let told = told(RULE, code);
        assert_eq!(told.len(), 1, "{code}");
        assert_eq!(told[0].1, Confidence::High, "{code}");
        assert_eq!(told[0].0, "a request parameter arrives", "{code}");
    }
}

#[test]
fn a_source_makes_no_rule_surer_than_it_is() {
    let rule = RULE.replace("confidence: HIGH", "confidence: MEDIUM");
    assert_eq!(told(&rule, "sink(request())\n")[0].1, Confidence::Medium);
    assert_eq!(told(&rule, "sink(argument())\n")[0].1, Confidence::Low);
}

#[test]
fn a_rule_says_of_a_model_what_it_likes() {
    let rule = "  metadata:\n    confidence: HIGH\n  pattern-sources:\n  - model: python/command-line\n    called: what a user typed\n    confidence: medium\n  pattern-sinks:\n  - pattern: sink(...)\n";
    assert_eq!(
        told(rule, "import sys\nsink(sys.argv[1])\n"),
        found(
            "what a user typed arrives",
            Confidence::Medium,
            "what a user typed comes from here"
        )
    );
}

#[test]
fn a_model_says_of_its_sources_what_they_are() {
    let rule = "  metadata:\n    confidence: HIGH\n  pattern-sources:\n  - model: python/environment\n  - model: python/web-input\n  pattern-sinks:\n  - pattern: sink(...)\n";
    assert_eq!(
        told(rule, "import os\nsink(os.environ['A'])\n"),
        found(
            "an environment variable arrives",
            Confidence::Medium,
            "an environment variable comes from here"
        )
    );
    assert_eq!(
        told(rule, "from flask import request\nsink(request.args)\n")[0].1,
        Confidence::High
    );
}
