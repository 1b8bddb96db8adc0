//! The demo: a broker in this process, a quiet day of made posts, then three events and a hoax, live.
//!
//! In: how fast event time runs. Out: alerts, and word of each event when it really begins.
//! Rule: the quiet day is written before the stages start, so that they find it as a backlog, as after
//! an outage; then posts come by the clock. Nothing is kept: the broker is in memory.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::clock;
use super::feeder::{Feeder, FeederError, RecordTime};
use crate::config::{Config, Delivery};
use crate::desk::Clock;
use crate::log::kafka::embedded::EmbeddedBroker;
use crate::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use crate::log::{Log, LogError, Outgoing};
use crate::post::EventTime;
use crate::simulate::{
    DEMO_FACT_CHECK, DEMO_HISTORY, DEMO_HOAX, DEMO_LENGTH, DEMO_SCRIPT, Script, ScriptError,
    Settings, Simulation, Truth,
};

/// Partitions of each Kafka topic of the demo.
const PARTITIONS: u16 = 4;
/// The feed of fact-checks where the configuration names none.
const FACT_CHECKS: &str = "feeds.factcheck";
/// Posts a second of the quiet day.
const RATE: f64 = 0.5;
const TICK: Duration = Duration::from_millis(100);

/// Why the demo could not go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The broker in this process.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The feeds.
    #[error(transparent)]
    Feeder(#[from] FeederError),
    /// The built-in script.
    #[error("reading the demo's script")]
    Script(#[from] ScriptError),
}

/// A clock that runs `speed` times as fast as the wall's from now on.
pub fn fast_clock(speed: u32) -> Clock {
    let began = clock::now();
    Arc::new(move || {
        let passed = clock::now().millis_since(began);
        began.plus_millis(passed.saturating_mul(i64::from(speed)))
    })
}

/// Writes the one fact-check, as if it had arrived at `at`.
fn write_fact_check(config: &Config, at: EventTime) -> Result<(), LogError> {
    let subscription = Subscription {
        stage: "fact-check".into(),
        names: Vec::new(),
    };
    let mut log = KafkaLog::connect(&KafkaSettings::new(&config.kafka), &subscription)?;
    log.begin()?;
    log.append(Outgoing {
        name: config.claims.feed.as_str().into(),
        partition: Some(0),
        key: None,
        value: Some(DEMO_FACT_CHECK.trim().as_bytes().to_vec()),
        headers: Vec::new(),
        timestamp: Some(at),
    })?;
    log.commit(&[])
}

/// The broker and the posts of one demo.
pub struct Demo {
    // Held so that it lives as long as the demo.
    _broker: EmbeddedBroker,
    config: Arc<Config>,
    posts: std::iter::Peekable<Simulation>,
    /// What has not begun yet, in time order.
    to_come: VecDeque<Truth>,
    feeder: Feeder<KafkaLog>,
}

impl Demo {
    /// Starts the broker and writes the quiet day that ends at `now`.
    pub fn prepare(config: &Config, now: EventTime) -> Result<Self, DemoError> {
        let broker = EmbeddedBroker::start()?;
        let mut config = config.clone();
        config.kafka.brokers = broker.bootstrap()?;
        config.kafka.counts_partitions = PARTITIONS;
        // The embedded broker knows no transactions.
        config.kafka.delivery = Delivery::AtLeastOnce;
        for feed in &config.feeds {
            broker.create(&feed.name, u32::from(PARTITIONS))?;
            broker.create(&format!("{}.dlq", feed.name), 1)?;
        }
        if config.claims.feed.is_empty() {
            FACT_CHECKS.clone_into(&mut config.claims.feed);
        }
        broker.create(&config.claims.feed, 1)?;
        broker.create(&format!("{}.dlq", config.claims.feed), 1)?;
        broker.create(&config.kafka.counts, u32::from(PARTITIONS))?;
        broker.create(&config.kafka.signals, 1)?;
        broker.create(&config.kafka.actions, 1)?;
        broker.create(&format!("{}.dlq", config.kafka.actions), 1)?;
        broker.create(&config.kafka.alerts, 1)?;
        broker.create(&config.kafka.pulse, 1)?;
        if !config.alert.cap_topic.is_empty() {
            broker.create(&config.alert.cap_topic, 1)?;
        }
        let history_ms = i64::try_from(DEMO_HISTORY.as_millis()).unwrap_or(i64::MAX);
        write_fact_check(&config, now.plus_millis(-history_ms))?;
        let posts = Simulation::new(&Settings {
            seed: 1,
            start: now.plus_millis(-history_ms),
            length: DEMO_LENGTH,
            rate: RATE,
            script: Script::from_toml(&format!("{DEMO_SCRIPT}\n{DEMO_HOAX}"))?,
        })?;
        let mut to_come = posts.truths().to_vec();
        to_come.sort_by_key(|truth| truth.onset_at);
        let feeder = Feeder::connect(&config, RecordTime::Posted)?;
        let config = Arc::new(config);
        let mut demo = Self {
            _broker: broker,
            config,
            to_come: to_come.into(),
            posts: posts.peekable(),
            feeder,
        };
        demo.write_until(now)?;
        Ok(demo)
    }

    /// The configuration with the demo's broker in it.
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Plays the rest by `clock`, until `stop` hears something or its other end is gone; `begins` is
    /// told of each event when its time has come.
    pub fn play(
        mut self,
        clock: &Clock,
        stop: &Receiver<()>,
        begins: &mut dyn FnMut(&Truth),
    ) -> Result<(), DemoError> {
        loop {
            let now = clock();
            while let Some(truth) = self.to_come.pop_front_if(|truth| truth.onset_at <= now) {
                begins(&truth);
            }
            self.write_until(now)?;
            match stop.recv_timeout(TICK) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(self.feeder.close()?)
    }

    /// Writes what is due at `now`.
    fn write_until(&mut self, now: EventTime) -> Result<(), FeederError> {
        while let Some(post) = self.posts.next_if(|post| post.at <= now) {
            self.feeder.add(post)?;
        }
        self.feeder.flush()
    }
}
