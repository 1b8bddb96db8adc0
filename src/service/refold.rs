//! Folds a committed log anew and compares with what was committed as its outputs.
//!
//! In: the outputs of a stage as they stand in the log, then its inputs. Out: how many agree, or the
//! first difference.
//! Rule: byte for byte, in order. Outputs of inputs that the stage has not committed yet may be missing,
//! nothing else may.
//! Not here: reading Kafka (`cli/refold`).

use std::collections::VecDeque;
use std::sync::Arc;

use super::stage::Stage;
use crate::log::{Event, Outgoing, Partition, Record};
use crate::post::EventTime;

/// The first place where the log and the fold say different things.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// Both have an output there, but not the same.
    #[error(
        "input {input} gives another output than the one committed at offset {committed}:\n\
         committed: {found}\n\
         anew:      {expected}"
    )]
    Other {
        /// Offset of the input.
        input: u64,
        /// Offset of the committed output.
        committed: u64,
        /// What is committed.
        found: String,
        /// What the fold gives.
        expected: String,
    },
    /// The fold has an output that was never committed, though its input was.
    #[error("input {input} was committed without its output:\nanew:      {expected}")]
    Missing {
        /// Offset of the input.
        input: u64,
        /// What the fold gives.
        expected: String,
    },
    /// An output is committed that no input gives.
    #[error("no input gives the output committed at offset {committed}:\ncommitted: {found}")]
    Surplus {
        /// Offset of the committed output.
        committed: u64,
        /// What is committed.
        found: String,
    },
}

/// How much was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreement {
    /// Inputs that were folded.
    pub inputs: u64,
    /// Outputs that are equal.
    pub outputs: u64,
}

/// One stage's fold over one partition, beside what was committed for it.
pub struct Refold<S> {
    stage: S,
    /// The Kafka topic of the outputs that are compared; others, such as dead letters, are not.
    compared: Arc<str>,
    /// Inputs before this offset are committed: their outputs must be there.
    committed_to: u64,
    outputs: VecDeque<(u64, Vec<u8>)>,
    agreement: Agreement,
}

impl<S: Stage> Refold<S> {
    /// Begins to fold `partition`. `outputs` are the committed ones in the Kafka topic `compared` with their
    /// offsets, in order; they must have been read before the inputs.
    pub fn new(
        mut stage: S,
        partition: &Partition,
        committed_to: u64,
        compared: &str,
        outputs: VecDeque<(u64, Vec<u8>)>,
    ) -> Self {
        stage.visit(Event::Assigned { partition, next: 0 }, EventTime::MIN);
        Self {
            stage,
            compared: compared.into(),
            committed_to,
            outputs,
            agreement: Agreement::default(),
        }
    }

    /// Folds the next input and compares what comes of it.
    pub fn fold(&mut self, record: Record<'_>) -> Result<(), Difference> {
        let input = record.offset;
        self.stage.visit(Event::Record(record), EventTime::MIN);
        self.agreement.inputs += 1;
        // The time is not in the value.
        let outputs = self.stage.outputs(EventTime::MIN);
        self.stage.committed();
        let compared = Arc::clone(&self.compared);
        outputs
            .into_iter()
            .filter(|output| output.name == compared)
            .try_for_each(|output| self.compare(input, output))
    }

    /// Nothing may be left that no input gave.
    pub fn finish(mut self) -> Result<Agreement, Difference> {
        match self.outputs.pop_front() {
            None => Ok(self.agreement),
            Some((committed, value)) => Err(Difference::Surplus {
                committed,
                found: text(&value),
            }),
        }
    }

    fn compare(&mut self, input: u64, output: Outgoing) -> Result<(), Difference> {
        let expected = output.value.unwrap_or_default();
        match self.outputs.pop_front() {
            Some((_, found)) if found == expected => {
                self.agreement.outputs += 1;
                Ok(())
            }
            Some((committed, found)) => Err(Difference::Other {
                input,
                committed,
                found: text(&found),
                expected: text(&expected),
            }),
            None if input < self.committed_to => Err(Difference::Missing {
                input,
                expected: text(&expected),
            }),
            None => Ok(()),
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
