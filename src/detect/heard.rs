//! What an open episode remembers of who spoke when, beyond the hour that its tracks hold.
//!
//! In: closed panes of its topic since the begin, each once. Out: posts by time and speaker.
//! Rule: first posts and numbers are exact, whatever the length of the episode; the times between are kept to a
//! width that doubles as it grows longer: a pane for ten minutes, then a thirtieth of its length or less. Bounded.
//! Not here: what is told of it (`voices`).

use serde::{Deserialize, Serialize};

use super::track::Track;
use crate::post::{EventTime, FeedKind, Language};
use crate::window::{Earliest, Pane, Tally};

/// Times of one speaker; the width of a time doubles when there are more.
const MOST_TIMES: usize = 64;
/// Languages of one kind, the unknown one among them; those that spoke first stay.
const MOST_LANGUAGES: usize = 16;

/// Posts of one kind in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spoken {
    /// `None`: not known.
    pub language: Option<Language>,
    /// Numbers of posts, each with the time of the first of them; ascending.
    pub times: Vec<(EventTime, u32)>,
    /// How far apart times are kept, milliseconds.
    width: i64,
    /// The earliest time that one of them claims for itself, where it was placed by another.
    pub claimed_at: Option<EventTime>,
}

/// One kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ear {
    /// Posts before this time are not the episode's.
    since: EventTime,
    /// Panes before this one are remembered.
    until: Pane,
    spoken: Vec<Spoken>,
}

/// Both kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Heard {
    social: Ear,
    news: Ear,
}

impl Ear {
    fn new(since: EventTime, until: Option<Pane>) -> Self {
        Self {
            since,
            until: until.unwrap_or(Pane(i64::MIN)),
            spoken: Vec::new(),
        }
    }

    fn note(&mut self, at: EventTime, tally: &Tally) {
        note(&mut self.spoken, at, tally);
    }

    /// Takes what `track` still holds of closed panes from `begin` to before `end`.
    fn gather(&mut self, track: &Track, begin: EventTime, end: EventTime) {
        for (pane, tally) in track.dated() {
            let at = time_of(pane, tally);
            if pane < self.until && at >= begin && at < end {
                note(&mut self.spoken, at, tally);
            }
        }
    }
}

impl Heard {
    /// What the topic's tracks hold of an episode that begins at `since`; `first_open` of each kind.
    pub(super) fn begin<'a>(
        tracks: impl Fn(FeedKind) -> Option<&'a Track>,
        first_open: impl Fn(FeedKind) -> Option<Pane>,
        since: EventTime,
    ) -> Self {
        let ear = |kind| {
            let mut ear = Ear::new(since, first_open(kind));
            if let Some(track) = tracks(kind) {
                ear.gather(track, since, EventTime::from_millis(i64::MAX));
            }
            ear
        };
        Self {
            social: ear(FeedKind::Social),
            news: ear(FeedKind::News),
        }
    }

    /// The episode has turned out to begin at `since`.
    pub(super) fn reach_back<'a>(
        &mut self,
        tracks: impl Fn(FeedKind) -> Option<&'a Track>,
        since: EventTime,
    ) {
        for kind in FeedKind::ALL {
            let ear = self.ear_mut(kind);
            if since >= ear.since {
                continue;
            }
            let end = std::mem::replace(&mut ear.since, since);
            if let Some(track) = tracks(kind) {
                ear.gather(track, since, end);
            }
        }
    }

    /// Remembers a pane that has closed.
    pub(super) fn close(&mut self, kind: FeedKind, pane: Pane, tally: Option<&Tally>) {
        let ear = self.ear_mut(kind);
        if pane < ear.until {
            return;
        }
        ear.until = pane.plus(1);
        if let Some(tally) = tally {
            let at = time_of(pane, tally);
            if at >= ear.since {
                ear.note(at, tally);
            }
        }
    }

    /// Everything of `kind`: what is remembered, and the panes of `track` up to `last` that are still open.
    pub(super) fn spoken(&self, kind: FeedKind, track: Option<&Track>, last: Pane) -> Vec<Spoken> {
        let ear = self.ear(kind);
        let mut spoken = ear.spoken.clone();
        for (pane, tally) in track.into_iter().flat_map(Track::dated) {
            let at = time_of(pane, tally);
            if (ear.until..=last).contains(&pane) && at >= ear.since {
                note(&mut spoken, at, tally);
            }
        }
        spoken
    }

    /// When the episode begins.
    pub(super) fn since(&self) -> EventTime {
        self.social.since
    }

    fn ear(&self, kind: FeedKind) -> &Ear {
        match kind {
            FeedKind::Social => &self.social,
            FeedKind::News => &self.news,
        }
    }

    fn ear_mut(&mut self, kind: FeedKind) -> &mut Ear {
        match kind {
            FeedKind::Social => &mut self.social,
            FeedKind::News => &mut self.news,
        }
    }
}

/// The first post of a tally: to the pane, or to the begin of a stretch where that is later.
pub(super) fn time_of(pane: Pane, tally: &Tally) -> EventTime {
    let start = pane.start();
    start.max(tally.span.map_or(start, |(earliest, _)| earliest))
}

fn note(spoken: &mut Vec<Spoken>, at: EventTime, tally: &Tally) {
    for (language, posts) in languages(tally) {
        let claimed = tally.claimed.iter().find(|&(of, _)| of == language);
        let claimed = claimed.map(|(_, Earliest(time))| time);
        let place = match spoken.binary_search_by_key(&language, |voice| voice.language) {
            Ok(place) => place,
            Err(_) if spoken.len() >= MOST_LANGUAGES => continue,
            Err(place) => {
                let voice = Spoken {
                    language,
                    times: Vec::new(),
                    width: Pane::MILLIS,
                    claimed_at: None,
                };
                spoken.insert(place, voice);
                place
            }
        };
        if let Some(voice) = spoken.get_mut(place) {
            voice.add(at, posts);
            voice.claimed_at = voice.claimed_at.into_iter().chain(claimed).min();
        }
    }
}

impl Spoken {
    fn add(&mut self, at: EventTime, posts: u32) {
        let place = self.times.partition_point(|&(time, _)| time <= at);
        self.times.insert(place, (at, posts));
        self.join();
        while self.times.len() > MOST_TIMES {
            self.width = self.width.saturating_mul(2);
            self.join();
        }
    }

    /// Makes one of the times within one width.
    fn join(&mut self) {
        let width = self.width;
        self.times.dedup_by(|later, earlier| {
            let of = |time: EventTime| time.millis().div_euclid(width);
            let is_one = of(later.0) == of(earlier.0);
            if is_one {
                earlier.1 = earlier.1.saturating_add(later.1);
            }
            is_one
        });
    }
}

/// Posts of a tally by language; those of which none is known last.
fn languages(tally: &Tally) -> impl Iterator<Item = (Option<Language>, u32)> {
    let known: u32 = tally.languages.iter().map(|(_, posts)| posts).sum();
    let unknown = tally.posts.saturating_sub(known);
    let named = tally.languages.iter();
    let named = named.map(|(language, posts)| (Some(language), posts));
    named.chain((unknown > 0).then_some((None, unknown)))
}
