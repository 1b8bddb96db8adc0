//! Tries a watch topic on the newest posts that the feeds hold: a small back-test beside the service.
//!
//! In: the words of a watch topic. Out: the posts that it matches, the incidents that it would have opened.
//! Rule: reads beside every group and commits nothing; what it holds is bounded by [`POSTS_MAX`] and
//! [`BYTES_MAX`]. The same posts and words give the same answer as `replay`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::replay::{Recorded, Replay};
use super::run::Shared;
use super::{lists, rendering};
use crate::alert::{Alert, UtcTime};
use crate::config::{Config, Format};
use crate::desk::{NoTrial, Trial, TrialIncident, Trials, WatchDraft};
use crate::detect::Constants;
use crate::feed::{AccountKey, Decoder};
use crate::log::Partition;
use crate::log::kafka::catalogue::Catalogue;
use crate::log::kafka::history::History;
use crate::post::{EventTime, FeedKind, Post};
use crate::relevance::Reading;
use crate::topic::{Extractor, PostTopics, Watchlist, watch_entry};

/// Most posts that are looked at.
const POSTS_MAX: u64 = 200_000;
/// Most bytes of them.
const BYTES_MAX: usize = 256 * 1024 * 1024;
/// Most incidents and parts of the time that are told.
const INCIDENTS_MAX: usize = 50;
const PARTS: i64 = 96;

/// Tries watch topics for the desk.
pub(super) struct FeedTrials(pub(super) Arc<Shared>);

/// One record of a feed.
struct Held {
    format: Format,
    kind: FeedKind,
    value: Vec<u8>,
}

impl Trials for FeedTrials {
    fn attempt(&self, draft: &WatchDraft) -> Result<Trial, NoTrial> {
        let config = &self.0.config;
        let toml = watch_entry(&draft.id, &draft.any, &draft.all, &draft.none);
        let watchlist = || Watchlist::parse(&toml).map_err(|error| NoTrial::Wrong(reasons(&error)));
        watchlist()?;
        let held = self.newest()?;
        let posts = decoded(config, &held);
        let mut trial = empty(&posts, &toml);
        count(config, watchlist()?, draft, &posts, &mut trial)?;
        trial.incidents = fold(config, watchlist()?, draft, posts)?;
        Ok(trial)
    }
}

impl FeedTrials {
    /// The newest records of every feed.
    fn newest(&self) -> Result<Vec<Held>, NoTrial> {
        let failed = |error: crate::log::LogError| NoTrial::Failed(error.to_string());
        let (config, settings) = (&self.0.config, &self.0.settings);
        let catalogue = Catalogue::connect(settings, config.kafka.replication_factor);
        let names: Vec<&str> = config.feeds.iter().map(|feed| &*feed.name).collect();
        let counts = catalogue
            .and_then(|catalogue| catalogue.partition_counts(&names))
            .map_err(failed)?;
        if let Some((name, _)) = names.iter().zip(&counts).find(|(_, count)| count.is_none()) {
            return Err(NoTrial::Failed(format!(
                "the Kafka topic {name} does not exist, or this client's user may not see it: give the user the \
                 rights of its role (docs/security.md)"
            )));
        }
        let partitions: u32 = counts.iter().flatten().sum();
        let share = POSTS_MAX / u64::from(partitions.max(1));
        let history = History::connect(settings, "desk-trial").map_err(failed)?;
        let (mut held, mut bytes) = (Vec::new(), 0);
        for (feed, count) in config.feeds.iter().zip(counts) {
            for number in 0..count.unwrap_or(0) {
                let partition = Partition {
                    name: feed.name.as_str().into(),
                    number,
                };
                let from = history.last(&partition, share).map_err(failed)?;
                let mut keep = |value: &[u8]| {
                    bytes += value.len();
                    if bytes <= BYTES_MAX {
                        held.push(Held {
                            format: feed.format,
                            kind: feed.kind,
                            value: value.to_vec(),
                        });
                    }
                };
                let read = history.read(&partition, from, &mut |record| {
                    keep(record.value.unwrap_or_default());
                });
                read.map_err(failed)?;
            }
        }
        Ok(held)
    }
}

/// The posts, oldest first. What is no post is passed over: no window counts it either.
fn decoded<'a>(config: &Config, held: &'a [Held]) -> Vec<Post<'a>> {
    // Accounts are counted, and leave this function as numbers only.
    let key = AccountKey::new([0; 16]);
    let decoder = Decoder::new(key, config.ingest.max_post_bytes as usize);
    let mut posts: Vec<Post<'a>> = held
        .iter()
        .filter_map(|one| {
            let mut post = decoder.decode(one.format, Some(&one.value)).ok()?;
            post.kind = post.kind.or(Some(one.kind));
            Some(post)
        })
        .collect();
    posts.sort_by(|left, right| {
        let by_time = left.created_at.cmp(&right.created_at);
        by_time.then_with(|| left.identity.cmp(&right.identity))
    });
    posts
}

fn empty(posts: &[Post<'_>], toml: &str) -> Trial {
    let time = |post: Option<&Post<'_>>| post.map(|post| UtcTime::new(post.created_at));
    Trial {
        posts: u32::try_from(posts.len()).unwrap_or(u32::MAX),
        from: time(posts.first()),
        to: time(posts.last()),
        matched: 0,
        series: Vec::new(),
        series_s: 0,
        incidents: Vec::new(),
        toml: toml.to_owned(),
    }
}

/// How many posts belong to the topic, and when.
fn count(
    config: &Config,
    watchlist: Watchlist,
    draft: &WatchDraft,
    posts: &[Post<'_>],
    trial: &mut Trial,
) -> Result<(), NoTrial> {
    let (Some(from), Some(to)) = (trial.from, trial.to) else {
        return Ok(());
    };
    let gate = loaded(config)?.gate;
    let extractor = Extractor::with_watchlist(&config.topics, watchlist);
    let (mut reading, mut topics) = (Reading::default(), PostTopics::default());
    let part_ms = (to.0.millis_since(from.0) / PARTS + 1).max(60_000);
    trial.series_s = part_ms / 1_000;
    let length = usize::try_from(to.0.millis_since(from.0) / part_ms + 1).unwrap_or(1);
    trial.series = vec![0; length];
    let key = key_of(draft);
    for post in posts {
        gate.read(post, &mut reading);
        if !reading.relevant {
            continue;
        }
        extractor.extract(post, &reading, &mut topics);
        if topics.keys().any(|topic| topic == key) {
            trial.matched += 1;
            let part = post.created_at.millis_since(from.0) / part_ms;
            let part = usize::try_from(part).unwrap_or(0);
            if let Some(posts) = trial.series.get_mut(part) {
                *posts += 1;
            }
        }
    }
    Ok(())
}

/// The incidents in which the topic would have taken part.
fn fold(
    config: &Config,
    watchlist: Watchlist,
    draft: &WatchDraft,
    posts: Vec<Post<'_>>,
) -> Result<Vec<TrialIncident>, NoTrial> {
    let failed = |error: crate::log::LogError| NoTrial::Failed(error.to_string());
    let lists = lists::Loaded {
        watchlist,
        ..loaded(config)?
    };
    let rendering = rendering(config).map_err(|error| NoTrial::Failed(error.to_string()))?;
    let recorded = Recorded {
        files: 1,
        format: Format::Plain,
    };
    let newest = posts.last().map_or(EventTime::MIN, |post| post.created_at);
    let mut replay = Replay::new(
        config,
        lists,
        rendering,
        recorded,
        newest,
        Constants::default(),
    )
    .map_err(failed)?;
    let mut found: BTreeMap<String, TrialIncident> = BTreeMap::new();
    let key = key_of(draft);
    let mut note = |alert: &[u8]| {
        let Ok(alert) = serde_json::from_slice::<Alert>(alert) else {
            return;
        };
        if !alert.topics.iter().any(|topic| topic.as_str() == key) {
            return;
        }
        let one = found
            .entry(alert.incident.clone())
            .or_insert_with(|| TrialIncident {
                title: alert.title.clone(),
                level: alert.level,
                opened_at: alert.opened_at,
                resolved_at: None,
            });
        one.level = one.level.max(alert.level);
        one.resolved_at = alert.resolved_at;
        if alert.resolved_at.is_none() {
            one.title = alert.title;
        }
    };
    for post in posts {
        replay.offer(0, Ok(post), &mut note).map_err(failed)?;
    }
    replay.finish(&mut note).map_err(failed)?;
    let mut incidents: Vec<TrialIncident> = found.into_values().collect();
    incidents.sort_by_key(|incident| incident.opened_at);
    incidents.truncate(INCIDENTS_MAX);
    Ok(incidents)
}

fn loaded(config: &Config) -> Result<lists::Loaded, NoTrial> {
    lists::load(config).map_err(|error| NoTrial::Failed(error.to_string()))
}

fn key_of(draft: &WatchDraft) -> String {
    format!("watch:{}", draft.id)
}

/// An error and what lies behind it, in one line.
fn reasons(error: &dyn std::error::Error) -> String {
    let behind = std::iter::successors(error.source(), |error| error.source());
    let all = std::iter::once(error.to_string()).chain(behind.map(ToString::to_string));
    all.collect::<Vec<String>>().join(": ")
}
