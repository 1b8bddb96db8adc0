//! The attributes of each event, with what each holds. A test compares them with the events themselves.

use crate::alert::event::LATENCY;

/// One attribute of an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute {
    /// Its name among the attributes.
    pub(super) name: &'static str,
    /// What it holds.
    pub(super) text: &'static str,
    /// Whether every such event has it.
    pub(super) is_always: bool,
}

const fn always(name: &'static str, text: &'static str) -> Attribute {
    Attribute {
        name,
        text,
        is_always: true,
    }
}

/// Those of an alert.
pub(super) const ALERT: [Attribute; 12] = [
    always("specversion", "The version of CloudEvents: 1.0."),
    always("id", "The alert's id. With the source it tells repeats."),
    always("source", "alert.source of the configuration."),
    always(
        "type",
        "id.kentongan.alert.opened.v1, .updated.v1, .escalated.v1, .resolved.v1.",
    ),
    always("subject", "The leading topic."),
    always("time", "The event time of this revision, RFC 3339."),
    always("dataschema", "The name of the record's schema."),
    always("partitionkey", "The incident, as the record's key."),
    always("severitytext", "WARN, ERROR, FATAL (OpenTelemetry)."),
    always("severitynumber", "13, 17, 21 (OpenTelemetry)."),
    always(
        "traceparent",
        "W3C trace context: a trace for each incident, a span for each revision.",
    ),
    Attribute {
        name: LATENCY,
        text: "Wall time from the deciding flush to this record, milliseconds.",
        is_always: false,
    },
];

/// Those of a heartbeat.
pub(super) const HEARTBEAT: [Attribute; 6] = [
    always("specversion", "The version of CloudEvents: 1.0."),
    always("id", "heartbeat- and the wall time in milliseconds."),
    always("source", "alert.source of the configuration."),
    always("type", "id.kentongan.heartbeat.v1."),
    always("time", "The wall time at which it was sent, RFC 3339."),
    always("dataschema", "The name of the record's schema."),
];

impl Attribute {
    /// Its name as a header of a Kafka record in binary mode.
    pub(super) fn header(&self) -> String {
        format!("ce_{}", self.name)
    }

    /// Whether it stands in the value of an event in structured mode.
    pub(super) fn is_inside(&self) -> bool {
        self.name != LATENCY
    }
}
