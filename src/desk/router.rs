//! Which address is answered by what.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};

use super::access::{Access, Gate, guard, slow_down};
use super::{
    Desk, actions, api, cap, handover, live, openapi, page, rising, security, session, trial,
};

/// Longest body of a request.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// The routes of the page's port, for whom `access` lets in.
pub fn router(desk: Arc<Desk>, access: Access) -> Router {
    let access = Arc::new(access);
    let gate = Gate {
        access: Arc::clone(&access),
        desk: Arc::clone(&desk),
    };
    let guarded = Router::new()
        .route("/api/v1/incidents", get(api::incidents))
        .route("/api/v1/incidents/{id}", get(api::incident))
        .route("/api/v1/incidents/{id}/actions", post(actions::act))
        .route("/api/v1/handover", get(handover::handover))
        .route("/api/v1/rising", get(rising::rising))
        .route("/api/v1/watch/trial", post(trial::attempt))
        .route("/api/v1/feeds", get(api::feeds))
        .route("/api/v1/events", get(live::events))
        .route("/cap", get(cap::feed))
        .route("/cap/{incident}", get(cap::document))
        .route("/api/v1/session", get(session::who))
        .route_layer(from_fn_with_state(gate.clone(), guard))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(desk);
    let signing = Router::new()
        .route(
            "/api/v1/session",
            post(session::sign_in).delete(session::sign_out),
        )
        .route_layer(from_fn_with_state(gate, slow_down))
        .with_state(access);
    let page = Router::new()
        .route("/", get(page::index))
        .route("/plain", get(page::plain))
        .route("/page/{name}", get(page::file))
        .route("/desk/{name}", get(page::built_file))
        .route("/api/openapi.json", get(openapi::document))
        .route("/schemas/alert/v1", get(api::schema));
    finish(page.merge(signing).merge(guarded), api::nothing)
}

/// The routes of the port of every process: metrics and probes, for whoever reaches it.
pub fn probes_router(desk: Arc<Desk>) -> Router {
    let probes = Router::new()
        .route("/metrics", get(api::metrics))
        .route("/live", get(api::live))
        .route("/ready", get(api::ready))
        .with_state(desk);
    finish(probes, api::no_page)
}

fn finish<H, T>(router: Router, nothing: H) -> Router
where
    H: axum::handler::Handler<T, ()>,
    T: 'static,
{
    router
        .fallback(nothing)
        .layer(map_response(security::secure))
}
