//! The thin part that touches the network.
//!
//! Rule: no redirects, no proxy taken from the environment, a time limit on each request, and nothing
//! of an answer is kept but its status and how long it asks to wait.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, header};

use super::{Answer, Post, Request};
use crate::alert::Rendering;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(10);
/// Most of an answer that is looked at, bytes.
const BODY_MAX: usize = 8_192;

/// Sends requests. Cheap to clone: the connections are shared.
#[derive(Debug, Clone)]
pub struct Sender {
    client: Client,
    patience: Duration,
}

/// Why there is no sender.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// Most often: the machine has no certificates (package ca-certificates).
    #[error("preparing the HTTP client; are CA certificates installed?")]
    Client(#[from] reqwest::Error),
}

impl Sender {
    /// A sender with the machine's certificates that waits ten seconds for an answer.
    pub fn new() -> Result<Self, SenderError> {
        Self::with_patience(PATIENCE)
    }

    /// One that waits for `patience`.
    pub fn with_patience(patience: Duration) -> Result<Self, SenderError> {
        // An error says that the process has a provider already: that one is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .user_agent(Rendering::PROGRAM.replace(' ', "/"))
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(patience)
            .build()?;
        Ok(Self { client, patience })
    }

    /// Sends `request` once.
    pub async fn send(&self, request: &Request) -> Answer {
        match request {
            Request::Post(post) => self.post(post).await,
            Request::Mail(letter) => letter.send(self.patience).await,
        }
    }

    async fn post(&self, post: &Post) -> Answer {
        let mut builder = self.client.post(post.endpoint.as_str());
        for (name, value) in &post.headers {
            builder = builder.header(name, value);
        }
        match builder.body(post.body.clone()).send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                let wait = asked_wait_s(response).await;
                Answer::of_status(status, wait)
            }
            Err(error) => {
                let may_have_arrived = !error.is_connect();
                Answer::Later {
                    after_ms: None,
                    detail: describe(&error.without_url()),
                    may_have_arrived,
                }
            }
        }
    }
}

/// The seconds that an answer asks to wait: `Retry-After` as a number or as a time beside the answer's
/// own `Date`, or Telegram's `parameters.retry_after`.
async fn asked_wait_s(mut response: Response) -> Option<u32> {
    let headers = response.headers();
    let text = |name: header::HeaderName| headers.get(name)?.to_str().ok();
    if let Some(wait) = text(header::RETRY_AFTER) {
        return wait.parse().ok().or_else(|| {
            let wait = seconds_between(text(header::DATE)?, wait)?;
            u32::try_from(wait.max(0)).ok()
        });
    }
    if response.status() != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let body = response.chunk().await.ok()??;
    let body: serde_json::Value =
        serde_json::from_slice(body.get(..BODY_MAX.min(body.len()))?).ok()?;
    let wait = body.get("parameters")?.get("retry_after")?.as_u64()?;
    u32::try_from(wait).ok()
}

fn seconds_between(from: &str, to: &str) -> Option<i64> {
    let time = |text: &str| {
        jiff::fmt::rfc2822::parse(text)
            .ok()
            .map(|time| time.timestamp())
    };
    Some(time(to)?.as_second() - time(from)?.as_second())
}

/// The chain of causes in one line. What is passed in holds no address: it may hold a secret.
pub(super) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
