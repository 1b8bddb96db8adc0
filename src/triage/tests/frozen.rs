//! The law of missing data: nothing resolves while a feed of the incident is silent or stalled.

use proptest::prelude::*;

use super::{Said, at, fold, signal, triage};
use crate::detect::{FeedState, Tick};
use crate::triage::*;

fn tick(second: i64, state: FeedState) -> SignalRecord {
    SignalRecord::Tick(Tick {
        partition: 0,
        watermark: at(second),
        sent_at: at(second),
        feeds: vec![
            ("feeds.social".to_owned(), state),
            ("feeds.news".to_owned(), FeedState::Stalled),
        ],
    })
}

fn said(topic: &'static str, change: Change, second: i64) -> SignalRecord {
    signal(&Said {
        topic,
        episode: 1,
        change,
        second,
        posts: 40,
        first_post: 0,
    })
}

#[test]
fn an_incident_freezes_with_its_feed_and_resolves_after_it_is_back() {
    let mut triage = triage(10);
    let revisions = fold(
        &mut triage,
        [
            said("tag:lombok", Change::Opened, 0),
            tick(10, FeedState::Quiet),
            tick(20, FeedState::Silent),
            tick(30, FeedState::Silent),
            said("tag:lombok", Change::Calmed, 40),
            tick(50, FeedState::Stalled),
        ],
    );
    let told: Vec<_> = revisions
        .iter()
        .map(|revision| (revision.status, revision.reason, revision.frozen))
        .collect();
    assert_eq!(
        told,
        [
            (Status::Opened, Reason::Spike, false),
            (Status::Updated, Reason::DataState, true),
        ]
    );
    let revisions = fold(&mut triage, [tick(60, FeedState::Flowing)]);
    let last = revisions.last().unwrap();
    assert_eq!((last.status, last.reason), (Status::Resolved, Reason::Calm));
    assert!(!last.frozen);
    assert_eq!(triage.open_incidents(), 0);
    assert!(triage.state.held.is_empty());
}

#[test]
fn a_feed_that_the_incident_has_no_posts_from_freezes_nothing() {
    let mut triage = triage(10);
    let revisions = fold(
        &mut triage,
        [
            said("tag:lombok", Change::Opened, 0),
            tick(10, FeedState::Flowing),
            said("tag:lombok", Change::Calmed, 40),
        ],
    );
    assert_eq!(revisions.last().unwrap().status, Status::Resolved);
}

fn records() -> impl Strategy<Value = Vec<SignalRecord>> {
    let topic = prop::sample::select(vec!["tag:gempa", "tag:lombok", "hazard:gempa@ID-NB"]);
    let change = prop::sample::select(vec![Change::Opened, Change::Grew, Change::Calmed]);
    let state = prop::sample::select(FeedState::ALL.to_vec());
    let one = prop_oneof![
        (topic, change).prop_map(|(topic, change)| (Some((topic, change)), FeedState::Quiet)),
        state.prop_map(|state| (None, state)),
    ];
    prop::collection::vec(one, 1..60).prop_map(|all| {
        let records = (0..).zip(all);
        records
            .map(|(turn, (talk, state))| match talk {
                Some((topic, change)) => said(topic, change, turn * 100),
                None => tick(turn * 100, state),
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn nothing_resolves_on_missing_data(records in records()) {
        let mut triage = triage(10);
        let mut is_missing = false;
        for record in records {
            if let SignalRecord::Tick(tick) = &record {
                is_missing = !tick.feeds[0].1.can_resolve();
            }
            for revision in fold(&mut triage, [record]) {
                let resolves = revision.status == Status::Resolved && revision.reason == Reason::Calm;
                prop_assert!(!(resolves && is_missing), "{revision:?}");
                prop_assert!(!resolves || !revision.frozen);
            }
        }
        // Once the feed is back, all that has calmed resolves.
        fold(&mut triage, [tick(1_000_000, FeedState::Flowing)]);
        prop_assert!(triage.state.held.is_empty());
    }
}
