//! The page's files, built into the program: no build step, no outside request.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::api::Problem;

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Name, media type, text.
const FILES: [(&str, &str, &str); 9] = [
    (
        "style.css",
        "text/css; charset=utf-8",
        include_str!("page/style.css"),
    ),
    ("icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("main.js", SCRIPT, include_str!("page/main.js")),
    ("live.js", SCRIPT, include_str!("page/live.js")),
    ("list.js", SCRIPT, include_str!("page/list.js")),
    ("detail.js", SCRIPT, include_str!("page/detail.js")),
    ("drawing.js", SCRIPT, include_str!("page/drawing.js")),
    ("format.js", SCRIPT, include_str!("page/format.js")),
    ("words.js", SCRIPT, include_str!("page/words.js")),
];

pub(super) async fn index() -> Html<&'static str> {
    Html(include_str!("page/index.html"))
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => Problem(StatusCode::NOT_FOUND, "no such file").into_response(),
    }
}
