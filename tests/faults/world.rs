//! A small cluster in memory, the members of three groups, and what can happen to them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kentongan::alert::Alert;
use kentongan::config::{Config, SourceFile, Sources};
use kentongan::log::memory::{Cluster, MemoryLog};
use kentongan::log::{Log, Outgoing, Partition};
use kentongan::post::EventTime;
use kentongan::service::stage::turn;
use kentongan::triage::Deed;

use crate::faulty::Fault;
use crate::member::Member;

pub(crate) const MEMBERS: usize = 3;
pub(crate) const COUNTS_PARTITIONS: u16 = 2;
pub(crate) const FEEDS: [(&str, u32); 2] = [("social", 2), ("news", 1)];
const CONFIG: &str = r#"
[kafka]
counts_partitions = 2
[[feeds]]
name = "social"
kind = "social"
[[feeds]]
name = "news"
kind = "news"
time = "posted"
[ingest]
flush_interval_ms = 500
lateness_ms = 20000
future_skew_ms = 5000
duplicate_window_posts = 8
[relevance]
enabled = false
[detect]
snapshot_interval_ms = 900
[triage]
snapshot_interval_ms = 900
"#;

/// The stages, each a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Ingest,
    Detect,
    Actions,
    Triage,
}

impl Group {
    pub(crate) const ALL: [Self; 4] = [Self::Ingest, Self::Detect, Self::Actions, Self::Triage];
}

/// What can happen.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    Post {
        count: u8,
        dice: u32,
    },
    /// A person does something with an incident, or tries to.
    Act {
        dice: u32,
    },
    Turn {
        member: usize,
        group: Group,
    },
    Fault {
        member: usize,
        group: Group,
        fault: Fault,
    },
    Crash {
        member: usize,
    },
    /// New owners for all partitions of a group. Polite: the old ones may commit before.
    Reassign {
        group: Group,
        dice: u32,
        polite: bool,
    },
}

pub(crate) struct World {
    pub(crate) config: Arc<Config>,
    pub(crate) cluster: Cluster,
    pub(crate) posts: u64,
    pub(crate) members: Vec<Member>,
    owners: BTreeMap<Partition, usize>,
    now: EventTime,
}

pub(crate) fn partition(name: &str, number: u32) -> Partition {
    Partition {
        name: name.into(),
        number,
    }
}

fn inputs(group: Group) -> Vec<Partition> {
    let of = |name: &'static str, count| (0..count).map(move |number| partition(name, number));
    match group {
        Group::Ingest => FEEDS
            .iter()
            .flat_map(|&(name, count)| of(name, count))
            .collect(),
        Group::Detect => of("counts", COUNTS_PARTITIONS.into()).collect(),
        Group::Actions => of("actions", 1).collect(),
        Group::Triage => of("signals", 1).collect(),
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let sources = Sources {
            file: Some(SourceFile {
                name: "faults.toml".to_owned(),
                text: CONFIG.to_owned(),
            }),
            ..Sources::default()
        };
        let config = Arc::new(Config::load(&sources).unwrap());
        let cluster = Cluster::new();
        for (name, partitions) in FEEDS {
            cluster.create(name, partitions);
            cluster.create(&format!("{name}.dlq"), 1);
        }
        cluster.create("counts", COUNTS_PARTITIONS.into());
        cluster.create("signals", 1);
        cluster.create("actions", 1);
        cluster.create("actions.dlq", 1);
        cluster.create("alerts", 1);
        cluster.create("snapshots", COUNTS_PARTITIONS.into());
        let now = EventTime::from_millis(1_772_600_000_000);
        let members = (0..MEMBERS).map(|member| Member::new(member, &config, &cluster, now));
        let mut world = Self {
            members: members.collect(),
            config,
            cluster,
            owners: BTreeMap::new(),
            now,
            posts: 0,
        };
        for group in Group::ALL {
            for partition in inputs(group) {
                world.give(group, partition, 0);
            }
        }
        world
    }

    pub(crate) fn act(&mut self, action: &Action) {
        self.now = self.now.plus_millis(170);
        match *action {
            Action::Post { count, dice } => self.post(count, dice),
            Action::Act { dice } => self.person(dice),
            Action::Turn { member, group } => self.turn(member, group),
            Action::Fault {
                member,
                group,
                fault,
            } => self.members[member].part(group).1.next = Some(fault),
            Action::Crash { member } => self.crash(member),
            Action::Reassign {
                group,
                dice,
                polite,
            } => self.reassign(group, dice, polite),
        }
    }

    /// The same posts at the same times, and one member that does everything at once.
    pub(crate) fn act_calmly(&mut self, action: &Action) {
        self.now = self.now.plus_millis(170);
        if let Action::Post { count, dice } = *action {
            self.post(count, dice);
        }
        for group in Group::ALL {
            self.turn(0, group);
        }
    }

    /// No more faults: all that was begun ends, and every pane closes.
    pub(crate) fn settle(&mut self) {
        for member in &mut self.members {
            for group in Group::ALL {
                member.part(group).1.next = None;
            }
        }
        for _ in 0..8 {
            self.now = self.now.plus_millis(10_000);
            for group in Group::ALL {
                for member in 0..MEMBERS {
                    (0..8).for_each(|_| self.turn(member, group));
                }
            }
        }
    }

    fn turn(&mut self, member: usize, group: Group) {
        let now = self.now;
        let (stage, log) = self.members[member].part(group);
        if let Err(error) = turn(stage, log, now, Duration::ZERO) {
            assert!(error.is_transient(), "{error}");
        }
    }

    fn give(&mut self, group: Group, partition: Partition, member: usize) {
        let (_, log) = self.members[member].part(group);
        log.inner.assign(partition.clone());
        self.owners.insert(partition, member);
    }

    fn crash(&mut self, member: usize) {
        self.members[member] = Member::new(member, &self.config, &self.cluster, self.now);
        for group in Group::ALL {
            for partition in inputs(group) {
                if self.owners[&partition] == member {
                    let heir = (member + 1) % MEMBERS;
                    self.give(group, partition, heir);
                }
            }
        }
    }

    fn reassign(&mut self, group: Group, dice: u32, polite: bool) {
        let partitions = inputs(group);
        for partition in &partitions {
            let (_, log) = self.members[self.owners[partition]].part(group);
            if polite {
                log.inner.revoke(partition.clone());
            } else {
                log.inner.lose(partition.clone());
            }
        }
        if polite {
            (0..MEMBERS).for_each(|member| self.turn(member, group));
        }
        for (turn, partition) in (0..).zip(partitions) {
            let member = (dice >> (2 * turn)) as usize % MEMBERS;
            self.give(group, partition, member);
        }
    }

    /// Of few ids, so that some come again; of incidents that there are, and of one that there is not.
    fn person(&mut self, dice: u32) {
        let told = self.cluster.read(&partition("alerts", 0));
        let told: Vec<Alert> = told
            .iter()
            .map(|(_, record)| serde_json::from_slice(record.value.as_ref().unwrap()).unwrap())
            .collect();
        let incident = match told.len() {
            0 => "none".to_owned(),
            count => told[(dice >> 8) as usize % count].incident.clone(),
        };
        let deed = Deed::ALL[dice as usize % Deed::ALL.len()];
        let ahead = i64::from(dice >> 16 & 0xff) * 100 - 2_000;
        let action = kentongan::triage::Action {
            id: format!("{}", dice % 41),
            incident,
            deed,
            who: "Ani".to_owned(),
            note: String::new(),
            until: (dice & 64 == 0).then(|| self.now.plus_millis(ahead)),
        };
        let mut writer = self.cluster.log("person");
        let record = Outgoing {
            name: "actions".into(),
            partition: Some(0),
            key: None,
            value: Some(action.encode().unwrap()),
            headers: Vec::new(),
            timestamp: Some(self.now),
        };
        writer.append(record).unwrap();
        writer.commit(&[]).unwrap();
    }

    /// Some posts of few names; some repeated, some late, some no posts at all.
    fn post(&mut self, count: u8, dice: u32) {
        let mut writer = self.cluster.log("writer");
        for turn in 0..u32::from(count) {
            let dice = dice.rotate_left(turn * 5);
            let id = u64::from(dice % 23);
            match dice % 13 {
                0 => self.write(&mut writer, dice, "no post".to_owned()),
                // A late post stands behind a newer one: alone it would be the first.
                1 => {
                    self.write(&mut writer, dice, line(id, dice, self.now));
                    let late = self.now.plus_millis(-30_000);
                    self.write(&mut writer, dice, line(1_000 + self.posts, dice, late));
                }
                _ => self.write(&mut writer, dice, line(id, dice, self.now)),
            }
        }
        writer.commit(&[]).unwrap();
    }

    fn write(&mut self, writer: &mut MemoryLog, dice: u32, line: String) {
        let (name, number) = [("social", 0), ("social", 1), ("news", 0)][dice as usize % 3];
        let record = Outgoing {
            name: name.into(),
            partition: Some(number),
            key: None,
            value: Some(line.into_bytes()),
            headers: Vec::new(),
            timestamp: Some(self.now),
        };
        writer.append(record).unwrap();
        self.posts += 1;
    }
}

fn line(id: u64, dice: u32, at: EventTime) -> String {
    let (author, tag) = (dice % 7, dice % 5);
    format!(
        "{{\"id\":\"{id}\",\"author\":\"a{author}\",\"created_at\":\"{at}\",\
         \"text\":\"kabar {id} #t{tag}\"}}"
    )
}
