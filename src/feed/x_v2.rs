//! X API v2: one post a record, with what it refers to beside it. Its members are a table in
//! docs/formats.md.
//!
//! In: JSON text. Out: a [`Post`] joined with its author's profile, its place and its original.
//! Rule: a retweet's own text is cut short, so the original's text is used where it is included;
//! shortened links are written out, the three HTML entities that X puts into text are undone.
//! An edited post has a new id, but the identity of its first version, so that it counts once.
//! Not here: rules that matched.

use std::borrow::Cow;

use super::common;
use super::json::{self, Id, List, Member, Object, Text};
use super::x_text::{self, PLATFORM};
use super::x_v2_members::{Data, Envelope, Geo, Includes, Link, Place, Referenced};
use super::{AccountKey, Refusal, Refused};
use crate::post::{Language, Location, Post};

/// Reads one X record.
pub(super) fn decode<'a>(json: &'a str, key: &AccountKey) -> Result<Post<'a>, Refused> {
    let envelope: Envelope<'a> = json::object(json)?;
    let Some(Object(mut data)) = envelope.data.named("data")? else {
        if envelope.delete.ok().is_some() {
            return Err(common::deleted("delete is there"));
        }
        return Err(Refused {
            reason: Refusal::NotAPost,
            detail: "data is absent: a message about the stream, or not X API v2".to_owned(),
        });
    };
    let includes = envelope.includes.named("includes")?;
    let includes = includes
        .map(|Object(includes)| includes)
        .unwrap_or_default();
    let created_at = std::mem::take(&mut data.created_at).named("data.created_at")?;
    let created_at = common::time("data.created_at", created_at.as_ref().map(|time| &*time.0))?;
    let Id(id) = std::mem::take(&mut data.id).required("data.id")?;
    let id = common::not_blank(id).ok_or_else(|| json::wrong_type("data.id", "blank", "an id"))?;
    let versions = elements(std::mem::take(&mut data.edit_history_tweet_ids));
    let first = versions.map(|Id(id)| id).next();
    let author = std::mem::take(&mut data.author_id).named("data.author_id")?;
    let language = std::mem::take(&mut data.lang).named("data.lang")?;
    let repost_of = reposted(std::mem::take(&mut data.referenced_tweets))?;
    let joined = Joined::new(includes, author.as_ref(), repost_of.as_deref());
    let location = location(
        std::mem::take(&mut data.geo),
        joined.places,
        joined.profile_location,
    )?;
    let own_text = text_of(data)?;
    let repost_of = repost_of.or_else(|| own_text.as_deref().and_then(common::repost_by_text));
    let text = match joined.original {
        Some(original) => text_of(original)?.or(own_text),
        None => own_text,
    };
    Ok(Post {
        identity: common::identity(PLATFORM, first.as_deref().unwrap_or(&id)),
        kind: None,
        platform: Cow::Borrowed(PLATFORM),
        account: author.map(|Id(author)| key.hash(PLATFORM, &author)),
        created_at,
        title: Cow::Borrowed(""),
        text: text.ok_or_else(|| common::no_text("data.text"))?,
        language: language.and_then(|Text(tag)| Language::parse(&tag)),
        url: Some(Cow::Owned(format!("https://x.com/i/web/status/{id}"))),
        location,
        repost_of,
        id,
    })
}

/// What `includes` holds of a post's author and original. All places are kept: which one is meant
/// stands in the post's `geo`.
struct Joined<'a> {
    profile_location: Option<Cow<'a, str>>,
    original: Option<Data<'a>>,
    places: Vec<Object<Place<'a>>>,
}

impl<'a> Joined<'a> {
    fn new(includes: Includes<'a>, author: Option<&Id<'a>>, original: Option<&str>) -> Self {
        let users = elements(includes.users);
        let tweets = elements(includes.tweets);
        let profile_location = users
            .map(|Object(user)| (user.id.ok(), user.location.ok()))
            .find(|(id, _)| author.is_some() && id.as_ref() == author)
            .and_then(|(_, location)| common::not_blank(location?.0));
        let original = tweets.map(|Object(tweet)| tweet).find(|tweet| {
            matches!((&tweet.id, original), (Member::Present(id), Some(original)) if id.0 == original)
        });
        Self {
            profile_location,
            original,
            places: elements(includes.places).collect(),
        }
    }
}

/// The id of the post that this one retweets.
fn reposted(
    references: Member<List<Object<Referenced<'_>>>>,
) -> Result<Option<Cow<'_, str>>, Refused> {
    let Some(List(references)) = references.named("data.referenced_tweets")? else {
        return Ok(None);
    };
    let retweeted = references.into_iter().map(|Object(reference)| reference);
    Ok(retweeted
        .filter(|reference| matches!(&reference.kind, Member::Present(Text(kind)) if kind == "retweeted"))
        .find_map(|reference| reference.id.ok())
        .map(|Id(id)| id))
}

/// The full text with its links written out; `None` if it is blank.
fn text_of(data: Data<'_>) -> Result<Option<Cow<'_, str>>, Refused> {
    let note = data.note_tweet.named("data.note_tweet")?;
    let (text, entities) = match note {
        Some(Object(note)) => (note.text, note.entities),
        None => (data.text, data.entities),
    };
    let Some(Text(text)) = text.named("data.text")? else {
        return Ok(None);
    };
    let links = entities.ok().map(|Object(entities)| entities.urls);
    let links = links
        .into_iter()
        .flat_map(elements)
        .map(|Object(link)| link);
    Ok(common::not_blank(
        links.fold(x_text::unescaped(text), written_out),
    ))
}

fn written_out<'a>(text: Cow<'a, str>, link: Link<'a>) -> Cow<'a, str> {
    let short = link.url.ok().map(|Text(short)| short).unwrap_or_default();
    let long = link.expanded_url.ok().map(|Text(long)| long);
    x_text::written_out(text, &short, long.as_deref())
}

/// The exact point, else the named place, else what the author's profile says.
fn location<'a>(
    geo: Member<Object<Geo<'a>>>,
    places: Vec<Object<Place<'a>>>,
    profile: Option<Cow<'a, str>>,
) -> Result<Option<Location<'a>>, Refused> {
    let geo = geo.named("data.geo")?.map(|Object(geo)| geo);
    let Geo { place_id, point } = geo.unwrap_or_default();
    if let Some(Object(point)) = point.named("data.geo.coordinates")? {
        let degrees = point
            .coordinates
            .named("data.geo.coordinates.coordinates")?;
        // GeoJSON writes the longitude first.
        if let Some([longitude, latitude, ..]) = degrees.as_ref().map(|List(degrees)| &**degrees)
            && let Some(exact) = common::coordinates(latitude.0, longitude.0)
        {
            return Ok(Some(exact));
        }
    }
    let place_id = place_id.named("data.geo.place_id")?;
    let place = places
        .into_iter()
        .find(|Object(place)| matches!((&place.id, &place_id), (Member::Present(id), Some(wanted)) if id == wanted))
        .and_then(|Object(place)| place_name(place));
    Ok(place.or(profile).map(Location::Named))
}

/// The place and, unless its name holds it already, the country.
fn place_name(place: Place<'_>) -> Option<Cow<'_, str>> {
    let Text(name) = place.full_name.ok()?;
    let country = place.country.ok().or(place.country_code.ok());
    match country {
        Some(Text(country)) if !name.contains(&*country) => {
            Some(Cow::Owned(format!("{name}, {country}")))
        }
        Some(_) | None => Some(name),
    }
}

fn elements<T>(member: Member<List<T>>) -> impl Iterator<Item = T> {
    member
        .ok()
        .map(|List(elements)| elements)
        .into_iter()
        .flatten()
}
