//! Which topics a post has, and which texts count as copies, as data.

use crate::config;
use crate::post::{EventTime, Post, PostIdentity};
use crate::relevance::{Gate, Reading};
use crate::topic::{Extractor, PostTopics, Watchlist};

fn post<'a>(title: &'a str, text: &'a str) -> Post<'a> {
    Post {
        id: "1".into(),
        identity: PostIdentity(1),
        kind: None,
        platform: "x".into(),
        account: None,
        created_at: EventTime::from_millis(0),
        title: title.into(),
        text: text.into(),
        language: None,
        url: None,
        location: None,
        repost_of: None,
    }
}

fn topics_with(watchlist: &str, max_per_post: u8, text: &str) -> PostTopics {
    let gate = Gate::new(&config::Relevance {
        enabled: false,
        lists: String::new(),
    })
    .unwrap();
    let watchlist = Watchlist::parse(watchlist).unwrap();
    let extractor = Extractor::with_watchlist(&config::Topics { max_per_post }, watchlist);
    let (mut reading, mut topics) = (Reading::default(), PostTopics::default());
    let post = post("", text);
    gate.read(&post, &mut reading);
    extractor.extract(&post, &reading, &mut topics);
    topics
}

fn topics(text: &str) -> PostTopics {
    topics_with("", 16, text)
}

fn keys(topics: &PostTopics) -> Vec<&str> {
    topics.keys().collect()
}

#[test]
fn keys_follow_the_rank() {
    let watch = "[[watch]]\nid = \"rob\"\nany = [\"banjir rob\"]\n";
    let text = "Banjir rob di Demak https://www.detik.com/jateng/rob?x=1 #Rob #Demak, kata warga";
    assert_eq!(
        keys(&topics_with(watch, 16, text)),
        [
            "watch:rob",
            "hazard:banjir@ID-3321",
            "hazard:banjir@ID-JT",
            "place:ID-3321",
            "place:ID-JT",
            "tag:demak",
            "tag:rob",
            "link:detik.com/jateng/rob",
        ]
    );
    assert_eq!(
        keys(&topics_with(watch, 2, text)),
        ["watch:rob", "hazard:banjir@ID-3321"]
    );
}

#[test]
fn a_hazard_without_a_place_stands_alone() {
    assert_eq!(
        keys(&topics("Explosion at a fertilizer plant near Waco")),
        ["hazard:ledakan"]
    );
}

#[test]
fn watch_topics_need_any_all_and_none() {
    let list = r#"
        [[watch]]
        id = "pump"
        all = ["water pump", "village"]
        any = ["broken", "stolen*"]
        none = ["film"]
    "#;
    let watched = |text| keys(&topics_with(list, 16, text)).contains(&"watch:pump");
    assert!(watched("The WATER PUMP of our village is broken"));
    assert!(watched("Village: a water pump was stolen"));
    assert!(!watched("The water pump is broken"));
    assert!(!watched("The water pump of our village runs"));
    assert!(!watched("A film: the water pump of the village is broken"));
}

#[test]
fn the_watch_list_that_is_built_in_is_sound() {
    Watchlist::built_in().unwrap();
}

#[test]
fn mistakes_of_the_watch_list_are_named() {
    let message = |text| Watchlist::parse(text).unwrap_err().to_string();
    assert_eq!(
        message("[[watch]]\nid = \"a b\"\nany = [\"x\"]"),
        "watch topic \"a b\": an id has 1 to 60 letters, digits and hyphens"
    );
    assert_eq!(
        message("[[watch]]\nid = \"a\""),
        "watch topic \"a\": give words in `any` or `all`"
    );
    assert_eq!(
        message("[[watch]]\nid = \"a\"\nany = [\"ab*\"]"),
        "watch topic \"a\": \"ab*\": a beginning of a word (`word*`) needs 4 to 63 bytes"
    );
}

#[test]
fn copies_of_a_text_have_one_fingerprint() {
    let original = "Tanggul sungai jebol dan air masuk ke rumah warga di tiga desa sejak tadi malam, tolong bantu";
    let fingerprint = |text: &str| topics(text).text;
    for copy in [
        "RT @kawan: Tanggul sungai jebol dan air masuk ke rumah warga di tiga desa sejak tadi malam, tolong bantu",
        "TANGGUL SUNGAI JEBOL dan air masuk ke rumah warga, di tiga desa sejak tadi malam... tolong bantu!!!",
        "Tanggul sungai jebol dan air masuk ke rumah warga di tiga desa sejak tadi malam, mohon doa https://t.co/abc",
        "@satu @dua_tiga Tanggul sungai jebol dan air masuk ke rumah warga di tiga desa sejak tadi malam, tolong bantu",
        "Tanggul sungai jebol dan air masuk ke rumah warga di tiga desa sejak tadi malam, tolong bantu #banjir",
    ] {
        assert_eq!(fingerprint(copy), fingerprint(original), "{copy}");
    }
    for other in [
        "Jembatan sungai jebol dan air masuk ke rumah warga",
        "Tanggul sungai aman",
        "",
        "!!!",
    ] {
        assert_ne!(fingerprint(other), fingerprint(original), "{other}");
    }
    assert_ne!(fingerprint("#satu"), fingerprint("#dua"));
}

#[test]
fn a_tag_set_has_no_order_and_no_case() {
    let set = |text: &str| topics(text).tag_set;
    assert_eq!(set("#Satu dan #DUA"), set("#dua lalu #satu #satu"));
    assert_ne!(set("#satu #tiga"), set("#dua #tiga"));
    assert_eq!(set("tanpa tagar"), None);
    assert_eq!(set("satu #tagar"), None, "shared by chance");
}

#[test]
fn domains_are_counted_once() {
    let domains = |text: &str| topics(text).domains.len();
    assert_eq!(
        domains("https://news.detik.com/a https://detik.com/b https://t.co/c"),
        1
    );
    assert_eq!(domains("https://detik.com/a https://bnpb.go.id/b"), 2);
}
