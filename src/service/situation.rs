//! The situation in numbers, for dashboards: where incidents are open, and what is nearest to becoming one.
//!
//! In: what the desk shows. Out: metrics.
//! Rule: labels are provinces and ranks, never words of posts: what the topics are called stands on the page.

use std::collections::BTreeMap;

use crate::desk::{Desk, Rising, Row};
use crate::metrics::Metrics;
use crate::relevance::{Lists, PlaceNames};
use crate::triage::Status;

/// How many topics are told.
const RANKS: usize = 10;

/// Knows the provinces, and where each lies.
pub(super) struct Situation {
    places: PlaceNames<'static>,
}

impl Situation {
    pub(super) fn new() -> Self {
        Self {
            places: PlaceNames::new(&Lists::built_in()),
        }
    }

    /// States what `desk` shows now.
    pub(super) fn show(&self, desk: &Desk, metrics: &Metrics) {
        self.show_places(&desk.rows(), metrics);
        show_nearest(&desk.nearest(), metrics);
    }

    fn show_places(&self, rows: &[Row], metrics: &Metrics) {
        let mut open: BTreeMap<&str, i64> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.status != Status::Resolved) {
            let Some(place) = &row.place else { continue };
            let Some(known) = self.places.get(&place.code) else {
                continue;
            };
            let province = if known.province.is_empty() {
                place.code.as_str()
            } else {
                known.province
            };
            *open.entry(province).or_default() += 1;
        }
        for (code, place) in self.places.provinces() {
            metrics
                .place_incidents
                .with_label_values(&[code, place.name, place.latitude, place.longitude])
                .set(open.get(code).copied().unwrap_or(0));
        }
    }
}

fn show_nearest(rising: &[Rising], metrics: &Metrics) {
    for rank in 0..RANKS {
        let topic = rising.get(rank);
        let rank = format!("{:02}", rank + 1);
        let numbers = [
            ("observed", topic.map(|topic| f64::from(topic.observed))),
            ("expected", topic.map(|topic| topic.expected)),
            ("critical", topic.map(|topic| f64::from(topic.critical))),
        ];
        for (number, value) in numbers {
            metrics
                .nearest
                .with_label_values(&[rank.as_str(), number])
                .set(value.unwrap_or(0.0));
        }
    }
}
