//! What really happens in a made feed, for whoever judges the alerts.
//!
//! In: a script and the start of its run. Out: one [`Truth`] an event.
//! Rule: it is written from the script alone, never from what was detected.

use serde::Serialize;

use super::script::{Event, EventKind};
use crate::post::{EventTime, FeedKind, TopicKey};

/// One event as it was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// Its number in the script, from 0; the posts that belong to it carry the same.
    pub event: usize,
    /// What happens.
    pub kind: EventKind,
    /// No post about it is earlier, RFC 3339.
    #[serde(serialize_with = "as_text")]
    pub onset_at: EventTime,
    /// No post about it is later.
    #[serde(serialize_with = "as_text")]
    pub ends_at: EventTime,
    /// Where: the province by ISO 3166-2.
    pub place: String,
    /// Topics under which it may be found, the most telling first; any of them is right.
    pub topics: Vec<TopicKey>,
    /// What the alert should say: `organic` or `amplified`.
    pub character: &'static str,
    /// Which kind of feed speaks of it first.
    pub lead: FeedKind,
}

impl Truth {
    pub(super) fn new(number: usize, event: &Event, start: EventTime) -> Self {
        let onset_at = start.plus_millis(millis(event.at));
        Self {
            event: number,
            kind: event.kind,
            onset_at,
            ends_at: onset_at.plus_millis(millis(event.duration)),
            place: event.place.code.to_string(),
            topics: topics(event).into_iter().map(TopicKey::new).collect(),
            character: match event.kind {
                EventKind::Earthquake | EventKind::Flood | EventKind::Relay | EventKind::Press => {
                    "organic"
                }
                EventKind::Push | EventKind::Chorus | EventKind::Rumour => "amplified",
            },
            lead: match event.kind {
                EventKind::Press => FeedKind::News,
                EventKind::Earthquake
                | EventKind::Flood
                | EventKind::Push
                | EventKind::Chorus
                | EventKind::Rumour
                | EventKind::Relay => FeedKind::Social,
            },
        }
    }
}

/// Whole milliseconds; lengths are limited to a year, so they fit.
#[expect(clippy::cast_possible_truncation, reason = "limited to a year")]
pub(super) fn millis(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

fn topics(event: &Event) -> Vec<String> {
    let place = format!("place:{}", event.place.code);
    let hazard = |name: &str, word: &str| {
        vec![
            format!("hazard:{name}@{}", event.place.code),
            format!("hazard:{name}"),
            place.clone(),
            format!("tag:{word}"),
            format!("tag:{word}{}", tag_of(&event.place.name)),
        ]
    };
    let mut topics = match event.kind {
        EventKind::Earthquake => hazard("gempa", "gempa"),
        EventKind::Flood => hazard("banjir", "banjir"),
        EventKind::Push | EventKind::Chorus => Vec::new(),
        EventKind::Rumour | EventKind::Relay | EventKind::Press => vec![place.clone()],
    };
    topics.extend(event.tags.iter().map(|tag| format!("tag:{}", tag_of(tag))));
    if matches!(event.kind, EventKind::Push | EventKind::Chorus) {
        topics.push(place);
    }
    topics
}

fn tag_of(words: &str) -> String {
    words.split_whitespace().collect::<String>().to_lowercase()
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
fn as_text<S: serde::Serializer>(time: &EventTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}
