//! The description of an action's record, for those who write one.
//!
//! Rule: what it allows is read, except that what depends on the incident (a snooze without an end, a deed that
//! makes no sense) is refused later, and by name.

use serde_json::{Value, json};

use super::{ACTION_SCHEMA, Deed, ID_MAX, INCIDENT_MAX, NOTE_MAX, WHO_MAX};

/// One line of text.
const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*\S[^\u0000-\u001f\u007f-\u009f]*$";

/// The JSON Schema of one record of `actions`.
pub fn action_schema() -> Value {
    let line = |most: usize, text: &str| json!({ "type": "string", "minLength": 1, "maxLength": most, "pattern": LINE, "description": text });
    json!({
        "type": "object",
        "required": ["schema", "id", "incident", "do", "who"],
        "properties": {
            "schema": { "const": ACTION_SCHEMA },
            "id": line(ID_MAX, "Drawn by whoever writes it: the same id again is the same action."),
            "incident": line(INCIDENT_MAX, "The incident, also the record's key."),
            "do": { "enum": Deed::ALL.map(Deed::as_str), "description": "What is done." },
            "who": line(WHO_MAX, "By whom, as the others know them."),
            "note": {
                "type": ["string", "null"],
                "maxLength": NOTE_MAX,
                "description": "In their own words.",
            },
            "until": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "Until when an acknowledgement or a snooze holds, RFC 3339; a snooze needs it.",
            },
        },
    })
}
