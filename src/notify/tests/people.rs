//! What people do with an incident, and what is told of it then.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::pager::*;
use super::{alertmanager, arrive, at, made, opened, post};
use crate::alert::{Alert, PersonAction, UtcTime};
use crate::config::{LevelWord, Route, SecretText};
use crate::notify::{Alertmanager, Answer, Channel, Endpoint, Pager, Pagerduty};
use crate::post::{EventTime, TopicKey};
use crate::triage::{Level, Reason, Status};

fn person(until: Option<i64>) -> PersonAction {
    PersonAction {
        by: "Ani".to_owned(),
        at: UtcTime::new(at(1)),
        until: until.map(|second| UtcTime::new(at(second))),
        note: String::new(),
    }
}

#[test]
fn while_it_is_snoozed_only_a_higher_level_and_the_end_are_told() {
    let mut channel = pager(&[reminding()]);
    arrive(&mut channel, &opened("a"), at(0));
    assert_eq!(told(&mut channel, at(0)), ["a-1"]);
    let update = |revision| Alert {
        snoozed: Some(person(Some(3_000))),
        ..made("a", revision, Level::Siaga, Status::Updated)
    };
    arrive(&mut channel, &update(2), at(2));
    arrive(&mut channel, &update(3), at(600));
    assert!(told(&mut channel, at(2_999)).is_empty(), "nor a reminder");
    arrive(
        &mut channel,
        &made("a", 4, Level::Awas, Status::Escalated),
        at(2_999),
    );
    assert_eq!(told(&mut channel, at(2_999)), ["a-4"]);
}

#[test]
fn what_was_called_a_false_alarm_ends_once_where_it_was_told() {
    let mut channel = pager(&[reminding()]);
    arrive(&mut channel, &opened("a"), at(0));
    assert_eq!(told(&mut channel, at(0)), ["a-1"]);
    for revision in [2, 3] {
        let over = Alert {
            false_alarm: Some(person(None)),
            ..made("a", revision, Level::Siaga, Status::Resolved)
        };
        arrive(&mut channel, &over, at(10));
    }
    assert_eq!(
        told(&mut channel, at(9_000)),
        ["a-2"],
        "a remark on it is no news"
    );
}

/// A channel that hears of no changes has to know all the same that nobody has the incident any more.
#[test]
fn that_nobody_has_it_any_more_is_told_to_whom_the_beginning_was_told() {
    let taken = |revision| Alert {
        acknowledged: Some(person(Some(3_000))),
        reason: Reason::Acknowledged,
        ..made("a", revision, Level::Siaga, Status::Updated)
    };
    let expired = |revision| Alert {
        reason: Reason::Expired,
        ..made("a", revision, Level::Siaga, Status::Updated)
    };
    let quiet = Route {
        updates: false,
        ..Route::default()
    };
    let mut channel = pager(std::slice::from_ref(&quiet));
    arrive(&mut channel, &opened("a"), at(0));
    arrive(&mut channel, &taken(2), at(10));
    assert_eq!(told(&mut channel, at(10)), ["a-1", "a-2"]);
    // Event time may stand still meanwhile, so the record is old.
    arrive(&mut channel, &expired(3), at(9_000));
    assert_eq!(told(&mut channel, at(9_000)), ["a-3"]);

    let mut other = pager(&[quiet]);
    arrive(&mut other, &expired(3), at(9_000));
    assert!(
        told(&mut other, at(9_000)).is_empty(),
        "it never heard of it"
    );

    let mut snoozed = pager(&[Route::default()]);
    arrive(&mut snoozed, &opened("a"), at(0));
    let still_snoozed = Alert {
        snoozed: Some(person(None)),
        ..expired(2)
    };
    arrive(&mut snoozed, &still_snoozed, at(20));
    assert_eq!(told(&mut snoozed, at(20)), ["a-1"]);
}

#[test]
fn outside_of_its_hours_a_channel_hears_of_it_when_they_begin() {
    // The example's time is 20:12 UTC, 03:12 WIB: within the night's hours, which end at 06:00.
    let mut channel = pager(&[night()]);
    arrive(&mut channel, &opened("a"), at(0));
    assert_eq!(told(&mut channel, at(0)), ["a-1"]);
    let expired = Alert {
        reason: Reason::Expired,
        ..made("a", 2, Level::Siaga, Status::Updated)
    };
    let noon = at(9 * 3_600);
    arrive(&mut channel, &expired, noon);
    assert!(told(&mut channel, noon).is_empty());
    let evening = at(19 * 3_600);
    assert_eq!(told(&mut channel, evening), ["a-2"]);
}

fn pagerduty(routes: &[Route]) -> Pager {
    let endpoint = Endpoint::parse("https://events.example").unwrap();
    let form = Pagerduty::new(endpoint, SecretText::default(), "/k", templates());
    Pager::new("service", Arc::new(form), routes)
}

fn annotation(channel: &mut Alertmanager, now: EventTime, name: &str) -> (Value, Value) {
    let request = post(channel.due(now).unwrap());
    channel.answered(&Answer::Accepted, now);
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    (
        body[0]["labels"].clone(),
        body[0]["annotations"][name].clone(),
    )
}

#[test]
fn alertmanager_shows_who_has_it_and_it_stays_the_same_alert() {
    let mut channel = alertmanager(10);
    let ends = person(Some(3_000));
    let until = ends.until.unwrap();
    let steps = [
        (opened("a"), Value::Null),
        (
            Alert {
                acknowledged: Some(person(None)),
                ..made("a", 2, Level::Siaga, Status::Updated)
            },
            "Ani".into(),
        ),
        (
            Alert {
                acknowledged: Some(ends),
                topic: TopicKey::new("tag:gempa"),
                ..made("a", 3, Level::Siaga, Status::Updated)
            },
            format!("Ani until {until}").into(),
        ),
        (made("a", 4, Level::Siaga, Status::Updated), Value::Null),
    ];
    let mut labels = Vec::new();
    for (alert, shown) in steps {
        arrive(&mut channel, &alert, at(1));
        let (sent, acknowledged) = annotation(&mut channel, at(1), "acknowledged");
        assert_eq!(acknowledged, shown);
        assert!(
            channel.due(at(1)).is_none(),
            "one alert, and nothing is resolved"
        );
        labels.push(sent);
    }
    labels.dedup();
    assert_eq!(labels.len(), 1, "{labels:?}");
}

/// From the first signal to the end: who is paged is paged once, and `PagerDuty` has one incident.
#[test]
fn an_earthquake_of_forty_topics_is_one_page_in_its_whole_life() {
    use crate::alert::tests::rendering;
    use crate::config::EvidenceMode;
    use crate::triage::tests::earthquake::earthquake_to_its_end;
    use crate::triage::tests::{fold, triage};

    let mut fold_of_triage = triage(1_000);
    let revisions = fold(&mut fold_of_triage, earthquake_to_its_end());
    let count = |status| {
        revisions
            .iter()
            .filter(|told| told.status == status)
            .count()
    };
    assert_eq!((count(Status::Opened), count(Status::Resolved)), (1, 1));
    assert_eq!(fold_of_triage.open_incidents(), 0);

    let route = |minimum_level, updates| Route {
        minimum_level,
        updates,
        ..Route::default()
    };
    let mut phone = pager(&[route(LevelWord::Awas, false)]);
    let mut chat = pager(&[route(LevelWord::Waspada, true)]);
    let mut service = pagerduty(&[route(LevelWord::Waspada, true)]);
    let (mut pages, mut messages, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for revision in &revisions {
        let alert = Alert::render(revision, &rendering(EvidenceMode::None));
        let now = alert.updated_at.0;
        for channel in [&mut phone, &mut chat] {
            arrive(channel, &alert, now);
        }
        pages.extend(told(&mut phone, now).into_iter().map(|_| revision.status));
        messages.extend(
            told(&mut chat, now)
                .into_iter()
                .map(|_| (now, revision.status)),
        );
        arrive(&mut service, &alert, now);
        // As fast as the service likes.
        while let Some(at) = service.next_due().map(|at| at.max(now)) {
            let body: Value = serde_json::from_slice(&post(service.due(at).unwrap()).body).unwrap();
            events.push((body["dedup_key"].clone(), body["event_action"].clone()));
            service.answered(&Answer::Accepted, at);
        }
    }
    let (end, calls) = pages.split_last().unwrap();
    assert_eq!((*end, calls.len()), (Status::Resolved, 1), "{pages:?}");

    let in_ten_minutes = |begin: EventTime| {
        let after = messages.iter().skip_while(move |(at, _)| *at < begin);
        let within = after.take_while(move |(at, _)| at.millis_since(begin) <= 600_000);
        within
            .filter(|(_, status)| *status != Status::Opened)
            .count()
    };
    for (begin, _) in &messages {
        assert!(in_ten_minutes(*begin) <= 3, "{messages:?}");
    }

    let keys: BTreeSet<String> = events.iter().map(|(key, _)| key.to_string()).collect();
    assert_eq!(keys.len(), 1, "{events:?}");
    let (first, last) = (&events.first().unwrap().1, &events.last().unwrap().1);
    assert_eq!((first, last), (&"trigger".into(), &"resolve".into()));
    let resolved = events.iter().filter(|(_, action)| action == "resolve");
    assert_eq!(resolved.count(), 1, "{events:?}");
}
