//! The addresses that notify tells, made of the configuration.
//!
//! In: the configuration, the files of secrets and templates. Out: a maker of the channel for each address.
//! Rule: an address has one name, by which its place in the log, its metrics and `notify test` go.
//! Not here: reading the log and sending (`notify_stage`).

use std::sync::Arc;

use super::notify_test::example;
use crate::config::{Address, Channel as Settings, Config, SecretError, SecretText};
use crate::notify::{
    Alertmanager, Channel, Endpoint, EndpointError, Form, MailForm, MailServer, Message, Pager,
    Pagerduty, SenderError, Slack, Telegram, TemplateError, Templates, Webhook,
};

/// Why a channel could not be made.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The file of an address.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// An address.
    #[error("the address of the channel {channel}")]
    Endpoint {
        /// The channel.
        channel: String,
        /// What is wrong.
        source: EndpointError,
    },
    /// The templates of messages.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// No channel has the name.
    #[error("there is no channel {name}: {known}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// Which there are.
        known: String,
    },
    /// The example of an alert.
    #[error("reading the example of an alert")]
    Example(#[from] serde_json::Error),
    /// The HTTP client.
    #[error(transparent)]
    Sender(#[from] SenderError),
    /// The runtime of the HTTP client.
    #[error("starting the HTTP client of notify")]
    Runtime(#[from] std::io::Error),
}

/// Makes an address's automaton: anew, whenever its place in the log goes to another process.
pub(super) type Make = Box<dyn Fn() -> Box<dyn Channel> + Send>;

/// One address.
pub(super) struct NamedAddress {
    /// Its name.
    pub(super) name: String,
    /// Makes its automaton.
    pub(super) make: Make,
}

/// Every address that is configured, with its secret and its templates read.
pub(super) fn addresses(config: &Config) -> Result<Vec<NamedAddress>, NotifyError> {
    let templates = Arc::new(templates(config)?);
    let mut addresses = alertmanagers(config)?;
    addresses.extend(webhook(config)?);
    for channel in &config.notify.channels {
        let secret = channel.secret(config.notify.allow_http)?;
        let form = form(channel, secret, config, &templates)?;
        let (name, routes) = (channel.name.clone(), channel.routes.clone());
        addresses.push(NamedAddress {
            name: channel.name.clone(),
            make: Box::new(move || Box::new(Pager::new(&name, Arc::clone(&form), &routes))),
        });
    }
    Ok(addresses)
}

/// Reads all that the channels need, as a start would, and sends nothing.
pub fn check(config: &Config) -> Result<(), NotifyError> {
    addresses(config).map(drop)
}

/// The channels that are configured, as metrics call them.
pub(super) fn channels(config: &Config) -> Vec<&str> {
    let webhook = &config.notify.webhook;
    let has_webhook = webhook.url.is_some() || !webhook.url_file.is_empty();
    let alertmanager = (!config.notify.alertmanager.urls.is_empty()).then_some("alertmanager");
    let people = config.notify.channels.iter();
    alertmanager
        .into_iter()
        .chain(has_webhook.then_some("webhook"))
        .chain(people.map(|channel| channel.name.as_str()))
        .collect()
}

/// The templates, each tried with the example of an alert.
fn templates(config: &Config) -> Result<Templates, NotifyError> {
    let templates = Templates::read(&config.notify.templates)?;
    templates.check(&Message {
        alert: example()?,
        reminder: 0,
        may_be_repeat: false,
    })?;
    Ok(templates)
}

fn endpoint(channel: &str, url: &str) -> Result<Endpoint, NotifyError> {
    Endpoint::parse(url).map_err(|source| NotifyError::Endpoint {
        channel: channel.to_owned(),
        source,
    })
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn alertmanagers(config: &Config) -> Result<Vec<NamedAddress>, NotifyError> {
    let settings = &config.notify.alertmanager;
    let (resend_ms, limit) = (settings.resend_interval_ms, size(settings.max_incidents));
    let mut addresses = Vec::new();
    for (number, url) in (1..).zip(&settings.urls) {
        let name = format!("alertmanager-{number}");
        let endpoint = endpoint(&name, url)?;
        let make: Make = Box::new(move || Box::new(Alertmanager::new(&endpoint, resend_ms, limit)));
        addresses.push(NamedAddress { name, make });
    }
    Ok(addresses)
}

fn webhook(config: &Config) -> Result<Option<NamedAddress>, NotifyError> {
    let name = "webhook".to_owned();
    let Some(url) = config.notify.webhook_url()? else {
        return Ok(None);
    };
    let endpoint = endpoint(&name, url.reveal())?;
    let key = config.notify.webhook_key()?;
    let source = config.alert.source.clone();
    let limit = size(config.notify.webhook.queue_alerts);
    let make: Make = Box::new(move || {
        let webhook = Webhook::new(endpoint.clone(), &source, limit);
        Box::new(match &key {
            Some(key) => webhook.signed(key.reveal()),
            None => webhook,
        })
    });
    Ok(Some(NamedAddress { name, make }))
}

/// How the channel writes. Only a mail server may ask for no secret.
fn form(
    channel: &Settings,
    secret: Option<SecretText>,
    config: &Config,
    templates: &Arc<Templates>,
) -> Result<Arc<dyn Form>, NotifyError> {
    let templates = Arc::clone(templates);
    let name = channel.name.as_str();
    let key = secret.clone().unwrap_or_default();
    Ok(match &channel.address {
        Address::Pagerduty { url, .. } => {
            let source = &config.alert.source;
            Arc::new(Pagerduty::new(endpoint(name, url)?, key, source, templates))
        }
        Address::Slack { .. } => Arc::new(Slack::new(endpoint(name, key.reveal())?, templates)),
        Address::Telegram { url, chat, .. } => {
            Arc::new(Telegram::new(&endpoint(name, url)?, &key, chat, templates))
        }
        Address::Mail {
            server,
            security,
            user,
            from,
            to,
            ..
        } => {
            let (host, port) = server.rsplit_once(':').unwrap_or((server, ""));
            let server = MailServer {
                host: host.trim_matches(['[', ']']).to_owned(),
                port: port.parse().unwrap_or_default(),
                security: *security,
                credentials: secret.map(|password| (user.clone(), password)),
                from: from.clone(),
                to: to.clone(),
            };
            Arc::new(MailForm::new(server, templates))
        }
    })
}
