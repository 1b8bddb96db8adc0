//! The list as it was, and what a shift hands over.

use kentongan::alert::{PersonAction, UtcTime};
use kentongan::triage::Level;

use super::*;

/// An incident that opens at minute 1, rises at minute 5 and is taken over at minute 7.
fn house() -> House {
    let house = House::new(Limits::default());
    let at =
        |minute: i64| UtcTime::new(EventTime::from_millis(1_772_568_000_000 + minute * 60_000));
    let mut alert = example(1);
    (alert.level, alert.updated_at) = (Level::Waspada, at(1));
    house.desk.apply(alert.clone());
    (alert.revision, alert.level, alert.updated_at) = (2, Level::Awas, at(5));
    house.desk.apply(alert.clone());
    (alert.revision, alert.updated_at) = (3, at(7));
    alert.acknowledged = Some(PersonAction {
        by: "rina".to_owned(),
        at: at(7),
        until: None,
        note: String::new(),
    });
    house.desk.apply(alert);
    house
}

async fn json(house: &House, path: &str) -> Value {
    let answer = house.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

#[tokio::test]
async fn the_list_and_an_incident_are_told_as_they_were() {
    let house = house();
    for (at, levels) in [
        ("2026-03-03T20:00:30Z", vec![]),
        ("2026-03-03T20:04:00Z", vec!["waspada"]),
        ("2026-03-03T20:05:00Z", vec!["awas"]),
        ("2026-03-03T22:06:00%2B02:00", vec!["awas"]),
    ] {
        let list = json(&house, &format!("/api/v1/incidents?at={at}")).await;
        let rows = list["incidents"].as_array().unwrap();
        let found: Vec<&str> = rows
            .iter()
            .map(|row| row["level"].as_str().unwrap())
            .collect();
        assert_eq!(found, levels, "{at}");
        assert_eq!(list["kept_from"], Value::Null);
    }
    let path = "/api/v1/incidents/gempa-id-nb-20260303t201126?at=2026-03-03T20:04:00Z";
    let then = json(&house, path).await;
    assert_eq!(then["alert"]["revision"], 1);
    assert_eq!(then["history"].as_array().unwrap().len(), 1);
    let early = "/api/v1/incidents/gempa-id-nb-20260303t201126?at=2026-03-03T20:00:00Z";
    assert_eq!(house.get(early).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_longer_kept_is_said_and_so_is_a_time_that_is_none() {
    let limits = Limits {
        revisions: 1,
        ..Limits::default()
    };
    let house = House::new(limits);
    house.desk.apply(example(1));
    house.desk.apply(example(2));
    let asked = "/api/v1/incidents?at=2026-03-03T20:00:00Z";
    assert_eq!(house.get(asked).await.status, StatusCode::GONE);
    let list = json(&house, "/api/v1/incidents").await;
    assert_eq!(list["kept_from"], "2026-03-03T20:12:07.000Z");
    for wrong in ["?at=yesterday", "?at=2026-03-03", "?at="] {
        let answer = house.get(&format!("/api/v1/incidents{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(
        house.get("/api/v1/handover").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_shift_hands_over_what_is_open_who_took_it_and_what_changed() {
    let house = house();
    let shift = json(&house, "/api/v1/handover?since=2026-03-03T20:04:00Z").await;
    assert_eq!(shift["is_complete"], true);
    let one = &shift["incidents"][0];
    assert_eq!(one["before"]["level"], "waspada");
    assert_eq!(one["now"]["acknowledged"]["by"], "rina");
    let owners: Vec<&Value> = one["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["owner"])
        .collect();
    assert_eq!(owners, [&Value::Null, &Value::from("rina")]);
    let shift = json(&house, "/api/v1/handover?since=2026-03-03T20:00:00Z").await;
    assert_eq!(
        shift["incidents"][0]["before"],
        Value::Null,
        "it began during the shift"
    );
    let shift = json(&house, "/api/v1/handover?since=2026-03-03T21:00:00Z").await;
    assert_eq!(
        shift["incidents"][0]["changes"],
        Value::Array(vec![]),
        "open all the same"
    );
}
