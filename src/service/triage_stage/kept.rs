//! What a snapshot of triage holds, and when one cannot be gone on from.

use crate::config::Config;
use crate::detect::SnapshotError;
use crate::service::cap_chain::Messages;
use crate::triage::Triage;

/// What stands beside the fold: the CAP documents that were told, where they are asked for.
pub(in crate::service) type Beside = Option<Messages>;

/// The state in `bytes`. Documents that name none of the earlier ones would be others than those that the log
/// tells.
pub(super) fn restore(
    config: &Config,
    asks_for_documents: bool,
    bytes: &[u8],
) -> Result<(Triage, Beside), SnapshotError> {
    let (triage, told) = Triage::restore::<Beside>(config, bytes)?;
    if asks_for_documents && told.is_none() {
        let what = "CAP documents";
        return Err(SnapshotError::Lacks { what });
    }
    Ok((triage, told))
}
