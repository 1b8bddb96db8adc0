//! What a format has found of a post, before it is one.
//!
//! In: the members that a format read. Out: a [`Post`].
//! Rule: what is the same for every source stands here once: a post needs words, an id makes an
//! identity, an account becomes a hash, `RT @name:` is a repost.
//! Not here: where a source keeps its members.

use std::borrow::Cow;

use super::common;
use super::{AccountKey, Refused};
use crate::post::{EventTime, FeedKind, Language, Location, Post};

/// A post in the making. Members that a source does not have stay at their default.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
    /// The platform or outlet.
    pub(super) platform: Cow<'a, str>,
    /// What the source calls the post, also after an edit; absent: a fingerprint stands for it.
    pub(super) id: Option<Cow<'a, str>>,
    /// The author's name or id.
    pub(super) account: Option<Cow<'a, str>>,
    /// The headline.
    pub(super) title: Option<Cow<'a, str>>,
    /// The body.
    pub(super) text: Option<Cow<'a, str>>,
    /// The source's word on the language.
    pub(super) language: Option<Language>,
    /// Where a person reads it.
    pub(super) url: Option<Cow<'a, str>>,
    /// Where it was written.
    pub(super) location: Option<Location<'a>>,
    /// The original that this one passes on.
    pub(super) repost_of: Option<Cow<'a, str>>,
    /// What the source says of its kind.
    pub(super) kind: Option<FeedKind>,
}

impl<'a> Draft<'a> {
    /// The post of `created_at`; `members` names where its words would have stood.
    pub(super) fn finish(
        self,
        created_at: EventTime,
        members: &str,
        key: &AccountKey,
    ) -> Result<Post<'a>, Refused> {
        let title = self.title.and_then(common::not_blank).unwrap_or_default();
        let text = self.text.and_then(common::not_blank).unwrap_or_default();
        if title.is_empty() && text.is_empty() {
            return Err(common::no_text(members));
        }
        let platform = self.platform;
        let id = self.id.unwrap_or_else(|| {
            let url = self.url.as_deref().unwrap_or("");
            let parts = [&*platform, &*title, &*text, url];
            common::fingerprint(created_at, self.account.as_deref(), parts)
        });
        Ok(Post {
            identity: common::identity(&platform, &id),
            id,
            kind: self.kind,
            account: self.account.map(|account| key.hash(&platform, &account)),
            platform,
            created_at,
            language: self.language,
            url: self.url,
            location: self.location,
            repost_of: self.repost_of.or_else(|| common::repost_by_text(&text)),
            title,
            text,
        })
    }
}

/// The language of a tag such as `id-ID`.
pub(super) fn language(tag: Option<Cow<'_, str>>) -> Option<Language> {
    tag.and_then(|tag| Language::parse(&tag))
}

/// Two pieces of text, one below the other; the second is left out where the first begins with it.
pub(super) fn joined<'a>(
    first: Option<Cow<'a, str>>,
    second: Option<Cow<'a, str>>,
) -> Option<Cow<'a, str>> {
    match (first, second) {
        (Some(first), Some(second)) if first.starts_with(&*second) => Some(first),
        (Some(first), Some(second)) if second.starts_with(&*first) => Some(second),
        (Some(first), Some(second)) => Some(Cow::Owned(format!("{first}\n{second}"))),
        (first, second) => first.or(second),
    }
}
