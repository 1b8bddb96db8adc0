//! What a made feed promises: the same bytes, time order, the events where the truth says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor};
use std::num::NonZeroU32;
use std::time::Duration;

use proptest::prelude::{any, prop_assert, proptest};
use serde_json::{Value, json};

use super::*;

fn settings(toml: &str, hours: u64) -> Settings {
    Settings {
        seed: 1,
        start: DEFAULT_START,
        length: Duration::from_secs(hours * 3600),
        rate: DEFAULT_RATE,
        script: Script::from_toml(toml).unwrap(),
    }
}

fn made(settings: &Settings) -> Vec<MadePost> {
    Simulation::new(settings).unwrap().collect()
}

fn event(kind: &str) -> String {
    format!("[[event]]\nkind = \"{kind}\"\nat = \"1h\"\n")
}

/// The posts of the one event of `kind`, as JSON.
fn event_posts(kind: &str) -> Vec<(MadePost, Value)> {
    let posts = made(&settings(&event(kind), 3)).into_iter();
    posts
        .filter(|post| post.event == Some(0))
        .map(|post| {
            let line = serde_json::from_str(&post.line).unwrap();
            (post, line)
        })
        .collect()
}

fn distinct(posts: &[(MadePost, Value)], member: &str) -> usize {
    let values = posts.iter().filter_map(|(_, line)| line[member].as_str());
    values.collect::<BTreeSet<_>>().len()
}

/// Posts of `kind` between two instants, seconds after the onset at one hour.
fn between(posts: &[(MadePost, Value)], kind: FeedKind, from: i64, to: i64) -> usize {
    let onset = DEFAULT_START.plus_millis(3_600_000);
    let seconds = |post: &MadePost| post.at.millis_since(onset) / 1000;
    let of_kind = posts.iter().filter(|(post, _)| post.kind == kind);
    of_kind
        .filter(|(post, _)| (from..to).contains(&seconds(post)))
        .count()
}

#[test]
fn same_seed_gives_the_same_bytes_and_another_seed_others() {
    let mut run = settings(&event("earthquake"), 2);
    let first = made(&run);
    assert_eq!(first, made(&run));
    run.seed = 2;
    assert_ne!(first, made(&run));
}

#[test]
fn one_more_event_changes_no_other_post() {
    let quiet: Vec<_> = made(&settings("", 2));
    let mut busy = made(&settings(&event("flood"), 2));
    busy.retain(|post| post.event.is_none());
    assert_eq!(quiet, busy);
}

#[test]
fn posts_come_in_time_order_with_ids_of_their_own() {
    let all: String = [
        "earthquake",
        "flood",
        "push",
        "chorus",
        "rumour",
        "relay",
        "press",
    ]
    .map(event)
    .concat();
    let run = settings(&all, 3);
    let posts = made(&run);
    assert!(posts.is_sorted_by_key(|post| post.at));
    let mut ids = BTreeSet::new();
    for post in &posts {
        let line: Value = serde_json::from_str(&post.line).unwrap();
        assert!(ids.insert(line["id"].as_str().unwrap().to_owned()));
        assert_eq!(line["created_at"], post.at.to_string());
        assert_eq!(line["kind"], post.kind.as_str());
        assert!(!line["text"].as_str().unwrap().is_empty());
        assert!(!line["text"].as_str().unwrap().contains(['{', '}']));
    }
    let truths = Simulation::new(&run).unwrap().truths().to_vec();
    for post in &posts {
        let truth = post.event.and_then(|number| truths.get(number));
        assert!(truth.is_none_or(|truth| (truth.onset_at..=truth.ends_at).contains(&post.at)));
    }
}

#[test]
fn quiet_day_has_its_rhythm_and_many_texts() {
    let posts = made(&settings("", 24));
    let at_hour = |hour: i64| {
        let from = DEFAULT_START.plus_millis(hour * 3_600_000);
        let to = from.plus_millis(3_600_000);
        posts
            .iter()
            .filter(|post| (from..to).contains(&post.at))
            .count()
    };
    assert!(at_hour(3) * 5 < at_hour(12) && at_hour(12) < at_hour(20));
    assert!(at_hour(15) < at_hour(12));
    let news = posts.iter().filter(|post| post.kind == FeedKind::News);
    let share = posts.len() / news.count();
    assert!((9..=13).contains(&share), "{share}");
    assert!((150_000..195_000).contains(&posts.len()), "{}", posts.len());
    let mut texts: BTreeMap<String, u32> = BTreeMap::new();
    let mut authors: BTreeMap<String, u32> = BTreeMap::new();
    for post in posts
        .iter()
        .take(10_000)
        .filter(|post| post.kind == FeedKind::Social)
    {
        let line: Value = serde_json::from_str(&post.line).unwrap();
        *texts
            .entry(line["text"].as_str().unwrap().to_owned())
            .or_default() += 1;
        *authors
            .entry(line["author"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    assert!(texts.len() > 5_000, "{}", texts.len());
    let busiest = authors.values().copied().max().unwrap();
    assert!(busiest > 20 && busiest < 300, "{busiest}");
}

#[test]
fn earthquake_is_sharp_and_the_news_follow() {
    let posts = event_posts("earthquake");
    let social = |from, to| between(&posts, FeedKind::Social, from, to);
    assert!(social(0, 10) < 40);
    assert!(social(60, 120) > 250, "{}", social(60, 120));
    assert_eq!(between(&posts, FeedKind::News, 0, 180), 0);
    assert!(between(&posts, FeedKind::News, 180, 600) > 10);
    assert!(distinct(&posts, "author") > 4_000);
    let reposts = distinct(&posts, "repost_of");
    assert!(reposts > 1_000, "{reposts}");
}

#[test]
fn push_is_forty_accounts_with_nearly_one_voice() {
    let posts = event_posts("push");
    assert!(posts.len() > 1_500);
    assert_eq!(distinct(&posts, "author"), 40);
    assert!(distinct(&posts, "text") < posts.len() / 4);
    for (_, line) in &posts {
        assert!(
            line["text"]
                .as_str()
                .unwrap()
                .ends_with("#SelamatkanPesisir #SuaraWarga #IndonesiaBersuara")
        );
    }
}

#[test]
fn flood_grows_over_its_ramp() {
    let posts = event_posts("flood");
    let minutes = |from: i64, to: i64| between(&posts, FeedKind::Social, from * 60, to * 60);
    let growth = [
        minutes(0, 5),
        minutes(5, 10),
        minutes(10, 15),
        minutes(15, 20),
    ];
    assert!(
        growth.is_sorted() && growth[0] * 4 < growth[3],
        "{growth:?}"
    );
    let photos = posts.iter().filter(|(_, line)| {
        line["text"]
            .as_str()
            .unwrap()
            .contains("https://foto.example/")
    });
    assert!(photos.count() > 200);
}

#[test]
fn rumour_is_one_text_from_many_accounts_and_press_many_languages() {
    let rumour = event_posts("rumour");
    assert_eq!(distinct(&rumour, "text"), 1);
    assert!(distinct(&rumour, "author") > rumour.len() * 9 / 10);
    let press = event_posts("press");
    assert!(distinct(&press, "lang") >= 6);
    assert!(between(&press, FeedKind::News, 0, 3600) > 100);
}

#[test]
fn chorus_is_many_accounts_and_words_under_one_set_of_hashtags() {
    let posts = event_posts("chorus");
    assert!(distinct(&posts, "author") > 1_000);
    assert!(distinct(&posts, "text") > posts.len() * 7 / 10);
    let fixed = "#TarifAdil #KamiBersama #DengarkanWarga";
    let tagged = |line: &Value| line["text"].as_str().unwrap().ends_with(fixed);
    assert!(posts.iter().all(|(_, line)| tagged(line)));
}

#[test]
fn relay_is_a_few_posts_passed_on_by_many_accounts() {
    let posts = event_posts("relay");
    let reposts = posts
        .iter()
        .filter(|(_, line)| line["repost_of"].is_string());
    assert!(reposts.count() > posts.len() * 9 / 10);
    assert!(distinct(&posts, "author") > posts.len() * 8 / 10);
}

#[test]
fn demo_script_keeps_its_constants() {
    let script = Script::from_toml(DEMO_SCRIPT).unwrap();
    let at: Vec<f64> = script.events.iter().map(|event| event.at).collect();
    let constants = [DEMO_EARTHQUAKE_AT, DEMO_PUSH_AT, DEMO_FLOOD_AT];
    assert_eq!(at, constants.map(|at| at.as_secs_f64()));
    let end = script.events.iter().map(|event| event.at + event.duration);
    assert!(end.fold(0.0, f64::max) <= DEMO_LENGTH.as_secs_f64());
    assert_eq!(DEMO_EARTHQUAKE_AT, DEMO_HISTORY + Duration::from_secs(20));
}

#[test]
fn truth_names_topics_and_times() {
    let run = Settings {
        length: DEMO_LENGTH,
        ..settings(DEMO_SCRIPT, 0)
    };
    let truths = Simulation::new(&run).unwrap().truths().to_vec();
    let lines: Vec<Value> = truths.iter().map(|truth| json!(truth)).collect();
    assert_eq!(lines[0]["onset_at"], "2026-01-05T17:00:20.000Z");
    assert_eq!(lines[0]["topics"][0], "hazard:gempa@ID-NB");
    assert_eq!(lines[1]["topics"][0], "tag:selamatkanpesisir");
    assert_eq!(lines[2]["topics"][0], "hazard:banjir@ID-JT");
    let characters: Vec<_> = truths.iter().map(|truth| truth.character).collect();
    assert_eq!(characters, ["organic", "amplified", "organic"]);
}

#[test]
fn mistakes_in_an_events_file_are_named() {
    let check = |toml: &str, names: &str| {
        let message = Script::from_toml(toml).unwrap_err().to_string();
        assert!(message.contains(names), "{message}");
    };
    check("[[event]]\nkind = \"storm\"\nat = \"1h\"", "earthquake");
    check("[[event]]\nkind = \"push\"", "at");
    check(
        "[[event]]\nkind = \"push\"\nat = \"soon\"",
        "event 1: \"soon\" is not a length of time",
    );
    check("[[event]]\nkind = \"push\"\nat = \"-1h\"", "event 1");
    check(
        "[[event]]\nkind = \"push\"\nat = \"1h\"\nplace = \"Atlantis\"",
        "Jakarta",
    );
    check(
        "[[event]]\nkind = \"push\"\nat = \"1h\"\nstrength = nan",
        "strength",
    );
    check(
        "[[event]]\nkind = \"push\"\nat = \"1h\"\naccounts = 0",
        "accounts",
    );
    check(
        "[[event]]\nkind = \"push\"\nat = \"1h\"\ncolour = 1",
        "colour",
    );
    check(&event("push").repeat(101), "at most 100");
}

fn played(recording: &str, replay: Replay) -> Vec<MadePost> {
    let recording = recording.to_owned();
    let open = move || Ok(Cursor::new(recording.clone()));
    Recording::new(open, replay).map(Result::unwrap).collect()
}

fn replay(rebase_millis: i64, speed: f64, rounds: u32) -> Replay {
    Replay {
        rebase: Some(EventTime::from_millis(rebase_millis)),
        speed,
        rounds: NonZeroU32::new(rounds).unwrap(),
    }
}

const RECORDING: &str = r#"{"id": "a", "kind": "news", "created_at": "2020-01-01T00:00:00Z", "text": "satu \"dua\", {tiga"}
{"text":"tanpa id","created_at":"2020-01-01T07:00:10+07:00","extra":{"id":[1,"}"]}}

{"id":5,"text":"\ud83d","created_at":"2020-01-01T00:00:20Z"}
"#;

#[test]
fn recording_changes_only_ids_and_times() {
    let lines: Vec<String> = played(RECORDING, replay(16, 2.0, 2))
        .into_iter()
        .map(|post| post.line)
        .collect();
    assert_eq!(
        lines,
        [
            r#"{"id": "r10.1-a", "kind": "news", "created_at": "1970-01-01T00:00:00.016Z", "text": "satu \"dua\", {tiga"}"#,
            r#"{"id":"r10.1-line2","text":"tanpa id","created_at":"1970-01-01T00:00:05.016Z","extra":{"id":[1,"}"]}}"#,
            r#"{"id":"r10.1-5","text":"\ud83d","created_at":"1970-01-01T00:00:10.016Z"}"#,
            r#"{"id": "r3aa8.2-a", "kind": "news", "created_at": "1970-01-01T00:00:15.016Z", "text": "satu \"dua\", {tiga"}"#,
            r#"{"id":"r3aa8.2-line2","text":"tanpa id","created_at":"1970-01-01T00:00:20.016Z","extra":{"id":[1,"}"]}}"#,
            r#"{"id":"r3aa8.2-5","text":"\ud83d","created_at":"1970-01-01T00:00:25.016Z"}"#,
        ]
    );
}

#[test]
fn recording_routes_by_kind_and_keeps_its_time_unless_rebased() {
    let as_recorded = Replay {
        rebase: None,
        ..replay(0, 1.0, 1)
    };
    let posts = played(RECORDING, as_recorded);
    let kinds: Vec<_> = posts.iter().map(|post| post.kind).collect();
    assert_eq!(kinds, [FeedKind::News, FeedKind::Social, FeedKind::Social]);
    assert_eq!(posts[0].at.to_string(), "2020-01-01T00:00:00.000Z");
}

#[test]
fn broken_lines_are_passed_on_as_they_are() {
    for broken in [
        "not json",
        r#"{"id":"a"}"#,
        r#"{"created_at":"besok"}"#,
        "[1]",
        r#"{"created_at":"#,
    ] {
        let posts = played(&format!("{broken}\n{RECORDING}{broken}"), replay(0, 1.0, 1));
        assert_eq!(posts.len(), 5);
        assert_eq!((&*posts[0].line, &*posts[4].line), (broken, broken));
        assert_eq!(posts[4].at, posts[3].at);
    }
}

#[test]
fn recording_that_cannot_be_read_fails_once_and_says_where() {
    let failing = || Err::<Cursor<Vec<u8>>, _>(io::Error::from(io::ErrorKind::NotFound));
    let results: Vec<_> = Recording::new(failing, replay(0, 1.0, 3)).collect();
    let [Err(error)] = &results[..] else {
        panic!("{} results", results.len());
    };
    assert_eq!(error.to_string(), "reading the recording, round 1, line 1");
    let endless = || Ok(Cursor::new(vec![b'x'; 17 * 1024 * 1024]));
    let results: Vec<_> = Recording::new(endless, replay(0, 1.0, 1)).collect();
    assert!(matches!(
        &results[..],
        [Err(RecordingError::LineTooLong { round: 1, line: 1 })]
    ));
}

proptest! {
    #[test]
    fn any_bytes_are_played_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let open = || Ok(Cursor::new(bytes.clone()));
        let lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        prop_assert!(Recording::new(open, replay(0, 1.0, 2)).count() == 2 * lines.count());
    }
}
