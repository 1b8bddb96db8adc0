//! The service: a thread for each stage, one for the alerts, one for each port.
//!
//! In: a configuration, the roles to play, a clock. Out: a running [`Service`].
//! Rule: a stage that ends unasked ends the service; stopping goes in the order of the post's path,
//! each step under a deadline.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::RenderingError;
use super::action_writer::ActionWriter;
use super::alerts_reader;
use super::clock::Stopwatch;
use super::detect_stage::DetectStage;
use super::drive::spawn_stage;
use super::found::{self, Found};
use super::ingest_stage::IngestStage;
use super::keeper::Keeper;
use super::limits;
use super::lists::{self, Watch};
use super::notify_stage::{self, NotifyStage};
use super::observe::{self, FeedStatements};
use super::port::{Port, access, serve};
use super::pulse;
pub use super::service_error::ServiceError;
use super::triage_threads;
use super::trial::FeedTrials;
use crate::alert::{Alert, Words};
use crate::config::{Config, Delivery};
use crate::desk::{CapDocuments, Clock, Desk, Health, Limits};
use crate::feed::AccountKey;
use crate::ingest::Ingest;
use crate::log::kafka::KafkaSettings;
use crate::metrics::Metrics;

/// Longest wait of one poll.
pub(super) const POLL: Duration = Duration::from_millis(100);
/// How long the brokers may be away at the start; less than a supervisor waits for the end.
pub(super) const START: Duration = Duration::from_secs(15);
/// Wait after an error that trying again may heal.
pub(super) const PAUSE: Duration = Duration::from_millis(500);
/// Longest time that one client may take to close.
pub(super) const CLOSE: Duration = Duration::from_secs(8);
/// Longest time that all threads together may take to stop; what still hangs then ends with the
/// process.
const STOP: Duration = Duration::from_secs(25);
/// A stage whose loop has not turned for so long makes the process dead, milliseconds.
const PATIENCE_MS: u32 = 60_000;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Reads the feeds, judges posts and adds them up; processes share the feeds' partitions.
    Ingest,
    /// Notices spikes in the sums; processes share the partitions of counts.
    Detect,
    /// Makes incidents of spikes and writes alerts; one process works, others stand by.
    Triage,
    /// Tells alerts to people and programs outside; each channel keeps its own place.
    Notify,
    /// Shows the page and its API; every process has /metrics, /live and /ready.
    Desk,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [
        Self::Ingest,
        Self::Detect,
        Self::Triage,
        Self::Notify,
        Self::Desk,
    ];
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
    /// Turns of every stage so far.
    pub(super) turns: AtomicU64,
    stop: AtomicBool,
    ended: Sender<Result<(), ServiceError>>,
}

/// A running service.
pub struct Service {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    ended: Receiver<Result<(), ServiceError>>,
    page: Option<SocketAddr>,
    probes: SocketAddr,
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
        let access = access(config, roles)?;
        let settings = KafkaSettings::new(&config.kafka);
        let registry = prometheus::Registry::new();
        let metrics = Metrics::new(&registry, &observe::known(config))?;
        metrics.budget.set(config.detect.false_incidents_per_day);
        limits::state(config, &metrics);
        let health = Arc::new(Health::new(PATIENCE_MS));
        let desk = Desk::new(
            Limits::default(),
            Arc::clone(&health),
            registry,
            metrics.clone(),
            Arc::clone(&clock),
        );
        let words = Words::built_in().map_err(RenderingError::from)?;
        let desk = desk.with_documents(CapDocuments::new(&config.alert.source, words));
        let (sender, ended) = mpsc::channel();
        let shared = Arc::new(Shared {
            config: Arc::clone(config),
            settings,
            clock,
            health,
            metrics,
            feeds: RwLock::default(),
            turns: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            ended: sender,
        });
        let found = found::look(&shared, roles)?;
        let desk = desk.with_actions(Arc::new(ActionWriter::new(config)));
        let desk = desk.with_trials(Arc::new(FeedTrials(Arc::clone(&shared))));
        let desk = Arc::new(desk);
        let probes = Port::of_probes(config, &desk)?;
        let page = access.map(|access| Port::of_page(config, &desk, access));
        let page = page.transpose()?;
        let addresses = (page.as_ref().map(|port| port.address), probes.address);
        let mut threads = Vec::new();
        for &role in roles {
            threads.extend(spawn_role(&shared, role, key, &found)?);
        }
        if roles.contains(&Role::Desk) {
            let reader = alerts_reader::spawn_reader(&shared, &desk, on_alert, found.has_pulse)?;
            threads.push(reader);
        }
        for (name, port) in [("page", page), ("probes", Some(probes))] {
            let Some(port) = port else { continue };
            let server = Arc::clone(&shared);
            threads.push(spawn(name, move || serve(&server, port))?);
        }
        Ok(Self {
            shared,
            threads,
            ended,
            page: addresses.0,
            probes: addresses.1,
        })
    }

    /// The address of the page, if this process has one.
    pub fn page(&self) -> Option<SocketAddr> {
        self.page
    }

    /// The address of the metrics and the probes.
    pub fn probes(&self) -> SocketAddr {
        self.probes
    }

    /// Waits at most `wait` for the service to end by itself, which is always a failure.
    pub fn ended(&self, wait: Duration) -> Option<Result<(), ServiceError>> {
        self.ended.recv_timeout(wait).ok()
    }

    /// Stops: not ready, stages commit and leave, the port last.
    pub fn stop(self) {
        self.shared.health.stop();
        self.shared.stop.store(true, Ordering::Release);
        let watch = Stopwatch::start();
        for thread in self.threads {
            let name = thread.thread().name().unwrap_or("?").to_owned();
            while !thread.is_finished() && watch.elapsed() < STOP {
                thread::park_timeout(POLL);
            }
            if !thread.is_finished() {
                tracing::error!(thread = name, "does not stop and is left behind");
            } else if thread.join().is_ok() {
                tracing::info!(thread = name, "stopped");
            } else {
                tracing::error!(thread = name, "panicked");
            }
        }
    }
}

impl Shared {
    pub(super) fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Ends the service. Nobody listens any more when it is stopping already.
    pub(super) fn end(&self, result: Result<(), ServiceError>) {
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

/// Without transactions a snapshot could include more than what is committed: then there is none.
fn detect_stage(shared: &Shared) -> DetectStage {
    let config = &shared.config;
    let stage = DetectStage::new(Arc::clone(config), config.kafka.counts_partitions);
    match config.kafka.delivery {
        Delivery::AtLeastOnce => stage,
        Delivery::ExactlyOnce => stage.with_keeper(Keeper::of_detect_on_kafka(config)),
    }
}

pub(super) fn spawn(
    name: &'static str,
    body: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, ServiceError> {
    let builder = thread::Builder::new().name(name.to_owned());
    builder
        .spawn(body)
        .map_err(|source| ServiceError::Thread { name, source })
}

/// The threads of one role.
fn spawn_role(
    shared: &Arc<Shared>,
    role: Role,
    key: &AccountKey,
    found: &Found,
) -> Result<Vec<JoinHandle<()>>, ServiceError> {
    let config = &shared.config;
    let thread = match role {
        Role::Ingest => {
            let stage = ingest_stage(config, key, &found.feeds)?;
            let names = config.feeds.iter().map(|feed| feed.name.as_str().into());
            let mut watch = Watch::new(config);
            let mut refusals = BTreeMap::new();
            spawn_stage(shared, stage, names.collect(), move |shared, stage| {
                observe::ingest(shared, stage, &mut refusals);
                if let Some(lists) = watch.changed(&shared.config, (shared.clock)()) {
                    stage.use_lists(lists, &shared.config);
                }
            })?
        }
        Role::Detect => {
            let stage = detect_stage(shared);
            let names = vec![config.kafka.counts.as_str().into()];
            if found.has_pulse {
                let (mut teller, writer) = pulse::spawn_writer(shared)?;
                let thread = spawn_stage(shared, stage, names, move |shared, stage| {
                    observe::detect(shared, stage);
                    teller.tell(shared, stage);
                })?;
                return Ok(vec![thread, writer]);
            }
            spawn_stage(shared, stage, names, observe::detect)?
        }
        Role::Triage => return triage_threads::spawn(shared),
        Role::Notify => return spawn_notify(shared),
        Role::Desk => return Ok(Vec::new()),
    };
    Ok(vec![thread])
}

/// A thread for each address.
fn spawn_notify(shared: &Arc<Shared>) -> Result<Vec<JoinHandle<()>>, ServiceError> {
    let mut threads = Vec::new();
    for stage in notify_stage::stages(&shared.config)? {
        let names = vec![shared.config.kafka.alerts.as_str().into()];
        threads.push(spawn_stage(shared, stage, names, |shared, stage| {
            NotifyStage::tell(stage, shared);
        })?);
    }
    Ok(threads)
}
