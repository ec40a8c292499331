//! `aiscan rules schema`: what editors check rule files by.

use clap::Args;

use super::{CliError, ExitStatus, Ui};

/// The syntax of rules. The loader decides; this tells it to editors.
const SCHEMA: &str = include_str!("../../rule/schema.json");

/// Print the JSON Schema of rule files
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {}

pub(crate) fn run(_: &SchemaArgs, ui: &Ui) -> Result<ExitStatus, CliError> {
    ui.stdout(|out| out.write_all(SCHEMA.as_bytes()))?;
    Ok(ExitStatus::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_in_the_schema_leads_to_a_definition() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
        let references = SCHEMA
            .split("\"#")
            .skip(1)
            .map(|rest| &rest[..rest.find('"').unwrap()]);
        for reference in references {
            assert!(schema.pointer(reference).is_some(), "{reference}");
        }
    }
}
