//! Who may see what.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use kentongan::config::{Config, Sources};

use super::*;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const GUARDED: [&str; 7] = [
    "/api/v1/incidents",
    "/api/v1/incidents/gempa-id-nb-20260303t201126",
    "/api/v1/feeds",
    "/api/v1/rising",
    "/api/v1/handover?since=2026-03-03T20:00:00Z",
    "/api/v1/events",
    "/api/v1/session",
];
const OPEN: [&str; 5] = [
    "/",
    "/plain",
    "/page/main.js",
    "/api/openapi.json",
    "/schemas/alert/v1",
];

/// Asks a desk that wants tokens; `headers` are names and values.
async fn ask(house: &House, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let access = Access::parse(&format!("operator rina {TOKEN}")).unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = router(Arc::clone(&house.desk), access)
        .oneshot(request)
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let mut text = String::new();
    if path != "/api/v1/events" || parts.status != StatusCode::OK {
        let bytes = to_bytes(body, 10_000_000).await.unwrap();
        text = String::from_utf8(bytes.to_vec()).unwrap();
    }
    Answer {
        status: parts.status,
        headers: parts.headers,
        text,
    }
}

#[tokio::test]
async fn without_a_token_nothing_of_the_data_is_told() {
    let house = House::furnished();
    let wrong = format!("Bearer {}", TOKEN.replace('0', "1"));
    for path in GUARDED {
        for headers in [
            &[][..],
            &[("authorization", wrong.as_str())],
            &[("authorization", "Bearer "), ("cookie", "kentongan=")],
        ] {
            let answer = ask(&house, "GET", path, headers).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            assert_eq!(answer.text, r#"{"error":"a token is needed"}"#, "{path}");
        }
    }
}

#[tokio::test]
async fn the_page_itself_needs_none() {
    let house = House::furnished();
    for path in OPEN {
        let answer = ask(&house, "GET", path, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(
            !answer.text.contains("Mataram"),
            "{path} tells of an incident"
        );
    }
}

#[tokio::test]
async fn a_token_opens_as_a_header_and_becomes_a_cookie() {
    let house = House::furnished();
    let bearer = format!("Bearer {TOKEN}");
    let bearer = [("authorization", bearer.as_str())];
    for path in GUARDED {
        let answer = ask(&house, "GET", path, &bearer).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    let signed_in = ask(&house, "POST", "/api/v1/session", &bearer).await;
    assert_eq!(signed_in.text, r#"{"name":"rina","role":"operator"}"#);
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap();
    for part in ["Path=/api", "HttpOnly", "SameSite=Strict"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let (cookie, _) = cookie.split_once(';').unwrap();
    let both = format!("other=1; {cookie}");
    let answer = ask(
        &house,
        "GET",
        "/api/v1/incidents",
        &[("cookie", both.as_str())],
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK);
    let signed_out = ask(&house, "DELETE", "/api/v1/session", &[]).await;
    assert_eq!(signed_out.status, StatusCode::NO_CONTENT);
    let cookie = signed_out.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
}

#[tokio::test]
async fn signing_in_needs_the_header_that_no_form_can_send() {
    let house = House::furnished();
    let cookie = format!("kentongan={TOKEN}");
    let answer = ask(
        &house,
        "POST",
        "/api/v1/session",
        &[("cookie", cookie.as_str())],
    )
    .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn on_an_encrypted_line_the_cookie_stays_on_one() {
    let house = House::furnished();
    let bearer = format!("Bearer {TOKEN}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("x-forwarded-proto", "https"),
    ];
    let answer = ask(&house, "POST", "/api/v1/session", &headers).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn a_desk_without_tokens_answers_to_this_machines_names_only() {
    let house = House::furnished();
    let get = async |host: &str| {
        let request = Request::get("/api/v1/incidents").header("host", host);
        house.ask(request.body(Body::empty()).unwrap()).await.status
    };
    for own in [
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1:9",
        "[::1]:8080",
        "[::1]",
    ] {
        assert_eq!(get(own).await, StatusCode::OK, "{own}");
    }
    for strange in [
        "evil.example",
        "127.0.0.1.evil.example:80",
        "localhost.evil.example",
        "10.0.0.1",
        "",
    ] {
        let status = get(strange).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{strange}");
    }
}

#[tokio::test]
async fn probes_and_metrics_have_a_port_of_their_own_and_nothing_else_is_there() {
    let house = House::furnished();
    for (path, status) in [
        ("/live", StatusCode::OK),
        ("/ready", StatusCode::OK),
        ("/metrics", StatusCode::OK),
        ("/", StatusCode::NOT_FOUND),
        ("/plain", StatusCode::NOT_FOUND),
        ("/api/v1/incidents", StatusCode::NOT_FOUND),
        ("/api/v1/events", StatusCode::NOT_FOUND),
    ] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let routes = probes_router(Arc::clone(&house.desk));
        let response = routes.oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
    }
    for path in ["/live", "/ready", "/metrics"] {
        let answer = ask(&house, "GET", path, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            answer.text.contains("http.metrics_listen"),
            "{}",
            answer.text
        );
    }
}

/// A desk behind a proxy at 10.1.0.0/16 that names who asks.
fn behind_proxy() -> Access {
    let settings = [
        "http.proxy_header=\"X-Forwarded-User\"",
        "http.proxy_networks=[\"10.1.0.0/16\"]",
        "http.proxy_operators=[\"rina\"]",
        "http.listen=\"0.0.0.0:80\"",
        "http.requests_per_minute=20",
    ];
    let sources = Sources {
        settings: settings.map(str::to_owned).to_vec(),
        ..Sources::default()
    };
    Access::of(&Config::load(&sources).unwrap().http).unwrap()
}

async fn from(routes: &Router, peer: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let mut request = Request::get("/api/v1/session");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    let peer: SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = routes.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn a_proxy_is_believed_only_from_its_own_network() {
    let house = House::furnished();
    let routes = router(Arc::clone(&house.desk), behind_proxy());
    let rina = [("x-forwarded-user", "rina")];
    let (status, text) = from(&routes, "10.1.2.3:1", &rina).await;
    assert_eq!(
        (status, text.as_str()),
        (StatusCode::OK, r#"{"name":"rina","role":"operator"}"#)
    );
    let (_, text) = from(
        &routes,
        "[::ffff:10.1.2.3]:1",
        &[("X-Forwarded-User", "budi")],
    )
    .await;
    assert_eq!(text, r#"{"name":"budi","role":"viewer"}"#);
    for (peer, headers) in [
        ("10.2.0.1:1", &rina[..]),
        ("10.1.2.3:1", &[][..]),
        ("10.1.2.3:1", &[("x-forwarded-user", "")]),
        (
            "10.1.2.3:1",
            &[("x-forwarded-user", "rina"), ("x-forwarded-user", "budi")],
        ),
    ] {
        let (status, _) = from(&routes, peer, headers).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{peer} {headers:?}");
    }
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_refused_and_counted_and_others_are_not() {
    let house = House::furnished();
    let routes = router(Arc::clone(&house.desk), behind_proxy());
    let (rina, budi) = (
        [("x-forwarded-user", "rina")],
        [("x-forwarded-user", "budi")],
    );
    for _ in 0..20 {
        assert_eq!(from(&routes, "10.1.2.3:1", &rina).await.0, StatusCode::OK);
    }
    let (status, text) = from(&routes, "10.1.2.3:1", &rina).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(text, r#"{"error":"too many requests, wait a little"}"#);
    assert_eq!(from(&routes, "10.1.2.3:1", &budi).await.0, StatusCode::OK);
    // Whoever tries tokens is slowed down too.
    let mut refused = 0;
    for _ in 0..40 {
        let (status, _) = from(&routes, "10.9.9.9:1", &[("authorization", "Bearer guess")]).await;
        refused += u32::from(status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 20);
    let metrics = house.get("/metrics").await.text;
    assert!(
        metrics.contains(r#"limit_hits_total{limit="desk_requests"} 21"#),
        "{metrics}"
    );
    house.now.fetch_add(60_000, Ordering::Relaxed);
    assert_eq!(from(&routes, "10.1.2.3:1", &rina).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_page_of_elsewhere_changes_nothing() {
    let house = House::furnished();
    let bearer = format!("Bearer {TOKEN}");
    for (headers, status) in [
        (&[][..], StatusCode::OK),
        (&[("sec-fetch-site", "same-origin")], StatusCode::OK),
        (&[("sec-fetch-site", "cross-site")], StatusCode::FORBIDDEN),
        (&[("sec-fetch-site", "same-site")], StatusCode::FORBIDDEN),
        (
            &[("origin", "https://desk.example"), ("host", "desk.example")],
            StatusCode::OK,
        ),
        (
            &[("origin", "https://evil.example"), ("host", "desk.example")],
            StatusCode::FORBIDDEN,
        ),
        (
            &[("origin", "null"), ("host", "desk.example")],
            StatusCode::FORBIDDEN,
        ),
    ] {
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        let answer = ask(&house, "POST", "/api/v1/session", &all).await;
        assert_eq!(answer.status, status, "{headers:?}");
    }
}
