//! A broker of this test's own that asks who it is: `scripts/kafka` with users.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

/// The password of every user.
pub(crate) const PASSWORD: &str = "correct-horse-9";

/// Ends with the value.
pub(crate) struct Broker {
    pub(crate) folder: TempDir,
}

impl Broker {
    /// Starts one that knows `users`; `None` in a run without real parts.
    pub(crate) fn start(users: &[String]) -> Option<Self> {
        if std::env::var_os("KENTONGAN_TEST_BOOTSTRAP").is_none() {
            eprintln!("KENTONGAN_TEST_BOOTSTRAP is not set: not run against a real broker");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let lines = users.iter().map(|user| format!("{user} {PASSWORD}\n"));
        fs::write(folder.path().join("users"), lines.collect::<String>()).unwrap();
        fs::write(folder.path().join("password"), format!("{PASSWORD}\n")).unwrap();
        fs::write(
            folder.path().join("key"),
            "000102030405060708090a0b0c0d0e0f",
        )
        .unwrap();
        let broker = Self { folder };
        broker.script("start");
        Some(broker)
    }

    /// The broker inherits none of this process's pipes: it lives longer than the script.
    fn script(&self, word: &str) {
        let said = fs::File::create(self.path("script.log")).unwrap();
        let status = Command::new("scripts/kafka")
            .arg(word)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("KENTONGAN_KAFKA_DIR", self.path("kafka"))
            .env("KENTONGAN_KAFKA_USERS", self.path("users"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said)
            .status()
            .unwrap();
        let said = fs::read_to_string(self.path("script.log")).unwrap();
        assert!(status.success(), "scripts/kafka {word}: {said}");
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn port(&self, name: &str) -> String {
        let port = fs::read_to_string(self.path("kafka").join(name)).unwrap();
        format!("127.0.0.1:{}", port.trim())
    }

    /// Who comes in here may do all.
    pub(crate) fn open_door(&self) -> String {
        self.port("port")
    }

    /// Who comes in here says who it is.
    pub(crate) fn sasl(&self) -> String {
        self.port("port.sasl")
    }

    /// Who comes in here has a certificate.
    pub(crate) fn tls(&self) -> String {
        self.port("port.tls")
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.script("stop");
    }
}

/// Seconds since 1970, plus some.
pub(crate) fn in_seconds(more: u64) -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
        + more
}
