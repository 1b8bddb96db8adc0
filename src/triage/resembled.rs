//! Fact-checked claims that the posts of an incident resemble.
//!
//! In: fact-checks with the time at which they arrived; signals with their sample posts. Out: [`Resembled`].
//! Rule: a signal is compared with exactly the fact-checks that arrived a while before the newest `sent_at`
//! of the log so far. Both are data, so the same logs give the same claims however late triage reads.
//! Not here: how a text is compared (`claims`), how a match is worded (`alert`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::claims::{Claim, ClaimRecord, Claims, Counters, Limits};
use crate::config;
use crate::detect::Signal;
use crate::post::{EventTime, PostIdentity};

/// A fact-check counts so long after it arrived: by then every reader has it.
const SETTLED_MS: i64 = 60_000;
/// Claims of one incident.
const MOST_CLAIMS: usize = 5;
/// Posts of one claim that are told apart.
const MOST_POSTS: usize = 64;

/// A claim that posts of an incident resemble. It says that texts are alike, not who is lying.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resembled {
    /// The claim.
    pub claim: Claim,
    /// The best score of a post, 0 to 1.
    pub score: f64,
    /// Whether it is about a fraud.
    pub is_fraud: bool,
    /// Whether the fact-check is so old that the claim has come back.
    pub has_returned: bool,
    /// Sample posts that resemble it.
    pub posts: BTreeSet<PostIdentity>,
}

/// When a record arrived, and where it stands.
type Arrival = (EventTime, (u32, u64));

/// The fact-checks beside the fold.
#[derive(Debug)]
pub struct FactChecks {
    claims: Claims,
    /// Those that have arrived and do not count yet, by arrival.
    waiting: BTreeMap<Arrival, ClaimRecord>,
    most_waiting: usize,
    turned_away: u64,
    now: EventTime,
    returns_after_ms: i64,
}

impl FactChecks {
    /// None yet.
    pub fn new(config: &config::Claims) -> Self {
        Self {
            claims: Claims::new(Limits {
                claims: config.max_claims as usize,
                threshold: config.threshold,
            }),
            waiting: BTreeMap::new(),
            most_waiting: config.max_claims as usize,
            turned_away: 0,
            now: EventTime::MIN,
            returns_after_ms: i64::from(config.returns_after_days) * 86_400_000,
        }
    }

    /// The claims that count from the begin of the log, as those of a file do.
    pub fn claims_mut(&mut self) -> &mut Claims {
        &mut self.claims
    }

    /// A fact-check that arrived at `at`, and its partition and offset, which order those of one time.
    pub fn arrive(&mut self, at: EventTime, place: (u32, u64), record: ClaimRecord) {
        if self.waiting.len() >= self.most_waiting {
            self.turned_away += 1;
            return;
        }
        self.waiting.insert((at, place), record);
    }

    /// Claims that are held.
    pub fn len(&self) -> usize {
        self.claims.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    /// What became of the records so far.
    pub fn counters(&self) -> Counters {
        let counters = self.claims.counters();
        Counters {
            turned_away: counters.turned_away + self.turned_away,
            ..counters
        }
    }

    /// The log of signals has come to `sent_at`: what arrived long enough before counts from now on.
    pub(super) fn pass(&mut self, sent_at: EventTime) {
        self.now = self.now.max(sent_at);
        let settled = self.now.plus_millis(-SETTLED_MS);
        while let Some(first) = self.waiting.first_entry() {
            if first.key().0 > settled {
                break;
            }
            self.claims.apply(first.remove());
        }
    }

    /// The claims that the sample posts of `signal` resemble.
    pub(super) fn look(&mut self, signal: &Signal) -> Vec<Resembled> {
        let mut found = Vec::new();
        if self.claims.is_empty() {
            return found;
        }
        for sample in &signal.samples {
            let best = self.claims.nearest(&sample.text, 1).into_iter().next();
            let Some(best) = best.filter(|best| best.is_match) else {
                continue;
            };
            let published_at = best.claim.published_at;
            let age_ms = published_at.map(|at| signal.onset_at.millis_since(at));
            let one = Resembled {
                has_returned: age_ms.is_some_and(|age| age >= self.returns_after_ms),
                claim: best.claim,
                score: best.score,
                is_fraud: best.is_fraud,
                posts: BTreeSet::from([sample.identity]),
            };
            join(&mut found, one);
        }
        found
    }
}

/// Adds `one` to the claims of an incident, the surest first.
pub(super) fn join(claims: &mut Vec<Resembled>, one: Resembled) {
    match claims
        .iter_mut()
        .find(|known| known.claim.id == one.claim.id)
    {
        Some(known) => {
            known.score = known.score.max(one.score);
            // The newest version of the fact-check is the one that is told.
            known.claim = one.claim;
            for post in one.posts {
                if known.posts.len() < MOST_POSTS {
                    known.posts.insert(post);
                }
            }
        }
        None => claims.push(one),
    }
    claims.sort_by(|one, two| {
        let by_posts = two.posts.len().cmp(&one.posts.len());
        let by_score = two.score.total_cmp(&one.score);
        by_posts
            .then(by_score)
            .then_with(|| one.claim.id.cmp(&two.claim.id))
    });
    claims.truncate(MOST_CLAIMS);
}
