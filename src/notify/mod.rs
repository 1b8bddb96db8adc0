//! Tells people and programs outside: one file per channel.
//!
//! In: alerts. Out: HTTP requests, again until the other side took them.
//! Rule: a channel is a pure automaton for one address (time is an argument), so each retry rule has a
//! test; a dead address never holds up another; queues are bounded and drops are counted.
//! Delivery is at least once: Alertmanager tells repeats by labels, a webhook by `ce-id`.
//! Not here: reading the log, threads and the clock (`service/notify_stage`): one stage for each address.

mod alertmanager;
mod backoff;
mod channel;
mod endpoint;
mod sender;
mod webhook;

#[cfg(test)]
mod tests;

pub use alertmanager::Alertmanager;
pub use channel::{Answer, Channel, Request};
pub use endpoint::{Endpoint, EndpointError};
pub use sender::{Sender, SenderError};
pub use webhook::Webhook;
