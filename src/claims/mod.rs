//! Fact-checked claims, and which of them a text resembles.
//!
//! In: records of fact-checks, edits and withdrawals; texts of posts. Out: the claims that a text
//! resembles, each with a score from 0 to 1 and why.
//! Rule: the answer depends on the set of claims that are held and on the text, not on the order in
//! which the claims came. A match says that two texts resemble each other: never who is lying.
//! Not here: which texts are asked about (`triage`), where the records come from (`service`), how a
//! match is worded (`alert`).
//!
//! The path of a text: `text` makes words of it, `index` finds the nearest claims by shared words and
//! parts of words, `measure` takes the measures of each, `weigh` makes one number of them.

mod index;
mod measure;
mod record;
mod store;
#[cfg(test)]
mod tests;
mod text;
mod weigh;

pub use record::{Claim, ClaimRecord, ClaimRefusal, Refused};
pub use store::{Claims, Counters, Limits, Match, Why};
pub use text::Reader;

/// From this score on a text resembles a claim, unless the configuration says otherwise. Chosen on
/// ordinary posts, of which at most one in 300 may pass (docs/hoaxes.md).
pub const THRESHOLD: f64 = 0.5;
