//! The log on Kafka: the only user of the Kafka client.
//!
//! In: what a stage appends and commits. Out: events of its group's partitions.
//! Rule: exactly once by transactions (`transactions`), or at least once: a commit first waits for
//! every record, then commits the positions, and a crash between the two repeats records.
//! Not here: what records mean.

pub mod catalogue;
mod credentials;
pub mod embedded;
pub mod history;
mod identity;
mod native;
mod places;
mod reader;
mod settings;
pub mod topics;
mod transactions;
mod trouble;
mod visit;
mod writer;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

pub use settings::{KafkaSettings, PRODUCER_QUEUE_KBYTES, PRODUCER_QUEUE_RECORDS, Subscription};

use crate::config::Delivery;
use crate::log::{Ending, Event, Log, LogError, Outgoing, Position};
use credentials::{Change, Watch};
use reader::Reader;
use transactions::Transactions;
use writer::Writer;

/// A stage's view of Kafka: one member of a consumer group and one producer. Belongs
/// on a thread of its own, for its calls wait for the brokers.
pub struct KafkaLog {
    settings: KafkaSettings,
    subscription: Subscription,
    secrets: Watch,
    /// `None` for a stage that only writes.
    reader: Option<Reader>,
    output: Output,
}

/// How records and positions go together.
enum Output {
    AtLeastOnce { writer: Writer, is_open: bool },
    ExactlyOnce(Box<Transactions>),
}

impl KafkaLog {
    /// Joins the group and starts the producer. Does not wait for the brokers: when they are
    /// away, `poll` brings nothing until they are back.
    pub fn connect(
        settings: &KafkaSettings,
        subscription: &Subscription,
    ) -> Result<Self, LogError> {
        let (reader, output) = clients(settings, subscription)?;
        Ok(Self {
            settings: settings.clone(),
            subscription: subscription.clone(),
            secrets: Watch::new(&settings.security),
            reader,
            output,
        })
    }

    /// Shows the brokers what the files of secrets hold now, if it has changed. A new certificate needs new
    /// clients: this member leaves its group and joins again, so the stage loses its partitions.
    fn renew(&mut self, change: Change, visit: &mut dyn FnMut(Event<'_>)) -> Result<(), LogError> {
        match change {
            Change::Nothing => Ok(()),
            Change::Secret => {
                tracing::info!(stage = &*self.subscription.stage, "a new password or token");
                let security = &self.settings.security;
                if let Some(reader) = &self.reader {
                    reader.show(security)?;
                }
                match &self.output {
                    Output::AtLeastOnce { writer, .. } => writer.show(security),
                    Output::ExactlyOnce(transactions) => transactions.show(),
                }
            }
            Change::Certificates => {
                tracing::info!(stage = &*self.subscription.stage, "new certificates");
                let (reader, output) = clients(&self.settings, &self.subscription)?;
                if let Some(reader) = &mut self.reader {
                    reader.lose_all(visit);
                }
                let old = (
                    std::mem::replace(&mut self.reader, reader),
                    std::mem::replace(&mut self.output, output),
                );
                // The client can hang when it ends: it ends elsewhere.
                thread::spawn(move || drop(old));
                Ok(())
            }
        }
    }

    /// Where each owned partition is read, and the records that it still holds for this stage (high watermark minus
    /// position), as far as the last fetch knows: costs no request. Markers of transactions count.
    pub fn lag(&self) -> Vec<(Position, u64)> {
        self.reader.as_ref().map_or_else(Vec::new, Reader::lag)
    }

    /// Whether the group has ever said which partitions are this member's, be it none.
    pub fn has_joined(&self) -> bool {
        self.reader.as_ref().is_some_and(Reader::has_joined)
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
}

/// The clients of a stage. Does not wait for the brokers.
fn clients(
    settings: &KafkaSettings,
    subscription: &Subscription,
) -> Result<(Option<Reader>, Output), LogError> {
    // A stage without inputs has no positions that its records could go together with.
    let output = if settings.delivery == Delivery::AtLeastOnce || subscription.names.is_empty() {
        let config = settings.producer(&subscription.stage)?;
        Output::AtLeastOnce {
            writer: Writer::start(&config, &settings.security)?,
            is_open: false,
        }
    } else {
        Output::ExactlyOnce(Box::new(Transactions::new(settings, &subscription.stage)))
    };
    let reader = if subscription.names.is_empty() {
        None
    } else {
        Some(Reader::join(settings, subscription)?)
    };
    Ok((reader, output))
}

fn reader<'l>(
    reader: &'l mut Option<Reader>,
    operation: &'static str,
) -> Result<&'l mut Reader, LogError> {
    reader.as_mut().ok_or_else(|| LogError::Fatal {
        operation,
        detail: "this stage reads no Kafka topic: name some in its subscription".to_owned(),
    })
}

impl Log for KafkaLog {
    fn poll(&mut self, wait: Duration, visit: &mut dyn FnMut(Event<'_>)) -> Result<(), LogError> {
        if !self.is_open() {
            let change = self.secrets.look();
            self.renew(change, visit)?;
        }
        match &self.output {
            Output::AtLeastOnce { writer, .. } => writer.serve(),
            Output::ExactlyOnce(transactions) => transactions.serve(),
        }
        reader(&mut self.reader, "reading")?.poll(wait, visit)
    }

    fn seek(&mut self, position: &Position) -> Result<(), LogError> {
        reader(&mut self.reader, "seeking")?.seek(position)
    }

    fn begin(&mut self) -> Result<(), LogError> {
        // A stage without inputs never polls, and writes seldom.
        if self.reader.is_none() {
            let change = self.secrets.look_now();
            self.renew(change, &mut |_| ())?;
        }
        match &mut self.output {
            Output::AtLeastOnce { writer, is_open } => {
                writer.drop_waiting();
                *is_open = true;
                Ok(())
            }
            Output::ExactlyOnce(transactions) => transactions.begin(),
        }
    }

    fn append(&mut self, record: Outgoing) -> Result<(), LogError> {
        match &mut self.output {
            Output::AtLeastOnce { writer, .. } => writer.append(record),
            Output::ExactlyOnce(transactions) => transactions.append(record),
        }
    }

    fn commit(&mut self, done: &[Position]) -> Result<(), LogError> {
        match &mut self.output {
            Output::AtLeastOnce { writer, is_open } => {
                if !done.is_empty() {
                    reader(&mut self.reader, "committing")?.check_owned(done)?;
                }
                writer.flush()?;
                if !done.is_empty() {
                    reader(&mut self.reader, "committing")?.commit(done)?;
                }
                *is_open = false;
                Ok(())
            }
            Output::ExactlyOnce(transactions) => {
                transactions.commit(reader(&mut self.reader, "committing")?, done)
            }
        }
    }

    fn is_open(&self) -> bool {
        match &self.output {
            Output::AtLeastOnce { is_open, .. } => *is_open,
            Output::ExactlyOnce(transactions) => transactions.is_open(),
        }
    }

    fn abort(&mut self) -> Result<Ending, LogError> {
        match &mut self.output {
            Output::AtLeastOnce { writer, is_open } => {
                writer.drop_waiting();
                *is_open = false;
                Ok(Ending::Dropped)
            }
            Output::ExactlyOnce(transactions) => {
                transactions.abort(reader(&mut self.reader, "aborting")?)
            }
        }
    }
}
