//! Kafka topics of one run, and the processes that work on them.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kentongan::config::{Config, SourceFile, Sources};
use kentongan::log::kafka::KafkaSettings;
use kentongan::log::kafka::history::History;
use kentongan::log::{Partition, Record};

/// Longest wait for a process that was asked to stop.
const STOP: Duration = Duration::from_secs(30);
/// Longer than one step of a transaction may take.
const BROKER_PAUSE: Duration = Duration::from_secs(5);
pub(crate) const COUNTS_PARTITIONS: u32 = 4;

/// One run's world.
pub(crate) struct Town {
    pub(crate) config: Config,
    pub(crate) settings: KafkaSettings,
    folder: PathBuf,
    processes: Vec<Option<Child>>,
}

impl Town {
    /// Makes Kafka topics that no other run knows.
    pub(crate) fn found(brokers: &str) -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let name = format!("chaos.{}", since_epoch.as_millis());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(&name);
        std::fs::create_dir_all(&folder).unwrap();
        let key = folder.join("account.key");
        std::fs::write(&key, "00112233445566778899aabbccddeeff").unwrap();
        let protocol = std::env::var("KENTONGAN_CHAOS_PROTOCOL");
        let protocol = protocol.unwrap_or_else(|_| "classic".to_owned());
        let text = format!(
            r#"
[kafka]
brokers = "{brokers}"
group = "{name}"
counts = "{name}.counts"
signals = "{name}.signals"
actions = "{name}.actions"
alerts = "{name}.alerts"
snapshots = "{name}.snapshots"
counts_partitions = {COUNTS_PARTITIONS}
session_timeout_ms = 6000
group_protocol = "{protocol}"
[[feeds]]
name = "{name}.social"
kind = "social"
[[feeds]]
name = "{name}.news"
kind = "news"
time = "posted"
[ingest]
# Always, so that a process is inside a transaction most of its time.
flush_interval_ms = 1
lateness_ms = 10000
future_skew_ms = 5000
duplicate_window_posts = 2000
[relevance]
enabled = false
[detect]
hold_ms = 600000
snapshot_interval_ms = 3000
[triage]
snapshot_interval_ms = 2000
[privacy]
account_key_file = "{}"
"#,
            key.display()
        );
        let file = folder.join("chaos.toml");
        std::fs::write(&file, &text).unwrap();
        let sources = Sources {
            file: Some(SourceFile::read(&file).unwrap()),
            ..Sources::default()
        };
        let config = Config::load(&sources).unwrap();
        let town = Self {
            settings: KafkaSettings::new(&config.kafka),
            config,
            folder,
            processes: Vec::new(),
        };
        let made = town.command(&["topics", "--create"]).output().unwrap();
        assert!(made.status.success(), "{}", words(&made));
        town
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kentongan"));
        command.arg("--config").arg(self.folder.join("chaos.toml"));
        command.args(arguments);
        command
    }

    /// Runs a command of the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts `member`; its log goes on where it ended.
    pub(crate) fn start(&mut self, member: usize) {
        let log = self.folder.join(format!("member-{member}.log"));
        let log = File::options().create(true).append(true).open(log).unwrap();
        let child = self
            .command(&["--set", &format!("kafka.member=m{member}")])
            .args(["--set", "http.listen=127.0.0.1:0"])
            .args(["run", "--roles", "ingest,detect,triage"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.processes
            .resize_with(self.processes.len().max(member + 1), || None);
        self.processes[member] = Some(child);
    }

    /// SIGKILL; the process must have been alive until then.
    pub(crate) fn kill(&mut self, member: usize) {
        let mut child = self.processes[member].take().unwrap();
        let ended = child.try_wait().unwrap();
        assert!(
            ended.is_none(),
            "member {member} ended by itself: {ended:?}"
        );
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Who runs.
    pub(crate) fn running(&self) -> Vec<usize> {
        let members = self.processes.iter().enumerate();
        members
            .filter_map(|(member, child)| child.as_ref().map(|_| member))
            .collect()
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, member: usize, signal: &str) {
        let child = self.processes[member].as_ref().unwrap();
        tell(&child.id().to_string(), signal);
    }

    /// SIGTERM to one: it ends well within the deadline.
    pub(crate) fn leave(&mut self, member: usize) {
        self.signal(member, "TERM");
        self.await_end(member);
    }

    /// SIGTERM to all at once, while the broker stands still.
    pub(crate) fn stop_without_broker(&mut self) {
        let broker = broker();
        if let Some(broker) = &broker {
            tell(broker, "STOP");
        }
        let began = Instant::now();
        let running = self.running();
        for &member in &running {
            self.signal(member, "TERM");
        }
        for member in running {
            self.await_end(member);
        }
        eprintln!(
            "all stopped in {:?}, broker away: {}",
            began.elapsed(),
            broker.is_some()
        );
        if let Some(broker) = &broker {
            tell(broker, "CONT");
        }
    }

    fn await_end(&mut self, member: usize) {
        let mut child = self.processes[member].take().unwrap();
        let status = until(Instant::now() + STOP, || child.try_wait().unwrap());
        let status = status.unwrap_or_else(|| panic!("member {member} does not stop"));
        assert!(status.success(), "member {member}: {status}");
    }

    /// The broker of `KENTONGAN_KAFKA_DIR` stands still for longer than a commit may wait.
    pub(crate) fn pause_broker() {
        let Some(broker) = broker() else { return };
        eprintln!("the broker stands still");
        tell(&broker, "STOP");
        until(Instant::now() + BROKER_PAUSE, || None::<()>);
        tell(&broker, "CONT");
    }

    /// Stops and starts the broker of `KENTONGAN_KAFKA_DIR`; its data stays.
    pub(crate) fn restart_broker() {
        if std::env::var("KENTONGAN_KAFKA_DIR").is_err() {
            eprintln!("KENTONGAN_KAFKA_DIR is not set: the broker is not restarted");
            return;
        }
        eprintln!("the broker stops and starts");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/kafka");
        let restarted = Command::new(script).arg("restart").output().unwrap();
        assert!(restarted.status.success(), "{}", words(&restarted));
    }

    /// How often what was told in the logs.
    pub(crate) fn print_troubles(&self) {
        let logs = std::fs::read_dir(&self.folder).unwrap();
        let logs = logs.map(|entry| entry.unwrap().path());
        let text: String = logs
            .filter(|path| path.extension().is_some_and(|end| end == "log"))
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        for told in [
            "a commit did not go through",
            "found out how a transaction without an answer has ended",
            "restored a snapshot",
            "is passed over",
            "the producer is replaced",
        ] {
            eprintln!("{:5} x {told}", text.matches(told).count());
        }
    }

    /// Every committed record of a partition.
    pub(crate) fn read(&self, name: &str, number: u32, visit: &mut dyn FnMut(Record<'_>)) {
        let history = History::connect(&self.settings, "chaos-reader").unwrap();
        let name = name.into();
        history.read(&Partition { name, number }, 0, visit).unwrap();
    }
}

impl Drop for Town {
    /// A failed run leaves its logs, but no process.
    fn drop(&mut self) {
        for child in self.processes.iter_mut().flatten() {
            child.kill().ok();
            child.wait().ok();
        }
        if !std::thread::panicking() {
            std::fs::remove_dir_all(&self.folder).ok();
        }
    }
}

/// The process of the broker of `KENTONGAN_KAFKA_DIR`.
fn broker() -> Option<String> {
    let Ok(folder) = std::env::var("KENTONGAN_KAFKA_DIR") else {
        eprintln!("KENTONGAN_KAFKA_DIR is not set: the broker is left alone");
        return None;
    };
    let process = std::fs::read_to_string(PathBuf::from(folder).join("pid")).unwrap();
    Some(process.trim().to_owned())
}

fn tell(process: &str, signal: &str) {
    let arguments = [format!("-{signal}"), process.to_owned()];
    let told = Command::new("kill").args(arguments).status().unwrap();
    assert!(told.success());
}

/// Asks until there is an answer, or `end` has come.
pub(crate) fn until<T>(end: Instant, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let (_never, wait) = mpsc::channel::<()>();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if Instant::now() >= end {
            return None;
        }
        wait.recv_timeout(Duration::from_millis(100)).ok();
    }
}

pub(crate) fn words(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}
