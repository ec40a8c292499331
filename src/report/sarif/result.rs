//! Findings in SARIF.

use std::collections::BTreeMap;

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, CodeFlow, Fix, Location, Message, PropertyBag, Replacement,
    Result, ResultLevel, Suppression, ThreadFlow, ThreadFlowLocation,
};

use super::super::text::one_line;
use super::{artifact, level, location, message, plain, region};
use crate::rule::Meta;
use crate::scan::{Place, Reported, Step};

/// GitHub shows no more steps of a flow.
const MAX_STEPS: usize = 1_000;

pub(super) fn result(finding: &Reported, rule: &Meta, rule_index: i64) -> Result {
    let hashes = BTreeMap::from([
        (
            "primaryLocationLineHash".to_owned(),
            finding.line_hash.clone(),
        ),
        ("aiscan/v1".to_owned(), finding.fingerprint.clone()),
    ]);
    let mut result = Result::builder()
        .rule_id(&rule.id)
        .rule_index(rule_index)
        .level(match level(finding.severity) {
            "error" => ResultLevel::Error,
            "warning" => ResultLevel::Warning,
            _ => ResultLevel::Note,
        })
        .message(message(one_line(&finding.message)))
        .locations(vec![place(&finding.place)])
        .partial_fingerprints(hashes)
        .properties(properties(finding))
        .build();
    if !finding.trace.is_empty() {
        result.code_flows = Some(vec![flow(&finding.trace)]);
    }
    result.fixes = finding.fix.as_ref().map(|fix| {
        let description = if rule.repair.trim().is_empty() {
            "replace the marked text".into()
        } else {
            one_line(&rule.repair)
        };
        let content = ArtifactContent::builder().text(&fix.text).build();
        let replacement = Replacement::builder()
            .deleted_region(region(fix.start, fix.end))
            .inserted_content(content)
            .build();
        let change = ArtifactChange::builder()
            .artifact_location(artifact(&finding.place.path))
            .replacements(vec![replacement])
            .build();
        vec![
            Fix::builder()
                .description(message(description))
                .artifact_changes(vec![change])
                .build(),
        ]
    });
    result.suppressions = finding.suppression.as_ref().map(|found| {
        vec![
            Suppression::builder()
                .kind(json!("inSource"))
                .status(json!("accepted"))
                .justification(plain(one_line(&found.reason)))
                .build(),
        ]
    });
    result
}

fn place(place: &Place) -> Location {
    let mut region = region(place.start, place.end);
    region.snippet = Some(ArtifactContent::builder().text(&place.snippet).build());
    location(&place.path, Some(region))
}

fn flow(steps: &[Step]) -> CodeFlow {
    let steps = steps.iter().take(MAX_STEPS).map(|step| {
        let mut location = place(&step.place);
        location.message = Some(Message::builder().text(plain(one_line(&step.note))).build());
        ThreadFlowLocation::builder().location(location).build()
    });
    CodeFlow::builder()
        .thread_flows(vec![
            ThreadFlow::builder()
                .locations(steps.collect::<Vec<_>>())
                .build(),
        ])
        .build()
}

fn properties(finding: &Reported) -> PropertyBag {
    let mut properties = BTreeMap::from([
        ("confidence".to_owned(), json!(finding.confidence.name())),
        ("severity".to_owned(), json!(finding.severity.name())),
    ]);
    if let Some(commit) = &finding.commit {
        properties.insert("commit".to_owned(), json!(commit));
    }
    PropertyBag::builder()
        .additional_properties(properties)
        .build()
}
