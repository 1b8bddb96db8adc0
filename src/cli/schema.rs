//! `kentongan schema`: prints the JSON Schema of alerts.

use std::io::Write;

use anyhow::Context;
use clap::Args;

use crate::alert;

/// Print the JSON Schema of the outbound alert.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: check alerts with a validator of JSON Schema 2020-12
  kentongan schema > alert-v1.schema.json
  kentongan schema | less")]
pub struct Arguments {}

/// Writes the schema to standard output.
pub fn run(_arguments: &Arguments) -> anyhow::Result<()> {
    let mut text = serde_json::to_string_pretty(&alert::schema())?;
    text.push('\n');
    std::io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .context("writing the schema to standard output")
}
