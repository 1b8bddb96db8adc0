//! Posts of social platforms.

use serde_json::{Value, json};

use super::samples::{self, Sample};
use super::{SECRET, check_refused, check_sample, post};
use crate::config::Format;
use crate::feed::Refusal;

#[test]
fn x_v1_status_has_its_long_text_and_its_point() {
    check_sample(
        samples::X_V1,
        [
            "1899000000000000077",
            "",
            "x",
            "2026-03-04T05:06:07.000Z",
            "",
            "Gempa terasa kuat di Palu, warga keluar rumah & berkumpul di lapangan, semoga semua selamat https://bmkg.example/gempa",
            "id",
            "https://x.com/i/web/status/1899000000000000077",
            "-0.8917 119.8707",
            "",
        ],
    );
    check_sample(
        samples::X_V1_RETWEET,
        [
            "1899000000000000078",
            "",
            "x",
            "2026-03-04T05:07:07.000Z",
            "",
            "Gempa terasa kuat di Palu, warga keluar rumah dan berkumpul di lapangan terbuka sejak pagi tadi, anak-anak ikut",
            "id",
            "https://x.com/i/web/status/1899000000000000078",
            "",
            "1899000000000000077",
        ],
    );
}

#[test]
fn both_versions_of_x_give_one_identity() {
    let v1 = post(Format::XV1, samples::X_V1.1);
    let v2 = json!({"data": {"id": "1899000000000000077", "text": "a", "author_id": "42", "created_at": "2026-03-04T05:06:07Z"}}).to_string();
    let v2 = post(Format::XV2, &v2);
    assert_eq!((v1.identity, v1.account), (v2.identity, v2.account));
}

#[test]
fn an_edited_x_post_is_the_same_post() {
    let edited = json!({"data": {"id": "12", "text": "b", "created_at": "2026-03-04T05:26:07Z", "edit_history_tweet_ids": ["11", "12"]}}).to_string();
    let first = json!({"data": {"id": "11", "text": "a", "created_at": "2026-03-04T05:06:07Z"}})
        .to_string();
    let (edited, first) = (post(Format::XV2, &edited), post(Format::XV2, &first));
    assert_eq!((&*edited.id, edited.identity), ("12", first.identity));
}

#[test]
fn both_wires_of_jetstream_give_one_post() {
    let (v1, v2) = (samples::JETSTREAM.1, samples::JETSTREAM_V2.1);
    assert_eq!(post(Format::Jetstream, v1), post(Format::Jetstream, v2));
}

#[test]
fn mastodon_status_is_read_without_its_markup() {
    check_sample(
        samples::MASTODON,
        [
            "https://masto.example/users/a/statuses/115",
            "",
            "mastodon",
            "2026-03-04T05:06:07.901Z",
            "",
            "Longsor di #Cianjur\nJalan & jembatan putus",
            "id",
            "https://masto.example/@a/115",
            "",
            "",
        ],
    );
    check_sample(
        samples::MASTODON_STREAM,
        [
            "https://lain.example/users/b/statuses/7/activity",
            "",
            "mastodon",
            "2026-03-04T05:08:07.000Z",
            "",
            "Bencana\nLongsor di Cianjur",
            "id",
            "https://lain.example/users/b/statuses/7/activity",
            "",
            "https://masto.example/users/a/statuses/115",
        ],
    );
}

#[test]
fn telegram_post_has_its_chat_in_its_id() {
    check_sample(
        samples::TELEGRAM,
        [
            "-1001000000001/77",
            "",
            "telegram",
            "2026-03-04T05:06:07.000Z",
            "",
            "Pintu air Manggarai siaga 2",
            "",
            "https://t.me/infobanjir/77",
            "",
            "",
        ],
    );
    check_sample(
        samples::TELEGRAM_FORWARD,
        [
            "-1001000000002/78",
            "",
            "telegram",
            "2026-03-04T05:07:07.000Z",
            "",
            "Pintu air Manggarai siaga 2",
            "",
            "",
            "-6.2077 106.8486",
            "-1001000000001/77",
        ],
    );
}

#[test]
fn activity_and_object_are_read_alike() {
    check_sample(
        samples::ACTIVITY_STREAMS,
        [
            "https://masto.example/users/a/statuses/115",
            "",
            "activitypub",
            "2026-03-04T05:06:07.000Z",
            "",
            "Longsor di Cianjur, jalan putus",
            "id",
            "https://masto.example/@a/115",
            "-6.82 107.14",
            "",
        ],
    );
    check_sample(
        samples::ACTIVITY_STREAMS_ARTICLE,
        [
            "https://blog.example/2026/banjir",
            "",
            "activitypub",
            "2026-03-04T05:06:00.000Z",
            "Banjir di Semarang",
            "Air pasang & hujan\nKota Lama tergenang sejak malam.",
            "",
            "https://blog.example/2026/banjir",
            "",
            "",
        ],
    );
    let activity: Value = serde_json::from_str(samples::ACTIVITY_STREAMS.1).unwrap();
    let whole = activity.to_string();
    let mut object = activity["object"].clone();
    object["published"] = activity["published"].clone();
    let object = object.to_string();
    assert_eq!(
        post(Format::ActivityStreams, &whole),
        post(Format::ActivityStreams, &object)
    );
}

#[test]
fn announced_object_is_a_repost_by_the_one_who_announces() {
    let mut activity: Value = serde_json::from_str(samples::ACTIVITY_STREAMS.1).unwrap();
    activity["type"] = json!("Announce");
    activity["actor"] = json!("https://lain.example/users/b");
    activity["published"] = json!("2026-03-04T06:00:00Z");
    let (record, create) = (activity.to_string(), samples::ACTIVITY_STREAMS.1);
    let (repost, original) = (
        post(Format::ActivityStreams, &record),
        post(Format::ActivityStreams, create),
    );
    assert_eq!(repost.repost_of.as_deref(), Some(&*original.id));
    assert_ne!(
        (repost.identity, repost.account),
        (original.identity, original.account)
    );
    assert_eq!(repost.created_at.to_string(), "2026-03-04T06:00:00.000Z");
}

#[test]
fn a_deletion_is_told_from_a_mistake() {
    let check = |format, record: Value, names| {
        check_refused(
            format,
            record.to_string().as_bytes(),
            Refusal::Deleted,
            names,
        );
    };
    check(
        Format::XV1,
        json!({"delete": {"status": {"id_str": "1"}}}),
        "delete",
    );
    check(
        Format::XV2,
        json!({"delete": {"tweet": {"id": "1"}, "event_at": "x"}}),
        "delete",
    );
    check(
        Format::Mastodon,
        json!({"event": "delete", "payload": "115"}),
        "event",
    );
    let gone = json!({"type": "Delete", "object": "https://a.example/1"});
    check(Format::ActivityStreams, gone, "Delete");
    let tombstone = json!({"type": "Update", "object": {"type": "Tombstone", "id": SECRET}});
    check(Format::ActivityStreams, tombstone, "Tombstone");
    check(
        Format::Plain,
        json!({"id": "1", "text": SECRET, "__deleted": "true"}),
        "__deleted",
    );
    check(
        Format::Ninjs,
        change(samples::NINJS_3, |item| {
            item["pubStatus"] = json!("canceled");
        }),
        "pubStatus",
    );
}

#[test]
fn talk_of_a_stream_is_no_post() {
    let check = |format, record: Value, names| {
        check_refused(
            format,
            record.to_string().as_bytes(),
            Refusal::NotAPost,
            names,
        );
    };
    check(Format::XV1, json!({"limit": {"track": 5}}), "stream");
    check(
        Format::Mastodon,
        json!({"event": "filters_changed"}),
        "event",
    );
    check(
        Format::Telegram,
        json!({"update_id": 1, "poll": {}}),
        "message",
    );
    let like = json!({"type": "Like", "object": "https://a.example/1"});
    check(Format::ActivityStreams, like, "type");
    let link = json!({"type": "Announce", "object": "https://a.example/1"});
    check(Format::ActivityStreams, link, "object");
}

#[test]
fn a_member_of_another_type_is_named() {
    let check = |sample: Sample, edit: &dyn Fn(&mut Value), names| {
        let record = change(sample, edit).to_string();
        check_refused(sample.0, record.as_bytes(), Refusal::WrongType, names);
    };
    check(
        samples::X_V1,
        &|status| status["id_str"] = json!(null),
        "id_str is absent",
    );
    check(
        samples::MASTODON,
        &|status| status["content"] = json!(7),
        "content is a number",
    );
    check(
        samples::TELEGRAM,
        &|update| update["channel_post"]["chat"]["id"] = json!([]),
        "chat.id",
    );
    check(
        samples::ACTIVITY_STREAMS,
        &|activity| activity["object"]["name"] = json!({}),
        "name is an object",
    );
}

/// A sample with an edit.
pub(super) fn change(sample: Sample, edit: impl FnOnce(&mut Value)) -> Value {
    let mut record = serde_json::from_str(sample.1).unwrap();
    edit(&mut record);
    record
}
