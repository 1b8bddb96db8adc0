//! The page's files, and what every answer forbids.

use super::*;

const PAGE: [&str; 9] = [
    "style.css",
    "icon.svg",
    "main.js",
    "live.js",
    "list.js",
    "detail.js",
    "drawing.js",
    "format.js",
    "words.js",
];

#[tokio::test]
async fn every_answer_forbids_what_a_page_should_never_do() {
    let house = House::furnished();
    for path in [
        "/",
        "/page/main.js",
        "/api/v1/incidents",
        "/elsewhere",
        "/metrics",
    ] {
        let headers = house.get(path).await.headers;
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'self';"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
    }
}

#[tokio::test]
async fn the_page_asks_nobody_else_and_makes_no_markup_of_text() {
    let house = House::furnished();
    let mut texts = vec![house.get("/").await.text, house.get("/plain").await.text];
    for name in PAGE {
        let answer = house.get(&format!("/page/{name}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        texts.push(answer.text);
    }
    for text in texts {
        let text = text.replace("http://www.w3.org/2000/svg", "");
        for never in [
            "http://",
            "url(",
            "@import",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "<style",
            " style=",
            " onclick",
            "javascript:",
        ] {
            assert!(!text.contains(never), "{never} in {text}");
        }
        // Only files of its own: the plain page's, and the full one's where it was built.
        let own = [
            r#"<script type="module" src="/page/"#,
            r#"<script type="module" crossorigin src="/desk/"#,
        ];
        let known: usize = own.iter().map(|start| text.matches(start).count()).sum();
        assert_eq!(text.matches("<script").count(), known, "{text}");
    }
}

#[tokio::test]
async fn both_languages_of_the_page_have_the_same_words() {
    let text = House::furnished().get("/page/words.js").await.text;
    let (_, tables) = text.split_once("id: {").unwrap();
    let (indonesian, english) = tables.split_once("en: {").unwrap();
    let (english, _) = english.split_once("};").unwrap();
    let keys = |table: &str| -> BTreeSet<String> {
        let before = table
            .match_indices(": \"")
            .map(|(at, _)| table.split_at(at).0);
        before
            .map(|text| text.rsplit([' ', '\n', ',']).next().unwrap().to_owned())
            .collect()
    };
    assert!(keys(english).len() > 60, "{:?}", keys(english));
    assert_eq!(keys(indonesian), keys(english));
}
