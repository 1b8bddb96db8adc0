//! The rules that triage goes by: those of its log, before the first of them those of its file.
//!
//! Rule: each partition of `counts` tells when others hold; the one that was told last counts.
//! Not here: whose rules hold (`detect`).

use super::{Revision, Triage};
use crate::detect::RuleChange;

impl Triage {
    /// Hears of other rules.
    pub(super) fn follow(&mut self, change: RuleChange) {
        let told = |change: &RuleChange| (change.sent_at, change.rules.digest.clone());
        let known = self.state.rules.as_ref();
        if known.is_none_or(|known| told(known) < told(&change)) {
            self.state.rules = Some(change);
            self.keep_to_rules();
        }
    }

    /// Goes by the rules of the log, if there are any.
    pub(super) fn keep_to_rules(&mut self) {
        let Some(RuleChange { rules, .. }) = &self.state.rules else {
            return;
        };
        self.update_interval_ms = i64::from(rules.triage.update_interval_ms);
        self.max_open = rules.triage.max_open_incidents as usize;
        self.levels.clone_from(&rules.levels);
    }

    /// Says in revisions by which configuration they were decided.
    pub(super) fn sign<'r>(&self, revisions: impl Iterator<Item = &'r mut Revision>) {
        let digest = self.state.rules.as_ref().map(|known| &known.rules.digest);
        for revision in revisions {
            revision.config_digest = digest.cloned();
        }
    }
}
