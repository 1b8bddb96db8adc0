//! What would this watch topic have done? Asked before somebody writes one into the list.
//!
//! In: the words of a watch topic that is not saved. Out: which of the newest posts it matches, and the
//! incidents that it would have opened.
//! Rule: it changes nothing. One runs at a time, over a bounded number of posts; a desk without feeds says so.
//! Not here: reading the posts and folding them (`service`).

use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access::{Holder, Role};
use super::api::{Problem, Told};
use super::{Desk, api};
use crate::alert::{Title, UtcTime};
use crate::triage::Level;

/// A watch topic as somebody thinks of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WatchDraft {
    /// Its id in the list: letters, digits and hyphens.
    #[schemars(length(min = 1, max = 64), regex(pattern = r"^[A-Za-z0-9-]+$"))]
    pub id: String,
    /// One of these is found. As many words as a list of watch topics takes.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub any: Vec<String>,
    /// Each of these is found.
    #[serde(default)]
    #[schemars(length(max = 16))]
    pub all: Vec<String>,
    /// None of these is found.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub none: Vec<String>,
}

/// What it would have done.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Trial {
    /// Posts that were looked at: the newest that the feeds still hold.
    pub posts: u32,
    /// The time of the oldest of them; null without posts.
    pub from: Option<UtcTime>,
    /// The time of the newest of them.
    pub to: Option<UtcTime>,
    /// Posts that belong to the topic.
    pub matched: u32,
    /// How many of them in each part of the time, at most 96 parts.
    pub series: Vec<u32>,
    /// The length of a part, seconds.
    pub series_s: i64,
    /// Incidents that it would have opened, at most 50, oldest first.
    pub incidents: Vec<TrialIncident>,
    /// The topic as the list holds it: save it into the file `watchlist.toml` of `relevance.lists`.
    pub toml: String,
}

/// An incident that would have been.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TrialIncident {
    /// What the alert would have said last.
    pub title: Title,
    /// The highest level.
    pub level: Level,
    /// When it would have opened.
    pub opened_at: UtcTime,
    /// When it would have been over; null: not yet.
    pub resolved_at: Option<UtcTime>,
}

/// Why there is no trial.
#[derive(Debug)]
pub enum NoTrial {
    /// The words are no watch topic, and why.
    Wrong(String),
    /// The posts could not be read, and why.
    Failed(String),
}

/// Whoever can try a watch topic on the posts that the feeds hold. It may take seconds.
pub trait Trials: Send + Sync {
    /// Tries it.
    fn attempt(&self, draft: &WatchDraft) -> Result<Trial, NoTrial>;
}

pub(super) async fn attempt(
    State(desk): State<Arc<Desk>>,
    Extension(holder): Extension<Holder>,
    draft: Result<Json<WatchDraft>, JsonRejection>,
) -> Response {
    if holder.role != Role::Operator {
        return api::VIEWER.into_response();
    }
    let Json(draft) = match draft {
        Ok(draft) => draft,
        Err(rejection) => return Told(rejection.status(), rejection.body_text()).into_response(),
    };
    let Some(trials) = desk.trials.clone() else {
        let problem = "this desk reads no feeds, so nothing can be tried";
        return Problem(StatusCode::CONFLICT, problem).into_response();
    };
    let Ok(place) = Arc::clone(&desk.trial_place).try_acquire_owned() else {
        let problem = "another trial runs, try again in a moment";
        return Problem(StatusCode::SERVICE_UNAVAILABLE, problem).into_response();
    };
    tracing::info!(target: "audit", name = holder.name, watch = draft.id, "a watch topic is tried");
    let done = tokio::task::spawn_blocking(move || {
        let _alone = place;
        trials.attempt(&draft)
    });
    match done.await {
        Ok(Ok(trial)) => Json(trial).into_response(),
        Ok(Err(NoTrial::Wrong(why))) => Told(StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
        Ok(Err(NoTrial::Failed(why))) => Told(StatusCode::SERVICE_UNAVAILABLE, why).into_response(),
        Err(_) => Problem(StatusCode::INTERNAL_SERVER_ERROR, "the trial broke off").into_response(),
    }
}
