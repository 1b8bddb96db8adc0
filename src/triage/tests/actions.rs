//! What people do with incidents: each deed, and the laws that hold whatever they do.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Said, at, fold, signal, tick, triage};
use crate::detect::Change;
use crate::triage::*;

fn said(topic: &'static str, change: Change, second: i64, posts: u32) -> SignalRecord {
    signal(&Said {
        topic,
        episode: 0,
        change,
        second,
        posts,
        first_post: 0,
    })
}

fn action(id: &str, incident: &str, deed: Deed, until: Option<i64>) -> Action {
    Action {
        id: id.to_owned(),
        incident: incident.to_owned(),
        deed,
        who: "Ani".to_owned(),
        note: "seen".to_owned(),
        until: until.map(at),
    }
}

/// One open incident, its name, and how to act on it.
struct Town {
    triage: Triage,
    incident: String,
    acted: u32,
}

impl Town {
    fn new() -> Self {
        let mut triage = triage(10);
        let told = fold(&mut triage, [said("tag:lombok", Change::Opened, 0, 20)]);
        Self {
            incident: told[0].incident.clone(),
            triage,
            acted: 0,
        }
    }

    fn act(
        &mut self,
        deed: Deed,
        second: i64,
        until: Option<i64>,
    ) -> Result<Revision, ActionRefusal> {
        self.acted += 1;
        let action = action(&self.acted.to_string(), &self.incident, deed, until);
        let mut told = Vec::new();
        let acted = self.triage.act(action, at(second), &mut told);
        assert!(acted != Ok(Acted::Repeated) && told.len() == usize::from(acted.is_ok()));
        acted
            .map_err(|refused| refused.reason)
            .map(|_| told.remove(0))
    }

    fn hear(&mut self, record: SignalRecord) -> Vec<(Status, Reason)> {
        let told = fold(&mut self.triage, [record]);
        told.iter().map(|told| (told.status, told.reason)).collect()
    }
}

#[test]
fn who_takes_it_over_is_named_until_the_time_is_over() {
    let mut town = Town::new();
    let told = town.act(Deed::Acknowledge, 60, Some(600)).unwrap();
    assert_eq!(
        (told.status, told.reason),
        (Status::Updated, Reason::Acknowledged)
    );
    assert_eq!(told.people.acknowledged.unwrap().who, "Ani");
    assert_eq!(town.hear(tick(599)), []);
    assert_eq!(town.hear(tick(600)), [(Status::Updated, Reason::Expired)]);
    assert_eq!(town.hear(tick(700)), []);
}

#[test]
fn a_higher_level_ends_a_snooze_and_not_an_acknowledgement() {
    let mut town = Town::new();
    town.act(Deed::Acknowledge, 60, None).unwrap();
    town.act(Deed::Snooze, 61, Some(9_000)).unwrap();
    let told = fold(
        &mut town.triage,
        [said("tag:lombok", Change::Grew, 90, 900)],
    );
    assert_eq!(told[0].status, Status::Escalated);
    assert_eq!(told[0].people.snoozed, None);
    assert!(told[0].people.acknowledged.is_some());
}

#[test]
fn what_a_person_ended_stays_over_until_its_level_rises() {
    let mut town = Town::new();
    let told = town.act(Deed::Close, 60, None).unwrap();
    assert_eq!(
        (told.status, told.reason),
        (Status::Resolved, Reason::Closed)
    );
    assert!(told.resolved_at.is_some());
    // More of the same, and another topic of the same event: nobody hears of it.
    assert_eq!(town.hear(said("tag:lombok", Change::Grew, 900, 40)), []);
    assert_eq!(town.hear(said("tag:gempa", Change::Opened, 901, 20)), []);
    assert_eq!(town.triage.open_incidents(), 0);
    let told = fold(
        &mut town.triage,
        [said("tag:gempa", Change::Grew, 1_000, 2_000)],
    );
    assert_eq!(
        (told[0].status, told[0].resolved_at),
        (Status::Escalated, None)
    );
    assert_eq!(told[0].incident, town.incident);
}

#[test]
fn talk_that_calms_after_a_person_ended_it_is_not_told() {
    let mut town = Town::new();
    town.act(Deed::Close, 60, None).unwrap();
    assert_eq!(town.hear(said("tag:lombok", Change::Calmed, 900, 0)), []);
    let told = town.act(Deed::Reopen, 950, None).unwrap();
    assert_eq!((told.status, told.resolved_at), (Status::Updated, None));
    assert_eq!(town.triage.open_incidents(), 1);
    let told = town.act(Deed::Close, 960, None).unwrap();
    assert_eq!(told.revision, 4);
}

#[test]
fn false_alarms_are_counted_a_day_and_reopening_takes_one_back() {
    let mut town = Town::new();
    town.hear(tick(1));
    town.hear(tick(86_401));
    let told = town.act(Deed::FalseAlarm, 86_401, None).unwrap();
    assert_eq!(
        (told.status, told.reason),
        (Status::Resolved, Reason::FalseAlarm)
    );
    assert!(told.people.false_alarm.is_some());
    town.hear(tick(2 * 86_400 + 1));
    assert!((town.triage.false_alarms_per_day() - 0.5).abs() < 1e-3);
    town.act(Deed::Reopen, 2 * 86_400 + 2, None).unwrap();
    assert!(town.triage.false_alarms_per_day().abs() < 1e-9);
}

#[test]
fn what_ended_by_itself_can_be_called_a_false_alarm() {
    let mut town = Town::new();
    town.hear(said("tag:lombok", Change::Calmed, 900, 0));
    let told = town.act(Deed::FalseAlarm, 950, None).unwrap();
    assert_eq!(
        (told.status, told.reason),
        (Status::Resolved, Reason::FalseAlarm)
    );
    assert_eq!(
        town.act(Deed::FalseAlarm, 951, None),
        Err(ActionRefusal::Over)
    );
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    let mut town = Town::new();
    assert_eq!(town.act(Deed::Reopen, 1, None), Err(ActionRefusal::Open));
    assert_eq!(town.act(Deed::Snooze, 1, None), Err(ActionRefusal::NoUntil));
    assert_eq!(
        town.act(Deed::Snooze, 9, Some(9)),
        Err(ActionRefusal::UntilPassed)
    );
    assert_eq!(
        town.act(Deed::Acknowledge, 9, Some(8 * 86_400)),
        Err(ActionRefusal::UntilTooFar)
    );
    town.act(Deed::Close, 10, None).unwrap();
    assert_eq!(
        town.act(Deed::Acknowledge, 11, None),
        Err(ActionRefusal::Over)
    );
    town.incident = "nothing".to_owned();
    assert_eq!(
        town.act(Deed::Note, 12, None),
        Err(ActionRefusal::UnknownIncident)
    );
}

/// A step: time, and a signal or an action.
type Step = (
    i64,
    Option<(usize, u8, Change, u32, u64)>,
    (usize, usize, u8, i64),
);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let change = prop_oneof![
        3 => Just(Change::Opened), 4 => Just(Change::Grew), 3 => Just(Change::Calmed)
    ];
    let said = (0..6_usize, 0_u8..3, change, 4_u32..3_000, 0_u64..900);
    let acted = (0..6_usize, 0..20_usize, 0_u8..60, 1_i64..2_000);
    prop::collection::vec((0_i64..600, prop::option::of(said), acted), 0..80)
}

const TOPICS: [&str; 6] = [
    "hazard:gempa@ID-NB",
    "hazard:banjir@ID-JK",
    "place:ID-NB",
    "tag:gempa",
    "tag:lombok",
    "watch:embassies",
];

fn play(triage: &mut Triage, steps: &[Step]) -> Vec<Revision> {
    let (mut second, mut told) = (0, Vec::new());
    for &(step, said, (deed, incident, id, ahead)) in steps {
        second += step;
        if let Some((topic, episode, change, posts, first_post)) = said {
            let record = signal(&Said {
                topic: TOPICS[topic],
                episode,
                change,
                second,
                posts,
                first_post,
            });
            triage.apply(record, &mut told);
            triage.apply(tick(second), &mut told);
            continue;
        }
        let named = told.get(incident % told.len().max(1));
        let named = named.map_or("none".to_owned(), |told: &Revision| told.incident.clone());
        let until = (id % 2 == 0).then_some(second + ahead);
        let action = action(&id.to_string(), &named, Deed::ALL[deed], until);
        let before = told.len();
        let acted = triage.act(action, at(second), &mut told);
        assert_eq!(
            told.len() - before,
            usize::from(acted == Ok(Acted::Accepted))
        );
    }
    told
}

proptest! {
    /// One `opened`; in each life one end, after which only remarks come, until a person or a higher level
    /// begins the next life. Revisions have no gap, and event time never runs back.
    #[test]
    fn each_life_of_an_incident_ends_at_most_once(steps in steps()) {
        let mut told: BTreeMap<String, Vec<Revision>> = BTreeMap::new();
        for revision in play(&mut triage(1_000), &steps) {
            told.entry(revision.incident.clone()).or_default().push(revision);
        }
        for revisions in told.values() {
            let mut is_over = false;
            for (place, revision) in (1_u32..).zip(revisions) {
                prop_assert_eq!(revision.revision, place);
                prop_assert_eq!(revision.status == Status::Opened, place == 1);
                if is_over {
                    let is_remark = revision.status == Status::Resolved
                        && matches!(revision.reason, Reason::Noted | Reason::FalseAlarm);
                    let is_back = matches!(revision.reason, Reason::Reopened | Reason::LevelRaised);
                    prop_assert!(is_remark || is_back, "{:?}", revision.reason);
                }
                is_over = revision.status == Status::Resolved;
                prop_assert_eq!(revision.resolved_at.is_some(), is_over);
            }
            for pair in revisions.windows(2) {
                prop_assert!(pair[0].updated_at <= pair[1].updated_at);
                prop_assert!(pair[0].level <= pair[1].level);
            }
        }
    }

    /// Time alone ends nothing: without a topic that calms and without people, all stay open.
    #[test]
    fn missing_data_ends_nothing(steps in steps(), seconds in prop::collection::vec(1_i64..90_000, 1..20)) {
        let mut triage = triage(1_000);
        play(&mut triage, &steps);
        let open = triage.open_incidents();
        let mut second = 1_000_000;
        for step in seconds {
            second += step;
            let told = fold(&mut triage, [tick(second)]);
            prop_assert!(told.iter().all(|told| told.status != Status::Resolved));
        }
        prop_assert_eq!(triage.open_incidents(), open);
    }

    /// The state as it was written down goes on as the one that wrote it, and ids are told once.
    #[test]
    fn the_state_can_be_written_down_anywhere(steps in steps(), cut in 0..80_usize) {
        let cut = cut.min(steps.len());
        let mut whole = triage(1_000);
        play(&mut whole, &steps[..cut]);
        let written = whole.snapshot(&"beside").unwrap();
        let config = config::Config::built_in().unwrap();
        let (mut read, beside) = Triage::restore::<String>(&config, &written).unwrap();
        prop_assert_eq!(&beside, "beside");
        prop_assert_eq!(&read.snapshot(&beside).unwrap(), &written);
        let rest = play(&mut whole, &steps[cut..]);
        prop_assert_eq!(&play(&mut read, &steps[cut..]), &rest);
        let ids: BTreeSet<_> = rest.iter().map(|told| (&told.incident, told.revision)).collect();
        prop_assert_eq!(ids.len(), rest.len());
    }

    /// What has come before changes nothing.
    #[test]
    fn an_action_counts_once(steps in steps()) {
        let mut triage = triage(1_000);
        let told = play(&mut triage, &steps);
        for id in 0..60_u8 {
            let Some(any) = told.first() else { break };
            let again = action(&id.to_string(), &any.incident, Deed::Note, None);
            let mut more = Vec::new();
            let acted = triage.act(again.clone(), at(0), &mut more);
            if acted == Ok(Acted::Repeated) {
                prop_assert!(more.is_empty());
            }
            more.clear();
            prop_assert_eq!(triage.act(again, at(0), &mut more), Ok(Acted::Repeated));
            prop_assert!(more.is_empty());
        }
    }
}
