//! HTTP: the page, its API, live events, probes and the metrics endpoint.
//!
//! In: alerts ([`Desk::apply`]), the state of the feeds and the time ([`Desk::tick`]), beats of the
//! stages ([`Health`]). Out: a [`router`].
//! Rule: handlers read what was put in, never the pipeline; everything is bounded; text of posts is data.
//! Whoever is not on this machine needs a token or a proxy that knows them ([`Access`]).
//! The state is made of the log alone, so every replica's page shows the same.
//! Not here: listening, spawning, the clock (`service`).

mod access;
mod actions;
mod api;
mod cap;
mod events;
mod feeds;
mod handover;
mod health;
mod live;
mod moment;
mod openapi;
mod page;
mod proxy;
mod rate;
mod read_model;
mod rising;
mod router;
mod row;
mod same_origin;
mod security;
mod session;
mod state;
mod tokens;
mod trial;

pub use access::{Access, AccessError, Holder, Role};
pub use cap::CapDocuments;
pub use events::{EventLog, Message, Resume};
pub use feeds::{FeedHealth, FeedLedger, Feeds};
pub use handover::{HandedOver, Handover};
pub use health::{Health, Latch};
pub use openapi::openapi;
pub use read_model::ReadModel;
pub use rising::Rising;
pub use router::{probes_router, router};
pub use row::{HistoryEntry, IncidentDetail, Row};
pub use state::{Clock, Desk, Limits};
pub use trial::{NoTrial, Trial, TrialIncident, Trials, WatchDraft};
