//! `kentongan act`: what an officer does with an incident, from any place that may write to Kafka.
//!
//! In: the incident, the deed, who. Out: one record of `actions`.
//! Rule: exit code 0 says that the log has it; whether it was taken is told by the alert that follows.
//! Not here: what an action changes (`triage`).

use anyhow::bail;
use clap::Args;

use super::{Context, exit};
use crate::config::user_name;
use crate::post::EventTime;
use crate::service::action_writer::ActionWriter;
use crate::service::{clock, drawn_id};
use crate::simulate::parse_duration;
use crate::triage::{Action, ActionSink as _, Deed};

/// Acknowledge, snooze, close, reopen an incident, call it a false alarm, or leave a note
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kentongan act 20260304-hazard:gempa@ID-NB-1772600767 acknowledge --until 2h
  kentongan act 20260304-tag:banjir-1772600767 snooze --until 2026-03-04T09:00:00Z --who 'Ani'
  kentongan act 20260304-tag:undian-1772600767 false_alarm --note 'a lottery'

Needs the right to write the Kafka topic kafka.actions, and no other. An action that makes no sense is
refused by triage: it is in ACTIONS.dlq with the reason, and no alert follows. The same --id again
changes nothing.")]
pub struct Arguments {
    /// The incident, as alerts name it
    incident: String,
    /// What to do
    #[arg(value_enum)]
    deed: DeedWord,
    /// In your own words
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// Until when it holds: a length of time such as 2h, or RFC 3339; needed for snooze
    #[arg(long, value_name = "TIME", value_parser = until)]
    until: Option<EventTime>,
    /// Who you are to the others; the name of your account unless told
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// Name of this action, to send it again without doing it twice; drawn unless told
    #[arg(long, value_name = "ID")]
    id: Option<String>,
}

/// The words of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
enum DeedWord {
    /// You take it over: nobody is reminded
    Acknowledge,
    /// Nobody is told for a while; a higher level ends that
    Snooze,
    /// It is over
    Close,
    /// It is not over after all
    Reopen,
    /// There never was anything; counts against the promised rate
    FalseAlarm,
    /// Words for the others
    Note,
}

impl From<DeedWord> for Deed {
    fn from(word: DeedWord) -> Self {
        match word {
            DeedWord::Acknowledge => Self::Acknowledge,
            DeedWord::Snooze => Self::Snooze,
            DeedWord::Close => Self::Close,
            DeedWord::Reopen => Self::Reopen,
            DeedWord::FalseAlarm => Self::FalseAlarm,
            DeedWord::Note => Self::Note,
        }
    }
}

/// Sends the action and says so.
pub fn run(context: &Context, arguments: &Arguments) -> anyhow::Result<()> {
    let Some(who) = arguments.who.clone().or_else(user_name) else {
        bail!(exit::WrongUse("who does it? write --who NAME".to_owned()));
    };
    let action = Action {
        id: arguments.id.clone().unwrap_or_else(drawn_id),
        incident: arguments.incident.clone(),
        deed: arguments.deed.into(),
        who,
        note: arguments.note.trim().to_owned(),
        until: arguments.until,
    };
    if let Err(refused) = action.encode() {
        bail!(exit::WrongUse(refused.to_string()));
    }
    if action.deed == Deed::Snooze && action.until.is_none() {
        bail!(exit::WrongUse(
            "until when? write --until 2h, or a time".to_owned()
        ));
    }
    ActionWriter::new(context.config()?).send(&action)?;
    context.print(&format!("{} sent as {}\n", action.deed.as_str(), action.id))
}

fn until(text: &str) -> Result<EventTime, String> {
    if let Some(time) = EventTime::parse(text) {
        return Ok(time);
    }
    let length = parse_duration(text)
        .map_err(|_| format!("{text:?} is neither a length of time such as 2h nor RFC 3339"))?;
    let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
    Ok(clock::now().plus_millis(millis))
}
