//! Renders one revision of an incident as the record that other people's programs read.
//!
//! In: a [`Revision`](crate::triage::Revision) of `triage`, and a [`Rendering`]: whatever is the same
//! for every alert of this process. Out: an [`Alert`], its CloudEvents headers, its JSON Schema, a line.
//! Rule: the same revision and rendering give the same bytes; no clock, no random number.
//! Members and their order are a promise (docs/alerts.md): within v1 only additions.
//! Not here: when a revision is made (`triage`), who is told (`notify`, `desk`).

mod asyncapi;
mod cap;
mod claim;
mod event;
mod evidence;
mod line;
mod local_time;
mod number;
mod percent;
mod record;
mod render;
mod schema;
mod share;
mod title;
mod utc_time;
mod voices;
mod words;

#[cfg(test)]
pub(crate) mod tests;

/// How a feed is, and who speaks, for those who show it.
pub use crate::detect::{FeedState, Speaker};
pub use asyncapi::asyncapi;
pub use cap::{CAP_MEDIA_TYPE, Earlier, cap, cap_name, xml_text};
pub use event::{
    CloudEvent, Delivery, HEARTBEAT_KEY, Heartbeat, TraceIds, cloud_event, heartbeat_event,
};
pub use line::{level_words, line};
pub use local_time::Zone;
pub use percent::header_value;
pub use record::{
    Alert, AlertAction, AlertClaim, AlertSide, AlertVoice, ClaimedLead, DataState, Difference,
    Evidence, FeedCounts, Lead, Need, PersonAction, Place, SCHEMA_ID, Series, Share, ShareBy, Term,
    Title,
};
pub use render::Rendering;
pub use schema::schema;
pub use title::{TopicNames, topic_title};
pub use utc_time::UtcTime;
pub use words::{Tongue, Words, WordsError};
