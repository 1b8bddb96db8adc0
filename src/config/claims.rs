//! The section `[claims]`: fact-checked claims that alerts are compared with.
//!
//! In: the section. Out: [`Claims`].
//! Rule: without a file and without a feed nothing is compared.

use serde::Serialize;

use crate::config::section::Section;
use crate::config::text_rules;

/// Fact-checked claims.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claims {
    /// Kafka topic of the fact-checks; empty: none.
    pub feed: String,
    /// File that is read at start; empty: none.
    pub file: String,
    /// Most claims that are held.
    pub max_claims: u32,
    /// Longest record, bytes.
    pub max_claim_bytes: u32,
    /// From this score on a post resembles a claim.
    pub threshold: f64,
    /// Days from the fact-check to a post that make it a return.
    pub returns_after_days: u32,
}

impl Claims {
    /// Whether anything is compared at all.
    pub fn is_in_use(&self) -> bool {
        !self.feed.is_empty() || !self.file.is_empty()
    }

    pub(super) fn read(mut section: Section<'_, '_, '_>) -> Self {
        let claims = Self {
            feed: section
                .text("feed", text_rules::kafka_name_or_none)
                .unwrap_or_default(),
            file: section.text("file", text_rules::path).unwrap_or_default(),
            max_claims: section.whole("max_claims", 1..=1_000_000),
            max_claim_bytes: section.whole("max_claim_bytes", 1024..=1_048_576),
            threshold: section.fraction("threshold", 0.01..=1.0),
            returns_after_days: section.whole("returns_after_days", 1..=3650),
        };
        section.finish();
        claims
    }
}
