//! What people do with an incident, and what is told of it then.

use super::pager::*;
use super::{arrive, at, made, opened};
use crate::alert::{Alert, PersonAction, UtcTime};
use crate::config::Route;
use crate::triage::{Level, Status};

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

/// A person on call is paged for level siaga and above, and hears of changes at a lower place.
#[test]
fn an_earthquake_of_forty_topics_is_one_page_and_at_most_three_updates() {
    use crate::alert::tests::rendering;
    use crate::config::EvidenceMode;
    use crate::triage::tests::earthquake::earthquake;
    use crate::triage::tests::{fold, triage};

    let revisions = fold(&mut triage(1_000), earthquake());
    let route = |updates| Route {
        updates,
        ..Route::default()
    };
    let (mut page, mut chat) = (pager(&[route(false)]), pager(&[route(true)]));
    let mut pages = Vec::new();
    let mut messages = Vec::new();
    for revision in &revisions {
        let alert = Alert::render(revision, &rendering(EvidenceMode::None));
        let now = alert.updated_at.0;
        arrive(&mut page, &alert, now);
        arrive(&mut chat, &alert, now);
        pages.extend(told(&mut page, now).into_iter().map(|_| revision.status));
        messages.extend(told(&mut chat, now));
    }
    let opened = pages.iter().filter(|status| **status == Status::Opened);
    assert_eq!(opened.count(), 1, "{pages:?}");
    assert!(
        messages.len() <= 4,
        "one and at most three more: {messages:?}"
    );
}
