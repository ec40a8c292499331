//! Which report goes where, and the writing of all of them.

use std::path::{Path, PathBuf};

use super::{CliError, Ui};
use crate::report::{Emitter, Format, Outcome, Style, diff, write_file};
use crate::scan::FileFix;

/// Where the reports go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// What goes to standard output.
    stdout: Format,
    /// What goes to files.
    files: Vec<(Format, PathBuf)>,
}

impl Plan {
    /// Reads `--format` and every `--output`: a file alone takes the format and leaves standard
    /// output to the report for people; `FORMAT=FILE` leaves it to the format.
    pub(crate) fn new(format: Format, outputs: &[String]) -> Result<Plan, CliError> {
        let mut plan = Plan {
            stdout: format,
            files: Vec::new(),
        };
        for output in outputs {
            let named = output.split_once('=');
            let named = named.and_then(|(name, file)| Some((name.parse().ok()?, file)));
            let (format, file) = named.unwrap_or_else(|| {
                plan.stdout = Format::Human;
                (format, output)
            });
            let path = check_file(output, file)?;
            if plan.files.iter().any(|(_, other)| same_place(other, &path)) {
                return Err(CliError::new(
                    format!("two reports go to `{file}`"),
                    "give each --output a file of its own",
                ));
            }
            plan.files.push((format, path));
        }
        let formats = plan.files.iter().map(|&(format, _)| format);
        for format in formats.chain([plan.stdout]) {
            emitter(format, Style::default())?;
        }
        Ok(plan)
    }

    /// The files that will be written.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.files.iter().map(|(_, path)| path.clone()).collect()
    }

    /// Leaves standard output to a diff, which only the report for people makes room for.
    pub(crate) fn check_diff(&self) -> Result<(), CliError> {
        if self.stdout == Format::Human {
            return Ok(());
        }
        Err(CliError::new(
            format!(
                "`--dry-run` shows a diff where the report in {} is to go",
                self.stdout.name()
            ),
            "write the report to a file by --output FORMAT=FILE, without --format",
        ))
    }

    /// Writes every report, standard output last, where a diff may take the place of the report.
    /// One that fails keeps no other from being written.
    pub(crate) fn deliver(
        &self,
        outcome: &Outcome<'_>,
        diff: Option<&[FileFix]>,
        ui: &Ui,
    ) -> Result<(), Vec<CliError>> {
        let mut errors = Vec::new();
        for (format, path) in &self.files {
            let written = emitter(*format, ui.file_style()).and_then(|emitter| {
                write_file(path, |out| emitter.emit(outcome, out))
                    .map_err(|error| CliError::new(error.to_string(), error.help()))
            });
            errors.extend(written.err());
        }
        let written = match diff {
            Some(fixes) => ui.stdout(|out| diff::write(fixes, ui.style, out)),
            None => emitter(self.stdout, ui.style)
                .and_then(|emitter| ui.stdout(|out| emitter.emit(outcome, out))),
        };
        errors.extend(written.err());
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }
}

fn emitter(format: Format, style: Style) -> Result<Box<dyn Emitter>, CliError> {
    let not_built = || CliError::not_built(&format!("the format `{}`", format.name()));
    format.emitter(style).ok_or_else(not_built)
}

fn check_file(output: &str, file: &str) -> Result<PathBuf, CliError> {
    match file {
        "" => Err(CliError::new(
            format!("`--output {output}` names no file"),
            "write `--output FILE` or `--output FORMAT=FILE`",
        )),
        "-" => Err(CliError::new(
            "`-` is no file for --output",
            "choose what goes to standard output by --format",
        )),
        file => Ok(PathBuf::from(file)),
    }
}

/// Whether two paths name one place. Devices may well take two reports.
fn same_place(a: &Path, b: &Path) -> bool {
    let full = |path: &Path| {
        let folder = path.parent().filter(|parent| *parent != Path::new(""));
        let folder = folder.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    };
    !a.starts_with("/dev") && (a == b || full(a).is_some_and(|a| full(b) == Some(a)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: Format, outputs: &[&str], stdout: Format, files: &[(Format, &str)]) {
        let outputs: Vec<String> = outputs.iter().map(|&output| output.to_owned()).collect();
        let files = files
            .iter()
            .map(|&(format, file)| (format, file.into()))
            .collect();
        assert_eq!(Plan::new(format, &outputs), Ok(Plan { stdout, files }));
    }

    #[test]
    fn the_format_goes_to_standard_output_unless_a_file_takes_it() {
        use Format::{Human, Json, Sarif};
        check(Json, &[], Json, &[]);
        check(Json, &["a"], Human, &[(Json, "a")]);
        check(Human, &["sarif=a"], Human, &[(Sarif, "a")]);
        check(Json, &["sarif=a"], Json, &[(Sarif, "a")]);
        check(Json, &["sarif=a", "b"], Human, &[(Sarif, "a"), (Json, "b")]);
    }

    #[test]
    fn only_names_of_formats_stand_before_a_file() {
        check(
            Format::Human,
            &["xml=a"],
            Format::Human,
            &[(Format::Human, "xml=a")],
        );
        check(
            Format::Human,
            &["sarif=a=b"],
            Format::Human,
            &[(Format::Sarif, "a=b")],
        );
    }

    #[test]
    fn files_have_names_and_each_report_its_own() {
        for outputs in [&["sarif="][..], &["-"], &["sarif=-"], &["a", "json=./a"]] {
            let outputs: Vec<String> = outputs.iter().map(|&output| output.to_owned()).collect();
            assert!(Plan::new(Format::Human, &outputs).is_err(), "{outputs:?}");
        }
    }

    #[test]
    fn formats_that_are_not_built_are_refused_by_name() {
        let refused = Plan::new(Format::Html, &[]).unwrap_err();
        assert_eq!(refused.message, "the format `html` is not built yet");
        assert!(Plan::new(Format::Human, &["markdown=a".into()]).is_err());
    }
}
