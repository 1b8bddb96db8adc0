//! HTTP: the page, its API, live events, probes and the metrics endpoint.
//!
//! In: alerts ([`Desk::apply`]), the state of the feeds and the time ([`Desk::tick`]), beats of the
//! stages ([`Health`]). Out: a [`router`].
//! Rule: handlers read what was put in, never the pipeline; everything is bounded; text of posts is data.
//! The state is made of the log alone, so every replica's page shows the same.
//! Not here: listening, spawning, the clock (`service`).

mod api;
mod events;
mod feeds;
mod health;
mod live;
mod page;
mod read_model;
mod router;
mod security;
mod state;

pub use events::{EventLog, Message, Resume};
pub use feeds::{FeedHealth, FeedState, Feeds};
pub use health::{Health, Latch};
pub use read_model::{HistoryEntry, IncidentDetail, ReadModel, Row};
pub use router::router;
pub use state::{Clock, Desk, Limits};
