//! Ways and their steps.

use super::*;

fn way(times: [i64; 4]) -> Way {
    let [posted_at, flushed_at, noticed_at, told_at] = times.map(EventTime::from_millis);
    Way {
        ids: TraceIds { trace: 7, span: 9 },
        incident: "inc".into(),
        posted_at,
        flushed_at,
        noticed_at,
        told_at,
    }
}

#[test]
fn the_parts_fill_the_whole() {
    let steps = way([100, 600, 650, 700]).steps();
    let spans: Vec<_> = steps
        .iter()
        .map(|step| (step.name, step.begin.to_string(), step.end.to_string()))
        .collect();
    let at = |millis| EventTime::from_millis(millis).to_string();
    let expected = [
        ("alert", at(100), at(700)),
        ("ingest", at(100), at(600)),
        ("detect", at(600), at(650)),
        ("triage", at(650), at(700)),
    ];
    assert_eq!(spans, expected);
    assert!(steps.iter().skip(1).all(|step| step.parent == Some(9)));
    let mut ids: Vec<u64> = steps.iter().map(|step| step.span).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[test]
fn a_clock_that_runs_behind_makes_no_part_that_ends_before_it_begins() {
    let steps = way([500, 400, 450, 900]).steps();
    assert!(steps.iter().all(|step| step.begin <= step.end), "{steps:?}");
}

#[cfg(not(feature = "opentelemetry"))]
#[test]
fn a_program_without_traces_says_how_to_get_them() {
    let endpoint = "http://127.0.0.1:4318/v1/traces".to_owned();
    let refused = Traces::open(&config::Traces { endpoint }).unwrap_err();
    assert!(
        refused.to_string().contains("--features opentelemetry"),
        "{refused}"
    );
}
