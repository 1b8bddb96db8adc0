//! Slack, by an incoming webhook: one block of mrkdwn, and its text for notifications.
//!
//! Rule: `verbatim` and no unfurling, so that nothing in a text becomes a mention, a link or a preview.

use std::sync::Arc;

use serde_json::json;

use super::{Endpoint, Form, Message, Post, Request, Templates};

/// What a section of Block Kit takes, characters.
const TEXT_LIMIT: usize = 3_000;
/// An incoming webhook takes one message a second.
const PACE_MS: i64 = 1_100;

/// A channel there.
pub struct Slack {
    endpoint: Endpoint,
    templates: Arc<Templates>,
}

impl Slack {
    /// The channel behind `endpoint`.
    pub fn new(endpoint: Endpoint, templates: Arc<Templates>) -> Self {
        Self {
            endpoint,
            templates,
        }
    }
}

impl Form for Slack {
    fn write(&self, message: &Message) -> Option<Request> {
        let text = self.templates.text("slack.j2", message, TEXT_LIMIT);
        let body = json!({
            "text": text,
            "unfurl_links": false,
            "unfurl_media": false,
            "blocks": [{
                "type": "section",
                "text": { "type": "mrkdwn", "text": text, "verbatim": true },
            }],
        });
        Some(Request::Post(Post::json(&self.endpoint, &body)))
    }

    fn is_keyed(&self) -> bool {
        false
    }

    fn pace_ms(&self) -> i64 {
        PACE_MS
    }
}
