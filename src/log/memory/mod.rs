//! The log in memory: replay and tests run the same stages on it as the service does on Kafka.
//!
//! Rule: behaves as the trait says; a poll never waits, because nobody else writes meanwhile.
//! Not here: groups that share partitions out by themselves. Whoever drives it assigns and revokes.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use super::{Ending, Event, Log, LogError, Outgoing, Partition, Position, Record};
use crate::post::EventTime;

/// Most records that one poll hands over for one partition.
const RECORDS_PER_POLL: usize = 1_000;

/// Kafka topics in memory, shared by the stages of one process.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    partitions: BTreeMap<Partition, Stored>,
    committed: BTreeMap<(String, Partition), u64>,
    owners: BTreeMap<(String, Partition), u64>,
    /// Numbers the times that a partition was given to somebody, like the generations of a group.
    tenures: u64,
    counts: BTreeMap<Arc<str>, u32>,
    forgetful: bool,
}

#[derive(Debug, Default)]
struct Stored {
    first: u64,
    records: VecDeque<StoredRecord>,
}

/// One record as the cluster keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its time.
    pub arrived_at: EventTime,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value.
    pub value: Option<Vec<u8>>,
    /// Its headers.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Cluster {
    /// An empty cluster that keeps every record.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty cluster that drops records once a group has committed past them: enough for a
    /// replay, where each Kafka topic has one reader.
    pub fn forgetful() -> Self {
        let cluster = Self::default();
        cluster.lock().forgetful = true;
        cluster
    }

    /// Makes a Kafka topic.
    pub fn create(&self, name: &str, partitions: u32) {
        let name: Arc<str> = name.into();
        let mut state = self.lock();
        for number in 0..partitions {
            state
                .partitions
                .entry(Partition {
                    name: Arc::clone(&name),
                    number,
                })
                .or_default();
        }
        state.counts.insert(name, partitions);
    }

    /// A stage's view, as a member of `group`.
    pub fn log(&self, group: &str) -> MemoryLog {
        MemoryLog {
            cluster: self.clone(),
            tenures: BTreeMap::new(),
            group: group.to_owned(),
            news: VecDeque::new(),
            leaving: Vec::new(),
            owned: Vec::new(),
            pending: Vec::new(),
            is_open: false,
        }
    }

    /// Everything that a partition holds, with offsets.
    pub fn read(&self, partition: &Partition) -> Vec<(u64, StoredRecord)> {
        let state = self.lock();
        let Some(stored) = state.partitions.get(partition) else {
            return Vec::new();
        };
        (stored.first..)
            .zip(stored.records.iter().cloned())
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn append(&mut self, outgoing: Outgoing) {
        let number = outgoing.partition.unwrap_or_else(|| {
            let partitions = self.counts.get(&outgoing.name).copied().unwrap_or(1).max(1);
            let key = outgoing.key.as_deref().unwrap_or_default();
            let hash = xxhash_rust::xxh3::xxh3_64(key) % u64::from(partitions);
            u32::try_from(hash).unwrap_or(0)
        });
        let partition = Partition {
            name: outgoing.name,
            number,
        };
        self.partitions
            .entry(partition)
            .or_default()
            .records
            .push_back(StoredRecord {
                arrived_at: outgoing.timestamp.unwrap_or_default(),
                key: outgoing.key,
                value: outgoing.value,
                headers: outgoing.headers,
            });
    }

    fn commit(&mut self, group: &str, done: &Position) {
        self.committed
            .insert((group.to_owned(), done.partition.clone()), done.next);
        if self.forgetful
            && let Some(stored) = self.partitions.get_mut(&done.partition)
        {
            while stored.first < done.next && stored.records.pop_front().is_some() {
                stored.first += 1;
            }
        }
    }
}

/// A stage's view of a [`Cluster`].
#[derive(Debug)]
pub struct MemoryLog {
    cluster: Cluster,
    /// By partition, under which number it was told that it owns it.
    tenures: BTreeMap<Partition, u64>,
    group: String,
    news: VecDeque<News>,
    leaving: Vec<Partition>,
    owned: Vec<Owned>,
    pending: Vec<Outgoing>,
    is_open: bool,
}

#[derive(Debug)]
struct Owned {
    partition: Partition,
    next: u64,
    end_told: Option<u64>,
}

#[derive(Debug)]
enum News {
    Assigned(Partition, u64),
    Revoked(Partition),
    Lost(Partition),
}

impl MemoryLog {
    /// Gives this member a partition; the next poll tells it.
    pub fn assign(&mut self, partition: Partition) {
        let place = (self.group.clone(), partition.clone());
        let mut state = self.cluster.lock();
        state.tenures += 1;
        let tenure = state.tenures;
        state.owners.insert(place, tenure);
        drop(state);
        self.news.push_back(News::Assigned(partition, tenure));
    }

    /// Takes a partition away; the next poll tells it, the one after no longer reads it.
    pub fn revoke(&mut self, partition: Partition) {
        self.news.push_back(News::Revoked(partition));
    }

    /// Takes a partition away at once, as after a lost session.
    pub fn lose(&mut self, partition: Partition) {
        self.owned.retain(|owned| owned.partition != partition);
        self.tenures.remove(&partition);
        self.news.push_back(News::Lost(partition));
    }

    fn tell(&mut self, news: &News, visit: &mut dyn FnMut(Event<'_>)) {
        match news {
            News::Assigned(partition, tenure) => {
                self.tenures.insert(partition.clone(), *tenure);
                // Asked for only now: this member may have committed since it was given.
                let place = (self.group.clone(), partition.clone());
                let committed = self.cluster.lock().committed.get(&place).copied();
                let next = committed.unwrap_or(0);
                visit(Event::Assigned { partition, next });
                self.owned.push(Owned {
                    partition: partition.clone(),
                    next,
                    end_told: None,
                });
            }
            News::Revoked(partition) => {
                self.owned.retain(|owned| owned.partition != *partition);
                visit(Event::Revoked { partition });
                self.leaving.push(partition.clone());
            }
            News::Lost(partition) => {
                // It may have been given and lost again between two polls.
                self.owned.retain(|owned| owned.partition != *partition);
                visit(Event::Lost { partition });
            }
        }
    }
}

impl Log for MemoryLog {
    fn poll(&mut self, _wait: Duration, visit: &mut dyn FnMut(Event<'_>)) -> Result<(), LogError> {
        for partition in self.leaving.drain(..) {
            self.tenures.remove(&partition);
            visit(Event::Lost {
                partition: &partition,
            });
        }
        if !self.news.is_empty() {
            // What was assigned is read from the next poll on: until then a stage may seek.
            // What is given after a revocation waits until that is answered.
            let mut revoked = false;
            while let Some(news) = self.news.pop_front() {
                let is_revoked = matches!(news, News::Revoked(_));
                if revoked && !is_revoked {
                    self.news.push_front(news);
                    break;
                }
                revoked |= is_revoked;
                self.tell(&news, visit);
            }
            return Ok(());
        }
        let state = self
            .cluster
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for owned in &mut self.owned {
            let Some(stored) = state.partitions.get(&owned.partition) else {
                continue;
            };
            let skip = usize::try_from(owned.next.saturating_sub(stored.first)).unwrap_or(0);
            owned.next = owned.next.max(stored.first);
            for record in stored.records.iter().skip(skip).take(RECORDS_PER_POLL) {
                visit(Event::Record(Record {
                    partition: &owned.partition,
                    offset: owned.next,
                    arrived_at: record.arrived_at,
                    key: record.key.as_deref(),
                    value: record.value.as_deref(),
                    headers: &record.headers,
                }));
                owned.next += 1;
            }
            let end = stored.first + stored.records.len() as u64;
            if owned.next == end && owned.end_told != Some(end) {
                owned.end_told = Some(end);
                visit(Event::AtEnd {
                    partition: &owned.partition,
                    next: end,
                });
            }
        }
        Ok(())
    }

    fn seek(&mut self, position: &Position) -> Result<(), LogError> {
        for owned in &mut self.owned {
            if owned.partition == position.partition {
                owned.next = position.next;
                owned.end_told = None;
            }
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), LogError> {
        self.pending.clear();
        self.is_open = true;
        Ok(())
    }

    fn append(&mut self, record: Outgoing) -> Result<(), LogError> {
        self.pending.push(record);
        Ok(())
    }

    fn commit(&mut self, done: &[Position]) -> Result<(), LogError> {
        let mut state = self.cluster.lock();
        let owns = |position: &Position| {
            let place = (self.group.clone(), position.partition.clone());
            let owner = state.owners.get(&place);
            owner.is_none_or(|tenure| self.tenures.get(&position.partition) == Some(tenure))
        };
        if !done.iter().all(owns) {
            return Err(LogError::Transient {
                operation: "committing",
                detail: "another member owns the partition".to_owned(),
            });
        }
        for record in self.pending.drain(..) {
            state.append(record);
        }
        for position in done {
            state.commit(&self.group, position);
        }
        self.is_open = false;
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.is_open
    }

    fn abort(&mut self) -> Result<Ending, LogError> {
        self.pending.clear();
        self.is_open = false;
        Ok(Ending::Dropped)
    }
}

#[cfg(test)]
mod tests;
