//! Bluesky Jetstream.

use serde_json::{Value, json};

use super::{SECRET, check_post, check_refused};
use crate::config::Format;
use crate::feed::Refusal;

pub(super) fn jetstream_record() -> Value {
    json!({
        "did": "did:plc:aaaa", "time_us": 1_772_600_767_123_456_u64, "kind": "commit", "cursor": 5,
        "commit": {
            "rev": "3l1", "operation": "create", "collection": "app.bsky.feed.post", "rkey": "3k9", "cid": "bafy1",
            "record": {
                "$type": "app.bsky.feed.post", "text": "Gempa kerasa di Bandung", "langs": ["id-ID", "en"],
                "createdAt": "2026-03-04T05:06:07.120Z", "facets": [{"index": {"byteStart": 0, "byteEnd": 5}}]
            }
        }
    })
}

#[test]
fn jetstream_post_keeps_the_claimed_time() {
    check_post(
        Format::Jetstream,
        &jetstream_record(),
        [
            "at://did:plc:aaaa/app.bsky.feed.post/3k9",
            "",
            "bluesky",
            "2026-03-04T05:06:07.120Z",
            "",
            "Gempa kerasa di Bandung",
            "id",
            "https://bsky.app/profile/did:plc:aaaa/post/3k9",
            "",
            "",
        ],
    );
}

#[test]
fn jetstream_events_that_are_no_posts_are_told_apart_from_mistakes() {
    let check = |change: &dyn Fn(&mut Value), reason, detail| {
        let mut record = jetstream_record();
        record["commit"]["record"]["text"] = json!(SECRET);
        change(&mut record);
        check_refused(
            Format::Jetstream,
            record.to_string().as_bytes(),
            reason,
            detail,
        );
    };
    let like = json!("app.bsky.feed.like");
    check(
        &|event| event["kind"] = json!("identity"),
        Refusal::NotAPost,
        "kind",
    );
    check(
        &|event| event["commit"]["collection"] = like.clone(),
        Refusal::NotAPost,
        "collection",
    );
    check(
        &|event| event["commit"]["operation"] = json!("resync"),
        Refusal::NotAPost,
        "operation",
    );
    check(
        &|event| {
            event["commit"] =
                json!({"operation": "delete", "collection": "app.bsky.feed.post", "rkey": "3k9"});
        },
        Refusal::Deleted,
        "operation",
    );
    check(
        &|event| event["did"] = Value::Null,
        Refusal::WrongType,
        "did is absent",
    );
    check(
        &|event| event["commit"]["rkey"] = json!([]),
        Refusal::WrongType,
        "commit.rkey is an array",
    );
    check(
        &|event| event["commit"]["record"] = Value::Null,
        Refusal::WrongType,
        "commit.record is absent",
    );
    check(
        &|event| event["commit"]["record"]["langs"] = json!("id"),
        Refusal::WrongType,
        "commit.record.langs is a string",
    );
    check(
        &|event| event["commit"]["record"]["createdAt"] = Value::Null,
        Refusal::NoTime,
        "commit.record.createdAt is absent",
    );
    check(
        &|event| event["commit"]["record"]["createdAt"] = json!("0000-01-01T00:00:00Z"),
        Refusal::AbsurdTime,
        "createdAt",
    );
    check(
        &|event| event["commit"]["record"]["text"] = json!(""),
        Refusal::NoText,
        "text",
    );
}
