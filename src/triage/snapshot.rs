//! Triage as bytes: what a new owner begins with, instead of the whole log.
//!
//! In: the fold and what its owner keeps beside it, or bytes that were made of them. Out: the other.
//! Rule: a fold that is read back says what the one that was written would say. Fact-checks are not in it:
//! whoever restores it gives it those of the log as it is now, and the time that it has come to says which count.
//! Not here: how the bytes are laid out (`detect/sealed`), where they are kept (`service/snapshots`).

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{State, Triage};
use crate::config;
use crate::detect::{SnapshotError, sealed};

/// The first byte: the version of the layout. Any change of what a state or a signal holds needs a new number.
const VERSION: u8 = 2;

impl Triage {
    /// The fold as bytes, with `beside` in the same whole.
    pub fn snapshot(&self, beside: &impl Serialize) -> Result<Vec<u8>, SnapshotError> {
        sealed::seal(VERSION, &(&self.state, beside))
    }

    /// The fold that wrote `bytes`, under the configuration as it is now, and what stood beside it.
    pub fn restore<B: DeserializeOwned>(
        config: &config::Config,
        bytes: &[u8],
    ) -> Result<(Self, B), SnapshotError> {
        let (state, beside): (State, B) = sealed::open(VERSION, bytes)?;
        let new = Self::new(config);
        let mut restored = Self { state, ..new };
        restored.keep_to_rules();
        Ok((restored, beside))
    }
}
