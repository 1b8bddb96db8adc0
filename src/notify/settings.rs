//! What the configuration says of the channels.

use serde::{Deserialize, Serialize};

use super::{Alertmanager, Channel, Endpoint, EndpointError, Webhook};

/// Every channel's settings. No address: no channel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NotifySettings {
    /// Prometheus Alertmanager.
    pub alertmanager: AlertmanagerSettings,
    /// A webhook.
    pub webhook: WebhookSettings,
}

/// Prometheus Alertmanager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertmanagerSettings {
    /// Base addresses of all replicas: each gets every alert. Not a balancer.
    pub urls: Vec<String>,
    /// How often a firing alert is sent again, milliseconds; it ends four times as late without that.
    pub resend_interval_ms: u32,
    /// Most incidents that are kept for one replica.
    pub max_incidents: u32,
}

/// A webhook.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookSettings {
    /// The address; empty: none. It may hold a secret.
    pub url: String,
    /// Most alerts that wait for it.
    pub queue_alerts: u32,
}

impl Default for AlertmanagerSettings {
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            resend_interval_ms: 30_000,
            max_incidents: 1_000,
        }
    }
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            url: String::new(),
            queue_alerts: 1_000,
        }
    }
}

impl std::fmt::Debug for WebhookSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("WebhookSettings")
            .field("url", &"***")
            .field("queue_alerts", &self.queue_alerts)
            .finish()
    }
}

/// One automaton for each address. `source` is the CloudEvents source.
pub fn channels(
    settings: &NotifySettings,
    source: &str,
) -> Result<Vec<Box<dyn Channel>>, EndpointError> {
    let mut channels: Vec<Box<dyn Channel>> = Vec::new();
    let alertmanager = &settings.alertmanager;
    for url in &alertmanager.urls {
        let limit = usize::try_from(alertmanager.max_incidents).unwrap_or(usize::MAX);
        channels.push(Box::new(Alertmanager::new(
            &Endpoint::parse(url)?,
            alertmanager.resend_interval_ms,
            limit,
        )));
    }
    let webhook = &settings.webhook;
    if !webhook.url.is_empty() {
        let limit = usize::try_from(webhook.queue_alerts).unwrap_or(usize::MAX);
        let endpoint = Endpoint::parse(&webhook.url)?;
        channels.push(Box::new(Webhook::new(endpoint, source, limit)));
    }
    Ok(channels)
}
