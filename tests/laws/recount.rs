//! The recount: what every post becomes, told from all posts at once, with none of the program's parts.
//!
//! In: a world. Out: posts by topic, pane and kind; what became of the posts of each input partition.
//! Rule: the words of docs/decisions and of the configuration file, written out the slow way. A duplicate has
//! the key of one of the last N offsets of its partition; late is more than the lateness behind the newest post
//! of its partition before it; neither a refused post nor a duplicate counts as newest.

use std::collections::BTreeMap;

use kentongan::feed::Refusal;
use kentongan::ingest::Outcomes;
use kentongan::post::{EventTime, FeedKind};
use kentongan::window::Pane;

use crate::world::{Arrived, Input, LATENESS_MS, Meant, SKEW_MS, World};

/// One topic in one pane of one kind.
pub(crate) type Cell = (String, FeedKind, Pane);

/// A post that was counted: its input, its record, its cells.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) input: usize,
    pub(crate) record: usize,
    pub(crate) cells: Vec<Cell>,
}

#[derive(Debug, Default)]
pub(crate) struct Recount {
    pub(crate) counted: Vec<Counted>,
    pub(crate) outcomes: Vec<Outcomes>,
}

impl Recount {
    pub(crate) fn new(world: &World, duplicate_window_posts: u32) -> Self {
        let mut recount = Self::default();
        for (number, input) in world.inputs.iter().enumerate() {
            let outcomes = recount.walk(number, input, duplicate_window_posts);
            recount.outcomes.push(outcomes);
        }
        recount
    }

    /// Posts of each cell, among those for which `chosen` holds.
    pub(crate) fn cells(&self, chosen: impl Fn(&Counted) -> bool) -> BTreeMap<Cell, u32> {
        let mut cells = BTreeMap::new();
        for counted in self.counted.iter().filter(|counted| chosen(counted)) {
            for cell in &counted.cells {
                *cells.entry(cell.clone()).or_insert(0) += 1;
            }
        }
        cells
    }

    /// From the first record of an input partition to the last.
    fn walk(&mut self, number: usize, input: &Input, duplicate_window_posts: u32) -> Outcomes {
        let mut outcomes = Outcomes::default();
        let mut seen: Vec<(u64, &str)> = Vec::new();
        let mut newest: Option<EventTime> = None;
        for (record, arrived) in input.records.iter().enumerate() {
            let (name, time, topics) = match accept(input.kind, arrived) {
                Ok(post) => post,
                Err(reason) => {
                    outcomes.refuse(reason);
                    continue;
                }
            };
            let first = arrived
                .offset
                .saturating_sub(u64::from(duplicate_window_posts));
            let again = |&(offset, other): &(u64, &str)| offset >= first && other == name;
            let is_duplicate = seen.iter().any(again);
            seen.push((arrived.offset, name));
            if is_duplicate {
                outcomes.duplicate += 1;
                continue;
            }
            newest = newest.max(Some(time));
            if newest.is_some_and(|newest| newest.millis_since(time) > i64::from(LATENESS_MS)) {
                outcomes.late += 1;
            } else if topics.is_empty() {
                outcomes.untopical += 1;
            } else {
                outcomes.counted += 1;
                let cell = |topic: &String| (topic.clone(), input.kind, Pane::of(time));
                self.counted.push(Counted {
                    input: number,
                    record,
                    cells: topics.iter().map(cell).collect(),
                });
            }
        }
        outcomes
    }
}

/// Name, place in time and topics of a record that is not refused.
fn accept(kind: FeedKind, arrived: &Arrived) -> Result<(&str, EventTime, &[String]), Refusal> {
    match &arrived.meant {
        Meant::Refused(reason) => Err(*reason),
        Meant::Post {
            name,
            created_at,
            topics,
        } => match kind {
            FeedKind::News => Ok((name, arrived.at, topics)),
            FeedKind::Social if created_at.millis_since(arrived.at) > i64::from(SKEW_MS) => {
                Err(Refusal::Future)
            }
            FeedKind::Social => Ok((name, *created_at, topics)),
        },
    }
}
