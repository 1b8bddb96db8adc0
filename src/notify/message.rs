//! What people are told: an alert, and why it is told now.

use serde::Serialize;

use crate::alert::{Alert, UtcTime, Zone, level_words};
use crate::triage::Status;

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The incident's revision.
    pub alert: Alert,
    /// Which reminder it is, from 1; 0: it is news.
    pub reminder: u32,
    /// Whether it may have been told before.
    pub may_be_repeat: bool,
}

/// What a template sees.
#[derive(Debug, Serialize)]
pub(super) struct View<'a> {
    /// The whole record (docs/alerts.md).
    alert: &'a Alert,
    /// `SIAGA III`.
    level: String,
    /// `opened`, `updated`, `escalated`, `resolved` or `reminder`.
    change: &'static str,
    reminder: u32,
    repeat: bool,
    /// The onset in each zone.
    since: Times,
    /// The revision's own time in each zone.
    updated: Times,
}

#[derive(Debug, Serialize)]
struct Times {
    wib: String,
    wita: String,
    wit: String,
    utc: String,
}

impl Times {
    fn of(time: UtcTime) -> Self {
        Self {
            wib: Zone::Wib.date(time),
            wita: Zone::Wita.date(time),
            wit: Zone::Wit.date(time),
            utc: Zone::Utc.date(time),
        }
    }
}

impl<'a> View<'a> {
    pub(super) fn of(message: &'a Message) -> Self {
        let alert = &message.alert;
        let change = match alert.status {
            _ if message.reminder > 0 => "reminder",
            Status::Opened => "opened",
            Status::Updated => "updated",
            Status::Escalated => "escalated",
            Status::Resolved => "resolved",
        };
        Self {
            level: level_words(alert),
            change,
            reminder: message.reminder,
            repeat: message.may_be_repeat,
            since: Times::of(alert.onset_at),
            updated: Times::of(alert.updated_at),
            alert,
        }
    }
}
