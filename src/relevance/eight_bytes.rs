//! Eight bytes of text at a time: how far a run goes, where capitals stand, the hash of a word.
//!
//! In: bytes of UTF-8. Out: lengths, marks (the high bit of each byte that is meant), hashes.
//! Rule: bytes behind the end count as zeros, which are neither letters nor digits.
//! Not here: scripts behind ASCII (`cut`).

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;
/// Bytes of the shortest stem, and of the shortest word before a suffix.
pub(super) const STEM_MIN: usize = 4;
/// Masks of the lowest bytes, by their number.
const LOW_BYTES: [u64; 8] = [
    0,
    0xff,
    0xffff,
    0xff_ffff,
    LOW_FOUR,
    0xff_ffff_ffff,
    0xffff_ffff_ffff,
    0xff_ffff_ffff_ffff,
];
const LOW_FOUR: u64 = 0xffff_ffff;
/// Suffixes as the highest bytes of a word.
const NYA: u64 = u32::from_le_bytes(*b"nya\0") as u64;
const LAH: u64 = u32::from_le_bytes(*b"lah\0") as u64;
const KAH: u64 = u32::from_le_bytes(*b"kah\0") as u64;
const PUN: u64 = u32::from_le_bytes(*b"pun\0") as u64;
const KU: u64 = u16::from_le_bytes(*b"ku") as u64;
const MU: u64 = u16::from_le_bytes(*b"mu") as u64;
/// Odd, with well scattered bits: 2^64 over the golden ratio.
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The hash of the word at `start..end`. Words of at most eight bytes never share one.
#[inline]
pub(super) fn hash_at(bytes: &[u8], start: usize, end: usize) -> u64 {
    let mut hash = 0;
    let mut at = start;
    while at + 8 < end {
        hash = mix(hash, load(bytes, at));
        at += 8;
    }
    mix(hash, load(bytes, at) & low_bytes(end.saturating_sub(at)))
}

/// A mask of the lowest `count` bytes, at most eight.
#[inline]
fn low_bytes(count: usize) -> u64 {
    LOW_BYTES.get(count).copied().unwrap_or(u64::MAX)
}

/// The hashes of the word at `start..end`: of the whole; of its first four bytes, by which stems are found; of
/// what stands before an Indonesian suffix. Zero where it has none.
#[inline]
pub(super) fn hashes(bytes: &[u8], start: usize, end: usize) -> (u64, u64, u64) {
    let length = end.saturating_sub(start);
    if !(STEM_MIN..=8).contains(&length) {
        let (first, bare) = hashes_inside(bytes, start, end);
        return (hash_at(bytes, start, end), first, bare);
    }
    let word = load(bytes, start) & low_bytes(length);
    let last = word >> (8 * (length - 3));
    let suffix = match last {
        NYA | LAH | KAH | PUN => 3,
        _ if matches!(last >> 8, KU | MU) => 2,
        _ => 0,
    };
    let bare = match length - suffix {
        rest if suffix > 0 && rest >= STEM_MIN => mix(0, word & low_bytes(rest)),
        _ => 0,
    };
    (mix(0, word), mix(0, word & LOW_FOUR), bare)
}

/// The second and third of [`hashes`].
fn hashes_inside(bytes: &[u8], start: usize, end: usize) -> (u64, u64) {
    if end < start + STEM_MIN {
        return (0, 0);
    }
    let first = mix(0, load(bytes, start) & LOW_FOUR);
    let suffix = match bytes.get(..end).unwrap_or_default() {
        [.., b'n', b'y', b'a'] | [.., b'l' | b'k', b'a', b'h'] | [.., b'p', b'u', b'n'] => 3,
        [.., b'k' | b'm', b'u'] => 2,
        _ => return (first, 0),
    };
    let bare = end - suffix;
    if bare < start + STEM_MIN {
        return (first, 0);
    }
    (first, hash_at(bytes, start, bare))
}

/// The hash of a whole folded word.
pub(super) fn hash_word(word: &str) -> u64 {
    hash_at(word.as_bytes(), 0, word.len())
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

#[inline]
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
#[inline]
fn load(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(&eight) => u64::from_le_bytes(eight),
        None => load_last(rest),
    }
}

#[cold]
fn load_last(rest: &[u8]) -> u64 {
    let bytes = rest.iter().rev();
    bytes.fold(0, |word, &byte| word << 8 | u64::from(byte))
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
        fn a_word_is_known_by_its_beginning_and_without_its_suffix(
            before in "[a-z ]{0,9}",
            word in "[a-zé]{0,12}(nya|ku|mu|lah|kah|pun|)",
            after in "[a-z ]{0,9}",
        ) {
            let text = format!("{before}{word}{after}");
            let (start, end) = (before.len(), before.len() + word.len());
            let first = word.as_bytes().first_chunk::<4>();
            let first = first.map_or(0, |first| hash_at(first, 0, 4));
            let suffixes = ["nya", "ku", "mu", "lah", "kah", "pun"];
            let mut bare = suffixes.iter().filter_map(|suffix| word.strip_suffix(suffix));
            let bare = bare.find(|bare| bare.len() >= 4).map_or(0, hash_word);
            prop_assert_eq!(hashes(text.as_bytes(), start, end), (hash_word(&word), first, bare));
        }

        #[test]
        fn different_words_have_different_hashes(one in "[a-zé]{1,30}", other in "[a-zé]{1,30}") {
            prop_assert_eq!(one == other, hash_word(&one) == hash_word(&other));
        }
    }
}
