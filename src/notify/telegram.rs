//! Telegram, by the Bot API: one message in its HTML, without previews.
//!
//! Rule: the token is part of the address, so the address is never shown; how long to wait after a 429
//! stands in the body of the answer (`sender` reads it).

use std::sync::Arc;

use serde_json::json;

use super::{Endpoint, Form, Message, Post, Request, Templates};
use crate::config::SecretText;

/// What a message takes, characters.
const TEXT_LIMIT: usize = 4_096;
/// A group takes twenty messages a minute.
const PACE_MS: i64 = 3_000;

/// A chat.
pub struct Telegram {
    endpoint: Endpoint,
    chat: String,
    templates: Arc<Templates>,
}

impl Telegram {
    /// The chat `chat`, to which the bot of `token` writes by the API at `base`.
    pub fn new(base: &Endpoint, token: &SecretText, chat: &str, templates: Arc<Templates>) -> Self {
        Self {
            endpoint: base.join(&format!("bot{}/sendMessage", token.reveal())),
            chat: chat.to_owned(),
            templates,
        }
    }
}

impl Form for Telegram {
    fn write(&self, message: &Message) -> Option<Request> {
        let body = json!({
            "chat_id": self.chat,
            "text": self.templates.text("telegram.j2", message, TEXT_LIMIT),
            "parse_mode": "HTML",
            "link_preview_options": { "is_disabled": true },
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
