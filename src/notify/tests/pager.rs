//! People's channels without a network: who is told what, when, how often, and how it is written.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use super::{arrive, at, later, made, opened, post};
use crate::alert::{Alert, PersonAction, Title, UtcTime};
use crate::config::{DayZone, Hours, LevelWord, Route};
use crate::notify::template::{Markup, escape};
use crate::notify::{
    Answer, Arrival, Channel, Endpoint, Form, Message, Pager, Pagerduty, Place, Post, Request,
    Slack, Telegram, Templates,
};
use crate::post::EventTime;
use crate::triage::{Level, Status};

/// Writes what it is told as one line.
struct Lines;

impl Form for Lines {
    fn write(&self, message: &Message) -> Option<Request> {
        let Message {
            alert,
            reminder,
            may_be_repeat,
        } = message;
        let mut line = alert.id.clone();
        if *reminder > 0 {
            write!(line, " reminder {reminder}").unwrap();
        }
        if *may_be_repeat {
            line.push_str(" repeat?");
        }
        Some(Request::Post(Post {
            endpoint: Endpoint::parse("https://people.example").unwrap(),
            headers: Vec::new(),
            body: line.into_bytes(),
        }))
    }

    fn is_keyed(&self) -> bool {
        false
    }

    fn pace_ms(&self) -> i64 {
        0
    }
}

pub(super) fn pager(routes: &[Route]) -> Pager {
    Pager::new("duty", Arc::new(Lines), routes)
}

pub(super) fn line(request: Request) -> String {
    String::from_utf8(post(request).body).unwrap()
}

/// Everything that is due now, each accepted.
pub(super) fn told(channel: &mut Pager, now: EventTime) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(request) = channel.due(now) {
        lines.push(line(request));
        channel.answered(&Answer::Accepted, now);
    }
    lines
}

pub(super) fn night() -> Route {
    Route {
        hours: Some(Hours {
            from: 22 * 60,
            to: 6 * 60,
        }),
        ..Route::default()
    }
}

pub(super) fn reminding() -> Route {
    Route {
        remind_after_s: 600,
        ..Route::default()
    }
}

#[test]
fn a_route_takes_by_level_place_topic_kind_and_age() {
    let takes = |route: Route, alert: &Alert, seconds| {
        let mut channel = pager(&[route]);
        arrive(&mut channel, alert, at(seconds));
        !told(&mut channel, at(seconds)).is_empty()
    };
    let siaga = opened("a");
    let update = made("a", 2, Level::Awas, Status::Updated);
    let of = |topic: &str| Route {
        topics: vec![topic.to_owned()],
        ..Route::default()
    };
    let from = |minimum_level| Route {
        minimum_level,
        ..Route::default()
    };
    let place = |code: &str| Route {
        places: vec![code.to_owned()],
        ..Route::default()
    };
    assert!(takes(from(LevelWord::Siaga), &siaga, 1));
    assert!(!takes(from(LevelWord::Awas), &siaga, 1));
    assert!(takes(place("ID-NB"), &siaga, 1));
    assert!(!takes(place("ID-JK"), &siaga, 1));
    assert!(takes(of("hazard:gempa@ID-NB"), &siaga, 1));
    assert!(takes(of("hazard:*"), &siaga, 1));
    assert!(!takes(of("hazard:banjir*"), &siaga, 1));
    assert!(takes(Route::default(), &update, 1));
    assert!(takes(Route::default(), &siaga, 3_600));
    assert!(
        !takes(Route::default(), &siaga, 3_601),
        "a delayed one pages nobody"
    );
}

#[test]
fn outside_of_the_hours_an_incident_waits_until_they_begin_and_only_if_it_is_still_open() {
    // The alert's own time is 20:12:07 UTC, 03:12:07 WIB.
    let day = |zone| Route {
        hours: Some(Hours {
            from: 7 * 60,
            to: 22 * 60,
        }),
        zone,
        ..Route::default()
    };
    let mut channel = pager(&[day(DayZone::Wib)]);
    arrive(&mut channel, &opened("a"), at(1));
    arrive(&mut channel, &opened("b"), at(1));
    arrive(
        &mut channel,
        &made("b", 2, Level::Siaga, Status::Resolved),
        at(60),
    );
    assert_eq!(told(&mut channel, at(60)), [""; 0]);
    let begin = channel.next_due().unwrap();
    assert_eq!(UtcTime::new(begin).to_string(), "2026-03-04T00:00:00.000Z");
    assert_eq!(told(&mut channel, begin.plus_millis(-1)), [""; 0]);
    assert_eq!(told(&mut channel, begin), ["a-1"]);
    assert_eq!(told(&mut channel, begin.plus_millis(60_000)), [""; 0]);

    let mut eastern = pager(&[day(DayZone::Wit)]);
    arrive(&mut eastern, &opened("a"), at(1));
    let begin = eastern.next_due().unwrap();
    assert_eq!(UtcTime::new(begin).to_string(), "2026-03-03T22:00:00.000Z");

    let mut over_midnight = pager(&[night()]);
    arrive(&mut over_midnight, &opened("a"), at(1));
    assert_eq!(told(&mut over_midnight, at(1)), ["a-1"]);
}

#[test]
fn an_end_is_told_to_whom_the_beginning_was_told_however_late() {
    let mut channel = pager(&[]);
    arrive(&mut channel, &opened("a"), at(1));
    arrive(&mut channel, &opened("old"), at(7_000));
    for incident in ["a", "old"] {
        arrive(
            &mut channel,
            &made(incident, 2, Level::Siaga, Status::Resolved),
            at(99_999),
        );
    }
    assert_eq!(told(&mut channel, at(99_999)), ["a-1", "a-2"]);
}

#[test]
fn without_updates_an_incident_is_told_once_even_when_its_opening_was_too_old() {
    let mut channel = pager(&[Route {
        updates: false,
        ..Route::default()
    }]);
    let update = |revision, seconds| Alert {
        updated_at: UtcTime::new(at(seconds)),
        ..made("a", revision, Level::Siaga, Status::Updated)
    };
    arrive(&mut channel, &opened("a"), at(7_000));
    arrive(&mut channel, &update(2, 7_000), at(7_000));
    arrive(&mut channel, &update(3, 7_100), at(7_100));
    assert_eq!(told(&mut channel, at(7_100)), ["a-2"]);
}

#[test]
fn whoever_does_not_take_it_over_is_reminded_until_it_is_over() {
    let mut channel = pager(&[reminding()]);
    arrive(&mut channel, &opened("a"), at(0));
    assert_eq!(told(&mut channel, at(0)), ["a-1"]);
    assert_eq!(channel.next_due(), Some(at(600)));
    assert_eq!(told(&mut channel, at(599)), [""; 0]);
    assert_eq!(told(&mut channel, at(600)), ["a-1 reminder 1"]);
    assert_eq!(told(&mut channel, at(1_200)), ["a-1 reminder 2"]);
    arrive(
        &mut channel,
        &made("a", 2, Level::Siaga, Status::Resolved),
        at(1_300),
    );
    assert_eq!(told(&mut channel, at(1_300)), ["a-2"]);
    assert_eq!(told(&mut channel, at(9_999)), [""; 0]);
}

#[test]
fn whoever_takes_it_over_is_not_reminded_before_that_ends() {
    let mut channel = pager(&[Route {
        updates: false,
        ..reminding()
    }]);
    arrive(&mut channel, &opened("a"), at(0));
    told(&mut channel, at(0));
    let mut taken = made("a", 2, Level::Siaga, Status::Updated);
    taken.acknowledged = Some(PersonAction {
        by: "rina".to_owned(),
        at: UtcTime::new(at(100)),
        until: Some(UtcTime::new(at(2_000))),
        note: String::new(),
    });
    arrive(&mut channel, &taken, at(100));
    assert_eq!(
        told(&mut channel, at(100)),
        ["a-2"],
        "the others hear of it"
    );
    assert_eq!(told(&mut channel, at(1_999)), [""; 0]);
    assert_eq!(told(&mut channel, at(2_000)), ["a-2 reminder 1"]);
}

#[test]
fn after_a_restart_reminders_go_on_and_none_is_made_up_for() {
    let mut channel = pager(&[reminding()]);
    channel.remember(&opened("a"), at(1_500));
    assert_eq!(told(&mut channel, at(1_500)), [""; 0]);
    assert_eq!(channel.next_due(), Some(at(1_800)));
    assert_eq!(told(&mut channel, at(1_800)), ["a-1 reminder 3"]);
}

#[test]
fn the_first_of_a_backlog_and_what_got_no_answer_may_be_repeats() {
    let mut channel = pager(&[]);
    for (offset, incident) in [(7, "a"), (8, "b")] {
        let arrival = Arrival {
            alert: &opened(incident),
            place: Place {
                partition: 0,
                offset,
            },
            is_backlog: true,
        };
        channel.apply(arrival, at(1));
    }
    assert_eq!(channel.first_unsettled(0), Some(7));
    assert_eq!(channel.first_unsettled(1), None);
    assert_eq!(line(channel.due(at(1)).unwrap()), "a-1 repeat?");
    assert_eq!(channel.first_unsettled(0), Some(7), "not before the answer");
    channel.answered(&Answer::Accepted, at(1));
    assert_eq!(channel.first_unsettled(0), Some(8));
    assert_eq!(line(channel.due(at(1)).unwrap()), "b-1");
    channel.answered(&later(None), at(1));
    assert_eq!(
        line(channel.due(at(60)).unwrap()),
        "b-1",
        "a 503 has not arrived"
    );
    channel.answered(&Answer::no_answer("timeout".to_owned()), at(60));
    assert_eq!(line(channel.due(at(120)).unwrap()), "b-1 repeat?");
}

/// An alert whose words were written by someone who means harm.
fn hostile() -> Alert {
    let text = "</b><a href=\"https://evil.example\">x</a> <!channel> <@U1> @desk *b* & {{ level }}\r\nBcc: all\u{202e}";
    Alert {
        title: Title::same(text),
        ..opened("a")
    }
}

fn written(form: &dyn Form, alert: Alert) -> Value {
    let message = Message {
        alert,
        reminder: 0,
        may_be_repeat: false,
    };
    serde_json::from_slice(&post(form.write(&message).unwrap()).body).unwrap()
}

pub(super) fn templates() -> Arc<Templates> {
    Arc::new(Templates::read("").unwrap())
}

#[test]
fn hostile_text_is_text_in_every_channel() {
    for (markup, escaped) in [
        (Markup::Slack, "&lt;!channel&gt; a&amp;b @x  Bcc"),
        (Markup::Telegram, "&lt;!channel&gt; a&amp;b @\u{2060}x  Bcc"),
        (Markup::Line, "<!channel> a&b @x  Bcc"),
    ] {
        assert_eq!(escape("<!channel> a&b\u{202e} @x\r\nBcc", markup), escaped);
    }
    let endpoint = Endpoint::parse("https://hook.example").unwrap();
    let slack = written(&Slack::new(endpoint.clone(), templates()), hostile());
    let text = slack["blocks"][0]["text"]["text"].as_str().unwrap();
    assert!(
        !text.contains("<!") && !text.contains("<@") && !text.contains("<a"),
        "{text}"
    );
    assert!(text.contains("{{ level }}"), "{text}");
    let key = crate::config::SecretText::default();
    let telegram = written(
        &Telegram::new(&endpoint, &key, "-1", templates()),
        hostile(),
    );
    let text = telegram["text"].as_str().unwrap();
    assert!(text.contains("&lt;/b&gt;&lt;a href=&quot;"), "{text}");
    assert!(!text.contains("@desk"), "{text}");
    let pagerduty = written(&Pagerduty::new(endpoint, key, "/k", templates()), hostile());
    let summary = pagerduty["payload"]["summary"].as_str().unwrap();
    assert!(!summary.contains(['\n', '\r', '\u{202e}']), "{summary:?}");
}

#[test]
fn messages_as_people_read_them() {
    let endpoint = Endpoint::parse("https://hook.example").unwrap();
    let key = crate::config::SecretText::default();
    let text = |form: &dyn Form, pointer: &str| {
        let body = written(form, crate::alert::tests::alert());
        body.pointer(pointer).unwrap().as_str().unwrap().to_owned()
    };
    let telegram = Telegram::new(&endpoint, &key, "-1", templates());
    insta::assert_snapshot!("telegram", text(&telegram, "/text"));
    let slack = Slack::new(endpoint.clone(), templates());
    insta::assert_snapshot!("slack", text(&slack, "/text"));
    let body = written(
        &Pagerduty::new(endpoint, key, "/k", templates()),
        opened("a"),
    );
    insta::assert_json_snapshot!("pagerduty", body);
}

#[test]
fn a_template_that_fails_costs_its_looks_and_not_the_message() {
    let with = |text: &str| {
        let texts = [("slack.j2".to_owned(), text.to_owned())];
        Templates::with(texts.into()).unwrap()
    };
    let message = Message {
        alert: opened("a"),
        reminder: 0,
        may_be_repeat: false,
    };
    for broken in [
        "{{ alert.nothing }}",
        "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
        "{{ 'x' * 4000 }}",
    ] {
        let text = with(broken).text("slack.j2", &message, 3_000);
        assert!(text.starts_with("SIAGA III\n"), "{broken}: {text}");
    }
    let refused = with("{{ alert.nothing }}")
        .check(&message)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("slack.j2:1"), "{refused}");
    let unknown = Templates::with([("sms.j2".to_owned(), String::new())].into());
    assert!(unknown.unwrap_err().to_string().contains("telegram.j2"));
}

#[test]
fn pagerduty_opens_takes_over_and_resolves_by_one_key() {
    let endpoint = Endpoint::parse("https://events.example").unwrap();
    let form = Pagerduty::new(
        endpoint,
        crate::config::SecretText::default(),
        "/k",
        templates(),
    );
    let mut taken = made("a", 2, Level::Siaga, Status::Updated);
    taken.acknowledged = Some(PersonAction {
        by: "rina".to_owned(),
        at: UtcTime::new(at(100)),
        until: None,
        note: String::new(),
    });
    let over = made("a", 3, Level::Siaga, Status::Resolved);
    let actions = [opened("a"), taken, over].map(|alert| {
        let body = written(&form, alert);
        assert_eq!(body["dedup_key"], "a");
        body["event_action"].as_str().unwrap().to_owned()
    });
    assert_eq!(actions, ["trigger", "acknowledge", "resolve"]);
}
