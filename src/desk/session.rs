//! Signing in: a token becomes a cookie that scripts cannot read, so that the live stream can send it.
//!
//! In: `POST` with the token as bearer. Out: the cookie; `DELETE` takes it back; `GET` says who asks.
//! Rule: a page of elsewhere cannot make this cookie be sent (`SameSite=Strict`), and signing in needs a
//! header that no form can send.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};

use super::access::{Access, COOKIE, Holder, bearer};
use super::api::Problem;

pub(super) async fn who(Extension(holder): Extension<Holder>) -> Json<Holder> {
    Json(holder)
}

pub(super) async fn sign_in(State(access): State<Arc<Access>>, headers: HeaderMap) -> Response {
    let token = bearer(&headers).unwrap_or_default();
    let Some(holder) = access.holder(token) else {
        tracing::warn!(target: "audit", "signing in with an unknown token was refused");
        return Problem(StatusCode::UNAUTHORIZED, "this token is not known").into_response();
    };
    tracing::info!(target: "audit", name = holder.name, role = ?holder.role, "signed in");
    // The rest of the line to the reader may be encrypted: then the cookie stays on encrypted lines.
    let encrypted = headers
        .get("x-forwarded-proto")
        .is_some_and(|protocol| protocol == "https");
    let secure = if encrypted { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/api; HttpOnly; SameSite=Strict{secure}");
    ([(header::SET_COOKIE, cookie)], Json(holder)).into_response()
}

pub(super) async fn sign_out() -> Response {
    let cookie = format!("{COOKIE}=; Path=/api; HttpOnly; SameSite=Strict; Max-Age=0");
    ([(header::SET_COOKIE, cookie)], StatusCode::NO_CONTENT).into_response()
}
