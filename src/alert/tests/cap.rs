//! Documents of the Common Alerting Protocol.

use super::*;

const ALERT: [&str; 14] = [
    "identifier",
    "sender",
    "sent",
    "status",
    "msgType",
    "source",
    "scope",
    "restriction",
    "addresses",
    "code",
    "note",
    "references",
    "incidents",
    "info",
];
const INFO: [&str; 22] = [
    "language",
    "category",
    "event",
    "responseType",
    "urgency",
    "severity",
    "certainty",
    "audience",
    "eventCode",
    "effective",
    "onset",
    "expires",
    "senderName",
    "headline",
    "description",
    "instruction",
    "web",
    "contact",
    "parameter",
    "resource",
    "area",
    "end",
];

fn words() -> Words {
    Words::built_in().unwrap()
}

fn document(alert: &Alert) -> String {
    let earlier: Vec<Earlier> = (1..alert.revision)
        .map(|revision| Earlier {
            revision,
            at: alert.opened_at,
        })
        .collect();
    cap(alert, &earlier, "/kentongan", &words())
}

/// The tags at `depth` in their order; the document has one element on a line.
fn tags(document: &str, depth: usize) -> Vec<&str> {
    let indent = "  ".repeat(depth);
    document
        .lines()
        .filter_map(|line| line.strip_prefix(&indent)?.strip_prefix('<'))
        .filter(|tag| !tag.starts_with('/'))
        .map(|tag| tag.split(['>', ' ']).next().unwrap())
        .collect()
}

/// The schema is a sequence: each tag stands no earlier than the one before.
fn stands_in_order(tags: &[&str], order: &[&str]) {
    let places: Vec<usize> = tags
        .iter()
        .map(|tag| order.iter().position(|known| known == tag).expect(tag))
        .collect();
    assert!(places.is_sorted(), "{tags:?}");
}

#[test]
fn a_document_as_a_program_reads_it() {
    insta::assert_snapshot!(document(&alert()));
}

#[test]
fn elements_stand_in_the_order_of_the_schema() {
    for alert in rendered() {
        let document = document(&alert);
        stands_in_order(&tags(&document, 1), &ALERT);
        let infos: Vec<&str> = document.split("<info>").skip(1).collect();
        assert_eq!(infos.len(), 2);
        for info in infos {
            stands_in_order(&tags(info, 2), &INFO);
        }
    }
}

#[test]
fn later_revisions_name_the_earlier_ones_and_the_last_takes_them_back() {
    let mut over = alert();
    over.revision = 3;
    over.status = Status::Resolved;
    let document = document(&over);
    assert!(document.contains("<msgType>Cancel</msgType>"), "{document}");
    let references = "<references>/kentongan,gempa-id-nb-20260303t201126-1,2026-03-03T20:12:07-00:00 \
        /kentongan,gempa-id-nb-20260303t201126-2,2026-03-03T20:12:07-00:00</references>";
    assert!(document.contains(references), "{document}");
}

#[test]
fn of_a_long_life_the_newest_fifty_are_named() {
    let mut late = alert();
    late.revision = 61;
    let document = document(&late);
    let named = |revision| format!("gempa-id-nb-20260303t201126-{revision},");
    assert_eq!(document.matches("/kentongan,").count(), 50);
    assert!(document.contains(&named(60)) && document.contains(&named(11)));
    assert!(!document.contains(&named(10)), "{document}");
}

#[test]
fn hostile_text_stays_text() {
    let mut hostile = alert();
    hostile.id = "a, b<c>&d-1".to_owned();
    hostile.title = Title::same("</headline><x a=\"1\">&\u{0}\u{ffff}]]>");
    let document = document(&hostile);
    assert!(
        document.contains("<identifier>a%2C%20b%3Cc%3E%26d-1</identifier>"),
        "{document}"
    );
    assert!(
        document
            .contains("<headline>&lt;/headline&gt;&lt;x a=&quot;1&quot;&gt;&amp;]]&gt;</headline>")
    );
}
