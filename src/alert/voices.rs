//! Who spoke when: the public, the Indonesian press, the foreign press by language.
//!
//! Rule: news in Indonesian is the Indonesian press, news in another language the foreign one. That is a rule of
//! thumb (docs/hoaxes.md): a paper of Jakarta that writes English counts as foreign.

use super::{AlertVoice, Speaker, UtcTime};
use crate::detect::Voice;
use crate::post::FeedKind;

/// The voices as an alert tells them, the first speaker first.
pub(super) fn voices(voices: &[Voice]) -> Vec<AlertVoice> {
    let first = voices.iter().map(|voice| voice.first_at).min();
    let tell = |voice: &Voice| AlertVoice {
        who: speaker(voice),
        language: voice.language.map(|language| language.as_str().to_owned()),
        posts: voice.posts,
        first_at: UtcTime::new(voice.first_at),
        half_at: UtcTime::new(voice.half_at),
        after_s: first.map_or(0, |first| voice.first_at.millis_since(first) / 1_000),
    };
    voices.iter().map(tell).collect()
}

fn speaker(voice: &Voice) -> Speaker {
    match (voice.kind, voice.language) {
        (FeedKind::Social, _) => Speaker::Public,
        (FeedKind::News, Some(language)) if language.as_str() == "id" => Speaker::IndonesianPress,
        (FeedKind::News, Some(_)) => Speaker::ForeignPress,
        (FeedKind::News, None) => Speaker::Press,
    }
}
