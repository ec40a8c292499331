//! What a scan could not do, in SARIF: what was not examined, what was not selected, remarks.

use serde_json::json;
use serde_sarif::sarif::{Location, Notification, Region, ReportingDescriptorReference};

use super::super::Outcome;
use super::super::text::one_line;
use super::{location, message};

/// A tree in which every file fails must not make a log that nobody accepts.
const MAX_PROBLEMS: usize = 5_000;

/// The notifications, with one on `dropped` findings where there are any.
pub(super) fn notifications(outcome: &Outcome<'_>, dropped: usize) -> Vec<Notification> {
    let report = outcome.report;
    let mut all = Vec::new();
    if dropped > 0 {
        let found = report.findings.len();
        let text = format!(
            "{dropped} of {found} findings are left out, the least severe; \
             the json and jsonl formats hold them all"
        );
        all.push(notification("truncated", "warning", &text, None));
    }
    // What was lost comes before what was only degraded, should not all find room.
    let (lost, degraded): (Vec<_>, Vec<_>) = report
        .problems
        .iter()
        .partition(|file| file.problem.is_incomplete());
    let problems = lost.len() + degraded.len();
    for file in lost.into_iter().chain(degraded).take(MAX_PROBLEMS) {
        let (id, level) = if file.problem.is_incomplete() {
            ("not-examined", "error")
        } else {
            ("degraded", "warning")
        };
        let text = file.problem.to_string();
        all.push(notification(
            id,
            level,
            &text,
            Some(location(&file.path, None)),
        ));
    }
    if problems > MAX_PROBLEMS {
        let text = format!(
            "{} more files were not wholly examined",
            problems - MAX_PROBLEMS
        );
        all.push(notification("not-examined", "error", &text, None));
    }
    for problem in report.suppression_problems.iter().take(MAX_PROBLEMS) {
        let region = Region::builder()
            .start_line(i64::from(problem.line))
            .build();
        let place = location(&problem.path, Some(region));
        all.push(notification(
            "suppression",
            "warning",
            &problem.message,
            Some(place),
        ));
    }
    for (reason, skipped) in &report.skipped {
        let text = format!("not selected, {}: {}", reason.describe(), skipped.count);
        all.push(notification("skipped", "note", &text, None));
    }
    for note in &report.notes {
        all.push(notification("remark", "note", note, None));
    }
    all
}

fn notification(
    id: &'static str,
    level: &'static str,
    text: &str,
    place: Option<Location>,
) -> Notification {
    let id = format!("aiscan.{id}");
    let mut notification = Notification::builder()
        .descriptor(ReportingDescriptorReference::builder().id(id).build())
        .level(json!(level))
        .message(message(one_line(text)))
        .build();
    notification.locations = place.map(|place| vec![place]);
    notification
}
