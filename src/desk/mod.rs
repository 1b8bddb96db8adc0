//! HTTP: the page, its API, live events, probes and the metrics endpoint.
//!
//! In: alerts ([`Desk::apply`]), the state of the feeds and the time ([`Desk::tick`]), beats of the
//! stages ([`Health`]). Out: a [`router`].
//! Rule: handlers read what was put in, never the pipeline; everything is bounded; text of posts is data.
//! Whoever is not on this machine needs a token ([`Access`]).
//! The state is made of the log alone, so every replica's page shows the same.
//! Not here: listening, spawning, the clock (`service`).

mod access;
mod api;
mod cap;
mod events;
mod feeds;
mod health;
mod live;
mod openapi;
mod page;
mod read_model;
mod router;
mod security;
mod session;
mod state;

pub use access::{Access, AccessError, Holder, Role};
pub use cap::CapDocuments;
pub use events::{EventLog, Message, Resume};
pub use feeds::{FeedHealth, Feeds};
pub use health::{Health, Latch};
pub use openapi::openapi;
pub use read_model::{HistoryEntry, IncidentDetail, ReadModel, Row};
pub use router::{probes_router, router};
pub use state::{Clock, Desk, Limits};
