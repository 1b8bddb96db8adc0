//! Who spoke when: of each kind of feed and language, the first post and the time by which half had come.
//!
//! In: what an episode has heard since its begin, and its open panes. Out: [`Voice`]s, the first speaker first.
//! Rule: `first_at` and `half_at` are times by which the feed's posts are placed (news usually by arrival), to
//! the pane; `claimed_at` is never later than `first_at`, and earlier only where a post says so and is believed.

use serde::{Deserialize, Serialize};

use super::heard::{Heard, Spoken};
use super::track::Track;
use crate::post::{EventTime, FeedKind, Language};
use crate::window::Pane;

/// Voices of one signal.
const MOST_VOICES: usize = 12;

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
    /// The earliest time that they claim for themselves, as far as it is believed.
    pub claimed_at: EventTime,
    /// By then half of them had come.
    pub half_at: EventTime,
}

/// Who speaks. The press is told apart by language: news in Indonesian is the Indonesian press. That is a rule
/// of thumb (docs/hoaxes.md): a paper of Jakarta that writes English counts as foreign.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// Posts by the public.
    Public,
    /// News in Indonesian.
    IndonesianPress,
    /// News in another language.
    ForeignPress,
    /// News in a language that is not known.
    Press,
}

impl Speaker {
    /// Every speaker, in the order of all outputs.
    pub const ALL: [Self; 4] = [
        Self::Public,
        Self::IndonesianPress,
        Self::ForeignPress,
        Self::Press,
    ];

    /// Who speaks in a feed of `kind` and in `language`.
    pub fn of(kind: FeedKind, language: Option<Language>) -> Self {
        match (kind, language) {
            (FeedKind::Social, _) => Self::Public,
            (FeedKind::News, Some(language)) if language.as_str() == "id" => Self::IndonesianPress,
            (FeedKind::News, Some(_)) => Self::ForeignPress,
            (FeedKind::News, None) => Self::Press,
        }
    }
}

/// The voices of an episode up to `last`.
pub(super) fn voices<'a>(
    heard: &Heard,
    tracks: impl Fn(FeedKind) -> Option<&'a Track>,
    last: Pane,
) -> Vec<Voice> {
    let mut voices: Vec<Voice> = FeedKind::ALL
        .into_iter()
        .flat_map(|kind| {
            let spoken = heard.spoken(kind, tracks(kind), last);
            spoken.into_iter().filter_map(move |one| voice(kind, &one))
        })
        .collect();
    voices.sort_by_key(|voice| (std::cmp::Reverse(voice.posts), voice.kind, voice.language));
    voices.truncate(MOST_VOICES);
    voices.sort_by_key(|voice| (voice.first_at, voice.kind, voice.language));
    voices
}

fn voice(kind: FeedKind, spoken: &Spoken) -> Option<Voice> {
    let add = |sum: u32, &(_, posts): &(EventTime, u32)| sum.saturating_add(posts);
    let posts = spoken.times.iter().fold(0, add);
    let mut so_far = 0_u64;
    let half = spoken.times.iter().find(|&&(_, more)| {
        so_far += u64::from(more);
        so_far * 2 >= u64::from(posts)
    });
    let first_at = spoken.times.first()?.0;
    Some(Voice {
        kind,
        language: spoken.language,
        posts,
        first_at,
        claimed_at: spoken.claimed_at.map_or(first_at, |at| at.min(first_at)),
        half_at: half?.0,
    })
}

#[cfg(test)]
mod tests;
