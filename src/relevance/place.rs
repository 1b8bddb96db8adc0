//! The code of a place: small enough to copy everywhere.

use serde::{Deserialize, Serialize};

/// A place in the gazetteer: `ID-JK` for a province, longer codes for what lies in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlaceCode(pub [u8; 8]);

impl PlaceCode {
    /// From at most eight ASCII characters; longer codes are cut.
    pub fn new(code: &str) -> Self {
        let mut bytes = [0_u8; 8];
        for (to, from) in bytes.iter_mut().zip(code.bytes()) {
            *to = from;
        }
        Self(bytes)
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|&byte| byte == 0);
        self.0
            .get(..end.unwrap_or(self.0.len()))
            .and_then(|code| std::str::from_utf8(code).ok())
            .unwrap_or("")
    }
}
