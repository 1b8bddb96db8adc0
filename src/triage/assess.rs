//! How urgent a signal is, and whether it looks like a crowd or a campaign.
//!
//! Rule: the level is monotone: more posts, accounts or surprise never lower it. What is amplified
//! never rises above the lowest level.
//! First honest version: fixed lines; a table in the configuration replaces them.

use super::{Character, Level};
use crate::detect::{CountTable, Pair, Signal};

/// Fewest originals of which anything can be said.
const FEWEST_ORIGINALS: u32 = 10;
/// Below this share of the expected number of different things it is a campaign.
const CAMPAIGN_SHARE: f64 = 0.45;
/// From this share on it is a crowd.
const CROWD_SHARE: f64 = 0.65;

/// What a level asks of the last hour.
struct Line {
    level: Level,
    posts: u32,
    voices: u32,
}

const HAZARD_LINES: [Line; 2] = [
    Line {
        level: Level::Awas,
        posts: 300,
        voices: 100,
    },
    Line {
        level: Level::Siaga,
        posts: 40,
        voices: 15,
    },
];
const OTHER_LINES: [Line; 2] = [
    Line {
        level: Level::Awas,
        posts: 2_000,
        voices: 600,
    },
    Line {
        level: Level::Siaga,
        posts: 150,
        voices: 50,
    },
];

/// The level of a signal.
pub(super) fn level(signal: &Signal, character: Character) -> Level {
    if character == Character::Amplified {
        return Level::Waspada;
    }
    let lines = if signal.topic.as_str().starts_with("hazard:") {
        &HAZARD_LINES
    } else {
        &OTHER_LINES
    };
    let counts = &signal.counts;
    let voices = counts.accounts.observed.max(counts.texts.observed);
    let reached = |line: &&Line| counts.posts.observed >= line.posts && voices >= line.voices;
    lines
        .iter()
        .find(reached)
        .map_or(Level::Waspada, |line| line.level)
}

/// The character, and each number that it rests on: what, observed, expected.
pub(super) fn character(counts: &CountTable) -> (Character, Vec<(String, u32, f64)>) {
    let known = [("accounts", counts.accounts), ("texts", counts.texts)];
    // A feed that names no authors says nothing about accounts.
    let known = known.into_iter().filter(|(_, pair)| pair.expected >= 1.0);
    let why: Vec<(String, u32, f64)> = known
        .map(|(what, Pair { observed, expected })| (what.to_owned(), observed, expected))
        .collect();
    let shares = || {
        why.iter()
            .map(|&(_, observed, expected)| f64::from(observed) / expected)
    };
    let character = if counts.originals.observed < FEWEST_ORIGINALS || why.is_empty() {
        Character::Unclear
    } else if shares().any(|share| share < CAMPAIGN_SHARE) {
        Character::Amplified
    } else if shares().all(|share| share >= CROWD_SHARE) {
        Character::Organic
    } else {
        Character::Unclear
    };
    (character, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(originals: u32, accounts: u32, texts: u32) -> CountTable {
        let of = f64::from(originals);
        let pair = |observed, expected| Pair { observed, expected };
        CountTable {
            posts: pair(originals, 1.0),
            originals: pair(originals, 1.0),
            accounts: pair(accounts, of * 0.8),
            texts: pair(texts, of * 0.85),
            domains: pair(0, 0.0),
            tag_sets: pair(0, 0.0),
        }
    }

    #[test]
    fn few_accounts_or_one_text_are_a_campaign_and_few_posts_are_unclear() {
        assert_eq!(character(&counts(100, 90, 95)).0, Character::Organic);
        assert_eq!(character(&counts(100, 20, 95)).0, Character::Amplified);
        assert_eq!(character(&counts(100, 90, 3)).0, Character::Amplified);
        assert_eq!(character(&counts(9, 9, 9)).0, Character::Unclear);
    }

    #[test]
    fn without_authors_only_texts_are_judged() {
        let mut unsigned = counts(100, 0, 95);
        unsigned.accounts.expected = 0.0;
        let (judged, why) = character(&unsigned);
        assert_eq!(judged, Character::Organic);
        assert_eq!(why.len(), 1);
    }
}
