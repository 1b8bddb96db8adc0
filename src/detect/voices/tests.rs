//! Who spoke when, in an hour and beyond it.

use super::*;
use crate::window::{Earliest, Tally};

/// Posts of a pane by language, and what they claim.
fn tally(second: i64, posts: &[(&str, u32, Option<i64>)]) -> (Pane, Tally) {
    let at = EventTime::from_millis(second * 1_000);
    let mut tally = Tally::default();
    tally.widen(at, at);
    for &(language, count, claimed) in posts {
        tally.posts += count;
        let language = Language::parse(language);
        if let Some(language) = language {
            tally.languages.add(language, count);
        }
        if let Some(claimed) = claimed {
            let claimed = EventTime::from_millis(claimed * 1_000);
            tally.claimed.add(language, Earliest(claimed));
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

fn second(second: i64) -> EventTime {
    EventTime::from_millis(second * 1_000)
}

/// Kind, language, posts; seconds of the first, the claimed first and the half.
type Told = (&'static str, String, u32, i64, i64, i64);

fn told(voices: &[Voice]) -> Vec<Told> {
    let tell = |voice: &Voice| {
        let language = voice.language.map(|language| language.as_str().to_owned());
        let seconds = |at: EventTime| at.millis() / 1_000;
        (
            voice.kind.as_str(),
            language.unwrap_or_default(),
            voice.posts,
            seconds(voice.first_at),
            seconds(voice.claimed_at),
            seconds(voice.half_at),
        )
    };
    voices.iter().map(tell).collect()
}

#[test]
fn each_language_of_each_kind_has_its_first_post_and_its_half() {
    let social = track(&[
        tally(100, &[("id", 9, None)]),
        tally(1_003, &[("id", 2, None), ("", 1, None)]),
        tally(1_047, &[("id", 6, None)]),
    ]);
    let news = track(&[
        tally(1_025, &[("en", 1, Some(980))]),
        tally(1_031, &[("en", 1, Some(1_031)), ("id", 1, Some(1_040))]),
    ]);
    let tracks = |kind| match kind {
        FeedKind::Social => Some(&social),
        FeedKind::News => Some(&news),
    };
    let heard = Heard::begin(tracks, |_| None, second(1_000));
    let told = told(&voices(&heard, tracks, Pane::of(second(1_060))));
    let wanted = [
        // Of two that speak at once the one without a language comes first.
        ("social", "", 1, 1_003, 1_003, 1_003),
        ("social", "id", 8, 1_003, 1_003, 1_047),
        ("news", "en", 2, 1_025, 980, 1_025),
        // Claimed after its arrival: not believed to be earlier.
        ("news", "id", 1, 1_031, 1_031, 1_031),
    ];
    let wanted = wanted.map(|(kind, language, posts, first, claimed, half)| {
        (kind, language.to_owned(), posts, first, claimed, half)
    });
    assert_eq!(told, wanted);
}

/// An episode of ten hours: the first posts of each are still known, and no post is counted twice.
#[test]
fn what_closed_hours_ago_is_not_lost() {
    let mut heard = Heard::begin(|_| None, |_| Some(Pane::of(second(1_000))), second(1_000));
    let mut posts = 0;
    for at in (1_000..37_000).step_by(10) {
        let (pane, closed) = tally(at, &[("id", 1, None)]);
        let news = (at == 1_200).then(|| tally(at, &[("en", 1, Some(1_100))]).1);
        heard.close(FeedKind::Social, pane, Some(&closed));
        heard.close(FeedKind::Social, pane, Some(&closed));
        heard.close(FeedKind::News, pane, news.as_ref());
        posts += 1;
    }
    let open = track(&[
        tally(37_000, &[("id", 5, None)]),
        tally(37_100, &[("id", 9, None)]),
    ]);
    let tracks = |kind| (kind == FeedKind::Social).then_some(&open);
    let told = told(&voices(&heard, tracks, Pane::of(second(37_000))));
    let [social, news] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!((social.2, social.3), (posts + 5, 1_000));
    let middle = 1_000 + 36_000 / 2;
    assert!((social.5 - middle).abs() < 36_000 / 32, "{}", social.5);
    assert_eq!(*news, ("news", "en".to_owned(), 1, 1_200, 1_100, 1_200));
}

/// A kind that turns out to have begun earlier brings what its track still holds, once.
#[test]
fn an_earlier_begin_brings_what_came_before() {
    let news = track(&[
        tally(800, &[("id", 1, None)]),
        tally(900, &[("id", 2, None)]),
        tally(1_010, &[("id", 4, None)]),
    ]);
    let tracks = |kind| (kind == FeedKind::News).then_some(&news);
    let first_open = |_| Some(Pane::of(second(1_020)));
    let mut heard = Heard::begin(tracks, first_open, second(1_000));
    heard.reach_back(tracks, second(850));
    heard.reach_back(tracks, second(950));
    let told = told(&voices(&heard, tracks, Pane::of(second(1_060))));
    assert_eq!(told, [("news", "id".to_owned(), 6, 900, 900, 1_010)]);
}
