//! The section `notify`: who is told outside, and at which address.
//!
//! In: the section of the merged tree. Out: [`Notify`].
//! Rule: an alert leaves over https, unless the other side is on this machine or the operator says so;
//! the address of a webhook is a secret, and no message repeats an address.
//! Not here: how it is told (`notify`).

use std::net::IpAddr;
use std::path::Path;

use serde::{Serialize, Serializer};

use crate::config::channel::{self, Channel};
use crate::config::secret::{HIDDEN, SecretError, read_secret};
use crate::config::section::{Fault, Section};
use crate::config::text_rules;

/// Most replicas of Alertmanager: each has a thread.
pub const ALERTMANAGERS_MAX: usize = 4;

/// Who is told outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notify {
    /// Whether plain http may leave this machine.
    pub allow_http: bool,
    /// Folder of templates over the built-in ones; empty: none.
    pub templates: String,
    /// People.
    pub channels: Vec<Channel>,
    /// Prometheus Alertmanager.
    pub alertmanager: Alertmanager,
    /// A webhook.
    pub webhook: Webhook,
}

/// Prometheus Alertmanager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alertmanager {
    /// Base addresses of all replicas: each gets every alert. None: no channel.
    pub urls: Vec<String>,
    /// How often a firing alert is sent again, milliseconds.
    pub resend_interval_ms: u32,
    /// Most incidents that are kept for one replica.
    pub max_incidents: u32,
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// File with the address; empty: none.
    pub url_file: String,
    /// The address itself, from the environment only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<SecretText>,
    /// File with the key that signs each request; empty: none is signed.
    pub key_file: String,
    /// Most alerts that wait for it.
    pub queue_alerts: u32,
}

/// A secret, or an address that holds one: it shows itself nowhere.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct SecretText(String);

impl SecretText {
    /// Takes it in.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for sending only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(HIDDEN)
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

impl Notify {
    /// The address of the webhook; `None`: no webhook. Reads the file, if one is named.
    pub fn webhook_url(&self) -> Result<Option<SecretText>, SecretError> {
        if self.webhook.url_file.is_empty() {
            return Ok(self.webhook.url.clone());
        }
        let path = Path::new(&self.webhook.url_file);
        let parse = |text: &str| url(text.trim(), self.allow_http);
        let url = read_secret("notify.webhook.url_file", path, parse)?;
        Ok(Some(SecretText(url)))
    }

    /// The key that signs what goes to the webhook; `None`: nothing is signed. Reads its file.
    pub fn webhook_key(&self) -> Result<Option<SecretText>, SecretError> {
        if self.webhook.key_file.is_empty() {
            return Ok(None);
        }
        let path = Path::new(&self.webhook.key_file);
        let parse = |text: &str| signing_key(text.trim());
        read_secret("notify.webhook.key_file", path, parse).map(Some)
    }
}

/// Reads the section.
pub(crate) fn notify(mut section: Section<'_, '_, '_>) -> Notify {
    let allow_http = section.switch("allow_http");
    let notify = Notify {
        allow_http,
        templates: section
            .text("templates", text_rules::path)
            .unwrap_or_default(),
        channels: channel::channels(&mut section, allow_http),
        alertmanager: alertmanager(section.section("alertmanager"), allow_http),
        webhook: webhook(section.section("webhook"), allow_http),
    };
    section.finish();
    notify
}

fn alertmanager(mut section: Section<'_, '_, '_>, allow_http: bool) -> Alertmanager {
    let alertmanager = Alertmanager {
        urls: section.texts("urls", |text| url(text, allow_http)),
        resend_interval_ms: section.whole("resend_interval_ms", 1_000..=3_600_000),
        max_incidents: section.whole("max_incidents", 1..=100_000),
    };
    let count = alertmanager.urls.len();
    if count > ALERTMANAGERS_MAX {
        let problem = format!("{count} addresses, but at most {ALERTMANAGERS_MAX} can be told");
        section.blame_key("urls", Fault::new(problem, "name one cluster's replicas"));
    }
    section.finish();
    alertmanager
}

fn webhook(mut section: Section<'_, '_, '_>, allow_http: bool) -> Webhook {
    let webhook = Webhook {
        url_file: section
            .text("url_file", text_rules::path)
            .unwrap_or_default(),
        url: section.secret("url", |text| url(text, allow_http).map(SecretText)),
        key_file: section
            .text("key_file", text_rules::path)
            .unwrap_or_default(),
        queue_alerts: section.whole("queue_alerts", 1..=100_000),
    };
    if webhook.url.is_some() && !webhook.url_file.is_empty() {
        let problem = "there is a notify.webhook.url_file as well";
        section.blame_key("url", Fault::new(problem, "keep one of the two"));
    }
    section.finish();
    webhook
}

/// `whsec_` and 32 to 88 characters of base64: a key of 24 to 64 bytes.
fn signing_key(text: &str) -> Result<SecretText, Fault> {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let key = text.strip_prefix("whsec_").unwrap_or_default();
    if key.bytes().all(is_base64) && (32..=88).contains(&key.len()) && key.len().is_multiple_of(4) {
        return Ok(SecretText::new(key));
    }
    let instead = "draw one with: echo whsec_$(openssl rand -base64 32)";
    Err(Fault::new("not a key such as whsec_ and base64", instead))
}

/// An address that alerts may be sent to. Faults do not repeat it.
pub(crate) fn url(text: &str, allow_http: bool) -> Result<String, Fault> {
    let instead = "write it as https://host/path";
    let (is_secure, rest) = if let Some(rest) = text.strip_prefix("https://") {
        (true, rest)
    } else if let Some(rest) = text.strip_prefix("http://") {
        (false, rest)
    } else {
        return Err(Fault::new("an address that is not https", instead));
    };
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    {
        return Err(Fault::new(
            "an address with blanks or signs that none has",
            instead,
        ));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let server = authority.rsplit('@').next().unwrap_or_default();
    let host = match server.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or_default(),
        None => server.split(':').next().unwrap_or_default(),
    };
    if host.is_empty() {
        return Err(Fault::new("an address without a host", instead));
    }
    if is_secure || allow_http || is_this_machine(host) {
        return Ok(text.to_owned());
    }
    Err(Fault::new(
        "plain http would show alerts to the network",
        "write https, or notify.allow_http = true where the network is yours",
    ))
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_leave_over_https_or_stay_on_this_machine() {
        let taken = |text: &str, allow_http| url(text, allow_http).is_ok();
        for secure in [
            "https://a/x",
            "https://a",
            "http://127.0.0.1:9093",
            "http://[::1]/x",
            "http://localhost:1",
        ] {
            assert!(taken(secure, false), "{secure}");
        }
        for plain in [
            "http://a:9093",
            "http://127.0.0.1@evil.example/",
            "http://localhost.example",
        ] {
            assert!(!taken(plain, false), "{plain}");
            assert!(taken(plain, true), "{plain}");
        }
        for wrong in [
            "",
            "a",
            "ftp://a",
            "https://",
            "https:///x",
            "https://a b",
            "http://:9093",
        ] {
            assert!(!taken(wrong, true), "{wrong}");
        }
    }

    #[test]
    fn a_fault_does_not_repeat_the_address() {
        let fault = url("http://hook.example/T0/secret", false).err().unwrap();
        assert!(!format!("{}{}", fault.problem, fault.instead).contains("secret"));
    }
}
