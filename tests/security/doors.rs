//! Every way in, what is said at a closed door, and secrets that change while the program runs.

use std::fs;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kentongan::config::{Config, SourceFile, Sources};
use kentongan::log::kafka::{KafkaLog, KafkaSettings, Subscription};
use kentongan::log::{Event, Log, Outgoing};

use crate::broker::{Broker, in_seconds};
use crate::process::kentongan;

const DEADLINE: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(20);
/// Short enough to end within the test, long enough to be renewed in time.
const TOKEN_SECONDS: u64 = 15;

fn token(user: &str, seconds: u64) -> String {
    let part = |json: String| URL_SAFE_NO_PAD.encode(json);
    let (now, end) = (in_seconds(0), in_seconds(seconds));
    let body = format!(r#"{{"sub":"{user}","iat":{now},"exp":{end}}}"#);
    format!("{}.{}.", part(r#"{"alg":"none"}"#.to_owned()), part(body))
}

/// A configuration with this section of security; its path.
fn config(broker: &Broker, name: &str, brokers: &str, security: &str) -> String {
    let text = format!(
        "[kafka]\nbrokers = \"{brokers}\"\ncounts_partitions = 1\ngroup = \"{name}\"\ndelivery = \"at_least_once\"\n\
         [kafka.security]\n{security}\n"
    );
    let file = format!("{name}.toml");
    fs::write(broker.path(&file), text).unwrap();
    broker.text(&file)
}

fn by_password(broker: &Broker, mechanism: &str, password_file: &str) -> String {
    format!(
        "protocol = \"sasl_ssl\"\nca_file = \"{}\"\nmechanism = \"{mechanism}\"\nuser = \"admin\"\n\
         password_file = \"{password_file}\"",
        broker.text("kafka/tls/ca.pem")
    )
}

fn by_token(broker: &Broker) -> String {
    format!(
        "protocol = \"sasl_ssl\"\nca_file = \"{}\"\nmechanism = \"OAUTHBEARER\"\ntoken_file = \"{}\"",
        broker.text("kafka/tls/ca.pem"),
        broker.text("token")
    )
}

fn by_certificate(broker: &Broker, certificate: &str) -> String {
    format!(
        "protocol = \"ssl\"\nca_file = \"{}\"\ncertificate_file = \"{certificate}\"\nkey_file = \"{}\"",
        broker.text("kafka/tls/ca.pem"),
        broker.text("kafka/tls/certified.key")
    )
}

/// What `kentongan topics --create` says, and whether it went well.
fn topics(config: &str) -> (bool, String) {
    let output = kentongan(&["--config", config, "topics", "--create"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}

#[test]
fn every_door_lets_in_who_has_the_key_and_a_changed_key_is_taken_up_real() {
    let Some(broker) = Broker::start(&["admin".to_owned()]) else {
        return;
    };
    let password = broker.text("password");
    fs::write(broker.path("token"), token("admin", 600)).unwrap();
    let sasl = broker.sasl();
    let certificate = broker.text("kafka/tls/certified.pem");
    let doors = [
        (
            "scram-512",
            &sasl,
            by_password(&broker, "SCRAM-SHA-512", &password),
        ),
        (
            "scram-256",
            &sasl,
            by_password(&broker, "SCRAM-SHA-256", &password),
        ),
        ("plain", &sasl, by_password(&broker, "PLAIN", &password)),
        ("token", &sasl, by_token(&broker)),
        (
            "certificate",
            &broker.tls(),
            by_certificate(&broker, &certificate),
        ),
    ];
    for (name, brokers, security) in &doors {
        let (went_well, said) = topics(&config(&broker, name, brokers, security));
        assert!(went_well, "{name}: {said}");
    }
    closed_doors(&broker);
    a_renewed_token_keeps_the_reader(&broker);
    a_new_certificate_joins_anew(&broker);
}

fn closed_doors(broker: &Broker) {
    fs::write(broker.path("wrong"), "guess").unwrap();
    let (sasl, tls) = (broker.sasl(), broker.tls());
    let wrong = by_password(broker, "SCRAM-SHA-512", &broker.text("wrong"));
    let stranger = by_password(broker, "PLAIN", &broker.text("password"))
        .replace("kafka/tls/ca.pem", "kafka/tls/certified.pem");
    let none = by_password(broker, "PLAIN", &broker.text("none"));
    let nameless = format!(
        "protocol = \"ssl\"\nca_file = \"{}\"",
        broker.text("kafka/tls/ca.pem")
    );
    let doors = [
        ("wrong", &sasl, wrong, "kafka does not accept this client"),
        (
            "stranger",
            &sasl,
            stranger,
            "kafka does not accept this client",
        ),
        (
            "nameless",
            &tls,
            nameless,
            "kafka does not accept this client",
        ),
        ("none", &sasl, none, "kafka.security.password_file"),
    ];
    std::thread::scope(|scope| {
        for (name, brokers, security, words) in &doors {
            scope.spawn(move || {
                let (went_well, said) = topics(&config(broker, name, brokers, security));
                assert!(!went_well, "{name} came in");
                assert!(said.contains(words), "{name}: {said}");
                assert!(!said.contains("guess"), "{name} shows the password: {said}");
            });
        }
    });
}

/// A log as the service has one, over the configuration in `file`.
fn log(file: &str, names: &[&str]) -> KafkaLog {
    let sources = Sources {
        file: Some(SourceFile::read(file.as_ref()).unwrap()),
        ..Sources::default()
    };
    let config = Config::load(&sources).unwrap();
    let subscription = Subscription {
        stage: "test".into(),
        names: names.iter().map(|&name| name.into()).collect(),
    };
    KafkaLog::connect(&KafkaSettings::new(&config.kafka), &subscription).unwrap()
}

fn write(log: &mut KafkaLog, value: &str) {
    log.begin().unwrap();
    log.append(Outgoing {
        name: "alerts".into(),
        partition: Some(0),
        key: None,
        value: Some(value.into()),
        headers: Vec::new(),
        timestamp: None,
    })
    .unwrap();
    log.commit(&[]).unwrap();
}

/// Polls until `seen` says so.
fn until(log: &mut KafkaLog, what: &str, mut seen: impl FnMut(&Event<'_>) -> bool) {
    let end = Instant::now() + DEADLINE;
    let mut done = false;
    while !done {
        assert!(Instant::now() < end, "no {what}");
        log.poll(STEP, &mut |event| done |= seen(&event)).unwrap();
    }
}

fn is_record(value: &str) -> impl FnMut(&Event<'_>) -> bool {
    let value = value.as_bytes().to_vec();
    move |event| matches!(event, Event::Record(record) if record.value == Some(&value))
}

fn a_renewed_token_keeps_the_reader(broker: &Broker) {
    fs::write(broker.path("token"), token("admin", TOKEN_SECONDS)).unwrap();
    let mut reader = log(
        &config(broker, "renewed", &broker.sasl(), &by_token(broker)),
        &["alerts"],
    );
    let mut writer = log(&config(broker, "open", &broker.open_door(), ""), &[]);
    write(&mut writer, "before");
    until(&mut reader, "first record", is_record("before"));
    // Longer than two lives of a token, each renewed in its middle.
    for _ in 0..4 {
        fs::write(broker.path("token"), token("admin", TOKEN_SECONDS)).unwrap();
        let end = Instant::now() + Duration::from_secs(TOKEN_SECONDS / 2);
        while Instant::now() < end {
            reader.poll(STEP, &mut |_| ()).unwrap();
        }
    }
    write(&mut writer, "after");
    until(
        &mut reader,
        "record after the first token's end",
        is_record("after"),
    );
    reader.close(DEADLINE).unwrap();
}

fn a_new_certificate_joins_anew(broker: &Broker) {
    let own = broker.text("own.pem");
    let certificate = fs::read_to_string(broker.path("kafka/tls/certified.pem")).unwrap();
    fs::write(&own, &certificate).unwrap();
    let file = config(
        broker,
        "certified",
        &broker.tls(),
        &by_certificate(broker, &own),
    );
    let mut reader = log(&file, &["alerts"]);
    until(&mut reader, "partition", |event| {
        matches!(event, Event::Assigned { .. })
    });
    until(&mut reader, "end", |event| {
        matches!(event, Event::AtEnd { .. })
    });
    fs::write(&own, format!("{certificate}\n")).unwrap();
    let (mut lost, mut assigned) = (false, false);
    until(
        &mut reader,
        "partition after the new certificate",
        |event| {
            lost |= matches!(event, Event::Lost { .. });
            assigned |= lost && matches!(event, Event::Assigned { .. });
            assigned
        },
    );
    reader.close(DEADLINE).unwrap();
}
