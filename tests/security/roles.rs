//! The documented rights are enough, and not one is too many.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use kentongan::log::kafka::catalogue::Catalogue;
use kentongan::log::kafka::topics::{Fixed, Needed};
use kentongan::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use kentongan::log::{Log, Outgoing};
use serde_json::Value;

use crate::broker::Broker;
use crate::process::{Program, done, until};
use crate::rights::{Line, Right, list};
use crate::wire::give;
use crate::world::{TOWN, TRIAL, WAIT, config, lack, load, page, post, records, start, webhook};

const ROLES: [&str; 5] = ["ingest", "detect", "triage", "notify", "desk"];
const STOP: Duration = Duration::from_secs(40);
/// Trials that run beside one another.
const BESIDE: usize = 3;

/// A user of `role` that has every right but the one of `without`.
struct Trial {
    role: String,
    user: String,
    without: Line,
}

fn trials() -> Vec<Trial> {
    let lines = list().into_iter().flat_map(|(role, lines)| {
        let numbered = lines.into_iter().enumerate();
        numbered.map(move |(number, without)| Trial {
            user: format!("{role}-without-{number}"),
            role: role.clone(),
            without,
        })
    });
    lines.collect()
}

#[test]
fn the_rights_of_each_role_are_enough_and_none_is_too_many_real() {
    let trials = trials();
    let mut users = vec!["admin".to_owned()];
    users.extend(ROLES.map(str::to_owned));
    users.extend(trials.iter().map(|trial| trial.user.clone()));
    let Some(broker) = Broker::start(&users) else {
        return;
    };
    let (hook, taken) = webhook(&broker);
    let open = config(&broker, "", "", TOWN, &hook);
    make_topics(&open);
    give(&broker.open_door(), &rights(&broker, &trials, &hook));

    let town = Town {
        broker: &broker,
        open: &open,
        hook: &hook,
    };
    let (incident, mut ingest) = town.whole_pipeline(|| taken.load(Ordering::Relaxed) > 0);
    let waiting = Mutex::new(trials);
    let found: Mutex<BTreeMap<String, String>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..BESIDE {
            scope.spawn(|| {
                loop {
                    let Some(trial) = waiting.lock().unwrap().pop() else {
                        return;
                    };
                    if let Err(problem) = town.lacks(&trial, &incident) {
                        found.lock().unwrap().insert(trial.user.clone(), problem);
                    }
                }
            });
        }
    });
    assert_eq!(ingest.terminate(STOP), Some(0), "{}", ingest.errors());
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{found:#?}");
}

/// Kafka topics of one partition each.
fn make_topics(open: &str) {
    let settings = KafkaSettings::new(&load(open).kafka);
    let catalogue = Catalogue::connect(&settings, 1).unwrap();
    let make = |name: String, policy: &str| {
        let needed = Needed {
            name,
            purpose: "a test",
            partitions: 1,
            fixed: Fixed::Yes,
            settings: BTreeMap::from([
                ("cleanup.policy", policy.to_owned()),
                ("max.message.bytes", "2162688".to_owned()),
            ]),
        };
        catalogue.create(&needed).unwrap();
    };
    for set in [TOWN, TRIAL] {
        for name in ["counts", "signals", "alerts", "pulse"] {
            make(format!("{set}.{name}"), "delete");
        }
        make(format!("{set}.snapshots"), "compact");
    }
    for name in [
        "social",
        "social.dlq",
        "news",
        "news.dlq",
        "actions",
        "actions.dlq",
    ] {
        make(format!("{TOWN}.{name}"), "delete");
    }
}

/// The rights of everybody.
fn rights(broker: &Broker, trials: &[Trial], hook: &str) -> Vec<(String, Right)> {
    let list = list();
    let mut all = Vec::new();
    for role in ROLES {
        let config = load(&config(broker, role, role, TOWN, hook));
        for line in &list[role] {
            all.extend(
                line.rights(&config)
                    .into_iter()
                    .map(|right| (role.to_owned(), right)),
            );
        }
    }
    for trial in trials {
        let config = load(&config(broker, &trial.role, &trial.user, TRIAL, hook));
        for line in &list[&trial.role] {
            if line.shown() != trial.without.shown() {
                let rights = line.rights(&config).into_iter();
                all.extend(rights.map(|right| (trial.user.clone(), right)));
            }
        }
    }
    all
}

struct Town<'t> {
    broker: &'t Broker,
    open: &'t str,
    hook: &'t str,
}

impl Town<'_> {
    /// Every role as its own user: an alert, told outside; each right was needed. An open incident, and ingest.
    fn whole_pipeline(&self, was_told: impl Fn() -> bool) -> (String, Program) {
        self.write_inputs();
        let mut programs: Vec<Program> = ROLES
            .iter()
            .map(|role| {
                let config = config(self.broker, role, role, TOWN, self.hook);
                start(self.broker, &config, role, role)
            })
            .collect();
        let incident = until(WAIT, || self.open_incident());
        let all_well = |programs: &[Program]| {
            let lacks = programs.iter().filter_map(lack).collect::<Vec<_>>();
            assert!(lacks.is_empty(), "{lacks:#?}");
        };
        all_well(&programs);
        let incident = incident.unwrap();
        assert!(
            until(WAIT, || was_told().then_some(())).is_some(),
            "nobody was told"
        );
        let desk = page(&programs[4]);
        assert_eq!(note(&desk, &incident).0, 202);
        assert_eq!(trial(&desk).0, 200);
        for name in ["social.dlq", "actions.dlq", "snapshots", "pulse"] {
            let name = format!("{TOWN}.{name}");
            let has = || (!records(self.open, &name).is_empty()).then_some(());
            assert!(until(WAIT, has).is_some(), "nothing in {name}");
        }
        all_well(&programs);
        // Ingest goes on: its heartbeats keep detect committing in the trials.
        let ingest = programs.remove(0);
        for program in &mut programs {
            assert_eq!(program.terminate(STOP), Some(0), "{}", program.errors());
        }
        all_well(&programs);
        (incident, ingest)
    }

    /// Posts with events in them, one that is none, and an action that is none.
    fn write_inputs(&self) {
        done(&[
            "--config",
            self.open,
            "simulate",
            "--to-kafka",
            "--at-once",
            "--start",
            "now-26h",
            "--rate",
            "0.2",
        ]);
        let settings = KafkaSettings::new(&load(self.open).kafka);
        let subscription = Subscription {
            stage: "strangers".into(),
            names: Vec::new(),
        };
        let mut log = KafkaLog::connect(&settings, &subscription).unwrap();
        log.begin().unwrap();
        for name in ["social", "news", "actions"] {
            log.append(Outgoing {
                name: format!("{TOWN}.{name}").into(),
                partition: Some(0),
                key: None,
                value: Some(b"not json".to_vec()),
                headers: Vec::new(),
                timestamp: None,
            })
            .unwrap();
        }
        log.commit(&[]).unwrap();
    }

    fn open_incident(&self) -> Option<String> {
        let mut newest = BTreeMap::new();
        for value in records(self.open, &format!("{TOWN}.alerts")) {
            let Ok(alert) = serde_json::from_slice::<Value>(&value) else {
                continue;
            };
            if let (Some(incident), Some(status)) =
                (alert["incident"].as_str(), alert["status"].as_str())
            {
                newest.insert(incident.to_owned(), status != "resolved");
            }
        }
        newest
            .into_iter()
            .find_map(|(incident, is_open)| is_open.then_some(incident))
    }

    /// Runs the role with one right less; an error when it does not miss it, or does not say so.
    fn lacks(&self, trial_of: &Trial, incident: &str) -> Result<(), String> {
        let Trial {
            role,
            user,
            without,
        } = trial_of;
        let config = config(self.broker, role, user, TRIAL, self.hook);
        let mut program = start(self.broker, &config, role, user);
        let mut asked = false;
        let said = until(WAIT, || {
            if role == "desk" && !asked && program.errors().contains("\"running\"") {
                asked = true;
                let desk = page(&program);
                let answers = [until_known(&desk, incident), Some(trial(&desk))];
                let refusals = answers.into_iter().flatten();
                let refused = refusals
                    .filter(|(status, _)| *status == 503)
                    .map(|(_, body)| body);
                let refused: String = refused.collect();
                if refused.contains("uthorization failed") || refused.contains("may not see it") {
                    return Some(refused);
                }
            }
            lack(&program).or_else(|| program.has_ended().then(|| program.errors()))
        });
        program.kill_if_alive();
        let shown = without.shown();
        match said {
            None => Err(format!(
                "{role} does not miss {shown}: {}",
                program.errors()
            )),
            Some(said)
                if said.contains("docs/security.md") || said.contains("has no right to it") =>
            {
                Ok(())
            }
            Some(said) => Err(format!("without {shown} {role} says only: {said}")),
        }
    }
}

/// The answer to an action, once the page knows the incident; `None` when it never does.
fn until_known(desk: &str, incident: &str) -> Option<(u16, String)> {
    until(Duration::from_secs(15), || {
        Some(note(desk, incident)).filter(|(status, _)| *status != 404)
    })
}

fn note(desk: &str, incident: &str) -> (u16, String) {
    let path = format!("/api/v1/incidents/{incident}/actions");
    let answer = post(
        desk,
        &path,
        r#"{"id":"n1","do":"note","note":"seen","who":"Ani"}"#,
    );
    answer.unwrap_or((0, String::new()))
}

fn trial(desk: &str) -> (u16, String) {
    let answer = post(
        desk,
        "/api/v1/watch/trial",
        r#"{"id":"quake","any":["gempa"]}"#,
    );
    answer.unwrap_or((0, String::new()))
}
