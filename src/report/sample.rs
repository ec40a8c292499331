//! A small report that holds one of everything, for the tests of the formats.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Emitter, Outcome};
use crate::engine::Problem;
use crate::finding::{Confidence, RuleIndex, Severity};
use crate::gate::Policy;
use crate::rule::Meta;
use crate::scan::{
    ExcerptLine, FileProblem, Place, Replacement, Report, Reported, ScanProblem, SkipReason,
    Skipped, Step, Suppression, SuppressionProblem, Totals,
};
use crate::source::Position;

/// What an emitter writes of the sample.
pub(super) fn emitted(emitter: &dyn Emitter) -> String {
    emitted_of(&report(), emitter)
}

/// What an emitter writes of a report.
pub(super) fn emitted_of(report: &Report, emitter: &dyn Emitter) -> String {
    let mut out = Vec::new();
    let policy = Policy::default();
    emitter
        .emit(&Outcome::new(report, &policy), &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

pub(super) fn report() -> Report {
    Report {
        root: PathBuf::from("/home/someone/project"),
        rules: [sql_rule(), debug_rule(), quiet_rule()]
            .map(Arc::new)
            .into(),
        findings: vec![debug_finding(), sql_finding(), silenced_finding()],
        suppression_problems: vec![SuppressionProblem {
            path: "src/app.py".into(),
            line: 40,
            message: "`aiscan: ignore[python.config.debug]` silences nothing".into(),
        }],
        problems: vec![
            FileProblem {
                path: "src/locked.py".into(),
                problem: ScanProblem::Unreadable("permission denied".into()),
            },
            FileProblem {
                path: "src/odd.js".into(),
                problem: ScanProblem::Engine(Problem::Degraded {
                    percent: 3,
                    language: "JavaScript",
                }),
            },
        ],
        skipped: BTreeMap::from([
            (
                SkipReason::Binary,
                Skipped {
                    count: 3,
                    examples: vec!["logo.png".into(), "x y.ico".into()],
                },
            ),
            (
                SkipReason::DependencyFolder,
                Skipped {
                    count: 1,
                    examples: vec!["node_modules".into()],
                },
            ),
        ]),
        notes: vec!["2 rules are for languages that aiscan does not read".into()],
        totals: Totals {
            files: 12,
            bytes: 34_567,
            parsed: 4,
        },
        elapsed: Duration::from_millis(1234),
    }
}

fn sql_rule() -> Meta {
    Meta {
        id: "python.injection.sql-format-string".into(),
        file: None,
        message: "SQL text is built from `$X` by string formatting.".into(),
        severity: Severity::High,
        confidence: Confidence::Medium,
        languages: vec!["python".into()],
        cwe: vec!["CWE-89: SQL Injection".into()],
        why: "Who chooses the value chooses the statement. The database cannot tell them apart."
            .into(),
        repair: "Pass values as the second argument of `execute`.".into(),
        references: vec!["https://peps.python.org/pep-0249/#id20".into()],
    }
}

fn debug_rule() -> Meta {
    Meta {
        id: "debug".into(),
        file: Some("/etc/rules/debug.yaml".into()),
        message: "[Debug](https://example.org) is on <b>".into(),
        severity: Severity::Medium,
        confidence: Confidence::High,
        languages: vec!["python".into()],
        cwe: vec!["CWE-489".into(), "CWE-1000000: no".into()],
        why: String::new(),
        repair: String::new(),
        references: vec!["javascript:alert(1)".into()],
    }
}

fn quiet_rule() -> Meta {
    Meta {
        id: "python.quiet".into(),
        file: None,
        message: "It ran and found nothing.".into(),
        severity: Severity::Info,
        confidence: Confidence::Low,
        languages: vec!["python".into()],
        cwe: Vec::new(),
        why: String::new(),
        repair: String::new(),
        references: Vec::new(),
    }
}

fn debug_finding() -> Reported {
    Reported {
        rule: RuleIndex(1),
        place: place("a dir/ü.py", 3, "\tapp.run(debug=True)", 1..20),
        message: "[Debug](https://example.org) is on <b>".into(),
        severity: Severity::Medium,
        confidence: Confidence::High,
        fingerprint: "aaaa".into(),
        line_hash: "39fa2ee980eb94b0:1".into(),
        trace: Vec::new(),
        fix: Some(Replacement {
            start: position(3, 9),
            end: position(3, 19),
            text: "debug=False".into(),
        }),
        suppression: None,
        commit: None,
    }
}

fn sql_finding() -> Reported {
    Reported {
        rule: RuleIndex(0),
        place: Place {
            end: position(8, 6),
            lines: vec![
                line(7, "    cursor.execute(", 4..19),
                line(8, "    f\"select {name}\")", 4..21),
            ],
            ..place("src/app.py", 7, "    cursor.execute(", 4..19)
        },
        message: "SQL text is built from `name` by string formatting.".into(),
        severity: Severity::High,
        confidence: Confidence::Medium,
        fingerprint: "bbbb".into(),
        line_hash: "5c3a5f2e1d0b9a87:1".into(),
        trace: vec![
            Step {
                place: place("src/app.py", 5, "    name = request.args['n']", 11..28),
                note: "a request gives the value".into(),
            },
            Step {
                place: place("src/app.py", 8, "    f\"select {name}\")", 14..18),
                note: "and here it is used".into(),
            },
        ],
        fix: None,
        suppression: None,
        commit: None,
    }
}

fn silenced_finding() -> Reported {
    Reported {
        trace: Vec::new(),
        place: place("src/app.py", 30, "cursor.execute(f'{x}')", 0..22),
        fingerprint: "cccc".into(),
        suppression: Some(Suppression {
            line: 29,
            reason: "x is a constant".into(),
        }),
        ..sql_finding()
    }
}

fn place(path: &str, number: u32, text: &str, marked: std::ops::Range<usize>) -> Place {
    Place {
        path: path.into(),
        start: position(number, marked.start as u32 + 1),
        end: position(number, marked.end as u32 + 1),
        snippet: text[marked.clone()].into(),
        lines: vec![line(number, text, marked)],
    }
}

fn line(number: u32, text: &str, marked: std::ops::Range<usize>) -> ExcerptLine {
    ExcerptLine {
        number,
        text: text.into(),
        marked,
    }
}

fn position(line: u32, column: u32) -> Position {
    Position {
        line,
        column,
        column_utf16: column,
    }
}
