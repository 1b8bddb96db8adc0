//! Which incidents another configuration would add and drop.
//!
//! In: the alerts of two back-tests on the same posts. Out: the difference, a line an incident.
//! Rule: two incidents are the same when they share a topic and overlap in time.

use std::io::{self, Write};

use crate::alert::Alert;
use crate::post::{EventTime, TopicKey};

/// Incidents of one back-test.
#[derive(Debug, Default)]
pub(super) struct Incidents(Vec<Incident>);

#[derive(Debug)]
struct Incident {
    id: String,
    line: String,
    topics: Vec<TopicKey>,
    begin: EventTime,
    end: EventTime,
}

impl Incidents {
    /// Notes one alert.
    pub(super) fn note(&mut self, alert: &[u8]) {
        let Ok(alert) = serde_json::from_slice::<Alert>(alert) else {
            return;
        };
        let known = self
            .0
            .iter_mut()
            .find(|incident| incident.id == alert.incident);
        if let Some(known) = known {
            known.end = known.end.max(alert.updated_at.0);
            known.topics = alert.topics;
            return;
        }
        self.0.push(Incident {
            line: format!(
                "{} {} {} {}",
                alert.opened_at.0,
                alert.level.as_str(),
                alert.topic,
                alert.title.en
            ),
            id: alert.incident,
            topics: alert.topics,
            begin: alert.onset_at.0,
            end: alert.updated_at.0,
        });
    }

    fn hold(&self, other: &Incident) -> bool {
        self.0.iter().any(|incident| {
            incident.begin <= other.end
                && other.begin <= incident.end
                && incident
                    .topics
                    .iter()
                    .any(|topic| other.topics.contains(topic))
        })
    }
}

/// Writes `- ` for each incident that only `old` has, `+ ` for each that only `new` has, in the order
/// of their opening, and a last line that adds up.
pub(super) fn write(old: &Incidents, new: &Incidents, to: &mut impl Write) -> io::Result<()> {
    let dropped = old.0.iter().filter(|incident| !new.hold(incident));
    let added = new.0.iter().filter(|incident| !old.hold(incident));
    let mut lines: Vec<(&str, &str)> = dropped
        .map(|incident| (incident.line.as_str(), "-"))
        .chain(added.map(|incident| (incident.line.as_str(), "+")))
        .collect();
    lines.sort_unstable();
    for (line, sign) in &lines {
        writeln!(to, "{sign} {line}")?;
    }
    let added = lines.iter().filter(|(_, sign)| *sign == "+").count();
    let dropped = lines.len() - added;
    writeln!(
        to,
        "incidents before={} after={} dropped={dropped} added={added}",
        old.0.len(),
        new.0.len()
    )
}
