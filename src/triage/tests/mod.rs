//! Laws of the life of incidents, over random signals.

mod actions;
mod claims;
pub(crate) mod earthquake;
mod frozen;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::detect::{CountTable, Pair, Series, Tick, WindowEvidence};
use crate::post::{FeedKind, PostIdentity, TopicKey};
use crate::relevance::PlaceCode;
use crate::window::{Bottom, PostSketch, Scale};

const START_MS: i64 = 1_772_568_000_000;

pub(super) fn at(second: i64) -> EventTime {
    EventTime::from_millis(START_MS + second * 1_000)
}

/// What matters of a signal here; the rest is the same for all.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) topic: &'static str,
    pub(super) episode: u8,
    pub(super) change: Change,
    pub(super) second: i64,
    pub(super) posts: u32,
    /// The first of its posts: topics with near numbers share posts.
    pub(super) first_post: u64,
}

fn pair(observed: u32) -> Pair {
    Pair {
        observed,
        expected: f64::from(observed) * 0.8,
    }
}

pub(super) fn signal(said: &Said) -> SignalRecord {
    let posts = said.first_post..said.first_post + u64::from(said.posts);
    let panes: Vec<Bottom> = posts
        .map(|post| {
            let mut pane = Bottom::default();
            pane.insert(PostIdentity(post.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            pane
        })
        .collect();
    SignalRecord::Signal(Box::new(Signal {
        partition: 0,
        sent_at: at(said.second),
        episode: format!("{}-{}", said.topic, said.episode),
        change: said.change,
        topic: TopicKey::new(said.topic),
        at: at(said.second),
        onset_at: at(said.second - 20),
        opened_at: at(said.second),
        evidence: WindowEvidence {
            kind: FeedKind::Social,
            scale: Scale::FiveMinutes,
            until: at(said.second),
            observed: said.posts,
            expected: 0.5,
            critical: 6,
            surprise: 12.0,
        },
        counts: CountTable {
            posts: Pair {
                observed: said.posts,
                expected: 0.5,
            },
            originals: pair(said.posts),
            accounts: pair(said.posts),
            texts: pair(said.posts),
            domains: pair(0),
            tag_sets: pair(said.posts),
        },
        feeds: vec![("feeds.social".to_owned(), said.posts)],
        kinds: vec![(FeedKind::Social, said.posts)],
        first_seen: vec![(FeedKind::Social, at(said.second))],
        voices: Vec::new(),
        terms: Vec::new(),
        leading_terms: Vec::new(),
        divergence: Vec::new(),
        languages: Vec::new(),
        places: vec![(PlaceCode::new("ID-NB"), said.posts)],
        hazards: Vec::new(),
        samples: Vec::new(),
        identities: PostSketch::of(panes.iter()),
        series: Series::default(),
        delayed: false,
    }))
}

pub(crate) fn triage(max_open_incidents: u32) -> Triage {
    Triage::new(&config::Config {
        triage: config::Triage {
            update_interval_ms: 300_000,
            max_open_incidents,
            snapshot_interval_ms: 0,
        },
        ..config::Config::built_in().unwrap()
    })
}

pub(crate) fn fold(
    triage: &mut Triage,
    records: impl IntoIterator<Item = SignalRecord>,
) -> Vec<Revision> {
    let mut revisions = Vec::new();
    for record in records {
        triage.apply(record, &mut revisions);
    }
    revisions
}

pub(super) fn tick(second: i64) -> SignalRecord {
    SignalRecord::Tick(Tick {
        partition: 0,
        watermark: at(second),
        sent_at: at(second),
        feeds: Vec::new(),
    })
}

const TOPICS: [&str; 9] = [
    "hazard:gempa@ID-NB",
    "hazard:gempa",
    "hazard:gempa@ID-JK",
    "hazard:banjir@ID-JK",
    "place:ID-NB",
    "place:ID-JK",
    "tag:gempa",
    "tag:lombok",
    "watch:embassies",
];

fn records() -> impl Strategy<Value = Vec<SignalRecord>> {
    let change = prop_oneof![
        3 => Just(Change::Opened), 4 => Just(Change::Grew), 2 => Just(Change::Calmed)
    ];
    let said = (
        0..TOPICS.len(),
        0_u8..3,
        change,
        0_i64..900,
        4_u32..600,
        0_u64..2_000,
    );
    let record = prop_oneof![
        6 => said.prop_map(|(topic, episode, change, step, posts, first_post)| {
            (step, Some((topic, episode, change, posts, first_post)))
        }),
        1 => (0_i64..900).prop_map(|step| (step, None)),
    ];
    proptest::collection::vec(record, 0..80).prop_map(|steps| {
        let mut second = 0;
        let records = steps.into_iter().map(|(step, said)| {
            second += step;
            let Some((topic, episode, change, posts, first_post)) = said else {
                return tick(second);
            };
            signal(&Said {
                topic: TOPICS[topic],
                episode,
                change,
                second,
                posts,
                first_post,
            })
        });
        records.collect()
    })
}

proptest! {
    /// One `opened` first, at most one `resolved` last, revisions without a gap, a level that never
    /// falls, event time that never runs back, and an older open incident behind every merge.
    #[test]
    fn an_incident_opens_once_and_resolves_at_most_once(records in records()) {
        let mut told: BTreeMap<String, Vec<Revision>> = BTreeMap::new();
        let mut order = Vec::new();
        for revision in fold(&mut triage(1_000), records) {
            if revision.revision == 1 {
                order.push(revision.incident.clone());
            }
            if let Some(older) = &revision.merged_into {
                let place = |id: &String| order.iter().position(|known| known == id);
                prop_assert!(place(older) < place(&revision.incident));
                let last = told.get(older).and_then(|all| all.last());
                prop_assert!(last.is_some_and(|last| last.status != Status::Resolved));
            }
            told.entry(revision.incident.clone()).or_default().push(revision);
        }
        for revisions in told.values() {
            for (place, revision) in (1_u32..).zip(revisions) {
                prop_assert_eq!(revision.revision, place);
                prop_assert_eq!(revision.status == Status::Opened, place == 1);
                let is_last = place as usize == revisions.len();
                prop_assert!(is_last || revision.status != Status::Resolved);
                prop_assert_eq!(revision.topics.first(), Some(&revision.signal.topic));
            }
            for pair in revisions.windows(2) {
                prop_assert!(pair[0].level <= pair[1].level);
                prop_assert!(pair[0].updated_at <= pair[1].updated_at);
                let rose = pair[0].level < pair[1].level;
                prop_assert!(!rose || pair[1].status != Status::Updated);
            }
        }
    }

    /// What is open is exactly what was opened and not resolved, and every open episode is in it.
    #[test]
    fn every_open_episode_is_in_one_open_incident(records in records()) {
        let mut triage = triage(1_000);
        let revisions = fold(&mut triage, records);
        let of = |status: Status| revisions.iter().filter(|told| told.status == status).count();
        prop_assert_eq!(triage.open_incidents(), of(Status::Opened) - of(Status::Resolved));
        let mut members = 0;
        for (number, case) in &triage.state.cases {
            members += case.members.len();
            for episode in case.members.keys() {
                prop_assert_eq!(triage.state.episodes.get(episode), Some(number));
            }
        }
        prop_assert_eq!(members, triage.state.episodes.len());
    }

    /// After a crash the log may hold everything twice: no alert has the id of another.
    #[test]
    fn what_is_said_twice_is_not_told_twice(records in records()) {
        let twice = records.iter().chain(&records).cloned();
        let revisions = fold(&mut triage(1_000), twice);
        let ids: BTreeSet<_> = revisions.iter().map(|told| (&told.incident, told.revision)).collect();
        prop_assert_eq!(ids.len(), revisions.len());
    }

    /// Signals that come again tell nothing.
    #[test]
    fn a_repeated_opening_changes_nothing(records in records()) {
        let opens = |record: &SignalRecord| {
            matches!(record, SignalRecord::Signal(signal) if signal.change == Change::Opened)
        };
        let twice = records.iter().flat_map(|record| {
            std::iter::repeat_n(record.clone(), if opens(record) { 2 } else { 1 })
        });
        let once = fold(&mut triage(1_000), records.clone());
        prop_assert_eq!(fold(&mut triage(1_000), twice), once);
    }
}

#[test]
fn two_incidents_that_turn_out_to_share_their_posts_become_one() {
    let said = |topic, change, second, posts, first_post| {
        signal(&Said {
            topic,
            episode: 0,
            change,
            second,
            posts,
            first_post,
        })
    };
    let mut triage = triage(1_000);
    let revisions = fold(
        &mut triage,
        [
            said("tag:lombok", Change::Opened, 0, 20, 0),
            said("watch:embassies", Change::Opened, 4_000, 20, 900),
            said("watch:embassies", Change::Grew, 4_100, 20, 0),
            said("watch:embassies", Change::Calmed, 9_000, 0, 0),
            said("tag:lombok", Change::Calmed, 9_100, 0, 0),
        ],
    );
    let told: Vec<_> = revisions
        .iter()
        .map(|told| (told.status, told.reason))
        .collect();
    assert_eq!(
        told,
        [
            (Status::Opened, Reason::Spike),
            (Status::Opened, Reason::Spike),
            (Status::Resolved, Reason::Merged),
            (Status::Updated, Reason::TopicsJoined),
            (Status::Resolved, Reason::Calm),
        ]
    );
    assert_eq!(
        revisions[2].merged_into.as_ref(),
        Some(&revisions[0].incident)
    );
}

#[test]
fn over_the_limit_an_episode_is_turned_away_and_counted() {
    let mut triage = triage(1);
    let said = |topic, first_post| {
        signal(&Said {
            topic,
            episode: 0,
            change: Change::Opened,
            second: 0,
            posts: 9,
            first_post,
        })
    };
    let revisions = fold(
        &mut triage,
        [said("watch:embassies", 0), said("tag:lombok", 500)],
    );
    assert_eq!(revisions.len(), 1);
    assert_eq!(triage.turned_away(), 1);
}
