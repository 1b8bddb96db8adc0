//! How many different things: exact up to sixteen, then a HyperLogLog of 512 registers (4.6 %).
//!
//! Rule: equal sets give equal bytes, in whatever order and grouping they were added or merged.
//! Flajolet, Fusy, Gandouet, Meunier: HyperLogLog (2007), with linear counting for small numbers.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

const EXACT: usize = 16;
const INDEX_BITS: u32 = 9;
const REGISTERS: usize = 1 << INDEX_BITS;

/// A set of hashes of which only the size can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Distinct {
    /// At most sixteen hashes, sorted; the first four need no memory of their own.
    Few(SmallVec<[u32; 4]>),
    /// Registers of a HyperLogLog: for each index the longest run of leading zeros, plus one.
    Many(Vec<u8>),
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Few(SmallVec::new())
    }
}

impl Distinct {
    /// Adds one hash; it must be well mixed.
    pub fn insert(&mut self, hash: u64) {
        self.insert_short(shorten(hash));
    }

    /// Adds everything that `other` holds.
    pub fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (_, Self::Few(hashes)) => hashes.iter().for_each(|&hash| self.insert_short(hash)),
            (Self::Many(ours), Self::Many(theirs)) => {
                for (our, their) in ours.iter_mut().zip(theirs) {
                    *our = (*our).max(*their);
                }
            }
            (Self::Few(_), Self::Many(theirs)) => {
                let few = std::mem::replace(self, Self::Many(theirs.clone()));
                self.merge(&few);
            }
        }
    }

    /// The number of different hashes, rounded.
    pub fn count(&self) -> u32 {
        match self {
            Self::Few(hashes) => u32::try_from(hashes.len()).unwrap_or(u32::MAX),
            Self::Many(registers) => estimate(registers),
        }
    }

    /// Sixty-four bits, one set for each of so many equal parts of all hashes in which there is one: the
    /// bits of a union are the union of the bits, and there are never more of them than different hashes.
    pub fn bits(&self) -> u64 {
        match self {
            Self::Few(hashes) => hashes.iter().fold(0, |bits, hash| bits | 1 << (hash >> 26)),
            Self::Many(registers) => {
                let parts = registers.chunks(REGISTERS / 64);
                let parts = parts.map(|part| part.iter().any(|&register| register > 0));
                let bits = (0_u32..).zip(parts);
                bits.fold(0, |bits, (part, any)| bits | u64::from(any) << part)
            }
        }
    }

    fn insert_short(&mut self, hash: u32) {
        match self {
            Self::Few(hashes) => {
                let Err(place) = hashes.binary_search(&hash) else {
                    return;
                };
                hashes.insert(place, hash);
                if hashes.len() > EXACT {
                    let few = std::mem::take(hashes);
                    let mut registers = vec![0_u8; REGISTERS];
                    for hash in few {
                        raise(&mut registers, hash);
                    }
                    *self = Self::Many(registers);
                }
            }
            Self::Many(registers) => raise(registers, hash),
        }
    }
}

/// Half of the hash is enough below a hundred million different things.
fn shorten(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or(u32::MAX)
}

fn raise(registers: &mut [u8], hash: u32) {
    let index = usize::try_from(hash >> (32 - INDEX_BITS)).unwrap_or(0);
    let rest = hash << INDEX_BITS | 1 << (INDEX_BITS - 1);
    let rank = u8::try_from(rest.leading_zeros() + 1).unwrap_or(u8::MAX);
    if let Some(register) = registers.get_mut(index) {
        *register = (*register).max(rank);
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "register counts are small, estimates positive and far below 2^32"
)]
fn estimate(registers: &[u8]) -> u32 {
    let size = registers.len() as f64;
    // Summed by rank, so that the order of the registers cannot change a bit of the result.
    let mut of_rank = [0_u32; 64];
    for &register in registers {
        if let Some(count) = of_rank.get_mut(usize::from(register)) {
            *count += 1;
        }
    }
    let mut sum = 0.0;
    for (rank, &count) in of_rank.iter().enumerate().rev() {
        sum += f64::from(count) * (-(rank as f64)).exp2();
    }
    let raw = 0.7213 / (1.0 + 1.079 / size) * size * size / sum;
    let zeros = f64::from(of_rank.first().copied().unwrap_or(0));
    let estimate = if raw <= 2.5 * size && zeros > 0.0 {
        size * libm::log(size / zeros)
    } else {
        raw
    };
    estimate.round() as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use xxhash_rust::xxh3::xxh3_64;

    use super::*;

    fn of(numbers: &[u16]) -> Distinct {
        let mut distinct = Distinct::default();
        for number in numbers {
            distinct.insert(xxh3_64(&number.to_le_bytes()));
        }
        distinct
    }

    proptest! {
        #[test]
        fn any_order_and_grouping_gives_the_same_bytes(
            numbers in proptest::collection::vec(0_u16..2000, 0..200),
            cut in 0_usize..200,
            seed in any::<u64>(),
        ) {
            let whole = of(&numbers);
            let mut shuffled = numbers.clone();
            shuffled.sort_by_key(|number| xxh3_64(&(u64::from(*number) ^ seed).to_le_bytes()));
            let (left, right) = shuffled.split_at(cut.min(shuffled.len()));
            let mut merged = of(left);
            merged.merge(&of(right));
            prop_assert_eq!(merged, whole);
        }
    }

    #[test]
    fn small_sets_are_exact_and_large_ones_close() {
        for size in [1_u16, 16, 17, 100, 1_000, 10_000, 60_000] {
            let numbers: Vec<u16> = (0..size).collect();
            let count = f64::from(of(&numbers).count());
            let allowed = if size <= 16 { 0.0 } else { 0.12 };
            assert!(
                (count / f64::from(size) - 1.0).abs() <= allowed,
                "{size}: {count}"
            );
        }
    }
}
