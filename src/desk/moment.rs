//! The times that a question may name: `?at=`, `?since=`.
//!
//! In: a query string. Out: [`Moments`], or a refusal that says how to write a time.

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::Deserialize;

use super::api::Problem;
use crate::alert::UtcTime;

const UNREADABLE: Problem = Problem(
    StatusCode::BAD_REQUEST,
    "a time is written as in 2026-03-03T20:00:00Z; a + in it is written %2B",
);
/// What a question is told that needs a begin.
pub(super) const MISSING: Problem = Problem(
    StatusCode::BAD_REQUEST,
    "say from when on, as in ?since=2026-03-03T20:00:00Z",
);
/// What a question is told that looks back too far.
pub(super) const GONE: Problem = Problem(
    StatusCode::GONE,
    "what held then is no longer kept; /api/v1/incidents says in kept_from how far back it goes",
);

/// The times of one question.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
pub(super) struct Moments {
    /// The state at this time instead of now.
    pub at: Option<UtcTime>,
    /// From here on.
    pub since: Option<UtcTime>,
}

impl<S: Send + Sync> FromRequestParts<S> for Moments {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Query::<Self>::from_request_parts(parts, state).await;
        found.map(|Query(moments)| moments).map_err(|_| UNREADABLE)
    }
}
