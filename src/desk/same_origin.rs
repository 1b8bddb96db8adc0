//! Whether a request that changes something comes from the page itself.
//!
//! In: method and headers. Out: whether it goes.
//! Rule: a browser says where a request was made (`Sec-Fetch-Site`, `Origin`); from elsewhere nothing is
//! changed, whatever cookie or proxy speaks for it. A program that is no browser says nothing of it.

use axum::http::{HeaderMap, Method, StatusCode, header};

use super::api::Problem;

/// What a request of elsewhere is told.
pub(super) const REFUSED: Problem = Problem(
    StatusCode::FORBIDDEN,
    "a page of elsewhere may not act here",
);

/// Whether it goes.
pub(super) fn holds(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return true;
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let origin = origin.to_str().unwrap_or_default();
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    origin
        .split_once("://")
        .is_some_and(|(_, name)| Some(name) == host)
}
