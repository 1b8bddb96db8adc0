//! What a person does with an incident: one record of `actions`.
//!
//! In: a JSON object of the Kafka topic `actions`. Out: an [`Action`], or a named refusal; and back.
//! Rule: every text has a bound; members that are not known are passed over; what is written can be read.
//! Not here: what an action changes (`deeds`), how it gets into the order of signals (`service`).

mod schema;
#[cfg(test)]
mod tests;

pub use schema::action_schema;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::post::EventTime;

/// The name of this record's schema, its member `schema`.
pub const ACTION_SCHEMA: &str = "kentongan.action/v1";
/// Longest record, bytes.
const RECORD_MAX: usize = 16 * 1024;
/// Characters of each text.
const ID_MAX: usize = 64;
const INCIDENT_MAX: usize = 512;
const WHO_MAX: usize = 128;
const NOTE_MAX: usize = 2_000;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Somebody has taken it over: no reminders, until its time is over.
    Acknowledge,
    /// Nobody wants to hear of it for a while; a higher level ends that.
    Snooze,
    /// It is over.
    Close,
    /// It is not over after all.
    Reopen,
    /// There never was anything.
    FalseAlarm,
    /// Words for the others.
    Note,
}

impl Deed {
    /// Every deed, in the order of all outputs.
    pub const ALL: [Self; 6] = [
        Self::Acknowledge,
        Self::Snooze,
        Self::Close,
        Self::Reopen,
        Self::FalseAlarm,
        Self::Note,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Snooze => "snooze",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::FalseAlarm => "false_alarm",
            Self::Note => "note",
        }
    }
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Drawn by whoever writes it: the same id again is the same action, and changes nothing.
    pub id: String,
    /// The incident.
    pub incident: String,
    /// What is done.
    pub deed: Deed,
    /// By whom, as the others know them.
    pub who: String,
    /// In their own words; may be empty.
    pub note: String,
    /// Until when an acknowledgement or a snooze holds.
    pub until: Option<EventTime>,
}

/// Why an action is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionRefusal {
    /// Not one JSON object, or too long a record.
    NotJson,
    /// Not of this schema.
    OtherSchema,
    /// A member is missing, empty, too long, or not a text.
    BadMember,
    /// No such deed.
    NoSuchDeed,
    /// A time that cannot be read.
    BadTime,
    /// No incident of this name is known, or it ended long ago.
    UnknownIncident,
    /// The incident has become part of an older one.
    Merged,
    /// The incident is over.
    Over,
    /// The incident is open already.
    Open,
    /// A snooze without an end.
    NoUntil,
    /// Its end has passed already.
    UntilPassed,
    /// Its end is too far away.
    UntilTooFar,
    /// Too many incidents are open.
    NoRoom,
}

impl ActionRefusal {
    /// Every refusal, in the order of all outputs.
    pub const ALL: [Self; 13] = [
        Self::NotJson,
        Self::OtherSchema,
        Self::BadMember,
        Self::NoSuchDeed,
        Self::BadTime,
        Self::UnknownIncident,
        Self::Merged,
        Self::Over,
        Self::Open,
        Self::NoUntil,
        Self::UntilPassed,
        Self::UntilTooFar,
        Self::NoRoom,
    ];

    /// The word in metrics and dead letters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::OtherSchema => "other_schema",
            Self::BadMember => "bad_member",
            Self::NoSuchDeed => "no_such_deed",
            Self::BadTime => "bad_time",
            Self::UnknownIncident => "unknown_incident",
            Self::Merged => "merged",
            Self::Over => "over",
            Self::Open => "open",
            Self::NoUntil => "no_until",
            Self::UntilPassed => "until_passed",
            Self::UntilTooFar => "until_too_far",
            Self::NoRoom => "no_room",
        }
    }
}

/// A refusal and what a person needs to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", reason.as_str())]
pub struct RefusedAction {
    /// Why.
    pub reason: ActionRefusal,
    /// What is wrong and how to mend it.
    pub detail: String,
}

pub(super) fn refused<T>(
    reason: ActionRefusal,
    detail: impl Into<String>,
) -> Result<T, RefusedAction> {
    let detail = detail.into();
    Err(RefusedAction { reason, detail })
}

/// Why an action did not get into the log, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Unsent {
    /// The sentence.
    pub detail: String,
}

/// Takes actions to the log: the page and the command line are handed one.
pub trait ActionSink: Send + Sync {
    /// Sends `action`; well only when the log has it. Waits for the brokers, at most half a minute.
    fn send(&self, action: &Action) -> Result<(), Unsent>;
}

impl Action {
    /// Reads one record.
    pub fn decode(bytes: &[u8]) -> Result<Self, RefusedAction> {
        if bytes.len() > RECORD_MAX {
            let detail = format!("{} bytes, at most {RECORD_MAX} are read", bytes.len());
            return refused(ActionRefusal::NotJson, detail);
        }
        let members: Map<String, Value> = match serde_json::from_slice(bytes) {
            Ok(members) => members,
            Err(error) => return refused(ActionRefusal::NotJson, error.to_string()),
        };
        if members.get("schema").and_then(Value::as_str) != Some(ACTION_SCHEMA) {
            let detail = format!("the member schema must be \"{ACTION_SCHEMA}\"");
            return refused(ActionRefusal::OtherSchema, detail);
        }
        let action = Self {
            id: text(&members, "id")?,
            incident: text(&members, "incident")?,
            deed: deed(&members)?,
            who: text(&members, "who")?,
            note: match members.get("note") {
                None | Some(Value::Null) => String::new(),
                Some(_) => text(&members, "note")?,
            },
            until: until(&members)?,
        };
        action.check()?;
        Ok(action)
    }

    /// The record; refused when it could not be read back.
    pub fn encode(&self) -> Result<Vec<u8>, RefusedAction> {
        self.check()?;
        let told = [
            ("schema", ACTION_SCHEMA),
            ("id", &self.id),
            ("incident", &self.incident),
            ("do", self.deed.as_str()),
            ("who", &self.who),
        ];
        let told = told.map(|(name, value)| (name.to_owned(), value.into()));
        let mut members = Map::from_iter(told);
        if !self.note.is_empty() {
            members.insert("note".into(), self.note.as_str().into());
        }
        if let Some(until) = self.until {
            members.insert("until".into(), until.to_string().into());
        }
        Ok(Value::Object(members).to_string().into_bytes())
    }

    /// Whether every text is within its bounds.
    fn check(&self) -> Result<(), RefusedAction> {
        bounded("id", &self.id, 1, ID_MAX)?;
        bounded("incident", &self.incident, 1, INCIDENT_MAX)?;
        bounded("who", &self.who, 1, WHO_MAX)?;
        bounded("note", &self.note, 0, NOTE_MAX)?;
        let is_short = |member: &str, text: &str| {
            if text.chars().any(char::is_control) {
                let detail = format!("{member} has a control character: write it without");
                return refused(ActionRefusal::BadMember, detail);
            }
            Ok(())
        };
        is_short("id", &self.id)?;
        is_short("incident", &self.incident)?;
        is_short("who", &self.who)?;
        let is_writable = |until: &EventTime| EventTime::parse(&until.to_string()).is_some();
        if !self.until.as_ref().is_none_or(is_writable) {
            return refused(ActionRefusal::BadTime, "until lies outside of the calendar");
        }
        Ok(())
    }
}

fn bounded(member: &str, text: &str, least: usize, most: usize) -> Result<(), RefusedAction> {
    let characters = text.chars().count();
    if (least..=most).contains(&characters) {
        return Ok(());
    }
    let detail = format!("{member} has {characters} characters: write {least} to {most}");
    refused(ActionRefusal::BadMember, detail)
}

fn text(members: &Map<String, Value>, member: &str) -> Result<String, RefusedAction> {
    match members.get(member) {
        Some(Value::String(text)) => Ok(text.trim().to_owned()),
        Some(_) => refused(
            ActionRefusal::BadMember,
            format!("{member} must be a text in quotes"),
        ),
        None => refused(
            ActionRefusal::BadMember,
            format!("{member} is missing: write it"),
        ),
    }
}

fn deed(members: &Map<String, Value>) -> Result<Deed, RefusedAction> {
    let word = text(members, "do")?;
    let known = Deed::ALL.into_iter().find(|deed| deed.as_str() == word);
    known.map_or_else(
        || {
            let words = Deed::ALL.map(Deed::as_str).join(", ");
            refused(
                ActionRefusal::NoSuchDeed,
                format!("do must be one of {words}"),
            )
        },
        Ok,
    )
}

fn until(members: &Map<String, Value>) -> Result<Option<EventTime>, RefusedAction> {
    match members.get("until") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_str().and_then(EventTime::parse) {
            Some(until) => Ok(Some(until)),
            None => refused(
                ActionRefusal::BadTime,
                "until must be a time such as \"2026-03-04T05:06:07Z\" (RFC 3339)",
            ),
        },
    }
}
