//! What is written is fixed to the byte.

use super::*;

#[test]
fn heartbeat_is_an_event_of_its_own_type() {
    let at = UtcTime::new(EventTime::from_millis(ONSET));
    let event = heartbeat_event(at, 2, &rendering(EvidenceMode::Masked)).unwrap();
    insta::assert_snapshot!(format!(
        "{:?}\n{}",
        event.attributes,
        String::from_utf8(event.body).unwrap()
    ));
}

#[test]
fn the_same_revision_gives_the_same_bytes() {
    let bytes = || serde_json::to_vec(&alert()).unwrap();
    assert_eq!(bytes(), bytes());
}

#[test]
fn asyncapi_document_is_the_published_one() {
    let text = serde_json::to_string_pretty(&asyncapi()).unwrap();
    golden::compare("asyncapi.json", text);
}
