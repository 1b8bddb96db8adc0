//! Eight bytes of text at a time: how far a run goes, where capitals stand, the hash of a word.
//!
//! In: bytes of UTF-8. Out: lengths, marks (the high bit of each byte that is meant), hashes.
//! Rule: bytes behind the end count as zeros, which are neither letters nor digits.
//! Not here: scripts behind ASCII (`cut`).

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;
/// Odd, with well scattered bits: 2^64 over the golden ratio.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of the word at `start..end`. Words of at most eight bytes never share one.
pub(super) fn hash_at(bytes: &[u8], start: usize, end: usize) -> u64 {
    let mut hash = 0;
    let mut at = start;
    while at + 8 < end {
        hash = mix(hash, load(bytes, at));
        at += 8;
    }
    let shift = 64_usize.saturating_sub(8 * end.saturating_sub(at));
    let shift = u32::try_from(shift).unwrap_or(64);
    mix(
        hash,
        load(bytes, at) & u64::MAX.checked_shr(shift).unwrap_or(0),
    )
}

/// The hash of a whole folded word.
pub(super) fn hash_word(word: &str) -> u64 {
    hash_at(word.as_bytes(), 0, word.len())
}

/// The hash of a word of four bytes, as [`hash_at`] has it: asked twice for each word of a text.
pub(super) const fn hash_four(word: [u8; 4]) -> u64 {
    mix(0, u32::from_le_bytes(word) as u64)
}

/// The hash of a phrase from that of its beginning and its next word.
pub(super) const fn hash_phrase(head: u64, word: u64) -> u64 {
    mix(head, word)
}

/// A bijection of `next`: two rounds, so that words that differ in a letter differ in all bits.
const fn mix(hash: u64, next: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ next).wrapping_mul(MIX);
    (mixed ^ (mixed >> 32)).wrapping_mul(MIX)
}

/// How many lower-case ASCII letters follow one another from `start`.
pub(super) fn letters(bytes: &[u8], start: usize) -> usize {
    run(bytes, start, |word| within(word, b'a', b'z'))
}

/// How many digits follow one another from `start`.
pub(super) fn digits(bytes: &[u8], start: usize) -> usize {
    run(bytes, start, |word| within(word, b'0', b'9'))
}

/// How many bytes of ASCII follow one another from `start`.
pub(super) fn ascii(bytes: &[u8], start: usize) -> usize {
    let length = run(bytes, start, |word| !word & HIGH);
    length.min(bytes.len().saturating_sub(start))
}

/// Calls `found` with the place of each capital ASCII letter.
pub(super) fn capitals(bytes: &[u8], mut found: impl FnMut(usize)) {
    for start in (0..bytes.len()).step_by(8) {
        let mut marks = within(load(bytes, start), b'A', b'Z');
        while marks != 0 {
            found(start + first(marks));
            marks &= marks - 1;
        }
    }
}

fn run(bytes: &[u8], start: usize, marks: impl Fn(u64) -> u64) -> usize {
    let mut at = start;
    loop {
        let others = !marks(load(bytes, at)) & HIGH;
        at += first(others);
        if others != 0 || at >= bytes.len() {
            return at - start;
        }
    }
}

/// The number of the first byte that is marked; 8 if none is.
const fn first(marks: u64) -> usize {
    marks.trailing_zeros() as usize / 8
}

/// Marks the bytes from `low` to `high`, both ASCII.
const fn within(word: u64, low: u8, high: u8) -> u64 {
    let bare = word & !HIGH;
    let from = bare.wrapping_add((0x80 - low as u64) * ONES);
    let behind = bare.wrapping_add((0x7f - high as u64) * ONES);
    from & !behind & !word & HIGH
}

/// The eight bytes from `at` on, the first one lowest.
fn load(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(&eight) => u64::from_le_bytes(eight),
        None => rest
            .iter()
            .rev()
            .fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_and_capitals_equal_those_found_byte_by_byte(
            text in "[ -~é😀]{0,40}",
            start in 0_usize..44,
        ) {
            let bytes = text.as_bytes();
            let count = |class: fn(&u8) -> bool| {
                let rest = bytes.get(start..).unwrap_or_default();
                rest.iter().take_while(|byte| class(byte)).count()
            };
            prop_assert_eq!(letters(bytes, start), count(u8::is_ascii_lowercase));
            prop_assert_eq!(digits(bytes, start), count(u8::is_ascii_digit));
            prop_assert_eq!(ascii(bytes, start), count(u8::is_ascii));
            let mut found = Vec::new();
            capitals(bytes, |at| found.push(at));
            let expected = (0..bytes.len()).filter(|&at| bytes[at].is_ascii_uppercase());
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }

        #[test]
        fn a_word_has_one_hash_wherever_it_stands(
            before in "[a-z ]{0,9}",
            word in "[a-zé]{1,30}",
            after in "[a-z ]{0,9}",
        ) {
            let text = format!("{before}{word}{after}");
            let (start, end) = (before.len(), before.len() + word.len());
            prop_assert_eq!(hash_at(text.as_bytes(), start, end), hash_word(&word));
        }

        #[test]
        fn the_hash_of_four_bytes_is_that_of_the_word(word in "[a-z]{4}") {
            let four = *word.as_bytes().first_chunk().unwrap();
            prop_assert_eq!(hash_four(four), hash_word(&word));
        }

        #[test]
        fn different_words_have_different_hashes(one in "[a-zé]{1,30}", other in "[a-zé]{1,30}") {
            prop_assert_eq!(one == other, hash_word(&one) == hash_word(&other));
        }
    }
}
