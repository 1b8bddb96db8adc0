//! The demo: a broker in this process, a quiet day of made posts, then three events, live.
//!
//! In: how fast event time runs. Out: alerts.
//! Rule: the quiet day is written before the stages start, so that they find it as a backlog, as after
//! an outage; then posts come by the clock. Nothing is kept: the broker is in memory.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::clock;
use crate::config::{Config, Delivery};
use crate::desk::Clock;
use crate::log::kafka::embedded::EmbeddedBroker;
use crate::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use crate::log::{Log, LogError, Outgoing};
use crate::post::{EventTime, FeedKind};
use crate::simulate::{
    DEMO_HISTORY, DEMO_LENGTH, DEMO_SCRIPT, MadePost, Script, ScriptError, Settings, Simulation,
};

/// Partitions of each Kafka topic of the demo.
const PARTITIONS: u16 = 4;
/// Posts a second of the quiet day.
const RATE: f64 = 0.5;
/// Posts that are written in one commit.
const POSTS_PER_COMMIT: usize = 2_000;
const TICK: Duration = Duration::from_millis(100);

/// Why the demo could not go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The broker in this process.
    #[error(transparent)]
    Log(#[from] LogError),
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

/// The broker and the posts of one demo.
pub struct Demo {
    // Held so that it lives as long as the demo.
    _broker: EmbeddedBroker,
    config: Arc<Config>,
    posts: std::iter::Peekable<Simulation>,
    log: KafkaLog,
    written: u64,
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
        broker.create(&config.kafka.counts, u32::from(PARTITIONS))?;
        broker.create(&config.kafka.signals, 1)?;
        broker.create(&config.kafka.alerts, 1)?;
        let history_ms = i64::try_from(DEMO_HISTORY.as_millis()).unwrap_or(i64::MAX);
        let posts = Simulation::new(&Settings {
            seed: 1,
            start: now.plus_millis(-history_ms),
            length: DEMO_LENGTH,
            rate: RATE,
            script: Script::from_toml(DEMO_SCRIPT)?,
        })?;
        let subscription = Subscription {
            stage: "simulate".into(),
            names: Vec::new(),
        };
        let log = KafkaLog::connect(&KafkaSettings::new(&config.kafka), &subscription)?;
        let config = Arc::new(config);
        let mut demo = Self {
            _broker: broker,
            config,
            posts: posts.peekable(),
            log,
            written: 0,
        };
        while demo.write_until(now)? {}
        Ok(demo)
    }

    /// The configuration with the demo's broker in it.
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Plays the rest by `clock`, until `stop` hears something or its other end is gone.
    pub fn play(mut self, clock: &Clock, stop: &Receiver<()>) -> Result<(), DemoError> {
        loop {
            self.write_until(clock())?;
            match stop.recv_timeout(TICK) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(self.log.close(Duration::from_secs(5))?)
    }

    /// Writes what is due at `now`; whether there may be more.
    fn write_until(&mut self, now: EventTime) -> Result<bool, LogError> {
        self.log.begin()?;
        let mut count = 0;
        while count < POSTS_PER_COMMIT
            && let Some(post) = self.posts.next_if(|post| post.at <= now)
        {
            let record = self.record(post);
            self.log.append(record)?;
            count += 1;
        }
        self.log.commit(&[])?;
        Ok(count == POSTS_PER_COMMIT)
    }

    fn record(&mut self, post: MadePost) -> Outgoing {
        self.written += 1;
        let partition = u32::try_from(self.written % u64::from(PARTITIONS)).unwrap_or(0);
        Outgoing {
            name: self.feed(post.kind),
            partition: Some(partition),
            key: None,
            value: Some(post.line.into_bytes()),
            headers: Vec::new(),
            timestamp: Some(post.at),
        }
    }

    fn feed(&self, kind: FeedKind) -> Arc<str> {
        let feeds = &self.config.feeds;
        let feed = feeds
            .iter()
            .find(|feed| feed.kind == kind)
            .or(feeds.first());
        feed.map_or("feeds.social", |feed| feed.name.as_str())
            .into()
    }
}
