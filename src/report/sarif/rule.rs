//! Rules in SARIF.

use std::fmt::Write as _;

use serde_json::json;
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor,
};

use super::super::text::{first_sentence, markdown, one_line, shorten, web_address};
use super::{level, multiformat, plain, precision, security_severity};
use crate::finding::Severity;
use crate::rule::Meta;

/// GitHub cuts descriptions here.
const MAX_DESCRIPTION: usize = 1_024;
/// GitHub refuses a rule with more tags.
const MAX_TAGS: usize = 20;

pub(super) fn descriptor(rule: &Meta) -> ReportingDescriptor {
    let message = one_line(&rule.message);
    let full = format!("{message} {}", one_line(&rule.why));
    let mut descriptor = ReportingDescriptor::builder()
        .id(&rule.id)
        .short_description(multiformat(shorten(
            &first_sentence(&message),
            MAX_DESCRIPTION,
        )))
        .full_description(multiformat(shorten(full.trim_end(), MAX_DESCRIPTION)))
        .help(help(rule))
        .default_configuration(
            ReportingConfiguration::builder()
                .level(json!(level(rule.severity)))
                .build(),
        )
        .properties(properties(rule))
        .build();
    let reference = rule.references.first();
    descriptor.help_uri = reference
        .and_then(|found| web_address(found))
        .map(str::to_owned);
    descriptor
}

/// What a reader needs who has only the log: the fault, why it matters, the repair, what to read.
fn help(rule: &Meta) -> MultiformatMessageString {
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
            Some(address) => write!(
                formatted,
                "
- <{address}>"
            ),
            None => write!(
                formatted,
                "
- {}",
                markdown(reference)
            ),
        };
    }
    MultiformatMessageString::builder()
        .text(plain(text.into()))
        .markdown(formatted)
        .build()
}

fn properties(rule: &Meta) -> PropertyBag {
    let mut tags = vec!["security".to_owned()];
    for number in rule.cwe_numbers() {
        let tag = format!("external/cwe/cwe-{number:03}");
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags.truncate(MAX_TAGS);
    let problem_severity = match rule.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    };
    PropertyBag::builder()
        .tags(tags)
        .additional_properties([
            ("confidence".to_owned(), json!(rule.confidence.name())),
            ("precision".to_owned(), json!(precision(rule.confidence))),
            ("problem.severity".to_owned(), json!(problem_severity)),
            (
                "security-severity".to_owned(),
                json!(security_severity(rule.severity)),
            ),
            ("severity".to_owned(), json!(rule.severity.name())),
        ])
        .build()
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    #[test]
    fn a_foreign_message_is_no_markup_and_its_script_no_address() {
        let rule = &sample::report().rules[1];
        let descriptor = descriptor(rule);
        let help = descriptor.help.unwrap();
        assert_eq!(
            help.markdown.unwrap(),
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
        let tags = properties(&rule).tags.unwrap();
        assert_eq!(
            tags,
            ["security", "external/cwe/cwe-079", "external/cwe/cwe-1336"]
        );
        rule.cwe = (1..99).map(|n| format!("CWE-{n}")).collect();
        assert_eq!(properties(&rule).tags.unwrap().len(), MAX_TAGS);
    }
}
