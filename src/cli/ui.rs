//! Terminal manners: colour, width, how much is told, and the only writers to the process's streams.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::sync::Arc;

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style as Ansi};
use clap::{Args, ValueEnum};

use super::{CliError, ExitStatus};
use crate::report::text::{LineGuard, escape};
use crate::report::{Detail, Style, timings};
use crate::rule::Meta;
use crate::timing::Sheet;

/// Lines are no wider than this on the widest terminal, and this wide where there is none.
const MAX_WIDTH: usize = 140;

#[derive(Clone, Debug, Args)]
pub(crate) struct UiArgs {
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Terminal"
    )]
    color: Color,
    /// Tell findings and what was not examined, and nothing else
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Terminal"
    )]
    quiet: bool,
    /// Tell also what was silenced, and every file that was left out or not examined
    #[arg(short, long, global = true, help_heading = "Terminal")]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// What was found out once about the terminal and how to speak to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ui {
    /// How reports on standard output look.
    pub(crate) style: Style,
    /// Whether a person watches standard error.
    pub(crate) interactive: bool,
    error_colour: bool,
}

/// Whether the reader of standard output was there until the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    Done,
    /// The reader went away, as `head` does, which is its right.
    Closed,
}

impl Ui {
    pub(crate) fn new(args: &UiArgs) -> Ui {
        let choice = |auto: ColorChoice| match args.color {
            Color::Auto => auto != ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
        };
        // What is piped or redirected looks the same whatever terminal stands by.
        let size = terminal_size::terminal_size().filter(|_| io::stdout().is_terminal());
        let width = size.map(|(width, _)| usize::from(width.0));
        Ui {
            style: Style {
                colour: choice(anstream::AutoStream::choice(&io::stdout())),
                width: width.unwrap_or(MAX_WIDTH).clamp(40, MAX_WIDTH),
                detail: match (args.quiet, args.verbose) {
                    (true, _) => Detail::Quiet,
                    (false, true) => Detail::Verbose,
                    (false, false) => Detail::Normal,
                },
            },
            interactive: io::stderr().is_terminal() && std::env::var_os("CI").is_none(),
            error_colour: choice(anstream::AutoStream::choice(&io::stderr())),
        }
    }

    /// How reports in files look: the same everywhere.
    pub(crate) fn file_style(&self) -> Style {
        Style {
            colour: false,
            width: MAX_WIDTH,
            detail: self.style.detail,
        }
    }

    /// Hands standard output to `emit`, the one way to write there.
    pub(crate) fn stdout(
        &self,
        emit: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Delivery, CliError> {
        let stdout = io::stdout().lock();
        let written = if self.style.colour {
            emit_buffered(anstream::AutoStream::always(stdout), emit)
        } else {
            emit_buffered(stdout, emit)
        };
        match written {
            Ok(()) => Ok(Delivery::Done),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Delivery::Closed),
            Err(error) => Err(CliError::new(
                format!("cannot write to standard output: {error}"),
                "see that there is room where it goes",
            )),
        }
    }

    /// Tells an error on standard error. That it may not be possible changes nothing.
    pub(crate) fn error(&self, error: &CliError) {
        let (red, cyan) = (
            AnsiColor::Red.on_default().bold(),
            AnsiColor::Cyan.on_default().bold(),
        );
        self.say("error", red, &error.message);
        if let Some(help) = &error.help {
            self.say(" help", cyan, help);
        }
    }

    /// Tells something beside the result on standard error, unless only the result is asked for.
    pub(crate) fn note(&self, text: &str) {
        if self.style.detail != Detail::Quiet {
            self.say("note", AnsiColor::Green.on_default().bold(), text);
        }
    }

    /// Tells on standard error where the work went. That it may not be possible changes nothing.
    pub(crate) fn timings(&self, sheet: &Sheet, rules: &[Arc<Meta>]) {
        let mut stderr = LineGuard::new(io::stderr().lock());
        let _ = timings::write(sheet, rules, self.style.detail, &mut stderr)
            .and_then(|()| stderr.flush());
    }

    fn say(&self, word: &str, style: Ansi, text: &str) {
        let style = if self.error_colour {
            style
        } else {
            Ansi::new()
        };
        let mut lines = text.lines().map(escape);
        let mut message = format!(
            "{style}{word}{style:#}: {}\n",
            lines.next().unwrap_or_default()
        );
        for line in lines {
            let _ = writeln!(message, "       {line}");
        }
        let mut stderr = LineGuard::new(anstream::AutoStream::always(io::stderr().lock()));
        let _ = stderr
            .write_all(message.as_bytes())
            .and_then(|()| stderr.flush());
    }
}

/// Tells what clap says of the arguments: help and versions on standard output, which succeed, and
/// refusals on standard error.
pub(super) fn refuse(refusal: &clap::Error) -> ExitStatus {
    let _ = refusal.print();
    if refusal.use_stderr() {
        ExitStatus::Unknown
    } else {
        ExitStatus::Passed
    }
}

fn emit_buffered(
    out: impl Write,
    emit: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let emitted = emit(&mut out).and_then(|()| out.flush());
    // What is left after an error must not be written once more on the way out.
    drop(out.into_parts());
    emitted
}
