//! Transactions on a real broker: what readers see when a member dies, or is replaced, inside one.

use std::time::{Duration, Instant};

use kentongan::config::GroupProtocol;
use kentongan::log::{Ending, Log, Partition, Position};
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::cluster::{
    Cluster, DEADLINE, Seen, Stage, at_end, numbered, numbers, record, records, sorted, write,
};

/// Reads all, and copies it to `out` in a transaction that is still open.
fn copy(stage: &mut Stage, out: &str, count: usize) {
    stage.until_records(count);
    stage.log.begin().unwrap();
    for value in stage.values() {
        stage.log.append(record(out, 0, &value)).unwrap();
    }
}

/// What a reader of committed records finds in `out` once it ends at `next`.
fn committed(cluster: &Cluster, out: &str, next: u64) -> Vec<String> {
    let mut reader = cluster.stage(&[out]);
    reader.until("end", |seen| seen.contains(&at_end(out, 0, next)));
    let values = reader.values();
    reader.close();
    sorted(values)
}

#[test]
fn one_who_is_killed_inside_a_transaction_repeats_and_loses_nothing_real() {
    let Some((cluster, name)) = Cluster::exactly_once("killed-once", 4) else {
        return;
    };
    let out = format!("{name}.out");
    cluster.create(&out, 1);
    write(&mut cluster.writer(), numbered(&name, 4, 0..20));
    let mut killed = cluster.stage(&[&name]);
    copy(&mut killed, &out, 20);
    // No position can be committed for a stranger: the transaction is open.
    let stranger = Position {
        partition: Partition {
            name: name.as_str().into(),
            number: 9,
        },
        next: 1,
    };
    assert!(killed.log.commit(&[stranger]).unwrap_err().is_transient());
    assert!(killed.log.is_open());
    killed.close();

    let mut heir = cluster.stage(&[&name]);
    copy(&mut heir, &out, 20);
    heir.commit_begun().unwrap();
    assert!(!heir.log.is_open());
    heir.close();
    assert_eq!(committed(&cluster, &out, 21), numbers(0..20));
}

/// Longest wait for the transaction of one who died: its time limit, and the time between two looks of
/// the brokers (a second where tests run).
const LONGEST_WAIT: Duration = Duration::from_secs(12);

#[test]
fn one_who_dies_inside_a_transaction_delays_the_readers_by_10_s_real() {
    let Some((cluster, name)) = Cluster::exactly_once("delays", 1) else {
        return;
    };
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &cluster.settings.brokers)
        .set("transactional.id", format!("{name}-dying"))
        .set("transaction.timeout.ms", "10000");
    let dying: BaseProducer = config.create().unwrap();
    dying.init_transactions(DEADLINE).unwrap();
    dying.begin_transaction().unwrap();
    let began = Instant::now();
    let sent: BaseRecord<'_, str, str> = BaseRecord::to(&name).payload("of the dead");
    dying.send(sent).unwrap();
    dying.flush(DEADLINE).unwrap();
    drop(dying);
    write(&mut cluster.writer(), [record(&name, 0, "of another")]);
    let mut reader = cluster.stage(&[&name]);
    reader.until_records(1);
    let waited = began.elapsed();
    eprintln!("readers waited {waited:?} for one who died inside a transaction");
    assert_eq!(reader.values(), ["of another"]);
    reader.close();
    assert!(waited < LONGEST_WAIT, "{waited:?}");
}

#[test]
fn what_is_dropped_is_appended_again_and_seen_once_real() {
    let Some((cluster, name)) = Cluster::exactly_once("dropped", 1) else {
        return;
    };
    let out = format!("{name}.out");
    cluster.create(&out, 1);
    write(&mut cluster.writer(), numbered(&name, 1, 0..3));
    let mut stage = cluster.stage(&[&name]);
    copy(&mut stage, &out, 3);
    assert_eq!(stage.log.abort().unwrap(), Ending::Dropped);
    copy(&mut stage, &out, 3);
    stage.commit_begun().unwrap();
    stage.close();
    assert_eq!(committed(&cluster, &out, 4), numbers(0..3));
}

/// A producer that takes the name of the stage, and nothing else: no member of the group comes or goes, so
/// whatever the stage reads again, it has asked for.
fn take_name(cluster: &Cluster) {
    let (settings, mut config) = (&cluster.settings, ClientConfig::new());
    let id = format!("{}-stage-{}", settings.group, settings.member);
    config
        .set("bootstrap.servers", &settings.brokers)
        .set("transactional.id", id);
    let heir: BaseProducer = config.create().unwrap();
    heir.init_transactions(DEADLINE).unwrap();
}

#[test]
fn a_commit_is_refused_once_another_has_taken_the_name_real() {
    let Some((cluster, name)) = Cluster::exactly_once("taken", 1) else {
        return;
    };
    let out = format!("{name}.out");
    cluster.create(&out, 1);
    write(&mut cluster.writer(), numbered(&name, 1, 0..3));
    let mut zombie = cluster.stage(&[&name]);
    copy(&mut zombie, &out, 3);
    take_name(&cluster);

    let refused = zombie.commit_begun().unwrap_err();
    assert!(
        refused.is_transient(),
        "it can take the name back: {refused}"
    );
    assert_eq!(zombie.log.abort().unwrap(), Ending::Dropped);
    let begin = Position {
        partition: Partition {
            name: name.as_str().into(),
            number: 0,
        },
        next: 0,
    };
    zombie.log.seek(&begin).unwrap();
    zombie.seen.clear();
    copy(&mut zombie, &out, 3);
    zombie.commit_begun().unwrap();
    zombie.close();
    assert_eq!(committed(&cluster, &out, 4), numbers(0..3));
}

/// What a stage owns by all that it has seen.
fn owned(stage: &Stage) -> std::collections::BTreeSet<Partition> {
    let mut owned = std::collections::BTreeSet::new();
    for seen in &stage.seen {
        match seen {
            Seen::Assigned(partition, _) => drop(owned.insert(partition.clone())),
            Seen::Lost(partition) => drop(owned.remove(partition)),
            Seen::Record(..) | Seen::AtEnd(..) | Seen::Revoked(_) => {}
        }
    }
    owned
}

/// KIP-848: the brokers move single partitions, and what stays is read on.
#[test]
fn the_younger_protocol_moves_single_partitions_real() {
    let Some((mut cluster, name)) = Cluster::exactly_once("consumer-protocol", 4) else {
        return;
    };
    cluster.settings.group_protocol = GroupProtocol::Consumer;
    let out = format!("{name}.out");
    cluster.create(&out, 1);
    write(&mut cluster.writer(), numbered(&name, 4, 0..20));
    let stage = |cluster: &mut Cluster, member: &str| {
        cluster.settings.member = member.into();
        cluster.stage(&[&name])
    };
    let mut first = stage(&mut cluster, "one");
    copy(&mut first, &out, 20);
    first.commit_begun().unwrap();
    assert_eq!(owned(&first).len(), 4);
    let mut second = stage(&mut cluster, "two");
    let end = Instant::now() + DEADLINE;
    while owned(&first).len() != 2 || owned(&second).len() != 2 {
        assert!(Instant::now() < end, "{:?} {:?}", first.seen, second.seen);
        first.poll().unwrap();
        second.poll().unwrap();
    }
    // Two went, each told before it was lost; the other two were not touched.
    let count = |stage: &Stage, wanted: fn(&Seen) -> bool| {
        stage.seen.iter().filter(|seen| wanted(seen)).count()
    };
    assert_eq!(count(&first, |seen| matches!(seen, Seen::Assigned(..))), 4);
    assert_eq!(count(&first, |seen| matches!(seen, Seen::Revoked(_))), 2);
    assert_eq!(count(&first, |seen| matches!(seen, Seen::Lost(_))), 2);
    assert!(owned(&first).is_disjoint(&owned(&second)));
    assert!(records(&second.seen).next().is_none(), "all was committed");

    // Both read on, and both commit what they have in transactions.
    write(&mut cluster.writer(), numbered(&name, 4, 20..40));
    first.seen.retain(|seen| !matches!(seen, Seen::Record(..)));
    while records(&first.seen).count() + records(&second.seen).count() < 20 {
        assert!(Instant::now() < end, "{:?} {:?}", first.seen, second.seen);
        first.poll().unwrap();
        second.poll().unwrap();
    }
    for stage in [&mut first, &mut second] {
        let count = records(&stage.seen).count();
        copy(stage, &out, count);
        stage.commit_begun().unwrap();
    }
    // One leaves: the other takes up its partitions where they were committed.
    second.close();
    while owned(&first).len() != 4 {
        assert!(Instant::now() < end, "{:?}", first.seen);
        first.poll().unwrap();
    }
    first.seen.retain(|seen| !matches!(seen, Seen::Record(..)));
    write(&mut cluster.writer(), numbered(&name, 4, 40..48));
    copy(&mut first, &out, 8);
    first.commit_begun().unwrap();
    first.close();
    cluster.settings.group_protocol = GroupProtocol::Classic;
    // 48 records, and a marker after each of four transactions.
    assert_eq!(committed(&cluster, &out, 52), numbers(0..48));
}

#[test]
fn a_static_member_comes_back_to_its_partitions_and_the_others_notice_nothing_real() {
    let Some((mut cluster, name)) = Cluster::exactly_once("static", 4) else {
        return;
    };
    cluster.settings.static_membership = true;
    cluster.settings.session_timeout = DEADLINE;
    let stage = |cluster: &mut Cluster, member: &str| {
        cluster.settings.member = member.into();
        cluster.stage(&[&name])
    };
    let mut first = stage(&mut cluster, "one");
    let mut second = stage(&mut cluster, "two");
    let end = Instant::now() + DEADLINE;
    while owned(&first).len() != 2 || owned(&second).len() != 2 {
        assert!(Instant::now() < end, "{:?} {:?}", first.seen, second.seen);
        first.poll().unwrap();
        second.poll().unwrap();
    }
    let partitions = owned(&second);
    second.close();
    first.seen.clear();
    let mut back = stage(&mut cluster, "two");
    while owned(&back) != partitions {
        assert!(Instant::now() < end, "{:?} {:?}", first.seen, back.seen);
        first.poll().unwrap();
        back.poll().unwrap();
    }
    let reassigned = |seen: &Seen| matches!(seen, Seen::Assigned(..) | Seen::Lost(_));
    assert!(!first.seen.iter().any(reassigned), "{:?}", first.seen);
    back.close();
    first.close();
}
