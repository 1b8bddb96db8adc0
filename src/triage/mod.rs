//! The third fold.

mod incident;

pub use incident::{Character, Level, Reason, Revision, Status};
