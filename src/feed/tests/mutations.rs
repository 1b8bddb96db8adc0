//! Records of every source, damaged in every way: no decoder panics, no refusal tells the text.
//!
//! `PROPTEST_CASES=200000 cargo test --lib feed::tests::mutations` is the long form.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
use proptest::sample::Index;

use super::laws::assert_sound;
use super::samples::ALL;
use super::{MAX_BYTES, decoder};
use crate::config::Format;

/// Pieces that mean something to some decoder.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "null",
    "true",
    "-1",
    "1e999",
    "18446744073709551616",
    "0.5",
    "\\ud83d",
    "\\",
    "\u{feff}",
    "\0",
    "\t",
    "<p>",
    "</",
    "&#x110000;",
    "&amp",
    "<!--",
    "<script>",
    "2026-03-04T05:06:07Z",
    "Wed, 04 Mar 2026 12:06:07 WIB",
    "99999999999999",
    "\"text\":",
    "\"items\":[",
    "\"payload\":",
    "\"data\":",
    "\"object\":",
    "\"@graph\":[",
    "\"created_at\":",
    "\"content\":",
    "RT @a: b",
    "é",
    "印尼",
    "\u{202e}",
    "#text",
    "[+1 chars]",
];

/// One damage to a record.
#[derive(Debug, Clone)]
enum Damage {
    Byte(Index, u8),
    Insert(Index, &'static str),
    Remove(Index, usize),
    Repeat(Index, usize),
    Cut(Index),
    Splice(Index, usize, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>();
    prop_oneof![
        (at.clone(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        (at.clone(), prop::sample::select(PIECES))
            .prop_map(|(at, piece)| Damage::Insert(at, piece)),
        (at.clone(), 1_usize..40).prop_map(|(at, length)| Damage::Remove(at, length)),
        (at.clone(), 1_usize..200).prop_map(|(at, length)| Damage::Repeat(at, length)),
        at.clone().prop_map(Damage::Cut),
        (at.clone(), 0..ALL.len(), at)
            .prop_map(|(at, other, from)| Damage::Splice(at, other, from)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
    match damage {
        Damage::Byte(at, byte) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Damage::Byte(..) => {}
        Damage::Insert(at, piece) => {
            let at = place(at, bytes);
            bytes.splice(at..at, piece.bytes());
        }
        Damage::Remove(at, length) => {
            let at = place(at, bytes);
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        Damage::Repeat(at, length) => {
            let at = place(at, bytes);
            let piece = bytes[at..(at + length).min(bytes.len())].to_vec();
            bytes.splice(at..at, piece);
        }
        Damage::Cut(at) => bytes.truncate(place(at, bytes)),
        Damage::Splice(at, other, from) => {
            let other = ALL[*other].1.as_bytes();
            let at = place(at, bytes);
            bytes.truncate(at);
            bytes.extend(&other[from.index(other.len())..]);
        }
    }
}

proptest! {
    #[test]
    fn no_damaged_record_makes_a_decoder_panic(
        which in 0..ALL.len(),
        damages in prop::collection::vec(damage(), 1..6),
        format in prop_oneof![Just(None), prop::sample::select(&Format::ALL[..]).prop_map(Some)],
    ) {
        let (own, record) = ALL[which];
        let mut bytes = record.as_bytes().to_vec();
        for damage in &damages {
            apply(&mut bytes, damage);
        }
        assert!(bytes.len() < MAX_BYTES);
        for format in [format.unwrap_or(own), Format::Auto] {
            match decoder().decode(format, Some(&bytes)) {
                Ok(post) => assert_sound(&post),
                Err(refused) => assert!(refused.detail.len() < 160 && !refused.detail.contains('\n')),
            }
        }
    }
}
