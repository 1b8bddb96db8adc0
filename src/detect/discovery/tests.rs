//! What waits, what goes, what is taken along.

use super::*;
use crate::config::Config;
use crate::detect::settings::Constants;

fn settings(max_candidates: usize) -> Settings {
    let settings = Settings::new(&Config::built_in().unwrap(), 1, Constants::default());
    Settings {
        max_candidates,
        ..settings
    }
}

fn posts(posts: u32) -> Tally {
    Tally {
        posts,
        ..Tally::default()
    }
}

fn phrase(number: usize) -> TopicKey {
    TopicKey::new(format!("phrase:{number}"))
}

fn waiting(discovery: &Discovery) -> Vec<&str> {
    discovery.waiting.keys().map(TopicKey::as_str).collect()
}

#[test]
fn of_too_many_the_oldest_that_is_used_once_goes() {
    let settings = settings(3);
    let mut discovery = Discovery::default();
    let mut gone = Vec::new();
    for (pane, number) in (0..).zip([0, 1, 2, 0, 3, 4]) {
        let lost = discovery.hold(phrase(number), Pane(pane), posts(2), &settings);
        assert_eq!(lost, 0);
        gone.push(discovery.close(Pane(pane), &[], &settings).1);
    }
    assert_eq!(gone, [0, 0, 0, 0, 2, 2]);
    assert_eq!(waiting(&discovery), ["phrase:0", "phrase:3", "phrase:4"]);
    assert_eq!(discovery.queue.len(), discovery.len());
}

#[test]
fn of_too_many_in_an_open_pane_the_same_stay_in_any_order() {
    let settings = settings(3);
    let held = |numbers: &[usize]| {
        let mut discovery = Discovery::default();
        for &number in numbers {
            discovery.hold(phrase(number), Pane(7), posts(1), &settings);
        }
        discovery.close(Pane(7), &[], &settings).0
    };
    let numbers: Vec<usize> = (0..9).collect();
    let turned: Vec<usize> = numbers.iter().rev().copied().collect();
    assert_eq!(held(&numbers).len(), 3);
    assert_eq!(held(&numbers), held(&turned));
}

#[test]
fn the_last_hour_counts_and_open_panes_are_taken_along() {
    let settings = settings(3);
    let mut discovery = Discovery::default();
    for pane in [0, 350, 365, 366] {
        discovery.hold(phrase(0), Pane(pane), posts(1), &settings);
    }
    assert_eq!(discovery.first_open(), Some(Pane(0)));
    for pane in [0, 350, 365] {
        discovery.close(Pane(pane), &[], &settings);
    }
    assert_eq!(discovery.hour_of(&phrase(0), Pane(365)), 2);
    let taken = discovery.take(&phrase(0));
    let panes: Vec<i64> = taken.iter().map(|(pane, _)| pane.0).collect();
    assert_eq!(panes, [350, 365, 366], "the first is more than an hour old");
    assert_eq!(discovery.len(), 0);
}
