//! The phrases of a post: words, and pairs of neighbours, by which a crisis that nobody listed can be found.
//!
//! In: the words of a post. Out: at most so many phrases, in a fixed order.
//! Rule: stateless. Which phrases of a post are taken hangs on the post alone: those whose hash, divided by their
//! letters, is smallest. Posts that share words so mostly share phrases, in every process (Broder, 1997; the longer
//! ones are drawn more often: they say more).
//! Not here: which phrases are new and are watched (`detect/discovery`).

use unicode_normalization::char::is_combining_mark;
use xxhash_rust::xxh3::xxh3_64;

use crate::relevance::{Builder, Field, Matcher, Reading, Scan, Span, Token};

/// Words that are in every text, by language; those of Indonesian and Malay have a list already.
const COMMON: [&str; 2] = [
    include_str!("../../config/common-words.txt"),
    include_str!("../../config/lexicon/language.txt"),
];
/// Sections of `language.txt` that are such words.
const SECTIONS: [&str; 3] = ["[shared-words]", "[indonesian-words]", "[malay-words]"];
/// Words of a post that are looked at: its headline, or how it begins.
const WORDS_READ: usize = 24;
/// Letters of the shortest word that says something.
const SHORTEST: usize = 4;
/// Letters of the longest one; longer ones are addresses and joined hashtags.
const LONGEST: usize = 24;
/// More letters make a phrase no more likely.
const MOST_WEIGHT: u64 = 16;
/// Most phrases of one post.
pub(super) const MOST: usize = 16;

/// A phrase that may be taken.
#[derive(Debug, Clone, Copy, Default)]
struct Candidate {
    /// Smaller ones are taken first.
    order: u64,
    first: Span,
    /// The second word of a pair.
    second: Option<Span>,
}

/// Chooses the phrases of posts.
#[derive(Debug)]
pub(super) struct Phrases {
    most: usize,
    common: Option<Matcher<()>>,
}

/// The best candidates so far.
struct Best {
    most: usize,
    count: usize,
    candidates: [Candidate; MOST],
}

impl Phrases {
    /// At most `most` phrases a post.
    pub(super) fn new(most: usize) -> Self {
        let mut builder = Builder::default();
        let mut words = COMMON.iter().flat_map(|text| words_of(text));
        // Lists that are built in: a test reads them.
        let are_sound = words.all(|word| builder.add(word, ()).is_ok());
        Self {
            most: most.min(MOST),
            common: if are_sound {
                builder.build().ok()
            } else {
                None
            },
        }
    }

    /// Calls `found` with the words of each phrase, the first ones first.
    pub(super) fn find(&self, reading: &Reading, mut found: impl FnMut(&str, Option<&str>)) {
        if self.most == 0 {
            return;
        }
        let scan = reading.scan();
        let mut best = Best {
            most: self.most,
            count: 0,
            candidates: [Candidate::default(); MOST],
        };
        let mut listed = reading.listed().peekable();
        let mut before: Option<(usize, &Token)> = None;
        let mut left = WORDS_READ;
        for (at, token) in scan.tokens.iter().enumerate() {
            while listed
                .next_if(|span| span.end <= token.span.start)
                .is_some()
            {}
            let is_listed = listed
                .peek()
                .is_some_and(|span| span.start < token.span.end);
            if left == 0 || !self.says_something(scan, token) {
                continue;
            }
            if token.wide && is_unbroken(scan.word(token.span)) {
                left = left.saturating_sub(best.add_run(scan, token, listed.peek().copied()));
                continue;
            }
            if is_listed {
                continue;
            }
            left -= 1;
            best.add_word(scan, token);
            if let Some((place, other)) = before
                && place + 1 == at
                && other.field == token.field
            {
                best.add_pair(scan, other, token);
            }
            before = Some((at, token));
        }
        for candidate in best.candidates.iter().take(best.count) {
            let second = candidate.second.map(|span| scan.word(span));
            found(scan.word(candidate.first), second);
        }
    }

    /// Whether the token is a word that not every text has.
    fn says_something(&self, scan: &Scan, token: &Token) -> bool {
        if token.handle || !matches!(token.field, Field::Title | Field::Text) {
            return false;
        }
        let word = scan.word(token.span);
        let is_word = word.chars().next().is_some_and(char::is_alphabetic);
        if !is_word || (token.wide && is_unbroken(word)) {
            return is_word;
        }
        let letters = word.chars().take(LONGEST + 1).count();
        let shortest = if token.wide { SHORTEST - 1 } else { SHORTEST };
        let common = self.common.as_ref();
        (shortest..=LONGEST).contains(&letters)
            && !common.is_some_and(|common| common.knows(token.hash))
    }
}

impl Best {
    fn add_word(&mut self, scan: &Scan, token: &Token) {
        self.add(token.hash, letters(scan.word(token.span)), token.span, None);
    }

    fn add_pair(&mut self, scan: &Scan, one: &Token, other: &Token) {
        let hash = (one.hash.rotate_left(29) ^ other.hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let weight = letters(scan.word(one.span)) + letters(scan.word(other.span));
        self.add(hash ^ (hash >> 32), weight, one.span, Some(other.span));
    }

    /// Pieces of a run without blanks, away from what is listed. Gives how many there were.
    fn add_run(&mut self, scan: &Scan, token: &Token, listed: Option<Span>) -> usize {
        let run = scan.word(token.span);
        let length = if run.chars().all(|letter| letter < '\u{2E80}') {
            2 * SHORTEST
        } else {
            SHORTEST
        };
        let mut added = 0;
        for (start, first) in run.char_indices() {
            let rest = run.get(start..).unwrap_or("");
            let end = rest
                .char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .nth(length);
            let Some(end) = end else { break };
            if is_combining_mark(first) || added == WORDS_READ {
                continue;
            }
            let place = |at: usize| token.span.start + u32::try_from(at).unwrap_or(0);
            let piece = Span {
                start: place(start),
                end: place(start + end),
            };
            let is_listed = |span: Span| span.start < piece.end && piece.start < span.end;
            if !listed.is_some_and(is_listed) {
                self.add(
                    xxh3_64(scan.word(piece).as_bytes()),
                    MOST_WEIGHT,
                    piece,
                    None,
                );
                added += 1;
            }
        }
        added
    }

    fn add(&mut self, hash: u64, weight: u64, first: Span, second: Option<Span>) {
        let order = hash / weight.clamp(1, MOST_WEIGHT);
        let held = self.candidates.get(..self.count).unwrap_or_default();
        let place = held.partition_point(|candidate| candidate.order < order);
        let is_held = held
            .get(place)
            .is_some_and(|candidate| candidate.order == order);
        if is_held || place >= self.most {
            return;
        }
        self.count = (self.count + 1).min(self.most);
        if let Some(tail) = self.candidates.get_mut(place..self.count) {
            tail.rotate_right(1);
            if let Some(slot) = tail.first_mut() {
                *slot = Candidate {
                    order,
                    first,
                    second,
                };
            }
        }
    }
}

/// Letters, as a weight.
fn letters(word: &str) -> u64 {
    u64::try_from(word.chars().count()).unwrap_or(1)
}

/// Whether the script writes no blanks: Thai, Lao, Burmese, Khmer, Chinese and Japanese.
fn is_unbroken(word: &str) -> bool {
    word.chars().next().is_some_and(|letter| {
        matches!(letter, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
            | '\u{2E80}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..)
    })
}

/// The words of a list, or of its sections of such words where it has sections.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = true;
    let lines = text.lines().filter(move |line| {
        if line.starts_with('[') {
            inside = SECTIONS.contains(&line.trim());
        }
        inside && !line.starts_with(['[', '#'])
    });
    let words = lines.flat_map(|line| line.split(',')).map(str::trim);
    words.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_word_can_be_looked_up() {
        let mut builder = Builder::default();
        for word in COMMON.iter().flat_map(|text| words_of(text)) {
            builder.add(word, ()).unwrap();
        }
        assert!(words_of(COMMON[0]).count() > 800);
    }

    #[test]
    fn the_smallest_stay_each_once_and_in_order() {
        let mut best = Best {
            most: 3,
            count: 0,
            candidates: [Candidate::default(); MOST],
        };
        for hash in [50, 20, 90, 20, 10, 70, 30] {
            best.add(hash, 1, Span::default(), None);
        }
        let orders: Vec<u64> = best.candidates[..best.count]
            .iter()
            .map(|it| it.order)
            .collect();
        assert_eq!(orders, [10, 20, 30]);
    }
}
