//! A signal's words: everything that triage and people need to know of an episode.
//!
//! In: a topic, its episode, the inputs' feed names. Out: [`Signal`].
//! Not here: whether there is a signal.

use super::crowd::Expected;
use super::episode::Episode;
use super::inputs::Inputs;
use super::judge::Standard;
use super::kind::Kinds;
use super::signal::{Change, CountTable, Pair, Series, Signal, WindowEvidence};
use super::tail;
use super::topics::Topic;
use super::track::Track;
use super::voices::voices;
use super::words::Words;
use crate::claims::Reader;
use crate::post::{EventTime, FeedKind};
use crate::window::{Pane, PostSketch, Sample, Scale, Tally};

/// Example posts of one signal.
const MOST_SAMPLES: usize = 5;
const SERIES_MINUTES: i64 = 60;

/// Where and when a signal is made.
pub(super) struct Occasion<'a> {
    pub partition: u32,
    pub sent_at: EventTime,
    pub change: Change,
    pub at: EventTime,
    pub pane: Pane,
    pub delayed: bool,
    pub reader: &'a Reader,
    pub kinds: &'a Kinds,
    pub inputs: &'a Inputs,
}

/// The signal of `episode`.
pub(super) fn signal(
    occasion: &Occasion<'_>,
    topic: &Topic,
    episode: &Episode,
    standard: Option<&Standard<'_>>,
) -> Signal {
    let tallies = FeedKind::ALL.map(|kind| {
        topic
            .track(kind)
            .map(|track| track.tally(Scale::OneHour, occasion.pane))
    });
    let mut tally = Tally::default();
    tallies.iter().flatten().for_each(|part| tally.merge(part));
    let mut crowd = Expected::default();
    for (kind, part) in FeedKind::ALL.into_iter().zip(&tallies) {
        if let (Some(usual), Some(part)) = (occasion.kinds.get(kind).crowds.get(topic.class), part)
        {
            crowd += usual.expect(part);
        }
    }
    let kinds = FeedKind::ALL.into_iter().zip(&tallies);
    let kinds = kinds.filter_map(|(kind, tally)| Some((kind, tally.as_ref()?.posts)));
    let words = Words::of(occasion.reader, topic, episode.heard.since(), occasion.pane);
    let evidence = episode.strongest;
    let track = topic.track(evidence.kind);
    Signal {
        partition: occasion.partition,
        sent_at: occasion.sent_at,
        episode: episode.id.clone(),
        change: occasion.change,
        topic: topic.key.clone(),
        at: occasion.at,
        onset_at: episode.onset_at,
        opened_at: episode.opened_at,
        evidence,
        counts: counts(&tally, crowd, &evidence),
        feeds: feeds(&tally, occasion.inputs),
        kinds: kinds.filter(|&(_, posts)| posts > 0).collect(),
        first_seen: episode.first_seen.clone(),
        voices: voices(&episode.heard, |kind| topic.track(kind), occasion.pane),
        terms: words.terms,
        leading_terms: words.leading,
        divergence: words.divergence,
        languages: tally.languages.largest_first(),
        places: tally.places.largest_first(),
        hazards: tally.hazards.largest_first(),
        samples: samples(topic, occasion.pane),
        identities: identities(topic, occasion.pane),
        series: standard
            .zip(track)
            .map(|(by, track)| series(by, track, occasion.pane))
            .unwrap_or_default(),
        delayed: occasion.delayed,
    }
}

/// Counts of the last hour; what is expected of a shorter window is stretched to the hour. Different
/// things: as many as this class of topic usually has among so many posts.
fn counts(tally: &Tally, crowd: Expected, evidence: &WindowEvidence) -> CountTable {
    let to_hour = match evidence.scale {
        Scale::OneMinute => 60.0,
        Scale::FiveMinutes => 12.0,
        Scale::OneHour => 1.0,
        Scale::OneDay => 1.0 / 24.0,
    };
    let expected = evidence.expected * to_hour;
    let pair = |observed, expected: f64| Pair { observed, expected };
    CountTable {
        posts: pair(tally.posts, expected),
        originals: pair(tally.originals, expected),
        accounts: pair(tally.accounts.count(), crowd.accounts),
        texts: pair(tally.texts.count(), crowd.texts),
        domains: pair(tally.domains.count(), crowd.domains),
        tag_sets: pair(tally.different_tags(), crowd.tag_sets),
    }
}

fn feeds(tally: &Tally, inputs: &Inputs) -> Vec<(String, u32)> {
    let named = tally
        .feeds
        .iter()
        .filter_map(|(feed, posts)| Some((inputs.feed_name(feed)?.to_owned(), posts)));
    let mut feeds: Vec<(String, u32)> = named.collect();
    feeds.sort_unstable();
    feeds
}

/// A few posts, the newest panes first, so that they show what is new.
fn samples(topic: &Topic, pane: Pane) -> Vec<Sample> {
    let mut samples: Vec<Sample> = FeedKind::ALL
        .into_iter()
        .filter_map(|kind| topic.track(kind))
        .flat_map(|track| track.samples(pane, MOST_SAMPLES))
        .cloned()
        .collect();
    samples.sort_unstable();
    samples.dedup();
    samples.truncate(MOST_SAMPLES);
    samples
}

fn identities(topic: &Topic, pane: Pane) -> PostSketch {
    let tracks = FeedKind::ALL.into_iter();
    let tracks = tracks.filter_map(|kind| topic.track(kind));
    PostSketch::of(tracks.flat_map(|track| track.identities(pane)))
}

fn series(standard: &Standard<'_>, track: &Track, pane: Pane) -> Series {
    let first = pane.minute() - SERIES_MINUTES + 1;
    let expectation = standard.expect(track, 60_000);
    let threshold = standard.threshold(track);
    let critical = tail::critical_count(expectation.mean, expectation.variance, threshold);
    let minutes = || first..=pane.minute();
    Series {
        pane_s: 60,
        from_ms: Pane(first * Pane::PER_MINUTE).start().millis(),
        observed: minutes()
            .map(|minute| track.posts_in_minute(minute))
            .collect(),
        expected: minutes().map(|_| expectation.mean).collect(),
        critical: minutes().map(|_| critical).collect(),
    }
}
