//! One event that sets off forty topics.

use super::*;

/// An earthquake in Lombok: its hazard first, then place, and hashtags that share its posts.
pub(crate) fn earthquake() -> Vec<SignalRecord> {
    let mut records = Vec::new();
    for (step, posts) in [
        (0_i64, 20_u32),
        (60, 60),
        (240, 300),
        (500, 700),
        (590, 900),
    ] {
        for (number, topic) in (0_i64..).zip(TAGS) {
            let second = step + number;
            let change = if step == 0 {
                Change::Opened
            } else {
                Change::Grew
            };
            let first_post = number.unsigned_abs() % 5;
            records.push(signal(&Said {
                topic,
                episode: 0,
                change,
                second,
                posts,
                first_post,
            }));
        }
        records.push(tick(step + 45));
    }
    records
}

/// The same, until the last topic has calmed: the topics fall silent one after another within half an hour, half of
/// them come up once more meanwhile.
pub(crate) fn earthquake_to_its_end() -> Vec<SignalRecord> {
    let mut records = earthquake();
    let mut say = |topic, episode, change, second| {
        records.push(signal(&Said {
            topic,
            episode,
            change,
            second,
            posts: 40,
            first_post: 0,
        }));
        records.push(tick(second));
    };
    for (number, topic) in (0_i64..).zip(TAGS) {
        let calm = 3_000 + number * 45;
        say(topic, 0, Change::Calmed, calm);
        if number % 2 == 0 && number < 38 {
            say(topic, 1, Change::Opened, calm + 20);
        }
    }
    for (number, topic) in (0_i64..).zip(TAGS) {
        if number % 2 == 0 && number < 38 {
            say(topic, 1, Change::Calmed, 6_000 + number);
        }
    }
    records
}

const TAGS: [&str; 40] = [
    "hazard:gempa@ID-NB",
    "hazard:gempa",
    "place:ID-NB",
    "tag:gempa",
    "tag:gempalombok",
    "tag:lombok",
    "tag:prayforlombok",
    "tag:bmkg",
    "tag:mataram",
    "tag:tsunami",
    "tag:a1",
    "tag:a2",
    "tag:a3",
    "tag:a4",
    "tag:a5",
    "tag:a6",
    "tag:a7",
    "tag:a8",
    "tag:a9",
    "tag:b1",
    "tag:b2",
    "tag:b3",
    "tag:b4",
    "tag:b5",
    "tag:b6",
    "tag:b7",
    "tag:b8",
    "tag:b9",
    "tag:c1",
    "tag:c2",
    "tag:c3",
    "tag:c4",
    "tag:c5",
    "tag:c6",
    "tag:c7",
    "tag:c8",
    "tag:c9",
    "tag:d1",
    "tag:d2",
    "link:example.com/gempa",
];

#[test]
fn an_earthquake_that_sets_off_forty_topics_is_one_incident_with_few_updates() {
    let mut triage = triage(1_000);
    let revisions = fold(&mut triage, earthquake());
    let told: Vec<_> = revisions
        .iter()
        .map(|told| (told.status, told.reason))
        .collect();
    assert_eq!(triage.open_incidents(), 1);
    assert_eq!(told.first(), Some(&(Status::Opened, Reason::Spike)));
    assert!(told.len() <= 4, "at most three after the opening: {told:?}");
    let last = revisions.last().unwrap();
    assert_eq!(last.level, Level::Awas);
    assert_eq!(last.topics.len(), 40);
    assert_eq!(last.signal.topic.as_str(), "hazard:gempa@ID-NB");
}
