//! `kentongan refold`: is what was committed what the logs say?
//!
//! In: the committed `counts`, `actions`, `signals` and `alerts`. Out: equal, or the first difference.
//! Rule: outputs are read before inputs, so that a running service is no difference.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;

use super::Context;
use crate::alert::HEARTBEAT_KEY;
use crate::config::Config;
use crate::detect::SignalRecord;
use crate::log::Partition;
use crate::log::kafka::KafkaSettings;
use crate::log::kafka::catalogue::Catalogue;
use crate::log::kafka::history::History;
use crate::service::action_stage::{ActionStage, action_place};
use crate::service::detect_stage::DetectStage;
use crate::service::fact_checks;
use crate::service::refold::{Agreement, Difference, Refold};
use crate::service::rendering;
use crate::service::stage::Stage;
use crate::service::triage_stage::TriageStage;
use crate::triage::FactChecks;

/// Fold the committed logs anew and compare with the committed outputs, byte for byte.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kentongan --config kentongan.toml refold
  kentongan --set kafka.brokers=kafka:9092 refold

Use the configuration and the program version that wrote the outputs. The service may run meanwhile:
what it has not committed yet is no difference. Exit code 0: equal; 1: the first difference is shown.")]
pub struct Arguments {}

type Outputs = VecDeque<(u64, Vec<u8>)>;

/// Compares `signals` with `counts` and with `actions`, then `alerts` with `signals`.
pub fn run(context: &Context, _arguments: &Arguments) -> anyhow::Result<()> {
    let config = Arc::new(context.config()?.clone());
    let settings = KafkaSettings::new(&config.kafka);
    let partitions = partitions(&config, &settings)?;
    let detect = History::connect(&settings, "detect")?;
    let triage = History::connect(&settings, "triage")?;
    let actions = History::connect(&settings, "actions")?;
    let kafka = &config.kafka;
    // Positions first, then outputs, then inputs: each later one has at least what the earlier had.
    let triage_done = triage.committed(&partition(&kafka.signals, 0))?;
    let alerts = read_alerts(&triage, &kafka.alerts)?;
    let detect_done = (0..partitions.counts)
        .map(|number| detect.committed(&partition(&kafka.counts, number)))
        .collect::<Result<Vec<u64>, _>>()?;
    let actions_done = (0..partitions.actions)
        .map(|number| actions.committed(&partition(&kafka.actions, number)))
        .collect::<Result<Vec<u64>, _>>()?;
    let Signals {
        mut by_counts,
        mut by_actions,
    } = read_signals(&triage, &kafka.signals)?;

    let mut total = Agreement::default();
    for (number, done) in (0..).zip(detect_done) {
        let stage = DetectStage::new(Arc::clone(&config), kafka.counts_partitions);
        let outputs = by_counts.remove(&number).unwrap_or_default();
        let outputs = (&*kafka.signals, outputs);
        let input = partition(&kafka.counts, number);
        let agreement = refold(&detect, stage, &input, done, outputs)?;
        total.inputs += agreement.inputs;
        total.outputs += agreement.outputs;
    }
    context.print(&format!(
        "{}: {} batches in {} partitions, {} signals: equal\n",
        kafka.counts, total.inputs, partitions.counts, total.outputs
    ))?;
    let mut total = Agreement::default();
    for (number, done) in (0..).zip(actions_done) {
        let outputs = by_actions.remove(&number).unwrap_or_default();
        let outputs = (&*kafka.signals, outputs);
        let input = partition(&kafka.actions, number);
        let agreement = refold(&actions, ActionStage::new(&config), &input, done, outputs)?;
        total.inputs += agreement.inputs;
        total.outputs += agreement.outputs;
    }
    context.print(&format!(
        "{}: {} actions, {} among the signals: equal\n",
        kafka.actions, total.inputs, total.outputs
    ))?;
    let mut stage = TriageStage::new(Arc::clone(&config), rendering(&config)?);
    stage.use_fact_checks(read_fact_checks(&config, &settings)?);
    let input = partition(&kafka.signals, 0);
    let alerts = (&*kafka.alerts, alerts);
    let agreement = refold(&triage, stage, &input, triage_done, alerts)?;
    context.print(&format!(
        "{}: {} signals, {} alerts: equal\n",
        kafka.signals, agreement.inputs, agreement.outputs
    ))
}

/// How many partitions the inputs have.
struct Partitions {
    counts: u32,
    actions: u32,
}

fn partitions(config: &Config, settings: &KafkaSettings) -> anyhow::Result<Partitions> {
    let kafka = &config.kafka;
    let catalogue = Catalogue::connect(settings, kafka.replication_factor)?;
    let names = [
        &*kafka.counts,
        &*kafka.actions,
        &*kafka.signals,
        &*kafka.alerts,
    ];
    let counts = catalogue.partition_counts(&names)?;
    for (name, count) in names.iter().zip(&counts) {
        if count.is_none() {
            bail!("the Kafka topic {name} does not exist: is this the right configuration?");
        }
    }
    match counts.as_slice() {
        &[Some(counts), Some(actions), _, Some(1)] => Ok(Partitions { counts, actions }),
        _ => bail!(
            "{} has more than one partition: their order is not known, so it cannot be compared",
            kafka.alerts
        ),
    }
}

/// The fact-checks as triage had them: those of the file, and every record of the Kafka topic with its arrival.
fn read_fact_checks(
    config: &Config,
    settings: &KafkaSettings,
) -> anyhow::Result<Option<FactChecks>> {
    let Some(mut checks) = fact_checks::load(config)? else {
        return Ok(None);
    };
    let feed = &*config.claims.feed;
    if !feed.is_empty() {
        let catalogue = Catalogue::connect(settings, config.kafka.replication_factor)?;
        let counts = catalogue.partition_counts(&[feed])?;
        let Some(&[Some(partitions)]) = counts.first_chunk() else {
            bail!("the Kafka topic {feed} does not exist: is this the right configuration?");
        };
        let history = History::connect(settings, "factcheck")?;
        let longest = config.claims.max_claim_bytes;
        for number in 0..partitions {
            history.read(&partition(feed, number), 0, &mut |record| {
                fact_checks::take(&record, longest, &mut checks);
            })?;
        }
    }
    Ok(Some(checks))
}

fn refold<S: Stage>(
    history: &History,
    stage: S,
    input: &Partition,
    committed_to: u64,
    (compared, outputs): (&str, Outputs),
) -> anyhow::Result<Agreement> {
    let first = history.first(input)?;
    if first > 0 {
        bail!(
            "partition {} of {} begins at offset {first}: what came before is gone, so the fold \
             cannot be repeated",
            input.number,
            input.name
        );
    }
    let mut refold = Refold::new(stage, input, committed_to, compared, outputs);
    let mut result: Result<(), Difference> = Ok(());
    history.read(input, 0, &mut |record| {
        if result.is_ok() {
            result = refold.fold(record);
        }
    })?;
    let finished = result.and_then(|()| refold.finish());
    finished.with_context(|| format!("partition {} of {}", input.number, input.name))
}

/// What `signals` holds, by the partition that it stems from.
#[derive(Default)]
struct Signals {
    by_counts: BTreeMap<u32, Outputs>,
    by_actions: BTreeMap<u32, Outputs>,
}

/// Committed signals, ticks and actions.
fn read_signals(history: &History, name: &str) -> anyhow::Result<Signals> {
    let mut signals = Signals::default();
    let mut unreadable = None;
    history.read(&partition(name, 0), 0, &mut |record| {
        let value = record.value.unwrap_or_default();
        if let Some((number, _)) = action_place(&record) {
            let outputs = signals.by_actions.entry(number).or_default();
            return outputs.push_back((record.offset, value.to_vec()));
        }
        let number = match serde_json::from_slice::<SignalRecord>(value) {
            Ok(record) => record.partition(),
            Err(error) => {
                unreadable.get_or_insert((record.offset, error));
                return;
            }
        };
        let outputs = signals.by_counts.entry(number).or_default();
        outputs.push_back((record.offset, value.to_vec()));
    })?;
    match unreadable {
        None => Ok(signals),
        Some((offset, error)) => {
            Err(error).with_context(|| format!("offset {offset} of {name} is no signal"))
        }
    }
}

/// Committed alerts; heartbeats are made by a clock and left out.
fn read_alerts(history: &History, name: &str) -> anyhow::Result<Outputs> {
    let mut alerts = Outputs::new();
    history.read(&partition(name, 0), 0, &mut |record| {
        if record.key != Some(HEARTBEAT_KEY.as_bytes()) {
            alerts.push_back((record.offset, record.value.unwrap_or_default().to_vec()));
        }
    })?;
    Ok(alerts)
}

fn partition(name: &str, number: u32) -> Partition {
    Partition {
        name: name.into(),
        number,
    }
}
