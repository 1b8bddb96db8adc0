//! Who may see what.

use super::*;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const GUARDED: [&str; 5] = [
    "/api/incidents",
    "/api/incidents/gempa-id-nb-20260303t201126",
    "/api/feeds",
    "/api/events",
    "/api/session",
];
const OPEN: [&str; 8] = [
    "/",
    "/plain",
    "/page/main.js",
    "/api/openapi.json",
    "/schemas/alert/v1",
    "/metrics",
    "/live",
    "/ready",
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
    if path != "/api/events" || parts.status != StatusCode::OK {
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
async fn the_page_itself_the_metrics_and_the_probes_need_none() {
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
    let signed_in = ask(&house, "POST", "/api/session", &bearer).await;
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
        "/api/incidents",
        &[("cookie", both.as_str())],
    )
    .await;
    assert_eq!(answer.status, StatusCode::OK);
    let signed_out = ask(&house, "DELETE", "/api/session", &[]).await;
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
        "/api/session",
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
    let answer = ask(&house, "POST", "/api/session", &headers).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn a_desk_without_tokens_answers_to_this_machines_names_only() {
    let house = House::furnished();
    let get = async |host: &str| {
        let request = Request::get("/api/incidents").header("host", host);
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
async fn a_process_without_the_role_desk_has_probes_and_metrics_alone() {
    let house = House::furnished();
    for (path, status) in [
        ("/live", StatusCode::OK),
        ("/ready", StatusCode::OK),
        ("/metrics", StatusCode::OK),
        ("/", StatusCode::NOT_FOUND),
        ("/plain", StatusCode::NOT_FOUND),
        ("/api/incidents", StatusCode::NOT_FOUND),
        ("/api/events", StatusCode::NOT_FOUND),
    ] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let routes = probes_router(Arc::clone(&house.desk));
        let response = routes.oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{path}");
    }
}
