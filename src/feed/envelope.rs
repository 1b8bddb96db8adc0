//! What connectors put around a source's record: Kafka Connect, Debezium, `CloudEvents`.
//!
//! In: the root of a record that its format could not read. Out: the record inside, or what the
//! envelope says of it.
//! Rule: an envelope is opened only when the format did not fit, so that bare records pay nothing; an
//! envelope in an envelope is opened too, [`MAX_ENVELOPES`] deep.
//! Not here: the schema registry's frame, which is no JSON (`json`); `CloudEvents` in binary mode,
//! whose value is the bare record.

use std::borrow::Cow;

use super::json::Root;
use super::{Refusal, Refused, common};

/// Connect around Debezium around `CloudEvents`, and one to spare.
pub(super) const MAX_ENVELOPES: usize = 4;

/// The record inside; `None` if `root` is no envelope.
pub(super) fn open<'a>(root: &Root<'a>) -> Result<Option<Cow<'a, str>>, Refused> {
    if root.has("specversion") && root.has("type") {
        return cloud_event(root).map(Some);
    }
    if root.has("op") && (root.get("after").is_some() || root.get("before").is_some()) {
        return row(root).map(Some);
    }
    // Connect's JSON converter writes these two and nothing else.
    match (root.get("schema"), root.get("payload"), root.len()) {
        (Some(_), Some(payload), 2) => content(payload).map(Some),
        _ => Ok(None),
    }
}

/// Debezium: c(reated), u(pdated), d(eleted), r(ead), t(runcated), m(essage).
fn row<'a>(root: &Root<'a>) -> Result<Cow<'a, str>, Refused> {
    if root.get("op") == Some("\"d\"") {
        return Err(common::deleted("op is d: the row was deleted"));
    }
    match root.get("after") {
        Some(row) if row != "null" => content(row),
        Some(_) | None => Err(common::not_a_post("after is absent: no row")),
    }
}

fn cloud_event<'a>(root: &Root<'a>) -> Result<Cow<'a, str>, Refused> {
    if root.has("data_base64") {
        return Err(Refused {
            reason: Refusal::WrongType,
            detail: "data_base64 holds bytes; only JSON in data is read".to_owned(),
        });
    }
    content(root.get("data").unwrap_or("null"))
}

/// The content of an envelope: JSON, or a string that holds JSON; null is a tombstone.
fn content(json: &str) -> Result<Cow<'_, str>, Refused> {
    if json == "null" {
        return Err(Refusal::Tombstone.into());
    }
    if !json.starts_with('"') {
        return Ok(Cow::Borrowed(json));
    }
    let text = serde_json::from_str(json);
    text.map(Cow::Owned).map_err(|_| Refusal::NotJson.into())
}
