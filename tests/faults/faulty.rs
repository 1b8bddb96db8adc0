//! A log whose commits and seeks go wrong when they are told to.

use std::time::Duration;

use kentongan::log::memory::MemoryLog;
use kentongan::log::{Ending, Event, Log, LogError, Outgoing, Partition, Position};

/// What goes wrong next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The commit is refused.
    Refused,
    /// The commit holds; its answer gets lost, and so often the question how it ended.
    HeldUnanswered { asks: u8 },
    /// Nothing of the commit holds; its answer gets lost.
    DroppedUnanswered { asks: u8 },
    /// The next seek fails.
    SeekFails,
}

/// The failing twin of [`MemoryLog`].
pub(crate) struct FaultyLog {
    pub(crate) inner: MemoryLog,
    pub(crate) next: Option<Fault>,
    unknown: Option<(Ending, u8)>,
    announced: Vec<Partition>,
}

impl FaultyLog {
    pub(crate) fn new(inner: MemoryLog) -> Self {
        Self {
            inner,
            next: None,
            unknown: None,
            announced: Vec::new(),
        }
    }
}

fn failed() -> LogError {
    LogError::Transient {
        operation: "a simulated fault",
        detail: String::new(),
    }
}

impl Log for FaultyLog {
    fn poll(&mut self, wait: Duration, visit: &mut dyn FnMut(Event<'_>)) -> Result<(), LogError> {
        assert!(self.unknown.is_none(), "polled before the end is known");
        self.announced.clear();
        let announced = &mut self.announced;
        self.inner.poll(wait, &mut |event| {
            if let Event::Assigned { partition, .. } = event {
                announced.push(partition.clone());
            }
            visit(event);
        })
    }

    fn seek(&mut self, position: &Position) -> Result<(), LogError> {
        // Where a partition starts that was just given is set without asking anybody.
        let is_announced = self.announced.contains(&position.partition);
        if self.next == Some(Fault::SeekFails) && !is_announced {
            self.next = None;
            return Err(failed());
        }
        self.inner.seek(position)
    }

    fn begin(&mut self) -> Result<(), LogError> {
        assert!(!self.is_open(), "begun before the end is known");
        self.inner.begin()
    }

    fn append(&mut self, record: Outgoing) -> Result<(), LogError> {
        self.inner.append(record)
    }

    fn commit(&mut self, done: &[Position]) -> Result<(), LogError> {
        match self.next {
            None | Some(Fault::SeekFails) => self.inner.commit(done),
            Some(Fault::Refused) => {
                self.next = None;
                Err(failed())
            }
            Some(Fault::HeldUnanswered { asks }) => {
                self.next = None;
                self.inner.commit(done)?;
                self.unknown = Some((Ending::Committed, asks));
                Err(failed())
            }
            Some(Fault::DroppedUnanswered { asks }) => {
                self.next = None;
                self.unknown = Some((Ending::Dropped, asks));
                Err(failed())
            }
        }
    }

    fn is_open(&self) -> bool {
        self.unknown.is_some() || self.inner.is_open()
    }

    fn abort(&mut self) -> Result<Ending, LogError> {
        match &mut self.unknown {
            None => self.inner.abort(),
            Some((_, asks)) if *asks > 0 => {
                *asks -= 1;
                Err(failed())
            }
            Some((ending, _)) => {
                let ending = *ending;
                self.unknown = None;
                self.inner.abort()?;
                Ok(ending)
            }
        }
    }
}
