//! Whose rules a detector follows where several processes state theirs.
//!
//! In: rules in batches, with the wall time of each batch, as data. Out: whether others hold from now on.
//! Rule: those of the youngest process hold as long as it states them. So while two versions of a configuration
//! run side by side the newer one decides everywhere, and if its processes are taken away, the older one again.
//! Not here: what the rules change (`settings`).

use serde::{Deserialize, Serialize};

use crate::ingest::Rules;
use crate::post::EventTime;

/// A process that has stated nothing for so long is gone: three of its statements.
const GONE_MS: i64 = 180_000;

/// The rules that hold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Followed {
    pub(super) rules: Rules,
    stated_at: EventTime,
}

impl Followed {
    /// Those of a file, until a process states its own.
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            stated_at: EventTime::default(),
        }
    }

    /// Hears `stated` at `now`; true when they hold from now on, and others did before.
    pub(super) fn hear(&mut self, stated: &Rules, now: EventTime) -> bool {
        let (known, heard) = (age(&self.rules), age(stated));
        let is_gone = now.millis_since(self.stated_at) > GONE_MS;
        if heard < known && !is_gone {
            return false;
        }
        self.stated_at = self.stated_at.max(now);
        let is_other = heard != known;
        if is_other {
            self.rules = stated.clone();
        }
        is_other
    }
}

/// The youngest last; of the same age, by what they are.
fn age(rules: &Rules) -> (EventTime, &str) {
    (rules.since, &rules.digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn at(second: i64) -> EventTime {
        EventTime::from_millis(1_772_600_000_000 + second * 1_000)
    }

    fn since(second: i64, minimum_posts: u32) -> Rules {
        let mut config = Config::built_in().unwrap();
        config.detect.minimum_posts = minimum_posts;
        Rules {
            since: at(second),
            ..Rules::of(&config)
        }
    }

    #[test]
    fn the_youngest_process_decides_as_long_as_it_is_heard() {
        let mut followed = Followed::new(Rules::of(&Config::built_in().unwrap()));
        let (old, new) = (since(0, 4), since(50, 5));
        assert!(followed.hear(&old, at(1)));
        assert!(!followed.hear(&old, at(61)));
        assert!(followed.hear(&new, at(62)));
        assert!(!followed.hear(&old, at(121)));
        assert!(!followed.hear(&old, at(181)));
        assert_eq!(followed.rules, new);
        // The new one is taken away.
        assert!(!followed.hear(&old, at(241)));
        assert!(followed.hear(&old, at(301)));
        assert_eq!(followed.rules, old);
    }

    #[test]
    fn statements_of_an_earlier_time_take_nothing_away() {
        let mut followed = Followed::new(Rules::of(&Config::built_in().unwrap()));
        assert!(followed.hear(&since(50, 5), at(60)));
        assert!(!followed.hear(&since(0, 4), at(10)));
        assert!(!followed.hear(&since(50, 5), at(20)));
        assert!(!followed.hear(&since(0, 4), at(200)));
    }
}
