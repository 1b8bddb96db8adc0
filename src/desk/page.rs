//! The page's files, built into the program: no outside request.
//!
//! The full page is built by Vite from `desk/` and is there only if Node was; the plain one needs no build
//! and is always there, at `/plain`.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::api::Problem;

/// The full page, as the build script has found it: name, text.
const BUILT: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/desk_page.rs"));

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

/// The full page if it is built in, else the plain one.
pub(super) async fn index() -> Html<&'static str> {
    match built("index.html") {
        Some(text) => Html(text),
        None => plain().await,
    }
}

pub(super) async fn plain() -> Html<&'static str> {
    Html(include_str!("page/index.html"))
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => Problem(StatusCode::NOT_FOUND, "no such file").into_response(),
    }
}

pub(super) async fn built_file(Path(name): Path<String>) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("js") => SCRIPT,
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
    match built(&name) {
        Some(text) => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        None => Problem(StatusCode::NOT_FOUND, "no such file").into_response(),
    }
}

fn built(name: &str) -> Option<&'static str> {
    let file = BUILT.iter().find(|(known, _)| *known == name);
    file.map(|(_, text)| *text)
}
