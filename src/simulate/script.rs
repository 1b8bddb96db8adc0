//! The events of a made feed: what an events file says, checked.
//!
//! In: TOML. Out: a [`Script`], in which every time, place and strength can be true.
//! Rule: what is left out has the default of its kind; a mistake is named with its event.
//! Not here: what the posts say (`bank`), when exactly each comes (`shape`).

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::bank::Bank;
use super::text::Place;

/// Most events in one script.
pub(super) const MAX_EVENTS: usize = 100;
/// Most posts a second of one event, and of a quiet day.
pub(super) const MAX_RATE: f64 = 100_000.0;
/// Longest run and longest event.
pub(super) const MAX_LENGTH: Duration = Duration::from_hours(366 * 24);

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Sharp: hundreds of posts within two minutes, many accounts, news a few minutes later.
    Earthquake,
    /// Slow: a ramp, then a plateau; many accounts, photos.
    Flood,
    /// A hashtag pushed by a few accounts with nearly the same words.
    Push,
    /// One message in ever new words under the same hashtags, by many accounts.
    Chorus,
    /// One text copied by many accounts.
    Rumour,
    /// A few striking posts that thousands of people pass on.
    Relay,
    /// A story about Indonesia in foreign newsrooms of several languages.
    Press,
}

/// The events of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Script {
    pub(super) events: Vec<Event>,
}

/// One event, with every default filled in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) kind: EventKind,
    /// Seconds from the start of the run.
    pub(super) at: f64,
    /// Seconds from its first to its last post.
    pub(super) duration: f64,
    /// Seconds until a flood is at its strongest.
    pub(super) ramp: f64,
    /// Posts a second at the strongest.
    pub(super) strength: f64,
    /// How many accounts write.
    pub(super) accounts: usize,
    pub(super) place: Arc<Place>,
    /// The hashtags of a push, all of them in each post.
    pub(super) tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScript {
    #[serde(default)]
    event: Vec<RawEvent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvent {
    kind: EventKind,
    at: String,
    duration: Option<String>,
    ramp: Option<String>,
    strength: Option<f64>,
    accounts: Option<usize>,
    place: Option<String>,
    tag: Option<String>,
}

/// Why a made feed cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The file is not what the program expects.
    #[error("reading the events: {}", .0.to_string().trim_end())]
    Toml(Box<toml::de::Error>),
    /// A slot in a text that no list of words stands behind.
    #[error("no list of words named {slot}")]
    Slot {
        /// The name between the braces.
        slot: String,
    },
    /// A value that cannot be.
    #[error("event {number}: {detail}")]
    Event {
        /// Which event, from 1.
        number: usize,
        /// What is wrong and what would be right.
        detail: String,
    },
    /// A setting that cannot be.
    #[error("{0}")]
    Setting(String),
}

/// Reads TOML.
pub(super) fn parse<T: DeserializeOwned>(toml: &str) -> Result<T, ScriptError> {
    toml::from_str(toml).map_err(|error| ScriptError::Toml(Box::new(error)))
}

/// Reads a length of time such as `90s`, `15m`, `1h30m`, `24h`.
pub fn parse_duration(text: &str) -> Result<Duration, ScriptError> {
    let parsed: Option<jiff::SignedDuration> = text.parse().ok();
    parsed
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| *duration <= MAX_LENGTH)
        .ok_or_else(|| {
            ScriptError::Setting(format!(
                "{text:?} is not a length of time such as 90s, 15m, 1h30m or 24h, of a year at most"
            ))
        })
}

impl Script {
    /// Reads an events file.
    pub fn from_toml(toml: &str) -> Result<Self, ScriptError> {
        let raw: RawScript = parse(toml)?;
        if raw.event.len() > MAX_EVENTS {
            return Err(ScriptError::Setting(format!(
                "{} events, at most {MAX_EVENTS}",
                raw.event.len()
            )));
        }
        let bank = Bank::built_in()?;
        let events = raw.event.into_iter().zip(1..).map(|(event, number)| {
            Event::checked(event, &bank).map_err(|error| match error {
                ScriptError::Setting(detail) => ScriptError::Event { number, detail },
                ScriptError::Toml(_) | ScriptError::Slot { .. } | ScriptError::Event { .. } => {
                    error
                }
            })
        });
        Ok(Self {
            events: events.collect::<Result<_, _>>()?,
        })
    }
}

impl Event {
    fn checked(raw: RawEvent, bank: &Bank) -> Result<Self, ScriptError> {
        let defaults = raw.kind.defaults();
        let name = raw.place.as_deref().unwrap_or(defaults.place);
        let place = bank.place(name).ok_or_else(|| {
            let known: Vec<&str> = bank.places.iter().map(|place| &*place.name).collect();
            ScriptError::Setting(format!("place {name:?} is not one of {}", known.join(", ")))
        })?;
        let strength = raw.strength.unwrap_or(defaults.strength);
        if !(strength > 0.0 && strength <= MAX_RATE) {
            return Err(ScriptError::Setting(format!(
                "strength {strength} is not between 0 and {MAX_RATE} posts a second"
            )));
        }
        let accounts = raw.accounts.unwrap_or(defaults.accounts);
        if accounts == 0 {
            return Err(ScriptError::Setting(
                "accounts must be 1 or more".to_owned(),
            ));
        }
        let seconds = |given: Option<String>, default: &str| {
            parse_duration(given.as_deref().unwrap_or(default)).map(|length| length.as_secs_f64())
        };
        Ok(Self {
            kind: raw.kind,
            at: seconds(Some(raw.at), "")?,
            duration: seconds(raw.duration, defaults.duration)?.max(1.0),
            ramp: seconds(raw.ramp, defaults.ramp)?.max(1.0),
            strength,
            accounts,
            place: Arc::clone(place),
            tags: raw.kind.tags(raw.tag),
        })
    }
}

/// What an event has where its file is silent.
struct Defaults {
    duration: &'static str,
    ramp: &'static str,
    strength: f64,
    accounts: usize,
    place: &'static str,
}

impl EventKind {
    const fn defaults(self) -> Defaults {
        let (duration, ramp, strength, accounts, place) = match self {
            Self::Earthquake => ("40m", "30s", 6.0, 20_000, "Lombok"),
            Self::Flood => ("60m", "20m", 1.2, 20_000, "Semarang"),
            Self::Push => ("25m", "30s", 1.5, 40, "Jakarta"),
            Self::Chorus => ("25m", "30s", 1.2, 3_000, "Bandung"),
            Self::Rumour => ("60m", "20m", 0.6, 20_000, "Medan"),
            Self::Relay => ("45m", "3m", 2.0, 20_000, "Makassar"),
            Self::Press => ("60m", "2m", 0.12, 60, "Manado"),
        };
        Defaults {
            duration,
            ramp,
            strength,
            accounts,
            place,
        }
    }

    /// The set of hashtags that a push or a chorus puts under each post.
    fn tags(self, tag: Option<String>) -> Vec<String> {
        match self {
            Self::Push => {
                let tag = tag.unwrap_or_else(|| "SelamatkanPesisir".to_owned());
                vec![tag, "SuaraWarga".to_owned(), "IndonesiaBersuara".to_owned()]
            }
            Self::Chorus => {
                let tag = tag.unwrap_or_else(|| "TarifAdil".to_owned());
                vec![tag, "KamiBersama".to_owned(), "DengarkanWarga".to_owned()]
            }
            Self::Earthquake | Self::Flood | Self::Rumour | Self::Relay | Self::Press => {
                tag.into_iter().collect()
            }
        }
    }
}
