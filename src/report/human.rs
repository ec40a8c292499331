//! The report for people: an excerpt for each finding, as rustc draws them, and a summary.

use std::io::{self, Write};

use annotate_snippets::{
    AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet, renderer::DecorStyle,
};
use anstyle::{AnsiColor, Style as Ansi};

use super::text::{LineGuard, escape, escape_excerpt, first_sentence, is_unsafe, one_line};
use super::{Detail, Emitter, Outcome, Style, summary};
use crate::finding::Severity;
use crate::rule::Meta;
use crate::scan::{ExcerptLine, Place, Reported};

/// A fix longer than this is named, not shown.
const FIX_SHOWN: usize = 200;

/// Writes excerpts grouped by file, then what was not examined, then the summary.
pub(super) struct Human {
    pub(super) style: Style,
}

impl Emitter for Human {
    fn emit(&self, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut out = LineGuard::new(out);
        self.write_findings(outcome, &mut out)?;
        let detail = self.style.detail;
        summary::write_problems(outcome, detail, &mut out)?;
        match detail {
            Detail::Quiet => {}
            Detail::Normal => {
                summary::write_suppression_problems(outcome, detail, &mut out)?;
                summary::write(outcome, &mut out)?;
            }
            Detail::Verbose => {
                summary::write_suppression_problems(outcome, detail, &mut out)?;
                summary::write_skipped(outcome, &mut out)?;
                summary::write(outcome, &mut out)?;
            }
        }
        out.flush()
    }
}

impl Human {
    fn write_findings(&self, outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
        let renderer = if self.style.colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let renderer = renderer
            .decor_style(DecorStyle::Ascii)
            .term_width(self.style.width);
        let verbose = self.style.detail == Detail::Verbose;
        let shown = |f: &&Reported| verbose || f.suppression.is_none();
        let mut path = None;
        for finding in outcome.report.findings.iter().filter(shown) {
            if path != Some(&finding.place.path) {
                path = Some(&finding.place.path);
                self.write_heading(&escape(&finding.place.path), out)?;
            }
            let groups = groups(finding, outcome.rule(finding), verbose);
            writeln!(out, "{}\n", renderer.render(&groups))?;
        }
        Ok(())
    }

    fn write_heading(&self, path: &str, out: &mut dyn Write) -> io::Result<()> {
        if !self.style.colour {
            return writeln!(out, "{path}\n");
        }
        let style = Ansi::new().bold().fg_color(Some(AnsiColor::Cyan.into()));
        writeln!(out, "{style}{path}{style:#}\n")
    }
}

/// One finding: what and where, why, what to do, and how the value came here.
fn groups<'a>(finding: &'a Reported, rule: &'a Meta, verbose: bool) -> Vec<Group<'a>> {
    let level = level(finding.severity);
    let title = level
        .clone()
        .primary_title(one_line(&finding.message))
        .id(escape(&rule.id));
    let mut groups = Vec::new();
    let kind = AnnotationKind::Primary;
    excerpt(
        Group::with_title(title),
        &level,
        &finding.place,
        kind,
        None,
        &mut groups,
    );
    if let Some(last) = groups.pop() {
        groups.push(last.elements(remarks(finding, rule, verbose)));
    }
    let mut title = Some(Level::NOTE.secondary_title("the value comes this way"));
    for step in &finding.trace {
        let group = match title.take() {
            Some(title) => Group::with_title(title),
            None => Group::with_level(Level::NOTE),
        };
        let note = Some(one_line(&step.note).into_owned());
        let kind = AnnotationKind::Context;
        excerpt(group, &Level::NOTE, &step.place, kind, note, &mut groups);
    }
    groups
}

/// What is said below an excerpt, a line each.
fn remarks<'a>(finding: &Reported, rule: &'a Meta, verbose: bool) -> Vec<Message<'a>> {
    let confidence = format!("{} confidence", finding.confidence);
    let mut remarks = vec![Level::NOTE.no_name().message(confidence)];
    let why = if verbose {
        one_line(&rule.why)
    } else {
        first_sentence(&rule.why)
    };
    if !why.is_empty() {
        remarks.push(Level::NOTE.with_name("why").message(why));
    }
    if let Some(fix) = &finding.fix {
        let text = if fix.text.is_empty() {
            "remove it".to_owned()
        } else if fix.text.chars().count() <= FIX_SHOWN && !fix.text.contains('\n') {
            format!("write `{}`", escape(&fix.text))
        } else {
            format!(
                "a replacement of {} lines is known",
                fix.text.lines().count()
            )
        };
        remarks.push(Level::HELP.with_name("fix").message(text));
    }
    if !rule.repair.trim().is_empty() {
        remarks.push(Level::HELP.message(one_line(&rule.repair)));
    }
    if verbose && let Some(reference) = rule.references.first() {
        let read = Level::NOTE.with_name("read");
        remarks.push(read.message(one_line(reference)));
    }
    if let Some(suppression) = &finding.suppression {
        let reason = one_line(&suppression.reason);
        let text = format!("by a comment on line {}: {reason}", suppression.line);
        remarks.push(Level::NOTE.with_name("suppressed").message(text));
    }
    remarks
}

fn level(severity: Severity) -> Level<'static> {
    let level = match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low | Severity::Info => Level::INFO,
    };
    level.with_name(severity.name())
}

/// Adds a place with its lines to `group`, and pushes that.
///
/// Each further run of lines is a group of its own: within one group a second excerpt is drawn with
/// `:::`, which CI services may take for a command. So is a line that was cut to a window, since it
/// no longer tells its column and the position has to be given apart from it.
fn excerpt<'a>(
    mut group: Group<'a>,
    level: &Level<'a>,
    place: &'a Place,
    kind: AnnotationKind,
    mut label: Option<String>,
    groups: &mut Vec<Group<'a>>,
) {
    let whole = starts_where_it_says(place);
    if !whole {
        let origin = Origin::path(escape(&place.path))
            .line(place.start.line as usize)
            .char_column(place.start.column as usize);
        groups.push(group.element(origin));
        group = Group::with_level(level.clone());
    }
    let mut first = true;
    for run in place.lines.chunk_by(|a, b| a.number + 1 == b.number) {
        let (source, span) = join(run);
        let mut snippet = Snippet::source(source)
            .line_start(run.first().map_or(1, |line| line.number as usize))
            .annotation(kind.span(span).label(label.take()));
        if first && whole {
            snippet = snippet.path(escape(&place.path));
        }
        if !first {
            groups.push(std::mem::replace(
                &mut group,
                Group::with_level(level.clone()),
            ));
        }
        first = false;
        group = group.element(snippet);
    }
    if let Some(label) = label {
        group = group.element(Level::NOTE.no_name().message(label));
    }
    groups.push(group);
}

/// Whether the first line is shown from its first character, so that its mark tells the column.
fn starts_where_it_says(place: &Place) -> bool {
    place.lines.first().is_some_and(|line| {
        let before = line.text.get(..line.marked.start);
        line.number == place.start.line
            && before.is_some_and(|text| text.chars().count() + 1 == place.start.column as usize)
            && !before.is_some_and(|text| text.contains(|c| c != '\t' && is_unsafe(c)))
    })
}

/// The lines as one text, and the bytes marked in it.
fn join(run: &[ExcerptLine]) -> (String, std::ops::Range<usize>) {
    let mut source = String::new();
    let mut marked: Option<std::ops::Range<usize>> = None;
    for (at, line) in run.iter().enumerate() {
        if at > 0 {
            source.push('\n');
        }
        let (text, range) = escape_excerpt(&line.text, &line.marked);
        if !range.is_empty() {
            let end = source.len() + range.end;
            let start = marked.map_or(source.len() + range.start, |marked| marked.start);
            marked = Some(start..end);
        }
        source += &text;
    }
    (source, marked.unwrap_or(0..0))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn human(detail: Detail) -> Human {
        Human {
            style: Style {
                detail,
                ..Style::default()
            },
        }
    }

    #[test]
    fn the_report_shows_excerpts_and_a_summary() {
        insta::assert_snapshot!(sample::emitted(&human(Detail::Normal)));
    }

    #[test]
    fn the_verbose_report_shows_what_was_silenced_and_skipped() {
        insta::assert_snapshot!(sample::emitted(&human(Detail::Verbose)));
    }

    #[test]
    fn the_quiet_report_still_tells_what_was_not_examined() {
        let text = sample::emitted(&human(Detail::Quiet));
        assert!(text.contains("not examined\n  src/locked.py: "), "{text}");
        assert!(!text.contains("verdict"), "{text}");
    }

    #[test]
    fn hostile_text_reaches_no_terminal() {
        let mut report = sample::report();
        let bad = "\u{1b}[2J\u{202e}\n::error::x\r";
        for finding in &mut report.findings {
            finding.message = bad.into();
            finding.place.path = bad.into();
            for line in &mut finding.place.lines {
                line.text = bad.into();
                line.marked = 0..bad.len();
            }
            for step in &mut finding.trace {
                step.note = bad.into();
            }
        }
        for rule in &mut report.rules {
            let rule = std::sync::Arc::make_mut(rule);
            (rule.id, rule.why, rule.repair) = (bad.into(), bad.into(), bad.into());
        }
        report.problems[0].path = bad.into();
        report.notes.push(bad.into());
        let text = sample::emitted_of(&report, &human(Detail::Verbose));
        assert!(!text.contains(|c| c != '\n' && super::super::text::is_unsafe(c)));
        assert!(!text.lines().any(|line| line.trim_start().starts_with("::")));
    }

    #[test]
    fn a_line_cut_to_a_window_still_tells_its_column() {
        let mut report = sample::report();
        report.findings.truncate(1);
        let place = &mut report.findings[0].place;
        (place.start.column, place.start.line) = (5000, 3);
        place.lines[0].text = "…app.run(debug=True)…".into();
        place.lines[0].marked = 3..22;
        let text = sample::emitted_of(&report, &human(Detail::Normal));
        assert!(text.contains(" --> a dir/ü.py:3:5000\n"), "{text}");
        assert!(
            text.contains("3 | …app.run(debug=True)…\n  |  ^^^^^^^^^^^^^^^^^^^\n"),
            "{text}"
        );
    }

    #[test]
    fn a_place_without_lines_and_one_with_gaps_are_drawn_without_colons_in_front() {
        let mut report = sample::report();
        report.findings.truncate(2);
        report.findings[0].place.lines.clear();
        report.findings[1].place.lines[1].number = 12;
        let text = sample::emitted_of(&report, &human(Detail::Normal));
        assert!(
            text.contains("--> a dir/ü.py:3:2\n") && text.contains("12 | "),
            "{text}"
        );
        assert!(!text.contains("\\u{3a}"), "{text}");
    }

    #[test]
    fn colours_come_only_when_asked_for() {
        let coloured = Human {
            style: Style {
                colour: true,
                ..Style::default()
            },
        };
        assert!(sample::emitted(&coloured).contains('\u{1b}'));
        assert!(!sample::emitted(&human(Detail::Normal)).contains('\u{1b}'));
    }
}
