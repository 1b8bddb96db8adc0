//! A test of channels: an exercise goes out at once, past the routes and the log.
//!
//! In: a channel's name. Out: what the other side said.
//! Rule: what is sent says that it is an exercise; where a beginning needs an end, the end goes out too.

use super::clock;
use super::notify_addresses::{NamedAddress, NotifyError, addresses};
use super::notify_stage::runtime;
use crate::alert::{Alert, Rendering, Title, UtcTime};
use crate::config::Config;
use crate::notify::{Answer, Arrival, Place, Sender};
use crate::triage::{Level, Status};

/// The example of the documentation, which a test keeps true.
const EXAMPLE: &str = include_str!("../../docs/alert-v1.example.json");

/// What became of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// The channel.
    pub channel: String,
    /// Where it was sent, without what is secret in it.
    pub to: String,
    /// What the other side said.
    pub answer: Answer,
}

/// An alert as any other, for trying templates.
pub(super) fn example() -> Result<Alert, NotifyError> {
    Ok(serde_json::from_str(EXAMPLE)?)
}

/// Sends an exercise to the channel `name`, or to every one.
pub fn notify_test(config: &Config, name: Option<&str>) -> Result<Vec<Tested>, NotifyError> {
    let mut config = config.clone();
    for channel in &mut config.notify.channels {
        channel.routes.clear();
    }
    let addresses = addresses(&config)?;
    let known: Vec<&str> = addresses
        .iter()
        .map(|address| address.name.as_str())
        .collect();
    if let Some(name) = name
        && !known.contains(&name)
    {
        return Err(NotifyError::Unknown {
            name: name.to_owned(),
            known: if known.is_empty() {
                "none is configured".to_owned()
            } else {
                format!("there are {}", known.join(", "))
            },
        });
    }
    let (runtime, sender) = (runtime()?, Sender::new()?);
    let mut tested = Vec::new();
    let asked = |address: &&NamedAddress| name.is_none_or(|name| name == address.name);
    for address in addresses.iter().filter(asked) {
        tested.extend(runtime.block_on(try_out(address, &sender, &config))?);
    }
    Ok(tested)
}

async fn try_out(
    address: &NamedAddress,
    sender: &Sender,
    config: &Config,
) -> Result<Option<Tested>, NotifyError> {
    let mut channel = (address.make)();
    let mut alert = exercise(config)?;
    let mut tested = None;
    loop {
        let now = clock::now();
        let place = Place {
            partition: 0,
            offset: u64::from(alert.revision),
        };
        let arrival = Arrival {
            alert: &alert,
            place,
            is_backlog: false,
        };
        channel.apply(arrival, now);
        let Some(request) = channel.due(now.plus_millis(60_000)) else {
            return Ok(tested);
        };
        let answer = sender.send(&request).await;
        channel.answered(&answer, now);
        let is_over = answer != Answer::Accepted || alert.status == Status::Resolved;
        tested = Some(Tested {
            channel: address.name.clone(),
            to: request.to_string(),
            answer,
        });
        if is_over || !channel.is_keyed() {
            return Ok(tested);
        }
        alert.revision += 1;
        alert.id = format!("{}-{}", alert.incident, alert.revision);
        alert.status = Status::Resolved;
        alert.resolved_at = Some(UtcTime::new(now));
    }
}

/// Nobody is in danger, and every line says so.
fn exercise(config: &Config) -> Result<Alert, NotifyError> {
    let now = UtcTime::new(clock::now());
    let mut alert = example()?;
    alert.incident = format!("exercise-{}", now.millis());
    alert.id = format!("{}-1", alert.incident);
    alert.level = Level::Waspada;
    alert.level_number = alert.level.number();
    alert.title = Title {
        id: "Uji saluran Kentongan; tidak ada kejadian".to_owned(),
        en: "Test of a channel of Kentongan; nothing has happened".to_owned(),
    };
    alert.exercise = true;
    Rendering::PROGRAM.clone_into(&mut alert.program);
    (alert.onset_at, alert.opened_at, alert.updated_at) = (now, now, now);
    alert.url = config.alert.url.replace("{incident}", &alert.incident);
    Ok(alert)
}
