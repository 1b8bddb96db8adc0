//! Which address is answered by what.

use std::sync::Arc;

use axum::Router;
use axum::middleware::map_response;
use axum::routing::get;

use super::{Desk, api, live, page, security};

/// The routes of the one port.
pub fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(page::index))
        .route("/page/{name}", get(page::file))
        .route("/api/incidents", get(api::incidents))
        .route("/api/incidents/{id}", get(api::incident))
        .route("/api/feeds", get(api::feeds))
        .route("/api/events", get(live::events))
        .route("/schemas/alert/v1", get(api::schema))
        .route("/metrics", get(api::metrics))
        .route("/live", get(api::live))
        .route("/ready", get(api::ready))
        .fallback(api::nothing)
        .layer(map_response(security::secure))
        .with_state(desk)
}
