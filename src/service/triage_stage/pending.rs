//! A revision on its way: told by the fold, not committed yet.

use crate::post::EventTime;
use crate::service::written::Written;
use crate::triage::Revision;

/// A revision that is to be written.
pub(super) struct Pending {
    pub(super) revision: Revision,
    /// When detect, or a person, wrote the record that brought it.
    pub(super) noticed_at: EventTime,
}

impl Pending {
    /// What metrics and traces keep of it.
    pub(super) fn written(self) -> Written {
        Written::of(&self.revision, self.noticed_at)
    }
}
