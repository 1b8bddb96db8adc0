//! A revision becomes an alert.

use super::claim::claims;
use super::evidence::evidence;
use super::number::tidy;
use super::percent::{encode, in_link};
use super::share::split;
use super::title::{place_name, title};
use super::voices::{divergence, lead, terms, voices};
use super::{
    Alert, AlertAction, DataState, Difference, FeedCounts, Need, PersonAction, Place, SCHEMA_ID,
    Series, Share, ShareBy, TopicNames, UtcTime, Words,
};
use crate::config::EvidenceMode;
use crate::detect::{CountTable, Pair, Signal, WindowEvidence};
use crate::post::EventTime;
use crate::triage::{Done, Level, Revision};

/// What is the same for every alert of a process: where it runs, under which configuration, and
/// the names and words that titles are made of.
pub struct Rendering {
    /// The CloudEvents source: an absolute URI or a path.
    pub source: String,
    /// Where a person reads about an incident; `{incident}` is replaced.
    pub url: String,
    /// Which configuration decides.
    pub config_digest: String,
    /// Which program and version decides.
    pub program: String,
    /// What may be shown of people's posts.
    pub evidence: EvidenceMode,
    /// The words of titles.
    pub words: Words,
    /// Names of places and watch topics.
    pub names: Box<dyn TopicNames>,
}

impl Rendering {
    /// The name and version of this program, as alerts state it.
    pub const PROGRAM: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
}

impl Alert {
    /// The record of `revision`.
    pub fn render(revision: &Revision, rendering: &Rendering) -> Self {
        let signal = &revision.signal;
        let window = &signal.evidence;
        let surprise = tidy(window.surprise);
        let why = why(signal, surprise);
        Self {
            schema: SCHEMA_ID.to_owned(),
            id: format!("{}-{}", revision.incident, revision.revision),
            incident: revision.incident.clone(),
            revision: revision.revision,
            status: revision.status,
            reason: revision.reason,
            level: revision.level,
            level_number: Level::number(revision.level),
            title: title(revision, &rendering.words, rendering.names.as_ref()),
            topic: revision.topics.first().unwrap_or(&signal.topic).clone(),
            topics: revision.topics.clone(),
            onset_at: UtcTime::new(signal.onset_at),
            opened_at: UtcTime::new(revision.opened_at),
            updated_at: UtcTime::new(revision.updated_at),
            resolved_at: revision.resolved_at.map(UtcTime::new),
            window: window.scale,
            observed: window.observed,
            expected: tidy(window.expected),
            critical: window.critical,
            ratio: ratio(window.observed, window.expected),
            surprise,
            counts: counts(&signal.counts),
            character: revision.character,
            character_why: character_why(revision),
            feeds: feeds(signal),
            lead: lead(signal),
            voices: voices(&signal.voices),
            divergence: divergence(&signal.divergence),
            places: places(signal, rendering.names.as_ref()),
            languages: signal
                .languages
                .iter()
                .map(|(language, posts)| (language.as_str().to_owned(), *posts))
                .collect(),
            terms: terms(&signal.terms),
            evidence: evidence(&signal.samples, rendering.evidence),
            claims: claims(revision, &rendering.words),
            series: series(signal),
            needs: needs(window, surprise, &why),
            why,
            data_state: match (revision.frozen, signal.delayed) {
                (true, _) => DataState::Frozen,
                (false, true) => DataState::Delayed,
                (false, false) => DataState::Live,
            },
            acknowledged: revision.people.acknowledged.as_ref().map(person),
            snoozed: revision.people.snoozed.as_ref().map(person),
            false_alarm: revision.people.false_alarm.as_ref().map(person),
            actions: revision.people.done.iter().map(action).collect(),
            merged_into: revision.merged_into.clone(),
            exercise: false,
            url: rendering
                .url
                .replace("{incident}", &encode(&revision.incident, in_link)),
            config_digest: rendering.config_digest.clone(),
            program: rendering.program.clone(),
        }
    }
}

fn person(done: &Done) -> PersonAction {
    PersonAction {
        by: done.who.clone(),
        at: UtcTime::new(done.at),
        until: done.until.map(UtcTime::new),
        note: done.note.clone(),
    }
}

fn action(done: &Done) -> AlertAction {
    AlertAction {
        id: done.id.clone(),
        deed: done.deed,
        by: done.who.clone(),
        at: UtcTime::new(done.at),
        until: done.until.map(UtcTime::new),
        note: done.note.clone(),
    }
}

fn ratio(observed: u32, expected: f64) -> f64 {
    if observed == 0 {
        return 0.0;
    }
    tidy(f64::from(observed) / expected.max(0.0))
}

fn counts(table: &CountTable) -> CountTable {
    let pair = |pair: Pair| Pair {
        observed: pair.observed,
        expected: tidy(pair.expected),
    };
    CountTable {
        posts: pair(table.posts),
        originals: pair(table.originals),
        accounts: pair(table.accounts),
        texts: pair(table.texts),
        domains: pair(table.domains),
        tag_sets: pair(table.tag_sets),
    }
}

fn character_why(revision: &Revision) -> Vec<Difference> {
    revision
        .character_why
        .iter()
        .map(|(what, observed, expected)| Difference {
            what: what.clone(),
            observed: *observed,
            expected: tidy(*expected),
        })
        .collect()
}

fn feeds(signal: &Signal) -> FeedCounts {
    let kinds = signal.kinds.iter();
    FeedCounts {
        kinds: kinds
            .map(|(kind, posts)| (kind.as_str().to_owned(), *posts))
            .collect(),
        names: signal.feeds.iter().cloned().collect(),
    }
}

fn places(signal: &Signal, names: &dyn TopicNames) -> Vec<Place> {
    signal
        .places
        .iter()
        .map(|(code, posts)| Place {
            code: code.as_str().to_owned(),
            name: place_name(code.as_str(), names),
            posts: *posts,
        })
        .collect()
}

fn series(signal: &Signal) -> Series {
    let series = &signal.series;
    Series {
        pane: series.pane_s,
        from: UtcTime::new(EventTime::from_millis(series.from_ms)),
        observed: series.observed.clone(),
        expected: series.expected.iter().map(|&value| tidy(value)).collect(),
        critical: series.critical.clone(),
    }
}

fn why(signal: &Signal, surprise: f64) -> Vec<Share> {
    let posts: u32 = signal.kinds.iter().map(|&(_, count)| count).sum();
    let feeds = signal.feeds.iter().cloned();
    let languages = signal
        .languages
        .iter()
        .map(|(language, count)| (language.as_str().to_owned(), *count));
    let places = signal
        .places
        .iter()
        .map(|(code, count)| (code.as_str().to_owned(), *count));
    let mut why = split(ShareBy::Feed, surprise, posts, feeds);
    why.extend(split(ShareBy::Language, surprise, posts, languages));
    why.extend(split(ShareBy::Place, surprise, posts, places));
    let terms = signal.leading_terms.iter();
    let sampled = terms.clone().map(|&(_, posts)| posts).sum();
    let terms = terms.filter(|(word, _)| !word.is_empty()).cloned();
    why.extend(split(ShareBy::Term, surprise, sampled, terms));
    why
}

/// Without which part of the posts fewer than the critical number would be left. A part is a share of the
/// surprise, so that it is the same share of the window's posts.
fn needs(window: &WindowEvidence, surprise: f64, why: &[Share]) -> Vec<Need> {
    let named = why.iter().filter(|part| !part.value.is_empty());
    let needed = named.filter_map(|part| {
        let left = posts_left(window.observed, part.surprise / surprise);
        let is_needed = left > 0 && left < window.critical;
        is_needed.then(|| Need {
            by: part.by,
            value: part.value.clone(),
            left,
        })
    });
    needed.collect()
}

/// How many of so many posts are left without a share of them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 0 to the number of posts"
)]
fn posts_left(posts: u32, share: f64) -> u32 {
    (f64::from(posts) * (1.0 - share.clamp(0.0, 1.0))).round() as u32
}
