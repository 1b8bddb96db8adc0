//! What holds for any input.

use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use serde_json::{Value, json};

use super::jetstream::jetstream_record;
use super::x_v2::x_record;
use super::{FORMATS, decoder, post};
use crate::config::Format;
use crate::post::{EventTime, Post};

/// Any JSON, with names that the formats know among the names.
fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "id",
        "text",
        "title",
        "created_at",
        "createdAt",
        "data",
        "includes",
        "geo",
        "commit",
        "record",
        "did",
        "kind",
        "langs",
        "lang",
        "coordinates",
        "users",
        "places",
        "tweets",
        "author_id",
        "rkey",
        "collection",
        "operation",
        "entities",
        "urls",
        "url",
        "expanded_url",
        "referenced_tweets",
        "location",
        "other",
    ]);
    let leaf = proptest::prop_oneof![
        proptest::strategy::Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "2026-03-04T05:06:07Z",
            "commit",
            "create",
            "app.bsky.feed.post",
            "RT @a: b"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 8, move |inner| {
        proptest::prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..8).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// The law of every decoded post.
pub(super) fn assert_sound(post: &Post<'_>) {
    assert!(!post.id.is_empty());
    assert!(!post.text.trim().is_empty() || !post.title.trim().is_empty());
    assert!((0..4_133_980_800_000).contains(&post.created_at.millis()));
}

proptest! {
    #[test]
    fn decode_never_panics_on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for format in FORMATS {
            if let Ok(post) = decoder().decode(format, Some(&bytes)) {
                assert_sound(&post);
            }
        }
    }

    #[test]
    fn decode_never_panics_on_damaged_records(
        which in 0_usize..2, at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let record = [x_record(), jetstream_record()][which].to_string();
        let mut bytes = record.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        for format in FORMATS {
            if let Ok(post) = decoder().decode(format, Some(&bytes)) {
                assert_sound(&post);
            }
        }
    }

    #[test]
    fn decode_never_panics_on_any_json(value in any_json()) {
        let json = value.to_string();
        for format in FORMATS {
            if let Ok(post) = decoder().decode(format, Some(json.as_bytes())) {
                assert_sound(&post);
            }
        }
    }

    #[test]
    fn written_plain_post_reads_back(
        id in "[a-z0-9]{1,12}", text in "\\PC{0,40}[a-z]", title in ".{0,20}",
        millis in 0_i64..4_133_980_800_000, offset_hours in -12_i64..=14,
    ) {
        let at = EventTime::from_millis(millis);
        let offset = jiff::tz::Offset::from_hours(i8::try_from(offset_hours).unwrap()).unwrap();
        let written = jiff::Timestamp::from_millisecond(millis).unwrap().display_with_offset(offset).to_string();
        let json = json!({"id": id, "created_at": written, "text": text, "title": title}).to_string();
        let read = post(Format::Plain, &json);
        prop_assert_eq!(&*read.id, id);
        prop_assert_eq!(&*read.text, text);
        prop_assert_eq!(read.created_at, at);
        prop_assert!(read.title == title || title.trim().is_empty());
    }
}
