//! What somebody can try who writes into a feed, and what becomes of it: the whole way from posts to alerts.
//!
//! In: a quiet morning, then an attack, a crowd, or both. Out: whether the alert is there that should be.
//! Rule: each attack is run beside a control, so that a test cannot be green because nothing ever alerts.
//! Not here: attacks on channels and pages (`notify`, `desk`): docs/security.md names those tests.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: a failure is a panic"
)]

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

/// 2026-03-02T00:00:00Z, seconds since 1970.
const MORNING: u64 = 1_772_409_600;
/// When it happens: after three hours of an ordinary morning.
const NOON: u64 = MORNING + 3 * 3_600;
const MINUTE: u64 = 60;

/// A post of `author` at so many seconds.
struct Post {
    at: u64,
    author: String,
    text: String,
}

fn post(at: u64, author: impl Into<String>, text: impl Into<String>) -> Post {
    let (author, text) = (author.into(), text.into());
    Post { at, author, text }
}

/// Three hours of talk about a dozen things, then half an hour more.
fn ordinary() -> Vec<Post> {
    ordinary_since(MORNING)
}

/// The same from another time on.
fn ordinary_since(begin: u64) -> Vec<Post> {
    let topics = [
        "pasar", "bola", "hujan", "resep", "film", "macet", "sekolah", "kopi", "musik", "mudik",
        "diskon", "cuaca",
    ];
    let ends = NOON + 30 * MINUTE;
    let times = (begin..ends).step_by(4).enumerate();
    let posts = times.map(|(number, at)| {
        let topic = topics[number * 7 % topics.len()];
        post(
            at,
            format!("warga{}", number % 400),
            format!("kabar {number} soal #{topic}"),
        )
    });
    posts.collect()
}

/// So many people who write about `tag` in their own words within five minutes.
fn crowd(people: u64, tag: &str) -> Vec<Post> {
    let words = [
        "lihat", "kenapa", "ramai", "tolong", "dengar", "tadi", "baru", "semua", "jalan", "rumah",
    ];
    let posts = (0..people).map(|number| {
        let at = NOON + number * 5 * MINUTE / people;
        let word = |step: u64| words[usize::try_from((number * step + number / 10) % 10).unwrap()];
        let text = format!("{} {} {} nomor {number} #{tag}", word(3), word(7), word(9));
        post(at, format!("orang{number}"), text)
    });
    posts.collect()
}

/// What `replay` says of the posts: alerts, and everything as it was printed.
fn replay(mut posts: Vec<Post>) -> (Vec<Value>, String) {
    posts.sort_by_key(|post| post.at);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("posts.jsonl");
    let lines = posts.iter().enumerate().map(|(number, post)| {
        let at = jiff::Timestamp::from_second(i64::try_from(post.at).unwrap()).unwrap();
        let line = json!({
            "id": number.to_string(), "kind": "social", "author": post.author,
            "created_at": at.to_string(), "text": post.text,
        });
        format!("{line}\n")
    });
    fs::write(&file, lines.collect::<String>()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_kentongan"))
        .args(["--set", "relevance.enabled=false", "replay"])
        .arg(&file)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let alerts = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    (alerts.collect(), format!("{printed}{said}"))
}

/// Whether an alert is about `topic`.
fn is_told(alerts: &[Value], topic: &str) -> bool {
    let mut topics = alerts
        .iter()
        .filter_map(|alert| alert["topics"].as_array())
        .flatten();
    topics.any(|one| one == topic)
}

fn with(mut posts: Vec<Post>, more: impl IntoIterator<Item = Post>) -> Vec<Post> {
    posts.extend(more);
    posts
}

#[test]
fn a_crowd_is_told_and_an_ordinary_morning_is_not() {
    let (alerts, _) = replay(ordinary());
    assert!(alerts.is_empty(), "{alerts:?}");
    let (alerts, _) = replay(with(ordinary(), crowd(200, "jembatan")));
    assert!(is_told(&alerts, "tag:jembatan"), "{alerts:?}");
}

#[test]
fn a_flood_of_one_account_raises_nothing() {
    let flood = (0..3_000).map(|number| {
        post(
            NOON + number / 10,
            "penjual",
            format!("promo {number} #jembatan"),
        )
    });
    let (alerts, _) = replay(with(ordinary(), flood));
    assert!(!is_told(&alerts, "tag:jembatan"), "{alerts:?}");
}

#[test]
fn a_campaign_that_copies_itself_is_called_one_and_stays_at_the_lowest_level() {
    let push = (0..600).map(|number| {
        let at = NOON + number / 2;
        post(
            at,
            format!("akun{}", number % 25),
            "turunkan sekarang juga #jembatan",
        )
    });
    let (alerts, _) = replay(with(ordinary(), push));
    let about = alerts
        .iter()
        .filter(|alert| is_told(std::slice::from_ref(alert), "tag:jembatan"));
    for alert in about {
        assert_eq!(alert["level"], "waspada", "{alert}");
        assert_ne!(alert["character"], "organic", "{alert}");
    }
}

#[test]
fn a_crowd_is_not_hidden_behind_a_flood_of_other_tags() {
    let smoke = (0..12_000).map(|number| {
        let at = NOON - 5 * MINUTE + number / 20;
        let (account, tag) = (number % 3_000, number % 4_000);
        post(
            at,
            format!("bot{account}"),
            format!("kabut {number} #asap{tag}"),
        )
    });
    let (alerts, _) = replay(with(with(ordinary(), crowd(400, "jembatan")), smoke));
    assert!(is_told(&alerts, "tag:jembatan"), "{} alerts", alerts.len());
}

/// The feeding itself is noticed, and called what it is; the crowd is noticed above it.
#[test]
fn a_baseline_that_was_fed_for_hours_does_not_hide_a_crowd() {
    let feeding = (MORNING..NOON).step_by(30).enumerate().map(|(number, at)| {
        let author = format!("penyuap{}", number % 5);
        post(at, author, format!("biasa saja {number} #jembatan"))
    });
    let before = ordinary_since(NOON - 12 * 3_600);
    let (alerts, _) = replay(with(with(before, crowd(300, "jembatan")), feeding));
    let about: Vec<&Value> = alerts
        .iter()
        .filter(|alert| is_told(std::slice::from_ref(alert), "tag:jembatan"))
        .collect();
    assert_eq!(about[0]["character"], "amplified", "{alerts:?}");
    assert_eq!(about[0]["level"], "waspada", "{alerts:?}");
    assert!(
        about.iter().any(|alert| alert["level"] == "siaga"),
        "{alerts:?}"
    );
}

/// Whether a crowd whose posts spell the tag in turn in each of these ways is one topic.
fn are_one_topic(spelled: &[&str]) {
    let spell = |(number, post): (usize, Post)| Post {
        text: post
            .text
            .replace("jembatan", spelled[number % spelled.len()]),
        ..post
    };
    let posts = crowd(200, "jembatan").into_iter().enumerate().map(spell);
    let (alerts, _) = replay(with(ordinary(), posts));
    assert!(is_told(&alerts, "tag:jembatan"), "{alerts:?}");
    let posts: f64 = alerts
        .iter()
        .filter_map(|alert| alert["counts"]["posts"]["observed"].as_f64())
        .fold(0.0, f64::max);
    assert!(posts > 120.0, "the spellings were counted apart: {posts}");
}

#[test]
fn invisible_and_wide_letters_make_no_other_topic() {
    are_one_topic(&[
        "jembatan",
        "jem\u{200b}batan",
        "jem\u{2060}ba\u{ad}tan",
        "ｊｅｍｂａｔａｎ",
        "JEMBATAN",
    ]);
}

#[test]
fn look_alike_letters_inside_a_word_make_no_other_topic() {
    are_one_topic(&[
        "jembatan",
        "j\u{435}mbatan",
        "\u{458}emb\u{430}t\u{430}n",
        "J\u{395}MBATAN",
    ]);
}

#[test]
fn what_steers_a_terminal_or_ends_a_line_never_comes_out_as_it_went_in() {
    let hostile = "\u{1b}[2J\u{7}\r\n{\"level\":\"awas\"}\n=HYPERLINK(\"http://x\") </script><!channel> \u{202e}kabar";
    let posts = crowd(200, "jembatan").into_iter().map(|post| Post {
        text: format!("{hostile} {}", post.text),
        ..post
    });
    let (alerts, printed) = replay(with(ordinary(), posts));
    assert!(is_told(&alerts, "tag:jembatan"), "{alerts:?}");
    let steering = printed
        .chars()
        .find(|&letter| letter.is_control() && letter != '\n');
    assert_eq!(steering, None);
    assert!(
        alerts.iter().all(|alert| alert["schema"].is_string()),
        "a line of its own came out"
    );
}

#[test]
fn names_that_meet_in_a_table_cost_no_more_than_others() {
    // Words that differ in one letter at either end, the cheapest way to meet in a weak hash: all are counted.
    let names = (0..20_000).map(|number| {
        let tag = format!("x{number:05}x");
        post(
            NOON + number / 70,
            format!("akun{number}"),
            format!("sama #{tag}"),
        )
    });
    let (alerts, _) = replay(with(with(ordinary(), crowd(400, "jembatan")), names));
    assert!(is_told(&alerts, "tag:jembatan"), "{} alerts", alerts.len());
}
