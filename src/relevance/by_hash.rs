//! Maps whose keys are hashes already, and a sieve before them.
//!
//! In: hashes of words. Out: look-ups.
//! Rule: the sieve may let a hash through that is not listed, and never holds back one that is.
//! Not here: how words are hashed (`eight_bytes`).

use hashbrown::{HashMap, HashSet};

/// A word as a key is already a hash.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Hashed(u64);

impl std::hash::Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        let add = |hash: u64, &byte: &u8| hash.rotate_left(8) ^ u64::from(byte);
        self.0 = bytes.iter().fold(self.0, add);
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// A map by such keys.
pub(crate) type ByHash<V> = HashMap<u64, V, std::hash::BuildHasherDefault<Hashed>>;

/// A set of such keys.
pub(crate) type Hashes = HashSet<u64, std::hash::BuildHasherDefault<Hashed>>;

/// Which hashes may be listed: small enough to stay near, so that most words need no look-up.
#[derive(Debug)]
pub(crate) struct Sieve(Box<[u64]>);

/// Words of a sieve.
const WORDS: usize = 1 << 12;

impl Sieve {
    /// Bits, a power of two: 32 KiB, a few per cent of them set.
    const BITS: u64 = 64 * WORDS as u64;

    pub(crate) fn of(hashes: impl Iterator<Item = u64>) -> Self {
        let mut sieve = Self(vec![0; WORDS].into_boxed_slice());
        for hash in hashes {
            let (word, bit) = Self::place(hash);
            if let Some(word) = sieve.0.get_mut(word) {
                *word |= bit;
            }
        }
        sieve
    }

    #[inline]
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        let (word, bit) = Self::place(hash);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    #[inline]
    fn place(hash: u64) -> (usize, u64) {
        let at = (hash ^ (hash >> 32)) & (Self::BITS - 1);
        (usize::try_from(at / 64).unwrap_or(0), 1 << (at % 64))
    }
}
