//! Telegram: one update of the Bot API a record, or the message in it. Its members are a table in
//! docs/formats.md.
//!
//! In: a tree. Out: a [`Post`] of a channel or group.
//! Rule: message ids are unique within one chat only, so an id is `chat/message`; an edit keeps it.
//! Not here: deletions, of which the Bot API does not tell.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

use super::draft::Draft;
use super::json::{self, Tree};
use super::{AccountKey, Refused};
use super::{common, when};
use crate::post::{Location, Post};

/// The name of the platform in posts.
const PLATFORM: &str = "telegram";

/// The members of an update that hold a message.
const MESSAGES: [&str; 4] = [
    "channel_post",
    "edited_channel_post",
    "message",
    "edited_message",
];

/// Reads one update or message.
pub(super) fn decode<'a>(record: &Tree<'a>, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let held = MESSAGES.iter().find(|name| record.has(name));
    let message = match held {
        Some(name) => record.at(name),
        None if record.has("update_id") => {
            return Err(common::not_a_post("an update without a message"));
        }
        None => record,
    };
    let created_at = when::first(message, &["date"])?;
    let chat = required(message, "chat.id")?;
    let number = required(message, "message_id")?;
    let text = message.text("text")?.or(message.text("caption")?);
    let name = message.text("chat.username")?;
    let sender = message.id("sender_chat.id")?.or(message.id("from.id")?);
    let draft = Draft {
        platform: Cow::Borrowed(PLATFORM),
        id: Some(Cow::Owned(format!("{chat}/{number}"))),
        account: sender.or(Some(chat)),
        url: name.map(|name| Cow::Owned(format!("https://t.me/{name}/{number}"))),
        location: location(message)?,
        repost_of: forwarded(message, text.as_deref())?,
        text,
        ..Draft::default()
    };
    draft.finish(created_at, "text and caption", key)
}

fn required<'a>(message: &Tree<'a>, member: &str) -> Result<Cow<'a, str>, Refused> {
    let id = message.id(member)?;
    id.ok_or_else(|| json::wrong_type(member, "absent", "an integer"))
}

/// The original of a forwarded message. Where its author hides, its words stand for it.
fn forwarded<'a>(message: &Tree<'a>, text: Option<&str>) -> Result<Option<Cow<'a, str>>, Refused> {
    let origins = [
        ("forward_origin.chat.id", "forward_origin.message_id"),
        ("forward_from_chat.id", "forward_from_message_id"),
    ];
    for (chat, number) in origins {
        if let (Some(chat), Some(number)) = (message.id(chat)?, message.id(number)?) {
            return Ok(Some(Cow::Owned(format!("{chat}/{number}"))));
        }
    }
    let forwarded = message.has("forward_origin") || message.has("forward_date");
    let hash = text.map(|text| xxh3_64(text.trim().as_bytes()));
    let hash = hash.filter(|_| forwarded);
    Ok(hash.map(|hash| Cow::Owned(format!("fw-{hash:016x}"))))
}

fn location<'a>(message: &Tree<'a>) -> Result<Option<Location<'a>>, Refused> {
    let latitude = message.number("location.latitude")?;
    let longitude = message.number("location.longitude")?;
    Ok(match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => common::coordinates(latitude, longitude),
        _ => None,
    })
}
