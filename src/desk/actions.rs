//! What a person does with an incident: `POST /api/v1/incidents/{id}/actions`.
//!
//! In: the deed in JSON; who, from the token or the proxy. Out: a record of `actions`, and a line for the audit.
//! Rule: the page's own state is not touched: what became of it comes back from the log, to every page of
//! every process, as the incident's next revision. The same id again is the same action.
//! Not here: what a deed changes (`triage`), writing to the log (`service`).

use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Desk;
use super::access::{Holder, Role};
use super::api::{Id, Problem, Told, VIEWER};
use crate::alert::UtcTime;
use crate::triage::{Action, Deed, Status};

/// What is asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "if" = { "properties": { "do": { "const": "snooze" } } },
    "then" = { "required": ["until"], "properties": { "until": { "type": "string" } } }
))]
pub(super) struct ActionDraft {
    /// Drawn by whoever asks: sent again, it is the same action.
    #[schemars(length(min = 1, max = 64), regex(pattern = r"^[A-Za-z0-9._-]+$"))]
    id: String,
    /// What is done.
    #[serde(rename = "do")]
    deed: Deed,
    /// In their own words.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    note: String,
    /// Until when an acknowledgement or a snooze holds; a snooze needs one.
    #[serde(default)]
    until: Option<UtcTime>,
    /// Who does it, where the desk asks nobody who they are; elsewhere it is passed over.
    #[serde(default)]
    #[schemars(length(max = 100))]
    who: Option<String>,
}

impl ActionDraft {
    /// Also of a name that is passed over: what the description refuses is refused.
    fn is_too_long(&self) -> bool {
        let who = self.who.as_deref().unwrap_or_default();
        who.chars().count() > WHO_MAX
    }
}

/// What is answered: the log has it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ActionTaken {
    /// The action.
    id: String,
    /// In whose name it stands.
    who: String,
}

/// Characters of a name; the description above says the same.
const WHO_MAX: usize = 100;
const TOO_LONG: &str = "who is longer than 100 characters: write a shorter name";

/// Who did it where nobody says.
const NOBODY: &str = "desk";

pub(super) async fn act(
    State(desk): State<Arc<Desk>>,
    Extension(holder): Extension<Holder>,
    Id(incident): Id,
    draft: Result<Json<ActionDraft>, JsonRejection>,
) -> Response {
    if holder.role != Role::Operator {
        tracing::warn!(target: "audit", name = holder.name, incident, "a viewer wanted to act and was refused");
        return VIEWER.into_response();
    }
    let draft = match draft {
        Ok(Json(draft)) if draft.is_too_long() => {
            return Told(StatusCode::UNPROCESSABLE_ENTITY, TOO_LONG.to_owned()).into_response();
        }
        Ok(Json(draft)) => draft,
        Err(rejection) => return Told(rejection.status(), rejection.body_text()).into_response(),
    };
    if let Err(problem) = makes_sense(&desk, &incident, &draft) {
        return problem.into_response();
    }
    let action = action(incident, holder, draft);
    if let Err(refused) = action.encode() {
        return Told(StatusCode::UNPROCESSABLE_ENTITY, refused.to_string()).into_response();
    }
    send(&desk, action).await
}

/// Refuses at once what triage would refuse, as far as this page knows.
fn makes_sense(desk: &Desk, incident: &str, draft: &ActionDraft) -> Result<(), Problem> {
    let detail = desk.incidents.detail(incident);
    let Some(detail) = detail else {
        return Err(Problem(StatusCode::NOT_FOUND, "no such incident"));
    };
    let is_over = detail.alert.status == Status::Resolved;
    match draft.deed {
        Deed::Acknowledge | Deed::Snooze | Deed::Close if is_over => {
            Err(Problem(StatusCode::CONFLICT, "the incident is over"))
        }
        Deed::Reopen if !is_over => Err(Problem(
            StatusCode::CONFLICT,
            "the incident is open already",
        )),
        Deed::Snooze if draft.until.is_none() => Err(Problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "a snooze needs its end, in until",
        )),
        Deed::Acknowledge
        | Deed::Snooze
        | Deed::Close
        | Deed::Reopen
        | Deed::FalseAlarm
        | Deed::Note => Ok(()),
    }
}

fn action(incident: String, holder: Holder, draft: ActionDraft) -> Action {
    let said = draft.who.filter(|who| !who.trim().is_empty());
    let who = if holder.name.is_empty() {
        said.unwrap_or_else(|| NOBODY.to_owned())
    } else {
        holder.name
    };
    Action {
        id: draft.id,
        incident,
        deed: draft.deed,
        who,
        note: draft.note,
        until: draft.until.map(|until| until.0),
    }
}

async fn send(desk: &Desk, action: Action) -> Response {
    let Some(sink) = desk.actions.clone() else {
        let problem = "this desk has no log to write to, so nothing can be done here";
        return Problem(StatusCode::CONFLICT, problem).into_response();
    };
    let Action {
        id, incident, who, ..
    } = action.clone();
    let deed = action.deed.as_str();
    let sent = tokio::task::spawn_blocking(move || sink.send(&action)).await;
    match sent {
        Ok(Ok(())) => {
            tracing::info!(target: "audit", name = who, deed, incident, id, "done");
            (StatusCode::ACCEPTED, Json(ActionTaken { id, who })).into_response()
        }
        Ok(Err(unsent)) => {
            tracing::warn!(target: "audit", name = who, deed, incident, id, %unsent, "not done");
            Told(StatusCode::SERVICE_UNAVAILABLE, unsent.to_string()).into_response()
        }
        Err(_) => {
            Problem(StatusCode::INTERNAL_SERVER_ERROR, "the action broke off").into_response()
        }
    }
}
