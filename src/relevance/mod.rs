//! Does a post touch Indonesia? Witnesses from lexicon and gazetteer, added up.
//!
//! In: a post. Out: a [`Reading`]: what was found in one pass over its text, and the verdict.
//! Rule: the same post and the same lists give the same reading; a reading is reused, not allocated.
//! Not here: which topics a post adds to (`topic`).
//!
//! The path of a text: `normal` folds it, `cut` makes words of it, `matcher` finds the listed
//! ones (`lists`, `lexicon`, `gazetteer`), `score` weighs them (`witness`) into the `reading`.

mod by_hash;
mod cut;
mod eight_bytes;
mod gazetteer;
mod hazard;
mod language;
mod lexicon;
mod lists;
mod look_alike;
mod matcher;
mod normal;
mod place;
mod place_name;
mod reading;
mod scan;
mod score;
#[cfg(test)]
mod tests;
mod witness;

pub use hazard::HazardCode;
pub use lists::Lists;
pub use matcher::{Builder, Matcher, PatternError};
pub use place::PlaceCode;
pub use place_name::{PlaceName, PlaceNames};
pub use reading::{Evidence, Reading};
pub use scan::{Field, Scan, Span, Token};
pub use witness::{Weights, Witness};

use crate::config;
use crate::post::{Location, Post};
use crate::relevance::lexicon::Lexicon;

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
    lexicon: Lexicon,
    weights: Weights,
}

impl Gate {
    /// The gate with the lists that are built in.
    pub fn new(config: &config::Relevance) -> Result<Self, GateError> {
        Self::with_lists(config, &Lists::built_in())
    }

    /// The gate with other lists.
    pub fn with_lists(config: &config::Relevance, lists: &Lists<'_>) -> Result<Self, GateError> {
        let weights = Weights::parse(lists.weights).map_err(|detail| GateError::List {
            file: "relevance.toml".to_owned(),
            detail,
        })?;
        Ok(Self {
            enabled: config.enabled,
            lexicon: Lexicon::load(lists)?,
            weights,
        })
    }

    /// Reads `post` once and fills `reading`. With the gate off every post is relevant, and
    /// places, hazards and hashtags are found all the same.
    pub fn read(&self, post: &Post<'_>, reading: &mut Reading) {
        reading.clear();
        let split = |tag: &str, pieces: &mut Vec<Span>| self.lexicon.split_tag(tag, pieces);
        reading.scan.read(&post.title, Field::Title, split);
        reading.scan.read(&post.text, Field::Text, split);
        if let Some(Location::Named(name)) = &post.location {
            reading.scan.read(name, Field::Location, split);
        }
        score::judge(&self.lexicon, &self.weights, post, reading);
        reading.relevant |= !self.enabled;
    }
}
