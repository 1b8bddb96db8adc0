//! `kentongan schema`: prints the JSON Schema of alerts, or the document around it (`AsyncAPI`).

use std::io::Write;

use anyhow::Context;
use clap::Args;

use crate::alert;

/// Print the JSON Schema of the outbound alert.
#[derive(Debug, Args)]
#[command(after_help = "\
Example: check alerts with a validator of JSON Schema 2020-12
  kentongan schema > alert-v1.schema.json
  kentongan schema | less
Example: the description of the Kafka topic of alerts (AsyncAPI 3.0)
  kentongan schema --asyncapi > asyncapi.json")]
pub struct Arguments {
    #[arg(
        long,
        help = "Print the AsyncAPI 3.0 document of the Kafka topic, which holds the schema"
    )]
    asyncapi: bool,
}

/// Writes the schema to standard output.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let document = if arguments.asyncapi {
        alert::asyncapi()
    } else {
        alert::schema()
    };
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    std::io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .context("writing the schema to standard output")
}
