//! The first fold.

mod batch;

pub use batch::{Batch, BatchError, Entry, FeedShape, Outcomes, Statement, Volume};
