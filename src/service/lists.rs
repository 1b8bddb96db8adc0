//! The desk's own lists: the files of a folder over those that are built in, also while running.
//!
//! In: `relevance.lists`, a folder. Out: the gate and the watch topics.
//! Rule: lists with a mistake never come into use: at the start they are an error, later the lists
//! before them stay. A mounted `ConfigMap` is a folder of links that change together; what counts is
//! what stands behind them.
//! Not here: what a list may hold (`relevance`, `topic`).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::config::Config;
use crate::post::EventTime;
use crate::relevance::{Gate, GateError, Lists};
use crate::topic::{WatchError, Watchlist};

/// Most files in the folder.
const FILES_MAX: usize = 64;
/// Longest list, bytes.
const FILE_BYTES_MAX: u64 = 4_194_304;
/// How often the folder is looked at, milliseconds.
const LOOK_MS: i64 = 10_000;
/// The watch topics.
const WATCHLIST: &str = "watchlist.toml";

/// Why lists cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ListsError {
    /// The folder, or a file in it.
    #[error("reading the lists in {path} (relevance.lists)")]
    Read {
        /// What was read.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Too much.
    #[error(
        "{path}: at most {FILES_MAX} files of {FILE_BYTES_MAX} bytes are read (relevance.lists)"
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// A list of the gate.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The watch topics.
    #[error("{WATCHLIST}")]
    Watch(#[from] WatchError),
}

/// What the lists make.
#[derive(Debug)]
pub struct Loaded {
    /// The gate.
    pub gate: Gate,
    /// The watch topics.
    pub watchlist: Watchlist,
}

/// Loads the lists of `config`.
pub fn load(config: &Config) -> Result<Loaded, ListsError> {
    let texts = texts(Path::new(&config.relevance.lists))?;
    let gate = Gate::with_lists(&config.relevance, &Lists::with(&texts, WATCHLIST)?)?;
    let watchlist = match texts.get(WATCHLIST) {
        Some(text) => Watchlist::parse(text)?,
        None => Watchlist::built_in()?,
    };
    Ok(Loaded { gate, watchlist })
}

/// Name and text of each file in `folder`; none where it is no path.
fn texts(folder: &Path) -> Result<BTreeMap<String, String>, ListsError> {
    let mut texts = BTreeMap::new();
    for (name, path) in files(folder)? {
        let read = |source| ListsError::Read {
            path: path.clone(),
            source,
        };
        let mut text = String::new();
        let file = File::open(&path).map_err(read)?;
        file.take(FILE_BYTES_MAX + 1)
            .read_to_string(&mut text)
            .map_err(read)?;
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(ListsError::TooLarge { path });
        }
        texts.insert(name, text);
    }
    Ok(texts)
}

/// The files of a folder but hidden ones, among which a mounted `ConfigMap` keeps its own.
fn files(folder: &Path) -> Result<BTreeMap<String, PathBuf>, ListsError> {
    let mut files = BTreeMap::new();
    if folder.as_os_str().is_empty() {
        return Ok(files);
    }
    let read = |source| ListsError::Read {
        path: folder.to_owned(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && entry.path().is_file() {
            files.insert(name, entry.path());
        }
        if files.len() > FILES_MAX {
            return Err(ListsError::TooLarge { path: entry.path() });
        }
    }
    Ok(files)
}

/// What tells that a file is another one than before.
type Stamp = BTreeMap<String, (u64, Option<SystemTime>)>;

/// Looks after the folder while the program runs.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    looked_at: EventTime,
    stamp: Option<Stamp>,
}

impl Watch {
    /// A watch over the lists of `config`, which have been loaded just now.
    pub fn new(config: &Config) -> Self {
        let folder = PathBuf::from(&config.relevance.lists);
        Self {
            stamp: stamp(&folder),
            looked_at: EventTime::MIN,
            folder,
        }
    }

    /// The new lists, if the folder has changed since the last look and they hold no mistake.
    pub fn changed(&mut self, config: &Config, now: EventTime) -> Option<Loaded> {
        let is_idle = self.folder.as_os_str().is_empty();
        if is_idle || now.millis_since(self.looked_at) < LOOK_MS {
            return None;
        }
        self.looked_at = now;
        let stamp = stamp(&self.folder);
        if stamp == self.stamp {
            return None;
        }
        self.stamp = stamp;
        match load(config) {
            Ok(loaded) => {
                tracing::info!(folder = %self.folder.display(), "new lists are in use");
                Some(loaded)
            }
            Err(error) => {
                let why = error_chain(&error);
                tracing::error!(
                    error = why,
                    "the new lists hold a mistake: the old ones stay"
                );
                None
            }
        }
    }
}

fn stamp(folder: &Path) -> Option<Stamp> {
    let files = files(folder).ok()?;
    let stamp = files.into_iter().map(|(name, path)| {
        let about = fs::metadata(path).ok();
        let length = about.as_ref().map_or(0, fs::Metadata::len);
        (
            name,
            (length, about.and_then(|about| about.modified().ok())),
        )
    });
    Some(stamp.collect())
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    chain
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::post::Post;
    use crate::relevance::Reading;

    fn config(folder: &Path) -> Config {
        let mut config = Config::built_in().unwrap();
        config.relevance.lists = folder.to_string_lossy().into_owned();
        config
    }

    fn is_relevant(gate: &Gate, text: &str) -> bool {
        let line = format!("{{\"created_at\":\"2026-03-04T05:06:07Z\",\"text\":\"{text}\"}}");
        let key = crate::feed::AccountKey::new([0; 16]);
        let decoder = crate::feed::Decoder::new(key, 1_000_000);
        let post: Post<'_> = decoder
            .decode(crate::config::Format::Plain, Some(line.as_bytes()))
            .unwrap();
        let mut reading = Reading::default();
        gate.read(&post, &mut reading);
        reading.relevant
    }

    #[test]
    fn a_swapped_folder_comes_into_use_unless_it_holds_a_mistake() {
        let mount = tempfile::tempdir().unwrap();
        let version = |name: &str, text: &str| {
            let folder = mount.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("desk.txt"), text).unwrap();
        };
        let point_to = |name: &str| {
            let (new, data) = (mount.path().join("..new"), mount.path().join("..data"));
            symlink(name, &new).unwrap();
            fs::rename(new, data).unwrap();
        };
        version("..1", "[country]\nnusantaria\n");
        version("..2", "[country]\nnusantaria, wuluwulu\n");
        version("..3", "[countri]\noops\n");
        point_to("..1");
        symlink("..data/desk.txt", mount.path().join("desk.txt")).unwrap();
        let config = config(mount.path());
        let first = load(&config).unwrap();
        assert!(is_relevant(&first.gate, "Nusantaria votes today"));
        assert!(!is_relevant(&first.gate, "Wuluwulu votes today"));
        let mut watch = Watch::new(&config);
        let at = EventTime::from_millis;
        assert!(watch.changed(&config, at(0)).is_none());
        point_to("..2");
        assert!(
            watch.changed(&config, at(LOOK_MS - 1)).is_none(),
            "too soon"
        );
        let second = watch.changed(&config, at(LOOK_MS)).unwrap();
        assert!(is_relevant(&second.gate, "Wuluwulu votes today"));
        point_to("..3");
        assert!(watch.changed(&config, at(2 * LOOK_MS)).is_none());
        let why = error_chain(&load(&config).unwrap_err());
        assert!(why.contains("desk.txt:2"), "{why}");
    }

    #[test]
    fn a_file_of_no_list_and_a_missing_folder_are_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("places.tsv"), "").unwrap();
        let why = error_chain(&load(&config(folder.path())).unwrap_err());
        assert!(why.contains("places.tsv"), "{why}");
        let why = error_chain(&load(&config(&folder.path().join("no"))).unwrap_err());
        assert!(why.contains("relevance.lists"), "{why}");
    }
}
