//! Items of newsrooms.

use serde_json::json;

use super::samples;
use super::social::change;
use super::{check_refused, check_sample, post};
use crate::config::Format;
use crate::feed::Refusal;

#[test]
fn ninjs_items_of_both_spellings_are_read() {
    check_sample(
        samples::NINJS_3,
        [
            "urn:newsml:contoh.id:2026:a1",
            "news",
            "Contoh",
            "2026-03-04T05:06:07.000Z",
            "Gempa M6,1 guncang Maluku",
            "Warga Ambon berlarian.",
            "id",
            "",
            "-3.7 128.18",
            "",
        ],
    );
    check_sample(
        samples::NINJS_1,
        [
            "http://wire.example/2026/03/04/x1",
            "news",
            "ninjs",
            "2026-03-04T05:06:07.000Z",
            "Ferry sinks off Sulawesi",
            "A ferry sank off Sulawesi on Wednesday.",
            "en",
            "http://wire.example/2026/03/04/x1",
            "Sulawesi\nIndonesia",
            "",
        ],
    );
}

#[test]
fn an_item_that_is_held_back_is_withheld() {
    for (member, value) in [
        ("pubStatus", "withheld"),
        ("embargoedUntil", "2026-03-04T13:00:00+07:00"),
        ("embargoedUntil", "soon"),
    ] {
        let item = change(samples::NINJS_3, |item| item[member] = json!(value)).to_string();
        check_refused(Format::Ninjs, item.as_bytes(), Refusal::Withheld, "");
    }
    let passed = json!("2026-03-04T12:00:00+07:00");
    let item = change(samples::NINJS_3, |item| item["embargoedUntil"] = passed).to_string();
    assert_eq!(post(Format::Ninjs, &item).text, "Warga Ambon berlarian.");
}

#[test]
fn a_later_version_is_the_same_item() {
    let later = change(samples::NINJS_3, |item| {
        item["version"] = json!("3");
        item["versionCreated"] = json!("2026-03-04T13:06:07+07:00");
    });
    let later = later.to_string();
    let (later, first) = (
        post(Format::Ninjs, &later),
        post(Format::Ninjs, samples::NINJS_3.1),
    );
    assert_eq!(later.identity, first.identity);
}

#[test]
fn json_feed_item_takes_from_its_feed_what_it_lacks() {
    check_sample(
        samples::JSON_FEED,
        [
            "https://kabar.example/2026/banjir",
            "news",
            "kabar.example",
            "2026-03-04T05:06:07.000Z",
            "Banjir di Demak",
            "Tanggul jebol di Demak.\nRibuan mengungsi.",
            "id",
            "https://kabar.example/2026/banjir",
            "",
            "",
        ],
    );
    check_sample(
        samples::JSON_FEED_WHOLE,
        [
            "7",
            "news",
            "Kabar Contoh",
            "2026-03-04T05:06:07.000Z",
            "",
            "Tanggul jebol di Demak",
            "id",
            "https://lain.example/7",
            "",
            "",
        ],
    );
}

#[test]
fn rss_item_and_atom_entry_are_read_as_converters_write_them() {
    check_sample(
        samples::RSS,
        [
            "kabar-991",
            "news",
            "kabar.example",
            "2026-03-04T05:06:07.000Z",
            "Gempa M6,1 guncang Maluku",
            "Warga Ambon berlarian ke bukit.",
            "",
            "https://www.kabar.example/gempa",
            "-3.7 128.18",
            "",
        ],
    );
    check_sample(
        samples::ATOM,
        [
            "tag:kabar.example,2026:991",
            "news",
            "kabar.example",
            "2026-03-04T05:06:07.000Z",
            "Gempa guncang <b>Maluku</b>",
            "Warga berlarian",
            "id",
            "https://kabar.example/gempa",
            "",
            "",
        ],
    );
}

#[test]
fn gdelt_articles_name_language_and_places() {
    check_sample(
        samples::GDELT_DOC,
        [
            "https://kabar.example/banjir-demak",
            "news",
            "kabar.example",
            "2026-03-04T05:06:07.000Z",
            "Banjir Demak , Ribuan Warga Mengungsi",
            "",
            "id",
            "https://kabar.example/banjir-demak",
            "Indonesia",
            "",
        ],
    );
    check_sample(
        samples::GDELT_GKG,
        [
            "https://kabar.example/banjir-demak",
            "news",
            "kabar.example",
            "2026-03-04T05:00:00.000Z",
            "Banjir Demak: ribuan warga mengungsi – Kabar",
            "Demak, Jawa Tengah, Indonesia; Indonesia; budi santoso; bpbd demak",
            "id",
            "https://kabar.example/banjir-demak",
            "",
            "",
        ],
    );
}

#[test]
fn a_line_of_gkg_must_have_its_columns() {
    let line = samples::GDELT_GKG.1.replace('\t', " ");
    check_refused(Format::GdeltGkg, line.as_bytes(), Refusal::WrongType, "27");
    let (short, _) = samples::GDELT_GKG.1.rsplit_once('\t').unwrap();
    check_refused(Format::GdeltGkg, short.as_bytes(), Refusal::WrongType, "26");
}

#[test]
fn newsapi_and_schema_org_articles_are_read() {
    check_sample(
        samples::NEWSAPI,
        [
            "https://post.example/ferry",
            "news",
            "Contoh Post",
            "2026-03-04T05:06:07.000Z",
            "Ferry sinks off Sulawesi - Contoh Post",
            "Dozens were rescued after a ferry sank. The search goes on near Bau-Bau",
            "",
            "https://post.example/ferry",
            "",
            "",
        ],
    );
    check_sample(
        samples::SCHEMA_ORG,
        [
            "https://post.example/ferry#article",
            "news",
            "Contoh Post",
            "2026-03-04T05:06:07.000Z",
            "Ferry sinks off Sulawesi",
            "Dozens were rescued.",
            "en",
            "https://post.example/ferry",
            "Bau-Bau, Indonesia",
            "",
        ],
    );
}

#[test]
fn several_posts_in_a_record_are_refused() {
    let two = |sample: samples::Sample, path: &str| {
        let record = change(sample, |record| {
            let list = record.pointer_mut(path).unwrap().as_array_mut().unwrap();
            list.push(list[0].clone());
        });
        let record = record.to_string();
        check_refused(
            sample.0,
            record.as_bytes(),
            Refusal::SeveralPosts,
            "2 elements",
        );
    };
    two(samples::GDELT_DOC, "/articles");
    two(samples::JSON_FEED_WHOLE, "/items");
    two(samples::ATOM, "/feed/entry");
}
