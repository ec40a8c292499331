//! What fixes change, as a unified diff.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::{AnsiColor, Style as Ansi};

use super::Style;
use super::text::{LineGuard, escape};
use crate::fix::Change;
use crate::scan::FileFix;

/// Lines shown before and after a change.
const CONTEXT: usize = 3;

/// Writes the changes of files, by path. Text that acts on a terminal is escaped; of ordinary files
/// without secrets the diff can be applied.
pub(crate) fn write(fixes: &[FileFix], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut out = LineGuard::new(out);
    for fix in fixes.iter().filter(|fix| !fix.changes.is_empty()) {
        let path = escape(&fix.path);
        let mut page = Page {
            before: fix.before.split_inclusive('\n').collect(),
            after: fix.after.split_inclusive('\n').collect(),
            colour: style.colour,
            out: &mut out,
        };
        page.line(Paint::Head, &format!("--- a/{path}\n"))?;
        page.line(Paint::Head, &format!("+++ b/{path}\n"))?;
        for hunk in hunks(&fix.changes) {
            page.hunk(hunk)?;
        }
    }
    out.flush()
}

/// The changes in groups whose surroundings do not meet.
fn hunks(changes: &[Change]) -> impl Iterator<Item = &[Change]> {
    changes.chunk_by(|a, b| a.before.end + 2 * CONTEXT >= b.before.start)
}

struct Page<'a> {
    before: Vec<&'a str>,
    after: Vec<&'a str>,
    colour: bool,
    out: &'a mut dyn Write,
}

#[derive(Clone, Copy)]
enum Paint {
    Head,
    Place,
    Same,
    Less,
    More,
}

impl Page<'_> {
    fn hunk(&mut self, changes: &[Change]) -> io::Result<()> {
        let (Some(first), Some(last)) = (changes.first(), changes.last()) else {
            return Ok(());
        };
        let lead = first.before.start.min(CONTEXT);
        let trail = (self.before.len() - last.before.end).min(CONTEXT);
        let old = first.before.start - lead..last.before.end + trail;
        let new = first.after.start - lead..last.after.end + trail;
        let place = format!("@@ -{} +{} @@\n", range(&old), range(&new));
        self.line(Paint::Place, &place)?;
        let mut at = old.start;
        for change in changes {
            self.lines(Paint::Same, at..change.before.start)?;
            self.change(change)?;
            at = change.before.end;
        }
        self.lines(Paint::Same, at..old.end)
    }

    /// One change without the lines at its ends that stay as they are.
    fn change(&mut self, change: &Change) -> io::Result<()> {
        let (old, new) = (change.before.clone(), change.after.clone());
        let shorter = old.len().min(new.len());
        let same = |i: &usize| self.before[old.start + i] == self.after[new.start + i];
        let head = (0..shorter).take_while(same).count();
        let same = |i: &usize| self.before[old.end - 1 - i] == self.after[new.end - 1 - i];
        let tail = (0..shorter - head).take_while(same).count();
        self.lines(Paint::Same, old.start..old.start + head)?;
        self.lines(Paint::Less, old.start + head..old.end - tail)?;
        self.lines(Paint::More, new.start + head..new.end - tail)?;
        self.lines(Paint::Same, old.end - tail..old.end)
    }

    fn lines(&mut self, paint: Paint, range: Range<usize>) -> io::Result<()> {
        for number in range {
            let (sign, text) = match paint {
                Paint::More => ('+', self.after[number]),
                Paint::Less => ('-', self.before[number]),
                Paint::Same | Paint::Head | Paint::Place => (' ', self.before[number]),
            };
            let (text, end) = match text.strip_suffix('\n') {
                Some(text) => (text, "\n"),
                None => (text, "\n\\ No newline at end of file\n"),
            };
            let (text, cr) = match text.strip_suffix('\r') {
                Some(text) => (text, "\r"),
                None => (text, ""),
            };
            let text: Vec<_> = text.split('\t').map(escape).collect();
            self.line(paint, &format!("{sign}{}{cr}{end}", text.join("\t")))?;
        }
        Ok(())
    }

    fn line(&mut self, paint: Paint, text: &str) -> io::Result<()> {
        let style = match paint {
            _ if !self.colour => Ansi::new(),
            Paint::Head => Ansi::new().bold(),
            Paint::Place => AnsiColor::Cyan.on_default(),
            Paint::Same => Ansi::new(),
            Paint::Less => AnsiColor::Red.on_default(),
            Paint::More => AnsiColor::Green.on_default(),
        };
        let (text, end) = text.split_at(text.trim_end_matches(['\r', '\n']).len());
        write!(self.out, "{style}{text}{style:#}{end}")
    }
}

/// Lines as a diff counts them: the first from one, and how many.
fn range(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        len => format!("{},{len}", lines.start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str, changes: &[(Range<usize>, Range<usize>)], expected: &str) {
        let changes = changes.iter().cloned();
        let fix = FileFix {
            path: "a.py".into(),
            changes: changes
                .map(|(before, after)| Change { before, after })
                .collect(),
            before: before.into(),
            after: after.into(),
            ..FileFix::default()
        };
        let mut out = Vec::new();
        write(&[fix], Style::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, format!("--- a/a.py\n+++ b/a.py\n{expected}"));
    }

    #[test]
    fn a_change_has_lines_around_it() {
        check(
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
            "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
            &[(4..5, 4..5)],
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n",
        );
    }

    #[test]
    fn changes_far_apart_are_hunks_of_their_own() {
        let before: Vec<String> = (1..=20).map(|n: u32| n.to_string()).collect();
        let before = before.join("\n") + "\n";
        let after = before.replace("2\n3", "a\n3").replace("18\n", "");
        check(
            &before,
            &after,
            &[(1..2, 1..2), (17..18, 17..17)],
            "@@ -1,5 +1,5 @@\n 1\n-2\n+a\n 3\n 4\n 5\n@@ -15,6 +15,5 @@\n 15\n 16\n 17\n-18\n 19\n 20\n",
        );
    }

    #[test]
    fn lines_of_a_change_that_stay_are_shown_once() {
        check(
            "a\nb\n",
            "a\nc\nb\n",
            &[(0..2, 0..3)],
            "@@ -1,2 +1,3 @@\n a\n+c\n b\n",
        );
    }

    #[test]
    fn a_text_without_line_end_is_marked_and_line_ends_are_kept() {
        check(
            "a\r\nb",
            "x\r\nb",
            &[(0..1, 0..1)],
            "@@ -1,2 +1,2 @@\n-a\r\n+x\r\n b\n\\ No newline at end of file\n",
        );
        check("a\n", "", &[(0..1, 0..0)], "@@ -1 +0,0 @@\n-a\n");
    }

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        check(
            "\u{1b}[2J\ta\n::error::b\n",
            "\u{1b}[2J\tx\n::error::b\n",
            &[(0..1, 0..1)],
            "@@ -1,2 +1,2 @@\n-\\u{1b}[2J\ta\n+\\u{1b}[2J\tx\n \\u{3a}:error::b\n",
        );
    }
}
