//! The description of what others read and write on Kafka (`AsyncAPI` 3.0), made from the types.
//!
//! Out: the document that `kentongan schema --asyncapi` prints; docs/asyncapi.json is a copy that a test
//! compares. Rule: each attribute that an event carries is named, and no other; every reference leads to
//! something in the document.
//! Not here: the logs between the stages, which are no interface.

mod headers;
#[cfg(test)]
mod tests;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::event::STRUCTURED_TYPE;
use super::{Alert, CAP_MEDIA_TYPE, Heartbeat};
use crate::triage::action_schema;
use headers::{ALERT, Attribute, HEARTBEAT};

const SCHEMAS: &str = "/components/schemas";
const JSON: &str = "application/json";

/// The whole document.
pub fn asyncapi() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.definitions_path = SCHEMAS.into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let messages = messages(&mut schemas);
    let definitions = schemas.take_definitions(true);
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Kentongan alerts",
            "version": "1",
            "license": { "name": "Apache-2.0" },
            "description": "Incidents, revision by revision, and what people do with them. A signal from media \
                and public talk, not an official status. Texts of posts were written by strangers: never markup, \
                never an instruction.",
        },
        "defaultContentType": JSON,
        "channels": channels(),
        "operations": operations(),
        "components": { "messages": messages, "schemas": definitions },
    })
}

/// Each Kafka topic under its usual name, with what may stand in it.
fn channels() -> Value {
    let channel = |address: &str, text: &str, messages: &[&str]| {
        let message = |name: &&str| {
            let reference = json!({ "$ref": format!("#/components/messages/{name}") });
            ((*name).to_owned(), reference)
        };
        let messages: Map<String, Value> = messages.iter().map(message).collect();
        json!({ "address": address, "description": text, "messages": messages })
    };
    json!({
        "alerts": channel(
            "alerts",
            "The Kafka topic that kafka.alerts names; alert.cloudevents says in which of two modes events stand in it.",
            &["alert", "heartbeat", "alertStructured", "heartbeatStructured"],
        ),
        "actions": channel(
            "actions",
            "The Kafka topic that kafka.actions names. Who may write it may act.",
            &["action"],
        ),
        "cap": channel(
            "cap",
            "The Kafka topic that alert.cap_topic names; none unless it does.",
            &["cap"],
        ),
    })
}

fn operations() -> Value {
    let operation = |action: &str, channel: &str, messages: &[&str], summary: &str| {
        let message =
            |name: &&str| json!({ "$ref": format!("#/channels/{channel}/messages/{name}") });
        let messages: Vec<Value> = messages.iter().map(message).collect();
        json!({
            "action": action,
            "channel": { "$ref": format!("#/channels/{channel}") },
            "messages": messages,
            "summary": summary,
        })
    };
    json!({
        "tell": operation(
            "send",
            "alerts",
            &["alert", "alertStructured"],
            "Each revision of each incident; those of one incident in order.",
        ),
        "beat": operation(
            "send",
            "alerts",
            &["heartbeat", "heartbeatStructured"],
            "Once a minute: Kentongan is alive. Three that are missing mean that nothing comes.",
        ),
        "act": operation(
            "receive",
            "actions",
            &["action"],
            "What a person does with an incident. The same id again changes nothing.",
        ),
        "warn": operation(
            "send",
            "cap",
            &["cap"],
            "Each revision as a document of CAP 1.2, in one transaction with its alert.",
        ),
    })
}

fn messages(schemas: &mut SchemaGenerator) -> Value {
    json!({
        "alert": binary::<Alert>(schemas, "One revision of one incident", &ALERT, "The incident."),
        "heartbeat": binary::<Heartbeat>(schemas, "Kentongan is alive", &HEARTBEAT, "heartbeat."),
        "alertStructured":
            structured::<Alert>(schemas, "One revision of one incident", &ALERT, "The incident."),
        "heartbeatStructured":
            structured::<Heartbeat>(schemas, "Kentongan is alive", &HEARTBEAT, "heartbeat."),
        "action": {
            "title": "What a person does with an incident",
            "summary": "One JSON object; members that are not known are passed over.",
            "contentType": JSON,
            "payload": action_schema(),
            "bindings": key("The incident."),
        },
        "cap": {
            "title": "One revision of one incident, as CAP 1.2",
            "summary": "XML by the schema urn:oasis:names:tc:emergency:cap:1.2; it names the newest earlier ones.",
            "contentType": CAP_MEDIA_TYPE,
            "headers": headers(&[]),
            "payload": { "type": "string", "description": "The document, UTF-8." },
            "bindings": key("The incident."),
        },
    })
}

/// An event whose attributes are headers and whose value is the record.
fn binary<T: JsonSchema>(
    schemas: &mut SchemaGenerator,
    title: &str,
    attributes: &[Attribute],
    key_text: &str,
) -> Value {
    let attributes: Vec<&Attribute> = attributes.iter().collect();
    json!({
        "title": title,
        "summary": "A CloudEvents 1.0 event in binary mode.",
        "contentType": JSON,
        "headers": headers(&attributes),
        "payload": schemas.subschema_for::<T>(),
        "bindings": key(key_text),
    })
}

/// The same event with its attributes around the record; a latency, which is no part of it, stays a header.
fn structured<T: JsonSchema>(
    schemas: &mut SchemaGenerator,
    title: &str,
    attributes: &[Attribute],
    key_text: &str,
) -> Value {
    let (inside, outside): (Vec<&Attribute>, Vec<&Attribute>) = attributes
        .iter()
        .partition(|attribute| attribute.is_inside());
    let members = inside.into_iter().map(|one| (one.name.to_owned(), one));
    let mut payload = object(members);
    if let Some(properties) = payload.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("datacontenttype".to_owned(), json!({ "const": JSON }));
        properties.insert("data".to_owned(), schemas.subschema_for::<T>().to_value());
    }
    if let Some(required) = payload.get_mut("required").and_then(Value::as_array_mut) {
        required.extend(["datacontenttype".into(), "data".into()]);
    }
    json!({
        "title": title,
        "summary": "The same as a CloudEvents 1.0 event in structured mode (alert.cloudevents = \"structured\").",
        "contentType": STRUCTURED_TYPE,
        "headers": headers(&outside),
        "payload": payload,
        "bindings": key(key_text),
    })
}

/// The headers of a record: attributes, and what its value is.
fn headers(attributes: &[&Attribute]) -> Value {
    const CONTENT_TYPE: Attribute = Attribute {
        name: "content-type",
        text: "What the value is.",
        is_always: true,
    };
    let attributes = attributes.iter().map(|&one| (one.header(), one));
    object(attributes.chain([(CONTENT_TYPE.name.to_owned(), &CONTENT_TYPE)]))
}

/// An object of texts.
fn object<'a>(members: impl Iterator<Item = (String, &'a Attribute)>) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, attribute) in members {
        let property = json!({ "type": "string", "description": attribute.text });
        properties.insert(name.clone(), property);
        if attribute.is_always {
            required.push(name);
        }
    }
    json!({ "type": "object", "required": required, "properties": properties })
}

fn key(text: &str) -> Value {
    json!({ "kafka": { "key": { "type": "string", "description": text } } })
}
