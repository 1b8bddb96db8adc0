//! Which address is answered by what.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};

use super::access::{Access, guard};
use super::{Desk, api, cap, live, openapi, page, security, session};

/// The routes of the one port: the page to whom `access` lets in; metrics and probes to all.
pub fn router(desk: Arc<Desk>, access: Access) -> Router {
    let access = Arc::new(access);
    let guarded = Router::new()
        .route("/api/incidents", get(api::incidents))
        .route("/api/incidents/{id}", get(api::incident))
        .route("/api/feeds", get(api::feeds))
        .route("/api/events", get(live::events))
        .route("/cap", get(cap::feed))
        .route("/cap/{incident}", get(cap::document))
        .route("/api/session", get(session::who))
        .route_layer(from_fn_with_state(Arc::clone(&access), guard))
        .with_state(Arc::clone(&desk));
    let signing = Router::new()
        .route(
            "/api/session",
            post(session::sign_in).delete(session::sign_out),
        )
        .with_state(access);
    let page = Router::new()
        .route("/", get(page::index))
        .route("/plain", get(page::plain))
        .route("/page/{name}", get(page::file))
        .route("/desk/{name}", get(page::built_file))
        .route("/api/openapi.json", get(openapi::document))
        .route("/schemas/alert/v1", get(api::schema));
    finish(page.merge(signing).merge(guarded).merge(probes(desk)))
}

/// The routes of a process without a page: metrics and probes.
pub fn probes_router(desk: Arc<Desk>) -> Router {
    finish(probes(desk))
}

fn probes(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/metrics", get(api::metrics))
        .route("/live", get(api::live))
        .route("/ready", get(api::ready))
        .with_state(desk)
}

fn finish(router: Router) -> Router {
    router
        .fallback(api::nothing)
        .layer(map_response(security::secure))
}
