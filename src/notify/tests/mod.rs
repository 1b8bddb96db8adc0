//! The automata without a network: what is due when, after which answer.

mod crash;
mod pager;
mod people;

use serde_json::Value;

use super::*;
use crate::alert::tests::alert;
use crate::alert::{Alert, UtcTime};
use crate::post::EventTime;
use crate::triage::{Level, Status};

const RESEND_MS: u32 = 30_000;

/// Seconds after the alert's own time.
fn at(seconds: i64) -> EventTime {
    alert().updated_at.0.plus_millis(seconds * 1_000)
}

fn made(incident: &str, revision: u32, level: Level, status: Status) -> Alert {
    Alert {
        id: format!("{incident}-{revision}"),
        incident: incident.to_owned(),
        revision,
        level,
        level_number: level.number(),
        status,
        resolved_at: (status == Status::Resolved).then(|| UtcTime::new(at(600))),
        ..alert()
    }
}

/// The log brings `alert` at an offset of its revision.
fn arrive<C: Channel + ?Sized>(channel: &mut C, alert: &Alert, now: EventTime) {
    let place = Place {
        partition: 0,
        offset: u64::from(alert.revision),
    };
    let arrival = Arrival {
        alert,
        place,
        is_backlog: false,
    };
    channel.apply(arrival, now);
}

/// The request as one over HTTP.
fn post(request: Request) -> Post {
    match request {
        Request::Post(post) => post,
        Request::Mail(letter) => panic!("a mail: {letter:?}"),
    }
}

fn opened(incident: &str) -> Alert {
    made(incident, 1, Level::Siaga, Status::Opened)
}

fn alertmanager(limit: usize) -> Alertmanager {
    Alertmanager::new(
        &Endpoint::parse("http://127.0.0.1:9093").unwrap(),
        RESEND_MS,
        limit,
    )
}

fn webhook(limit: usize) -> Webhook {
    let endpoint = Endpoint::parse("https://hook.example/secret").unwrap();
    Webhook::new(endpoint, "/kentongan", limit)
}

fn later(after_ms: Option<i64>) -> Answer {
    let detail = "HTTP status 503".to_owned();
    Answer::Later {
        after_ms,
        detail,
        may_have_arrived: false,
    }
}

/// Everything that is due now, each accepted: incident, level, end in seconds after the alert.
fn accepted(channel: &mut Alertmanager, now: EventTime) -> Vec<(String, String, i64)> {
    let mut sent = Vec::new();
    while let Some(request) = channel.due(now) {
        sent.push(read(&post(request)));
        channel.answered(&Answer::Accepted, now);
    }
    sent
}

fn read(request: &Post) -> (String, String, i64) {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body.as_array().unwrap().len(), 1);
    let label = |name: &str| body[0]["labels"][name].as_str().unwrap().to_owned();
    let ends: UtcTime = serde_json::from_value(body[0]["endsAt"].clone()).unwrap();
    (
        label("incident"),
        label("level"),
        ends.0.millis_since(at(0)) / 1_000,
    )
}

fn sent(incident: &str, level: &str, ends: i64) -> (String, String, i64) {
    (incident.to_owned(), level.to_owned(), ends)
}

#[test]
fn one_alert_as_alertmanager_reads_it() {
    let mut channel = alertmanager(10);
    arrive(&mut channel, &alert(), at(1));
    let request = post(channel.due(at(1)).unwrap());
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    insta::assert_json_snapshot!(body);
}

#[test]
fn a_firing_alert_is_sent_at_each_interval_with_an_end_four_intervals_ahead() {
    let mut channel = alertmanager(10);
    arrive(&mut channel, &opened("a"), at(1));
    assert_eq!(accepted(&mut channel, at(1)), [sent("a", "siaga", 121)]);
    assert_eq!(accepted(&mut channel, at(30)), []);
    assert_eq!(channel.next_due(), Some(at(31)));
    assert_eq!(accepted(&mut channel, at(31)), [sent("a", "siaga", 151)]);
}

#[test]
fn a_resolved_alert_is_sent_for_five_more_minutes_then_forgotten() {
    let mut channel = alertmanager(10);
    arrive(&mut channel, &opened("a"), at(1));
    accepted(&mut channel, at(1));
    arrive(
        &mut channel,
        &made("a", 2, Level::Siaga, Status::Resolved),
        at(610),
    );
    for seconds in (610..=910).step_by(30) {
        assert_eq!(
            accepted(&mut channel, at(seconds)),
            [sent("a", "siaga", 600)],
            "{seconds}"
        );
    }
    assert_eq!(accepted(&mut channel, at(940)), []);
    assert_eq!(channel.next_due(), None);
}

#[test]
fn a_raised_level_ends_the_earlier_label_set() {
    let mut channel = alertmanager(10);
    arrive(&mut channel, &opened("a"), at(1));
    accepted(&mut channel, at(1));
    arrive(
        &mut channel,
        &made("a", 2, Level::Awas, Status::Escalated),
        at(10),
    );
    let mut both = accepted(&mut channel, at(10));
    both.sort();
    assert_eq!(both, [sent("a", "awas", 130), sent("a", "siaga", 10)]);
}

#[test]
fn an_older_or_repeated_revision_changes_nothing() {
    let mut channel = alertmanager(10);
    arrive(
        &mut channel,
        &made("a", 2, Level::Awas, Status::Escalated),
        at(1),
    );
    accepted(&mut channel, at(1));
    arrive(&mut channel, &opened("a"), at(2));
    arrive(
        &mut channel,
        &made("a", 2, Level::Awas, Status::Escalated),
        at(2),
    );
    assert_eq!(accepted(&mut channel, at(2)), []);
}

#[test]
fn a_refused_alert_waits_for_its_next_revision_and_holds_up_no_other() {
    let mut channel = alertmanager(10);
    arrive(&mut channel, &opened("a"), at(1));
    arrive(&mut channel, &opened("b"), at(1));
    channel.due(at(1)).unwrap();
    channel.answered(&Answer::Refused { status: 400 }, at(1));
    assert_eq!(accepted(&mut channel, at(1)), [sent("b", "siaga", 121)]);
    assert_eq!(accepted(&mut channel, at(31)), [sent("b", "siaga", 151)]);
    arrive(
        &mut channel,
        &made("a", 2, Level::Siaga, Status::Updated),
        at(40),
    );
    assert_eq!(accepted(&mut channel, at(40)), [sent("a", "siaga", 160)]);
}

#[test]
fn a_failure_holds_everything_back_until_the_wait_is_over() {
    let mut channel = alertmanager(10);
    arrive(&mut channel, &opened("a"), at(1));
    channel.due(at(1)).unwrap();
    assert_eq!(channel.due(at(1)), None, "one request at a time");
    channel.answered(&later(Some(20_000)), at(1));
    arrive(&mut channel, &opened("b"), at(2));
    assert_eq!(channel.due(at(20)), None);
    assert_eq!(channel.next_due(), Some(at(21)));
    assert_eq!(accepted(&mut channel, at(21)).len(), 2);
}

#[test]
fn what_changes_while_it_is_sent_is_sent_again_at_once() {
    for status in [Status::Updated, Status::Resolved] {
        let mut channel = alertmanager(10);
        arrive(&mut channel, &opened("a"), at(1));
        channel.due(at(1)).unwrap();
        arrive(&mut channel, &made("a", 2, Level::Siaga, status), at(2));
        channel.answered(&Answer::Accepted, at(3));
        assert_eq!(accepted(&mut channel, at(3)).len(), 1);
    }
    let mut channel = alertmanager(10);
    arrive(&mut channel, &opened("a"), at(1));
    channel.due(at(1)).unwrap();
    arrive(
        &mut channel,
        &made("a", 2, Level::Awas, Status::Escalated),
        at(2),
    );
    channel.answered(&Answer::Accepted, at(3));
    assert_eq!(
        accepted(&mut channel, at(3)).len(),
        2,
        "the earlier level ends too"
    );
}

#[test]
fn over_the_limit_resolved_alerts_leave_first() {
    let mut channel = alertmanager(2);
    arrive(&mut channel, &opened("a"), at(1));
    arrive(
        &mut channel,
        &made("b", 4, Level::Siaga, Status::Resolved),
        at(1),
    );
    arrive(&mut channel, &opened("c"), at(1));
    let incidents: Vec<String> = accepted(&mut channel, at(1))
        .into_iter()
        .map(|sent| sent.0)
        .collect();
    assert_eq!(incidents, ["a", "c"]);
    assert_eq!((channel.take_dropped(), channel.take_dropped()), (1, 0));
}

/// The id of the event that is due, if any.
fn due_id(channel: &mut Webhook, now: EventTime) -> Option<String> {
    let request = post(channel.due(now)?);
    let id = request.headers.iter().find(|(name, _)| name == "ce-id")?;
    Some(id.1.clone())
}

#[test]
fn a_webhook_gets_each_revision_once_and_in_order() {
    let mut channel = webhook(10);
    for alert in [opened("a"), opened("b"), opened("a")] {
        arrive(&mut channel, &alert, at(0));
    }
    for id in ["a-1", "b-1"] {
        assert_eq!(due_id(&mut channel, at(0)).as_deref(), Some(id));
        assert_eq!(channel.due(at(0)), None, "one request at a time");
        channel.answered(&Answer::Accepted, at(0));
    }
    assert_eq!(channel.due(at(0)), None);
    assert_eq!(channel.next_due(), None);
}

#[test]
fn a_webhook_tries_again_what_failed_and_drops_what_was_refused() {
    let mut channel = webhook(10);
    arrive(&mut channel, &opened("a"), at(0));
    arrive(&mut channel, &opened("b"), at(0));
    assert_eq!(due_id(&mut channel, at(0)).as_deref(), Some("a-1"));
    channel.answered(&later(Some(5_000)), at(0));
    assert_eq!(channel.due(at(4)), None);
    assert_eq!(channel.next_due(), Some(at(5)));
    assert_eq!(due_id(&mut channel, at(5)).as_deref(), Some("a-1"));
    channel.answered(&Answer::Refused { status: 410 }, at(5));
    assert_eq!(due_id(&mut channel, at(5)).as_deref(), Some("b-1"));
}

#[test]
fn a_full_queue_drops_its_oldest_and_counts_it() {
    let mut channel = webhook(2);
    arrive(&mut channel, &opened("a"), at(0));
    assert_eq!(due_id(&mut channel, at(0)).as_deref(), Some("a-1"));
    for incident in ["b", "c", "d"] {
        arrive(&mut channel, &opened(incident), at(0));
    }
    assert_eq!(channel.take_dropped(), 1, "b");
    channel.answered(&later(None), at(0));
    assert_eq!(channel.take_dropped(), 1, "a had no place any more");
    assert_eq!(due_id(&mut channel, at(60)).as_deref(), Some("c-1"));
}

#[test]
fn what_was_settled_before_is_only_kept_alive() {
    let mut channel = alertmanager(10);
    channel.remember(&opened("a"), at(1));
    channel.remember(&opened("b"), at(2));
    channel.remember(&made("b", 2, Level::Siaga, Status::Resolved), at(3));
    assert!(channel.first_unsettled(0).is_none());
    assert_eq!(accepted(&mut channel, at(5)), [sent("a", "siaga", 125)]);

    let mut hook = webhook(10);
    hook.remember(&opened("a"), at(1));
    arrive(&mut hook, &opened("a"), at(2));
    assert_eq!(hook.due(at(2)), None);
}

#[test]
fn only_an_answer_for_good_settles() {
    let channels: [Box<dyn Channel>; 2] = [Box::new(alertmanager(10)), Box::new(webhook(10))];
    for mut channel in channels {
        let channel = channel.as_mut();
        assert!(channel.first_unsettled(0).is_none());
        arrive(channel, &opened("a"), at(1));
        channel.due(at(1)).unwrap();
        channel.answered(&later(None), at(1));
        assert!(channel.first_unsettled(0).is_some(), "{}", channel.name());
        channel.due(at(61)).unwrap();
        assert!(channel.first_unsettled(0).is_some(), "{}", channel.name());
        channel.answered(&Answer::Refused { status: 400 }, at(61));
        assert!(channel.first_unsettled(0).is_none(), "{}", channel.name());
    }
}
