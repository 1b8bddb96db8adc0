//! X API v2.

use serde_json::{Value, json};

use super::{SECRET, check_post, check_refused};
use crate::config::Format;
use crate::feed::Refusal;

pub(super) fn x_record() -> Value {
    json!({
        "data": {
            "id": "1899000000000000001", "text": "Air naik &amp; deras https://t.co/abc", "author_id": "42",
            "created_at": "2026-03-04T05:06:07.000Z", "lang": "in", "geo": {"place_id": "p1"},
            "entities": {"urls": [{"start": 20, "url": "https://t.co/abc", "expanded_url": "https://berita.example/a?b&c"}]},
            "edit_history_tweet_ids": ["1899000000000000001"]
        },
        "includes": {
            "users": [{"id": "41", "username": "lain", "location": "Lima"}, {"id": "42", "username": "warga_a", "location": "Bekasi"}],
            "places": [{"id": "p1", "full_name": "Jakarta Timur", "country_code": "ID"}]
        },
        "matching_rules": [{"id": "7", "tag": "banjir"}]
    })
}

#[track_caller]
fn check_x(change: impl Fn(&mut Value), text: &str, location: &str, repost_of: &str) {
    let mut record = x_record();
    change(&mut record);
    let id = "1899000000000000001";
    let (url, time) = (
        format!("https://x.com/i/web/status/{id}"),
        "2026-03-04T05:06:07.000Z",
    );
    check_post(
        Format::XV2,
        &record,
        [id, "", "x", time, "", text, "id", &url, location, repost_of],
    );
}

#[test]
fn x_post_is_joined_and_written_out() {
    const TEXT: &str = "Air naik & deras https://berita.example/a?b&c";
    check_x(|_| (), TEXT, "Jakarta Timur, ID", "");
    check_x(
        |record| record["data"]["geo"] = Value::Null,
        TEXT,
        "Bekasi",
        "",
    );
    check_x(|record| record["includes"] = Value::Null, TEXT, "", "");
    check_x(
        |record| {
            record["data"]["geo"]["coordinates"] =
                json!({"type": "Point", "coordinates": [106.8, -6.2]});
        },
        TEXT,
        "-6.2 106.8",
        "",
    );
    check_x(
        |record| record["includes"]["places"][0]["country"] = json!("Indonesia"),
        TEXT,
        "Jakarta Timur, Indonesia",
        "",
    );
    check_x(
        |record| record["data"]["note_tweet"] = json!({"text": "Panjang &lt;sekali&gt; &amp;lt;"}),
        "Panjang <sekali> &lt;",
        "Jakarta Timur, ID",
        "",
    );
}

#[test]
fn x_retweet_counts_to_its_original() {
    let retweet = |record: &mut Value| {
        record["data"]["text"] = json!("RT @warga: Air naik sampai…");
        record["data"]["referenced_tweets"] =
            json!([{"type": "quoted", "id": "8"}, {"type": "retweeted", "id": 9}]);
    };
    check_x(
        retweet,
        "RT @warga: Air naik sampai…",
        "Jakarta Timur, ID",
        "9",
    );
    let with_original = |record: &mut Value| {
        retweet(record);
        record["includes"]["tweets"] =
            json!([{"id": "8", "text": "lain"}, {"id": "9", "text": "Air naik sampai dada"}]);
    };
    check_x(
        with_original,
        "Air naik sampai dada",
        "Jakarta Timur, ID",
        "9",
    );
}

#[test]
fn x_mistakes_are_named() {
    let check = |change: &dyn Fn(&mut Value), reason, detail| {
        let mut record = x_record();
        record["data"]["text"] = json!(SECRET);
        change(&mut record);
        check_refused(Format::XV2, record.to_string().as_bytes(), reason, detail);
    };
    check(
        &|record| record["data"] = Value::Null,
        Refusal::NotAPost,
        "data is absent",
    );
    check(
        &|record| record["data"] = json!(SECRET),
        Refusal::WrongType,
        "data is a string",
    );
    check(
        &|record| record["data"]["id"] = Value::Null,
        Refusal::WrongType,
        "data.id is absent",
    );
    check(
        &|record| record["data"]["geo"] = json!([]),
        Refusal::WrongType,
        "data.geo is an array",
    );
    check(
        &|record| record["includes"] = json!(1),
        Refusal::WrongType,
        "includes is a number",
    );
    check(
        &|record| record["data"]["text"] = json!(1),
        Refusal::WrongType,
        "data.text is a number",
    );
    check(
        &|record| record["data"]["text"] = json!(" "),
        Refusal::NoText,
        "data.text",
    );
    check(
        &|record| record["data"]["created_at"] = json!("x"),
        Refusal::NoTime,
        "data.created_at",
    );
    check(
        &|record| record["data"]["created_at"] = json!("1950-01-01T00:00:00Z"),
        Refusal::AbsurdTime,
        "data.created_at",
    );
}
