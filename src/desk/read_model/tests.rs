//! Tests of `read_model`.

use super::*;
use crate::alert::tests::alert;
use crate::triage::Level;

fn made(incident: &str, revision: u32, status: Status, level: Level) -> Alert {
    Alert {
        incident: incident.to_owned(),
        revision,
        status,
        level,
        ..alert()
    }
}

fn ids(model: &ReadModel) -> Vec<String> {
    model.rows().into_iter().map(|row| row.incident).collect()
}

#[test]
fn an_older_revision_never_replaces_a_newer_one() {
    let model = ReadModel::new(10, 1_000);
    assert!(
        model
            .apply(made("a", 1, Status::Opened, Level::Siaga))
            .is_some()
    );
    assert!(
        model
            .apply(made("a", 2, Status::Escalated, Level::Awas))
            .is_some()
    );
    assert!(
        model
            .apply(made("a", 2, Status::Escalated, Level::Awas))
            .is_none()
    );
    assert!(
        model
            .apply(made("a", 1, Status::Opened, Level::Siaga))
            .is_none()
    );
    let detail = model.detail("a").unwrap();
    assert_eq!(detail.alert.level, Level::Awas);
    let revisions: Vec<u32> = detail.history.iter().map(|entry| entry.revision).collect();
    assert_eq!(revisions, [1, 2]);
    assert!(model.detail("b").is_none());
}

#[test]
fn open_incidents_of_the_highest_level_come_first() {
    let model = ReadModel::new(10, 1_000);
    model.apply(made("over", 2, Status::Resolved, Level::Awas));
    model.apply(made("low", 1, Status::Opened, Level::Waspada));
    model.apply(made("high", 1, Status::Opened, Level::Awas));
    model.apply(made("also high", 1, Status::Opened, Level::Awas));
    assert_eq!(ids(&model), ["also high", "high", "low", "over"]);
}

#[test]
fn over_the_limit_the_oldest_resolved_incident_leaves_first() {
    let model = ReadModel::new(2, 1_000);
    model.apply(made("open", 1, Status::Opened, Level::Waspada));
    model.apply(made("over", 2, Status::Resolved, Level::Awas));
    model.apply(made("new", 1, Status::Opened, Level::Siaga));
    assert_eq!(ids(&model), ["new", "open"]);
    assert_eq!(model.dropped(), 1);
}

#[test]
fn history_is_bounded() {
    let model = ReadModel::new(2, 1_000);
    for revision in 1..=150 {
        model.apply(made("a", revision, Status::Updated, Level::Siaga));
    }
    let history = model.detail("a").unwrap().history;
    assert_eq!(history.len(), HISTORY_LIMIT);
    assert_eq!(history.last().unwrap().revision, 150);
}

fn at(minute: i64) -> EventTime {
    EventTime::from_millis(minute * 60_000)
}

fn made_at(minute: i64, incident: &str, revision: u32, level: Level) -> Alert {
    Alert {
        updated_at: UtcTime::new(at(minute)),
        ..made(incident, revision, Status::Updated, level)
    }
}

#[test]
fn the_list_is_told_as_it_was() {
    let model = ReadModel::new(10, 1_000);
    model.apply(made_at(1, "a", 1, Level::Waspada));
    model.apply(made_at(3, "b", 1, Level::Siaga));
    model.apply(made_at(5, "a", 2, Level::Awas));
    let levels = |minute| -> Vec<(String, Level)> {
        let rows = model.rows_at(at(minute)).unwrap();
        rows.into_iter()
            .map(|row| (row.incident, row.level))
            .collect()
    };
    let (a, b) = ("a".to_owned(), "b".to_owned());
    assert_eq!(levels(0), []);
    assert_eq!(levels(2), [(a.clone(), Level::Waspada)]);
    assert_eq!(
        levels(4),
        [(b.clone(), Level::Siaga), (a.clone(), Level::Waspada)]
    );
    assert_eq!(levels(5), [(a, Level::Awas), (b, Level::Siaga)]);
    let then = model.detail_at("a", at(4)).unwrap();
    assert_eq!((then.alert.revision, then.history.len()), (1, 1));
    assert!(model.detail_at("b", at(2)).is_none());
    assert_eq!(model.kept_from(), None);
}

#[test]
fn what_is_no_longer_whole_is_refused_not_told_in_part() {
    let model = ReadModel::new(10, 2);
    model.apply(made_at(1, "a", 1, Level::Waspada));
    model.apply(made_at(3, "a", 2, Level::Siaga));
    assert!(model.rows_at(at(2)).is_some());
    model.apply(made_at(5, "a", 3, Level::Awas));
    assert_eq!(model.kept_from(), Some(UtcTime::new(at(3))));
    assert!(model.rows_at(at(2)).is_none());
    assert_eq!(model.rows_at(at(4)).unwrap().len(), 1);
    assert_eq!(
        model.detail("a").unwrap().history.len(),
        3,
        "the lines stay"
    );
    model.apply(made_at(9, "b", 1, Level::Awas));
    model.apply(made_at(9, "c", 1, Level::Awas));
    assert_eq!(model.rows().len(), 3, "the newest of each stays whole");
    assert_eq!(model.rows_at(at(9)).unwrap().len(), 3);
    model.apply(made_at(10, "a", 4, Level::Awas));
    assert!(
        model.rows_at(at(9)).is_none(),
        "a newest that had to leave is missed once it is old"
    );
    assert_eq!(model.rows_at(at(10)).unwrap().len(), 3);
}

#[test]
fn a_course_tells_what_changed_and_what_is_still_open() {
    let model = ReadModel::new(10, 1_000);
    model.apply(made_at(1, "a", 1, Level::Waspada));
    model.apply(made_at(8, "a", 2, Level::Awas));
    let mut over = made_at(2, "over", 1, Level::Awas);
    over.status = Status::Resolved;
    model.apply(over);
    let courses = model.courses(at(5));
    assert_eq!(courses.len(), 1);
    let course = courses.first().unwrap();
    assert_eq!(course.before.as_ref().unwrap().level, Level::Waspada);
    assert_eq!(course.since.len(), 1);
}
