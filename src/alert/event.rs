//! CloudEvents 1.0, binary mode: the record is the body, its attributes are headers.
//!
//! In: an alert or a heartbeat. Out: key, attributes, body; the attributes as Kafka headers
//! (`ce_id`) or as HTTP headers (`ce-id`, percent-encoded).
//! Rule: latencies travel here and never in the record, because they are not made from the data.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::percent::header_value;
use super::{Alert, Rendering, SCHEMA_ID, UtcTime};
use crate::triage::{Level, Status};

const CONTENT_TYPE: &str = "application/json";
pub(super) const STRUCTURED_TYPE: &str = "application/cloudevents+json; charset=UTF-8";
/// Its key on Kafka: readers of alerts pass over it.
pub const HEARTBEAT_KEY: &str = "heartbeat";
const HEARTBEAT_SCHEMA_ID: &str = "urn:kentongan:heartbeat:v1";

/// The one attribute that is not made from the data.
pub(super) const LATENCY: &str = "delayms";

impl Alert {
    /// Reads a record of `alerts`, written in either mode; `None`: it is no alert.
    pub fn decode(value: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Envelope {
            data: Alert,
        }
        let bare = serde_json::from_slice(value).ok();
        bare.or_else(|| {
            let envelope: Envelope = serde_json::from_slice(value).ok()?;
            Some(envelope.data)
        })
    }
}

/// What is known of an alert's way through this process, and not of the incident.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// Wall time from the flush that brought the deciding posts to this record, milliseconds.
    pub delay_ms: Option<i64>,
    /// W3C trace context; `None`: the one that the alert's ids make.
    pub traceparent: Option<String>,
}

/// A record that says: Kentongan is alive. Its absence is the alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Heartbeat {
    /// The name of this record's schema.
    pub schema: String,
    /// Event time up to which everything is closed.
    pub at: UtcTime,
    /// Incidents that are open.
    pub open_incidents: u32,
    /// Which program and version.
    pub program: String,
}

/// One event, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudEvent {
    /// The key on Kafka: the incident, so that one incident's life stays in order.
    pub key: String,
    /// CloudEvents attributes without prefix, in order.
    pub attributes: Vec<(&'static str, String)>,
    /// What the body is.
    pub content_type: &'static str,
    /// The JSON record; in structured mode with its attributes around it.
    pub body: Vec<u8>,
}

impl CloudEvent {
    /// The same event in structured mode: its attributes stand around the record. What is no part of the event
    /// itself, a latency, stays a header, so that equal events are equal bytes.
    pub fn structured(self) -> Result<Self, serde_json::Error> {
        let (outside, inside): (Vec<_>, Vec<_>) = self
            .attributes
            .into_iter()
            .partition(|(name, _)| *name == LATENCY);
        let mut envelope = serde_json::Map::new();
        for (name, value) in inside {
            envelope.insert(name.to_owned(), value.into());
        }
        envelope.insert("datacontenttype".to_owned(), CONTENT_TYPE.into());
        envelope.insert("data".to_owned(), serde_json::from_slice(&self.body)?);
        Ok(Self {
            key: self.key,
            attributes: outside,
            content_type: STRUCTURED_TYPE,
            body: serde_json::to_vec(&envelope)?,
        })
    }

    /// Headers of a Kafka record.
    pub fn kafka_headers(&self) -> Vec<(String, Vec<u8>)> {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, value)| (format!("ce_{name}"), value.clone().into_bytes()));
        let content_type = (
            "content-type".to_owned(),
            self.content_type.as_bytes().to_vec(),
        );
        attributes.chain([content_type]).collect()
    }

    /// Headers of an HTTP request. Values are percent-encoded by the rule of the HTTP binding:
    /// space, `"`, `%` and everything outside printable ASCII.
    pub fn http_headers(&self) -> Vec<(String, String)> {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, value)| (format!("ce-{name}"), header_value(value)));
        let content_type = ("content-type".to_owned(), self.content_type.to_owned());
        attributes.chain([content_type]).collect()
    }
}

/// The event of `alert`. Equal `source` and `id` are the same event, sent again.
pub fn cloud_event(
    alert: &Alert,
    source: &str,
    delivery: &Delivery,
) -> Result<CloudEvent, serde_json::Error> {
    let (severity, number) = severity(alert.level);
    let mut attributes = vec![
        ("specversion", "1.0".to_owned()),
        ("id", alert.id.clone()),
        ("source", source.to_owned()),
        ("type", event_type(alert.status).to_owned()),
        ("subject", alert.topic.as_str().to_owned()),
        ("time", alert.updated_at.to_string()),
        ("dataschema", SCHEMA_ID.to_owned()),
        ("partitionkey", alert.incident.clone()),
        ("severitytext", severity.to_owned()),
        ("severitynumber", number.to_string()),
    ];
    if let Some(delay_ms) = delivery.delay_ms {
        attributes.push((LATENCY, delay_ms.to_string()));
    }
    let traceparent = delivery.traceparent.clone();
    attributes.push((
        "traceparent",
        traceparent.unwrap_or_else(|| TraceIds::of(&alert.incident, &alert.id).traceparent(false)),
    ));
    Ok(CloudEvent {
        key: alert.incident.clone(),
        attributes,
        content_type: CONTENT_TYPE,
        body: serde_json::to_vec(alert)?,
    })
}

/// The event that says, at the wall time `sent_at`, that everything up to `at` was looked at.
pub fn heartbeat_event(
    at: UtcTime,
    sent_at: UtcTime,
    open_incidents: u32,
    rendering: &Rendering,
) -> Result<CloudEvent, serde_json::Error> {
    let record = Heartbeat {
        schema: HEARTBEAT_SCHEMA_ID.to_owned(),
        at,
        open_incidents,
        program: rendering.program.clone(),
    };
    Ok(CloudEvent {
        key: HEARTBEAT_KEY.to_owned(),
        content_type: CONTENT_TYPE,
        attributes: vec![
            ("specversion", "1.0".to_owned()),
            ("id", format!("heartbeat-{}", sent_at.millis())),
            ("source", rendering.source.clone()),
            ("type", "id.kentongan.heartbeat.v1".to_owned()),
            ("time", sent_at.to_string()),
            ("dataschema", HEARTBEAT_SCHEMA_ID.to_owned()),
        ],
        body: serde_json::to_vec(&record)?,
    })
}

/// A trace for each incident and a span for each revision, made from the ids, so that every process and
/// every repeat names the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceIds {
    /// The incident's.
    pub trace: u128,
    /// The revision's.
    pub span: u64,
}

impl TraceIds {
    /// The ids of the revision `id` of an incident.
    pub fn of(incident: &str, id: &str) -> Self {
        Self {
            trace: xxh3_128(incident.as_bytes()).max(1),
            span: xxh3_64(id.as_bytes()).max(1),
        }
    }

    /// The span of a part of the revision's way.
    pub fn part(self, name: &str) -> u64 {
        xxh3_64(format!("{:016x}/{name}", self.span).as_bytes()).max(1)
    }

    /// As W3C trace context has it; the last digit says whether spans are recorded.
    pub fn traceparent(self, is_recorded: bool) -> String {
        let Self { trace, span } = self;
        format!("00-{trace:032x}-{span:016x}-0{}", u8::from(is_recorded))
    }
}

fn event_type(status: Status) -> &'static str {
    match status {
        Status::Opened => "id.kentongan.alert.opened.v1",
        Status::Updated => "id.kentongan.alert.updated.v1",
        Status::Escalated => "id.kentongan.alert.escalated.v1",
        Status::Resolved => "id.kentongan.alert.resolved.v1",
    }
}

/// Text and number of the severity extension (OpenTelemetry's scale).
fn severity(level: Level) -> (&'static str, u8) {
    match level {
        Level::Waspada => ("WARN", 13),
        Level::Siaga => ("ERROR", 17),
        Level::Awas => ("FATAL", 21),
    }
}
