//! Laws that hold on every broker. `name` is a Kafka topic, empty, of as many partitions as the
//! law says: one for what a record carries, else four.

use std::collections::BTreeMap;
use std::time::Instant;

use kentongan::log::{Event, Log, Outgoing, Partition, Position};
use kentongan::post::EventTime;

use crate::cluster::{
    Cluster, DEADLINE, STEP, Seen, Stage, at_end, numbered, numbers, record, sorted, write,
};

pub(crate) fn resumes_after_the_commit(cluster: &Cluster, name: &str) {
    write(&mut cluster.writer(), numbered(name, 4, 0..40));
    let mut first = cluster.stage(&[name]);
    first.until_records(40);
    first.commit_read().unwrap();
    first.close();

    write(&mut cluster.writer(), numbered(name, 4, 40..60));
    let mut second = cluster.stage(&[name]);
    second.until_records(20);
    second.until("ends", |seen| {
        (0..4).all(|number| seen.contains(&at_end(name, number, 15)))
    });
    assert_eq!(sorted(second.values()), numbers(40..60));
    let starts = (0..4).map(|number| Partition {
        name: name.into(),
        number,
    });
    for partition in starts {
        assert!(second.seen.contains(&Seen::Assigned(partition, 10)));
    }
    assert!(second.log.lag().iter().all(|(_, behind)| *behind == 0));
    second.close();
}

pub(crate) fn repeats_but_loses_nothing_when_killed_before_the_commit(
    cluster: &Cluster,
    name: &str,
) {
    let out = format!("{name}.out");
    cluster.create(&out, 1);
    write(&mut cluster.writer(), numbered(name, 4, 0..20));
    let copy = |stage: &mut Stage| {
        stage.until_records(20);
        stage.log.begin().unwrap();
        for value in stage.values() {
            stage.log.append(record(&out, 0, &value)).unwrap();
        }
    };
    let mut killed = cluster.stage(&[name]);
    copy(&mut killed);
    // The outputs are in the log, the positions are not: the process dies here.
    killed.log.commit(&[]).unwrap();
    killed.close();
    let mut heir = cluster.stage(&[name]);
    copy(&mut heir);
    heir.commit_begun().unwrap();
    heir.close();

    let mut reader = cluster.stage(&[&out]);
    reader.until("end", |seen| seen.contains(&at_end(&out, 0, 40)));
    let mut once = sorted(reader.values());
    assert_eq!(once.len(), 40, "each output twice");
    once.dedup();
    assert_eq!(once, numbers(0..20), "none lost");
    reader.close();
}

/// When the member that has to share commits what it has read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommitAt {
    /// Before the second member comes: the embedded broker takes no commit while a group forms.
    Once,
    /// In its last moment as the owner.
    Revocation,
}

/// A second member joins, then the first leaves: the partitions are revoked before they go, and
/// what was committed by then holds.
pub(crate) fn hands_partitions_over(cluster: &Cluster, name: &str, commit_at: CommitAt) {
    write(&mut cluster.writer(), numbered(name, 4, 0..40));
    let mut first = cluster.stage(&[name]);
    first.until_records(40);
    if commit_at == CommitAt::Once {
        first.commit_read().unwrap();
    }
    let mut second = cluster.stage(&[name]);
    until_both(&mut first, &mut second, |first, _| is_revoked(first));
    assert!(
        matches!(first.seen.last(), Some(Seen::Revoked(_))),
        "a record after the revocation"
    );
    let committed = first.commit_read();
    match commit_at {
        CommitAt::Once => assert!(committed.unwrap_err().is_transient()),
        CommitAt::Revocation => committed.unwrap(),
    }

    until_both(&mut first, &mut second, |first, second| {
        owned_from(first, 10) == 2 && owned_from(second, 10) == 2
    });
    assert!(
        second.values().is_empty(),
        "what was committed is read again"
    );
    let of_the_other = Position {
        partition: Partition {
            name: name.into(),
            number: 3,
        },
        next: 5,
    };
    assert!(
        first
            .log
            .commit(&[of_the_other])
            .unwrap_err()
            .is_transient()
    );

    write(&mut cluster.writer(), numbered(name, 4, 40..60));
    first.until_records(50);
    second.until_records(10);
    first.close();
    // The first member left without a commit: its ten records come again.
    second.until_records(10 + 20);
    assert_eq!(owned_from(&second, 10), 4);
    second.close();
}

/// Polls both members in turn until `done`.
fn until_both(first: &mut Stage, second: &mut Stage, done: impl Fn(&Stage, &Stage) -> bool) {
    let end = Instant::now() + DEADLINE;
    while !done(first, second) {
        assert!(Instant::now() < end, "{:?} {:?}", first.seen, second.seen);
        first.poll().unwrap();
        second.poll().unwrap();
    }
}

fn is_revoked(stage: &Stage) -> bool {
    stage
        .seen
        .iter()
        .any(|seen| matches!(seen, Seen::Revoked(_)))
}

/// How many partitions the stage owns now that it was given from `start` on. A broker may share out
/// once more than needed, so what is owned counts, not how often it was given.
fn owned_from(stage: &Stage, start: u64) -> usize {
    let mut owned = BTreeMap::new();
    for seen in &stage.seen {
        match seen {
            Seen::Assigned(partition, next) => drop(owned.insert(partition, *next)),
            Seen::Revoked(partition) | Seen::Lost(partition) => drop(owned.remove(partition)),
            Seen::Record(..) | Seen::AtEnd(..) => {}
        }
    }
    owned.values().filter(|&&next| next == start).count()
}

pub(crate) fn carries_keys_headers_times_and_tombstones(cluster: &Cluster, name: &str) {
    let time = EventTime::from_millis(1_772_600_767_120);
    let headers = vec![
        ("ce_id".to_owned(), b"a-1".to_vec()),
        ("ce_id".to_owned(), Vec::new()),
    ];
    let full = Outgoing {
        key: Some(b"key".to_vec()),
        headers: headers.clone(),
        timestamp: Some(time),
        ..record(name, 0, "")
    };
    let tombstone = Outgoing {
        value: None,
        ..full.clone()
    };
    write(
        &mut cluster.writer(),
        [full, tombstone, record(name, 0, "plain")],
    );

    let mut log = cluster.stage(&[name]).log;
    let mut read = Vec::new();
    let end = Instant::now() + DEADLINE;
    while read.len() < 3 {
        assert!(Instant::now() < end, "only {read:?}");
        log.poll(STEP, &mut |event| {
            if let Event::Record(record) = event {
                read.push((
                    record.key.map(<[u8]>::to_vec),
                    record.value.map(<[u8]>::to_vec),
                    record.headers.to_vec(),
                    record.arrived_at,
                ));
            }
        })
        .unwrap();
    }
    let key = Some(b"key".to_vec());
    assert_eq!(
        read[0],
        (key.clone(), Some(Vec::new()), headers.clone(), time)
    );
    assert_eq!(read[1], (key, None, headers, time));
    assert_eq!(read[2].0, None);
    assert_eq!(read[2].1.as_deref(), Some(&b"plain"[..]));
    assert!(read[2].2.is_empty());
    assert!(
        read[2].3 > time,
        "without a time of its own: when it was written"
    );
    log.close(DEADLINE).unwrap();
}
