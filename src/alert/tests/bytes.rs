//! What is written is fixed to the byte.

use super::*;

#[test]
fn heartbeat_is_an_event_of_its_own_type() {
    let at = UtcTime::new(EventTime::from_millis(ONSET));
    let event = heartbeat_event(at, at, 2, &rendering(EvidenceMode::Masked)).unwrap();
    insta::assert_snapshot!(format!(
        "{:?}\n{}",
        event.attributes,
        String::from_utf8(event.body).unwrap()
    ));
}

#[test]
fn structured_mode_puts_the_attributes_around_the_record() {
    let delivery = Delivery {
        delay_ms: Some(7),
        traceparent: None,
    };
    let event = cloud_event(&alert(), "/kentongan", &delivery).unwrap();
    let trace = event.attributes.last().unwrap().1.clone();
    let structured = event.structured().unwrap();
    let headers = structured.kafka_headers();
    assert_eq!(headers[0], ("ce_delayms".to_owned(), b"7".to_vec()));
    assert!(headers[1].1.starts_with(b"application/cloudevents+json"));
    let body: Value = serde_json::from_slice(&structured.body).unwrap();
    assert_eq!(body["id"], alert().id);
    assert_eq!(body["traceparent"], trace);
    assert_eq!(Alert::decode(&structured.body), Some(alert()));
    assert_eq!(Alert::decode(b"{}"), None);
}

/// Version 00, a trace and a span that are not all zeros, flags: as W3C has it.
#[test]
fn the_trace_context_has_the_form_of_w3c() {
    let event = cloud_event(&alert(), "/kentongan", &Delivery::default()).unwrap();
    let (name, trace) = event.attributes.last().unwrap();
    let parts: Vec<&str> = trace.split('-').collect();
    assert_eq!((*name, parts.len()), ("traceparent", 4));
    assert_eq!([parts[0], parts[3]], ["00", "00"]);
    for (part, digits) in [(parts[1], 32), (parts[2], 16)] {
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        assert!(part.len() == digits && part.chars().all(is_hex), "{trace}");
        assert!(part.chars().any(|c| c != '0'), "{trace}");
    }
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
