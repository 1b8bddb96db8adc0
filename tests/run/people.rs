//! People act on incidents of a real pipeline, and are told although notify is killed again and again.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kentongan::alert::Alert;
use kentongan::config::Config;
use kentongan::log::kafka::history::History;
use kentongan::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use kentongan::log::{Log, Outgoing, Partition};
use kentongan::post::EventTime;
use serde_json::Value;

use crate::alone;
use crate::place::Place;
use crate::process::{Program, done};
use crate::two::Reader;

const WAIT: Duration = Duration::from_mins(2);
const STOP: Duration = Duration::from_secs(30);

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
fn actions_are_taken_refused_and_refolded_over_a_restart_real() {
    let _alone = alone();
    let Some(place) = Place::on_real_kafka("people") else {
        return;
    };
    let config = place.path_text("config.toml");
    let kentongan = |words: &[&str]| {
        let mut line = vec!["--config", config.as_str()];
        line.extend(words);
        let output = done(&line);
        String::from_utf8(output.stdout).unwrap()
    };
    let documents = place.named("cap");
    let asked = format!("\n[alert]\ncap_topic = \"{documents}\"\n");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text + &asked).unwrap();
    kentongan(&["topics", "--create"]);
    kentongan(&[
        "simulate",
        "--to-kafka",
        "--at-once",
        "--start",
        "now-26h",
        "--rate",
        "0.2",
    ]);
    let start = |name| {
        let line = [
            "--config",
            &config,
            "run",
            "--roles",
            "ingest,detect,triage",
        ];
        Program::start(&line, place.folder.path(), name)
    };
    let mut program = start("first");
    let mut reader = Reader::new(&place);
    reader.until(|alerts| alerts.iter().any(is_open_at_the_end(alerts)));
    let alerts = reader.alerts.clone();
    let opened = alerts
        .iter()
        .find(|alert| is_open_at_the_end(&alerts)(alert));
    let incident = opened.unwrap()["incident"].as_str().unwrap().to_owned();
    let act = |words: &[&str]| {
        let mut line = vec!["act", incident.as_str()];
        line.extend(words);
        kentongan(&line)
    };
    let is = |reason: &'static str| {
        let incident = incident.clone();
        move |alert: &Value| alert["incident"] == *incident && alert["reason"] == reason
    };
    // Twice with one id: told once.
    for _ in 0..2 {
        act(&[
            "note",
            "--who",
            "Ani",
            "--id",
            "n1",
            "--note",
            "calling Mataram",
        ]);
    }
    act(&["acknowledge", "--who", "Ani", "--until", "2h"]);
    reader.until(|alerts| alerts.iter().any(is("acknowledged")));
    assert_eq!(
        reader
            .alerts
            .iter()
            .filter(|alert| is("noted")(alert))
            .count(),
        1
    );
    // A new owner folds the same signals and actions, and knows the incident.
    assert_eq!(program.terminate(STOP), Some(0), "{}", program.errors());
    let mut program = start("second");
    act(&["reopen", "--who", "Ani"]);
    act(&["false_alarm", "--who", "Budi", "--note", "a drill"]);
    reader.until(|alerts| alerts.iter().any(is("false_alarm")));
    let told = reader
        .alerts
        .iter()
        .find(|alert| is("false_alarm")(alert))
        .unwrap();
    assert_eq!(told["status"], "resolved");
    assert_eq!(told["false_alarm"]["by"], "Budi");
    assert_eq!(told["acknowledged"]["by"], "Ani");
    assert_eq!(program.terminate(STOP), Some(0), "{}", program.errors());
    assert_eq!(
        refusals(&place),
        ["open"],
        "to reopen what is open makes no sense"
    );
    each_alert_has_its_document(&place);
    let said = kentongan(&["refold"]);
    assert!(
        said.contains("5 actions, 5 among the signals: equal"),
        "{said}"
    );
    assert_eq!(said.matches("equal").count(), 3, "{said}");
}

/// Every alert has its CAP document, and no document is without one: the ids, in order.
fn each_alert_has_its_document(place: &Place) {
    let identifier = |document: &str| {
        let rest = document.split("<identifier>").nth(1).unwrap();
        rest.split("</identifier>").next().unwrap().to_owned()
    };
    let documents = values(place, "cap");
    let documents: Vec<String> = documents.iter().map(|text| identifier(text)).collect();
    let alerts = values(place, "alerts");
    let alerts: Vec<String> = alerts
        .iter()
        .filter_map(|text| Some(Alert::decode(text.as_bytes())?.id))
        .collect();
    assert!(!alerts.is_empty());
    assert_eq!(documents, alerts);
}

/// The values of a Kafka topic of one partition, as committed.
fn values(place: &Place, name: &str) -> Vec<String> {
    let history = History::connect(&settings(place), "test").unwrap();
    let partition = Partition {
        name: place.named(name).into(),
        number: 0,
    };
    let mut values = Vec::new();
    let mut visit = |record: kentongan::log::Record<'_>| {
        values.push(String::from_utf8(record.value.unwrap().to_vec()).unwrap());
    };
    history.read(&partition, 0, &mut visit).unwrap();
    values
}

/// Whether the newest revision of an alert's incident does not end it.
fn is_open_at_the_end(alerts: &[Value]) -> impl Fn(&Value) -> bool {
    let newest: BTreeMap<String, bool> = alerts
        .iter()
        .map(|alert| (alert["incident"].to_string(), alert["status"] != "resolved"))
        .collect();
    move |alert| newest[&alert["incident"].to_string()]
}

/// Reasons of the dead letters of actions.
fn refusals(place: &Place) -> Vec<String> {
    let history = History::connect(&settings(place), "test").unwrap();
    let mut reasons = Vec::new();
    let partition = Partition {
        name: place.named("actions.dlq").into(),
        number: 0,
    };
    let mut visit = |record: kentongan::log::Record<'_>| {
        let reason = record
            .headers
            .iter()
            .find(|(name, _)| name == "x-kentongan-reason");
        reasons.push(String::from_utf8(reason.unwrap().1.clone()).unwrap());
    };
    history.read(&partition, 0, &mut visit).unwrap();
    reasons
}

fn settings(place: &Place) -> KafkaSettings {
    let mut config = Config::built_in().unwrap().kafka;
    config.brokers.clone_from(&place.brokers);
    config.group = place.named("test");
    KafkaSettings::new(&config)
}

/// Incidents that are told, one page each.
const PAGES: usize = 6;

#[test]
fn a_kill_of_notify_at_any_point_loses_no_page_and_marks_each_repeat_real() {
    let _alone = alone();
    let Some(place) = Place::on_real_kafka("killed") else {
        return;
    };
    let config = place.path_text("config.toml");
    let (address, heard) = serve();
    std::fs::write(place.path("slack.url"), format!("http://{address}/hook")).unwrap();
    let channel = format!(
        "\n[[notify.channels]]\nname = \"duty\"\ntype = \"slack\"\nurl_file = \"{}\"\n",
        place.path_text("slack.url")
    );
    let text = std::fs::read_to_string(&config).unwrap();
    // A process that was killed has left its group after six seconds.
    let text = text.replace("[kafka]\n", "[kafka]\nsession_timeout_ms = 6000\n");
    std::fs::write(&config, text + &channel).unwrap();
    done(&["--config", &config, "topics", "--create"]);
    write_alerts(&place);

    let start = |life: usize| {
        let line = ["--config", &config, "run", "--roles", "notify"];
        Program::start(&line, place.folder.path(), &format!("life-{life}"))
    };
    let mut pages: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
    let (mut life, mut requests) = (0, 0);
    let mut program = start(life);
    while pages.len() < PAGES || requests < PAGES {
        let request = heard.recv_timeout(WAIT).unwrap();
        requests += 1;
        let is_marked = request.body.contains("you may have had this already");
        let number = (0..PAGES).find(|number| request.body.contains(&format!("page-{number}")));
        pages.entry(number.unwrap()).or_default().push(is_marked);
        // The request is in: by turns it dies before the answer, right after it, and not at all.
        let dies = [Death::BeforeAnswer, Death::AfterAnswer, Death::Lives][requests % 3];
        if dies == Death::BeforeAnswer {
            program.kill();
        }
        request.answer.send(()).unwrap();
        if dies == Death::AfterAnswer {
            program.kill();
        }
        if dies != Death::Lives {
            life += 1;
            program = start(life);
        }
    }
    // The last one may have begun this instant: it has nothing to end in order.
    program.kill();
    assert_eq!(pages.len(), PAGES, "no page is lost");
    assert!(life >= 3, "killed {life} times");
    let repeats: usize = pages.values().map(|told| told.len() - 1).sum();
    assert!(
        repeats <= life,
        "{repeats} repeats after {life} kills: {pages:?}"
    );
    for (number, told) in &pages {
        assert!(
            told.iter().skip(1).all(|is_marked| *is_marked),
            "page {number}: {told:?}"
        );
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Death {
    BeforeAnswer,
    AfterAnswer,
    Lives,
}

/// A request that waits for its answer.
struct Request {
    body: String,
    answer: Sender<()>,
}

/// A webhook; one connection at a time, an answer when the test says so.
fn serve() -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (say, heard) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream
                .set_read_timeout(Some(Duration::from_secs(5)))
                .unwrap();
            let mut text = Vec::new();
            let mut piece = [0; 4_096];
            while !is_whole(&text) {
                match stream.read(&mut piece) {
                    Ok(count) if count > 0 => text.extend_from_slice(&piece[..count]),
                    _ => break,
                }
            }
            if !is_whole(&text) {
                continue;
            }
            let (answer, answered) = channel();
            let body = String::from_utf8_lossy(&text).into_owned();
            if say.send(Request { body, answer }).is_err() {
                return;
            }
            answered.recv().unwrap_or_default();
            let line = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
            // Whoever asked may be dead.
            stream.write_all(line.as_bytes()).ok();
        }
    });
    (address, heard)
}

fn is_whole(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    length.is_some_and(|length: usize| body.len() >= length)
}

/// The example of the documentation, as so many incidents that open now.
fn write_alerts(place: &Place) {
    let subscription = Subscription {
        stage: "writer".into(),
        names: Vec::new(),
    };
    let mut log = KafkaLog::connect(&settings(place), &subscription).unwrap();
    let example = include_bytes!("../../docs/alert-v1.example.json");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = EventTime::from_millis(i64::try_from(now.as_millis()).unwrap());
    log.begin().unwrap();
    for number in 0..PAGES {
        let mut alert: Value = serde_json::from_slice(example).unwrap();
        alert["incident"] = format!("page-{number}").into();
        alert["id"] = format!("page-{number}-1").into();
        alert["revision"] = 1.into();
        alert["status"] = "opened".into();
        alert["url"] = format!("http://127.0.0.1/page-{number}").into();
        alert["updated_at"] = now.to_string().into();
        let value = serde_json::to_vec(&alert).unwrap();
        assert!(Alert::decode(&value).is_some());
        log.append(Outgoing {
            name: place.named("alerts").into(),
            partition: Some(0),
            key: None,
            value: Some(value),
            headers: Vec::new(),
            timestamp: None,
        })
        .unwrap();
    }
    log.commit(&[]).unwrap();
    log.close(STOP).unwrap();
}
