//! Notices partitions that have something to read, and a stage that does not get on with them.
//!
//! In: what each owned partition still holds, and the time. Out: which stand, and since when.
//! Rule: standing is lag without progress; a slow stage progresses, a partition without lag has nothing
//! to progress to.
//! Not here: what is done about it (`watched_log`, `drive`).

use std::collections::BTreeMap;

use crate::log::{Partition, Position};
use crate::post::EventTime;

/// A partition, and when it moved last.
#[derive(Debug, Clone, Copy)]
struct Seen {
    next: u64,
    moved_at: EventTime,
    is_told: bool,
}

/// A partition that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) partition: Partition,
    /// The offset that would be read next.
    pub(super) next: u64,
    /// Records that wait.
    pub(super) waiting: u64,
    pub(super) stood_ms: i64,
    /// The first time that it is said of this standing.
    pub(super) is_news: bool,
}

/// The watchdog of one stage.
#[derive(Debug)]
pub(super) struct Watchdog {
    patience_ms: i64,
    seen: BTreeMap<Partition, Seen>,
}

impl Watchdog {
    pub(super) fn new(patience_ms: u32) -> Self {
        Self {
            patience_ms: i64::from(patience_ms),
            seen: BTreeMap::new(),
        }
    }

    /// Looks at what is owned, each with the records that wait; which of them stand.
    pub(super) fn look(&mut self, owned: &[(Position, u64)], now: EventTime) -> Vec<Standing> {
        self.seen
            .retain(|known, _| owned.iter().any(|(at, _)| at.partition == *known));
        let mut standing = Vec::new();
        for (position, waiting) in owned {
            let moved = Seen {
                next: position.next,
                moved_at: now,
                is_told: false,
            };
            let seen = self.seen.entry(position.partition.clone()).or_insert(moved);
            if *waiting == 0 || seen.next != position.next {
                *seen = moved;
            }
            let stood_ms = now.millis_since(seen.moved_at);
            if stood_ms >= self.patience_ms {
                standing.push(Standing {
                    partition: position.partition.clone(),
                    next: position.next,
                    waiting: *waiting,
                    stood_ms,
                    is_news: !std::mem::replace(&mut seen.is_told, true),
                });
            }
        }
        standing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(watchdog: &mut Watchdog, second: i64, owned: &[(u32, u64, u64)]) -> Vec<(u32, bool)> {
        let owned: Vec<(Position, u64)> = owned
            .iter()
            .map(|&(number, next, waiting)| {
                let name = "counts".into();
                let partition = Partition { name, number };
                (Position { partition, next }, waiting)
            })
            .collect();
        let standing = watchdog.look(&owned, EventTime::from_millis(second * 1_000));
        let short = standing.iter().map(|at| (at.partition.number, at.is_news));
        short.collect()
    }

    #[test]
    fn lag_without_progress_is_told_once_and_stated_until_it_moves() {
        let mut watchdog = Watchdog::new(60_000);
        assert_eq!(look(&mut watchdog, 0, &[(0, 5, 9), (1, 7, 0)]), []);
        assert_eq!(look(&mut watchdog, 59, &[(0, 5, 9), (1, 7, 0)]), []);
        assert_eq!(
            look(&mut watchdog, 60, &[(0, 5, 9), (1, 7, 0)]),
            [(0, true)]
        );
        assert_eq!(
            look(&mut watchdog, 61, &[(0, 5, 10), (1, 7, 0)]),
            [(0, false)]
        );
        assert_eq!(look(&mut watchdog, 62, &[(0, 6, 9), (1, 7, 0)]), []);
        assert_eq!(
            look(&mut watchdog, 122, &[(0, 6, 9), (1, 7, 0)]),
            [(0, true)]
        );
    }

    #[test]
    fn a_partition_that_comes_back_begins_anew() {
        let mut watchdog = Watchdog::new(60_000);
        assert_eq!(look(&mut watchdog, 0, &[(0, 5, 9)]), []);
        assert_eq!(look(&mut watchdog, 30, &[]), []);
        assert_eq!(look(&mut watchdog, 70, &[(0, 5, 9)]), []);
    }
}
