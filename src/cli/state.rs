//! `kentongan state`: what the Kafka topic of snapshots holds.
//!
//! In: the configuration. Out: a table, JSON lines, or tombstones.
//! Rule: `show` and `export` change nothing; `reset` asks to be told twice.
//! Not here: what a snapshot is (`service/snapshots`).

use std::io::{self, Write};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{Context, exit};
use crate::alert::UtcTime;
use crate::config::Config;
use crate::log::kafka::KafkaSettings;
use crate::log::kafka::catalogue::Catalogue;
use crate::log::kafka::history::History;
use crate::service::clock;
use crate::service::shelf::{self, Held, Shown};

/// Show, write out or take away the snapshots of states.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kentongan --config kentongan.toml state show
  kentongan --config kentongan.toml state export > snapshots.jsonl
  kentongan --config kentongan.toml state reset --yes

A snapshot is where the next owner of a partition begins. Nothing is lost without: the owner then
folds again all that `counts` still holds. Reset while no process with the role runs, or the next
snapshot is written right behind it.")]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// A line for each snapshot: whose it is, up to where it goes, how large and how old it is
    Show,
    /// Every record as a JSON line: partition, key, time, value in hexadecimal digits
    Export,
    /// Takes all snapshots away: owners begin with the log
    Reset {
        /// Yes, take them away
        #[arg(long)]
        yes: bool,
    },
}

/// Runs the command.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let config = context.config()?;
    if let What::Reset { yes: false } = arguments.what {
        let problem = "this takes away where processes begin after a restart: say --yes";
        return Err(exit::WrongUse(problem.to_owned()).into());
    }
    let settings = KafkaSettings::new(&config.kafka);
    let partitions = partitions(config, &settings)?;
    let history = History::connect(&settings, "detect")?;
    let name: Arc<str> = config.kafka.snapshots.as_str().into();
    let mut out = io::stdout().lock();
    let mut snapshots = Vec::new();
    for number in 0..partitions {
        let held = shelf::held(&history, &name, number)?;
        match arguments.what {
            What::Show => snapshots.extend(shelf::shown(config, &held)),
            What::Export => export(number, &held, &mut out).map_err(exit::output_error)?,
            What::Reset { .. } if held.is_empty() => {}
            What::Reset { .. } => {
                shelf::take_away(config, number, &held)?;
                writeln!(out, "partition {number}: {} records taken away", held.len())
                    .map_err(exit::output_error)?;
            }
        }
    }
    if let What::Show = arguments.what {
        table(&snapshots, &mut out).map_err(exit::output_error)?;
    }
    Ok(())
}

fn partitions(config: &Config, settings: &KafkaSettings) -> anyhow::Result<u32> {
    let catalogue = Catalogue::connect(settings, config.kafka.replication_factor)?;
    let name = config.kafka.snapshots.as_str();
    let counts = catalogue
        .partition_counts(&[name])
        .with_context(|| format!("looking for the Kafka topics at {}", settings.brokers))?;
    match counts.first() {
        Some(Some(count)) => Ok(*count),
        _ => bail!(
            "the Kafka topic {name} does not exist, or this client's user may not see it: create it with \
             `kentongan topics --create`"
        ),
    }
}

fn export(number: u32, held: &[Held], out: &mut dyn Write) -> io::Result<()> {
    use std::fmt::Write as _;
    for record in held {
        let mut digits = String::with_capacity(record.value.len() * 2);
        for byte in &record.value {
            // Writing to a text cannot fail.
            write!(digits, "{byte:02x}").unwrap_or_default();
        }
        let line = json!({
            "partition": number,
            "key": record.key,
            "written_at": UtcTime::new(record.written_at),
            "value": digits,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn table(snapshots: &[Shown], out: &mut dyn Write) -> io::Result<()> {
    let now = clock::now();
    writeln!(
        out,
        "STAGE   PARTITION  GENERATION      UP TO OFFSET      BYTES   TOPICS  AGE (S)"
    )?;
    for one in snapshots {
        let topics = one
            .topics
            .map_or("-".to_owned(), |topics| topics.to_string());
        let age = now.millis_since(one.written_at) / 1_000;
        let problem = one
            .problem
            .as_ref()
            .map(|problem| format!("  of no use: {problem}"));
        writeln!(
            out,
            "{:7} {:9}  {:10}  {:16}  {:9}  {topics:>7}  {age:>7}{}",
            one.stage,
            one.partition,
            one.generation,
            one.next,
            one.bytes,
            problem.unwrap_or_default()
        )?;
    }
    if snapshots.is_empty() {
        writeln!(out, "no snapshots: owners begin with the log")?;
    }
    Ok(())
}
