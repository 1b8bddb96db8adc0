//! Answers in JSON, and the probes.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::moment::Moments;
use super::{Desk, Feeds, Row, moment};
use crate::alert::{self, UtcTime};
use crate::metrics;

/// Why a request was not answered, as JSON.
#[derive(Debug)]
pub(super) struct Problem(pub(super) StatusCode, pub(super) &'static str);

/// The same in words that the request gave cause for.
#[derive(Debug)]
pub(super) struct Told(pub(super) StatusCode, pub(super) String);

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let error = self.1.into();
        (self.0, Json(Refusal { error })).into_response()
    }
}

/// What is told to whoever may read only.
pub(super) const VIEWER: Problem = Problem(
    StatusCode::FORBIDDEN,
    "this needs the role operator, and yours is viewer",
);

/// What a refused request is told.
#[derive(Serialize, JsonSchema)]
pub(super) struct Refusal {
    error: Cow<'static, str>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let error = self.1.into();
        (self.0, Json(Refusal { error })).into_response()
    }
}

/// The incident in an address.
pub(super) struct Id(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::<String>::from_request_parts(parts, state).await;
        let problem = Problem(StatusCode::BAD_REQUEST, "the incident's name is not UTF-8");
        found.map(|Path(id)| Self(id)).map_err(|_| problem)
    }
}

/// Every incident: open before resolved, higher level first, newest first.
#[derive(Serialize, JsonSchema)]
#[expect(
    clippy::struct_field_names,
    reason = "the members of the API have its words"
)]
pub(super) struct Incidents {
    /// The time that was asked for; null: now.
    at: Option<UtcTime>,
    /// How far back can be asked; null: everything that was read is kept.
    kept_from: Option<UtcTime>,
    incidents: Vec<Row>,
}

pub(super) async fn incidents(State(desk): State<Arc<Desk>>, moments: Moments) -> Response {
    let rows = match moments.at {
        Some(at) => desk.incidents.rows_at(at.0),
        None => Some(desk.incidents.rows()),
    };
    let Some(incidents) = rows else {
        return moment::GONE.into_response();
    };
    Json(Incidents {
        at: moments.at,
        kept_from: desk.incidents.kept_from(),
        incidents,
    })
    .into_response()
}

pub(super) async fn incident(
    State(desk): State<Arc<Desk>>,
    Id(id): Id,
    moments: Moments,
) -> Response {
    let detail = match moments.at {
        Some(at) => desk.incidents.detail_at(&id, at.0),
        None => desk.incidents.detail(&id),
    };
    match detail {
        Some(detail) => Json(detail).into_response(),
        None if moments.at.is_some_and(|at| !desk.incidents.reaches(at.0)) => {
            moment::GONE.into_response()
        }
        None => Problem(StatusCode::NOT_FOUND, "no such incident").into_response(),
    }
}

pub(super) async fn feeds(State(desk): State<Arc<Desk>>) -> Json<Feeds> {
    Json(desk.feeds())
}

pub(super) async fn schema() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/schema+json")];
    (kind, alert::schema().to_string()).into_response()
}

pub(super) async fn metrics(State(desk): State<Arc<Desk>>) -> Response {
    match metrics::exposition(&desk.registry) {
        Ok(text) => {
            let kind = [(header::CONTENT_TYPE, prometheus::TEXT_FORMAT)];
            (kind, text).into_response()
        }
        Err(_) => Problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "metrics cannot be written",
        )
        .into_response(),
    }
}

/// Alive only while every stage's loop turned lately.
pub(super) async fn live(State(desk): State<Arc<Desk>>) -> Response {
    let silent = desk.health.silent_stages((desk.clock)());
    if silent.is_empty() {
        return "live\n".into_response();
    }
    let text = format!("these loops stand still: {}\n", silent.join(", "));
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

/// Ready once everything that must happen at the start has happened.
pub(super) async fn ready(State(desk): State<Arc<Desk>>) -> Response {
    if desk.health.is_ready() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
}

pub(super) async fn nothing() -> Problem {
    Problem(
        StatusCode::NOT_FOUND,
        "nothing is here; the page is at /, metrics and probes are on the port of http.metrics_listen",
    )
}

pub(super) async fn no_page() -> Problem {
    Problem(
        StatusCode::NOT_FOUND,
        "here are /metrics, /live and /ready; the page is on the port of http.listen",
    )
}
