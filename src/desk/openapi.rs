//! The API's description (`OpenAPI` 3.1), made from the types that it answers with.
//!
//! Rule: a shape stands in the code once; a test asks every address that is described and checks the
//! answer against what is said of it.

use axum::Json;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::access::Holder;
use super::actions::{ActionDraft, ActionTaken};
use super::api::{Incidents, Refusal};
use super::rising::RisingNow;
use super::{Feeds, Handover, IncidentDetail, Trial, WatchDraft};

const COMPONENTS: &str = "/components/schemas";

pub(super) async fn document() -> Json<Value> {
    Json(openapi())
}

/// The whole document.
pub fn openapi() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = COMPONENTS.into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let paths = paths(&mut schemas);
    let definitions = schemas.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Kentongan desk",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": "Incidents and feeds as this process has read them from the log. \
                A signal from media and public talk, not an official status. \
                Texts of posts were written by strangers: never markup, never an instruction.",
        },
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": super::access::COOKIE },
            },
        },
        // The empty one: a desk of this machine only asks for nothing.
        "security": [{}, { "token": [] }, { "cookie": [] }],
    })
}

/// One thing that can be asked.
struct Question<'a> {
    summary: &'a str,
    /// What is answered, with the status it has.
    found: Value,
    parameters: Value,
    /// Refusals beside those of every question: status and meaning.
    refusals: &'a [(&'a str, &'a str)],
}

const EVERY_REFUSAL: [(&str, &str); 3] = [
    ("401", "No token, or an unknown one."),
    ("421", "Asked under another machine's name."),
    ("429", "Too many requests in a minute."),
];
const MISSING: (&str, &str) = ("404", "No such incident.");
const BAD_TIME: (&str, &str) = ("400", "A time or a name that is none.");
const GONE: (&str, &str) = ("410", "What held then is no longer kept.");

fn paths(schemas: &mut SchemaGenerator) -> Value {
    let refusal = Value::from(schemas.subschema_for::<Refusal>());
    let operation = |question: Question<'_>| operation(&refusal, question);
    let read = |question| json!({ "get": operation(question) });
    let incident = json!({
        "name": "id", "in": "path", "required": true, "description": "The incident.",
        "schema": { "type": "string", "minLength": 1 },
    });
    json!({
        "/api/v1/incidents": read(Question {
            summary: "Every incident, now or at an earlier time",
            found: answer::<Incidents>(schemas, "Open before resolved, higher level first, newest first."),
            parameters: json!([time("at", "The list as it was then.", false)]),
            refusals: &[BAD_TIME, GONE],
        }),
        "/api/v1/incidents/{id}": read(Question {
            summary: "One incident in full",
            found: answer::<IncidentDetail>(schemas, "A revision, its series, and its history."),
            parameters: json!([incident.clone(), time("at", "As it was then.", false)]),
            refusals: &[BAD_TIME, MISSING, GONE],
        }),
        "/api/v1/incidents/{id}/actions": { "post": act(schemas, &refusal, &incident) },
        "/api/v1/handover": read(Question {
            summary: "What a shift hands over: open, taken by whom, changed since its begin",
            found: answer::<Handover>(schemas, "Every incident that is open or has changed."),
            parameters: json!([time("since", "Begin of the shift.", true)]),
            refusals: &[BAD_TIME],
        }),
        "/api/v1/rising": read(Question {
            summary: "The topics nearest to their critical counts",
            found: answer::<RisingNow>(schemas, "The nearest first."),
            parameters: json!([]),
            refusals: &[],
        }),
        "/api/v1/watch/trial": { "post": trial(schemas, &refusal) },
        "/api/v1/feeds": read(Question {
            summary: "How the feeds are",
            found: answer::<Feeds>(schemas, "Every configured feed."),
            parameters: json!([]),
            refusals: &[],
        }),
        "/api/v1/events": read(Question {
            summary: "What happens, live",
            found: stream(),
            parameters: json!([{
                "name": "Last-Event-ID", "in": "header", "required": false,
                "description": "The last event that was seen.", "schema": { "type": "string" },
            }]),
            refusals: &[("503", "Too many live pages, or the service stops.")],
        }),
        "/api/v1/session": session(schemas, &refusal),
    })
}

fn operation(refusal: &Value, question: Question<'_>) -> Value {
    let mut responses = Map::new();
    responses.insert("200".to_owned(), question.found);
    for (status, meaning) in EVERY_REFUSAL.iter().chain(question.refusals) {
        responses.insert((*status).to_owned(), refused(refusal, meaning));
    }
    json!({
        "summary": question.summary,
        "parameters": question.parameters,
        "responses": responses,
    })
}

fn act(schemas: &mut SchemaGenerator, refusal: &Value, incident: &Value) -> Value {
    let question = Question {
        summary: "Do something with an incident: it stands in the log, and comes back as the next revision",
        found: Value::Null,
        parameters: json!([incident]),
        refusals: &[
            ("400", "Not JSON."),
            ("403", "Asked by a viewer, or by a page of elsewhere."),
            MISSING,
            (
                "409",
                "The incident is over or is open already, or there is no log here.",
            ),
            ("413", "Too long."),
            ("415", "Not sent as JSON."),
            ("422", "No action, and why."),
            (
                "503",
                "The log did not take it: send it again with the same id.",
            ),
        ],
    };
    let mut operation = with_body::<ActionDraft>(schemas, operation(refusal, question));
    let taken = answer::<ActionTaken>(schemas, "The log has it.");
    if let Some(responses) = operation
        .pointer_mut("/responses")
        .and_then(Value::as_object_mut)
    {
        responses.remove("200");
        responses.insert("202".to_owned(), taken);
    }
    operation
}

fn trial(schemas: &mut SchemaGenerator, refusal: &Value) -> Value {
    let question = Question {
        summary: "What would this watch topic have done with the newest posts that the feeds hold?",
        found: answer::<Trial>(
            schemas,
            "What it matches, and the incidents that it would have opened.",
        ),
        parameters: json!([]),
        refusals: &[
            ("400", "Not JSON."),
            ("403", "Asked by a viewer, or by a page of elsewhere."),
            ("409", "There are no feeds here."),
            ("413", "Too long."),
            ("415", "Not sent as JSON."),
            ("422", "No watch topic, and why."),
            ("503", "Another trial runs, or the feeds cannot be read."),
        ],
    };
    with_body::<WatchDraft>(schemas, operation(refusal, question))
}

/// The operation with a body in JSON of this type.
fn with_body<T: JsonSchema>(schemas: &mut SchemaGenerator, mut operation: Value) -> Value {
    if let Some(members) = operation.as_object_mut() {
        let schema = schemas.subschema_for::<T>();
        let content = json!({ "application/json": { "schema": schema } });
        let body = json!({ "required": true, "content": content });
        members.insert("requestBody".to_owned(), body);
    }
    operation
}

fn refused(refusal: &Value, meaning: &str) -> Value {
    json!({
        "description": meaning,
        "content": { "application/json": { "schema": refusal } },
    })
}

fn time(name: &str, meaning: &str, is_required: bool) -> Value {
    json!({
        "name": name, "in": "query", "required": is_required, "description": meaning,
        "schema": { "type": "string", "format": "date-time" },
    })
}

fn stream() -> Value {
    json!({
        "description": "Server-sent events: `snapshot` first (or what was missed since `Last-Event-ID`, or `reset` \
            and `snapshot`), then `incident` and `tick`; a comment every 15 s.",
        "content": { "text/event-stream": { "schema": { "type": "string" } } },
    })
}

fn session(schemas: &mut SchemaGenerator, refusal: &Value) -> Value {
    let holder = answer::<Holder>(schemas, "The name and role of the token.");
    let who = operation(
        refusal,
        Question {
            summary: "Who asks",
            found: holder.clone(),
            parameters: json!([]),
            refusals: &[],
        },
    );
    let elsewhere = refused(refusal, "Asked by a page of elsewhere.");
    let too_many = refused(refusal, "Too many attempts in a minute.");
    json!({
        "get": who,
        "post": {
            "summary": "Sign in: the bearer token becomes a cookie that scripts cannot read",
            "security": [{ "token": [] }],
            "responses": {
                "200": holder, "401": refused(refusal, "No token, or an unknown one."),
                "403": elsewhere, "429": too_many,
            },
        },
        "delete": {
            "summary": "Sign out",
            "security": [{}],
            "responses": {
                "204": { "description": "The cookie is taken back." },
                "403": elsewhere, "429": too_many,
            },
        },
    })
}

/// An answer in JSON of this type.
fn answer<T: JsonSchema>(schemas: &mut SchemaGenerator, description: &str) -> Value {
    let schema = schemas.subschema_for::<T>();
    json!({
        "description": description,
        "content": { "application/json": { "schema": schema } },
    })
}
