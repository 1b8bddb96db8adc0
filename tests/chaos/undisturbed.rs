//! P3: the same posts through one process that nothing disturbs cross the same thresholds.

use std::collections::{BTreeMap, BTreeSet};

use kentongan::detect::{Change, Detector, SignalRecord};
use kentongan::feed::AccountKey;
use kentongan::ingest::{Batch, Ingest, InputId, InputRecord};
use kentongan::post::{EventTime, FeedKind};
use kentongan::relevance::Gate;
use kentongan::service::account_key;
use kentongan::window::Pane;

use crate::posts::PARTITIONS;
use crate::town::{COUNTS_PARTITIONS, Town};

/// The undisturbed process flushes every so often.
const FLUSH_MS: i64 = 500;

/// What a run has noticed.
#[derive(Debug, Default)]
struct Noticed {
    /// Every closed pane, and whether a window that ends with it is a spike.
    panes: BTreeMap<(String, FeedKind, Pane), bool>,
    /// Episodes by topic and onset.
    episodes: BTreeSet<(String, EventTime)>,
}

struct Folds {
    detectors: Vec<Detector>,
    noticed: Noticed,
}

impl Folds {
    fn new(town: &Town) -> Self {
        let partitions = u16::try_from(COUNTS_PARTITIONS).unwrap();
        let new = |number| Detector::new(&town.config, number, partitions);
        Self {
            detectors: (0..COUNTS_PARTITIONS).map(new).collect(),
            noticed: Noticed::default(),
        }
    }

    fn fold(&mut self, number: usize, batch: Batch) {
        let Noticed { panes, episodes } = &mut self.noticed;
        let signals = self.detectors[number].apply(batch, &mut |closed| {
            let key = (closed.topic.as_str().to_owned(), closed.kind, closed.pane);
            panes.insert(key, closed.is_spike);
        });
        for signal in signals {
            if let SignalRecord::Signal(signal) = signal
                && signal.change == Change::Opened
            {
                episodes.insert((signal.topic.as_str().to_owned(), signal.onset_at));
            }
        }
    }
}

/// What the committed counts say.
fn disturbed(town: &Town) -> Noticed {
    let mut folds = Folds::new(town);
    for number in 0..COUNTS_PARTITIONS {
        town.read(&town.config.kafka.counts, number, &mut |record| {
            let batch = Batch::decode(record.value.unwrap()).unwrap();
            folds.fold(number as usize, batch);
        });
    }
    folds.noticed
}

/// One record as it arrived.
type Arrived = (EventTime, InputId, u64, Vec<u8>);

fn arrivals(town: &Town) -> Vec<Arrived> {
    let mut arrivals = Vec::new();
    for (feed, shape) in (0_u8..).zip(&town.config.feeds) {
        for partition in 0..PARTITIONS {
            town.read(&shape.name, partition, &mut |record| {
                let input = InputId { feed, partition };
                let value = record.value.unwrap().to_vec();
                arrivals.push((record.arrived_at, input, record.offset, value));
            });
        }
    }
    arrivals.sort();
    arrivals
}

/// What one process notices that reads every record when it arrives.
fn undisturbed(town: &Town) -> Noticed {
    let mut folds = Folds::new(town);
    let gate = Gate::new(&town.config.relevance).unwrap();
    let key: AccountKey = account_key(&town.config).unwrap();
    let partitions = vec![PARTITIONS; town.config.feeds.len()];
    let mut ingest = Ingest::new(&town.config, key, gate, &partitions);
    for feed in (0_u8..).zip(&town.config.feeds).map(|(feed, _)| feed) {
        for partition in 0..PARTITIONS {
            ingest.assign(InputId { feed, partition }, 0);
        }
    }
    let mut flushed_at = EventTime::MIN;
    for (arrived_at, input, offset, value) in arrivals(town) {
        let decoded = ingest.decode(input.feed, Some(&value));
        ingest.apply(InputRecord {
            input,
            offset,
            arrived_at,
            decoded,
        });
        if flushed_at == EventTime::MIN || arrived_at.millis_since(flushed_at) >= FLUSH_MS {
            flushed_at = arrived_at;
            flush(&mut ingest, &mut folds, arrived_at);
        }
    }
    flush(&mut ingest, &mut folds, flushed_at.plus_millis(FLUSH_MS));
    folds.noticed
}

fn flush(ingest: &mut Ingest, folds: &mut Folds, now: EventTime) {
    let partitions = u16::try_from(COUNTS_PARTITIONS).unwrap();
    for (number, batches) in ingest.flush(now, partitions).into_iter().enumerate() {
        for batch in batches {
            folds.fold(number, batch);
        }
    }
    ingest.settle();
}

pub(crate) fn spikes_and_episodes_are_those_of_an_undisturbed_run(town: &Town) {
    let (found, expected) = (disturbed(town), undisturbed(town));
    let mut compared = 0;
    let mut spikes = 0;
    for (pane, is_spike) in &expected.panes {
        // Where the one run ended, the other may have closed a little less.
        if let Some(found) = found.panes.get(pane) {
            assert_eq!(found, is_spike, "{pane:?}");
            compared += 1;
            spikes += u32::from(*is_spike);
        }
    }
    assert!(compared * 10 > found.panes.len() * 9, "{compared}");
    assert!(spikes > 0, "the burst of the history is no spike");
    // Which partial count was shown first decides when an episode opened, so its borders may differ (P3).
    let topics = |noticed: &Noticed| -> Vec<String> {
        let episodes = noticed.episodes.iter();
        episodes.map(|(topic, _)| topic.clone()).collect()
    };
    assert_eq!(topics(&found), topics(&expected));
    eprintln!(
        "undisturbed: {compared} panes, {spikes} of them spikes, and {} episodes, all the same",
        found.episodes.len()
    );
}
