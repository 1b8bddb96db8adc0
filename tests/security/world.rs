//! Kafka topics, configurations and processes of one broker.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use kentongan::config::{Config, SourceFile, Sources};
use kentongan::log::Partition;
use kentongan::log::kafka::KafkaSettings;
use kentongan::log::kafka::history::History;
use serde_json::Value;

use crate::broker::Broker;
use crate::process::{Program, until};

pub(crate) const WAIT: Duration = Duration::from_secs(90);

/// Two sets of names: what a role reads is of the first; in the trials what it writes is of the second.
pub(crate) const TOWN: &str = "town";
pub(crate) const TRIAL: &str = "trial";

/// The configuration of `user`, whose groups begin with `group`; its path. `outputs` is the set of names of
/// what `role` writes.
pub(crate) fn config(
    broker: &Broker,
    role: &str,
    user: &str,
    outputs: &str,
    webhook: &str,
) -> String {
    let set = |writer: &str| if role == writer { outputs } else { TOWN };
    let (counts, signals, alerts) = (set("ingest"), set("detect"), set("triage"));
    let text = format!(
        r#"
[kafka]
brokers = "{brokers}"
group = "{user}"
counts = "{counts}.counts"
signals = "{signals}.signals"
actions = "{TOWN}.actions"
alerts = "{alerts}.alerts"
snapshots = "{signals}.snapshots"
pulse = "{signals}.pulse"
counts_partitions = 1
[kafka.security]
{security}
[[feeds]]
name = "{TOWN}.social"
kind = "social"
[[feeds]]
name = "{TOWN}.news"
kind = "news"
[relevance]
enabled = false
[detect]
snapshot_interval_ms = 1000
[triage]
snapshot_interval_ms = 1000
[privacy]
account_key_file = "{key}"
[http]
listen = "127.0.0.1:0"
[notify.webhook]
url_file = "{webhook}"
"#,
        brokers = if user.is_empty() {
            broker.open_door()
        } else {
            broker.sasl()
        },
        user = if user.is_empty() { "super" } else { user },
        security = if user.is_empty() {
            String::new()
        } else {
            security(broker, user)
        },
        key = broker.text("key"),
    );
    let file = format!("config-{user}-{outputs}.toml");
    fs::write(broker.path(&file), text).unwrap();
    broker.text(&file)
}

fn security(broker: &Broker, user: &str) -> String {
    format!(
        "protocol = \"sasl_ssl\"\nca_file = \"{}\"\nmechanism = \"SCRAM-SHA-512\"\nuser = \"{user}\"\n\
         password_file = \"{}\"",
        broker.text("kafka/tls/ca.pem"),
        broker.text("password")
    )
}

pub(crate) fn load(file: &str) -> Config {
    let sources = Sources {
        file: Some(SourceFile::read(file.as_ref()).unwrap()),
        ..Sources::default()
    };
    Config::load(&sources).unwrap()
}

/// The program in one role, as `user`.
pub(crate) fn start(broker: &Broker, config: &str, role: &str, user: &str) -> Program {
    let line = ["--config", config, "--log", "json", "run", "--roles", role];
    Program::start(&line, broker.folder.path(), user)
}

/// What a process that lacks a right says of it: the whole line.
pub(crate) fn lack(program: &Program) -> Option<String> {
    let errors = program.errors();
    let words = [
        "uthorization failed",
        "may not see it",
        "has no right to it",
    ];
    let mut lines = errors.lines();
    let line = lines.find(|line| words.iter().any(|words| line.contains(words)));
    line.map(str::to_owned)
}

/// Every record of the Kafka topic, read by one who may.
pub(crate) fn records(file: &str, name: &str) -> Vec<Vec<u8>> {
    let settings = KafkaSettings::new(&load(file).kafka);
    let history = History::connect(&settings, "looks").unwrap();
    let partition = Partition {
        name: name.into(),
        number: 0,
    };
    let mut values = Vec::new();
    history
        .read(&partition, 0, &mut |record| {
            values.extend(record.value.map(<[u8]>::to_vec));
        })
        .unwrap();
    values
}

/// The page's address, as the log of the process says.
pub(crate) fn page(program: &Program) -> String {
    let found = until(WAIT, || {
        let errors = program.errors();
        let mut lines = errors
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.find_map(|line| Some(line.get("page")?.as_str()?.to_owned()))
    });
    found.unwrap_or_else(|| panic!("no page: {}", program.errors()))
}

/// What the page answers to a POST: status and body; `None` if nobody does.
pub(crate) fn post(address: &str, path: &str, body: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(WAIT)).ok()?;
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

/// Somebody who takes every alert; how many there were.
pub(crate) fn webhook(broker: &Broker) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    fs::write(broker.path("webhook"), format!("http://{address}/alerts")).unwrap();
    let taken = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&taken);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let count = Arc::clone(&count);
            thread::spawn(move || answer(stream.unwrap(), &count));
        }
    });
    (broker.text("webhook"), taken)
}

/// Answers each request of a connection.
fn answer(mut stream: TcpStream, count: &AtomicU32) {
    let (mut held, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&held).into_owned();
        let whole = text.split_once("\r\n\r\n").and_then(|(head, _)| {
            let lower = head.to_ascii_lowercase();
            let length = lower.split("content-length: ").nth(1)?.lines().next()?;
            let whole = head.len() + 4 + length.trim().parse::<usize>().ok()?;
            (held.len() >= whole).then_some(whole)
        });
        if let Some(whole) = whole {
            held.drain(..whole);
            count.fetch_add(1, Ordering::Relaxed);
            if stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                .is_err()
            {
                return;
            }
            continue;
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(bytes) => held.extend(&chunk[..bytes]),
        }
    }
}
