//! The second fold.

mod signal;

pub use signal::{Change, CountTable, Pair, Series, Signal, SignalRecord, Tick, WindowEvidence};
