//! Who spoke when, who came first, and in which words they part.
//!
//! Rule: what is claimed stands beside what was seen, never in its place: a false time of one post moves the
//! claimed times alone.
//! Not here: who counts as which press (`detect`).

use super::{AlertSide, AlertVoice, ClaimedLead, Lead, Term, UtcTime};
use crate::detect::{self, Side, Signal, Voice};
use crate::post::{EventTime, FeedKind};

/// The voices as an alert tells them, the first speaker first.
pub(super) fn voices(voices: &[Voice]) -> Vec<AlertVoice> {
    let first = voices.iter().map(|voice| voice.first_at).min();
    let claimed = voices.iter().map(|voice| voice.claimed_at).min();
    let after =
        |at: EventTime, first: Option<EventTime>| first.map_or(0, |first| at.millis_since(first));
    let tell = |voice: &Voice| AlertVoice {
        who: detect::Speaker::of(voice.kind, voice.language),
        language: voice.language.map(|language| language.as_str().to_owned()),
        posts: voice.posts,
        first_at: UtcTime::new(voice.first_at),
        claimed_at: UtcTime::new(voice.claimed_at),
        half_at: UtcTime::new(voice.half_at),
        after_s: after(voice.first_at, first) / 1_000,
        claimed_after_s: after(voice.claimed_at, claimed) / 1_000,
    };
    voices.iter().map(tell).collect()
}

/// The words of each side.
pub(super) fn divergence(sides: &[Side]) -> Vec<AlertSide> {
    let tell = |side: &Side| AlertSide {
        who: side.who,
        sampled: side.posts,
        terms: terms(&side.terms),
    };
    sides.iter().map(tell).collect()
}

/// Words as an alert tells them.
pub(super) fn terms(terms: &[detect::Term]) -> Vec<Term> {
    let tell = |term: &detect::Term| Term {
        term: term.term.clone(),
        posts: term.posts,
    };
    terms.iter().map(tell).collect()
}

/// The kind that was seen first, and by how much; ties go to the kind that comes first in order. By claimed
/// times a kind begins with the earliest that a post of it claims, if that is before it was seen.
pub(super) fn lead(signal: &Signal) -> Option<Lead> {
    let seen = signal.first_seen.iter();
    let (kind, seconds) = first(seen.clone().map(|&(kind, at)| (at, kind)).collect())?;
    let claimed = seen.map(|&(kind, at)| {
        let voices = signal.voices.iter().filter(|voice| voice.kind == kind);
        // Where a feed is placed by the time that its posts claim, both are the same post.
        let earlier = voices.filter(|voice| voice.claimed_at < voice.first_at);
        let claimed = earlier.map(|voice| voice.claimed_at);
        (claimed.fold(at, EventTime::min), kind)
    });
    let (claimed_kind, claimed_seconds) = first(claimed.collect())?;
    Some(Lead {
        kind,
        seconds,
        claimed: ClaimedLead {
            kind: claimed_kind,
            seconds: claimed_seconds,
        },
    })
}

fn first(mut seen: Vec<(EventTime, FeedKind)>) -> Option<(FeedKind, i64)> {
    seen.sort_unstable();
    let (&(first, kind), &(second, _)) = (seen.first()?, seen.get(1)?);
    Some((kind, second.millis_since(first) / 1_000))
}
