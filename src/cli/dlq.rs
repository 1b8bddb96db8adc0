//! `kentongan dlq replay`: sends refused records back to their feeds.
//!
//! In: `<feed>.dlq`. Out: the records as they came, in their feeds.
//! Rule: under exactly-once delivery each goes back once, however often the command runs or is stopped.

use std::time::Duration;

use anyhow::bail;
use clap::{Args, Subcommand};

use super::{Context, exit};
use crate::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use crate::service::clock;
use crate::service::dead_letters::{ReturnStage, Returned, SUFFIX};
use crate::service::interrupt;
use crate::service::stage::{Stage, turn};

const POLL: Duration = Duration::from_millis(200);
const CLOSE: Duration = Duration::from_secs(5);

/// Look after refused records.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kentongan --config kentongan.toml dlq replay
  kentongan dlq replay --feed feeds.social")]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Send refused records back to their feeds, as they came
    #[command(after_help = "\
Examples:
  kentongan --config kentongan.toml dlq replay
  kentongan dlq replay --feed feeds.social

Run it after what refused them was mended. Each record goes back once: the place is remembered in the
consumer group GROUP-dlq-replay. Records that were cut to 64 KiB stay. A post that is older than
ingest.lateness_ms is late when it comes again.")]
    Replay {
        /// Only this feed; all of them unless told
        #[arg(long, value_name = "FEED")]
        feed: Option<String>,
    },
}

/// Runs until every dead letter was looked at.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let Action::Replay { feed } = &arguments.action;
    let config = context.config()?;
    let names: Vec<_> = config
        .feeds
        .iter()
        .filter(|known| feed.as_ref().is_none_or(|feed| *feed == known.name))
        .map(|known| format!("{}{SUFFIX}", known.name).into())
        .collect();
    if names.is_empty() {
        let feed = feed.as_deref().unwrap_or_default();
        bail!(exit::WrongUse(format!(
            "{feed} is none of the configured feeds: see [[feeds]]"
        )));
    }
    let signals = interrupt::listen()?;
    let mut stage = ReturnStage::default();
    let subscription = Subscription {
        stage: stage.name().into(),
        names,
    };
    let mut log = KafkaLog::connect(&KafkaSettings::new(&config.kafka), &subscription)?;
    while !stage.is_done() {
        if signals.try_recv().is_ok() {
            log.close(CLOSE)?;
            bail!(exit::Interrupted);
        }
        match turn(&mut stage, &mut log, clock::now(), POLL) {
            Err(error) if error.is_transient() => tracing::warn!(%error, "trying again"),
            result => drop(result?),
        }
    }
    log.close(CLOSE)?;
    let Returned { sent, kept } = stage.returned();
    context.print(&format!("{sent} sent back, {kept} kept\n"))
}
