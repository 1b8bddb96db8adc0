//! A state as bytes that are read back as they were written, or refused.
//!
//! In: a state, the version of its layout. Out: bytes; from bytes, the state.
//! Layout: one byte, the version; eight bytes, the checksum of the rest (xxh3, little endian); postcard.
//! Not here: what the states are, where the bytes are kept (`service/snapshots`).

use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

const CHECKSUM_BYTES: usize = 8;

/// Why bytes are no state.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Written by another version of the program.
    #[error("a snapshot of layout {found}, this program reads {read}")]
    Version {
        /// The first byte.
        found: u8,
        /// The version that this program writes.
        read: u8,
    },
    /// Of another partition of `counts`, or of another number of them.
    #[error("a snapshot of partition {partition} of {partitions}")]
    Elsewhere {
        /// The partition that it is of.
        partition: u32,
        /// How many partitions there were.
        partitions: u16,
    },
    /// It was taken where something was not asked for that is asked for now.
    #[error("a snapshot without {what}, which the configuration asks for")]
    Lacks {
        /// What it has not.
        what: &'static str,
    },
    /// The checksum is another.
    #[error("a damaged snapshot")]
    Damaged,
    /// What is whole cannot be read, or a state not be written.
    #[error("a snapshot that is no state")]
    Unreadable(#[from] postcard::Error),
}

/// The bytes of `state` in the layout `version`.
pub(crate) fn seal(version: u8, state: &impl Serialize) -> Result<Vec<u8>, SnapshotError> {
    let head = vec![0; 1 + CHECKSUM_BYTES];
    let mut bytes = postcard::to_extend(state, head)?;
    let (head, state) = bytes.split_at_mut(1 + CHECKSUM_BYTES);
    let checksum = xxh3_64(state).to_le_bytes();
    for (place, byte) in head.iter_mut().zip([version].into_iter().chain(checksum)) {
        *place = byte;
    }
    Ok(bytes)
}

/// The state in `bytes`, if it is of the layout `version` and as it was written.
pub(crate) fn open<S: DeserializeOwned>(version: u8, bytes: &[u8]) -> Result<S, SnapshotError> {
    let (&found, rest) = bytes.split_first().ok_or(SnapshotError::Damaged)?;
    if found != version {
        let read = version;
        return Err(SnapshotError::Version { found, read });
    }
    let (checksum, state) = rest
        .split_first_chunk::<CHECKSUM_BYTES>()
        .ok_or(SnapshotError::Damaged)?;
    if xxh3_64(state).to_le_bytes() != *checksum {
        return Err(SnapshotError::Damaged);
    }
    Ok(postcard::from_bytes(state)?)
}
