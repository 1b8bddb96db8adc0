//! `check-config`: every mistake at once, or what the configuration changes.
//!
//! In: a file. Out: the values that differ from the defaults; or the mistakes, and exit code 2.
//! Rule: the environment, `--set` and the files of secrets count as they would for the service.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::config::{Config, Difference};
use crate::desk::Access;
use crate::service::{lists, notify_addresses};

const EXAMPLES: &str = "\
Examples:
  kentongan check-config kentongan.toml
  kentongan check-config kentongan.toml --set kafka.brokers=kafka-0:9092
  KENTONGAN__HTTP__LISTEN=0.0.0.0:8080 kentongan check-config kentongan.toml

Prints the values that differ from the defaults, secrets as ***. With mistakes
it names all of them, each with its line, its key and what to write instead,
and ends with exit code 2.";

/// Name every mistake in a configuration, or show what it changes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Configuration file (TOML)
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Loads the file under the other layers and prints what it changes.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let config = context.load(Some(&arguments.file))?;
    config.privacy.account_secret()?;
    if !config.http.tokens_file.is_empty() {
        Access::of(&config.http)?;
    }
    lists::load(&config)?;
    notify_addresses::check(&config)?;
    let default = Config::built_in()?;
    context.print(&summary(&config.differences(&default), &config.digest()))
}

fn summary(differences: &[Difference], digest: &str) -> String {
    let title = match differences.len() {
        0 => "every value is the default".to_owned(),
        1 => "1 value differs from the defaults".to_owned(),
        count => format!("{count} values differ from the defaults"),
    };
    let mut lines = vec![format!("# configuration {digest}: {title}")];
    lines.extend(differences.iter().map(line));
    lines.join("\n") + "\n"
}

fn line(difference: &Difference) -> String {
    let Difference {
        key,
        value,
        default,
    } = difference;
    if default.is_empty() {
        format!("{key} = {value}")
    } else {
        format!("{key} = {value}  # default {default}")
    }
}
