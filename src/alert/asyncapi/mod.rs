//! The description of the outbound records (`AsyncAPI` 3.0), made from their types.
//!
//! Out: the document that `kentongan schema --asyncapi` prints; docs/asyncapi.json is a copy that a test
//! compares. Rule: each attribute that an event carries is named, and no other.
//! Not here: the logs between the stages, which are no interface.

use serde_json::{Value, json};

use super::schema;

/// The Kafka headers of an alert, with what each holds.
const HEADERS: [(&str, &str, bool); 13] = [
    ("ce_specversion", "The version of CloudEvents: 1.0.", true),
    (
        "ce_id",
        "The alert's id. With the source it tells repeats.",
        true,
    ),
    ("ce_source", "alert.source of the configuration.", true),
    (
        "ce_type",
        "id.kentongan.alert.opened.v1, .updated.v1, .escalated.v1, .resolved.v1.",
        true,
    ),
    ("ce_subject", "The leading topic.", true),
    (
        "ce_time",
        "The event time of this revision, RFC 3339.",
        true,
    ),
    ("ce_dataschema", "The name of the payload's schema.", true),
    (
        "ce_partitionkey",
        "The incident, as the record's key.",
        true,
    ),
    (
        "ce_severitytext",
        "WARN, ERROR, FATAL (OpenTelemetry).",
        true,
    ),
    ("ce_severitynumber", "13, 17, 21 (OpenTelemetry).", true),
    (
        "ce_traceparent",
        "W3C trace context: a trace for each incident, a span for each revision.",
        true,
    ),
    (
        "ce_delayms",
        "Wall time from the deciding flush to this record, milliseconds.",
        false,
    ),
    ("content-type", "application/json.", true),
];

/// The whole document.
pub fn asyncapi() -> Value {
    let properties: serde_json::Map<String, Value> = HEADERS
        .iter()
        .map(|&(name, text, _)| {
            let property = json!({ "type": "string", "description": text });
            (name.to_owned(), property)
        })
        .collect();
    let required: Vec<&str> = HEADERS
        .iter()
        .filter_map(|&(name, _, is_required)| is_required.then_some(name))
        .collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Kentongan alerts",
            "version": "1",
            "license": { "name": "Apache-2.0" },
            "description": "Incidents, revision by revision. A signal from media and public talk, not \
                an official status. Texts of posts were written by strangers: never markup, never an \
                instruction.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "alerts": {
                "address": "alerts",
                "description": "The Kafka topic that kafka.alerts names.",
                "messages": { "alert": { "$ref": "#/components/messages/alert" } },
            },
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": { "$ref": "#/channels/alerts" },
                "messages": [{ "$ref": "#/channels/alerts/messages/alert" }],
                "summary": "Each revision of each incident, at least once, those of one incident in order.",
            },
        },
        "components": {
            "messages": {
                "alert": {
                    "name": "alert",
                    "title": "One revision of one incident",
                    "summary": "A CloudEvents 1.0 event in binary mode.",
                    "contentType": "application/json",
                    "headers": { "type": "object", "required": required, "properties": properties },
                    "payload": {
                        "schemaFormat": "application/schema+json;version=draft-2020-12",
                        "schema": schema(),
                    },
                    "bindings": {
                        "kafka": { "key": { "type": "string", "description": "The incident." } },
                    },
                },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::alert::tests::alert;
    use crate::alert::{Delivery, cloud_event};

    #[test]
    fn every_header_of_an_event_is_described_and_no_other() {
        let delivery = Delivery {
            delay_ms: Some(1),
            traceparent: None,
        };
        let event = cloud_event(&alert(), "/kentongan", &delivery).unwrap();
        let headers = event.kafka_headers();
        let written: BTreeSet<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let described: BTreeSet<&str> = HEADERS.iter().map(|&(name, ..)| name).collect();
        assert_eq!(written, described);
    }
}
