//! Dead letters: a refused record with where it stood and why, and the way back to its feed.
//!
//! In: refused records, or dead letters. Out: dead letters, or the records as they came.
//! Rule: what is sent back is what came, byte for byte; what was cut is not sent back.
//! Not here: which records are refused (`feed`), the command (`cli/dlq`).

use std::collections::BTreeMap;

use super::stage::Stage;
use crate::log::{Event, Outgoing, Partition, Position, Record};
use crate::post::EventTime;

/// Longest dead letter; the rest of an oversized record is cut and the cut is stated.
pub(super) const DEAD_LETTER_BYTES: usize = 65_536;
/// What the Kafka topic of a feed's dead letters ends with.
pub const SUFFIX: &str = ".dlq";
/// What the names of added headers begin with: those of Kafka Connect, and our own.
const CONNECT: &str = "__connect.errors.";
const OWN: &str = "x-kentongan-";
const PARTITION: &str = "__connect.errors.partition";
const CUT: &str = "x-kentongan-cut-from-bytes";
const WITHOUT_HEADERS: &str = "x-kentongan-without-headers";

/// The record as it came, with headers that say where it stood and why it was refused.
pub(super) fn dead_letter(record: &Record<'_>, reason: &str, detail: &str) -> Outgoing {
    let header = |name: &str, value: String| (name.to_owned(), value.into_bytes());
    let carried: usize = record
        .headers
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    let mut headers = if carried > DEAD_LETTER_BYTES {
        vec![header(WITHOUT_HEADERS, carried.to_string())]
    } else {
        record.headers.to_vec()
    };
    headers.extend([
        header("__connect.errors.topic", record.partition.name.to_string()),
        header(PARTITION, record.partition.number.to_string()),
        header("__connect.errors.offset", record.offset.to_string()),
        header("__connect.errors.stage", "VALUE_CONVERTER".to_owned()),
        header(
            "__connect.errors.exception.message",
            format!("{reason}: {detail}"),
        ),
        header("x-kentongan-reason", reason.to_owned()),
    ]);
    let value = record
        .value
        .map(|value| match value.get(..DEAD_LETTER_BYTES) {
            Some(start) if start.len() < value.len() => {
                headers.push(header(CUT, value.len().to_string()));
                start.to_vec()
            }
            Some(_) | None => value.to_vec(),
        });
    Outgoing {
        name: format!("{}{SUFFIX}", record.partition.name).into(),
        partition: None,
        key: record.key.map(<[u8]>::to_vec),
        value,
        headers,
        timestamp: Some(record.arrived_at).filter(|&at| at != EventTime::MIN),
    }
}

/// The record that became the dead letter `record`; `None` when something of it was cut, or when it
/// is no dead letter of ours.
fn original(record: &Record<'_>) -> Option<Outgoing> {
    let header = |wanted: &str| {
        let found = record.headers.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    };
    if header(CUT).is_some() || header(WITHOUT_HEADERS).is_some() {
        return None;
    }
    let carried = record
        .headers
        .iter()
        .filter(|(name, _)| !name.starts_with(CONNECT) && !name.starts_with(OWN));
    Some(Outgoing {
        name: record.partition.name.strip_suffix(SUFFIX)?.into(),
        partition: Some(header(PARTITION)?.parse().ok()?),
        key: record.key.map(<[u8]>::to_vec),
        value: record.value.map(<[u8]>::to_vec),
        headers: carried.cloned().collect(),
        timestamp: Some(record.arrived_at).filter(|&at| at != EventTime::MIN),
    })
}

/// What became of dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Returned {
    /// Sent back to their feeds.
    pub sent: u64,
    /// Cut, or without the headers that say where they stood: not sent back.
    pub kept: u64,
}

/// Sends dead letters back to their feeds.
#[derive(Debug, Default)]
pub struct ReturnStage {
    owned: BTreeMap<Partition, (u64, bool)>,
    /// What was read since the last commit, by where it was; `None`: it does not go back.
    pending: Vec<(Partition, Option<Outgoing>)>,
    returned: Returned,
    progressed: bool,
}

impl ReturnStage {
    /// What was committed so far.
    pub fn returned(&self) -> Returned {
        self.returned
    }

    /// Whether all that it owns is read to the end and committed.
    pub fn is_done(&self) -> bool {
        let at_end = self.owned.values().all(|&(_, at_end)| at_end);
        !self.owned.is_empty() && at_end && !self.progressed
    }
}

impl Stage for ReturnStage {
    fn name(&self) -> &'static str {
        "dlq-replay"
    }

    fn visit(&mut self, event: Event<'_>, _now: EventTime) {
        match event {
            Event::Assigned { partition, next } => {
                self.owned.insert(partition.clone(), (next, false));
            }
            Event::Record(record) => {
                let next = record.offset.saturating_add(1);
                self.owned.insert(record.partition.clone(), (next, false));
                self.progressed = true;
                let from = record.partition.clone();
                self.pending.push((from, original(&record)));
            }
            Event::AtEnd { partition, next } => {
                self.owned.insert(partition.clone(), (next, true));
            }
            Event::Revoked { .. } => {}
            // The next owner reads again what was not committed.
            Event::Lost { partition } => {
                self.owned.remove(partition);
                self.pending.retain(|(from, _)| from != partition);
            }
        }
    }

    fn is_due(&self, _now: EventTime) -> bool {
        self.progressed
    }

    fn outputs(&mut self, _now: EventTime) -> Vec<Outgoing> {
        let pending = self.pending.iter();
        pending.filter_map(|(_, record)| record.clone()).collect()
    }

    fn done(&self) -> Vec<Position> {
        let position = |(partition, &(next, _)): (&Partition, &(u64, bool))| Position {
            partition: partition.clone(),
            next,
        };
        self.owned.iter().map(position).collect()
    }

    fn committed(&mut self) {
        for (_, record) in self.pending.drain(..) {
            match record {
                Some(_) => self.returned.sent += 1,
                None => self.returned.kept += 1,
            }
        }
        self.progressed = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(value: &[u8], headers: &[(String, Vec<u8>)]) -> (Outgoing, Option<Outgoing>) {
        let at = |name: &str, number| Partition {
            name: name.into(),
            number,
        };
        let feed = at("feeds.social", 3);
        let refused = Record {
            partition: &feed,
            offset: 17,
            arrived_at: EventTime::from_millis(5),
            key: Some(b"key"),
            value: Some(value),
            headers,
        };
        let letter = dead_letter(&refused, "not_json", "line 1");
        let letters = at(&letter.name, 0);
        let record = Record {
            partition: &letters,
            headers: &letter.headers,
            value: letter.value.as_deref(),
            ..refused
        };
        let back = original(&record);
        (letter, back)
    }

    #[test]
    fn what_is_sent_back_is_what_came() {
        let own = [("trace".to_owned(), vec![1, 2])];
        let (letter, back) = round_trip(b"broken", &own);
        let back = back.unwrap();
        assert_eq!(&*letter.name, "feeds.social.dlq");
        assert_eq!(letter.headers.len(), 7);
        assert_eq!((&*back.name, back.partition), ("feeds.social", Some(3)));
        assert_eq!(back.key.as_deref(), Some(&b"key"[..]));
        assert_eq!(back.value.as_deref(), Some(&b"broken"[..]));
        assert_eq!(back.headers, own);
        assert_eq!(back.timestamp, Some(EventTime::from_millis(5)));
    }

    #[test]
    fn what_was_cut_stays_and_says_so() {
        let (letter, back) = round_trip(&vec![b'x'; DEAD_LETTER_BYTES + 1], &[]);
        assert_eq!(letter.value.unwrap().len(), DEAD_LETTER_BYTES);
        assert!(back.is_none());
        let headers = [("long".to_owned(), vec![0; DEAD_LETTER_BYTES])];
        let (letter, back) = round_trip(b"broken", &headers);
        assert!(letter.headers.iter().all(|(name, _)| name != "long"));
        assert!(back.is_none());
    }
}
