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
    let config = config::Topics {
        max_per_post,
        phrases_per_post: 0,
    };
    topics_by(&config, watchlist, &post("", text))
}

fn topics_by(config: &config::Topics, watchlist: &str, post: &Post<'_>) -> PostTopics {
    let gate = Gate::new(&config::Relevance {
        enabled: false,
        lists: String::new(),
    })
    .unwrap();
    let watchlist = Watchlist::parse(watchlist).unwrap();
    let extractor = Extractor::with_watchlist(config, watchlist);
    let (mut reading, mut topics) = (Reading::default(), PostTopics::default());
    gate.read(post, &mut reading);
    extractor.extract(post, &reading, &mut topics);
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

fn phrases(most: u8, post: &Post<'_>) -> Vec<String> {
    let config = config::Topics {
        max_per_post: 16,
        phrases_per_post: most,
    };
    let topics = topics_by(&config, "", post);
    let phrases = topics.keys().filter_map(|key| key.strip_prefix("phrase:"));
    phrases.map(str::to_owned).collect()
}

#[test]
fn phrases_are_the_words_that_nobody_listed() {
    let text =
        "Warga Jakarta keluhkan roti kukus Pelangi yang berjamur https://a.example/b #roti @toko";
    let mut found = phrases(16, &post("", text));
    found.sort();
    assert_eq!(
        found,
        [
            "berjamur",
            "keluhkan",
            "keluhkan roti",
            "kukus",
            "kukus pelangi",
            "pelangi",
            "roti",
            "roti kukus",
        ]
    );
    assert_eq!(phrases(0, &post("", text)), Vec::<String>::new());
}

#[test]
fn fewer_phrases_are_the_first_of_more_whatever_the_case_and_the_field() {
    let text = "Roti kukus Pelangi berjamur, sekolah mengembalikan berdus-dus roti kukus itu";
    let all = phrases(16, &post("", text));
    assert_eq!(phrases(4, &post("", &text.to_uppercase())), all[..4]);
    assert_eq!(phrases(4, &post(text, "")), all[..4]);
    assert_eq!(phrases(4, &post(text, text)), all[..4]);
}

#[test]
fn posts_that_share_words_share_phrases() {
    let one = phrases(
        6,
        &post("", "Roti kukus Pelangi berjamur hitam, murid mual"),
    );
    let two = phrases(
        6,
        &post("", "Sekotak roti kukus Pelangi berjamur dibuang tetangga"),
    );
    assert!(
        one.iter().filter(|phrase| two.contains(phrase)).count() >= 2,
        "{one:?} {two:?}"
    );
}

#[test]
fn scripts_without_blanks_are_cut_into_pieces() {
    let found = phrases(16, &post("印尼馒头发黑", ""));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found, ["馒头发黑"]);
    let thai = phrases(16, &post("ขนมปังนึ่งขึ้นราสีดำ", ""));
    assert!(!thai.is_empty() && thai.iter().all(|piece| piece.chars().count() == 8));
}
