//! Tells people and programs outside: one file per channel.
//!
//! In: alerts. Out: HTTP requests, again until the other side took them.
//! Rule: a channel is a pure automaton for one address (time is an argument), so each retry rule has a
//! test; a dead address never holds up another; queues are bounded and drops are counted.
//! Delivery is at least once: Alertmanager tells repeats by labels, a webhook by `ce-id`.
//! Not here: spawning and the clock (`service`): one task for each channel runs [`deliver`].

mod alertmanager;
mod backoff;
mod channel;
mod courier;
mod endpoint;
mod sender;
mod settings;
mod webhook;

#[cfg(test)]
mod tests;

pub use alertmanager::Alertmanager;
pub use channel::{Answer, Channel, Request};
pub use courier::deliver;
pub use endpoint::{Endpoint, EndpointError};
pub use sender::{Sender, SenderError};
pub use settings::{AlertmanagerSettings, NotifySettings, WebhookSettings, channels};
pub use webhook::Webhook;
