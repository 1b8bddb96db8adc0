//! Prometheus Alertmanager, API v2. One automaton for each replica: every replica gets every alert.
//!
//! Rule: an alert is its labels, so they hold only what tells an incident and its level apart, and the topic that
//! led when it was first heard of; counts, times and what people did are annotations. A firing alert is sent again at
//! each interval with an end four intervals ahead: if Kentongan dies, Alertmanager lets it go. A resolved one is sent
//! for five more minutes.
//! Each incident has a request of its own: a 400 names the bad one, which then waits for its next revision.
//! A raised level is another label set: the earlier one is resolved with it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use reqwest::Url;
use serde::Serialize;

use super::backoff::Backoff;
use super::{Answer, Arrival, Channel, Endpoint, Place, Post, Request};
use crate::alert::{Alert, PersonAction, UtcTime};
use crate::post::EventTime;
use crate::triage::{Level, Status};

/// How long a resolved alert is sent again.
const RESOLVED_FOR_MS: i64 = 300_000;

type Labels = BTreeMap<&'static str, String>;

/// The automaton of one replica.
#[derive(Debug)]
pub struct Alertmanager {
    endpoint: Endpoint,
    resend_ms: i64,
    limit: usize,
    entries: BTreeMap<Labels, Entry>,
    /// The label set that is being sent, and its change when that began.
    under_way: Option<(Labels, u64)>,
    changes: u64,
    backoff: Backoff,
    dropped: u64,
}

/// One label set.
#[derive(Debug)]
struct Entry {
    revision: u32,
    /// Differs after every change.
    change: u64,
    annotations: BTreeMap<&'static str, String>,
    starts_at: UtcTime,
    link: Option<String>,
    ended: Option<Ended>,
    /// Where the newest change stands; `None`: not to be waited for.
    place: Option<Place>,
    /// Whether the other side has answered to the newest change.
    told: bool,
    /// `None`: the other side refused it, it waits for the next revision.
    next_at: Option<EventTime>,
}

#[derive(Debug, Clone, Copy)]
struct Ended {
    at: UtcTime,
    /// It is sent again until then.
    until: EventTime,
}

/// One alert as the API has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PostableAlert<'a> {
    labels: &'a Labels,
    annotations: &'a BTreeMap<&'static str, String>,
    starts_at: UtcTime,
    ends_at: UtcTime,
    #[serde(rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    generator_url: Option<&'a str>,
}

impl Alertmanager {
    /// Sends to the replica at `base` (`http://host:9093`), again every `resend_ms`, at most `limit` label sets.
    pub fn new(base: &Endpoint, resend_ms: u32, limit: usize) -> Self {
        let resend_ms = i64::from(resend_ms.max(1_000));
        let endpoint = base.join("api/v2/alerts");
        Self {
            resend_ms,
            limit: limit.max(1),
            entries: BTreeMap::new(),
            under_way: None,
            changes: 0,
            // Never so long that a firing alert would end meanwhile.
            backoff: Backoff::new(endpoint.as_str(), resend_ms),
            endpoint,
            dropped: 0,
        }
    }

    fn take(&mut self, alert: &Alert, place: Option<Place>, now: EventTime) {
        if alert.revision <= self.newest_revision(&alert.incident) {
            return;
        }
        self.changes += 1;
        let mut labels = labels(alert);
        if let Some(topic) = self.first_topic(&alert.incident) {
            labels.insert("topic", topic);
        }
        self.supersede(alert, &labels, place, now);
        let mut entry = Entry::of(alert, self.changes, place, now);
        if alert.status == Status::Resolved {
            let at = alert.resolved_at.unwrap_or(alert.updated_at);
            entry.end(at.0, now);
        }
        self.entries.insert(labels, entry);
        self.keep_limit();
    }

    /// Ends the other label sets of an incident whose level has changed.
    fn supersede(&mut self, alert: &Alert, labels: &Labels, place: Option<Place>, now: EventTime) {
        for (other, entry) in &mut self.entries {
            let same = other.get("incident") == Some(&alert.incident);
            if same && other != labels && entry.ended.is_none() {
                entry.change = self.changes;
                entry.place = place;
                entry.end(now, now);
            }
        }
    }

    /// Another topic may lead by now, and that is no other alert.
    fn first_topic(&self, incident: &str) -> Option<String> {
        let mut all = self.entries.keys();
        let known = all.find(|labels| labels.get("incident").is_some_and(|id| id == incident))?;
        known.get("topic").cloned()
    }

    fn newest_revision(&self, incident: &str) -> u32 {
        self.entries
            .iter()
            .filter(|(labels, _)| labels.get("incident").is_some_and(|id| id == incident))
            .map(|(_, entry)| entry.revision)
            .max()
            .unwrap_or(0)
    }

    /// Over the limit, ended ones leave first, then the ones that began first.
    fn keep_limit(&mut self) {
        while self.entries.len() > self.limit {
            let first = self
                .entries
                .iter()
                .min_by_key(|(labels, entry)| {
                    (
                        Reverse(entry.ended.is_some()),
                        entry.starts_at,
                        (*labels).clone(),
                    )
                })
                .map(|(labels, _)| labels.clone());
            if let Some(labels) = first {
                self.entries.remove(&labels);
                self.dropped += 1;
            }
        }
    }

    fn body(&self, labels: &Labels, entry: &Entry, now: EventTime) -> Vec<u8> {
        let ahead = UtcTime::new(now.plus_millis(4 * self.resend_ms));
        let alert = PostableAlert {
            labels,
            annotations: &entry.annotations,
            starts_at: entry.starts_at,
            ends_at: entry.ended.map_or(ahead, |ended| ended.at),
            generator_url: entry.link.as_deref(),
        };
        // Plain data is always written.
        serde_json::to_vec(&[alert]).unwrap_or_default()
    }
}

impl Channel for Alertmanager {
    fn name(&self) -> &'static str {
        "alertmanager"
    }

    fn apply(&mut self, arrival: Arrival<'_>, now: EventTime) {
        self.take(arrival.alert, Some(arrival.place), now);
    }

    /// What still fires is sent at once and goes on: Alertmanager would let it go.
    fn remember(&mut self, alert: &Alert, now: EventTime) {
        self.take(alert, None, now);
        self.entries.retain(|labels, entry| {
            entry.told = true;
            let same = labels.get("incident") == Some(&alert.incident);
            !same || entry.ended.is_none()
        });
    }

    fn first_unsettled(&self, partition: u32) -> Option<u64> {
        let waiting = self.entries.values().filter(|entry| !entry.told);
        let places = waiting.filter_map(|entry| entry.place);
        let here = places.filter(|place| place.partition == partition);
        here.map(|place| place.offset).min()
    }

    fn is_keyed(&self) -> bool {
        true
    }

    fn due(&mut self, now: EventTime) -> Option<Request> {
        self.entries
            .retain(|_, entry| entry.ended.is_none_or(|ended| now <= ended.until));
        if self.under_way.is_some() || now < self.backoff.until {
            return None;
        }
        let (_, labels, entry) = self
            .entries
            .iter()
            .filter_map(|(labels, entry)| Some((entry.next_at?, labels, entry)))
            .min_by_key(|&(next_at, _, _)| next_at)
            .filter(|&(next_at, _, _)| next_at <= now)?;
        self.under_way = Some((labels.clone(), entry.change));
        Some(Request::Post(Post {
            endpoint: self.endpoint.clone(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: self.body(labels, entry, now),
        }))
    }

    fn answered(&mut self, answer: &Answer, now: EventTime) {
        self.backoff.answered(answer, now);
        let Some((labels, change)) = self.under_way.take() else {
            return;
        };
        // What has changed meanwhile goes out at once, whatever the answer was.
        let Some(entry) = self.entries.get_mut(&labels) else {
            return;
        };
        if entry.change != change {
            return;
        }
        entry.told |= !matches!(answer, Answer::Later { .. });
        entry.next_at = match answer {
            Answer::Accepted => Some(now.plus_millis(self.resend_ms)),
            Answer::Refused { .. } => None,
            Answer::Later { .. } => entry.next_at,
        };
    }

    fn next_due(&self) -> Option<EventTime> {
        if self.under_way.is_some() {
            return None;
        }
        let next = self
            .entries
            .values()
            .filter_map(|entry| entry.next_at)
            .min()?;
        Some(next.max(self.backoff.until))
    }

    fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }
}

impl Entry {
    fn of(alert: &Alert, change: u64, place: Option<Place>, now: EventTime) -> Self {
        Self {
            revision: alert.revision,
            change,
            place,
            annotations: annotations(alert),
            // Event time may run a little ahead of the clock, and a begin behind the end is refused.
            starts_at: alert.opened_at.min(UtcTime::new(now)),
            // A link that is no URL would make the whole alert refused.
            link: Url::parse(&alert.url).ok().map(String::from),
            ended: None,
            told: false,
            next_at: Some(now),
        }
    }

    /// Ended at `at`, but neither before its begin nor in the future.
    fn end(&mut self, at: EventTime, now: EventTime) {
        let at = UtcTime::new(at.min(now)).max(self.starts_at);
        let until = now.plus_millis(RESOLVED_FOR_MS);
        self.ended = Some(Ended { at, until });
        self.told = false;
        self.next_at = Some(now);
    }
}

/// What tells this alert from others: never a count, a time or a text.
fn labels(alert: &Alert) -> Labels {
    let severity = match alert.level {
        Level::Waspada => "warning",
        Level::Siaga | Level::Awas => "critical",
    };
    let mut labels = BTreeMap::from([
        ("alertname", "KentonganIncident".to_owned()),
        ("incident", alert.incident.clone()),
        ("level", alert.level.as_str().to_owned()),
        ("severity", severity.to_owned()),
        ("topic", alert.topic.as_str().to_owned()),
    ]);
    if alert.exercise {
        labels.insert("exercise", "true".to_owned());
    }
    labels
}

fn annotations(alert: &Alert) -> BTreeMap<&'static str, String> {
    let mut annotations = BTreeMap::from([
        ("summary", alert.title.en.clone()),
        ("ringkasan", alert.title.id.clone()),
        ("observed", alert.observed.to_string()),
        ("expected", alert.expected.to_string()),
        ("character", alert.character.as_str().to_owned()),
        ("onset_at", alert.onset_at.to_string()),
        ("revision", alert.revision.to_string()),
    ]);
    if let Some(place) = alert.places.first() {
        annotations.insert("place", place.name.en.clone());
    }
    let deeds = [
        ("acknowledged", &alert.acknowledged),
        ("snoozed", &alert.snoozed),
        ("false_alarm", &alert.false_alarm),
    ];
    let deeds = deeds
        .into_iter()
        .filter_map(|(name, deed)| Some((name, deed.as_ref()?)));
    annotations.extend(deeds.map(|(name, deed)| (name, in_words(deed))));
    annotations
}

/// Who, and until when.
fn in_words(deed: &PersonAction) -> String {
    deed.until.map_or_else(
        || deed.by.clone(),
        |until| format!("{} until {until}", deed.by),
    )
}
