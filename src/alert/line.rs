//! One alert as one line of a terminal.

use super::words::{Words, fill};
use super::{Alert, Tongue, Zone};
use crate::triage::Status;

/// `AWAS IV   03:12:07 WIB  baru  Gempa di Lombok: 412 unggahan dalam 5 menit, biasanya 3,1  alami  setelah 41 dtk`.
/// The delay is event time, from the estimated onset to this revision.
pub fn line(alert: &Alert, words: &Words, tongue: Tongue, zone: Zone) -> String {
    let level = level_words(alert);
    let status = status(alert, words, tongue);
    let character = Words::of(&words.character, alert.character.as_str(), tongue);
    let title = alert.title.in_tongue(tongue);
    let clock = zone.clock(alert.updated_at);
    let seconds = alert.updated_at.0.millis_since(alert.onset_at.0).max(0) / 1000;
    let elapsed = elapsed(seconds, words, tongue);
    format!("{level:<11} {clock:<13}  {status:<12}  {title}  {character}  {elapsed}")
}

/// The level with its number, always together: `SIAGA III`.
pub fn level_words(alert: &Alert) -> String {
    let word = alert.level.as_str().to_uppercase();
    format!("{word} {}", roman(alert.level_number))
}

fn status<'a>(alert: &Alert, words: &'a Words, tongue: Tongue) -> &'a str {
    let id = match alert.status {
        Status::Opened => "opened",
        Status::Updated => "updated",
        Status::Escalated => "escalated",
        Status::Resolved => "resolved",
    };
    Words::of(&words.status, id, tongue)
}

fn roman(number: u8) -> &'static str {
    match number {
        2 => "II",
        3 => "III",
        4 => "IV",
        _ => "",
    }
}

fn elapsed(seconds: i64, words: &Words, tongue: Tongue) -> String {
    let (pattern, number) = match seconds {
        ..120 => (&words.elapsed.seconds, seconds),
        120..7_200 => (&words.elapsed.minutes, seconds / 60),
        7_200.. => (&words.elapsed.hours, seconds / 3_600),
    };
    fill(pattern.in_tongue(tongue), &[("n", &number.to_string())])
}
