//! The layers of a configuration, and what they make together.
//!
//! In: a file, the environment, `--set`. Out: [`Config`] or [`Mistakes`].
//! Rule: reading the sources is apart from judging them; [`Config::load`] is a function of data.
//! Not here: the rules (`check`), the file of the account key (`secret`).

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::net::Ipv4Addr;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use crate::config::place::{Mistake, Mistakes, Place};
use crate::config::report::Report;
use crate::config::tree::{self, Origin};
use crate::config::{AccountSecret, Config, DEFAULT_TOML, Privacy, SecretError};
use crate::config::{check, environment, layer};

/// Longest configuration file, bytes.
const FILE_BYTES_MAX: u64 = 262_144;

/// What overrides the built-in configuration.
#[derive(Clone, Default)]
pub struct Sources {
    /// The file of `--config`.
    pub file: Option<SourceFile>,
    /// Environment variables; those that are not the program's are passed over.
    pub environment: Vec<(String, OsString)>,
    /// The arguments of `--set`, in their order.
    pub settings: Vec<String>,
}

/// A configuration file that has been read.
#[derive(Clone)]
pub struct SourceFile {
    /// The path, as messages show it.
    pub name: String,
    /// What it says.
    pub text: String,
}

impl Sources {
    /// Reads the file at `path` and the environment; `settings` are the arguments of `--set`.
    pub fn read(path: Option<&Path>, settings: &[String]) -> Result<Self, Mistakes> {
        Ok(Self {
            file: path.map(SourceFile::read).transpose()?,
            environment: environment::variables(),
            settings: settings.to_vec(),
        })
    }
}

impl SourceFile {
    /// Reads the file at `path`: UTF-8, at most 256 KiB.
    pub fn read(path: &Path) -> Result<Self, Mistakes> {
        let name = path.display().to_string();
        let refusal = |problem: String, instead: &str| {
            Mistakes::from(Mistake {
                place: Place::File { name: name.clone() },
                key: String::new(),
                problem,
                instead: instead.to_owned(),
            })
        };
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
            .map_err(|error| refusal(format!("cannot be read: {error}"), ""))?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            let problem = format!("longer than {FILE_BYTES_MAX} bytes");
            return Err(refusal(
                problem,
                "a configuration is a page or two; is this the file?",
            ));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name, text }),
            Err(error) => {
                let valid = error
                    .as_bytes()
                    .iter()
                    .take(error.utf8_error().valid_up_to());
                let line = valid.filter(|&&byte| byte == b'\n').count() + 1;
                Err(refusal(
                    format!("line {line} is not UTF-8"),
                    "save the file as UTF-8",
                ))
            }
        }
    }
}

/// A value that is not the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The dotted key.
    pub key: String,
    /// The value, as TOML.
    pub value: String,
    /// The default, as TOML; empty if there is none.
    pub default: String,
}

impl Config {
    /// The configuration that is built in.
    pub fn built_in() -> Result<Self, Mistakes> {
        Self::load(&Sources::default())
    }

    /// The built-in configuration under `sources`: file < environment < `--set`. Every mistake is found.
    pub fn load(sources: &Sources) -> Result<Self, Mistakes> {
        let (name, text) = match &sources.file {
            Some(file) => (file.name.as_str(), file.text.as_str()),
            None => ("", ""),
        };
        let mut report = Report::new(name, text);
        let mut tree = tree::parse(DEFAULT_TOML, &|_| Origin::BuiltIn, &mut report);
        let file = tree::parse(text, &Origin::File, &mut report);
        layer::merge(&mut tree, file, "", &mut report);
        for (name, value) in &sources.environment {
            layer::merge_variable(&mut tree, name, value, &mut report);
        }
        for setting in &sources.settings {
            layer::merge_setting(&mut tree, setting, &mut report);
        }
        let config = check::check(&tree, &mut report);
        report.finish().map(|()| config)
    }

    /// 16 hexadecimal digits that stand for this configuration in alerts. Secrets, the names of
    /// their files and what differs from process to process do not enter.
    pub fn digest(&self) -> String {
        let mut public = self.clone();
        public.privacy.account_key = None;
        public.privacy.account_key_file = String::new();
        public.kafka.member = String::new();
        public.http.listen = (Ipv4Addr::UNSPECIFIED, 0).into();
        public.http.metrics_listen = (Ipv4Addr::UNSPECIFIED, 0).into();
        public.notify.webhook.url = None;
        public.notify.webhook.url_file = String::new();
        public.http.tokens_file = String::new();
        format!("{:016x}", xxh3_64(public.to_toml().as_bytes()))
    }

    /// The configuration as TOML that reads back as the same; a secret is `***`.
    pub fn to_toml(&self) -> String {
        // TOML can hold every type of Config, and a test writes them all. Should that change, the
        // error's text still tells configurations of the same kind from others.
        toml::to_string(self).unwrap_or_else(|error| error.to_string())
    }

    /// The values that differ from those of `default`, in the order of their keys.
    pub fn differences(&self, default: &Self) -> Vec<Difference> {
        let defaults = default.entries();
        let mut differences = Vec::new();
        for (key, value) in self.entries() {
            let default = defaults.iter().find(|(other, _)| *other == key);
            let default = default.map(|(_, value)| value.clone()).unwrap_or_default();
            if value != default {
                differences.push(Difference {
                    key,
                    value,
                    default,
                });
            }
        }
        differences
    }

    /// Every dotted key with its value as TOML.
    fn entries(&self) -> Vec<(String, String)> {
        let mut entries = Vec::new();
        let table = toml::Table::try_from(self).unwrap_or_default();
        add_entries("", &table, &mut entries);
        entries
    }
}

fn add_entries(path: &str, table: &toml::Table, entries: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let path = layer::dotted(path, key);
        match value.as_table() {
            Some(section) => add_entries(&path, section, entries),
            None => entries.push((path, value.to_string())),
        }
    }
}

impl Privacy {
    /// The configured account key; `None`: draw one. Reads the file, if one is named.
    pub fn account_secret(&self) -> Result<Option<AccountSecret>, SecretError> {
        if self.account_key_file.is_empty() {
            return Ok(self.account_key.clone());
        }
        AccountSecret::read(Path::new(&self.account_key_file)).map(Some)
    }
}
