//! Panes, windows, watermarks and what is counted in them.
//!
//! In: posts reduced to numbers and hashes. Out: tallies that merge in any order, window borders.
//! Rule: everything here merges in any order to the same bytes; floats appear only when read.
//! **Invariant:** nothing in this room asks what time it is.
//! Not here: what a spike is (`detect`).

mod bottom;
mod capped;
mod distinct;
mod pane;
mod tally;

pub use bottom::{Bottom, PostSketch, Sample, Samples};
pub use capped::{Capped, Earliest, Joined};
pub use distinct::Distinct;
pub use pane::{Pane, Scale};
pub use tally::{FeedIndex, Tally};
