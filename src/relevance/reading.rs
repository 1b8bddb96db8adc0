//! What one pass over a post found.
//!
//! In: nothing; `Gate::read` fills it. Out: verdict, evidence, places, hazards, hashtags.
//! Rule: reused from post to post, so that nothing is allocated once its buffers have grown.

use std::sync::Arc;

use crate::relevance::place::PlaceCode;
use crate::relevance::scan::{Scan, Span};
use crate::relevance::score::Hit;
use crate::relevance::witness::Witness;

/// One witness for or against relevance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence<'a> {
    /// The kind of witness.
    pub witness: Witness,
    /// What was found in the text, folded; empty where the witness is the whole post.
    pub found: &'a str,
    /// What it adds to the score.
    pub weight: f32,
}

/// A witness, by where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) witness: Witness,
    pub(crate) span: Option<Span>,
    pub(crate) weight: f32,
}

/// What one pass over a post's text found.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The verdict.
    pub relevant: bool,
    /// The sum of the weights.
    pub score: f32,
    /// The places named, in order of first mention, then the provinces that they lie in.
    pub places: Vec<PlaceCode>,
    /// Ids of the hazards named (`gempa`, `banjir`), in order of first mention.
    pub hazards: Vec<Arc<str>>,
    pub(crate) scan: Scan,
    pub(crate) found: Vec<Found>,
    pub(crate) hits: Vec<Hit>,
    pub(crate) provinces: Vec<PlaceCode>,
}

impl Reading {
    /// The words of the post.
    pub fn scan(&self) -> &Scan {
        &self.scan
    }

    /// Hashtags without `#`, folded, in order; one that is used twice comes twice.
    pub fn hashtags(&self) -> impl Iterator<Item = &str> {
        self.scan.tags.iter().map(|&tag| self.scan.word(tag))
    }

    /// The witnesses, in order of first mention.
    pub fn evidence(&self) -> impl Iterator<Item = Evidence<'_>> {
        self.found.iter().map(|found| Evidence {
            witness: found.witness,
            found: found.span.map_or("", |span| self.scan.word(span)),
            weight: found.weight,
        })
    }

    /// Where listed words stand that may say what the post is about, in order.
    pub(crate) fn listed(&self) -> impl Iterator<Item = Span> {
        self.hits.iter().map(Hit::span)
    }

    pub(crate) fn clear(&mut self) {
        self.relevant = false;
        self.score = 0.0;
        self.places.clear();
        self.hazards.clear();
        self.scan.clear();
        self.found.clear();
        self.provinces.clear();
    }
}
