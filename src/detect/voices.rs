//! Who spoke when: of each kind of feed and language, the first post and the time by which half had come.
//!
//! In: the tallies of the last hour, by kind. Out: [`Voice`]s, the first speaker first.
//! Rule: times are those by which the feed's posts are placed (news usually by arrival), to the pane for the
//! last minutes and to the minute before; never earlier than the first post of that pane or minute.
//! Not here: what counts as the press of which country (`alert`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::track::Track;
use crate::post::{EventTime, FeedKind, Language};
use crate::window::{Pane, Tally};

/// Voices of one signal.
const MOST_VOICES: usize = 12;

/// Kind and language.
type Speaker = (FeedKind, Option<Language>);
/// Posts, each number with its time.
type Times = Vec<(EventTime, u32)>;

/// The posts of one kind in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// Kind of the feed.
    pub kind: FeedKind,
    /// The language; `None`: not known.
    pub language: Option<Language>,
    /// Its posts since the begin.
    pub posts: u32,
    /// The first of them.
    pub first_at: EventTime,
    /// By then half of them had come.
    pub half_at: EventTime,
}

/// The voices of the tracks since `begin`, at most an hour before the end of `last`.
pub(super) fn voices<'a>(
    tracks: impl Iterator<Item = (FeedKind, &'a Track)>,
    begin: EventTime,
    last: Pane,
) -> Vec<Voice> {
    let mut spoken: BTreeMap<Speaker, Times> = BTreeMap::new();
    for (kind, track) in tracks {
        for (start, tally) in track.dated(last) {
            let at = start.max(tally.span.map_or(start, |(earliest, _)| earliest));
            if at < begin {
                continue;
            }
            for (language, posts) in languages(tally) {
                spoken
                    .entry((kind, language))
                    .or_default()
                    .push((at, posts));
            }
        }
    }
    let mut voices: Vec<Voice> = spoken.into_iter().filter_map(voice).collect();
    voices.sort_by_key(|voice| (std::cmp::Reverse(voice.posts), voice.kind, voice.language));
    voices.truncate(MOST_VOICES);
    voices.sort_by_key(|voice| (voice.first_at, voice.kind, voice.language));
    voices
}

/// Posts of a tally by language; those of which none is known last.
fn languages(tally: &Tally) -> impl Iterator<Item = (Option<Language>, u32)> {
    let known: u32 = tally.languages.iter().map(|(_, posts)| posts).sum();
    let unknown = tally.posts.saturating_sub(known);
    let named = tally.languages.iter();
    let named = named.map(|(language, posts)| (Some(language), posts));
    named.chain((unknown > 0).then_some((None, unknown)))
}

fn voice(((kind, language), mut times): (Speaker, Times)) -> Option<Voice> {
    times.sort_unstable();
    let posts: u32 = times.iter().map(|&(_, posts)| posts).sum();
    let mut so_far = 0;
    let half = times.iter().find(|&&(_, more)| {
        so_far += more;
        so_far * 2 >= posts
    });
    Some(Voice {
        kind,
        language,
        posts,
        first_at: times.first()?.0,
        half_at: half?.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(second: i64, posts: &[(&str, u32)]) -> (Pane, Tally) {
        let at = EventTime::from_millis(second * 1_000);
        let mut tally = Tally::default();
        tally.widen(at, at);
        for &(language, count) in posts {
            tally.posts += count;
            if let Some(language) = Language::parse(language) {
                tally.languages.add(language, count);
            }
        }
        (Pane::of(at), tally)
    }

    fn track(tallies: &[(Pane, Tally)]) -> Track {
        let mut track = Track::new(0);
        for (pane, tally) in tallies {
            track.add(*pane, tally.clone());
        }
        track
    }

    #[test]
    fn each_language_of_each_kind_has_its_first_post_and_its_half() {
        let social = track(&[
            tally(100, &[("id", 9)]),
            tally(1_003, &[("id", 2), ("", 1)]),
            tally(1_047, &[("id", 6)]),
        ]);
        let news = track(&[
            tally(1_025, &[("en", 1)]),
            tally(1_031, &[("en", 1), ("id", 1)]),
        ]);
        let tracks = [(FeedKind::Social, &social), (FeedKind::News, &news)];
        let begin = EventTime::from_millis(1_000_000);
        let last = Pane::of(EventTime::from_millis(1_060_000));
        let told: Vec<_> = voices(tracks.into_iter(), begin, last)
            .iter()
            .map(|voice| {
                let language = voice.language.map(|language| language.as_str().to_owned());
                let seconds = |at: EventTime| at.millis() / 1_000;
                let (first, half) = (seconds(voice.first_at), seconds(voice.half_at));
                (
                    voice.kind.as_str(),
                    language.unwrap_or_default(),
                    voice.posts,
                    first,
                    half,
                )
            })
            .collect();
        let wanted = [
            ("social", "id", 8, 1_003, 1_047),
            ("social", "", 1, 1_003, 1_003),
            ("news", "en", 2, 1_025, 1_025),
            ("news", "id", 1, 1_031, 1_031),
        ];
        let mut wanted = wanted.map(|(kind, language, posts, first, half)| {
            (kind, language.to_owned(), posts, first, half)
        });
        // Of two that speak at once the one without a language comes first.
        wanted.swap(0, 1);
        assert_eq!(told, wanted);
    }
}
