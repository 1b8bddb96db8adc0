//! A place on a real broker that no other run has: names of Kafka topics, a configuration, a key.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

/// Where one test lives.
pub(crate) struct Place {
    pub(crate) brokers: String,
    pub(crate) prefix: String,
    pub(crate) folder: TempDir,
}

impl Place {
    /// `None` without a real broker.
    pub(crate) fn on_real_kafka(name: &str) -> Option<Self> {
        let Ok(brokers) = std::env::var("KENTONGAN_TEST_BOOTSTRAP") else {
            eprintln!("KENTONGAN_TEST_BOOTSTRAP is not set: not run against a real broker");
            return None;
        };
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let place = Self {
            brokers,
            prefix: format!("{name}.{}", since_epoch.as_nanos()),
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(place.path("key"), "000102030405060708090a0b0c0d0e0f").unwrap();
        std::fs::write(place.path("config.toml"), place.config()).unwrap();
        Some(place)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn path_text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn named(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }

    fn config(&self) -> String {
        let Self {
            brokers, prefix, ..
        } = self;
        let key = self.path_text("key");
        format!(
            r#"
[kafka]
brokers = "{brokers}"
group = "{prefix}"
counts = "{prefix}.counts"
signals = "{prefix}.signals"
actions = "{prefix}.actions"
alerts = "{prefix}.alerts"
snapshots = "{prefix}.snapshots"
counts_partitions = 4

[[feeds]]
name = "{prefix}.feeds.social"
kind = "social"

[[feeds]]
name = "{prefix}.feeds.news"
kind = "news"

[relevance]
enabled = false

[privacy]
account_key_file = "{key}"

[http]
listen = "127.0.0.1:0"
"#
        )
    }
}

/// A file of the recordings, if they are here: `KENTONGAN_DATA`, else beside the project.
pub(crate) fn recording(name: &str) -> Option<PathBuf> {
    let data = std::env::var_os("KENTONGAN_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")),
        PathBuf::from,
    );
    let file = data.join("corpora").join(format!("{name}.jsonl.gz"));
    if file.is_file() {
        return Some(file);
    }
    eprintln!("{} is absent: made posts instead", file.display());
    None
}
