//! `aiscan rules list`: the rules that a scan would run.

use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;

use super::{CliError, ExitStatus, Ui};
use crate::cli::load::{self, RuleArgs};
use crate::report::text::{LineGuard, first_sentence, one_line};
use crate::rule::Meta;

/// List the rules that a scan would run, by id
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    rules: RuleArgs,
}

pub(crate) fn run(args: &ListArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    let rules = load::rules(&args.rules, false)?.set;
    ui.stdout(|out| {
        let mut out = LineGuard::new(out);
        write(rules.metas(), &mut out)?;
        out.flush()
    })?;
    Ok(ExitStatus::Passed)
}

fn write(metas: &[Arc<Meta>], out: &mut dyn Write) -> io::Result<()> {
    let mut metas: Vec<&Meta> = metas.iter().map(Arc::as_ref).collect();
    metas.sort_by(|a, b| (&a.id, &a.file).cmp(&(&b.id, &b.file)));
    let ids = metas.iter().map(|meta| meta.id.chars().count());
    let width = ids.max().unwrap_or(0).min(60);
    for meta in metas {
        writeln!(
            out,
            "{:width$}  {:8}  {:6}  {}",
            one_line(&meta.id),
            meta.severity,
            meta.confidence,
            first_sentence(&meta.message),
        )?;
    }
    Ok(())
}
