//! Answers in JSON, and the probes.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Desk, Feeds, Row};
use crate::alert;
use crate::metrics;

/// Why a request was not answered, as JSON.
#[derive(Debug)]
pub(super) struct Problem(pub(super) StatusCode, pub(super) &'static str);

/// What a refused request is told.
#[derive(Serialize, JsonSchema)]
pub(super) struct Refusal {
    error: &'static str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let error = Refusal { error: self.1 };
        (self.0, Json(error)).into_response()
    }
}

/// Every incident: open before resolved, higher level first, newest first.
#[derive(Serialize, JsonSchema)]
pub(super) struct Incidents {
    incidents: Vec<Row>,
}

pub(super) async fn incidents(State(desk): State<Arc<Desk>>) -> Json<Incidents> {
    let incidents = desk.incidents.rows();
    Json(Incidents { incidents })
}

pub(super) async fn incident(State(desk): State<Arc<Desk>>, Path(id): Path<String>) -> Response {
    match desk.incidents.detail(&id) {
        Some(detail) => Json(detail).into_response(),
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
    Problem(StatusCode::NOT_FOUND, "nothing is here; the page is at /")
}
