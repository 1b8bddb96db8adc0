//! One number for all near-copies of a text.
//!
//! In: the words of a scan. Out: a hash.
//! Rule: stateless: the same for a copy whose links, handles, hashtags at its end, case, signs,
//! digits, repost mark, title or last words differ, so that processes agree without talking.
//! Not here: how different texts are counted (`window`).
//!
//! The hash is that of the first [`HEAD`] letters of the words. A change within them makes another
//! text; texts that only begin alike are joined. Both are rare beside what copies really change.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::relevance::{Field, Scan};

/// Letters that are compared, bytes of UTF-8.
const HEAD: usize = 56;

/// The fingerprint of the body, or of the headline where there is no body.
pub(crate) fn of(scan: &Scan) -> u64 {
    let body = scan.tokens.iter().any(|token| token.field == Field::Text);
    let field = if body { Field::Text } else { Field::Title };
    let mut head = [0; HEAD];
    let mut length = 0;
    let mut words = scan
        .tokens
        .iter()
        .filter(|token| token.field == field)
        .peekable();
    if words
        .peek()
        .is_some_and(|token| scan.word(token.span) == "rt")
    {
        words.next();
    }
    for token in words {
        let word = scan.word(token.span);
        if token.handle || word.starts_with(|first: char| first.is_numeric()) {
            continue;
        }
        for (to, &byte) in head.iter_mut().skip(length).zip(word.as_bytes()) {
            *to = byte;
            length += 1;
        }
        if length == HEAD {
            break;
        }
    }
    if length > 0 {
        return xxh3_64(head.get(..length).unwrap_or(&head));
    }
    // Nothing but signs, tags and links: those are the text.
    let mut hash = Xxh3::new();
    for &span in scan.tags.iter().chain(&scan.links) {
        hash.update(scan.word(span).as_bytes());
    }
    hash.digest()
}
