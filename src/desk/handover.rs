//! What one shift hands over to the next: what is open, who has it, what has changed.
//!
//! In: the begin of the shift, `?since=`. Out: every incident that is open or has changed since.
//! Rule: made of the revisions that every replica has read, so each shift sees the same.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::moment::Moments;
use super::read_model::Course;
use super::row::{HistoryEntry, Row};
use super::{Desk, moment};
use crate::alert::UtcTime;

/// A shift, as it is handed over.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Handover {
    /// Begin of the shift.
    pub since: UtcTime,
    /// Wall time of this statement.
    pub at: UtcTime,
    /// Whether everything that happened since is still kept.
    pub is_complete: bool,
    /// Every incident that is open or has changed, in the order of the list.
    pub incidents: Vec<HandedOver>,
}

/// One incident of a shift.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HandedOver {
    /// As it is now.
    pub now: Row,
    /// As the shift found it; null: it began during the shift.
    pub before: Option<HistoryEntry>,
    /// What happened to it since, oldest first.
    pub changes: Vec<HistoryEntry>,
}

pub(super) async fn handover(State(desk): State<Arc<Desk>>, moments: Moments) -> Response {
    let Some(since) = moments.since else {
        return moment::MISSING.into_response();
    };
    let courses = desk.incidents.courses(since.0);
    Json(Handover {
        since,
        at: UtcTime::new((desk.clock)()),
        is_complete: desk.incidents.reaches(since.0),
        incidents: courses.into_iter().map(HandedOver::from).collect(),
    })
    .into_response()
}

impl From<Course> for HandedOver {
    fn from(course: Course) -> Self {
        Self {
            now: course.now,
            before: course.before,
            changes: course.since,
        }
    }
}
