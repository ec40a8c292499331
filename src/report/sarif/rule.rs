//! Rules in SARIF.
//!
//! A log lists every rule that ran, so these are most of a small one. The types here borrow their
//! texts from the rules; those of the crate would own a copy of each.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use super::super::text::{first_sentence, markdown, one_line, shorten, web_address};
use super::{level, plain, precision, security_severity};
use crate::finding::Severity;
use crate::rule::Meta;

/// GitHub cuts descriptions here.
const MAX_DESCRIPTION: usize = 1_024;
/// GitHub refuses a rule with more tags.
const MAX_TAGS: usize = 20;

/// What SARIF calls a `reportingDescriptor`, its fields in the order in which the crate writes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'r> {
    default_configuration: Configuration,
    full_description: Text<'r>,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'r str>,
    id: &'r str,
    properties: Properties,
    short_description: Text<'r>,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text<'r> {
    text: Cow<'r, str>,
}

#[derive(Serialize)]
struct Help {
    markdown: String,
    text: String,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<Cow<'static, str>>,
    confidence: &'static str,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
    #[serde(rename = "security-severity")]
    security_severity: &'static str,
    severity: &'static str,
}

pub(super) fn descriptor(rule: &Meta) -> Descriptor<'_> {
    let message = one_line(&rule.message);
    let why = one_line(&rule.why);
    let full = if why.is_empty() {
        message.clone()
    } else {
        format!("{message} {why}").into()
    };
    let reference = rule.references.first();
    Descriptor {
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        full_description: description(full),
        help: help(rule),
        help_uri: reference.and_then(|found| web_address(found)),
        id: &rule.id,
        properties: properties(rule),
        short_description: description(first_sentence(&rule.message)),
    }
}

fn description(text: Cow<'_, str>) -> Text<'_> {
    let text = match shorten(&text, MAX_DESCRIPTION) {
        Cow::Borrowed(_) => text,
        Cow::Owned(short) => short.into(),
    };
    Text { text: plain(text) }
}

/// What a reader needs who has only the log: the fault, why it matters, the repair, what to read.
fn help(rule: &Meta) -> Help {
    let mut text = one_line(&rule.message).into_owned();
    let mut formatted = markdown(&rule.message);
    for (title, part) in [("Why it matters", &rule.why), ("Repair", &rule.repair)] {
        if part.trim().is_empty() {
            continue;
        }
        let _ = write!(text, "\n\n{title}: {}", one_line(part));
        let _ = write!(formatted, "\n\n**{title}.** {}", markdown(part));
    }
    if !rule.references.is_empty() {
        text += "\n\nReferences:";
        formatted += "\n\n**References**\n";
    }
    for reference in &rule.references {
        let _ = write!(text, "\n- {}", one_line(reference));
        let _ = match web_address(reference) {
            Some(address) => write!(formatted, "\n- <{address}>"),
            None => write!(formatted, "\n- {}", markdown(reference)),
        };
    }
    Help {
        markdown: formatted,
        text: plain(text.into()).into_owned(),
    }
}

fn properties(rule: &Meta) -> Properties {
    let mut tags = vec![Cow::Borrowed("security")];
    for number in rule.cwe_numbers() {
        let tag = format!("external/cwe/cwe-{number:03}").into();
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags.truncate(MAX_TAGS);
    Properties {
        tags,
        confidence: rule.confidence.name(),
        precision: precision(rule.confidence),
        problem_severity: match rule.severity {
            Severity::Critical | Severity::High => "error",
            Severity::Medium => "warning",
            Severity::Low | Severity::Info => "recommendation",
        },
        security_severity: security_severity(rule.severity),
        severity: rule.severity.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn a_foreign_message_is_no_markup_and_its_script_no_address() {
        let rule = &sample::report().rules[1];
        let descriptor = descriptor(rule);
        let help = descriptor.help;
        assert_eq!(
            help.markdown,
            "\\[Debug\\]\\(https\\://example.org\\) is on \\<b\\>\n\n**References**\n\n- javascript:alert\\(1\\)"
        );
        assert!(
            help.text
                .starts_with("[Debug\\](https://example.org) is on <b>")
        );
        assert_eq!(descriptor.help_uri, None);
    }

    #[test]
    fn tags_name_each_weakness_once_with_three_digits() {
        let mut rule = Meta::clone(&sample::report().rules[0]);
        rule.cwe = vec!["CWE-79".into(), "CWE-79: XSS".into(), "CWE-1336: x".into()];
        let tags = properties(&rule).tags;
        assert_eq!(
            tags,
            ["security", "external/cwe/cwe-079", "external/cwe/cwe-1336"]
        );
        rule.cwe = (1..99).map(|n| format!("CWE-{n}")).collect();
        assert_eq!(properties(&rule).tags.len(), MAX_TAGS);
    }
}
