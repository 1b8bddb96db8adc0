//! Realistic records of each format, mistakes of every kind, and the laws of reading.

mod jetstream;
mod laws;
mod mutations;
mod news;
mod plain;
mod samples;
mod shapes;
mod social;
mod x_v2;

use serde_json::Value;

use super::{AccountKey, Decoder, Refusal};
use crate::config::Format;
use crate::post::{FeedKind, Location, Post};

const FORMATS: [Format; 16] = Format::ALL;
const MAX_BYTES: usize = 1_048_576;
/// A mark in every text below: no refusal may repeat it.
const SECRET: &str = "rahasia";

fn decoder() -> Decoder {
    Decoder::new(AccountKey::new([7; 16]), MAX_BYTES)
}

#[track_caller]
fn post(format: Format, json: &str) -> Post<'_> {
    decoder().decode(format, Some(json.as_bytes())).unwrap()
}

#[track_caller]
fn check_refused(format: Format, bytes: &[u8], reason: Refusal, detail_names: &str) {
    let refused = decoder().decode(format, Some(bytes)).unwrap_err();
    assert_eq!(refused.reason, reason, "{}", refused.detail);
    assert!(refused.detail.contains(detail_names), "{}", refused.detail);
    assert!(!refused.detail.contains(SECRET), "{}", refused.detail);
    assert!(!refused.detail.contains('\n') && refused.detail.len() < 120);
}

/// What people compare: each line one member of the post.
fn shown(post: &Post<'_>) -> Vec<String> {
    let location = match &post.location {
        Some(Location::Coordinates {
            latitude,
            longitude,
        }) => format!("{latitude} {longitude}"),
        Some(Location::Named(name)) => name.to_string(),
        None => String::new(),
    };
    vec![
        post.id.to_string(),
        post.kind.map_or("", FeedKind::as_str).to_owned(),
        post.platform.to_string(),
        post.created_at.to_string(),
        post.title.to_string(),
        post.text.to_string(),
        post.language
            .map(|language| language.as_str().to_owned())
            .unwrap_or_default(),
        post.url.as_deref().unwrap_or("").to_owned(),
        location,
        post.repost_of.as_deref().unwrap_or("").to_owned(),
    ]
}

#[track_caller]
fn check_sample((format, record): samples::Sample, expected: [&str; 10]) {
    assert_eq!(shown(&post(format, record)), expected);
}

#[track_caller]
fn check_post(format: Format, record: &Value, expected: [&str; 10]) {
    let record = record.to_string();
    assert_eq!(shown(&post(format, &record)), expected);
}

#[test]
fn what_is_no_json_is_refused_in_every_format() {
    // A line of GKG is no JSON.
    for format in FORMATS
        .into_iter()
        .filter(|&format| format != Format::GdeltGkg)
    {
        let check = |bytes: &[u8], reason, detail| check_refused(format, bytes, reason, detail);
        check(b"", Refusal::Empty, "");
        check(b"rahasia", Refusal::NotJson, "line 1");
        check(br#"{"text":"rahasia"#, Refusal::NotJson, "ends too early");
        check(br#"{"text":"rahasia"} {}"#, Refusal::NotJson, "column");
        check(br#"{"text":"rahasia \ud8zz"}"#, Refusal::NotJson, "column");
        check(b"{\"text\":\"rahasia \xff\"}", Refusal::NotUtf8, "UTF-8");
        check(b"\0\0\0\0\x01\xff\xfe", Refusal::BinarySchema, "JSON");
        check(
            &vec![b' '; MAX_BYTES + 1],
            Refusal::TooLarge,
            "ingest.max_post_bytes",
        );
        let tombstone = decoder().decode(format, None).unwrap_err();
        assert_eq!(tombstone.reason, Refusal::Tombstone);
        let blank = decoder().decode(format, Some(b" \r\n")).unwrap_err();
        let keeps_alive = matches!(format, Format::XV1 | Format::XV2 | Format::Auto);
        assert_eq!(blank.reason == Refusal::NotAPost, keeps_alive);
    }
}

#[test]
fn depth_is_refused_wherever_it_stands() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        for member in ["text", "data", "commit", "unknown", "id"] {
            let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
            let record = format!(r#"{{"text":"rahasia","{member}":{deep}}}"#);
            for format in FORMATS {
                check_refused(format, record.as_bytes(), Refusal::TooDeep, "64");
            }
        }
        for format in FORMATS {
            check_refused(
                format,
                open.repeat(100_000).as_bytes(),
                Refusal::TooDeep,
                "64",
            );
        }
    }
    let inner = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let record = |depth| {
        format!(
            r#"{{"text":"a","created_at":"2026-03-04T05:06:07Z","x":{}}}"#,
            inner(depth)
        )
    };
    assert_eq!(post(Format::Plain, &record(63)).text, "a");
    check_refused(Format::Plain, record(64).as_bytes(), Refusal::TooDeep, "64");
}
