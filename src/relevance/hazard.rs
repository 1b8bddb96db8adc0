//! The code of a hazard: small enough to copy everywhere.

use serde::{Deserialize, Serialize};

/// A hazard of the lexicon by its id (`gempa`), cut to sixteen bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HazardCode([u8; 16]);

impl HazardCode {
    /// From the id of a hazard; what is longer is cut.
    pub fn new(id: &str) -> Self {
        let mut bytes = [0_u8; 16];
        for (to, from) in bytes.iter_mut().zip(id.bytes()) {
            *to = from;
        }
        Self(bytes)
    }
}
