//! One record of fact-checks: bytes -> a claim, a withdrawal, or a named refusal.
//!
//! In: a JSON object in the project's own format or as a `ClaimReview` of schema.org. Out: [`ClaimRecord`].
//! Rule: a fact-check without link, verdict, date or publisher is kept without it. A link that is not
//! http or https is left out: it would be shown to people.
//! Not here: which record of one id holds (`store`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::post::EventTime;

/// Bytes of a text that are kept of one member.
const TITLE_MAX: usize = 400;
const WORD_MAX: usize = 200;
const LINK_MAX: usize = 1_000;

/// A claim that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The source's id.
    pub id: Box<str>,
    /// What is claimed, in the words of those who spread it where the source quotes them.
    pub text: Box<str>,
    /// The claim in one line.
    pub title: Box<str>,
    /// The fact-checker's verdict, in its own word.
    pub verdict: Option<Box<str>>,
    /// When the fact-check was published.
    pub published_at: Option<EventTime>,
    /// Where it can be read.
    pub url: Option<Box<str>>,
    /// Who checked.
    pub publisher: Option<Box<str>>,
}

/// What one record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimRecord {
    /// A fact-check, new or edited.
    Checked {
        /// The claim.
        claim: Box<Claim>,
        /// When this version was made; the earliest time if the record does not say.
        modified_at: EventTime,
    },
    /// A fact-check is no longer upheld.
    Withdrawn {
        /// The claim's id.
        id: Box<str>,
        /// When.
        modified_at: EventTime,
    },
}

/// Why a record is no fact-check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimRefusal {
    /// Longer than allowed.
    TooLong,
    /// Not one JSON object.
    NotJson,
    /// No id, and no link that could stand for it.
    NoId,
    /// Neither claim nor title.
    NoClaim,
    /// A date that cannot be read.
    BadTime,
}

impl ClaimRefusal {
    /// Every refusal, in the order of all outputs.
    pub const ALL: [Self; 5] = [
        Self::TooLong,
        Self::NotJson,
        Self::NoId,
        Self::NoClaim,
        Self::BadTime,
    ];

    /// The word in metrics and dead letters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::NotJson => "not_json",
            Self::NoId => "no_id",
            Self::NoClaim => "no_claim",
            Self::BadTime => "bad_time",
        }
    }
}

/// A refusal and what a person needs to mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", reason.as_str())]
pub struct Refused {
    /// Why.
    pub reason: ClaimRefusal,
    /// What is wrong and how to mend it.
    pub detail: String,
}

fn refused<T>(reason: ClaimRefusal, detail: impl Into<String>) -> Result<T, Refused> {
    let detail = detail.into();
    Err(Refused { reason, detail })
}

impl ClaimRecord {
    /// Reads one record of at most `longest` bytes.
    pub fn decode(bytes: &[u8], longest: usize) -> Result<Self, Refused> {
        if bytes.len() > longest {
            let detail = format!("{} bytes, at most {longest} are read", bytes.len());
            return refused(ClaimRefusal::TooLong, detail);
        }
        let members: Map<String, Value> = match serde_json::from_slice(bytes) {
            Ok(members) => members,
            Err(error) => return refused(ClaimRefusal::NotJson, error.to_string()),
        };
        if is_claim_review(&members) {
            claim_review(&members)
        } else {
            own(&members)
        }
    }
}

fn is_claim_review(members: &Map<String, Value>) -> bool {
    let is_it = |kind: &Value| {
        let name = kind.as_str().unwrap_or_default();
        name.rsplit('/').next() == Some("ClaimReview")
    };
    match members.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().any(is_it),
        Some(kind) => is_it(kind),
        None => members.contains_key("claimReviewed"),
    }
}

fn own(members: &Map<String, Value>) -> Result<ClaimRecord, Refused> {
    let Some(id) = text(members, &["id"], WORD_MAX) else {
        return refused(ClaimRefusal::NoId, "write the source's own id as \"id\"");
    };
    let published_at = time(members, "published_at")?;
    let modified_at = time(members, "modified_at")?
        .or(published_at)
        .unwrap_or(EventTime::MIN);
    if members.get("withdrawn") == Some(&Value::Bool(true)) {
        return Ok(ClaimRecord::Withdrawn { id, modified_at });
    }
    let claim = text(members, &["claim"], usize::MAX);
    let title = text(members, &["title"], TITLE_MAX);
    let (claim, title) = claim_and_title(claim, title)?;
    Ok(ClaimRecord::Checked {
        claim: Box::new(Claim {
            id,
            text: claim,
            title,
            verdict: text(members, &["verdict"], WORD_MAX),
            published_at,
            url: link(members),
            publisher: text(members, &["publisher", "source"], WORD_MAX),
        }),
        modified_at,
    })
}

/// schema.org: `claimReviewed`, `reviewRating.alternateName`, `author.name`, `datePublished`, `url`.
fn claim_review(members: &Map<String, Value>) -> Result<ClaimRecord, Refused> {
    let url = link(members);
    let id = text(members, &["@id", "identifier"], WORD_MAX).or_else(|| url.clone());
    let Some(id) = id else {
        let detail = "a ClaimReview needs an @id or a url";
        return refused(ClaimRefusal::NoId, detail);
    };
    let published_at = time(members, "datePublished")?;
    let modified_at = time(members, "dateModified")?
        .or(published_at)
        .unwrap_or(EventTime::MIN);
    let title = text(members, &["headline", "name"], TITLE_MAX);
    let claim = text(members, &["claimReviewed"], usize::MAX);
    let (claim, title) = claim_and_title(claim, title)?;
    let rating = inner(members, "reviewRating");
    let verdict = rating.and_then(|rating| text(rating, &["alternateName", "name"], WORD_MAX));
    let person = inner(members, "author").or_else(|| inner(members, "publisher"));
    Ok(ClaimRecord::Checked {
        claim: Box::new(Claim {
            id,
            text: claim,
            title,
            verdict,
            published_at,
            url,
            publisher: person.and_then(|person| text(person, &["name"], WORD_MAX)),
        }),
        modified_at,
    })
}

type ClaimAndTitle = (Box<str>, Box<str>);

/// Either stands for the other where one is missing.
fn claim_and_title(
    claim: Option<Box<str>>,
    title: Option<Box<str>>,
) -> Result<ClaimAndTitle, Refused> {
    let Some(either) = claim.clone().or_else(|| title.clone()) else {
        let detail = "write what is claimed as \"claim\", or its \"title\"";
        return refused(ClaimRefusal::NoClaim, detail);
    };
    let title = title.unwrap_or_else(|| head(&either, TITLE_MAX).into());
    Ok((claim.unwrap_or(either), title))
}

fn inner<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    let value = members.get(name)?;
    let several = value.as_array().and_then(|several| several.first());
    several.unwrap_or(value).as_object()
}

/// The first of `names` that holds a text, without outer blanks and shortened.
fn text(members: &Map<String, Value>, names: &[&str], longest: usize) -> Option<Box<str>> {
    let mut texts = names.iter().filter_map(|name| {
        let written = members.get(*name)?;
        let number = written.as_number().map(ToString::to_string);
        let text = number.or_else(|| written.as_str().map(str::to_owned))?;
        let text = head(text.trim(), longest);
        (!text.is_empty()).then(|| text.into())
    });
    texts.next()
}

fn link(members: &Map<String, Value>) -> Option<Box<str>> {
    let link = members.get("url")?.as_str()?.trim();
    let scheme = link.split_once("://")?.0;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let is_plain = !link.contains(|letter: char| letter.is_control() || letter == ' ');
    (is_web && is_plain && link.len() <= LINK_MAX).then(|| link.into())
}

/// A date, a date with a time, or nothing.
fn time(members: &Map<String, Value>, name: &str) -> Result<Option<EventTime>, Refused> {
    let written = match members.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(written) => written.as_str().unwrap_or_default().trim(),
    };
    let millis = written
        .parse::<jiff::Timestamp>()
        .map(jiff::Timestamp::as_millisecond)
        .or_else(|_| {
            // A date alone is midnight.
            let civil: jiff::civil::DateTime = written.parse()?;
            let midnight = jiff::tz::TimeZone::UTC.to_timestamp(civil)?;
            Ok::<i64, jiff::Error>(midnight.as_millisecond())
        });
    match millis {
        Ok(millis) => Ok(Some(EventTime::from_millis(millis))),
        Err(_) => refused(
            ClaimRefusal::BadTime,
            format!("{name} is neither a date (2026-03-04) nor RFC 3339, nor null"),
        ),
    }
}

/// At most `longest` bytes of `text`, whole characters.
fn head(text: &str, longest: usize) -> &str {
    let mut end = text.len().min(longest);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}
