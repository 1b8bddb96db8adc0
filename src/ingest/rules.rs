//! What the folds behind ingest decide by, as data of the log.
//!
//! In: the configuration of one process. Out: [`Rules`], which its batches state.
//! Rule: what a fold decides by stands in its log and counts from there on. So a log that is folded again decides
//! as it did, whatever the files of configuration say by then.
//! Not here: whose rules hold where several processes state theirs (`detect`).

use serde::{Deserialize, Serialize};

use crate::config;
use crate::post::EventTime;

/// What detect and triage decide by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// Since when the process that states them runs, wall time; 0 for one that states none.
    pub since: EventTime,
    /// What stands for the whole configuration in alerts.
    pub digest: String,
    /// `ingest.lateness_ms`: how far closing lies behind.
    pub lateness_ms: u32,
    /// `topics.phrases_per_post`: whether phrases have a share of the budget.
    pub phrases_per_post: u8,
    /// Of the second fold.
    pub detect: config::Detect,
    /// Of the third.
    pub triage: config::Triage,
    /// When an incident is serious.
    pub levels: config::Levels,
}

impl Rules {
    /// Those of `config`, which no process states.
    pub fn of(config: &config::Config) -> Self {
        Self {
            since: EventTime::default(),
            digest: config.digest(),
            lateness_ms: config.ingest.lateness_ms,
            phrases_per_post: config.topics.phrases_per_post,
            detect: config.detect.clone(),
            triage: config.triage.clone(),
            levels: config.levels.clone(),
        }
    }

    /// Whether a process states them.
    pub fn are_stated(&self) -> bool {
        self.since > EventTime::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::feed::AccountKey;
    use crate::ingest::{Ingest, InputId};
    use crate::relevance::{Gate, Lists};

    fn at(second: i64) -> EventTime {
        EventTime::from_millis(1_772_600_000_000 + second * 1_000)
    }

    #[test]
    fn a_process_states_its_rules_at_first_then_each_minute_and_again_what_no_commit_holds() {
        let config = Config::built_in().unwrap();
        let lists = Lists {
            lexicon: Vec::new(),
            areas: "",
            districts: "",
            towns: "",
            places: "",
            ambiguous: "",
            ..Lists::built_in()
        };
        let gate = || Gate::with_lists(&config.relevance, &lists).unwrap();
        let key = AccountKey::new([1; 16]);
        let mut silent = Ingest::new(&config, key.clone(), gate(), &[1]);
        let mut ingest = Ingest::new(&config, key, gate(), &[1]).running_since(at(0));
        let states = |ingest: &mut Ingest, second| {
            let batches = ingest.flush(at(second), 2);
            let rules: Vec<_> = batches
                .iter()
                .flatten()
                .map(|batch| batch.rules.clone())
                .collect();
            assert_eq!(rules.len(), 2);
            assert!(
                rules.iter().all(|one| *one == rules[0]),
                "in every partition"
            );
            rules[0].as_ref().map(|rules| rules.since)
        };
        ingest.assign(
            InputId {
                feed: 0,
                partition: 0,
            },
            0,
        );
        assert_eq!(states(&mut ingest, 1), Some(at(0)));
        assert_eq!(states(&mut ingest, 60), None);
        assert_eq!(states(&mut ingest, 61), Some(at(0)));
        ingest.go_back();
        assert_eq!(states(&mut ingest, 62), Some(at(0)));
        assert_eq!(states(&mut silent, 1), None);
    }
}
