//! The log on Kafka: the only user of the Kafka client.
//!
//! In: what a stage appends and commits. Out: events of its group's partitions.
//! Rule: at least once. A commit first waits for every record, then commits the positions; a crash
//! between the two repeats records and loses none.
//! Not here: exactly-once delivery (transactions), what records mean.

pub mod catalogue;
pub mod embedded;
mod native;
mod places;
mod reader;
mod settings;
pub mod topics;
mod trouble;
mod writer;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

pub use settings::{KafkaSettings, Subscription};

use crate::config::Delivery;
use crate::log::{Event, Log, LogError, Outgoing, Partition, Position};
use reader::Reader;
use writer::Writer;

/// A stage's view of Kafka: one member of a consumer group and one idempotent producer. Belongs
/// on a thread of its own, for its calls wait for the brokers.
pub struct KafkaLog {
    /// `None` for a stage that only writes.
    reader: Option<Reader>,
    writer: Writer,
}

impl KafkaLog {
    /// Joins the group and starts the producer. Does not wait for the brokers: when they are
    /// away, `poll` brings nothing until they are back.
    pub fn connect(
        settings: &KafkaSettings,
        subscription: &Subscription,
    ) -> Result<Self, LogError> {
        let writer = match settings.delivery {
            Delivery::AtLeastOnce => Writer::start(settings, &subscription.stage)?,
        };
        let reader = if subscription.names.is_empty() {
            None
        } else {
            Some(Reader::join(settings, subscription)?)
        };
        Ok(Self { reader, writer })
    }

    /// Records that each owned partition still holds for this stage (high watermark minus
    /// position), as far as the last fetch knows: costs no request. Markers of transactions count.
    pub fn lag(&self) -> Vec<(Partition, u64)> {
        self.reader.as_ref().map_or_else(Vec::new, Reader::lag)
    }

    /// How often the brokers or the network did not do what was asked, since the start.
    pub fn troubles(&self) -> u64 {
        self.reader.as_ref().map_or(0, Reader::troubles)
    }

    /// Leaves the group and ends the producer, in a thread of its own: the client can hang when
    /// its coordinator is away. An error says that it still hangs after `deadline`; the process
    /// can end nevertheless, and the group notices after the session timeout.
    pub fn close(self, deadline: Duration) -> Result<(), LogError> {
        let (ended, wait) = mpsc::channel();
        thread::spawn(move || {
            drop(self);
            // Nobody listens any more when the deadline has passed.
            ended.send(()).ok();
        });
        wait.recv_timeout(deadline)
            .map_err(|_| LogError::Transient {
                operation: "closing the Kafka client",
                detail: format!("it did not end within {} ms", deadline.as_millis()),
            })
    }

    fn reader(&mut self, operation: &'static str) -> Result<&mut Reader, LogError> {
        self.reader.as_mut().ok_or_else(|| LogError::Fatal {
            operation,
            detail: "this stage reads no Kafka topic: name some in its subscription".to_owned(),
        })
    }
}

impl Log for KafkaLog {
    fn poll(&mut self, wait: Duration, visit: &mut dyn FnMut(Event<'_>)) -> Result<(), LogError> {
        self.writer.serve();
        self.reader("reading")?.poll(wait, visit)
    }

    fn seek(&mut self, position: &Position) -> Result<(), LogError> {
        self.reader("seeking")?.seek(position)
    }

    /// What an earlier transaction left open is dropped.
    fn begin(&mut self) -> Result<(), LogError> {
        self.writer.drop_waiting();
        Ok(())
    }

    fn append(&mut self, record: Outgoing) -> Result<(), LogError> {
        self.writer.append(record)
    }

    fn commit(&mut self, done: &[Position]) -> Result<(), LogError> {
        if done.is_empty() {
            return self.writer.flush();
        }
        self.reader("committing")?.check_owned(done)?;
        self.writer.flush()?;
        self.reader("committing")?.commit(done)
    }

    /// Drops what was not sent yet. Records beyond the limit of what waits may be in the log.
    fn abort(&mut self) -> Result<(), LogError> {
        self.writer.drop_waiting();
        Ok(())
    }
}
