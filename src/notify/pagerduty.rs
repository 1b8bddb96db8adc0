//! `PagerDuty`, Events API v2: an incident is one alert there, by its key.
//!
//! Rule: the same key opens, changes, acknowledges and resolves; repeats change nothing. Reminding is
//! left to the escalation policy there.

use std::sync::Arc;

use serde_json::json;

use super::{Endpoint, Form, Message, Post, Request, Templates};
use crate::config::SecretText;
use crate::triage::{Level, Status};

/// What the API takes in a summary, characters.
const SUMMARY_LIMIT: usize = 1_024;
/// The API takes 120 events a minute for one key.
const PACE_MS: i64 = 500;

/// An integration.
pub struct Pagerduty {
    endpoint: Endpoint,
    key: SecretText,
    source: String,
    templates: Arc<Templates>,
}

impl Pagerduty {
    /// Events of `source` for the integration whose key is `key`.
    pub fn new(
        endpoint: Endpoint,
        key: SecretText,
        source: &str,
        templates: Arc<Templates>,
    ) -> Self {
        let source = source.to_owned();
        Self {
            endpoint,
            key,
            source,
            templates,
        }
    }
}

impl Form for Pagerduty {
    fn write(&self, message: &Message) -> Option<Request> {
        let alert = &message.alert;
        let action = match alert.status {
            Status::Resolved => "resolve",
            _ if alert.acknowledged.is_some() => "acknowledge",
            Status::Opened | Status::Updated | Status::Escalated => "trigger",
        };
        let severity = match alert.level {
            Level::Waspada => "warning",
            Level::Siaga => "error",
            Level::Awas => "critical",
        };
        let body = json!({
            "routing_key": self.key.reveal(),
            "event_action": action,
            "dedup_key": alert.incident,
            "client": alert.program,
            "client_url": alert.url,
            "payload": {
                "summary": self.templates.text("pagerduty.j2", message, SUMMARY_LIMIT),
                "source": self.source,
                "severity": severity,
                "timestamp": alert.updated_at,
                "class": alert.topic,
                "group": alert.places.first().map(|place| &place.code),
                "custom_details": {
                    "revision": alert.revision,
                    "observed": alert.observed,
                    "expected": alert.expected,
                    "character": alert.character,
                    "onset_at": alert.onset_at,
                    "exercise": alert.exercise,
                },
            },
        });
        Some(Request::Post(Post::json(&self.endpoint, &body)))
    }

    fn is_keyed(&self) -> bool {
        true
    }

    fn pace_ms(&self) -> i64 {
        PACE_MS
    }
}
