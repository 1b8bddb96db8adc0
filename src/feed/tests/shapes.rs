//! Envelopes, formats told by shape, and sources that the configuration describes.

use serde_json::{Value, json};

use super::samples;
use super::{SECRET, check_refused, decoder, post};
use crate::config::{Config, Format, SourceFile, Sources};
use crate::feed::Refusal;

#[test]
fn every_sample_is_told_by_its_shape() {
    for &(format, record) in samples::ALL {
        assert_eq!(post(Format::Auto, record), post(format, record), "{record}");
    }
}

#[test]
fn what_no_shape_or_two_shapes_fit_is_refused_by_name() {
    let check = |record: Value, names| {
        let record = record.to_string();
        check_refused(
            Format::Auto,
            record.as_bytes(),
            Refusal::UnclearFormat,
            names,
        );
    };
    check(json!({"tekst": SECRET}), "no format");
    check(
        json!({"seendate": "20260304T050607Z", "title": SECRET, "@type": "NewsArticle"}),
        "gdelt_doc or schema_org",
    );
}

#[test]
fn a_record_is_found_in_its_envelopes() {
    let row = r#"{"id":1,"platform":"forum","author":"warga","created_at":"2026-03-04T05:06:07Z","text":"Air naik di Demak"}"#;
    let bare = post(Format::Plain, row);
    let as_text = json!({"schema": null, "payload": row}).to_string();
    let twice = json!({"schema": {}, "payload": {"specversion": "1.0", "type": "t", "data": serde_json::from_str::<Value>(row).unwrap()}}).to_string();
    for record in [samples::CONNECT.1, samples::CLOUD_EVENT.1, &as_text, &twice] {
        assert_eq!(post(Format::Plain, record), bare, "{record}");
        assert_eq!(post(Format::Auto, record), bare, "{record}");
    }
    for frame in [&b"\0\0\0\0\x07"[..], &[1; 17]] {
        let framed = [frame, row.as_bytes()].concat();
        assert_eq!(decoder().decode(Format::Auto, Some(&framed)).unwrap(), bare);
    }
}

#[test]
fn envelopes_say_when_there_is_no_record() {
    let check = |record: Value, reason, names| {
        for format in [Format::Plain, Format::Auto] {
            check_refused(format, record.to_string().as_bytes(), reason, names);
        }
    };
    check(
        json!({"op": "d", "before": {"text": SECRET}, "after": null}),
        Refusal::Deleted,
        "op",
    );
    check(
        json!({"op": "t", "before": null, "after": null}),
        Refusal::NotAPost,
        "after",
    );
    check(
        json!({"schema": {}, "payload": null}),
        Refusal::Tombstone,
        "",
    );
    check(
        json!({"specversion": "1.0", "type": "t"}),
        Refusal::Tombstone,
        "",
    );
    check(
        json!({"specversion": "1.0", "type": "t", "data_base64": "aGFp"}),
        Refusal::WrongType,
        "data_base64",
    );
    let mut deep = json!({"created_at": "2026-03-04T05:06:07Z", "text": SECRET});
    for _ in 0..5 {
        deep = json!({"schema": {}, "payload": deep});
    }
    check_refused(
        Format::Plain,
        deep.to_string().as_bytes(),
        Refusal::NoTime,
        "created_at",
    );
    check_refused(
        Format::Auto,
        b"\0\0\0\0\x07\x02\x08",
        Refusal::BinarySchema,
        "Avro",
    );
}

#[test]
fn a_source_is_described_by_paths() {
    let text = r#"
        [[feeds]]
        name = "forum"
        kind = "social"
        format = "paths"
        [feeds.paths]
        id = "post.id"
        time = "post.edited | post.ts"
        text = "post.body"
        author = "user.name"
        url = "links.0.href"
        latitude = "geo.0"
        longitude = "geo.1"
        deleted = "post.removed"
        html = true
    "#;
    let config = Config::load(&Sources {
        file: Some(SourceFile {
            name: "forum.toml".to_owned(),
            text: text.to_owned(),
        }),
        ..Sources::default()
    });
    let feeds = config.unwrap().feeds;
    let paths = &feeds[0].paths;
    let record = |removed: bool| {
        json!({
            "post": {"id": 7, "ts": 1_772_600_767, "body": "<p>Air naik &amp; deras</p>", "removed": removed},
            "user": {"name": "warga"}, "links": [{"href": "https://www.forum.example/7"}],
            "geo": [-6.9, "110.6"]
        })
        .to_string()
    };
    let (record, removed) = (record(false), record(true));
    let decoder = decoder();
    let post = decoder
        .decode_by(Format::Paths, paths, Some(record.as_bytes()))
        .unwrap();
    assert_eq!(
        super::shown(&post),
        [
            "7",
            "",
            "forum.example",
            "2026-03-04T05:06:07.000Z",
            "",
            "Air naik & deras",
            "",
            "https://www.forum.example/7",
            "-6.9 110.6",
            "",
        ]
    );
    assert!(post.account.is_some());
    let refused = decoder
        .decode_by(Format::Paths, paths, Some(removed.as_bytes()))
        .unwrap_err();
    assert_eq!(refused.reason, Refusal::Deleted);
}
