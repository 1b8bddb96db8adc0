//! Tells people and programs outside: one file per channel.
//!
//! In: alerts. Out: requests over HTTP and mails, again until the other side took them.
//! Rule: a channel is a pure automaton for one address (time is an argument), so each retry rule has a
//! test; a dead address never holds up another; queues are bounded and drops are counted.
//! Delivery is at least once: Alertmanager tells repeats by labels, `PagerDuty` and a webhook by an id; to
//! people, what may be a repeat says so. What strangers wrote is escaped for each channel (`template`).
//! Not here: reading the log, threads and the clock (`service/notify_stage`): one stage for each address.

mod alertmanager;
mod backoff;
mod channel;
mod endpoint;
mod mail;
mod message;
mod pager;
mod pagerduty;
mod route;
mod sender;
mod slack;
mod telegram;
mod template;
mod webhook;

#[cfg(test)]
mod tests;

pub use alertmanager::Alertmanager;
pub use channel::{Answer, Arrival, Channel, Form, Place, Post, Request};
pub use endpoint::{Endpoint, EndpointError};
pub use mail::{Letter, MailForm, MailServer};
pub use message::Message;
pub use pager::Pager;
pub use pagerduty::Pagerduty;
use sender::describe;
pub use sender::{Sender, SenderError};
pub use slack::Slack;
pub use telegram::Telegram;
pub use template::{TemplateError, Templates};
pub use webhook::Webhook;
