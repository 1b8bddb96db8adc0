//! The plain format.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{SECRET, check_post, check_refused, decoder, post};
use crate::config::Format;
use crate::feed::Refusal;
use crate::post::Location;

#[test]
fn plain_post_reads_every_member() {
    check_post(
        Format::Plain,
        &json!({
            "id": 9_007_199_254_740_993_u64, "kind": "social", "platform": "forum", "author": "warga",
            "created_at": "2026-03-04T12:06:07.123456789+07:00", "title": null, "text": "Banjir di Demak",
            "lang": "in", "url": "https://forum.example/1", "location": "-6.9, 110.6", "repost_of": 5,
            "unknown": {"deep": [1, {"er": true}]}
        }),
        [
            "9007199254740993",
            "social",
            "forum",
            "2026-03-04T05:06:07.123Z",
            "",
            "Banjir di Demak",
            "id",
            "https://forum.example/1",
            "-6.9 110.6",
            "5",
        ],
    );
}

#[test]
fn plain_post_needs_only_a_time_and_a_title() {
    let record = json!({"created_at": "2026-03-04T05:06:07Z", "title": "Gempa", "text": " ", "location": "91,0"});
    let record = record.to_string();
    let read = post(Format::Plain, &record);
    assert_eq!(read.title, "Gempa");
    assert_eq!((&*read.text, read.account, read.kind), ("", None, None));
    assert_eq!(read.location, Some(Location::Named("91,0".into())));
    assert_eq!(read.id.len(), 16);
}

#[test]
fn text_without_escapes_is_borrowed() {
    let record = r#"{"id":"a","platform":"x","created_at":"2026-03-04T05:06:07Z","text":"Air naik","title":"Banjir \u2192"}"#;
    let read = post(Format::Plain, record);
    assert!(matches!(read.text, Cow::Borrowed("Air naik")));
    assert!(matches!(read.id, Cow::Borrowed("a")));
    assert!(matches!(read.platform, Cow::Borrowed("x")));
    assert!(matches!(read.title, Cow::Owned(_)));
    assert_eq!(read.title, "Banjir \u{2192}");
}

#[test]
fn fingerprint_stands_for_a_missing_id() {
    let id = |record: Value| post(Format::Plain, &record.to_string()).id.into_owned();
    let base = json!({"created_at": "2026-03-04T05:06:07Z", "text": "Air naik", "author": "a"});
    let with = |name: &str, value: &str| {
        let mut record = base.clone();
        record[name] = value.into();
        id(record)
    };
    assert_eq!(id(base.clone()), with("fetched_at", "later"));
    assert_eq!(
        id(base.clone()),
        with("created_at", "2026-03-04T12:06:07+07:00")
    );
    for (name, value) in [
        ("text", "Air surut"),
        ("author", "b"),
        ("created_at", "2026-03-04T05:06:08Z"),
        ("url", "https://a.example"),
    ] {
        assert_ne!(id(base.clone()), with(name, value), "{name}");
    }
}

#[test]
fn equal_ids_of_two_platforms_are_two_posts() {
    let of = |platform: &str| {
        let record = json!({"id": "1", "platform": platform, "created_at": "2026-03-04T05:06:07Z", "text": "a"});
        post(Format::Plain, &record.to_string()).identity
    };
    assert_ne!(of("x"), of("bluesky"));
    assert_ne!(of("x"), of(""));
    assert_eq!(of("x"), of("x"));
}

#[test]
fn repost_is_told_by_its_text_too() {
    let of = |text: &str| {
        let record = json!({"id": "1", "created_at": "2026-03-04T05:06:07Z", "text": text});
        let record = record.to_string();
        post(Format::Plain, &record).repost_of.map(Cow::into_owned)
    };
    assert_eq!(of("RT @warga: Air naik"), of("RT @tetangga: Air naik"));
    assert_ne!(of("RT @warga: Air naik"), of("RT @warga: Air surut"));
    assert!(of("RT @warga: Air naik").is_some());
    for no_repost in [
        "Air naik RT @warga: ya",
        "RT 05 RW 02: air naik",
        "RT @: x",
        "RT @a b: x",
    ] {
        assert_eq!(of(no_repost), None, "{no_repost}");
    }
}

#[test]
fn odd_but_readable_records_are_read() {
    let text = |bytes: &[u8]| {
        let read = decoder().decode(Format::Plain, Some(bytes)).unwrap();
        read.text.into_owned()
    };
    let record = |text: &str| format!(r#"{{"created_at":"2026-03-04T05:06:07Z","text":"{text}"}}"#);
    assert_eq!(text(format!("\u{feff}{}", record("a")).as_bytes()), "a");
    assert_eq!(text(record(r"air \ud83d").as_bytes()), "air \u{fffd}");
    assert_eq!(
        text(record(r"air \ud83d\udca7").as_bytes()),
        "air \u{1f4a7}"
    );
    assert_eq!(text(format!("\0\0\0\0\x05{}", record("b")).as_bytes()), "b");
    assert_eq!(
        text(format!("\x01{}{}", "i".repeat(16), record("c")).as_bytes()),
        "c"
    );
    let twice = r#"{"text":"satu","created_at":"2026-03-04T05:06:07Z","text":"dua"}"#;
    assert_eq!(text(twice.as_bytes()), "dua");
    let brackets = "[{".repeat(500);
    assert_eq!(text(record(&brackets).as_bytes()), brackets);
}

#[test]
fn plain_times_that_cannot_be_are_told_apart() {
    let check = |record: &str, reason, detail| {
        check_refused(Format::Plain, record.as_bytes(), reason, detail);
    };
    check(
        r#"{"text":"rahasia"}"#,
        Refusal::NoTime,
        "created_at is absent",
    );
    check(
        r#"{"text":"rahasia","created_at":null}"#,
        Refusal::NoTime,
        "absent",
    );
    for time in [
        "besok, rahasia",
        "",
        "2026-03-04",
        "2026-03-04T05:06:07",
        "2026-13-04T05:06:07Z",
    ] {
        let record = json!({"text": SECRET, "created_at": time}).to_string();
        check(&record, Refusal::NoTime, "RFC 3339");
    }
    for time in [
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "2101-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-11:00",
    ] {
        let record = json!({"text": SECRET, "created_at": time}).to_string();
        check(&record, Refusal::AbsurdTime, "1970");
    }
}

#[test]
fn plain_members_of_another_type_are_named() {
    let check = |record: &str, reason, detail| {
        check_refused(Format::Plain, record.as_bytes(), reason, detail);
    };
    let with = |member: &str, value: Value| {
        let mut record = json!({"created_at": "2026-03-04T05:06:07Z", "text": SECRET});
        record[member] = value;
        record.to_string()
    };
    check(
        &with("text", json!(" \u{a0}\n")),
        Refusal::NoText,
        "text and title",
    );
    check(&with("kind", json!("rahasia")), Refusal::WrongType, "kind");
    check(
        &with("text", json!(["rahasia"])),
        Refusal::WrongType,
        "text is an array",
    );
    check(
        &with("text", json!({"rahasia": 1})),
        Refusal::WrongType,
        "text is an object",
    );
    check(
        &with("created_at", json!(1_772_600_767)),
        Refusal::WrongType,
        "created_at is a number",
    );
    check(
        &with("id", json!(1.5)),
        Refusal::WrongType,
        "id is another number",
    );
    check(
        &with("lang", json!(true)),
        Refusal::WrongType,
        "lang is true or false",
    );
    check(
        r#"["rahasia"]"#,
        Refusal::WrongType,
        "the record is an array",
    );
    check(r#""rahasia""#, Refusal::WrongType, "the record is a string");
    check("null", Refusal::WrongType, "the record is null");
}
