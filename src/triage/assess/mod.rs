//! How urgent a signal is, and whether it looks like a crowd or a campaign.
//!
//! Rule: the level is monotone: more posts, accounts, surprise, feeds, places, languages or growth
//! never lower it. What is amplified never rises above the lowest level.

use super::{Character, Level, Resembled};
use crate::config::{LevelWord, Levels, is_same_word};
use crate::detect::{CountTable, Pair, Series, Signal};

/// Fewest posts of which anything can be said.
const FEWEST_POSTS: u32 = 10;
/// A crowd has at least so many voices: fewer may be a handful of people at work.
const CROWD_ACCOUNTS: u32 = 30;
/// Below this share of the usual number of accounts it is a campaign.
const CAMPAIGN_ACCOUNTS: f64 = 0.55;
/// Up to this share of the usual number of texts or tag sets, and one more, it is a campaign. Low: a
/// headline passed on by hand and a cry of two words are copies too (0.2 to 0.6 of the usual number
/// of texts in real floods).
const CAMPAIGN_COPIES: f64 = 0.15;
/// From this share of the usual number on it is a crowd.
const CROWD_SHARE: f64 = 0.65;
/// In a crowd at least this share of the usual number of tag sets: 0.88 and more in real ones. Less is
/// a campaign among the usual talk about a place.
const CROWD_TAG_SETS: f64 = 0.8;
/// No level above the lowest rests on fewer voices.
const LEAST_VOICES: u32 = 5;
/// Minutes in which growth is measured.
const GROWTH_MINUTES: usize = 10;

/// What one level asks: posts and accounts, and what is a sign.
struct Line {
    level: Level,
    posts: u32,
    accounts: u32,
    surprise: f64,
    feeds: u32,
    places: u32,
    languages: u32,
    growth: f64,
}

/// What a signal has to show.
struct Standing {
    /// Posts beyond the expected ones.
    posts: f64,
    voices: u32,
    hazard: bool,
    surprise: f64,
    feeds: usize,
    places: usize,
    languages: usize,
    growth: f64,
}

/// The level of a signal.
pub(super) fn level(levels: &Levels, signal: &Signal, character: Character) -> Level {
    if character == Character::Amplified || are_tagged_alike(&signal.counts) {
        return Level::Waspada;
    }
    let standing = standing(signal);
    lines(levels)
        .into_iter()
        .find(|line| reaches(levels, line, &standing))
        .map_or(Level::Waspada, |line| line.level)
}

/// The least level of an incident whose posts resemble `claims`. Who repeats a claim is not asked here: a
/// campaign may well carry it.
pub(super) fn level_by_claims(levels: &Levels, claims: &[Resembled]) -> Level {
    let asked = &levels.claim_verdicts;
    let counts = |one: &Resembled| {
        let verdict = one.claim.verdict.as_deref();
        let is_asked = |verdict| asked.iter().any(|asked| is_same_word(asked, verdict));
        asked.is_empty() || verdict.is_some_and(is_asked)
    };
    match levels.claim_level {
        _ if !claims.iter().any(counts) => Level::Waspada,
        LevelWord::Waspada => Level::Waspada,
        LevelWord::Siaga => Level::Siaga,
        LevelWord::Awas => Level::Awas,
    }
}

/// The demands of the configuration, the highest level first.
fn lines(levels: &Levels) -> [Line; 2] {
    [
        Line {
            level: Level::Awas,
            posts: levels.awas_posts,
            accounts: levels.awas_accounts,
            surprise: levels.awas_surprise,
            feeds: levels.awas_feeds,
            places: levels.awas_places,
            languages: levels.awas_languages,
            growth: levels.awas_growth,
        },
        Line {
            level: Level::Siaga,
            posts: levels.siaga_posts,
            accounts: levels.siaga_accounts,
            surprise: levels.siaga_surprise,
            feeds: levels.siaga_feeds,
            places: levels.siaga_places,
            languages: levels.siaga_languages,
            growth: levels.siaga_growth,
        },
    ]
}

fn standing(signal: &Signal) -> Standing {
    Standing {
        posts: f64::from(signal.counts.posts.observed) - signal.counts.posts.expected,
        voices: voices(&signal.counts),
        hazard: signal.topic.as_str().starts_with("hazard:"),
        surprise: signal.evidence.surprise,
        feeds: signal.feeds.len(),
        places: signal.places.len(),
        languages: signal.languages.len(),
        growth: growth(&signal.series),
    }
}

fn reaches(levels: &Levels, line: &Line, standing: &Standing) -> bool {
    let at_least = |number: usize, asked: u32| number >= asked as usize;
    let signs = [
        standing.surprise >= line.surprise,
        at_least(standing.feeds, line.feeds),
        at_least(standing.places, line.places),
        at_least(standing.languages, line.languages),
        standing.growth >= line.growth,
    ];
    let mut share = if standing.hazard {
        levels.hazard_share
    } else {
        1.0
    };
    for _ in signs.into_iter().filter(|&sign| sign) {
        share *= levels.sign_share;
    }
    standing.posts >= f64::from(line.posts) * share
        && f64::from(standing.voices) >= f64::from(line.accounts) * share
        && standing.voices >= LEAST_VOICES
}

/// Different accounts; where hardly any author is given, different texts.
fn voices(counts: &CountTable) -> u32 {
    if names_authors(counts) {
        counts.accounts.observed
    } else {
        counts.texts.observed
    }
}

/// A feed that names no authors says nothing about accounts.
fn names_authors(counts: &CountTable) -> bool {
    counts.accounts.expected >= 0.2 * f64::from(counts.posts.observed)
}

/// Posts of the newest minutes over those of as many before.
fn growth(series: &Series) -> f64 {
    let mut minutes = series.observed.iter().rev();
    let newest: u32 = minutes.by_ref().take(GROWTH_MINUTES).sum();
    let before: u32 = minutes.take(GROWTH_MINUTES).sum();
    f64::from(newest) / f64::from(before.max(1))
}

/// The character, and each number that it rests on: what, observed, expected.
///
/// Given so many posts, are the different accounts, texts or tag sets fewer than such a topic usually
/// has? Reposts have accounts, but no texts of their own: a retweet storm is a crowd.
pub(super) fn character(counts: &CountTable) -> (Character, Vec<(String, u32, f64)>) {
    let accounts = names_authors(counts).then_some(counts.accounts);
    let enough = counts.originals.observed >= FEWEST_POSTS;
    let accounts = accounts.filter(|_| counts.posts.observed >= FEWEST_POSTS);
    let texts = enough.then_some(counts.texts);
    let tag_sets = enough.then_some(counts.tag_sets);
    let known = [
        ("accounts", accounts),
        ("texts", texts),
        ("tag_sets", tag_sets),
    ];
    let why = known
        .into_iter()
        .filter_map(|(what, pair)| Some((what.to_owned(), pair?.observed, pair?.expected)))
        .collect();
    let copied = |pair: Option<Pair>| {
        pair.is_some_and(|pair| f64::from(pair.observed) <= 1.0 + CAMPAIGN_COPIES * pair.expected)
    };
    let few = accounts.is_some_and(|pair| share(pair) < CAMPAIGN_ACCOUNTS);
    let many = accounts
        .or(texts)
        .is_some_and(|pair| pair.observed >= CROWD_ACCOUNTS && share(pair) >= CROWD_SHARE);
    let crowd = many && !are_tagged_alike(counts);
    let character = if few || copied(texts) || copied(tag_sets) {
        Character::Amplified
    } else if crowd {
        Character::Organic
    } else {
        Character::Unclear
    };
    (character, why)
}

/// Whether more posts carry the same set of hashtags than in a crowd: a campaign, or one among the
/// usual talk about a place.
fn are_tagged_alike(counts: &CountTable) -> bool {
    counts.originals.observed >= FEWEST_POSTS && share(counts.tag_sets) < CROWD_TAG_SETS
}

fn share(pair: Pair) -> f64 {
    f64::from(pair.observed) / pair.expected.max(1.0)
}

#[cfg(test)]
mod tests;
