//! Bluesky Jetstream, both versions of its wire: one event a record. Its members are a table in
//! docs/formats.md.
//!
//! In: JSON text. Out: a [`Post`] for each created or updated post; a deletion is refused as such,
//! every other event as no post.
//! Rule: the time is the one that the client claims; `at://` identities, because a record key alone
//! is unique only within one account. An update keeps its identity, so that it is not counted twice.

use std::borrow::Cow;

use super::common;
use super::json::{self, List, Member, Object, Text, members};
use super::{AccountKey, Refused};
use crate::post::{Language, Post};

/// The name of the platform in posts.
const PLATFORM: &str = "bluesky";
/// The only collection whose records are posts.
const COLLECTION: &str = "app.bsky.feed.post";

members!(
    /// The whole event.
    Event<'a> {
        did: Text<'a> = "did",
        kind: Text<'a> = "kind",
        commit: Object<Commit<'a>> = "commit",
        payload: Object<Flat<'a>> = "payload",
    }
);

members!(
    /// Version 2: the same, flat, and the kind at the end of a name (`...#commit`).
    Flat<'a> {
        kind: Text<'a> = "$type",
        did: Text<'a> = "did",
        operation: Text<'a> = "operation",
        collection: Text<'a> = "collection",
        rkey: Text<'a> = "rkey",
        record: Object<Record<'a>> = "record",
    }
);

members!(
    /// A change of one record.
    Commit<'a> {
        operation: Text<'a> = "operation",
        collection: Text<'a> = "collection",
        rkey: Text<'a> = "rkey",
        record: Object<Record<'a>> = "record",
    }
);

members!(
    /// The post itself.
    Record<'a> {
        text: Text<'a> = "text",
        created_at: Text<'a> = "createdAt",
        langs: List<Text<'a>> = "langs",
    }
);

/// Reads one Jetstream event.
pub(super) fn decode<'a>(json: &'a str, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let event: Event<'a> = json::object(json)?;
    if let Some(Object(flat)) = event.payload.ok() {
        let kind = flat.kind.required("payload.$type")?.0;
        if kind.rsplit('#').next() != Some("commit") {
            return Err(common::not_a_post("payload.$type is not a commit"));
        }
        let commit = Commit {
            operation: flat.operation,
            collection: flat.collection,
            rkey: flat.rkey,
            record: flat.record,
        };
        return post(flat.did, commit, key);
    }
    if event.kind.required("kind")?.0 != "commit" {
        return Err(common::not_a_post(
            "kind is not commit: an identity or account event",
        ));
    }
    let Object(commit) = event.commit.required("commit")?;
    post(event.did, commit, key)
}

fn post<'a>(
    did: Member<Text<'a>>,
    commit: Commit<'a>,
    key: &AccountKey,
) -> Result<Post<'a>, Refused> {
    if commit.collection.required("commit.collection")?.0 != COLLECTION {
        return Err(common::not_a_post(
            "commit.collection is not app.bsky.feed.post",
        ));
    }
    match &*commit.operation.required("commit.operation")?.0 {
        "create" | "update" => {}
        "delete" => return Err(common::deleted("commit.operation is delete")),
        _ => return Err(common::not_a_post("commit.operation is not create")),
    }
    let Text(did) = did.required("did")?;
    let Text(rkey) = commit.rkey.required("commit.rkey")?;
    let Object(record) = commit.record.required("commit.record")?;
    let created_at = record.created_at.named("commit.record.createdAt")?;
    let created_at = created_at.as_ref().map(|time| &*time.0);
    let created_at = common::time("commit.record.createdAt", created_at)?;
    let text = record.text.named("commit.record.text")?;
    let text = text
        .and_then(|text| common::not_blank(text.0))
        .ok_or_else(|| common::no_text("commit.record.text"))?;
    let langs = record.langs.named("commit.record.langs")?;
    let id = format!("at://{did}/{COLLECTION}/{rkey}");
    Ok(Post {
        identity: common::identity(PLATFORM, &id),
        id: Cow::Owned(id),
        kind: None,
        platform: Cow::Borrowed(PLATFORM),
        account: Some(key.hash(PLATFORM, &did)),
        created_at,
        title: Cow::Borrowed(""),
        language: langs
            .and_then(|List(langs)| langs.into_iter().next())
            .and_then(|Text(tag)| Language::parse(&tag)),
        url: Some(Cow::Owned(format!(
            "https://bsky.app/profile/{did}/post/{rkey}"
        ))),
        location: None,
        repost_of: common::repost_by_text(&text),
        text,
    })
}
