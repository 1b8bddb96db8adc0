//! The document against what is really written and read.

use std::collections::BTreeSet;

use super::*;
use crate::alert::tests::{alert, rendering};
use crate::alert::{CloudEvent, Delivery, UtcTime, cloud_event, heartbeat_event};
use crate::config::EvidenceMode;
use crate::post::EventTime;
use crate::triage::{Action, Deed};

/// An alert with everything that it can carry, and a heartbeat.
fn events() -> [(&'static str, CloudEvent); 2] {
    let delivery = Delivery {
        delay_ms: Some(1),
        traceparent: None,
    };
    let at = UtcTime::new(EventTime::from_millis(1_772_568_686_000));
    let heartbeat = heartbeat_event(at, at, 1, &rendering(EvidenceMode::None)).unwrap();
    [
        (
            "alert",
            cloud_event(&alert(), "/kentongan", &delivery).unwrap(),
        ),
        ("heartbeat", heartbeat),
    ]
}

/// The part of the document at `pointer` as a schema of its own.
fn validator(pointer: &str) -> jsonschema::Validator {
    let document = asyncapi();
    let mut schema = document.pointer(pointer).unwrap().clone();
    let components = document.get("components").unwrap().clone();
    schema
        .as_object_mut()
        .unwrap()
        .insert("components".to_owned(), components);
    jsonschema::validator_for(&schema).unwrap()
}

fn members(schema: &Value) -> BTreeSet<String> {
    schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect()
}

fn header_names(event: &CloudEvent) -> BTreeSet<String> {
    event
        .kafka_headers()
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn every_header_of_an_event_is_described_and_no_other() {
    for (name, event) in events() {
        let messages = &asyncapi()["components"]["messages"];
        assert_eq!(members(&messages[name]["headers"]), header_names(&event));
        let structured = event.structured().unwrap();
        let described = &messages[format!("{name}Structured")];
        let outside: BTreeSet<String> = header_names(&structured);
        assert!(
            members(&described["headers"]).is_superset(&outside),
            "{outside:?}"
        );
        let body: Value = serde_json::from_slice(&structured.body).unwrap();
        let inside: BTreeSet<String> = body.as_object().unwrap().keys().cloned().collect();
        assert_eq!(members(&described["payload"]), inside);
    }
}

#[test]
fn what_is_written_is_as_it_is_described() {
    for (name, event) in events() {
        let structured = event.clone().structured().unwrap();
        for (name, body) in [
            (name.to_owned(), event.body),
            (format!("{name}Structured"), structured.body),
        ] {
            let payload = validator(&format!("/components/messages/{name}/payload"));
            let body: Value = serde_json::from_slice(&body).unwrap();
            let mistakes: Vec<String> = payload
                .iter_errors(&body)
                .map(|error| error.to_string())
                .collect();
            assert!(mistakes.is_empty(), "{name}: {mistakes:?}");
            assert!(!payload.is_valid(&Value::Null), "{name} allows anything");
        }
    }
}

#[test]
fn what_an_action_may_be_is_what_is_read() {
    let described = validator("/components/messages/action/payload");
    let action = Action {
        id: "a1".to_owned(),
        incident: "gempa-id-nb-20260303t201126".to_owned(),
        deed: Deed::Acknowledge,
        who: "Ani".to_owned(),
        note: "on it".to_owned(),
        until: Some(EventTime::from_millis(1_772_568_686_000)),
    };
    let good: Value = serde_json::from_slice(&action.encode().unwrap()).unwrap();
    assert!(described.is_valid(&good), "{good}");
    for (member, value) in [
        ("schema", "kentongan.action/v2".into()),
        ("id", "".into()),
        ("id", "x".repeat(65).into()),
        ("who", "A\nB".into()),
        ("who", "  ".into()),
        ("incident", 7.into()),
        ("do", "shout".into()),
        ("note", "x".repeat(2_001).into()),
        ("until", 5.into()),
    ] {
        let mut bad = good.clone();
        bad[member] = value;
        let bytes = bad.to_string().into_bytes();
        assert!(
            !described.is_valid(&bad) && Action::decode(&bytes).is_err(),
            "{bad}"
        );
    }
}

/// A reader of the document finds whatever it names.
#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(
                    members
                        .get("$ref")
                        .and_then(Value::as_str)
                        .map(str::to_owned),
                );
                members
                    .values()
                    .for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = asyncapi();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(
            document.pointer(pointer).is_some(),
            "{reference} leads nowhere"
        );
    }
}
