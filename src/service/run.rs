//! The service: a thread for each stage, one for the alerts, one for the port.
//!
//! In: a configuration, the roles to play, a clock. Out: a running [`Service`].
//! Rule: a stage that ends unasked ends the service; stopping goes in the order of the post's path,
//! each step under a deadline.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::detect_stage::DetectStage;
use super::ingest_stage::IngestStage;
use super::lists::{self, Watch};
use super::observe::{self, FeedStatements};
use super::rendering;
use super::stage::{Stage, commit, turn};
use super::triage_stage::TriageStage;
use crate::alert::Alert;
use crate::config::Config;
use crate::desk::{Clock, Desk, Health, Limits, router};
use crate::feed::AccountKey;
use crate::ingest::Ingest;
use crate::log::kafka::catalogue::Catalogue;
use crate::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use crate::log::{Event, Log, LogError};
use crate::metrics::Metrics;

/// Longest wait of one poll.
const POLL: Duration = Duration::from_millis(100);
/// Longest time that one client may take to close.
const CLOSE: Duration = Duration::from_secs(8);
/// A stage whose loop has not turned for so long makes the process dead, milliseconds.
const PATIENCE_MS: u32 = 60_000;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Posts to counts.
    Ingest,
    /// Counts to signals.
    Detect,
    /// Signals to alerts.
    Triage,
    /// The page, the API.
    Desk,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Detect, Self::Triage, Self::Desk];
}

/// Why the service could not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The lists of the gate and the watch topics.
    #[error("loading the lists")]
    Lists(#[from] lists::ListsError),
    /// The words of alerts.
    #[error("loading the words of alerts")]
    Words(#[from] crate::alert::WordsError),
    /// A metric.
    #[error("building the metrics")]
    Metrics(#[from] prometheus::Error),
    /// The port.
    #[error("listening on {listen}: is the port taken? choose another with --set http.listen=...")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// A thread.
    #[error("starting the thread {name}")]
    Thread {
        /// Its name.
        name: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// A Kafka topic is missing.
    #[error("the Kafka topic {name} does not exist: create it with `kentongan topics --create`")]
    Missing {
        /// The Kafka topic.
        name: String,
    },
}

/// Told of every alert that is read from the log.
pub type OnAlert = Box<dyn FnMut(&Alert) + Send>;

/// What the threads share.
pub(super) struct Shared {
    pub(super) config: Arc<Config>,
    pub(super) settings: KafkaSettings,
    pub(super) clock: Clock,
    pub(super) health: Arc<Health>,
    pub(super) metrics: Metrics,
    pub(super) feeds: RwLock<FeedStatements>,
    stop: AtomicBool,
    ended: Sender<Result<(), ServiceError>>,
}

/// A running service.
pub struct Service {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    ended: Receiver<Result<(), ServiceError>>,
    listening: SocketAddr,
}

impl Service {
    /// Starts the threads of `roles`.
    pub fn start(
        config: &Arc<Config>,
        roles: &[Role],
        key: &AccountKey,
        clock: Clock,
        on_alert: OnAlert,
    ) -> Result<Self, ServiceError> {
        let settings = KafkaSettings::new(&config.kafka);
        let registry = prometheus::Registry::new();
        let metrics = Metrics::new(&registry, &observe::known(config))?;
        metrics.budget.set(config.detect.false_incidents_per_day);
        let health = Arc::new(Health::new(PATIENCE_MS));
        let desk = Desk::new(
            Limits::default(),
            Arc::clone(&health),
            registry,
            metrics.clone(),
            Arc::clone(&clock),
        );
        let (sender, ended) = mpsc::channel();
        let shared = Arc::new(Shared {
            config: Arc::clone(config),
            settings,
            clock,
            health,
            metrics,
            feeds: RwLock::default(),
            stop: AtomicBool::new(false),
            ended: sender,
        });
        let partitions = partitions(&shared, config)?;
        let desk = Arc::new(desk);
        let listener = listen(config.http.listen)?;
        let listening = listener.local_addr().unwrap_or(config.http.listen);
        let mut threads = Vec::new();
        for &role in roles {
            threads.push(match role {
                Role::Ingest => {
                    let stage = ingest_stage(config, key, &partitions)?;
                    let names = config.feeds.iter().map(|feed| feed.name.as_str().into());
                    let mut watch = Watch::new(config);
                    spawn_stage(&shared, stage, names.collect(), move |shared, stage| {
                        observe::ingest(shared, stage);
                        if let Some(lists) = watch.changed(&shared.config, (shared.clock)()) {
                            stage.use_lists(lists, &shared.config);
                        }
                    })?
                }
                Role::Detect => {
                    let stage =
                        DetectStage::new(Arc::clone(config), config.kafka.counts_partitions);
                    let names = vec![config.kafka.counts.as_str().into()];
                    spawn_stage(&shared, stage, names, observe::detect)?
                }
                Role::Triage => {
                    let stage = TriageStage::new(Arc::clone(config), rendering(config)?);
                    let names = vec![config.kafka.signals.as_str().into()];
                    spawn_stage(&shared, stage, names, |_, _| ())?
                }
                Role::Desk => continue,
            });
        }
        let reader = Arc::clone(&shared);
        let read_desk = Arc::clone(&desk);
        threads.push(spawn("alerts", move || {
            read_alerts(&reader, &read_desk, on_alert);
        })?);
        let server = Arc::clone(&shared);
        threads.push(spawn("http", move || serve(&server, &desk, listener))?);
        Ok(Self {
            shared,
            threads,
            ended,
            listening,
        })
    }

    /// The address of the page, the metrics and the probes.
    pub fn listening(&self) -> SocketAddr {
        self.listening
    }

    /// Waits at most `wait` for the service to end by itself, which is always a failure.
    pub fn ended(&self, wait: Duration) -> Option<Result<(), ServiceError>> {
        self.ended.recv_timeout(wait).ok()
    }

    /// Stops: not ready, stages commit and leave, the port last.
    pub fn stop(self) {
        self.shared.health.stop();
        self.shared.stop.store(true, Ordering::Release);
        for thread in self.threads {
            let name = thread.thread().name().unwrap_or("?").to_owned();
            if thread.join().is_ok() {
                tracing::info!(thread = name, "stopped");
            } else {
                tracing::error!(thread = name, "panicked");
            }
        }
    }
}

impl Shared {
    fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Ends the service. Nobody listens any more when it is stopping already.
    fn end(&self, result: Result<(), ServiceError>) {
        self.ended.send(result).ok();
    }
}

/// The first stage with the lists of the desk.
fn ingest_stage(
    config: &Config,
    key: &AccountKey,
    partitions: &[u32],
) -> Result<IngestStage, ServiceError> {
    let lists = lists::load(config)?;
    let mut ingest = Ingest::new(config, key.clone(), lists.gate, partitions);
    ingest.use_watchlist(&config.topics, lists.watchlist);
    Ok(IngestStage::new(
        config,
        ingest,
        config.kafka.counts_partitions,
    ))
}

fn partitions(shared: &Shared, config: &Config) -> Result<Vec<u32>, ServiceError> {
    let catalogue = Catalogue::connect(&shared.settings, config.kafka.replication_factor)?;
    let names: Vec<&str> = config.feeds.iter().map(|feed| feed.name.as_str()).collect();
    let counts = catalogue.partition_counts(&names)?;
    let found = names.iter().zip(counts).map(|(name, count)| {
        count.ok_or_else(|| ServiceError::Missing {
            name: (*name).to_owned(),
        })
    });
    found.collect()
}

/// The configured port, or the next free ones where the port is not taken on purpose.
fn listen(address: SocketAddr) -> Result<std::net::TcpListener, ServiceError> {
    let bind = || {
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().map_err(|source| ServiceError::Listen {
        listen: address,
        source,
    })
}

fn spawn(
    name: &'static str,
    body: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, ServiceError> {
    let builder = thread::Builder::new().name(name.to_owned());
    builder
        .spawn(body)
        .map_err(|source| ServiceError::Thread { name, source })
}

fn spawn_stage<S: Stage + Send + 'static>(
    shared: &Arc<Shared>,
    mut stage: S,
    names: Vec<Arc<str>>,
    observe: impl FnMut(&Shared, &mut S) + Send + 'static,
) -> Result<JoinHandle<()>, ServiceError> {
    let shared = Arc::clone(shared);
    let name = stage.name();
    spawn(name, move || {
        let result = drive(&shared, &mut stage, names, observe);
        shared.health.leave(name);
        if let Err(error) = result {
            shared.end(Err(error.into()));
        }
    })
}

fn drive<S: Stage>(
    shared: &Shared,
    stage: &mut S,
    names: Vec<Arc<str>>,
    mut observe: impl FnMut(&Shared, &mut S),
) -> Result<(), LogError> {
    let name = stage.name();
    let subscription = Subscription {
        stage: name.into(),
        names,
    };
    let mut log = KafkaLog::connect(&shared.settings, &subscription)?;
    while !shared.is_stopping() {
        let now = (shared.clock)();
        shared.health.beat(name, now);
        turn(stage, &mut log, now, POLL)?;
        observe(shared, stage);
        for (partition, records) in log.lag() {
            shared
                .metrics
                .set_lag(&partition.name, partition.number, records);
        }
    }
    if !stage.done().is_empty() {
        commit(stage, &mut log, (shared.clock)())?;
    }
    log.close(CLOSE)
}

/// Reads every alert that the log holds, for the page and for `on_alert`. The group is this
/// process's own and commits nothing: the page of every replica shows the same.
fn read_alerts(shared: &Shared, desk: &Desk, mut on_alert: OnAlert) {
    let names = vec![shared.config.kafka.alerts.as_str().into()];
    let stage = format!("desk-{}", std::process::id()).into();
    let mut log = match KafkaLog::connect(&shared.settings, &Subscription { stage, names }) {
        Ok(log) => log,
        Err(error) => return shared.end(Err(error.into())),
    };
    let mut told = None;
    while !shared.is_stopping() {
        let now = (shared.clock)();
        let polled = log.poll(POLL, &mut |event| {
            if let Event::Record(record) = event
                && let Ok(alert) = serde_json::from_slice::<Alert>(record.value.unwrap_or_default())
            {
                observe::alert(&shared.metrics, &alert);
                on_alert(&alert);
                desk.apply(alert);
            }
        });
        if let Err(error) = polled {
            return shared.end(Err(error.into()));
        }
        if told.is_none_or(|told| now.millis_since(told) >= 1_000) {
            told = Some(now);
            let feeds = shared.feeds.read().unwrap_or_else(PoisonError::into_inner);
            desk.tick(now, observe::feed_health(&shared.config, &feeds, now));
        }
    }
    desk.close();
    if let Err(error) = log.close(CLOSE) {
        tracing::warn!(%error, "the reader of alerts did not close");
    }
}

fn serve(shared: &Arc<Shared>, desk: &Arc<Desk>, listener: std::net::TcpListener) {
    let address = shared.config.http.listen;
    let served = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .and_then(|runtime| {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let shared = Arc::clone(shared);
                let stopped = async move {
                    let mut look = tokio::time::interval(POLL);
                    while !shared.is_stopping() {
                        look.tick().await;
                    }
                };
                axum::serve(listener, router(Arc::clone(desk)))
                    .with_graceful_shutdown(stopped)
                    .await
            })
        });
    if let Err(source) = served {
        shared.end(Err(ServiceError::Listen {
            listen: address,
            source,
        }));
    }
}
