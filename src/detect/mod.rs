//! The second fold.

pub mod series;
mod signal;
pub mod tail;

pub use signal::{Change, CountTable, Pair, Series, Signal, SignalRecord, Tick, WindowEvidence};
