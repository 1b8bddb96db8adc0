//! A text as claims and posts are compared: words brought to one form, and their parts.
//!
//! In: a text. Out: [`Terms`]: a number for each word that says something, numbers of its four-letter parts.
//! Rule: the same word in another case, script form, with an Indonesian prefix or suffix, or from one
//! group of the list, has the same number. Handles and links say nothing.
//! Not here: how telling a word is (`index`).

use std::ops::Range;

use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

use crate::relevance::{Field, Scan};

/// Words of a text that are compared; a claim is named before them.
const WORDS_MAX: usize = 400;
/// Letters of a part of a word.
const PART: usize = 4;
/// A stem keeps at least so many letters.
const STEM_MIN: usize = 4;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// What stands for its form: half of a hash. Two words of a hundred thousand claims may meet; none is lost.
    pub(super) number: u32,
    /// Whether it is a number.
    pub(super) is_number: bool,
    /// Whether it is one of the words of frauds.
    pub(super) is_fraud: bool,
    /// Its parts in [`Terms::parts`].
    pub(super) parts: Range<usize>,
    /// The word as it stood, folded.
    pub(super) word: Box<str>,
}

/// The words of a text, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    pub(super) words: Vec<Term>,
    pub(super) parts: Vec<u32>,
}

impl Terms {
    /// The parts of a word.
    pub(super) fn parts_of(&self, term: &Term) -> &[u32] {
        self.parts.get(term.parts.clone()).unwrap_or_default()
    }
}

/// Reads texts under the built-in lists.
#[derive(Debug)]
pub struct Reader {
    passed_over: HashSet<Box<str>>,
    same: HashMap<Box<str>, Box<str>>,
    frauds: HashSet<u32>,
}

impl Reader {
    /// With the lists that the program was built with.
    pub fn built_in() -> Self {
        Self::with(include_str!("../../config/claims-words.txt"))
    }

    fn with(lists: &str) -> Self {
        let mut reader = Self {
            passed_over: HashSet::new(),
            same: HashMap::new(),
            frauds: HashSet::new(),
        };
        let mut section = "";
        for line in lists.lines().map(str::trim) {
            let words = || line.split(',').map(str::trim).filter(|w| !w.is_empty());
            if line.starts_with('#') {
            } else if line.starts_with('[') {
                section = line;
            } else if section == "[same]" {
                let first = words().next().map(stem).unwrap_or_default();
                let group = words().map(|word| (stem(word).into(), first.into()));
                reader.same.extend(group);
            } else if section == "[fraud]" {
                let numbers: Vec<u32> = words().map(|word| reader.form(word)).collect();
                reader.frauds.extend(numbers);
            } else {
                reader.passed_over.extend(words().map(Into::into));
            }
        }
        reader
    }

    /// Calls `take` with each word of `text` that says something, as it stands, folded, and whether it is a
    /// number; the first [`WORDS_MAX`] of them.
    fn each_word(&self, text: &str, mut take: impl FnMut(&str, bool)) {
        let mut scan = Scan::default();
        scan.read(text, Field::Text, |_, _| {});
        let words = scan.tokens.iter().filter(|token| !token.handle);
        let words = words.map(|token| scan.word(token.span)).filter_map(|word| {
            let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
            let is_short = word.len() < 2 && !is_number;
            (!is_short && !self.passed_over.contains(word)).then_some((word, is_number))
        });
        words
            .take(WORDS_MAX)
            .for_each(|(word, is_number)| take(word, is_number));
    }

    /// The words of `text` that say something, each with the number of its form: two forms of one word, and
    /// two words of one group of the list, have the same.
    pub fn forms(&self, text: &str) -> Vec<(u32, Box<str>)> {
        let mut forms = Vec::new();
        self.each_word(text, |word, _| forms.push((self.form(word), word.into())));
        forms
    }

    /// The words of `text`.
    pub(super) fn read(&self, text: &str) -> Terms {
        let mut terms = Terms::default();
        let mut padded = String::new();
        self.each_word(text, |word, is_number| {
            let number = self.form(word);
            let from = terms.parts.len();
            push_parts(self.form_text(word), &mut padded, &mut terms.parts);
            terms.words.push(Term {
                number,
                is_number,
                is_fraud: self.frauds.contains(&number),
                parts: from..terms.parts.len(),
                word: word.into(),
            });
        });
        terms
    }

    fn form_text<'a>(&'a self, word: &'a str) -> &'a str {
        let stem = stem(word);
        self.same.get(stem).map_or(stem, AsRef::as_ref)
    }

    fn form(&self, word: &str) -> u32 {
        half_hash(self.form_text(word))
    }
}

fn half_hash(text: &str) -> u32 {
    (xxh3_64(text.as_bytes()) >> 32) as u32
}

/// The numbers of each run of [`PART`] letters of a word with its ends marked.
fn push_parts(word: &str, padded: &mut String, parts: &mut Vec<u32>) {
    padded.clear();
    padded.push('_');
    padded.push_str(word);
    padded.push('_');
    let starts = || padded.char_indices().map(|(at, _)| at);
    let ends = starts().skip(PART).chain([padded.len()]);
    for (start, end) in starts().zip(ends) {
        parts.extend(padded.get(start..end).map(half_hash));
    }
}

const SUFFIXES: [&[&str]; 2] = [
    &["nya", "lah", "kah", "pun", "ku", "mu"],
    &["kan", "an", "i"],
];
const PREFIXES: [&str; 18] = [
    "memper", "diper", "meng", "meny", "mem", "men", "peng", "peny", "pem", "pen", "ber", "ter",
    "per", "me", "pe", "di", "ke", "se",
];

/// A word without the commonest Indonesian prefix and suffixes: coarse, and the same on both sides.
fn stem(word: &str) -> &str {
    let mut stem = word;
    if word.len() <= STEM_MIN || !word.is_ascii() {
        return word;
    }
    for suffixes in SUFFIXES {
        let mut rests = suffixes.iter().filter_map(|end| stem.strip_suffix(end));
        stem = rests.find(|rest| rest.len() >= STEM_MIN).unwrap_or(stem);
    }
    let mut rests = PREFIXES.iter().filter_map(|begin| stem.strip_prefix(begin));
    rests.find(|rest| rest.len() >= STEM_MIN).unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<u32> {
        let terms = Reader::built_in().read(text);
        terms.words.iter().map(|term| term.number).collect()
    }

    #[test]
    fn forms_of_a_word_meet() {
        assert_eq!(numbers("MEMBAGIKAN beras"), numbers("dibagikan 𝗕𝗲𝗿𝗮𝘀"));
        assert_eq!(numbers("Tiongkok"), numbers("china"));
        assert_ne!(numbers("beras"), numbers("emas"));
    }

    #[test]
    fn what_only_frames_a_claim_says_nothing() {
        assert_eq!(
            numbers("Beredar video: yang di @akun_resmi https://contoh.id/a"),
            Vec::<u32>::new()
        );
        assert_eq!(numbers("5G").len(), 1);
    }

    #[test]
    fn a_short_word_is_its_own_part() {
        let terms = Reader::built_in().read("ab abcd");
        let parts: Vec<usize> = terms.words.iter().map(|word| word.parts.len()).collect();
        assert_eq!(parts, [1, 3]);
    }
}
