//! Tests of `memory`.

use super::*;

fn counts() -> Partition {
    Partition {
        name: "counts".into(),
        number: 0,
    }
}

fn written(value: &str) -> Outgoing {
    Outgoing {
        name: "counts".into(),
        partition: Some(0),
        key: None,
        value: Some(value.as_bytes().to_vec()),
        headers: Vec::new(),
        timestamp: None,
    }
}

fn poll(log: &mut MemoryLog) -> Vec<String> {
    let mut seen = Vec::new();
    log.poll(Duration::ZERO, &mut |event| {
        seen.push(match event {
            Event::Assigned { next, .. } => format!("assigned {next}"),
            Event::Record(record) => {
                String::from_utf8_lossy(record.value.unwrap_or_default()).into_owned()
            }
            Event::AtEnd { next, .. } => format!("end {next}"),
            Event::Revoked { .. } => "revoked".to_owned(),
            Event::Lost { .. } => "lost".to_owned(),
        });
    })
    .unwrap();
    seen
}

#[test]
fn an_aborted_record_is_never_seen_and_a_new_member_goes_on_at_the_commit() {
    let cluster = Cluster::new();
    cluster.create("counts", 1);
    let mut writer = cluster.log("writer");
    for (value, keep) in [("a", true), ("b", false), ("c", true)] {
        writer.begin().unwrap();
        writer.append(written(value)).unwrap();
        if keep {
            writer.commit(&[])
        } else {
            writer.abort().map(drop)
        }
        .unwrap();
    }
    let mut reader = cluster.log("reader");
    reader.assign(counts());
    assert_eq!(poll(&mut reader), ["assigned 0"]);
    assert_eq!(poll(&mut reader), ["a", "c", "end 2"]);
    reader
        .commit(&[Position {
            partition: counts(),
            next: 1,
        }])
        .unwrap();
    reader.revoke(counts());
    assert_eq!(poll(&mut reader), ["revoked"]);
    let mut other = cluster.log("reader");
    other.assign(counts());
    assert_eq!(poll(&mut other), ["assigned 1"]);
    assert_eq!(poll(&mut other), ["c", "end 2"]);
}

#[test]
fn a_forgetful_cluster_keeps_only_what_nobody_committed() {
    let cluster = Cluster::forgetful();
    let mut log = cluster.log("stage");
    log.append(written("a")).unwrap();
    log.append(written("b")).unwrap();
    log.commit(&[]).unwrap();
    log.commit(&[Position {
        partition: counts(),
        next: 1,
    }])
    .unwrap();
    assert_eq!(cluster.read(&counts()).len(), 1);
}
