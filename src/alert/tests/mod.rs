//! A made incident, and what an alert made of it must be.

use serde_json::Value;

use super::*;
use crate::config::EvidenceMode;
use crate::detect::{Change, CountTable, Pair, Series, Signal, WindowEvidence};
use crate::post::{EventTime, FeedKind, Language, PostIdentity, TopicKey};
use crate::relevance::PlaceCode;
use crate::triage::{Character, Level, Reason, Revision, Status};
use crate::window::{PostSketch, Sample, Scale};

/// 2026-03-03T20:11:26Z, the onset of the made incident.
const ONSET: i64 = 1_772_568_686_000;

/// Knows one place and one watch topic.
struct Few;

impl TopicNames for Few {
    fn place(&self, code: &str) -> Option<Title> {
        (code == "ID-NB").then(|| Title {
            id: "Nusa Tenggara Barat".to_owned(),
            en: "West Nusa Tenggara".to_owned(),
        })
    }

    fn watch(&self, id: &str) -> Option<Title> {
        (id == "embassies").then(|| Title {
            id: "Kedutaan besar".to_owned(),
            en: "Embassies".to_owned(),
        })
    }
}

/// What the tests render with.
pub(crate) fn rendering(evidence: EvidenceMode) -> Rendering {
    Rendering {
        source: "/kentongan".to_owned(),
        url: "http://127.0.0.1:8080/#{incident}".to_owned(),
        config_digest: "sha256:0a1b".to_owned(),
        program: "kentongan 0.0.0".to_owned(),
        evidence,
        words: Words::built_in().unwrap(),
        names: Box::new(Few),
    }
}

fn pair(observed: u32, expected: f64) -> Pair {
    Pair { observed, expected }
}

fn sample(identity: u64, id: &str, url: &str) -> Sample {
    Sample {
        identity: PostIdentity(identity),
        id: id.into(),
        kind: FeedKind::Social,
        platform: "x".into(),
        language: None,
        created_at: EventTime::from_millis(ONSET + 9_000),
        text: "Terasa kuat di Mataram, lampu bergoyang".into(),
        url: Some(url.into()),
    }
}

fn signal(topic: &str) -> Signal {
    let time = |seconds: i64| EventTime::from_millis(ONSET + seconds * 1_000);
    Signal {
        partition: 3,
        sent_at: time(42),
        episode: "hazard:gempa@ID-NB/1772568686".to_owned(),
        change: Change::Opened,
        topic: TopicKey::new(topic),
        at: time(41),
        onset_at: time(0),
        opened_at: time(41),
        evidence: WindowEvidence {
            kind: FeedKind::Social,
            scale: Scale::FiveMinutes,
            until: time(41),
            observed: 412,
            expected: 3.08,
            critical: 17,
            surprise: 187.25,
        },
        counts: CountTable {
            posts: pair(412, 3.08),
            originals: pair(260, 2.2),
            accounts: pair(371, 380.5),
            texts: pair(248, 251.0),
            domains: pair(9, 7.5),
            tag_sets: pair(31, 28.0),
        },
        feeds: vec![
            ("feeds.news".to_owned(), 3),
            ("feeds.social".to_owned(), 412),
        ],
        kinds: vec![(FeedKind::Social, 412), (FeedKind::News, 3)],
        first_seen: vec![(FeedKind::Social, time(0)), (FeedKind::News, time(340))],
        voices: claims::voices(),
        terms: claims::terms(),
        leading_terms: claims::leading_terms(),
        divergence: claims::divergence(),
        languages: [("id", 350), ("en", 40)]
            .iter()
            .map(|&(code, count)| (Language::parse(code).unwrap(), count))
            .collect(),
        hazards: Vec::new(),
        places: vec![
            (PlaceCode::new("ID-NB"), 300),
            (PlaceCode::new("ID-BA"), 20),
        ],
        samples: vec![
            sample(1, "1764", "https://x.com/someone/status/1764"),
            sample(
                2,
                "at://did:plc:abc/post/3k",
                "https://bsky.app/profile/a.b/post/3k",
            ),
        ],
        identities: PostSketch::of([].iter()),
        series: Series {
            pane_s: 60,
            from_ms: ONSET - 26_000 - 2 * 60_000,
            observed: vec![1, 0, 230, 182],
            expected: vec![0.6, 0.6, 0.62, 0.616_66],
            critical: vec![7, 7, 7, 7],
        },
        delayed: false,
    }
}

/// The first revision of a made earthquake.
pub(crate) fn revision() -> Revision {
    let signal = signal("hazard:gempa@ID-NB");
    Revision {
        incident: "gempa-id-nb-20260303t201126".to_owned(),
        revision: 1,
        status: Status::Opened,
        reason: Reason::Spike,
        frozen: false,
        level: Level::Awas,
        character: Character::Organic,
        character_why: vec![("accounts".to_owned(), 371, 380.5)],
        topics: vec![
            TopicKey::new("hazard:gempa@ID-NB"),
            TopicKey::new("tag:gempa"),
        ],
        opened_at: signal.opened_at,
        updated_at: signal.at,
        resolved_at: None,
        merged_into: None,
        claims: vec![claims::resembled()],
        people: crate::triage::People::default(),
        config_digest: None,
        signal,
    }
}

/// The alert of [`revision`].
pub(crate) fn alert() -> Alert {
    Alert::render(&revision(), &rendering(EvidenceMode::Masked))
}

/// The same incident, over.
fn resolved() -> Revision {
    let mut revision = revision();
    revision.revision = 4;
    revision.status = Status::Resolved;
    revision.reason = Reason::Calm;
    revision.updated_at = revision.opened_at.plus_millis(3 * 3_600_000);
    revision.resolved_at = Some(revision.updated_at);
    revision
}

fn rendered() -> Vec<Alert> {
    let mut endless = revision();
    endless.signal.evidence.expected = 0.0;
    endless.signal.evidence.surprise = f64::INFINITY;
    endless.signal.onset_at = EventTime::MIN;
    endless.signal.places.clear();
    endless.signal.first_seen.truncate(1);
    let masked = rendering(EvidenceMode::Masked);
    let none = rendering(EvidenceMode::None);
    vec![
        Alert::render(&revision(), &masked),
        Alert::render(&resolved(), &masked),
        Alert::render(&endless, &none),
    ]
}

#[test]
fn schema_is_the_published_one() {
    let text = serde_json::to_string_pretty(&schema()).unwrap();
    golden::compare("alert-v1.schema.json", text);
}

#[test]
fn example_is_the_published_one() {
    let text = serde_json::to_string_pretty(&alert()).unwrap();
    golden::compare("alert-v1.example.json", text);
}

#[test]
fn rendered_alerts_are_valid_by_the_schema_and_read_back() {
    let schema = schema();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    for alert in rendered() {
        let value = serde_json::to_value(&alert).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(serde_json::from_value::<Alert>(value).unwrap(), alert);
    }
}

#[test]
fn schema_refuses_what_is_not_an_alert() {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema())
        .unwrap();
    let good = serde_json::to_value(alert()).unwrap();
    let changes: [(&str, Value); 5] = [
        ("level_number", 5.into()),
        ("status", "closed".into()),
        ("schema", "urn:other".into()),
        ("onset_at", "yesterday".into()),
        ("revision", 0.into()),
    ];
    for (member, value) in changes {
        let mut bad = good.clone();
        bad[member] = value;
        assert!(!validator.is_valid(&bad), "{member}");
    }
    let mut bad = good;
    bad.as_object_mut().unwrap().remove("why");
    assert!(!validator.is_valid(&bad));
}

#[test]
fn members_stand_in_the_promised_order() {
    let text = serde_json::to_string(&alert()).unwrap();
    let promised = "schema id incident revision status reason level level_number title topic topics \
        onset_at opened_at updated_at resolved_at window observed expected critical ratio surprise \
        counts character character_why feeds lead voices divergence places languages terms evidence claims series why needs \
        data_state acknowledged snoozed false_alarm actions merged_into exercise url config_digest program";
    let mut rest = text.as_str();
    for member in promised.split_whitespace() {
        let (_, after) = rest
            .split_once(&format!("\"{member}\":"))
            .unwrap_or_else(|| panic!("{member} is missing or out of order"));
        rest = after;
    }
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        value.as_object().unwrap().len(),
        promised.split_whitespace().count()
    );
}

fn titles(change: impl FnOnce(&mut Revision)) -> (String, String) {
    let mut revision = revision();
    change(&mut revision);
    let title = Alert::render(&revision, &rendering(EvidenceMode::Masked)).title;
    (title.id, title.en)
}

fn titles_of(topic: &str) -> (String, String) {
    titles(|revision| revision.topics = vec![TopicKey::new(topic)])
}

#[test]
fn titles_can_be_read_aloud() {
    let titles = [
        titles(|_| ()),
        titles(|revision| *revision = resolved()),
        titles(|revision| {
            *revision = resolved();
            revision.merged_into = Some("an older one".to_owned());
        }),
        titles_of("hazard:gempa"),
        titles_of("hazard:unknown_thing@ID-ZZ"),
        titles_of("place:ID-NB"),
        titles_of("place:ID-ZZ"),
        titles_of("watch:embassies"),
        titles_of("watch:other"),
        titles_of("tag:lombok"),
        titles_of("phrase:jembatan runtuh"),
        titles_of("link:news.example/2026/gempa"),
        titles_of("feed:feeds.social"),
        titles_of("something else"),
    ];
    let lines: Vec<String> = titles
        .into_iter()
        .map(|(id, en)| format!("{id}\n{en}"))
        .collect();
    insta::assert_snapshot!(lines.join("\n\n"));
}

#[test]
fn a_hostile_tag_cannot_fill_patterns_hide_text_or_fill_the_screen() {
    let long = "{place}\u{202e}\u{1b}[31m".to_owned() + &"x".repeat(500);
    let (id, en) = titles_of(&format!("tag:{long}"));
    for title in [id, en] {
        assert!(title.contains("{place}[31mxxx"), "{title}");
        assert!(title.chars().count() < 160, "{title}");
        assert!(!title.chars().any(char::is_control), "{title}");
    }
}

#[test]
fn a_hazard_has_the_place_that_half_of_its_posts_name() {
    let (id, _) = titles(|revision| {
        revision.topics = vec![TopicKey::new("hazard:gempa")];
        revision.signal.places = vec![(PlaceCode::new("ID-NB"), 100)];
    });
    assert!(id.starts_with("Gempa: 412 unggahan"), "{id}");
}

#[test]
fn the_kind_that_came_first_leads() {
    let lead = alert().lead.unwrap();
    assert_eq!((lead.kind, lead.seconds), (FeedKind::Social, 340));
    let mut revision = revision();
    revision.signal.first_seen.reverse();
    let alert = Alert::render(&revision, &rendering(EvidenceMode::Masked));
    assert_eq!(alert.lead, Some(lead));
}

#[test]
fn shares_of_each_split_add_up_to_the_surprise() {
    for alert in rendered() {
        for by in [ShareBy::Feed, ShareBy::Language, ShareBy::Place] {
            let shares = alert.why.iter().filter(|share| share.by == by);
            let shares: Vec<f64> = shares.map(|share| share.surprise).collect();
            let sum: f64 = shares.iter().sum();
            assert!(shares.is_empty() || (sum - alert.surprise).abs() < 1e-6);
        }
    }
}

#[test]
fn lines_for_a_terminal() {
    let words = Words::built_in().unwrap();
    let over = Alert::render(&resolved(), &rendering(EvidenceMode::Masked));
    let lines = [
        line(&alert(), &words, Tongue::Indonesian, Zone::Wib),
        line(&alert(), &words, Tongue::English, Zone::Wita),
        line(&over, &words, Tongue::Indonesian, Zone::Wit),
        line(&over, &words, Tongue::English, Zone::Utc),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn cloud_event_has_its_attributes_in_headers() {
    let delivery = Delivery {
        delay_ms: Some(730),
        traceparent: None,
    };
    let mut alert = alert();
    alert.topic = TopicKey::new("tag:bañjir 100%");
    let event = cloud_event(&alert, "/kentongan", &delivery).unwrap();
    assert_eq!(serde_json::from_slice::<Alert>(&event.body).unwrap(), alert);
    let kafka: Vec<String> = event
        .kafka_headers()
        .into_iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8(value).unwrap()))
        .collect();
    let http: Vec<String> = event
        .http_headers()
        .into_iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let text = format!(
        "key: {}\n{}\n\n{}",
        event.key,
        kafka.join("\n"),
        http.join("\n")
    );
    insta::assert_snapshot!(text);
}

mod bytes;
mod cap;
mod claims;
mod golden;
