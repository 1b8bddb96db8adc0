//! The list `notify.channels`: people who are told, and when.
//!
//! Rule: a channel has a name, because its place in the log goes by it; keys, tokens and passwords stand
//! in files of their own.
//! Not here: how its keys are read (`read`), how a message is written and sent (`notify`).

mod read;

use std::path::Path;

use serde::{Deserialize, Serialize, Serializer};

use crate::config::notify::{SecretText, url};
use crate::config::secret::{SecretError, read_secret};
pub(crate) use read::channels;
use read::one_word;

/// Most channels: each has a thread.
pub const CHANNELS_MAX: usize = 16;
/// How old a change may be that still pages someone, seconds.
const AGE_S: u32 = 3_600;

/// One channel to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// Its name in metrics, logs, consumer groups and `notify test`.
    pub name: String,
    /// Where it leads.
    #[serde(flatten)]
    pub address: Address,
    /// When it is used: on any of these. None: on every change that is not too old.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
}

/// Where a channel leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Address {
    /// `PagerDuty`, Events API v2.
    Pagerduty {
        /// The endpoint; another one for the European service.
        url: String,
        /// File with the integration key.
        key_file: String,
    },
    /// An incoming webhook of Slack.
    Slack {
        /// File with the address, which is the secret.
        url_file: String,
    },
    /// A chat in Telegram, by a bot.
    Telegram {
        /// The server of the Bot API.
        url: String,
        /// File with the bot's token.
        token_file: String,
        /// Number of the chat, or `@name` of a public channel.
        chat: String,
    },
    /// Mail, handed to one server.
    Mail {
        /// `host:port`.
        server: String,
        /// How the way there is guarded.
        security: MailSecurity,
        /// Whom the server knows; empty: it asks nobody.
        user: String,
        /// File with the password.
        password_file: String,
        /// The sender.
        from: String,
        /// Who gets it: a person or a list.
        to: String,
    },
}

/// How the way to a mail server is guarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// Plain at first, TLS before anything is said (port 587).
    Starttls,
    /// TLS from the start (port 465).
    Tls,
    /// Not at all: to this machine, or where `notify.allow_http` says so.
    None,
}

impl MailSecurity {
    const ALL: [Self; 3] = [Self::Starttls, Self::Tls, Self::None];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Starttls => "starttls",
            Self::Tls => "tls",
            Self::None => "none",
        }
    }
}

/// When a channel is used: all that is said must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The lowest level.
    pub minimum_level: LevelWord,
    /// Codes of places, one of which the incident names; none: anywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// Topic keys, one of which the incident has; `*` at the end: whatever begins so. None: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Whether its posts must resemble a fact-checked claim, or must not; unless told, either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<bool>,
    /// Verdicts, one of which such a claim has, in the fact-checker's word; none: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<String>,
    /// Whether changes are told beside opening, rising and end.
    pub updates: bool,
    /// The hours of the day; the whole day unless told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Whose day it is.
    pub zone: DayZone,
    /// How old a change may be, seconds.
    pub age_max_s: u32,
    /// Told again so long after, while nobody has taken it over, seconds; 0: never.
    pub remind_after_s: u32,
}

impl Default for Route {
    fn default() -> Self {
        Self {
            minimum_level: LevelWord::Waspada,
            places: Vec::new(),
            topics: Vec::new(),
            claims: None,
            verdicts: Vec::new(),
            updates: true,
            hours: None,
            zone: DayZone::Wib,
            age_max_s: AGE_S,
            remind_after_s: 0,
        }
    }
}

/// A level by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LevelWord {
    /// II.
    Waspada,
    /// III.
    Siaga,
    /// IV.
    Awas,
}

impl LevelWord {
    /// Every level, lowest first.
    pub(crate) const ALL: [Self; 3] = [Self::Waspada, Self::Siaga, Self::Awas];

    /// The word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Waspada => "waspada",
            Self::Siaga => "siaga",
            Self::Awas => "awas",
        }
    }

    /// The number of the level, 2 to 4.
    pub const fn number(self) -> u8 {
        match self {
            Self::Waspada => 2,
            Self::Siaga => 3,
            Self::Awas => 4,
        }
    }
}

/// Whose time of day counts. None has summer time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum DayZone {
    /// UTC+7.
    Wib,
    /// UTC+8.
    Wita,
    /// UTC+9.
    Wit,
    /// UTC.
    Utc,
}

impl DayZone {
    const ALL: [Self; 4] = [Self::Wib, Self::Wita, Self::Wit, Self::Utc];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
            Self::Utc => "UTC",
        }
    }

    /// Hours ahead of UTC.
    pub const fn hours_ahead(self) -> i64 {
        match self {
            Self::Wib => 7,
            Self::Wita => 8,
            Self::Wit => 9,
            Self::Utc => 0,
        }
    }
}

/// A part of each day, in minutes of it: from the first up to, not with, the second. It may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first minute.
    pub from: u16,
    /// The first minute that is outside again.
    pub to: u16,
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (from, to) = (self.from, self.to);
        serializer.collect_str(&format_args!(
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        ))
    }
}

impl Channel {
    /// The secret that its file holds: address, key, token or password; `None` where none is asked for.
    pub fn secret(&self, allow_http: bool) -> Result<Option<SecretText>, SecretError> {
        let word = |text: &str| one_word(text.trim());
        match &self.address {
            Address::Pagerduty { key_file, .. } => {
                read_secret("notify.channels.key_file", Path::new(key_file), word).map(Some)
            }
            Address::Slack { url_file } => {
                let address = |text: &str| url(text.trim(), allow_http).map(SecretText::new);
                read_secret("notify.channels.url_file", Path::new(url_file), address).map(Some)
            }
            Address::Telegram { token_file, .. } => {
                read_secret("notify.channels.token_file", Path::new(token_file), word).map(Some)
            }
            Address::Mail { user, .. } if user.is_empty() => Ok(None),
            Address::Mail { password_file, .. } => {
                let password =
                    |text: &str| Ok(SecretText::new(text.trim_end_matches(['\r', '\n'])));
                let key = "notify.channels.password_file";
                read_secret(key, Path::new(password_file), password).map(Some)
            }
        }
    }
}
