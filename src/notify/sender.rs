//! The thin part that touches the network.
//!
//! Rule: no redirects, no proxy taken from the environment, a time limit on each request, and nothing
//! of an answer is kept but its status and `Retry-After`.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, header};

use super::{Answer, Request};
use crate::alert::Rendering;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests. Cheap to clone: the connections are shared.
#[derive(Debug, Clone)]
pub struct Sender(Client);

/// Why there is no sender.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// Most often: the machine has no certificates (package ca-certificates).
    #[error("preparing the HTTP client; are CA certificates installed?")]
    Client(#[from] reqwest::Error),
}

impl Sender {
    /// A sender with the machine's certificates.
    pub fn new() -> Result<Self, SenderError> {
        // An error says that the process has a provider already: that one is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .user_agent(Rendering::PROGRAM.replace(' ', "/"))
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .build()?;
        Ok(Self(client))
    }

    /// Sends `request` once.
    pub async fn send(&self, request: &Request) -> Answer {
        let mut post = self.0.post(request.endpoint.as_str());
        for (name, value) in &request.headers {
            post = post.header(name, value);
        }
        match post.body(request.body.clone()).send().await {
            Ok(response) => {
                let wait = response.headers().get(header::RETRY_AFTER);
                let wait = wait.and_then(|value| value.to_str().ok()?.parse().ok());
                Answer::of_status(response.status().as_u16(), wait)
            }
            Err(error) => Answer::Later {
                after_ms: None,
                detail: describe(error),
            },
        }
    }
}

/// The chain of causes, without the address: it may hold a secret.
fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
